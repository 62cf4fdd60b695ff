//! The numbers that sentences speak of.

use std::fmt;

use crate::view::{Basis, SegmentView};
use crate::words::text;

/// `X`, `Y+1`, or the bare number where its base is not known.
pub struct RelativeNumber {
    letter: char,
    pub offset: Option<i64>,
    number: u32,
}

impl RelativeNumber {
    /// The number so far behind this one, or in front of it.
    fn moved(&self, distance: i64) -> RelativeNumber {
        RelativeNumber {
            letter: self.letter,
            offset: self.offset.and_then(|offset| offset.checked_add(distance)),
            // Wrapping is what sequence numbers do.
            number: self.number.wrapping_add(distance as u32),
        }
    }
}

impl fmt::Display for RelativeNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.offset {
            Some(offset) => text::expression(f, self.letter, offset),
            None => write!(f, "{}", self.number),
        }
    }
}

/// All of one segment.
pub struct StoryNumbers {
    /// The sequence number.
    pub seq: RelativeNumber,
    /// The number of the FIN: behind the payload.
    pub fin: RelativeNumber,
    /// Bytes in front of the FIN.
    pub payload_len: u32,
    /// The acknowledgment number.
    pub ack: RelativeNumber,
    pub basis: Basis,
}

impl StoryNumbers {
    pub fn of(view: &SegmentView) -> StoryNumbers {
        let (verdict, segment) = (&view.verdict, view.segment);
        let own = text::letter(verdict, verdict.sender);
        let peers = text::letter(verdict, verdict.sender.peer());
        let seq = RelativeNumber { letter: own, offset: verdict.numbers.seq, number: segment.seq.0 };
        StoryNumbers {
            fin: seq.moved(i64::from(segment.payload_len)),
            seq,
            payload_len: segment.payload_len,
            ack: RelativeNumber { letter: peers, offset: verdict.numbers.ack, number: segment.ack.0 },
            basis: verdict.numbers.basis,
        }
    }

    /// The base that the acknowledgment counts from and the last number it acknowledges, where it acknowledges the
    /// SYN that this base belongs to.
    pub fn acked_syn(&self) -> Option<(char, RelativeNumber)> {
        let is_past = self.ack.offset.is_some_and(|offset| offset > 0);
        (self.basis == Basis::Handshake && is_past).then(|| (self.ack.letter, self.ack.moved(-1)))
    }

    /// Whether it acknowledges the FIN X and nothing behind it.
    pub fn acks_fin_x(&self) -> bool {
        self.basis == Basis::Teardown && self.ack.letter == 'X' && self.ack.offset == Some(1)
    }
}
