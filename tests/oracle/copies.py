"""One segment captured more than once (SPEC 2)."""

from __future__ import annotations

from segments import Segment

NEAR_BY_ID, NEAR_BY_STAMPS, NEAR_BY_TIME = 200_000_000, 1_000_000_000, 5_000_000


def is_copy(one: Segment, two: Segment) -> bool:
    """Whether `two` is `one` again. Their sender is the same."""
    if ((one.seq, one.ack, one.flags, one.window, one.length)
            != (two.seq, two.ack, two.flags, two.window, two.length)):
        return False
    if one.ident and two.ident:
        return one.ident == two.ident and (differ(one.hops, two.hops) or near(one, two, NEAR_BY_ID))
    stamps = one.options.stamps, two.options.stamps
    if None not in stamps:
        return stamps[0] == stamps[1] and near(one, two, NEAR_BY_STAMPS)
    return stamps == (None, None) and not two.is_rst and near(one, two, NEAR_BY_TIME)


def differ(one: int | None, two: int | None) -> bool:
    return one is not None and two is not None and one != two


def near(one: Segment, two: Segment, apart: int) -> bool:
    """At most so far apart, in either order of the clock. Unknown times are not near."""
    if one.time_ns is None or two.time_ns is None:
        return False
    return abs(one.time_ns - two.time_ns) <= apart


class Copies:
    """The last segment of each sort that each side sent, with what was said of it."""

    def __init__(self):
        self.last: tuple[dict, dict] = ({}, {})

    def original(self, segment: Segment, side: int):
        """The note of the segment that this one is a copy of."""
        return next((note for note in self.last[side].values() if is_copy(note.segment, segment)), None)

    def note(self, note, opening: bool, closing: bool) -> None:
        """`opening`, `closing`: its ACK performed a step of that exchange."""
        segment, last = note.segment, self.last[note.side]
        sorts = {"SYN": segment.is_syn, "SYN-ACK": segment.is_synack, "FIN": segment.is_fin, "RST": segment.is_rst,
                 "open": opening, "close": closing}
        for sort, holds in sorts.items():
            if holds:
                last[sort] = note
