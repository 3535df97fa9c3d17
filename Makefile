# What a person types. `make help` lists it.

PORT ?= 8000
FAST ?=
PYTEST ?=
WORKERS ?= 3

PY := .venv/bin/python
PIP := .venv/bin/pip install --quiet --disable-pip-version-check -c constraints.txt
# Stamps live inside the environment: delete it and everything is installed again.
RUN := .venv/.installed-run
TEST := .venv/.installed-test

# Compiled once and kept, whatever the machine prefers: the tests start many processes.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help demo test check lint audit bench simulate fuzz soak compiled format clean clean-venv

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

demo: $(RUN) ## a market on this machine; PORT=8000, FAST=1 to hurry the simulated bidders
	.venv/bin/luochui demo --port $(PORT) $(if $(FAST),--fast)

test: $(TEST) ## every test, with PostgreSQL, Redis and a browser; PYTEST="-k hammer" to choose, WORKERS=0 in one process
	@$(PY) scripts/prepare_tests.py
	$(PY) -m pytest -n $(WORKERS) --dist loadgroup $(PYTEST)

check: lint audit ## style, types, and known faults of the dependencies

lint: $(TEST)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

audit: $(TEST)
	$(PY) scripts/audit.py

bench: $(TEST) ## the benchmarks, each beside its floor (leave the machine alone meanwhile)
	@for part in engine bids fanout market recovery; do .venv/bin/luochui bench $$part || exit $$?; done

simulate: $(TEST) ## simulated runs in which everything fails; SEED=1 RUNS=1, CRASH=17 or CRASH=all, STEPS=40 lines
	@PYTHONHASHSEED=0 $(PY) -m tests.simulation --seed $(or $(SEED),1) --runs $(or $(RUNS),1) --steps $(or $(STEPS),40) --crash "$(CRASH)"

fuzz: $(TEST) ## octets nobody meant at every parser's door; MINUTES=5, DOOR=frames, bodies or rehearsals, SEED= to repeat
	@$(PY) -m tests.fuzz --minutes $(or $(MINUTES),5) --door "$(DOOR)" $(if $(SEED),--seed $(SEED))

soak: $(TEST) ## real processes killed and hung by seed for hours, then checked; HOURS=1 SEED=1 (a failure names its seed)
	@$(PY) scripts/prepare_tests.py
	@$(PY) -m tests.process.campaign --hours $(or $(HOURS),1) --seed $(or $(SEED),1)

compiled: $(TEST) ## the order book compiled by mypyc, which `make bench` then measures beside its source
	$(PY) scripts/compile_engine.py

format: $(TEST) ## put the source into its one form
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

clean: ## remove caches and built files; a market under var/ stays
	rm -rf build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis
	find matching_engine settlement exchange web tests scripts -name __pycache__ -prune -exec rm -rf {} +

clean-venv: clean ## the same, and the installed environment
	rm -rf .venv

$(RUN): pyproject.toml constraints.txt
	@sh scripts/make_venv.sh
	$(PIP) -e .
	@touch $@

$(TEST): pyproject.toml constraints.txt
	@sh scripts/make_venv.sh
	$(PIP) -e '.[test,postgres,redis,bench]'
	@touch $(RUN) $@
