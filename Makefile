# The habits of this project. `make` alone lists them.

.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-fast check format api bench bench-edition bench-whole-way pressure chaos database clean

UV_VERSION := 0.13.9
# The first Python that is new enough, or whatever PYTHON names.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
UV := .tools/bin/uv
RUN := .venv/bin/
ARGS ?=
SEED ?= 1
RUNS ?= 1
RESULTS := tests/faults/results.jsonl
# Tests that need no more than a processor or a browser go side by side, then those that wait for brokers and stacks.
ALONE := tests/unit tests/property tests/contract/bridge tests/browser
WITH_SERVERS := tests/contract/store tests/faults tests/integration tests/kernel

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo '  Options go in ARGS: make demo ARGS="--ports-from 18080"'

demo: setup ## Send what two countries tell each other, killing what carries it, and count what arrived
	@$(RUN)kakehashi demo $(ARGS)

up: setup ## Start Kafka, the database and every service; Ctrl-C stops them
	@$(RUN)kakehashi up $(ARGS)

test: setup ## Run all tests, with a broker and a database of their own
ifeq ($(strip $(ARGS)),)
	@$(RUN)pytest -n 2 $(ALONE)
	@$(RUN)pytest $(WITH_SERVERS)
else
	@$(RUN)pytest $(ARGS)
endif

test-fast: setup ## Run the tests that need neither broker nor database
	@$(RUN)pytest tests/unit tests/property $(ARGS)

check: setup ## Look at style, types, the boundaries between modules, docs/api, metrics, alerts and containers
	@$(RUN)ruff check .
	@$(RUN)ruff format --check .
	@$(RUN)mypy
	@$(RUN)lint-imports --no-logo
	@$(RUN)check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	@$(RUN)python -m deploy.api --check
	@$(RUN)python -m deploy.monitoring

format: setup ## Bring the code into its form
	@$(RUN)ruff check --fix .
	@$(RUN)ruff format .

api: setup ## Write docs/api anew: OpenAPI, AsyncAPI and JSON Schema of what there is
	@$(RUN)python -m deploy.api

bench: setup ## Measure the kernel beside a bare loop and a plain handler
	@if command -v cargo >/dev/null; then $(RUN)python -m deploy.local.build; fi
	@$(RUN)python -m bench $(ARGS)

bench-edition: setup ## Measure reading and comparing an edition of 11,500 organizations
	@$(RUN)python -m bench.edition $(ARGS)

bench-whole-way: setup ## Measure an edition's whole way to the last public entry, beside a bare loop of two hops
	@$(RUN)python -m bench.whole_way $(ARGS)

pressure: setup ## Put the stack under pressure: a system down for long, consumers behind, a long run (an hour)
	@$(RUN)python -m bench.pressure $(ARGS)

chaos: setup ## Break the stack at random under load: SEED=1 RUNS=1, and ARGS; results go to docs/reliability.md
	@$(RUN)python -m tests.faults --seed $(SEED) --runs $(RUNS) --table $(RESULTS) --render docs/reliability.md $(ARGS)

database: setup ## Build the faster embedded database, once, into the cache (cargo, cmake, gcc; 4 minutes)
	@$(RUN)python -m deploy.local.build

setup: .venv/.made ## Install the locked environment into .venv

clean: ## Remove the environment and its caches; var/, ~/.cache/kakehashi and ~/.m2 stay
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

.venv/.made: $(UV) uv.lock pyproject.toml
	@UV_PYTHON_DOWNLOADS=never $(UV) sync --quiet --frozen --python .tools/bin/python
	@touch $@

$(UV): Makefile
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer is needed; PYTHON=/path/to/python names one." >&2; exit 1; fi
	@echo "Setting up the environment with $(PYTHON)"
	@$(PYTHON) -m venv --clear .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@touch $@
