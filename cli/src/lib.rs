//! synfin-cli: the connections of capture files, without Wireshark. The same core, the same answers.
//!
//! The layers, lowest first; each uses those above it in this list alone:
//!
//! - [`input`]: files and pipes, compressed or not; pcap and pcapng; one frame after the other.
//! - [`layers`]: the bytes of a frame to the TCP segment or the ICMP message in it.
//! - [`streams`]: which `tcp.stream` a segment belongs to, by the rules of a Wireshark series.
//! - [`living_connections`]: the connections that live, by their endpoints, and when each is forgotten.
//! - [`capture`]: all of them joined to the core: a capture in, its connections out.
//! - [`relay`]: captures read in threads of their own, for programs that take their connections one after the other.
//! - [`output`]: connections and segments as text; `arrow`, with the feature of that name: connections as record batches.
//! - [`page`]: the page to hand on: one HTML file on all of it.
//! - [`command`]: the command line.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing))]

#[cfg(feature = "arrow")]
pub mod arrow;
pub mod capture;
mod clock;
pub mod command;
pub mod input;
pub mod layers;
pub mod living_connections;
pub mod output;
pub mod page;
pub mod relay;
pub mod streams;
