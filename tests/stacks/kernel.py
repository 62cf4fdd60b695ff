"""What the Linux kernel says about its own TCP sockets, by system interfaces that Python 3.11 does not wrap.

Network namespaces (unshare, setns), socket states of a whole namespace (sock_diag, the source of `ss -tan`),
TCP_INFO of one socket, and TCP_REPAIR.
"""

import contextlib
import ctypes
import os
import socket
import struct

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)

# include/net/tcp_states.h, in the kernel's order; the right-hand words are those of RFC 9293 section 3.3.2.
RFC_NAME = {
    1: "ESTABLISHED",
    2: "SYN-SENT",
    3: "SYN-RECEIVED",
    4: "FIN-WAIT-1",
    5: "FIN-WAIT-2",
    6: "TIME-WAIT",
    7: "CLOSED",
    8: "CLOSE-WAIT",
    9: "LAST-ACK",
    10: "LISTEN",
    11: "CLOSING",
    12: "SYN-RECEIVED",  # TCP_NEW_SYN_RECV: a request socket that has no full socket yet
}

IPPROTO_MPTCP = 262
TCP_INFO = socket.TCP_INFO
TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ = 19, 20, 21
TCP_SEND_QUEUE = 2
TCP_FASTOPEN, TCP_FASTOPEN_CONNECT = 23, 30
TCPI_OPT_TIMESTAMPS, TCPI_OPT_SACK, TCPI_OPT_WSCALE, TCPI_OPT_ECN, TCPI_OPT_SYN_DATA = 1, 2, 4, 8, 32


def _checked(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


class NetNs:
    """A network namespace without a name: it ends with the last socket and process in it, so nothing is left behind."""

    _outer = None

    def __init__(self):
        if NetNs._outer is None:
            NetNs._outer = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        _checked(libc.unshare(CLONE_NEWNET), "unshare(CLONE_NEWNET)")
        # /proc/self is the main thread's; the recorder has no other.
        self.fd = os.open("/proc/self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        _checked(libc.setns(NetNs._outer, CLONE_NEWNET), "setns")

    def __enter__(self):
        _checked(libc.setns(self.fd, CLONE_NEWNET), "setns")
        return self

    def __exit__(self, *_):
        _checked(libc.setns(NetNs._outer, CLONE_NEWNET), "setns")

    def close(self):
        os.close(self.fd)


@contextlib.contextmanager
def undisturbed():
    """In this block no other thread runs on this CPU: what a packet makes a kernel do in a thread of its own waits until the
    block ends. Needs CAP_SYS_NICE."""
    allowed = os.sched_getaffinity(0)
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    try:
        # One CPU: moved to another, this thread would leave the first to the one that must wait.
        os.sched_setaffinity(0, {min(allowed)})
        yield
    finally:
        os.sched_setaffinity(0, allowed)
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))


class SockDiag:
    """The TCP sockets of one namespace, TIME-WAIT, orphans and half-open requests included."""

    def __init__(self, ns):
        with ns:
            self.netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 4)  # NETLINK_SOCK_DIAG
        self.netlink.bind((0, 0))
        self.netlink.settimeout(5)
        self.sequence = 0

    def dump(self, family):
        """[(state name, local address, local port, remote address, remote port)] of one address family."""
        self.sequence += 1
        # struct inet_diag_req_v2: all states but TCP_BOUND_INACTIVE, no filter on addresses
        request = struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, 0x1FFF) + bytes(48)
        header = struct.pack("=IHHII", 16 + len(request), 20, 0x301, self.sequence, 0)
        self.netlink.send(header + request)
        sockets = []
        while True:
            data = self.netlink.recv(1 << 18)
            while len(data) >= 16:
                length, kind, _, sequence, _ = struct.unpack_from("=IHHII", data)
                if sequence == self.sequence:
                    if kind == 3:  # NLMSG_DONE
                        return sockets
                    if kind == 2:  # NLMSG_ERROR
                        raise OSError(-struct.unpack_from("=i", data, 16)[0], "sock_diag")
                    sockets.append(self._entry(data[16:length], family))
                data = data[(length + 3) & ~3:]

    @staticmethod
    def _entry(message, family):
        state = message[1]
        sport, dport = struct.unpack_from("!HH", message, 4)
        size = 4 if family == socket.AF_INET else 16
        source = socket.inet_ntop(family, message[8:8 + size])
        destination = socket.inet_ntop(family, message[24:24 + size])
        return (RFC_NAME.get(state, f"state {state}"), source, sport, destination, dport)

    def close(self):
        self.netlink.close()


def tcp_info(sock):
    """The parts of TCP_INFO that the truth files use."""
    raw = sock.getsockopt(socket.IPPROTO_TCP, TCP_INFO, 232)
    state, _, retransmits, probes, _, options, scales = struct.unpack_from("=7B", raw)
    words = struct.unpack_from("=24I", raw, 8)
    return {
        "state": RFC_NAME.get(state, f"state {state}"),
        "retransmits": retransmits,
        "probes": probes,
        "options": options,
        "peer_shift": scales & 15,
        "own_shift": scales >> 4,
        "advmss": words[19],
    }


def negotiated(client_info):
    """What the client's socket says the two SYNs agreed, or None: (options in words, own and peer's shift)."""
    options = client_info["options"]
    return {
        "window_scale": [client_info["own_shift"], client_info["peer_shift"]] if options & TCPI_OPT_WSCALE else None,
        "sack": bool(options & TCPI_OPT_SACK),
        "timestamps": bool(options & TCPI_OPT_TIMESTAMPS),
        "ecn": bool(options & TCPI_OPT_ECN),
    }


def set_next_isn(sock, isn):
    """Choose the initial sequence number of the connect() that follows; needs CAP_NET_ADMIN."""
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR_QUEUE, TCP_SEND_QUEUE)
    # write_seq is the number of the SYN itself
    sock.setsockopt(socket.IPPROTO_TCP, TCP_QUEUE_SEQ, struct.pack("=I", isn))
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 0)


def vanish(sock):
    """Close without a word to the peer, as a crashed or unplugged machine does; needs CAP_NET_ADMIN."""
    sock.setsockopt(socket.IPPROTO_TCP, TCP_REPAIR, 1)
    sock.close()


def sysctl(name, value):
    """Set a sysctl of the namespace this thread is in; the old value is returned."""
    path = "/proc/sys/" + name.replace(".", "/")
    with open(path, encoding="ascii") as f:
        old = f.read().strip()
    with open(path, "w", encoding="ascii") as f:
        f.write(str(value))
    return old
