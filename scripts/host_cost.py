"""What synfin costs inside a tshark, in instructions a frame: the same program with and without the plugin, under callgrind.

Starting up is not counted: callgrind begins when frame FROM is read and ends the program when frame TO is
(bench/count_frames.c). Each run has a plugin folder of its own, mounted for that process alone, with synfin or with nothing
in it; so nothing that is installed matters or is touched. That takes root.
"""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The series that `cargo xtask versions` can make, each with its folder: scripts/series.tsv, but for those of headers alone.
TABLE = [line.split("\t") for line in (ROOT / "scripts" / "series.tsv").read_text().splitlines() if line[0] != "#"]
RELEASES = {series: debian for series, debian, *_ in TABLE if debian != "-"}
FROM, TO = 4_000, 8_000

# Name, what bench-capture makes, and whether its connections are out of their handshakes by frame FROM.
CAPTURES = {
    "short": ["short", "1000", "100"],
    "long": ["long", "20", "700"],
}

SIX_TCP = ["tcp.stream", "tcp.srcport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags.str", "tcp.len"]
SIX_SYNFIN = ["synfin.role", "synfin.seq", "synfin.ack", "synfin.x", "synfin.client.state", "synfin.server.state"]


def fields(names):
    return ["-T", "fields"] + [word for name in names for word in ("-e", name)]


# Name, capture, arguments with the plugin, arguments without it.
ROWS = {
    "plain": ("short", [], []),
    "plain, no suffixes": ("short", ["-o", "synfin.info_column:FALSE"], []),
    "six tcp.* fields, idle": ("short", fields(SIX_TCP), fields(SIX_TCP)),
    "six synfin.* fields": ("short", fields(SIX_SYNFIN), fields(SIX_TCP)),
    "-Y tcp.flags.syn==1, idle": ("short", ["-Y", "tcp.flags.syn==1"], ["-Y", "tcp.flags.syn==1"]),
    "-Y synfin.handshake.step": ("short", ["-Y", "synfin.handshake.step"], ["-Y", "tcp.flags.syn==1"]),
    "plain, long transfers": ("long", [], []),
}


def output(command):
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout


class Host:
    """A tshark of one series: this machine's, or one in a folder that `cargo xtask versions` made."""

    def __init__(self, series, program, root):
        self.series = series
        self.program = program
        self.root = root
        folders = output([program, "-G", "folders"])
        found = re.search(r"^Global Plugins:\s*(.*)$", folders, re.M)[1]
        self.folder = Path(root or "/", found.lstrip("/"), "epan")

    @staticmethod
    def all():
        """Those that there are, the newest first."""
        hosts = []
        own = os.environ.get("TSHARK", "tshark")
        series = re.search(r"(\d+\.\d+)\.", output([own, "--version"]))[1]
        hosts.append(Host(series, own, None))
        versions = Path(os.environ.get("SYNFIN_VERSIONS_DIR", ROOT / ".versions"))
        for name, release in RELEASES.items():
            program, root = versions / "bin" / f"tshark-{name}", versions / release
            if name != series and program.exists() and root.is_dir():
                hosts.append(Host(name, str(program), str(root.resolve())))
        return sorted(hosts, key=lambda host: host.series, reverse=True)

    def command(self, work, with_plugin, variables, words):
        """What runs `words` in this host's system with a plugin folder of its own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        mount = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c",
                 'mount --bind "$1" "$2"; shift 2; exec "$@"', "sh", work / ("with" if with_plugin else "without"), self.folder]
        enter = [ROOT / "scripts" / "chroot-run.sh", self.root] if self.root else []
        variables = [f"{name}={value}" for name, value in variables.items()]
        return [*mount, *enter, "env", *variables, *words]

    def count(self, work, with_plugin, capture, arguments):
        """Instructions a frame."""
        out = work / f"{self.series}-{with_plugin}-{abs(hash((capture, *arguments)))}"
        variables = {"HOME": work / "home", "TZ": "UTC", "LC_ALL": "C.UTF-8", "VALGRIND_LIB": work / "valgrind",
                     "SYNFIN_COUNT_FROM": FROM, "SYNFIN_COUNT_TO": TO}
        words = [work / "valgrind" / "valgrind.bin", "-q", "--tool=callgrind", "--instr-atstart=no", "--trace-children=yes",
                 f"--callgrind-out-file={out}", "/usr/bin/env", f"LD_PRELOAD={work / 'count_frames.so'}", "tshark",
                 "-r", work / f"{capture}.pcap", *arguments]
        # In the background of a terminal a program that looks at it would be stopped.
        done = subprocess.run(self.command(work, with_plugin, variables, words), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        totals = re.search(r"^totals: (\d+)$", out.read_text(), re.M) if out.exists() else None
        if done.returncode != 0 or totals is None or int(totals[1]) == 0:
            sys.exit(f"bench: nothing was counted in tshark {self.series} {' '.join(arguments)}:\n{done.stderr}")
        out.unlink()
        return int(totals[1]) / (TO - FROM)

    def loads(self, work):
        """Whether it takes the plugin: a run without it would cost nothing more."""
        command = self.command(work, True, {"HOME": work / "home"}, ["tshark", "-G", "plugins"])
        return any(line.startswith("synfin") for line in output(command).splitlines())


def prepare(work, programs, plugin):
    """What all runs share, in one folder that every system sees."""
    for name in ("with", "without", "home", "valgrind"):
        (work / name).mkdir()
    shutil.copy(plugin, work / "with" / "synfin.so")
    libraries = next((Path(folder) for folder in ("/usr/libexec/valgrind", "/usr/lib/x86_64-linux-gnu/valgrind")
                      if Path(folder).is_dir()), None)
    launcher = shutil.which("valgrind.bin") or shutil.which("valgrind")
    if libraries is None or launcher is None:
        sys.exit("bench: valgrind's own files are not where they are looked for; install Debian's valgrind")
    # A copy: in the other systems there is no valgrind.
    for pattern in ("callgrind-*-linux", "vgpreload_core-*-linux.so", "default.supp"):
        for file in libraries.glob(pattern):
            shutil.copy(file, work / "valgrind")
    shutil.copy(launcher, work / "valgrind" / "valgrind.bin")
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", work / "count_frames.so", ROOT / "bench" / "count_frames.c"], check=True)
    for name, words in CAPTURES.items():
        subprocess.run([programs / "bench-capture", work / f"{name}.pcap", *words], check=True, stderr=subprocess.DEVNULL)


def measure(host, work, names=ROWS):
    """For each row the instructions a frame with synfin and without."""
    rows = {name: ROWS[name] for name in names}
    jobs = {(with_plugin, capture, tuple(arguments))
            for capture, ours, theirs in rows.values() for with_plugin, arguments in ((True, ours), (False, theirs))}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = dict(zip(jobs, pool.map(lambda job: host.count(work, *job), jobs)))
    return {name: (counts[True, capture, tuple(ours)], counts[False, capture, tuple(theirs)])
            for name, (capture, ours, theirs) in rows.items()}


def least(before, again):
    """The smaller counts of two measurements: what the C library's allocator adds by chance is never negative."""
    return {name: tuple(min(pair) for pair in zip(counts, again.get(name, counts))) for name, counts in before.items()}


def why_not():
    """Why nothing can be counted here; None when it can."""
    if os.geteuid() != 0:
        return "it takes root to give tshark a plugin folder of its own"
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        return "no mount namespace can be made here"
    return None
