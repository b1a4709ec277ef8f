# Everything runs from a virtual environment of its own; nothing else needs to be installed by hand.

PYTHON ?= python3
VENV := .venv
WHEEL_VENV := .venv-wheel
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
# Where it is set, each of the hundreds of programs that the suite starts would be compiled anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run serve browser foreign test lint types api coverage mutate matrix docs audit sbom fuzz dist release-check test-wheel chaos-check check
.PHONY: bench bench-quick bench-outbox chaos clean
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

$(VENV)/.ready: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP_INSTALL) --upgrade pip
	$(BIN)/python $(PIP_INSTALL) --editable '.[check]'
	@touch $@

run: $(VENV)/.ready ## start the mock and call every operation through every door
	$(BIN)/python examples/main_job.py

serve: $(VENV)/.ready ## run the mock in the foreground on 127.0.0.1:8118
	$(BIN)/winnerlook-mock serve

browser: $(VENV)/.ready ## install Chromium for the tests of the console, where there is none
	@for name in chromium chromium-browser google-chrome google-chrome-stable; do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -qq -y --no-install-recommends chromium fonts-wqy-microhei && exit 0; \
	fi; \
	$(BIN)/python -m playwright install chromium

foreign: $(VENV)/.ready ## install Java, PHP, Node, Mono and curl for the tests of clients in other languages, where they are missing
	$(BIN)/python -m tests.foreign.install

test: $(VENV)/.ready ## run the whole suite
	$(BIN)/python -m pytest --numprocesses auto

lint: $(VENV)/.ready
	$(BIN)/ruff check

types: $(VENV)/.ready ## mypy and pyright, here and as on Windows, and that every public name has a type
	$(BIN)/mypy
	$(BIN)/basedpyright
	$(BIN)/basedpyright --pythonplatform Windows
	PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=client:mockserver $(BIN)/basedpyright --ignoreexternal --verifytypes winnerlook
	PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH=client:mockserver $(BIN)/basedpyright --ignoreexternal --verifytypes winnerlook_mock

api: $(VENV)/.ready ## write down the public names and signatures anew, after a change on purpose
	$(BIN)/python -m tests.acceptance.surface

coverage: $(VENV)/.ready ## line and branch coverage of the whole suite, programs that tests start included
	$(BIN)/python $(PIP_INSTALL) 'coverage>=7.10'
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest --numprocesses auto; status=$$?; $(BIN)/coverage combine --quiet && $(BIN)/coverage html --quiet && $(BIN)/coverage report --skip-covered && exit $$status

mutate: $(VENV)/.ready ## change the modules of the contract, and see whether a test notices each change
	$(BIN)/python $(PIP_INSTALL) 'mutmut>=3.8'
	$(BIN)/python -m tools.mutate $(MUTATE)

matrix: $(VENV)/.ready ## the suite on every Python here, and with the oldest dependencies allowed (NOX="-s lowest" for one)
	$(BIN)/python $(PIP_INSTALL) 'nox>=2024.4.15' uv
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/nox $(NOX)

dist: $(VENV)/.ready ## build the sdist, and the wheel from it
	rm -rf dist build/lib build/bdist.*
	$(BIN)/python -m tools.dist dist

release-check: $(VENV)/.ready ## all that has to hold of a release, of what was committed last
	$(BIN)/python $(PIP_INSTALL) 'twine>=6.1'
	$(BIN)/python -m tools.release_check
	$(MAKE) sbom

test-wheel: dist
	rm -rf $(WHEEL_VENV)
	$(PYTHON) -m venv $(WHEEL_VENV)
	$(WHEEL_VENV)/bin/python $(PIP_INSTALL) --upgrade pip
	$(WHEEL_VENV)/bin/python $(PIP_INSTALL) "$$(ls dist/*.whl)[test]"
	DIST_DIR=dist $(WHEEL_VENV)/bin/python -m pytest --numprocesses auto

chaos-check: $(VENV)/.ready
	$(BIN)/python -m bench.chaos --messages 5000 --workers 3 --results $(VENV)/chaos

check: lint types docs chaos-check test-wheel ## lint, types, the site, chaos with 5 000 messages a store, build, and the suite against the wheel

$(VENV)/.docs: $(VENV)/.ready
	$(BIN)/python $(PIP_INSTALL) --editable '.[docs]'
	@touch $@

docs: $(VENV)/.docs ## build the site, build/docs/index.html; a warning is an error
	$(BIN)/python -m sphinx --builder html --fail-on-warning --keep-going --quiet --fresh-env --doctree-dir build/doctrees docs build/docs
	@echo "build/docs/index.html"

chaos: $(VENV)/.ready ## prove on both stores that the outbox loses and doubles nothing, with 100 000 messages (CHAOS="--messages 5000" for fewer)
	$(BIN)/python -m bench.chaos $(CHAOS)

bench-outbox: $(VENV)/.ready ## measure how fast the outbox takes in and sends, on both stores
	$(BIN)/python -m bench.outbox $(BENCH)

bench: $(VENV)/.ready ## measure client and mock beside their peers (SPEED=--memory for 2 M messages as well)
	$(BIN)/python $(PIP_INSTALL) httpx
	$(BIN)/python -m bench.speed $(SPEED)

bench-quick: $(VENV)/.ready ## the same at a glance, in under a minute
	$(BIN)/python -m bench.speed --quick

fuzz: $(VENV)/.ready ## look for inputs that break a reader, FUZZ_SECONDS=60 for each of four
	$(BIN)/python $(PIP_INSTALL) 'atheris>=2.3'
	$(BIN)/python -m fuzz --seconds $(or $(FUZZ_SECONDS),60)

sbom: $(VENV)/.ready ## write dist/winnerlook-VERSION.cdx.json, the bill of materials of the wheel in dist/
	@ls dist/winnerlook-*.whl >/dev/null 2>&1 || $(MAKE) dist
	$(BIN)/python -m supply.sbom

audit: $(VENV)/.ready ## ask whether anything that the wheel pulls in has a known vulnerability
	@ls dist/winnerlook-*.whl >/dev/null 2>&1 || $(MAKE) dist
	$(BIN)/python -m supply.audit

clean: ## remove what the targets above made
	rm -rf $(VENV) $(WHEEL_VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .nox .coverage .coverage.* htmlcov
