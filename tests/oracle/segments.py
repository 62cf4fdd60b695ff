"""TCP segments of a capture, as Wireshark's own dissector names their parts.

Nothing of synfin is read here: only `frame.*`, `ip*.src`, `ip*.dst` and `tcp.*`. PDML is used because it keeps every
TCP layer of a frame apart, in order, with the fields that belong to it.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR, AE = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20, 0x40, 0x80, 0x100

# SPEC 3: the order in which a summary names flags.
FLAG_ORDER = (("SYN", SYN), ("FIN", FIN), ("RST", RST), ("PSH", PSH), ("URG", URG),
              ("ECE", ECE), ("CWR", CWR), ("AE", AE), ("ACK", ACK))

# A header quoted by one of these is not a segment (SPEC 1).
QUOTING = {"icmp", "icmpv6"}


@dataclass(frozen=True)
class Options:
    """What a SYN can offer. None and False: not offered."""

    mss: int | None = None
    scale: int | None = None
    sack: bool = False
    timestamps: bool = False
    fast_open: bool = False
    mptcp: bool = False


@dataclass(frozen=True)
class Segment:
    """One TCP layer of one frame."""

    frame: int
    layer: int
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

    def has(self, bits: int) -> bool:
        return self.flags & bits == bits

    @property
    def is_other(self) -> bool:
        """SPEC 2, `OTHER`: probes. They perform no step and change nothing."""
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
    def sequence_len(self) -> int:
        """RFC 9293 SEG.LEN: payload, SYN and FIN."""
        return self.length + bool(self.has(SYN)) + bool(self.has(FIN))

    @property
    def flag_names(self) -> str:
        return "&".join(name for name, bit in FLAG_ORDER if self.flags & bit) or "none"


def parse_options(octets: bytes) -> Options:
    """The options of a header; reading stops where the list makes no sense."""
    mss = scale = None
    sack = timestamps = fast_open = mptcp = False
    at = 0
    while at < len(octets):
        kind = octets[at]
        if kind == 0:
            break
        if kind == 1:
            at += 1
            continue
        if at + 1 >= len(octets) or octets[at + 1] < 2 or at + octets[at + 1] > len(octets):
            break
        body = octets[at + 2:at + octets[at + 1]]
        at += octets[at + 1]
        if kind == 2 and len(body) == 2:
            mss = int.from_bytes(body, "big")
        elif kind == 3 and len(body) == 1:
            scale = body[0]
        elif kind == 4 and not body:
            sack = True
        elif kind == 8 and len(body) == 8:
            timestamps = True
        elif kind == 34 or (kind == 254 and body[:2] == b"\xf9\x89"):
            fast_open = True
        elif kind == 30:
            mptcp = True
    return Options(mss, scale, sack, timestamps, fast_open, mptcp)


class Tshark:
    """A tshark command line that knows nothing of the user's settings."""

    PREFERENCES = ("-o", "tcp.relative_sequence_numbers:FALSE", "-o", "tcp.analyze_sequence_numbers:TRUE")

    def __init__(self, command: str = "tshark"):
        self.command = shlex.split(command)
        self.home = tempfile.TemporaryDirectory(prefix="oracle-home-")

    def environment(self) -> dict[str, str]:
        private = dict(os.environ, HOME=self.home.name, XDG_CONFIG_HOME=self.home.name, TZ="UTC", LC_ALL="C.UTF-8")
        private.pop("WIRESHARK_CONFIG_DIR", None)
        return private

    def plugins(self) -> str:
        """What `tshark -G plugins` prints."""
        return subprocess.run([*self.command, "-G", "plugins"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env=self.environment(), text=True, check=True).stdout

    def pdml(self, capture: str, *arguments: str):
        """The `<packet>` elements of a capture, one after the other."""
        line = [*self.command, "-n", "-r", capture, *self.PREFERENCES, *arguments, "-T", "pdml"]
        with (tempfile.TemporaryFile() as complaints,
              subprocess.Popen(line, stdout=subprocess.PIPE, stderr=complaints, env=self.environment()) as run):
            try:
                for _, element in ET.iterparse(run.stdout):
                    if element.tag == "packet":
                        yield element
                        element.clear()
            except ET.ParseError as error:
                raise RuntimeError(f"{capture}: {error}") from error
            run.wait()
            complaints.seek(0)
            said = complaints.read().decode(errors="replace")
        # A capture cut in the middle of a frame ends with status 2 after all whole frames.
        if run.returncode not in (0, 2):
            raise RuntimeError(f"{capture}: tshark ended with {run.returncode}: {said}")


def shown(proto: ET.Element, name: str) -> str | None:
    """The value of a field of this layer itself, not of a layer inside it."""
    pending = list(proto)
    while pending:
        element = pending.pop(0)
        if element.tag != "field":
            continue
        if element.get("name") == name:
            return element.get("show")
        pending = list(element) + pending
    return None


def raw(proto: ET.Element, name: str) -> bytes:
    for element in proto.iter("field"):
        if element.get("name") == name:
            return bytes.fromhex(element.get("value", ""))
    return b""


def layers(element: ET.Element, quoted: bool = False):
    """Every protocol of a packet in order, with whether an ICMP error quotes it."""
    for child in element:
        if child.tag == "proto":
            yield child, quoted
        yield from layers(child, quoted or child.get("name") in QUOTING)


def epoch_ns(text: str | None) -> int | None:
    """A time stamp in nanoseconds; None where Wireshark has none, or none it can represent."""
    try:
        return int((Decimal(text or "") * 1_000_000_000).to_integral_value())
    except InvalidOperation:
        return None


def segments_of(packet: ET.Element) -> list[Segment]:
    """The TCP segments of one frame, outermost first."""
    found: list[Segment] = []
    frame, time_ns, addresses = 0, None, ("", "")
    for proto, quoted in layers(packet):
        name = proto.get("name")
        if name == "frame":
            frame = int(shown(proto, "frame.number"))
            time_ns = epoch_ns(shown(proto, "frame.time_epoch"))
        elif name in ("ip", "ipv6") and shown(proto, f"{name}.src"):
            addresses = (shown(proto, f"{name}.src"), shown(proto, f"{name}.dst"))
        elif name == "tcp" and not quoted:
            values = {key: shown(proto, f"tcp.{key}") for key in
                      ("stream", "len", "flags", "seq_raw", "ack_raw", "srcport", "dstport", "window_size_value")}
            if values["len"] is None or values["flags"] is None or values["stream"] is None:
                continue
            found.append(Segment(
                frame=frame, layer=len(found), stream=int(values["stream"]), time_ns=time_ns,
                source=(addresses[0], int(values["srcport"])), destination=(addresses[1], int(values["dstport"])),
                seq=int(values["seq_raw"]), ack=int(values["ack_raw"] or 0), length=int(values["len"]),
                flags=int(values["flags"], 16), window=int(values["window_size_value"] or 0),
                options=parse_options(raw(proto, "tcp.options"))))
    return found


def read(capture: str, tshark: Tshark) -> list[Segment]:
    """All segments of a capture, in capture order."""
    return [segment for packet in tshark.pdml(capture) for segment in segments_of(packet)]
