#!/bin/sh
# Builds the plugin as it is released, and prints where it lies. No path of this machine is in it: the same commit gives
# the same bytes wherever it is built with the same tools. In a folder of its own, since other flags mean other files.
set -eu

cd "$(dirname "$0")/.."
here=$(pwd -P)
cargo_home=$(cd -P "${CARGO_HOME:-$HOME/.cargo}" && pwd)
CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/target}/release-build
export CARGO_TARGET_DIR

# Separated by US and quoted for a shell, so that paths may hold spaces.
separator=$(printf '\037')
CARGO_ENCODED_RUSTFLAGS="--remap-path-prefix=$here=/synfin${separator}--remap-path-prefix=$cargo_home=/cargo"
# shellcheck disable=SC2089,SC2090 # the cc crate takes the quotes off
CFLAGS="'-ffile-prefix-map=$here=/synfin'"
CC_SHELL_ESCAPED_FLAGS=1
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
# The standard library's debug information is nine tenths of the file; function names stay, for reports of crashes.
CARGO_PROFILE_RELEASE_STRIP=debuginfo
export CARGO_PROFILE_RELEASE_STRIP
# shellcheck disable=SC2090
export CARGO_ENCODED_RUSTFLAGS CFLAGS CC_SHELL_ESCAPED_FLAGS SOURCE_DATE_EPOCH

cargo build --release --locked >&2
printf '%s\n' "$CARGO_TARGET_DIR/release/libsynfin.so"
