//! Reads a capture as the command `synfin` does, up to a stage: `bench-command STAGE FILE`. What a stage costs is the
//! difference to the one before.

use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};
use synfin_cli::capture::{Capture, Options, Sink};
use synfin_cli::input::Source;
use synfin_cli::layers::{Content, Layers};
use synfin_cli::output::JsonLines;
use synfin_core::view::ConnectionView;
use synfin_core::words::language::Language;

/// Bytes in front of a frame in a pcap file: its time and lengths; and bytes of its headers that are touched.
const RECORD: usize = 16;
const HEADERS: usize = 54;

/// The least that can be done: the file is read, and each frame's headers are touched once.
fn floor(path: &Path) -> Result<u64, Box<dyn Error>> {
    let (mut file, mut buffer, mut kept, mut sum) = (File::open(path)?, vec![0_u8; 1 << 18], 0, 0_u64);
    let mut at = 24;
    let mut header = [0; 4];
    file.read_exact(&mut header)?;
    file.seek(SeekFrom::Start(0))?;
    let number = if header[0] == 0xa1 { u32::from_be_bytes } else { u32::from_le_bytes };
    loop {
        let read = file.read(&mut buffer[kept..])?;
        if read == 0 {
            return Ok(sum);
        }
        let end = kept + read;
        while at + RECORD <= end {
            let record = &buffer[at..at + RECORD];
            let len = number([record[8], record[9], record[10], record[11]]) as usize;
            if at + RECORD + len > end {
                break;
            }
            let headers = &buffer[at + RECORD..at + RECORD + len.min(HEADERS)];
            sum = headers.iter().fold(sum, |sum, byte| sum.wrapping_add(u64::from(*byte)));
            at += RECORD + len;
        }
        buffer.copy_within(at.min(end)..end, 0);
        kept = end - at.min(end);
        at = at.saturating_sub(end);
    }
}

/// Takes connections and does nothing with them.
struct Nothing(u64);

impl Sink for Nothing {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        self.0 += u64::from(connection.stream);
        Ok(())
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Stage {
    /// The file is read, and each frame's headers are touched once
    Floor,
    /// The frames are told apart
    Read,
    /// Their layers are read
    Parse,
    /// The connections are followed
    Track,
    /// The log is written, to nowhere
    Write,
}

#[derive(Parser)]
#[command(about = "Reads a capture as the command synfin does, up to a stage")]
struct Arguments {
    stage: Stage,
    file: PathBuf,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Arguments { stage, file } = Arguments::parse();
    let mut frames = Source::of(&file).frames()?;
    let mut sum = 0_u64;
    match stage {
        Stage::Floor => sum = floor(&file)?,
        Stage::Read => {
            while let Some(frame) = frames.next_frame()? {
                sum += u64::from(frame.number) ^ frame.bytes.len() as u64;
            }
        }
        Stage::Parse => {
            let mut layers = Layers::default();
            while let Some(frame) = frames.next_frame()? {
                if let Content::Tcp(packet) = layers.look(&frame) {
                    sum += u64::from(packet.wire_len);
                }
            }
        }
        Stage::Track => {
            let mut nothing = Nothing(0);
            Capture::new(Options::default()).read(&mut frames, &mut nothing, |_| ())??;
            sum = nothing.0;
        }
        Stage::Write => {
            let mut lines = JsonLines::new(io::sink(), Language::English);
            Capture::new(Options::default()).read(&mut frames, &mut lines, |_| ())??;
        }
    }
    println!("{sum}");
    Ok(())
}
