# Atende: what can be done here. `make` alone lists it.

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check
UV_VERSION := 0.13.9
KAFKA := 1
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links

CONSOLE := api/console

.DEFAULT_GOAL := help
.PHONY: help install install-dev console console-types demo serve services check test faults lint format lock bench clean

help: ## List what can be done
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/.runtime ## Prepare .venv with what Atende runs on (once)

install-dev: $(VENV)/.dev ## Prepare .venv with the tools of development too (once)

console: $(BIN)/pip ## Build the console's pages (Node comes as a wheel where the machine has none)
	@$(CONSOLE)/build.sh $(BIN)

console-types: install-dev ## Write the console's types anew, from the API's own document
	@$(BIN)/python -m tests.console.document > $(CONSOLE)/openapi.json
	@cd $(CONSOLE) && npm run --silent types

demo: install $(CONSOLE)/dist/index.html ## Start everything here: servers, simulator, robots, a living queue (Ctrl-C ends it)
	@$(BIN)/atende demo

serve: install ## Start the API alone, settings from the environment
	@$(BIN)/atende serve

services: install ## Start the servers alone: PostgreSQL, Valkey and KAFKA=0, 1 or 3 brokers (Ctrl-C ends them)
	@$(BIN)/atende services --kafka $(KAFKA)

check: lint ## Linters, types, walls and the quick tests (under two minutes)
	@echo "Running the quick tests."
	@$(BIN)/python -m pytest -n 2 -m "not slow" --hypothesis-profile=quick

test: lint ## Everything: linters, types, walls and all tests
	@echo "Running all tests."
	@$(BIN)/python -m pytest -n 2 --dist loadgroup

faults: install-dev ## Break a desk on Kafka in every way we know, with three seeds (an hour; needs Java)
	@$(BIN)/python -m tests.faults.table $(FAULTS)

lint: install-dev ## Linters, types and walls alone
	@echo "Checking the form."
	@$(BIN)/ruff format --check --quiet . || { echo "Some files are not formatted: make format"; exit 1; }
	@$(BIN)/ruff check --quiet .
	@echo "Checking the types."
	@$(BIN)/mypy
	@echo "Checking the walls."
	@$(BIN)/lint-imports

format: install-dev ## Put the code into form, and mend what mends itself
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

lock: $(BIN)/pip ## Pin the newest versions of all dependencies, with hashes
	@$(PIP) install --quiet uv==$(UV_VERSION)
	@echo "Resolving what Atende runs on."
	@printf 'setuptools>=77\n' | $(COMPILE) --upgrade pyproject.toml - --output-file requirements.lock
	@echo "Resolving the tools of development."
	@$(COMPILE) --upgrade pyproject.toml requirements.lock --extra dev \
		--output-file requirements-dev.lock
	@echo "requirements.lock and requirements-dev.lock are new. Run make test before committing them."

bench: install-dev ## Measure engine, intake and rebuild
	@for name in engine intake rebuild; do $(BIN)/atende bench $$name || exit 1; done

clean: ## Remove everything made here, the demo's data too
	@if [ -d .atende/postgres ] && [ -x $(BIN)/python ]; then $(BIN)/python -c \
		'from pathlib import Path; from adapters.services import Postgres; Postgres(Path(".atende/postgres")).discard()'; fi
	rm -rf .atende $(VENV) $(CONSOLE)/dist $(CONSOLE)/node_modules build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Without a network the demo runs on; what it cannot show then is told in one line.

$(CONSOLE)/dist/index.html: | $(BIN)/pip
	@echo "Building the console (a minute the first time)."
	@$(CONSOLE)/build.sh $(BIN) >$(CONSOLE)/build.log 2>&1 || \
		echo "The console is not built: $$(tail -n 1 $(CONSOLE)/build.log). The API works; make console tries again."

# The virtual environment: from the first Python that is new enough, made once.

$(BIN)/pip:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		command -v $$python >/dev/null 2>&1 || continue; \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		echo "Making $(VENV) with $$($$python --version)."; \
		$$python -m venv $(VENV) && exit 0; \
		rm -rf $(VENV); \
		echo "$$python could not make a virtual environment (on Debian and Ubuntu: apt-get install python3-venv)." >&2; \
		exit 1; \
	done; \
	echo "Atende needs Python 3.11 or newer; found $$(python3 --version 2>&1). Name one: make PYTHON=/path/to/python3" >&2; \
	exit 1

# Versions and hashes come from the lock; the project itself is linked in, built by the locked setuptools.

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/pip
	@echo "Installing what Atende runs on (a minute the first time)."
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock requirements.lock pyproject.toml | $(BIN)/pip
	@echo "Installing what Atende runs on and is made with (a minute the first time)."
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $(VENV)/.runtime $@
