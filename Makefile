# The project's commands. Each is one line here; what it does is written in the file it names.

PYTHON ?= python3
export MODE PORT PROFILE PURGE UPGRADE
.DEFAULT_GOAL := help
.PHONY: help demo down test test-fast bench numbers format prepare lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

demo: ## Run the whole system; MODE=docker|local PORT=5000 PROFILE=compat|oauth21
	@$(PYTHON) -m deploy.demo.demo up

down: ## Stop it and keep its data; PURGE=1 removes that too
	@$(PYTHON) -m deploy.demo.demo down

test: prepare ## Run every test that this machine can run
	@.venv/bin/python -m tests.run

test-fast: prepare ## Run the checks and most of the services' own tests: the inner loop
	@.venv/bin/python -m tests.run --fast

bench: prepare ## Measure the hot paths, write table and plot; COMPARE=<commit> measures beside that commit instead
	@.venv/bin/python -m tests.benchmarks $(if $(COMPARE),--compare $(COMPARE))

numbers: ## Measure starts, sizes and tests in fresh clones, for the README; FORGET_IMAGES=1 removes images before
	@$(PYTHON) -m deploy.numbers $(if $(FORGET_IMAGES),--forget-images)

format: prepare ## Format the sources, and mend what the linter can
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

prepare: ## Prepare .venv, the embedded MongoDB and the page assets; other commands do so themselves
	@$(PYTHON) -m deploy.environment.prepare --tests

lock: ## Write the hashed locks anew from the requirements; UPGRADE=1 takes the newest versions
	@deploy/environment/lock.sh

clean: ## Remove what was prepared, downloaded or left by tools; the data of demos stays
	@rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis test-results
	@rm -rf node_modules */node_modules tests/*/node_modules tests/e2e/*/*/node_modules */src/*/static/vendor
	@find . -name __pycache__ -type d -not -path './.gatehouse/*' -prune -exec rm -rf {} +
