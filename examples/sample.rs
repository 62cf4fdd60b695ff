//! Writes the sample capture: a handshake and a teardown with the numbers of the picture in the README.
//!
//!     cargo run --quiet --example sample -- FILE
//!
//! Between the picture's two halves lie 1.4 GB one way and 1.8 GB the other: a sample of that size helps nobody. So
//! they are two connections here, one that is still open when the capture ends and one that was open when it began.

#[path = "../tests/common/mod.rs"]
mod common;

use std::path::PathBuf;

use clap::Parser;
use common::packets::{Packet, Wrap, write};
use common::script;

/// C is the client's initial sequence number, S the server's.
const HANDSHAKE: &str = "
ports 51234 443
  | > S  C            <mss:1460,hex:01,hex:01,sack,hex:01,wscale:7>
  | < S. S    ack C+1 <mss:1460,hex:01,hex:01,sack,hex:01,wscale:7> @0.012
  | > .  C+1  ack S+1 @0.0001
  | > P. C+1  ack S+1 len 517
  | < .  S+1  ack C+518 @0.012
  | < P. S+1  ack C+518 len 1380 @0.002
  | > .  C+518 ack S+1381 @0.0001
";

const TEARDOWN: &str = "
ports 51199 443
let X = 822643295, Y = 2079380537
  | < P. Y-1380 ack X-74 len 1380
  | > .  X-74 ack Y @0.0001
  | > P. X-74 ack Y len 74 @0.3
  | < .  Y    ack X @0.012
  | > F. X    ack Y @0.5
  | < .  Y    ack X+1 @0.012
  | < F. Y    ack X+1 @0.004
  | > .  X+1  ack Y+1 @0.0001
";

#[derive(Parser)]
#[command(about = "Writes the sample capture")]
struct Arguments {
    file: PathBuf,
}

fn main() {
    let Arguments { file } = Arguments::parse();
    let mut packets: Vec<Packet> = Vec::new();
    for (text, seconds_later) in [(HANDSHAKE, 0), (TEARDOWN, 3)] {
        let script = script::parse(text, script::ISNS[0]);
        packets.extend(script.rows.iter().map(|row| {
            let mut packet = Wrap::Ipv4.packet(&row.wire);
            packet.at_ns += seconds_later * 1_000_000_000;
            packet
        }));
    }
    write(&file, Wrap::Ipv4.link(), &packets);
}
