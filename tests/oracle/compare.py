#!/usr/bin/env python3
"""Compares the installed plugin with the oracle, field by field.

    compare.py [--tshark COMMAND] [--one-pass] [--no-rebase] [--ignore FIELD]... CAPTURE...

Prints capture, frame, layer, field, what the oracle says and what the plugin says (`-`: absent), one difference a line,
then how many per field. Exit status: 0 none, 1 differences, 2 the plugin is not loaded or showed nothing.
With --one-pass only the fields that depend on the past alone are compared.
"""

from __future__ import annotations

import argparse
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from decimal import Decimal
from pathlib import Path

from oracle import judge
from segments import Tshark, layers, segments_of

TIMES = {"synfin.handshake.time", "synfin.handshake.synack_rtt", "synfin.handshake.ack_rtt", "synfin.teardown.time",
         "synfin.conn.duration"}
FLAGS = {"synfin.retransmission", "synfin.conn.last"}
# Sections 5 and 6: "so far" in a first pass, so a single pass cannot be compared with the oracle's final answer.
WHOLE = ("synfin.conn.", "synfin.handshake.kind", "synfin.handshake.outcome", "synfin.handshake.frame",
         "synfin.handshake.time", "synfin.handshake.synack_rtt", "synfin.handshake.ack_rtt", "synfin.teardown.kind",
         "synfin.teardown.closer", "synfin.teardown.half_close_bytes", "synfin.teardown.time",
         "synfin.teardown.frame", "synfin.reset.frame", "synfin.negotiated")
# Not the oracle's subject.
SKIPPED = {"synfin.explain", "synfin.step"}
EXPERT = "synfin.expert."


def plain(name: str, value) -> str:
    """One value as text, however a tshark version prints it."""
    if name in FLAGS:
        return "True" if str(value).lower() in ("1", "true") else "False"
    return str(value)


def plugin_values(proto: ET.Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    experts = set()
    for field in proto.iter("field"):
        name = field.get("name", "")
        if name.startswith(EXPERT):
            experts.add(name[len(EXPERT):])
        elif name.startswith("synfin.") and name not in SKIPPED:
            value = field.get("show", "")
            if name in TIMES:
                value = str(int(Decimal(value) * 1_000_000_000))
            found.setdefault(name, []).append(plain(name, value))
    if experts:
        found["experts"] = sorted(experts)
    return found


def oracle_values(answer: dict, one_pass: bool) -> dict[str, list[str]]:
    fields = dict(answer["segment"])
    experts = set(answer["experts"])
    if not one_pass:
        fields.update(answer["final"])
        experts |= set(answer["final_experts"])
    found = {name: [plain(name, one) for one in value] if isinstance(value, list) else [plain(name, value)]
             for name, value in fields.items()}
    if experts:
        found["experts"] = sorted(experts)
    return found


def compare_values(oracle: dict, plugin: dict, one_pass: bool, ignored: set[str]):
    for name in sorted(oracle.keys() | plugin.keys()):
        if name in ignored or (one_pass and name.startswith(WHOLE)):
            continue
        expected, got = oracle.get(name), plugin.get(name)
        if expected != got:
            yield name, " ".join(expected or ["-"]), " ".join(got or ["-"])


def compare(capture: Path, tshark: Tshark, arguments, counts: Counter) -> int:
    """Prints the differences of a capture; how many annotations the plugin made."""
    passes = [] if arguments.one_pass else ["-2"]
    preferences = ["-o", f"synfin.rebase:{'FALSE' if arguments.no_rebase else 'TRUE'}"]
    segments, plugin, shown = [], {}, 0
    for packet in tshark.pdml(str(capture), *passes, *preferences):
        found = segments_of(packet)
        items = [proto for proto, _ in layers(packet) if proto.get("name") == "synfin"]
        segments.extend(found)
        shown += len(items)
        frame = next(proto for proto, _ in layers(packet) if proto.get("name") == "frame")
        number = int(next(one.get("show") for one in frame if one.get("name") == "frame.number"))
        for layer, item in enumerate(items):
            plugin[number, layer] = plugin_values(item)
    answers = {(one["frame"], one["layer"]): one for one in judge(segments, not arguments.no_rebase)}
    for place in sorted(answers.keys() | plugin.keys()):
        oracle = oracle_values(answers[place], arguments.one_pass) if place in answers else {}
        if place not in answers or place not in plugin:
            differences = [("(annotation)", "yes" if place in answers else "-", "yes" if place in plugin else "-")]
        else:
            differences = compare_values(oracle, plugin[place], arguments.one_pass, set(arguments.ignore))
        for name, expected, got in differences:
            counts[name] += 1
            print(f"{capture.name}\t{place[0]}\t{place[1]}\t{name}\toracle: {expected}\tplugin: {got}")
    return shown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("captures", nargs="+", type=Path)
    parser.add_argument("--tshark", default="tshark", help="the program, with arguments if need be")
    parser.add_argument("--one-pass", action="store_true")
    parser.add_argument("--no-rebase", action="store_true", help="compare with the preference synfin.rebase off")
    parser.add_argument("--ignore", action="append", default=[], help="a field, or `experts`, not to compare")
    arguments = parser.parse_args()
    tshark, counts, shown = Tshark(arguments.tshark), Counter(), 0
    if "synfin" not in tshark.plugins():
        print("compare: this tshark has no plugin synfin", file=sys.stderr)
        return 2
    for capture in arguments.captures:
        shown += compare(capture, tshark, arguments, counts)
    for name, count in counts.most_common():
        print(f"{count:6} {name}")
    print(f"{sum(counts.values())} differences, {shown} annotations")
    if not shown:
        return 2
    return int(bool(counts))


if __name__ == "__main__":
    sys.exit(main())
