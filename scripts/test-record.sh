#!/bin/sh
# Records every scenario of tests/stacks anew in a temporary folder, from this kernel's TCP, and holds the installed
# plugin against what the sockets were. The committed captures stay as they are. Where recording is not permitted (no
# root, no namespaces, no TAP devices) it says so and is content; anything else that fails is a failure.
set -eu

cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

code=0
if [ "$(id -u)" != 0 ]; then
    echo "test-record: not root: nothing is recorded here"
    exit 0
fi
scripts/record.sh --all "$folder" >"$folder/record.log" 2>&1 || code=$?
if [ "$code" = 3 ]; then
    echo "test-record: $(tail -n 1 "$folder/record.log")"
    exit 0
fi
if [ "$code" != 0 ]; then
    cat "$folder/record.log"
    echo "test-record: recording failed" >&2
    exit 1
fi
# What this machine does not permit, by name, and the sum.
grep -E '^not allowed here|recorded, ' "$folder/record.log"
if ! python3 tests/stacks/check.py --captures "$folder" >"$folder/check.log"; then
    grep '^DISAGREES' "$folder/check.log" || true
    tail -n 1 "$folder/check.log"
    echo "test-record: what was recorded just now does not agree" >&2
    exit 1
fi
tail -n 1 "$folder/check.log"
