# `make` lists what there is; the work is done by cargo, by xtask/ and by scripts/, which say more.

export PATH := $(PATH):$(HOME)/.cargo/bin
CARGO := cargo

.DEFAULT_GOAL := help
# No target is a file.
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' Makefile)

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | awk -F '\t' '{ printf "  make %-16s %s\n", $$1, $$2 }'

setup: ## install what is missing to build and test (apt-get; elsewhere says what)
	@scripts/setup.sh

run: build ## build, install, and print an annotated sample; PCAP=file for your own capture
	@scripts/install.sh --or-use
	@echo
	@scripts/run.sh "$$PCAP"

build: setup ## the plugin: target/release/libsynfin.so
	@$(CARGO) build --release --locked

install: build ## put the plugin where your Wireshark reads it, and check that it loads
	@scripts/install.sh

uninstall: ## remove it again, and offer to remove the profiles
	@scripts/install.sh --uninstall

test: build ## install the plugin, then all tests
	@scripts/test.sh

test-core: ## the tests that need no Wireshark
	@$(CARGO) test --locked --package synfin-core

lint: setup ## formatting, clippy, documentation, C and shell warnings, licences
	@$(CARGO) xtask lint

doctor: ## which Wireshark, which folder, did it load, and if not, why
	@scripts/doctor.sh

test-versions: setup ## the same plugin file in every Wireshark of scripts/series.tsv
	@$(CARGO) xtask versions

cross: ## the plugin for AArch64 Linux, Windows and macOS, in target/cross (tools made once: 4 GB, .cross/)
	@$(CARGO) xtask cross

test-aarch64: setup ## the plugin for AArch64 in real tsharks of AArch64, by qemu, against x86-64's output
	@$(CARGO) xtask test-aarch64

test-windows: setup ## the plugin for Windows in a stand-in for Wireshark, under wine, against Linux's output
	@$(CARGO) xtask test-windows

test-macos: setup ## the plugin for macOS, examined and not run
	@$(CARGO) xtask test-macos

test-installed: ## does the synfin that is installed here work? (Windows: install.ps1 -Check)
	@scripts/test-installed.sh

test-page: ## the page of `synfin report --html` in a headless Chromium: no complaint, both languages, a phone, the keyboard
	@scripts/test-page.sh

test-spark: setup ## the Spark job of examples/spark, on a Spark of two workers on this machine
	@scripts/test-spark.sh

test-python: setup ## the library for Python: built, installed into target/python, held against the command; pandas, polars, DuckDB
	@scripts/test-python.sh

dist: setup ## the release for all systems, in dist/; SYNFIN_DIST=linux for this one alone
	@$(CARGO) xtask dist

dist-check: setup ## build it in two places, and compare the bytes; SYNFIN_DIST=linux for this system alone
	@$(CARGO) xtask dist --check

install-profile: ## the profiles synfin and synfin-zh: columns, colours, filter buttons
	@scripts/profile.sh

uninstall-profile: ## remove both profiles
	@scripts/profile.sh --uninstall

screenshots: install ## the pictures in docs/images, from the real Wireshark on a screen of its own
	@scripts/screenshots.sh

page-pictures: ## those of that page in docs/images
	@scripts/test-page.sh --pictures

test-gui: install ## the same as a test: every window of synfin, in both languages (two minutes); SERIES=4.6: in that Wireshark (root)
	@scripts/screenshots.sh --check $(SERIES)

bench: setup ## what the plugin costs, measured: the tables of docs/COST.md (root; most of an hour; BENCH=--quick for a look)
	@scripts/setup.sh python3=python3
	@scripts/bench.py $(BENCH)
	@$(MAKE) --no-print-directory bench-cli

bench-cli: install ## what the command synfin costs, beside tshark and tcptrace: its table of docs/COST.md
	@scripts/setup.sh python3=python3 tcptrace=tcptrace
	@scripts/bench-cli.py

bench-check: setup ## instructions a segment, and a frame in each tshark (root), against bench/budget.json
	@scripts/setup.sh python3=python3 valgrind=valgrind
	@scripts/bench-check.py

record: build ## record the test captures again from real TCP stacks (root)
	@$(CARGO) xtask record

test-record: install ## record them anew in a temporary folder and check those (root with namespaces; else says why not)
	@$(CARGO) xtask test-record

test-large: install ## 20 GB and a hundred million frames through a pipe to the command, and to tshark (ten minutes)
	@$(CARGO) test --release --locked -p synfin-cli --test streaming -- --ignored --nocapture --test-threads 1

test-stacks: ## tens of thousands of connections of a second TCP stack on a faulty link
	@$(CARGO) test --release --locked -p synfin-core --test second_stack -- --include-ignored --nocapture

stacks-table: ## write what comes out of that into docs/STACKS.md
	@SYNFIN_WRITE_TABLE=1 $(MAKE) --no-print-directory test-stacks

fuzz-smoke: ## minutes of fuzzing: core, C ABI, damaged captures in tshark
	@$(CARGO) xtask fuzz-smoke

fuzz-long: ## the same with large numbers; SEED=n for another run
	@$(CARGO) xtask fuzz-smoke --segments 100000000 --calls 10000000 --files 2000 --seed "$(or $(SEED),2)"

fuzz-guided: ## libFuzzer; TARGET=core or abi, SECONDS=n
	@$(CARGO) xtask fuzz-guided "$(or $(TARGET),core)" "$(or $(SECONDS),60)"

test-robust: ## panics, sanitizers, valgrind, long-lived processes, live capture
	@$(CARGO) xtask robust

clean: ## remove what was built (the cached Wireshark versions stay)
	@$(CARGO) clean
	@rm -rf dist
