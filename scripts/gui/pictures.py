#!/usr/bin/python3
"""Takes the pictures of docs/images from the real Wireshark, and checks that each shows what it is there for.

    pictures.py FOLDER CAPTURE      run by scripts/screenshots.sh, inside its screen and private home
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

import driver
from driver import Atspi, Failure, Wireshark, keys, resize, wait

folder = pathlib.Path(sys.argv[1])
capture = sys.argv[2]
MAIN = (1150, 640)
start = time.monotonic()


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
            time.sleep(0.5)
        return same
    wait(f"{name} at rest", at_rest)
    run("pngquant", "--force", "--speed", "1", "--nofs", "--strip", "--output", target, colours, raw)
    raw.unlink()
    shades, deviation = run("identify", "-format", "%k %[fx:standard_deviation]", target).split()
    if int(shades) < 8 or float(deviation) < 0.02:
        raise Failure(f"{name} is blank: {shades} colours, deviation {deviation}")
    print(f"  {time.monotonic() - start:3.0f} s  {target.name}: {run('identify', '-format', '%wx%h', target)}, {target.stat().st_size // 1024 + 1} kB", flush=True)


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
    """The list alone: columns and colours."""
    table = tree(wireshark.main, "Packet list")
    lines = driver.rows(table, 11)
    if lines[0][5:10] != ["Step", "Seq", "Ack", "Client state", "Server state"]:
        raise Failure(f"the profile's columns are not there: {lines[0]}")
    steps = {line[5] for line in lines}
    for step in ("Open 1/3", "Open 1/3 again", "Open 2/3", "Open 3/3", "Close 1/4", "Close 2+3/4", "Close 4/4",
                 "RST: refused", "RST: abort", "RST: after-fin"):
        if step not in steps:
            raise Failure(f"the column Step never says {step}: {sorted(steps)}")
    wireshark.menu("View", "Packet Details")
    wireshark.menu("View", "Packet Bytes")
    resize(wireshark.main, MAIN[0], 520)
    select_row(wireshark, 2)
    shot("packet-list", wireshark.main)
    wireshark.filter("synfin.step")
    wait("the steps alone", lambda: 300 < table.get_child_count() < 1200)
    select_row(wireshark, 65)
    shot("trouble", wireshark.main)
    wireshark.filter("")


def details(wireshark):
    """A SYN-ACK with synfin's item open."""
    wireshark.menu("View", "Packet Details")
    select_row(wireshark, 2)
    wireshark.menu("View", "Packet List")
    resize(wireshark.main, *MAIN)
    item = wait("the item TCP Lifecycle", lambda: next(
        (one for one in driver.children(tree(wireshark.main, "Packet details"))
         if one.get_name().startswith("[TCP Lifecycle: Open 2/3")), None))
    driver.click(item)
    keys("shift+Right")
    expect("details", tree(wireshark.main, "Packet details"), "Client state: ESTABLISHED", "Acknowledgment number: X+1")
    shot("details", wireshark.main)
    wireshark.menu("View", "Packet List")


def expert(wireshark):
    wireshark.menu("Analyze", "Expert Information")
    window = wireshark.window("Expert Information")
    resize(window, 1000, 500)
    expect("expert information", tree(window), "Connection refused", "No answer to the SYN")
    shot("expert", window)
    keys("Escape")


def choose(combo, words):
    driver.click(combo)
    keys("Home")
    driver.xdotool("type", "--delay", 30, words)
    keys("Return")
    wait(f"the choice {words}", lambda: combo.get_name() == words)


def ladder(wireshark):
    wireshark.filter("tcp.stream == 0")
    wait("one connection", lambda: tree(wireshark.main, "Packet list").get_child_count() == 12 * 11)
    wireshark.menu("Statistics", "Flow Graph")
    window = wireshark.window("Flow")
    resize(window, 900, 440)
    driver.click(driver.find(window, "check box", "Limit to display filter"))
    choose(wait("flow types", lambda: driver.find(window, "combo box", "All Flows")), "TCP Lifecycle")
    wait("the arrows of one connection", lambda: driver.find(window, "label", "2 node(s), 7 item(s)"))
    shot("ladder", window)
    keys("Escape")
    wireshark.filter("")


def statistics(wireshark):
    wireshark.menu("Statistics", "TCP Lifecycle")
    window = wireshark.window("TCP Lifecycle")
    resize(window, 700, 560)
    expect("statistics", tree(window), "refused", "four-segment")
    # Wireshark begins with the names, backwards; a user clicks on the counts.
    header = wait("the heading Count", lambda: next(
        (one for one in driver.children(tree(window)) if one.get_name() == "Count"), None))
    driver.click(header)
    driver.click(header)
    shot("statistics", window)
    keys("Escape")
    wireshark.menu("Statistics", "TCP Lifecycle: Connections")
    window = wireshark.window("TCP Lifecycle: Connections")
    resize(window, 1150, 560)
    shot("connections", window)
    keys("Escape")


def conversation_filter(wireshark):
    bar = driver.find(wireshark.main, "menu bar")
    driver.click(wireshark.menu_item(bar, ["Analyze"]))
    submenu = wait("the open menu", lambda: next(
        (one for one in driver.descendants(bar, 4) if one.get_name() == "Conversation Filter"
         and one.get_state_set().contains(Atspi.StateType.SHOWING)), None))
    driver.click(submenu)
    wait("synfin's filters", lambda: next(
        (one for one in driver.descendants(submenu, 4) if one.get_name() == "TCP Lifecycle: this connection's handshake"
         and one.get_state_set().contains(Atspi.StateType.SHOWING)), None))
    shot("conversation-filter", crop="1000x640+4+28")
    keys("Escape", "Escape", "Escape")


def preferences(wireshark):
    wireshark.menu("Edit", "Preferences…")
    window = wireshark.window("Preferences")
    resize(window, 900, 420)
    keys("Home")
    driver.xdotool("type", "--delay", 30, "Protocols")
    keys("Right")
    time.sleep(1)  # else Qt takes what is typed now as the rest of what was typed before
    driver.xdotool("type", "--delay", 30, "synfin")
    wait("synfin's preferences", lambda: driver.find(window, "check box", "Add the step to the Info column"))
    shot("preferences", window)
    keys("Escape")


def talk(port):
    """Real connections on loopback: one after the other a client says a word, and closes; then one is refused."""
    with socket.create_server(("127.0.0.1", port)) as server:
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port)) as client:
                with server.accept()[0] as answering:
                    client.sendall(b"hello\n")
                    answering.recv(100)
                    client.shutdown(socket.SHUT_WR)
                    answering.recv(100)
            time.sleep(0.3)
    try:
        socket.create_connection(("127.0.0.1", port))
    except ConnectionRefusedError:
        pass


def live():
    """A capture on loopback while connections open and close. Needs the right to capture."""
    port = 8643
    arguments = ["-C", "synfin", "-i", "lo", "-k", "-f", f"tcp port {port}"]
    with Wireshark(arguments, "Capturing from") as wireshark:
        resize(wireshark.main, MAIN[0], 520)
        take(lambda: live_list(wireshark, port))


def live_list(wireshark, port):
    wireshark.menu("View", "Packet Details")
    wireshark.menu("View", "Packet Bytes")
    talk(port)
    table = tree(wireshark.main, "Packet list")
    wait("the segments of four connections", lambda: {"Open 3/3", "Close 4/4", "RST: refused"} <= {
        line[5] for line in driver.rows(table, 11) if len(line) == 11})
    shot("live", wireshark.main)


def import_profile():
    """The profile's zip, through Wireshark's own dialog, into a home that has none: its files arrive as they are."""
    home = pathlib.Path(os.environ["HOME"])
    other = home / "other"
    shutil.copytree(home / ".config/wireshark", other / ".config/wireshark", ignore=shutil.ignore_patterns("profiles"))
    archive = home / "synfin-profile.zip"
    run("scripts/profile.sh", "--zip", archive)
    with Wireshark(["-r", capture], pathlib.Path(capture).name, HOME=str(other), XDG_CONFIG_HOME=str(other / ".config")) as wireshark:
        take(choose_archive, wireshark, archive)
    arrived = other / ".config/wireshark/profiles"
    if [one.name for one in arrived.iterdir()] != ["synfin"]:
        raise Failure(f"the zip brought {list(arrived.iterdir())}")
    # A series imports the kinds of files it knows: of the two with macros, its own.
    files = {one.name for one in (arrived / "synfin").iterdir()}
    wanted = {one.name for one in pathlib.Path("profiles/synfin").iterdir()}
    if wanted - files not in (set(), {"dmacros"}, {"dfilter_macros"}):
        raise Failure(f"the zip's import left out {wanted - files}")
    for name in files:
        if (arrived / "synfin" / name).read_bytes() != pathlib.Path("profiles/synfin", name).read_bytes():
            raise Failure(f"{name} of the profile arrived changed")
    print(f"  {time.monotonic() - start:3.0f} s  the profile's zip was imported: {' '.join(sorted(files))}", flush=True)


def choose_archive(wireshark, archive):
    wireshark.menu("Edit", "Configuration Profiles…")
    window = wireshark.window("Configuration Profiles")
    driver.click(wait("Import", lambda: driver.find(window, "push button", "Import")))
    keys("Down", "Return")
    wireshark.window("Select zip file for import")
    driver.xdotool("type", "--delay", 10, str(archive))
    keys("Return")
    wireshark.window("Importing profiles")
    keys("Return")
    expect("the list of profiles", tree(window), "synfin")
    keys("Escape")


def can_capture():
    """Whether Wireshark may listen on loopback here: it lists the interface then."""
    listed = subprocess.run(["dumpcap", "-D"], capture_output=True, text=True, check=False)
    return " lo" in listed.stdout


def take(picture, *arguments):
    """Takes a picture; when it fails, shows the screen at that moment."""
    try:
        picture(*arguments)
    except Exception as failure:
        run("import", "-window", "root", folder / "failed.png")
        raise SystemExit(f"{picture.__name__}: {failure}; the screen then: {folder / 'failed.png'}") from failure


def main():
    (folder / "failed.png").unlink(missing_ok=True)
    with Wireshark(["-C", "synfin", "-r", capture], pathlib.Path(capture).name) as wireshark:
        resize(wireshark.main, *MAIN)
        for picture in (packet_list, details, expert, ladder, statistics, conversation_filter, preferences):
            take(picture, wireshark)
    import_profile()
    if can_capture():
        live()
    else:
        print("  no picture of a live capture: this user may not capture on lo (dumpcap -D)")


if __name__ == "__main__":
    main()
