#!/bin/sh
# Records the captures of tests/captures again, from the Linux kernel's own TCP: scripts/record.sh [--all] [FOLDER].
# Needs root (network namespaces, TAP devices, capturing); installs iproute2, tcpdump and nftables with apt-get when
# they are missing. What this machine does not permit is said by name and reason; nothing is skipped silently.
set -eu

cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
    echo "record: needs root, for network namespaces and for capturing; try: sudo $0 $*" >&2
    exit 3
fi

missing=
command -v ip >/dev/null 2>&1 || missing="$missing iproute2"
command -v tcpdump >/dev/null 2>&1 || missing="$missing tcpdump"
command -v nft >/dev/null 2>&1 || missing="$missing nftables"
if [ -n "$missing" ]; then
    if command -v apt-get >/dev/null 2>&1; then
        echo "record: installing$missing"
        # shellcheck disable=SC2086 # a list of package names
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >/dev/null ||
            { apt-get update >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing >/dev/null; } ||
            { echo "record: could not install$missing" >&2; exit 1; }
    else
        echo "record: please install:$missing" >&2
        exit 1
    fi
fi

exec python3 tests/stacks/record.py "$@"
