"""Reads a capture through tshark's own dissectors. Nothing of synfin is read here.

PDML is used because it keeps every layer of a frame apart, in order, with the fields that belong to it. In a tunnel
each TCP layer has the addresses of the IP layer in front of it.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import tempfile
import xml.etree.ElementTree as ET

from segments import IcmpError, Segment, icmp_kind, parse_options

# A header quoted by one of these is not a segment (SPEC 1).
QUOTING = {"icmp": 4, "icmpv6": 6}
TCP_FIELDS = ("stream", "len", "flags", "seq_raw", "ack_raw", "srcport", "dstport", "window_size_value", "hdr_len")
FIXED_HEADER, SECOND_NS = 20, 1_000_000_000
SEQUENCE_NUMBER = slice(4, 8)  # of a TCP header


class Tshark:
    """A tshark command line that knows nothing of the user's settings."""

    PREFERENCES = ("-o", "tcp.relative_sequence_numbers:FALSE", "-o", "tcp.analyze_sequence_numbers:TRUE")

    def __init__(self, command: str = "tshark"):
        self.command = shlex.split(command)
        self.home = tempfile.TemporaryDirectory(prefix="oracle-home-")
        self.errors: dict[str, dict[int, bytes]] = {}

    def environment(self) -> dict[str, str]:
        private = dict(os.environ, HOME=self.home.name, XDG_CONFIG_HOME=self.home.name, TZ="UTC", LC_ALL="C.UTF-8")
        private.pop("WIRESHARK_CONFIG_DIR", None)
        return private

    def plugins(self) -> str:
        """What `tshark -G plugins` prints."""
        return subprocess.run([*self.command, "-G", "plugins"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env=self.environment(), text=True, check=True).stdout

    def complete_quotes(self, packet: ET.Element, capture: str) -> None:
        """Of eight bytes of TCP header that an ICMPv6 message quotes, some versions show the ports alone. The sequence
        number is read from the bytes of the frame then."""
        for proto, quoting in layers(packet):
            is_short = (quoting is not None and quoting.get("name") == "icmpv6" and proto.get("name") == "tcp"
                        and shown(proto, "tcp.seq_raw", "tcp.seq") is None)
            if not is_short:
                continue
            start = int(proto.get("pos"))
            header = self.errors_of(capture).get(frame_number(packet), b"")[start:start + int(proto.get("size"))]
            number = header[SEQUENCE_NUMBER]
            if len(number) == 4 and header[:2].hex() == raw(proto, "tcp.srcport").hex():
                ET.SubElement(proto, "field", name="tcp.seq_raw", show=str(int.from_bytes(number, "big")))

    def errors_of(self, capture: str) -> dict[int, bytes]:
        """The bytes of each frame with an ICMPv6 message about TCP."""
        if capture not in self.errors:
            line = [*self.command, "-n", "-r", capture, "-Y", "icmpv6 && tcp", "-T", "json", "-x", "-j", "frame"]
            found = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self.environment(),
                                   check=False).stdout
            frames = [packet["_source"]["layers"] for packet in json.loads(found or b"[]")]
            self.errors[capture] = {int(one["frame"]["frame.number"]): bytes.fromhex(one["frame_raw"][0])
                                    for one in frames}
        return self.errors[capture]

    def pdml(self, capture: str, *arguments: str):
        """The `<packet>` elements of a capture, one after the other."""
        line = [*self.command, "-n", "-r", capture, *self.PREFERENCES, *arguments, "-T", "pdml"]
        with (tempfile.TemporaryFile() as complaints,
              subprocess.Popen(line, stdout=subprocess.PIPE, stderr=complaints, env=self.environment()) as run):
            try:
                parser = ET.iterparse(run.stdout, events=("start", "end"))
                _, root = next(parser)
                for event, element in parser:
                    if event == "end" and element.tag == "packet":
                        self.complete_quotes(element, capture)
                        yield element
                        root.clear()
            except ET.ParseError as error:
                raise RuntimeError(f"{capture}: {error}") from error
            run.wait()
            complaints.seek(0)
            said = complaints.read().decode(errors="replace")
        # A capture cut in the middle of a frame ends with status 2 after all whole frames.
        if run.returncode not in (0, 2):
            raise RuntimeError(f"{capture}: tshark ended with {run.returncode}: {said}")


def own_fields(proto: ET.Element):
    """The fields of this layer itself, not of a layer inside it."""
    for child in proto:
        if child.tag == "field":
            yield child
            yield from own_fields(child)


def shown(proto: ET.Element, *names: str) -> str | None:
    """The value of the first of these fields that the layer has."""
    for name in names:
        for element in own_fields(proto):
            if element.get("name") == name:
                return element.get("show")
    return None


def raw(proto: ET.Element, name: str) -> bytes:
    for element in own_fields(proto):
        if element.get("name") == name:
            return bytes.fromhex(element.get("value", ""))
    return b""


def frame_number(packet: ET.Element) -> int:
    """Wireshark's number of the frame."""
    frame = next(proto for proto in packet if proto.get("name") == "frame")
    return int(shown(frame, "frame.number"))


def layers(element: ET.Element, quoting: ET.Element | None = None):
    """Every protocol of a packet in order, with the ICMP message that quotes it."""
    for child in element:
        if child.tag == "proto":
            yield child, quoting
        inside = child if quoting is None and child.get("name") in QUOTING else quoting
        yield from layers(child, inside)


def epoch_ns(text: str | None) -> int | None:
    """A time stamp in nanoseconds; None where Wireshark has none, or none it can represent."""
    seconds, _, fraction = (text or "").partition(".")
    try:
        # A broken capture can have a second or more of nanoseconds: Wireshark shows more than nine digits then.
        nanoseconds = int(fraction.ljust(9, "0"))
        return int(seconds) * SECOND_NS + (-nanoseconds if seconds.startswith("-") else nanoseconds)
    except ValueError:
        return None


class Addresses:
    """The nearest IP layer in front of what is read."""

    def __init__(self):
        self.source = self.destination = ""
        self.ident = self.hops = None

    def take(self, proto: ET.Element) -> None:
        name = proto.get("name")
        source = shown(proto, f"{name}.src")
        if source is None:
            return
        self.source, self.destination = source, shown(proto, f"{name}.dst") or ""
        hops = shown(proto, "ip.ttl" if name == "ip" else "ipv6.hlim")
        ident = shown(proto, "ip.id") if name == "ip" else None
        self.hops = None if hops is None else int(hops)
        self.ident = None if ident is None else int(ident, 16)


def items_of(packet: ET.Element) -> list[Segment | IcmpError]:
    """The TCP segments of one frame, and its ICMP errors about TCP, outermost first."""
    found: list = []
    frame, time_ns = 0, None
    outer, quoted, told = Addresses(), Addresses(), None
    for proto, quoting in layers(packet):
        name = proto.get("name")
        if name == "frame":
            frame = int(shown(proto, "frame.number"))
            time_ns = epoch_ns(shown(proto, "frame.time_epoch"))
        elif name in ("ip", "ipv6"):
            (outer if quoting is None else quoted).take(proto)
        elif name == "tcp" and quoting is None:
            segment = segment_of(proto, frame, len(found), time_ns, outer)
            found += [segment] if segment else []
        elif name == "tcp" and quoting is not told:
            told = quoting
            error = error_of(proto, quoting, frame, len(found), outer, quoted)
            found += [error] if error else []
    return found


def segment_of(proto: ET.Element, frame: int, layer: int, time_ns: int | None, ends: Addresses) -> Segment | None:
    """None where Wireshark gives no `tcp.len`."""
    values = {key: shown(proto, f"tcp.{key}") for key in TCP_FIELDS}
    if values["len"] is None or values["flags"] is None or values["stream"] is None:
        return None
    header = int(values["hdr_len"] or FIXED_HEADER)
    return Segment(
        frame=frame, layer=layer, stream=int(values["stream"]), time_ns=time_ns,
        source=(ends.source, int(values["srcport"])), destination=(ends.destination, int(values["dstport"])),
        seq=int(values["seq_raw"]), ack=int(values["ack_raw"] or 0), length=int(values["len"]),
        flags=int(values["flags"], 16), window=int(values["window_size_value"] or 0),
        options=parse_options(raw(proto, "tcp.options"), max(0, header - FIXED_HEADER)),
        ident=ends.ident, hops=ends.hops)


def error_of(proto: ET.Element, message: ET.Element, frame: int, layer: int, outer: Addresses,
             quoted: Addresses) -> IcmpError | None:
    name = message.get("name")
    kind = icmp_kind(QUOTING[name], int(shown(message, f"{name}.type") or -1), int(shown(message, f"{name}.code") or 0))
    seq = shown(proto, "tcp.seq_raw", "tcp.seq")
    ports = shown(proto, "tcp.srcport"), shown(proto, "tcp.dstport")
    if kind is None or seq is None or None in ports:
        return None
    return IcmpError(frame, layer, kind, outer.source, (quoted.source, int(ports[0])),
                     (quoted.destination, int(ports[1])), int(seq))


def read(capture: str, tshark: Tshark) -> list[Segment | IcmpError]:
    """All segments and ICMP errors of a capture, in capture order."""
    return [item for packet in tshark.pdml(capture) for item in items_of(packet)]
