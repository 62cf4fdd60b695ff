//! What is remembered of RSTs: the one that ended the connection, which ends it closed, and those that were challenged. Only
//! a connection with a RST, or with something that a RST may answer, has this part.

use bitflags::bitflags;

use super::Connection;
use super::after_end::ShownBases;
use super::bounded_list::BoundedList;
use super::incoming_segment::IncomingSegment;
use super::outcome::Pass;
use super::reset_count::ResetCount;
use super::state::State;
use super::times::MaybeTime;
use super::verdict::Reset;
use super::zeek::Extent;
use crate::segment::{End, Ends, Segment, Seq, Side};

/// A RST that ended a connection, or counts as its end if nothing more comes; and what was true when it came.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct EndingRst {
    pub by: End,
    pub reset: Reset,
    pub frame: u32,
    pub ordinal: u64,
    /// Whether the handshake was still under way, and this RST does not show that it was over.
    pub in_handshake: bool,
    /// Whether the connection had been open, or this RST shows that it was.
    pub opened: bool,
    /// Whether this RST is what shows that the handshake was over.
    pub shows_over: bool,
    /// Who had begun to close the connection.
    pub closer: Option<End>,
}

/// What ended a connection before its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ending {
    pub rst: EndingRst,
    /// Whether step 3 had been seen.
    pub had_step_3: bool,
    /// Whether a verdict said that it is forged (its sender went on), or ignored (its receiver did).
    pub said_forged: bool,
    pub said_ignored: bool,
}

bitflags! {
    /// What is true of the RST that closed an end.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub(super) struct FallFacts: u8 {
        /// It refused a SYN.
        const REFUSES = 1;
        /// It ended the connection.
        const ENDS = 1 << 1;
        /// A number of the peer had been captured when it came.
        const NEXT_IS_KNOWN = 1 << 2;
        /// The peer has used numbers past that one since.
        const USED = 1 << 3;
    }
}

/// The RST that closed one end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Fall {
    pub at: MaybeTime,
    pub seq: Seq,
    peer_next: Seq,
    peer_used: Seq,
    /// Who sent it.
    pub by: End,
    /// The state before it, moved on by what happened since.
    pub before: State,
    pub facts: FallFacts,
}

// Two of these lie in the part that a connection with RSTs has, and floods make many of them.
const _: () = assert!(size_of::<Option<Fall>>() == 24);

impl Fall {
    /// By a RST with this Seq, at this time. `peer_next`: the highest number of the end's peer, when it is known.
    pub fn new(by: End, seq: Seq, at: MaybeTime, before: State, facts: FallFacts, peer_next: Option<Seq>) -> Fall {
        let is_known = if peer_next.is_some() { FallFacts::NEXT_IS_KNOWN } else { FallFacts::empty() };
        let peer_next = peer_next.unwrap_or_default();
        Fall { at, seq, peer_next, peer_used: Seq(0), by, before, facts: facts | is_known }
    }

    /// The peer's highest number when it came.
    fn peer_next(&self) -> Option<Seq> {
        self.facts.contains(FallFacts::NEXT_IS_KNOWN).then_some(self.peer_next)
    }

    /// The first number past that which the peer has used since.
    pub fn peer_used(&self) -> Option<Seq> {
        self.facts.contains(FallFacts::USED).then_some(self.peer_used)
    }

    /// The peer sends a segment: it may use numbers that it had not used before the RST. A plain ACK uses none.
    pub fn peer_sends(&mut self, segment: &Segment) {
        let is_new = self.peer_next().is_none_or(|next| segment.next().is_after(next));
        if segment.sequence_len() > 0 && is_new {
            let first = self.peer_next().map_or(segment.seq, |next| next.later(segment.seq));
            self.peer_used = self.peer_used().filter(|used| first.is_after(*used)).unwrap_or(first);
            self.facts.insert(FallFacts::USED);
        }
    }
}

/// A RST that asked for an exact match.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Challenge {
    pub rst: EndingRst,
    /// Which ends have sent a segment without RST since.
    pub spoke: Ends<bool>,
}

impl Challenge {
    /// Whether both sides went on after it.
    fn is_survived(&self) -> bool {
        End::BOTH.into_iter().all(|end| self.spoke[end])
    }
}

/// What is remembered of RSTs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Resets {
    /// The one that ended the connection.
    pub ending: Option<Ending>,
    /// The one that closed each end.
    pub falls: Ends<Option<Fall>>,
    /// Those that asked for an exact match.
    pub challenges: BoundedList<Challenge>,
    /// How many of these, and the first.
    pub challenge_count: Option<ResetCount<End>>,
    /// Ranges of ordinals: from a RST that was withdrawn to the segment that withdrew it.
    pub withdrawn: Vec<(u64, u64)>,
    /// X and Y as they are shown after the one that ended the connection, once a side has spoken.
    pub shown: Option<ShownBases>,
    /// Those that were withdrawn in this attempt.
    pub withdrawn_count: Option<ResetCount<End>>,
    /// Those after the one that ended the connection: with that one they are withdrawn.
    pub late: u32,
    /// What one end sent before its last segment and after the peer's last one.
    pub incoming_before: BoundedList<IncomingSegment>,
    /// The number of each end's last RST as Zeek sees them.
    pub zeek_resets: Ends<Seq>,
    /// The numbers of each end that sent one, as Zeek has them.
    pub zeek_extents: Ends<Option<Extent>>,
}

impl Resets {
    /// Forgets what belongs to an attempt.
    pub fn forget_attempt(&mut self) {
        *self = Resets { withdrawn: std::mem::take(&mut self.withdrawn), ..Resets::default() };
    }

    /// An end sent a segment without RST, after one of its own or after one of the peer.
    pub fn spoke(&mut self, end: End, goes_on: bool) {
        if !goes_on {
            self.incoming_before.clear();
        }
        self.challenges.iter_mut().for_each(|challenge| challenge.spoke[end] = true);
    }

    /// Bytes of memory with all that it holds.
    pub fn memory(&self) -> usize {
        let withdrawn = self.withdrawn.capacity().saturating_mul(size_of::<(u64, u64)>());
        let lists = [self.challenges.memory(), self.incoming_before.memory(), withdrawn];
        lists.into_iter().fold(size_of::<Resets>(), usize::saturating_add)
    }
}

impl Connection {
    /// What is remembered of RSTs, made when there was nothing.
    pub(super) fn resets_mut(&mut self) -> &mut Resets {
        self.resets.get_or_insert_default()
    }

    /// The RST that ended the connection.
    pub(super) fn ending(&self) -> Option<&Ending> {
        self.resets.as_ref()?.ending.as_ref()
    }

    /// Whether a RST ended the connection, and was not withdrawn.
    pub(super) fn is_ended(&self) -> bool {
        self.ending().is_some()
    }

    /// Whether a RST closed this end, and it has not spoken since.
    pub(super) fn fall(&self, end: End) -> Option<&Fall> {
        self.resets.as_ref()?.falls[end].as_ref()
    }

    /// What ended the connection, or counts at the end as what did: the first challenged RST that not both sides have
    /// spoken after.
    pub(super) fn ending_rst(&self, pass: Pass) -> Option<EndingRst> {
        let resets = self.resets.as_ref()?;
        let may_be_challenged = pass == Pass::Final && !self.were_fins_acked();
        let challenged = || resets.challenges.iter().find(|challenge| may_be_challenged && !challenge.is_survived());
        resets.ending.map(|ending| ending.rst).or_else(|| challenged().map(|challenge| challenge.rst))
    }

    /// Whether the connection survived the challenged RST at this place: that one did not end it, nor did one before.
    #[must_use]
    pub fn survived(&self, ordinal: u64) -> bool {
        self.ended_at(Pass::Final).is_none_or(|ender| ordinal < ender)
    }

    /// Whether the RST at this place was withdrawn.
    #[must_use]
    pub fn was_withdrawn(&self, ordinal: u64) -> bool {
        let Some(resets) = &self.resets else { return false };
        // The ranges are in order and do not overlap.
        let index = resets.withdrawn.partition_point(|&(_, until)| until <= ordinal);
        resets.withdrawn.get(index).is_some_and(|&(from, _)| from <= ordinal)
    }

    /// Who sent the RST that ended the connection, its frame, and what it is.
    #[must_use]
    pub fn ended_by(&self, pass: Pass) -> Option<(Side, u32, Reset)> {
        self.ending_rst(pass).map(|rst| (self.side(rst.by), rst.frame, rst.reset))
    }

    /// The place of that RST in the order of all segments.
    #[must_use]
    pub fn ended_at(&self, pass: Pass) -> Option<u64> {
        self.ending_rst(pass).map(|rst| rst.ordinal)
    }
}
