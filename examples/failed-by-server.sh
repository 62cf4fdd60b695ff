#!/bin/sh
# Which servers did connections fail to, how, how often, and of how many? With the first one of each: its stream, and the
# frame that shows it (the RST, the ICMP error, or the SYN).
#
#   failed-by-server.sh CAPTURE...
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
rows synfin.conn.last tcp.stream synfin.handshake.outcome synfin.conn.server synfin.reset.frame synfin.conn.icmp.frame \
    synfin.handshake.frame1 -- "$@" |
    awk -F '\t' '
        { all[$4]++ }
        $3 ~ /^(refused|unreachable|no-answer|invalid-answer|old-connection|half-open|reset)$/ {
            what = $4 FS $3
            if (!count[what]++) first[what] = sprintf("%6d  %5d  %s", $2, $5 != "" ? $5 : $3 == "unreachable" ? $6 : $7, $1)
        }
        END {
            for (what in count) {
                split(what, part, FS)
                printf "%6d  %5d  %5.1f%%  %-14s  %-22s  %s\n", count[what], all[part[1]], 100 * count[what] / all[part[1]],
                    part[2], part[1], first[what]
            }
        }' | sort -k1,1rn -k4 | show 'failed     of    rate  outcome         server                  stream  frame  capture'
finish
