"""What a scenario is written with: sockets that act, a wire that delivers, and the truth written down after each.

Every entry of the truth is either an action of a program ("client closes") or one frame that passed the observer, with
the states that both kernels report for the connection afterwards. Where a passive observer cannot know the truth, the
scenario says beforehand, by hand, what it should say instead, and why (`limit`).
"""

import contextlib
import errno
import socket
import struct
import time

import kernel
from lab import ADDRESS, PEER, Lab, NotAllowed
from truth import LIMITS

SYNCHRONIZED = {"ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSE-WAIT", "LAST-ACK", "CLOSING"}


class ScenarioFailed(Exception):
    """The kernel did not do what this scenario is named for."""


class Connection:
    """One connection: its two ends, their sockets while the programs hold them, and what must be said of it."""

    def __init__(self, version, client_port, server_port):
        self.family = socket.AF_INET if version == 4 else socket.AF_INET6
        self.client = (ADDRESS["client"][version], client_port)
        self.server = (ADDRESS["server"][version], server_port)
        self.sockets = {"client": None, "server": None}
        self.synchronized = {"client": False, "server": False}
        self.answered = False  # the server's end has been in SYN-RECEIVED
        self.aborted = False  # and has sent a RST itself
        self.negotiated = None
        self.replaced = False  # a later connection has the same addresses and ports
        self.expected = []
        self.expected_since = {}

    def has(self, frame):
        return (frame.source, frame.destination) in ((self.client, self.server), (self.server, self.client))

    def text(self, end):
        return f"[{end[0]}]:{end[1]}" if self.family == socket.AF_INET6 else f"{end[0]}:{end[1]}"

    def expect(self, **fields):
        """Written by hand from RFC 9293 and the specification, for conn.last; `__` stands for `.`."""
        self.expected.append({name.replace("__", "."): value for name, value in fields.items()})

    def expect_since(self, series, *streams):
        """The same where Wireshark of this series and later makes other streams of the connection."""
        self.expected_since[series] = [{n.replace("__", "."): v for n, v in s.items()} for s in streams]


class Stage:
    """One scenario while it plays."""

    def __init__(self, name, purpose, capture_path):
        self.name, self.purpose = name, purpose
        self.lab = Lab(capture_path)
        self.connections, self.entries, self.frame_fields = [], [], {}
        self.listeners = {}
        self.limits = []
        self.first_stream_since = None
        self.started = time.monotonic()

    # ---- sockets -------------------------------------------------------------------------------------------

    def listen(self, port=80, version=4, backlog=8, protocol=0, options=()):
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        try:
            sock = self.lab.hosts["server"].socket(family, protocol)
        except OSError as error:
            raise NotAllowed(f"socket: {error.strerror}") from error
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for option in options:
            sock.setsockopt(*option)
        sock.bind((ADDRESS["server"][version], port))
        sock.listen(backlog)
        self.listeners[port] = sock
        self.note(None, f"server listens on port {port}")
        return sock

    def connect(self, client_port=40001, server_port=80, version=4, protocol=0, isn=None, options=(), data=None):
        """The client's connect(); with `data`, a sendto() with MSG_FASTOPEN. The SYN waits on the wire."""
        connection = Connection(version, client_port, server_port)
        sock = self._bound("client", connection, protocol, options)
        if isn is not None:
            try:
                kernel.set_next_isn(sock, isn)
            except OSError as error:
                raise NotAllowed(f"TCP_REPAIR: {error.strerror}") from error
        for earlier in self.connections:
            earlier.replaced |= (earlier.client, earlier.server) == (connection.client, connection.server)
        self.connections.append(connection)
        with contextlib.suppress(BlockingIOError):
            if data is None:
                sock.connect(connection.server)
            else:
                sock.sendto(b"f" * data, socket.MSG_FASTOPEN, connection.server)
        what = "connects" if data is None else f"connects with {data} bytes (MSG_FASTOPEN)"
        self.note(connection, f"client {what}")
        return connection

    def notice(self, frame):
        """A connection that a kernel began by itself, known by the SYN that waits."""
        connection = Connection(4, 0, 0)
        connection.client, connection.server = frame.source, frame.destination
        self.connections.append(connection)
        return connection

    def connect_back(self, connection, options=()):
        """The server's own connect() to the client: the other half of a simultaneous open."""
        sock = self._bound("server", connection, 0, options)
        with contextlib.suppress(BlockingIOError):
            sock.connect(connection.client)
        self.note(connection, "server connects")

    def _bound(self, role, connection, protocol, options):
        try:
            sock = self.lab.hosts[role].socket(connection.family, protocol)
        except OSError as error:
            raise NotAllowed(f"socket: {error.strerror}") from error
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for option in options:
            sock.setsockopt(*option)
        sock.bind(getattr(connection, role))
        connection.sockets[role] = sock
        return sock

    def accept(self, connection, options=()):
        sock, peer = self.listeners[connection.server[1]].accept()
        self.require(peer[:2] == connection.client, f"accepted {peer}, not {connection.client}")
        sock.setblocking(False)
        for option in options:
            sock.setsockopt(*option)
        connection.sockets["server"] = sock
        self.note(connection, "server accepts")

    def open(self, connection=None, **arguments):
        """A whole three-way handshake, accepted by the server's program."""
        connection = connection or self.connect(**arguments)
        self.flow()
        self.accept(connection)
        return connection

    def send(self, connection, role, count, flow=True):
        connection.sockets[role].send(b"x" * count)
        self.note(connection, f"{role} sends {count} bytes")
        if flow:
            self.flow()

    def read(self, connection, role):
        total, ended = 0, False
        with contextlib.suppress(BlockingIOError):
            while not ended:
                data = connection.sockets[role].recv(1 << 16)
                total, ended = total + len(data), not data
        self.note(connection, f"{role} reads {total} bytes{' and the end' if ended else ''}")
        return total

    def read_error(self, connection, role):
        """What the program hears of a connection that failed; the kernel's word for it."""
        number = connection.sockets[role].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        self.note(connection, f"{role} is told {errno.errorcode.get(number, number)}")
        return number

    def exchange(self, connection, from_client=100, from_server=300):
        for role, count in (("client", from_client), ("server", from_server)):
            if count:
                self.send(connection, role, count)
                self.read(connection, PEER[role])
                self.flow()

    def shutdown(self, connection, role, flow=True):
        connection.sockets[role].shutdown(socket.SHUT_WR)
        self.note(connection, f"{role} shuts down its sending direction")
        if flow:
            self.flow()

    def close(self, connection, role, flow=True):
        connection.sockets[role].close()
        connection.sockets[role] = None
        self.note(connection, f"{role} closes")
        if flow:
            self.flow()

    def abort(self, connection, role, flow=True):
        connection.sockets[role].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
        connection.sockets[role].close()
        connection.sockets[role] = None
        self.note(connection, f"{role} closes with SO_LINGER 0")
        if flow:
            self.flow()

    def vanish(self, connection, role):
        try:
            kernel.vanish(connection.sockets[role])
        except OSError as error:
            raise NotAllowed(f"TCP_REPAIR: {error.strerror}") from error
        connection.sockets[role] = None
        self.note(connection, f"{role} vanishes without a segment")

    # ---- the wire ------------------------------------------------------------------------------------------

    def flow(self, quiet=0.12):
        """Deliver everything in order until both kernels have been silent this long (delayed ACKs take 40 ms)."""
        while self.lab.poll(quiet):
            self.deliver()

    def wait(self, seconds, what="a retransmission"):
        """Until a kernel sends something by itself."""
        if not self.lab.poll(seconds):
            raise ScenarioFailed(f"no frame within {seconds} s; {what} was expected")

    def pending(self):
        self.lab.poll()
        return self.lab.queue

    def take(self, sender=None):
        """The first frame that waits (of this sender)."""
        for frame in self.pending():
            if sender in (None, frame.sender):
                self.lab.queue.remove(frame)
                return frame
        raise ScenarioFailed(f"nothing from {sender or 'either side'} on the wire")

    def deliver(self, sender=None, frame=None, of=None):
        """One frame passes the observer and arrives. `of`: its connection, where ports alone would name a later one."""
        frame = frame or self.take(sender)
        number = self.lab.show(frame)
        with self.lab.undisturbed():
            self.lab.deliver(frame)
            self._note_frame(frame, number, "", of)
        self.lab.settle()
        self._note_own_doing()
        return frame

    def lose(self, sender=None, frame=None):
        """One frame passes the observer and is lost behind it."""
        frame = frame or self.take(sender)
        self._note_frame(frame, self.lab.show(frame), "; lost behind the observer")
        return frame

    def drop(self, sender=None):
        """One frame is lost before the observer: the capture does not have it."""
        frame = self.take(sender)
        self._note_frame(frame, None, "; lost before the observer")
        return frame

    def frame_has(self, **fields):
        """What the frame shown last must carry, written by hand."""
        self.frame_fields[str(self.lab.captured)] = {k.replace("__", "."): v for k, v in fields.items()}

    def only_first_stream_since(self, series):
        """Wireshark of this series and later makes new streams within a connection, which know nothing of what was before:
        there the truth is compared in the first alone."""
        self.first_stream_since = series

    # ---- the truth -----------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def limit(self, why, of=None, certain=True, **observer):
        """In this block the observer is expected to say `observer` (client=, server=) where that is not the truth. Not
        `certain`: only when a kernel's own thread runs late."""
        entry = {"why": why, "of": of, "observer": observer, "used": False}
        assert why in LIMITS, why
        self.limits.append(entry)
        yield
        self.limits.remove(entry)
        if certain and not entry["used"]:
            raise ScenarioFailed(f"limit {why} was never needed: the truth was {self.entries[-1]}")

    def limit_to_end(self, why, of=None, **observer):
        """A limit that holds for the rest of the scenario."""
        assert why in LIMITS, why
        self.limits.append({"why": why, "of": of, "observer": observer, "used": False})

    def states(self, connection):
        """The RFC's name for each end of a connection, from what the kernel lists."""
        result = {}
        for role in ("client", "server"):
            own, other = getattr(connection, role), getattr(connection, PEER[role])
            listed = self.lab.hosts[role].diag.dump(connection.family)
            state = next((s for s, a, p, b, q in listed if (a, p) == own and (b, q) == other), None)
            if connection.replaced and role == "client":
                state = "CLOSED"  # the socket there is the later connection's
            elif state in SYNCHRONIZED:
                connection.synchronized[role] = True
            elif state == "SYN-RECEIVED" and role == "server":
                connection.answered = True
            if state is None:
                # Before it was synchronized, a passive end is the listener itself; but one that aborts in SYN-RECEIVED
                # deletes what it had and is CLOSED (RFC 9293 section 3.10.5).
                listening = any(s == "LISTEN" and p == own[1] for s, _, p, _, _ in listed)
                passive = role == "server" and not connection.synchronized[role] and not self._aborted(connection)
                state = "LISTEN" if listening and passive else "CLOSED"
            result[role] = state
        return result

    def _aborted(self, connection):
        """Whether the server's end has sent a RST after it was in SYN-RECEIVED: on the wire, or further."""
        waits = any(f.kind == "tcp" and f.rst and f.sender == "server" and connection.has(f) for f in self.lab.queue)
        connection.aborted |= connection.answered and waits
        return connection.aborted

    def _note_frame(self, frame, number, what, connection=None):
        if frame.kind == "tcp" and connection is None:
            connection = next((c for c in reversed(self.connections) if c.has(frame)), None)
        hidden = "" if number or what else "; not seen by the observer"
        self.note(connection, f"{frame}{what}{hidden}", number)

    def _note_own_doing(self):
        """What has changed since the frame was taken, an action as a program's is: a kernel closes what lies below multipath
        TCP in a thread of its own."""
        entry = self.entries[-1]
        if "connection" not in entry:
            return
        connection = self.connections[entry["connection"]]
        states = self.states(connection)
        for role in ("client", "server"):
            if states[role] != entry[role]:
                self.note(connection, f"{role} goes on by itself")

    def note(self, connection, action, frame=None):
        self.lab.poll()
        entry = {"time": round(time.monotonic() - self.started, 4), "action": action}
        if frame:
            entry["frame"] = frame
        entry["after_frame"] = self.lab.captured
        entry["in_flight"] = len(self.lab.queue)
        if connection:
            entry["connection"] = self.connections.index(connection)
            states = self.states(connection)
            for role in ("client", "server"):
                entry[role] = states[role]
                self._note_socket(connection, role, entry)
            self._note_limits(connection, entry, states)
        self.entries.append(entry)

    def _note_socket(self, connection, role, entry):
        """What TCP_INFO says, where the program holds the socket and it says another word than the kernel's list."""
        sock = connection.sockets[role]
        if sock is None:
            return
        try:
            info = kernel.tcp_info(sock)
        except OSError:
            return  # an MPTCP socket that fell back or was reset may have no TCP_INFO any more
        if info["state"] != entry[role]:
            entry[f"{role}_tcp_info"] = info["state"]
        if role == "client" and info["state"] == "ESTABLISHED" and connection.negotiated is None:
            connection.negotiated = kernel.negotiated(info)

    def _note_limits(self, connection, entry, states):
        for limit in self.limits:
            if limit["of"] not in (None, connection):
                continue
            for role, said in limit["observer"].items():
                if states[role] != said:
                    entry.setdefault("limit", {})[role] = {"observer": said, "why": limit["why"]}
                    limit["used"] = True

    def require(self, condition, what):
        if not condition:
            raise ScenarioFailed(what)

    def require_states(self, connection, client, server):
        states = self.states(connection)
        self.require((states["client"], states["server"]) == (client, server),
                     f"expected {client} / {server}, the kernel says {states['client']} / {states['server']}")

    def end(self):
        """What both kernels say last, and the end of the capture."""
        self.lab.poll()
        for connection in self.connections:
            if not connection.replaced:
                self.note(connection, "end of the scenario")
        unused = [limit["why"] for limit in self.limits if not limit["used"]]
        self.require(not unused, f"limits that were never needed: {unused}")

    def truth(self):
        return {
            "scenario": self.name,
            "purpose": self.purpose,
            "frames": self.lab.captured,
            "copies": self.lab.copies,
            "connections": [
                {
                    "client": c.text(c.client),
                    "server": c.text(c.server),
                    "negotiated": c.negotiated,
                    "expect": c.expected,
                    "expect_since": c.expected_since,
                }
                for c in self.connections
            ],
            "frame_fields": self.frame_fields,
            **({"first_stream_since": self.first_stream_since} if self.first_stream_since else {}),
            "steps": self.entries,
        }

    def dispose(self):
        for connection in self.connections:
            for sock in connection.sockets.values():
                if sock is not None:
                    sock.close()
        for sock in self.listeners.values():
            sock.close()
        self.lab.close()
