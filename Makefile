# Everything a reader or a maintainer does with this repository; `make help` lists it.
# The project's own tools live in .environments/tools; frameworks get environments of their own.

PYTHON     ?= python3
FRAMEWORKS ?=
WORKLOADS  ?=
PROFILE    ?=
DEVICE     ?=
RESULTS    ?=
PORT       ?= 8000
TESTS      ?= tests

TOOLS   := .environments/tools
BIN     := $(TOOLS)/bin
ROSETTA := $(BIN)/python -m rosetta
SELECT  := $(if $(FRAMEWORKS),--frameworks "$(FRAMEWORKS)") $(if $(WORKLOADS),--workloads "$(WORKLOADS)")
RUN     := $(SELECT) $(if $(PROFILE),--profile $(PROFILE)) $(if $(DEVICE),--device $(DEVICE))
ifneq ($(RESULTS),)
export RESULTS := $(abspath $(RESULTS))
endif

.PHONY: html serve test verify check lint env data locks clean help
.DEFAULT_GOAL := help

html: $(TOOLS)/docs.done ## make what is missing, run what is stale, draw _build/html
	@$(ROSETTA) html $(RUN)

serve: ## show the site on http://127.0.0.1:PORT
	@test -f _build/html/index.html || { echo "There is no site yet: run make html first."; exit 1; }
	@$(PYTHON) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

test: $(TOOLS)/test.done ## install what the tests need, run lint and all tests
	@tests/browser.sh
	@$(BIN)/ruff check && $(BIN)/ruff format --check
	@$(ROSETTA) check
	@$(ROSETTA) html --frameworks none
	@$(BIN)/python -m pytest $(TESTS)

verify: $(TOOLS)/docs.done ## run the parity steps alone in every environment, print the verdicts
	@$(ROSETTA) verify $(SELECT) $(if $(DEVICE),--device $(DEVICE))

check: $(TOOLS)/docs.done ## hold the scripts against the rules; run nothing
	@$(ROSETTA) check $(SELECT)

env: $(TOOLS)/docs.done ## make the environments of the frameworks, run nothing
	@$(ROSETTA) env $(SELECT) $(if $(DEVICE),--device $(DEVICE))

data: $(TOOLS)/docs.done ## fetch and verify the data
	@$(ROSETTA) data

locks: $(TOOLS)/docs.done ## resolve requirements/*.in anew (LOCKS="docs test" for some)
	@PATH="$(abspath $(BIN)):$$PATH" $(PYTHON) requirements/lock.py $(LOCKS)

clean: ## remove the site and every environment; records and data stay
	rm -rf _build .environments

help: ## this text
	@echo "make TARGET [VARIABLE=value]"; echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'
	@echo
	@echo '  FRAMEWORKS  all, none or "names from frameworks.toml" (default: the core ones)'
	@echo '  WORKLOADS   "folders of scripts/" (default: every one)'
	@echo '  PROFILE     brief, short, epoch or full (default: full on a GPU, else short)'
	@echo '  DEVICE      cpu or cuda (default: cuda where a GPU answers)'
	@echo '  RESULTS     folder for the records (default: results), to keep a trial out of the tree'
	@echo '  ROSETTA_DATA  folder with the data (default: the user'"'"'s cache folder)'
	@echo '  TESTS       what make test runs (default: tests)'

# uv comes first, by the one pip of the environment; it installs the rest from locks with hashes.
# The stamp is written last: an installation that was interrupted is made again.
$(TOOLS)/%.done: requirements/%.txt
	@echo "making the project's tools ($<)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) is older than 3.11; name another: make PYTHON=python3.12"; exit 1; }
	@test -x $(BIN)/uv || { $(PYTHON) -m venv --clear $(TOOLS) && $(BIN)/python -m pip install \
	  --quiet --require-hashes --no-deps --requirement requirements/uv.txt; }
	@$(BIN)/uv pip install --quiet --require-hashes --python $(BIN)/python --requirements $<
	@touch $@
