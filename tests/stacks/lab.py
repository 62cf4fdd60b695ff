"""Two hosts, a wire that the recorder turns by hand, and a mirror port where the capture is taken.

Client and server are network namespaces with a TAP device each. The recorder holds the other end of both TAPs: a
frame that one kernel sends waits in `queue` until the scenario delivers, loses or drops it. What is delivered or lost
is written to the mirror first, a third TAP in a third namespace, where tcpdump or dumpcap captures. So the capture is
in order of arrival, every frame has a moment after which both sockets can be asked, and nothing depends on timing.
"""

import contextlib
import fcntl
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import time

import kernel

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000
SNAP_LENGTH = 128

ADDRESS = {
    "client": {4: "10.77.0.1", 6: "fd77::1"},
    "server": {4: "10.77.0.2", 6: "fd77::2"},
}
MAC = {"client": "02:00:0a:4d:00:01", "server": "02:00:0a:4d:00:02"}
PEER = {"client": "server", "server": "client"}


class NotAllowed(Exception):
    """This kernel or this user cannot do what the scenario needs; the reason is told, the scenario left out."""


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotAllowed(f"{' '.join(command)}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def open_tap(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return fd


def may_be_undisturbed():
    with contextlib.suppress(OSError), kernel.undisturbed():
        return True
    return False


class Frame:
    """One frame on the wire, decoded as far as the recorder needs."""

    def __init__(self, sender, raw):
        self.sender = sender
        self.raw = raw
        self.kind = None  # "tcp", "icmp" or None: not worth forwarding
        ethertype = struct.unpack_from("!H", raw, 12)[0]
        if ethertype == 0x0800:
            protocol, header = raw[23], 14 + 4 * (raw[14] & 15)
            end = 14 + struct.unpack_from("!H", raw, 16)[0]
            source, destination, family = raw[26:30], raw[30:34], socket.AF_INET
        elif ethertype == 0x86DD:
            protocol, header = raw[20], 54
            end = 54 + struct.unpack_from("!H", raw, 18)[0]
            source, destination, family = raw[22:38], raw[38:54], socket.AF_INET6
        else:
            return
        # ICMPv6 below 128 is an error message; the rest is neighbour discovery, which static entries replace.
        if protocol == 1 or (protocol == 58 and raw[header] < 128):
            self.kind = "icmp"
        if protocol != 6:
            return
        self.kind = "tcp"
        self.source = (socket.inet_ntop(family, source), struct.unpack_from("!H", raw, header)[0])
        self.destination = (socket.inet_ntop(family, destination), struct.unpack_from("!H", raw, header + 2)[0])
        self.seq, self.ack = struct.unpack_from("!II", raw, header + 4)
        self.header = header
        flags = raw[header + 13]
        self.fin, self.syn, self.rst = bool(flags & 1), bool(flags & 2), bool(flags & 4)
        self.has_ack = bool(flags & 16)
        self.payload = end - header - 4 * (raw[header + 12] >> 4)

    def __str__(self):
        if self.kind != "tcp":
            return f"{self.sender}: {self.kind}"
        names = [n for n, on in (("SYN", self.syn), ("FIN", self.fin), ("RST", self.rst), ("ACK", self.has_ack)) if on]
        data = f", {self.payload} bytes" if self.payload else ""
        return f"{self.sender} sends {'+'.join(names)}{data}"


class Host:
    """One namespace with a TAP, static neighbours and nothing else on its link."""

    def __init__(self, role):
        self.role = role
        self.ns = kernel.NetNs()
        with self.ns:
            for scope in ("all", "default"):
                # No router solicitations or duplicate address detection: they would only be noise.
                kernel.sysctl(f"net.ipv6.conf.{scope}.accept_dad", 0)
                kernel.sysctl(f"net.ipv6.conf.{scope}.router_solicitations", 0)
            self.tap = open_tap("wire0")
            peer = PEER[role]
            run("ip", "link", "set", "wire0", "address", MAC[role], "arp", "off")
            run("ip", "link", "set", "lo", "up")
            run("ip", "link", "set", "wire0", "up")
            for version, length in ((4, 24), (6, 64)):
                extra = ["nodad"] if version == 6 else []
                run("ip", "addr", "add", f"{ADDRESS[role][version]}/{length}", "dev", "wire0", *extra)
                run("ip", "neigh", "replace", ADDRESS[peer][version], "lladdr", MAC[peer], "dev", "wire0",
                    "nud", "permanent")
        self.diag = kernel.SockDiag(self.ns)

    def socket(self, family=socket.AF_INET, protocol=0):
        with self.ns:
            sock = socket.socket(family, socket.SOCK_STREAM, protocol)
        sock.setblocking(False)
        return sock

    def sysctl(self, name, value):
        try:
            with self.ns:
                kernel.sysctl(name, value)
        except OSError as error:
            raise NotAllowed(f"sysctl {name}: {error}") from error

    def run(self, *command):
        with self.ns:
            run(*command)

    def nft(self, *rules):
        if shutil.which("nft") is None:
            raise NotAllowed("nft is not installed")
        with self.ns:
            for rule in rules:
                run("nft", *rule.split())

    def close(self):
        self.diag.close()
        os.close(self.tap)
        self.ns.close()


class Capture:
    """tcpdump (dumpcap where there is none) on one interface of one namespace, with nanosecond time stamps."""

    def __init__(self, ns, interface, path, snap=SNAP_LENGTH):
        self.path = path
        self.delay = 0.05  # between a frame and its place in the file
        if shutil.which("tcpdump"):
            command = ["tcpdump", "-i", interface, "-s", str(snap), "-U", "--immediate-mode", "-n", "-B", "32768",
                       "--time-stamp-precision=nano", "-Z", "root", "-w", path]
        elif shutil.which("dumpcap"):
            self.delay = 1.0
            command = ["dumpcap", "-q", "-P", "-i", interface, "-s", str(snap), "-w", path]
        else:
            raise NotAllowed("neither tcpdump nor dumpcap is installed")
        with ns:
            self.process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        said = b""
        while time.monotonic() < deadline:
            if not select.select([self.process.stderr], [], [], 0.1)[0]:
                continue
            chunk = os.read(self.process.stderr.fileno(), 4096)
            said += chunk
            if not chunk:
                raise NotAllowed(f"{command[0]}: {said.decode(errors='replace').strip()}")
            if b"listening on" in said or b"File:" in said:
                return
        self.stop()
        raise NotAllowed(f"{command[0]} did not start: {said.decode(errors='replace').strip()}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=10)


class Lab:
    """The two hosts, the mirror and the frames that wait between them."""

    def __init__(self, capture_path):
        self.hosts = {role: Host(role) for role in ("client", "server")}
        self.mirror_ns = kernel.NetNs()
        with self.mirror_ns:
            kernel.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
            self.mirror = open_tap("mirror0")
            run("ip", "link", "set", "mirror0", "arp", "off", "up")
        self.capture = Capture(self.mirror_ns, "mirror0", capture_path)
        self.may_be_undisturbed = may_be_undisturbed()
        self.queue = []
        self.captured = 0
        self.copies = 1  # of each frame on the mirror port
        self.copied = lambda raw: raw  # what a copy is, where it is not the same again
        self.hidden = lambda frame: False  # frames that the mirror port does not see

    def poll(self, seconds=0.0):
        """Collect what the kernels sent; stay this long while nothing waits. True if anything waits."""
        deadline = time.monotonic() + seconds
        by_fd = {host.tap: host for host in self.hosts.values()}
        while True:
            remaining = 0.0 if self.queue else max(0.0, deadline - time.monotonic())
            ready = select.select(list(by_fd), [], [], remaining)[0]
            for fd in ready:
                frame = Frame(by_fd[fd].role, os.read(fd, 70000))
                if frame.kind:
                    self.queue.append(frame)
            if not ready and (self.queue or time.monotonic() >= deadline):
                return bool(self.queue)

    def settle(self):
        """Let the receiver's answer reach the queue, and that of a kernel's own thread."""
        deadline = time.monotonic() + 0.003
        while time.monotonic() < deadline:
            time.sleep(0.001)
            before = len(self.queue)
            self.poll()
            if len(self.queue) != before:
                deadline = time.monotonic() + 0.003

    def show(self, frame):
        """Put a frame on the mirror port; its number in the capture, or None when the port does not see it."""
        if self.hidden(frame):
            return None
        for copy in range(self.copies):
            os.write(self.mirror, self.copied(frame.raw) if copy else frame.raw)
            self.captured += 1
        return self.captured

    def deliver(self, frame):
        """A TAP write is handled before it returns: the receiver's TCP has taken the frame then."""
        os.write(self.hosts[PEER[frame.sender]].tap, frame.raw)

    def undisturbed(self):
        """A block in which a frame can be delivered and the sockets asked before a kernel's own thread goes on; an ordinary
        block where this user cannot have one."""
        return kernel.undisturbed() if self.may_be_undisturbed else contextlib.nullcontext()

    def require_undisturbed(self):
        if not self.may_be_undisturbed:
            raise NotAllowed("real-time scheduling (CAP_SYS_NICE)")

    def close(self):
        time.sleep(self.capture.delay)
        self.capture.stop()
        for host in self.hosts.values():
            host.close()
        os.close(self.mirror)
        self.mirror_ns.close()
