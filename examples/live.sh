#!/bin/sh
# Handshakes, teardowns and resets as they happen on an interface (`tshark -D` lists them; capturing needs the right to: root,
# or the group wireshark). Ctrl-C ends it.
#
#   live.sh INTERFACE [TSHARK OPTION...]        live.sh eth0;  live.sh lo -a duration:10 -f 'tcp port 8080'
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
interface=$1
shift
rm -r -- "$work"
exec "$tshark" -l -Q -i "$interface" -f tcp "$@" -T fields \
    -Y 'synfin.handshake.step or synfin.teardown.step or synfin.reset' \
    -e tcp.stream -e synfin.conn.server -e synfin.client.state -e synfin.server.state -e synfin.summary
