"""Real time: two namespaces joined by a veth pair, nothing held back, the capture taken on the client's interface."""

import contextlib
import ctypes
import fcntl
import os
import select
import socket
import struct
import time

import kernel
from lab import ADDRESS, MAC, PEER, Capture, run
from scenarios import scenario
from stage import Connection, ScenarioFailed

SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17


def whole_checksums(interface):
    """Have the kernel compute checksums itself, so that the capture shows them as they would be on a wire."""
    value = ctypes.create_string_buffer(struct.pack("=II", ETHTOOL_STXCSUM, 0))
    request = struct.pack("16sP16x", interface.encode(), ctypes.addressof(value))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        fcntl.ioctl(sock, SIOCETHTOOL, request)


class Pair:
    """Client and server joined by veth, the capture running; plays a scenario as Stage does."""

    offload = False

    def __init__(self, name, purpose, capture_path):
        self.name, self.purpose, self.path = name, purpose, capture_path
        self.connections, self.ends, self.frame_fields, self.frames = [], [], {}, None
        self.listener = None
        interface = self.build()
        self.diag = {role: kernel.SockDiag(ns) for role, ns in self.ns.items()}
        self.capture = Capture(self.ns["client"], interface, capture_path)
        self.started = time.monotonic()

    def build(self):
        """The namespaces and what joins them; the interface to capture on."""
        self.ns = {role: kernel.NetNs() for role in ("client", "server")}
        with self.ns["client"]:
            run("ip", "link", "add", "veth0", "address", MAC["client"], "type", "veth", "peer", "name", "veth1",
                "address", MAC["server"], "netns", f"/proc/{os.getpid()}/fd/{self.ns['server'].fd}")
        for role, name in (("client", "veth0"), ("server", "veth1")):
            with self.ns[role]:
                kernel.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
                if not self.offload:
                    whole_checksums(name)
                run("ip", "link", "set", name, "arp", "off")
                run("ip", "link", "set", name, "up")
                run("ip", "addr", "add", f"{ADDRESS[role][4]}/24", "dev", name)
                run("ip", "neigh", "replace", ADDRESS[PEER[role]][4], "lladdr", MAC[PEER[role]], "dev", name,
                    "nud", "permanent")
        return "veth0"

    def socket(self, role):
        with self.ns[role]:
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.settimeout(20)
        return sock

    def listen(self):
        self.listener = self.socket("server")
        self.listener.bind((ADDRESS["server"][4], 80))
        self.listener.listen(64)

    def connect(self, client_port, server_port=80):
        connection = Connection(4, client_port, server_port)
        self.connections.append(connection)
        sock = self.socket("client")
        sock.bind(connection.client)
        try:
            sock.connect(connection.server)
        except ConnectionRefusedError:
            sock.close()
            return connection, None, None
        connection.negotiated = kernel.negotiated(kernel.tcp_info(sock))
        peer, _ = self.listener.accept()
        peer.settimeout(20)
        return connection, sock, peer

    def end(self):
        """The last states of all connections, once nothing changes any more; then the end of the capture."""
        before = None
        for _ in range(50):
            now = {role: {(a, p, b, q): state for state, a, p, b, q in diag.dump(socket.AF_INET)}
                   for role, diag in self.diag.items()}
            if now == before:
                break
            before = now
            time.sleep(0.1)
        for index, c in enumerate(self.connections):
            self.ends.append({
                "time": round(time.monotonic() - self.started, 4),
                "action": "end of the scenario",
                "in_flight": 0,
                "connection": index,
                "client": now["client"].get(c.client + c.server, "CLOSED"),
                "server": now.get("server", now["client"]).get(c.server + c.client, "CLOSED"),
            })
        time.sleep(0.3)
        self.capture.stop()
        self.frames = len(Pcap(self.path).frames)
        for entry in self.ends:
            entry["after_frame"] = self.frames

    def truth(self):
        return {
            "scenario": self.name,
            "purpose": self.purpose,
            "frames": self.frames,
            "copies": 1,
            "by_ports": True,  # no step tells which frame belongs to which connection: the ports do
            "connections": [
                {"client": c.text(c.client), "server": c.text(c.server), "negotiated": c.negotiated,
                 "expect": c.expected, "expect_since": {}}
                for c in self.connections
            ],
            "frame_fields": self.frame_fields,
            "steps": self.ends,
        }

    def dispose(self):
        self.capture.stop()
        if self.listener:
            self.listener.close()
        for role in self.ns:
            self.diag[role].close()
            self.ns[role].close()


class Loopback(Pair):
    """One namespace and its loopback interface: a socket that connects to itself."""

    def build(self):
        self.ns = {"client": kernel.NetNs()}
        with self.ns["client"]:
            run("ip", "link", "set", "lo", "up")
            run("ip", "addr", "add", f"{ADDRESS['client'][4]}/32", "dev", "lo")
        return "lo"


class FastPair(Pair):
    """With checksums and segmentation left to the interface, as on most hosts: frames of up to 64 KiB."""

    offload = True


class Pcap:
    """A classic capture file in memory: its header and [(record header, bytes)]."""

    def __init__(self, path):
        with open(path, "rb") as f:
            data = f.read()
        self.head, self.frames, at = data[:24], [], 24
        order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        while at + 16 <= len(data):
            length = struct.unpack_from(order + "I", data, at + 8)[0]
            self.frames.append((data[at:at + 16], data[at + 16:at + 16 + length]))
            at += 16 + length

    def write(self, path):
        with open(path, "wb") as f:
            f.write(self.head)
            for record, raw in self.frames:
                f.write(record + raw)


OPENED = {"handshake__outcome": "complete", "handshake__kind": "three-way", "handshake__steps": "1 2 3"}
CLOSED_BY = {
    "client": {"client__state": "TIME-WAIT", "server__state": "CLOSED", "teardown__closer": "client",
               "conn__state": "SF"},
    "server": {"client__state": "CLOSED", "server__state": "TIME-WAIT", "teardown__closer": "server",
               "conn__state": "SF"},
}
BOTH_CLOSED = {"client__state": "CLOSED", "server__state": "CLOSED"}


def talk(client, server):
    client.sendall(b"q" * 40)
    server.recv(100)
    server.sendall(b"a" * 90)
    client.recv(100)


def close_by(first, second):
    first.close()
    while second.recv(4096):
        pass
    second.close()


def abort(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
    sock.close()


def play_short_connections(s, count):
    s.listen()
    for number in range(count):
        kind = number % 8
        c, client, server = s.connect(41000 + number, 81 if kind == 5 else 80)
        if kind == 5:
            if client is not None:
                raise ScenarioFailed("port 81 must refuse")
            c.expect(handshake__outcome="refused", teardown__kind="none", conn__state="REJ", conn__history="Sr",
                     **BOTH_CLOSED)
            continue
        talk(client, server)
        if kind in (0, 1, 2):
            close_by(client, server)
            c.expect(**OPENED, **CLOSED_BY["client"], teardown__half_close_bytes="0")
        elif kind == 3:
            close_by(server, client)
            c.expect(**OPENED, **CLOSED_BY["server"], teardown__half_close_bytes="0")
        elif kind == 6:
            client.shutdown(socket.SHUT_WR)
            server.recv(1)
            server.sendall(b"h" * 2000)
            close_by(server, client)
            c.expect(**OPENED, **CLOSED_BY["client"], teardown__half_close_bytes="2000")
        else:
            closer = "client" if kind == 4 else "server"
            abort(client if kind == 4 else server)
            with contextlib.suppress(ConnectionResetError):
                (server if kind == 4 else client).recv(1)
            (server if kind == 4 else client).close()
            c.expect(**OPENED, **BOTH_CLOSED, teardown__kind="reset", teardown__closer=closer,
                     conn__state="RSTO" if kind == 4 else "RSTR")


@scenario("240 short connections in real time: closed by either side, half-closed, aborted, refused", Pair)
def many_short_connections(s):
    play_short_connections(s, 240)


@scenario("4000 short connections of the same kinds", Pair, keep=False)
def thousands_of_short_connections(s):
    play_short_connections(s, 4000)


@scenario("a socket that connects to itself: both ends are the same, no segment has a direction", Loopback)
def self_connect(s):
    c = Connection(4, 40001, 80)
    c.client = c.server = (ADDRESS["client"][4], 40001)
    s.connections.append(c)
    sock = s.socket("client")
    sock.bind(c.client)
    sock.connect(c.client)
    sock.sendall(b"m" * 30)
    if sock.recv(100) != b"m" * 30:
        raise ScenarioFailed("the socket must hear itself")
    sock.close()
    c.expect()
    s.end()
    # The figures of RFC 9293 have two sides; with one there is no state to compare, only that nobody is invented.
    s.frame_fields = {str(n): {"sender": "client"} for n in range(1, s.frames + 1)}
    for entry in s.ends:
        del entry["connection"]


@scenario("4 GiB and 300 MiB in one connection; the capture keeps the first and last frames and a sample of the rest",
          FastPair)
def transfer_beyond_4gib(s):
    s.listen()
    c, client, server = s.connect(41000)
    total = (4 << 30) + (300 << 20)
    block, waste = memoryview(bytes(1 << 20)), bytearray(1 << 20)
    sent = received = 0
    client.setblocking(False)
    server.setblocking(False)
    while received < total:
        readable, writable, _ = select.select([server], [client] if sent < total else [], [], 10)
        if not readable and not writable:
            raise ScenarioFailed("the transfer stands still")
        if writable:
            sent += client.send(block[: min(len(block), total - sent)])
        if readable:
            # MSG_TRUNC: TCP throws the bytes away instead of copying them
            received += server.recv_into(waste, len(waste), socket.MSG_TRUNC)
    client.settimeout(20)
    server.settimeout(20)
    time.sleep(0.3)
    close_by(client, server)
    c.expect(**OPENED, **CLOSED_BY["client"], teardown__half_close_bytes="0")
    s.end()
    whole = Pcap(s.path)
    step = max(1, len(whole.frames) // 150)
    whole.frames = [f for i, f in enumerate(whole.frames)
                    if i < 12 or i >= len(whole.frames) - 16 or i % step == 0]
    whole.write(s.path)
    s.frames = len(whole.frames)
    s.ends[0]["after_frame"] = s.frames
    number, offset = last_data(whole, total)
    # The socket knows how many bytes it sent; the frame's own 32-bit number does not.
    s.frame_fields[str(number)] = {"seq": f"X+{offset}", "seq.offset": str(offset)}


def last_data(pcap, total):
    """The last data frame before the client's FIN: its number and its offset from the client's ISN."""
    fin = data = None
    for number, (_, raw) in enumerate(pcap.frames, 1):
        if raw[26:30] != socket.inet_aton(ADDRESS["client"][4]):
            continue
        header = 14 + 4 * (raw[14] & 15)
        seq = struct.unpack_from("!I", raw, header + 4)[0]
        payload = struct.unpack_from("!H", raw, 16)[0] + 14 - header - 4 * (raw[header + 12] >> 4)
        if raw[header + 13] & 1:
            fin = seq + payload
            break
        if payload > 0:
            data = (number, seq)
    if fin is None or data is None:
        raise ScenarioFailed("no FIN or no data in the capture")
    return data[0], total + 1 - ((fin - data[1]) & 0xFFFFFFFF)
