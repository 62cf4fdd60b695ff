#!/bin/sh
# The ten openings that took longest: seconds from the first SYN to the ACK that completes it, then how much of that is the
# way to the server and back (SYN to SYN-ACK; `-` when the SYN was sent more than once).
#
#   slowest-handshakes.sh CAPTURE...
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
echo "   handshake   round trip  client -> server"
rows 'synfin.handshake.step == 3 and synfin.handshake.time and not synfin.retransmission' \
    synfin.handshake.time synfin.handshake.synack_rtt synfin.conn.client synfin.conn.server -- "$@" |
    cut -f 2- | sort -k1,1rn | head -n 10 |
    awk -F '\t' '{ printf "%12s %12s  %s -> %s\n", $1, $2 == "" ? "-" : $2, $3, $4 }'
finish
