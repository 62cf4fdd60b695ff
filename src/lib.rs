//! synfin shows each TCP segment's part in the connection's handshake and teardown, as a Wireshark plugin.
//!
//! All that is known about TCP is in the crate `synfin-core`. Here is the C ABI of `plugin-c/synfin.h` and nothing else; the
//! C shim of `plugin-c` is linked into the cdylib and calls it. The modules, lowest first; each uses those above it alone:
//!
//! - [`bindings`]: what bindgen makes of the header.
//! - `guard`: what keeps a defect on this side of the boundary.
//! - `descriptors`: the tables and words as C sees them.
//! - `convert`: C values to Rust and back.
//! - `show`: what is shown, into the caller's structure.
//! - `set`: the connections that a listener met.
//! - [`abi`]: the exported functions.
//! - `entry`: the symbols by which Wireshark knows a plugin.

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

pub mod abi;
pub mod bindings;
mod convert;
mod descriptors;
mod entry;
mod guard;
mod set;
mod show;
