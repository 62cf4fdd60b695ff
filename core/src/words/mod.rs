//! What people read: the one table of fields, expert information, sentences, statistics, the log.
//!
//! Titles, descriptions and sentences exist in every [`language`]; names and values are the same in all. What a segment or
//! a connection is, is asked of its view alone.

pub mod connections;
pub mod experts;
pub mod explain;
pub mod fields;
pub mod interface;
pub mod json;
pub mod language;
pub mod remark;
pub mod report;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod script;
pub mod servers;
mod span;
pub mod stats;
pub mod text;
