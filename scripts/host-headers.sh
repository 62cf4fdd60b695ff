#!/bin/sh
# host-headers.sh: a folder with the headers of a series of Wireshark that no Debian release has, or of another operating
# system, to be named where host-layout.sh and host-prototypes.sh want a system.
#
#   scripts/host-headers.sh SERIES FOLDER [linux | windows | macos]
#
# The headers are those that the crate libwireshark-sys bundles, fetched by cargo and held by its checksum
# (scripts/headers/Cargo.lock). `make test-versions` holds its bundles of the other series against those series' own
# headers.
#
# Copyright (C) 2026 the synfin authors
# SPDX-License-Identifier: GPL-2.0-or-later
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
die() { echo "host-headers.sh: $*" >&2; exit 1; }

[ $# = 2 ] || [ $# = 3 ] || die "name a series and a folder, for example: scripts/host-headers.sh 4.2 target/headers-4.2"
series=$1
system=${3:-linux}
include=$2/usr/include/wireshark

manifest=$here/scripts/headers/Cargo.toml
cargo fetch --quiet --locked --manifest-path "$manifest" || die "the bundle of headers could not be fetched; is crates.io reachable?"
bundles=$(cargo metadata --locked --offline --format-version 1 --manifest-path "$manifest" |
    tr ',' '\n' | sed -n 's,.*"manifest_path":"\(.*/libwireshark-sys-[^"]*\)/Cargo.toml".*,\1/headers,p' | head -n 1)
bundle=$bundles/wireshark-$(printf '%s' "$series" | tr . -).h
[ -f "$bundle" ] || die "there is no bundle for Wireshark $series in $bundles"
libraries=$bundles/deps-$system-x86_64.h
[ -f "$libraries" ] || die "there is no bundle for $system in $bundles"

# The bundle is one file, and wants another with the libraries' declarations before it. Each header that the plugin includes
# leads to both; glib.h is in the first. epan/dissectors/packet-ip.h is in neither.
mkdir -p "$include"
printf '%s\n' "$system" > "$2/system"
cp -- "$libraries" "$2/usr/include/wireshark-deps.h"
cp -- "$bundle" "$include/bundle.h"
# By relative paths: the folder may be moved.
printf '#include "../wireshark-deps.h"\n' > "$include/glib.h"
sed -n 's/^ *# *include <\(epan\/[^>]*\|ws_version.h\|wsutil\/[^>]*\)>.*/\1/p' "$here"/plugin-c/*.[ch] |
    grep -v -x epan/dissectors/packet-ip.h | sort -u | while read -r header; do
    mkdir -p "$include/$(dirname "$header")"
    up=$(dirname "$header" | sed 's,[^/.][^/]*,..,g')
    printf '#include "%s/../wireshark-deps.h"\n#include "%s/bundle.h"\n' "$up" "$up" > "$include/$header"
done
# build.rs looks for the numbers in the header of that name.
sed -n '/^# *define WIRESHARK_VERSION_/p' "$include/bundle.h" > "$include/ws_version.h"
