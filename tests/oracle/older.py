"""Earlier connections of the same endpoints, as far as a later one needs them (SPEC 5 and 8)."""

from __future__ import annotations

from circle import CIRCLE
from segments import Segment


class Earlier:
    """All earlier connections of two endpoints: the latest stream, and which state fits which numbers."""

    def __init__(self):
        self.stream: int | None = None
        self.states: dict[tuple, str] = {}

    def add(self, connection) -> None:
        """A connection that a later one of the same endpoints has followed."""
        self.stream = connection.stream
        attempt, endings = connection.attempt, connection.endings
        for side, end in enumerate(connection.ends):
            own, peer = attempt.sides[side], attempt.sides[1 - side]
            if own.highest is None:
                continue
            for ack in (own.highest_ack, peer.highest):
                if ack is not None:
                    self.states[end, own.highest % CIRCLE, ack % CIRCLE] = state_before_rst(attempt, endings, side)

    def state(self, segment: Segment) -> str | None:
        """The state of the sender in the latest earlier connection that its numbers fit."""
        return self.states.get((segment.source, segment.seq, segment.ack))


def state_before_rst(attempt, endings, side: int) -> str:
    """The state of a side; where it was CLOSED, what it was before a RST, else LAST-ACK."""
    state = attempt.state(side) if endings.closed[side] is not None else endings.state(attempt, side)
    return "LAST-ACK" if state == "CLOSED" else state
