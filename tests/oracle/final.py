"""The fields of a whole connection, as a later pass shows them on each of its segments (SPEC 5 and 6)."""

from __future__ import annotations

from attempt import Attempt
from circle import at_or_past
from closing import half_close_octets
from connection import Connection, Note
from opening import is_split
from segments import AE, CWR, ECE, SYN, Segment
from zeek import Zeek


def the_two_syns(attempt: Attempt) -> tuple[Segment | None, Segment | None]:
    """The client's SYN and the server's SYN or SYN-ACK that made the agreement: the SYN-ACK with Seq = Y, and the last
    SYN before it (a SYN that was tried again may offer less)."""
    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    answers = server.syns if attempt.both_syns else [one for one in server.synacks if one.seq == attempt.y]
    if not client.syns or not answers:
        return None, None
    answer = answers[0].segment
    order = (answer.frame, answer.layer)
    before = [one for one in client.syns if (one.segment.frame, one.segment.layer) < order]
    return (before[-1] if before else client.syns[0]).segment, answer


def negotiated(attempt: Attempt) -> str | None:
    """What the two SYNs agreed; unknown (None) unless both were captured."""
    one, two = the_two_syns(attempt)
    if one is None or two is None:
        return None
    offer, answer = one.options, two.options
    words = [f"MSS {'-' if offer.mss is None else offer.mss}/{'-' if answer.mss is None else answer.mss}"]
    if offer.scale is not None and answer.scale is not None:
        words.append(f"WS {offer.scale}/{answer.scale}")
    if offer.sack and answer.sack:
        words.append("SACK")
    if offer.timestamps and answer.timestamps:
        words.append("TS")
    if agrees_ecn(one, two):
        words.append("ECN")
    if offer.fast_open and (answer.fast_open or kind(attempt) == "fast-open"):
        words.append("TFO")
    if offer.mptcp and answer.mptcp:
        words.append("MPTCP")
    return ", ".join(words)


def agrees_ecn(one: Segment, two: Segment) -> bool:
    """RFC 3168 section 6.1.1: the SYN has ECE and CWR, the SYN-ACK has ECE alone. A SYN that asks for more exact
    feedback (AE too) can be answered by CWR or AE instead."""
    if not one.has(ECE | CWR):
        return False
    answer = two.flags & (AE | CWR | ECE)
    return answer == ECE or (one.has(AE) and answer in (CWR, CWR | ECE, AE, AE | CWR))


def kind(attempt: Attempt) -> str:
    if not attempt.captured:
        return "not-captured"
    if attempt.both_syns:
        return "split" if is_split(attempt) else "simultaneous"
    client = attempt.sides[attempt.client]
    for synack in attempt.sides[attempt.server].synacks:
        if client.syns and attempt.acceptable_ack(synack.ack) and synack.ack != attempt.x + 1:
            return "fast-open"
    return "three-way"


def server_went_on(attempt: Attempt) -> bool:
    after_synack = False
    for seen in attempt.past:
        if seen.side != attempt.server:
            continue
        if seen.segment.is_synack:
            after_synack = True
        elif after_synack and not seen.segment.has(SYN):
            beyond = seen.ack is not None and at_or_past(seen.ack, attempt.x + 2)
            if seen.segment.length or beyond:
                return True
    return False


def opened(attempt: Attempt) -> bool:
    return not attempt.captured or attempt.complete or server_went_on(attempt)


def outcome(attempt: Attempt) -> str:
    if not attempt.captured:
        return "not-captured"
    if attempt.ended and attempt.ending_phase == "open":
        return "refused" if attempt.ending_value == "refused" else "reset"
    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    if attempt.both_syns:
        return "complete" if attempt.step3 else "half-open"
    synack = bool(server.synacks)
    if attempt.step3 and client.syns and synack:
        return "complete"
    if opened(attempt) or not client.syns:
        return "partial"
    if attempt.half_reset:
        return "reset"
    return "half-open" if synack else "no-answer"


def teardown_kind(attempt: Attempt) -> str:
    fins = sum(side.fin is not None for side in attempt.sides)
    if fins:
        if attempt.ended:
            return "reset-after-fin"
        return attempt.fins_related or "half-closed"
    if not opened(attempt):
        return "none"
    return "reset" if attempt.ended else "open"


def closer(attempt: Attempt) -> int | None:
    if teardown_kind(attempt) in ("none", "open"):
        return None
    return attempt.closer if attempt.closer is not None else attempt.ending_side


def address(end: tuple[str, int]) -> str:
    host, port = end
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def elapsed(start: Segment, end: Segment) -> int | None:
    """Nanoseconds; a time that goes backwards, or is not known, is left out."""
    if start.time_ns is None or end.time_ns is None or end.time_ns < start.time_ns:
        return None
    return end.time_ns - start.time_ns


def times(attempt: Attempt) -> dict[str, tuple[int, Segment]]:
    """Each time of SPEC 6 except the duration, with the segment on which it becomes known."""
    found = {}

    def note(name: str, start: Segment | None, end: Segment | None) -> None:
        value = None if start is None or end is None else elapsed(start, end)
        if value is not None:
            known_on = max(start, end, key=lambda one: (one.frame, one.layer))
            found[name] = value, known_on

    syn, synack, ack = (attempt.steps.get(("open", step)) for step in (1, 2, 3))
    note("synfin.handshake.time", syn, ack)
    if not attempt.both_syns:
        if not repeated_between(attempt, attempt.client, syn, synack):
            note("synfin.handshake.synack_rtt", syn, synack)
        if not repeated_between(attempt, attempt.server, synack, ack):
            note("synfin.handshake.ack_rtt", synack, ack)
    if attempt.closed_by:
        note("synfin.teardown.time", attempt.steps.get(("close", 1)), attempt.closed_by.segment)
    return found


def repeated_between(attempt: Attempt, side: int, start: Segment | None, end: Segment | None) -> bool:
    """Karn: the segment came again before its answer."""
    if start is None or end is None:
        return True
    own = attempt.sides[side]
    order = lambda one: (one.frame, one.layer)
    return any(one.segment.seq == start.seq and order(start) < order(one.segment) < order(end)
               for one in own.syns + own.synacks)


def whole(connection: Connection) -> dict:
    """The fields that stand on every segment."""
    attempt = connection.attempt
    client = attempt.client
    zeek = Zeek(flipped=client != 0)
    for note in connection.notes:
        zeek.take(note.segment, note.side == client)
    side = closer(attempt)
    ends = connection.ends
    return {
        "synfin.handshake.kind": kind(attempt),
        "synfin.handshake.outcome": outcome(attempt),
        "synfin.teardown.kind": teardown_kind(attempt),
        "synfin.teardown.closer": None if side is None else "client" if side == client else "server",
        "synfin.teardown.half_close_bytes": half_close_octets(attempt),
        "synfin.conn.state": zeek.conn_state(),
        "synfin.conn.history": zeek.letters,
        "synfin.conn.client": address(ends[client]),
        "synfin.conn.server": address(ends[1 - client]),
    }


def finals(connection: Connection) -> list[dict]:
    """For each segment of the connection, the fields of sections 5 and 6 on a later pass, and its late experts."""
    attempt = connection.attempt
    common, known = whole(connection), times(attempt)
    notes = connection.notes
    opening = {f"synfin.handshake.frame{step}": attempt.steps[("open", step)].frame
               for step in (1, 2, 3) if ("open", step) in attempt.steps}
    closing = {f"synfin.teardown.frame{step}": attempt.steps[("close", step)].frame
               for step in (1, 2, 3, 4) if ("close", step) in attempt.steps}
    reset = {"synfin.reset.frame": attempt.ending.frame} if attempt.ended else {}
    answers = []
    for note in notes:
        fields, is_last = dict(common), note is notes[-1]
        if note.opening or is_last:
            fields.update(opening)
        if note.closing or is_last:
            fields.update(closing)
        if note.segment is attempt.ending or is_last:
            fields.update(reset)
        for name, (value, segment) in known.items():
            if is_last or segment is note.segment:
                fields[name] = value
        if is_last or 3 in note.opening:
            fields["synfin.negotiated"] = negotiated(attempt if is_last else note.attempt)
        if is_last:
            fields["synfin.conn.duration"] = elapsed(notes[0].segment, note.segment)
            fields["synfin.conn.last"] = True
        answers.append({name: value for name, value in fields.items() if value is not None})
    return answers


def late_experts(connection: Connection, note: Note) -> list[str]:
    """What only a final pass can say, on the last segment."""
    if note is not connection.notes[-1]:
        return []
    return {"no-answer": ["no_answer"], "half-open": ["half_open"]}.get(outcome(connection.attempt), [])
