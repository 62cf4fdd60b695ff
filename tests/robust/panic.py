#!/usr/bin/env python3
"""A panic inside the plugin, made on purpose, costs the annotations of that file and nothing else.

  panic.py PLUGIN CAPTURES...     PLUGIN: built with the feature deliberate-panic

Everywhere behind the boundary to C: while a header is parsed, a segment or an ICMP error taken in, something shown, the
statistics counted, the connections, the servers, the log and the report written. Each ends as one warning; tshark ends well and lists all
frames, as without the plugin.
"""

import os
import sys

from invariants import frames_of, without_item
from sharkd import Sharkd
from wireshark import Wireshark

WARNING = "synfin: stopped by a defect of its own"
JSON = ["-T", "json", "-J", "tcp synfin"]
# Where the panic comes in the statistics, and which ones ask for them.
STATISTICS = {
    "statistics": "synfin,tree",
    "connection": "synfin,conn",
    "servers": "synfin,servers",
    "json": "synfin,jsonl",
    "report": "synfin,report",
}
ICMP = "filtered_port_icmp.pcap"


def tally_frames(output):
    """The frames that have annotations, those that have TCP, and how many there are."""
    frames = frames_of(output)
    annotated = [number for number, frame in enumerate(frames, 1) if frame.synfin or frame.errors]
    return annotated, [number for number, frame in enumerate(frames, 1) if frame.streams], len(frames)


class Panics:
    """Panics on purpose, counted. `place`: as SYNFIN_PANIC_AT names it."""

    def __init__(self, host):
        self.host = host
        self.count = 0

    def read(self, path, place, arguments):
        """One run that panics: it must end well, with one warning."""
        self.count += 1
        ran = self.host.read(path, arguments, more={"SYNFIN_PANIC_AT": place})
        where = f"{path}, panic at {place}, {arguments}"
        assert ran.status == 0, f"{where}: status {ran.status}: {ran.complaints()}"
        warnings = [line for line in ran.complaints() if WARNING in line]
        assert len(warnings) == 1 and ran.complaints() == warnings, f"{where}: not one warning: {ran.complaints()}"
        return ran, where

    def frame(self, path, at, whole, segments, count):
        """At one frame, while it is parsed, taken in, and shown."""
        for step in ("parse", "observe", "show"):
            place = f"{step}:{at}"
            for passes in ([], ["-2"]):
                ran, where = self.read(path, place, [*passes, *JSON])
                annotated, still, frames = tally_frames(ran.out)
                # What was shown until then stays. A second pass that shows nothing yet follows a first that took all in.
                expected = [] if passes and step != "show" else [number for number in whole if number < at]
                assert annotated == expected, f"{where}: annotated {annotated}, not {expected}"
                assert (still, frames) == (segments, count), f"{where}: TCP or frames lost"
            ran, where = self.read(path, place, ["-V"])
            theirs = self.host.read(path, ["-V"], with_plugin=False)
            assert without_item(ran.out) == without_item(theirs.out), f"{where}: other protocols changed"

    def capture(self, path):
        """Its first, a middle and its last segment; then all that is counted over it."""
        whole, segments, count = tally_frames(self.host.read(path, JSON).out)
        assert whole, f"{path}: nothing to panic over"
        for at in sorted({whole[0], whole[len(whole) // 2], whole[-1]}):
            self.frame(path, at, whole, segments, count)
        for place, statistics in STATISTICS.items():
            for passes in ([], ["-2"]):
                ran, where = self.read(path, place, [*passes, "-T", "fields", "-e", "frame.number", "-z", statistics])
                listed = ran.out.decode("utf-8", "replace").split("\n")[:count]
                assert listed == [str(number) for number in range(1, count + 1)], f"{where}: it lists {listed}"

    def icmp(self, path):
        """While an ICMP error is taken in."""
        for passes, expected in (([], [1]), (["-2"], [])):
            ran, where = self.read(path, "icmp:2", [*passes, *JSON])
            annotated, _, count = tally_frames(ran.out)
            assert (annotated, count) == (expected, 2), f"{where}: annotated {annotated} of {count}"


def next_file(host, long, short):
    """One process: a file that panics, one that does not, the first again."""
    with Sharkd(host, more={"SYNFIN_PANIC_AT": "observe:6"}) as sharkd:
        for path, is_cut in [(long, True), (short, False), (long, True), (short, False)]:
            sharkd.load(path)
            roles = [bool(row[0]) for row in sharkd.columns(["synfin.role"])]
            assert any(roles) != is_cut, f"{path}: annotated: {roles}"
        said = [line for line in sharkd.complaints() if WARNING in line]
    assert len(said) == 2, f"one warning for each file that panics: {said}"


def main():
    plugin, *captures = sys.argv[1:]
    host = Wireshark(plugin)
    folder = os.path.dirname(captures[0])
    panics = Panics(host)
    try:
        for path in captures:
            panics.capture(path)
        panics.icmp(os.path.join(folder, ICMP))
        next_file(host, os.path.join(folder, "close_by_client.pcap"), os.path.join(folder, "refused_port.pcap"))
    finally:
        host.close()
    print(f"panic: {panics.count} panics in {len(captures)} captures: one warning each, annotations off for that file, all else as without the plugin")


if __name__ == "__main__":
    main()
