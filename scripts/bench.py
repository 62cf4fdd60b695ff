#!/usr/bin/env python3
"""What synfin costs, measured: the table of docs/COST.md.

    bench.py                 all of it: bench-out/bench.md, bench-out/bench.json, and the table in docs/COST.md
    bench.py --quick         a tenth of the frames, three pairs, no core benches, docs/COST.md left alone; for a look
    --frames N --pairs N     other sizes (default 1000000 and 7)
    --no-core                without the criterion benches of the core
    --no-docs                leaves docs/COST.md alone
    --also 4.6 ...           the `-T fields` rows in that series too, from the folders that scripts/versions.sh --make makes

Each ratio is the median over pairs of runs, one with and one without, taken in turn. "Without" means that the plugin's
file is not there. The cost is user and system time of the process, the memory its largest resident set.
"""

import argparse
import atexit
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
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "bench-out"
BENCH = ROOT / "bench"
DOCS = ROOT / "docs" / "COST.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"

SIX_TCP = ["tcp.stream", "tcp.srcport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags.str", "tcp.len"]
SIX_SYNFIN = ["synfin.role", "synfin.seq", "synfin.ack", "synfin.x", "synfin.client.state", "synfin.server.state"]


def fields(names):
    return ["-T", "fields"] + [word for name in names for word in ("-e", name)]


# Name, target, arguments with the plugin, arguments without it.
ROWS = [
    ("`tshark -r F`, one line a frame", 1.05, [], []),
    ("`-T fields`, six `tcp.*` fields, plugin idle", 1.03, fields(SIX_TCP), fields(SIX_TCP)),
    ("six `synfin.*` fields against six `tcp.*` fields", 1.15, fields(SIX_SYNFIN), fields(SIX_TCP)),
    ("`-Y synfin.handshake.step` against `-Y tcp.flags.syn==1`", 1.10,
     ["-Y", "synfin.handshake.step"], ["-Y", "tcp.flags.syn==1"]),
    ("`-2 -Y synfin.conn.last` against `-2 -Y tcp.flags.fin==1`", 1.15,
     ["-2", "-Y", "synfin.conn.last"], ["-2", "-Y", "tcp.flags.fin==1"]),
]
# Others at the same kind of job, without the plugin, against the plain listing. The runs of the slow one are few.
PEERS = [
    ("TRANSUM (in C, part of Wireshark)", ["--enable-protocol", "transum"], None),
    ("the same job in Lua (bench/lifecycle.lua)", ["-X", f"lua_script:{BENCH / 'lifecycle.lua'}"], 1),
]
RSS_TARGET = 1.03
# Wireshark 4.0 makes all of the tree for `-T fields`, later ones what the fields ask for.
ALSO = [row for row in ROWS if "-T" in row[2]]
# The series that scripts/versions.sh can make, each with its folder: scripts/series.tsv, but for those of headers alone.
TABLE = [line.split("\t") for line in (ROOT / "scripts" / "series.tsv").read_text().splitlines() if line[0] != "#"]
RELEASES = {series: debian for series, debian, *_ in TABLE if debian != "-"}


def say(text):
    print(text, file=sys.stderr, flush=True)


def output(command):
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout


class Plugin:
    """The installed plugin's file, which can be put aside and back. `root`: where the program sees its file system."""

    def __init__(self, tshark, root=Path("/")):
        loaded = [line for line in output([tshark, "-G", "plugins"]).splitlines() if line.startswith("synfin")]
        if not loaded:
            sys.exit(f"bench: synfin is not installed for {tshark}; run: make install")
        self.file = root / loaded[0].split("\t")[-1].lstrip("/")
        self.aside = self.file.with_name("synfin.so.bench")
        atexit.register(self.put, True)

    def put(self, there):
        if there and self.aside.exists():
            self.aside.rename(self.file)
        elif not there and self.file.exists():
            self.file.rename(self.aside)


class Tshark:
    def __init__(self, program, root=Path("/")):
        self.program = program
        self.plugin = Plugin(program, root)
        self.environment = dict(os.environ, HOME=str(OUT / "home"), TZ="UTC", LC_ALL="C.UTF-8")
        self.environment.pop("XDG_CONFIG_HOME", None)
        (OUT / "home").mkdir(parents=True, exist_ok=True)

    def run(self, with_plugin, capture, arguments):
        """Seconds of user and system time, and bytes of the largest resident set."""
        self.plugin.put(with_plugin)
        process = subprocess.Popen([self.program, "-r", capture, *arguments], env=self.environment,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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
    subprocess.run(["cargo", "build", "--quiet", "--release", "--locked", "-p", "synfin-bench", "--bins"], check=True, cwd=ROOT)
    return ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "release"


def make_capture(programs, frames, connections):
    capture = OUT / f"mixed-{frames}.pcap"
    if not capture.exists():
        say(f"bench: making {capture}")
        made = capture.with_suffix(".part")
        overlap = max(10, connections // 67)
        subprocess.run([programs / "bench-capture", made, str(frames), str(connections), str(overlap)], check=True)
        made.rename(capture)
    return capture


def measure_tshark(tshark, capture, count):
    rows = []
    for name, target, ours, theirs in ROWS:
        say(f"bench: {name}")
        rows.append({"what": name, "target": target, **tshark.pairs(capture, (True, ours), (False, theirs), count)})
    peers = []
    for name, arguments, limit in PEERS:
        say(f"bench: {name}")
        runs = min(count, limit) if limit else count
        peers.append({"what": name, **tshark.pairs(capture, (False, arguments), (False, []), runs)})
    return rows, peers


def series(name):
    """Another series of Wireshark, with the plugin that was built last."""
    versions = Path(os.environ.get("SYNFIN_VERSIONS_DIR", ROOT / ".versions"))
    program, root = versions / "bin" / f"tshark-{name}", versions / RELEASES[name]
    if not program.exists():
        sys.exit(f"bench: there is no Wireshark {name} in {versions}; run: scripts/versions.sh --make")
    folders = output([program, "-G", "folders"])
    folder = root / re.search(r"^Global Plugins:\s*(.*)$", folders, re.M)[1].lstrip("/") / "epan"
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(ROOT / "target" / "release" / "libsynfin.so", folder / "synfin.so")
    return Tshark(program, root)


def measure_also(names, capture, count):
    rows = []
    for name in names:
        tshark = series(name)
        for what, target, ours, theirs in ALSO:
            say(f"bench: Wireshark {name}: {what}")
            pairs = tshark.pairs(capture, (True, ours), (False, theirs), count)
            rows.append({"what": f"the same in Wireshark {name}: {what}", "target": target, **pairs})
        tshark.plugin.put(True)
    return rows


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
    return f"missed by {(measured / target - 1) * 100:.0f} %"


def core_lines(core):
    def ns(pattern):
        return next((value for name, value in core.items() if re.match(pattern, name)), None)

    lines = []
    for name, target in (("1000", 25), ("10000", None), ("100000", None), ("1000000", 100)):
        value = ns(rf"{name}-connections")
        if value is not None:
            against = (f"{target} ns", verdict(value, target)) if target else ("", "")
            lines.append((f"core, a segment with its annotation, {int(name):,} live connections", against[0],
                          f"{value} ns", against[1]))
    floor = ns("floor")
    if floor is not None:
        lines.append(("the floor: a handler that reads the twenty bytes", "", f"{floor} ns", ""))
    grown = [ns(rf"1-connection-{count}-") for count in (10**5, 10**6, 10**7)]
    if None not in grown:
        spread = max(grown) / min(grown)
        lines.append(("one connection of 10^5, 10^6, 10^7 segments", "flat within 20 %",
                      " / ".join(f"{value} ns" for value in grown), verdict(spread, 1.2)))
    mixed = ns("67000-connections")
    if mixed is not None:
        lines.append(("the whole mix, openings and closings included", "", f"{mixed} ns", ""))
    return lines


def table(result):
    lines = []
    for row in result["tshark"] + result["also"]:
        lines.append((row["what"], f"{row['target']:.2f}",
                      f"{row['ratio']:.3f} ({row['seconds'][0]} s / {row['seconds'][1]} s)", verdict(row["ratio"], row["target"])))
    worst = max(row["memory"] for row in result["tshark"] + result["also"])
    lines.append(("peak memory (RSS), the worst of these", f"{RSS_TARGET:.2f}", f"{worst:.3f}", verdict(worst, RSS_TARGET)))
    memory = result["memory"]
    lines.append(("memory of the core, a segment", "16 bytes", f"{memory['segment']} bytes", verdict(memory["segment"], 16)))
    for name, what in (("mixed", "the mix"), ("scan", "a scan of a million SYNs")):
        bytes = memory["connection"][name]
        lines.append((f"memory of the core, a connection, {what}", "160 bytes", f"{bytes} bytes", verdict(bytes, 160)))
    lines += core_lines(result["core"])
    for row in result["peers"]:
        runs = "" if row["pairs"] > 1 else ", one run"
        lines.append((f"for comparison: {row['what']}", "", f"{row['ratio']:.2f} ({row['seconds'][0]} s / {row['seconds'][1]} s{runs}), "
                      f"memory {row['memory']:.2f}", ""))
    head = [("what", "target", "measured", "verdict"), ("---", "---", "---", "---")]
    return "\n".join("| " + " | ".join(line) + " |" for line in head + lines)


def report(result):
    m = result["machine"]
    size = f"{result['frames']:,} frames in {result['connections']:,} connections, {result['pairs']} pairs, medians"
    where = (f"{m['date']}; {m['processor']}, {m['processors']} processors, load {m['load'][0]} when it began; {m['system']}; "
             f"{m['tshark']}; {m['rustc']}; commit {m['commit']}.")
    return f"{size}. Ratios are user and system time with synfin over without.\n\n{table(result)}\n\n{where}\n"


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
    parser.add_argument("--also", nargs="+", choices=sorted(RELEASES), default=[])
    chosen = parser.parse_args()
    chosen.frames = chosen.frames or (100_000 if chosen.quick else 1_000_000)
    chosen.pairs = chosen.pairs or (3 if chosen.quick else 7)
    chosen.no_core |= chosen.quick
    chosen.no_docs |= chosen.quick
    return chosen


def main():
    chosen = arguments()
    # An interrupted run puts the plugin back too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    OUT.mkdir(exist_ok=True)
    program = os.environ.get("TSHARK", "tshark")
    where = machine(program)
    connections = chosen.frames * 67 // 1000
    programs = build()
    capture = make_capture(programs, chosen.frames, connections)
    tshark = Tshark(program)
    rows, peers = measure_tshark(tshark, capture, chosen.pairs)
    tshark.plugin.put(True)
    result = {"machine": where, "frames": chosen.frames, "connections": connections, "pairs": chosen.pairs,
              "tshark": rows, "also": measure_also(chosen.also, capture, chosen.pairs), "peers": peers, "memory": measure_memory(programs),
              "core": {} if chosen.no_core else measure_core()}
    text = report(result)
    (OUT / "bench.md").write_text(text)
    (OUT / "bench.json").write_text(json.dumps(result, indent=2) + "\n")
    if not chosen.no_docs:
        put_in_docs(text)
    print(text)


if __name__ == "__main__":
    main()
