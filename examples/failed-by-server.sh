#!/bin/sh
# Which servers did connections to fail, how, and how often?
#
#   failed-by-server.sh CAPTURE
#
# Two passes (-2): only at the end is it known that nobody answered.
set -eu
"${TSHARK:-tshark}" -2 -r "$1" -T fields -e synfin.conn.server -e synfin.handshake.outcome \
    -Y 'synfin.conn.last and synfin.handshake.outcome in {"refused", "no-answer", "half-open", "reset"}' |
    sort | uniq -c | sort -k1,1rn -k2
