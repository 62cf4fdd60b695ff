//! The output of captures that are read at the same time: in the order of the captures, each whole.

use std::io::{self, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tempfile::SpooledTempFile;

/// What waits for its turn in memory; beyond that in a temporary file.
const IN_MEMORY: usize = 16 << 20;

/// What is written at once.
const AT_ONCE: usize = 1 << 16;

/// Who may write.
#[derive(Debug)]
pub struct Turns {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Whose turn it is.
    current: usize,
    all: Vec<Writer>,
}

#[derive(Debug)]
struct Writer {
    /// What waits for its turn.
    waiting: SpooledTempFile,
    is_done: bool,
}

impl Writer {
    fn new() -> Writer {
        Writer { waiting: SpooledTempFile::new(IN_MEMORY), is_done: false }
    }

    /// Writes what waited.
    fn pour(&mut self) -> io::Result<()> {
        if self.waiting.stream_position()? > 0 {
            self.waiting.seek(SeekFrom::Start(0))?;
            io::copy(&mut self.waiting, &mut io::stdout().lock())?;
            self.waiting = SpooledTempFile::new(IN_MEMORY);
        }
        Ok(())
    }
}

impl Turns {
    /// For so many writers.
    pub fn new(count: usize) -> Arc<Turns> {
        let all = (0..count).map(|_| Writer::new()).collect();
        Arc::new(Turns { state: Mutex::new(State { current: 0, all }) })
    }

    /// What the writer with this number writes to.
    pub fn turn(self: &Arc<Self>, number: usize) -> Turn {
        Turn { turns: Arc::clone(self), number, buffer: Vec::with_capacity(AT_ONCE) }
    }

    /// A writer has written all: the next one has his turn.
    pub fn finish(&self, number: usize) -> io::Result<()> {
        let mut state = self.lock();
        if let Some(writer) = state.all.get_mut(number) {
            writer.is_done = true;
        }
        loop {
            let current = state.current;
            let Some(writer) = state.all.get_mut(current).filter(|writer| writer.is_done) else { break };
            writer.pour()?;
            state.current = current.saturating_add(1);
        }
        io::stdout().lock().flush()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one writes: at once where it is his turn.
#[derive(Debug)]
pub struct Turn {
    turns: Arc<Turns>,
    number: usize,
    buffer: Vec<u8>,
}

impl Turn {
    fn empty(&mut self) -> io::Result<()> {
        let mut state = self.turns.lock();
        let is_current = state.current == self.number;
        let Some(writer) = state.all.get_mut(self.number) else { return Ok(()) };
        if is_current {
            writer.pour()?;
            // It stays his turn until he is done: the others need not wait.
            drop(state);
            io::stdout().lock().write_all(&self.buffer)?;
        } else {
            writer.waiting.write_all(&self.buffer)?;
        }
        self.buffer.clear();
        Ok(())
    }
}

impl Write for Turn {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= AT_ONCE {
            self.empty()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.empty()?;
        io::stdout().lock().flush()
    }
}
