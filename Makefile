# Each target sets up what it needs: Python 3.11 or later, git and a package index are all that must be there.
.DEFAULT_GOAL := help
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin
UV := UV_PROJECT_ENVIRONMENT=.venv $(BIN)/uv
DATA ?= data
PORT ?= 7070
# Three processes, as they mostly wait for servers; tests on one installation stay in one of them.
TESTFLAGS ?= -n 3 --dist loadgroup
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help run reset test compose-test lint format protos messages document-check openapi-check faults mutants bench calibrate dist clean

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: .venv/run ## Start Dossier with a sample club in ./data (DATA=..., PORT=...)
	@exec $(BIN)/dossier up --data "$(DATA)" --port "$(PORT)" --sample --development

reset: ## Ask, then delete ./data and this project's containers
	@DATA="$(DATA)" sh tools/reset.sh

test: .venv/dev ## Run every test; starts the servers that it needs (TESTS=path to run some)
	@$(BIN)/pytest $(TESTFLAGS) $(TESTS)

compose-test: ## Build compose.yml's images and run the end-to-end stories on every part in a container (needs Docker)
	@sh tools/compose_test.sh

lint: .venv/dev ## Check style, types, imports, protos and that the stubs are fresh
	@ruff check .
	@ruff format --check .
	@mypy
	@lint-imports --no-cache
	@buf lint
	@buf format --diff --exit-code
	@sh tools/check_breaking.sh
	@$(BIN)/python tools/generate_stubs.py --check
	@$(BIN)/python -m tools.openapi --check
	@check-jsonschema --builtin-schema vendor.compose-spec compose.yml
	@hadolint deploy/Dockerfile
	@$(BIN)/python tools/check_manifests.py
	@$(BIN)/python tools/configuration_table.py --check

format: .venv/dev ## Put code and protos in order
	@ruff check --fix --quiet . || true
	@ruff format .
	@buf format -w

protos: .venv/dev ## Generate the Python stubs, the OpenAPI document and the README's configuration table
	@$(BIN)/python tools/generate_stubs.py
	@$(BIN)/python -m tools.openapi
	@$(BIN)/python tools/configuration_table.py

messages: .venv/dev ## Bring the catalogues of the reports up to the messages in the code
	@$(BIN)/python -m tools.messages

document-check: .venv/dev ## Have veraPDF, poppler and qpdf judge the report in every state (DOCUMENTFLAGS=)
	@$(BIN)/python -m tests.document $(DOCUMENTFLAGS)

openapi-check: .venv/dev ## Send thousands of requests made of the OpenAPI document to a running club (OPENAPIFLAGS=)
	@$(BIN)/python -m tests.openapi $(OPENAPIFLAGS)

faults: .venv/dev ## Break an installation in every way and count what is lost (MINUTES=2 for each way, FAULTFLAGS=)
	@$(BIN)/python -m tests.faults --minutes $(or $(MINUTES),2) $(FAULTFLAGS)

mutants: .venv/dev ## Break tokens, access and ownership in two thousand places and count what the tests notice
	@rm -rf mutants
	@$(UV) run --quiet --locked --group mutants mutmut run
	@$(UV) run --quiet --locked --group mutants mutmut export-cicd-stats
	@$(BIN)/python tools/mutation_score.py

bench: .venv/dev ## Measure against bare gRPC and other PDF engines in the same run; writes bench/results/
	@$(UV) run --quiet --locked --group peers python -m bench $(BENCHFLAGS)

calibrate: .venv/dev ## Predict games by our ratings, a base rate and a coin (GAMES=file of `dossier game list --limit 0 --json`)
	@$(BIN)/python -m bench.calibrate $(GAMES)

dist: .venv/dev ## Build the distributions, dossier and dossier-protos, into dist/
	@$(UV) build --quiet --all-packages --out-dir dist

clean: ## Delete what can be made again; keeps ./data
	@rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis bench/results tests/faults/results mutants

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Dossier needs Python 3.11 or later; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/run: $(BIN)/uv uv.lock pyproject.toml protos/pyproject.toml
	@$(UV) sync --quiet --locked --no-dev --inexact
	@touch $@

.venv/dev: $(BIN)/uv uv.lock pyproject.toml protos/pyproject.toml
	@$(UV) sync --quiet --locked
	@touch .venv/run $@
