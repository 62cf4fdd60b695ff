//! The whole connection again, made from the numbers of a textbook connection.

use super::{ALL, BEFORE_LAST, BEFORE_RST, Kind, Marks, OPENING, Piece, Stamps, TextbookConnection};
use crate::connection::closing::{Closing, Relation};
use crate::connection::copies::{Original, Sort};
use crate::connection::ending::{Ending, EndingRst, Fall, FallFacts};
use crate::connection::endpoint::{Endpoint, MaybePosition, Number};
use crate::connection::opening::{Findings, Opening, Progress};
use crate::connection::roles::Judgement;
use crate::connection::times::{MaybeTime, Times};
use crate::connection::verdict::Steps;
use crate::connection::zeek::{Extent, ZeekView};
use crate::connection::{Connection, IncomingSegment, Resets, State, States, Trigger, ordinal};
use crate::segment::{End, Ends, Flags, Position, Seq, Timestamp, Timestamps};

impl TextbookConnection {
    /// The connection, by the time stamps that came with these numbers.
    pub fn connection(&self, stamps: Option<&Stamps>) -> Connection {
        let (client, server) = (self.client(), self.client().peer());
        let originals = self.originals(stamps.unwrap_or(&Stamps::default()));
        let last = originals.len().saturating_sub(1);
        let is_reset = self.kind == Kind::Reset;
        Connection {
            ends: Ends::of(client, self.endpoint(client, &originals), self.endpoint(server, &originals)),
            packets: Ends::of(client, self.packets[client].into(), self.packets[server].into()),
            states: self.states(),
            client_end: client,
            x_end: client,
            judgement: Judgement::Syn,
            last_ordinal: ordinal(self.frame(last), 0),
            times: Times {
                first: self.time(0),
                last: self.time(last),
                syn: self.time(0),
                syn_ack: self.time(1),
                last_syn_ack: self.time(1),
                step_3: self.time(2),
            },
            opening: Opening {
                progress: Progress::Complete,
                findings: Findings::SYN_ACK_ACCEPTABLE.union(Findings::SETTLED),
                ack_steps: Ends::of(client, Steps::one(3), Steps::NONE),
                frames: [0, 1, 2].map(|index| self.frame(index)),
                syn_data: 0,
                syns: 1,
                last_syn_frame: self.frame(0),
            },
            closing: (!is_reset).then(|| Box::new(self.closing(last))),
            zeek: ZeekView::of_textbook(
                client,
                self.syns,
                (self.letters, self.letter_count),
                is_reset.then_some(self.closer()),
            ),
            first_frame: self.frame(0),
            incoming: self.incoming(last),
            resets: is_reset.then(|| Box::new(self.resets())),
            originals,
            ..Connection::default()
        }
    }

    /// The frame of a segment by its index.
    fn frame(&self, index: usize) -> u32 {
        let [opened, ended] = self.frames;
        if index < OPENING { opened } else { ended }.wrapping_add(self.piece(index).frames.into())
    }

    fn piece(&self, index: usize) -> Piece {
        self.pieces.get(index).copied().unwrap_or_default()
    }

    /// The time of a segment by its index.
    fn time(&self, index: usize) -> MaybeTime {
        let [opened, ended] = self.at;
        let at = if index < OPENING { opened } else { ended };
        MaybeTime::new(Some(Timestamp(at.wrapping_add(self.nanoseconds(self.piece(index).since)))))
    }

    /// The states, by the table of states.
    fn states(&self) -> States {
        let (closer, peer) = (self.closer(), self.closer().peer());
        let mut states = States::before(self.client());
        states.after(closer, Trigger::FoundOpen);
        states.after(peer, Trigger::FoundOpen);
        let end: &[(End, Trigger)] = match self.kind {
            Kind::Reset => &[(closer, Trigger::Resets), (peer, Trigger::Resets)],
            Kind::Four | Kind::Three => &[
                (closer, Trigger::SendsFin),
                (peer, Trigger::GetsFin),
                (closer, Trigger::FinAcked),
                (peer, Trigger::SendsFin),
                (closer, Trigger::GetsFin),
                (peer, Trigger::FinAcked),
            ],
        };
        end.iter().for_each(|&(end, trigger)| states.after(end, trigger));
        states
    }

    /// What an end has acknowledged.
    fn acked(&self, end: End) -> Seq {
        let peer = end.peer();
        let last = if self.kind == Kind::Reset { self.piece(BEFORE_RST) } else { Piece::default() };
        self.next(peer).back(if peer == End::Low { last.window } else { last.identification }.into())
    }

    fn position(&self, end: End, seq: Seq) -> Position {
        Position::first(self.syns[end]).advance(seq.0.wrapping_sub(self.syns[end].0))
    }

    fn endpoint(&self, end: End, originals: &[Original]) -> Endpoint {
        let is_client = end == self.client();
        let syn = self.piece(usize::from(!is_client));
        let last = originals.iter().rfind(|original| original.end() == end && original.sort != Sort::Rst);
        let mut endpoint = Endpoint::default();
        endpoint.options = Some(self.options[end].options());
        endpoint.syn_window = syn.window;
        endpoint.facts = self.facts[end];
        endpoint.hops = last.map(|last| last.hops).filter(|&hops| hops != 0);
        endpoint.handshake_base.set(Position::first(self.syns[end]));
        endpoint.mark.set(self.position(end, self.next(end)));
        if self.data_ends[end] != self.syns[end].advance(1) {
            endpoint.payload_end.set(self.position(end, self.data_ends[end]));
        }
        endpoint.set(Number::First, self.syns[end]);
        endpoint.set(Number::Next, self.next(end));
        endpoint.set(Number::Acked, self.acked(end));
        endpoint.tries = self.tries[end];
        endpoint.set(Number::Edge, self.edges[end]);
        endpoint.set(if is_client { Number::Syn } else { Number::SynAck }, self.syns[end]);
        endpoint
    }

    /// The segments that may be captured again.
    fn originals(&self, stamps: &Stamps) -> Vec<Original> {
        const HANDSHAKE: [(bool, Sort, Steps); OPENING] = [
            (true, Sort::Syn, Steps::one(1)),
            (false, Sort::SynAck, Steps::one(2)),
            (true, Sort::OpenAck, Steps::one(3)),
        ];
        let mut originals = Vec::with_capacity(ALL);
        let mut add = |(end, sort, steps): (End, Sort, [Steps; 2]), (seq, ack): (Seq, Seq)| {
            let index = originals.len();
            let piece = self.piece(index);
            let own_stamps = stamps.get(index).copied().filter(|_| self.stamped & 1 << index != 0);
            let Timestamps { value, echo } = own_stamps.unwrap_or_default();
            let [open_steps, close_steps] = steps;
            let payload_len = if sort == Sort::Fin { self.fin_bytes[end].into() } else { 0 };
            let mut original = Original::blank(end, sort, own_stamps.is_some());
            original.at = self.time(index);
            (original.seq, original.ack, original.payload_len) = (seq, ack, payload_len);
            (original.value, original.echo) = (value, echo);
            (original.window, original.flags) = (piece.window, piece.flags.into());
            (original.identification, original.hops) = (piece.identification, piece.hops);
            (original.open_steps, original.close_steps) = (open_steps, close_steps);
            original.reset = self.reset.filter(|_| sort == Sort::Rst);
            originals.push(original);
        };
        let end_of = |is_first: bool, first: End| if is_first { first } else { first.peer() };
        let mut nexts = self.syns;
        let mut acks = Ends::both(Seq(0));
        for (is_client, sort, steps) in HANDSHAKE {
            let end = end_of(is_client, self.client());
            add((end, sort, [steps, Steps::NONE]), (nexts[end], acks[end]));
            nexts[end] = self.syns[end].advance(1);
            acks[end.peer()] = nexts[end];
        }
        nexts = self.data_ends;
        for (&(is_closer, sort, steps), index) in self.kind.segments().iter().zip(OPENING..) {
            let end = end_of(is_closer, self.closer());
            let piece = self.piece(index);
            let has_ack = Flags(piece.flags.into()).has(Flags::ACK);
            let ack = match (has_ack, sort) {
                (false, _) => Seq(0),
                (true, Sort::Rst) => self.acked(end),
                (true, _) => nexts[end.peer()],
            };
            let seq = if sort == Sort::Fin { nexts[end].back(self.fin_bytes[end].into()) } else { nexts[end] };
            add((end, sort, [Steps::NONE, steps]), (seq, ack));
            nexts[end] = nexts[end].advance(u32::from(sort == Sort::Fin));
        }
        originals
    }

    fn closing(&self, last: usize) -> Closing {
        let (closer, peer) = (self.closer(), self.closer().peer());
        let position = |end: End| {
            let mut position = MaybePosition::NONE;
            position.set(self.position(end, self.data_ends[end]));
            position
        };
        let [first, second, third, fourth] = [3, 4, 5, 6].map(|index| self.frame(index));
        let is_four = self.kind == Kind::Four;
        Closing {
            closer: Some(closer),
            relation: Some(if is_four { Relation::FourSegment } else { Relation::ThreeSegment }),
            frames: if is_four { [first, second, third, fourth] } else { [first, second, second, third] },
            fin_at: self.time(OPENING),
            closed_at: self.time(last),
            closed_frame: self.frame(last),
            bases: Ends::of(closer, position(closer), position(peer)),
            half_close_from: position(peer),
            fins: Ends::of(closer, Some(self.data_ends[closer]), Some(self.data_ends[peer])),
            counts: Ends::both(1),
            zeek_fins: self.data_ends,
        }
    }

    /// The last segment without RST.
    fn incoming(&self, last: usize) -> IncomingSegment {
        let (mut by, mut frame, mut at, mut before) =
            (self.closer(), self.frame(last), self.time(last), self.time(last.saturating_sub(1)));
        if self.kind == Kind::Reset {
            let earlier = |at: MaybeTime, units: u32| {
                MaybeTime::new(at.get().map(|at| Timestamp(at.0.wrapping_sub(self.nanoseconds(units)))))
            };
            let (last, earliest) = (self.piece(BEFORE_RST), self.piece(BEFORE_LAST));
            by = self.end(Marks::LAST_IS_HIGH);
            frame = frame.wrapping_sub(last.frames.into());
            at = earlier(at, last.since);
            before = earlier(at, earliest.since);
        }
        IncomingSegment { frame, ack: self.acked(by), end: self.next(by), at, before, has_ack: true, by }
    }

    fn resets(&self) -> Resets {
        let (by, peer) = (self.closer(), self.closer().peer());
        let (seq, frame) = (self.data_ends[by], self.frame(OPENING));
        let fall = |end: End| {
            let peer_next = Some(self.data_ends[end.peer()]);
            let facts = FallFacts::ENDS;
            Some(Fall::new(by, seq, self.time(OPENING), State::Established, facts, peer_next))
        };
        let extent = Extent::new(self.syns[by], seq);
        Resets {
            ending: self.reset.map(|reset| Ending {
                rst: EndingRst {
                    by,
                    reset,
                    frame,
                    ordinal: ordinal(frame, 0),
                    in_handshake: false,
                    opened: true,
                    shows_over: false,
                    closer: None,
                },
                had_step_3: true,
                said_forged: false,
                said_ignored: false,
            }),
            falls: Ends::of(by, fall(by), fall(peer)),
            zeek_resets: Ends::of(by, seq, Seq(0)),
            zeek_extents: Ends::of(by, Some(extent), None),
            ..Resets::default()
        }
    }
}
