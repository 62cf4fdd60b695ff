"""The fields of a whole connection, as a later pass shows them on its segments (SPEC 6 to 9)."""

from __future__ import annotations

from attempt import Attempt
from circle import past
from closing import half_close_bytes
from community import community_id
from connection import Connection
from fields import Note, without_absent
from negotiated import negotiated, syn_data_acked
from opening import is_split
from times import elapsed, times
from zeek import Zeek

SIDES = ("client", "server")
UNREACHING = {"fragmentation-needed", "other"}  # kinds that make nothing unreachable
LATE_EXPERTS = {"no-answer": "no_answer", "half-open": "half_open", "unreachable": "unreachable",
                "old-connection": "old_connection", "invalid-answer": "invalid_answer"}


def last_word(attempt: Attempt):
    """The RST that ended the connection, as it is at the end. The first challenged one that not both sides
    survived counts, where nothing ended it and not both FINs were acknowledged."""
    endings = attempt.endings
    if endings.ending is not None:
        return endings.ending
    if attempt.closed_by is not None:
        return None
    return next((rst for rst, spoke in zip(endings.challenged, endings.spoke_after) if not all(spoke)), None)


def kind(attempt: Attempt) -> str | None:
    if not attempt.captured:
        return "not-captured"
    if attempt.both_syns:
        return "split" if is_split(attempt) else "simultaneous"
    ending = attempt.endings.ending  # how it opened does not depend on a challenged RST
    is_open = attempt.complete or attempt.went_on if ending is None else ending.opened
    if not any(side.first_synack for side in attempt.sides) and not is_open:
        return None
    return "fast-open" if syn_data_acked(attempt) else "three-way"


def opened(attempt: Attempt) -> bool:
    ending = last_word(attempt)
    if ending is not None:
        return ending.opened
    return not attempt.captured or attempt.complete or attempt.went_on


def outcome(attempt: Attempt) -> str:
    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    ending = last_word(attempt)
    if ending is not None and ending.phase == "handshake":
        return "refused" if ending.value == "refused" else "reset"
    if not attempt.captured:
        return "not-captured"
    synack = server.first_synack is not None
    both = attempt.both_syns or (client.syns and synack)
    if both and attempt.step3 is not None and not attempt.taken_back:
        return "complete"
    # A step 3 that was taken back after a RST, by a server that did not take that one: it did not go on.
    taken_back = attempt.taken_back and not attempt.went_on and not (ending is not None and ending.over)
    if attempt.both_syns or (both and (taken_back or not opened(attempt))):
        return "half-open"
    if opened(attempt) or synack or not client.syns:
        return "partial"
    return without_answer(attempt)


def without_answer(attempt: Attempt) -> str:
    """A SYN without an acceptable SYN-ACK."""
    if any(error.kind not in UNREACHING for error in attempt.icmp):
        return "unreachable"
    if attempt.old_answer:
        return "old-connection"
    if attempt.invalid_answer:
        return "invalid-answer"
    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    if server.first is None:
        return "no-answer"
    goes_on = attempt.closer is not None or client.first_ack is not None or client.first_synack is not None
    return "partial" if goes_on else "invalid-answer"  # in SYN-SENT a plain ACK is dropped


def close_began(attempt: Attempt) -> bool:
    """A FIN after the RST that ended the connection begins no close."""
    ending = attempt.endings.ending
    return attempt.fin_seen if ending is None else ending.closer is not None


def unanswered(attempt: Attempt) -> bool:
    """A FIN was repeated, nobody acknowledged it afterwards, and the answers are not missing from the capture alone."""
    ending = last_word(attempt)
    for side in (0, 1):
        own, peer = attempt.sides[side], attempt.sides[1 - side]
        if not own.fin_waiting or not close_began(attempt) or (ending is not None and ending.side == 1 - side):
            continue
        if own.highest_ack is not None and (peer.highest is None or past(own.highest_ack, peer.highest)):
            continue
        return True
    return False


def teardown_kind(attempt: Attempt) -> str:
    ending = last_word(attempt)
    if unanswered(attempt):
        return "unanswered"
    if ending is not None:
        if ending.value == "no-connection":
            return "none"
        if ending.closer is not None:
            return "reset-after-fin"
        return "reset" if opened(attempt) else "none"
    if attempt.fin_seen:
        return attempt.fins_related or "half-closed"
    return "still-open" if opened(attempt) else "none"


def closer(attempt: Attempt) -> int | None:
    if teardown_kind(attempt) in ("none", "still-open"):
        return None
    ending = last_word(attempt)
    if ending is None:
        return attempt.closer
    return ending.side if ending.closer is None else ending.closer


# -- SPEC 8 -------------------------------------------------------------------------------------------------------

def address(end: tuple[str, int]) -> str:
    host, port = end
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def bytes_of(connection: Connection, side: int) -> int:
    """Payload bytes by number, all attempts added up."""
    total = 0
    for attempt in connection.attempts:
        own, initial = attempt.sides[side], attempt.initial(side)
        if own.payload is None:
            continue
        total += max(0, own.payload - (own.first.seq if initial is None else initial + 1))
    return total


def counts(connection: Connection) -> dict:
    attempt = connection.attempt
    found = {}
    for name, side in zip(SIDES, (attempt.client, attempt.server)):
        found[f"synfin.conn.{name}.packets"] = connection.talk.packets[side]
        found[f"synfin.conn.{name}.bytes"] = bytes_of(connection, side)
    if any(one.captured for one in connection.attempts):
        found["synfin.handshake.syns"] = len(attempt.sides[attempt.client].syns)
        found["synfin.handshake.attempts"] = len(connection.attempts)
    return found


def zeek(connection: Connection) -> dict:
    attempt = connection.attempt
    notes = [note for note in connection.notes if note.attempt is attempt and not note.is_copy]
    verdict = Zeek(flipped=bool(notes) and notes[0].side != attempt.client)
    for note in notes:
        verdict.take(note.segment, note.side == attempt.client)
    return {"synfin.conn.state": verdict.conn_state(), "synfin.conn.history": verdict.letters or None}


def name_of(attempt: Attempt, side: int | None) -> str | None:
    return None if side is None else SIDES[side != attempt.client]


def whole(connection: Connection) -> dict:
    """The fields that stand on every segment."""
    attempt = connection.attempt
    ends, ending = connection.ends, last_word(attempt)
    icmp = attempt.icmp[0] if attempt.icmp else None
    return {
        "synfin.handshake.kind": kind(attempt),
        "synfin.handshake.outcome": outcome(attempt),
        "synfin.teardown.kind": teardown_kind(attempt),
        "synfin.teardown.closer": name_of(attempt, closer(attempt)),
        "synfin.teardown.half_close_bytes": half_close_bytes(attempt) if close_began(attempt) else None,
        "synfin.reset.by": None if ending is None else name_of(attempt, ending.side),
        **zeek(connection),
        "synfin.conn.start": connection.notes[0].segment.time_ns,
        "synfin.conn.client": address(ends[attempt.client]),
        "synfin.conn.server": address(ends[attempt.server]),
        "synfin.conn.community_id": community_id(*ends),
        **counts(connection),
        "synfin.conn.previous": connection.previous,
        "synfin.conn.guessed": None if connection.syn_seen or connection.synack_seen else True,
        "synfin.conn.icmp": None if icmp is None else icmp.kind,
        "synfin.conn.icmp.frame": None if icmp is None else icmp.frame,
    }


def links(attempt: Attempt) -> tuple[dict, dict, dict]:
    """Frames of the handshake, the close, and the RST."""
    opening = {f"synfin.handshake.frame{step}": segment.frame
               for (exchange, step), segment in attempt.steps.items() if exchange == "open"}
    closing = {f"synfin.teardown.frame{step}": segment.frame
               for (exchange, step), segment in attempt.steps.items() if exchange == "close"}
    ending = last_word(attempt)
    return opening, closing, {} if ending is None else {"synfin.reset.frame": ending.segment.frame}


def ignored(attempt: Attempt, note: Note) -> bool:
    """`synfin.reset.ignored`: withdrawn, or challenged and survived."""
    if note.withdrawn:
        return True
    if note.fields.get("synfin.reset") != "challenged" or note.is_copy:
        return False
    if note.attempt is not attempt:
        return True  # another RST ended that attempt
    ending = last_word(attempt)
    return ending is None or note.segment.order < ending.segment.order


def finals(connection: Connection) -> list[dict]:
    """For each segment of the connection, the fields that only a later pass knows."""
    attempt, notes = connection.attempt, connection.notes
    common, known = whole(connection), times(attempt)
    opening, closing, reset = links(attempt)
    ending = last_word(attempt)
    answers = []
    for note in notes:
        fields, is_last, is_here = dict(common), note is notes[-1], note.attempt is attempt
        if is_last or (note.opening and is_here):
            fields.update(opening)
        if is_last or (note.closing and is_here):
            fields.update(closing)
        if is_last or (ending is not None and note.segment is ending.segment):
            fields.update(reset)
        for name, (value, segment) in known.items():
            if is_last or segment is note.segment:
                fields[name] = value
        if is_last or 3 in note.opening:
            fields["synfin.negotiated"] = negotiated(attempt if is_last else note.attempt)
        fields["synfin.reset.ignored"] = True if ignored(attempt, note) else None
        if is_last:
            fields["synfin.conn.duration"] = elapsed(notes[0].segment, note.segment)
            fields["synfin.conn.last"] = True
        answers.append(without_absent(fields))
    return answers


def late_experts(connection: Connection, note: Note) -> list[str]:
    """What only a final pass can say, on the last segment that is no copy (a copy has no expert information)."""
    if note is not connection.last_original:
        return []
    found = [LATE_EXPERTS[word] for word in [outcome(connection.attempt)] if word in LATE_EXPERTS]
    return sorted(found + ["fin_unanswered"] * (teardown_kind(connection.attempt) == "unanswered"))
