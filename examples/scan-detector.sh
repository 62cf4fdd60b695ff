#!/bin/sh
# Who scans ports? Clients that tried at least PORTS (default 10) server ports in vain: half-open, refused, unanswered or
# reset before the opening was complete. A connection that was really used does not count.
#
#   scan-detector.sh CAPTURE [PORTS]
set -eu
"${TSHARK:-tshark}" -2 -r "$1" -T fields -e synfin.conn.client -e synfin.conn.server -e synfin.handshake.outcome \
    -Y 'synfin.conn.last and synfin.handshake.outcome in {"half-open", "refused", "no-answer", "reset"}' |
    awk -F '\t' -v least="${2:-10}" '
        { sub(/:[0-9]+$/, "", $1); how[$1, $3]++ }
        !(($1, $2) in seen) { seen[$1, $2] = 1; ports[$1]++ }
        END {
            for (client in ports)
                if (ports[client] >= least)
                    printf "%s tried %d ports: %d refused, %d half-open, %d reset, %d without answer\n", client,
                        ports[client], how[client, "refused"], how[client, "half-open"], how[client, "reset"],
                        how[client, "no-answer"]
        }' | sort
