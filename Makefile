# The everyday commands. scripts/bootstrap installs their packages in .venv.

.DEFAULT_GOAL := help
.PHONY: help run dev test test-slow test-live test-staff test-web test-faults quick test-proxies test-client test-typescript test-model test-audit check bench soak schema requirements sbom audit venv-audit format

# Builds .venv-NAME from FILE.txt, unless it is up to date: $(call environment,NAME,FILE,OPTIONS of pip)
define environment
@cmp -s $(2).txt .venv-$(1)/built || (rm -rf .venv-$(1) && .venv/bin/python -m venv .venv-$(1) && \
	.venv-$(1)/bin/pip install --quiet --disable-pip-version-check --require-hashes $(3) --requirement $(2).txt && \
	cp $(2).txt .venv-$(1)/built)
endef

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# make passes SIGTERM on to its child only, so the server replaces the shell.
run: ## Serve Hindsight with demo data at http://127.0.0.1:8000; PORT=8001 changes the port
	@scripts/bootstrap run
	@exec env HINDSIGHT_ENV=$${HINDSIGHT_ENV:-development} scripts/serve --with-worker

dev: ## Serve Hindsight with demo data, and restart when code changes
	@scripts/bootstrap dev
	@exec env HINDSIGHT_ENV=$${HINDSIGHT_ENV:-development} scripts/serve --reload

# The folders of tests/ that have a target of their own.
OWN_TARGETS := live staff commands quality

test: ## Run all but the slow tests, on SQLite and on PostgreSQL with Redis; pytest gets ARGS, such as ARGS="-k name"
	@scripts/bootstrap dev
	@.venv/bin/python -m tests.environments -m "not slow" $(addprefix --ignore=tests/,$(OWN_TARGETS)) $(ARGS)

test-slow: ## Run the slow tests that `make test` leaves out, on SQLite and on PostgreSQL with Redis; ARGS goes to pytest
	@scripts/bootstrap dev
	@.venv/bin/python -m tests.environments -m slow $(addprefix --ignore=tests/,$(OWN_TARGETS)) $(ARGS)

test-live: ## Test several processes on one database, on SQLite and on PostgreSQL with Redis; ARGS goes to pytest
	@scripts/bootstrap dev
	@.venv/bin/python -m tests.environments tests/live $(ARGS)

test-staff: ## Test the staff pages and the commands, on SQLite and on PostgreSQL with Redis; ARGS goes to pytest
	@scripts/bootstrap dev
	@.venv/bin/python -m tests.environments tests/staff tests/commands $(ARGS)

test-web: ## Test the pages in a browser, and connections, on PostgreSQL with Redis; ARGS goes to pytest
	@scripts/bootstrap dev
	@.venv/bin/python -m tests.environments web $(ARGS)

test-faults: ## Test killed processes, unavailable stores, stuck locks and full disks; ARGS goes to pytest
	@scripts/bootstrap dev
	@.venv/bin/python -m tests.environments faults $(ARGS)

quick: ## Run most tests of `make test` on SQLite, without pages, reports, deals, webhooks and docs; pytest gets ARGS
	@scripts/bootstrap dev
	@.venv/bin/python -m tests.environments quick -q -m "not slow" $(addprefix --ignore=tests/,$(OWN_TARGETS) interviews/web interviews/reports deals webhooks docs) $(ARGS)

check: ## Check style, types, imports, migrations, the API schema and the production settings
	@scripts/bootstrap dev
	@tools/dev/check

test-proxies: ## Test early responses through nginx and Caddy, which must be installed; ARGS goes to pytest
	@scripts/bootstrap dev
	@.venv/bin/pytest -q tests/live/optional/test_reverse_proxies.py $(ARGS)

.PHONY: test-pgbouncer
test-pgbouncer: ## Test the API and pages through PgBouncer, which must be installed; ARGS goes to pytest
	@scripts/bootstrap dev
	@.venv/bin/python -m tests.environments -q tests/live/optional/test_pgbouncer.py $(ARGS)

.PHONY: test-operations
test-operations: ## Follow docs/operations.md and "Try it" of docs/api.md on an empty machine, and run what the Containerfile does
	@scripts/bootstrap dev
	@HINDSIGHT_ENV=development .venv/bin/pytest -q $(addprefix tests/live/optional/test_,operations.py container.py try_it.py) $(ARGS)

.PHONY: test-pythons
test-pythons: ## Run `make check`, `make run` and Paige's tests with the oldest Python of README.md and the newest; ARGS goes to pytest
	@scripts/bootstrap dev
	@.venv/bin/pytest -q tests/live/optional/test_pythons.py $(ARGS)

CLIENTS := tests/live/optional/clients
.PHONY: lint-api venv-client

test-client: venv-client ## Test clients generated for Python, TypeScript, Go, Ruby and PHP, which must be installed; ARGS goes to pytest
	@HINDSIGHT_ENV=development .venv/bin/pytest -q tests/live/optional/test_generated_clients.py $(ARGS)

lint-api: venv-client ## Check docs/openapi.yaml with Redocly and Spectral
	@tools/dev/lint_api

venv-client:
	@scripts/bootstrap dev
	@cat requirements/client.txt $(CLIENTS)/package-lock.json | cmp -s - .venv-client/built || \
		(rm -rf .venv-client && .venv/bin/python -m venv .venv-client && \
		.venv-client/bin/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements/client.txt && \
		cp $(CLIENTS)/package.json $(CLIENTS)/package-lock.json .venv-client && \
		PATH="$(CURDIR)/.venv-client/bin:$$PATH" npm ci --prefix .venv-client --silent --ignore-scripts --no-audit --no-fund && \
		cat requirements/client.txt $(CLIENTS)/package-lock.json >.venv-client/built)

test-typescript: venv-client ## Test the TypeScript samples of the guides, and the n8n workflow; pytest gets ARGS
	@PATH="$(CURDIR)/.venv-client/bin:$$PATH" .venv/bin/pytest -q tests/live/optional/test_typescript_samples.py tests/live/optional/test_n8n.py $(ARGS)

.PHONY: test-mcp
test-mcp: ## Test the MCP server with the client of its SDK, over both transports; ARGS goes to pytest
	@scripts/bootstrap dev
	$(call environment,mcp,requirements/mcp)
	@.venv/bin/python -m tests.environments -q tests/live/optional/test_mcp.py $(ARGS)

.PHONY: fuzz
fuzz: ## Send requests that Schemathesis generates from docs/openapi.yaml, on both databases; pytest gets ARGS
	@scripts/bootstrap dev
	$(call environment,fuzz,requirements/fuzz)
	@.venv/bin/python -m tests.environments -q tests/live/optional/test_fuzz.py $(ARGS)

.PHONY: reader
reader: ## Train the reader of objectives and answers (takes hours, installs 6 GB on Linux); ARGS="--minutes 60"
	@scripts/bootstrap dev
	$(call environment,training,requirements/training)
	@HINDSIGHT_ENV=development DJANGO_SETTINGS_MODULE=hindsight.settings .venv-training/bin/python -m tools.reader.train $(ARGS)

.PHONY: labels
labels: ## Print how the reader reads labelled objectives and answers
	@scripts/bootstrap dev
	@.venv/bin/python -m tools.reader $(ARGS)

.PHONY: quality
quality: ## Interview scripted respondents, print how Paige treats them, and score the labelled answers
	@scripts/bootstrap dev
	@.venv/bin/python -m tests.quality $(ARGS)

test-model: ## Test Paige with a small local language model (takes minutes, installs 120 MB); the test gets ARGS
	@scripts/bootstrap dev
	$(call environment,model,requirements/test-model,--no-deps)
	@.venv/bin/python -m tests.model $(ARGS)

test-audit: venv-audit ## Test `make sbom` without a network and `make audit` against a local service; pytest gets ARGS
	@HINDSIGHT_ENV=development .venv/bin/pytest -q tests/live/optional/test_supply_chain.py $(ARGS)

bench: ## Measure GET, PATCH, the survey page, the worker and growth (minutes); the benchmark gets ARGS
	@scripts/bootstrap dev
	@.venv/bin/python -m tools.bench $(ARGS)

soak: ## Write under load while servers and stores fail, and compare the database; ARGS="--faults worker --seconds 20"
	@scripts/bootstrap dev
	@.venv/bin/python -m tools.soak $(ARGS)

.PHONY: house
house: ## Print the size of the project with its targets, and how many files a request runs
	@scripts/bootstrap dev
	@LOG_LEVEL=ERROR .venv/bin/python -m tools.dev.house

schema: ## Rewrite docs/openapi.yaml from the code
	@scripts/bootstrap dev
	@tools/dev/schema docs/openapi.yaml

.PHONY: translations
translations: ## Add new texts of the survey page to the catalogs in locale/, and compile them; ARGS=fr adds a language
	@scripts/bootstrap dev
	@.venv/bin/python -m tools.dev.translations $(ARGS)

requirements: ## Regenerate the pinned requirements from requirements/*.in; ARGS=--upgrade or ARGS="--upgrade-package NAME" upgrades
	@scripts/bootstrap dev
	@tools/dev/requirements $(ARGS)

sbom: venv-audit ## Write var/sbom.json: a CycloneDX bill of materials of requirements.txt
	@mkdir -p var
	@.venv-audit/bin/cyclonedx-py requirements requirements.txt --output-file var/sbom.json

# The pins are without conditions: also of packages for other platforms and Python versions.
audit: venv-audit ## Compare requirements.txt with known vulnerabilities, over the network; pip-audit gets ARGS
	@mkdir -p var && grep -oE '^[[:alnum:]_.-]+==[^ ;]+' requirements.txt >var/audit.txt
	@.venv-audit/bin/pip-audit --requirement var/audit.txt --no-deps --disable-pip --vulnerability-service osv $(ARGS)

venv-audit:
	@scripts/bootstrap dev
	$(call environment,audit,requirements/audit)

format: ## Rewrite the code in the project's style
	@scripts/bootstrap dev
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .
