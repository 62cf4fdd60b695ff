#!/bin/sh
# What can be said of the plugin for macOS without a Mac: both processors are in it, it exports what Wireshark reads alone, it
# wants libSystem alone, macOS 11 suffices, the signature is right, and every function that it looks up stands in Wireshark's
# headers for macOS. It is never run here.
#
#   test-macos.sh [FILE]     FILE: the plugin (default: the one that scripts/cross.sh makes)
set -eu

cd "$(dirname "$0")/.."
WS_ME=test-macos
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh

cross=${SYNFIN_CROSS_DIR:-$PWD/.cross}
file=${1:-$(scripts/cross.sh macos)}
cross=$(cd -P "$cross" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/synfin-macos.XXXXXX")
trap 'rm -rf -- "$work"' EXIT

passed=0
failed=0
# check TITLE EXPECTED ACTUAL
check() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s: expected "%s", found "%s"\n' "$1" "$2" "$3" >&2
    fi
}
in_tools() { scripts/chroot-run.sh "$cross/sid" env PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "$@"; }

cp -- "$file" "$work/synfin.so"
check "processors" "arm64 x86_64" "$(in_tools llvm-lipo -archs "$work/synfin.so" | tr ' ' '\n' | grep . | sort | xargs)"
check "the version that the file carries" "$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)" \
    "$(ws_file_version "$work/synfin.so" | sort -u)"
for processor in arm64 x86_64; do
    thin=$work/$processor
    in_tools llvm-lipo -thin "$processor" -output "$thin" "$work/synfin.so"
    in_tools llvm-objdump --macho --private-headers "$thin" >"$work/headers"
    in_tools llvm-nm -m -u "$thin" >"$work/imports"
    check "$processor: exports" "_plugin_describe _plugin_register _plugin_version _plugin_want_major _plugin_want_minor" \
        "$(in_tools llvm-nm -g --defined-only --just-symbol-name "$thin" | sort | xargs)"
    check "$processor: libraries" /usr/lib/libSystem.B.dylib "$(sed -n '/LC_LOAD/,/name/s/ *name \(.*\) (offset.*/\1/p' "$work/headers" | xargs)"
    check "$processor: imports from elsewhere" "" "$(grep -v '(from libSystem)$' "$work/imports" || true)"
    check "$processor: imports at all" yes "$([ "$(grep -c . "$work/imports")" -gt 20 ] && echo yes)"
    check "$processor: oldest macOS" 11.0 "$(sed -n 's/^ *minos \(.*\)/\1/p' "$work/headers")"
    check "$processor: its own name" "synfin.so" "$(sed -n '/LC_ID_DYLIB/,/name/s/ *name \(.*\) (offset.*/\1/p' "$work/headers")"
    check "$processor: no folders of libraries" "" "$(grep LC_RPATH "$work/headers" || true)"
    # Thread-local variables: dyld never unloads such a file.
    check "$processor: stays loaded" yes "$(grep -q MH_HAS_TLV_DESCRIPTORS "$work/headers" && echo yes)"
    check "$processor: signature" yes "$(if python3 tests/macos/signature.py "$thin" >"$work/said" 2>&1; then echo yes; else cat "$work/said"; fi)"
    # A changed byte must show: else the check checks nothing.
    python3 -c 'import sys; data = bytearray(open(sys.argv[1], "rb").read()); data[40000] ^= 1; open(sys.argv[2], "wb").write(data)' \
        "$thin" "$work/changed"
    check "$processor: a changed byte" no "$(python3 tests/macos/signature.py "$work/changed" >/dev/null 2>&1 && echo yes || echo no)"
    check "$processor: paths of this machine" 0 "$(grep -c -a -F -e "$PWD" "$thin" || true)"
done

# What the plugin looks up, by the list that it is compiled from; in each series' headers for macOS. The flow graphs' functions are
# in no header that Wireshark installs, and may be missing.
sed -n 's/^ *SAME(\([a-z_0-9]*\)).*/\1/p; s/^ *OTHER([^,]*, \([a-z_0-9]*\),.*/\1/p; s/^ *GLIB([^,]*, [a-z_]*, "\([a-z_0-9]*\)".*/\1/p
    s/^ *VARIABLE([^,]*, \([a-z_0-9]*\)).*/\1/p; s/.*VARIES(\([a-z_]*\))$/\1/p' plugin-c/host_functions.h | grep -v -x name | sort -u >"$work/names"
check "names that are looked up" yes "$([ "$(grep -c . "$work/names")" -gt 60 ] && echo yes)"
for series in $WS_SERIES $WS_EXPECTED; do
    headers=$cross/headers/macos-$series/usr/include
    cat "$headers/wireshark-deps.h" "$headers/wireshark/bundle.h" | grep -o -w -F -f "$work/names" | sort -u >"$work/found"
    check "$series: functions that no header has" "" "$(comm -23 "$work/names" "$work/found" | xargs)"
done

# The table of host facts, as the compiler for each processor finds it in these headers.
for processor in aarch64 x86_64; do
    set --
    for series in $WS_SERIES $WS_EXPECTED; do set -- "$@" "$cross/headers/macos-$series"; done
    check "$processor: the table of host facts" yes \
        "$(if MACOS_CC="$cross/bin/cc-macos-$processor" cargo xtask host layout --check "$@" >"$work/said" 2>&1; then echo yes; else cat "$work/said"; fi)"
done

printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
