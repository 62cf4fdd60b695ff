//! The parts that few connections have, in one box. Each is defined where it is used, in the file that is named.

use super::Connection;
use super::attempt::EarlierAttempts;
use super::bad_acks::BadAcks;
use super::numbering::OldBases;
use super::repeats::OldRepeats;
use super::syn_ack::OtherSynAcks;
use super::tries::OldTries;
use super::verdict::Steps;
use crate::segment::icmp::IcmpKind;
use crate::segment::{End, Ends};

/// What few connections have.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct RareParts {
    /// `attempt.rs`: what earlier attempts left.
    pub earlier: EarlierAttempts,
    /// `bad_acks.rs`: acknowledgments that the other end cannot accept.
    pub bad_acks: BadAcks,
    /// `mod.rs`: the ordinals of the last segment before a copy, or several, and of the last of these. Twice 0, the first that
    /// there can be, where there were none.
    pub copies_at_end: (u64, u64),
    /// `counts.rs`: nanoseconds between the first and the last FIN of each end, where it sent several.
    pub fin_span_ns: Ends<Option<u64>>,
    /// `double_open.rs`: the steps that each end's SYN-ACK performed, where both ends sent a SYN.
    pub syn_ack_steps: Ends<Steps>,
    /// `numbering.rs`: X and Y as they were before changes, oldest first.
    pub old_bases: Vec<OldBases>,
    /// `after_end.rs`: the frame of the server's first acceptable SYN-ACK, where it shows no step, or another
    /// segment showed it before; 0: none.
    pub later_syn_ack: u32,
    /// `outcome.rs`: the first ICMP error about a segment, and its frame.
    pub icmp: Option<(IcmpKind, u32)>,
    /// `repeats.rs`: what may be sent again besides the last of each sort.
    pub repeats: OldRepeats,
    /// `syn_ack.rs`: an end's acceptable SYN-ACKs before the last one, where they differ.
    pub other_syn_acks: Option<Box<Ends<OtherSynAcks>>>,
    /// `tries.rs`: the last segment that each end sent again although the peer had taken it.
    pub old_tries: OldTries,
    /// `zeek.rs`: the entries of Zeek's history that do not stand in its view.
    pub zeek_history: Vec<u8>,
}

impl RareParts {
    /// Forgets what belongs to the attempt before, and counts that.
    pub fn begin_attempt(&mut self) {
        self.earlier.count();
        self.bad_acks.begin_attempt();
        self.fin_span_ns = Ends::default();
        self.syn_ack_steps = Ends::default();
        self.icmp = None;
        self.later_syn_ack = 0;
        self.repeats.begin_attempt();
        self.other_syn_acks = None;
        self.old_tries = OldTries::default();
        self.zeek_history.clear();
    }

    /// Bytes of memory with all that it holds.
    pub fn memory(&self) -> usize {
        let old_bases = self.old_bases.capacity().saturating_mul(size_of::<OldBases>());
        let parts = [self.earlier.memory(), self.bad_acks.memory(), self.repeats.memory()];
        parts
            .into_iter()
            .chain(self.other_syn_acks.iter().map(|lists| {
                let lists_of_both = End::BOTH.map(|end| lists[end].all.memory());
                lists_of_both.into_iter().fold(size_of_val(lists.as_ref()), usize::saturating_add)
            }))
            .chain([old_bases, self.zeek_history.capacity()])
            .fold(size_of::<RareParts>(), usize::saturating_add)
    }
}

impl Connection {
    /// The rare part; made here when there was none.
    pub(super) fn rare_mut(&mut self) -> &mut RareParts {
        self.rare.get_or_insert_default()
    }
}
