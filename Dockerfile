# One image for every service; the command tells them apart. Wheels only, so that it builds alike on amd64 and arm64.

FROM node:22-slim AS page
WORKDIR /build/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci
COPY web .
RUN npm run build -- --outDir /build/page

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements/build.txt requirements/image.txt requirements/
RUN python -m venv /build/tools \
 && python -m venv --without-pip /opt/sunpilot \
 && /build/tools/bin/pip install --only-binary :all: --require-hashes -r requirements/build.txt \
 && /build/tools/bin/pip --python /opt/sunpilot/bin/python install \
      --only-binary :all: --require-hashes -r requirements/image.txt
COPY core core
COPY services services
COPY simulator simulator
COPY --from=page /build/page services/api/src/sunpilot/api/page
RUN /build/tools/bin/pip wheel --no-deps --no-build-isolation --wheel-dir wheels ./core ./services/* ./simulator \
 && /build/tools/bin/pip --python /opt/sunpilot/bin/python install --no-deps --no-index wheels/*.whl
COPY mosquitto /opt/sunpilot/share/mosquitto

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Sunpilot" \
      org.opencontainers.image.description="Charges an electric car from the sun that would otherwise be sold" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /opt/sunpilot /opt/sunpilot
ENV PATH=/opt/sunpilot/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
