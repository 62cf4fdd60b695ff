"""What the tests of the library have in common."""

import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAPTURES = sorted((ROOT / "tests/captures").glob("*.pcap*"))
MANY = ROOT / "tests/captures/many_short_connections.pcap"
COMMAND = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/synfin"


def command(*arguments):
    """What the command synfin writes: an object a line."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en"}
    done = subprocess.run([COMMAND, *arguments], env=environment, stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


class Folder(unittest.TestCase):
    """Tests with a temporary folder."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="synfin python ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def cut(self):
        """A capture that ends in the middle of a frame."""
        path = self.folder / "cut.pcap"
        path.write_bytes(MANY.read_bytes()[: MANY.stat().st_size // 2 + 1])
        return path

    def noise(self):
        path = self.folder / "noise.pcap"
        path.write_text("this is no capture, whatever its name says")
        return path
