//! What the log counts (SPEC section 8): segments, bytes, attempts, SYNs and FINs that were sent again.

use super::Connection;
use super::arrival::Arrival;
use super::copies::Sort;
use super::times::{MaybeTime, between};
use crate::segment::{End, Kind, Segment, Side};

impl Connection {
    /// Counts a segment for the log.
    pub(super) fn count(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind) {
        let at = MaybeTime::new(segment.at);
        let packets = &mut self.packets[arrival.end];
        *packets = packets.saturating_add(1);
        match kind {
            Kind::Syn => {
                // The first SYN makes its sender the client.
                if arrival.end == self.client_end {
                    self.opening.syns = self.opening.syns.saturating_add(1);
                    self.opening.last_syn_frame = arrival.frame;
                }
            }
            Kind::Fin => {
                if self.count_fin(arrival.end) > 1 {
                    self.span_fins(arrival.end, at);
                }
            }
            Kind::SynAck | Kind::Ack | Kind::Rst | Kind::Other => {}
        }
    }

    /// A FIN again: keeps how long after the first.
    fn span_fins(&mut self, end: End, at: MaybeTime) {
        let before = self.rare.as_ref().and_then(|rare| rare.fin_span_ns[end]).unwrap_or(0);
        // The one before is still the last of its sort.
        let since = self.original_of(end, Sort::Fin).and_then(|original| between(original.at, at));
        self.rare_mut().fin_span_ns[end] = since.map(|since| since.saturating_add(before));
    }

    /// Bytes of payload that an end sent in earlier attempts.
    pub(super) fn bytes_before(&self, end: End) -> u64 {
        self.rare.as_ref().map_or(0, |rare| rare.earlier.bytes[end])
    }

    /// Segments that a side sent, copies apart.
    #[must_use]
    pub fn packets(&self, side: Side) -> u32 {
        self.packets[self.end(side)]
    }

    /// Bytes of payload that a side sent, by number.
    #[must_use]
    pub fn bytes(&self, side: Side) -> u64 {
        let end = self.end(side);
        let own = &self.ends[end];
        self.bytes_before(end).saturating_add(own.bytes(self.opening.is_captured()))
    }

    /// Attempts in the stream: one more than RSTs that a new SYN followed.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.rare.as_ref().map_or(1, |rare| rare.earlier.attempts.saturating_add(1))
    }

    /// The frames of the client's first and last SYN of the last attempt.
    #[must_use]
    pub fn syn_frames(&self) -> Option<(u32, u32)> {
        let [first, ..] = self.opening.frames;
        (self.opening.syns > 0).then_some((first, self.opening.last_syn_frame))
    }

    /// Nanoseconds between those two.
    #[must_use]
    pub fn syn_span_ns(&self) -> Option<u64> {
        between(self.times.syn, self.original_of_attempt(self.client_end, Sort::Syn)?.at)
    }

    /// Nanoseconds between the first and the last FIN of a side.
    #[must_use]
    pub fn fin_span_ns(&self, side: Side) -> Option<u64> {
        self.rare.as_ref()?.fin_span_ns[self.end(side)]
    }
}
