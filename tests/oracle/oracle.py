#!/usr/bin/env python3
"""A second reading of SPEC.md: what synfin must say of each TCP segment of a capture, as JSON lines.

    oracle.py [--tshark COMMAND] [--no-rebase] CAPTURE...

One object a segment, and one for each ICMP error about a connection: `segment` holds the fields that depend on the past
alone, `final` those that a later pass knows (sections 6 to 8), `experts` and `final_experts` the names of section 11.
Times are nanoseconds. Absent fields are absent.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from capture import Tshark, read
from connection import Connection
from final import finals, late_experts
from older import Earlier
from segments import IcmpError


class Capture:
    """The connections of a capture."""

    def __init__(self, rebase: bool):
        self.rebase = rebase
        self.connections: dict[int, Connection] = {}
        self.latest: dict[frozenset, Connection] = {}  # of these endpoints
        self.earlier: dict[frozenset, Earlier] = {}
        self.errors: list[dict] = []

    def observe(self, segment) -> None:
        connection = self.connections.get(segment.stream)
        if connection is None:
            ends = frozenset((segment.source, segment.destination))
            earlier = self.earlier.setdefault(ends, Earlier())
            if ends in self.latest:
                earlier.add(self.latest[ends])
            connection = Connection(segment, self.rebase, earlier)
            self.connections[segment.stream] = self.latest[ends] = connection
        connection.observe(segment)

    def observe_icmp(self, error: IcmpError) -> None:
        connection = self.latest.get(frozenset((error.source, error.destination)))
        if connection is not None and connection.observe_icmp(error):
            fields = {"synfin.icmp": error.kind, "synfin.icmp.stream": connection.stream,
                      "synfin.icmp.from": error.sender}
            self.errors.append({"frame": error.frame, "layer": error.layer, "stream": None, "segment": fields,
                                "final": {}, "experts": ["icmp_error"], "final_experts": []})

    def answers(self) -> list[dict]:
        found = list(self.errors)
        for stream, connection in self.connections.items():
            for note, final in zip(connection.notes, finals(connection)):
                found.append({
                    "frame": note.segment.frame, "layer": note.segment.layer, "stream": stream,
                    "segment": note.fields, "final": final, "experts": sorted(note.experts),
                    "final_experts": late_experts(connection, note),
                })
        return sorted(found, key=lambda answer: (answer["frame"], answer["layer"]))


def judge(items: list, rebase: bool = True) -> list[dict]:
    """The answers for a capture's segments and ICMP errors, in capture order."""
    capture = Capture(rebase)
    for item in items:
        (capture.observe_icmp if isinstance(item, IcmpError) else capture.observe)(item)
    return capture.answers()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("captures", nargs="+", type=Path)
    parser.add_argument("--tshark", default="tshark", help="the program, with arguments if need be")
    parser.add_argument("--no-rebase", action="store_true", help="as with the preference synfin.rebase off")
    arguments = parser.parse_args()
    tshark = Tshark(arguments.tshark)
    for capture in arguments.captures:
        for answer in judge(read(str(capture), tshark), not arguments.no_rebase):
            if len(arguments.captures) > 1:
                answer = {"capture": capture.name, **answer}
            print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
