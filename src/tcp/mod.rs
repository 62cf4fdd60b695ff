//! The TCP core: what a passive observer can say of the segments of one connection.
//!
//! It knows no packet formats, no Wireshark, no C, no files and no clock. Its assumptions:
//!
//! - A captured segment was delivered, and the order of capture is the order of arrival. Evidence against this (a
//!   RST that the other side ignored, a repeat) has an explicit rule of its own.
//! - What is said of a segment depends on the segments before it alone.
//! - What was not captured is absent or named so, never invented.

mod closing;
mod connection;
mod double_open;
mod earlier;
mod endpoint;
mod findings;
mod first;
mod known;
mod negotiated;
mod numbering;
mod opening;
mod outcome;
mod repeats;
mod reset;
mod roles;
mod segment;
mod seq;
mod side;
mod state;
mod steady;
mod times;
mod verdict;
mod zeek;

pub use closing::Relation;
pub use connection::{Connection, End, Heard, Moment};
pub use findings::Progress;
pub use first::First;
pub use negotiated::Negotiated;
pub use numbering::Basis;
pub use outcome::{HandshakeKind, HandshakeOutcome, Pass, TeardownKind};
pub use segment::{Flags, Kind, Segment, SynOptions, Timestamp};
pub use seq::{Position, Seq};
pub use side::{Both, Side};
pub use state::State;
pub use steady::Passing;
pub use verdict::{Anomalies, Numbers, Phase, Repeats, Reset, Steps, Verdict};
pub use zeek::HISTORY_MAX;
