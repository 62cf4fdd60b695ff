"""What is known of one attempt: two sides, the segments that counted, X and Y of the opening.

A stream has one attempt, and another for each SYN after a RST that ended the one before (SPEC 4). Sides are 0 (sender
of the stream's first segment) and 1, because who is the client may be learnt later.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from circle import CIRCLE, at_or_past, between, higher, unwrap
from segments import ACK, SYN, Segment


@dataclass(frozen=True)
class Seen:
    """A segment that counted: who sent it, and its numbers unwrapped."""

    segment: Segment
    side: int
    seq: int
    ack: int | None

    @property
    def end(self) -> int:
        return self.seq + self.segment.sequence_len

    @property
    def payload_end(self) -> int:
        return self.seq + bool(self.segment.has(SYN)) + self.segment.length

    @property
    def fin_number(self) -> int:
        """A FIN's own sequence number (SPEC 2)."""
        return self.payload_end


@dataclass
class Side:
    """One endpoint."""

    state: str | None = None  # None: nothing has said anything yet
    captured: bool = False  # any segment of it, whatever its flags
    mark: int | None = None  # highest number seen of this side
    first: int | None = None  # its first Seq
    next: int | None = None  # the number after the last one it used
    payload: int | None = None  # the number after its last payload octet
    acked: int | None = None  # highest Ack it sent, unacceptable ones to a side in SYN-SENT apart
    offered: list[tuple[int, int, bool]] = field(default_factory=list)  # the same Acks, window, whether on a SYN-ACK
    syns: list[Seen] = field(default_factory=list)
    synacks: list[Seen] = field(default_factory=list)
    syn_acked: bool = False  # both sides sent a SYN: the peer acknowledged this one
    fin: Seen | None = None
    fin_acked: bool = False


class Attempt:
    def __init__(self, client: int):
        self.client = client
        self.sides = (Side(), Side())
        self.past: list[Seen] = []
        self.settled: int | None = None  # Y, once step 3 has chosen among SYN-ACKs
        self.step3: Seen | None = None
        self.over = False  # the opening counts as over, without a step 3
        self.both_syns = False  # simultaneous or split open
        self.bad_acks: set[int] = set()  # unacceptable Acks sent to a client in SYN-SENT
        self.only_other = True
        self.closer: int | None = None
        self.closing_x = self.closing_y = 0
        self.fins_related: str | None = None
        self.half_close_from: int | None = None
        self.closed_by: Seen | None = None  # after this segment both FINs are acknowledged
        self.ending: Segment | None = None  # the RST that ended it
        self.ending_side = 0
        self.ending_value = ""
        self.ending_phase = ""
        self.saved_states: tuple = (None, None)
        self.frozen: tuple | None = None  # the numbering in force when a RST ended it
        self.called_split = self.called_not_captured = False
        self.half_reset = False  # the client's RST against an old connection (SPEC 4)
        self.steps: dict[tuple[str, int], Segment] = {}  # first performer of each step

    @property
    def server(self) -> int:
        return 1 - self.client

    @property
    def captured(self) -> bool:
        """A SYN or SYN-ACK was seen."""
        return any(side.syns or side.synacks for side in self.sides)

    @property
    def complete(self) -> bool:
        return self.step3 is not None or self.over

    @property
    def ended(self) -> bool:
        return self.ending is not None

    @property
    def both_fins_acked(self) -> bool:
        return self.closed_by is not None

    def state(self, side: int) -> str:
        initial = "CLOSED" if side == self.client else "LISTEN"
        return self.sides[side].state or initial

    # -- numbers ------------------------------------------------------------------------------------------------

    def place(self, segment: Segment, side: int) -> Seen:
        """The segment with its numbers unwrapped against the marks; nothing moves."""
        ack = unwrap(segment.ack, self.sides[1 - side].mark) if segment.has(ACK) else None
        return Seen(segment, side, unwrap(segment.seq, self.sides[side].mark), ack)

    def move_marks(self, seen: Seen) -> None:
        """Only for segments that are neither RST nor OTHER."""
        own, peer = self.sides[seen.side], self.sides[1 - seen.side]
        if own.first is None:
            own.first = seen.seq
        own.mark = higher(own.mark, seen.end)
        own.next = higher(own.next, seen.end)
        if seen.segment.length:
            own.payload = higher(own.payload, seen.payload_end)
        if seen.ack is not None:
            peer.mark = higher(peer.mark, seen.ack)
            if not self.is_bad_answer(seen):
                own.acked = higher(own.acked, seen.ack)
                own.offered.append((seen.ack, seen.segment.window, seen.segment.has(SYN)))

    def syn_data(self, side: int) -> int:
        return max((syn.segment.length for syn in self.sides[side].syns), default=0)

    def acceptable_ack(self, ack: int) -> bool:
        """Ack in X+1 .. X+1+SYN data."""
        x = self.x
        return x is not None and between(x + 1, ack, x + 1 + self.syn_data(self.client))

    def is_bad_answer(self, seen: Seen) -> bool:
        """An unacceptable Ack to a side in SYN-SENT."""
        return (self.state(1 - seen.side) == "SYN-SENT" and seen.ack is not None
                and not self.acceptable_ack(seen.ack))

    # -- X and Y of the opening (SPEC 3) ------------------------------------------------------------------------

    @property
    def x(self) -> int | None:
        client, server = self.sides[self.client], self.sides[self.server]
        if client.syns:
            return client.syns[0].seq
        if server.synacks:
            return server.synacks[0].ack - 1
        if client.synacks:  # equal endpoints alone: both directions count as the client's
            return client.synacks[0].seq
        return self.first_seen(self.client)

    @property
    def y(self) -> int | None:
        if self.settled is not None:
            return self.settled
        server = self.sides[self.server]
        if server.syns:
            return server.syns[0].seq
        if server.synacks:
            return self.current_synack().seq
        if self.captured:
            return self.guessed_y()
        return self.first_seen(self.server)

    def current_synack(self) -> Seen:
        """Acceptable ones before others, among those the last one captured."""
        synacks = self.sides[self.server].synacks
        acceptable = [synack for synack in synacks if self.acceptable_ack(synack.ack)]
        return (acceptable or synacks)[-1]

    def settling_y(self, ack: int) -> int | None:
        """The Seq of the SYN-ACK that a client's Ack answers; None: it answers none."""
        synacks = self.sides[self.server].synacks
        acceptable = [synack for synack in synacks if self.acceptable_ack(synack.ack)]
        for group in (acceptable, synacks):
            exact = [synack.seq for synack in group if (ack - synack.seq - 1) % CIRCLE == 0]
            if exact:
                return exact[-1]
        answered = [synack.seq for synack in acceptable or synacks if at_or_past(ack, synack.seq + 1)]
        return min(answered, key=lambda seq: (ack - seq - 1) % CIRCLE, default=None)

    def guessed_y(self) -> int | None:
        """SYN captured, SYN-ACK not."""
        for seen in self.past:
            if seen.side == self.server:
                return seen.seq - 1
            if seen.side == self.client and seen.ack is not None:
                return seen.ack - 1
        return None

    def first_seen(self, side: int) -> int | None:
        """Neither captured: the first numbers seen."""
        if self.captured:
            return None
        for seen in self.past:
            if seen.ack is not None:
                return seen.seq if seen.side == side else seen.ack
        return None
