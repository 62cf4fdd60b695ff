"""How a segment moves the handshake: steps, when it is complete, over or taken back, and states (SPEC 3 and 5)."""

from __future__ import annotations

from bisect import insort

from attempt import Attempt, Seen
from circle import CIRCLE, at_or_past, between, past, same
from segments import SYN


def take_opening(attempt: Attempt, seen: Seen, parts) -> None:
    """A segment that counts, before its numbers are counted."""
    first_of_handshake = not attempt.captured and seen.segment.has(SYN)
    was_open = attempt.step3 is not None or attempt.over
    synack = attempt.answered_synack(seen) if can_complete(attempt, seen) else None
    note_syn(attempt, seen, parts)
    parts.opening = new_steps(attempt, seen, synack)
    note_split(attempt, seen, is_first=2 in parts.opening)
    note_server(attempt, seen, parts)
    if not was_open and (attempt.step3 is not None or attempt.over) and not attempt.fin_seen:
        attempt.sides[0].state = attempt.sides[1].state = "ESTABLISHED"
    elif not attempt.fin_seen and not was_open:
        handshake_states(attempt, seen, parts, first_of_handshake)
    take_back(attempt, seen, parts)


# -- SYN and SYN-ACK ----------------------------------------------------------------------------------------------

def note_syn(attempt: Attempt, seen: Seen, parts) -> None:
    """Takes a SYN or an acceptable SYN-ACK into what is known, before its steps are judged."""
    own, peer = attempt.sides[seen.side], attempt.sides[1 - seen.side]
    was_captured = attempt.captured
    if seen.segment.is_syn:
        own.syns.append(seen)
        is_answered = own.syn_acked or peer.first_synack is not None or attempt.step3 is not None or attempt.over
        if own.syn is None or not is_answered:
            is_other = own.syn is None or not same(own.syn.seq, seen.seq)
            own.syn, own.syn_data = seen, 0 if is_other else own.syn_data
        if same(own.syn.seq, seen.seq):
            own.syn_data = max(own.syn_data, seen.segment.length)
        if peer.syns and attempt.step3 is None and not attempt.over:
            attempt.both_syns = True
    elif seen.segment.is_synack:
        number = seen.segment.seq
        changes = own.last_synack is not None and not same(own.last_synack.seq, number)
        if changes and seen.side == attempt.server:
            parts.experts.append("synack_changed")
        if number not in own.synacks:
            insort(own.synack_numbers, number)
        own.synacks[number] = own.last_synack = seen
        own.first_synacks.setdefault(number, seen)
        own.first_synack = own.first_synack or seen
        own.sent_synacks.append(seen)
        own.any_synack = True
    if not was_captured and attempt.captured and was_open(attempt):
        # A late arrival: the connection was seen to be open before its SYN or SYN-ACK was captured.
        attempt.over = True


def was_open(attempt: Attempt) -> bool:
    """Whether the numbers before a SYN or SYN-ACK show that the handshake was over: those of the client lie past it, or
    the server's payload answers it."""
    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    after_syn = attempt.x + 1
    if client.first_ack is not None and client.highest is not None and at_or_past(client.highest, after_syn):
        if not server.synacks or at_or_past(client.highest_ack, attempt.y + 1):
            return True
    return (not server.synacks and server.payload is not None and server.highest_ack is not None
            and client.highest is not None and at_or_past(server.highest_ack, after_syn)
            and at_or_past(client.highest, server.highest_ack))


def acknowledges_client_data(attempt: Attempt, seen: Seen) -> bool:
    """A server's payload with an Ack from X+1 up to the client's highest."""
    highest = attempt.sides[attempt.client].highest
    return (seen.segment.length > 0 and seen.ack is not None and highest is not None
            and between(attempt.x + 1, seen.ack, highest))


# -- steps --------------------------------------------------------------------------------------------------------

def can_complete(attempt: Attempt, seen: Seen) -> bool:
    return (seen.side == attempt.client and not seen.segment.has(SYN) and seen.ack is not None
            and attempt.captured and not attempt.both_syns and bool(attempt.sides[attempt.server].synacks))


def new_steps(attempt: Attempt, seen: Seen, synack: Seen | None) -> list[int]:
    """The open steps the segment performs for the first time (a SYN or SYN-ACK: also again), and their effect."""
    segment, steps = seen.segment, []
    if segment.is_syn:
        steps.append(1)
    elif segment.is_synack and not attempt.both_syns:
        steps.append(2)
    if not attempt.captured or attempt.step3 is not None or attempt.over:
        return steps
    if attempt.both_syns:
        return steps + acknowledge_syn(attempt, seen)
    if segment.is_syn or segment.is_synack or seen.ack is None:
        return steps
    if synack is not None:
        attempt.settled, attempt.step3 = synack.seq, seen
    elif answers_lost_segments(attempt, seen):
        attempt.over = True
    elif not attempt.sides[attempt.server].synacks:
        without_synack(attempt, seen)
    return steps + [3] if attempt.step3 is seen else steps


def without_synack(attempt: Attempt, seen: Seen) -> None:
    """SYN captured, SYN-ACK not: step 3, or the segment from which the handshake counts as over."""
    after_syn = attempt.x + 1
    if seen.side == attempt.client:
        if (seen.seq - after_syn) % CIRCLE == 0:
            attempt.step3 = seen
        elif past(seen.seq, after_syn):
            attempt.over = True
    elif acknowledges_client_data(attempt, seen):
        attempt.over = True


def answers_lost_segments(attempt: Attempt, seen: Seen) -> bool:
    """Payload that would belong to an older connection, if it did not acknowledge so little past X+1."""
    return attempt.answers_nothing(seen) and attempt.lacks_segments(seen)


def acknowledge_syn(attempt: Attempt, seen: Seen) -> list[int]:
    """Simultaneous and split opens: the two acknowledgments are step 2, the second is step 3 too."""
    peer = attempt.sides[1 - seen.side]
    if seen.ack is None or peer.syn_acked or not at_or_past(seen.ack, peer.syn.seq + 1):
        return []
    peer.syn_acked = True
    if not attempt.sides[seen.side].syn_acked:
        return [2]
    attempt.step3, attempt.settled = seen, attempt.y
    return [2, 3]


# -- split opens --------------------------------------------------------------------------------------------------

def note_split(attempt: Attempt, seen: Seen, is_first: bool) -> None:
    """The server acknowledged X+1 without SYN, before its own SYN or in answer to the client's SYN-ACK."""
    server = attempt.sides[attempt.server]
    if (seen.side != attempt.server or seen.segment.has(SYN) or seen.ack is None
            or not attempt.captured or not at_or_past(seen.ack, attempt.x + 1)):
        return
    if not server.syns and server.first_synack is None and attempt.step3 is None and not attempt.over:
        attempt.early_ack = True
    if attempt.both_syns and is_first and attempt.sides[attempt.client].first_synack and server.first_synack is None:
        attempt.late_ack = True


def is_split(attempt: Attempt) -> bool:
    return attempt.both_syns and (attempt.early_ack or attempt.late_ack)


# -- states -------------------------------------------------------------------------------------------------------

def handshake_states(attempt: Attempt, seen: Seen, parts, first_of_handshake: bool) -> None:
    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    segment = seen.segment
    if segment.is_syn:
        syn_states(attempt, seen, parts, first_of_handshake)
    elif attempt.both_syns:
        for side in (client, server):
            if side.syn_acked and side.state != "ESTABLISHED":
                side.state = "ESTABLISHED"
                attempt.client_by_synack = attempt.client_by_synack or (side is client and segment.is_synack)
    elif segment.is_synack and seen.side == attempt.server:
        client.state, server.state = "ESTABLISHED", "SYN-RECEIVED"
        attempt.client_by_synack, attempt.server_is_older = True, False


def syn_states(attempt: Attempt, seen: Seen, parts, first_of_handshake: bool) -> None:
    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    if attempt.both_syns:
        if seen.side == attempt.server and len(server.syns) == 1:
            # A client that had a SYN-ACK already is not moved back: only its own repeat could do that.
            if client.state != "ESTABLISHED":
                client.state = "SYN-RECEIVED"
            server.state = "SYN-RECEIVED"
    elif first_of_handshake:
        client.state, server.state = "SYN-SENT", "SYN-RECEIVED"
    elif seen.side == attempt.client and client.state == "SYN-SENT" and server.state in ("LISTEN", "CLOSED", "SYN-SENT"):
        # RFC 9293 figure 9: the SYN again, after the server's older connection was reset, or was in SYN-SENT itself.
        server.state = "SYN-RECEIVED"
    if (seen.side == attempt.client and client.state == "ESTABLISHED" and parts.syn_again
            and attempt.client_by_synack and not server.syn_acked):
        client.state = "SYN-SENT"
        attempt.client_by_synack = False
        crossing(attempt, seen, server.last_synack, "synack_not_received", parts)


def crossing(attempt: Attempt, seen: Seen, missed: Seen, name: str, parts) -> None:
    """The expert information of a take-back: once, and not where the repeat may have crossed what was not received."""
    gap = lapse(missed, seen)
    trip = round_trip(attempt)
    if gap is not None and trip is not None and gap <= trip:
        return
    if name not in attempt.told:
        attempt.told.add(name)
        parts.experts.append(name)


def lapse(start: Seen | None, end: Seen | None) -> int | None:
    if start is None or end is None or None in (start.segment.time_ns, end.segment.time_ns):
        return None
    return end.segment.time_ns - start.segment.time_ns


def round_trip(attempt: Attempt) -> int | None:
    """SYN -> first acceptable SYN-ACK; where the SYN was repeated before it, the longest that there can be."""
    client, synack = attempt.sides[attempt.client], attempt.sides[attempt.server].first_synack
    if attempt.both_syns or not client.syns or synack is None or client.syns[0].segment.order > synack.segment.order:
        return None
    trip = lapse(client.syns[0], synack)
    return None if trip is None or trip < 0 else trip


# -- taken back, and what the server did since --------------------------------------------------------------------

def note_server(attempt: Attempt, seen: Seen, parts) -> None:
    """Whether the server went on after its SYN-ACK, which says that it took the client's ACK."""
    if seen.side != attempt.server or not attempt.captured:
        return
    server, client = attempt.sides[attempt.server], attempt.sides[attempt.client]
    segment = seen.segment
    if segment.is_synack:
        attempt.went_on = attempt.went_on and not parts.synack_again
        return
    if attempt.step3 is not None and seen is not attempt.step3:
        attempt.server_silent = False
    if segment.has(SYN):
        return
    beyond = seen.ack is not None and past(seen.ack, attempt.x + 1)
    if server.first_synack is not None and (segment.length or beyond):
        attempt.went_on = True
    if attempt.taken_back and (segment.length or segment.is_fin or beyond):
        attempt.taken_back = False
        has_fin = (client.fin is not None and seen.ack is not None and not past(seen.ack, client.highest)
                   and at_or_past(seen.ack, client.fin.fin_number + 1))
        if server.state == "SYN-RECEIVED":
            server.state = "CLOSE-WAIT" if has_fin else "ESTABLISHED"


def take_back(attempt: Attempt, seen: Seen, parts) -> None:
    """The server's SYN-ACK again, after step 3: it did not take the client's ACK."""
    if (seen.side != attempt.server or not seen.segment.is_synack or not parts.synack_again
            or attempt.step3 is None or seen is attempt.step3 or not attempt.server_silent
            or not same(seen.seq, attempt.y)):
        return
    attempt.taken_back = True
    if attempt.sides[attempt.server].fin is None:
        # RFC 9293 section 3.10.4: a FIN that it sent before leads out of SYN-RECEIVED, whatever of the client it has.
        attempt.sides[attempt.server].state = "SYN-RECEIVED"
    crossing(attempt, seen, attempt.step3, "open_ack_not_taken", parts)
