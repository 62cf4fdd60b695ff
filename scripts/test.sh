#!/bin/sh
# All tests, against the plugin in its real place: root's Wireshark reads the global folder and nothing else, so the
# plugin just built is installed first, and stays installed (make uninstall removes it).
set -eu

cd "$(dirname "$0")/.."
scripts/test-hosts.sh
scripts/test-plugin.sh
scripts/install.sh
cargo test --locked
cargo test --locked --no-default-features
