#!/bin/sh
# libFuzzer: fuzzing led by coverage, over the same walks, calls and checks as the seeded drivers. The corpus stays in
# target/robust and is taken up again by the next run.
#
#   fuzz-guided.sh core|abi SECONDS
set -eu

cd "$(dirname "$0")/.."
target=${1:-core} seconds=${2:-60}
case $target in
    core) features=libfuzzer ;;
    abi) features=libfuzzer,abi ;;
    *) echo "fuzz-guided: core or abi, not $target" >&2; exit 2 ;;
esac
. scripts/robust-build.sh

robust_setup c++=g++
PATH=$PWD/target/tools/bin:$PATH
command -v cargo-fuzz >/dev/null 2>&1 || cargo install --locked --quiet --root target/tools cargo-fuzz

corpus=$PWD/$ROBUST/corpus-$target
mkdir -p "$corpus"
# The stable compiler can do it; it wants to be told that this is meant.
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$PWD/$ROBUST/libfuzzer"
# cargo-fuzz builds with the release profile, which is the plugin's: what is fuzzed is not optimized across crates.
export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS=true
cargo fuzz run --features "$features" "$target" "$corpus" -- -max_total_time="$seconds" -max_len=2048 -len_control=0 -print_final_stats=1
