#!/bin/sh
# Openings and closings as they happen, on an interface (`tshark -D` lists them; capturing needs the right to: root, or the
# group wireshark). Ctrl-C ends it.
#
#   live.sh [INTERFACE [TSHARK OPTION ...]]       live.sh eth0;  live.sh lo -a duration:10
set -eu
interface=${1:-lo}
if [ "$#" -gt 0 ]; then shift; fi
exec "${TSHARK:-tshark}" -l -q -i "$interface" "$@" -f tcp -Y 'synfin.handshake.step or synfin.teardown.step or synfin.reset' \
    -T fields -e tcp.stream -e synfin.conn.server -e synfin.client.state -e synfin.server.state -e synfin.summary
