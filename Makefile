# Everything runs from here: `make run` on a fresh machine with Python 3.11 or later and make.

PYTHON ?= python3
PORT ?=
SAMPLE ?= 1

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt
DEFINITIONS := pyproject.toml constraints.txt

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench faults clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  PORT=8010 chooses the gateway's port, SAMPLE=0 starts without the sample, PYTHON=... the interpreter"

run: .venv/.light ## start everything on this machine, with the sample event; Ctrl-C stops it
	@exec $(BIN)/groundswell up $(if $(PORT),--port $(PORT)) $(if $(filter 0 no false,$(SAMPLE)),--no-sample)

setup: .venv/.full ## make the full environment in .venv, with everything for development

test: .venv/.full ## run all tests on PostgreSQL and Valkey of their own
	@$(BIN)/python -m pytest -n 2

check: .venv/.full ## lint, format, types, import rules
	@echo "ruff"; $(BIN)/ruff check .
	@echo "ruff format"; $(BIN)/ruff format --check --quiet .
	@echo "mypy"; $(BIN)/mypy
	@echo "import rules"; $(BIN)/lint-imports --no-logo

bench: .venv/.full ## run the benchmarks; JSON lines on standard output
	@$(BIN)/python tests/bench/run.py

faults: .venv/.full ## run the long fault tests (many minutes)
	@$(BIN)/python -m pytest tests/faults -m long

clean: ## remove caches and build products; keeps .venv and the data in .groundswell
	@rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

.venv/.made:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "$(PYTHON) was not found. Install Python 3.11 or later, or name one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "Python 3.11 or later is needed; $(PYTHON) is $$($(PYTHON) -V 2>&1 | cut -d" " -f2). Name a newer one: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "The venv module of $(PYTHON) is missing. On Debian or Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Making a Python environment in .venv"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.light: .venv/.made $(DEFINITIONS)
	@echo "Installing what Groundswell needs into .venv (once; a minute or two)"
	@$(PIP) -e '.[all]'
	@touch $@

# torch comes first and alone: it is by far the largest, and a machine may have its own source for it.
.venv/.full: .venv/.made $(DEFINITIONS)
	@echo "Installing torch into .venv (once; large)"
	@$(PIP) torch
	@echo "Installing what Groundswell and its development need into .venv (once; some minutes)"
	@$(PIP) -e '.[dev]'
	@touch .venv/.light $@
