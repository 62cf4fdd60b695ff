//! Pieces that stand in several places of the page.

use maud::{Markup, html};
use synfin_core::view::Timestamp;
use synfin_core::words::json::rfc_3339;

use crate::page::draw;
use crate::page::fate::Fate;

/// A time in UTC to the microsecond: `2026-03-02 08:00:01.000000`.
pub fn time(at: Option<Timestamp>) -> String {
    let text = at.and_then(rfc_3339).unwrap_or_default();
    match (text.get(..10), text.get(11..26)) {
        (Some(date), Some(time)) => format!("{date} {time}"),
        _ => "-".to_string(),
    }
}

/// The colour of a fate, with its pattern.
pub fn key(fate: Fate) -> Markup {
    html! {
        svg.key aria-hidden="true" width="14" height="14" viewBox="0 0 14 14" {
            rect width="14" height="14" fill=(draw::paint(fate)) {}
        }
    }
}

/// The name of a capture, without its folders, and not longer than a line.
pub fn short(name: &str) -> String {
    const LETTERS: usize = 80;
    let name =
        std::path::Path::new(name).file_name().map_or_else(|| name.to_string(), |file| file.to_string_lossy().into());
    if name.chars().count() <= LETTERS {
        return name;
    }
    let end: String = name.chars().rev().take(LETTERS - 1).collect();
    std::iter::once('…').chain(end.chars().rev()).collect()
}

/// What a link to a kind of failure names.
pub fn anchor(kind: usize) -> String {
    format!("k{}", kind + 1)
}
