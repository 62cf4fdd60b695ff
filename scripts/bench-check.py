#!/usr/bin/env python3
"""Counts the instructions of the core for a segment, under valgrind, and holds them against bench/budget.json.

    bench-check.py            fails when a count is more than 5 % above its budget
    bench-check.py --record   writes the counts as the new budget

Counted are the instructions of the program itself: those of the C library depend on the processor that it finds. The
count depends on the compiler, so the budget names the one it was made with.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUDGET = ROOT / "bench" / "budget.json"
SLACK = 0.05

# What is counted: the work, the work that only makes its segments, and the two numbers of segments to take the
# difference of.
WORKS = {
    "floor": ("feed", 20_000, 40_000),
    "parse": ("feed", 20_000, 40_000),
    "observe": ("feed", 20_000, 40_000),
    "annotate": ("feed", 20_000, 40_000),
    "boundary": ("feed", 20_000, 40_000),
    "mixed": ("mixed-feed", 0, 100_000),
}


def compiler():
    return subprocess.run(["rustc", "--version"], check=True, capture_output=True, text=True).stdout.strip()


def build():
    command = ["cargo", "build", "--quiet", "--release", "--locked", "-p", "synfin-bench", "--features", "abi",
               "--bin", "bench-count"]
    subprocess.run(command, check=True, cwd=ROOT)
    return (ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release" / "bench-count").resolve()


def own_instructions(profile, program):
    """Instructions executed in the program's own file, from a callgrind profile."""
    names = {}
    total = 0
    is_own = False
    after_call = False
    for line in profile.splitlines():
        if match := re.match(r"ob=(\(\d+\))(?: (.*))?$", line):
            if match[2]:
                names[match[1]] = match[2]
            is_own = names.get(match[1], "").endswith(program.name)
        elif match := re.match(r"cob=(\(\d+\)) (.*)$", line):
            names[match[1]] = match[2]
        elif line.startswith("calls="):
            after_call = True  # the next line is what the callee cost
        elif re.match(r"[+*\-\d]", line):
            if is_own and not after_call:
                total += int(line.split()[1])
            after_call = False
    return total


def count(program, work, segments, known={}):
    if (work, segments) not in known:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "profile"
            command = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}", program, work, str(segments)]
            subprocess.run(command, check=True)
            known[work, segments] = own_instructions(out.read_text(), program)
    return known[work, segments]


def per_segment(program, work):
    feed, few, many = WORKS[work]
    cost = [count(program, name, many) - count(program, name, few) for name in (work, feed)]
    return (cost[0] - cost[1]) / (many - few)


def main():
    record = sys.argv[1:] == ["--record"]
    if sys.argv[1:] and not record:
        sys.exit(__doc__)
    program = build()
    counts = {work: round(per_segment(program, work), 1) for work in WORKS}
    if record:
        BUDGET.write_text(json.dumps({"compiler": compiler(), "instructions": counts}, indent=2) + "\n")
        print(f"bench-check: recorded {counts}")
        return
    budget = json.loads(BUDGET.read_text())
    if budget["compiler"] != compiler():
        print(f"bench-check: the budget was made with {budget['compiler']}, this is {compiler()}")
    failed = []
    for work, instructions in counts.items():
        allowed = budget["instructions"][work]
        word = "ok"
        if instructions > allowed * (1 + SLACK):
            word = "TOO MANY"
            failed.append(work)
        elif instructions < allowed * (1 - SLACK):
            word = "ok, and fewer: record it (scripts/bench-check.py --record)"
        print(f"bench-check: {work}: {instructions} instructions a segment, budget {allowed}: {word}")
    if failed:
        sys.exit(f"bench-check: above budget: {', '.join(failed)}")


if __name__ == "__main__":
    main()
