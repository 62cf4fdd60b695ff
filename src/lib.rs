//! synfin shows each TCP segment's part in the connection's opening and closing, as a Wireshark plugin.
//!
//! The layers, lowest first; each uses those above it in this list alone:
//!
//! - [`tcp`]: the core. Segments of one connection in, verdicts out. Knows nothing else.
//! - [`header`]: octets of a TCP header to a [`tcp::Segment`].
//! - [`tracker`]: all connections of a capture; what was said of each segment, packed.
//! - [`text`]: what people read: expressions, summary, sentences.
//! - [`fields`]: the one table of fields, and how each is read.
//! - [`experts`], [`stats`]: expert information; the statistics tree.
//! - `ffi` (feature `plugin`): the C ABI of `plugin-c/synfin.h`, and the symbols Wireshark looks for.

#![deny(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod connections;
pub mod experts;
mod explain;
#[cfg(feature = "plugin")]
pub mod ffi;
pub mod fields;
pub mod header;
mod packed;
pub mod stats;
mod store;
pub mod tcp;
pub mod text;
pub mod tracker;
