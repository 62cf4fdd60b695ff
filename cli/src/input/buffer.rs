//! A window on what is read: the bytes at hand, and more on demand.

use std::io::{self, Read};

/// How many bytes are asked for at once.
const AT_ONCE: usize = 1 << 18;

/// A longer block is taken for damage. Wireshark refuses packets beyond 256 kB, or 128 MB for some links.
pub const LONGEST: usize = 128 << 20;

/// Bytes that were read and not yet used.
pub struct Buffer {
    reader: Box<dyn Read + Send>,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    is_at_end: bool,
}

impl Buffer {
    /// Nothing read yet.
    pub fn new(reader: Box<dyn Read + Send>) -> Buffer {
        Buffer { reader, bytes: vec![0; AT_ONCE], start: 0, end: 0, is_at_end: false }
    }

    /// What is at hand.
    pub fn data(&self) -> &[u8] {
        self.bytes.get(self.start..self.end).unwrap_or_default()
    }

    /// Drops the first `len` bytes: they were used.
    pub fn consume(&mut self, len: usize) {
        self.start = self.start.saturating_add(len).min(self.end);
    }

    /// Reads more, at least a byte. False at the end of all.
    pub fn more(&mut self) -> io::Result<bool> {
        if self.is_at_end {
            return Ok(false);
        }
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end = self.end.saturating_sub(self.start);
            self.start = 0;
        }
        if self.end == self.bytes.len() {
            if self.bytes.len() >= LONGEST {
                return Err(io::Error::from(io::ErrorKind::InvalidData));
            }
            self.bytes.resize(self.bytes.len().saturating_mul(2), 0);
        }
        let room = self.bytes.get_mut(self.end..).unwrap_or_default();
        let read = loop {
            match self.reader.read(room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.is_at_end = read == 0;
        self.end = self.end.saturating_add(read);
        Ok(!self.is_at_end)
    }

    /// Reads until this many bytes are at hand, or all.
    pub fn fill_to(&mut self, len: usize) -> io::Result<()> {
        while self.data().len() < len && self.more()? {}
        Ok(())
    }
}

/// A reader of what is at hand and then of the rest: for a decompressor, after its first bytes were looked at.
impl Read for Buffer {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if self.data().is_empty() && !self.more()? {
            return Ok(0);
        }
        let read = self.data().read(room)?;
        self.consume(read);
        Ok(read)
    }
}
