#!/bin/sh
# What can go wrong besides bad input: panics, memory errors, leaks, long lives, live capture. Every part runs, also after
# one failed; what cannot run on this machine says so.
#
#   robust.sh [LOADS [CONNECTIONS [CALLS]]]
set -eu

cd "$(dirname "$0")/.."
loads=${1:-100} connections=${2:-150} calls=${3:-200000}
WS_ME=robust
# shellcheck source=scripts/wireshark.sh
. scripts/wireshark.sh
. scripts/robust-build.sh

failed=
# part TITLE COMMAND...
part() {
    title=$1
    shift
    if "$@"; then
        ws_say "robust: $title: ok"
    else
        failed="$failed${failed:+, }$title"
        ws_say "robust: $title: FAILED (above)" >&2
    fi
}

SOME="tests/captures/close_by_client.pcap tests/captures/refused_port.pcap tests/captures/simultaneous_close.pcap
    tests/captures/fin_retransmitted.pcap tests/captures/ipv6_close_by_client.pcap
    tests/captures/forged_rst_ignored_by_both.pcap"

# shellcheck disable=SC2086 # names, split on purpose
panics() {
    robust_cargo --release --features deliberate-panic
    robust_keep panicking
    python3 tests/robust/panic.py "$ROBUST/panicking/synfin.so" $SOME
}

# shellcheck disable=SC2086 # names, split on purpose
long_life() { python3 tests/robust/long_life.py "$loads" 1 --plugin "$PLUGIN" $SOME "$ROBUST/captures/walk-1.pcap" "$ROBUST/captures/syn-rst.pcap"; }

ring_buffers() { python3 tests/robust/ring_buffers.py "$connections" --plugin "$PLUGIN"; }

# The stable compiler has the sanitizer too; it wants to be told that this is meant.
address_sanitizer() {
    RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address robust_cargo --profile fuzz -p synfin-fuzz --features abi --bins || return 1
    "$ROBUST/$MACHINE/fuzz/drive-abi" "$calls" 1 && "$ROBUST/$MACHINE/fuzz/drive-core" "$((calls * 5))" 1
}

# The shim with gcc's sanitizers, in tshark.
# shellcheck disable=SC2086 # folders, split on purpose
sanitized_shim() {
    library=$(gcc -print-file-name=libasan.so)
    case $library in
        /*) ;;
        *) ws_say "robust: gcc has no libasan here: SKIPPED"; return 0 ;;
    esac
    flags="-fsanitize=address,undefined -fno-sanitize-recover=undefined"
    CFLAGS=$flags RUSTFLAGS="-Clink-arg=-lasan -Clink-arg=-lubsan" robust_cargo --release || return 1
    robust_keep sanitized
    python3 tests/robust/damaged.py 50 2 --plugin "$ROBUST/sanitized/synfin.so" --preload "$library" $CAPTURES
}

# shellcheck disable=SC2086 # folders, split on purpose
memcheck() { python3 tests/robust/memcheck.py --plugin "$PLUGIN" $CAPTURES; }

# Miri comes with nightly compilers alone, and takes seconds for a hundred calls.
miri() {
    if ! cargo +nightly miri --version >/dev/null 2>&1; then
        ws_say "robust: no Miri here (rustup component add --toolchain nightly miri rust-src): SKIPPED"
        return 0
    fi
    MIRIFLAGS=-Zmiri-disable-isolation cargo +nightly miri run --quiet --locked -p synfin-fuzz \
        --target-dir "$ROBUST/miri" --features abi --bin drive-abi -- 150 1
}

robust_setup valgrind=valgrind
robust_plugin
robust_drivers
robust_captures "$ROBUST/fuzz" 1
part "panics" panics
part "long life" long_life
part "ring buffers" ring_buffers
part "address sanitizer" address_sanitizer
part "sanitized shim" sanitized_shim
part "memcheck" memcheck
part "miri" miri

[ -z "$failed" ] || ws_die "not robust: $failed"
