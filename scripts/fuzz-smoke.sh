#!/bin/sh
# A few minutes of fuzzing: the core, the C ABI, the whole plugin in tshark. The long runs are the same commands with
# larger numbers (docs/ROBUSTNESS.md).
#
#   fuzz-smoke.sh [SEGMENTS [CALLS [FILES [SEED]]]]
set -eu

cd "$(dirname "$0")/.."
segments=${1:-10000000} calls=${2:-500000} files=${3:-300} seed=${4:-1}
. scripts/robust-build.sh

robust_setup python3=python3
robust_plugin
robust_drivers

drivers=$ROBUST/fuzz
"$drivers/drive-core" "$segments" "$seed"
"$drivers/drive-abi" "$calls" "$seed"
"$drivers/adversary" measure 200000 "$seed"
robust_captures "$drivers" "$seed"
# shellcheck disable=SC2086 # folders, split on purpose
python3 tests/robust/damaged.py "$files" "$seed" --plugin "$PLUGIN" $CAPTURES
