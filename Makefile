# Everything runs in .venv, which the first target that needs it makes. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV   ?= .venv
DOCS   ?= data/documents
RFP_INDEX ?= .rfp
SHEET  ?= data/questionnaires/cloud-security.xlsx
OUT    ?=
Q      ?= Do you encrypt data at rest?
export Q RFP_INDEX

BIN   := $(VENV)/bin
READY := $(VENV)/.ready
HELD  := $(RFP_INDEX)/manifest.sqlite

.PHONY: help setup ingest ask answer eval test check bench samples clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "setting up $(VENV) (once; some minutes)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch==2.13.0
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[eval,dev]'
	@touch $(READY)

setup: $(READY) ## Make the environment and install (once)

$(HELD): | $(READY)
	@$(BIN)/rfp ingest $(DOCS)

ingest: $(READY) ## Ingest DOCS=folder (default: the sample documents); unchanged files are skipped
	@$(BIN)/rfp ingest $(DOCS)

ask: $(READY) $(HELD) ## Answer Q="a question"
	@$(BIN)/rfp ask "$$Q"

answer: $(READY) $(HELD) ## Fill SHEET=questionnaire, to OUT=file where given
	@$(BIN)/rfp answer "$(SHEET)" $(if $(OUT),-o "$(OUT)")

eval: $(READY) ## Measure on the gold set and write the README's table
	@$(BIN)/rfp ingest data/documents --index .rfp/eval >/dev/null
	@$(BIN)/rfp eval --index .rfp/eval --out evals/results --readme README.md --gate
	@$(BIN)/python evals/readme.py .rfp/eval

test: $(READY) ## Run the tests
	@$(BIN)/python -m pytest -n 2

check: $(READY) ## Lint, types and floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## Speed and page hits on real files (RFP_BENCH_DATA=folder; else the sample documents)
	@$(BIN)/python evals/bench.py

samples: $(READY) ## Render the sample documents and questionnaires from their sources
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[data]'
	@$(BIN)/python data/sources/build.py
	@$(BIN)/python data/sources/questionnaires.py

clean: ## Remove the environment, the index and caches
	@rm -rf $(VENV) .rfp build *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
