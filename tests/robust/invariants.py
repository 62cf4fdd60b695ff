"""What must hold of any capture, read by tshark with the plugin in it."""

import json

# Fields of the connection, "so far" in a first pass; all others depend on the past alone (SPEC of the fields: REFERENCE.md).
OF_CONNECTION = ("synfin.handshake.", "synfin.teardown.", "synfin.conn.", "synfin.expert.")
ALSO_OF_CONNECTION = ("synfin.negotiated", "synfin.reset.frame")
TIMES = ("synfin.handshake.time", "synfin.handshake.synack_rtt", "synfin.handshake.ack_rtt", "synfin.teardown.time", "synfin.conn.duration")


def is_of_segment(name):
    if name.endswith(".step"):
        return True
    return not name.startswith(OF_CONNECTION) and name not in ALSO_OF_CONNECTION


def pairs(value):
    """All (name, value) below a JSON object read as pairs, in order."""
    for name, inner in value:
        if isinstance(inner, list):
            yield from pairs(inner)
        else:
            yield name, inner


class Frame:
    """What a frame says: one list of (field, value) for each synfin layer, and the tcp.stream of each TCP layer."""

    def __init__(self, layers):
        self.synfin = []
        self.streams = []
        for name, layer in layers:
            if name == "synfin" and isinstance(layer, list):
                self.synfin.append([pair for pair in pairs(layer) if pair[0].startswith("synfin.")])
            elif name == "tcp" and isinstance(layer, list):
                self.streams += [value for field, value in pairs(layer) if field == "tcp.stream"]


def frames_of(output):
    """The frames of `tshark -T json`."""
    read = json.loads(output.decode("utf-8", "replace"), strict=False, object_pairs_hook=list)
    return [Frame(dict(dict(frame)["_source"])["layers"]) for frame in read]


def without_item(text):
    """`tshark -V` without synfin's own items."""
    kept = []
    inside = False
    for line in text.split(b"\n"):
        if line.startswith(b"[TCP Lifecycle:"):
            inside = True
        elif inside and not line.startswith(b"    "):
            inside = False
            # The item ends where a line begins at the margin, the frame's end included.
        if not inside:
            kept.append(line)
    return kept


class Checker:
    """Holds captures against the invariants. `findings` of a file come as text."""

    def __init__(self, host):
        self.host = host
        self.segments = 0
        self.runs = 0

    def tshark(self, path, arguments, with_plugin=True):
        self.runs += 1
        return self.host.read(path, arguments, with_plugin)

    def check(self, path, whole=False):
        """The findings of one file. `whole`: every layer as JSON, and the details of the second pass as well."""
        findings = list(self.texts(path, ["-V"]))
        if whole:
            findings += self.texts(path, ["-2", "-V"])
        some = [] if whole else ["-J", "tcp synfin"]
        one = self.tshark(path, ["-T", "json", *some])
        two = self.tshark(path, ["-2", "-T", "json", "-J", "tcp synfin"])
        findings += self.as_without(path, one, ["-T", "json", *some])
        findings += self.as_without(path, two, ["-2", "-T", "json", "-J", "tcp synfin"])
        if one.status is None or two.status is None or findings:
            return findings
        try:
            one, two = frames_of(one.out), frames_of(two.out)
        except (ValueError, KeyError) as error:
            return findings + [f"JSON that does not read: {error}"]
        return findings + list(self.passes(one, two)) + list(self.connections(two))

    def texts(self, path, arguments):
        """The details are those without the plugin, synfin's own item apart."""
        ours, theirs = self.tshark(path, arguments), self.tshark(path, arguments, False)
        yield from self.as_without(path, ours, arguments, theirs)
        with_plugin, without = without_item(ours.out), without_item(theirs.out)
        if with_plugin != without:
            place = next((n for n, (a, b) in enumerate(zip(with_plugin, without)) if a != b), min(len(with_plugin), len(without)))
            shown = [lines[place] if place < len(lines) else b"" for lines in (with_plugin, without)]
            yield f"{arguments}: line {place} is {shown[0]!r} with the plugin, {shown[1]!r} without"

    def as_without(self, path, ours, arguments, theirs=None):
        """tshark ends as without the plugin, and complains of nothing more."""
        if ours.status is None:
            yield f"{arguments}: it hangs"
            return
        complaints = ours.complaints()
        if ours.status == 0 and not complaints:
            return
        # Without the plugin there is no synfin to ask for; from 4.4 on tshark refuses the name.
        theirs = theirs or self.tshark(path, [word.replace("tcp synfin", "tcp") for word in arguments], False)
        if ours.status != theirs.status:
            yield f"{arguments}: status {ours.status}, {theirs.status} without the plugin: {complaints[-3:]}"
        more = [line for line in complaints if line not in theirs.complaints()]
        if more:
            yield f"{arguments}: stderr, not there without the plugin: {more[:3]}"

    def passes(self, one, two):
        """Fields of a segment are the same in one pass and in two."""
        if len(one) != len(two):
            yield f"{len(one)} frames in one pass, {len(two)} in two"
        for number, (first, second) in enumerate(zip(one, two), 1):
            said = [[[pair for pair in layer if is_of_segment(pair[0])] for layer in frame.synfin] for frame in (first, second)]
            self.segments += len(said[0])
            if said[0] != said[1]:
                yield f"frame {number}: {said[0]} in one pass, {said[1]} in two"
                return
            for layer in first.synfin + second.synfin:
                yield from self.layer(number, layer)
            for name, value in (pair for layer in second.synfin for pair in layer):
                if value == "pending":
                    yield f"frame {number}: {name} is pending in the second pass"

    def layer(self, number, layer):
        """What holds of one annotation by itself."""
        fields = dict(layer)
        for name in ("synfin.role", "synfin.phase", "synfin.sender", "synfin.summary", "synfin.client.state", "synfin.server.state"):
            if not fields.get(name):
                yield f"frame {number}: no {name}: {layer}"
        for name in TIMES:
            if fields.get(name, "0").startswith("-"):
                yield f"frame {number}: {name} is {fields[name]}"
        role = fields.get("synfin.role", "").split("+")
        if ("RST" in role or "OTHER" in role) and any(name in fields for name in ("synfin.handshake.step", "synfin.teardown.step")):
            yield f"frame {number}: a step of a {role}"

    def connections(self, two):
        """Each stream that has annotations has one last segment."""
        seen, unclear, lasts = set(), set(), {}
        for number, frame in enumerate(two, 1):
            if len(frame.streams) != len(frame.synfin):
                # TCP quoted in ICMP: which layer an annotation belongs to does not show.
                if frame.synfin:
                    unclear.update(frame.streams)
                continue
            for stream, layer in zip(frame.streams, frame.synfin):
                seen.add(stream)
                if ("synfin.conn.last", "1") in layer or ("synfin.conn.last", True) in layer:
                    lasts.setdefault(stream, []).append(number)
                    names = dict(layer)
                    missing = [name for name in ("synfin.conn.state", "synfin.handshake.outcome", "synfin.teardown.kind") if not names.get(name)]
                    if missing:
                        yield f"frame {number}: the last segment of stream {stream} has no {missing}"
        for stream in seen - unclear:
            if len(lasts.get(stream, [])) != 1:
                yield f"stream {stream}: conn.last on frames {lasts.get(stream, [])}"
