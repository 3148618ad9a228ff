# A convenience only: every task is a plain command (see README), on Windows too.
PYTHON ?= python3
VENV   ?= .venv
BIN    ?= $(VENV)/bin

.PHONY: demo test prove bench lint

demo: $(VENV)/demo.stamp
	$(BIN)/nhavung demo

test: $(BIN)/ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python api/npm/check_types.py
	$(BIN)/pytest -n 2

lint: $(BIN)/ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python api/npm/check_types.py

prove: $(BIN)/ruff
	HYPOTHESIS_PROFILE=prove $(BIN)/pytest -n 2

bench: $(BIN)/ruff
	$(BIN)/python tests/benchmarks/run.py

$(VENV)/bin/ruff:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q -e '.[dev]'

$(VENV)/demo.stamp: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q '.[demo]'
	touch $@
