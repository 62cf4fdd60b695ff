#!/bin/sh
# Which servers did connections to fail, how, and how often?
#
#   failed-by-server.sh CAPTURE...
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
echo "connections  outcome    server"
rows 'synfin.conn.last and synfin.handshake.outcome in {"refused", "no-answer", "half-open", "reset"}' \
    synfin.handshake.outcome synfin.conn.server -- "$@" |
    cut -f 2,3 | sort | uniq -c | sort -k1,1rn -k2 | awk '{ printf "%11d  %-9s  %s\n", $1, $2, $3 }'
finish
