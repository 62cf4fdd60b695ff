#!/bin/sh
# Who scans ports? Clients that tried at least PORTS (default 10) ports of servers in vain: refused, half-open, reset before
# the opening was complete, or without an answer. What was tried twice counts once; a connection that opened does not count.
#
#   scan-detector.sh CAPTURE...        PORTS=100 scan-detector.sh CAPTURE...
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
echo "ports  refused  half-open  reset  no-answer  client"
rows 'synfin.conn.last and synfin.handshake.outcome in {"refused", "half-open", "reset", "no-answer"}' \
    synfin.conn.client synfin.conn.server synfin.handshake.outcome -- "$@" |
    awk -F '\t' -v least="${PORTS:-10}" '
        { sub(/:[0-9]+$/, "", $2) }
        !(($2, $3) in seen) { seen[$2, $3] = 1; ports[$2]++; how[$2, $4]++ }
        END {
            for (client in ports)
                if (ports[client] >= least + 0)
                    printf "%5d  %7d  %9d  %5d  %9d  %s\n", ports[client], how[client, "refused"], how[client, "half-open"],
                        how[client, "reset"], how[client, "no-answer"], client
        }' | sort -k1,1rn -k6
finish
