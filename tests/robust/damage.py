"""Captures, damaged: by Wireshark's own tools, and by ones that know where the TCP header is."""

import os
import struct
import subprocess

NANOSECOND_PCAP = 0xA1B23C4D
ETHERNET, RAW_IP = 1, 101
# A damaged file is a piece of a capture: the worth of a run is in the kinds of damage, not in the length.
FRAMES_MAX = 80


class Frames:
    """A capture with one link type: frames of (nanoseconds, bytes on the wire, bytes)."""

    def __init__(self, link, frames):
        self.link = link
        self.frames = frames

    @staticmethod
    def read(path):
        """None for anything but pcap with nanoseconds."""
        with open(path, "rb") as file:
            data = file.read()
        if len(data) < 24 or struct.unpack_from("<I", data)[0] != NANOSECOND_PCAP:
            return None
        frames = []
        at = 24
        while at + 16 <= len(data):
            seconds, nanoseconds, captured, wire = struct.unpack_from("<IIII", data, at)
            frames.append((seconds * 10**9 + nanoseconds, wire, data[at + 16 : at + 16 + captured]))
            at += 16 + captured
        return Frames(struct.unpack_from("<I", data, 20)[0], frames)

    def write(self, path):
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", NANOSECOND_PCAP, 2, 4, 0, 0, 262144, self.link))
            for at, wire, raw in self.frames:
                seconds, nanoseconds = divmod(max(0, min(at, 2**32 * 10**9 - 1)), 10**9)
                file.write(struct.pack("<IIII", seconds, nanoseconds, len(raw), wire) + raw)


def run(*arguments):
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def network_layer(link, raw):
    """Where IPv4 or IPv6 begins, and which; None for others."""
    at = 0
    if link == ETHERNET:
        at = 14
        while raw[at - 2 : at] in (b"\x81\x00", b"\x88\xa8"):
            at += 4
    elif link != RAW_IP:
        return None
    version = raw[at] >> 4 if len(raw) > at else 0
    return (at, version) if version in (4, 6) else None


def tcp_layer(link, raw):
    """Where the outermost TCP header begins; None when it is not there as a whole."""
    network = network_layer(link, raw)
    if network is None:
        return None
    at, version = network
    protocol, length = (9, (raw[at] & 15) * 4) if version == 4 else (6, 40)
    if len(raw) < at + length + 20 or raw[at + protocol] != 6:
        return None
    return at + length


def apart(frames, number):
    """Other addresses, so that the connections of this file are not those of its neighbours in a batch."""
    moved = []
    for at, wire, raw in frames.frames:
        network = network_layer(frames.link, raw)
        if network is not None and len(raw) >= network[0] + 40:
            raw = bytearray(raw)
            for place in (13, 17) if network[1] == 4 else (20, 36):
                raw[network[0] + place] ^= number & 0xFF
            raw = bytes(raw)
        moved.append((at, wire, raw))
    return Frames(frames.link, moved)


# ---- kinds of damage: (random, frames) -> frames ----


def times(random, frames):
    """A clock that jumps, stands, or runs backwards."""
    kind = random.randrange(5)
    shift = random.choice([1, 10**3, 10**6, 10**9, 3600 * 10**9, 10**18])
    start = frames.frames[0][0]
    damaged = []
    for number, (at, wire, raw) in enumerate(frames.frames):
        if kind == 0:
            at += random.randrange(-shift, shift + 1)
        elif kind == 1:
            at = 2 * start - at
        elif kind == 2:
            at = start
        elif kind == 3:
            at = random.randrange(2**32 * 10**9)
        elif number % 2:
            at -= shift
        damaged.append((at, wire, raw))
    return Frames(frames.link, damaged)


def order(random, frames):
    """Frames lost, seen twice, late, in any order."""
    kept = list(frames.frames)
    for _ in range(random.randrange(1, 8)):
        if not kept:
            break
        place = random.randrange(len(kept))
        kind = random.randrange(5)
        if kind == 0:
            del kept[place]
        elif kind == 1:
            kept.insert(random.randrange(place, len(kept)), kept[place])
        elif kind == 2:
            kept.insert(random.randrange(len(kept)), kept.pop(place))
        elif kind == 3:
            del kept[place : place + random.randrange(8)]
        else:
            piece = kept[place : place + 8]
            random.shuffle(piece)
            kept[place : place + 8] = piece
    if random.randrange(4) == 0:
        random.shuffle(kept)
    return Frames(frames.link, kept)


def header(random, raw, at, version):
    """One thing of the TCP header at `at` changed, or of the length that IP claims."""
    raw = bytearray(raw)
    kind = random.randrange(8)
    number = random.choice([4, 8])
    if kind == 0:
        raw[at + 13] = random.randrange(256)
    elif kind == 1:
        raw[at + 12 + random.randrange(2)] ^= 1 << random.randrange(8)
    elif kind == 2:
        raw[at + number : at + number + 4] = random.randbytes(4)
    elif kind in (3, 4):
        step = random.choice([1, -1, 2, 1460, -1460, 65535, 0x3FFFFFFF, 0x7FFFFFFF, 0x80000000])
        value = int.from_bytes(raw[at + number : at + number + 4], "big") + step
        raw[at + number : at + number + 4] = (value % 2**32).to_bytes(4, "big")
    elif kind == 5:
        raw[at + 14 : at + 16] = random.choice([b"\0\0", b"\xff\xff", random.randbytes(2)])
    elif kind == 6:
        raw[at : at + 4] = raw[at + 2 : at + 4] + raw[at : at + 2]
    else:
        place = at - 18 if version == 4 else at - 36
        raw[place : place + 2] = random.choice([b"\0\0", b"\xff\xff", b"\0\x28", random.randbytes(2)])
    return bytes(raw)


def headers(random, frames):
    """TCP headers hit, everything in front of them left alone."""
    rate = random.choice([0.02, 0.1, 0.3, 1])
    damaged = []
    for at, wire, raw in frames.frames:
        tcp = tcp_layer(frames.link, raw)
        if tcp is not None and random.random() < rate:
            raw = header(random, raw, tcp, network_layer(frames.link, raw)[1])
        damaged.append((at, wire, raw))
    return Frames(frames.link, damaged)


INSIDE = {"times": times, "order": order, "headers": headers}


class Damage:
    """Makes damaged files out of `sources`, in `folder`."""

    KINDS = ("errors", "errors-behind-ip", "cut", "merge", "random", "times", "order", "headers", "headers+order")

    def __init__(self, sources, folder):
        self.folder = folder
        self.sources = []
        for number, path in enumerate(sources):
            plain = os.path.join(folder, f"source-{number}.pcap")
            # What cannot be written as one pcap with nanoseconds (several link types) is left to the tools.
            done = subprocess.run(["editcap", "-F", "nsecpcap", path, plain], capture_output=True, check=False)
            frames = Frames.read(plain) if done.returncode == 0 else None
            if frames is None or not frames.frames:
                self.sources.append((path, None))
            else:
                self.sources.append((plain, frames))

    def piece(self, random, number):
        """Some frames of a source that can be taken apart."""
        while True:
            _, frames = random.choice(self.sources)
            if frames is not None:
                break
        start = random.randrange(max(1, len(frames.frames) - FRAMES_MAX // 2))
        taken = Frames(frames.link, frames.frames[start : start + FRAMES_MAX])
        return apart(taken, number) if random.randrange(2) else taken

    def make(self, random, path, number):
        """Writes a damaged file; gives its kind."""
        kind = random.choice(self.KINDS)
        if kind == "random":
            run("randpkt", "-t", random.choice(["tcp", "tcp", "ip", "ipv6"]), "-c", "40", "-b", "200", path)
            return kind
        if kind in ("errors", "errors-behind-ip", "cut"):
            source, frames = random.choice(self.sources)
            if frames is not None and random.randrange(4):
                source = os.path.join(self.folder, "piece.pcap")
                self.piece(random, number).write(source)
            if kind == "cut":
                run("editcap", "-s", str(random.randrange(14, 120)), source, path)
                return kind
            rate = random.choice([0.0005, 0.002, 0.01, 0.02, 0.05, 0.1])
            behind = ["-o", "34"] if kind == "errors-behind-ip" else []
            run("editcap", "-E", str(rate), "--seed", str(random.randrange(2**31)), *behind, source, path)
            return kind
        if kind == "merge":
            parts = [os.path.join(self.folder, name) for name in ("one.pcap", "two.pcap")]
            for part in parts:
                times(random, self.piece(random, number)).write(part)
            run("mergecap", "-F", "pcapng", "-w", path, *parts)
            return kind
        frames = self.piece(random, number)
        for part in kind.split("+"):
            if frames.frames:
                frames = INSIDE[part](random, frames)
        frames.write(path)
        return kind
