//! Measures what synfin costs. See docs/COST.md.

pub mod feed;
pub mod traffic;
