//! What is kept of a segment, because later ones are judged by it.

use super::endpoint::{Facts, Number};
use super::times::MaybeTime;
use super::{Arrival, Connection, Draft};
use crate::segment::{End, Flags, Kind, Segment};

impl Connection {
    /// Keeps what later segments are judged by.
    pub(super) fn keep(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind, draft: &Draft) {
        let end = arrival.end;
        self.ends[end].learn(Facts::SEEN);
        if segment.flags.has(Flags::RST) {
            return;
        }
        self.keep_spoken(arrival, segment);
        if kind == Kind::Other {
            return;
        }
        if matches!(kind, Kind::Syn | Kind::SynAck) {
            self.ends[end].learn(Facts::SENT_SYN);
        }
        let moves_nothing = draft.is_older || (draft.wrong && kind == Kind::SynAck);
        if moves_nothing {
            return;
        }
        if let Some(fall) = self.resets.as_mut().and_then(|resets| resets.falls[end.peer()].as_mut()) {
            fall.peer_sends(segment);
        }
        let is_syn = matches!(kind, Kind::Syn | Kind::SynAck);
        if !is_syn && !draft.wrong {
            self.count_old_try(end, segment);
        }
        let shift = if is_syn { 0 } else { self.window_shift(end) };
        let (own, other) = self.ends.split_mut(end);
        if own.first().is_none() {
            own.set(Number::First, segment.seq);
        }
        // A SYN-ACK again has the number of a keep-alive, and is none.
        if is_syn {
            own.syn_window = segment.window;
        } else {
            own.count_try(segment, other.acked());
        }
        if !draft.wrong {
            own.raise(Number::Next, segment.next());
        }
        own.saw(own.position_of(segment.seq).advance(segment.sequence_len()));
        let Some(ack) = segment.acknowledgment() else {
            return;
        };
        other.saw(other.position_of(ack));
        let is_news = own.acked().is_none_or(|acked| ack.is_after(acked));
        let probe_taken = other.is(Facts::KEEP_ALIVE) && segment.window > 0;
        if is_news || probe_taken {
            other.tries = 0;
        }
        own.raise(Number::Acked, ack);
        let edge = ack.advance(u32::from(segment.window) << shift);
        own.raise(Number::Edge, edge);
    }

    /// Keeps of a segment without RST what a RST is judged by.
    fn keep_spoken(&mut self, arrival: &Arrival, segment: &Segment) {
        let own = &mut self.ends[arrival.end];
        own.learn(Facts::SPOKE);
        own.hops = segment.network.hops;
        self.keep_incoming(arrival, MaybeTime::new(segment.at), segment.acknowledgment(), segment.next());
    }

    /// The shift of an end's window field (RFC 7323 §2.3): 14, the largest there is, where the handshake does not tell.
    pub(super) fn window_shift(&self, end: End) -> u8 {
        const UNKNOWN: u8 = 14;
        let scale = |end: End| {
            let options = self.ends[end].options?;
            if options.is_cut() && options.window_scale.is_none() { None } else { Some(options.window_scale) }
        };
        match (scale(end), scale(end.peer())) {
            (Some(None), _) | (_, Some(None)) => 0,
            // The peer's answer was not captured, so the shift is this one or 0: the larger window counts.
            (Some(Some(own)), _) => own.min(UNKNOWN),
            (None, _) => UNKNOWN,
        }
    }
}
