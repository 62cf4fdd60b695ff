//! What the test programs share: the segment script, its readers, packets and captures made from it, and tshark.
#![allow(dead_code, missing_docs)]

#[cfg(synfin_abi)]
pub mod abi;
pub mod captures;
pub mod core;
pub mod elsewhere;
pub mod packets;
pub mod play;
pub mod preload;
pub mod script;
pub mod tshark;
