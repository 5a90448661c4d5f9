# Every word a person types. Needs make and python3 (3.11 or newer, with venv); fetches the rest.
# `make help` prints this list from the `##` comments below.

PYTHON ?= python3
ARGS ?=

PY := .venv/bin/python
UV := .uv/venv/bin/uv
READY := .venv/ready
PACKAGES := storage actors notes timelines moderation federation actions pages worlds server
CODE := $(PACKAGES) tests $(wildcard bench)

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
# The machine's own certificates where it has them (a company's proxy may need them).
export UV_SYSTEM_CERTS := $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),true,false)
unexport VIRTUAL_ENV PYTHONHOME PYTHONPATH

.DEFAULT_GOAL := help
.PHONY: help setup run demo test test-long check fix bench lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | \
	    while IFS="$$(printf '\t')" read -r word text; do printf '  make %-10s %s\n' "$$word" "$$text"; done

setup: $(READY) ## install everything into .venv (the other words do it when needed)

# The bootstrap: a private virtual environment that holds only uv, checked against its hash.
.uv/ready: requirements-bootstrap.txt bootstrap
	@PYTHON="$(PYTHON)" ./bootstrap

# The project's environment, exactly as locked.
$(READY): .uv/ready uv.lock pyproject.toml
	@echo "Installing what uv.lock names into .venv ..."
	@$(UV) sync --locked --quiet --python .uv/venv/bin/python
	@touch $(READY)

run: $(READY) ## run one node from config.toml (made from the example if missing)
	@test -f config.toml || { cp config.example.toml config.toml && echo "Wrote config.toml."; }
	@.venv/bin/passerelle --config config.toml migrate
	@exec .venv/bin/passerelle --config config.toml serve

demo: $(READY) ## three instances that federate on this machine; ARGS=--once to check and stop
	@exec $(PY) -m worlds.demo $(ARGS)

test: $(READY) ## the rules and one trip per door, on SQLite (4 minutes at most)
	$(PY) -m pytest -m "not long and not postgres" -n 2 --dist loadfile $(ARGS)

test-long: $(READY) ## faults, PostgreSQL, many instances (25 minutes at most)
	timeout --kill-after=30 1200 $(PY) -m pytest -m "long or postgres" $(ARGS)
	PASSERELLE_TRIPS_ON=postgresql timeout --kill-after=30 600 $(PY) -m pytest tests/trips \
		-m "not long and not postgres" -n 2 --dist loadfile $(ARGS)

check: $(READY) ## formatting, lint, types, import contracts, documentation
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy $(CODE)
	.venv/bin/lint-imports
	$(PY) -m pytest tests/docs

fix: $(READY) ## format and mend what ruff can mend by itself
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

bench: $(READY) ## measure; prints a table, writes bench/results/latest.json
	$(PY) -m bench $(ARGS)

lock: .uv/ready ## renew uv.lock after a change in pyproject.toml
	$(UV) lock --python .uv/venv/bin/python

clean: ## remove what was installed and cached; config.toml and data/ stay
	rm -rf .venv .uv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
