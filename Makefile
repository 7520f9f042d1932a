# Everything starts here; `seatstream --help` has the rest.
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed
RUN := $(VENV)/bin
# A worker a processor. Each has a Kafka and a PostgreSQL of its own, so that many would crowd a large machine.
WORKERS := --numprocesses=logical --maxprocesses=4 --no-loadscope-reorder

.PHONY: up down status test bench chromium programs clean
.DEFAULT_GOAL := up

## up: fresh clone to live, with a demo world and a running on-sale (DETACH=1 returns when all is green)
up: $(STAMP)
	@$(RUN)/seatstream up $(if $(DETACH),--detach)

## down: stop what `make up` started
down: $(STAMP)
	@$(RUN)/seatstream down

## status: how far every part is
status: $(STAMP)
	@$(RUN)/seatstream status

## test: every check
test: $(STAMP) chromium
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/coverage erase
	$(RUN)/coverage run -m pytest $(WORKERS)
	$(RUN)/coverage combine --quiet
	$(RUN)/coverage report --include='inventory_stream/records/*' --fail-under=100
	$(RUN)/coverage report --include='inventory_stream/projection/*,inventory_stream/log/*' --fail-under=100
	$(RUN)/coverage report

## bench: measure everything, or one figure with NAME=
bench: $(STAMP) programs
	@$(RUN)/python -m benchmarks $(NAME)

## clean: forget the local data
clean:
	@if [ -x $(RUN)/seatstream ]; then $(RUN)/seatstream down --quiet; fi
	rm -rf .seatstream

# The browser that pages are tested in: an ordinary package of the machine, since Playwright's own is not in a registry.
chromium:
	@sh .ci/programs.sh 'make test' 'chromium fonts-liberation'

# What measures HTTP, and what it is measured against: ordinary packages of the machine.
programs:
	@sh .ci/programs.sh 'make bench' wrk nginx

# Installs again only when the lock or the project's metadata changed.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'Seatstream needs Python 3.11 or newer: name one with PYTHON=.' >&2; exit 1; }
	@[ -x $(RUN)/python ] || $(PYTHON) -m venv $(VENV)
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock || \
		{ echo 'Cannot install the packages of requirements.lock: the package registry does not answer or lacks one (the lines above say which).' >&2; exit 1; }
	@$(RUN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@
