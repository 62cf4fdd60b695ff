"""Takes pictures of windows, once nothing in them moves any more; and what is done with a Wireshark to get there."""

import subprocess
import time

import driver
from driver import Atspi, Failure, resize, wait

# The size of Wireshark's window in the pictures.
MAIN = (1280, 720)
# Of the packet list; a hidden one counts.
COLUMNS = 11


def run(*arguments):
    return subprocess.run([str(one) for one in arguments], check=True, capture_output=True, text=True).stdout


class Camera:
    """Puts its pictures into one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.start = time.monotonic()
        (folder / "failed.png").unlink(missing_ok=True)

    def say(self, text):
        print(f"  {time.monotonic() - self.start:3.0f} s  {text}", flush=True)

    def shot(self, name, window=None, crop=None, colours=64):
        """Takes a picture of a window, or of a part of the screen (crop: WIDTHxHEIGHT+X+Y); fails when it is blank."""
        raw, target = self.folder / (name + ".raw.png"), self.folder / (name + ".png")
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
        self.say(f"{target.name}: {run('identify', '-format', '%wx%h', target)}, {target.stat().st_size // 1024 + 1} kB")

    def take(self, picture, *arguments):
        """Takes a picture; when it fails, shows the screen at that moment."""
        try:
            picture(*arguments)
        except Exception as failure:
            run("import", "-window", "root", self.folder / "failed.png")
            raise SystemExit(f"{picture.__name__}: {failure}; the screen then: {self.folder / 'failed.png'}") from failure


class Desk:
    """A Wireshark, the words that it speaks, and the camera in front of it."""

    def __init__(self, wireshark, say, camera):
        self.wireshark, self.say, self.camera = wireshark, say, camera
        self.main = wireshark.main

    def shot(self, name, *window, **more):
        self.camera.shot(name + self.say.suffix, *window, **more)

    def packets(self):
        """The packet list."""
        return tree(self.main, "Packet list")

    def shown_packets(self, count):
        """Waits for so many lines in the packet list."""
        wait(f"{count} lines", lambda: self.packets().get_child_count() == (count + 1) * COLUMNS)
        return self.packets()

    def select_line(self, line):
        """A click on a line that can be seen."""
        driver.click(self.packets().get_child_at_index(line * COLUMNS + 6))

    def only_list(self, is_alone):
        """Without the panes below the list, or with them again."""
        self.wireshark.menu(self.say.view, self.say.packet_details)
        self.wireshark.menu(self.say.view, self.say.packet_bytes)
        resize(self.main, MAIN[0], 520 if is_alone else MAIN[1])


def tree(window, name=None):
    """The table or tree of a window."""
    return wait(f"the table of {window.get_name()}", lambda: next(
        (one for one in driver.descendants(window) if one.get_role_name() in ("tree", "table", "tree table")
         and one.get_child_count() > 0 and name in (None, one.get_name())), None))


def expect(where, node, *wanted):
    """Each of these is a word of the node."""
    def seen():
        there = driver.words(node)
        missing = [word for word in wanted if not any(word in one for one in there)]
        return not missing
    wait(f"{where}: {', '.join(wanted)}", seen)


def demand(is_so, complaint):
    if not is_so:
        raise Failure(complaint)
