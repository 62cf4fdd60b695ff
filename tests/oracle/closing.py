"""How a segment moves the close: steps, X and Y of the close, states, octets after the first FIN (SPEC 2 to 5)."""

from __future__ import annotations

from attempt import Attempt, Seen
from circle import at_or_past


def close_steps(attempt: Attempt, seen: Seen) -> tuple[list[int], bool]:
    """The close steps the segment performs for the first time, and whether it is a second FIN of its side with another
    number (which has its side's step too). A FIN that is the first one again has no new step."""
    steps = []
    second_fin = False
    if acknowledges_peer_fin(attempt, seen):
        attempt.sides[1 - seen.side].fin_acked = True
        steps.append(2 if attempt.closer == 1 - seen.side else 4)
        acknowledged_states(attempt, 1 - seen.side)
    if seen.segment.is_fin:
        own = attempt.sides[seen.side]
        if own.fin is None:
            steps.append(first_fin(attempt, seen) if attempt.closer is None else other_fin(attempt, seen, steps))
        elif own.fin.fin_number != seen.fin_number:
            second_fin = True
            steps.append(fin_step(attempt, seen.side))
    if attempt.closed_by is None and all(side.fin_acked for side in attempt.sides):
        attempt.closed_by = seen
    return sorted(steps), second_fin


def fin_step(attempt: Attempt, side: int) -> int:
    return 1 if attempt.closer == side else 3


def acknowledges_peer_fin(attempt: Attempt, seen: Seen) -> bool:
    peer = attempt.sides[1 - seen.side]
    return (seen.ack is not None and peer.fin is not None and not peer.fin_acked
            and at_or_past(seen.ack, peer.fin.fin_number + 1))


def first_fin(attempt: Attempt, seen: Seen) -> int:
    own, peer = attempt.sides[seen.side], attempt.sides[1 - seen.side]
    own.fin = seen
    attempt.closer = seen.side
    attempt.closing_x, attempt.closing_y = seen.fin_number, seen.ack
    attempt.half_close_from = seen.ack if peer.payload is None else max(peer.payload, seen.ack)
    # Capture order is the order of arrival: what was sent before the FIN does not acknowledge it.
    own.state = "FIN-WAIT-1"
    peer.state = "CLOSE-WAIT"
    return 1


def other_fin(attempt: Attempt, seen: Seen, steps: list[int]) -> int:
    own, closer = attempt.sides[seen.side], attempt.sides[attempt.closer]
    own.fin = seen
    if closer.fin_acked:
        attempt.fins_related = "three-segment" if 2 in steps else "four-segment"
        closer.state = "TIME-WAIT"
        own.state = "LAST-ACK"
    else:
        attempt.fins_related = "simultaneous"
        closer.state = "CLOSING"
        own.state = "CLOSING"
    return 3


def acknowledged_states(attempt: Attempt, side: int) -> None:
    """The state of a side whose FIN is acknowledged."""
    after = {"FIN-WAIT-1": "FIN-WAIT-2", "CLOSING": "TIME-WAIT", "LAST-ACK": "CLOSED"}
    attempt.sides[side].state = after.get(attempt.state(side), attempt.state(side))


def half_close_octets(attempt: Attempt) -> int | None:
    """Payload the other side sent after the first FIN."""
    if attempt.closer is None:
        return None
    highest = attempt.sides[1 - attempt.closer].payload
    return 0 if highest is None else max(0, highest - attempt.half_close_from)
