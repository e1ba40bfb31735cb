# Home Assistant's core with its MQTT integration, as an oracle for what it is told. All that it needs stands in the
# list, with one wheel newer than it asks for; hence --no-deps.
FROM python:3.13-slim
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PYTHONDONTWRITEBYTECODE=1
COPY requirements/homeassistant.txt /build/
RUN python -m venv /opt/home-assistant \
 && /opt/home-assistant/bin/pip install --no-deps --require-hashes -r /build/homeassistant.txt
ENV PATH=/opt/home-assistant/bin:$PATH
USER 65532:65532
