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
# These are read by a tshark of their own as well.
alone='close_by_client filtered_port_icmp'
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh
# shellcheck source=scripts/debian.sh
. scripts/debian.sh

# ---- the part that runs in a mount namespace of its own: run_in ROOT QEMU PLUGIN OUT

run() { # VARIABLE=VALUE ARGUMENT...: tshark, of ROOT or of this machine, by QEMU or without
    variable=$1
    shift
    case $root:$emulator in
        :) env "$variable" /usr/bin/tshark "$@" ;;
        *:) chroot "$root" env "$variable" /usr/bin/tshark "$@" ;;
        # Programs of another processor cannot be run without it: env is this machine's.
        *) env "$variable" chroot "$root" /mnt/qemu /usr/bin/tshark "$@" ;;
    esac
}

run_in() { # ROOT QEMU PLUGIN EACH OUT
    root=$1
    emulator=$2
    plugin=$3
    each=$4
    out=$5
    for folder in "$root"/usr/lib/*/wireshark/plugins/*; do
        mkdir -p "$folder/epan"
        mount -t tmpfs none "$folder/epan"
        cp -- "$plugin" "$folder/epan/synfin.so"
    done
    if [ -n "$root" ]; then
        mkdir -p "$root/mnt" "$root/dev" "$root/proc"
        mount -t tmpfs none "$root/mnt"
        mount --rbind /dev "$root/dev"
        mount -t proc none "$root/proc"
        there=/mnt
    else
        there=$out/there
    fi
    mkdir -p "$root$there/home" "$root$there/out"
    cp -- tests/captures/*.pcap "$root$there/"
    cp -- "$each" "$root$there/each"
    [ -z "$emulator" ] || cp -- "$emulator" "$root$there/qemu"
    unset XDG_CONFIG_HOME XDG_DATA_HOME LANGUAGE
    export HOME="$there/home" TZ=UTC LC_ALL=C.UTF-8
    run TZ=UTC --version | head -n 1
    run TZ=UTC -G plugins 2>/dev/null | grep '^synfin' | cut -f1-3 >"$out/plugins"
    [ -s "$out/plugins" ] || { ws_say "the plugin did not load" >&2; exit 1; }
    # Every field that there is, by this very Wireshark.
    run TZ=UTC -G fields 2>/dev/null | awk -F '\t' '$1 == "F" && $3 ~ /^synfin\./ { print "-e " $3 }' >"$out/fields"
    [ "$(grep -c . "$out/fields")" -gt 60 ] || { ws_say "hardly a field of synfin was found" >&2; exit 1; }
    wanted="-T fields -e frame.number -e tcp.stream -e _ws.col.Info -e _ws.expert.message $(cat "$out/fields")
        -z synfin,jsonl -z synfin,report -z synfin,conn -z synfin,servers -z synfin,tree -z flow,synfin,network"
    # All captures by one tshark, which goes on from its start with each (tests/aarch64/each.c); and some by one of their own.
    export EACH_IN="$there" EACH_OUT="$there/out"
    # shellcheck disable=SC2086 # words, split on purpose
    run "${emulator:+QEMU_SET_ENV=}LD_PRELOAD=$there/each" -r "$there/close_by_client.pcap" $wanted 2>"$out/said" ||
        { cat "$out/said" >&2; exit 1; }
    for capture in $alone; do
        # shellcheck disable=SC2086 # words, split on purpose
        run TZ=UTC -r "$there/$capture.pcap" $wanted >"$root$there/out/$capture.alone" 2>/dev/null
    done
    cp -- "$root$there/out"/* "$out/"
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

scripts/setup.sh mmdebstrap=mmdebstrap unshare=util-linux
if ! command -v qemu-aarch64-static >/dev/null 2>&1 && ! command -v qemu-aarch64 >/dev/null 2>&1; then
    scripts/setup.sh qemu-aarch64-static=qemu-user-static
fi
qemu=$(command -v qemu-aarch64-static || command -v qemu-aarch64)

# Nothing of another processor is run while a system is made: its packages are fetched and unpacked, not configured. For tshark
# that is enough.
unpacked() { # ROOT
    as_root cp -- "$qemu" "$1/qemu" && as_root chroot "$1" /qemu /usr/bin/tshark --version >/dev/null 2>&1
}

make_arm64() { # RELEASE ROOT
    if [ -d "$2" ] && unpacked "$2"; then return 0; fi
    ws_say "test-aarch64: fetching Debian $1's tshark for arm64 into $2 (once; half a minute)"
    debian_unpack "$1" "$2" base-files,tshark "$2.log" unpacked --architectures=arm64
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
each="-std=gnu11 -O1 -Wall -Wextra -Werror -shared -fPIC tests/aarch64/each.c"
# shellcheck disable=SC2086 # words, split on purpose
{
    cc $each -o "$work/each-x86-64.so" -ldl
    "$cross/bin/cc-linux-aarch64" $each -o "$work/each-aarch64.so" -ldl
}
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
        set -- "$@" "$work/each-$system.so"
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
    for capture in $alone; do
        # shellcheck disable=SC2016 # for the inner shell
        check "$series: $capture, read alone, is the same" sh -c 'test -s "$1" && { cat "$1"; echo "status 0"; } | cmp - "$2"' sh \
            "$work/$series/aarch64/$capture.alone" "$work/$series/aarch64/$capture.pcap.txt"
    done
done
printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
