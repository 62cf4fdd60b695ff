#!/bin/sh
# host-layout.sh: derives plugin-c/host_layout.h from the headers of every supported series of Wireshark, and of each system.
#
#   scripts/host-layout.sh ROOT...           writes the table
#   scripts/host-layout.sh --add ROOT...     adds these to the table, and keeps the other rows that it has
#   scripts/host-layout.sh --check ROOT...   fails when the committed table has other rows for these
#
# A ROOT is a system that has libwireshark-dev: / or a chroot (.versions/trixie); or a folder of headers alone, made by
# scripts/host-headers.sh, whose series is then "expected, not run". Headers of Windows want a compiler for it: WINDOWS_CC,
# or else x86_64-w64-mingw32-gcc or zig (PyPI: ziglang), where one is installed. Those of macOS take MACOS_CC, or else this
# machine's compiler. Nothing is run but tshark.
#
# Copyright (C) 2026 the synfin authors
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
table="$here/plugin-c/host_layout.h"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

die() { echo "host-layout.sh: $*" >&2; exit 1; }

check=
keep=
case ${1:-} in
    --check) check=1; keep=1; shift ;;
    --add) keep=1; shift ;;
esac
[ $# -gt 0 ] || die "name the systems whose headers to read, for example: / .versions/trixie .versions/sid"
unrun="(from its headers alone: expected to work, not run)"

# ---- the headers of one root

windows_compiler() {
    if [ -n "${WINDOWS_CC:-}" ]; then echo "$WINDOWS_CC"
    elif command -v x86_64-w64-mingw32-gcc >/dev/null 2>&1; then echo x86_64-w64-mingw32-gcc
    elif command -v zig >/dev/null 2>&1; then echo "zig cc -target x86_64-windows-gnu"
    elif python3 -c 'import ziglang' 2>/dev/null; then echo "python3 -m ziglang cc -target x86_64-windows-gnu"
    else die "no compiler for Windows: set WINDOWS_CC, or install gcc-mingw-w64-x86-64 or zig"
    fi
}

# How many arguments find_conversation_strat takes; 0 where there is no such function. Uses $compiler and $flags.
strat_arguments() {
    for call in "3 (p, t, 0)" "4 (p, t, 0, 0)"; do
        count=${call%% *}
        printf '#include "host_facts.h"\nvoid *f(packet_info *p, conversation_type t) { return find_conversation_strat%s; }\n' \
            "${call#* }" > "$work/strat.c"
        # shellcheck disable=SC2086 # words, split on purpose
        if $compiler -std=gnu11 -Werror=implicit-function-declaration -c -o "$work/strat.o" $flags "$work/strat.c" 2>"$work/strat.log"
        then
            echo "$count"
            return
        fi
    done
    echo 0
}

hex() { od -An -v -tx1 | tr -d ' \n'; }

# Of a flag: the byte that its bit is in, counted from the start of its struct, and the bit. No other bit is set there.
print_flag() { # NAME SIZE
    awk -v head="$(printf 'bits %s ' "$1" | hex)" -v name="$1" -v size="$2" '
        function digit(at) { return index("0123456789abcdef", substr($0, at, 1)) - 1 }
        {
            start = index($0, head) + length(head)
            for (i = 0; i < size; i++) {
                byte = digit(start + 2 * i) * 16 + digit(start + 2 * i + 1)
                if (byte == 0) continue
                print "varying " name "_at " i
                print "varying " name "_mask " byte
                exit
            }
        }' "$work/object.hex"
}

# bytes TEXT: the bytes that these hexadecimal digits stand for
bytes() {
    # shellcheck disable=SC2046,SC2059 # one word a byte, and the words are the format
    printf "$(printf '\\%o' $(printf '%s' "$1" | tr -d ' ' | sed 's/../0x& /g'))"
}

# A capture of TCP headers of 20 bytes, of which 1, 2, ... 20 were captured.
cut_headers() {
    bytes "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000"
    for captured in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        bytes "00000000 00000000 $(printf '%02x' $((34 + captured)))000000 36000000"
        bytes "000000000000 000000000000 0800 4500 0028 0000 0000 40 06 0000 0a000001 $(printf '0a0001%02x' "$captured")"
        bytes "$(printf '9c40 0050 00000001 00000001 5010 ffff 0000 0000' | tr -d ' ' | cut -c "1-$((captured * 2))")"
    done
}

# How many bytes of a header TCP's dissector needs before it gives tcp.len. No header says so: that system's tshark does.
bytes_before_len() { # ROOT
    cut_headers > "$work/cut.pcap"
    case $1 in
        /) tshark -r "$work/cut.pcap" -T fields -e tcp.len 2>"$work/tshark.log" ;;
        *) "$here/scripts/chroot-run.sh" "$1" tshark -r "$work/cut.pcap" -T fields -e tcp.len 2>"$work/tshark.log" ;;
    esac > "$work/cut.txt" || die "tshark of $1 does not read $work/cut.pcap: $(tail -n 1 "$work/tshark.log")"
    awk 'NF && !first { first = NR }
         first && !NF { print "tcp.len comes and goes with the bytes captured" > "/dev/stderr"; exit 1 }
         END { if (NR != 20 || !first) exit 1; print first }' "$work/cut.txt" ||
        die "tshark of $1 gives tcp.len where nothing here expects it"
}

# same KIND NAME: the facts of this kind are the same in all that have them; they are kept in $work/KIND
same() {
    [ -s "$work/$1.$2" ] || return 0
    if [ -f "$work/$1" ]; then
        diff -u "$work/$1" "$work/$1.$2" >&2 ||
            die "these are not the same in $(cat "$work/$1.from") and $2: make them varying facts, and make the table anew"
    else
        cp "$work/$1.$2" "$work/$1"
        echo "$2" > "$work/$1.from"
    fi
}

glib=$(pkg-config --cflags glib-2.0) || die "pkg-config finds no glib-2.0: install libglib2.0-dev"
for root; do
    include="$root/usr/include/wireshark"
    [ -f "$include/ws_version.h" ] || die "no Wireshark headers below $root: install libwireshark-dev there"
    compiler=cc
    flags="-I$here/plugin-c -I$include"
    system=UNIX
    case $(cat "$root/system" 2>/dev/null) in
        windows)
            system=WINDOWS
            compiler=$(windows_compiler)
            ;;
        macos) compiler=${MACOS_CC:-cc} ;;
        *) flags="$flags $glib" ;;
    esac
    # shellcheck disable=SC2086 # words, split on purpose
    $compiler -std=gnu11 -w -c $flags -o "$work/object" "$here/scripts/host-layout.c" || die "the headers below $root do not compile"
    hex < "$work/object" > "$work/object.hex"
    grep -a -o 'fact [a-z]* [a-z0-9_]* [0-9]*' "$work/object" | sed 's/^fact //; s/ 0*\([0-9]\)/ \1/' > "$work/found"
    number() { sed -n "s/^version $1 //p" "$work/found"; }
    series=$(number major)_$(number minor)
    name=$series.$system
    {
        case $system in WINDOWS) for_system=" for Windows" ;; *) for_system= ;; esac
        echo "version $(number major).$(number minor).$(number micro)$for_system"
        sed -n '/^varying /p' "$work/found"
        sed -n 's/^flag //p' "$work/found" | while read -r flag size; do print_flag "$flag" "$size"; done
        echo "varying strat_arguments $(strat_arguments)"
        if [ "$root" = / ] || [ -x "$root/usr/bin/tshark" ]; then
            echo "varying bytes_before_len $(bytes_before_len "$root")"
        fi
    } > "$work/$name"
    for kind in common ip; do
        sed -n "s/^$kind //p" "$work/found" > "$work/$kind.$name"
        same "$kind" "$name"
    done
    echo "$series $system" >> "$work/list"
done
sort -t _ -k 1,1n -k 2,2n -o "$work/list" "$work/list"

# ---- what the committed table has

rows() { sed -n "/^#define $1(ROW)/,/^\$/s/^    ROW(\(.*\), \(.*\)).*/\1 \2/p" "$table"; }

# kept SERIES SYSTEM: the facts of a series, in the form above
kept() {
    case $2 in WINDOWS) for_system=" for Windows" ;; *) for_system= ;; esac
    sed -n "s/^ \* Wireshark \(${1%_*}\.${1#*_}\.[0-9]*$for_system\( (.*\)\{0,1\}\)\$/version \1/p" "$table"
    { rows "HOST_LAYOUT_$1"; rows "HOST_LAYOUT_$1_$2"; } | sed 's/^/varying /'
}

# ---- the number that headers do not have

# measured SERIES: where this run measured it
measured() { sed -n 's/^varying bytes_before_len //p' "$work/$1.UNIX" 2>/dev/null || :; }

# It is that of the series before and after, or else what the table says; and the same in every system.
sed -n 's/ UNIX$//p' "$work/list" > "$work/sorted"
while read -r series system; do
    [ -z "$(sed -n 's/^varying bytes_before_len //p' "$work/$series.$system")" ] || continue
    sed -i "1s/\$/ $unrun/" "$work/$series.$system"
    before=$(measured "$series")
    older=$(sed "/^$series\$/,\$d" "$work/sorted" | tail -n 1)
    newer=$(sed "1,/^$series\$/d" "$work/sorted" | head -n 1)
    if [ -z "$before" ] && [ -n "$older" ] && [ -n "$newer" ] && [ "$(measured "$older")" = "$(measured "$newer")" ]; then
        before=$(measured "$older")
    fi
    [ -n "$before" ] || before=$(rows "HOST_LAYOUT_$series" | sed -n 's/^bytes_before_len //p')
    [ -n "$before" ] ||
        die "how many bytes TCP's dissector of ${series%_*}.${series#*_} reads first is not known: name a system of the series before, and one of the series after"
    echo "unmeasured $before" >> "$work/$series.$system"
done < "$work/list"
while read -r series system; do
    sed -i 's/^unmeasured /varying bytes_before_len /' "$work/$series.$system"
done < "$work/list"

if [ -n "$keep" ]; then
    for system in UNIX WINDOWS; do
        # shellcheck disable=SC2013 # words are what is wanted
        for series in $(sed -n "s/^#define HOST_LAYOUT_\([0-9]*_[0-9]*\)_$system(ROW).*/\1/p" "$table"); do
            if grep -q -x -e "$series $system" "$work/list"; then continue; fi
            kept "$series" "$system" > "$work/$series.$system"
            echo "$series $system" >> "$work/list"
        done
    done
    rows HOST_LAYOUT_COMMON > "$work/both"
    for kind in common ip; do
        # The rows of the table that are of this kind, by the names that any of the headers gave.
        awk 'NR == FNR { mine[$1] = 1; next } $1 in mine' "$work/$kind" "$work/both" > "$work/$kind.table" 2>/dev/null || :
        same "$kind" table
    done
    # No headers at hand have what the IP dissectors hand on: the table's own.
    [ -f "$work/ip" ] || sed -n '/^ip[46]_/p' "$work/both" > "$work/ip"
fi
sort -t _ -k 1,1n -k 2,2n -o "$work/list" "$work/list"
[ -s "$work/ip" ] || die "none of these headers has epan/dissectors/packet-ip.h: name a system too"

# ---- the table

# Facts that are not the same for two systems of one series; they stand apart in every series.
# shellcheck disable=SC2013 # words are what is wanted, here and below
for series in $(sed -n 's/ WINDOWS$//p' "$work/list"); do
    [ -f "$work/$series.UNIX" ] || continue
    diff "$work/$series.UNIX" "$work/$series.WINDOWS" | sed -n 's/^[<>] varying \([a-z0-9_]*\) .*/\1/p'
done | sort -u > "$work/by_system"

define() { # NAME: of the rows "NAME VALUE" that are read
    awk -v name="$1" '{ line[n++] = "    ROW(" $1 ", " $2 ")" }
        END {
            print "\n#define " name "(ROW)" (n ? " \\" : "")
            for (i = 0; i < n; i++) print line[i] (i < n - 1 ? " \\" : "")
        }'
}

varying() { # SERIES.SYSTEM, 1: those by system, 0: the others
    awk -v wanted="$2" 'FILENAME ~ /by_system$/ { by_system[$1] = 1; next }
        $1 == "varying" && ($2 in by_system) == wanted { print $2, $3 }' "$work/by_system" "$work/$1"
}

{
    echo "/* host_layout.h: generated by scripts/host-layout.sh from the headers of each series; do not edit."
    echo " *"
    echo " * Values of host_facts.h on 64-bit little-endian systems; UNIX is Linux and macOS. Read from the headers of:"
    while read -r series system; do sed -n 's/^version / * Wireshark /p' "$work/$series.$system"; done < "$work/list"
    echo " */"
    echo "#ifndef SYNFIN_HOST_LAYOUT_H"
    echo "#define SYNFIN_HOST_LAYOUT_H"
    # shellcheck disable=SC2013
    for series in $(sed -n 's/ UNIX$//p' "$work/list"); do
        varying "$series.UNIX" 0 | define "HOST_LAYOUT_$series"
        # shellcheck disable=SC2013
        for system in $(sed -n "s/^$series //p" "$work/list"); do
            varying "$series.$system" 1 | define "HOST_LAYOUT_${series}_$system"
        done
    done
    printf '\n/* The names of all of these. */\n'
    echo "#define HOST_LAYOUT_MEMBERS(ROW) HOST_LAYOUT_$(sed -n '1s/ .*//p' "$work/list")(ROW) HOST_LAYOUT_$(sed -n '1s/ .*//p' "$work/list")_UNIX(ROW)"
    printf '\n/* The same in all of them. */'
    cat "$work/common" "$work/ip" | define HOST_LAYOUT_COMMON
    for system in UNIX WINDOWS; do
        printf '\n/* ROW(major, minor, layout) */\n'
        sed -n "s/\(.*\)_\(.*\) $system\$/    ROW(\1, \2, HOST_LAYOUT_\1_\2)/p" "$work/list" |
            awk -v of="$system" '{ line[n++] = $0 }
                END {
                    print "#define HOST_SERIES_" of "(ROW)" (n ? " \\" : "")
                    for (i = 0; i < n; i++) print line[i] (i < n - 1 ? " \\" : "")
                }'
    done
    echo
    echo "#endif"
} > "$work/table"

if [ -n "$check" ]; then
    # A newer release of the same series may have the very same layout: what it is called does not count.
    for text in "$table" "$work/table"; do sed '/^ \* Wireshark [0-9]/d' "$text" > "$work/plain.$(basename "$text")"; done
    diff -u "$work/plain.host_layout.h" "$work/plain.table" || die "plugin-c/host_layout.h is not what these headers give"
    echo "plugin-c/host_layout.h is what the headers give"
else
    cp "$work/table" "$table"
    echo "wrote plugin-c/host_layout.h"
fi
