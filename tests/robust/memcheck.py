#!/usr/bin/env python3
"""tshark under valgrind's memcheck, with the plugin and without it: no error and no leak that is not there without.

  memcheck.py [--plugin FILE] [--frames N] CAPTURES...

The statistics without it are two of Wireshark's own of the same kinds. All captures go into one, N frames of each, for one pass and for two. Records of memcheck are told apart by where they
come from: a record of which the plugin is a part, or one that is not there without it, is a finding.
"""

import argparse
import os
import subprocess
import sys
import xml.etree.ElementTree as xml

from damage import run
from damaged import captures
from wireshark import ROOT, Wireshark

RUNS = (["-V"], ["-2", "-Y", "synfin.conn.last || tcp", "-T", "json"], 
        ["-q", "-z", "synfin,tree", "-z", "synfin,conn", "-z", "synfin,servers", "-z", "synfin,jsonl", "-z", "synfin,report"])
PLAIN = (["-V"], ["-2", "-Y", "tcp", "-T", "json"], ["-q", "-z", "plen,tree", "-z", "dhcp,stat"])
DEPTH = 8
REACHED = ("Leak_StillReachable", "Leak_PossiblyLost")


def records(path):
    """The records of one run: (kind, where it comes from) to bytes, and those in which the plugin has a part."""
    found, ours = {}, []
    for error in xml.parse(path).getroot().iter("error"):
        kind = error.findtext("kind")
        frames = [(frame.findtext("fn") or "?", os.path.basename(frame.findtext("obj") or "?")) for frame in error.find("stack").iter("frame")]
        place = tuple(frames[:DEPTH])
        size = int(error.findtext("xwhat/leakedbytes") or 0)
        found[kind, place] = found.get((kind, place), 0) + size
        # What a pointer still reaches at the end, be it into its middle as a hash table's does, is no leak.
        if any("synfin" in library for _, library in frames) and kind not in REACHED:
            ours.append(f"{kind}, {size} bytes: " + " < ".join(function for function, _ in frames[:12]))
    return found, ours


class Memcheck:
    def __init__(self, arguments):
        self.host = Wireshark(arguments.plugin)
        self.capture = os.path.join(self.host.folder, "all.pcapng")
        parts = []
        for number, path in enumerate(captures(arguments.captures)):
            part = os.path.join(self.host.folder, f"part-{number}.pcapng")
            run("editcap", "-r", path, part, f"1-{arguments.frames}")
            parts.append(part)
        run("mergecap", "-a", "-F", "pcapng", "-w", self.capture, *parts)
        self.count = len(parts)

    def start(self, name, arguments, with_plugin):
        report = os.path.join(self.host.home, name)
        valgrind = ["valgrind", "--quiet", "--leak-check=full", "--show-leak-kinds=definite,indirect", "--num-callers=24",
                    "--keep-debuginfo=yes", "--xml=yes", f"--xml-file={report}"]
        process = self.host.start([*valgrind, self.host.tshark, "-r", self.capture, *arguments], with_plugin,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return report, process

    def findings(self):
        for ours, theirs in zip(RUNS, PLAIN):
            # Both at once: each keeps one processor busy.
            runs = [self.start(f"{flag}.xml", arguments, flag) for flag, arguments in ((True, ours), (False, theirs))]
            ends = [process.communicate() + (process.returncode,) for _, process in runs]
            for _, err, status in ends:
                assert status == 0, f"{ours}: status {status}: {err[-500:]}"
            (with_plugin, with_it), (without, _) = (records(report) for report, _ in runs)
            yield from (f"{ours}: {line}" for line in with_it)
            for (kind, place), size in with_plugin.items():
                if size > without.get((kind, place), -1) and kind not in REACHED:
                    if size == 0 and (kind, place) in without:
                        continue
                    yield f"{ours}: {kind}, {size} bytes, {without.get((kind, place), 'none')} without the plugin: {place}"
            print(f"memcheck: {ours}: {len(with_plugin)} records with the plugin, {len(without)} without")


def main():
    parser = argparse.ArgumentParser(description="tshark under memcheck, with the plugin and without it.")
    parser.add_argument("--plugin", default=os.path.join(ROOT, "target", "release", "libsynfin.so"))
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("captures", nargs="+")
    memcheck = Memcheck(parser.parse_args())
    try:
        findings = list(memcheck.findings())
    finally:
        memcheck.host.close()
    for finding in findings[:10]:
        print(f"FINDING: {finding:.1200}")
    print(f"memcheck: {memcheck.count} captures: {f'{len(findings)} findings' if findings else 'nothing found'}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
