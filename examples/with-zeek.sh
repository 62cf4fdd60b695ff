#!/bin/sh
# Zeek's conn.log (TSV, with the column `community_id`: policy/protocols/conn/community-id-logging) and what synfin says of
# the same connections, joined by Community ID, and by time where one ID stands for several: they begin within a second.
#
#   with-zeek.sh CONN.LOG CAPTURE...        with-zeek.sh conn.log capture.pcap | column -t -s "$(printf '\t')"
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 2 "$@"
conn_log=$1
shift
[ -r "$conn_log" ] || die "cannot read $conn_log"
grep -q '^#fields.*community_id' "$conn_log" || die "$conn_log is no conn.log of Zeek in TSV with the column community_id"
rows synfin.conn.last synfin.conn.community_id tcp.stream frame.time_epoch synfin.conn.duration synfin.handshake.outcome \
    synfin.teardown.kind synfin.reset.by synfin.conn.state synfin.conn.history synfin.reset.frame -- "$@" |
    awk -F '\t' -v OFS='\t' '
        function shown(text) { return text == "" ? "-" : text }
        # Of Zeek, by Community ID.
        FNR == NR && /^#fields/ { for (i = 2; i <= NF; i++) column[$i] = i - 1; next }
        FNR == NR && /^#/ { next }
        FNR == NR {
            id = $column["community_id"]
            n = ++known[id]
            uid[id, n] = $column["uid"]; ts[id, n] = $column["ts"]; service[id, n] = $column["service"]
            state[id, n] = $column["conn_state"]
            next
        }
        {
            start = $4 - $5
            for (n = 1; n <= known[$2]; n++)
                if (ts[$2, n] - start < 1 && start - ts[$2, n] < 1) {
                    print uid[$2, n], service[$2, n], state[$2, n], $9, shown($6), shown($7), shown($8), shown($11), $3, $1
                    break
                }
        }' "$conn_log" - |
    show "$(printf 'uid\tservice\tconn_state\tours\toutcome\tteardown\treset_by\treset_frame\tstream\tcapture')"
finish
