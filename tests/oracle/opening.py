"""How a segment moves the opening: steps, when it is complete or over, states (SPEC 2 and 4)."""

from __future__ import annotations

from attempt import Attempt, Seen
from circle import CIRCLE, HALF, at_or_past, between


def note_opening(attempt: Attempt, seen: Seen) -> None:
    """Takes a SYN or SYN-ACK into what is known, before its steps are judged."""
    was_captured = attempt.captured
    side = attempt.sides[seen.side]
    if seen.segment.is_syn:
        side.syns.append(seen)
        if attempt.sides[1 - seen.side].syns and not attempt.complete:
            attempt.both_syns = True
    else:
        side.synacks.append(seen)
    if not was_captured and any(shows_it_is_open(attempt, earlier) for earlier in attempt.past):
        # A late arrival: the connection was seen to be open before its SYN or SYN-ACK was captured.
        attempt.over = True


def shows_it_is_open(attempt: Attempt, seen: Seen) -> bool:
    """Whether an earlier segment would have completed the opening, or ended it, had the opening been known."""
    return completes(attempt, seen) or passes(attempt, seen)


def completes(attempt: Attempt, seen: Seen) -> bool:
    """Open step 3 of a three-way opening."""
    if seen.side != attempt.client or seen.segment.is_syn or seen.segment.is_synack or seen.ack is None:
        return False
    if attempt.sides[attempt.server].synacks:
        return at_or_past(seen.seq, attempt.x + 1) and attempt.settling_y(seen.ack) is not None
    return (seen.seq - attempt.x - 1) % CIRCLE == 0


def passes(attempt: Attempt, seen: Seen) -> bool:
    """SYN-ACK and step 3 not captured: the segment from which the opening counts as over."""
    if attempt.sides[attempt.server].synacks or seen.segment.is_syn or seen.segment.is_synack or seen.ack is None:
        return False
    after_syn = attempt.x + 1
    if seen.side == attempt.client:
        return 0 < (seen.seq - after_syn) % CIRCLE < HALF
    last = attempt.sides[attempt.client].next
    return seen.segment.length > 0 and last is not None and between(after_syn, seen.ack, last)


def open_steps(attempt: Attempt, seen: Seen) -> list[int]:
    """The open steps the segment performs for the first time (a SYN or SYN-ACK: also again), and their effect."""
    segment = seen.segment
    steps = []
    if segment.is_syn:
        steps.append(1)
    elif segment.is_synack and not attempt.both_syns:
        steps.append(2)
    if not attempt.captured or attempt.complete:
        return steps
    if attempt.both_syns:
        return steps + acknowledge_syn(attempt, seen)
    if completes(attempt, seen):
        attempt.settled = attempt.settling_y(seen.ack)
        attempt.step3 = seen
        return steps + [3]
    if passes(attempt, seen):
        attempt.over = True
    return steps


def acknowledge_syn(attempt: Attempt, seen: Seen) -> list[int]:
    """Simultaneous and split opens: the two acknowledgments are step 2, the second is step 3 too."""
    peer = attempt.sides[1 - seen.side]
    if seen.ack is None or peer.syn_acked or not at_or_past(seen.ack, peer.syns[0].seq + 1):
        return []
    peer.syn_acked = True
    if not attempt.sides[seen.side].syn_acked:
        return [2]
    attempt.step3 = seen
    return [2, 3]


def is_split(attempt: Attempt) -> bool:
    """A SYN from each side, and the server acknowledged X+1 without SYN: before its own SYN, or in answer to the
    client's SYN-ACK."""
    if not attempt.both_syns:
        return False
    server_syn = client_synack = server_synack = False
    for seen in attempt.past:
        if seen.side == attempt.client:
            client_synack = client_synack or seen.segment.is_synack
        elif seen.segment.is_syn:
            server_syn = True
        elif seen.segment.is_synack:
            server_synack = True
        elif seen.ack is not None and at_or_past(seen.ack, attempt.x + 1):
            if not server_syn or (client_synack and not server_synack):
                return True
    return False


def open_states(attempt: Attempt, seen: Seen, was_complete: bool, first_of_opening: bool) -> None:
    """The states after a segment, as far as the opening decides them. Never back, and not once a FIN was seen."""
    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    segment = seen.segment
    if client.fin or server.fin:
        return
    if not attempt.captured or attempt.complete:
        if not was_complete or not attempt.captured or first_of_opening:
            client.state = server.state = "ESTABLISHED"
        return
    if segment.is_syn:
        syn_states(attempt, seen, first_of_opening)
    elif attempt.both_syns:
        for side in (client, server):
            if side.syn_acked:
                side.state = "ESTABLISHED"
    elif segment.is_synack and seen.side == attempt.server:
        if attempt.acceptable_ack(seen.ack):
            client.state, server.state = "ESTABLISHED", "SYN-RECEIVED"
        elif attempt.state(attempt.server) in ("LISTEN", "CLOSED"):
            server.state = "SYN-RECEIVED"
    elif (seen.side == attempt.server and seen.ack is not None and not segment.is_synack
          and attempt.state(attempt.client) == "SYN-SENT" and not server.synacks
          and not attempt.acceptable_ack(seen.ack)):
        server.state = "ESTABLISHED"


def syn_states(attempt: Attempt, seen: Seen, first_of_opening: bool) -> None:
    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    if attempt.both_syns:
        if seen.side == attempt.server and len(server.syns) == 1:
            # A client that had a SYN-ACK already is not moved back.
            client.state = "SYN-RECEIVED" if client.state != "ESTABLISHED" else client.state
            server.state = "SYN-RECEIVED"
    elif first_of_opening:
        client.state, server.state = "SYN-SENT", "SYN-RECEIVED"
    elif client.state == "SYN-SENT" and server.state in ("LISTEN", "CLOSED"):
        # RFC 9293 figure 9: the SYN again, after the old connection of the server was reset.
        server.state = "SYN-RECEIVED"
