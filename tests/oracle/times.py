"""Times of a connection (SPEC 8), in nanoseconds, each with the segment on which it becomes known."""

from __future__ import annotations

from attempt import Attempt
from segments import Segment


def elapsed(start: Segment, end: Segment) -> int | None:
    """A time that goes backwards or is not known is left out; where the clock stands still, the order of the capture tells."""
    if start.time_ns is None or end.time_ns is None or end.time_ns < start.time_ns:
        return None
    if start.order > end.order and end.time_ns == start.time_ns:
        return None
    return end.time_ns - start.time_ns


def times(attempt: Attempt) -> dict[str, tuple[int, Segment]]:
    """Each time of SPEC 8 but the duration."""
    found = {}

    def note(name: str, start: Segment | None, end: Segment | None) -> None:
        value = None if start is None or end is None else elapsed(start, end)
        if value is not None:
            found[name] = value, max(start, end, key=lambda one: one.order)

    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    syn = client.syns[0].segment if client.syns else None
    synack = server.first_synack.segment if server.first_synack else None
    step3 = attempt.steps.get(("open", 3))
    note("synfin.handshake.time", syn, step3)
    if not attempt.both_syns:
        if not repeated(client.syns, syn, synack):
            note("synfin.handshake.synack_rtt", syn, synack)
        if not repeated(server.sent_synacks, synack, step3):
            note("synfin.handshake.ack_rtt", synack, step3)
    if attempt.closed_by is not None:
        note("synfin.teardown.time", attempt.sides[attempt.closer].fin.segment, attempt.closed_by.segment)
    return found


def repeated(sent: list, start: Segment | None, end: Segment | None) -> bool:
    """Karn: the segment came again before its answer."""
    if start is None or end is None:
        return True
    return any(one.segment.seq == start.seq and start.order < one.segment.order < end.order for one in sent)
