#!/usr/bin/env python3
"""Counts instructions under valgrind, and holds them against bench/budget.json: those of the core for a segment, and what
synfin adds to a frame in tshark, in each series of Wireshark that there is here.

    bench-check.py            fails when a count of the core is more than 5 % above its budget, when a segment costs more
                              where there are more of them, or when a ratio in a tshark is 0.012 above its budget
    bench-check.py --core     the core alone
    bench-check.py --hosts    tshark alone
    bench-check.py --record   writes the counts as the new budget

Of the core the program's own instructions are counted: those of the C library depend on the processor that it finds. The
count depends on the compiler, so the budget names the one it was made with. In a tshark all instructions count, with synfin
and without: the ratio depends on little else than synfin.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import host_cost

ROOT = Path(__file__).resolve().parent.parent
BUDGET = ROOT / "bench" / "budget.json"
SLACK = 0.05
# Of all that tshark does for a frame. By chance the C library's allocator takes up to 0.01 more, with fields above all: what
# is over its budget is counted again, and the least of three counts.
HOST_SLACK = 0.012
HOST_COUNTS = 3

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


# What a capture can hold much of, in two sizes: connections that live at the same time and speak in turn, segments of one,
# connections that are refused and start again, attempts in one stream. A segment with its annotation must not cost more
# than so many times as much where there is much of it.
GROWTHS = {
    "live": (1_000, 1_000_000),
    "long": (100_000, 10_000_000),
    "restarts": (10_000, 1_000_000),
    "attempts": (10_000, 1_000_000),
}
GROWN_MOST = 1.3
GROWN_SEGMENTS = 20_000


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


def count(program, work, segments, *options, known={}):
    if (work, segments) not in known:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "profile"
            command = ["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}", *options, program, work, str(segments)]
            subprocess.run(command, check=True)
            known[work, segments] = own_instructions(out.read_text(), program)
    return known[work, segments]


def check_growth(program):
    """The names of what costs more where there is more of it."""
    failed = []
    works = [f"{name}-{size}" for name, sizes in GROWTHS.items() for size in sizes]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = pool.map(lambda work: count(program, work, GROWN_SEGMENTS, "--instr-atstart=no"), works)
        cost = {work: instructions / GROWN_SEGMENTS for work, instructions in zip(works, counts)}
    for name, (few, many) in GROWTHS.items():
        before, after = cost[f"{name}-{few}"], cost[f"{name}-{many}"]
        if before == 0:
            sys.exit(f"bench-check: nothing was counted of {name}-{few}")
        word = "ok"
        if after > before * GROWN_MOST:
            word = "GROWS"
            failed.append(f"{name} grows")
        print(f"bench-check: {name}: {before:.0f} instructions a segment with {few:,}, {after:.0f} with {many:,}: {word}", flush=True)
    return failed


def per_segment(program, work):
    feed, few, many = WORKS[work]
    cost = [count(program, name, many) - count(program, name, few) for name in (work, feed)]
    return (cost[0] - cost[1]) / (many - few)


def check_core(budget):
    """The names of the works that take too many; gives the counts too."""
    program = build()
    counts = {work: round(per_segment(program, work), 1) for work in WORKS}
    failed = []
    if budget is None:
        return counts, failed
    if budget["compiler"] != compiler():
        print(f"bench-check: the budget was made with {budget['compiler']}, this is {compiler()}")
    for work, instructions in counts.items():
        allowed = budget["instructions"][work]
        word = "ok"
        if instructions > allowed * (1 + SLACK):
            word = "TOO MANY"
            failed.append(work)
        elif instructions < allowed * (1 - SLACK):
            word = "ok, and fewer: record it (scripts/bench-check.py --record)"
        print(f"bench-check: {work}: {instructions} instructions a segment, budget {allowed}: {word}")
    return counts, failed


def plugin():
    """The plugin's file, as it is built for this machine."""
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked"], check=True, cwd=ROOT)
    return (ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release" / "libsynfin.so").resolve()


def is_over(ratio, allowed):
    """Whether a ratio is above its budget; one that has none is counted as often as one that is."""
    return ratio > allowed + HOST_SLACK


def check_hosts(budget):
    """The same for what a frame costs in each tshark; the ratios by series."""
    reason = host_cost.why_not()
    if reason is not None:
        print(f"bench-check: nothing is counted inside tshark: {reason}")
        return {}, []
    programs = build().parent
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "-p", "synfin-bench", "--bin", "bench-capture"],
                   check=True, cwd=ROOT)
    ratios, failed = {}, []
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        host_cost.prepare(work, programs, plugin())
        for host in host_cost.Host.all():
            if not host.loads(work):
                sys.exit(f"bench-check: tshark {host.series} does not load the plugin")
            ratios[host.series] = {}
            known = (budget or {}).get(host.series, {})
            counts = host_cost.measure(host, work)
            for _again in range(1, HOST_COUNTS):
                doubtful = [name for name, (ours, theirs) in counts.items() if is_over(ours / theirs, known.get(name, 0))]
                counts = host_cost.least(counts, host_cost.measure(host, work, doubtful))
            for name, (ours, theirs) in counts.items():
                ratio = round(ours / theirs, 4)
                ratios[host.series][name] = ratio
                allowed = known.get(name)
                word = "no budget" if allowed is None else "ok"
                if allowed is not None and is_over(ratio, allowed):
                    word = "TOO MANY"
                    failed.append(f"{name} in {host.series}")
                print(f"bench-check: tshark {host.series}, {name}: {ours:,.0f} instructions a frame, {theirs:,.0f} without "
                      f"synfin: {ratio:.4f}, budget {allowed}: {word}", flush=True)
    return ratios, failed


def main():
    wanted = sys.argv[1:]
    if set(wanted) - {"--core", "--hosts", "--record"} or len(wanted) > 1 + ("--record" in wanted):
        sys.exit(__doc__)
    record = "--record" in wanted
    before = json.loads(BUDGET.read_text())
    budget = None if record else before
    failed = []
    if "--hosts" not in wanted:
        counts, failed = check_core(budget)
        failed += check_growth(build())
        before.update({"compiler": compiler(), "instructions": counts})
    if "--core" not in wanted:
        ratios, too_many = check_hosts(budget and budget.get("hosts"))
        failed += too_many
        before["hosts"] = {**before.get("hosts", {}), **ratios}
    if record:
        BUDGET.write_text(json.dumps(before, indent=2) + "\n")
        print(f"bench-check: recorded in {BUDGET}")
    if failed:
        sys.exit(f"bench-check: above budget: {', '.join(failed)}")


if __name__ == "__main__":
    main()
