#!/bin/sh
# Prints a capture as synfin reads it. Without a file: a sample with one opening and one closing, written on the spot.
#
#   run.sh [FILE]
set -eu

here=$(cd -P "$(dirname "$0")" && pwd)
WS_ME=run
# shellcheck source=scripts/wireshark.sh
. "$here/wireshark.sh"

program=$(ws_programs | head -n 1)
[ -n "$program" ] || ws_die "no tshark found; install it (scripts/setup.sh), or name it: TSHARK=/path/to/tshark"

# Only root needs to be told, and not at every command.
quietly() { "$program" "$@" 2>&1 >&3 | grep -v '^Running as user' >&2 || true; }
read_with() { { quietly "$@"; } 3>&1; }

explain_nothing() {
    "$here/doctor.sh" || exit 1
    ws_die "$1"
}

sample() {
    file=${CARGO_TARGET_DIR:-$here/../target}/sample.pcap
    (cd "$here/.." && cargo run --release --quiet --locked --example sample -- "$file")
    lines=
    for title in Open:handshake Close:teardown; do
        text=$(read_with -r "$file" -Y "synfin.${title#*:}.step" -T fields -e synfin.summary)
        lines=$lines$text
        printf '%s\n%s\n\n' "${title%%:*}" "$text"
    done
    [ -n "$lines" ] || explain_nothing "the sample came out empty although synfin loaded; please report this"
    ws_say "Your own capture: make run PCAP=file.pcapng"
}

listing() { # FILE
    [ -r "$1" ] || ws_die "cannot read $1; check the name and who may read it"
    status=0
    # The columns in between fit what they hold; the summary, of any length, comes last.
    read_with -r "$1" -Y synfin -T fields -E 'aggregator=/s' -e frame.number -e tcp.stream -e synfin.handshake.step \
        -e synfin.teardown.step -e synfin.client.state -e synfin.server.state -e synfin.summary | awk -F '\t' '
        function steps(name, list) { gsub(/ /, "+", list); return list == "" ? "" : name " " list }
        function row(a, b, c, d, e, f) { printf "%7s  %6s  %-15s  %-12s  %-12s  %s\n", a, b, c, d, e, f }
        NR == 1 { row("frame", "stream", "step", "client", "server", "segment") }
        {
            opening = steps("open", $3); closing = steps("close", $4)
            row($1, $2, opening (opening != "" && closing != "" ? ", " : "") closing, $5, $6, $7)
        }
        END { exit NR == 0 ? 3 : 0 }' || status=$?
    [ "$status" != 3 ] || explain_nothing "no TCP segment in $1 that synfin annotates"
}

if [ -n "${1:-}" ]; then listing "$1"; else sample; fi
