#!/bin/sh
# Makes the release in dist/: an archive for any Linux, a Debian package, the bill of materials and the checksums. Two runs
# from one commit give the same bytes.
#
#   dist.sh            from the files as they are
#   dist.sh --check    from two clones of the last commit, in two places; they must come out equal
set -eu

cd "$(dirname "$0")/.."
WS_ME=dist
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh

if [ "${1:-}" = --check ]; then
    work=$(mktemp -d "${TMPDIR:-/tmp}/synfin-dist.XXXXXX")
    trap 'rm -rf -- "$work"' EXIT
    # Another path, another length, a space: what a build could let slip into the result.
    for place in one "another place"; do
        git clone --quiet --no-hardlinks . "$work/$place"
        CARGO_TARGET_DIR='' "$work/$place/scripts/dist.sh" >/dev/null
    done
    if ! cmp -s "$work/one/dist/SHA256SUMS" "$work/another place/dist/SHA256SUMS"; then
        diff "$work/one/dist/SHA256SUMS" "$work/another place/dist/SHA256SUMS" >&2 || true
        ws_die "two builds of one commit differ (above); compare the files with diffoscope"
    fi
    cat "$work/one/dist/SHA256SUMS"
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
    cp -- docs/*.md "$1/docs/"
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

name=synfin-$version-linux-$(uname -m)
mkdir "$work/$name"
cp -- "$plugin" "$work/$name/synfin.so"
cp -- scripts/install.sh scripts/doctor.sh scripts/profile.sh scripts/wireshark.sh scripts/series.tsv "$sbom" "$work/$name/"
cp -- docs/INSTALL.md "$work/$name/"
chmod 644 "$work/$name/synfin.so"
copy_documents "$work/$name"
if [ -d profiles/synfin ]; then
    mkdir "$work/$name/profiles"
    cp -R -- profiles/synfin "$work/$name/profiles/"
fi
settle "$work/$name"
tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --format=ustar --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" |
    gzip -n -9 >"$out/$name.tar.gz"

# Debian's package of each series' library, numbered by its ABI. Whoever has one has the folder that the link lies in, and
# an update of Wireshark exchanges one for another.
library_of() { # SERIES
    ws_column "$1" 3 || ws_die "scripts/series.tsv does not say what Debian calls the library of Wireshark $1"
}

# The file lies in a folder of synfin's own; a link to it stands in the folder of every series that it works in. Each
# Wireshark looks in its own series' folder alone, so the links of others do nothing, an update from one to another needs
# nothing, and dpkg knows every path: there are no scripts that could fail.
debian_package() {
    root=$work/deb
    plugins=$(pkg-config --variable=plugindir wireshark)
    plugins=${plugins%/*}
    mkdir -p "$root/DEBIAN" "$root/usr/lib/synfin" "$root/usr/share/doc/synfin"
    cp -- "$plugin" "$root/usr/lib/synfin/synfin.so"
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
    if [ -d profiles/synfin ]; then
        mkdir -p "$root/usr/share/wireshark/profiles"
        cp -R -- profiles/synfin "$root/usr/share/wireshark/profiles/"
    fi
    libc=$(objdump -T "$plugin" | sed -n 's/.*(\{0,1\}GLIBC_\([0-9][0-9.]*\).*/\1/p' | sort -V | tail -n 1)
    {
        ws_say "Package: synfin"
        ws_say "Version: $version"
        ws_say "Architecture: $(dpkg --print-architecture)"
        ws_say "Maintainer: the synfin authors <nobody@localhost>"
        ws_say "Section: net"
        ws_say "Priority: optional"
        ws_say "Installed-Size: $(find "$root/usr" -type f -printf '%s\n' | awk '{ n += $1 } END { print int(n / 1024) + 1 }')"
        ws_say "Depends: libc6 (>= $libc), libgcc-s1, $libraries"
        ws_say "Recommends: wireshark | tshark"
        ws_say "Description: Wireshark plugin that annotates TCP handshakes and teardowns"
        ws_say " synfin says of every connection what became of it and who did it, and of"
        ws_say " every TCP segment which step of the handshake or teardown it is, in the X/Y"
        ws_say " of textbooks, and both sides' states. One file for Wireshark $WS_WORKS_IN."
    } >"$root/DEBIAN/control"
    (cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
    settle "$root"
    dpkg-deb --root-owner-group -Zgzip -z9 --build "$root" "$out/synfin_${version}_$(dpkg --print-architecture).deb" >/dev/null
}
if command -v dpkg-deb >/dev/null 2>&1; then
    debian_package
else
    ws_say "dist: no dpkg-deb here, so no Debian package; run this on Debian or Ubuntu for one" >&2
fi

(cd "$out" && sha256sum -- *.* >SHA256SUMS)
cat "$out/SHA256SUMS"
