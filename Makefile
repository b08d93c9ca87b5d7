# `make` prints what there is. Everything generated is under .build and .venv.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help

VENV := .venv
BUILD := .build
# What `make test` runs: lanes beside each other, the stages of each in their order. Much of a stage is waiting, for a
# cluster or for Ansible, so two lanes take hardly longer than the longer one.
LANES := "units conformance integration" "lint build sanity molecule"
LANES_ALL := "units conformance engine integration" "lint docsite build sanity molecule molecule-rest"
# Each directory of tests is in one of these, or is tests/unit (ansible-test) or tests/integration.
UNITS := tests/build tests/discovery tests/lab tests/properties tests/roles
# Every directory below molecule/ is in one of these; CONTRIBUTING.md says why in which.
SCENARIOS := default single
SCENARIOS_REST := inventories secured membership package container interrupted discovery recovery swarm leave upgrade

export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export LC_ALL := C.UTF-8
export PYTHONDONTWRITEBYTECODE := 1
export ANSIBLE_HOME := $(CURDIR)/$(BUILD)/ansible
# A link in it makes the checkout itself the installed collection.
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.collections
# The lab's parameters, given as `make lab LAB_SLAVES=1` or in the environment.
export LAB_NAME LAB_NETWORK LAB_MASTERS LAB_SLAVES LAB_BALANCERS LAB_LAYOUT LAB_METHOD LAB_VARIABLES LAB_KEEP_IMAGES
export MESOS_ARCHIVE MESOS_ARCHIVE_CHECKSUM MESOS_CHECKSUM MARATHON_ARCHIVE MARATHON_ARCHIVE_CHECKSUM MARATHON_CHECKSUM
export MARATHON_URL BENCH_LOOP

.PHONY: help
help: ## this table
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: venv
venv: $(VENV)/.complete ## the tools in .venv, exact versions (requirements-dev.txt)

$(VENV)/.complete: requirements-dev.txt tools/venv.sh
	@tools/prerequisites.sh tools
	@tools/venv.sh $(VENV)

.PHONY: lock
lock: ready ## requirements-dev.txt from requirements-dev.in; moves no version that still fits (UPGRADE=1 moves all)
	@uv pip compile --quiet --universal --python-version 3.11 $(if $(UPGRADE),--upgrade) \
	  --custom-compile-command "make lock" --output-file requirements-dev.txt requirements-dev.in

.PHONY: ready
ready: $(VENV)/.complete

.PHONY: prerequisites
prerequisites: ## as root on Debian: installs what tests and lab need from the system
	@tools/prerequisites.sh tools tests browser lab

## Tests

.PHONY: test
test: ready ## lint, build, sanity, units, conformance, integration and molecule, with a table of the stages' times
	@tools/prerequisites.sh tests lab
	@python -m lab docker start
	@tools/stages.py $(LANES)

.PHONY: test-all
test-all: export PYTEST_ADDOPTS := -m ""
test-all: ready ## `make test` with the tests, the stage and the scenarios that it leaves out for their minutes
	@tools/prerequisites.sh tests browser lab
	@python -m lab docker start
	@tools/stages.py $(LANES_ALL)

.PHONY: lint
lint: ready ## ruff, yamllint, ansible-lint (production profile), antsibull-docs, vermin, changelog fragments, READMEs of the roles
	ruff check .
	yamllint --strict .
	ansible-lint --offline
	antsibull-changelog lint
	antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs self .
	vermin --no-tips --target=3.9- --violations extensions plugins roles/_common/files
	python tools/role_readme.py --check

.PHONY: sanity
sanity: ready ## ansible-test sanity
	python tools/ansible_test.py sanity

.PHONY: units
units: ready ## unit tests of the plugins by ansible-test, as in any collection, then those of roles, playbooks and lab
	python tools/ansible_test.py units
	@tools/prerequisites.sh tests
	pytest $(UNITS) -n 2 --dist loadfile

.PHONY: engine
engine: ready ## the lab engine's own tests
	@tools/prerequisites.sh tests
	pytest engine/tests --ignore=engine/tests/conformance -n 3 --dist loadfile

.PHONY: matrix
matrix: ready ## a smoke test and the plugins' unit tests on ansible-core 2.17 to 2.21, each with a Python that it takes; CORES="2.17 2.21"
	@tools/prerequisites.sh tests
	@python tools/matrix.py $(CORES)

.PHONY: integration
integration: ready ## modules against the lab engine, or against the Marathon at MARATHON_URL=
	@tools/prerequisites.sh tests
	pytest tests/integration $(if $(MARATHON_URL),,-n 2 --dist loadfile)

.PHONY: conformance
conformance: ready ## the lab engine's answers beside those of Mesos 1.11.0 and Marathon, as a table; MESOS_URL= MARATHON_URL=
	@tools/prerequisites.sh tests
	pytest engine/tests/conformance --table $(if $(MESOS_URL)$(MARATHON_URL),,-n 2 --dist loadfile)

.PHONY: molecule
molecule: ready ## clusters in Docker: converge, idempotence, verify; SCENARIOS="default single"
	@tools/prerequisites.sh lab
	@code=0; for scenario in $(SCENARIOS); do \
	  MOLECULE_EPHEMERAL_DIRECTORY=$(CURDIR)/$(BUILD)/molecule/$$scenario python -m lab exec -- molecule test --no-command-borders -s $$scenario || code=$$?; \
	  test $$code -lt 128 || break; \
	done; exit $$code

.PHONY: molecule-rest
molecule-rest: ## the scenarios that are in `make test-all` only
	@$(MAKE) molecule SCENARIOS="$(SCENARIOS_REST)"

.PHONY: bench
bench: ready ## 1,000 definitions by marathon_apps and by loops (BENCH_LOOP=1000: loops run whole); a large simulated cluster (BENCH_AGENTS=500 BENCH_APPS=1000); apps to HAProxy's file; site.yml, if a lab runs
	@tools/prerequisites.sh tests
	@python -m lab bench
	@PYTHONPATH=tests/support python -m lab bench-modules
	@PYTHONPATH=tests/support python -m lab bench-scale
	@python -m lab bench-discovery

## Lab

.PHONY: lab
lab: ready ## a cluster with apps on this machine; LAB_MASTERS= LAB_SLAVES= LAB_BALANCERS= MESOS_ARCHIVE= MARATHON_ARCHIVE=
	@tools/prerequisites.sh lab
	@python -m lab up

.PHONY: lab-down
lab-down: ready ## removes the lab
	@python -m lab down

.PHONY: lab-check
lab-check: ready ## site.yml and apps.yml on the running lab with --check --diff
	@python -m lab check

.PHONY: lab-apps
lab-apps: ready ## apps.yml on the running lab
	@python -m lab apps

.PHONY: lab-report
lab-report: ready ## where Mesos, Marathon and each app of the running lab answer, and what
	@python -m lab report

.PHONY: docker-start
docker-start: ready ## starts this machine's Docker daemon where none answers
	@tools/prerequisites.sh lab
	@python -m lab docker start

.PHONY: docker-stop
docker-stop: ready ## stops the Docker daemon if the lab started it
	@python -m lab docker stop

## Release

.PHONY: docs
docs: ready ## options and entry points in the roles' READMEs, from their argument_specs
	@python tools/role_readme.py

.PHONY: docsite
docsite: ready ## the docs site in .build/docsite/html: guides, READMEs, and pages of roles and plugins; a warning is an error
	python tools/docsite.py

.PHONY: build
build: ready ## the collection's archive in .build/dist, checked as Galaxy does
	@rm -rf $(BUILD)/dist
	@ansible-galaxy collection build --force --output-path $(BUILD)/dist
	@python tools/galaxy_import.py $(BUILD)/dist/quorum-mesos-*.tar.gz

.PHONY: changelog
changelog: ready ## CHANGELOG.rst from changelogs/; fragments become part of galaxy.yml's version
	@if compgen -G 'changelogs/fragments/*.y*ml' >/dev/null; \
	then antsibull-changelog release --update-existing; \
	else antsibull-changelog generate --reload-plugins; fi

.PHONY: clean
clean: ## removes .build (not .venv); a running lab must be down
	@if [ -e $(BUILD)/lab/inventory.yml ]; then echo "A lab exists: run 'make lab-down' first." >&2; exit 1; fi
	@rm -rf $(BUILD) .ansible
