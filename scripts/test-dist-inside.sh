#!/bin/sh
# The part of `cargo xtask test-dist` that runs inside the other system, as its root, beside synfin.tar.gz and synfin.deb.
set -eu

cd "$(dirname "$0")"
here=$PWD
PATH=/usr/sbin:/usr/bin:/sbin:/bin
HOME=/root
LC_ALL=C.UTF-8
export PATH HOME LC_ALL

cases=0
fail() {
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# expect TITLE STATUS TEXT COMMAND...
expect() {
    title=$1 wanted=$2 text=$3
    shift 3
    cases=$((cases + 1))
    status=0
    said=$("$@" 2>&1 </dev/null) || status=$?
    [ "$status" = "$wanted" ] || fail "$title: status $status, not $wanted: $said"
    case $said in *"$text"*) ;; *) fail "$title: does not say \"$text\": $said" ;; esac
}

user() { chroot --userspec=65534:65534 / env -C "$here" "HOME=$here/ho me" "PATH=$PATH" LC_ALL=C.UTF-8 "$@"; }

loaded() { "$@" tshark -G plugins 2>/dev/null | grep -c '^synfin\.so' || true; }

# loads TITLE COUNT [user]
loads() {
    cases=$((cases + 1))
    found=$(if [ -n "${3:-}" ]; then loaded user; else loaded env; fi)
    [ "$found" = "$2" ] || fail "$1: $found plugins of that name are loaded, not $2"
}

series=$(tshark --version 2>/dev/null | sed -n '1s/^[^0-9]*\([0-9]*\.[0-9]*\).*/\1/p')
tar -xzf synfin.tar.gz
mv synfin-*-linux-* release
sum=$(sha256sum <release/synfin.so)

# same TITLE FILE: it is the file that was released
same() {
    cases=$((cases + 1))
    [ "$(sha256sum <"$2")" = "$sum" ] || fail "$1: $2 is not the released file"
}

loads "before" 0
expect "the command" 0 '"handshake_outcome":"complete"' release/synfin conns release/sample.pcap
expect "doctor before" 1 "not installed" release/doctor.sh
expect "root installs" 0 "installed and loaded" release/install.sh
loads "root, installed" 1
loads "another user, installed by root" 1 user
same "root" "$(tshark -G plugins 2>/dev/null | awk -F '\t' '/^synfin\.so/ { print $4 }')"
expect "doctor" 0 "All is well" release/doctor.sh
expect "the check that users run" 0 "all is well" release/test-installed.sh
# A Wireshark that the file does not know declines it with its own line, and works on.
echo 'void epan_get_version_number(int *a, int *b, int *c) { *a = 4; *b = 98; *c = 0; }' | cc -shared -fPIC -x c - -o unknown.so
expect "an unknown Wireshark" 0 "synfin.so' was compiled for Wireshark version" env "LD_PRELOAD=$here/unknown.so" tshark -G plugins
expect "doctor, of an unknown Wireshark" 1 "made for another Wireshark" env "LD_PRELOAD=$here/unknown.so" release/doctor.sh
expect "root installs again" 0 "installed and loaded" release/install.sh
folder=$(dirname "$(tshark -G plugins 2>/dev/null | awk -F '\t' '/^synfin\.so/ { print $4 }')")
cp release/synfin.so "$folder/lifecycle.so"
expect "two copies with two names" 0 "two copies of the plugin are installed" tshark -G plugins
expect "two copies, and TCP as ever" 0 "TCP Lifecycle" tshark -G protocols
expect "doctor, of two copies" 1 "remove one of them" release/doctor.sh
expect "installing with another copy there" 0 "another copy is in $folder/lifecycle.so" release/install.sh
rm "$folder/lifecycle.so"
expect "a user, after root" 0 "nothing to do" user release/install.sh
expect "root removes" 0 "removed" release/install.sh --uninstall
loads "root, removed" 0

own="$here/ho me/.local/lib/wireshark/plugins"
expect "a user installs" 0 "installed and loaded" user release/install.sh
loads "a user, installed" 1 user
loads "root, when a user installed" 0
same "a user" "$own/$series/epan/synfin.so"
expect "a user's doctor" 0 "All is well" user release/doctor.sh
expect "a user's profile" 0 "profiles/synfin" user release/profile.sh
expect "a user removes the profile" 0 "" user release/profile.sh --uninstall
expect "a user removes" 0 "removed" user release/install.sh --uninstall
loads "a user, removed" 0 user

# Wireshark was of the oldest series when it was installed, and has been updated since.
oldest=$(grep -v '^#' release/series.tsv | head -n 1 | cut -f 1)
user mkdir -p "$own/$oldest/epan"
user cp release/synfin.so "$own/$oldest/epan/"
if [ "$series" != "$oldest" ]; then
    loads "after the update, nothing done" 0 user
    expect "doctor after the update" 1 "$oldest/epan/synfin.so (this Wireshark does not look there)" user release/doctor.sh
    user mkdir -p "$own/$series/epan"
    user cp "$own/$oldest/epan/synfin.so" "$own/$series/epan/"
fi
loads "after the update, copied" 1 user
same "copied" "$own/$series/epan/synfin.so"
rm -rf -- "$own"
user mkdir -p "$own/$oldest/epan"
user cp release/synfin.so "$own/$oldest/epan/"
expect "after the update, install.sh run again" 0 "installed and loaded" user release/install.sh
loads "after the update, installed again" 1 user
rm -rf -- "$own"

if [ -f synfin.deb ]; then
    # A system made by debootstrap may have its packages unpacked and not configured: what the package depends on is looked
    # at here, and not left to dpkg.
    library=$(dpkg-query -W -f '${Package}\n' 'libwireshark[0-9]*' | head -n 1)
    expect "the package depends on $library" 0 "$library" dpkg-deb -f synfin.deb Depends
    expect "the package installs" 0 "Setting up synfin" dpkg --force-depends -i synfin.deb
    loads "the package" 1
    loads "the package, another user" 1 user
    same "the package" /usr/lib/synfin/synfin.so
    expect "the command of the package" 0 '"handshake_outcome":"complete"' synfin conns release/sample.pcap
    expect "install.sh leaves the package alone" 1 "Debian package synfin owns" release/install.sh
    expect "doctor, of the package" 0 "All is well" release/doctor.sh
    expect "the package again" 0 "Setting up synfin" dpkg --force-depends -i synfin.deb
    expect "the package goes" 0 "Removing synfin" dpkg -r synfin
    dpkg -P synfin >/dev/null 2>&1
    loads "the package, removed" 0
    cases=$((cases + 1))
    [ ! -e /usr/lib/synfin ] || fail "the package left /usr/lib/synfin behind"
fi

printf 'the release in Wireshark %s: %s cases, 0 failed\n' "$series" "$cases"
