#!/usr/bin/env python3
"""Compares the oracle's conn_state and history with Zeek's own verdicts.

    zeek_check.py [--tshark COMMAND] FOLDER      a folder with zeek_conn.tsv and the captures it names

Only rows that stand for exactly one stream. Letters that SPEC.md leaves out (C G T W X) are not compared, and `?` in
Zeek's column is no verdict. Exit status 1 when anything differs.
"""

from __future__ import annotations

import argparse
import csv
import re
import sys
from ipaddress import ip_address
from pathlib import Path

from capture import Tshark, read
from oracle import judge


def end(host: str, port: str) -> tuple:
    return ip_address(host), int(port)


def split_end(text: str) -> tuple:
    host, _, port = text.rpartition(":")
    return end(host.strip("[]"), port)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tshark", default="tshark")
    arguments = parser.parse_args()
    with open(arguments.folder / "zeek_conn.tsv", newline="") as table:
        rows = [row for row in csv.DictReader(table, delimiter="\t")
                if row["tuple_rows"] == row["tuple_streams"] == "1"]
    tshark = Tshark(arguments.tshark)
    captures, counts = {}, {"conn_state": [0, 0], "history": [0, 0]}
    for row in rows:
        name = row["name"]
        if name not in captures:
            answers = judge(read(str(arguments.folder / name), tshark))
            captures[name] = [answer["final"] for answer in answers if "synfin.conn.last" in answer["final"]]
        wanted = {end(row["id.orig_h"], row["id.orig_p"]), end(row["id.resp_h"], row["id.resp_p"])}
        found = [final for final in captures[name]
                 if {split_end(final["synfin.conn.client"]), split_end(final["synfin.conn.server"])} == wanted]
        if len(found) != 1:
            print(f"{name}: {len(found)} streams for {row['id.orig_h']}:{row['id.orig_p']}")
            continue
        for column, key in (("conn_state", "synfin.conn.state"), ("history", "synfin.conn.history")):
            zeek, ours = row[column], found[0][key]
            if zeek == "?":
                continue
            if column == "history":
                zeek = re.sub("[CGTWXcgtwx]", "", zeek)
            counts[column][zeek == ours] += 1
            if zeek != ours:
                print(f"{name}: {row['id.orig_h']}:{row['id.orig_p']} {column}: Zeek {zeek}, oracle {ours}")
    for column, (different, same) in counts.items():
        print(f"{column}: {same} of {same + different} agree")
    return int(any(different for different, _ in counts.values()))


if __name__ == "__main__":
    sys.exit(main())
