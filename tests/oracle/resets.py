"""Which RSTs their receiver takes, and what they are called (SPEC 5 and 7)."""

from __future__ import annotations

from dataclasses import dataclass

from attempt import Attempt, Seen
from circle import at_or_past, between, past
from segments import ACK

UNKNOWN_SCALE = 14


def window_scale(attempt: Attempt, side: int) -> int:
    """The shift of the windows this side offers outside SYNs."""
    own, peer = attempt.sides[side], attempt.sides[1 - side]
    mine, its = last_offer(own), last_offer(peer)
    if any(one is not None and one.scale is None for one in (mine, its)):
        return 0
    # A SYN-ACK has the option only in answer to one (RFC 7323 section 1.3): either SYN-ACK tells that both scale.
    if mine is not None and (its is not None or own.last_synack is not None):
        return min(mine.scale, UNKNOWN_SCALE)
    return UNKNOWN_SCALE


def last_offer(side):
    """The options of its last SYN or SYN-ACK; None: not captured, or cut."""
    last = side.last_synack or (side.syns[-1] if side.syns else None)
    return None if last is None or last.segment.options.cut else last.segment.options


class Edge:
    """The highest right window edge that a side offered, each offer at the scale that was known when it was made."""

    def __init__(self):
        self.looked_at = 0
        self.highest: int | None = None

    def of(self, attempt: Attempt, side: int) -> int | None:
        own, scale = attempt.sides[side], window_scale(attempt, side)
        for ack, window, on_syn in own.offers[self.looked_at:]:
            edge = ack + (window << (0 if on_syn else scale))
            if self.highest is None or past(edge, self.highest):
                self.highest = edge
        self.looked_at = len(own.offers)
        return self.highest


def judge(attempt: Attempt, seen: Seen, state: str, nothing_of_receiver: bool, edge: Edge) -> str:
    """`taken`, `challenged` or `stray`. `state` is the receiver's."""
    sender, receiver = attempt.sides[seen.side], attempt.sides[1 - seen.side]
    segment = seen.segment
    if nothing_of_receiver:
        return "taken"
    if state == "SYN-SENT":
        accepted = segment.has(ACK) and attempt.accepts(segment.ack, 1 - seen.side)
        return "taken" if accepted else "stray"
    awaited = awaited_number(attempt, seen.side)
    if awaited is None:
        return "taken"
    low = awaited - 1
    right = edge.of(attempt, 1 - seen.side)
    if right is None and receiver.syns:
        # Nothing of the receiver but SYNs without ACK.
        right = awaited + (receiver.syns[-1].segment.window << UNKNOWN_SCALE)
    if sender.first is None:
        return "taken" if right is None or between(low, segment.seq, right) else "stray"
    high = sender.highest
    if receiver.highest_ack is not None and past(receiver.highest_ack, high):
        high = receiver.highest_ack
    if between(low, segment.seq, high):
        return "taken"
    if right is not None and past(right, high) and between(high, segment.seq, right):
        return "challenged"
    return "stray"


def awaited_number(attempt: Attempt, sender: int) -> int | None:
    """What the receiver of a RST waits for, as far as is known."""
    own, receiver = attempt.sides[sender], attempt.sides[1 - sender]
    if receiver.highest_ack is not None:
        return receiver.highest_ack
    initial = attempt.initial(sender)
    if initial is not None:
        return initial + 1
    return None if own.first is None else own.first.seq


def lacks_everything_before(attempt: Attempt, seen: Seen, state: str) -> bool:
    """A RST whose Seq is past everything captured of its sender, and past its initial number + 1: the handshake counts
    as over. Not for a RST to a side in SYN-SENT, which looks at the Ack alone."""
    initial, highest = attempt.initial(seen.side), attempt.sides[seen.side].highest
    if initial is None or state == "SYN-SENT":
        return False
    return past(seen.seq, initial + 1) and (highest is None or past(seen.seq, highest))


def no_such_connection(attempt: Attempt, seen: Seen, state: str) -> str | None:
    """RSTs that answer a wrong Ack and end nothing: `syn-sent`, or `syn-received`."""
    number = seen.segment.seq
    if seen.side == attempt.client and state == "SYN-SENT" and number in attempt.bad_acks:
        return "syn-sent"
    if seen.side == attempt.server and state == "SYN-RECEIVED" and number in attempt.bad_open_acks:
        return "syn-received"
    return None


@dataclass
class Value:
    """What decides `synfin.reset`, in the order of SPEC 7."""

    late: bool
    verdict: str
    unknown: bool  # its sender knows no connection, and nothing else of it was captured
    after_fin: bool
    in_handshake: bool
    before_synack: bool  # and it is the server's

    def word(self) -> str:
        if self.late:
            return "late"
        if self.verdict != "taken":
            return self.verdict
        if self.unknown:
            return "no-connection"
        if self.after_fin:
            return "after-fin"
        if self.in_handshake:
            return "refused" if self.before_synack else "handshake"
        return "abort"




def uses_past(seen: Seen, number: int, payload_alone: bool) -> bool:
    """Whether payload or FIN uses a number past this one."""
    segment = seen.segment
    if not segment.length and (payload_alone or not segment.is_fin):
        return False
    end = seen.payload_end if payload_alone else seen.end
    return past(end - 1, number)


def acknowledges_new(seen: Seen, new_from: int | None) -> bool:
    return seen.ack is not None and new_from is not None and at_or_past(seen.ack, new_from + 1)
