#!/usr/bin/env python3
"""Hold synfin against the truth of the recorded captures. Needs no privileges.

    check.py [--captures FOLDER] [--table FILE] [NAME ...]

Runs `tshark -2` (or the command in SYNFIN_TSHARK) with the installed plugin over every capture that has a truth file.
Compared are: the states of both ends after every frame and every action that left nothing in flight; the fields that
the scenario's author expected of the connection's last segment; the fields expected of single frames; what the SYNs
agreed, by TCP_INFO. Prints a Markdown table (with --table: into that file). Exit status 1 on any disagreement, or when
there was nothing to compare; 2 when the plugin did not load.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

import table

BASE_FIELDS = ["frame.number", "tcp.stream", "ip.src", "ipv6.src", "tcp.srcport", "ip.dst", "ipv6.dst", "tcp.dstport"]
SYNFIN_FIELDS = ["client.state", "server.state", "handshake.step", "teardown.step", "conn.last", "conn.client",
                 "conn.server", "negotiated", "handshake.outcome", "handshake.kind", "teardown.kind",
                 "teardown.closer", "conn.state"]
AGGREGATOR = "|"
# Expectations that no single field carries: the steps of all segments of a stream, in order.
STEPS = {"handshake.steps": "handshake.step", "teardown.steps": "teardown.step"}


class Tshark:
    """The program under test, in a private HOME and UTC."""

    def __init__(self):
        self.command = shlex.split(os.environ.get("SYNFIN_TSHARK") or "tshark")
        self.home = tempfile.TemporaryDirectory(prefix="synfin-stacks-")
        self.environment = {**os.environ, "HOME": self.home.name, "TZ": "UTC", "LC_ALL": "C.UTF-8"}
        self.environment.pop("XDG_CONFIG_HOME", None)

    def run(self, *arguments):
        done = subprocess.run([*self.command, *arguments], capture_output=True, text=True, env=self.environment,
                              check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(self.command)} {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def has_plugin(self):
        return any(line.startswith("synfin") for line in self.run("-G", "plugins").splitlines())

    def series(self):
        words = self.run("--version").splitlines()[0].split()
        version = next(w for w in words if w[0].isdigit())
        return tuple(int(part) for part in version.split(".")[:2])

    def frames(self, capture, extra):
        """{frame number: {field: text}} of all frames with a TCP layer."""
        names = SYNFIN_FIELDS + [n for n in extra if n not in SYNFIN_FIELDS]
        fields = BASE_FIELDS + [f"synfin.{n}" for n in names]
        arguments = ["-n", "-2", "-r", str(capture), "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a",
                     "-E", f"aggregator={AGGREGATOR}"]
        for field in fields:
            arguments += ["-e", field]
        frames = {}
        for line in self.run(*arguments).splitlines():
            # Booleans are words from 4.4 on.
            texts = ["1" if text == "True" else text for text in line.split("\t")]
            values = dict(zip(BASE_FIELDS + names, texts))
            frames[int(values["frame.number"])] = values
        return frames


class Result:
    """What came out of one scenario."""

    def __init__(self, truth):
        self.truth = truth
        self.states = self.fields = 0
        # (frame, side, name of the limit): what was said there and was not so; what was no longer so some time later,
        # while nothing had passed the observer since; and at how many comparisons.
        self.beyond, self.outdated, self.beyond_at = set(), set(), 0
        self.wrong = []
        self.said = []  # the last segment of each connection, as synfin describes it

    @property
    def limits(self):
        """How often each limit was met at a segment."""
        return collections.Counter(why for _, _, why in self.beyond)

    @property
    def later(self):
        """How often each was met later. What a segment shows of a side counts once, however long nothing follows it."""
        return collections.Counter(why for _, _, why in self.outdated - self.beyond)

    def field(self, where, name, expected, found):
        self.fields += 1
        if expected != found:
            self.wrong.append(f"{where}: {name} is {found or 'absent'}, expected {expected or 'absent'}")


def owners(truth, frames):
    """{frame number: index of its connection}."""
    if truth.get("by_ports"):
        ends = {(c["client"], c["server"]): i for i, c in enumerate(truth["connections"])}
        result = {}
        for number, f in frames.items():
            source, destination = f"{f['ip.src']}:{f['tcp.srcport']}", f"{f['ip.dst']}:{f['tcp.dstport']}"
            index = ends.get((source, destination), ends.get((destination, source)))
            if index is not None:
                result[number] = index
        return result
    result = {}
    for step in truth["steps"]:
        if "frame" in step and "connection" in step:
            for copy in range(truth["copies"]):
                result[step["frame"] - copy] = step["connection"]
    return result


def by_connection(owner):
    """{index of a connection: its frames' numbers, in order}."""
    numbers = {}
    for number in sorted(owner):
        numbers.setdefault(owner[number], []).append(number)
    return numbers


def series_of(text):
    return tuple(int(part) for part in text.split("."))


def out_of_sight(truth, frames, numbers, series):
    """The frames whose states are not compared: those of streams that this series begins within a connection."""
    since = truth.get("first_stream_since")
    if since is None or series < series_of(since):
        return set()
    return {n for own in numbers.values() for n in own if frames[n]["tcp.stream"] != frames[own[0]]["tcp.stream"]}


def compare_states(result, frames, numbers, left_out):
    for step in result.truth["steps"]:
        if "connection" not in step or ("frame" not in step and step["in_flight"]):
            continue  # what is in flight has not passed the observer: nothing to compare yet
        number = step.get("frame") or max(
            (n for n in numbers.get(step["connection"], ()) if n <= step["after_frame"]), default=None)
        if number is None or number in left_out:
            continue
        for role in ("client", "server"):
            found = frames[number][f"{role}.state"]
            limit = step.get("limit", {}).get(role)
            expected = limit["observer"] if limit else step[role]
            if found != expected:
                limited = f" (and the truth {step[role]})" if limit else ""
                result.wrong.append(f"frame {number}, {step['action']}: {role} is {found or 'absent'}, "
                                    f"expected {expected}{limited}")
            elif limit:
                (result.beyond if "frame" in step else result.outdated).add((number, role, limit["why"]))
                result.beyond_at += 1
            else:
                result.states += 1


def expected_streams(connection, series):
    """The expectations, one for each stream that this Wireshark makes of the connection."""
    chosen = connection["expect"]
    for since, streams in sorted(connection["expect_since"].items()):
        if series >= series_of(since):
            chosen = streams
    return chosen


def compare_connection(result, index, frames, numbers, series):
    connection = result.truth["connections"][index]
    streams = list(dict.fromkeys(frames[n]["tcp.stream"] for n in numbers))
    expected = expected_streams(connection, series)
    where = f"connection {index + 1}"
    if expected:
        result.field(where, "number of streams", len(expected), len(streams))
    for stream, fields in zip(streams, expected or [{}]):
        of_stream = [frames[n] for n in numbers if frames[n]["tcp.stream"] == stream]
        last = [f for f in of_stream if f["conn.last"]]
        result.field(where, "count of conn.last", 1, len(last))
        if not last:
            continue
        result.said.append(last[-1])
        result.field(where, "conn.client", connection["client"], last[-1]["conn.client"])
        result.field(where, "conn.server", connection["server"], last[-1]["conn.server"])
        for name, value in fields.items():
            if name in STEPS:
                found = " ".join(s for f in of_stream for s in f[STEPS[name]].split(AGGREGATOR) if s)
            else:
                found = last[-1][name]
            result.field(where, name, value, found)
        if last[-1]["handshake.outcome"] == "complete":
            compare_negotiated(result, where, connection["negotiated"], last[-1]["negotiated"])


def compare_negotiated(result, where, known, found):
    """TCP_INFO of the client's socket against synfin.negotiated; the MSS that each side announced is not in it."""
    if known is None:
        return
    parts = found.split(", ")
    scale = next((p[3:] for p in parts if p.startswith("WS ")), "")
    shifts = known["window_scale"]
    result.field(where, "negotiated window scale", "/".join(map(str, shifts)) if shifts else "", scale)
    for word, key in (("SACK", "sack"), ("TS", "timestamps"), ("ECN", "ecn")):
        result.field(where, f"negotiated {word}", known[key], word in parts)


def check(tshark, series, path):
    truth = json.loads(path.read_text(encoding="utf-8"))
    result = Result(truth)
    extra = {name for c in truth["connections"] for streams in [c["expect"], *c["expect_since"].values()]
             for s in streams for name in s if name not in STEPS}
    extra |= {name for fields in truth["frame_fields"].values() for name in fields}
    frames = tshark.frames(path.with_suffix(".pcap"), sorted(extra))
    if len(frames) != truth["frames"]:
        result.wrong.append(f"tshark reads {len(frames)} frames, {truth['frames']} were recorded")
        return result
    owner = owners(truth, frames)
    for number, f in frames.items():
        if (number in owner) != bool(f["client.state"]):
            result.wrong.append(f"frame {number}: {'no' if number in owner else 'an unexpected'} annotation")
    if result.wrong:
        return result
    numbers = by_connection(owner)
    left_out = out_of_sight(truth, frames, numbers, series)
    compare_states(result, frames, numbers, left_out)
    for index in range(len(truth["connections"])):
        compare_connection(result, index, frames, numbers.get(index, []), series)
    for number, fields in truth["frame_fields"].items():
        if int(number) in left_out:
            continue
        for name, value in fields.items():
            found = frames[int(number)][name].replace(AGGREGATOR, ",")
            result.field(f"frame {number}", name, value, found)
    if not result.states + result.beyond_at and any("connection" in step for step in truth["steps"]):
        result.wrong.append("no state was compared")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--captures", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent / "captures")
    parser.add_argument("--table", type=pathlib.Path)
    arguments = parser.parse_args()
    captures = arguments.captures.resolve()
    paths = [captures / f"{n}.json" for n in arguments.names] or sorted(captures.glob("*.json"))
    paths = [p for p in paths if p.with_suffix(".pcap").exists()]
    if len(paths) < max(1, len(arguments.names)):
        print(f"check: no captures with truth files in {captures} (or not all of those named)", file=sys.stderr)
        return 1
    tshark = Tshark()
    if not tshark.has_plugin():
        print(f"check: {' '.join(tshark.command)} -G plugins does not list synfin; install it first", file=sys.stderr)
        return 2
    series = tshark.series()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda path: check(tshark, series, path), paths))
    text = table.render(results, series)
    if arguments.table:
        beside = arguments.table.with_name(arguments.table.name + ".new")
        beside.write_text(text + table.kept_part(arguments.table), encoding="utf-8")
        beside.replace(arguments.table)
    else:
        print(text)
    for result in results:
        for line in result.wrong:
            print(f"DISAGREES {result.truth['scenario']}: {line}")
    wrong = sum(len(r.wrong) for r in results)
    print(f"{len(results)} scenarios, {sum(r.states for r in results)} states as the sockets say, "
          f"{sum(len(r.beyond) for r in results)} named limits and "
          f"{sum(r.later.total() for r in results)} later (at {sum(r.beyond_at for r in results)} comparisons), {sum(r.fields for r in results)} fields, "
          f"{wrong} disagreements (Wireshark {series[0]}.{series[1]})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
