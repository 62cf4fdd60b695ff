//! What the fuzzing programs share.
//!
//! - [`source`]: where choices come from: a seeded generator, or the bytes that libFuzzer hands over.
//! - [`walk`]: choices to segments: endpoints that behave, misbehave, repeat, delay, forge and run wild.
//! - [`check`]: feeds a tracker and checks what it says.
//! - [`lone_stream`]: one connection as it is known without the tracker.
//! - [`invariants`]: what must hold for each verdict, whatever the segments were.
//! - [`limit`]: when a driver stops.
//! - [`words`]: what people read of it.
//! - [`scenarios`]: traffic made to hurt, of any length.
//! - [`pcap`]: segments as a capture file.
//! - `abi` (feature `abi`): arbitrary calls of the C ABI.

#[cfg(feature = "abi")]
pub mod abi;
pub mod check;
pub mod invariants;
pub mod limit;
pub mod lone_stream;
pub mod pcap;
mod rank;
pub mod scenarios;
pub mod source;
pub mod walk;
pub mod words;
