#!/bin/sh
# The connection log, one line a connection, as CSV with a heading; any spreadsheet or database reads it.
#
#   connections-csv.sh CAPTURE... > connections.csv
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
connections "$@" | awk -F '\t' '{ gsub(/"/, "\"\""); gsub(/\t/, "\",\""); print "\"" $0 "\"" }'
finish
