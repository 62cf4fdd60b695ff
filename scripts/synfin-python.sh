#!/bin/sh
# A Python with synfin's library in it, just built, and with further packages: prints its path.
#
#   synfin-python.sh PACKAGE[==VERSION]...
set -eu

cd "$(dirname "$0")/.."
WS_ME=synfin-python
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh

python=$(scripts/python.sh pyarrow==26.0.1 "$@")
log=$(mktemp "${TMPDIR:-/tmp}/synfin-python.XXXXXX")
trap 'rm -f -- "$log"' EXIT
ws_say "synfin-python: installing ./python (pip builds it: a minute the first time)" >&2
if ! "$python" -m pip install --disable-pip-version-check --force-reinstall --no-deps ./python >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    ws_die "pip could not install ./python (its last lines are above)"
fi
printf '%s\n' "$python"
