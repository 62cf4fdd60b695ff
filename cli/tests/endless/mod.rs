//! A capture that is made while it is read: connections that open, ask, answer and close, and some that are refused or not
//! answered; a hundred at a time. Its frames are cut behind their headers, as people capture what has no end, or whole.

use std::io::Read;

/// How many connections go on at a time.
const AT_ONCE: u64 = 100;

const FIN: u8 = 1;
const SYN: u8 = 2;
const RST: u8 = 4;
const ACK: u8 = 16;

/// Whether the client sends it, flags, sequence and acknowledgment numbers past the initial ones, bytes of payload.
type Row = (bool, u8, u32, u32, u16);

const WHOLE: &[Row] = &[
    (true, SYN, 0, 0, 0),
    (false, SYN | ACK, 0, 1, 0),
    (true, ACK, 1, 1, 0),
    (true, ACK, 1, 1, 100),
    (false, ACK, 1, 101, 0),
    (false, ACK, 1, 101, 400),
    (true, ACK, 101, 401, 0),
    (true, ACK, 101, 401, 100),
    (false, ACK, 401, 201, 400),
    (true, ACK, 201, 801, 0),
    (true, FIN | ACK, 201, 801, 0),
    (false, FIN | ACK, 801, 202, 0),
    (true, ACK, 202, 802, 0),
];
const REFUSED: &[Row] = &[(true, SYN, 0, 0, 0), (false, RST | ACK, 0, 1, 0)];
const SILENT: &[Row] = &[(true, SYN, 0, 0, 0)];

/// A capture of so many frames.
pub struct Endless {
    left: u64,
    /// Microseconds between frames.
    between_us: u64,
    frame: u64,
    /// The connections that go on: number, and the next row.
    open: Vec<(u64, usize)>,
    begun: u64,
    /// Whether frames are captured with their payload, and the server's segments are full.
    is_whole: bool,
    bytes: Vec<u8>,
    used: usize,
}

/// Bytes of payload of a server's segment, in the table above.
const ANSWER: u32 = 400;
/// Bytes of a full segment on an Ethernet.
const FULL: u32 = 1448;

/// A number in the server's direction of a capture of whole frames, or the payload of its segment.
fn full(number: u32) -> u32 {
    number + number / ANSWER * (FULL - ANSWER)
}

impl Endless {
    pub fn new(frames: u64, between_us: u64) -> Endless {
        let mut header = 0xa1b2_3c4d_u32.to_le_bytes().to_vec();
        header.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0]);
        Endless {
            left: frames,
            between_us,
            frame: 0,
            open: Vec::new(),
            begun: 0,
            is_whole: false,
            bytes: header,
            used: 0,
        }
    }

    /// The same with whole frames, as large as they come: 320 bytes each, in the mean.
    pub fn whole(frames: u64, between_us: u64) -> Endless {
        Endless { is_whole: true, ..Endless::new(frames, between_us) }
    }

    fn rows(number: u64) -> &'static [Row] {
        match number % 10 {
            3 => REFUSED,
            7 => SILENT,
            _ => WHOLE,
        }
    }

    /// Another frame behind what is at hand.
    fn make(&mut self) {
        let slot = usize::try_from(self.frame % AT_ONCE).expect("small");
        if slot >= self.open.len() {
            self.open.push((self.begun, 0));
            self.begun += 1;
        }
        let (number, row) = self.open[slot];
        let rows = Endless::rows(number);
        let (is_to_server, flags, seq, ack, len) = rows[row];
        self.open[slot] = if row + 1 < rows.len() {
            (number, row + 1)
        } else {
            self.begun += 1;
            (self.begun - 1, 0)
        };
        let at_ns = 1_700_000_000_000_000_000 + self.frame * self.between_us * 1_000;
        self.frame += 1;
        self.left -= 1;
        let number = u32::try_from(number % (1 << 32)).expect("32 bits");
        // A client of its own for every 2^16 connections: none comes again soon.
        let client = ([10, (number >> 24) as u8, (number >> 16) as u8, 1], 1024 + (number & 0x7fff) as u16);
        let server = ([192, 0, 2, 1 + (number >> 15 & 1) as u8], 80_u16);
        let ((source, from), (destination, to)) = if is_to_server { (client, server) } else { (server, client) };
        let isn = |of_client: bool| number.wrapping_mul(2_654_435_761).wrapping_add(u32::from(of_client) << 30);
        let (mut seq, mut ack, mut len) = (seq, ack, u32::from(len));
        if self.is_whole && is_to_server {
            ack = full(ack);
        } else if self.is_whole {
            (seq, len) = (full(seq), full(len));
        }
        let seq = isn(is_to_server).wrapping_add(seq);
        let ack = if flags & ACK == 0 { 0 } else { isn(!is_to_server).wrapping_add(ack) };
        let frame_len = 14 + 20 + 20 + len;
        let captured = if self.is_whole { frame_len } else { 54 };
        let out = &mut self.bytes;
        for word in [(at_ns / 1_000_000_000) as u32, (at_ns % 1_000_000_000) as u32, captured, frame_len] {
            out.extend(word.to_le_bytes());
        }
        out.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]);
        out.extend([0x45, 0]);
        out.extend(((40 + len) as u16).to_be_bytes());
        out.extend(((self.frame % 65_535 + 1) as u16).to_be_bytes());
        out.extend([0x40, 0, 64, 6, 0, 0]);
        out.extend(source);
        out.extend(destination);
        out.extend(from.to_be_bytes());
        out.extend(to.to_be_bytes());
        out.extend(seq.to_be_bytes());
        out.extend(ack.to_be_bytes());
        out.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        out.resize(out.len() + (captured - 54) as usize, 0);
    }
}

impl Read for Endless {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        if self.used == self.bytes.len() {
            self.bytes.clear();
            self.used = 0;
            while self.left > 0 && self.bytes.len() < 1 << 16 {
                self.make();
            }
        }
        let len = room.len().min(self.bytes.len() - self.used);
        room[..len].copy_from_slice(&self.bytes[self.used..self.used + len]);
        self.used += len;
        Ok(len)
    }
}
