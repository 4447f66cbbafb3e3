# `make help` lists the targets. Each one first brings .venv up to date; PYTHON chooses its Python,
# WORKERS how many processes share the tests.
PYTHON ?= python3
DATA ?=
UPGRADE ?=
WORKERS ?= 3
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.up-to-date
PIP := $(BIN)/python -m pip --disable-pip-version-check
EXTRAS := bundled int8 worker files bench-peers otel dev

SHELL := /bin/sh
.SILENT:
.DEFAULT_GOAL := help
.PHONY: help demo serve test test-qdrant qdrant-url soak check fix bench constraints clean

help:  ## list the targets
	sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(firstword $(MAKEFILE_LIST)) \
	| while IFS='|' read -r target does; do printf '  make %-12s %s\n' "$$target" "$$does"; done

demo: $(STAMP)  ## start a throw-away service, ingest a few documents, ask a question
	$(BIN)/netgpt-docs demo

serve: $(STAMP)  ## serve on 127.0.0.1:8000 with a key of its own
	$(BIN)/netgpt-docs serve --dev

test: $(STAMP)  ## run the tests, without the minutes-long ones
	$(BIN)/python -m pytest -m 'not soak and not alone' -n $(WORKERS) --dist loadfile
	$(BIN)/python -m pytest -m 'alone and not soak'

test-qdrant: qdrant-url $(STAMP)  ## run the store's tests on the Qdrant server at TEST_QDRANT_URL
	$(BIN)/python -m pytest tests/contract -m 'not soak' -k 'server or qdrant'

qdrant-url:
	[ -n "$$TEST_QDRANT_URL" ] || { \
	  echo 'TEST_QDRANT_URL is not set. It names a Qdrant server of version 1.19 or newer, as in' >&2; \
	  echo '  make test-qdrant TEST_QDRANT_URL=http://127.0.0.1:6333 TEST_QDRANT_API_KEY=...' >&2; \
	  echo 'Without TLS, or the tests of faults cannot break its answers. What they make there has' >&2; \
	  echo 'names that begin with netgpt-docs-test- and is deleted in the end.' >&2; exit 1; }

soak: $(STAMP)  ## run the minutes-long tests
	$(BIN)/python -m pytest -m soak --timeout 3600

check: $(STAMP)  ## lint, format, types and import contracts; changes nothing
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

fix: $(STAMP)  ## mend what ruff can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)  ## run bench/*.py; those that measure on documents need DATA=folder
	for bench in bench/*.py; do \
	  [ -e "$$bench" ] || continue; \
	  if ! grep -q -e '"--data"' "$$bench"; then set --; \
	  elif [ -n '$(DATA)' ]; then set -- --data '$(DATA)'; \
	  elif ! grep -q -e '"--data".*required=True' "$$bench"; then set --; \
	  else echo "skipped $$bench: needs DATA=folder"; continue; fi; \
	  echo "== $$bench"; \
	  $(BIN)/python "$$bench" "$$@" || exit 1; \
	done

# Keeps the pins that still fit; UPGRADE=1 takes the newest of everything. Where pip is configured
# with a folder of wheels (find-links), torch is resolved from there; else from PyTorch's CPU index.
# Its CPU builds carry a label (+cpu) that no constraint may name: the label is not on every index.
constraints:  ## pin everything again in constraints.txt; UPGRADE=1 for newer versions
	[ -x build/uv/bin/uv ] || { $(PYTHON) -m venv build/uv && build/uv/bin/python -m pip install -qq uv; }
	folders="$${PIP_FIND_LINKS:-$$($(PYTHON) -m pip config get global.find-links 2>/dev/null)}"; \
	if [ -n "$$folders" ]; then source=$$(printf -- '--find-links %s ' $$folders); \
	else source='--torch-backend cpu'; fi; \
	sed 's/^torch==.*/&+cpu/' constraints.txt > build/constraints.txt; \
	build/uv/bin/uv pip compile pyproject.toml $(EXTRAS:%=--extra %) --python-version 3.11 $$source \
	  --no-emit-package netgpt-docs-service --no-annotate --no-header --no-emit-find-links \
	  --no-emit-index-url $(if $(UPGRADE),--upgrade) --quiet --output-file build/constraints.txt >/dev/null
	{ echo '# Every version of every extra; made by `make constraints`, installed with `pip -c`.'; \
	  sed 's/+cpu$$//' build/constraints.txt; } > build/constraints.new
	! grep -e '^nvidia' -e ' @ ' -e '^-' build/constraints.new || { echo 'constraints.txt is unchanged: these do not belong in it' >&2; exit 1; }
	mv build/constraints.new constraints.txt

clean:  ## remove .venv, builds and caches; documents in data/ stay
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
	find netgpt_docs_service tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

# torch comes first and alone: PyPI's build brings gigabytes of CUDA libraries. Where PyTorch's
# index cannot be reached, one retry costs a second, and pip's own sources are asked. Byte code is
# compiled afterwards by every CPU, in half of pip's time; templates among it do not compile.
$(STAMP): pyproject.toml constraints.txt
	echo 'Preparing $(VENV) (about two minutes the first time)' >&2
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -qq --no-compile --no-deps --retries 1 --timeout 15 --extra-index-url $(TORCH_INDEX) "$$(grep '^torch==' constraints.txt)"
	$(PIP) install -qq --no-compile -c constraints.txt -e '.[bundled,dev]'
	$(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
	touch $@
