//! Acknowledgments that the other side cannot accept: it answers them with a RST (RFC 9293 section 3.10.7.3).

use super::Connection;
use super::bounded_list::BoundedList;
use crate::segment::{End, Ends, Seq};

/// A side's acknowledgment that the other side cannot accept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct BadAck {
    /// What it acknowledges.
    pub ack: Seq,
    /// The frame of the last segment with it.
    pub frame: u32,
}

/// Those of each end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct BadAcks(Ends<BoundedList<BadAck>>);

impl BadAcks {
    /// What an end acknowledged so, oldest first.
    pub fn of(&self, end: End) -> impl Iterator<Item = Seq> {
        self.0[end].iter().map(|bad| bad.ack)
    }

    /// Forgets those of the attempt before.
    pub fn begin_attempt(&mut self) {
        End::BOTH.into_iter().for_each(|end| self.0[end].clear());
    }

    /// Bytes of memory beyond the structure itself.
    pub fn memory(&self) -> usize {
        End::BOTH.into_iter().map(|end| self.0[end].memory()).fold(0, usize::saturating_add)
    }
}

impl Connection {
    /// Notes an acknowledgment that the other side cannot accept.
    pub(super) fn remember_bad_ack(&mut self, end: End, ack: Seq, frame: u32) {
        let acks = &mut self.rare_mut().bad_acks.0[end];
        acks.retain(|known| known.ack != ack);
        acks.add(BadAck { ack, frame });
    }

    /// The frame of the client's last acknowledgment that the server cannot accept.
    #[must_use]
    pub fn wrong_ack_frame(&self) -> Option<u32> {
        let acks = &self.rare.as_ref()?.bad_acks.0[self.client_end];
        acks.iter().last().map(|bad| bad.frame)
    }

    /// The frame of the last such acknowledgment of this number.
    pub(super) fn bad_ack(&self, end: End, ack: Seq) -> Option<u32> {
        let acks = &self.rare.as_ref()?.bad_acks.0[end];
        acks.iter().rev().find(|known| known.ack == ack).map(|known| known.frame)
    }
}
