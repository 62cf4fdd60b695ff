"""What the oracle knows of one TCP segment, and of one ICMP error that quotes a segment. Values only.

How they are read from a capture is in `capture.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, AE = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20, 0x40, 0x80, 0x100

# SPEC 4: the order in which a summary names flags.
FLAG_ORDER = (("SYN", SYN), ("FIN", FIN), ("RST", RST), ("PSH", PSH), ("URG", URG),
              ("ECE", ECE), ("CWR", CWR), ("AE", AE), ("ACK", ACK))

MP_CAPABLE, MP_JOIN = 0, 1
FAST_OPEN, EXPERIMENT, FAST_OPEN_MAGIC, MULTIPATH = 34, 254, b"\xf9\x89", 30


@dataclass(frozen=True)
class Options:
    """The options of a header. None and False: not there."""

    mss: int | None = None
    scale: int | None = None
    sack: bool = False
    stamps: tuple[int, int] | None = None  # TSval, TSecr
    fast_open: bool = False
    mptcp: bool = False  # MP_CAPABLE or MP_JOIN
    cut: bool = False  # the capture does not have all of them


@dataclass(frozen=True)
class Segment:
    """One TCP layer of one frame."""

    frame: int
    layer: int  # its place among the frame's TCP layers and ICMP errors
    stream: int
    time_ns: int | None
    source: tuple[str, int]
    destination: tuple[str, int]
    seq: int
    ack: int
    length: int
    flags: int
    window: int
    options: Options = field(default_factory=Options)
    ident: int | None = None  # IPv4 Identification; None: not IPv4
    hops: int | None = None  # TTL or hop limit

    @property
    def order(self) -> tuple[int, int]:
        return self.frame, self.layer

    def has(self, bits: int) -> bool:
        return self.flags & bits == bits

    @property
    def is_other(self) -> bool:
        """SPEC 3, `OTHER`: probes. They perform no step and change nothing."""
        if self.has(SYN) and self.flags & (FIN | RST):
            return True
        if not self.flags & (SYN | FIN | RST | ACK):
            return True
        return self.has(FIN) and not self.flags & (ACK | RST)

    @property
    def is_rst(self) -> bool:
        return self.has(RST) and not self.is_other

    @property
    def is_normal(self) -> bool:
        """Neither RST nor OTHER: the segments that carry a connection forward."""
        return not self.is_rst and not self.is_other

    @property
    def is_syn(self) -> bool:
        return self.is_normal and self.has(SYN) and not self.has(ACK)

    @property
    def is_synack(self) -> bool:
        return self.is_normal and self.has(SYN | ACK)

    @property
    def is_fin(self) -> bool:
        return self.is_normal and self.has(FIN)

    @property
    def is_bare(self) -> bool:
        """An ACK without payload, SYN, FIN and RST."""
        return self.is_normal and not self.length and not self.flags & (SYN | FIN)

    @property
    def sequence_len(self) -> int:
        """RFC 9293 SEG.LEN: payload, SYN and FIN."""
        return self.length + bool(self.has(SYN)) + bool(self.has(FIN))

    @property
    def flag_names(self) -> str:
        return "&".join(name for name, bit in FLAG_ORDER if self.flags & bit) or "none"


@dataclass(frozen=True)
class IcmpError:
    """An ICMP or ICMPv6 error that quotes a TCP header."""

    frame: int
    layer: int
    kind: str
    sender: str
    source: tuple[str, int]
    destination: tuple[str, int]
    seq: int


def parse_options(data: bytes, length: int | None = None) -> Options:
    """The options of a header; reading stops where the list makes no sense. `length`: what the header says."""
    found = {"cut": length is not None and len(data) < length}
    at = 0
    while at < len(data):
        kind = data[at]
        if kind == 0:
            break
        if kind == 1:
            at += 1
            continue
        if at + 1 >= len(data) or data[at + 1] < 2 or at + data[at + 1] > len(data):
            break
        take_option(found, kind, data[at + 2:at + data[at + 1]])
        at += data[at + 1]
    return Options(**found)


def take_option(found: dict, kind: int, body: bytes) -> None:
    if kind == 2 and len(body) == 2:
        found["mss"] = int.from_bytes(body, "big")
    elif kind == 3 and len(body) == 1:
        found["scale"] = body[0]
    elif kind == 4 and not body:
        found["sack"] = True
    elif kind == 8 and len(body) == 8:
        found["stamps"] = int.from_bytes(body[:4], "big"), int.from_bytes(body[4:], "big")
    elif kind == FAST_OPEN or (kind == EXPERIMENT and body[:2] == FAST_OPEN_MAGIC):
        found["fast_open"] = True
    elif kind == MULTIPATH and body and body[0] >> 4 in (MP_CAPABLE, MP_JOIN):
        found["mptcp"] = True


# SPEC 9. Code -> kind, of "destination unreachable".
UNREACHABLE_V4 = {0: "net-unreachable", 1: "host-unreachable", 2: "protocol-unreachable", 3: "port-unreachable",
                  4: "fragmentation-needed", 6: "net-unreachable", 7: "host-unreachable", 9: "prohibited",
                  10: "prohibited", 11: "net-unreachable", 12: "host-unreachable", 13: "prohibited"}
UNREACHABLE_V6 = {0: "net-unreachable", 1: "prohibited", 3: "host-unreachable", 4: "port-unreachable",
                  5: "prohibited", 6: "prohibited"}
# The errors of RFC 792 (with RFC 1122) and of RFC 4443. Other messages are no errors.
ERRORS_V4 = {3, 4, 5, 11, 12}
ERRORS_V6 = range(0, 128)


def icmp_kind(version: int, message: int, code: int) -> str | None:
    """`synfin.icmp`; None: no error."""
    if version == 4:
        if message not in ERRORS_V4:
            return None
        if message == 3:
            return UNREACHABLE_V4.get(code, "other")
        return "time-exceeded" if message == 11 else "other"
    if message not in ERRORS_V6:
        return None
    if message == 1:
        return UNREACHABLE_V6.get(code, "other")
    if (message, code) == (4, 1):
        # Unrecognized next header: what IPv6 has in place of IPv4's "protocol unreachable" (RFC 7915 sections 4.2, 5.2).
        return "protocol-unreachable"
    return {2: "fragmentation-needed", 3: "time-exceeded"}.get(message, "other")
