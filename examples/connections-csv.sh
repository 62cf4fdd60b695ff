#!/bin/sh
# The connection log, one line a connection, as CSV with a heading; any spreadsheet or database reads it.
#
#   connections-csv.sh CAPTURE > connections.csv
set -eu
"${TSHARK:-tshark}" -2 -r "$1" -Y synfin.conn.last -T fields -E header=y -E separator=, -E quote=d -E occurrence=f \
    -e tcp.stream -e synfin.conn.client -e synfin.conn.server -e synfin.handshake.outcome -e synfin.handshake.time \
    -e synfin.teardown.kind -e synfin.teardown.closer -e synfin.conn.state -e synfin.conn.history -e synfin.conn.duration
