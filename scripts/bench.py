#!/usr/bin/env python3
"""What synfin costs, measured: the tables of docs/COST.md.

    bench.py                 all of it: bench-out/bench.md, bench-out/bench.json, and the tables in docs/COST.md
    bench.py --quick         a tenth of the frames, three pairs, no core benches, docs/COST.md left alone; for a look
    --frames N --pairs N     other sizes (default 1500000 and 7)
    --no-core                without the criterion benches of the core
    --no-docs                leaves docs/COST.md alone

Each ratio of times is the median over pairs of runs, one with and one without the plugin, taken in turn; the cost is user and
system time of the process, the memory its largest resident set. They are taken in the newest series of Wireshark that there
is here (cargo xtask versions --make), the instructions in each (scripts/host_cost.py). All of it takes root.
"""

import argparse
import datetime
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import host_cost
from host_cost import SIX_SYNFIN, SIX_TCP, fields, output

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bench-out"
BENCH = ROOT / "bench"
DOCS = ROOT / "docs" / "COST.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"

# Instructions a frame, with synfin over without: what is wanted in the newest series.
WANTED = {
    "plain": 1.05,
    "six tcp.* fields, idle": 1.015,
    "six synfin.* fields": 1.10,
    "-Y tcp.flags.syn==1, idle": 1.03,
    "-Y synfin.handshake.step": 1.03,
    "plain, long transfers": 1.03,
}
# Name, capture, the most in time and in memory, arguments with the plugin, arguments without it.
ROWS = [
    ("`tshark -r F`, one line a frame, connections of 15 frames", "short", 1.06, 1.03, [], []),
    ("the same, mix", "mixed", 1.06, 1.03, [], []),
    ("`-T fields`, six `tcp.*` fields, plugin idle, mix", "mixed", 1.03, 1.03, fields(SIX_TCP), fields(SIX_TCP)),
    ("six `synfin.*` fields against six `tcp.*` fields, mix", "mixed", 1.15, 1.03, fields(SIX_SYNFIN), fields(SIX_TCP)),
    ("`-Y synfin.handshake.step` against `-Y tcp.flags.syn==1`, mix", "mixed", 1.10, 1.03,
     ["-Y", "synfin.handshake.step"], ["-Y", "tcp.flags.syn==1"]),
    ("`-2 -Y synfin.conn.last` against `-2 -Y tcp.flags.fin==1`, mix", "mixed", 1.15, 1.03,
     ["-2", "-Y", "synfin.conn.last"], ["-2", "-Y", "tcp.flags.fin==1"]),
    ("one line a frame, a scan: each SYN answered by a RST", "scan", 1.06, 1.05, [], []),
]
# Others at the same kind of job, without the plugin, against the plain listing of the mix: name, arguments, what stands in the
# details once it is there, and the most runs, since one is slow.
PEERS = [
    ("TRANSUM (in C, part of Wireshark)", ["--enable-protocol", "transum"], "TRANSUM RTE Data", None),
    ("the same job in Lua (bench/lifecycle.lua)", ["-X", f"lua_script:{BENCH / 'lifecycle.lua'}"], "TCP lifecycle in Lua", 1),
]


def say(text):
    print(text, file=sys.stderr, flush=True)


class Tshark:
    """A host, and what its runs share."""

    def __init__(self, host, work):
        self.host = host
        # Its own folders: the plugins that come with Wireshark are there in both kinds of runs (TRANSUM is one), and those of
        # another series would not load.
        self.work = work / host.series
        for name in ("with", "without", "home"):
            (self.work / name).mkdir(parents=True)
        shutil.copy(work / "with" / "synfin.so", self.work / "with")
        for file in host.folder.glob("*.so"):
            if file.name != "synfin.so":
                for name in ("with", "without"):
                    shutil.copy(file, self.work / name)

    def command(self, with_plugin, capture, arguments):
        variables = {"HOME": self.work / "home", "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        return self.host.command(self.work, with_plugin, variables, ["tshark", "-r", capture, *arguments])

    def shows(self, capture, arguments, words):
        """Whether these words stand in the details of the first frames: a peer that was not loaded would cost nothing."""
        command = self.command(False, capture, ["-2", "-c", "200", "-V", *arguments])
        return words in subprocess.run(command, capture_output=True, text=True, errors="replace").stdout

    def run(self, with_plugin, capture, arguments):
        """Seconds of user and system time, and bytes of the largest resident set."""
        command = self.command(with_plugin, capture, arguments)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"bench: tshark {' '.join(arguments)} failed ({process.returncode})")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024

    def pairs(self, capture, first, second, count):
        """Runs `first` and `second` in turn; each is (with the plugin, arguments)."""
        runs = []
        for n in range(count):
            order = (first, second) if n % 2 == 0 else (second, first)
            measured = {id(one): self.run(one[0], capture, one[1]) for one in order}
            runs.append((measured[id(first)], measured[id(second)]))
        ratio = statistics.median(a[0] / b[0] for a, b in runs)
        memory = statistics.median(a[1] / b[1] for a, b in runs)
        seconds = [statistics.median(run[which][0] for run in runs) for which in (0, 1)]
        return {"ratio": round(ratio, 3), "memory": round(memory, 3), "pairs": count,
                "seconds": [round(second, 2) for second in seconds],
                "ratios": [round(a[0] / b[0], 3) for a, b in runs]}


def build():
    say("bench: building")
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "-p", "synfin", "-p", "synfin-bench", "--lib", "--bins"],
                   check=True, cwd=ROOT)
    return (ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release").resolve()


def make_captures(programs, frames):
    made = {}
    connections = frames // 15
    kinds = {
        "short": ["short", connections, max(10, connections // 100)],
        "mixed": ["mixed", frames // 5, frames * 67 // 5000, max(10, frames // 5000)],
        "scan": ["scan", frames * 2 // 3],
    }
    for name, words in kinds.items():
        capture = OUT / f"{name}-{frames}.pcap"
        if not capture.exists():
            say(f"bench: making {capture}")
            part = capture.with_suffix(".part")
            subprocess.run([programs / "bench-capture", part, *map(str, words)], check=True)
            part.rename(capture)
        made[name] = capture
    return made


def measure_peers(tsharks, captures, count):
    """Each in the newest series that loads it: Wireshark 4.6 runs no Lua script for root."""
    peers = []
    for name, arguments, words, limit in PEERS:
        say(f"bench: {name}")
        tshark = next((one for one in tsharks if one.shows(captures["mixed"], arguments, words)), None)
        if tshark is None:
            sys.exit(f"bench: no tshark here loads {name}")
        runs = min(count, limit) if limit else count
        where = "" if tshark is tsharks[0] else f", in Wireshark {tshark.host.series}"
        peers.append({"what": f"{name}{where}", **tshark.pairs(captures["mixed"], (False, arguments), (False, []), runs)})
    return peers


def measure_tshark(tshark, captures, count):
    rows = []
    for name, capture, most, memory, ours, theirs in ROWS:
        say(f"bench: Wireshark {tshark.host.series}: {name}")
        pairs = tshark.pairs(captures[capture], (True, ours), (False, theirs), count)
        rows.append({"what": name, "target": most, "memory_target": memory, **pairs})
    return rows


def measure_instructions(hosts, work):
    counted = {}
    for host in hosts:
        say(f"bench: instructions in Wireshark {host.series}")
        counted[host.series] = {name: [round(ours), round(theirs), round(ours / theirs, 4)]
                                for name, (ours, theirs) in host_cost.measure(host, work).items()}
    return counted


def measure_memory(programs):
    """Bytes a segment and a connection, from traffic with few and with many connections."""
    held = {}
    for line in output([programs / "bench-memory"]).splitlines():
        name, segments, connections, bytes = line.split()
        held[name] = (int(segments), int(connections), int(bytes))
    segments, _, bytes = held["transfer"]
    a_segment = bytes / segments
    a_connection = {}
    for name in ("mixed", "scan"):
        segments, connections, bytes = held[name]
        a_connection[name] = round((bytes - segments * a_segment) / connections, 1)
    return {"segment": round(a_segment, 2), "connection": a_connection}


def measure_core():
    say("bench: the core (criterion)")
    command = ["cargo", "bench", "--quiet", "--locked", "-p", "synfin-bench", "--bench", "core"]
    subprocess.run(command, check=True, cwd=ROOT, stdout=sys.stderr)
    folder = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "criterion"
    found = {}
    for file in sorted(folder.glob("*/*/new/estimates.json")):
        name = file.parent.parent.name
        segments = int(re.search(r"(\d+)-segments$", name)[1])
        found[name] = round(json.loads(file.read_text())["median"]["point_estimate"] / segments, 1)
    return found


def machine(tshark):
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) if Path("/proc/cpuinfo").exists() else None
    git = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": model[1] if model else platform.processor(),
        "processors": os.cpu_count(),
        "load": [round(load, 1) for load in os.getloadavg()],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "tshark": output([tshark, "--version"]).splitlines()[0].rstrip("."),
        "rustc": output(["rustc", "--version"]).strip(),
        "commit": git.stdout.strip() or "unknown",
    }


def verdict(measured, target):
    if measured <= target:
        return "met"
    over = (measured / target - 1) * 100
    return f"missed by {over:.0f} %" if over >= 1 else f"missed by {over:.2g} %"


def core_lines(core):
    def ns(pattern):
        return next((value for name, value in core.items() if re.match(pattern, name)), None)

    lines = []
    for count in (10**3, 10**4, 10**5, 10**6):
        value = ns(rf"{count}-connections")
        if value is not None:
            lines.append((f"core, a segment with its annotation, {count:,} live connections", "", f"{value} ns", ""))
    living = [value for value in (ns(rf"{count}-connections") for count in (10**3, 10**6)) if value is not None]
    if len(living) == 2:
        spread = living[1] / living[0]
        lines.append(("the last against the first of these", "1.3", f"{spread:.2f}", verdict(spread, 1.3)))
    floor = ns("floor")
    if floor is not None:
        lines.append(("the floor: a handler that reads the twenty bytes", "", f"{floor} ns", ""))
    grown = [ns(rf"1-connection-{count}-") for count in (10**5, 10**6, 10**7)]
    if None not in grown:
        spread = max(grown) / min(grown)
        lines.append(("one connection of 10^5, 10^6, 10^7 segments", "flat within 30 %",
                      " / ".join(f"{value} ns" for value in grown), verdict(spread, 1.3)))
    mixed = ns("67000-connections")
    if mixed is not None:
        lines.append(("the whole mix, openings and closings included", "", f"{mixed} ns", ""))
    return lines


def instruction_lines(counted):
    # The newest series and the one before it: what the older ones cost has little to do with what synfin does.
    newest, *others = list(counted)[:2]
    head = ["what", "wanted", f"Wireshark {newest}: with synfin / without", "verdict", *others]
    lines = [head, ["---"] * len(head)]
    for name, (ours, theirs, ratio) in counted[newest].items():
        most = WANTED.get(name)
        lines.append([f"`{name}`" if name.startswith("-") else name, f"{most:.3f}" if most else "",
                      f"{ratio:.3f} ({ours:,} / {theirs:,})", verdict(ratio, most) if most else "",
                      *(f"{counted[series][name][2]:.3f}" for series in others)])
    return as_table(lines)


def as_table(lines):
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def table(result):
    lines = [("what", "wanted", "measured", "verdict"), ("---", "---", "---", "---")]
    for row in result["tshark"]:
        lines.append((row["what"], f"{row['target']:.2f}",
                      f"{row['ratio']:.3f} ({row['seconds'][0]} s / {row['seconds'][1]} s)", verdict(row["ratio"], row["target"])))
    for row in result["tshark"]:
        lines.append((f"peak memory: {row['what']}", f"{row['memory_target']:.2f}", f"{row['memory']:.3f}",
                      verdict(row["memory"], row["memory_target"])))
    memory = result["memory"]
    lines.append(("memory of the core, a segment", "16 bytes", f"{memory['segment']} bytes", verdict(memory["segment"], 16)))
    for name, what in (("mixed", "the mix"), ("scan", "a scan of a million SYNs")):
        lines.append((f"memory of the core, a connection, {what}", "", f"{memory['connection'][name]} bytes", ""))
    lines += core_lines(result["core"])
    for row in result["peers"]:
        runs = "" if row["pairs"] > 1 else ", one run"
        lines.append((f"for comparison: {row['what']}", "", f"{row['ratio']:.2f} ({row['seconds'][0]} s / {row['seconds'][1]} s{runs}), "
                      f"memory {row['memory']:.2f}", ""))
    return as_table(lines)


def report(result):
    m = result["machine"]
    where = (f"{m['date']}; {m['processor']}, {m['processors']} processors, load {m['load'][0]} when it began; {m['system']}; "
             f"{m['tshark']}; {m['rustc']}; commit {m['commit']}.")
    return (f"Instructions a frame, all of tshark's included; a ratio is with synfin over without.\n\n"
            f"{instruction_lines(result['instructions'])}\n\n"
            f"Time (user and system) and memory in Wireshark {result['series']}, medians of {result['pairs']} pairs. {result['frames']:,} "
            f"frames in connections of 15 frames each; a fifth as many in the mix, two thirds as many SYNs in the scan.\n\n"
            f"{table(result)}\n\n{where}\n")


def put_in_docs(text):
    page = DOCS.read_text()
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    DOCS.write_text(f"{before}{BEGIN}\n{text}{END}{after}")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--frames", type=int)
    parser.add_argument("--pairs", type=int)
    parser.add_argument("--no-core", action="store_true")
    parser.add_argument("--no-docs", action="store_true")
    chosen = parser.parse_args()
    chosen.frames = chosen.frames or (150_000 if chosen.quick else 1_500_000)
    chosen.pairs = chosen.pairs or (3 if chosen.quick else 7)
    chosen.no_core |= chosen.quick
    chosen.no_docs |= chosen.quick
    return chosen


def main():
    chosen = arguments()
    # An interrupted run takes its folder away too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    reason = host_cost.why_not()
    if reason is not None:
        sys.exit(f"bench: {reason}")
    OUT.mkdir(exist_ok=True)
    programs = build()
    captures = make_captures(programs, chosen.frames)
    hosts = host_cost.Host.all()
    where = machine(hosts[0].program)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        host_cost.prepare(work, programs, programs / "libsynfin.so")
        for host in hosts:
            if not host.loads(work):
                sys.exit(f"bench: tshark {host.series} does not load the plugin")
        counted = measure_instructions(hosts, work)
        tsharks = [Tshark(host, work) for host in hosts]
        rows = measure_tshark(tsharks[0], captures, chosen.pairs)
        peers = measure_peers(tsharks, captures, chosen.pairs)
    result = {"machine": where, "series": hosts[0].series, "frames": chosen.frames, "pairs": chosen.pairs,
              "instructions": counted, "tshark": rows, "peers": peers, "memory": measure_memory(programs),
              "core": {} if chosen.no_core else measure_core()}
    text = report(result)
    (OUT / "bench.md").write_text(text)
    (OUT / "bench.json").write_text(json.dumps(result, indent=2) + "\n")
    if not chosen.no_docs:
        put_in_docs(text)
    print(text)


if __name__ == "__main__":
    main()
