#!/usr/bin/python3
"""Takes the pictures of docs/images from the real Wireshark, and checks that each shows what it is there for, in English and
in Chinese.

    pictures.py FOLDER CAPTURE      run by scripts/screenshots.sh, inside its screen and private home

CAPTURE is the incident of examples/demo: 1,000 connections, of which three servers fail some.
"""
import pathlib
import sys
import time

import driver
import other
from camera import COLUMNS, MAIN, Camera, Desk, demand, expect, tree
from driver import Atspi, Wireshark, keys, resize, wait
from words import CHINESE, ENGLISH

# What Wireshark draws at the right of the packet list: the small map and the scroll bar, at the least.
BESIDE_LIST = 42
# How wide a scroll bar is.
SCROLL_BAR = 14
# What the other columns leave to Info, at the least.
INFO = 290
# Among the first packets of the capture each of these stands in the column of steps.
STEPS = {"Open 1/3", "Open 1/3 again", "Open 2/3", "Open 3/3", "Close 1/4", "Close 2+3/4", "Close 4/4", "RST: abort"}


def packet_list(desk):
    """The list alone: columns, colours, buttons."""
    # The window is there before the whole file is read.
    table = desk.shown_packets(9086)
    # While the file is read, Wireshark 4.4 and later give cells that are still empty.
    wait(f"the profile's columns, {desk.say.columns}", lambda: driver.rows(table, COLUMNS, 1)[0] == desk.say.columns)
    wait(f"the column {desk.say.columns[5]} with each of {STEPS}",
         lambda: STEPS <= {line[5] for line in driver.rows(table, COLUMNS)})
    states = driver.rows(table, COLUMNS)[2][6]
    demand(states == "ESTABLISHED,SYN-RECEIVED", f"the states of frame 2 are {states}")
    right = MAIN[0] + 4
    for name in desk.say.buttons:
        button = wait(f"the button {name}", lambda name=name: driver.find(desk.main, "push button", name))
        box = button.get_extents(Atspi.CoordType.SCREEN)
        demand(box.x + box.width <= right, f"the button {name} is cut off at {right}: it ends at {box.x + box.width}")
    desk.only_list(True)
    desk.select_line(2)
    desk.shot("packet-list", desk.main)
    desk.only_list(False)


def widths(desk):
    """All columns are in sight, and each has room for what stands in it; Info takes the rest."""
    table = desk.shown_packets(9086)
    box = table.get_extents(Atspi.CoordType.SCREEN)
    given = driver.columns_of(table, COLUMNS)
    edge, visible = sum(given[-1]), box.x + box.width - BESIDE_LIST
    demand(edge <= visible, f"the columns end at {edge}, the list at {visible}")
    demand(given[9][1] == 0, "the column with the time of the handshake is hidden")
    demand(given[-1][1] >= INFO, f"Info has {given[-1][1]} pixels")
    lines = driver.rows(table, COLUMNS)
    # How wide a letter is in the list's fixed font, says the width that Wireshark itself gives the column of states. In the
    # headings a letter is no wider, and a Chinese character no wider than two.
    desk.wireshark.menu(desk.say.view, desk.say.resize)
    wait("other widths", lambda: driver.columns_of(table, COLUMNS) != given)
    letter = driver.columns_of(table, COLUMNS)[6][1] / (max(len(line[6]) for line in lines[1:]) + 1)
    for column, (_, width) in list(enumerate(given))[:9]:
        cells = [line[column] for line in lines[1:]] + ["123456" if column in (0, 4) else "203.0.113.200" * (column in (2, 3))]
        heading = "".join("mm" if ord(one) > 127 else one for one in desk.say.columns[column])
        needed = letter * (max(len(cell) for cell in cells) + 1), letter * len(heading)
        demand(max(needed) <= width, f"{desk.say.columns[column]} has {width} pixels and needs {max(needed):.0f}")


def details(desk):
    """A SYN-ACK with synfin's item open: what people look for on top, in order, then two closed subtrees."""
    desk.select_line(2)
    desk.wireshark.menu(desk.say.view, desk.say.packet_list)
    desk.wireshark.menu(desk.say.view, desk.say.packet_bytes)
    resize(desk.main, MAIN[0], 560)
    item = wait("the item TCP Lifecycle", lambda: next(
        (one for one in driver.children(tree(desk.main, desk.say.details_tree))
         if one.get_name().startswith("[TCP Lifecycle: Open 2/3")), None))
    driver.click(item)
    keys("Right")
    expect("details", tree(desk.main, desk.say.details_tree), *desk.say.details)
    lines = [one.get_name().strip("[]") for one in driver.children(tree(desk.main, desk.say.details_tree))]
    below = lines[next(index for index, line in enumerate(lines) if line.startswith("TCP Lifecycle")) + 1:]
    demand(len(below) == len(desk.say.details) and all(line.startswith(start) for line, start in zip(below, desk.say.details)),
           f"the details are not in order: {below}")
    keys("shift+Right")
    expect("details", tree(desk.main, desk.say.details_tree), "10.0.1.80:80")
    desk.shot("details", desk.main)
    desk.wireshark.menu(desk.say.view, desk.say.packet_list)
    desk.wireshark.menu(desk.say.view, desk.say.packet_bytes)
    resize(desk.main, *MAIN)


def in_sight(window, count):
    """All columns of a table are: the last one ends before its right edge, or before the scroll bar of a long table."""
    table = tree(window)
    box = table.get_extents(Atspi.CoordType.SCREEN)
    is_long = table.get_child_count() > 20 * count
    edge, visible = sum(driver.columns_of(table, count)[-1]), box.x + box.width - (SCROLL_BAR if is_long else 0)
    demand(edge <= visible, f"{count} columns need {edge - box.x} pixels, the table shows {visible - box.x}")


def three_clicks(desk):
    """Which server fails, how, and the frame that shows it: two clicks for the servers, the third for their frames."""
    desk.wireshark.menu(desk.say.statistics, desk.say.servers)
    window = desk.wireshark.window(desk.say.servers)
    resize(window, MAIN[0] - 40, 300)
    count = len(desk.say.server_columns)
    lines = driver.rows(tree(window), count)
    demand(lines[0] == desk.say.server_columns, f"the columns of the servers: {lines[0]}")
    by_server = {line[0]: line[1:9] for line in lines[1:]}
    for server, cells in (("10.0.1.54:5432", "150 75 75 0 0 0 0 0"), ("203.0.113.40:8443", "50 0 0 0 50 0 0 0"),
                          ("10.0.1.90:8080", "150 150 0 0 0 0 0 50"), ("10.0.1.80:80", "600 600 0 0 0 0 0 0")):
        demand(by_server.get(server) == cells.split(), f"the servers do not say {server}: {cells}: {by_server}")
    in_sight(window, count)
    # A click on a heading sorts by number: least first, then most first.
    for line in (-1, 1):
        time.sleep(1)  # else Qt takes two clicks for a double one
        driver.click(tree(window).get_child_at_index(3))
        wait("the servers sorted", lambda line=line: driver.rows(tree(window), count)[line][0] == "10.0.1.54:5432")
    desk.shot("servers", window)
    keys("Escape")
    driver.press(driver.find(desk.main, "push button", desk.say.refused))
    lines = driver.rows(desk.shown_packets(150), COLUMNS)
    demand({line[5] for line in lines[1:]} == {"Open 1/3", "RST: refused"}, "the button finds the SYNs and their resets")
    demand({line[2] for line in lines[1:] if line[5].startswith("RST")} == {"10.0.1.54"}, "all resets are the database's")
    desk.only_list(True)
    desk.select_line(2)
    desk.shot("refused", desk.main)
    desk.only_list(False)
    desk.wireshark.filter("")
    desk.shown_packets(9086)


def statistics(desk):
    desk.wireshark.menu(desk.say.statistics, desk.say.outcomes)
    window = desk.wireshark.window(desk.say.outcomes)
    resize(window, 800, 640)
    expect("statistics", tree(window), *desk.say.headings, "refused", "four-segment")
    there = driver.words(tree(window))
    at = there.index(desk.say.headings[0])
    demand(all(at < there.index(one) for one in desk.say.headings[1:]), "the outcomes are not on top")
    demand("unreachable" not in there and "half-open" not in there, "a row that counts nothing")
    desk.shot("statistics", window)
    keys("Escape")


def connections(desk):
    desk.wireshark.menu(desk.say.statistics, desk.say.connections)
    window = desk.wireshark.window(desk.say.connections)
    resize(window, MAIN[0], 520)
    count = len(desk.say.connection_columns)
    lines = driver.rows(tree(window), count, limit=20)
    demand(lines[0] == desk.say.connection_columns, f"the columns of the connections: {lines[0]}")
    demand(lines[11][4:9] == ["complete", "4.000", "reset", "server", "server: aborts"], f"stream 10: {lines[11]}")
    in_sight(window, count)
    desk.shot("connections", window)
    keys("Escape")


def expert(desk):
    desk.wireshark.menu(desk.say.analyze, desk.say.expert)
    window = desk.wireshark.window(desk.say.expert)
    resize(window, 1000, 500)
    expect("expert information", tree(window), *desk.say.expert_lines)
    desk.shot("expert", window)
    keys("Escape")


def session(camera, capture, say, *more):
    with Wireshark(["-C", say.profile, "-r", capture], pathlib.Path(capture).name, **say.environment) as wireshark:
        desk = Desk(wireshark, say, camera)
        resize(desk.main, *MAIN)
        desk.shown_packets(9086)
        for picture in (packet_list, details, three_clicks, statistics, connections, expert, *more, widths):
            camera.take(picture, desk)


def main():
    camera, capture = Camera(pathlib.Path(sys.argv[1])), sys.argv[2]
    session(camera, capture, ENGLISH, *other.PICTURES)
    session(camera, capture, CHINESE)
    camera.take(other.import_profile, camera, capture)
    other.live(camera)


if __name__ == "__main__":
    main()
