//! What became of a connection, in nine words: the rows of the timeline, and what failures are sorted by.

use synfin_core::view::{ConnectionView, HandshakeOutcome, TeardownKind};
use synfin_core::words::language::Words;
use synfin_core::words::servers::Failure;

/// What became of a connection.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fate {
    /// Its handshake is complete, and no RST ended it.
    Opened,
    /// A RST ended it once it was open, before any FIN.
    ResetLater,
    /// A RST ended it after a FIN.
    ResetClosing,
    /// [`Failure::Refused`].
    Refused,
    /// [`Failure::Reset`].
    Reset,
    /// [`Failure::NoAnswer`].
    NoAnswer,
    /// [`Failure::Unreachable`].
    Unreachable,
    /// [`Failure::HalfOpen`].
    HalfOpen,
    /// Too little of its handshake was captured.
    Unknown,
}

impl Fate {
    /// All of them, in the order in which they stand on the page.
    pub const ALL: [Fate; 9] = [
        Fate::Opened,
        Fate::ResetLater,
        Fate::ResetClosing,
        Fate::Refused,
        Fate::Reset,
        Fate::NoAnswer,
        Fate::Unreachable,
        Fate::HalfOpen,
        Fate::Unknown,
    ];

    /// That of a connection.
    pub fn of(connection: &ConnectionView) -> Fate {
        let outcome = connection.outcome();
        match Failure::of(outcome) {
            Some(Failure::Refused) => Fate::Refused,
            Some(Failure::Reset) => Fate::Reset,
            Some(Failure::NoAnswer) => Fate::NoAnswer,
            Some(Failure::Unreachable) => Fate::Unreachable,
            Some(Failure::HalfOpen) => Fate::HalfOpen,
            None => match connection.teardown() {
                TeardownKind::Reset => Fate::ResetLater,
                TeardownKind::ResetAfterFin => Fate::ResetClosing,
                _ if outcome == HandshakeOutcome::Complete => Fate::Opened,
                _ => Fate::Unknown,
            },
        }
    }

    /// Whether its ladder belongs on the page.
    pub fn is_told(self) -> bool {
        !matches!(self, Fate::Opened | Fate::Unknown)
    }

    /// Whether its handshake failed.
    pub fn is_failure(self) -> bool {
        self.is_told() && !matches!(self, Fate::ResetLater | Fate::ResetClosing)
    }

    /// What people read.
    pub fn words(self) -> Words {
        let (english, chinese) = match self {
            Fate::Opened => ("Opened", "成功"),
            Fate::ResetLater => ("Opened, then reset", "建立后被重置"),
            Fate::ResetClosing => ("Reset while closing", "关闭中被重置"),
            Fate::Refused => ("Refused", "被拒绝"),
            Fate::Reset => ("Reset in the handshake", "握手中被重置"),
            Fate::NoAnswer => ("No answer", "无应答"),
            Fate::Unreachable => ("Unreachable", "不可达"),
            Fate::HalfOpen => ("Half-open", "半开"),
            Fate::Unknown => ("Too little captured to tell", "捕获不全，无法判断"),
        };
        Words { english, chinese }
    }

    /// What the style sheet calls it.
    pub fn class(self) -> &'static str {
        match self {
            Fate::Opened => "opened",
            Fate::ResetLater => "reset-later",
            Fate::ResetClosing => "reset-closing",
            Fate::Refused => "refused",
            Fate::Reset => "reset",
            Fate::NoAnswer => "no-answer",
            Fate::Unreachable => "unreachable",
            Fate::HalfOpen => "half-open",
            Fate::Unknown => "unknown",
        }
    }

    /// Its place in [`Fate::ALL`].
    pub fn index(self) -> usize {
        Fate::ALL.iter().position(|&fate| fate == self).unwrap_or(0)
    }
}
