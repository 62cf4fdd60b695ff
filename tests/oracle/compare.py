#!/usr/bin/env python3
"""Compares the installed plugin with the oracle, field by field.

    compare.py [--tshark COMMAND] [--one-pass] [--no-rebase] [--ignore FIELD]... CAPTURE...

Prints capture, frame, item, field, what the oracle says and what the plugin says (`-`: absent), one difference a line,
then how many per field. Exit status: 0 none, 1 differences, 2 the plugin is not loaded or showed nothing.
With --one-pass only the fields that depend on the past alone are compared.
"""

from __future__ import annotations

import argparse
import calendar
import re
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from decimal import Decimal, InvalidOperation
from pathlib import Path

from capture import Tshark, items_of, layers
from oracle import judge

TIMES = {"synfin.handshake.time", "synfin.handshake.synack_rtt", "synfin.handshake.ack_rtt", "synfin.teardown.time",
         "synfin.conn.duration", "synfin.reset.idle"}
MOMENTS = {"synfin.conn.start"}
FLAGS = {"synfin.retransmission", "synfin.copy", "synfin.reset.ignored", "synfin.conn.guessed", "synfin.conn.last"}
# SPEC 10: "so far" in a first pass, so a single pass cannot be compared with the oracle's final answer.
WHOLE = ("synfin.conn.", "synfin.handshake.kind", "synfin.handshake.outcome", "synfin.handshake.frame",
         "synfin.handshake.time", "synfin.handshake.synack_rtt", "synfin.handshake.ack_rtt", "synfin.handshake.syns",
         "synfin.handshake.attempts", "synfin.teardown.kind", "synfin.teardown.closer",
         "synfin.teardown.half_close_bytes", "synfin.teardown.time", "synfin.teardown.frame", "synfin.reset.frame",
         "synfin.reset.by", "synfin.reset.ignored", "synfin.negotiated")
# The log of SPEC 8 is promised on the last segment. Elsewhere it is compared where the plugin shows it.
LOG = ("synfin.conn.start", "synfin.conn.client", "synfin.conn.server", "synfin.conn.community_id",
       "synfin.conn.previous", "synfin.conn.guessed", "synfin.conn.icmp", "synfin.handshake.syns",
       "synfin.handshake.attempts", "synfin.reset.by")
# Words: not the oracle's subject.
SKIPPED = {"synfin.explain", "synfin.conn.explain", "synfin.step", "synfin.reset.remark"}
EXPERT = "synfin.expert."
CLOCK = re.compile(r"(\d+):(\d+):(\d+)(?:\.(\d+))?")
MONTHS = {name: month for month, name in enumerate(calendar.month_abbr)}


def moment(text: str) -> str:
    """Nanoseconds since 1970 of `Nov 14, 2023 22:13:20.5 UTC`, `2023-11-14T22:13:20.5Z` or `1700000000.5`."""
    try:
        return str(int(Decimal(text) * 1_000_000_000))
    except InvalidOperation:
        pass
    clock = CLOCK.search(text)
    words = re.findall(r"[A-Za-z]+|\d+", text[:clock.start()]) if clock else []
    if len(words) < 3:
        return text
    year, month, day = (words[2], MONTHS.get(words[0], 0), words[1]) if words[0] in MONTHS else words[:3]
    hour, minute, second, fraction = clock.groups()
    whole = calendar.timegm(time.struct_time((int(year), int(month), int(day), int(hour), int(minute), int(second),
                                              0, 0, 0)))
    return str(whole * 1_000_000_000 + int((fraction or "").ljust(9, "0")[:9]))


def plain(name: str, value) -> str:
    """One value as text, however a tshark version prints it."""
    if name in FLAGS:
        return "True" if str(value).lower() in ("1", "true") else "False"
    return str(value)


def shown_value(name: str, text: str) -> str:
    if name in TIMES:
        return str(int(Decimal(text) * 1_000_000_000))
    return moment(text) if name in MOMENTS else plain(name, text)


def plugin_values(proto: ET.Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    experts = set()
    for field in proto.iter("field"):
        name = field.get("name", "")
        if name.startswith(EXPERT):
            experts.add(name[len(EXPERT):])
        elif name.startswith("synfin.") and name not in SKIPPED:
            found.setdefault(name, []).append(shown_value(name, field.get("show", "")))
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
    is_last = "synfin.conn.last" in oracle
    for name in sorted(oracle.keys() | plugin.keys()):
        if name in ignored or (one_pass and name.startswith(WHOLE)):
            continue
        if name.startswith(LOG) and not is_last and name not in plugin:
            continue
        expected, got = oracle.get(name), plugin.get(name)
        if expected != got:
            yield name, " ".join(expected or ["-"]), " ".join(got or ["-"])


def by_place(answers: list[dict]) -> dict[tuple[int, int], dict]:
    """Frame and item -> answer. The items of a frame are counted, because not all of its layers get one."""
    places: dict[tuple[int, int], dict] = {}
    items: Counter = Counter()
    for answer in answers:
        places[answer["frame"], items[answer["frame"]]] = answer
        items[answer["frame"]] += 1
    return places


def compare(capture: Path, tshark: Tshark, arguments, counts: Counter) -> int:
    """Prints the differences of a capture; how many annotations the plugin made."""
    passes = [] if arguments.one_pass else ["-2"]
    preferences = ["-o", f"synfin.rebase:{'FALSE' if arguments.no_rebase else 'TRUE'}"]
    items, plugin, shown = [], {}, 0
    for packet in tshark.pdml(str(capture), *passes, *preferences):
        items.extend(items_of(packet))
        said = [proto for proto, _ in layers(packet) if proto.get("name") == "synfin"]
        shown += len(said)
        frame = next(proto for proto, _ in layers(packet) if proto.get("name") == "frame")
        number = int(next(one.get("show") for one in frame if one.get("name") == "frame.number"))
        for place, item in enumerate(said):
            plugin[number, place] = plugin_values(item)
    answers = by_place(judge(items, not arguments.no_rebase))
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
