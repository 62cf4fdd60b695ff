"""How a segment moves the close: steps, X and Y of the close, states, bytes after the first FIN (SPEC 3 to 6)."""

from __future__ import annotations

from attempt import Attempt, Seen
from circle import at_or_past, past


def take_closing(attempt: Attempt, seen: Seen, parts) -> None:
    """A segment that counts, after its numbers were counted. Gives the close steps it performs for the first time."""
    own, peer = attempt.sides[seen.side], attempt.sides[1 - seen.side]
    steps = set()
    acked = acknowledges_fin(attempt, seen)
    first_ack = acked and not peer.fin_was_acked
    if acked:
        peer.fin_acked, peer.fin_was_acked, peer.fin_waiting = True, True, False
        acknowledged_states(attempt, seen)
    if first_ack:
        steps.add(2 if attempt.closer == 1 - seen.side else 4)
    if seen.segment.is_fin:
        if own.fin is None:
            steps.add(new_fin(attempt, seen, first_ack, parts))
        elif own.fin.fin_number == seen.fin_number:
            fin_again(attempt, seen, first_ack)
            steps.add(fin_step(attempt, seen.side))
        else:  # a second FIN of this side, with another number
            steps.add(fin_step(attempt, seen.side))
    if attempt.closed_by is None and all(side.fin_was_acked for side in attempt.sides):
        attempt.closed_by = seen
    parts.closing = sorted(steps)
    parts.first_ack_of_fin = first_ack


def fin_step(attempt: Attempt, side: int) -> int:
    return 1 if attempt.closer == side else 3


def acknowledges_fin(attempt: Attempt, seen: Seen) -> bool:
    peer = attempt.sides[1 - seen.side]
    return (seen.ack is not None and peer.fin is not None and at_or_past(seen.ack, peer.fin.fin_number + 1)
            and not past(seen.ack, peer.highest))


def acknowledged_states(attempt: Attempt, seen: Seen) -> None:
    """Its sender has the peer's FIN, and the peer's FIN is acknowledged."""
    own, peer = attempt.sides[seen.side], attempt.sides[1 - seen.side]
    after = {"FIN-WAIT-1": "FIN-WAIT-2", "CLOSING": "TIME-WAIT", "LAST-ACK": "CLOSED"}
    peer.state = after.get(peer.state, peer.state)
    # The first three are no moves of the usual close: a take-back went before them.
    has_it = {"SYN-RECEIVED": "CLOSE-WAIT", "ESTABLISHED": "CLOSE-WAIT", "FIN-WAIT-1": "CLOSING",
              "FIN-WAIT-2": "TIME-WAIT"}
    if attempt.taken_back and seen.segment.is_synack and own.state == "SYN-RECEIVED":
        return  # its SYN-ACK again: what it took with the first one is taken back
    own.state = has_it.get(own.state, own.state)


def new_fin(attempt: Attempt, seen: Seen, first_ack: bool, parts) -> int:
    own, peer = attempt.sides[seen.side], attempt.sides[1 - seen.side]
    own.fin = seen
    if attempt.closer is None:
        attempt.closer = seen.side
        attempt.closing_x, attempt.closing_y = seen.fin_number, seen.ack
        attempt.half_close_from = seen.ack if peer.payload is None else max(peer.payload, seen.ack)
        own.state = "FIN-WAIT-1"
        if not attempt.taken_back or 1 - seen.side != attempt.server:
            peer.state = "CLOSE-WAIT"
        return 1
    if peer.fin_was_acked:
        attempt.fins_related = "three-segment" if first_ack else "four-segment"
        peer.state, own.state = "TIME-WAIT", "LAST-ACK"
    else:
        attempt.fins_related = "simultaneous"
        peer.state = own.state = "CLOSING"
        parts.experts.append("simultaneous_close")
    return 3


def fin_again(attempt: Attempt, seen: Seen, first_ack: bool) -> None:
    """The same FIN again takes back that it was acknowledged, but for a FIN that first acknowledges the peer's."""
    own, peer = attempt.sides[seen.side], attempt.sides[1 - seen.side]
    if not first_ack:
        own.fin_waiting = True
        if own.fin_acked:
            own.fin_acked = False
            back = {"FIN-WAIT-2": "FIN-WAIT-1", "CLOSED": "LAST-ACK",
                    "TIME-WAIT": "CLOSING" if peer.fin_was_acked else "FIN-WAIT-1"}
            own.state = back.get(own.state, own.state)
    # It arrives at a peer whose own close was taken back.
    arrived = {"FIN-WAIT-1": "CLOSING", "FIN-WAIT-2": "TIME-WAIT"}
    peer.state = arrived.get(peer.state, peer.state)


def half_close_bytes(attempt: Attempt) -> int | None:
    """Payload the other side sent after the first FIN."""
    if attempt.closer is None:
        return None
    highest = attempt.sides[1 - attempt.closer].payload
    return 0 if highest is None else max(0, highest - attempt.half_close_from)
