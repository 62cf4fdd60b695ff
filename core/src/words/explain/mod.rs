//! Plain sentences: one for each segment that does something, one for each ICMP error, one or two for a connection.
//!
//! What to say is decided once, from the views alone, in `story`, `reset` and `connection`. Each language only words
//! it. An observer sees what passed it: that something was seen again, not that it was sent again; that a side's SYN was
//! acknowledged, not what a program did. A sentence on a segment depends only on the segments before it.

mod chinese;
mod connection;
mod english;
mod numbers;
mod reset;
mod story;
#[cfg(test)]
mod tests;

use std::fmt::{self, Write};

use super::language::Language;
use crate::view::{ConnectionView, IcmpView, SegmentView};
use connection::ConnectionStory;
use story::SegmentStory;

/// Writes a sentence on a segment: on its step, its RST, or the trouble it shows. False when there is nothing to say.
///
/// # Errors
/// Those of `out`.
pub fn segment(out: &mut dyn Write, view: &SegmentView, language: Language) -> Result<bool, fmt::Error> {
    let Some(story) = SegmentStory::of(view) else { return Ok(false) };
    match language {
        Language::English => english::write(out, &story)?,
        Language::Chinese => chinese::write(out, &story)?,
    }
    Ok(true)
}

/// Writes a sentence on an ICMP error.
///
/// # Errors
/// Those of `out`.
pub fn icmp(out: &mut dyn Write, view: &IcmpView, language: Language) -> fmt::Result {
    match language {
        Language::English => english::icmp::write(out, view.kind, view.from, view.about, view.is_about_syn),
        Language::Chinese => chinese::icmp::write(out, view.kind, view.from, view.about, view.is_about_syn),
    }
}

/// Writes one or two sentences on a whole connection. False when there is nothing to say yet, in a first pass.
///
/// # Errors
/// Those of `out`.
pub fn connection(out: &mut dyn Write, view: &ConnectionView, language: Language) -> Result<bool, fmt::Error> {
    let Some(story) = ConnectionStory::of(view) else { return Ok(false) };
    match language {
        Language::English => english::connection::write(out, &story)?,
        Language::Chinese => chinese::connection::write(out, &story)?,
    }
    Ok(true)
}
