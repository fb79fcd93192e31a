# The main commands. Each works on a fresh Debian 12 with Rust, g++, make and Python 3.

CARGO ?= cargo
# Some tests run make. They must not inherit the flags of this make.
CARGO_TEST = env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL $(CARGO) test
# Crates and hardware units that `make quick` tests.
QUICK_CRATES = -p ibert-golden -p ibert-isa -p ibert-compile
QUICK_UNITS = poly:: requantizer:: divider::
# setup.sh installs tools that come as Python wheels here.
export PATH := $(PATH):$(CURDIR)/.venv/bin

.DEFAULT_GOAL := help
# `make demo` and `make test` first install the tools that they need; scripts/setup.sh says what it installs.
.PHONY: help demo quick test exhaustive nightly mutation coverage fuzz lint doc book setup

help: ## Print this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: ## Six sentences through MiniLM in integers, one of them on the accelerator's RTL
	@scripts/setup.sh demo
	@test -x target/debug/ibert || echo "==> compiling: about 2 minutes on two cores, the first time"
	$(CARGO) run --locked --quiet -- demo

quick: ## The inner loop: format, clippy, golden, isa, compiler, three hardware units in Verilator (15 seconds)
	@scripts/setup.sh demo
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked --quiet -- -D warnings
	scripts/test.sh $(QUICK_CRATES)
	$(CARGO_TEST) --locked --quiet -p ibert-cosim --test rtl -- $(QUICK_UNITS)

test: ## Run every test: operators, encoder, quantizer, command line, RTL in Verilator
	@scripts/setup.sh tests
	scripts/test.sh --workspace

exhaustive: ## Test operators on all 2^32 inputs and square roots in RTL on 2^24 (9 minutes)
	$(CARGO_TEST) --release --locked -p ibert-golden --features exhaustive --test exhaustive -- --nocapture --test-threads=1
	$(CARGO_TEST) --release --locked -p ibert-cosim --features exhaustive --test exhaustive -- --nocapture --test-threads=1

nightly: ## Run whole encoders on the RTL, up to 24 layers, every value compared (16 minutes)
	@scripts/setup.sh demo
	scripts/nightly.sh

MUTANTS ?= 30
mutation: ## Put faults into the Verilog of each unit, count those its testbench detects (5 minutes; or MUTANTS=all)
	@scripts/setup.sh tests
	$(CARGO) xtask mutation $(MUTANTS)

coverage: ## Count the events in the stimulus of each testbench; fails if an event that matters never occurs
	$(CARGO) xtask coverage

FUZZ_SECONDS ?= 180
fuzz: ## Fuzz the readers of model and case files (needs a nightly toolchain and `cargo install cargo-fuzz`)
	cd golden/fuzz && $(CARGO) run --quiet --bin seeds
	cd golden && for target in case_file integer_model; do \
	  $(CARGO) +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -dict=fuzz/safetensors.dict -timeout=10 -detect_leaks=0 || exit 1; \
	done

lint: ## Check formatting, run clippy with warnings denied
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

doc: ## Build the API documentation into target/doc, warnings denied
	RUSTDOCFLAGS=-Dwarnings $(CARGO) doc --workspace --no-deps --locked

book: ## Build the documentation as a book into target/book; fails on a dead link
	$(CARGO) run --locked --quiet -p ibert-book

setup: ## Find the external tools and install what is missing
	@scripts/setup.sh tests
