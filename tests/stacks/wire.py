"""Frames made from frames: sent again, with another hop count, or quoted in an ICMP error, as devices on the way do."""

import socket
import struct

from lab import MAC, PEER, Frame


def checksum(raw):
    """The Internet checksum (RFC 1071)."""
    raw = bytes(raw) + b"\0" * (len(raw) % 2)
    total = sum(struct.unpack(f"!{len(raw) // 2}H", raw))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def is_ipv6(raw):
    return raw[12:14] == b"\x86\xdd"


def rewritten(raw):
    """The bytes of an IPv4 frame with the header's checksum computed anew."""
    header = 14 + 4 * (raw[14] & 15)
    struct.pack_into("!H", raw, 24, 0)
    struct.pack_into("!H", raw, 24, checksum(raw[14:header]))
    return bytes(raw)


def again(frame):
    """The same segment in a packet of its own: what a repeat is, and a copy of the packet is not."""
    raw = bytearray(frame.raw)
    again.identification = (again.identification + 1) & 0x3FFF
    struct.pack_into("!H", raw, 18, 0xC000 | again.identification)
    return Frame(frame.sender, rewritten(raw))


again.identification = 0


def with_ttl(frame, ttl):
    """The same packet with this hop count."""
    raw = bytearray(frame.raw)
    if is_ipv6(raw):
        raw[21] = ttl
        return Frame(frame.sender, bytes(raw))
    raw[22] = ttl
    return Frame(frame.sender, rewritten(raw))


def one_hop_further(raw):
    """The bytes of a frame behind a router."""
    frame = Frame("client", raw)
    return with_ttl(frame, raw[21 if is_ipv6(raw) else 22] - 1).raw


# What an error says, as synfin names it: the type and code of ICMP and of ICMPv6.
ICMP = {
    "net-unreachable": ((3, 0), (1, 0)),
    "host-unreachable": ((3, 1), (1, 3)),
    "protocol-unreachable": ((3, 2), None),
    "port-unreachable": ((3, 3), (1, 4)),
    "fragmentation-needed": ((3, 4), (2, 0)),
    "prohibited": ((3, 13), (1, 1)),
    "time-exceeded": ((11, 0), (3, 0)),
    "other": ((12, 0), (4, 0)),
}
ROUTER = {4: "10.77.0.254", 6: "fd77::254"}
MTU = 1400


def icmp_error(frame, kind):
    """What a router on the way answers to this segment; it quotes eight bytes of the TCP header, as RFC 792 asks."""
    receiver, sender = frame.sender, PEER[frame.sender]
    ethernet = bytes.fromhex((MAC[receiver] + MAC[sender]).replace(":", ""))
    if is_ipv6(frame.raw):
        (number, code), source = ICMP[kind][1], socket.inet_pton(socket.AF_INET6, ROUTER[6])
        quote, destination = frame.raw[14:62], frame.raw[22:38]
        message = struct.pack("!BBHI", number, code, 0, MTU if kind == "fragmentation-needed" else 0) + quote
        pseudo_header = source + destination + struct.pack("!II", len(message), 58)
        message = message[:2] + struct.pack("!H", checksum(pseudo_header + message)) + message[4:]
        header = struct.pack("!IHBB", 6 << 28, len(message), 58, 64) + source + destination
        return Frame(sender, ethernet + b"\x86\xdd" + header + message)
    (number, code), source = ICMP[kind][0], socket.inet_aton(ROUTER[4])
    quote, destination = frame.raw[14:frame.header + 8], frame.raw[26:30]
    message = struct.pack("!BBHI", number, code, 0, MTU if kind == "fragmentation-needed" else 0) + quote
    message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(message), 0, 0, 64, 1, 0) + source + destination
    return Frame(sender, rewritten(bytearray(ethernet + b"\x08\x00" + header + message)))
