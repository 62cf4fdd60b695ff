#!/bin/sh
# host-prototypes.sh: compares the prototypes of Wireshark's functions that plugin-c calls, in the headers of every series.
# One that is not the same in all of them has to be known to plugin-c/host.c by name, which says how each series is served.
#
#   scripts/host-prototypes.sh ROOT...     ROOT: a system that has libwireshark-dev, / or a chroot
#
# Copyright (C) 2026 the synfin authors
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

die() { echo "host-prototypes.sh: $*" >&2; exit 1; }

[ $# -gt 1 ] || die "name two systems or more, for example: / .versions/trixie .versions/sid"
command -v gcc >/dev/null 2>&1 || die "gcc is wanted: its -aux-info lists prototypes"

# A header that only newer series have is left out where it is missing.
sed -n 's/^#include <\(epan\/.*\|ws_version.*\)>/\1/p' "$here"/plugin-c/*.[ch] | sort -u |
    sed 's/.*/#if __has_include(<&>)\n#include <&>\n#endif/' > "$work/all.c"
grep -ohE '[a-z_0-9]+' "$here"/plugin-c/*.[ch] | sort -u > "$work/words"
glib=$(pkg-config --cflags glib-2.0) || die "pkg-config finds no glib-2.0: install libglib2.0-dev"

# glib's names of C's types are the same types; bool and gboolean are not.
plain='s/\bg\(char\|int\|double\)\b/\1/g; s/\bgboolean\b/int/g; s/\bguint\b/unsigned int/g; s/\bg\(u\?int[0-9]*\)\b/\1_t/g
    s/\bgconstpointer\b/const void */g; s/\bgpointer\b/void */g; s/\bgsize\b/size_t/g; s/\buint32_t\b/unsigned int/g; s/\bint32_t\b/int/g; s/ \+/ /g'
number=0
for root; do
    number=$((number + 1))
    # shellcheck disable=SC2086 # flags, split on purpose
    gcc -std=gnu11 -w -I"$root/usr/include/wireshark" $glib -fsyntax-only -aux-info "$work/aux" "$work/all.c" ||
        die "the headers below $root do not compile"
    sed -n 's,^/\* [^ ]*/wireshark/[^*]*\*/ extern ,,p' "$work/aux" | sed -e "$plain" |
        sed 's/^\([^(]*[ *]\)\([a-z_0-9]*\) (/\2\t\1(/' | sort -u |
        awk -F '\t' 'NR == FNR { word[$1] = 1; next } $1 in word' "$work/words" - > "$work/prototypes.$number"
    [ "$(wc -l < "$work/prototypes.$number")" -gt 40 ] || die "hardly a function was found in the headers below $root"
done

# Names with more than one prototype, or that not all series have.
cat "$work"/prototypes.* | sort | uniq -c | awk -v all="$number" '$1 != all { print $2 }' | sort -u > "$work/differ"
# Those that differ are called through prototypes of their own: they stand in the list, and not as SAME.
functions=$here/plugin-c/host_functions.h
unknown=$(while read -r name; do
    if ! grep -q -w -e "$name" "$functions" || grep -q -F -e "SAME($name)" "$functions"; then echo "$name"; fi
done < "$work/differ")
if [ -n "$unknown" ]; then
    for name in $unknown; do grep -h -P "^$name\t" "$work"/prototypes.* | sort -u >&2; done
    die "not the same in every series, and plugin-c/host_functions.h does not list them so: $(echo "$unknown" | tr '\n' ' ')"
fi
echo "$(cat "$work"/prototypes.* | cut -f1 | sort -u | wc -l) functions of Wireshark are called; those that differ are listed so in plugin-c/host_functions.h: $(tr '\n' ' ' < "$work/differ")"
