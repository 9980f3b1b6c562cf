# Every target sets up what it needs: Python 3.11+, make and a package index are enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV := .uv/bin/uv

.PHONY: setup demo test test-slow check lint types contracts bench lock run messages clean

setup: $(READY)

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit("Edino needs Python 3.11 or newer; set PYTHON=python3.11") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .uv
	@.uv/bin/python -m pip install --quiet --disable-pip-version-check uv

$(READY): $(UV) requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	@$(UV) pip sync --quiet --require-hashes --python $(BIN)/python requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python $(BIN)/python --editable .
	@touch $(READY)

demo: setup
	@$(BIN)/edino demo

run: setup
	@$(BIN)/edino serve

# A file of tests stays with one worker, and every worker has a PostgreSQL of its own.
test: setup
	@$(BIN)/python -m pytest --numprocesses logical --maxprocesses 4 --dist loadfile

test-slow: setup
	@$(BIN)/python -m pytest -m slow

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup
	@$(BIN)/mypy

contracts: setup
	@$(BIN)/lint-imports

check: lint types contracts test

bench: setup
	@$(BIN)/edino bench all

lock: $(UV)
	@$(UV) pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --quiet --output-file requirements.lock

messages: setup
	@$(BIN)/python -m edino.kernel.messages
