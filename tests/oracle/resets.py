"""Which RSTs the receiver accepts, what they end, and what they are called (SPEC 4 and 5)."""

from __future__ import annotations

from attempt import Attempt
from circle import CIRCLE, between, unwrap
from segments import ACK, Segment

UNKNOWN_SCALE = 14


def window_scale(attempt: Attempt, side: int) -> int:
    """The shift of the windows this side offers outside SYNs."""
    own, peer = attempt.sides[side], attempt.sides[1 - side]
    own_syns, peer_syns = own.syns + own.synacks, peer.syns + peer.synacks
    if own_syns and own_syns[-1].segment.options.scale is None:
        return 0
    if peer_syns and peer_syns[-1].segment.options.scale is None:
        return 0
    # A SYN-ACK has the option only in answer to one (RFC 7323 section 1.3): either SYN-ACK tells that both scale.
    if own_syns and (peer_syns or own.synacks):
        return min(own_syns[-1].segment.options.scale, UNKNOWN_SCALE)
    return UNKNOWN_SCALE


def accepted(attempt: Attempt, segment: Segment, side: int) -> bool:
    """Whether the receiver of a RST that `side` sent takes it."""
    sender, receiver = attempt.sides[side], attempt.sides[1 - side]
    if not receiver.captured:
        return True
    if attempt.state(1 - side) == "SYN-SENT" and not sender.synacks:
        return segment.has(ACK) and attempt.acceptable_ack(segment.ack)
    seq = unwrap(segment.seq, sender.mark)
    scale = window_scale(attempt, 1 - side)
    if receiver.acked is not None:
        low = receiver.acked
    elif sender.syns or sender.synacks:
        low = (sender.syns or sender.synacks)[0].seq + 1
    else:
        low = sender.first if sender.first is not None else seq
    edges = [ack + (window << (0 if on_syn else scale)) for ack, window, on_syn in receiver.offered]
    high = max([low, *edges] + ([sender.next] if sender.next is not None else []))
    return low - 1 <= seq <= high


def against_old_connection(attempt: Attempt, segment: Segment, side: int) -> bool:
    """A RST of a client in SYN-SENT against an unacceptable Ack: RST Seq is that Ack."""
    return (side == attempt.client and attempt.state(side) == "SYN-SENT" and segment.seq in attempt.bad_acks)


def value_of(attempt: Attempt, side: int) -> str:
    """`synfin.reset` of an accepted RST."""
    if attempt.closer is not None:
        return "after-fin"
    if attempt.captured and not attempt.complete:
        no_synack = not any(end.synacks for end in attempt.sides)
        return "refused" if side == attempt.server and no_synack else "handshake"
    return "abort"


def reset(attempt: Attempt, segment: Segment, side: int) -> tuple[str, bool]:
    """Takes a RST into the attempt: its `synfin.reset`, and whether it ended the connection."""
    if attempt.ended:
        return attempt.ending_value, False
    if attempt.both_fins_acked:
        if accepted(attempt, segment, side):
            attempt.sides[0].state = attempt.sides[1].state = "CLOSED"
        return "after-fin", False
    if against_old_connection(attempt, segment, side):
        server = attempt.sides[attempt.server]
        server.state = "LISTEN" if attempt.state(attempt.server) == "SYN-RECEIVED" else "CLOSED"
        attempt.half_reset = True
        return "handshake", False
    if not accepted(attempt, segment, side):
        return "stray", False
    value = value_of(attempt, side)
    attempt.saved_states = (attempt.sides[0].state, attempt.sides[1].state)
    receiver = 1 - side
    passive = receiver == attempt.server and not attempt.both_syns
    back_to_listen = passive and attempt.state(receiver) == "SYN-RECEIVED"
    attempt.sides[side].state = "CLOSED"
    attempt.sides[receiver].state = "LISTEN" if back_to_listen else "CLOSED"
    attempt.ending, attempt.ending_side, attempt.ending_value = segment, side, value
    attempt.ending_phase = "open" if attempt.captured and not attempt.complete else "close"
    return value, True
