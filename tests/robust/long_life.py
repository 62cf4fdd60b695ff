#!/usr/bin/env python3
"""One process over hundreds of captures: the answers of a fresh process, and the memory of one.

  long_life.py LOADS SEED [--plugin FILE] [--answers-only] CAPTURES...

Captures are opened and closed in random order, with preferences changed in between, filters, statistics, and frames
visited in random order. Each answer is that of a fresh process that was asked in order. Memory: the same captures without
the plugin are the measure, since Wireshark itself keeps some.
"""

import argparse
import os
import random
import sys
import time

from damaged import captures
from sharkd import Sharkd
from wireshark import ROOT, Wireshark

FIELDS = [
    "synfin.role", "synfin.handshake.step", "synfin.teardown.step", "synfin.seq", "synfin.ack", "synfin.basis", "synfin.client.state",
    "synfin.server.state", "synfin.summary", "synfin.handshake.outcome", "synfin.teardown.kind", "synfin.conn.state",
    "synfin.conn.history", "synfin.conn.last", "synfin.handshake.time", "synfin.step", "synfin.copy", "synfin.reset",
    "synfin.reset.cause", "synfin.reset.ignored", "synfin.icmp", "synfin.conn.explain", "synfin.conn.previous", "_ws.col.Info",
]
FRAMES_MAX = 400
# Bytes of growth from the first third on that count as none: the allocator's own.
GROWTH_MAX = 2_000_000


def details(sharkd, frames, order):
    """synfin's items of some frames, asked for in this order. (Wireshark's own differ, by the colour rule.)"""
    trees = {}
    for frame in order:
        lines = sharkd.tree(frame)
        start = next((n for n, line in enumerate(lines) if line[0] == 0 and line[1].startswith("TCP Lifecycle")), len(lines))
        trees[frame] = lines[start:]
    return [trees[frame] for frame in frames]


def sample(path, count):
    """The same few frames of a capture each time."""
    return sorted(random.Random(path).sample(range(1, count + 1), min(count, max(5, count // 50))))


def answers(sharkd, path, rebase, shuffle=None):
    """What is asked of one capture: columns, a filter's frames, details. `shuffle`: details first, in random order."""
    sharkd.ask("setconf", name="synfin.rebase", value="TRUE" if rebase else "FALSE")
    sharkd.load(path)
    count = sharkd.ask("status")["frames"]
    chosen = sample(path, count)
    if shuffle is None:
        columns = sharkd.columns(FIELDS)
        trees = details(sharkd, chosen, chosen)
    else:
        trees = details(sharkd, chosen, shuffle.sample(chosen, len(chosen)))
        columns = sharkd.columns(FIELDS)
    closing = sharkd.columns(FIELDS[:2], only="synfin.teardown.step || synfin.expert.reset")
    return columns, closing, trees


def fresh(host, path, rebase):
    with Sharkd(host) as sharkd:
        return answers(sharkd, path, rebase)


def live(host, paths, loads, seed, with_plugin, expected):
    """One process over many loads; gives its memory after each round over all captures."""
    choices = random.Random(seed)
    levels = []
    wrong = []
    with Sharkd(host, with_plugin) as sharkd:
        while len(levels) * len(paths) < loads:
            for path in choices.sample(paths, len(paths)):
                rebase = choices.random() < 0.5
                if with_plugin:
                    said = answers(sharkd, path, rebase, choices)
                    if said != expected[path, rebase]:
                        wrong.append(f"{os.path.basename(path)}, rebase {rebase}: {difference(said, expected[path, rebase])}")
                    sharkd.ask("tap", tap0="stat:synfin", tap1="conv:TCP")
                else:
                    sharkd.load(path)
                    count = sharkd.ask("status")["frames"]
                    details(sharkd, [], sample(path, count))
                    sharkd.columns(["tcp.seq", "tcp.ack"] * 8)
                    sharkd.columns(["tcp.seq"] * 2, only="tcp.flags.fin == 1")
                    sharkd.ask("tap", tap0="stat:http", tap1="conv:TCP")
            # The same capture open at each measurement.
            sharkd.load(paths[0])
            levels.append(sharkd.memory())
        complaints = sharkd.complaints()
    if complaints:
        wrong.append(f"stderr: {complaints[:3]}")
    return levels, wrong


def difference(said, expected):
    for name, ours, theirs in zip(("columns", "filtered", "details"), said, expected):
        for number, (one, other) in enumerate(zip(ours, theirs)):
            if one != other:
                return f"{name}, row {number}: {one!r:.400} instead of {other!r:.400}"
        if len(ours) != len(theirs):
            return f"{name}: {len(ours)} rows instead of {len(theirs)}"
    return "nothing"


def growth(levels):
    """Bytes from the end of the first third to the end: the least of each half of the rest, against the allocator's jumps."""
    rest = levels[len(levels) // 3 :]
    half = len(rest) // 2
    return min(rest[half:]) - min(rest[:half])


def compared(ours, theirs, wrong):
    """What the memory with the plugin did beside that without it; more growth is a finding."""
    grown, without = growth(ours), growth(theirs)
    if grown > without + GROWTH_MAX:
        wrong.append(f"memory grows by {grown} bytes, {without} without the plugin: {ours}")
    return (f"memory {ours[0] / 1e6:.1f} to {ours[-1] / 1e6:.1f} MB, growth {grown / 1e6:.2f} MB "
            f"({without / 1e6:.2f} MB without the plugin)")


def main():
    parser = argparse.ArgumentParser(description="One process over hundreds of captures.")
    parser.add_argument("loads", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--plugin", default=os.path.join(ROOT, "target", "release", "libsynfin.so"))
    parser.add_argument("--answers-only", action="store_true", help="do not compare memory: Wireshark's own growth with "
                        "large captures varies by more than a leak")
    parser.add_argument("captures", nargs="+")
    arguments = parser.parse_args()
    start = time.monotonic()
    host = Wireshark(arguments.plugin)
    try:
        paths = captures(arguments.captures)
        expected = {(path, rebase): fresh(host, path, rebase) for path in paths for rebase in (False, True)}
        rows = sum(bool(row[0]) for columns, _, _ in expected.values() for row in columns)
        assert rows > 0, "no annotation in any of the captures"
        ours, wrong = live(host, paths, arguments.loads, arguments.seed, True, expected)
        memory = "memory not compared"
        if not arguments.answers_only:
            theirs, _ = live(host, paths, arguments.loads, arguments.seed, False, expected)
            memory = compared(ours, theirs, wrong)
    finally:
        host.close()
    for line in wrong[:10]:
        print(f"FINDING: {line}")
    print(
        f"long life: {len(ours) * len(paths)} loads of {len(paths)} captures in one process, seed {arguments.seed}: {memory}, "
        f"{time.monotonic() - start:.0f} s: {f'{len(wrong)} findings' if wrong else 'nothing found'}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
