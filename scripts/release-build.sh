#!/bin/sh
# Builds what is released, and prints where it lies: the plugin, or with the argument `command` the command synfin. No path of
# this machine is in it: the same commit gives the same bytes wherever it is built with the same tools. In a folder of its own,
# since other flags mean other files.
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
CFLAGS="'-ffile-prefix-map=$here=/synfin' '-ffile-prefix-map=$cargo_home=/cargo'"
CC_SHELL_ESCAPED_FLAGS=1
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
# The standard library's debug information is nine tenths of the file; function names stay, for reports of crashes.
CARGO_PROFILE_RELEASE_STRIP=debuginfo
export CARGO_PROFILE_RELEASE_STRIP
# shellcheck disable=SC2090
export CARGO_ENCODED_RUSTFLAGS CFLAGS CC_SHELL_ESCAPED_FLAGS SOURCE_DATE_EPOCH

# One after the other: built together, the plugin's crates would have what the command's want of them.
case ${1:-plugin} in
    plugin)
        cargo build --release --locked >&2
        printf '%s\n' "$CARGO_TARGET_DIR/release/libsynfin.so"
        ;;
    command)
        cargo build --release --locked --package synfin-cli >&2
        printf '%s\n' "$CARGO_TARGET_DIR/release/synfin"
        ;;
esac
