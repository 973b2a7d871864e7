# handoff. A bare `make` lists what there is to make.

PYTHON ?= python3
# Where the language model and the PDF engine live, and a local mirror to take them from.
export HANDOFF_ASSETS ?= $(CURDIR)/.assets
export MIRROR ?=
# Where `make mirror` puts all that set-up downloads.
DIR ?=
# What `make fresh` tries: Debian releases and users.
FRESH ?= bookworm:root bookworm:user trixie:root trixie:user

VENV := .venv
PY := $(VENV)/bin/python
# Nothing is resolved at install time: see scripts/install_locked.sh.
INSTALL := $(if $(MIRROR),WHEELS="$(MIRROR)") scripts/install_locked.sh $(PY)
UV_COMPILE := uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	--no-strip-extras --generate-hashes --quiet --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help setup mirror demo check test soak fresh fuzz coverage lint lock wheel try-wheel clean programs vendor-programs \
	bench bench-seal bench-detection bench-send bench-memory bench-cli bench-office bench-ocr bench-pdf bench-corpus bench-custody bench-viewer

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.runtime-stamp  ## make the virtual environment and fetch the models and the PDF engine, by hash
	@$(VENV)/bin/handoff setup --all $(if $(MIRROR),--mirror "$(MIRROR)")

mirror: | $(PY)  ## bring all that set-up downloads into DIR=..., for `make demo MIRROR=...` without a network
	@$(PY) -m scripts.mirror "$(DIR)"

demo: setup vendor-programs  ## send a batch of legal documents to a vendor on an S3 server of its own, then play the vendor
	@examples/demo.sh

test: $(VENV)/.dev-stamp setup programs lint  ## set up, check style, types and imports, run all tests
	$(PY) -m pytest -n 2 --dist worksteal $(PYTEST_ARGS)

check: $(VENV)/.dev-stamp setup lint  ## style, types, imports and the unit tests: a few minutes, before a commit
	$(PY) -m pytest -n 2 --dist worksteal -q -m "not real and not slow and not soak" tests/unit tests/vectors

soak: $(VENV)/.dev-stamp setup programs  ## the tests that need the package registries, or many minutes
	$(PY) -m pytest -m soak $(PYTEST_ARGS)

fresh: $(VENV)/.dev-stamp  ## demo and test on bare Debian 12 and 13, as root and as a user (about two hours)
	@PYTHON=$(PY) scripts/fresh.sh $(FRESH)

fuzz: $(VENV)/.dev-stamp setup programs  ## damaged documents of every format, some hundred of each
	HANDOFF_FUZZ_EXAMPLES=300 $(PY) -m pytest -q tests/properties/test_fuzz_every_format.py

coverage: $(VENV)/.dev-stamp setup programs  ## run all tests, and say which lines none of them ran
	$(PY) -m pytest -n 2 --dist worksteal --cov --cov-report=term $(PYTEST_ARGS)

lint: $(VENV)/.dev-stamp  ## style, format, types, direction of imports, the README's generated table
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-logo
	$(PY) scripts/exit_codes.py --check

bench: bench-seal bench-detection bench-cli bench-office bench-ocr bench-pdf bench-custody bench-viewer bench-send bench-memory  ## all benchmarks, one after the other

bench-seal: $(VENV)/.dev-stamp programs  ## sealing 512 MiB beside age and pyrage
	$(PY) -m benchmarks.bench_seal

bench-detection: $(VENV)/.dev-stamp setup  ## finding beside stock Presidio on tab-144
	$(PY) -m benchmarks.bench_detection

bench-corpus: $(VENV)/.dev-stamp setup programs  ## a secret in every hiding place of every format; who still finds it
	$(PY) -m scripts.hiding_places --write

bench-send: $(VENV)/.dev-stamp setup  ## a whole send of 200 documents beside finding alone
	$(PY) -m benchmarks.bench_send

bench-memory: $(VENV)/.dev-stamp setup  ## peak memory at 200 and at 2,000 documents
	$(PY) -m benchmarks.bench_memory

bench-office: $(VENV)/.dev-stamp  ## Office documents beside a replacement by python-docx
	$(PY) -m benchmarks.bench_office --libreoffice

bench-ocr: $(VENV)/.dev-stamp programs  ## reading scans and pictures: seconds a page, words missed
	$(PY) -m benchmarks.bench_ocr

bench-pdf: $(VENV)/.dev-stamp setup  ## PDF pages a second beside PyMuPDF (in an environment of its own), and scans
	$(PY) -m benchmarks.bench_pdf

bench-custody: $(VENV)/.dev-stamp programs  ## appends beside a bare insert, verification, proofs, on a million events
	$(PY) -m benchmarks.bench_custody

bench-viewer: $(VENV)/.dev-stamp  ## the pages of `custody serve` over a million events
	$(PY) -m benchmarks.bench_viewer

bench-cli: $(VENV)/.dev-stamp  ## `handoff --help` beside an empty Click program
	$(PY) -m benchmarks.bench_cli

wheel: $(VENV)/.runtime-stamp  ## build the wheel into dist/
	@rm -rf dist
	@$(PY) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist

try-wheel: wheel  ## install the wheel as the README says, in an empty directory, and run the main job
	@scripts/try_wheel.sh

lock:  ## resolve the dependencies anew, write locks/, say what has no wheel (uses the network)
	@set -eu; scratch=$$(mktemp -d); trap 'rm -rf "$$scratch"' EXIT; \
	$(PYTHON) -m venv "$$scratch"; \
	scripts/install_locked.sh "$$scratch/bin/python" locks/uv.txt locks/build.txt; \
	PATH="$$scratch/bin:$$PATH"; \
	$(UV_COMPILE) --output-file locks/runtime.txt; \
	$(UV_COMPILE) --group dev --constraint locks/runtime.txt --output-file locks/dev.txt; \
	uv pip compile locks/build.in --universal --python-version 3.11 --no-strip-extras \
		--generate-hashes --quiet --custom-compile-command "make lock" \
		--constraint locks/dev.txt --output-file locks/build.txt; \
	uv pip compile locks/dev.txt --no-deps --universal --python-version 3.11 --quiet \
		--format pylock.toml --output-file "$$scratch/pylock.toml"; \
	"$$scratch/bin/python" -m scripts.wheel_table "$$scratch/pylock.toml" README.md

clean:  ## remove everything that the other targets made
	rm -rf .venv .assets .demo dist .coverage .coverage.* \
		.mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find handoff tests benchmarks examples scripts -name __pycache__ -type d -prune -exec rm -rf {} +

# Tests whose program is missing are skipped, each with the program's name.
programs:
	@scripts/programs.sh age:age ssh-keygen:openssh-client pdftotext:poppler-utils qpdf:qpdf \
		soffice:libreoffice-writer-nogui soffice:libreoffice-calc-nogui \
		soffice:libreoffice-impress-nogui tesseract:tesseract-ocr chromium:chromium pango-view:pango1.0-tools \
		'/usr/lib/postgresql/*/bin/postgres:postgresql' \
		radosgw:radosgw ceph-mon:ceph-mon ceph-osd:ceph-osd \
		aws:awscli jq:jq sqlite3:sqlite3 xxd:xxd

vendor-programs:
	@scripts/programs.sh age:age ssh-keygen:openssh-client curl:curl \
		soffice:libreoffice-writer-nogui soffice:libreoffice-calc-nogui \
		soffice:libreoffice-impress-nogui tesseract:tesseract-ocr

$(PY):
	@scripts/check_python.sh "$(PYTHON)"
	@echo "making a virtual environment in $(VENV)"
	@"$(PYTHON)" -m venv --clear $(VENV)

$(VENV)/.runtime-stamp: locks/build.txt locks/runtime.txt pyproject.toml | $(PY)
	@echo "installing the pinned dependencies, each checked by hash (a few minutes the first time)"
	@$(INSTALL) locks/build.txt locks/runtime.txt
	@$(PY) -m pip install --quiet --quiet --disable-pip-version-check --no-input \
		--no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.dev-stamp: locks/dev.txt $(VENV)/.runtime-stamp
	@echo "installing the pinned tools of the tests, each checked by hash"
	@$(INSTALL) locks/dev.txt
	@touch $@
