# shellcheck shell=sh
# What the robustness runs build and need. Sourced. All of it lies in target/robust: nothing that is installed changes.

ROBUST=target/robust
MACHINE=$(rustc -vV | sed -n 's/^host: //p')
# A plugin, built the usual way; another one can be named.
PLUGIN=${SYNFIN_PLUGIN:-$ROBUST/plugin/synfin.so}
# shellcheck disable=SC2034 # for who sources this
CAPTURES="tests/captures${SYNFIN_CAPTURES:+ $SYNFIN_CAPTURES} $ROBUST/captures"

# robust_setup [COMMAND=PACKAGE...]
# shellcheck disable=SC2120 # without, it is what all need
robust_setup() {
    scripts/setup.sh python3=python3 setpriv=util-linux editcap=wireshark-common randpkt=wireshark-common sharkd=wireshark-common "$@"
}

# robust_keep NAME: the plugin last built, under a name of its own
robust_keep() {
    mkdir -p "$ROBUST/$1"
    cp "$ROBUST/$MACHINE/release/libsynfin.so" "$ROBUST/$1/synfin.so"
}

# robust_cargo ARGUMENTS...: for this machine's target, so that build scripts are built once and for none of the variants
robust_cargo() { cargo build --quiet --locked --target "$MACHINE" --target-dir "$ROBUST" "$@"; }

robust_plugin() {
    [ -n "${SYNFIN_PLUGIN:-}" ] && return
    cargo build --quiet --release --locked
    mkdir -p "$ROBUST/plugin"
    cp target/release/libsynfin.so "$PLUGIN"
}

robust_drivers() {
    cargo build --quiet --profile fuzz --locked -p synfin-fuzz --target-dir "$ROBUST" --features abi --bins
}

# robust_captures DRIVERS SEED: captures made to hurt, beside those of the repository
robust_captures() {
    mkdir -p "$ROBUST/captures"
    for scenario in $("$1/adversary" list | cut -f 1); do
        "$1/adversary" write "$scenario" 120 "$2" "$ROBUST/captures/$scenario.pcap"
    done
    for walk in 1 2 3 4 5 6 7 8; do
        "$1/adversary" write walk 160 "$2$walk" "$ROBUST/captures/walk-$walk.pcap"
    done
}
