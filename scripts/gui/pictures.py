#!/usr/bin/python3
"""Takes the pictures of docs/images from the real Wireshark, and checks that each shows what it is there for.

    pictures.py FOLDER CAPTURE      run by scripts/screenshots.sh, inside its screen and private home
"""
import pathlib
import subprocess
import sys
import time

from gi.repository import Atspi

import driver
from driver import Failure, Wireshark, keys, resize, wait

folder = pathlib.Path(sys.argv[1])
capture = sys.argv[2]
MAIN = (1150, 640)


def run(*arguments):
    return subprocess.run([str(one) for one in arguments], check=True, capture_output=True, text=True).stdout


def shot(name, window=None, crop=None, colours=64):
    """Takes a picture of a window, or of a part of the screen (crop: WIDTHxHEIGHT+X+Y); fails when it is blank."""
    raw = folder / (name + ".raw.png")
    target = folder / (name + ".png")
    source = driver.window_id(window.get_name()) if window is not None else "root"
    # A picture counts when two in a row are the same: nothing is on its way to the screen any more.
    before = None

    def at_rest():
        nonlocal before
        run("import", "-window", source, *(["-crop", crop] if crop else []), "+repage", raw)
        now = run("identify", "-format", "%#", raw)
        same, before = now == before, now
        if not same:
            time.sleep(0.25)
        return same
    wait(f"{name} at rest", at_rest)
    run("pngquant", "--force", "--speed", "1", "--nofs", "--strip", "--output", target, colours, raw)
    raw.unlink()
    shades, deviation = run("identify", "-format", "%k %[fx:standard_deviation]", target).split()
    if int(shades) < 8 or float(deviation) < 0.02:
        raise Failure(f"{name} is blank: {shades} colours, deviation {deviation}")
    print(f"  {target.name}: {run('identify', '-format', '%wx%h', target)}, {target.stat().st_size // 1024 + 1} kB", flush=True)


def tree(window, name=None):
    """The table or tree of a window."""
    return wait(f"the table of {window.get_name()}", lambda: next(
        (one for one in driver.descendants(window) if one.get_role_name() in ("tree", "table", "tree table")
         and (one.get_name() == name if name else one.get_child_count() > 0)), None))


def expect(where, node, *wanted):
    """Each of these is a word of the node."""
    def seen():
        there = driver.words(node)
        missing = [word for word in wanted if not any(word in one for one in there)]
        return not missing
    wait(f"{where}: {', '.join(wanted)}", seen)


def select_row(wireshark, number):
    """Goes to a frame, as Go > Go to Packet does."""
    keys("ctrl+g")
    field = wait("the field for a packet's number", lambda: next(
        (one for one in driver.descendants(wireshark.main) if one.get_role_name() == "frame"
         and any(child.get_name() == "Packet:" and child.get_extents(Atspi.CoordType.SCREEN).width > 0
                 for child in driver.children(one))), None))
    driver.click(driver.find(field, "text"))
    driver.xdotool("type", str(number))
    keys("Return")


def packet_list(wireshark):
    table = tree(wireshark.main, "Packet list")
    lines = driver.rows(table, 11)
    assert lines[0][5:10] == ["Step", "Seq", "Ack", "Client state", "Server state"], lines[0]
    steps = {line[5] for line in lines}
    for step in ("Open 1/3", "Open 2/3", "Open 3/3", "Close 1/4", "Close 2+3/4", "Close 4/4", "RST: refused", "RST: abort"):
        if step not in steps:
            raise Failure(f"the column Step never says {step}: {sorted(steps)}")
    shot("packet-list", wireshark.main)


def main():
    with Wireshark(["-C", "synfin", "-r", capture], pathlib.Path(capture).name) as wireshark:
        resize(wireshark.main, *MAIN)
        packet_list(wireshark)


if __name__ == "__main__":
    try:
        main()
    except (Failure, AssertionError, subprocess.CalledProcessError) as failure:
        raise SystemExit(f"pictures.py: {failure}") from failure
