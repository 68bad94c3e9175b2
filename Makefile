# Every target in one line: make help

SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
TEST_INSTALLED := $(VENV)/test-installed
INVENTORY ?= inventories/prod.py
# YES=1 runs without asking, as cron and CI need it.
YES ?=
ANSWER := $(if $(YES),-y)
# Three at a time on two processors: many of them wait for processes.
FAST_TESTS := $(BIN)/pytest -q -n 3 --dist worksteal tests/unit tests/facts tests/operations tests/plans tests/windows tests/contract
# Three at a time, because half of the time they wait for machines; in the order of tests/lab/conftest.py.
LAB_TESTS := $(BIN)/pytest -q -n 3 --dist loadgroup --no-loadscope-reorder --durations=20 tests/lab

.DEFAULT_GOAL := help
.PHONY: help demo demo-down plan apply verify probe backup rollback restore secrets history host-history rehearse end-rehearsal lint test test-fast test-lab test-full bench locks settings-page gates-page lab-list lab-down clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(INSTALLED) ## the main job: turn a bare Debian machine into a suite, send mail, show where it went
	@$(BIN)/python -m lab.demo up

demo-down: $(INSTALLED) ## remove the demo's machine
	@$(BIN)/python -m lab.demo down

plan: $(INSTALLED) ## what a run would change on the hosts of INVENTORY=inventories/prod.py
	@$(BIN)/pyinfra --dry $(INVENTORY) deploys/mailman.py

apply: $(INSTALLED) ## show what would change, ask, then bring the hosts of INVENTORY into the declared state; YES=1 does not ask
	@$(BIN)/pyinfra $(ANSWER) $(INVENTORY) deploys/mailman.py

verify: $(INSTALLED) ## check the running suites of INVENTORY as their users would
	@$(BIN)/pyinfra -y $(INVENTORY) deploys/verify.py

probe: $(INSTALLED) ## send a message through a hidden list on each host of INVENTORY, then clean up
	@$(BIN)/pyinfra -y $(INVENTORY) deploys/probe.py

backup: $(INSTALLED) ## copy the whole suite of each host of INVENTORY into an archive there; mail waits meanwhile
	@$(BIN)/pyinfra -y $(INVENTORY) deploys/backup.py

rollback: $(INSTALLED) ## return to the state before a window: make rollback HOST=NAME WINDOW=ID; without WINDOW, list the snapshots
	@$(BIN)/pyinfra $(ANSWER) $(INVENTORY) $(if $(HOST),--limit '$(HOST)') deploys/rollback.py --data 'mailman_rollback=$(WINDOW)'

restore: $(INSTALLED) ## restore the data of a backup: make restore HOST=NAME BACKUP=PATH-ON-THE-HOST
	@$(BIN)/pyinfra $(ANSWER) $(INVENTORY) $(if $(HOST),--limit '$(HOST)') deploys/restore.py --data 'mailman_backup=$(BACKUP)'

secrets: $(INSTALLED) ## only for a suite on several hosts: generate the secrets that they share, in secrets/, and print the lines for group_data
	@$(BIN)/python -m mailman_suite.preflight.shared_secrets

history: $(INSTALLED) ## who did what from this computer, newest last; HOST=NAME for one host
	@$(BIN)/python -m mailman_suite.runs.history $(if $(HOST),'$(HOST)')

host-history: $(INSTALLED) ## who did what on the hosts of INVENTORY (HOST=NAME for one), from any computer
	@$(BIN)/pyinfra -y $(INVENTORY) $(if $(HOST),--limit '$(HOST)') deploys/history.py

rehearse: $(INSTALLED) ## rehearse production's next change of release on a copy of it, on a staging host: make rehearse HOST=NAME
	@$(BIN)/pyinfra -y inventories/staging.py $(if $(HOST),--limit '$(HOST)') deploys/rehearse.py

end-rehearsal: $(INSTALLED) ## remove the copy of production from a staging host: make end-rehearsal HOST=NAME
	@$(BIN)/pyinfra -y inventories/staging.py $(if $(HOST),--limit '$(HOST)') deploys/end_rehearsal.py

lint: $(TEST_INSTALLED) ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint ## all tests, with real machines if this computer can run them
	$(FAST_TESTS)
	$(LAB_TESTS) -m "lab and not full"

test-fast: $(TEST_INSTALLED) ## the tests without machines, in a minute on two idle processors
	$(FAST_TESTS)

test-lab: $(TEST_INSTALLED) ## only the tests on real machines
	$(LAB_TESTS) -m "lab and not full"

test-full: lint ## all tests, including every fault at every step; a night on two cores
	$(FAST_TESTS)
	$(LAB_TESTS)

bench: $(TEST_INSTALLED) ## the benchmarks, measured side by side on lab machines
	$(BIN)/python -m tests.bench

locks: $(TEST_INSTALLED) ## refresh the hashed locks of the releases: make locks RELEASE=3.3.10 UPGRADE=--upgrade
	PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/python -m mailman_suite.releases.locks $(UPGRADE) $(RELEASE)

settings-page: $(INSTALLED) ## update docs/settings.md from the settings
	@$(BIN)/python -m mailman_suite.settings.reference > docs/settings.md.new && mv docs/settings.md.new docs/settings.md

gates-page: $(INSTALLED) ## update docs/gates.md from the gates and releases
	@$(BIN)/python -m mailman_suite.gates.page > docs/gates.md.new && mv docs/gates.md.new docs/gates.md

lab-list: $(INSTALLED) ## the lab's machines
	@$(BIN)/python -m lab list

lab-down: $(INSTALLED) ## remove every lab machine, its network and its mounts
	@$(BIN)/python -m lab down --all

clean: ## remove the virtual environment and what tools left behind
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache pyinfra-debug.log

# Debian keeps venv in a package of its own, which a bare machine does not have.
$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { apt-get -q update && apt-get -q -y install python3-venv; } || { echo "python3 -m venv does not work here; install python3-venv (as root: apt-get install python3-venv)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "the control machine needs Python 3.11 or newer, for example Debian 12; $(PYTHON) is $$($(PYTHON) -V)"; exit 1; }
	@echo "making $(VENV) with pyinfra ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

$(TEST_INSTALLED): $(INSTALLED) requirements-dev.txt
	@$(BIN)/pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@
