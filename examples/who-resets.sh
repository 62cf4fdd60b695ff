#!/bin/sh
# Who sends resets, to whom, what each did (refused, handshake, abort, after-fin, ...) and why (refuses-syn, gave-up,
# aborts, ...); with the first one of each. `late` ones, after the end of their connection, are not counted; those that
# did not end their connection are `ignored`. The port of a client says nothing about who it is, and is left out.
#
#   who-resets.sh CAPTURE...
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
rows 'synfin.reset and synfin.reset != "late" and not synfin.copy' tcp.stream frame.number synfin.sender synfin.conn.client \
    synfin.conn.server synfin.reset synfin.reset.cause synfin.reset.ignored -- "$@" |
    awk -F '\t' '
        {
            sub(/:[0-9]+$/, "", $5)
            effect = $9 == "" ? $7 : $7 ", ignored"
            what = sprintf("%-19s  %-18s  %s", effect, $8 == "" ? "-" : $8, $4 == "client" ? $5 " -> " $6 : $6 " -> " $5)
            if (!count[what]++) first[what] = sprintf("%6d  %5d", $2, $3) FS $1
            all++
        }
        END {
            for (what in count) {
                split(first[what], part, FS)
                printf "%6d  %5.1f%%  %s  %s  %s\n", count[what], 100 * count[what] / all, part[1], what, part[2]
            }
        }' | sort -k1,1rn -k5 | show 'resets    rate  stream  frame  effect               cause               from -> to, capture'
finish
