#!/usr/bin/env python3
"""A panic inside the plugin, made on purpose, costs the annotations of that file and nothing else.

  panic.py PLUGIN CAPTURES...     PLUGIN: built with the feature deliberate-panic
"""

import os
import sys

from invariants import frames_of, without_item
from sharkd import Sharkd
from wireshark import Wireshark

WARNING = "synfin: stopped by a defect of its own"


def tally_frames(output):
    """How many frames have annotations, how many have TCP, and the last annotated one."""
    frames = frames_of(output)
    annotated = [number for number, frame in enumerate(frames, 1) if frame.synfin]
    return annotated, [number for number, frame in enumerate(frames, 1) if frame.streams]


def check(host, path):
    """One capture, panicking at its first, a middle and its last segment."""
    json = ["-T", "json", "-J", "tcp synfin"]
    whole, segments = tally_frames(host.read(path, json).out)
    assert whole, f"{path}: nothing to panic over"
    for at in {whole[0], whole[len(whole) // 2], whole[-1]}:
        panicking = {"SYNFIN_PANIC_AT": str(at)}
        where = f"{path}, panic at frame {at}"
        for passes in ([], ["-2"]):
            ran = host.read(path, [*passes, *json], more=panicking)
            assert ran.status == 0, f"{where} {passes}: status {ran.status}"
            warnings = [line for line in ran.complaints() if WARNING in line]
            assert len(warnings) == 1 and ran.complaints() == warnings, f"{where} {passes}: not one warning: {ran.complaints()}"
            annotated, still = tally_frames(ran.out)
            # A first pass shows what it knew until then; a second pass, after the panic, nothing.
            expected = [] if passes else [number for number in whole if number < at]
            assert annotated == expected, f"{where} {passes}: annotated {annotated}, not {expected}"
            assert still == segments, f"{where} {passes}: TCP lost"
        ours, theirs = host.read(path, ["-V"], more=panicking), host.read(path, ["-V"], with_plugin=False)
        assert without_item(ours.out) == without_item(theirs.out), f"{where}: other protocols changed"
    return 3


def next_file(host, long, short):
    """One process: a file that panics, one that does not, the first again."""
    at = 6
    with Sharkd(host, more={"SYNFIN_PANIC_AT": str(at)}) as sharkd:
        for path, is_cut in [(long, True), (short, False), (long, True), (short, False)]:
            sharkd.load(path)
            roles = [bool(row[0]) for row in sharkd.columns(["synfin.role"])]
            assert any(roles) != is_cut, f"{path}: annotated: {roles}"
        said = [line for line in sharkd.complaints() if WARNING in line]
    assert len(said) == 2, f"one warning for each file that panics: {said}"


def main():
    plugin, *captures = sys.argv[1:]
    host = Wireshark(plugin)
    try:
        count = sum(check(host, path) for path in captures)
        folder = os.path.dirname(captures[0])
        next_file(host, os.path.join(folder, "close_by_client.pcap"), os.path.join(folder, "refused_port.pcap"))
    finally:
        host.close()
    print(f"panic: {count} panics in {len(captures)} captures: one warning each, annotations off for that file, all else as without the plugin")


if __name__ == "__main__":
    main()
