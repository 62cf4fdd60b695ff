#!/bin/sh
# The plugin for AArch64 in real tsharks for AArch64, by qemu: every capture of tests/captures, all fields, columns, expert
# information and -z commands, must come out as in the same Wireshark for x86-64 with the plugin for x86-64.
#
#   test-aarch64.sh [SERIES...]      without arguments, every series that a Debian release has
#   test-aarch64.sh --make           make the folders, and test nothing
#
# The systems are Debian's arm64 packages, unpacked in folders made once and kept (.cross/arm64-*, or SYNFIN_CROSS_DIR); those
# for x86-64 are make test-versions' and this machine. SYNFIN_PLUGIN, SYNFIN_ARM64 (optional): the files to test.
set -eu

cd "$(dirname "$0")/.."
WS_ME=test-aarch64
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh
# shellcheck source=scripts/debian.sh
. scripts/debian.sh

# ---- the part that runs in a mount namespace of its own: run_in ROOT QEMU PLUGIN OUT

# "$@" is what stands before a program: nothing, chroot ROOT, chroot ROOT QEMU
run_in() {
    root=$1
    emulator=$2
    plugin=$3
    out=$4
    for folder in "$root"/usr/lib/*/wireshark/plugins/*; do
        mkdir -p "$folder/epan"
        mount -t tmpfs none "$folder/epan"
        cp -- "$plugin" "$folder/epan/synfin.so"
    done
    captures=$PWD/tests/captures
    set -- /usr/bin/tshark
    [ -z "$emulator" ] || set -- "$emulator" "$@"
    if [ -n "$root" ]; then
        mkdir -p "$root/mnt" "$root/dev" "$root/proc"
        mount -t tmpfs none "$root/mnt"
        mkdir -p "$root/mnt/home"
        cp -- tests/captures/*.pcap "$root/mnt/"
        [ -z "$emulator" ] || cp -- "$emulator" "$root/mnt/qemu"
        [ -z "$emulator" ] || { shift; set -- /mnt/qemu "$@"; }
        mount --rbind /dev "$root/dev"
        mount -t proc none "$root/proc"
        captures=/mnt
        set -- chroot "$root" "$@"
        HOME=/mnt/home
    else
        HOME=$(mktemp -d)
    fi
    unset XDG_CONFIG_HOME XDG_DATA_HOME LANGUAGE
    TZ=UTC
    LC_ALL=C.UTF-8
    export HOME TZ LC_ALL
    "$@" --version | head -n 1
    "$@" -G plugins 2>/dev/null | grep '^synfin' | cut -f1-3 >"$out/plugins"
    [ -s "$out/plugins" ] || { ws_say "the plugin did not load" >&2; exit 1; }
    # Every field that there is, by this very Wireshark.
    "$@" -G fields 2>/dev/null | awk -F '\t' '$1 == "F" && $3 ~ /^synfin\./ { print "-e " $3 }' >"$out/fields"
    [ "$(grep -c . "$out/fields")" -gt 60 ] || { ws_say "hardly a field of synfin was found" >&2; exit 1; }
    # Two at a time: these machines have as many processors.
    # shellcheck disable=SC2016 # for the inner shell
    find tests/captures -name '*.pcap' -printf '%f\n' | sort | xargs -P 2 -I '{}' sh -c '
        out=$1 capture=$2 name=$3
        shift 3
        "$@" -r "$capture/$name" -T fields -e frame.number -e tcp.stream -e _ws.col.Info -e _ws.expert.message $(cat "$out/fields") \
            -z synfin,jsonl -z synfin,report -z synfin,conn -z synfin,servers -z synfin,tree -z flow,synfin,network \
            >"$out/$name.txt" 2>"$out/$name.err"
        echo "status $?" >>"$out/$name.txt"' sh "$out" "$captures" '{}' "$@"
}

if [ "${1:-}" = --run ]; then
    shift
    run_in "$@"
    exit
fi

# ---- the systems

cross=${SYNFIN_CROSS_DIR:-$PWD/.cross}
mkdir -p "$cross"
cross=$(cd -P "$cross" && pwd)
mkdir -p "${SYNFIN_VERSIONS_DIR:-.versions}"
versions=$(cd -P "${SYNFIN_VERSIONS_DIR:-.versions}" && pwd)

scripts/setup.sh debootstrap=debootstrap unshare=util-linux
if ! command -v qemu-aarch64-static >/dev/null 2>&1 && ! command -v qemu-aarch64 >/dev/null 2>&1; then
    scripts/setup.sh qemu-aarch64-static=qemu-user-static
fi
qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64)

# Nothing of another processor is run while a system is made: its packages are fetched and unpacked, not configured. For tshark
# that is enough.
unpacked() { # ROOT
    if [ ! -e "$1/usr/bin/tshark" ]; then
        as_root find "$1/var/cache/apt/archives" -name '*.deb' -exec dpkg-deb --extract '{}' "$1" ';' >/dev/null 2>&1
    fi
    as_root cp -- "$qemu" "$1/qemu" && as_root chroot "$1" /qemu /usr/bin/tshark --version >/dev/null 2>&1
}

make_arm64() { # RELEASE ROOT
    if [ -d "$2" ] && unpacked "$2"; then return 0; fi
    ws_say "test-aarch64: fetching Debian $1 for arm64 into $2 (once; a minute or two)"
    debian_make "$1" "$2" tshark "$2.log" unpacked --foreign --arch=arm64
}

if [ "${1:-}" = --make ]; then
    for series in $WS_SERIES; do
        release=$(ws_column "$series" 2) || ws_die "no Debian release is known to have Wireshark $series"
        make_arm64 "$release" "$cross/arm64-$release"
    done
    exit 0
fi

arm64=${SYNFIN_ARM64:-$(scripts/cross.sh linux-aarch64)}
plugin=${SYNFIN_PLUGIN:-$(scripts/release-build.sh)}

passed=0
failed=0
check() { # TITLE COMMAND...
    title=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        ws_say "FAILED: $title" >&2
    fi
}

# What it asks of the C library: the oldest Debian with a Wireshark of these series has 2.36.
glibc=$(readelf -V "$arm64" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -u -V | tail -n 1)
check "needs glibc $glibc" test "$(printf '%s\n' "$glibc" 2.31 | sort -V | tail -n 1)" = 2.31
check "is for AArch64" test "$(readelf -h "$arm64" | sed -n 's/ *Machine: *//p')" = AArch64
check "needs the C library alone" test -z "$(readelf -d "$arm64" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -v -E '^(lib(c|m|dl|pthread|rt)\.so\.[0-9]|ld-linux-aarch64\.so\.1)$')"
check "exports what Wireshark reads alone" test "$(readelf --dyn-syms -W "$arm64" | awk '$7 != "UND" && $5 == "GLOBAL" { print $8 }' | sort | xargs)" = \
    "plugin_describe plugin_register plugin_version plugin_want_major plugin_want_minor"
check "looks its functions up at load, and stays" test "$(readelf -d "$arm64" | grep -c -E 'BIND_NOW|NODELETE')" -ge 1

work=$(mktemp -d "${TMPDIR:-/tmp}/synfin-aarch64.XXXXXX")
trap 'rm -rf -- "$work"' EXIT
# shellcheck disable=SC2086 # series, split on purpose
[ "$#" -gt 0 ] || set -- $WS_SERIES
for series; do
    release=$(ws_column "$series" 2) || ws_die "no Debian release is known to have Wireshark $series"
    make_arm64 "$release" "$cross/arm64-$release"
    native=
    if [ "$(ws_series "$(ws_version tshark)")" != "$series" ]; then
        native=$versions/$release
        [ -x "$native/usr/bin/tshark" ] || scripts/versions.sh --make "$series" >/dev/null
    fi
    for system in x86-64 aarch64; do
        mkdir -p "$work/$series/$system"
        case $system in
            x86-64) set -- "$native" "" "$plugin" ;;
            *) set -- "$cross/arm64-$release" "$qemu" "$arm64" ;;
        esac
        as_root unshare --mount --propagation private "$PWD/scripts/test-aarch64.sh" --run "$@" "$work/$series/$system" \
            >"$work/version" || ws_die "tshark of $series for $system: $(cat "$work/version")"
        ws_say "test-aarch64: $system: $(cat "$work/version")"
    done
    for name in plugins fields; do
        check "$series: $name" cmp "$work/$series/x86-64/$name" "$work/$series/aarch64/$name"
    done
    for capture in tests/captures/*.pcap; do
        name=${capture##*/}.txt
        check "$series: $name ends well" grep -q '^status 0$' "$work/$series/aarch64/$name"
        check "$series: $name has something to compare" grep -q '^{"stream":0,' "$work/$series/aarch64/$name"
        if ! cmp -s "$work/$series/x86-64/$name" "$work/$series/aarch64/$name"; then
            diff "$work/$series/x86-64/$name" "$work/$series/aarch64/$name" | head -n 4 >&2 || true
        fi
        check "$series: $name is the same" cmp "$work/$series/x86-64/$name" "$work/$series/aarch64/$name"
    done
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
