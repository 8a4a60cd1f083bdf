# `make` alone lists the targets. Needs git, make and Python 3.11 or later; everything else is
# installed into .venv from the hashed lock files.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
ON_CLUSTER ?= tests/stores tests/service tests/api tests/workflows tests/ui tests/replay
SHORT_TRIALS := balancer and 1] or in_a_burst and 1]
CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for p in $(CANDIDATES); do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
LOCKS := requirements.lock requirements-build.lock requirements-dev.lock

.PHONY: cluster cluster-short cluster-test chart kubernetes histories help setup setup-dev run test quick check lint types imports format faults bench wheel lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

setup: $(VENV)/.run ## Create .venv with the dependencies for running

setup-dev: $(VENV)/.dev ## Add the dependencies for tests and checks

run: $(VENV)/.run ## Start everything: make run ARGS="--port 9000"
	@$(BIN)/onthedot dev $(ARGS)

test: $(VENV)/.dev ## Run all checks and the tests
	@# The checks mostly use one processor, so the tests begin beside them.
	@$(MAKE) --no-print-directory check >$(VENV)/check.log 2>&1 & check=$$!; \
	trap 'kill $$check; exit 130' INT TERM; export PYTHONDONTWRITEBYTECODE=; \
	$(BIN)/python -m pytest -n 8 $(ARGS); tests=$$?; \
	wait $$check; checks=$$?; cat $(VENV)/check.log; exit $$((tests + checks))

quick: $(VENV)/.dev ## Run some tests and no checks: make quick ARGS=tests/settings
	@$(BIN)/python -m pytest -q $(ARGS)

check: $(VENV)/.dev ## Check style, types and import layers
	@# All at once: mypy alone uses one processor.
	@$(MAKE) --no-print-directory -j3 lint types imports

lint: $(VENV)/.dev ## Check style and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@if [ -x $(BIN)/biome ]; then $(BIN)/biome check --log-level=warn .; \
	else echo "JavaScript and CSS are not linted: there is no biome for this machine."; fi

types: $(VENV)/.dev ## Check static types, strictly
	@$(BIN)/mypy

imports: $(VENV)/.dev ## Check the import layers
	@$(BIN)/lint-imports

format: $(VENV)/.dev ## Format, and fix what can be fixed automatically
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@if [ -x $(BIN)/biome ]; then $(BIN)/biome check --write --log-level=warn .; fi

faults: $(VENV)/.dev ## Run the long tests: kills, stops and freezes
	@$(BIN)/python -m pytest -m "full or faults" $(ARGS)

cluster: $(VENV)/.dev ## Start Temporal on PostgreSQL, two nodes, on this machine: make cluster ARGS="--workers 4"
	@$(BIN)/python -m tests.cluster $(ARGS)

cluster-test: $(VENV)/.dev ## Run tests and fault trials on such a cluster: ARGS="-k balancer" selects some
	@$(BIN)/python -m tests.cluster.suite $(ON_CLUSTER) --trials $(ARGS)

cluster-short: $(VENV)/.dev ## Run the part for CI: differences between stores, and two faults
	@$(BIN)/python -m tests.cluster.suite tests/stores --short --trials -k "$(SHORT_TRIALS)"

chart: $(VENV)/.dev ## Check the Helm chart with Helm and Kubernetes' own schemas
	@$(BIN)/python -m tests.chart.programs
	@$(BIN)/python -m pytest -q tests/chart $(ARGS)

kubernetes: chart ## Test the chart with a real Kubernetes API server and its controllers
	@$(BIN)/python -m tests.chart.kubernetes.programs
	@$(BIN)/python -m pytest -q -m kubernetes tests/chart/kubernetes $(ARGS)

histories: $(VENV)/.dev ## Capture histories of all workflows for the replay tests
	@$(BIN)/python -m tests.replay.capture $(ARGS)

bench: $(VENV)/.dev ## Measure registration and lateness
	@$(BIN)/python -m benchmarks $(ARGS)

wheel: $(VENV)/.run ## Build the wheel into dist/
	@$(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps \
		--no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

lock: $(VENV)/.run ## Renew the hashed lock files
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet uv
	@$(MAKE) --no-print-directory -B $(LOCKS)

clean: ## Remove .venv and everything built
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

COMPILE = $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal \
	--python-version 3.11 --no-emit-index-url --custom-compile-command "make lock"

# Only `make lock` renews these: the file times of a clone must not start a new resolution.
ifneq ($(filter $(LOCKS),$(MAKECMDGOALS)),)
requirements.lock:
	@$(COMPILE) pyproject.toml --output-file $@

requirements-build.lock: requirements.lock
	@$(COMPILE) --group build --constraint requirements.lock --output-file $@

requirements-dev.lock: requirements.lock requirements-build.lock
	@$(COMPILE) pyproject.toml --group build --group dev --constraint requirements.lock \
		--constraint requirements-build.lock --output-file $@
endif

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "On the Dot needs Python 3.11 or later: install it, or name it \
	with make PYTHON=/path/to/python3." >&2; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is not \
	Python 3.11 or later: name another one with make PYTHON=/path/to/python3." >&2; exit 2; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make virtual \
	environments: install its venv module (on Debian and Ubuntu: apt install python3-venv)." >&2; exit 2; }

$(VENV)/.run: requirements.lock requirements-build.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing into $(VENV)"
	@$(PIP) -r requirements.lock -r requirements-build.lock
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps \
		--no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing the development tools into $(VENV)"
	@$(PIP) -r requirements-dev.lock
	@touch $@
