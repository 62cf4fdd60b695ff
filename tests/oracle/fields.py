"""The fields of one segment: role, phase, X/Y expressions, states (SPEC 3 to 5)."""

from __future__ import annotations

from dataclasses import dataclass, field

from attempt import Attempt, Seen
from circle import CIRCLE, expression
from endings import Endings
from segments import ACK, SYN, Segment


@dataclass
class Parts:
    """What a segment does; filled step by step."""

    opening: list[int] = field(default_factory=list)
    closing: list[int] = field(default_factory=list)
    syn_again: bool = False
    synack_again: bool = False
    fin_again: bool = False
    ack_again: bool = False
    experts: list[str] = field(default_factory=list)

    @property
    def again(self) -> bool:
        return self.syn_again or self.synack_again or self.fin_again or self.ack_again


@dataclass
class Note:
    """What was said of one segment."""

    segment: Segment
    side: int
    attempt: Attempt
    fields: dict
    experts: list[str]
    is_copy: bool = False
    withdrawn: bool = False
    opening: list[int] = field(default_factory=list)
    closing: list[int] = field(default_factory=list)


def role(segment: Segment, parts: Parts) -> str:
    if segment.is_other:
        return "OTHER"
    if segment.is_rst:
        return "RST"
    words = []
    if segment.is_syn:
        words.append("SYN")
    if segment.is_synack:
        words.append("SYN-ACK")
    if not segment.has(SYN) and {2, 3} & set(parts.opening):
        words.append("OPEN-ACK")
    if segment.is_fin:
        words.append("FIN")
    if {2, 4} & set(parts.closing):
        words.append("CLOSE-ACK")
    return "+".join(words) or ("DATA" if segment.length else "ACK")


@dataclass
class Moment:
    """What the phase of a segment depends on, of the time before it."""

    closed: bool
    complete: bool

    @staticmethod
    def of(attempt: Attempt) -> Moment:
        return Moment(attempt.closed_now, attempt.complete)


def phase(attempt: Attempt, endings: Endings, before: Moment) -> str:
    """The phase a segment stands in. The one that completes an exchange still belongs to it."""
    if endings.ending is not None:
        return "closed"
    if before.closed and attempt.closed_now:
        return "closed"
    if attempt.fin_seen:
        return "teardown"
    if attempt.captured and not before.complete and not attempt.over:
        return "handshake"
    if attempt.captured and not attempt.complete:
        return "handshake"
    return "data"


def bases(attempt: Attempt, endings: Endings, rebase: bool) -> tuple[str | None, int | None, int | None, int]:
    """Basis, X, Y, and the side X belongs to."""
    if endings.ending is not None:
        return endings.ending.numbering
    return live_bases(attempt, rebase)


def live_bases(attempt: Attempt, rebase: bool) -> tuple[str | None, int | None, int | None, int]:
    if rebase and attempt.fin_seen:
        return "teardown", attempt.closing_x, attempt.closing_y, attempt.closer
    x, y = attempt.x, attempt.y
    if attempt.captured:
        return "handshake", x, y, attempt.client
    return (None if x is None and y is None else "first-seen"), x, y, attempt.client


def describe(attempt: Attempt, endings: Endings, seen: Seen, numbering: tuple) -> dict:
    """Numbers and states. Absent fields are None."""
    segment = seen.segment
    basis, x, y, x_side = numbering
    client_sends = seen.side == attempt.client
    fields = {
        "synfin.basis": basis,
        "synfin.x": None if x is None else x % CIRCLE,
        "synfin.y": None if y is None else y % CIRCLE,
        "synfin.sender": "client" if client_sends else "server",
    }
    who = "Client -> Server" if client_sends else "Server -> Client"
    own, peer = (("X", x), ("Y", y)) if seen.side == x_side else (("Y", y), ("X", x))
    text = number(fields, "seq", segment.seq, seen.seq, *own)
    if segment.has(ACK):
        text += ", " + number(fields, "ack", segment.ack, seen.ack, *peer)
    if segment.length:
        text += f", Len = {segment.length}"
    fields["synfin.summary"] = f"{who}: {text} (Flags = {segment.flag_names})"
    fields["synfin.client.state"] = endings.state(attempt, attempt.client)
    fields["synfin.server.state"] = endings.state(attempt, attempt.server)
    return fields


def number(fields: dict, name: str, shown: int, value: int, letter: str, base: int | None) -> str:
    label = name.capitalize()
    if base is None:
        return f"{label} = {shown}"
    fields[f"synfin.{name}"] = expression(letter, value - base)
    fields[f"synfin.{name}.offset"] = value - base
    return f"{label} = {shown}({fields[f'synfin.{name}']})"


def without_absent(fields: dict) -> dict:
    return {name: value for name, value in fields.items() if value is not None}
