#!/usr/bin/env python3
"""Damaged captures through tshark, with the plugin and without it.

  damaged.py COUNT SEED [--plugin FILE] [--preload FILE] [--root FOLDER] [--batch N] [--keep FOLDER] CAPTURES...

COUNT damaged files, N of them in each run of tshark (one behind the other in one capture). A batch with a finding is
kept, and its files are tried one by one to name the one. The same seed makes the same files, randpkt's apart.
"""

import argparse
import collections
import os
import random
import shutil
import subprocess
import sys
import time

from damage import Damage, run
from invariants import Checker
from wireshark import ROOT, Wireshark


def captures(paths):
    """All capture files in these files and folders."""
    found = []
    for path in paths:
        if os.path.isdir(path):
            found += [os.path.join(path, name) for name in sorted(os.listdir(path)) if ".pcap" in name]
        else:
            found.append(path)
    return found


def show(title, findings):
    print(f"FINDING: {title}")
    for finding in findings[:3]:
        print(f"  {finding[:600]}")


class Run:
    def __init__(self, arguments):
        self.arguments = arguments
        self.host = Wireshark(arguments.plugin, preload=arguments.preload, root=arguments.root)
        self.folder = os.path.join(self.host.folder, "files")
        os.mkdir(self.folder)
        self.damage = Damage(captures(arguments.captures), self.folder)
        self.checker = Checker(self.host)
        self.kinds = collections.Counter()
        self.failed = 0

    def keep(self, path, name):
        os.makedirs(self.arguments.keep, exist_ok=True)
        kept = os.path.join(self.arguments.keep, name)
        shutil.copy(path, kept)
        return kept

    def batch(self, first):
        """Files first, first + 1, ... in one capture."""
        files = []
        for number in range(first, min(first + self.arguments.batch, self.arguments.count)):
            path = os.path.join(self.folder, f"damaged-{number % self.arguments.batch}.pcap")
            choices = random.Random(f"{self.arguments.seed}/{number}")
            self.kinds[self.damage.make(choices, path, number)] += 1
            files.append(path)
        whole = os.path.join(self.folder, "batch.pcapng")
        run("mergecap", "-a", "-F", "pcapng", "-w", whole, *files)
        findings = self.checker.check(whole, whole=first // self.arguments.batch % 8 == 0)
        if findings:
            self.failed += 1
            name = f"damaged-{self.arguments.seed}-{first}.pcapng"
            show(f"files {first} to {first + len(files) - 1} together, kept as {self.keep(whole, name)}", findings)
            for number, path in enumerate(files, first):
                alone = self.checker.check(path, whole=True)
                if alone:
                    show(f"file {number}, kept as {self.keep(path, f'damaged-{self.arguments.seed}-{number}-alone.pcap')}", alone)

    def all(self):
        start = time.monotonic()
        try:
            for first in range(0, self.arguments.count, self.arguments.batch):
                self.batch(first)
        finally:
            self.host.close()
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))
        print(
            f"damaged: {sum(self.kinds.values())} files of {len(self.damage.sources)} captures, seed {self.arguments.seed}, "
            f"{self.arguments.batch} in a run; {self.checker.runs} runs of tshark {self.host.version}, {self.checker.segments} annotations "
            f"compared, {time.monotonic() - start:.0f} s; {kinds}: {f'{self.failed} batches with findings' if self.failed else 'nothing found'}"
        )
        return 1 if self.failed else 0


def main():
    parser = argparse.ArgumentParser(description="Damaged captures through tshark, with the plugin and without it.")
    parser.add_argument("count", type=int)
    parser.add_argument("seed", type=int)
    parser.add_argument("--plugin", default=os.path.join(ROOT, "target", "release", "libsynfin.so"))
    parser.add_argument("--preload", help="the library of the sanitizer that the plugin was built with")
    parser.add_argument("--root", help="a folder with another system, whose tshark is to be used (root alone)")
    parser.add_argument("--batch", type=int, default=25)
    parser.add_argument("--keep", default=os.path.join(ROOT, "target", "findings"))
    parser.add_argument("captures", nargs="+")
    arguments = parser.parse_args()
    try:
        return Run(arguments).all()
    except subprocess.CalledProcessError as error:
        print(f"damaged: {error.cmd}: {error.stderr.decode(errors='replace')}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
