//! synfin against others that judge the same packets: Wireshark's own `tcp.completeness` and `tcp.analysis.initial_rtt`,
//! tcptrace, and Zeek where the captures at hand come with its verdicts.
//!
//! They differ, each for its reasons: docs/PEERS.md lists the classes of differences. A class is a predicate over the
//! segments of a connection, never a list of frames; a difference that no class explains fails, and so does a class that
//! the document does not name, or that no capture at hand shows any more.

#[path = "../common/mod.rs"]
mod common;

mod classes;
mod completeness;
mod experts;
mod initial_rtt;
mod log;
mod observation;
mod oddities;
mod tcptrace;
mod zeek;
