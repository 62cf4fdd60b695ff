//! The segment script: a connection in a notation that a network engineer can read. tests/README.md describes it.

mod reader;

use std::collections::BTreeSet;

/// First time stamp of every script, in nanoseconds since the epoch.
pub const EPOCH_NS: i64 = 1_700_000_000_000_000_000;

/// The initial sequence numbers of the left and of the right side.
pub type Isns = [u32; 2];

/// Initial sequence numbers that every script runs with: the picture's, just below the wrap, and at half a turn.
pub const ISNS: [Isns; 4] = [
    [3_691_127_924, 233_779_340],
    [u32::MAX, u32::MAX - 1],
    [u32::MAX - 9, u32::MAX - 300],
    [0x7fff_ffff, 0x8000_0000],
];

/// Left is 10.0.0.1, right 10.0.0.2.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    ToRight,
    ToLeft,
}

/// One segment as it goes over the wire.
#[derive(Clone, Debug)]
pub struct Wire {
    pub direction: Direction,
    pub flags: u16,
    pub seq: u32,
    pub ack: u32,
    pub len: u32,
    pub window: u16,
    pub options: Vec<u8>,
    pub at_ns: Option<i64>,
    /// The identification of IPv4; 0: none.
    pub id: u16,
    /// The TTL of IPv4.
    pub ttl: u8,
    /// Ports of the left and of the right side.
    pub ports: [u16; 2],
    pub stream: u32,
}

impl Wire {
    /// The bytes of its TCP header, without a checksum.
    pub fn header(&self) -> Vec<u8> {
        let [source, destination] = match self.direction {
            Direction::ToRight => self.ports,
            Direction::ToLeft => [self.ports[1], self.ports[0]],
        };
        let mut options = self.options.clone();
        while !options.len().is_multiple_of(4) {
            options.push(1);
        }
        let mut bytes = Vec::with_capacity(20 + options.len());
        bytes.extend(source.to_be_bytes());
        bytes.extend(destination.to_be_bytes());
        bytes.extend(self.seq.to_be_bytes());
        bytes.extend(self.ack.to_be_bytes());
        let words = u16::try_from(5 + options.len() / 4).unwrap();
        bytes.extend((words << 12 | self.flags).to_be_bytes());
        bytes.extend(self.window.to_be_bytes());
        bytes.extend([0; 4]);
        bytes.extend(options);
        bytes
    }
}

/// What a row says must hold. `None` in an option of an option: the field must be absent.
#[derive(Clone, Default, Debug)]
pub struct Expect {
    /// (field without `synfin.`, its values joined with `,`), in the final pass.
    pub fields: Vec<(String, Option<String>)>,
    /// The same in the first pass.
    pub first: Vec<(String, Option<String>)>,
    /// All expert items of the segment in the final pass, when the row names them.
    pub experts: Option<BTreeSet<String>>,
}

#[derive(Clone, Debug)]
pub struct Row {
    pub text: String,
    pub wire: Wire,
    pub expect: Expect,
}

#[derive(Clone, Default, Debug)]
pub struct Script {
    pub rows: Vec<Row>,
    /// What must hold of the connection at the end, on its last segment: (stream, field, value).
    pub ends: Vec<(u32, String, Option<String>)>,
    /// Not for tshark: a length or a time that no packet can have, or several streams told by hand.
    pub core_only: bool,
    /// Wireshark may make several streams of it.
    pub splits: bool,
    pub rebase: bool,
    /// It holds with the roles exchanged as well: the right host opens, and all else is as it stands.
    pub either: bool,
    /// This is that reading of it.
    pub is_turned: bool,
}

/// Reads a script with these initial numbers.
pub fn parse(text: &str, isns: Isns) -> Script {
    reader::read(text, isns, false)
}

/// The same with the roles exchanged.
pub fn parse_turned(text: &str, isns: Isns) -> Script {
    reader::read(text, isns, true)
}
