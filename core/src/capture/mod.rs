//! All connections of a capture, and what was said of each segment.
//!
//! What happens, a segment or an ICMP error, is taken in once, when its frame is first visited; what was said of it can be
//! asked again in any order.

mod connections;
mod over;
mod record;
mod single;
mod slot;
mod store;
mod tracker;
mod tuples;
mod young;

pub use connections::ConnectionRef;
pub use single::Single;
pub use tracker::{Event, IcmpOrigin, Observation, Options, Path, Refusal, SegmentId, Tracker};
