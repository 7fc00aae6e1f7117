# Tickfolio: everything one types. `make` alone lists it.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

export UV_PYTHON_DOWNLOADS := never

HOST ?= 127.0.0.1
PORT ?= 8000
VENV := .venv
STAMPS := $(VENV)/.stamps
PYTEST := $(VENV)/bin/pytest
# The schema of the API is asked of the program, so it may change with any of its files.
PYTHON_SOURCES := $(shell find tickfolio -name '*.py')
WEB_SOURCES := $(shell tools/web.sh sources)

.PHONY: help setup run test test-python test-browser needs check bench mutants pictures web openapi cluster lock clean

help: ## lists these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

setup: $(STAMPS)/packages $(STAMPS)/web ## everything a bare checkout needs: virtual environment, locked packages, web pages
	@:

run: setup ## starts the server on http://localhost:8000, with its data in ./data (HOST=… PORT=…)
	@echo "Tickfolio: http://$(if $(filter 127.0.0.1 0.0.0.0,$(HOST)),localhost,$(HOST)):$(PORT) (Ctrl-C ends it)"
	@exec $(VENV)/bin/tickfolio serve --host $(HOST) --port $(PORT)

test: setup needs test-python test-browser ## all tests; as root, first installs the servers and the browser they need

test-python: setup
	$(PYTEST) -q -n auto --maxprocesses=4 --ignore=tests/browser

test-browser: setup needs ## the tests in a real Chromium
	@# A browser on a busy machine may be late once; a mistake is there each time. What failed is tried again, alone, and seen.
	$(PYTEST) -q -n 2 tests/browser || $(PYTEST) -q --last-failed --last-failed-no-failures=none tests/browser

needs:
	@tools/test-needs.sh

check: setup ## format, lint, types, walls between rooms, house rules: fast
	@tools/check.sh

bench: setup ## the measured goals, each with its figure
	@tools/bench.sh

mutants: setup ## breaks the rules of the field in thousands of small ways and counts which the tests notice: an hour
	@tools/mutants.sh

web: $(STAMPS)/web ## builds the web pages, when their sources changed

openapi: $(STAMPS)/openapi ## writes the schema of the HTTP API to web/openapi.json

pictures: setup needs ## pictures of every screen, at a desk and on a phone, light and dark, into docs/pictures
	@$(VENV)/bin/python tools/pictures.py $(SCREENS)

cluster: setup needs ## the same program scaled out: PostgreSQL, Redis, two API processes, two workers, a proxy (PORT=…)
	@exec $(VENV)/bin/python tools/cluster.py --port $(PORT)

lock: $(STAMPS)/uv ## brings uv.lock in step with pyproject.toml
	$(VENV)/bin/uv lock

clean: ## removes what setup made; your data stays
	rm -rf $(VENV) web/node_modules web/openapi.json web/src/api/schema.d.ts tickfolio/api/pages
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(STAMPS)/uv: tools/uv.txt tools/environment.sh
	@tools/environment.sh uv
	@touch $@

$(STAMPS)/packages: $(STAMPS)/uv pyproject.toml uv.lock
	@tools/environment.sh packages
	@touch $@

$(STAMPS)/openapi: $(STAMPS)/packages $(PYTHON_SOURCES) tools/web.sh
	@tools/web.sh openapi
	@touch $@

# openapi.json keeps its age when the schema is as it was, and the pages are not built again.
web/openapi.json: $(STAMPS)/openapi
	@:

$(STAMPS)/web: $(if $(WEB_SOURCES),web/openapi.json,$(STAMPS)/packages) $(WEB_SOURCES)
	@tools/web.sh build
	@touch $@
