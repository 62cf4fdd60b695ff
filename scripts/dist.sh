#!/bin/sh
# Makes the release in dist/: an archive for any Linux and a Debian package, each for x86-64 and AArch64; zips for Windows and
# macOS; the bills of materials and the checksums. The command synfin is in the files for this machine's processor alone. Two
# runs from one commit give the same bytes. Where the tools for other systems cannot be made (cargo xtask cross), it says so, and
# the release is for this system alone; as with SYNFIN_DIST=linux.
#
#   dist.sh            from the files as they are
#   dist.sh --check    in two places, here and in a clone of the last commit (in two clones, where there are changes that it does
#                      not hold); they must come out equal, and all of them must be there unless SYNFIN_DIST=linux
set -eu

cd "$(dirname "$0")/.."
WS_ME=dist
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh

if [ "${1:-}" = --check ]; then
    work=$(mktemp -d "${TMPDIR:-/tmp}/synfin-dist.XXXXXX")
    trap 'rm -rf -- "$work"' EXIT
    # One folder of tools for both.
    SYNFIN_CROSS_DIR=${SYNFIN_CROSS_DIR:-$PWD/.cross}
    export SYNFIN_CROSS_DIR
    # Another path, another length, a space: what a build could let slip into the result.
    another="$work/another place"
    git clone --quiet --no-hardlinks . "$another"
    one=$PWD
    if [ -n "$(git status --porcelain)" ]; then
        one=$work/one
        git clone --quiet --no-hardlinks . "$one"
    fi
    for place in "$one" "$another"; do
        # What is built here already is taken as it is.
        if [ "$place" = "$PWD" ]; then scripts/dist.sh >/dev/null; else CARGO_TARGET_DIR='' "$place/scripts/dist.sh" >/dev/null; fi
    done
    if ! cmp -s "$one/dist/SHA256SUMS" "$another/dist/SHA256SUMS"; then
        diff "$one/dist/SHA256SUMS" "$another/dist/SHA256SUMS" >&2 || true
        ws_die "two builds of one commit differ (above); compare the files with diffoscope"
    fi
    for system in linux-aarch64 windows macos; do
        [ "${SYNFIN_DIST:-all}" = linux ] || grep -q -e "-$system" "$one/dist/SHA256SUMS" || ws_die "there is no file for $system"
    done
    cat "$one/dist/SHA256SUMS"
    ws_say "dist: two builds of $(git rev-parse --short HEAD) in two places are the same"
    exit 0
fi

[ -n "${CARGO_TARGET_DIR:-}" ] || unset CARGO_TARGET_DIR
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
LC_ALL=C
TZ=UTC
export SOURCE_DATE_EPOCH LC_ALL TZ
umask 022
[ -z "$(git status --porcelain 2>/dev/null)" ] || ws_say "dist: note: there are changes that no commit holds" >&2

version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
plugin=$(scripts/release-build.sh)
program=$(scripts/release-build.sh command)
out=$PWD/dist
rm -rf -- "$out"
mkdir -p "$out"
work=$(mktemp -d "${TMPDIR:-/tmp}/synfin-dist.XXXXXX")
trap 'rm -rf -- "$work"' EXIT

# copy_documents FOLDER: what a user reads, as far as it exists
copy_documents() {
    mkdir -p "$1/docs" "$1/examples"
    for document in README.md README.zh-CN.md CHANGELOG.md LICENSE; do
        if [ -f "$document" ]; then cp -- "$document" "$1/"; fi
    done
    cp -- docs/*.md docs/synfin.4 "$1/docs/"
    # The recipes for the shell; the others want the sources.
    cp -- examples/*.sh "$1/examples/"
    if [ -f examples/README.md ]; then cp -- examples/README.md "$1/examples/"; fi
}

settle() { # FOLDER: modes and times that do not depend on this machine
    find "$1" -type d -exec chmod 755 {} +
    find "$1" -type f -perm -u+x -exec chmod 755 {} +
    find "$1" -type f ! -perm -u+x -exec chmod 644 {} +
    find "$1" -exec touch --no-dereference --date="@$SOURCE_DATE_EPOCH" {} +
}

sbom=$out/synfin-$version.cdx.json
cargo xtask sbom >"$sbom"
program_sbom=$out/synfin-command-$version.cdx.json
cargo xtask sbom --package synfin-cli >"$program_sbom"
cargo xtask man "$work/man"

copy_profiles() { # FOLDER
    mkdir -p "$1"
    cp -R -- profiles/synfin profiles/synfin-zh "$1/"
}

# What install.sh and the other scripts for users need beside them.
copy_scripts() { # FOLDER
    cp -- scripts/install.sh scripts/doctor.sh scripts/profile.sh scripts/test-installed.sh scripts/wireshark.sh scripts/series.tsv \
        scripts/sample.txt "$1/"
    cp -- tests/captures/three_segment_close.pcap "$1/sample.pcap"
}

pack() { # NAME: the folder of that name, as an archive for Unix
    settle "$work/$1"
    tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --format=ustar --mtime="@$SOURCE_DATE_EPOCH" -cf - "$1" |
        gzip -n -9 >"$out/$1.tar.gz"
}

pack_zip() { # NAME: the same as a zip, for the systems whose users expect one
    settle "$work/$1"
    python3 - "$work" "$1" "$out/$1.zip" <<'END'
import os
import sys
import time
import zipfile
from pathlib import Path

work, name, target = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
date = time.gmtime(int(os.environ["SOURCE_DATE_EPOCH"]))[:6]
with zipfile.ZipFile(target, "w") as archive:
    for path in sorted(path for path in (work / name).rglob("*") if path.is_file()):
        entry = zipfile.ZipInfo(path.relative_to(work).as_posix(), date)
        entry.external_attr = path.stat().st_mode << 16
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, path.read_bytes())
END
}

# fill FILE: a text with the version and the series in their places
fill() {
    sed -e "s/@VERSION@/$version/" -e "s/@WORKS_IN@/$WS_WORKS_IN/" \
        -e "s/@(SERIES)/@($(for series in $WS_SERIES $WS_EXPECTED; do printf "'%s' " "$series"; done | sed "s/ \$//; s/ /, /g"))/" "$1"
}

linux_archive() { # PROCESSOR FILE [COMMAND]
    name=synfin-$version-linux-$1
    mkdir "$work/$name"
    cp -- "$2" "$work/$name/synfin.so"
    chmod 644 "$work/$name/synfin.so"
    if [ -n "${3:-}" ]; then
        cp -- "$3" "$work/$name/synfin"
        cp -R -- "$work/man" "$work/$name/man"
        cp -- "$program_sbom" "$work/$name/"
    fi
    copy_scripts "$work/$name"
    cp -- "$sbom" docs/INSTALL.md "$work/$name/"
    copy_documents "$work/$name"
    copy_profiles "$work/$name/profiles"
    pack "$name"
}

windows_zip() { # FILE
    name=synfin-$version-windows-x64
    mkdir "$work/$name" "$work/$name/docs"
    cp -- "$1" "$work/$name/synfin.dll"
    cp -- "$sbom" "$work/$name/"
    cp -- tests/captures/three_segment_close.pcap "$work/$name/sample.pcap"
    cp -- docs/*.md "$work/$name/docs/"
    copy_profiles "$work/$name/profiles"
    # As Windows' own programs write lines.
    for text in README.txt install.cmd install.ps1; do
        fill "scripts/windows/$text" | sed 's/$/\r/' >"$work/$name/$text"
    done
    sed 's/$/\r/' scripts/sample.txt >"$work/$name/sample.txt"
    sed 's/$/\r/' LICENSE >"$work/$name/LICENSE.txt"
    pack_zip "$name"
}

macos_zip() { # FILE
    name=synfin-$version-macos-universal
    mkdir "$work/$name"
    cp -- "$1" "$work/$name/synfin.so"
    copy_scripts "$work/$name"
    fill scripts/macos/README.txt >"$work/$name/README.txt"
    cp -- "$sbom" docs/INSTALL.md "$work/$name/"
    copy_documents "$work/$name"
    copy_profiles "$work/$name/profiles"
    pack_zip "$name"
}

# Debian's package of each series' library, numbered by its ABI. Whoever has one has the folder that the link lies in, and
# an update of Wireshark exchanges one for another.
library_of() { # SERIES
    ws_column "$1" 3 || ws_die "scripts/series.tsv does not say what Debian calls the library of Wireshark $1"
}

manual_page() { # ROOT FILE
    folder=$1/usr/share/man/man${2##*.}
    mkdir -p "$folder"
    gzip -n -9 <"$2" >"$folder/${2##*/}.gz"
}

# The file lies in a folder of synfin's own; a link to it stands in the folder of every series that it works in. Each
# Wireshark looks in its own series' folder alone, so the links of others do nothing, an update from one to another needs
# nothing, and dpkg knows every path: there are no scripts that could fail.
debian_package() { # ARCHITECTURE TRIPLET FILE [COMMAND]
    root=$work/deb-$1
    plugins=/usr/lib/$2/wireshark/plugins
    file=$3
    mkdir -p "$root/DEBIAN" "$root/usr/lib/synfin" "$root/usr/share/doc/synfin"
    cp -- "$file" "$root/usr/lib/synfin/synfin.so"
    chmod 644 "$root/usr/lib/synfin/synfin.so"
    libraries=
    for series in $WS_SERIES; do
        mkdir -p "$root$plugins/$series/epan"
        ln -s /usr/lib/synfin/synfin.so "$root$plugins/$series/epan/synfin.so"
        library=$(library_of "$series")
        libraries="$libraries${libraries:+ | }$library"
    done
    copy_documents "$root/usr/share/doc/synfin"
    mv -- "$root/usr/share/doc/synfin/LICENSE" "$root/usr/share/doc/synfin/copyright"
    cp -- "$sbom" "$root/usr/share/doc/synfin/"
    mv -- "$root/usr/share/doc/synfin/docs/synfin.4" "$work/"
    manual_page "$root" "$work/synfin.4"
    if [ -n "${4:-}" ]; then
        mkdir -p "$root/usr/bin"
        cp -- "$4" "$root/usr/bin/synfin"
        cp -- "$program_sbom" "$root/usr/share/doc/synfin/"
        for page in "$work"/man/*.1; do manual_page "$root" "$page"; done
    fi
    copy_profiles "$root/usr/share/wireshark/profiles"
    libc=$(readelf -V "$file" ${4:+"$4"} | sed -n 's/.*GLIBC_\([0-9][0-9.]*\).*/\1/p' | sort -u -V | tail -n 1)
    unwinder=
    if readelf -d "$file" ${4:+"$4"} | grep -q 'NEEDED.*libgcc_s'; then unwinder=' libgcc-s1,'; fi
    {
        ws_say "Package: synfin"
        ws_say "Version: $version"
        ws_say "Architecture: $1"
        ws_say "Maintainer: the synfin authors <nobody@localhost>"
        ws_say "Section: net"
        ws_say "Priority: optional"
        ws_say "Installed-Size: $(find "$root/usr" -type f -printf '%s\n' | awk '{ n += $1 } END { print int(n / 1024) + 1 }')"
        ws_say "Depends: libc6 (>= $libc),$unwinder $libraries"
        ws_say "Recommends: wireshark | tshark"
        ws_say "Description: Wireshark plugin that annotates TCP handshakes and teardowns"
        ws_say " synfin says of every connection what became of it and who did it, and of"
        ws_say " every TCP segment which step of the handshake or teardown it is, in the X/Y"
        ws_say " of textbooks, and both sides' states. One file for Wireshark $WS_WORKS_IN."
    } >"$root/DEBIAN/control"
    (cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
    settle "$root"
    dpkg-deb --root-owner-group -Zgzip -z9 --build "$root" "$out/synfin_${version}_$1.deb" >/dev/null
}
# package ARCHITECTURE TRIPLET FILE
package() {
    if command -v dpkg-deb >/dev/null 2>&1; then
        debian_package "$@"
    else
        ws_say "dist: no dpkg-deb here, so no Debian package; run this on Debian or Ubuntu for one" >&2
    fi
}

# ---- this machine's system

linux_archive "$(uname -m)" "$plugin" "$program"
package "$(dpkg --print-architecture 2>/dev/null || uname -m)" "$(cc -print-multiarch 2>/dev/null || cc -dumpmachine)" "$plugin" "$program"

# ---- the others

# left_out WHY: the release is then for this system alone, and says so.
left_out() {
    ws_say "dist: left out: Linux on AArch64, Windows, macOS: $1" >&2
}
if [ "${SYNFIN_DIST:-all}" = linux ]; then
    left_out "SYNFIN_DIST is linux"
elif [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
    left_out "their tools run on Linux, x86-64"
elif ! cargo xtask cross --make; then
    left_out "their tools could not be made (see above)"
else
    # Tools that are there and do not build are a failure.
    cargo xtask cross aarch64 windows macos >"$work/files"
    file=$(sed -n 1p "$work/files")
    linux_archive aarch64 "$file"
    package arm64 aarch64-linux-gnu "$file"
    windows_zip "$(sed -n 2p "$work/files")"
    macos_zip "$(sed -n 3p "$work/files")"
fi

(cd "$out" && sha256sum -- *.* >SHA256SUMS)
cat "$out/SHA256SUMS"
