#!/bin/sh
# Prints a capture as synfin reads it: its connections, then every segment that has a step or is a RST. Without a file: a
# sample with one handshake and one teardown, written on the spot.
#
#   run.sh [FILE]
set -eu

here=$(cd -P "$(dirname "$0")" && pwd)
WS_ME=run
# shellcheck source=scripts/wireshark.sh
. "$here/wireshark.sh"

program=$(ws_programs | head -n 1)
[ -n "$program" ] || ws_die "no tshark found; install it (scripts/setup.sh), or name it: TSHARK=/path/to/tshark"
[ -n "$(ws_version "$program")" ] || ws_die "$(ws_no_start "$program")"

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# Only root needs to be told, and not at every command.
read_with() { "$program" "$@" 2>"$work/complaints"; }
complaints() { grep -v '^Running as user' "$work/complaints" | sed 's/^tshark: //' || true; }

# Where synfin is well, what doctor says of it is no answer.
explain_nothing() {
    if ! "$here/doctor.sh" >"$work/doctor" 2>&1; then
        cat "$work/doctor" >&2
        exit 1
    fi
    ws_die "$1"
}

sample() {
    file=${CARGO_TARGET_DIR:-$here/../target}/sample.pcap
    (cd "$here/.." && cargo run --release --quiet --locked --example sample -- "$file")
    lines=
    for title in Open:handshake Close:teardown; do
        text=$(read_with -r "$file" -Y "synfin.${title#*:}.step" -T fields -e synfin.summary) || complaints >&2
        lines=$lines$text
        printf '%s\n%s\n\n' "${title%%:*}" "$text"
    done
    [ -n "$lines" ] || explain_nothing "the sample came out empty although synfin loaded; please report this"
    ws_say "Your own capture: make run PCAP=file.pcapng"
}

# Columns of a connection; times in seconds, of the first segment since the first frame.
connections() {
    awk -F '\t' '
        NR == 1 { printf "%7s  %11s  %-24s %-24s %-14s  %9s  %-15s  %s\n", "stream", "at", "client", "server", "outcome", \
            "ms", "closed", "reset by, cause" }
        {
            ms = $6 == "" ? "-" : sprintf("%.1f", $6 * 1000)
            reset = $9 == "" ? "" : $9 ($10 == "" ? "" : ", " $10)
            line = sprintf("%7s  %11.3f  %-24s %-24s %-14s  %9s  %-15s  %s", $1, $2 - $11, $3, $4, $5, ms, $7, reset)
            sub(/ +$/, "", line)
            print line
            if ($5 !~ /^(complete|partial|not-captured)$/ || $7 ~ /^(reset|reset-after-fin|unanswered)$/) print "         " $8
        }' "$@"
}

listing() { # FILE
    [ ! -d "$1" ] || ws_die "$1 is a folder; name a capture file in it"
    [ -r "$1" ] || ws_die "cannot read $1; check the name and who may read it"
    # The cause stands on the RST, by its frame; everything else on the last segment of each connection.
    if ! read_with -2 -r "$1" -Y 'synfin.reset.cause and not synfin.copy' -T fields -E occurrence=f -e frame.number \
        -e synfin.reset.cause >"$work/causes" && [ ! -s "$work/causes" ]; then
        said=$(complaints | head -n 1)
        case $said in
            *"isn't a capture file"* | *'unsupported'* | *'damaged or corrupt'*) ws_die "$1 is no capture that tshark can read" ;;
        esac
    fi
    read_with -2 -r "$1" -Y synfin.conn.last -T fields -E occurrence=f -e tcp.stream -e frame.time_relative \
        -e synfin.conn.client -e synfin.conn.server -e synfin.handshake.outcome -e synfin.handshake.time \
        -e synfin.teardown.kind -e synfin.conn.explain -e synfin.reset.by -e synfin.reset.frame -e synfin.conn.duration \
        >"$work/connections" || true
    complaints >&2
    [ -s "$work/connections" ] || explain_nothing "no TCP segment in $1 that synfin annotates"
    sort -n "$work/connections" | awk -F '\t' -v OFS='\t' -v causes="$work/causes" '
        FILENAME == causes { cause[$1] = $2; next }
        { $10 = cause[$10]; print }' "$work/causes" - >"$work/rows"
    connections "$work/rows"
    echo
    # The columns in between fit what they hold; the summary, of any length, comes last.
    read_with -r "$1" -Y 'synfin.handshake.step or synfin.teardown.step or synfin.reset or synfin.icmp' -T fields \
        -E 'aggregator=/s' -e frame.number -e frame.time_relative -e tcp.stream -e synfin.conn.client -e synfin.conn.server \
        -e synfin.step -e synfin.icmp -e synfin.client.state -e synfin.server.state -e synfin.summary -e synfin.icmp.from |
        awk -F '\t' '
        function row(a, b, c, d, e, f) { printf "%7s  %11s  %6s  %-18s  %-26s  %s\n", a, b, c, d, e, f }
        NR == 1 { row("frame", "at", "stream", "step", "client / server", "segment") }
        {
            stream = $3
            sub(/ .*/, "", stream)
            step = $7 == "" ? $6 : "ICMP: " $7
            states = $8 == "" ? "" : $8 " / " $9
            # Client -> Server: Seq = ...
            ends = $10 ~ /^Client/ ? $4 " -> " $5 : $5 " -> " $4
            segment = $10 == "" ? "from " $11 : ends "  " substr($10, index($10, ":") + 2)
            row($1, sprintf("%.3f", $2), stream, step, states, segment)
        }'
}

loaded=$(ws_loaded "$program" | head -n 1 | cut -f 2)
plugin=${CARGO_TARGET_DIR:-$here/../target}/release/libsynfin.so
if [ -n "$loaded" ] && [ -f "$plugin" ] && ! cmp -s -- "$loaded" "$plugin"; then
    ws_say "run: $program has another synfin loaded, which is used: $loaded" >&2
fi

if [ -n "${1:-}" ]; then listing "$1"; else sample; fi
