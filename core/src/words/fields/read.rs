//! What the rows of the table have in common: how a value gets into the sink.

use std::fmt::{self, Write};

use super::Sink;
use crate::words::language::Language;

/// Where a row puts its values.
pub struct Output<'a> {
    pub(super) sink: &'a mut dyn Sink,
    /// The language of sentences.
    pub(super) language: Language,
    /// The frame of the segment that is shown; 0: none.
    pub(super) frame: u32,
}

impl Output<'_> {
    /// What follows is for filters and columns alone, where `is_hidden` holds.
    pub(super) fn hide(&mut self, is_hidden: bool) {
        if is_hidden {
            self.sink.hide();
        }
    }

    /// One word.
    pub(super) fn word(&mut self, word: &str) {
        self.write(|out| out.write_str(word));
    }

    /// What `body` writes.
    pub(super) fn write(&mut self, mut body: impl FnMut(&mut dyn Write) -> fmt::Result) {
        self.sink.text(&mut |out| body(out).map(|()| true));
    }

    /// What `body` writes, when it says true.
    pub(super) fn text(&mut self, mut body: impl FnMut(&mut dyn Write) -> Result<bool, fmt::Error>) {
        self.sink.text(&mut body);
    }

    /// True; nothing when false.
    pub(super) fn truth(&mut self, truth: bool) {
        if truth {
            self.sink.number(1);
        }
    }

    /// A number, where it fits.
    pub(super) fn number(&mut self, number: impl TryInto<i64>) {
        if let Ok(number) = number.try_into() {
            self.sink.number(number);
        }
    }

    /// A number, when there is one that fits.
    pub(super) fn maybe(&mut self, number: Option<impl TryInto<i64>>) {
        if let Some(number) = number {
            self.number(number);
        }
    }

    /// A count. One says nothing in the details: that is the normal case.
    pub(super) fn count(&mut self, count: u32) {
        self.hide(count == 1);
        self.number(count);
    }

    /// Bytes, or segments. None of them says nothing in the details.
    pub(super) fn amount(&mut self, amount: u64) {
        self.hide(amount == 0);
        self.number(amount);
    }

    /// The number of a frame; 0: none. In the details of that frame itself it says nothing.
    pub(super) fn frame(&mut self, frame: u32) {
        if frame != 0 {
            self.hide(frame == self.frame);
            self.number(frame);
        }
    }
}
