#!/bin/sh
# The connection log as JSON lines: one object a connection, for jq, Elasticsearch, or a log shipper.
#
#   connections-jsonl.sh CAPTURE > connections.jsonl
#
# tshark's "ek" format has a line in between for Elasticsearch, and wraps each value in a list: both go.
set -eu
"${TSHARK:-tshark}" -2 -r "$1" -Y synfin.conn.last -T ek -e synfin.conn.client -e synfin.conn.server \
    -e synfin.handshake.outcome -e synfin.handshake.time -e synfin.teardown.kind -e synfin.teardown.closer \
    -e synfin.conn.state -e synfin.conn.history -e synfin.conn.duration |
    sed -n -e 's/^{"timestamp":"\([0-9]*\)","layers":{\(.*\)}}$/{"last_ms":\1,\2}/' -e 's/\["\([^"]*\)"\]/"\1"/gp'
