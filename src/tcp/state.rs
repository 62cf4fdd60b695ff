//! The states of RFC 9293 §3.3.2, and the order in which an observer may move through them.

use super::side::Both;

/// The state of one endpoint after a segment was sent and received.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
pub enum State {
    /// No connection.
    Closed,
    /// Waiting for a connection request.
    Listen,
    /// A SYN was sent.
    SynSent,
    /// A SYN was received; one of the two acknowledgments is missing.
    SynReceived,
    /// Open: data flow both ways.
    Established,
    /// Its FIN was sent first and is not acknowledged.
    FinWait1,
    /// Its FIN was sent first and is acknowledged.
    FinWait2,
    /// The peer's FIN came first.
    CloseWait,
    /// Both sent a FIN before they saw the peer's.
    Closing,
    /// Its FIN came second and is not acknowledged.
    LastAck,
    /// Both FINs are known; waits until old segments have died.
    TimeWait,
}

impl State {
    /// All states, in the order of their numbers.
    pub const ALL: [State; 11] = [
        State::Closed,
        State::Listen,
        State::SynSent,
        State::SynReceived,
        State::Established,
        State::FinWait1,
        State::FinWait2,
        State::CloseWait,
        State::Closing,
        State::LastAck,
        State::TimeWait,
    ];

    /// The spelling of RFC 9293.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            State::Closed => "CLOSED",
            State::Listen => "LISTEN",
            State::SynSent => "SYN-SENT",
            State::SynReceived => "SYN-RECEIVED",
            State::Established => "ESTABLISHED",
            State::FinWait1 => "FIN-WAIT-1",
            State::FinWait2 => "FIN-WAIT-2",
            State::CloseWait => "CLOSE-WAIT",
            State::Closing => "CLOSING",
            State::LastAck => "LAST-ACK",
            State::TimeWait => "TIME-WAIT",
        }
    }

    /// Whether this side has not got as far as ESTABLISHED: only such a side moves on when the opening does.
    #[must_use]
    pub const fn is_opening(self) -> bool {
        match self {
            State::Closed | State::Listen | State::SynSent | State::SynReceived => true,
            State::Established
            | State::FinWait1
            | State::FinWait2
            | State::CloseWait
            | State::Closing
            | State::LastAck
            | State::TimeWait => false,
        }
    }
}

/// Before anything: the client has not begun, the server listens.
pub const BEFORE: Both<State> = Both { client: State::Closed, server: State::Listen };
