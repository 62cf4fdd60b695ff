//! The command `synfin`: the connections of capture files, without Wireshark.

#![forbid(unsafe_code)]

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use synfin_cli::capture::{Capture, Options};
use synfin_cli::input::{Error, Source};
use synfin_cli::output;
use synfin_cli::streams::Series;
use synfin_core::words::language::Language;

/// TCP connections of capture files: how each was opened, how it was closed, and what went wrong.
#[derive(Parser)]
#[command(name = "synfin", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A line of JSON for each connection.
    Conns(Conns),
}

#[derive(clap::Args)]
struct Conns {
    /// Captures: pcap or pcapng, also compressed with gzip or zstd; `-` is the standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Number the streams as this series of Wireshark does.
    #[arg(long, value_name = "SERIES", default_value_t)]
    wireshark: Series,
}

/// Everything was read and written.
const READ: u8 = 0;
/// A file could not be read, or the output not be written.
const FAILED: u8 = 1;
/// A capture ends early or is damaged: what was read of it is written.
const CUT: u8 = 3;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let status = match arguments.command {
        Command::Conns(conns) => conns.run(),
    };
    ExitCode::from(status.unwrap_or_else(|error| {
        // Whoever reads has had enough, as `head` does: nothing is wrong.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return READ;
        }
        eprintln!("synfin: the output could not be written: {error}");
        FAILED
    }))
}

impl Conns {
    fn run(&self) -> io::Result<u8> {
        let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        let mut status = READ;
        for file in &self.files {
            let source = Source::of(file);
            let mut capture = Capture::new(Options { series: self.wireshark, ..Options::default() });
            let read = source.frames().and_then(|mut frames| capture.read(&mut frames, |_| ()));
            for connection in capture.connections() {
                output::json_line(&mut out, &connection, Language::English)?;
            }
            if capture.unknown().frames() > 0 {
                eprintln!("synfin: {}: layers that it does not know: {}", source.name(), capture.unknown());
            }
            if let Err(error) = read {
                eprintln!("synfin: {} {error}", source.name());
                status = status.max(status_of(&error));
            }
        }
        out.flush()?;
        Ok(status)
    }
}

/// Failed is worse than cut.
fn status_of(error: &Error) -> u8 {
    if error.is_at_the_end() { CUT } else { FAILED }
}
