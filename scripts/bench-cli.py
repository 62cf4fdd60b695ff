#!/usr/bin/env python3
"""What the command `synfin` costs beside tshark and tcptrace: its table in docs/COST.md.

    bench-cli.py                   bench-out/cli.json, and the table in docs/COST.md
    --frames N --runs N            other sizes (default 1000000 and 5)
    --no-docs                      leaves docs/COST.md alone

Each figure is the median user and system time of some runs, taken in turn. The capture is that of bench.py, in the file
cache. Two captures at once are timed by the clock.
"""

import argparse
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bench-out"
DOCS = ROOT / "docs" / "COST.md"
BEGIN, END = "<!-- bench-cli: begin -->", "<!-- bench-cli: end -->"

STAGES = ["floor", "read", "parse", "track", "write"]


def run(command):
    """User and system time, time on the clock, and the largest resident set in kB."""
    start = time.monotonic()
    child = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"bench-cli: {' '.join(map(str, command))}: status {child.returncode}")
    return used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss


def medians(commands, runs):
    """The medians of each, by name: the commands take turns."""
    taken = {name: [] for name in commands}
    for _ in range(runs):
        for name, command in commands.items():
            taken[name].append(run(command))
    return {name: tuple(map(statistics.median, zip(*all_of))) for name, all_of in taken.items()}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout.strip()


def verdict(is_met):
    return "met" if is_met else "missed"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--no-docs", action="store_true")
    options = parser.parse_args()
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "--package", "synfin-bench", "--bins"], check=True, cwd=ROOT)
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "--package", "synfin-cli"], check=True, cwd=ROOT)
    programs = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release"
    OUT.mkdir(exist_ok=True)
    connections = options.frames * 67 // 1000
    capture = OUT / f"mixed-{options.frames}.pcap"
    if not capture.exists():
        made = capture.with_suffix(".part")
        subprocess.run([programs / "bench-capture", made, "mixed", str(options.frames), str(connections), str(max(10, connections // 67))], check=True)
        made.rename(capture)
    synfin = [programs / "synfin", "conns", "--quiet"]
    load = os.getloadavg()[0]
    peers = medians({
        "synfin": [*synfin, "--jobs", "1", capture],
        "tcptrace": ["tcptrace", capture],
        "tshark": ["tshark", "-q", "-z", "synfin,jsonl", "-r", capture],
    }, options.runs)
    stages = medians({stage: [programs / "bench-command", stage, capture] for stage in STAGES}, options.runs)
    both = medians({
        "one by one": [*synfin, "--jobs", "1", capture, capture],
        "at once": [*synfin, "--jobs", "2", capture, capture],
    }, options.runs)
    ours = peers["synfin"][0]
    speed = options.frames / ours
    rows = [
        ("`synfin conns`", "", f"{ours:.2f} s, {round(peers['synfin'][2] / 1024)} MB", ""),
        ("`tshark -q -z synfin,jsonl`, times as long", "10", f"{peers['tshark'][0] / ours:.1f} ({peers['tshark'][0]:.2f} s, {round(peers['tshark'][2] / 1024)} MB)", verdict(peers["tshark"][0] >= 10 * ours)),
        ("tcptrace, times as long", "3", f"{peers['tcptrace'][0] / ours:.1f} ({peers['tcptrace'][0]:.2f} s, {round(peers['tcptrace'][2] / 1024)} MB)", verdict(peers["tcptrace"][0] >= 3 * ours)),
        ("frames a second of one processor", "2,000,000", f"{speed:,.0f}", verdict(speed >= 2_000_000)),
        ("two captures at once, times as fast by the clock", "1.8", f"{both['one by one'][1] / both['at once'][1]:.2f} ({both['one by one'][1]:.2f} s / {both['at once'][1]:.2f} s)", verdict(both["one by one"][1] >= 1.8 * both["at once"][1])),
    ]
    lines = [f"{options.frames:,} frames in {connections:,} connections, {capture.stat().st_size // 1_000_000} MB; medians of {options.runs} runs.", ""]
    lines += ["| what | target | measured | verdict |", "| --- | --- | --- | --- |"]
    lines += [f"| {what} | {target} | {measured} | {judged} |" for what, target, measured, judged in rows]
    lines += ["", "| stage | so far | of it, this stage |", "| --- | --- | --- |"]
    names = {
        "floor": "the floor: the file is read, each header touched",
        "read": "reading: frames, with their times and lengths",
        "parse": "parsing: the layers down to TCP",
        "track": "tracking: streams, connections",
        "write": "writing: a line of JSON a connection",
    }
    before = 0
    for stage in STAGES:
        now = stages[stage][0]
        lines.append(f"| {names[stage]} | {now:.2f} s | {'' if stage == 'floor' else f'{max(0, now - before):.2f} s'} |")
        before = 0 if stage == "floor" else now
    model = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), platform.processor())
    when = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC")
    lines += ["", f"{when}; {model}, {os.cpu_count()} processors, load {load:.1f} when it began; commit {output('git', 'rev-parse', '--short', 'HEAD')}."]
    text = "\n".join(lines)
    print(text)
    (OUT / "cli.json").write_text(json.dumps({"peers": peers, "stages": stages, "both": both}, indent=1))
    if not options.no_docs:
        page = DOCS.read_text()
        table = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.S)
        DOCS.write_text(table.sub(lambda _: f"{BEGIN}\n{text}\n{END}", page))


if __name__ == "__main__":
    main()
