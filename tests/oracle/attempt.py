"""What is known of one attempt: two sides, the numbers that counted, X and Y of the handshake.

A stream has one attempt, and another for each SYN of the client after a RST that ended the one before (SPEC 5). Sides
are 0 (sender of the stream's first segment) and 1, because who is the client may be learnt later. RSTs that end a
connection leave an attempt as it is: what they do is in `endings.py`. So an attempt always tells what would hold
without them, and a RST that proves to have been ignored can be withdrawn.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from circle import CIRCLE, at_or_past, between, higher, later, past, unwrap
from segments import ACK, FIN, RST, SYN, Segment

LOST_AT_MOST = 1 << 24  # SPEC 5, older connections: so far past X+1 the capture may lack segments


@dataclass(frozen=True)
class Seen:
    """A segment, who sent it, and its numbers unwrapped."""

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
        """A FIN's own sequence number (SPEC 3)."""
        return self.payload_end


@dataclass
class Side:
    """One endpoint in one attempt."""

    state: str | None = None  # None: nothing has said anything yet
    mark: int | None = None  # highest number seen of this side, unwrapped
    first: Seen | None = None  # its first segment that counted
    first_ack: Seen | None = None  # its first segment that counted and has an Ack
    highest: int | None = None  # the latest end of its segments
    highest_ack: int | None = None
    payload: int | None = None  # the number after its last payload byte, unwrapped
    offers: list = field(default_factory=list)  # (Ack, window, whether on a SYN-ACK)
    tries: dict = field(default_factory=dict)  # what it sent -> how often, since the peer took more
    syns: list[Seen] = field(default_factory=list)
    syn: Seen | None = None  # the one whose number counts: the last one, until it is answered
    syn_data: int = 0
    synacks: dict[int, Seen] = field(default_factory=dict)  # acceptable ones: Seq -> the latest
    synack_numbers: list[int] = field(default_factory=list)  # their Seqs, sorted
    first_synack: Seen | None = None  # acceptable
    last_synack: Seen | None = None  # acceptable
    first_synacks: dict[int, Seen] = field(default_factory=dict)  # acceptable ones: Seq -> the first
    sent_synacks: list[Seen] = field(default_factory=list)  # acceptable
    any_synack: bool = False  # whether acceptable or not
    syn_acked: bool = False  # both sides sent a SYN: the peer acknowledged this one
    fin: Seen | None = None
    fin_acked: bool = False  # as far as is believed now
    fin_was_acked: bool = False
    fin_waiting: bool = False  # it was repeated, and nobody acknowledged it afterwards


class Attempt:
    def __init__(self, client: int):
        self.client = client
        self.sides = (Side(), Side())
        self.counted = 0
        self.order: dict[int, int] = {}  # id of a first segment -> its place
        self.only_other = True
        self.first_numbers: Seen | None = None  # the first segment with ACK
        self.turned_y: int | None = None  # where a SYN-ACK's sender turned out to be the client
        self.settled: int | None = None  # Y, once step 3 has chosen among SYN-ACKs
        self.step3: Seen | None = None
        self.over = False  # the handshake counts as over, without a step 3
        self.taken_back = False  # the server's SYN-ACK came again after step 3
        self.server_silent = True  # since step 3, SYN-ACKs apart
        self.client_by_synack = False  # the client is ESTABLISHED through a SYN-ACK alone
        self.went_on = False  # the server, after its SYN-ACK
        self.both_syns = False  # simultaneous or split open
        self.early_ack = self.late_ack = False  # what makes it a split open
        self.server_is_older = False  # its state is that of an older connection
        self.old_answer = self.invalid_answer = False
        self.bad_acks: dict[int, Segment] = {}  # the server's, unacceptable to a client in SYN-SENT
        self.bad_open_acks: dict[int, Segment] = {}  # the client's, that fail open step 3
        self.closer: int | None = None
        self.closing_x = self.closing_y = 0
        self.half_close_from = 0
        self.fins_related: str | None = None
        self.closed_by: Seen | None = None  # the segment after which both FINs were first acknowledged
        self.steps: dict[tuple[str, int], Segment] = {}  # first performer of each step
        self.icmp: list = []
        self.told: set[str] = set()  # expert information that comes once

    @property
    def server(self) -> int:
        return 1 - self.client

    @property
    def captured(self) -> bool:
        """A SYN or SYN-ACK was seen."""
        return any(side.syns or side.any_synack for side in self.sides)

    @property
    def complete(self) -> bool:
        return (self.step3 is not None or self.over) and not self.taken_back

    @property
    def fin_seen(self) -> bool:
        return self.closer is not None

    @property
    def closed_now(self) -> bool:
        """Both FINs are acknowledged, and none was repeated since."""
        return all(side.fin_acked for side in self.sides)

    def turn(self) -> None:
        """The roles turn round: what was found out of the server so far was another's."""
        self.settled = None
        self.early_ack = self.went_on = False
        answer = self.sides[self.server].first_synack  # it was the server's: it acknowledges the other side's own number
        self.turned_y = None if answer is None else answer.ack - 1

    def state(self, side: int) -> str:
        initial = "CLOSED" if side == self.client else "LISTEN"
        return self.sides[side].state or initial

    def settle_unknown(self) -> None:
        """SPEC 5: a handshake that was not captured is taken as done once anything but OTHER was seen."""
        if not self.captured and self.only_other:
            self.sides[0].state = self.sides[1].state = "ESTABLISHED"
        self.only_other = False

    # -- numbers ------------------------------------------------------------------------------------------------

    def place(self, segment: Segment, side: int) -> Seen:
        """The segment with its numbers unwrapped against the marks; nothing moves."""
        ack = unwrap(segment.ack, self.sides[1 - side].mark) if segment.has(ACK) else None
        return Seen(segment, side, unwrap(segment.seq, self.sides[side].mark), ack)

    def count_numbers(self, seen: Seen) -> None:
        """Moves the marks. Not for RST, OTHER, a SYN-ACK with a wrong Ack, and segments of an older connection."""
        own, peer = self.sides[seen.side], self.sides[1 - seen.side]
        self.counted += 1
        own.mark = higher(own.mark, seen.end)
        if not self.is_wrong_open_ack(seen):
            if own.first is None:
                own.first = seen
                self.order[id(seen)] = self.counted
            self.count_tries(own, peer, seen)
            own.highest = later(own.highest, seen.end)
            if seen.segment.length:
                own.payload = higher(own.payload, seen.payload_end)
        if seen.ack is not None:
            if own.first_ack is None:
                own.first_ack = seen
                self.order[id(seen)] = self.counted
            if self.first_numbers is None:
                self.first_numbers = seen
            peer.mark = higher(peer.mark, seen.ack)
            self.count_ack(own, peer, seen)

    @staticmethod
    def count_ack(own: Side, peer: Side, seen: Seen) -> None:
        if own.highest_ack is None or past(seen.ack, own.highest_ack):
            peer.tries.clear()
        elif seen.segment.window:
            peer.tries.pop("keep-alive", None)
        own.highest_ack = later(own.highest_ack, seen.ack)
        own.offers.append((seen.ack, seen.segment.window, seen.segment.has(SYN)))

    @staticmethod
    def count_tries(own: Side, peer: Side, seen: Seen) -> None:
        """How often payload, a FIN or a keep-alive was sent (SPEC 7, `gave-up`). A keep-alive asks for an ACK of what was
        acknowledged."""
        segment = seen.segment
        if segment.has(SYN):
            return
        probe = own.highest is not None and (seen.seq - own.highest + 1) % CIRCLE == 0
        if probe and peer.highest_ack is not None and past(own.highest, peer.highest_ack):
            probe = False
        if probe and segment.length <= 1 and not segment.is_fin:
            own.tries["keep-alive"] = own.tries.get("keep-alive", 0) + 1
        elif segment.length or segment.is_fin:
            own.tries[segment.seq] = own.tries.get(segment.seq, 0) + 1

    def is_new_payload(self, seen: Seen) -> bool:
        known = self.sides[seen.side].payload
        return seen.segment.length > 0 and (known is None or seen.payload_end > known)

    # -- which Acks can be accepted -----------------------------------------------------------------------------

    def accepts(self, ack: int, side: int) -> bool:
        """An Ack of the SYN of `side`, which was captured: X+1 .. X+1+SYN data."""
        own = self.sides[side]
        return between(own.syn.seq + 1, ack, own.syn.seq + 1 + own.syn_data)

    def is_wrong_synack(self, seen: Seen) -> bool:
        own, peer = self.sides[seen.side], self.sides[1 - seen.side]
        if peer.syns:
            return not self.accepts(seen.ack, 1 - seen.side)
        return bool(own.syns)

    def is_older(self, seen: Seen) -> bool:
        """A segment of the server that belongs to an older connection."""
        return self.answers_nothing(seen) and not self.lacks_segments(seen)

    def answers_nothing(self, seen: Seen) -> bool:
        """A server's segment without SYN, with an Ack that the client cannot accept. A client that a RST closed is in
        SYN-SENT no longer."""
        return (seen.side == self.server and not seen.segment.has(SYN) and seen.ack is not None
                and self.endings.state(self, self.client) == "SYN-SENT" and bool(self.sides[self.client].syns)
                and not self.accepts(seen.ack, self.client))

    def gives_no_number(self, seen: Seen) -> bool:
        """The same for a client that a RST closed in SYN-SENT: that RST may be withdrawn, and was not there then."""
        return (seen.side == self.server and not seen.segment.has(SYN) and seen.ack is not None
                and self.state(self.client) == "SYN-SENT" and bool(self.sides[self.client].syns)
                and not self.accepts(seen.ack, self.client) and not self.lacks_segments(seen))

    def lacks_segments(self, seen: Seen) -> bool:
        """Payload that acknowledges so little past X+1 that the capture lacks segments."""
        ahead = (seen.ack - self.x - 1) % CIRCLE
        return seen.segment.length > 0 and 0 < ahead < LOST_AT_MOST

    def is_wrong_open_ack(self, seen: Seen) -> bool:
        """A client's ACK before step 3 that fails it."""
        if (seen.side != self.client or not seen.segment.is_normal or seen.segment.has(SYN) or seen.ack is None
                or self.step3 is not None or self.over):
            return False
        server = self.sides[self.server]
        if self.both_syns:
            return not at_or_past(seen.ack, server.syn.seq + 1)
        return bool(server.synacks) and self.answered_synack(seen) is None

    def answered_synack(self, seen: Seen) -> Seen | None:
        """The SYN-ACK that a client's segment answers as open step 3 demands; None: it is no step 3."""
        client, server = self.sides[self.client], self.sides[self.server]
        synack = self.settling(seen.ack)
        after_syn = self.x + 1
        if synack is None or not at_or_past(seen.seq, after_syn):
            return None
        if seen.segment.has(FIN):
            return synack
        highest = after_syn if client.highest is None else client.highest
        if past(seen.seq, later(highest, after_syn + synack.segment.window)):
            return None
        if not past(seen.seq, highest) and past(seen.ack, server.highest):
            return None
        return synack

    def settling(self, ack: int) -> Seen | None:
        """The SYN-ACK with the latest Seq+1 that the Ack is at or past."""
        server = self.sides[self.server]
        if not server.synacks:
            return None
        number = (ack - 1) % CIRCLE
        nearest = server.synacks[server.synack_numbers[bisect_right(server.synack_numbers, number) - 1]]
        return nearest if at_or_past(number, nearest.seq) else None

    # -- X and Y of the handshake (SPEC 4) ----------------------------------------------------------------------

    @property
    def x(self) -> int | None:
        client, server = self.sides[self.client], self.sides[self.server]
        if client.syn is not None:
            return client.syn.seq
        if server.first_synack is not None:
            return server.first_synack.ack - 1
        if client.first_synack is not None:  # equal endpoints: both directions count as the client's
            return client.first_synack.seq
        return self.first_seen(self.client)

    @property
    def y(self) -> int | None:
        if self.settled is not None:
            return self.settled
        server = self.sides[self.server]
        if server.last_synack is not None:
            return server.last_synack.seq
        if self.both_syns:
            return server.syn.seq
        return self.supposed_y() if self.captured else self.first_seen(self.server)

    def supposed_y(self) -> int | None:
        """SYN captured, SYN-ACK not: the server's first segment, or the client's first ACK, whichever was first."""
        first, ack = self.sides[self.server].first, self.sides[self.client].first_ack
        if self.turned_y is not None:
            return self.turned_y
        if first is None:
            return None if ack is None else ack.ack - 1
        if ack is None or self.order[id(first)] < self.order[id(ack)]:
            return first.seq - (not first.segment.has(SYN))
        return ack.ack - 1

    def first_seen(self, side: int) -> int | None:
        """Neither captured: the first numbers seen."""
        first = self.first_numbers
        if self.captured or first is None:
            return None
        return first.seq if first.side == side else first.ack

    def initial(self, side: int) -> int | None:
        """The initial sequence number of a side, where the handshake tells it."""
        if not self.captured:
            return None
        return self.x if side == self.client else self.y
