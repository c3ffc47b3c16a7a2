# The only command surface: `make help` lists it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help demo test check format serve worker reference bench lock clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/installed: requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/tested: $(VENV)/installed requirements-test.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	@touch $@

demo: $(VENV)/installed  ## run the demonstration survey: SQLite, no services (ARGS=--once ends by itself)
	$(BIN)/enumera demo $(ARGS)

test: $(VENV)/tested  ## run every check and test
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: $(VENV)/tested  ## style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/tested  ## put the code into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

serve: $(VENV)/installed  ## run the collection server with the settings of the environment
	$(BIN)/enumera server init
	$(BIN)/enumera server run

worker: $(VENV)/installed  ## run long jobs from Redis (ENUMERA_REDIS_URL)
	$(BIN)/enumera jobs worker

reference: $(VENV)/tested  ## remake the reference numbers with R and its survey package
	for script in tests/reference/*.R; do Rscript "$$script" || exit 1; done

bench: $(VENV)/tested  ## measure: interval coverage, killed servers (minutes)
	for script in benchmarks/*.py; do $(BIN)/python "$$script" || exit 1; done

lock:  ## pin all dependencies with hashes (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --extra postgres --extra queue --extra build --quiet -o requirements.lock
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --extra postgres --extra queue --extra build --extra test -c requirements.lock --quiet -o requirements-test.lock

clean:  ## remove what make made
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
