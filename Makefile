# RapidAI4EO explorer: `make help` lists what there is. Everything is set up in .venv, in this folder.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
CORPUS ?= demo
PORT ?= 5006
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
TESTS ?= tests
# What `make demo` brings beside the page; the container's image takes more.
EXTRAS ?= compute,data,fast,slides,video
FUZZ_SECONDS ?= 60
MINUTES ?= 30
SEED ?= 1
# Processes that test side by side. 5 is pytest's "no test was chosen".
JOBS ?= 2

.PHONY: help
help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: $(VENV)/.explorer  ## Set up the explorer, open the demo corpus in the browser (CORPUS=, PORT=)
	$(BIN)/python -m explorer serve "$(CORPUS)" --port "$(PORT)"

.PHONY: test
test: $(VENV)/.test $(VENV)/.scripts browser postgres  ## Set up all that tests need; lint, type check, run every test but the nightly ones, and every bench in its short form
	$(MAKE) --no-print-directory -j2 lint test-unit
	CHROMIUM="$$($(FIND_CHROMIUM))" $(BIN)/python -m pytest -m "browser and not bench and not nightly" -n $(JOBS) --dist loadfile $(TESTS) || [ $$? = 5 ]
	EXPLORER_BENCH=short CHROMIUM="$$($(FIND_CHROMIUM))" $(BIN)/python -m pytest -m bench -n $(JOBS) --dist worksteal -rP $(TESTS) || [ $$? = 5 ]

.PHONY: test-unit
test-unit: $(VENV)/.test
	$(BIN)/python -m pytest -m "not bench and not browser and not nightly" -n $(JOBS) --dist loadfile --no-loadscope-reorder $(TESTS) || [ $$? = 5 ]

# What repeats another test in the dark, in another browser or in JupyterLab, and long ways through all of the page.
.PHONY: test-nightly
test-nightly: $(VENV)/.test browser firefox  ## The tests that `make test` leaves to the night: other themes, browsers and notebooks, long ways
	CHROMIUM="$$($(FIND_CHROMIUM))" $(BIN)/python -m pytest -m nightly -n $(JOBS) --dist loadfile $(TESTS)

.PHONY: bench
bench: $(VENV)/.test browser  ## Measure in full, against limits; prints shapes, times and ratios
	CHROMIUM="$$($(FIND_CHROMIUM))" $(BIN)/python -m pytest -m bench -s $(TESTS)

.PHONY: guide
guide: $(VENV)/.test browser  ## Walk the user guide and take its pictures anew
	CHROMIUM="$$($(FIND_CHROMIUM))" EXPLORER_GUIDE_PICTURES=1 $(BIN)/python -m pytest tests/browser/test_guide.py

.PHONY: docs
docs: $(VENV)/.docs  ## Build the site of the documentation in .site; a broken link or anchor fails
	$(BIN)/python .ci/docs.py .site

.PHONY: lint
lint: $(VENV)/.test $(VENV)/.scripts  ## Ruff (rules and format) and mypy; of the page's scripts Biome, types, tests, and whether their bundle is made of them
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(NODE_TOOLS)/biome ci explorer tests/scripts
	$(BIN)/python -m tests.scripts.message_types | cmp - explorer/views/messages.d.ts || { echo "run: make scripts" >&2; exit 1; }
	$(NODE_TOOLS)/tsc -p tests/scripts/tsconfig.json
	$(BIN)/node --test 'tests/scripts/*.test.js'
	$(call BUNDLE,$(VENV)/bundles)
	for name in $(BUNDLES); do cmp $(VENV)/bundles/$$name explorer/$$name || { echo "run: make scripts" >&2; exit 1; }; done

# Developers get Node from a wheel and its tools from tests/scripts/package-lock.json; users need none: the bundles are in the tree.
NODE_TOOLS := $(VENV)/scripts/node_modules/.bin
ESBUILD := NODE_PATH=$(VENV)/scripts/node_modules $(NODE_TOOLS)/esbuild --bundle --target=es2022 --charset=utf8 --legal-comments=eof --log-level=warning
BUNDLES := views/components.bundle.js export/page.bundle.js

# All bundles, below the folder $(1). That of the stand-alone page is part of each such file, so it is made small.
define BUNDLE
	$(ESBUILD) explorer/views/all_components.js --format=esm --outfile=$(1)/views/components.bundle.js
	$(ESBUILD) explorer/export/page.js --format=iife --minify --loader:.css=text --outfile=$(1)/export/page.bundle.js
endef

.PHONY: scripts
scripts: $(VENV)/.scripts  ## Format the page's scripts, write the types of their messages, and bundle them
	$(BIN)/python -m tests.scripts.message_types > explorer/views/messages.d.ts
	$(NODE_TOOLS)/biome check --write explorer tests/scripts
	$(call BUNDLE,explorer)

.PHONY: audit
audit: $(VENV)/.python  ## Ask PyPI whether a pinned version has a known hole; needs the network
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	@rm -f $(VENV)/audit.json
	-@$(VENV)/audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip --format json --output $(VENV)/audit.json 2>$(VENV)/audit.log
	@$(BIN)/python -m tests.audit $(VENV)/audit.json

# The oldest and the newest versions that pyproject.toml allows: all unit tests, and the page in a browser.
.PHONY: test-lowest
test-lowest: $(VENV)/.test browser  ## Test with the lowest allowed version of everything that is asked for by name
	$(PYTHON) -m venv --clear $(VENV)/lowest
	$(BIN)/python -m tests.versions > $(VENV)/lowest.txt
	$(VENV)/lowest/bin/python -m pip install --quiet --disable-pip-version-check --constraint $(VENV)/lowest.txt --editable '.[test]'
	$(call TEST_VERSIONS,$(VENV)/lowest/bin/python)

.PHONY: test-newest
test-newest: $(VENV)/.test browser  ## Test with the newest allowed version of everything
	$(PYTHON) -m venv --clear $(VENV)/newest
	$(VENV)/newest/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	$(call TEST_VERSIONS,$(VENV)/newest/bin/python)

define TEST_VERSIONS
	$(1) -m pytest -m "not bench and not browser" -n $(JOBS) --dist loadfile tests
	CHROMIUM="$$($(FIND_CHROMIUM))" $(1) -m pytest tests/browser/test_page.py
endef

# Nightly: what nobody would notice by day, since the page that people use is the fast one.
.PHONY: test-plain
test-plain: $(VENV)/.test browser  ## The browser tests on public API of the libraries alone (EXPLORER_PLAIN=true)
	EXPLORER_PLAIN=true CHROMIUM="$$($(FIND_CHROMIUM))" $(BIN)/python -m pytest -m "browser and not bench" -n $(JOBS) --dist loadfile $(TESTS)

.PHONY: lint-systems
lint-systems: $(VENV)/.test  ## The types as Windows and macOS see them
	printf '%s\n' darwin win32 | xargs -P 2 -I {} $(BIN)/mypy --platform {} --no-warn-unreachable --cache-dir .mypy_cache/{}

.PHONY: coverage
coverage: $(VENV)/.test browser  ## Tell which branches of Python the unit tests take, and how much of the page's scripts the browser tests run
	rm -rf $(VENV)/js-coverage
	$(BIN)/python -m coverage run --branch --source explorer --data-file $(VENV)/coverage -m pytest -m "not bench and not browser" $(TESTS)
	-EXPLORER_JS_COVERAGE="$(VENV)/js-coverage" CHROMIUM="$$($(FIND_CHROMIUM))" $(BIN)/python -m pytest -m "browser and not bench" -n $(JOBS) --dist loadfile $(TESTS)
	$(BIN)/python -m coverage report --data-file $(VENV)/coverage --skip-covered --sort cover
	$(BIN)/python -m tests.js_coverage $(VENV)/js-coverage

.PHONY: monkey
monkey: $(VENV)/.test browser  ## Random visits in Chromium for MINUTES, from SEED on: page, address and corpus must agree
	EXPLORER_MONKEY_MINUTES="$(MINUTES)" EXPLORER_MONKEY_SEED="$(SEED)" CHROMIUM="$$($(FIND_CHROMIUM))" $(BIN)/python -m pytest -s tests/browser/test_monkey.py

.PHONY: fuzz
fuzz: $(VENV)/.test  ## Feed parsers of our own with atheris, FUZZ_SECONDS each
	$(PIP) --editable '.[test,fuzz]'
	for name in chip link formula; do $(BIN)/python -m tests.coverage_guided $$name -max_total_time=$(FUZZ_SECONDS) || exit 1; done

.PHONY: format
format: $(VENV)/.test  ## Mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: clean
clean:  ## Remove the environment and all caches
	rm -rf $(VENV) .site .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# For a recipe's shell: `install_packages WHAT PACKAGE ...` installs Debian's packages, where this is a Debian and one may.
INSTALL = install_packages() { \
  command -v apt-get >/dev/null || return 0; \
  if [ "$$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root=sudo; else return 0; fi; \
  echo "Installing $$1"; shift; \
  $$as_root apt-get update -qq; \
  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$@" </dev/null; }

# A stamp is newer than what it was made from, so that a second run does nothing.
$(VENV)/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "The explorer needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1)." >&2; \
	  echo "Install one and name it: make PYTHON=python3.12 demo" >&2; exit 1; }
	@$(INSTALL); $(PYTHON) -c 'import venv, ensurepip' 2>/dev/null && exit 0; \
	[ "$(PYTHON)" = python3 ] && install_packages "python3-venv, which Debian's Python needs for virtual environments" python3-venv; \
	$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "This Python cannot make virtual environments. On Debian and Ubuntu:" >&2; \
	  echo "  sudo apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.explorer: $(VENV)/.python pyproject.toml constraints.txt
	$(PIP) --editable '.[$(EXTRAS)]'
	@touch $@

$(VENV)/.docs: $(VENV)/.python pyproject.toml constraints.txt
	$(PIP) --editable '.[docs]'
	@touch $@

# Modules are compiled as tests import them: most of what is installed never is.
$(VENV)/.test: $(VENV)/.python pyproject.toml constraints.txt
	$(PIP) --no-compile --editable '.[test]'
	@touch $@ $(VENV)/.explorer $(VENV)/.docs

$(VENV)/.scripts: $(VENV)/.test tests/scripts/package-lock.json
	mkdir -p $(VENV)/scripts
	cp tests/scripts/package.json tests/scripts/package-lock.json $(VENV)/scripts/
	cd $(VENV)/scripts && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# The first of these that is there: $CHROMIUM, Debian's, Google's.
FIND_CHROMIUM = for name in "$$CHROMIUM" chromium chromium-browser google-chrome google-chrome-stable; do \
  [ -n "$$name" ] && command -v "$$name" && break; done

# Optional: without it, the tests in Firefox are skipped.
FIND_FIREFOX = for name in "$$FIREFOX" firefox-esr; do [ -n "$$name" ] && command -v "$$name" && break; done

# Chromium, and what Playwright's own Node.js needs to start: an empty Debian has neither.
BROWSER_WORKS = found="$$($(FIND_CHROMIUM))"; [ -n "$$found" ] && $(BIN)/python -m playwright --version >/dev/null 2>&1

.PHONY: browser
browser: $(VENV)/.test
	@$(INSTALL); $(BROWSER_WORKS) && exit 0; \
	install_packages "chromium for the browser tests, and ffmpeg, which checks videos and shares chromium's libraries" chromium ffmpeg libatomic1; \
	$(BROWSER_WORKS) && exit 0; \
	[ -z "$$found" ] || { \
	  echo "Playwright does not start here (Debian: sudo apt-get install libatomic1):" >&2; \
	  $(BIN)/python -m playwright --version >&2; exit 1; }; \
	echo "The browser tests need Chromium, and it could not be installed here." >&2; \
	echo "Install it (Debian: sudo apt-get install chromium), or name it: make test CHROMIUM=/path/to/chrome" >&2; \
	exit 1

.PHONY: firefox
firefox:
	@$(INSTALL); [ -n "$$($(FIND_FIREFOX))" ] && exit 0; \
	install_packages "firefox-esr for the tests of the night" firefox-esr; \
	[ -n "$$($(FIND_FIREFOX))" ] || \
	  echo "Firefox could not be installed here: its tests are skipped (Debian: sudo apt-get install firefox-esr)" >&2

# The server that the tests of verdicts start: of PATH, or where Debian keeps it.
FIND_POSTGRES = command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -n 1

.PHONY: postgres
postgres:
	@$(INSTALL); [ -n "$$($(FIND_POSTGRES))" ] && exit 0; \
	install_packages "PostgreSQL for the tests of verdicts" postgresql; \
	[ -n "$$($(FIND_POSTGRES))" ] || \
	  echo "PostgreSQL could not be installed here: its tests are skipped (Debian: sudo apt-get install postgresql)" >&2
