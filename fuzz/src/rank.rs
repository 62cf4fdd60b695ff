//! How far a state lies from the beginning of a connection's life. `core/tests/properties.rs` reads this file too.

use synfin_core::connection::State;

/// 0 before the handshake; the higher, the later. States that stand for the same progress of two sides are equal.
pub fn rank(state: State) -> u8 {
    match state {
        State::Closed | State::Listen => 0,
        State::SynSent => 1,
        State::SynReceived => 2,
        State::Established => 3,
        State::FinWait1 | State::CloseWait => 4,
        State::FinWait2 | State::Closing | State::LastAck => 5,
        State::TimeWait => 6,
    }
}
