//! What is remembered of both sides: the numbers of each, what turned out of each, and what does not fit there, in a
//! [`Rare`] part that nearly no connection has.

use super::earlier::{Earlier, What};
use super::endpoint::{
    Endpoint, FIRST, NAMES, POSITIONS, PackedOptions, RARE, STEADY_KNOWN, STEADY_UNKNOWN, STEPS, UNKNOWN,
};
pub use super::endpoint::{Fact, Moved, Name, StepAck};
use super::numbering::OldBases;
use super::segment::{Flags, Segment, SynOptions};
use super::seq::{Position, Seq};
use super::side::{Both, Side};
use super::times::PARTS;
use super::verdict::Steps;

/// What nearly no connection has, or not much of.
#[derive(Clone, Debug, Default)]
pub struct Rare {
    /// Numbers that the sides have no room for.
    numbers: Both<[u32; NAMES]>,
    /// How often each position went round the circle.
    turns: Both<[i32; POSITIONS]>,
    /// Octets of payload of the ACK that performed a step.
    step_payload_len: Both<u32>,
    /// X and Y as they were before changes, oldest first.
    pub old_bases: Vec<OldBases>,
    /// Zeek's letters beyond those that fit into a word.
    pub letters: Vec<u8>,
    /// Times of parts too far from the first segment: nanoseconds since the epoch.
    pub times: [i64; PARTS],
    /// Octets of payload on the client's SYN.
    pub syn_data: u32,
    /// Numbers that came before those above.
    earlier: Earlier,
    /// Each side's ACKs that performed a step before its last one, while the peer has sent nothing new since.
    older_step_acks: Both<Vec<StepAck>>,
    /// The own number of the peer's repeated FIN that each side has not answered since, where it is not the first.
    owed_fin: Both<Option<Seq>>,
    /// The steps that each side's SYN-ACK performed, where both sides sent a SYN.
    pub syn_ack_steps: Both<Steps>,
}

/// What is remembered of both sides.
#[derive(Clone, Debug, Default)]
pub struct Known {
    sides: Both<Endpoint>,
    rare: Option<Box<Rare>>,
}

impl Known {
    /// A number of a side.
    #[inline]
    pub fn get(&self, side: Side, name: Name) -> Option<Seq> {
        let own = &self.sides[side];
        if own.place(name) == RARE {
            return self.rare.as_ref()?.numbers[side].get(name as usize).copied().map(Seq);
        }
        own.get(name).map(Seq)
    }

    /// Whether the number is known.
    #[inline]
    pub fn has(&self, side: Side, name: Name) -> bool {
        self.sides[side].place(name) != UNKNOWN
    }

    /// Whether the number is known, and this one.
    #[inline]
    pub fn is(&self, side: Side, name: Name, number: Seq) -> bool {
        self.get(side, name) == Some(number)
    }

    /// Remembers a number of a side.
    #[inline]
    pub fn set(&mut self, side: Side, name: Name, number: Seq) {
        if !self.sides[side].keep(name, number.0) {
            self.set_rare(side, name, number);
        }
    }

    #[cold]
    fn set_rare(&mut self, side: Side, name: Name, number: Seq) {
        if let Some(kept) = self.rare_mut().numbers[side].get_mut(name as usize) {
            *kept = number.0;
        }
    }

    /// A position of a side.
    #[inline]
    pub fn position(&self, side: Side, name: Name) -> Option<Position> {
        let number = self.get(side, name)?;
        let turn = self.rare.as_ref().and_then(|rare| rare.turns[side].get(name as usize).copied());
        Some(Position::at_turn(turn.unwrap_or(0), number))
    }

    /// Remembers a position of a side.
    #[inline]
    pub fn set_position(&mut self, side: Side, name: Name, position: Position) {
        self.set(side, name, position.seq());
        let turn = position.turn();
        if turn != 0 || self.rare.is_some() {
            self.set_turn(side, name, turn);
        }
    }

    #[cold]
    fn set_turn(&mut self, side: Side, name: Name, turn: i32) {
        if let Some(kept) = self.rare_mut().turns[side].get_mut(name as usize) {
            *kept = turn;
        }
    }

    /// Remembers a number of a side where it comes after the one known.
    #[inline]
    pub fn raise(&mut self, side: Side, name: Name, number: Seq) {
        self.set(side, name, self.get(side, name).map_or(number, |known| known.later(number)));
    }

    /// Remembers the number of a side's SYN-ACK, and of the one before.
    pub fn set_syn_ack(&mut self, side: Side, number: Seq) {
        let last = self.get(side, Name::SynAck);
        if last == Some(number) {
            return;
        }
        if let Some(last) = last {
            self.note_earlier(side, What::SynAck, last);
        }
        self.set(side, Name::SynAck, number);
    }

    /// The position of a number of `side`. The first one ever asked for starts the count.
    #[inline]
    pub fn position_of(&self, side: Side, number: Seq) -> Position {
        self.position(side, Name::Mark).map_or(Position::first(number), |mark| mark.nearest(number))
    }

    /// Notes that `position` of `side` was seen.
    #[inline]
    pub fn saw(&mut self, side: Side, position: Position) {
        if self.position(side, Name::Mark).is_none_or(|highest| highest < position) {
            self.set_position(side, Name::Mark, position);
        }
    }

    /// Whether this number of a side came before.
    pub fn came_before(&self, side: Side, what: What, number: Seq) -> bool {
        self.rare.as_ref().is_some_and(|rare| rare.earlier.has(side, what, number))
    }

    /// Remembers a number of a side that another may follow.
    pub fn note_earlier(&mut self, side: Side, what: What, number: Seq) {
        self.rare_mut().earlier.add(side, what, number);
    }

    /// Notes that a side has the peer's repeated FIN to answer; `first` is the peer's first one.
    pub fn owe_fin(&mut self, side: Side, number: Seq, first: Seq) {
        self.note(side, Fact::OwesFin);
        if number != first || self.rare.is_some() {
            self.rare_mut().owed_fin[side] = (number != first).then_some(number);
        }
    }

    /// The own number of the peer's repeated FIN that a side last had to answer.
    pub fn owed_fin(&self, side: Side) -> Option<Seq> {
        let other = self.rare.as_ref().and_then(|rare| rare.owed_fin[side]);
        other.or_else(|| self.get(side.peer(), Name::Fin))
    }

    /// Whether something is so of a side.
    pub fn is_so(&self, side: Side, fact: Fact) -> bool {
        self.sides[side].places >> fact as u8 & 1 != 0
    }

    /// Notes that something is so of a side.
    pub fn note(&mut self, side: Side, fact: Fact) {
        self.sides[side].places |= 1 << fact as u8;
    }

    /// Notes that something is no longer so of a side.
    pub fn unnote(&mut self, side: Side, fact: Fact) {
        self.sides[side].places &= !(1 << fact as u8);
    }

    /// The options of a side's last SYN or SYN-ACK that counts.
    pub fn options(&self, side: Side) -> Option<SynOptions> {
        self.sides[side].options.unpack()
    }

    /// The window scale in those options: none without options, none inside when they have none.
    #[inline]
    pub fn window_scale(&self, side: Side) -> Option<Option<u8>> {
        self.sides[side].options.window_scale()
    }

    /// Remembers the options of a side.
    pub fn set_options(&mut self, side: Side, options: SynOptions) {
        self.sides[side].options = PackedOptions::new(options);
    }

    /// A side's last ACK that performed a step, while the peer has sent nothing new since.
    #[inline]
    pub fn step_ack(&self, side: Side) -> Option<StepAck> {
        let own = &self.sides[side];
        let payload_len = self.rare.as_ref().map_or(0, |rare| rare.step_payload_len[side]);
        Some(StepAck {
            seq: self.get(side, Name::StepSeq)?,
            ack: self.get(side, Name::StepAck)?,
            payload_len,
            window: own.step_window,
            flags: own.step_flags & Flags::ALL.0,
            open_steps: Steps::from_bits((own.step_flags >> 9) as u8 & 7),
            close_steps: Steps::from_bits((own.step_flags >> 12) as u8),
        })
    }

    /// That ACK, or one that performed a step before it, where the segment's is the same again.
    pub fn step_ack_again(&self, side: Side, segment: &Segment) -> Option<StepAck> {
        let last = self.step_ack(side)?;
        if last.is_again(segment) {
            return Some(last);
        }
        self.rare.as_ref()?.older_step_acks[side].iter().find(|older| older.is_again(segment)).copied()
    }

    /// Remembers an ACK that performed a step.
    pub fn set_step_ack(&mut self, side: Side, step_ack: &StepAck) {
        if let Some(last) = self.step_ack(side) {
            self.rare_mut().older_step_acks[side].push(last);
        }
        self.set(side, Name::StepSeq, step_ack.seq);
        self.set(side, Name::StepAck, step_ack.ack);
        let own = &mut self.sides[side];
        own.step_window = step_ack.window;
        let steps = u16::from(step_ack.open_steps.bits()) << 9 | u16::from(step_ack.close_steps.bits()) << 12;
        own.step_flags = step_ack.flags | steps;
        if step_ack.payload_len != 0 || self.rare.is_some() {
            self.rare_mut().step_payload_len[side] = step_ack.payload_len;
        }
    }

    /// Forgets that ACK.
    pub fn forget_step_ack(&mut self, side: Side) {
        self.sides[side].places &= !STEPS;
        if let Some(rare) = &mut self.rare {
            rare.older_step_acks[side].clear();
        }
    }

    /// Moves the numbers on for a plain ACK of an open connection. None, with nothing changed, where it may be the answer
    /// to a repeat, or where a number is not known yet.
    #[inline]
    pub fn move_on(&mut self, side: Side, segment: &Segment, window_shift: u8) -> Option<Moved> {
        let (own, peer) = self.sides.split_mut(side);
        let places = own.places;
        if places & STEADY_KNOWN != STEADY_KNOWN || places & STEADY_UNKNOWN != 0 || places & FIRST == 0 {
            return None;
        }
        if self.rare.is_none()
            && let Some(moved) = own.move_on(peer, segment, window_shift)
        {
            return Some(moved);
        }
        self.move_on_anywhere(side, segment, window_shift)
    }

    /// The same in whatever turn, with numbers in the rare part.
    fn move_on_anywhere(&mut self, side: Side, segment: &Segment, window_shift: u8) -> Option<Moved> {
        let peer = side.peer();
        let (own_base, peer_base) = (self.position(side, Name::OpenBase)?, self.position(peer, Name::OpenBase)?);
        let (own_mark, peer_mark) = (self.position(side, Name::Mark)?, self.position(peer, Name::Mark)?);
        let seq = own_mark.nearest(segment.seq);
        let end = seq.advance(segment.payload_len);
        let ack = peer_mark.nearest(segment.ack);
        if segment.payload_len > 0 {
            if self.position(side, Name::PayloadEnd).is_none_or(|highest| end > highest) {
                self.set_position(side, Name::PayloadEnd, end);
            }
            // After something new of the peer, the same ACK again is an answer.
            self.forget_step_ack(peer);
        }
        if end > own_mark {
            self.set_position(side, Name::Mark, end);
        }
        if ack > peer_mark {
            self.set_position(peer, Name::Mark, ack);
        }
        self.raise(side, Name::Next, segment.next());
        self.raise(side, Name::Acked, segment.ack);
        self.raise(side, Name::Edge, segment.ack.advance(u32::from(segment.window) << window_shift));
        Some(Moved {
            own_base: own_base.seq(),
            peer_base: peer_base.seq(),
            seq: seq.offset_from(own_base),
            ack: ack.offset_from(peer_base),
        })
    }

    /// Forgets an attempt, except what a repeat and Zeek's letters are known by, and X and Y as they were.
    pub fn forget_attempt(&mut self) {
        const KEPT_NAMES: [Name; 3] = [Name::LetterSyn, Name::LetterFin, Name::LetterRst];
        for side in [Side::Client, Side::Server] {
            if let Some(syn) = self.get(side, Name::Syn) {
                self.note_earlier(side, What::Syn, syn);
            }
            let kept = KEPT_NAMES.map(|name| (name, self.get(side, name)));
            let seen = self.is_so(side, Fact::Seen);
            self.sides[side] = Endpoint::default();
            for (name, number) in kept {
                if let Some(number) = number {
                    self.set(side, name, number);
                }
            }
            if seen {
                self.note(side, Fact::Seen);
            }
        }
        if let Some(rare) = &mut self.rare {
            rare.syn_data = 0;
            rare.earlier.forget_attempt();
            rare.older_step_acks = Both::default();
            rare.syn_ack_steps = Both::default();
        }
    }

    /// The two sides turn out to be the other way round.
    pub fn swap(&mut self) {
        self.sides.swap();
        if let Some(rare) = &mut self.rare {
            rare.numbers.swap();
            rare.turns.swap();
            rare.step_payload_len.swap();
            rare.syn_ack_steps.swap();
            rare.earlier.swap();
            rare.older_step_acks.swap();
            rare.owed_fin.swap();
        }
    }

    /// The rare part, when there is one.
    pub fn rare(&self) -> Option<&Rare> {
        self.rare.as_deref()
    }

    /// The rare part, made when there was none.
    pub fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    /// Octets of memory beyond the structure itself.
    pub fn extra_memory(&self) -> usize {
        let Some(rare) = &self.rare else { return 0 };
        let acks = |side: Side| rare.older_step_acks[side].capacity().saturating_mul(size_of::<StepAck>());
        let bases = rare.old_bases.capacity().saturating_mul(size_of::<OldBases>());
        let earlier = rare.earlier.extra_memory();
        [acks(Side::Client), acks(Side::Server), bases, earlier, rare.letters.capacity()]
            .into_iter()
            .fold(size_of::<Rare>(), usize::saturating_add)
    }
}
