"""Why a RST was sent, which segment it answers, how long it was silent before, and how its hop count differs (SPEC 7).

All of it is told by the past alone. Copies are no part of that past.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from attempt import Attempt, Seen
from circle import CIRCLE, same
from segments import ACK, RST, Segment

GIVES_UP_AFTER = 3


@dataclass
class Asked:
    """The segments without RST of one side since the other side's last own one."""

    by_ack: dict[int, tuple] = field(default_factory=dict)  # Ack -> the latest segment, and the silence before it
    by_end: dict[int, tuple] = field(default_factory=dict)

    def add(self, segment: Segment, silence: int | None) -> None:
        if segment.has(ACK):
            self.by_ack[segment.ack] = segment, silence
        self.by_end[(segment.seq + segment.sequence_len) % CIRCLE] = segment, silence

    def clear(self) -> None:
        self.by_ack.clear()
        self.by_end.clear()


class Talk:
    """What was said without RST in a stream, over all its attempts."""

    def __init__(self):
        self.packets = [0, 0]  # RSTs too
        self.spoken = [0, 0]  # segments without RST
        self.opened = [False, False]  # a SYN or SYN-ACK
        self.hops: list[int | None] = [None, None]
        self.asked = (Asked(), Asked())
        self.last_ns: int | None = None

    def note(self, segment: Segment, side: int) -> None:
        """After everything was said of the segment."""
        self.packets[side] += 1
        if segment.has(RST):
            return
        self.asked[1 - side].clear()
        self.asked[side].add(segment, self.silence(segment))
        self.spoken[side] += 1
        self.opened[side] = self.opened[side] or segment.is_syn or segment.is_synack
        self.hops[side] = segment.hops
        self.last_ns = segment.time_ns

    def silence(self, segment: Segment) -> int | None:
        """Nanoseconds since the segment before, of either side."""
        if segment.time_ns is None or self.last_ns is None or segment.time_ns < self.last_ns:
            return None
        return segment.time_ns - self.last_ns

    def answered(self, segment: Segment, side: int) -> tuple | None:
        """The segment that a RST answers whose sender knows no such connection, and the silence before that one."""
        asked = self.asked[1 - side]
        if not segment.has(ACK):
            return asked.by_ack.get(segment.seq)
        return asked.by_end.get(segment.ack) if segment.seq == 0 else None

    def knows_no_connection(self, segment: Segment, side: int) -> bool:
        """SPEC 7, `no-connection`."""
        if self.spoken[side] or self.opened[1 - side]:
            return False
        alone = segment.has(ACK) and segment.seq == 0 and not self.packets[1 - side]
        return alone or self.answered(segment, side) is not None


def cause_of(attempt: Attempt, talk: Talk, seen: Seen, value: str) -> tuple[str | None, Segment | None, int | None]:
    """`synfin.reset.cause`, the segment it answers, and the silence before that one."""
    segment = seen.segment
    if value in ("late", "stray"):
        return None, None, None
    if value == "refused":
        return "refuses-syn", refused_syn(attempt, segment), None
    rejected = rejected_ack(attempt, seen)
    if rejected is not None:
        return "rejects-ack", rejected, None
    answered = talk.answered(segment, seen.side)
    if answered is not None:
        return "unknown-connection", *answered
    own = attempt.sides[seen.side]
    if max(own.tries.values(), default=0) >= GIVES_UP_AFTER:
        return "gave-up", None, None
    return ("aborts" if same(own.highest, seen.seq) else None), None, None


def refused_syn(attempt: Attempt, segment: Segment) -> Segment | None:
    """The latest SYN that the RST's Ack acknowledges; else the latest."""
    syns = attempt.sides[attempt.client].syns
    for syn in reversed(syns):
        if same(syn.end, segment.ack):
            return syn.segment
    return syns[-1].segment if syns else None


def rejected_ack(attempt: Attempt, seen: Seen) -> Segment | None:
    bad = attempt.bad_acks if seen.side == attempt.client else attempt.bad_open_acks
    return bad.get(seen.segment.seq)


def reset_fields(attempt: Attempt, talk: Talk, seen: Seen, value: str) -> dict:
    cause, answers, silence = cause_of(attempt, talk, seen, value)
    segment = seen.segment
    idle = talk.silence(segment)
    if cause == "unknown-connection":
        idle = max((one for one in (idle, silence) if one is not None), default=None)
    hops = talk.hops[seen.side]
    differs = hops is not None and segment.hops is not None and hops != segment.hops
    return {
        "synfin.reset": value,
        "synfin.reset.cause": cause,
        "synfin.reset.answers": None if answers is None else answers.frame,
        "synfin.reset.idle": idle,
        "synfin.reset.hops": segment.hops - hops if differs else None,
    }
