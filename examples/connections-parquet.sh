#!/bin/sh
# The connection log as a Parquet file, through DuckDB (pip install duckdb; PYTHON names the python that has it), and a
# first question to it.
#
#   connections-parquet.sh CAPTURE connections.parquet
set -eu
csv=$(mktemp)
trap 'rm -f -- "$csv"' EXIT
"$(dirname "$0")/connections-csv.sh" "$1" >"$csv"
# shellcheck disable=SC2016 # Python, not the shell, reads what stands in the quotes.
"${PYTHON:-python3}" -c '
import sys, duckdb
duckdb.read_csv(sys.argv[1]).write_parquet(sys.argv[2])
print(duckdb.sql("""
    SELECT "synfin.conn.server" AS server, "synfin.handshake.outcome" AS outcome, count(*) AS connections
    FROM read_parquet($file) GROUP BY ALL ORDER BY connections DESC, server, outcome LIMIT 5""",
    params={"file": sys.argv[2]}))' "$csv" "$2"
