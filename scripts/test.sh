#!/bin/sh
# All tests, against the plugin in its real place: root's Wireshark reads the global folder and nothing else, so the
# plugin just built is installed first, and stays installed (make uninstall removes it).
set -eu

cd "$(dirname "$0")/.."
# A peer to compare with, which Debian and its kin have.
if command -v apt-get >/dev/null 2>&1; then scripts/setup.sh tcptrace=tcptrace; fi
scripts/test-plugin.sh
scripts/install.sh
# What the recipes of examples/ go to, and what holds the log against its schema. Without these, that is not tested, and it is
# said.
scripts/setup.sh jq=jq python3=python3
if PYTHON=$(scripts/python.sh duckdb==2.0.1 duckdb-cli==1.5.6 pandas==2.2.3 jsonschema==4.23.0); then export PYTHON; else unset PYTHON; fi
cargo test --locked --no-fail-fast
cargo test --locked --no-fail-fast --package synfin-core
cargo test --locked --no-fail-fast --package synfin-cli --all-features
cargo test --locked --no-fail-fast --package xtask
python3 -m unittest discover --start-directory tests/readmes
