#!/bin/sh
# The connection log as a Parquet file, through DuckDB: its command `duckdb`, or its Python module (pip install duckdb;
# PYTHON names the python that has it). Then a first question to that file: connections by server and outcome.
#
#   connections-parquet.sh PARQUET CAPTURE...
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 2 "$@"
python=${PYTHON:-python3}
if [ -z "${PYTHON:-}" ] && command -v duckdb >/dev/null 2>&1; then
    query() { duckdb -batch -init /dev/null -bail >/dev/null; }
elif "$python" -c 'import duckdb' 2>/dev/null; then
    query() {
        "$python" -c '
import sys, duckdb
try:
    duckdb.execute(sys.stdin.read())
except duckdb.Error as error:
    sys.exit(str(error))'
    }
else
    die "neither the command duckdb nor its Python module is here; install one (https://duckdb.org, or pip install duckdb)"
fi
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/''/g")"; }
parquet=$1
shift
log "$@" >"$work/log"
query <<EOT
SET TimeZone = 'UTC';
COPY (
    -- The keys of docs/connection.schema.json; types that do not depend on what this capture has.
    SELECT * FROM read_json($(quoted "$work/log"), format = 'newline_delimited', columns = {
        'capture': 'VARCHAR', 'stream': 'BIGINT', 'start': 'TIMESTAMPTZ', 'client_ip': 'VARCHAR', 'client_port':
        'BIGINT', 'server_ip': 'VARCHAR', 'server_port': 'BIGINT', 'community_id': 'VARCHAR', 'reset': 'VARCHAR',
        'reset_cause': 'VARCHAR', 'reset_answers': 'BIGINT', 'reset_idle': 'DOUBLE', 'reset_hops': 'BIGINT',
        'reset_ignored': 'BOOLEAN', 'conn_explain': 'VARCHAR', 'handshake_outcome': 'VARCHAR', 'handshake_kind':
        'VARCHAR', 'teardown_kind': 'VARCHAR', 'teardown_closer': 'VARCHAR', 'reset_by': 'VARCHAR', 'reset_frame':
        'BIGINT', 'conn_icmp': 'VARCHAR', 'conn_icmp_frame': 'BIGINT', 'negotiated': 'STRUCT(mss STRUCT(client BIGINT,
        server BIGINT), window_scale STRUCT(client BIGINT, server BIGINT), sack BOOLEAN, timestamps BOOLEAN, ecn
        VARCHAR, fast_open BOOLEAN, multipath BOOLEAN)', 'teardown_half_close_bytes': 'BIGINT', 'conn_state': 'VARCHAR',
        'conn_history': 'VARCHAR', 'conn_guessed': 'BOOLEAN', 'conn_duration': 'DOUBLE', 'handshake_time': 'DOUBLE',
        'handshake_synack_rtt': 'DOUBLE', 'handshake_ack_rtt': 'DOUBLE', 'handshake_syns': 'BIGINT',
        'handshake_attempts': 'BIGINT', 'handshake_frame1': 'BIGINT', 'handshake_frame2': 'BIGINT', 'handshake_frame3':
        'BIGINT', 'teardown_time': 'DOUBLE', 'teardown_frame1': 'BIGINT', 'teardown_frame2': 'BIGINT',
        'teardown_frame3': 'BIGINT', 'teardown_frame4': 'BIGINT', 'conn_client_packets': 'BIGINT',
        'conn_server_packets': 'BIGINT', 'conn_client_bytes': 'BIGINT', 'conn_server_bytes': 'BIGINT', 'conn_previous':
        'BIGINT'})
) TO $(quoted "$parquet") (FORMAT parquet);
COPY (
    SELECT server_ip, server_port, handshake_outcome, count(*) AS connections,
        round(100 * count(*) / sum(count(*)) OVER (PARTITION BY server_ip, server_port), 1) AS percent
    FROM read_parquet($(quoted "$parquet"))
    GROUP BY server_ip, server_port, handshake_outcome
    ORDER BY connections DESC, server_ip, server_port, handshake_outcome
) TO $(quoted "$work/answer") (FORMAT csv, DELIMITER '\t', HEADER false);
EOT
awk -F '\t' '{ printf "%11d  %5.1f%%  %-14s  %s port %s\n", $4, $5, $3, $1, $2 }' "$work/answer" |
    show 'connections    rate  outcome         server'
finish
