"""Writes a copy of synfin.dll with Linux's row of host facts in place of Windows', for one series.

    linux_facts.py DLL SERIES COPY

With it the plugin looks for `visited` of a frame where Linux has it: the test that runs it must fail. It fails here when the
row is not in the file exactly once.
"""

import re
import struct
import sys
from pathlib import Path

HEADER = Path(__file__).parents[2] / "plugin-c" / "host_layout.h"


def rows(text, name):
    """The values of one macro of the table, in its order."""
    body = re.search(rf"^#define {name}\(ROW\)(.*?)(?:\n\n|\Z)", text, re.M | re.S)
    return [int(value) for value in re.findall(r"ROW\(\w+, (\d+)\)", body.group(1))]


def row(text, series, system):
    """struct host_layout, as the compiler lays it out: two ints, then 16 bits each."""
    major, minor = (int(part) for part in series.split("."))
    values = rows(text, f"HOST_LAYOUT_{major}_{minor}") + rows(text, f"HOST_LAYOUT_{major}_{minor}_{system}")
    return struct.pack(f"<2i{len(values)}H", major, minor, *values)


def main():
    dll, series, copy = sys.argv[1:]
    text = HEADER.read_text()
    windows, linux = row(text, series, "WINDOWS"), row(text, series, "UNIX")
    data = Path(dll).read_bytes()
    if windows == linux or data.count(windows) != 1:
        sys.exit(f"linux_facts: the row of {series} for Windows is {data.count(windows)} times in {dll}")
    Path(copy).write_bytes(data.replace(windows, linux))


main()
