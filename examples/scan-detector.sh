#!/bin/sh
# Who scans ports? Clients that tried at least PORTS (default 10) ports of servers in vain: refused, half-open, reset in the
# handshake, unreachable, or without a proper answer; of how many ports that they tried. What was tried twice counts once;
# a connection that opened does not count. With the first one: its stream, and the frame of its SYN.
#
#   scan-detector.sh CAPTURE...        PORTS=100 scan-detector.sh CAPTURE...
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
rows synfin.conn.last synfin.conn.client synfin.conn.server synfin.handshake.outcome tcp.stream synfin.handshake.frame1 -- \
    "$@" | awk -F '\t' -v least="${PORTS:-10}" '
        { sub(/:[0-9]+$/, "", $2) }
        !(($2, $3) in tried) { tried[$2, $3] = 1; of[$2]++ }
        $4 ~ /^(refused|unreachable|no-answer|invalid-answer|old-connection|half-open|reset)$/ && !(($2, $3) in seen) {
            seen[$2, $3] = 1
            if (!ports[$2]++) first[$2] = sprintf("%6d  %5d  %s", $5, $6, $1)
            how[$2, $4 ~ /^(refused|half-open|reset|no-answer)$/ ? $4 : "other"]++
        }
        END {
            for (client in ports)
                if (ports[client] >= least + 0)
                    printf "%5d  %5d  %5.1f%%  %7d  %9d  %5d  %9d  %5d  %-16s  %s\n", ports[client], of[client],
                        100 * ports[client] / of[client], how[client, "refused"], how[client, "half-open"],
                        how[client, "reset"], how[client, "no-answer"], how[client, "other"], client, first[client]
        }' | sort -k1,1rn -k9 |
    show 'ports     of    rate  refused  half-open  reset  no-answer  other  client            stream  frame  capture'
finish
