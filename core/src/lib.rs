//! synfin-core: all that is known about TCP connections, from the bytes of a header to the words that people read.
//!
//! It does no I/O, reads no clock, knows no Wireshark and no C. The layers, lowest first; each uses those above it in this
//! list alone, and a test holds that:
//!
//! - [`segment`]: values. Sequence numbers, flags, one segment; a TCP header's bytes to a [`segment::Segment`].
//! - [`connection`]: one connection as it is seen go by. Segments in, a verdict on each out.
//! - [`capture`]: all connections of a capture, and what was said of each segment.
//! - [`view`]: what may be asked of a segment, a connection and an ICMP error: the only way out.
//! - [`words`]: what people read: the one table of fields, expert information, sentences, statistics, JSON.

#![forbid(unsafe_code)]
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

pub mod capture;
pub mod connection;
pub mod segment;
pub mod view;
pub mod words;
