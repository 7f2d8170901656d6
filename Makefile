# Every target sets up what it needs on a machine that has Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= .preamp
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: setup setup-dev setup-node setup-postgres run test check bench lock format

# setup: the server alone; leaves .venv/bin/preamp
setup: $(VENV)/.run

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "preamp needs Python >= 3.11; say which one with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements/run.lock requirements/build.lock pyproject.toml | $(VENV)/.created
	$(PIP_INSTALL) -r requirements/build.lock
	$(PIP_INSTALL) -r requirements/run.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# setup-dev: what test, check and bench need besides
setup-dev: $(VENV)/.dev

$(VENV)/.dev: requirements/dev.lock $(VENV)/.run
	$(PIP_INSTALL) -r requirements/dev.lock
	@touch $@

run: setup
	$(BIN)/preamp quickstart --data $(DATA) $(if $(SCHEMA),--schema $(SCHEMA))

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup-dev check
	$(BIN)/python -m pytest -n 2 --dist worksteal

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# lock: write the lock files anew (hashes only, no addresses); needs uv
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet requirements/build.in -o requirements/build.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet pyproject.toml --extra postgres -o requirements/run.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet pyproject.toml --extra postgres --group dev -o requirements/dev.lock
