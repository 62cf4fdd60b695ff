//! Captures, one after the other or several at once.

use std::io;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use super::progress::Progress;
use super::turns::{Turn, Turns};
use super::{CUT, FAILED, READ};
use crate::capture::{Capture, Options, Sink};
use crate::input::{Error, Source};

/// What is to be read.
#[derive(Debug)]
pub struct Work {
    pub sources: Vec<Source>,
    pub options: Options,
    pub jobs: Option<usize>,
    pub is_quiet: bool,
}

impl Work {
    /// Reads all captures into sinks. `make` gives the sink of a capture, from where its lines go and its number. Gives the
    /// exit status.
    pub fn lines<S: Sink>(&self, make: impl Fn(Turn, usize) -> S + Sync) -> io::Result<u8> {
        let turns = Turns::new(self.sources.len());
        let progress = Progress::new(&self.sources, self.is_quiet);
        let (next, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
        let work = || -> io::Result<u8> {
            let mut status = READ;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(source) = self.sources.get(number).filter(|_| !is_over.load(Ordering::Relaxed)) else {
                    return Ok(status);
                };
                let read = self.read(source, &mut make(turns.turn(number), number), &progress);
                let written = read.and_then(|read| turns.finish(number).map(|()| read));
                // Nobody reads what the others would write.
                status = status.max(written.inspect_err(|_| is_over.store(true, Ordering::Relaxed))?);
            }
        };
        let jobs = self.jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get));
        let jobs = jobs.clamp(1, self.sources.len().max(1));
        let status = if jobs == 1 {
            work()
        } else {
            thread::scope(|scope| {
                let running: Vec<_> = (0..jobs).map(|_| scope.spawn(work)).collect();
                let ends = running.into_iter().map(|one| match one.join() {
                    Ok(end) => end,
                    Err(panic) => std::panic::resume_unwind(panic),
                });
                // All have come to their end before the first failure counts.
                ends.collect::<Vec<_>>().into_iter().try_fold(READ, |worst, end| end.map(|status| worst.max(status)))
            })
        };
        progress.finish();
        status
    }

    /// Reads a capture, and says what was wrong with it.
    fn read(&self, source: &Source, sink: &mut impl Sink, progress: &Progress) -> io::Result<u8> {
        let mut capture = Capture::new(self.options);
        let end = match source.frames_counted(progress.counter()) {
            Ok(mut frames) => {
                let end = capture.read(&mut frames, sink, |frame| progress.look(frame.number))?;
                if end.is_err() {
                    sink.cut_short();
                }
                end
            }
            Err(error) => {
                sink.unread()?;
                Err(error)
            }
        };
        for remark in capture.remarks(&source.name()) {
            progress.say(&remark);
        }
        Ok(end.map_or_else(
            |error| {
                progress.say(&format!("{} {error}", source.name()));
                status_of(&error)
            },
            |()| READ,
        ))
    }
}

/// What was read of a capture that ends early is written.
fn status_of(error: &Error) -> u8 {
    if error.is_at_the_end() { CUT } else { FAILED }
}
