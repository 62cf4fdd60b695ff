"""What must hold of any capture, read by tshark with the plugin in it."""

import json

# Fields of the connection, "so far" in a first pass; all others depend on the past alone (SPEC of the fields: REFERENCE.md).
OF_CONNECTION = ("synfin.handshake.", "synfin.teardown.", "synfin.conn.", "synfin.expert.")
ALSO_OF_CONNECTION = ("synfin.negotiated", "synfin.reset.frame", "synfin.reset.by", "synfin.reset.ignored",
                      "synfin.reset.remark")
TIMES = ("synfin.handshake.time", "synfin.handshake.synack_rtt", "synfin.handshake.ack_rtt", "synfin.teardown.time", "synfin.conn.duration")

TRUE = ("1", "True", True)

# The words that a field can be: SPEC of the fields: REFERENCE.md. None of these is said of what is not known.
WORDS = {
    "synfin.phase": "handshake data teardown closed",
    "synfin.sender": "client server",
    "synfin.basis": "handshake teardown first-seen",
    "synfin.reset": "late stray challenged no-connection after-fin refused handshake abort",
    "synfin.reset.cause": "refuses-syn rejects-ack unknown-connection gave-up aborts",
    "synfin.reset.by": "client server",
    "synfin.icmp": "net-unreachable host-unreachable port-unreachable protocol-unreachable prohibited fragmentation-needed "
                   "time-exceeded other",
    "synfin.handshake.step": "1 2 3",
    "synfin.teardown.step": "1 2 3 4",
    "synfin.handshake.kind": "three-way fast-open simultaneous split not-captured",
    "synfin.handshake.outcome": "refused reset complete half-open partial unreachable old-connection invalid-answer no-answer "
                                "not-captured pending",
    "synfin.teardown.kind": "unanswered four-segment three-segment simultaneous half-closed reset reset-after-fin still-open none "
                            "pending",
    "synfin.teardown.closer": "client server",
    "synfin.conn.state": "S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH",
}
# The states, each with how far along it is. Only the owner's own segment takes one back.
FAR = {
    "LISTEN": 0, "SYN-SENT": 1, "SYN-RECEIVED": 2, "ESTABLISHED": 3, "FIN-WAIT-1": 4, "CLOSE-WAIT": 4, "FIN-WAIT-2": 5,
    "CLOSING": 5, "LAST-ACK": 5, "TIME-WAIT": 6, "CLOSED": 7,
}
STATES = ("synfin.client.state", "synfin.server.state")
ROLES = ("SYN", "SYN-ACK", "OPEN-ACK", "FIN", "CLOSE-ACK", "RST", "DATA", "ACK", "OTHER")
WORDS |= {name: " ".join(FAR) for name in STATES}
# What a copy has in common with those in force before it.
IN_FORCE = (*STATES, "synfin.x", "synfin.y", "synfin.basis")
ANSWERING = ("refuses-syn", "rejects-ack", "unknown-connection")
AT_THE_END = (
    "synfin.conn.state", "synfin.handshake.outcome", "synfin.teardown.kind", "synfin.conn.explain", "synfin.conn.client",
    "synfin.conn.server", "synfin.conn.client.packets", "synfin.conn.server.packets", "synfin.conn.client.bytes",
    "synfin.conn.server.bytes",
)


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
    """What a frame says: one list of (field, value) for each synfin layer, and the tcp.stream of each TCP layer. `errors`: the
    layers on an ICMP error, which is no segment."""

    def __init__(self, layers):
        self.synfin = []
        self.errors = []
        self.streams = []
        for name, layer in layers:
            if name == "synfin" and isinstance(layer, list):
                found = [pair for pair in pairs(layer) if pair[0].startswith("synfin.")]
                (self.errors if "synfin.icmp" in dict(found) else self.synfin).append(found)
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


def by_stream(frames):
    """The annotations of each stream with their frames' numbers, and the streams of which some may be missing."""
    streams, unclear = {}, set()
    for number, frame in enumerate(frames, 1):
        if len(frame.streams) != len(frame.synfin):
            # TCP quoted in ICMP: which layer an annotation belongs to does not show.
            if frame.synfin:
                unclear.update(frame.streams)
            continue
        for stream, layer in zip(frame.streams, frame.synfin):
            streams.setdefault(stream, []).append((number, layer))
    return streams, unclear


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
        return findings + [*self.passes(one, two), *self.connections(two), *self.endpoints(one)]

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
            if said[0] != said[1] or first.errors != second.errors:
                yield f"frame {number}: {said[0]} in one pass, {said[1]} in two"
                return
            for layer in first.errors:
                yield from self.error(number, layer)
            for layer in first.synfin + second.synfin:
                yield from self.layer(number, layer)
            for name, value in (pair for layer in first.synfin for pair in layer):
                if name == "synfin.reset.ignored":
                    yield f"frame {number}: {name} in the first pass"
            for name, value in (pair for layer in second.synfin for pair in layer):
                if value == "pending":
                    yield f"frame {number}: {name} is pending in the second pass"

    def words(self, number, layer):
        """No field says a word that is not one of its own."""
        for name, value in layer:
            allowed = WORDS.get(name)
            if allowed is not None and str(value) not in allowed.split():
                yield f"frame {number}: {name} is {value}"

    def error(self, number, layer):
        """What holds of an annotation on an ICMP error."""
        yield from self.words(number, layer)
        fields = dict(layer)
        for name in ("synfin.icmp.stream", "synfin.icmp.from", "synfin.explain"):
            if name not in fields:
                yield f"frame {number}: no {name}: {layer}"
        more = [name for name in fields if not name.startswith(("synfin.icmp", "synfin.explain", "synfin.expert.icmp_error"))]
        if more:
            yield f"frame {number}: {more} of what is no segment"

    def layer(self, number, layer):
        """What holds of one annotation by itself."""
        yield from self.words(number, layer)
        fields = dict(layer)
        for name in ("synfin.role", "synfin.phase", "synfin.sender", "synfin.summary", *STATES):
            if not fields.get(name):
                yield f"frame {number}: no {name}: {layer}"
        for name in TIMES:
            if fields.get(name, "0").startswith("-"):
                yield f"frame {number}: {name} is {fields[name]}"
        role = fields.get("synfin.role", "").split("+")
        if not set(role) <= set(ROLES):
            yield f"frame {number}: the role {role}"
        if ("RST" in role or "OTHER" in role) and any(name in fields for name in ("synfin.handshake.step", "synfin.teardown.step")):
            yield f"frame {number}: a step of a {role}"
        if ("RST" in role) != ("synfin.reset" in fields):
            yield f"frame {number}: {role} with synfin.reset {fields.get('synfin.reset')}"
        is_copy = fields.get("synfin.copy") in TRUE
        if is_copy:
            yield from self.copy(number, fields)
        elif "RST" in role:
            yield from self.reset(number, fields)
        more = [name for name in fields if name.startswith("synfin.reset.") and name not in ("synfin.reset.by", "synfin.reset.frame")]
        if more and ("RST" not in role or is_copy):
            yield f"frame {number}: {more} of a {role}"

    def copy(self, number, fields):
        """Nothing was sent twice."""
        if "synfin.retransmission" in fields:
            yield f"frame {number}: a copy that is a retransmission"
        # What is said of the connection at its end may stand on a copy.
        if fields.get("synfin.conn.last") not in TRUE:
            experts = [name for name in fields if name.startswith("synfin.expert.") and name != "synfin.expert.captured_twice"]
            if experts:
                yield f"frame {number}: {experts} on a copy"

    def reset(self, number, fields):
        """What a RST is, why it came, and what it answers fit together."""
        value, cause = fields.get("synfin.reset"), fields.get("synfin.reset.cause")
        answers = fields.get("synfin.reset.answers")
        if value in ("stray", "late") and cause is not None:
            yield f"frame {number}: a {value} RST with the cause {cause}"
        if (value == "refused") != (cause == "refuses-syn"):
            yield f"frame {number}: a {value} RST with the cause {cause}"
        if answers is not None and (cause not in ANSWERING or int(answers) >= number):
            yield f"frame {number}: a RST with the cause {cause} answers frame {answers}"
        if fields.get("synfin.reset.hops") in ("0", 0):
            yield f"frame {number}: hops that do not differ"

    def connections(self, two):
        """Each stream that has annotations has one last segment, and counts what there was."""
        streams, unclear = by_stream(two)
        for stream, layers in streams.items():
            if stream in unclear:
                continue
            lasts = [(number, layer) for number, layer in layers if dict(layer).get("synfin.conn.last") in TRUE]
            if len(lasts) != 1:
                yield f"stream {stream}: conn.last on frames {[number for number, _ in lasts]}"
            for number, layer in lasts:
                yield from self.last(stream, number, dict(layer), [dict(layer) for _, layer in layers])
                yield from self.withdrawn(stream, dict(layer), layers)

    def withdrawn(self, stream, last, layers):
        """A RST that was withdrawn, or challenged and survived, ended nothing."""
        ignored = {number for number, layer in layers if dict(layer).get("synfin.reset.ignored") in TRUE}
        ended = last.get("synfin.reset.frame")
        frames = [number for number, _ in layers]
        # A frame with two of the stream's segments may have both.
        if ended is not None and int(ended) in ignored and frames.count(int(ended)) == 1:
            yield f"stream {stream}: ended by the RST in frame {ended}, which was ignored"

    def last(self, stream, number, fields, layers):
        """What the last segment says of the connection."""
        where = f"frame {number}, the last of stream {stream}"
        missing = [name for name in AT_THE_END if not fields.get(name)]
        if missing:
            yield f"{where}: no {missing}"
            return
        counted = sum(int(fields[f"synfin.conn.{side}.packets"]) for side in ("client", "server"))
        seen = sum(layer.get("synfin.copy") not in TRUE for layer in layers)
        if counted != seen:
            yield f"{where}: {counted} segments counted, {seen} seen"
        if ("synfin.reset.by" in fields) != ("synfin.reset.frame" in fields):
            yield f"{where}: reset by {fields.get('synfin.reset.by')} in frame {fields.get('synfin.reset.frame')}"
        kind, closer = fields["synfin.teardown.kind"], fields.get("synfin.teardown.closer")
        if (closer is None) != (kind in ("none", "still-open")):
            yield f"{where}: {kind} by {closer}"
        if ("synfin.handshake.syns" in fields) != ("synfin.handshake.attempts" in fields):
            yield f"{where}: SYNs without attempts, or attempts without SYNs"
        late = [name for name, value in fields.items() if name[:-1].endswith(".frame") and int(value) > number]
        if late:
            yield f"{where}: {late} are frames to come"

    def endpoints(self, one):
        """The states of each connection, in a first pass: who is the client is said there as far as it is known."""
        for layers in by_stream(one)[0].values():
            yield from self.states(layers)

    def states(self, layers):
        """A segment takes back no state of the side that did not send it; a copy changes nothing."""
        before, roles = None, None
        for number, layer in layers:
            fields = dict(layer)
            said = tuple(fields.get(name) for name in IN_FORCE)
            role = fields.get("synfin.role", "").split("+")
            ends = fields.get("synfin.conn.client"), fields.get("synfin.conn.server")
            # Equal endpoints have no direction: all of it is one side's.
            if before is not None and ends == roles and ends[0] != ends[1]:
                if fields.get("synfin.copy") in TRUE:
                    if said != before:
                        yield f"frame {number}: a copy that changes {before} to {said}"
                elif not ("synfin.expert.new_attempt" in fields or "RST" in role):
                    other = 1 if fields.get("synfin.sender") == "client" else 0
                    was, now = before[other], said[other]
                    # What a server is in from an older connection, a SYN that is repeated takes for gone, and so does the
                    # ACK that opens this one; the first SYN behind other segments shows that the connection only begins.
                    begins = fields.get("synfin.handshake.step") == "1" and fields.get("synfin.phase") == "handshake"
                    is_asked = role == ["SYN"] and (begins or before[0] == "SYN-SENT")
                    is_opened = before[0] == "SYN-SENT" and said[:2] == ("ESTABLISHED", "ESTABLISHED")
                    is_gone = other == 1 and (is_asked or is_opened)
                    if not is_gone and FAR.get(was, 0) > FAR.get(now, 0):
                        yield f"frame {number}: the {fields.get('synfin.sender')} takes its peer from {was} to {now}"
            # Of a connection without its handshake nothing is known while `OTHER` alone was seen.
            if before is not None or role != ["OTHER"]:
                before, roles = said, ends
