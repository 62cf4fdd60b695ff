//! Connections on their way into a capture: what each end sends, and the bytes of its frames.

use std::net::Ipv4Addr;

pub const FIN: u8 = 1;
pub const SYN: u8 = 2;
pub const RST: u8 = 4;
pub const PSH: u8 = 8;
pub const ACK: u8 = 16;

const REQUEST: &[u8] = b"GET /index.html HTTP/1.1\r\nHost: web.example\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 12\r\n\r\nGood morning";

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}
pub use Side::{Client, Server};

/// One end: where it is, its next sequence number, and what it acknowledges.
struct End {
    address: Ipv4Addr,
    port: u16,
    next: u32,
    ack: u32,
}

/// A connection on its way into the capture.
pub struct Link<'a> {
    frames: &'a mut Vec<(u64, Vec<u8>)>,
    client: End,
    server: End,
    at: u64,
    /// Half the round trip: what passes between a segment and its answer.
    delay: u64,
}

impl Link<'_> {
    /// Sends a segment that acknowledges all that came before it.
    pub fn send(&mut self, from: Side, flags: u8, payload: &[u8]) -> &mut Self {
        let (own, peer) =
            if from == Client { (&mut self.client, &mut self.server) } else { (&mut self.server, &mut self.client) };
        let frame = frame(own, peer, flags, payload);
        self.frames.push((self.at, frame));
        let taken = payload.len() as u32 + u32::from(flags & SYN != 0) + u32::from(flags & FIN != 0);
        own.next = own.next.wrapping_add(taken);
        peer.ack = own.next;
        self.at += self.delay;
        self
    }

    /// The same again: a retransmission.
    pub fn again(&mut self, from: Side, flags: u8) -> &mut Self {
        let end = if from == Client { &mut self.client } else { &mut self.server };
        end.next = end.next.wrapping_sub(1);
        self.send(from, flags, b"")
    }

    pub fn wait(&mut self, milliseconds: u64) -> &mut Self {
        self.at += milliseconds * 1000;
        self
    }

    pub fn open(&mut self) -> &mut Self {
        self.send(Client, SYN, b"").send(Server, SYN | ACK, b"").send(Client, ACK, b"")
    }

    pub fn request(&mut self) -> &mut Self {
        self.send(Client, PSH | ACK, REQUEST).send(Server, ACK, b"")
    }

    pub fn talk(&mut self) -> &mut Self {
        self.request().wait(3).send(Server, PSH | ACK, ANSWER);
        self.send(Client, ACK, b"")
    }

    /// Four segments; the other side takes its time.
    pub fn close(&mut self, first: Side) -> &mut Self {
        let second = if first == Client { Server } else { Client };
        self.send(first, FIN | ACK, b"").send(second, ACK, b"").wait(2);
        self.send(second, FIN | ACK, b"").send(first, ACK, b"")
    }

    /// Three segments: the other side closes with its acknowledgment.
    pub fn close_at_once(&mut self, first: Side) -> &mut Self {
        let second = if first == Client { Server } else { Client };
        self.send(first, FIN | ACK, b"").send(second, FIN | ACK, b"").send(first, ACK, b"")
    }

    /// A reset that refuses a SYN has sequence number 0.
    pub fn refuse(&mut self) -> &mut Self {
        self.server.next = 0;
        self.send(Server, RST | ACK, b"")
    }
}

/// The ones' complement sum of RFC 1071.
fn checksum(parts: &[&[u8]]) -> u16 {
    let mut sum = 0u32;
    for part in parts {
        for pair in part.chunks(2) {
            sum += u32::from(pair[0]) << 8 | u32::from(pair.get(1).copied().unwrap_or(0));
        }
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}

fn frame(own: &End, peer: &End, flags: u8, payload: &[u8]) -> Vec<u8> {
    // MSS 1460, SACK permitted, window scale 7.
    let options: &[u8] = if flags & SYN == 0 { &[] } else { &[2, 4, 5, 0xb4, 4, 2, 1, 3, 3, 7, 1, 1] };
    let mut tcp = Vec::new();
    tcp.extend(own.port.to_be_bytes());
    tcp.extend(peer.port.to_be_bytes());
    tcp.extend(own.next.to_be_bytes());
    tcp.extend(if flags & ACK == 0 { 0 } else { own.ack }.to_be_bytes());
    tcp.extend([((20 + options.len()) * 4) as u8, flags, 0x01, 0xf6, 0, 0, 0, 0]);
    tcp.extend(options);
    tcp.extend(payload);
    let mut pseudo = Vec::new();
    pseudo.extend(own.address.octets());
    pseudo.extend(peer.address.octets());
    pseudo.extend([0, 6]);
    pseudo.extend((tcp.len() as u16).to_be_bytes());
    let sum = checksum(&[&pseudo, &tcp]);
    tcp[16..18].copy_from_slice(&sum.to_be_bytes());

    let mut ip = vec![0x45, 0];
    ip.extend((20 + tcp.len() as u16).to_be_bytes());
    ip.extend([0, 0, 0x40, 0, 64, 6, 0, 0]);
    ip.extend(own.address.octets());
    ip.extend(peer.address.octets());
    let sum = checksum(&[&ip]);
    ip[10..12].copy_from_slice(&sum.to_be_bytes());

    let mut frame = vec![2, 0];
    frame.extend(peer.address.octets());
    frame.extend([2, 0]);
    frame.extend(own.address.octets());
    frame.extend([8, 0]);
    frame.extend(ip);
    frame.extend(tcp);
    frame
}

pub struct Network {
    pub frames: Vec<(u64, Vec<u8>)>,
    pub start: u64,
    pub links: u32,
}

impl Network {
    /// A connection that begins `at` milliseconds after the hour, with a round trip of `rtt` milliseconds.
    pub fn link(&mut self, at: u64, client: Ipv4Addr, server: Ipv4Addr, port: u16, rtt: u64) -> Link<'_> {
        self.links += 1;
        // Knuth's multiplicative hash: numbers that look like initial sequence numbers and are always the same.
        let isn = |which: u32| (self.links * 2 + which).wrapping_mul(2_654_435_761);
        Link {
            client: End { address: client, port: 49_151 + self.links as u16, next: isn(0), ack: 0 },
            server: End { address: server, port, next: isn(1), ack: 0 },
            at: self.start + at * 1000,
            delay: rtt * 500,
            frames: &mut self.frames,
        }
    }
}

pub fn pcap(mut frames: Vec<(u64, Vec<u8>)>) -> Vec<u8> {
    frames.sort_by_key(|frame| frame.0);
    let mut file = Vec::new();
    for word in [0xa1b2_c3d4, 0x0004_0002, 0, 0, 65_535, 1u32] {
        file.extend(word.to_le_bytes());
    }
    for (at, bytes) in frames {
        let length = bytes.len() as u32;
        for word in [(at / 1_000_000) as u32, (at % 1_000_000) as u32, length, length] {
            file.extend(word.to_le_bytes());
        }
        file.extend(bytes);
    }
    file
}
