//! Writes a capture of a small office network: the files behind the recipes, the pictures and the README's output. The
//! same arguments give the same bytes.
//!
//!     cargo run --example demo -- FILE [HOUR]       one hour, with most of what can happen to a connection in it
//!     cargo run --example demo -- FILE incident     1,000 connections in ten minutes, of which three servers fail some
//!
//! HOUR (0 to 23, default 0) moves the hour, and with it who fails: the database is down from hour 1 on.

mod hour;
mod incident;
mod network;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use clap::Parser;
use network::{Network, pcap};

/// 2026-03-02 08:00:00 UTC.
const START_US: u64 = 1_772_438_400_000_000;
const HOUR_US: u64 = 3_600_000_000;

/// The bytes of the capture of this hour.
pub fn capture(hour: u64) -> Vec<u8> {
    let mut network = Network { frames: Vec::new(), start: START_US + hour * HOUR_US, links: 0 };
    network.one_hour(hour);
    pcap(network.frames)
}

/// The bytes of the capture of an incident.
pub fn incident() -> Vec<u8> {
    let mut network = Network { frames: Vec::new(), start: START_US, links: 0 };
    network.incident();
    pcap(network.frames)
}

/// Which capture.
#[derive(Clone, Copy)]
enum Which {
    Hour(u64),
    Incident,
}

impl FromStr for Which {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Which, Self::Err> {
        if text == "incident" {
            return Ok(Which::Incident);
        }
        text.parse().ok().filter(|hour| *hour < 24).map(Which::Hour).ok_or("an hour from 0 to 23, or the word incident")
    }
}

#[derive(Parser)]
#[command(about = "Writes a capture of a small office network")]
struct Arguments {
    file: PathBuf,
    /// An hour of the day, or `incident`
    #[arg(default_value = "0")]
    which: Which,
}

fn main() -> ExitCode {
    let Arguments { file, which } = Arguments::parse();
    let bytes = match which {
        Which::Hour(hour) => capture(hour),
        Which::Incident => incident(),
    };
    if let Err(error) = fs::write(&file, bytes) {
        eprintln!("{}: {error}", file.display());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
