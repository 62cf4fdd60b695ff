#!/bin/sh
# The plugin file and its host: what it needs of the system, that it loads into every series of the table and declines all
# others, and that a host without one of the functions it wants is found out while loading, with one line.
#
#   test-plugin.sh [FILE]      FILE: the plugin (default: the one `make build` made)
set -eu

cd "$(dirname "$0")/.."
WS_ME=test-plugin
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh

plugin=${1:-${CARGO_TARGET_DIR:-target}/release/libsynfin.so}
[ -f "$plugin" ] || ws_die "no plugin file $plugin; build it first: make build"
case $plugin in /*) ;; *) plugin=$PWD/$plugin ;; esac
work=$(mktemp -d "${TMPDIR:-/tmp}/synfin-plugin.XXXXXX")
trap 'rm -rf -- "$work"' EXIT

cases=0
failed=0
fail() {
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$*" >&2
}

# check TITLE EXPECTED ACTUAL
check() {
    cases=$((cases + 1))
    [ "$2" = "$3" ] || fail "$1: expected \"$2\", found \"$3\""
}

# ---- the file alone

# The C library and the compiler's own: of Wireshark's libraries not one, since a library's name holds its version.
needed=$(readelf -d "$plugin" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v -E '^(libc\.so\.6|libgcc_s\.so\.1|ld-linux-.*|libm\.so\.6)$' || true)
check "libraries that the file names" "" "$needed"
check "folders of libraries that the file names" "" "$(readelf -d "$plugin" | grep -E 'RPATH|RUNPATH' || true)"
check "functions are looked up at load" yes "$(readelf -d "$plugin" | grep -q 'BIND_NOW' && echo yes)"
for name in plugin_version plugin_want_major plugin_want_minor plugin_register plugin_describe; do
    check "the file exports $name" yes "$(nm -D --defined-only "$plugin" | grep -q " $name\$" && echo yes)"
done

check "the version that the file carries" "$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)" \
    "$(ws_file_version "$plugin")"

# ---- the sources

# packet_info, frame_data, field_info, tcp_analysis and the preferences, by the names that everybody gives to such a thing.
check "the structures that differ are looked into by host*.c alone" "" "$(
    grep -nE '\b(pinfo|fd|fdata|finfo|item|tcpd|analysis|cinfo|columns|prefs)(->|\.)[a-z]' plugin-c/*.c |
        grep -v -E '^plugin-c/host[a-z_]*\.c:|^[^:]*:[0-9]*:( \*|/\*)' | grep -v '"[^"]*tcp\.[^"]*"' || true)"
check "host_load.c is the one that includes the table" plugin-c/host_load.c "$(grep -l 'host_layout\.h\|host_facts\.h' plugin-c/*.c)"

# ---- the table, against what the scripts say of it

# Every other minor number near these, and others that look like them.
unknown_to() { # SERIES...
    for other in 3.6 4.1 4.3 4.5 4.7 4.8 4.9 4.10 5.0 0.0; do
        case " $* " in *" $other "*) ;; *) ws_say "$other" ;; esac
    done
}
known=$(sed -n 's/^    ROW(\([0-9]*\), \([0-9]*\), HOST_LAYOUT_.*/\1.\2/p' plugin-c/host_layout.h | sort -u -V)
check "the series of scripts/series.tsv" "$known" "$(grep -v '^#' "$WS_TABLE" | cut -f 1)"
# shellcheck disable=SC2086 # series, split on purpose
unknown=$(unknown_to $known)
for series in $unknown $known; do
    in_table=$(printf '%s\n' "$known" | grep -x -F -e "$series" || true)
    check "install.sh and the table agree on $series" "$in_table" "$(ws_supported "$series" && echo "$series")"
done
for series in $WS_EXPECTED; do
    check "the table says that nobody ran $series" yes \
        "$(grep -q "^ \* Wireshark $series\.[0-9]* (from its headers alone: expected to work, not run)\$" plugin-c/host_layout.h && echo yes)"
done

# ---- in a host

# What the file looks up in its host, by the list that it is compiled from; not what may be missing.
cat >"$work/names.c" <<'NAMES'
#include <stdio.h>
#include "host_functions.h"
#define SAME(name) puts(#name);
#define OTHER(result, name, arguments) puts(#name);
#define GLIB(result, member, name, arguments) puts(name);
#define VARIABLE(type, name) puts(#name);
int main(void)
{
    HOST_SAME(SAME) HOST_OTHER(OTHER) HOST_VARIES(SAME) HOST_GLIB(GLIB) HOST_VARIABLES(VARIABLE)
    return 0;
}
NAMES
# shellcheck disable=SC2046 # flags, split on purpose
cc -std=gnu11 -w -Iplugin-c $(pkg-config --cflags wireshark) -c -o "$work/names.o" "$work/names.c"
cc -o "$work/names" "$work/names.o"
wanted=$("$work/names" | grep -v -x -e epan_get_version_number -e proto_register_plugin)
check "the file wants functions of its host" yes "$([ "$(printf '%s\n' "$wanted" | grep -c .)" -gt 40 ] && echo yes)"
check "and names none for the loader" "" "$(nm -D --undefined-only "$plugin" | awk '$1 == "U" && $2 !~ /@/ { print $2 }')"

host() { # NAME STUB...: a host that has these
    made=$1
    shift
    for stub; do printf 'void %s(void);\nvoid %s(void) {}\n' "$stub" "$stub"; done >"$work/stubs.c"
    cc -std=gnu11 -fno-builtin -w -rdynamic -o "$work/$made" scripts/fake-host.c "$work/stubs.c" -ldl
}

# loads TITLE STATUS TEXT HOST MAJOR.MINOR
loads() {
    cases=$((cases + 1))
    status=0
    said=$("$work/$4" "$plugin" "${5%.*}" "${5#*.}" 2>&1) || status=$?
    [ "$status" = "$2" ] || fail "$1: status $status, not $2: $said"
    case $said in *"$3"*) ;; *) fail "$1: does not say \"$3\": $said" ;; esac
    [ "$(printf '%s\n' "$said" | wc -l)" -le 1 ] || fail "$1: more than one line: $said"
}

# shellcheck disable=SC2086 # names, split on purpose
host whole $wanted find_conversation_strat
# shellcheck disable=SC2086
host without_strat $wanted
for series in $known; do loads "Wireshark $series" 0 "" whole "$series"; done
# The table says how many arguments it takes; 0 where it did not exist yet.
for series in $known; do
    rows=HOST_LAYOUT_$(printf '%s' "$series" | tr . _)
    if sed -n "/^#define $rows(ROW)/,/^\$/p" plugin-c/host_layout.h | grep -q 'ROW(strat_arguments, 0)'; then
        loads "Wireshark $series, which never had it" 0 "" without_strat "$series"
    else
        loads "Wireshark $series without a function that it has" 3 "lacks the function find_conversation_strat" without_strat "$series"
    fi
done
for series in $unknown; do
    loads "Wireshark $series" 2 "compiled for Wireshark version 4." whole "$series"
done
for name in $wanted; do
    # shellcheck disable=SC2046 # names, split on purpose
    host lacking $(printf '%s\n' "$wanted" | grep -v -x -F -e "$name") find_conversation_strat
    loads "a host without $name" 3 "lacks the function $name" lacking "${WS_SERIES%% *}"
done

printf 'plugin file: %s cases, %s failed\n' "$cases" "$failed"
[ "$failed" = 0 ]
