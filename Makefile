# make run   start the emulator        make test    all tests
# make check linter and types          make bench   the benchmarks
# make test-long  the tests that take minutes: fuzzing, kills, soak
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
STAMP := $(VENV)/installed
# pip compiles what it installs, but not what it installs editable; without it each start compiles us anew where the
# environment forbids Python to write bytecode.
COMPILE := $(BIN)/python -m compileall -q emulator benchmarks

.PHONY: run test test-long check bench clean python

run: $(VENV)/served
	@exec $(BIN)/sms-emulator serve $(ARGS)

test: $(STAMP)
	@exec $(BIN)/python -m pytest --numprocesses auto $(ARGS)

test-long: $(STAMP)
	@exec $(BIN)/python -m pytest -m long --timeout 1800 $(ARGS)

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(STAMP)
	@exec $(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV)

# What is missing is said before anything is made.
python:
	@command -v $(PYTHON) >/dev/null || { echo "make: there is no $(PYTHON); install Python 3.11 or newer, or name one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "make: $$($(PYTHON) --version) is too old; Python 3.11 or newer is needed: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "make: $(PYTHON) has no venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

$(BIN)/python: | python
	@$(PYTHON) -m venv $(VENV)

$(VENV)/served: pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(COMPILE)
	@touch $@

$(STAMP): pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV) what the tests need ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@$(COMPILE)
	@touch $@ $(VENV)/served
