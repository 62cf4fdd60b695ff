#!/usr/bin/env python3
"""A second reading of SPEC.md: what synfin must say of each TCP segment of a capture, as JSON lines.

    oracle.py [--tshark COMMAND] [--no-rebase] CAPTURE...

One object a segment: `segment` holds the fields that depend on the past alone, `final` those of sections 5 and 6 on a
later pass, `experts` and `final_experts` the names of section 8. Times are nanoseconds. Absent fields are absent.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from connection import Connection
from final import finals, late_experts
from segments import Tshark, read


def judge(segments: list, rebase: bool = True) -> list[dict]:
    """The answers for a capture's segments, in capture order."""
    connections: dict[int, Connection] = {}
    used: set[frozenset] = set()
    for segment in segments:
        connection = connections.get(segment.stream)
        if connection is None:
            ends = frozenset((segment.source, segment.destination))
            connection = connections[segment.stream] = Connection(segment, rebase, reused=ends in used)
            used.add(ends)
        connection.observe(segment)
    answers = []
    for stream, connection in connections.items():
        for note, final in zip(connection.notes, finals(connection)):
            answers.append({
                "frame": note.segment.frame, "layer": note.segment.layer, "stream": stream,
                "segment": note.fields, "final": final, "experts": sorted(note.experts),
                "final_experts": late_experts(connection, note),
            })
    return sorted(answers, key=lambda answer: (answer["frame"], answer["layer"]))


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
