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
connections "$@" >"$work/log"
query <<EOT
SET TimeZone = 'UTC';
COPY (
    SELECT * FROM read_csv($(quoted "$work/log"), delim = '\t', header = true, quote = '', escape = '', columns = {
        'capture': 'VARCHAR', 'stream': 'UINTEGER', 'start': 'TIMESTAMPTZ', 'duration': 'DOUBLE', 'client': 'VARCHAR',
        'server': 'VARCHAR', 'handshake': 'VARCHAR', 'outcome': 'VARCHAR', 'handshake_time': 'DOUBLE',
        'teardown': 'VARCHAR', 'closer': 'VARCHAR', 'state': 'VARCHAR', 'history': 'VARCHAR'})
) TO $(quoted "$parquet") (FORMAT parquet);
COPY (
    SELECT server, outcome, count(*) AS connections FROM read_parquet($(quoted "$parquet"))
    GROUP BY ALL ORDER BY connections DESC, server, outcome
) TO $(quoted "$work/answer") (FORMAT csv, DELIMITER '\t', HEADER true);
EOT
awk -F '\t' '{ printf "%-11s  %-12s  %s\n", $3, $2, $1 }' "$work/answer"
finish
