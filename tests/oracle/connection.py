"""One `tcp.stream`, segment by segment: the fields that depend on the past alone (SPEC 1 to 4, 5 `reset`, 8)."""

from __future__ import annotations

from dataclasses import dataclass, field

from attempt import Attempt, Seen
from circle import at_or_past, expression
from closing import close_steps, fin_step
from opening import is_split, note_opening, open_states, open_steps
from repeats import Carrier, Repeats
from resets import reset
from segments import ACK, RST, SYN, FIN, Segment


@dataclass
class Note:
    """What was said of one segment."""

    segment: Segment
    side: int
    attempt: Attempt
    fields: dict
    experts: list[str]
    opening: list[int] = field(default_factory=list)
    closing: list[int] = field(default_factory=list)


@dataclass
class Parts:
    """What a segment does; filled step by step."""

    opening: list[int] = field(default_factory=list)
    closing: list[int] = field(default_factory=list)
    syn_again: bool = False
    synack_again: bool = False
    fin_again: bool = False
    ack_again: bool = False
    second_fin: bool = False
    experts: list[str] = field(default_factory=list)

    @property
    def again(self) -> bool:
        return self.syn_again or self.synack_again or self.fin_again or self.ack_again


class Connection:
    def __init__(self, first: Segment, rebase: bool = True, reused: bool = False):
        self.ends = (first.source, first.destination)
        self.equal = first.source == first.destination
        self.rebase, self.reused = rebase, reused
        self.syn_seen = self.synack_seen = False
        low = [port < 1024 for _, port in self.ends]
        self.attempt = Attempt(low.index(False) if low.count(True) == 1 else 0)
        self.attempts = [self.attempt]
        self.repeats = Repeats()
        self.notes: list[Note] = []

    def side_of(self, segment: Segment) -> int:
        return 0 if self.equal or segment.source == self.ends[0] else 1

    # -- SPEC 1: who is the client -----------------------------------------------------------------------------

    def judge_client(self, segment: Segment, side: int) -> None:
        client = self.attempt.client
        if segment.is_syn and not self.syn_seen:
            client, self.syn_seen = side, True
        elif segment.is_synack and not self.syn_seen and not self.synack_seen:
            client, self.synack_seen = 1 - side, True
        self.attempt.client = 0 if self.equal else client

    # -- one segment -------------------------------------------------------------------------------------------

    def observe(self, segment: Segment) -> Note:
        side = self.side_of(segment)
        if segment.is_syn and self.attempt.ended:
            self.start_again(side)
        self.judge_client(segment, side)
        attempt, parts = self.attempt, Parts()
        was_closed, was_ended = attempt.both_fins_acked, attempt.ended
        was_complete = attempt.complete
        reset_value, ends = "", False
        if segment.is_rst:
            numbering = self.bases()
            reset_value, ends = reset(attempt, segment, side)
            if ends:
                attempt.frozen = numbering
            self.reset_experts(reset_value, ends, was_ended, parts)
        elif segment.is_normal:
            was_ended = self.stays_ended(attempt.place(segment, side))
            self.take(attempt.place(segment, side), parts)
        attempt.sides[side].captured = True
        if not segment.is_other:
            attempt.only_other = False
        phase = self.phase(was_ended, ends, was_closed, was_complete, parts)
        fields = self.fields(segment, side, parts, phase, reset_value)
        self.general_experts(segment, parts)
        note = Note(segment, side, attempt, fields, parts.experts, parts.opening, parts.closing)
        for step in parts.opening:
            attempt.steps.setdefault(("open", step), segment)
        for step in parts.closing:
            attempt.steps.setdefault(("close", step), segment)
        self.notes.append(note)
        return note

    def start_again(self, side: int) -> None:
        """A SYN after the RST that ended the connection (SPEC 4). Whoever sends it opens this attempt."""
        self.attempt = Attempt(0 if self.equal else side)
        self.attempts.append(self.attempt)
        self.repeats.new_attempt()
        self.syn_seen = True

    def stays_ended(self, seen: Seen) -> bool:
        """Whether the attempt stays ended. A SYN-ACK with an acceptable Ack shows that the RST was ignored."""
        attempt = self.attempt
        if (attempt.ended and attempt.ending_phase == "open" and seen.segment.is_synack
                and seen.side == attempt.server and attempt.acceptable_ack(seen.ack)):
            attempt.sides[0].state, attempt.sides[1].state = attempt.saved_states
            attempt.ending = None
        return attempt.ended

    def take(self, seen: Seen, parts: Parts) -> None:
        """A segment that is neither RST nor OTHER."""
        attempt, segment = self.attempt, seen.segment
        first_of_opening = not attempt.captured and (segment.is_syn or segment.is_synack)
        was_complete = attempt.complete
        if segment.is_syn:
            parts.syn_again = self.repeats.note_syn(seen)
        if segment.is_synack:
            parts.synack_again = self.repeats.note_synack(seen)
        if segment.is_fin:
            parts.fin_again = self.repeats.note_fin(seen)
        if attempt.ended:
            attempt.move_marks(seen)
            return
        self.opening_experts(seen, parts)
        if seen.side == attempt.server and attempt.captured and attempt.is_bad_answer(seen):
            attempt.bad_acks.add(segment.ack)
        attempt.move_marks(seen)
        if segment.is_syn or segment.is_synack:
            note_opening(attempt, seen)
        parts.opening = open_steps(attempt, seen)
        parts.opening = self.again_steps(seen, parts, self.synack_steps(seen, parts.opening))
        attempt.past.append(seen)
        open_states(attempt, seen, was_complete, first_of_opening)
        self.kind_experts(seen, parts)
        had_relation = attempt.fins_related
        new_closing, parts.second_fin = close_steps(attempt, seen)
        if attempt.fins_related == "simultaneous" and not had_relation:
            parts.experts.append("simultaneous_close")
        self.finish_steps(seen, parts, new_closing)

    # -- SPEC 2: steps, first and again ------------------------------------------------------------------------

    def synack_steps(self, seen: Seen, opening: list[int]) -> list[int]:
        """A SYN-ACK keeps the steps it performed when it comes again."""
        if seen.segment.is_synack:
            known = self.repeats.synacks[seen.side][seen.segment.seq]
            known[:] = sorted({*known, *opening})
            return list(known)
        return opening

    def again_steps(self, seen: Seen, parts: Parts, opening: list[int]) -> list[int]:
        self.repeated = self.repeats.repeated_acks(seen)
        if not seen.segment.is_synack and self.repeated[0] and not set(opening) & {2, 3}:
            parts.ack_again = True
            return sorted({*opening, *self.repeated[0]})
        return opening

    def finish_steps(self, seen: Seen, parts: Parts, new_closing: list[int]) -> None:
        closing = set(new_closing)
        if seen.segment.is_fin and parts.fin_again:
            closing.add(fin_step(self.attempt, seen.side))
        again = set(self.repeated[1]) - closing
        if again:
            parts.ack_again = True
            closing |= again
        parts.closing = sorted(closing)
        self.repeats.note_answer(seen)
        ack_opening = [step for step in parts.opening if step in (2, 3)]
        ack_closing = [step for step in parts.closing if step in (2, 4)]
        if ack_opening or ack_closing:
            self.repeats.carriers[seen.side].append(Carrier(seen, ack_opening, ack_closing))
        self.repeats.ask_again(seen, parts.synack_again, parts.fin_again)

    # -- SPEC 2: role and phase --------------------------------------------------------------------------------

    @staticmethod
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

    def phase(self, was_ended: bool, ends: bool, was_closed: bool, was_complete: bool, parts: Parts) -> str:
        attempt = self.attempt
        if was_ended:
            return "closed"
        if ends:
            return attempt.ending_phase
        if was_closed:
            return "closed"
        if attempt.closer is not None:
            return "close"
        if attempt.captured and not was_complete and not attempt.over:
            return "open"
        return "data"

    # -- SPEC 3: numbers ---------------------------------------------------------------------------------------

    def bases(self) -> tuple[str | None, int | None, int | None, int]:
        """Basis, X, Y, and the side X belongs to."""
        attempt = self.attempt
        if attempt.ended and attempt.frozen:
            return attempt.frozen
        if self.rebase and attempt.closer is not None:
            return "close", attempt.closing_x, attempt.closing_y, attempt.closer
        x, y = attempt.x, attempt.y
        if attempt.captured:
            return "open", x, y, attempt.client
        return (None if x is None and y is None else "first-seen"), x, y, attempt.client

    def fields(self, segment: Segment, side: int, parts: Parts, phase: str, reset_value: str) -> dict:
        attempt = self.attempt
        seen = attempt.place(segment, side)
        basis, x, y, x_side = self.bases()
        client_sends = side == attempt.client
        fields = {
            "synfin.role": self.role(segment, parts),
            "synfin.handshake.step": parts.opening or None,
            "synfin.teardown.step": parts.closing or None,
            "synfin.retransmission": True if parts.again else None,
            "synfin.phase": phase,
            "synfin.basis": basis,
            "synfin.x": None if x is None else x % (1 << 32),
            "synfin.y": None if y is None else y % (1 << 32),
            "synfin.sender": "client" if client_sends else "server",
        }
        who = "Client -> Server" if client_sends else "Server -> Client"
        own, own_base = ("X", x) if side == x_side else ("Y", y)
        peer, peer_base = ("Y", y) if side == x_side else ("X", x)
        text = self.number(fields, "seq", segment.seq, seen.seq, own, own_base)
        if segment.has(ACK):
            text += ", " + self.number(fields, "ack", segment.ack, seen.ack, peer, peer_base)
        if segment.length:
            text += f", Len = {segment.length}"
        fields["synfin.summary"] = f"{who}: {text} (Flags = {segment.flag_names})"
        settle_unknown(attempt)
        fields["synfin.client.state"] = attempt.state(attempt.client)
        fields["synfin.server.state"] = attempt.state(attempt.server)
        fields["synfin.reset"] = reset_value or None
        return {name: value for name, value in fields.items() if value is not None}

    @staticmethod
    def number(fields: dict, name: str, shown: int, number: int, letter: str, base: int | None) -> str:
        label = name.capitalize()
        if base is None:
            return f"{label} = {shown}"
        fields[f"synfin.{name}"] = expression(letter, number - base)
        fields[f"synfin.{name}.offset"] = number - base
        return f"{label} = {shown}({fields[f'synfin.{name}']})"

    # -- SPEC 8: what depends on the past alone ----------------------------------------------------------------

    def reset_experts(self, value: str, ends: bool, was_ended: bool, parts: Parts) -> None:
        if was_ended:
            return
        if value == "stray":
            parts.experts.append("stray_reset")
        elif value in ("refused", "handshake"):
            parts.experts.append({"refused": "refused", "handshake": "handshake_reset"}[value])
        elif ends:
            parts.experts.append("reset_after_fin" if value == "after-fin" else "reset")

    def opening_experts(self, seen: Seen, parts: Parts) -> None:
        """Before the segment itself is taken into what is known."""
        attempt, segment = self.attempt, seen.segment
        if segment.is_synack and attempt.captured:
            peer = attempt.sides[1 - seen.side]
            if attempt.both_syns and seen.side == attempt.client:
                wrong = seen.ack != peer.syns[0].seq + 1
            else:
                wrong = seen.side == attempt.server and not attempt.acceptable_ack(seen.ack)
            if wrong:
                parts.experts.append("synack_wrong_ack")
        server = attempt.sides[attempt.server]
        known = server.synacks or server.syns
        if (seen.side == attempt.client and seen.ack is not None and not segment.is_synack and known
                and not attempt.complete and not any(at_or_past(seen.ack, one.seq + 1) for one in known)):
            parts.experts.append("open_ack_wrong")

    def kind_experts(self, seen: Seen, parts: Parts) -> None:
        """Simultaneous and split opens, on the segment that shows them."""
        attempt, segment = self.attempt, seen.segment
        if not attempt.both_syns:
            return
        if is_split(attempt) and not attempt.called_split:
            attempt.called_split = True
            parts.experts.append("split_handshake")
        elif segment.is_syn and seen.side == attempt.server and not parts.syn_again and not attempt.called_split:
            parts.experts.append("simultaneous_open")

    def general_experts(self, segment: Segment, parts: Parts) -> None:
        for again, name in ((parts.syn_again, "syn_retransmission"), (parts.synack_again, "synack_retransmission"),
                            (parts.fin_again, "fin_retransmission"), (parts.second_fin, "second_fin")):
            if again:
                parts.experts.append(name)
        attempt, side = self.attempt, self.side_of(segment)
        if segment.is_other or (segment.has(RST) and segment.flags & (FIN | SYN)):
            parts.experts.append("bad_flags")
        if segment.is_normal and segment.has(SYN) and segment.length:
            parts.experts.append("data_on_syn")
        if segment.is_normal and segment.length and not attempt.ended and self.beyond_own_fin(segment, side):
            parts.experts.append("data_after_fin")
        if not segment.is_other and not attempt.captured and not attempt.called_not_captured:
            attempt.called_not_captured = True
            parts.experts.append("not_captured")
        if self.reused and not self.notes:
            parts.experts.append("port_reuse")

    def beyond_own_fin(self, segment: Segment, side: int) -> bool:
        """New payload beyond the sender's own FIN."""
        seen, own = self.attempt.place(segment, side), self.attempt.sides[side]
        if own.fin is None or own.fin.segment is segment or seen.payload_end <= own.fin.fin_number:
            return False
        return not any(one.segment is not seen.segment and one.side == seen.side and one.segment.length
                   and one.payload_end >= seen.payload_end for one in self.attempt.past)


def settle_unknown(attempt: Attempt) -> None:
    """SPEC 4, last line: an opening that was not captured is taken as done once anything but OTHER was seen."""
    if not attempt.only_other and not attempt.captured and attempt.sides[0].state is None and not attempt.ended:
        attempt.sides[0].state = attempt.sides[1].state = "ESTABLISHED"
