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
use std::process::ExitCode;

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

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(file) = arguments.next() else {
        eprintln!("usage: demo FILE [HOUR | incident]");
        return ExitCode::FAILURE;
    };
    let bytes = match arguments.next().as_deref() {
        Some("incident") => incident(),
        hour => capture(hour.and_then(|text| text.parse().ok()).unwrap_or(0).min(23)),
    };
    if let Err(error) = fs::write(&file, bytes) {
        eprintln!("{file}: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
