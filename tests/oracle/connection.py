"""One `tcp.stream`, segment by segment: the fields that depend on the past alone (SPEC 1 to 5, 7, 9, 11)."""

from __future__ import annotations

from attempt import Attempt, Seen
from causes import Talk, reset_fields
from circle import at_or_past, between
from closing import acknowledges_fin, take_closing
from copies import Copies
from endings import Ending, Endings
from fields import Moment, Note, Parts, bases, describe, live_bases, phase, role, without_absent
from older import Earlier
from opening import is_split, note_syn, take_opening
from repeats import Repeats
from resets import Edge, Value, judge, lacks_everything_before, no_such_connection
from roles import guess_client
from segments import FIN, RST, SYN, IcmpError, Segment

RESET_EXPERTS = {"stray": "stray_reset", "challenged": "reset_challenged", "no-connection": "no_connection",
                 "after-fin": "reset_after_fin", "abort": "reset"}
SHOWN_AFTER_RST = {"second_fin", "data_after_fin"}


class Connection:
    def __init__(self, first: Segment, rebase: bool = True, earlier: Earlier | None = None):
        self.ends = (first.source, first.destination)
        self.equal = first.source == first.destination
        self.stream, self.rebase = first.stream, rebase
        self.earlier = earlier or Earlier()
        self.previous = self.earlier.stream
        self.syn_seen = self.synack_seen = False
        self.attempt = Attempt(0 if self.equal else guess_client(first))
        self.attempts = [self.attempt]
        self.repeats, self.copies, self.talk = Repeats(), Copies(), Talk()
        self.notes: list[Note] = []
        self.last_original: Note | None = None  # the last one that is no copy
        self.copied = False
        self.challenged_by: Seen | None = None  # the next segment of its receiver may be the answer
        self.heard = [0, 0]  # segments of each side in the stream: an attempt forgets numbers, not that somebody spoke
        self.begin()

    def begin(self) -> None:
        """What a new attempt starts without."""
        self.endings = self.attempt.endings = Endings()
        self.edges = (Edge(), Edge())

    def side_of(self, end: tuple[str, int]) -> int:
        return 0 if self.equal or end == self.ends[0] else 1

    # -- SPEC 1: who is the client -----------------------------------------------------------------------------

    def judged_client(self, segment: Segment, side: int) -> int:
        """From this segment on. An attempt that is over keeps its own."""
        client = self.attempt.client
        if segment.is_syn and not self.syn_seen:
            client, self.syn_seen = side, True
        elif segment.is_synack and not self.syn_seen and not self.synack_seen:
            client = 1 - side
        self.synack_seen = self.synack_seen or segment.is_synack
        return 0 if self.equal else client

    # -- one segment -------------------------------------------------------------------------------------------

    def observe(self, segment: Segment) -> Note:
        side = self.side_of(segment.source)
        original = self.copies.original(segment, side)
        if original is not None:
            note = self.copy(segment, side, original)
            self.notes.append(note)
            return note
        client = self.judged_client(segment, side)
        if segment.is_syn and self.endings.ending is not None and side == client:
            return self.finish(self.new_attempt(segment, side))
        if client != self.attempt.client:
            self.attempt.turn()
        self.attempt.client = client
        if segment.is_rst:
            return self.finish(self.reset(segment, side))
        if segment.is_normal:
            return self.finish(self.normal(segment, side, Parts()))
        return self.finish(self.other(segment, side))

    def finish(self, note: Note) -> Note:
        segment = note.segment
        if not segment.is_rst:
            for spoke in self.endings.spoke_after:
                spoke[note.side] = True
        self.talk.note(segment, note.side)
        self.heard[note.side] += 1
        if self.equal and not self.notes:
            note.experts.append("self_connect")
        if self.previous is not None and not self.notes:
            note.experts.append("port_reuse")
        self.notes.append(note)
        self.last_original = note
        return note

    def note(self, seen: Seen, parts: Parts, said: dict) -> Note:
        fields = {
            "synfin.role": role(seen.segment, parts),
            "synfin.handshake.step": parts.opening or None,
            "synfin.teardown.step": parts.closing or None,
            "synfin.retransmission": True if parts.again else None,
            **said,
        }
        note = Note(seen.segment, seen.side, self.attempt, without_absent(fields), parts.experts,
                    opening=parts.opening, closing=parts.closing)
        self.copies.note(note, bool({2, 3} & set(parts.opening)), bool({2, 4} & set(parts.closing)))
        return note

    def numbering(self) -> tuple:
        return bases(self.attempt, self.endings, self.rebase)

    def copy(self, segment: Segment, side: int, original: Note) -> Note:
        attempt = self.attempt
        kept = {name: original.fields.get(f"synfin.{name}")
                for name in ("role", "handshake.step", "teardown.step", "reset")}
        fields = {f"synfin.{name}": value for name, value in kept.items()}
        fields["synfin.copy"] = True
        fields["synfin.phase"] = phase(attempt, self.endings, Moment.of(attempt))
        fields |= describe(attempt, self.endings, attempt.place(segment, side), self.numbering())
        experts = [] if self.copied else ["captured_twice"]
        self.copied = True
        return Note(segment, side, attempt, without_absent(fields), experts, is_copy=True,
                    opening=original.opening, closing=original.closing)

    # -- neither RST nor OTHER ---------------------------------------------------------------------------------

    def new_attempt(self, segment: Segment, side: int) -> Note:
        """A SYN of the client after the RST that ended the connection (SPEC 5)."""
        mark = self.attempt.sides[side].mark
        self.attempt = Attempt(0 if self.equal else side)
        self.attempt.sides[side].mark = mark
        self.attempts.append(self.attempt)
        self.repeats.new_attempt()
        self.begin()
        self.challenged_by = None
        note = self.normal(segment, side, Parts())
        note.experts = ["new_attempt", *(one for one in note.experts if one != "syn_retransmission")]
        return note

    def normal(self, segment: Segment, side: int, parts: Parts) -> Note:
        attempt, endings = self.attempt, self.endings
        seen = attempt.place(segment, side)
        self.repeats.note_numbers(seen, parts)
        self.again_experts(parts)
        self.challenge_answer(seen, parts)
        was_closed = endings.closed[side] is not None
        endings.hear(attempt, seen, parts.experts)
        still_closed = endings.closed[side] is not None
        if was_closed and still_closed and attempt.is_new_payload(seen):
            parts.experts.append("data_after_reset")
        before = Moment.of(attempt)
        if endings.ending is None:
            self.take(seen, parts)
            self.reopen(seen)
        else:
            self.take_ended(seen, parts, still_closed)
        attempt.settle_unknown()
        self.remember_steps(parts, segment)
        self.common_experts(segment, parts)
        said = {"synfin.phase": phase(attempt, endings, before),
                **describe(attempt, endings, seen, self.numbering())}
        return self.note(seen, parts, said)

    def take(self, seen: Seen, parts: Parts) -> None:
        """A segment that counts in full."""
        attempt, segment = self.attempt, seen.segment
        if segment.is_synack and attempt.is_wrong_synack(seen):
            self.wrong_synack(seen, parts)
        elif attempt.is_older(seen):
            self.older_segment(seen, parts)
        elif attempt.is_wrong_open_ack(seen):
            parts.experts.append("open_ack_wrong")
            first = attempt.sides[seen.side].fin
            if segment.is_fin and first is not None and seen.fin_number != first.fin_number:
                parts.experts.append("second_fin")
            attempt.bad_open_acks[segment.ack] = segment
            self.count_numbers(seen)
        else:
            self.own_fin_experts(seen, parts)
            had_server_syn, was_split = bool(attempt.sides[attempt.server].syns), is_split(attempt)
            take_opening(attempt, seen, parts)
            self.open_kind_experts(parts, had_server_syn, was_split)
            attempt.settle_unknown()
            self.count_numbers(seen)
            take_closing(attempt, seen, parts)
            self.repeats.keep_steps(seen, parts, attempt.sides[1 - seen.side].highest)
            self.repeats.note_steps(seen, parts, self.endings.ending is None)

    def count_numbers(self, seen: Seen) -> None:
        self.endings.note_numbers(seen)
        self.attempt.count_numbers(seen)
        self.edges[seen.side].of(self.attempt, seen.side)

    def take_ended(self, seen: Seen, parts: Parts, still_closed: bool) -> None:
        """After a RST that ended the connection: by its numbers alone, or in full, but no step is shown."""
        attempt, ending, segment = self.attempt, self.endings.ending, seen.segment
        wrong_synack = segment.is_synack and attempt.is_wrong_synack(seen)
        answers_syn = (segment.is_synack and seen.side == attempt.server and ending.side == attempt.server
                       and ending.phase == "handshake" and not ending.complete and not wrong_synack)
        if still_closed:
            self.own_fin_experts(seen, parts)
            if not wrong_synack and not attempt.is_older(seen) and not attempt.gives_no_number(seen):
                self.count_numbers(seen)
                if acknowledges_fin(attempt, seen):
                    attempt.sides[1 - seen.side].fin_waiting = False
        else:
            hidden = Parts(syn_again=parts.syn_again, synack_again=parts.synack_again, fin_again=parts.fin_again)
            self.take(seen, hidden)
            parts.experts += [one for one in hidden.experts if one in SHOWN_AFTER_RST]
        if answers_syn:
            if still_closed:
                note_syn(attempt, seen, parts)
            parts.opening = [2]
            basis, x, _, x_side = ending.numbering
            ending.numbering = basis, x, seen.seq, x_side

    def reopen(self, seen: Seen) -> None:
        """A RST that ended nothing closed this side, which completes the handshake all the same (SPEC 5, step 3)."""
        if self.attempt.step3 is seen:
            self.endings.closed[seen.side] = None

    def remember_steps(self, parts: Parts, segment: Segment) -> None:
        for exchange, steps in (("open", parts.opening), ("close", parts.closing)):
            for step in steps:
                self.attempt.steps.setdefault((exchange, step), segment)

    def wrong_synack(self, seen: Seen, parts: Parts) -> None:
        attempt = self.attempt
        parts.experts.append("synack_wrong_ack")
        attempt.sides[seen.side].any_synack = True
        if seen.side != attempt.server:
            return
        attempt.invalid_answer = True
        if attempt.state(attempt.client) == "SYN-SENT":
            attempt.bad_acks[seen.segment.ack] = seen.segment
        if attempt.sides[seen.side].state in ("LISTEN", "CLOSED") and not attempt.fin_seen:
            attempt.sides[seen.side].state = "SYN-RECEIVED"

    def older_segment(self, seen: Seen, parts: Parts) -> None:
        attempt, segment = self.attempt, seen.segment
        attempt.old_answer = attempt.server_is_older = True
        attempt.bad_acks[segment.ack] = segment
        attempt.sides[seen.side].state = self.earlier.state(segment) or "ESTABLISHED"
        if segment.is_bare:
            parts.experts.append("challenge_ack")

    # -- OTHER and RST -----------------------------------------------------------------------------------------

    def other(self, segment: Segment, side: int) -> Note:
        attempt, parts = self.attempt, Parts()
        self.challenge_answer(None, parts, side)
        self.common_experts(segment, parts)
        said = {"synfin.phase": phase(attempt, self.endings, Moment.of(attempt)),
                **describe(attempt, self.endings, attempt.place(segment, side), self.numbering())}
        return self.note(attempt.place(segment, side), parts, said)

    def reset(self, segment: Segment, side: int) -> Note:
        attempt, endings, parts = self.attempt, self.endings, Parts()
        self.challenge_answer(None, parts, side)
        if not segment.length and not segment.has(FIN):
            self.repeats.sides[side].answered()
        attempt.settle_unknown()
        seen = attempt.place(segment, side)
        state = endings.state(attempt, 1 - side)
        rejects = None
        if endings.closed[side] is None:
            rejects = no_such_connection(attempt, seen, endings.state(attempt, side))
        verdict = judge(attempt, seen, state, not self.heard[1 - side], self.edges[1 - side])
        if rejects == "syn-sent":
            verdict = "taken"
        late = endings.ending is not None
        over = (not late and attempt.captured and not attempt.complete
                and lacks_everything_before(attempt, seen, state))
        value = self.value(seen, verdict, late, over and verdict == "taken" and not rejects)
        ends = verdict == "taken" and not late and not rejects and attempt.closed_by is None
        ending = Ending(segment, side, value, self.ending_phase(over), live_bases(attempt, self.rebase),
                        self.opened() or over, over, attempt.complete, attempt.closer)
        where = ending.phase if ends else phase(attempt, endings, Moment.of(attempt))
        said = reset_fields(attempt, self.talk, seen, value)
        self.apply(seen, verdict, value, rejects, over)
        if ends:
            endings.ending = ending
        said |= {"synfin.phase": where, **describe(attempt, endings, seen, self.numbering())}
        self.reset_experts(said, ends, where, parts)
        self.common_experts(segment, parts)
        note = self.note(seen, parts, said)
        if endings.ending is not None:
            endings.since.append(note)
        if value == "challenged":
            self.challenged_by = seen
            if not late:
                endings.challenged.append(ending)
                endings.spoke_after.append([False, False])
        return note

    def value(self, seen: Seen, verdict: str, late: bool, over: bool) -> str:
        attempt = self.attempt
        in_handshake = attempt.captured and not attempt.complete and not attempt.fin_seen and not over
        before_synack = seen.side == attempt.server and all(side.first_synack is None for side in attempt.sides)
        unknown = self.talk.knows_no_connection(seen.segment, seen.side)
        if verdict == "stray" and seen.side == attempt.server and not late:
            attempt.invalid_answer = True
        return Value(late, verdict, unknown, attempt.fin_seen, in_handshake, before_synack).word()

    def ending_phase(self, over: bool) -> str:
        attempt = self.attempt
        in_handshake = attempt.captured and not attempt.complete and not attempt.fin_seen and not over
        return "handshake" if in_handshake else "teardown"

    def apply(self, seen: Seen, verdict: str, value: str, rejects: str | None, over: bool) -> None:
        """What a RST does to the states."""
        attempt, endings = self.attempt, self.endings
        if verdict != "taken":
            return
        if rejects == "syn-sent":
            server = attempt.sides[attempt.server]
            if attempt.server_is_older:
                server.state = "CLOSED"
            elif server.state == "SYN-RECEIVED":
                server.state = "LISTEN"
        elif rejects == "syn-received":
            endings.close_side(attempt, attempt.client, seen)
        else:
            endings.close(attempt, seen, value, attempt.closed_by is not None, over)

    def opened(self) -> bool:
        attempt = self.attempt
        return not attempt.captured or attempt.complete or attempt.went_on

    # -- SPEC 9 ------------------------------------------------------------------------------------------------

    def observe_icmp(self, error: IcmpError) -> bool:
        """Whether an ICMP error is about this connection."""
        attempt, side = self.attempt, self.side_of(error.source)
        own = attempt.sides[side]
        start = attempt.initial(side)
        if start is None and own.first is not None:
            start = own.first.seq
        if start is None or own.highest is None or not between(start, error.seq, own.highest):
            return False
        attempt.icmp.append(error)
        return True

    # -- SPEC 11: what depends on the past alone ---------------------------------------------------------------

    @staticmethod
    def again_experts(parts: Parts) -> None:
        for again, name in ((parts.syn_again, "syn_retransmission"), (parts.synack_again, "synack_retransmission"),
                            (parts.fin_again, "fin_retransmission")):
            if again:
                parts.experts.append(name)

    def challenge_answer(self, seen: Seen | None, parts: Parts, side: int | None = None) -> None:
        """The next segment of a challenged RST's receiver."""
        rst, side = self.challenged_by, seen.side if seen else side
        if rst is None or side == rst.side:
            return
        self.challenged_by = None
        highest = self.attempt.sides[side].highest_ack
        if seen and seen.segment.is_bare and (highest is None or at_or_past(seen.ack, highest)):
            parts.experts.append("challenge_ack")

    def own_fin_experts(self, seen: Seen, parts: Parts) -> None:
        """A FIN, or new payload, after the sender's own FIN."""
        first = self.attempt.sides[seen.side].fin
        if first is None:
            return
        if self.attempt.is_new_payload(seen) and seen.payload_end > first.fin_number:
            parts.experts.append("data_after_fin")
        if seen.segment.is_fin and seen.fin_number != first.fin_number:
            parts.experts.append("second_fin")

    def open_kind_experts(self, parts: Parts, had_server_syn: bool, was_split: bool) -> None:
        attempt = self.attempt
        if not attempt.both_syns:
            return
        if is_split(attempt):
            parts.experts += [] if was_split else ["split_handshake"]
        elif not had_server_syn and attempt.sides[attempt.server].syns:
            parts.experts.append("simultaneous_open")

    def reset_experts(self, said: dict, ends: bool, where: str, parts: Parts) -> None:
        value = said["synfin.reset"]
        if value in RESET_EXPERTS:
            parts.experts.append(RESET_EXPERTS[value])
        elif ends and where == "handshake":
            parts.experts.append("refused" if value == "refused" else "handshake_reset")
        if abs(said["synfin.reset.hops"] or 0) >= 2:
            parts.experts.append("reset_hops")

    def common_experts(self, segment: Segment, parts: Parts) -> None:
        if segment.is_other or (segment.has(RST) and segment.flags & (FIN | SYN)):
            parts.experts.append("bad_flags")
        if segment.is_normal and segment.has(SYN) and segment.length:
            parts.experts.append("data_on_syn")
        if not segment.is_other and not self.attempt.captured and "not_captured" not in self.attempt.told:
            self.attempt.told.add("not_captured")
            parts.experts.append("not_captured")
