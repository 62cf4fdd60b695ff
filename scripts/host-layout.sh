#!/bin/sh
# host-layout.sh: derives plugin-c/host_layout.h from the headers of every supported series of Wireshark.
#
#   scripts/host-layout.sh ROOT...           writes the table
#   scripts/host-layout.sh --add ROOT...     adds these series to the table, and keeps the rows that it has
#   scripts/host-layout.sh --check ROOT...   fails when the committed table is not what it would write
#
# A ROOT is a system that has libwireshark-dev: / or a chroot (.versions/trixie); or a folder of headers alone, made by
# scripts/host-headers.sh, whose series is then "expected, not run".
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
add=
case ${1:-} in
    --check) check=1; shift ;;
    --add) add=1; shift ;;
esac
[ $# -gt 0 ] || die "name the systems whose headers to read, for example: / .versions/trixie .versions/sid"

# How many arguments find_conversation_strat takes; 0 where there is no such function.
strat_arguments() {
    for call in "3 (p, t, 0)" "4 (p, t, 0, 0)"; do
        count=${call%% *}
        printf '#include "host_facts.h"\nvoid *f(packet_info *p, conversation_type t) { return find_conversation_strat%s; }\n' \
            "${call#* }" > "$work/strat.c"
        # shellcheck disable=SC2086
        if cc -std=gnu11 -Werror=implicit-function-declaration -fsyntax-only $1 "$work/strat.c" 2>"$work/strat.log"; then
            echo "$count"
            return
        fi
    done
    echo 0
}

# octets TEXT: the octets that these hexadecimal digits stand for
octets() {
    # shellcheck disable=SC2046,SC2059 # one word an octet, and the words are the format
    printf "$(printf '\\%o' $(printf '%s' "$1" | tr -d ' ' | sed 's/../0x& /g'))"
}

# A capture of TCP headers of 20 octets, of which 1, 2, ... 20 were captured.
cut_headers() {
    octets "d4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000"
    for captured in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        octets "00000000 00000000 $(printf '%02x' $((34 + captured)))000000 36000000"
        octets "000000000000 000000000000 0800 4500 0028 0000 0000 40 06 0000 0a000001 $(printf '0a0001%02x' "$captured")"
        octets "$(printf '9c40 0050 00000001 00000001 5010 ffff 0000 0000' | tr -d ' ' | cut -c "1-$((captured * 2))")"
    done
}

# How many octets of a header TCP's dissector needs before it gives tcp.len. No header says so: that system's tshark does.
octets_before_len() { # ROOT
    cut_headers > "$work/cut.pcap"
    case $1 in
        /) tshark -r "$work/cut.pcap" -T fields -e tcp.len 2>"$work/tshark.log" ;;
        *) "$here/scripts/chroot-run.sh" "$1" tshark -r "$work/cut.pcap" -T fields -e tcp.len 2>"$work/tshark.log" ;;
    esac > "$work/cut.txt" || die "tshark of $1 does not read $work/cut.pcap: $(tail -n 1 "$work/tshark.log")"
    awk 'NF && !first { first = NR }
         first && !NF { print "tcp.len comes and goes with the octets captured" > "/dev/stderr"; exit 1 }
         END { if (NR != 20 || !first) exit 1; print first }' "$work/cut.txt" ||
        die "tshark of $1 gives tcp.len where nothing here expects it"
}

glib=$(pkg-config --cflags glib-2.0) || die "pkg-config finds no glib-2.0: install libglib2.0-dev"
for root; do
    include="$root/usr/include/wireshark"
    [ -f "$include/ws_version.h" ] || die "no Wireshark headers below $root: install libwireshark-dev there"
    flags="-I$here/plugin-c -I$include $glib"
    arguments=$(strat_arguments "$flags")
    # shellcheck disable=SC2086
    cc -std=gnu11 -DSTRAT_ARGUMENTS="$arguments" $flags -o "$work/probe" "$here/scripts/host-layout.c"
    "$work/probe" > "$work/facts"
    if [ "$root" = / ] || [ -x "$root/usr/bin/tshark" ]; then
        before=$(octets_before_len "$root")
        echo "varying octets_before_len $before" >> "$work/facts"
    fi
    series=$(awk '$1 == "version" { print $2 "_" $3 }' "$work/facts")
    mv "$work/facts" "$work/$series"
    echo "$series" >> "$work/list"
    grep '^common ' "$work/$series" > "$work/common.$series"
    first=$(head -n 1 "$work/list")
    diff -u "$work/common.$first" "$work/common.$series" >&2 ||
        die "these are not the same in $first and $series: move them to the varying facts"
done

# kept SERIES: the facts of a series as the committed table has them, in the form that the probe prints
kept() {
    sed -n "s/^ \* Wireshark \(${1%_*}\)\.\(${1#*_}\)\.\([0-9]*\)\( .*\)\{0,1\}\$/version \1 \2 \3\4/p" "$table"
    sed -n "/^#define HOST_LAYOUT_$1(ROW)/,/^\$/s/^    ROW(\(.*\), \(.*\)).*/varying \1 \2/p" "$table"
}

# measured SERIES: the number that no header has, where this run measured it
measured() { sed -n 's/^varying octets_before_len //p' "$work/$1"; }

# Headers alone do not have it: it is that of the series before and after, or else what the table says.
sort -t _ -k 1,1n -k 2,2n "$work/list" > "$work/sorted"
while read -r series; do
    if [ -n "$(measured "$series")" ]; then continue; fi
    older=$(sed "/^$series\$/,\$d" "$work/sorted" | tail -n 1)
    newer=$(sed "1,/^$series\$/d" "$work/sorted" | head -n 1)
    before=
    if [ -n "$older" ] && [ -n "$newer" ] && [ "$(measured "$older")" = "$(measured "$newer")" ]; then before=$(measured "$older"); fi
    [ -n "$before" ] || before=$(kept "$series" | sed -n 's/^varying octets_before_len //p')
    [ -n "$before" ] || die "how many octets TCP's dissector of ${series%_*}.${series#*_} reads first is not known: name a system of the series before, and one of the series after"
    echo "unmeasured $before" >> "$work/$series"
    sed -i '/^version /s/$/ (from its headers alone: expected to work, not run)/' "$work/$series"
done < "$work/list"
while read -r series; do sed -i 's/^unmeasured /varying octets_before_len /' "$work/$series"; done < "$work/list"

if [ -n "$add" ]; then
    # shellcheck disable=SC2013 # words are what is wanted
    for series in $(sed -n 's/^#define HOST_LAYOUT_\([0-9]*_[0-9]*\)(ROW).*/\1/p' "$table"); do
        if grep -q -x -e "$series" "$work/list"; then continue; fi
        kept "$series" > "$work/$series"
        echo "$series" >> "$work/list"
    done
    sed -n '/^#define HOST_LAYOUT_COMMON(ROW)/,/^$/s/^    ROW(\(.*\), \(.*\)).*/common \1 \2/p' "$table" > "$work/common.table"
    diff -u "$work/common.table" "$work/common.$first" >&2 ||
        die "these are not the same in the table and in $first: move them to the varying facts, and make the table anew"
fi
sort -t _ -k 1,1n -k 2,2n -o "$work/list" "$work/list"

{
    echo "/* host_layout.h: generated by scripts/host-layout.sh from the headers of each series; do not edit."
    echo " *"
    echo " * Values of host_facts.h on 64-bit little-endian systems. Read from the headers of:"
    while read -r series; do
        sed -n 's/^version \([0-9]*\) \([0-9]*\) \([0-9]*\)/ * Wireshark \1.\2.\3/p' "$work/$series"
    done < "$work/list"
    echo " */"
    echo "#ifndef SYNFIN_HOST_LAYOUT_H"
    echo "#define SYNFIN_HOST_LAYOUT_H"
    while read -r series; do
        echo
        echo "#define HOST_LAYOUT_$series(ROW) \\"
        awk '$1 == "varying" { line[n++] = "    ROW(" $2 ", " $3 ")" }
             END { for (i = 0; i < n; i++) print line[i] (i < n - 1 ? " \\" : "") }' "$work/$series"
    done < "$work/list"
    echo
    echo "/* The same in all of them. */"
    echo "#define HOST_LAYOUT_COMMON(ROW) \\"
    awk '{ line[n++] = "    ROW(" $2 ", " $3 ")" }
         END { for (i = 0; i < n; i++) print line[i] (i < n - 1 ? " \\" : "") }' "$work/common.$first"
    echo
    echo "/* ROW(major, minor, layout) */"
    echo "#define HOST_SERIES(ROW) \\"
    sed 's/\(.*\)_\(.*\)/    ROW(\1, \2, HOST_LAYOUT_\1_\2) \\/; $s/ \\$//' "$work/list"
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
