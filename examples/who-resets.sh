#!/bin/sh
# Who sends resets, to whom, and what each reset did: refused, handshake, abort, after-fin or stray.
#
#   who-resets.sh CAPTURE
set -eu
"${TSHARK:-tshark}" -r "$1" -T fields -e synfin.sender -e synfin.conn.client -e synfin.conn.server -e synfin.reset \
    -Y synfin.reset |
    awk -F '\t' '
        # The port of a client says nothing about who it is.
        { sub(/:[0-9]+$/, "", $2); count[$1 == "client" ? $2 " -> " $3 " " $4 : $3 " -> " $2 " " $4]++ }
        END { for (line in count) printf "%5d %s\n", count[line], line }' |
    sort -k1,1rn -k2
