//! How far the opening has come, and what turned out in it.

use super::side::{Both, Side};
use super::verdict::Steps;

/// How far the opening has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Progress {
    /// No SYN and no SYN-ACK was seen.
    #[default]
    NotCaptured,
    /// One was seen, step 3 not yet.
    Underway,
    /// Step 3 was seen.
    Complete,
    /// The connection is open without a step 3: that one was not captured, and no segment can be it any more.
    Over,
}

/// What turned out in the opening: a set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Findings(u16);

impl Findings {
    /// A segment that is not part of an opening came first.
    pub const MIDSTREAM: Findings = Findings(1);
    /// A SYN-ACK with an acceptable Ack was seen.
    pub const SYN_ACK_ACCEPTABLE: Findings = Findings(1 << 1);
    /// A SYN-ACK acknowledged data of the SYN (RFC 7413).
    pub const ACKED_SYN_DATA: Findings = Findings(1 << 2);
    /// Step 3 told which SYN-ACK counts.
    pub const SETTLED: Findings = Findings(1 << 3);
    /// The server acknowledged X+1 without SYN before its own SYN.
    pub const EARLY_SERVER_ACK: Findings = Findings(1 << 4);
    /// Both sides sent a SYN without ACK before it was complete.
    pub const DOUBLE: Findings = Findings(1 << 5);
    /// It is a split handshake.
    pub const SPLIT: Findings = Findings(1 << 6);
    /// The server, after its SYN-ACK, sent payload or acknowledged more than X+1.
    pub const WENT_ON: Findings = Findings(1 << 7);
    /// The client sent a segment with ACK.
    pub const CLIENT_ACKED: Findings = Findings(1 << 8);
    /// The client's SYN was acknowledged, where both sides sent one.
    pub const CLIENT_SYN_ACKED: Findings = Findings(1 << 9);
    /// The server's SYN was, where both sides sent one.
    pub const SERVER_SYN_ACKED: Findings = Findings(1 << 10);
    /// The client answered an acknowledgment it could not accept with a RST: the server took that, and the client went
    /// on.
    pub const BAD_ACK_RESET: Findings = Findings(1 << 11);
    /// The SYN was repeated before the SYN-ACK.
    pub const SYN_REPEATED: Findings = Findings(1 << 12);
    /// The SYN-ACK was repeated before step 3.
    pub const SYN_ACK_REPEATED: Findings = Findings(1 << 13);
    /// The server sent a segment with ACK. That counts when it turns out to be the client.
    pub const SERVER_ACKED: Findings = Findings(1 << 14);

    /// That `side` sent a segment with ACK.
    #[must_use]
    pub const fn acked(side: Side) -> Findings {
        match side {
            Side::Client => Findings::CLIENT_ACKED,
            Side::Server => Findings::SERVER_ACKED,
        }
    }

    /// That the SYN of `side` was acknowledged, where both sides sent one.
    #[must_use]
    pub const fn syn_acked(side: Side) -> Findings {
        match side {
            Side::Client => Findings::CLIENT_SYN_ACKED,
            Side::Server => Findings::SERVER_SYN_ACKED,
        }
    }
}

/// The opening of the last attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Opening {
    /// How far it has come.
    pub progress: Progress,
    findings: Findings,
    /// The steps that each side's acknowledgment performed.
    pub ack_steps: Both<Steps>,
    /// The frames of the first segments that performed steps 1 to 3; 0: none.
    pub frames: [u32; 3],
}

impl Opening {
    /// Whether a SYN or a SYN-ACK was seen.
    #[must_use]
    pub fn is_captured(&self) -> bool {
        self.progress != Progress::NotCaptured
    }

    /// Whether something turned out.
    #[must_use]
    pub const fn found(&self, finding: Findings) -> bool {
        self.findings.0 & finding.0 != 0
    }

    /// Notes that something turned out.
    pub const fn note(&mut self, finding: Findings) {
        self.findings.0 |= finding.0;
    }

    /// The two sides turn out to be the other way round.
    pub fn swap(&mut self) {
        const PAIRS: [[Findings; 2]; 2] = [
            [Findings::CLIENT_ACKED, Findings::SERVER_ACKED],
            [Findings::CLIENT_SYN_ACKED, Findings::SERVER_SYN_ACKED],
        ];
        for [one, other] in PAIRS {
            if self.found(one) != self.found(other) {
                self.findings.0 ^= one.0 | other.0;
            }
        }
        self.ack_steps.swap();
    }

    /// Notes that something turned out, if it did.
    pub const fn note_if(&mut self, condition: bool, finding: Findings) {
        if condition {
            self.note(finding);
        }
    }
}
