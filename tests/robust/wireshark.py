"""Wireshark's programs with the plugin just built, and without it, side by side.

Each gets plugin folders of its own, so nothing that is installed counts or is touched. Wireshark lets an ordinary user
alone name a folder (WIRESHARK_PLUGIN_DIR): root's runs drop to nobody, which a fuzzed program should anyway.
"""

import os
import re
import shutil
import subprocess
import tempfile

NOBODY = 65534
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MAY_CAPTURE = ["--inh-caps=+net_raw,+net_admin", "--ambient-caps=+net_raw,+net_admin"]


class Ran:
    """What a program said: its status (negative: a signal; None: it had to be killed), its output, its complaints."""

    def __init__(self, status, out, err):
        self.status = status
        self.out = out
        self.err = err

    def complaints(self):
        """The lines on stderr, without what differs between two runs of the same thing."""
        lines = self.err.decode("utf-8", "replace").splitlines()
        plain = (re.sub(r"\d\d:\d\d:\d\d\.\d+|\(\w+:\d+\)|0x[0-9a-f]+", "", line).strip() for line in lines)
        return [line for line in plain if line]


class Wireshark:
    """The programs, with folders to run them in. `plugin`: the file under test."""

    def __init__(self, plugin, preload=None, root=None):
        # A sanitizer's library comes first; what others leak is not its business here.
        self.sanitizer = {"LD_PRELOAD": preload, "ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"} if preload else {}
        self.tshark = os.environ.get("TSHARK", "tshark")
        # Another system in a folder, entered with this one's /tmp and /dev in it (root alone can).
        self.root = root
        self.folder = tempfile.mkdtemp(prefix="synfin-robust.")
        os.chmod(self.folder, 0o755)
        self.home = os.path.join(self.folder, "home")
        os.mkdir(self.home)
        os.chmod(self.home, 0o777)
        version = subprocess.run(self.inside([self.tshark, "--version"]), capture_output=True, text=True, check=True).stdout
        self.version = re.search(r"\d+\.\d+\.\d+", version).group()
        folders = subprocess.run(self.inside([self.tshark, "-G", "folders"]), capture_output=True, text=True, check=True).stdout
        installed = re.search(r"^Global Plugins:\s*(.*)$", folders, re.M).group(1)
        self.plugins = [self._folder(name, installed) for name in ("without", "with")]
        series = ".".join(self.version.split(".")[:2])
        self.plugin_file = os.path.join(self.plugins[True], series, "epan", "synfin.so")
        shutil.copy(plugin, self.plugin_file)
        os.chmod(self.plugin_file, 0o755)
        for is_with in (False, True):
            listed = self.run([self.tshark, "-G", "plugins"], is_with)
            assert (b"synfin.so" in listed.out) == is_with, f"synfin is loaded, or is not, against what was asked: {listed.err.decode()}"

    def _folder(self, name, installed):
        """A plugin folder with all that is installed but synfin."""
        folder = os.path.join(self.folder, name)
        here = os.path.join(folder, ".".join(self.version.split(".")[:2]))
        for kind in ("epan", "wiretap", "codecs"):
            os.makedirs(os.path.join(here, kind))
            there = os.path.join(installed, kind)
            seen = (self.root or "") + there
            for file in os.listdir(seen) if os.path.isdir(seen) else []:
                path = os.path.join(there, file)
                with open((self.root or "") + path, "rb") as opened:
                    if b"synfin.handshake.step" not in opened.read():
                        os.symlink(path, os.path.join(here, kind, file))
        return folder

    def inside(self, arguments, identity=()):
        """A command line in the other system, if there is one."""
        if self.root is None:
            return arguments
        script = 'root=$1 as=$2; shift 2; mount --rbind /tmp "$root/tmp" && mount --rbind /dev "$root/dev" && exec chroot $as "$root" "$@"'
        return ["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", self.root, *(identity or [""]), *arguments]

    def command(self, arguments, capabilities=()):
        """The command line and the environment apart from the plugin folder."""
        if self.root is not None:
            arguments = self.inside(arguments, [f"--userspec={NOBODY}:{NOBODY}"])
        elif os.geteuid() == 0:
            identity = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *capabilities]
            arguments = ["setpriv", *identity, *arguments]
        path = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin"
        return arguments, {"HOME": self.home, "TZ": "UTC", "LC_ALL": "C.UTF-8", "PATH": path}

    def start(self, arguments, with_plugin, capabilities=(), more=None, **pipes):
        """A process of its own."""
        arguments, environment = self.command(arguments, capabilities)
        environment["WIRESHARK_PLUGIN_DIR"] = self.plugins[bool(with_plugin)]
        # No external capture programs: nobody asks for them, and with a sanitizer's library before them they hang.
        environment["WIRESHARK_EXTCAP_DIR"] = self.home
        if with_plugin:
            environment.update(self.sanitizer)
        return subprocess.Popen(arguments, env={**environment, **(more or {})}, **pipes)

    def run(self, arguments, with_plugin, timeout=300, more=None):
        """Runs to the end."""
        pipe = subprocess.PIPE
        process = self.start(arguments, with_plugin, more=more, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            return Ran(None, out, err)
        return Ran(process.returncode, out, err)

    def read(self, file, arguments, with_plugin=True, more=None):
        """tshark over a capture."""
        return self.run([self.tshark, "-r", file, *arguments], with_plugin, more=more)

    def close(self):
        """Removes the folders."""
        shutil.rmtree(self.folder, ignore_errors=True)
