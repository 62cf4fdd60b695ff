//! What the rows of the table have in common: how a value gets into the sink, and on which segments it stands.

use std::fmt::{self, Write};

use super::Sink;
use crate::tracker::Annotation;

/// One word.
pub(super) fn word(sink: &mut dyn Sink, word: &str) {
    sink.text(&mut |out| out.write_str(word).map(|()| true));
}

/// What `body` writes.
pub(super) fn write(sink: &mut dyn Sink, mut body: impl FnMut(&mut dyn Write) -> fmt::Result) {
    sink.text(&mut |out| body(out).map(|()| true));
}

/// True; nothing when false.
pub(super) fn truth(sink: &mut dyn Sink, truth: bool) {
    if truth {
        sink.number(1);
    }
}

/// A number, when there is one that fits.
pub(super) fn maybe(sink: &mut dyn Sink, number: Option<impl TryInto<i64>>) {
    if let Some(Ok(number)) = number.map(TryInto::try_into) {
        sink.number(number);
    }
}

/// The number of a frame; 0: none.
pub(super) fn frame(sink: &mut dyn Sink, frame: u32) {
    if frame != 0 {
        sink.number(i64::from(frame));
    }
}

/// A time that stands on the frame where it becomes known and on the connection's last segment.
pub(super) fn time(a: &Annotation, sink: &mut dyn Sink, known_at: u32, ns: Option<u64>) {
    if a.is_last || (known_at != 0 && a.frame == known_at) {
        maybe(sink, ns);
    }
}

/// The frame at which two steps of the opening, counted from 0, are both known.
pub(super) fn later_frame(a: &Annotation, steps: [usize; 2]) -> u32 {
    let frames = a.connection.handshake_frames();
    steps.iter().filter_map(|&step| frames.get(step)).copied().max().unwrap_or(0)
}

/// A link of the opening: on its segments and on the connection's last.
pub(super) fn open_link(a: &Annotation, sink: &mut dyn Sink, number: u32) {
    if a.is_last || !a.verdict.open_steps.is_empty() {
        frame(sink, number);
    }
}

/// A link of the closing: on its segments and on the connection's last.
pub(super) fn close_link(a: &Annotation, sink: &mut dyn Sink, number: u32) {
    if a.is_last || !a.verdict.close_steps.is_empty() {
        frame(sink, number);
    }
}
