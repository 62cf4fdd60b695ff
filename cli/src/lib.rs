//! synfin-cli: the connections of capture files, without Wireshark. The same core, the same answers.
//!
//! The layers, lowest first; each uses those above it in this list alone:
//!
//! - [`input`]: files and pipes, compressed or not; pcap and pcapng; one frame after the other.
//! - [`layers`]: the bytes of a frame to the TCP segment or the ICMP message in it.
//! - [`streams`]: which `tcp.stream` a segment belongs to, by the rules of a Wireshark series.
//! - [`capture`]: all three joined to the core: a capture in, its connections out.
//! - [`output`]: connections as lines of JSON.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

pub mod capture;
pub mod input;
pub mod layers;
pub mod output;
pub mod streams;
