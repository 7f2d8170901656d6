# Every target sets up what it needs on a machine that has Python >= 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= preamp-data
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: setup setup-bench setup-chromium setup-clients setup-dev setup-moto setup-nats setup-postgres setup-rclone run test test-storage-big check bench sql lock format

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

# setup-clients: the AWS CLI (its botocore is another than boto3's) and the JavaScript SDKs, for tests/clients
setup-clients: .tools/awscli/.done tests/clients/node/node_modules/.done

NODE_CLIENTS := tests/clients/node
$(NODE_CLIENTS)/node_modules/.done: $(NODE_CLIENTS)/package.json $(NODE_CLIENTS)/package-lock.json | setup-dev
	cd $(NODE_CLIENTS) && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# setup-moto: moto's server, for the benchmark that compares with it
setup-moto: .tools/moto/.done

.tools/%/.done: requirements/%.lock
	$(PYTHON) -m venv .tools/$*
	.tools/$*/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

# setup-postgraphile: PostGraphile from npm, for the benchmark that compares with it
setup-postgraphile: benchmarks/postgraphile/node_modules/.done

benchmarks/postgraphile/node_modules/.done: benchmarks/postgraphile/package.json benchmarks/postgraphile/package-lock.json | setup-dev
	cd benchmarks/postgraphile && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# setup-postgres: PostgreSQL's programs, for the tests that start a private cluster (nothing is started here)
setup-postgres:
	@if [ -n "$$PREAMP_PG_BIN" ] || command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; \
	else echo "PostgreSQL 15 or newer is missing: install its server package, or name its bin folder in PREAMP_PG_BIN"; exit 1; fi

# setup-rclone: an S3 client from Debian, for its test (skipped where it cannot be installed)
setup-rclone:
	@if command -v rclone >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends rclone; \
	else echo "rclone is missing, its test is skipped: install its package"; fi

# setup-nats: the NATS server's program, for the tests of the bus (nothing is started here)
setup-nats:
	@if command -v nats-server >/dev/null || [ -x /usr/sbin/nats-server ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nats-server; \
	else echo "nats-server is missing: install it, else its tests are skipped"; fi

# setup-chromium: the browser of the hosted UI's tests
setup-chromium:
	@if [ -n "$$PREAMP_CHROMIUM" ] || command -v chromium >/dev/null || command -v google-chrome >/dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; \
	else echo "Chromium is missing: install it, or name its program in PREAMP_CHROMIUM"; exit 1; fi

# setup-bench: what bench needs besides; without PostgreSQL its rows are told as not run
setup-bench: setup-dev setup-moto
	-@$(MAKE) --no-print-directory setup-postgres
	-@$(MAKE) --no-print-directory setup-postgraphile

# bench: one table of ratios and benchmarks/results.json; QUICK=1 in a minute, ONLY=control (jobs, graphql, start, cli) a part
bench: setup-bench
	$(BIN)/python benchmarks/run.py $(if $(QUICK),--quick) $(foreach part,$(ONLY),--only $(part))

run: setup
	$(BIN)/preamp quickstart --data $(DATA) $(if $(SCHEMA),--schema $(SCHEMA))

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup-dev setup-clients setup-postgres setup-nats setup-rclone check
	$(BIN)/python -m pytest -n 2 --dist worksteal

# test-storage-big: what make test does small: aws s3 sync of 5,000 files both ways, an object of 5 GiB, all levels
test-storage-big: setup-dev setup-clients
	PREAMP_TEST_ALL_LEVELS=1 $(BIN)/python -m pytest tests/unit/storage/test_access_matrix.py
	PREAMP_TEST_SYNC_FILES=5000 PREAMP_TEST_LARGE_MIB=5120 $(BIN)/python -m pytest tests/clients/test_s3_tools.py tests/clients/test_s3_memory.py -k "syncs or memory"

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# sql: write each room's questions.py and the tables of a fresh SQLite file anew, after tables or migrations changed
sql: setup-dev
	$(BIN)/python tools/sql.py

# lock: write the lock files anew (hashes only, no addresses); needs uv
lock:
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet requirements/build.in -o requirements/build.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet pyproject.toml --extra postgres --extra objects --extra nats -o requirements/run.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet pyproject.toml --extra postgres --extra objects --extra nats --group dev -o requirements/dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet requirements/awscli.in -o requirements/awscli.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet requirements/moto.in -o requirements/moto.lock
