//! How far the reading is, on a terminal.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::input::Source;

/// Frames between two looks at the bar.
const FRAMES: u32 = 1 << 14;

/// Files smaller than this are read before a bar is drawn.
const SMALL: u64 = 8 << 20;

/// The progress of all captures.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    read: Arc<AtomicU64>,
}

impl Progress {
    /// Of these; hidden where nobody looks, or where lines go to the same terminal.
    pub fn new(sources: &[Source], is_quiet: bool) -> Progress {
        let sizes: Option<u64> = sources.iter().map(Source::size).sum();
        let is_seen = std::io::stderr().is_terminal() && !std::io::stdout().is_terminal();
        let bar = match sizes {
            Some(size) if is_seen && !is_quiet && size >= SMALL => ProgressBar::new(size),
            _ => ProgressBar::hidden(),
        };
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left")
        {
            bar.set_style(style);
        }
        Progress { bar, read: Arc::default() }
    }

    /// Counts the bytes that are read.
    pub fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read)
    }

    /// After each frame.
    #[inline]
    pub fn look(&self, frame: u32) {
        if frame.is_multiple_of(FRAMES) && !self.bar.is_hidden() {
            self.bar.set_position(self.read.load(Ordering::Relaxed));
        }
    }

    /// Says something, above the bar where there is one.
    pub fn say(&self, line: &str) {
        self.bar.suspend(|| eprintln!("synfin: {line}"));
    }

    /// All is read.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
