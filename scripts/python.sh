#!/bin/sh
# A Python with further packages, in target/python: makes it, installs what is missing, and prints its path. Nothing
# outside of target/ changes, except that a machine without Python gets it.
#
#   python.sh PACKAGE[==VERSION]...
set -eu

cd "$(dirname "$0")/.."
WS_ME=python
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh

folder=target/python
python=$folder/bin/python
has() { "$python" -c 'import importlib.metadata, sys
for wanted in sys.argv[1:]:
    name, _, version = wanted.partition("==")
    found = importlib.metadata.version(name)
    if version and found != version:
        sys.exit(1)' "$@" 2>/dev/null; }

if ! has "$@"; then
    command -v python3 >/dev/null 2>&1 || scripts/setup.sh python3=python3 >&2
    mkdir -p target
    if [ ! -x "$python" ] && ! python3 -m venv "$folder" >/dev/null 2>&1; then
        # Debian's python3 has no venv of its own.
        rm -rf "$folder"
        scripts/setup.sh virtualenv=python3-virtualenv >&2
        virtualenv --quiet "$folder" >&2
    fi
    ws_say "python: installing $* (pip, in $folder)" >&2
    "$python" -m pip install --quiet --disable-pip-version-check "$@" >&2 || ws_die "pip could not install $*"
fi
printf '%s/%s\n' "$(pwd -P)" "$python"
