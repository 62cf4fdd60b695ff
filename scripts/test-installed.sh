#!/bin/sh
# Does the synfin that is installed here work? Replays a small capture in each Wireshark of this machine, compares what comes out,
# and prints "all is well", or what to send us. Changes nothing. On Windows, install.ps1 -Check does the same.
#
#   test-installed.sh      TSHARK=/path/to/tshark[:/another] names the Wiresharks; without it, every one found
set -eu

here=$(cd -P "$(dirname "$0")" && pwd)
WS_ME=test-installed
# shellcheck source=scripts/wireshark.sh
. "$here/wireshark.sh"

# Of the release archive, or of the repository.
for sample in "$here/sample.pcap" "$here/../tests/captures/three_segment_close.pcap"; do
    if [ -f "$sample" ]; then break; fi
done

# The steps of a handshake and of a teardown of three segments.
replays() { # PROGRAM
    found=$("$1" -r "$sample" -Y 'synfin.handshake.step || synfin.teardown.step' -T fields -e synfin.step 2>/dev/null) || return 1
    [ "$found" = "$(cat "$here/sample.txt")" ]
}

programs=$(ws_programs)
[ -n "$programs" ] || ws_die "no tshark found; name it: TSHARK=/path/to/tshark"
failed=0
while IFS= read -r program; do
    version=$(ws_version "$program" </dev/null)
    loaded=$(ws_loaded "$program" </dev/null)
    if [ -n "$loaded" ] && replays "$program" </dev/null; then
        ws_say "Wireshark $version, synfin ${loaded%%	*}: all is well"
        continue
    fi
    failed=1
    ws_say "Wireshark $version: not well. Please send us, in an issue, all that follows:"
    {
        uname -srm
        ws_say "$program: ${version:-it prints no version}"
        ws_say "loaded: ${loaded:-nothing}"
        ws_complaint "$program"
        "$program" -G folders 2>&1 | grep -i plugin || true
        "$program" -q -r "$sample" -z synfin,jsonl 2>&1 | head -n 5
    } </dev/null | sed 's/^/  /'
done <<END
$programs
END
exit "$failed"
