//! Capture files and pipes: bytes in, frames out.

mod buffer;
mod formats;
mod frames;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use buffer::Buffer;
pub use frames::{Frame, Frames};

/// Bytes that compressed files begin with.
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Why a capture could not be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It could not be opened.
    #[error("cannot be opened: {0}")]
    Open(io::Error),
    /// Reading failed; a damaged compressed file is one case.
    #[error("could not be read on after frame {after}: {error}")]
    Read {
        /// The last frame that was read.
        after: u32,
        /// What the system or the decompressor says.
        error: io::Error,
    },
    /// It is neither pcap nor pcapng.
    #[error("is not a capture file: neither pcap nor pcapng (also not after gzip or zstd)")]
    NotACapture,
    /// It ends in the middle of a frame.
    #[error("ends in the middle of a frame, after frame {after}")]
    Cut {
        /// The last frame that was read.
        after: u32,
    },
    /// What should be a frame is none.
    #[error("is damaged after frame {after}: {what}")]
    Damaged {
        /// The last frame that was read.
        after: u32,
        /// What is wrong.
        what: &'static str,
    },
}

impl Error {
    /// Whether frames may have been read before it: what was read counts.
    #[must_use]
    pub fn is_at_the_end(&self) -> bool {
        !matches!(self, Error::Open(_) | Error::NotACapture)
    }
}

/// Where a capture comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// A file.
    File(PathBuf),
    /// The standard input.
    Stdin,
}

impl Source {
    /// `-` is the standard input.
    #[must_use]
    pub fn of(argument: &Path) -> Source {
        if argument.as_os_str() == "-" { Source::Stdin } else { Source::File(argument.to_path_buf()) }
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Source::File(path) => path.display().to_string(),
            Source::Stdin => "standard input".to_string(),
        }
    }

    /// How many bytes it has, where that is known.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        match self {
            Source::File(path) => path.metadata().ok().filter(std::fs::Metadata::is_file).map(|file| file.len()),
            Source::Stdin => None,
        }
    }

    /// Opens it, and finds the first frame.
    ///
    /// # Errors
    /// When it cannot be opened, or is no capture.
    pub fn frames(&self) -> Result<Frames, Error> {
        self.frames_counted(Arc::default())
    }

    /// The same. `read` counts the bytes that are read of it, compressed as they are.
    ///
    /// # Errors
    /// When it cannot be opened, or is no capture.
    pub fn frames_counted(&self, read: Arc<AtomicU64>) -> Result<Frames, Error> {
        let reader: Box<dyn Read + Send> = match self {
            Source::File(path) => {
                let file = File::open(path).map_err(Error::Open)?;
                if file.metadata().map_err(Error::Open)?.is_dir() {
                    return Err(Error::Open(io::Error::from(io::ErrorKind::IsADirectory)));
                }
                Box::new(file)
            }
            Source::Stdin => Box::new(io::stdin()),
        };
        frames(Box::new(CountingReader { reader, read }))
    }
}

/// Counts what is read.
struct CountingReader {
    reader: Box<dyn Read + Send>,
    read: Arc<AtomicU64>,
}

impl Read for CountingReader {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let len = self.reader.read(room)?;
        self.read.fetch_add(u64::try_from(len).unwrap_or(0), Ordering::Relaxed);
        Ok(len)
    }
}

/// The frames of what this reads: a capture, compressed or not.
///
/// # Errors
/// When it is no capture.
pub fn frames(reader: Box<dyn Read + Send>) -> Result<Frames, Error> {
    let mut buffer = Buffer::new(reader);
    let fail = |error| Error::Read { after: 0, error };
    buffer.fill_to(ZSTD.len()).map_err(fail)?;
    if buffer.data().starts_with(&GZIP) {
        buffer = Buffer::new(Box::new(flate2::read::MultiGzDecoder::new(buffer)));
    } else if buffer.data().starts_with(&ZSTD) {
        buffer = Buffer::new(Box::new(zstd::Decoder::new(buffer).map_err(fail)?));
    }
    Frames::new(buffer)
}
