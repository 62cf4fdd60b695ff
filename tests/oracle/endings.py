"""What RSTs did: which sides they closed, what ended the connection, and how a side proves that a RST did not count
(SPEC 5, resets, "taken back")."""

from __future__ import annotations

from dataclasses import dataclass

from attempt import Attempt, Seen
from circle import later, past
from resets import acknowledges_new, uses_past
from segments import Segment

SECOND_NS = 1_000_000_000


@dataclass
class Ending:
    """The RST that ended the connection, and what held at that moment."""

    segment: Segment
    side: int
    value: str
    phase: str  # `handshake` or `teardown`
    numbering: tuple  # basis, X, Y, the side X belongs to
    opened: bool
    over: bool  # the RST itself shows that the handshake was over
    complete: bool
    closer: int | None


@dataclass
class Closed:
    """A side that a taken RST closed."""

    rst: Segment
    own: bool  # it sent that RST itself
    refused: bool
    state: str  # what is shown: CLOSED, or LISTEN
    peer_highest: int | None
    peer_new_from: int | None = None  # the first number the other side used after the RST

    def note_peer(self, seen: Seen) -> None:
        """The other side uses numbers that it had not used before the RST."""
        if not seen.segment.sequence_len:
            return
        if self.peer_highest is not None and not past(seen.end, self.peer_highest):
            return
        start = later(self.peer_highest, seen.seq)
        if self.peer_new_from is None or past(self.peer_new_from, start):
            self.peer_new_from = start

    def is_spoken_by(self, attempt: Attempt, seen: Seen) -> bool:
        """Whether the side's segment shows that the RST was forged (its own) or ignored (the other's)."""
        if acknowledges_new(seen, self.peer_new_from):
            return True
        segment = seen.segment
        if self.own:
            first_synack = (segment.is_synack and seen.side == attempt.server
                            and attempt.sides[seen.side].first_synack is None and not attempt.is_wrong_synack(seen))
            return first_synack or uses_past(seen, self.rst.seq, self.refused)
        speaks = segment.length or segment.is_fin or segment.is_synack
        return bool(speaks) and self.is_long_ago(segment)

    def is_long_ago(self, segment: Segment) -> bool:
        if self.rst.time_ns is None or segment.time_ns is None:
            return False
        return segment.time_ns - self.rst.time_ns > SECOND_NS

    @property
    def expert(self) -> str:
        return "reset_forged" if self.own else "reset_ignored"


class Endings:
    """The RSTs of one attempt."""

    def __init__(self):
        self.ending: Ending | None = None
        self.closed: list[Closed | None] = [None, None]
        self.since: list = []  # the notes of the RSTs from the ending one on
        self.told: set[str] = set()
        self.challenged: list[Ending] = []  # challenged RSTs, each as though it had ended the connection
        self.spoke_after: list[list[bool]] = []  # each of these

    def close(self, attempt: Attempt, rst: Seen, value: str, receiver_alone: bool, over: bool) -> None:
        """A RST was taken. `over`: it shows that the handshake was over."""
        states = [self.state(attempt, side) for side in (0, 1)]
        for side in (0, 1):
            own = side == rst.side
            if self.closed[side] is not None or (receiver_alone and (own or states[side] == "CLOSED")):
                continue
            passive = not own and side == attempt.server and not attempt.both_syns and not over
            shown = "LISTEN" if passive and states[side] == "SYN-RECEIVED" else "CLOSED"
            peer = attempt.sides[1 - side]
            self.closed[side] = Closed(rst.segment, own, value == "refused", shown, peer.highest)

    def close_side(self, attempt: Attempt, side: int, rst: Seen) -> None:
        """A RST was taken by one side, and left the other as it was."""
        if self.closed[side] is None:
            self.closed[side] = Closed(rst.segment, False, False, "CLOSED", attempt.sides[1 - side].highest)

    def state(self, attempt: Attempt, side: int) -> str:
        closed = self.closed[side]
        return attempt.state(side) if closed is None else closed.state

    def hear(self, attempt: Attempt, seen: Seen, experts: list[str]) -> None:
        """A segment without RST: does a closed side speak? If none is closed any more, the RSTs are withdrawn."""
        closed = self.closed[seen.side]
        if closed is None or not closed.is_spoken_by(attempt, seen):
            return
        self.closed[seen.side] = None
        ending = self.ending
        if ending is None:
            return
        if closed.rst is ending.segment and closed.expert not in self.told:
            self.told.add(closed.expert)
            experts.append(closed.expert)
        if self.closed == [None, None]:
            for note in self.since:
                note.withdrawn = True
            self.since.clear()
            self.told.clear()
            self.ending = None

    def note_numbers(self, seen: Seen) -> None:
        other = self.closed[1 - seen.side]
        if other is not None:
            other.note_peer(seen)
