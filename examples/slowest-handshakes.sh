#!/bin/sh
# The ten openings that took longest: seconds from the first SYN to the ACK that completes it, then how much of that is
# the path to the server (SYN to SYN-ACK; empty when the SYN was sent more than once).
#
#   slowest-handshakes.sh CAPTURE
set -eu
"${TSHARK:-tshark}" -r "$1" -T fields -e synfin.handshake.time -e synfin.handshake.synack_rtt -e synfin.conn.client \
    -e synfin.conn.server -Y 'synfin.handshake.step == 3 and synfin.handshake.time' |
    sort -rn | head -n 10
