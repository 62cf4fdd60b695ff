#!/bin/sh
# The ten handshakes that took longest: seconds from the first SYN to the ACK that completes it, then how much of that is
# the way to the server and back (SYN to SYN-ACK; `-` when the SYN was sent more than once), and the frame of that ACK.
#
#   slowest-handshakes.sh CAPTURE...
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
rows 'synfin.conn.last and synfin.handshake.time' synfin.handshake.time synfin.handshake.synack_rtt synfin.conn.client \
    synfin.conn.server tcp.stream synfin.handshake.frame3 -- "$@" |
    sort -t "$(printf '\t')" -k2,2rn -s | head -n 10 |
    awk -F '\t' '{
        printf "%12s %12s  %6d  %5d  %s -> %s  %s\n", $2, $3 == "" ? "-" : $3, $6, $7, $4, $5, $1
    }' | show '   handshake   round trip  stream  frame  client -> server, capture'
finish
