"""What the two sides agreed in their SYN and SYN-ACK (SPEC 6, `synfin.negotiated`)."""

from __future__ import annotations

from attempt import Attempt
from circle import CIRCLE
from segments import AE, CWR, ECE, Segment

# RFC 9768 table 2: what AE, CWR and ECE of the SYN-ACK say to a SYN with all three.
ACCURATE = {CWR, CWR | ECE, AE, AE | CWR}
CLASSIC = {ECE, AE | ECE}


def the_two_syns(attempt: Attempt) -> tuple[Segment | None, Segment | None]:
    """The SYN-ACK that gives Y, and the last SYN before it (a SYN that was tried again may offer less)."""
    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    y = attempt.y
    answer = None if y is None else server.first_synacks.get(y % CIRCLE)
    if answer is None and attempt.both_syns:
        answer = server.syn
    if not client.syns or answer is None:
        return None, None
    before = [one for one in client.syns if one.segment.order < answer.segment.order]
    return (before[-1] if before else client.syns[0]).segment, answer.segment


def negotiated(attempt: Attempt) -> str | None:
    """None: unknown, because one was not captured, or not all of its options."""
    one, two = the_two_syns(attempt)
    if one is None or two is None or one.options.cut or two.options.cut:
        return None
    offer, answer = one.options, two.options
    words = [f"MSS {'-' if offer.mss is None else offer.mss}/{'-' if answer.mss is None else answer.mss}"]
    if offer.scale is not None and answer.scale is not None:
        words.append(f"WS {offer.scale}/{answer.scale}")
    if offer.sack and answer.sack:
        words.append("SACK")
    if offer.stamps and answer.stamps:
        words.append("TS")
    words += congestion(one, two)
    if offer.fast_open and (answer.fast_open or syn_data_acked(attempt)):
        words.append("TFO")
    if offer.mptcp and answer.mptcp:
        words.append("MPTCP")
    return ", ".join(words)


def congestion(one: Segment, two: Segment) -> list[str]:
    """RFC 3168 section 6.1.1, RFC 9768 table 2."""
    answer = two.flags & (AE | CWR | ECE)
    if not one.has(ECE | CWR):
        return []
    if one.has(AE) and answer in ACCURATE:
        return ["AccECN"]
    return ["ECN"] if answer in CLASSIC else []


def syn_data_acked(attempt: Attempt) -> bool:
    """A SYN-ACK of the server acknowledges data of the client's SYN."""
    client, server = attempt.sides[attempt.client], attempt.sides[attempt.server]
    return bool(client.syns) and any(
        0 < (synack.ack - attempt.x - 1) % CIRCLE <= client.syn_data for synack in server.synacks.values())
