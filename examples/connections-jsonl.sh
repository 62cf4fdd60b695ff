#!/bin/sh
# The connection log as JSON lines: one object a connection, for jq, Elasticsearch, or a log shipper. Numbers are numbers;
# what was not captured is left out.
#
#   connections-jsonl.sh CAPTURE... > connections.jsonl
set -eu
# shellcheck source=examples/common.sh
. "$(dirname "$0")/common.sh"
begin 1 "$@"
need jq jq
connections "$@" | jq -c -R -n '
    (input / "\t") as $names | inputs / "\t" | [$names, .] | transpose
    | map(select(.[1] != "")
        | {(.[0]): (if .[0] | IN("stream", "duration", "handshake_time") then .[1] | tonumber + 0 else .[1] end)}) | add'
finish
