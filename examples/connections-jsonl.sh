#!/bin/sh
# The connection log as JSON lines, with the name of the capture: one object a connection, for jq, pandas, DuckDB,
# Elasticsearch, or a log shipper. Of one capture without its name: tshark -q -r CAPTURE -z synfin,jsonl
#
#   connections-jsonl.sh CAPTURE... > connections.jsonl
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
log "$@"
finish
