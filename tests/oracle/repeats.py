"""What repeats what: `synfin.retransmission` (SPEC 3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from attempt import Seen
from circle import CIRCLE, at_or_past, past
from segments import Segment


def signature(segment: Segment) -> tuple:
    return segment.seq, segment.ack, segment.length, segment.window, segment.flags


@dataclass
class Spoken:
    """What one side has sent, so that it is known when it comes again."""

    # By number. These outlive attempts.
    syns: set = field(default_factory=set)
    synacks: dict = field(default_factory=dict)  # Seq -> the steps it performed
    fins: set = field(default_factory=set)
    # ACKs that performed steps, while the peer has sent no payload and no FIN since: signature -> open, close steps.
    acks: dict = field(default_factory=dict)
    opening: set = field(default_factory=set)  # the steps its ACKs performed, without SYN-ACKs
    closing: set = field(default_factory=set)
    # The peer's repeated SYN-ACK or FIN that this side's next bare ACK may answer: the Ack that does.
    open_asked: int | None = None
    close_asked: int | None = None

    def new_attempt(self) -> None:
        self.acks, self.opening, self.closing = {}, set(), set()
        self.answered()

    def answered(self) -> None:
        """Its first segment without payload, SYN and FIN since a repeat of the peer went by."""
        self.open_asked = self.close_asked = None


class Repeats:
    def __init__(self):
        self.sides = (Spoken(), Spoken())

    def new_attempt(self) -> None:
        for side in self.sides:
            side.new_attempt()

    def note_numbers(self, seen: Seen, parts) -> None:
        """Whether the segment's SYN or FIN was sent before."""
        segment, own = seen.segment, self.sides[seen.side]
        if segment.is_syn:
            parts.syn_again = segment.seq in own.syns
            own.syns.add(segment.seq)
        if segment.is_synack:
            parts.synack_again = segment.seq in own.synacks
            own.synacks.setdefault(segment.seq, set())
        if segment.is_fin:
            number = seen.fin_number % CIRCLE
            parts.fin_again = number in own.fins
            own.fins.add(number)

    def keep_steps(self, seen: Seen, parts, peer_highest: int | None) -> None:
        """Adds the steps that the segment keeps because it repeats one that performed them."""
        segment, own = seen.segment, self.sides[seen.side]
        if segment.is_synack:
            known = own.synacks[segment.seq]
            known.update(parts.opening)
            parts.opening = sorted(known)
        opening, closing = self.repeated_acks(seen, peer_highest)
        new_open = set() if segment.is_synack else opening - set(parts.opening)
        new_close = closing - set(parts.closing)
        if {2, 3} & set(parts.opening):
            new_open = set()
        if new_open or new_close:
            parts.ack_again = True
        parts.opening = sorted({*parts.opening, *new_open})
        parts.closing = sorted({*parts.closing, *new_close})

    def repeated_acks(self, seen: Seen, peer_highest: int | None) -> tuple[set, set]:
        """The open and close steps of an earlier ACK that this segment repeats."""
        own = self.sides[seen.side]
        if seen.ack is None:
            return set(), set()
        opening, closing = (set(steps) for steps in own.acks.get(signature(seen.segment), ((), ())))
        if seen.segment.is_bare:
            if own.open_asked is not None and at_or_past(seen.ack, own.open_asked):
                opening |= own.opening
            if (own.close_asked is not None and at_or_past(seen.ack, own.close_asked)
                    and not past(seen.ack, peer_highest)):  # what acknowledges more acknowledges no FIN (SPEC 3)
                closing |= own.closing
            own.open_asked = own.close_asked = None
        return opening, closing

    def note_steps(self, seen: Seen, parts, shown: bool) -> None:
        """After the steps are known: what may come again, and what may be answered again. After a RST no step is shown."""
        segment, own, peer = seen.segment, self.sides[seen.side], self.sides[1 - seen.side]
        if segment.length or segment.is_fin:
            peer.acks.clear()
        if segment.length:
            peer.open_asked = peer.close_asked = None
        opening = {2, 3} & set(parts.opening)
        closing = {2, 4} & set(parts.closing)
        if shown and (opening or closing):
            own.acks[signature(segment)] = opening, closing
        own.opening |= set() if segment.is_synack else opening
        own.closing |= closing
        if parts.synack_again:
            peer.open_asked = seen.seq + 1
        if parts.fin_again:
            peer.close_asked = seen.fin_number + 1
