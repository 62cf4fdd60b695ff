//! What the two SYNs agreed on.

use super::Connection;
use super::opening::Findings;
use crate::segment::{Ecn, Offers, SynOptions};

/// Explicit congestion notification that both sides agreed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NegotiatedEcn {
    /// RFC 3168.
    Classic,
    /// RFC 9768.
    Accurate,
}

/// What the two SYNs announced and agreed on, where both were captured with all their options.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Negotiation {
    /// The client's options.
    pub client: SynOptions,
    /// The server's options.
    pub server: SynOptions,
    /// Explicit congestion notification.
    pub ecn: Option<NegotiatedEcn>,
    /// Fast Open: both sent the option, or the server took the data of a SYN that carried it (RFC 7413 §4).
    pub fast_open: bool,
}

/// What the two SYNs of an attempt agreed on, kept when a later attempt forgets it: its step 3 still shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OldNegotiation {
    /// The frame of its step 3.
    pub step_3: u32,
    /// The frame of the SYN that started the next attempt.
    pub until: u32,
    /// What they agreed on.
    pub negotiation: Negotiation,
}

/// What the flags of SYN and SYN-ACK agree on (RFC 3168 §6.1.1, RFC 9768 table 2).
const fn ecn(client: Ecn, server: Ecn) -> Option<NegotiatedEcn> {
    // AE, CWR, ECE.
    match (client.bits(), server.bits()) {
        // The SYN asks for Accurate ECN: the SYN-ACK says which codepoint arrived. 001 and 101 (the nonce) are RFC 3168's;
        // 000 is none, and 111 a server that reflects all flags.
        (0b111, 0b010 | 0b011 | 0b100 | 0b110) => Some(NegotiatedEcn::Accurate),
        (0b111 | 0b011, 0b001 | 0b101) => Some(NegotiatedEcn::Classic),
        _ => None,
    }
}

impl Connection {
    /// What the two SYNs of the last attempt agreed on; none unless both were captured.
    #[must_use]
    pub fn negotiation(&self) -> Option<Negotiation> {
        self.client().syn()?;
        let (client, server) = (self.client().options?, self.server().options?);
        if client.is_cut() || server.is_cut() {
            return None;
        }
        Some(Negotiation {
            client,
            server,
            ecn: ecn(client.ecn, server.ecn),
            fast_open: client.has(Offers::FAST_OPEN)
                && (server.has(Offers::FAST_OPEN) || self.opening.found(Findings::ACKED_SYN_DATA)),
        })
    }

    /// Keeps what the attempt agreed on, for the segments before this one, which starts another.
    pub(super) fn keep_negotiation(&mut self, ordinal: u64) {
        let [.., step_3] = self.opening.frames;
        if step_3 != 0
            && let Some(negotiation) = self.negotiation()
        {
            let until = super::frame_of(ordinal);
            self.rare_mut().earlier.negotiations.add(OldNegotiation { step_3, until, negotiation });
        }
    }

    /// The same of the attempt that a step 3 belongs to, by the frame of that step 3 or of its repeat; 0: the last attempt.
    #[must_use]
    pub fn negotiation_at(&self, frame: u32) -> Option<Negotiation> {
        let [first_syn, ..] = self.handshake_frames();
        if frame == 0 || frame >= first_syn || self.attempts() < 2 {
            return self.negotiation();
        }
        let mut before = self.rare.as_ref()?.earlier.negotiations.iter();
        before.find(|old| (old.step_3..old.until).contains(&frame)).map(|old| old.negotiation)
    }
}
