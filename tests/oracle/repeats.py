"""What repeats what: `synfin.retransmission` (SPEC 2)."""

from __future__ import annotations

from dataclasses import dataclass, field

from attempt import Seen


@dataclass
class Carrier:
    """A segment whose ACK performed steps, first or again."""

    seen: Seen
    opening: list[int]
    closing: list[int]
    answered: bool = False  # the peer has sent payload or a FIN since

    def same_again(self, seen: Seen) -> bool:
        one, two = self.seen.segment, seen.segment
        return ((one.seq, one.ack, one.length, one.window, one.flags)
                == (two.seq, two.ack, two.length, two.window, two.flags))


@dataclass
class Repeats:
    """What each side has sent, so that it is known when it comes again. Outlives attempts, except for ACKs."""

    syns: tuple[set, set] = field(default_factory=lambda: (set(), set()))
    synacks: tuple[dict, dict] = field(default_factory=lambda: ({}, {}))  # Seq -> steps
    fins: tuple[set, set] = field(default_factory=lambda: (set(), set()))
    carriers: tuple[list, list] = field(default_factory=lambda: ([], []))
    # The peer's repeated SYN-ACK or FIN that a side's next pure ACK may answer: number that acknowledges it.
    open_asked: list = field(default_factory=lambda: [None, None])
    close_asked: list = field(default_factory=lambda: [None, None])

    def new_attempt(self) -> None:
        self.carriers = ([], [])
        self.open_asked, self.close_asked = [None, None], [None, None]

    def note_syn(self, seen: Seen) -> bool:
        known = self.syns[seen.side]
        again = seen.segment.seq in known
        known.add(seen.segment.seq)
        return again

    def note_synack(self, seen: Seen) -> bool:
        known = self.synacks[seen.side]
        again = seen.segment.seq in known
        known.setdefault(seen.segment.seq, [])
        return again

    def note_fin(self, seen: Seen) -> bool:
        known = self.fins[seen.side]
        number = seen.fin_number % (1 << 32)
        again = number in known
        known.add(number)
        return again

    def ask_again(self, seen: Seen, synack_again: bool, fin_again: bool) -> None:
        """A SYN-ACK or FIN came again: the peer's answer may come again too."""
        peer = 1 - seen.side
        if synack_again:
            self.open_asked[peer] = seen.seq + 1
        if fin_again:
            self.close_asked[peer] = seen.fin_number + 1

    def note_answer(self, seen: Seen) -> None:
        """Payload or a FIN of one side: the other side's ACKs before it are not the same again after it."""
        if seen.segment.length or seen.segment.is_fin:
            for carrier in self.carriers[1 - seen.side]:
                carrier.answered = True

    def repeated_acks(self, seen: Seen) -> tuple[list[int], list[int]]:
        """The open and close steps of an earlier ACK that this segment repeats."""
        opening, closing = set(), set()
        if seen.ack is None:
            return [], []
        carriers = self.carriers[seen.side]
        for carrier in carriers:
            if not carrier.answered and carrier.same_again(seen):
                opening.update(carrier.opening)
                closing.update(carrier.closing)
        segment = seen.segment
        if segment.length == 0 and not segment.is_syn and not segment.is_synack and not segment.is_fin:
            for asked, steps, of in ((self.open_asked, opening, "opening"), (self.close_asked, closing, "closing")):
                number, asked[seen.side] = asked[seen.side], None
                if number is not None and seen.ack >= number:
                    for carrier in carriers:
                        steps.update(getattr(carrier, of))
        return sorted(opening), sorted(closing)
