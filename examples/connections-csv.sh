#!/bin/sh
# The connection log, one line a connection, as CSV with a heading; any spreadsheet or database reads it. The columns are
# the keys of the log (docs/connection.schema.json) behind `capture`; `negotiated` is JSON in a cell.
#
#   connections-csv.sh CAPTURE... > connections.csv
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
need jq jq
log "$@" | jq -r -n 'foreach inputs as $one (0; . + 1; if . == 1 then ($one | keys_unsorted) else empty end, [$one[]])
    | map(if type == "object" then tojson else . end) | @csv'
finish
