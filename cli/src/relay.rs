//! Reads captures in threads of their own, and hands over what is made of them in the order of the captures. Where nobody
//! takes it, reading waits, so that memory stays bounded.

use std::any::Any;
use std::collections::VecDeque;
use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use crate::capture::{Capture, Options, Sink};
use crate::input::{Error, Source};

/// What waits to be taken of a capture, at most.
const WAITING: usize = 2;

/// Why a capture was not read, or not to its end. What was made of it before was handed over.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It could not be read.
    #[error("{name} {error}")]
    Input {
        /// What people call it.
        name: String,
        /// What is wrong with it.
        error: Error,
    },
    /// What was made of it could not be handed over.
    #[error("{name}: {error}")]
    Output {
        /// What people call the capture.
        name: String,
        /// What the sink says.
        error: io::Error,
    },
    /// A defect of synfin.
    #[error("{name}: synfin failed, which is a defect of synfin: {what}")]
    Panic {
        /// What people call the capture.
        name: String,
        /// What the panic says.
        what: String,
    },
}

/// What comes next.
#[derive(Debug)]
pub enum Step<T> {
    /// Something was made of a capture.
    Item(T),
    /// Something is to be said of a capture that can be read all the same: one line.
    Remark(String),
    /// The capture is read, as far as that went.
    End(Result<(), Problem>),
    /// Nothing came in the time given.
    Later,
    /// All captures are read.
    Nothing,
}

/// Where a sink gives what it makes.
#[derive(Debug)]
pub struct Out<T>(SyncSender<Step<T>>);

impl<T> Out<T> {
    /// Hands something over; waits until there is room for it.
    ///
    /// # Errors
    /// When nobody will take it any more.
    pub fn give(&self, item: T) -> io::Result<()> {
        self.0.send(Step::Item(item)).map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }
}

/// Begins to read a capture: its steps come out of this.
type Begin<T> = Box<dyn Fn(Source) -> io::Result<Receiver<Step<T>>> + Send>;

/// Captures that are being read. When it is dropped, reading ends.
pub struct Relay<T> {
    waiting: VecDeque<Source>,
    running: VecDeque<(String, Receiver<Step<T>>)>,
    jobs: usize,
    begin: Begin<T>,
    is_over: Arc<AtomicBool>,
}

impl<T: Send + 'static> Relay<T> {
    /// Reads captures, up to `jobs` at once; without it, as many as there are processors. `make` gives the sink of each.
    pub fn new<S: Sink>(
        sources: Vec<Source>,
        options: Options,
        jobs: Option<usize>,
        make: impl Fn(Out<T>) -> S + Send + Sync + 'static,
    ) -> Relay<T> {
        let is_over = Arc::new(AtomicBool::new(false));
        let (make, watched) = (Arc::new(make), Arc::clone(&is_over));
        let begin = move |source: Source| {
            let (sender, receiver) = sync_channel(WAITING);
            let (make, is_over) = (Arc::clone(&make), Arc::clone(&watched));
            let work = move || read(&source, options, || make(Out(sender.clone())), &sender, &is_over);
            thread::Builder::new().name("synfin".to_string()).spawn(work)?;
            Ok(receiver)
        };
        let jobs = jobs.unwrap_or_else(|| thread::available_parallelism().map_or(1, NonZero::get)).max(1);
        Relay { waiting: sources.into(), running: VecDeque::new(), jobs, begin: Box::new(begin), is_over }
    }

    /// What comes next. Waits for so long.
    pub fn step(&mut self, wait: Duration) -> Step<T> {
        while self.running.len() < self.jobs {
            let Some(source) = self.waiting.pop_front() else { break };
            let name = source.name();
            match (self.begin)(source) {
                Ok(receiver) => self.running.push_back((name, receiver)),
                Err(error) => return Step::End(Err(Problem::Output { name, error })),
            }
        }
        let Some((name, first)) = self.running.front() else { return Step::Nothing };
        let step = match first.recv_timeout(wait) {
            Ok(step) => step,
            Err(RecvTimeoutError::Timeout) => return Step::Later,
            Err(RecvTimeoutError::Disconnected) => {
                Step::End(Err(Problem::Panic { name: name.clone(), what: "its thread is gone".to_string() }))
            }
        };
        if matches!(step, Step::End(_)) {
            self.running.pop_front();
        }
        step
    }
}

impl<T> Drop for Relay<T> {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// Reads a capture, and says how that ended.
fn read<T, S: Sink>(
    source: &Source,
    options: Options,
    make: impl FnOnce() -> S,
    out: &SyncSender<Step<T>>,
    is_over: &AtomicBool,
) {
    let mut remarks = Vec::new();
    let name = source.name();
    let work = AssertUnwindSafe(|| read_all(source, options, &mut make(), &mut remarks, is_over));
    let end = match catch_unwind(work) {
        Ok(Ok(end)) => end.map_err(|error| Problem::Input { name, error }),
        Ok(Err(error)) => Err(Problem::Output { name, error }),
        Err(panic) => Err(Problem::Panic { name, what: said(panic.as_ref()) }),
    };
    // Where nobody listens, nobody need be told.
    for step in remarks.into_iter().map(Step::Remark).chain([Step::End(end)]) {
        if out.send(step).is_err() {
            return;
        }
    }
}

/// Reads a capture into a sink, until nobody wants more of it.
fn read_all(
    source: &Source,
    options: Options,
    sink: &mut impl Sink,
    remarks: &mut Vec<String>,
    is_over: &AtomicBool,
) -> io::Result<Result<(), Error>> {
    let mut frames = match source.frames() {
        Ok(frames) => frames,
        Err(error) => return Ok(Err(error)),
    };
    let mut capture = Capture::new(options);
    let end = loop {
        match frames.next_frame() {
            Ok(Some(frame)) => capture.take(&frame, sink)?,
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
        if is_over.load(Ordering::Relaxed) {
            return Ok(Ok(()));
        }
    };
    capture.finish(sink)?;
    remarks.extend(capture.remarks(&source.name()));
    Ok(end)
}

/// What a panic says.
fn said(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it does not say why".to_string())
}
