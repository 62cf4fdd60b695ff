#!/bin/sh
# Who sends resets, to whom, and what each reset did: refused, handshake, abort, after-fin or stray. The port of a client
# says nothing about who it is, and is left out.
#
#   who-resets.sh CAPTURE...
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
echo "resets  effect     from -> to"
rows synfin.reset synfin.sender synfin.conn.client synfin.conn.server synfin.reset -- "$@" |
    awk -F '\t' '
        { sub(/:[0-9]+$/, "", $3); count[sprintf("%-9s  %s", $5, $2 == "client" ? $3 " -> " $4 : $4 " -> " $3)]++ }
        END { for (line in count) printf "%6d  %s\n", count[line], line }' |
    sort -k1,1rn -k2
finish
