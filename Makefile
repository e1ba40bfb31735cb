# Sunpilot. `make help` lists the targets; each sets up what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PACKAGES := core services/fetcher services/controller services/wp-bridge services/api services/recorder services/setup simulator standalone

PAGE     := services/api/src/sunpilot/api/page

.DEFAULT_GOAL := help
.PHONY: help demo run key page test test-page test-unit test-contract test-integration test-interop test-e2e test-compose soak docs dashboards doctor \
        replay lint format bench bench-control bench-latency bench-live bench-footprint bench-recorder bench-containers pins clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

demo: $(VENV)/standalone.ready page ## a simulated house, car and Wattpilot: opens http://127.0.0.1:7080
	@exec $(BIN)/sunpilot-standalone demo

run: $(VENV)/standalone.ready page ## your own devices, in real time, without Docker
	@exec $(BIN)/sunpilot-standalone run

key: $(VENV)/standalone.ready ## show the API key of `make run`
	@$(BIN)/sunpilot-standalone key

page: $(PAGE)/index.html ## build the page

# What waits for clocks shares the cores by twos, the longest first; containers have them for themselves.
test: lint page test-page ## everything; needs no Docker, uses it where an engine answers
	$(BIN)/python -m pytest -n auto tests/unit
	$(BIN)/python -m pytest -n 2 --dist loadfile tests/e2e tests/soak tests/integration tests/interop tests/contract
	$(BIN)/python -m pytest tests/compose

test-unit test-contract test-integration test-interop test-e2e test-compose: test-%: $(VENV)/dev.ready page
	$(BIN)/python -m pytest tests/$*

test-page: web/node_modules/.ready ## the page's own logic, in Node.js
	cd web && $(WITH_NODE) npm test --silent

docs: $(VENV)/dev.ready ## write what is made from code: docs/topics.md, decisions.md, faults.md, home-assistant.md, grafana.md, history.md, and the page's words for reasons
	$(BIN)/python -m sunpilot.contract.reference > docs/topics.md
	$(BIN)/python -m sunpilot.controller.reference > docs/decisions.md
	$(BIN)/python -m sunpilot.simulator.reference > docs/faults.md
	$(BIN)/python -m sunpilot.api.homeassistant.reference > docs/home-assistant.md
	$(BIN)/python -m grafana.reference > docs/grafana.md
	$(BIN)/python -m grafana.reason > web/src/words/reasons.json
	$(BIN)/python -m sunpilot.recorder.reference > docs/history.md

dashboards: $(VENV)/dev.ready ## write Grafana's dashboards, which are made from code: grafana/dashboards
	$(BIN)/python -m grafana

soak: $(VENV)/dev.ready ## a day of random faults in virtual time, and ten minutes over sockets
	SUNPILOT_SOAK_HOURS=24 SUNPILOT_SOAK_S=600 $(BIN)/python -m pytest tests/soak --log-cli-level=info

doctor: ## what is wrong with the running containers, and what to do
	@docker compose exec api sunpilot-doctor

replay: $(VENV)/standalone.ready ## decide again what a log recorded: make replay FILE=log.jsonl
	@$(BIN)/python -m sunpilot.controller.replay $(FILE)

lint: $(VENV)/dev.ready web/node_modules/.ready ## ruff, mypy --strict, import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd web && $(WITH_NODE) npm run --silent check

format: $(VENV)/dev.ready ## put the source in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: bench-latency bench-live bench-footprint bench-recorder bench-control ## all benchmarks

bench-latency: $(VENV)/dev.ready ## reading → setpoint → write, against bare MQTT round trips
	$(BIN)/python -m bench.latency

bench-live: $(VENV)/dev.ready page ## broker → live stream, one client and 200; broker → page, where there is a Chromium
	$(BIN)/python -m bench.live

bench-control: $(VENV)/dev.ready ## quality of control: DAYS=folder of measured days, PAUSE=seconds a phase switch takes
	$(BIN)/python -m bench.control $(if $(DAYS),--days $(DAYS)) $(if $(PAUSE),--pause $(PAUSE))

bench-footprint: $(VENV)/standalone.ready ## memory and idle CPU of each process
	$(BIN)/python -m bench.footprint

bench-recorder: $(VENV)/dev.ready ## what history costs, at one house and at 1 000 messages a second
	$(BIN)/python -m bench.recorder

bench-containers: $(VENV)/dev.ready ## image size, start-up, memory and idle CPU of each container
	$(BIN)/python -m bench.containers

# --- the environment -------------------------------------------------------------------------------------------

$(VENV)/uv.ready: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Sunpilot needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "Python's venv module is missing; on Debian: apt install python3-venv" >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@touch $@

$(VENV)/standalone.ready: $(VENV)/uv.ready requirements/standalone.txt $(PACKAGES:=/pyproject.toml)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/standalone.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(PACKAGES:%=-e %)
	@touch $@

$(VENV)/dev.ready: $(VENV)/standalone.ready requirements/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

# Node.js builds the page: the system's where it is new enough, otherwise one of the environment's own.
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"

$(VENV)/node.ready: $(VENV)/uv.ready requirements/web.txt
	@if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' \
	     2>/dev/null || ! command -v npm >/dev/null; then \
	  $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/web.txt; fi
	@touch $@

web/node_modules/.ready: $(VENV)/node.ready web/package-lock.json
	@cd web && $(WITH_NODE) npm ci --silent
	@touch $@

$(PAGE)/index.html: web/node_modules/.ready web/index.html web/vite.config.ts $(shell find web/src web/public -type f 2>/dev/null)
	@cd web && $(WITH_NODE) npm run --silent build -- --logLevel warn
	@touch $@

PIN := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet \
       $(foreach p,core fetcher controller bridge api recorder setup simulator standalone,--no-emit-package sunpilot-$p)

pins: $(VENV)/uv.ready ## resolve requirements/ anew, with hashes
	$(BIN)/$(PIN) requirements/dev.in -o requirements/dev.txt
	$(BIN)/$(PIN) requirements/standalone.in -c requirements/dev.txt -o requirements/standalone.txt
	$(BIN)/$(PIN) requirements/image.in -c requirements/dev.txt -o requirements/image.txt
	$(BIN)/$(PIN) requirements/build.in -c requirements/dev.txt -o requirements/build.txt
	$(BIN)/$(subst 3.11,3.12,$(PIN)) requirements/interop.in -o requirements/interop.txt
	$(BIN)/$(subst --universal --python-version 3.11,--python-platform linux --python-version 3.13.5,$(PIN)) \
	  --overrides requirements/homeassistant-overrides.in requirements/homeassistant.in -o requirements/homeassistant.txt
	$(BIN)/$(PIN) requirements/uv.in -o requirements/uv.txt
	$(BIN)/$(PIN) requirements/web.in -o requirements/web.txt

clean: ## remove the environment and what benchmarks and tests wrote
	rm -rf $(VENV) web/node_modules $(PAGE) bench/out .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
