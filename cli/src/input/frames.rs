//! One frame after the other.

use synfin_core::segment::Timestamp;

use super::Error;
use super::buffer::{Buffer, LONGEST};
use super::formats::{Format, Step};

/// A frame of a capture.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its number, from 1.
    pub number: u32,
    /// When it was captured, where that is known.
    pub at: Option<Timestamp>,
    /// What its first bytes are: a number of <https://www.tcpdump.org/linktypes.html>.
    pub link: u32,
    /// How many bytes it had on the wire.
    pub wire_len: u32,
    /// What was captured of it.
    pub bytes: &'a [u8],
}

/// The frames of a capture, to its end.
pub struct Frames {
    buffer: Buffer,
    format: Format,
    /// Bytes of the frame given last.
    used: usize,
    count: u32,
    bytes_read: u64,
}

impl Frames {
    /// Begins behind the header of a capture.
    pub(super) fn new(mut buffer: Buffer) -> Result<Frames, Error> {
        loop {
            match Format::recognize(buffer.data()) {
                Some((format, used)) => {
                    buffer.consume(used);
                    let bytes_read = u64::try_from(used).unwrap_or(0);
                    return Ok(Frames { buffer, format, used: 0, count: 0, bytes_read });
                }
                None if Format::may_be(buffer.data()) => {
                    if !buffer.more().map_err(|error| Error::Read { after: 0, error })? {
                        return Err(if buffer.data().is_empty() {
                            Error::NotACapture
                        } else {
                            Error::Cut { after: 0 }
                        });
                    }
                }
                None => return Err(Error::NotACapture),
            }
        }
    }

    /// How many frames were given.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.count
    }

    /// How many bytes of the capture were gone through, before any compression.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The next frame; none at the end.
    ///
    /// # Errors
    /// When the capture is cut off or damaged here: there is nothing after it.
    pub fn next_frame(&mut self) -> Result<Option<Frame<'_>>, Error> {
        let found = loop {
            self.buffer.consume(self.used);
            self.bytes_read = self.bytes_read.saturating_add(u64::try_from(self.used).unwrap_or(0));
            self.used = 0;
            match self.format.step(self.buffer.data()) {
                Step::Frame(found, used) => {
                    self.used = used;
                    break found;
                }
                Step::Other(used) => self.used = used,
                Step::Unfinished => {
                    if !self.more()? {
                        return Ok(None);
                    }
                }
                Step::Wrong(what) => return Err(Error::Damaged { after: self.count, what }),
            }
        };
        let Some(number) = self.count.checked_add(1) else {
            return Err(Error::Damaged { after: self.count, what: "it has more than 4,294,967,295 frames" });
        };
        self.count = number;
        let bytes = self.buffer.data().get(found.bytes).unwrap_or_default();
        Ok(Some(Frame { number, at: found.at, link: found.link, wire_len: found.wire_len, bytes }))
    }

    /// Reads on in the middle of a block. False where there is nothing left.
    fn more(&mut self) -> Result<bool, Error> {
        if self.buffer.data().len() >= LONGEST {
            return Err(Error::Damaged { after: self.count, what: "a block is longer than 128 MB" });
        }
        match self.buffer.more() {
            Ok(true) => Ok(true),
            Ok(false) if self.buffer.data().is_empty() => Ok(false),
            Ok(false) => Err(Error::Cut { after: self.count }),
            Err(error) => Err(Error::Read { after: self.count, error }),
        }
    }
}
