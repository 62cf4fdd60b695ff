"""Drives the real Wireshark on a screen of its own, by what it tells assistive technology: windows, menus and rows are
found by their words, so that no position, key or waiting time is guessed."""

import os
import pathlib
import re
import subprocess
import threading
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402  (the version is chosen first)

PATIENCE_S = 120
WINDOWS = {"frame", "dialog", "alert", "window"}


class Failure(Exception):
    """What did not appear, in one line."""


def wait(what, condition, patience_s=PATIENCE_S):
    """The first true answer of `condition`; fails when none comes in time."""
    end = time.monotonic() + patience_s
    while True:
        try:
            answer = condition()
        except GLib.Error:  # it went away while it was looked at
            answer = None
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failure(f"not seen within {patience_s} s: {what}")
        time.sleep(0.1)


def children(node):
    for index in range(node.get_child_count()):
        child = node.get_child_at_index(index)
        if child is not None:
            yield child


def descendants(node, depth=12):
    """What is below a node, nearest first. Tables with very many cells are read by `rows`, not here."""
    for child in children(node):
        yield child
        if depth > 1 and child.get_role_name() not in ("table", "tree", "tree table"):
            yield from descendants(child, depth - 1)


def find(node, role, name=None):
    for one in descendants(node):
        if role == "label":
            one.clear_cache()  # its words change
        if one.get_role_name() == role and (name is None or one.get_name().strip() == name):
            return one
    return None


def is_called(node, words):
    """Whether these are its words; a translated menu has the key behind them, in brackets: 统计(S)."""
    return re.sub(r"\(\w\)", "", node.get_name()) == words


def place(node):
    """Middle of a node on the screen."""
    box = node.get_extents(Atspi.CoordType.SCREEN)
    return box.x + box.width // 2, box.y + box.height // 2


def press(node):
    """What a click does. A dialog that opens modally answers when it is closed: nobody waits for that."""
    def action():
        try:
            node.do_action(0)
        except GLib.Error:
            pass
    threading.Thread(target=action, daemon=True).start()


def xdotool(*arguments):
    subprocess.run(["xdotool", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, timeout=PATIENCE_S)


def keys(*names):
    xdotool("key", "--delay", 60, *names)


def click(node, button=1, count=1):
    x, y = place(node)
    xdotool("mousemove", x, y, "click", "--repeat", count, "--delay", 80, button)


class Wireshark:
    """One running Wireshark."""

    def __init__(self, arguments, title, **more):
        # No QT_SCALE_FACTOR and the like: pictures are the same everywhere.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("QT_SCALE")}
        environment.update(more, QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1")
        log = pathlib.Path(os.environ["HOME"], "wireshark.log")
        with open(log, "ab") as output:
            self.process = subprocess.Popen(["wireshark", *arguments], env=environment, stdout=output, stderr=output)
        self.main = self.window(title)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def windows(self):
        if self.process.poll() is not None:
            raise Failure(f"Wireshark ended with status {self.process.returncode}; see {os.environ['HOME']}/wireshark.log")
        for application in children(Atspi.get_desktop(0)):
            if application.get_process_id() == self.process.pid:
                application.clear_cache()  # else a new window, whose coming was missed, stays unseen
                yield from (one for one in children(application) if one.get_role_name() in WINDOWS)

    def window(self, title):
        """The window whose title holds these words, once it is on the screen."""
        def seen():
            for one in self.windows():
                showing = one.get_state_set().contains(Atspi.StateType.SHOWING)
                if title in (one.get_name() or "") and showing and window_id(one.get_name()):
                    return one
            return None
        return wait(f"a window named {title!r} (there are: {self.titles()})", seen)

    def titles(self):
        try:
            return [one.get_name() for one in self.windows()]
        except GLib.Error:
            return []

    def menu(self, *path):
        """Chooses a menu item by its words, one for each level."""
        bar = wait("the menu bar", lambda: find(self.main, "menu bar"))
        press(self.menu_item(bar, path))

    def menu_item(self, bar, path):
        node = bar
        for words in path:
            node = wait(f"the menu item {words!r} of {path}", lambda node=node, words=words: next(
                (one for one in descendants(node, 3) if is_called(one, words) and "item" in one.get_role_name()), None))
        return node

    def filter(self, text):
        """Applies a display filter: typed into its line, as a user does."""
        keys("ctrl+slash", "ctrl+a", "BackSpace")
        if text:
            xdotool("type", "--delay", 5, text)
        keys("Return")


def window_id(title):
    """X11's number of the window with this title."""
    found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", f"^{escape(title)}$"], capture_output=True,
                           text=True, check=False).stdout.split()
    return found[-1] if found else None


def escape(text):
    """As a pattern. xdotool does not see Chinese letters as such: any bytes stand for them."""
    text = "".join("\\" + one if one in r"\.^$*+?()[]{}|" else one for one in text)
    return re.sub(r"[^\x00-\x7f]+", ".*", text)


def resize(window, width, height, x=4, y=28):
    number = window_id(window.get_name())
    xdotool("windowactivate", "--sync", number)
    xdotool("windowsize", number, width, height)  # --sync would wait for ever where it has that size already
    xdotool("windowmove", number, x, y)
    wait("the new size", lambda: window.get_extents(Atspi.CoordType.SCREEN).width == width)


def cells_of(table, read, limit):
    """What `read` says of the first cells of a table. While Qt fills it anew, as after a filter, it counts cells that it does
    not give, or takes them away: then all of them are read again."""
    def seen():
        cells = [table.get_child_at_index(index) for index in range(min(table.get_child_count(), limit))]
        return None if None in cells else [read(cell) for cell in cells]
    return wait(f"all cells of the table {table.get_name()!r}", seen)


def rows(table, columns, limit=200):
    """The words of a table or tree, a list a row, header first; a hidden column has its cells too."""
    cells = cells_of(table, lambda cell: cell.get_name().strip(), (limit + 1) * columns)
    return [cells[start:start + columns] for start in range(0, len(cells), columns)]


def columns_of(table, columns):
    """Where each column is: its left edge and its width, by the header; a hidden one has no width."""
    boxes = cells_of(table, lambda cell: cell.get_extents(Atspi.CoordType.SCREEN), columns)
    return [(box.x, box.width) for box in boxes]


def words(node):
    """All words below a node, tables and trees included."""
    found = [node.get_name() or ""]
    for child in children(node):
        found.extend(words(child))
    return found
