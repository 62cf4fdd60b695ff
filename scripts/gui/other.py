"""Further pictures, in English alone: windows of Wireshark in which synfin has a line, a live capture, the profiles' import."""

import os
import pathlib
import shutil
import socket
import subprocess
import time

import driver
from camera import COLUMNS, MAIN, Desk, demand, expect, run, tree
from driver import Atspi, Wireshark, keys, resize, wait
from words import ENGLISH


def choose(combo, words):
    driver.click(combo)
    keys("Home")
    driver.xdotool("type", "--delay", 30, words)
    keys("Return")
    wait(f"the choice {words}", lambda: combo.get_name() == words)


def ladder(desk):
    desk.wireshark.filter("tcp.stream == 0")
    desk.shown_packets(11)
    desk.wireshark.menu("Statistics", "Flow Graph")
    window = desk.wireshark.window("Flow")
    resize(window, 1100, 440)
    # From 4.4 on it is ticked where a filter stands.
    limit = driver.find(window, "check box", "Limit to display filter")
    if not limit.get_state_set().contains(Atspi.StateType.CHECKED):
        driver.click(limit)
    choose(wait("flow types", lambda: driver.find(window, "combo box", "All Flows")), "TCP Lifecycle")
    wait("the arrows of one connection", lambda: driver.find(window, "label", "2 node(s), 7 item(s)"))
    desk.shot("ladder", window)
    keys("Escape")
    desk.wireshark.filter("")
    desk.shown_packets(9086)


def conversation_filter(desk):
    bar = driver.find(desk.main, "menu bar")
    driver.click(desk.wireshark.menu_item(bar, ["Analyze"]))
    submenu = wait("the open menu", lambda: next(
        (one for one in driver.descendants(bar, 4) if one.get_name() == "Conversation Filter"
         and one.get_state_set().contains(Atspi.StateType.SHOWING)), None))
    driver.click(submenu)
    wait("synfin's filters", lambda: next(
        (one for one in driver.descendants(submenu, 4) if one.get_name() == "TCP Lifecycle: This connection's handshake"
         and one.get_state_set().contains(Atspi.StateType.SHOWING)), None))
    desk.shot("conversation-filter", crop="1000x640+4+28")
    keys("Escape", "Escape", "Escape")


def preferences(desk):
    desk.wireshark.menu("Edit", "Preferences…")
    window = desk.wireshark.window("Preferences")
    resize(window, 900, 420)
    keys("Home")
    driver.xdotool("type", "--delay", 30, "Protocols")
    keys("Right")
    time.sleep(1)  # else Qt takes what is typed now as the rest of what was typed before
    driver.xdotool("type", "--delay", 30, "synfin")
    wait("synfin's preferences", lambda: driver.find(window, "check box", "Show the step in the Info column"))
    desk.shot("preferences", window)
    keys("Escape")


PICTURES = (ladder, conversation_filter, preferences)


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


def live(camera):
    """A capture on loopback while connections open and close. Needs the right to capture."""
    if " lo" not in subprocess.run(["dumpcap", "-D"], capture_output=True, text=True, check=False).stdout:
        camera.say("no picture of a live capture: this user may not capture on lo (dumpcap -D)")
        return
    port = 8643
    arguments = ["-C", "synfin", "-i", "lo", "-k", "-f", f"tcp port {port}"]
    with Wireshark(arguments, "Capturing from") as wireshark:
        desk = Desk(wireshark, ENGLISH, camera)
        desk.only_list(True)
        camera.take(live_list, desk, port)


def live_list(desk, port):
    talk(port)
    wait("the segments of four connections", lambda: {"Open 3/3", "Close 4/4", "RST: refused"} <= {
        line[5] for line in driver.rows(desk.packets(), COLUMNS) if len(line) == COLUMNS})
    times = [line[1] for line in driver.rows(desk.packets(), COLUMNS)[1:]]
    demand(all(len(one.partition(".")[2]) == 6 for one in times), f"the column of times is cut off: {times[:3]}")
    desk.shot("live", desk.main)


def import_profile(camera, capture):
    """The profiles' zip, through Wireshark's own dialog, into a home that has none: its files arrive as they are."""
    home = pathlib.Path(os.environ["HOME"])
    other = home / "other"
    shutil.copytree(home / ".config/wireshark", other / ".config/wireshark", ignore=shutil.ignore_patterns("profiles"))
    archive = home / "synfin-profile.zip"
    run("scripts/profile.sh", "--zip", archive)
    homes = {"HOME": str(other), "XDG_CONFIG_HOME": str(other / ".config")}
    with Wireshark(["-r", capture], pathlib.Path(capture).name, **homes) as wireshark:
        choose_archive(wireshark, archive)
    arrived = other / ".config/wireshark/profiles"
    profiles = sorted(one.name for one in arrived.iterdir())
    demand(profiles == ["synfin", "synfin-zh"], f"the zip brought {profiles}")
    for profile in profiles:
        # A series imports the kinds of files it knows: of the two with macros, its own.
        files = {one.name for one in (arrived / profile).iterdir()}
        wanted = {one.name for one in pathlib.Path("profiles", profile).iterdir()}
        demand(wanted - files in (set(), {"dmacros"}, {"dfilter_macros"}), f"the zip's import left out {wanted - files}")
        for name in files:
            demand((arrived / profile / name).read_bytes() == pathlib.Path("profiles", profile, name).read_bytes(),
                   f"{profile}: {name} arrived changed")
    camera.say(f"the profiles' zip was imported: {' '.join(profiles)}")


def choose_archive(wireshark, archive):
    wireshark.menu("Edit", "Configuration Profiles…")
    window = wireshark.window("Configuration Profiles")
    # In 4.6 it is a button with a menu.
    driver.click(wait("Import", lambda: next((one for one in driver.descendants(window) if one.get_name().strip() == "Import"
                                              and "button" in one.get_role_name()), None)))
    keys("Down", "Return")
    wireshark.window("Select zip file for import")
    driver.xdotool("type", "--delay", 10, str(archive))
    keys("Return")
    wireshark.window("Importing profiles")
    keys("Return")
    expect("the list of profiles", tree(window), "synfin", "synfin-zh")
    keys("Escape")
