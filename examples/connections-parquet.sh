#!/bin/sh
# The connection log as a Parquet file, through DuckDB (pip install duckdb; PYTHON names the python that has it), and a
# first question to it.
#
#   connections-parquet.sh CAPTURE connections.parquet
set -eu
here=$(dirname "$0")
"$here/connections-csv.sh" "$1" | "${PYTHON:-python3}" -c '
import sys, duckdb
duckdb.sql("SELECT * FROM read_csv(?, header = true)", params=["/dev/stdin"]).write_parquet(sys.argv[1])
print(duckdb.sql("""
    SELECT "synfin.conn.server" AS server, "synfin.handshake.outcome" AS outcome, count(*) AS connections
    FROM read_parquet(?) GROUP BY ALL ORDER BY connections DESC, server, outcome LIMIT 5""", params=[sys.argv[1]]))' "$2"
