# The few commands that matter; each works from nothing on Debian 12 with Rust, g++, make and Python 3.

CARGO ?= cargo
# Tests start make themselves, as from a shell: without this make's own messages and flags.
CARGO_TEST = env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL $(CARGO) test
# Where setup puts what only comes as a Python wheel.
export PATH := $(PATH):$(CURDIR)/.venv/bin

.DEFAULT_GOAL := help
# In `make demo` and `make test` all that is needed is installed first; scripts/setup.sh says what it does.
.PHONY: help demo test exhaustive nightly mutation coverage fuzz lint doc book setup

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: ## Real sentences through MiniLM with integers only, one of them on the RTL of the accelerator
	@scripts/setup.sh demo
	@test -x target/debug/ibert || echo "==> compiling: about five minutes on two cores, the first time"
	$(CARGO) run --locked --quiet -- demo

test: ## Every test: operators, encoder, quantizer, command line, RTL in Verilator
	@scripts/setup.sh tests
	$(CARGO_TEST) --workspace --locked

exhaustive: ## Operators over all of their 2^32 inputs and square roots in RTL over 2^24, in a release build: minutes
	$(CARGO_TEST) --release --locked -p ibert-golden --features exhaustive --test exhaustive -- --nocapture --test-threads=1
	$(CARGO_TEST) --release --locked -p ibert --features exhaustive --test rtl_exhaustive -- --nocapture --test-threads=1

nightly: ## Full encoders on the accelerator's RTL, up to 24 layers, every value compared: minutes
	@scripts/setup.sh demo
	scripts/nightly.sh

MUTANTS ?= 30
mutation: ## Faults put into the Verilog of each unit, and how many its testbench notices: minutes; MUTANTS=all for every one
	@scripts/setup.sh tests
	$(CARGO) run --locked --quiet --example mutation -- $(MUTANTS)

coverage: ## What the stimulus of each unit's testbench does, and how often; fails if something that matters never happens
	$(CARGO) run --locked --quiet --example coverage

FUZZ_SECONDS ?= 180
fuzz: ## Fuzz the readers of model and case files; needs a nightly toolchain and `cargo install cargo-fuzz`
	cd golden/fuzz && $(CARGO) run --quiet --bin seeds
	cd golden && for target in case_file integer_model; do \
	  $(CARGO) +nightly fuzz run $$target -- -max_total_time=$(FUZZ_SECONDS) -dict=fuzz/safetensors.dict -timeout=10 -detect_leaks=0 || exit 1; \
	done

lint: ## Formatting and clippy, warnings denied
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings

doc: ## API documentation into target/doc, warnings denied
	RUSTDOCFLAGS=-Dwarnings $(CARGO) doc --workspace --no-deps --locked

book: ## The documentation as a book into target/book; fails on a link that leads nowhere
	$(CARGO) run --locked --quiet -p ibert-book

setup: ## Look for the outside tools and install what is missing
	@scripts/setup.sh tests
