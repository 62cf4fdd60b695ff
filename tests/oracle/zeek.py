"""Zeek's conn_state and history, with the client as originator and without timers.

Facts from Zeek's manual (base/protocols/conn/main.zeek) and from the behaviour of its TCPSessionAdapter and
TCP_Endpoint: each side is INACTIVE, SYN_SENT, SYN_ACK_SENT, PARTIAL, ESTABLISHED, CLOSED (it sent a FIN) or RESET (it
sent a RST). No number is checked except where it is named here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from circle import CIRCLE, HALF
from segments import ACK, FIN, RST, SYN, Segment

INACTIVE, SYN_SENT, SYN_ACK_SENT = "inactive", "syn-sent", "syn-ack-sent"
PARTIAL, ESTABLISHED, CLOSED, RESET = "partial", "established", "closed", "reset"
FAR = 1 << 20  # a jump beyond this in a SYN or RST is not believed


def delta(a: int, b: int) -> int:
    """a-b on the circle, signed."""
    ahead = (a - b) % CIRCLE
    return ahead if ahead < HALF else ahead - CIRCLE


@dataclass
class End:
    state: str = INACTIVE
    before: str = INACTIVE
    start: int = 0  # the number of its SYN, seen or supposed
    last: int = 0  # one past the last number it used
    acked: int = 0
    fins: int = 0
    marks: dict = field(default_factory=dict)  # letter group -> number it last came with

    def become(self, state: str) -> None:
        if state != self.state:
            self.before, self.state = self.state, state

    def begin(self, seq: int, last: int) -> None:
        self.start = self.acked = seq
        self.last = last

    def size(self, peer: End) -> int:
        if (self.before == SYN_SENT and self.state == RESET and peer.state == INACTIVE
                and delta(self.acked, self.start) > 1):
            return 0
        used = max((self.last - self.start) % CIRCLE, (self.acked - self.start) % CIRCLE)
        used -= used > 0
        return used - (self.fins > 0 and used > 0)


class Zeek:
    def __init__(self, flipped: bool):
        self.originator, self.responder = End(), End()
        self.letters = "^" if flipped else ""

    def take(self, segment: Segment, from_originator: bool) -> None:
        own, peer = (self.originator, self.responder) if from_originator else (self.responder, self.originator)
        past_segment = segment.seq + segment.sequence_len - (segment.length if segment.has(RST) else 0)
        self.begin(own, segment, past_segment)
        self.history(own, segment, from_originator)
        if segment.has(FIN):
            own.fins += 1
        if segment.has(ACK):
            if peer.state == INACTIVE:
                peer.begin((segment.ack - 1) % CIRCLE, (segment.ack - 1) % CIRCLE)
            elif not segment.has(RST) and delta(segment.ack, peer.start) >= 0:
                ahead = delta(segment.ack, peer.acked)
                if ahead > 0 and not (segment.ack == 0 and ahead > FAR):
                    peer.acked = segment.ack
        self.advance(own, segment, past_segment % CIRCLE)
        self.move(own, peer, segment, from_originator)

    @staticmethod
    def begin(own: End, segment: Segment, past_segment: int) -> None:
        if own.state == INACTIVE:
            if segment.has(SYN):
                own.begin(segment.seq, past_segment % CIRCLE)
            else:
                own.begin((segment.seq - 1) % CIRCLE, segment.seq)
        elif segment.has(SYN) and segment.seq != own.start:
            if own.state in (SYN_SENT, SYN_ACK_SENT, ESTABLISHED, PARTIAL) or (
                    own.state == RESET and own.before == INACTIVE):
                own.begin(segment.seq, past_segment % CIRCLE)

    @staticmethod
    def advance(own: End, segment: Segment, past_segment: int) -> None:
        ahead = delta(past_segment, own.last)
        if segment.flags & (SYN | RST) and abs(ahead) > FAR:
            return
        if segment.has(FIN) and own.last == (own.start + 1) % CIRCLE:
            own.last = past_segment
        elif own.state != RESET and ahead > 0:
            own.last = past_segment

    # -- history -----------------------------------------------------------------------------------------------

    def history(self, own: End, segment: Segment, from_originator: bool) -> None:
        several = segment.has(SYN) + segment.has(FIN) + segment.has(RST)
        if several > 1:
            self.once(own, "I" if segment.has(FIN | RST) else "Q", from_originator)
        elif segment.has(SYN):
            # A SYN and a SYN-ACK of one side share their mark: the same number is written once.
            self.again(own, "SYN", "H" if segment.has(ACK) else "S", segment.seq, from_originator)
        elif segment.has(FIN):
            self.again(own, "FIN", "F", segment.seq + segment.length, from_originator)
        elif segment.has(RST):
            self.again(own, "RST", "R", segment.seq, from_originator)
        elif segment.length:
            self.once(own, "D", from_originator)
        elif segment.has(ACK):
            self.once(own, "A", from_originator)

    def write(self, letter: str, from_originator: bool) -> None:
        self.letters += letter if from_originator else letter.lower()

    def once(self, own: End, letter: str, from_originator: bool) -> None:
        if letter not in own.marks:
            self.write(letter, from_originator)
        own.marks[letter] = None

    def again(self, own: End, group: str, letter: str, number: int, from_originator: bool) -> None:
        number %= CIRCLE
        if own.marks.get(group) != number:
            self.write(letter, from_originator)
        own.marks[group] = number

    # -- states ------------------------------------------------------------------------------------------------

    def move(self, own: End, peer: End, segment: Segment, from_originator: bool) -> None:
        state = own.state
        if state == INACTIVE:
            self.move_inactive(own, peer, segment, from_originator)
        elif state in (SYN_SENT, SYN_ACK_SENT):
            if segment.has(FIN):
                own.become(CLOSED)
            if segment.has(RST):
                own.become(RESET)
        elif state in (ESTABLISHED, PARTIAL):
            if segment.has(SYN) and not segment.has(ACK) and state == PARTIAL and peer.state == INACTIVE:
                own.become(SYN_SENT)
            if segment.has(FIN) and not segment.has(RST):
                own.become(CLOSED)
                if peer.state == RESET and peer.before == CLOSED:
                    peer.become(CLOSED)
            if segment.has(RST):
                own.become(RESET)
        elif state == CLOSED and segment.has(RST) and peer.state != CLOSED:
            own.become(RESET)

    @staticmethod
    def move_inactive(own: End, peer: End, segment: Segment, from_originator: bool) -> None:
        if segment.has(SYN):
            if not from_originator:
                if peer.state == SYN_SENT:
                    peer.become(ESTABLISHED)
                own.become(ESTABLISHED)
            elif segment.has(ACK):
                own.become(SYN_ACK_SENT)
            elif peer.state == ESTABLISHED and segment.seq == own.start:
                # SYN and SYN-ACK captured in the wrong order: Zeek turns the connection round and calls it open.
                own.become(ESTABLISHED)
            else:
                own.become(SYN_SENT)
        if segment.has(FIN):
            own.become(CLOSED)
        if segment.has(RST):
            own.become(RESET)
        if own.state != INACTIVE:
            return
        if not from_originator and segment.length == 0 and peer.state == SYN_SENT:
            return
        own.become(ESTABLISHED if segment.has(ACK) and peer.state == ESTABLISHED else PARTIAL)

    def conn_state(self) -> str:
        orig, resp = self.originator, self.responder
        quiet = (INACTIVE, PARTIAL)
        if resp.state == RESET:
            sizes = orig.size(resp), resp.size(orig)
            if orig.state in (SYN_SENT, SYN_ACK_SENT) or (orig.state == RESET and sizes == (0, 0)):
                return "REJ"
            return "RSTRH" if orig.state in quiet else "RSTR"
        if orig.state == RESET:
            if resp.state not in quiet:
                return "RSTO"
            return "RSTOS0" if re.fullmatch(r"\^?S[^HAFGIQ]*R.*", self.letters) else "OTH"
        if orig.state == resp.state == CLOSED:
            return "SF"
        if orig.state == CLOSED:
            return "SH" if resp.state in quiet else "S2"
        if resp.state == CLOSED:
            return "SHR" if orig.state in quiet else "S3"
        if orig.state == SYN_SENT and resp.state == INACTIVE:
            return "S0"
        return "S1" if orig.state == resp.state == ESTABLISHED else "OTH"
