//! Zeek's view of a connection: `conn_state` and `history`, with our client as Zeek's originator.
//!
//! Zeek keeps one state for each endpoint that only its own segments move, and the states of both at the end make
//! the `conn_state` (Zeek manual, "conn.log"; `base/protocols/conn/main.zeek`). Timeouts are left out.

use super::known::{Known, Name};
use super::segment::{Flags, Segment};
use super::seq::Seq;
use super::side::{Both, Side};

/// Zeek's state of one endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
enum Endpoint {
    /// Nothing seen of it.
    #[default]
    Inactive,
    SynSent,
    SynAckSent,
    /// Seen, but not from its start.
    Partial,
    Established,
    /// It sent a FIN.
    Closed,
    /// It sent a RST.
    Reset,
}

/// A letter of the history with its meaning; small ones are the responder's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
enum Letter {
    Syn,
    SynAck,
    Ack,
    Data,
    Fin,
    Reset,
    /// FIN and RST in one segment.
    Inconsistent,
    /// Another pair of SYN, FIN and RST in one segment.
    Queer,
}

const LETTERS: [u8; 8] = *b"SHADFRIQ";

/// Entries kept of a history. Zeek has no limit; a hostile capture could make one of any length, shown on each of as
/// many segments.
pub const HISTORY_MAX: usize = 128;

/// Entries that fit into the packed word; four bits each.
const PACKED: usize = 16;

/// Where an entry of the packed word begins.
const fn shift(index: usize) -> u32 {
    (index as u32).wrapping_mul(4)
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Track {
    state: Endpoint,
    previous: Endpoint,
    /// Which one-time letters were given: bit of [`Letter`].
    given: u8,
}

/// Zeek's view, fed with every segment of the connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct View {
    packed: u64,
    tracks: Both<Track>,
    count: u8,
}

impl View {
    /// Takes a segment in.
    pub fn observe(&mut self, known: &mut Known, side: Side, segment: &Segment) {
        self.update_history(known, side, segment);
        self.update_state(side, segment);
    }

    /// Whether a segment without SYN, FIN and RST may change anything: the state of its sender, or the history.
    pub fn is_news(&self, side: Side, has_payload: bool) -> bool {
        let letter = if has_payload { Letter::Data } else { Letter::Ack };
        let track = &self.tracks[side];
        track.state == Endpoint::Inactive || track.given & 1 << letter as u8 == 0
    }

    /// The sides turn out to be the other way round.
    pub fn swap(&mut self, known: &mut Known) {
        self.tracks.swap();
        for nibble in 0..PACKED.min(usize::from(self.count)) {
            self.packed ^= 8_u64.wrapping_shl(shift(nibble));
        }
        if usize::from(self.count) > PACKED {
            for entry in &mut known.rare_mut().letters {
                *entry ^= 8;
            }
        }
    }

    fn push(&mut self, known: &mut Known, side: Side, letter: Letter) {
        let entry = letter as u8 | if side == Side::Server { 8 } else { 0 };
        let index = usize::from(self.count);
        if index >= HISTORY_MAX {
            return;
        }
        if index < PACKED {
            self.packed |= u64::from(entry).wrapping_shl(shift(index));
        } else {
            known.rare_mut().letters.push(entry);
        }
        self.count = self.count.saturating_add(1);
    }

    /// Adds a letter the first time. Zeek remembers a SYN and a SYN-ACK of one endpoint as the same event.
    fn first_time(&mut self, known: &mut Known, side: Side, letter: Letter) -> bool {
        let event = if letter == Letter::SynAck { Letter::Syn } else { letter };
        let bit = 1 << event as u8;
        let given = &mut self.tracks[side].given;
        let first = *given & bit == 0;
        *given |= bit;
        if first {
            self.push(known, side, letter);
        }
        first
    }

    /// Adds a letter the first time, and again when its number is another than the last one's.
    fn numbered(&mut self, known: &mut Known, side: Side, letter: Letter, last: Name, number: Seq) {
        if !self.first_time(known, side, letter) && !known.is(side, last, number) {
            self.push(known, side, letter);
        }
        known.set(side, last, number);
    }

    fn update_history(&mut self, known: &mut Known, side: Side, segment: &Segment) {
        let flags = segment.flags;
        let (syn, fin, rst) = (flags.has(Flags::SYN), flags.has(Flags::FIN), flags.has(Flags::RST));
        match (syn, fin, rst) {
            (false, false, false) => {
                if segment.payload_len > 0 {
                    self.first_time(known, side, Letter::Data);
                } else if flags.has(Flags::ACK) {
                    self.first_time(known, side, Letter::Ack);
                }
            }
            (true, false, false) => {
                let letter = if flags.has(Flags::ACK) { Letter::SynAck } else { Letter::Syn };
                self.numbered(known, side, letter, Name::LetterSyn, segment.seq);
            }
            (false, true, false) => {
                self.numbered(known, side, Letter::Fin, Name::LetterFin, segment.payload_end());
            }
            (false, false, true) => self.numbered(known, side, Letter::Reset, Name::LetterRst, segment.seq),
            (_, true, true) => {
                self.first_time(known, side, Letter::Inconsistent);
            }
            (true, _, _) => {
                self.first_time(known, side, Letter::Queer);
            }
        }
    }

    fn set(&mut self, side: Side, state: Endpoint) {
        let track = &mut self.tracks[side];
        if track.state != state {
            track.previous = track.state;
            track.state = state;
        }
    }

    fn update_state(&mut self, side: Side, segment: &Segment) {
        let flags = segment.flags;
        match self.tracks[side].state {
            Endpoint::Inactive => self.leave_inactive(side, segment),
            Endpoint::SynSent | Endpoint::SynAckSent => {
                if flags.has(Flags::FIN) {
                    self.set(side, Endpoint::Closed);
                }
                if flags.has(Flags::RST) {
                    self.set(side, Endpoint::Reset);
                }
            }
            Endpoint::Partial | Endpoint::Established => self.leave_established(side, flags),
            Endpoint::Closed => {
                if flags.has(Flags::RST) && self.tracks[side.peer()].state != Endpoint::Closed {
                    self.set(side, Endpoint::Reset);
                }
            }
            Endpoint::Reset => {}
        }
    }

    fn leave_inactive(&mut self, side: Side, segment: &Segment) {
        let flags = segment.flags;
        let peer = side.peer();
        if flags.has(Flags::SYN) {
            if side == Side::Client {
                let ack = flags.has(Flags::ACK);
                // A SYN captured behind its SYN-ACK: Zeek turns the connection round and takes it for established.
                let late = !ack && self.tracks[peer].state == Endpoint::Established;
                self.set(
                    side,
                    match (late, ack) {
                        (true, _) => Endpoint::Established,
                        (false, true) => Endpoint::SynAckSent,
                        (false, false) => Endpoint::SynSent,
                    },
                );
            } else {
                if self.tracks[peer].state == Endpoint::SynSent {
                    self.set(peer, Endpoint::Established);
                }
                self.set(side, Endpoint::Established);
            }
        }
        if flags.has(Flags::FIN) {
            self.set(side, Endpoint::Closed);
        }
        if flags.has(Flags::RST) {
            self.set(side, Endpoint::Reset);
        }
        if self.tracks[side].state != Endpoint::Inactive {
            return;
        }
        let early_ack =
            side == Side::Server && segment.payload_len == 0 && self.tracks.client.state == Endpoint::SynSent;
        if early_ack {
            // A server that acknowledges a SYN before its own: not yet a part of the connection.
        } else if flags.has(Flags::ACK) && self.tracks[peer].state == Endpoint::Established {
            self.set(side, Endpoint::Established);
        } else {
            self.set(side, Endpoint::Partial);
        }
    }

    fn leave_established(&mut self, side: Side, flags: Flags) {
        let peer = side.peer();
        if flags.has(Flags::SYN)
            && !flags.has(Flags::ACK)
            && self.tracks[side].state == Endpoint::Partial
            && self.tracks[peer].state == Endpoint::Inactive
        {
            self.set(side, Endpoint::SynSent);
        }
        if flags.has(Flags::FIN) && !flags.has(Flags::RST) {
            self.set(side, Endpoint::Closed);
            if self.tracks[peer].state == Endpoint::Reset && self.tracks[peer].previous == Endpoint::Closed {
                // A FIN and then a RST, answered with a FIN, is a normal end after all.
                self.set(peer, Endpoint::Closed);
            }
        }
        if flags.has(Flags::RST) {
            self.set(side, Endpoint::Reset);
        }
    }

    fn entries(&self, known: &Known) -> impl Iterator<Item = u8> {
        let packed = (0..PACKED.min(usize::from(self.count))).map(|i| self.packed.wrapping_shr(shift(i)) as u8 & 0xf);
        let letters = known.rare().map_or(&[][..], |rare| &rare.letters);
        packed.chain(letters.iter().copied())
    }

    /// Gives the letters of the history, without the `^` of a connection whose first segment was the server's.
    pub fn history(&self, known: &Known, mut push: impl FnMut(u8)) {
        for entry in self.entries(known) {
            let Some(&letter) = LETTERS.get(usize::from(entry & 7)) else { continue };
            push(if entry & 8 == 0 { letter } else { letter.to_ascii_lowercase() });
        }
    }

    /// Whether the history begins with the client's SYN and has its RST, with nothing else of the client but data
    /// before it: what Zeek asks for `RSTOS0`.
    fn is_syn_then_rst(&self, known: &Known) -> bool {
        let mut entries = self.entries(known);
        if entries.next() != Some(Letter::Syn as u8) {
            return false;
        }
        for entry in entries {
            if entry == Letter::Reset as u8 {
                return true;
            }
            if entry < 8 && entry != Letter::Syn as u8 && entry != Letter::Data as u8 {
                return false;
            }
        }
        false
    }

    /// Zeek's `conn_state`. `has_size`: octets of payload were sent or acknowledged, or are missing.
    #[must_use]
    pub fn conn_state(&self, known: &Known, has_size: bool) -> &'static str {
        use Endpoint::{Closed, Established, Inactive, Partial, Reset, SynAckSent, SynSent};
        let (client, server) = (self.tracks.client.state, self.tracks.server.state);
        let unseen = |state| matches!(state, Inactive | Partial);
        match (client, server) {
            (SynSent | SynAckSent, Reset) => "REJ",
            (Reset, Reset) if !has_size => "REJ",
            (_, Reset) if unseen(client) => "RSTRH",
            (_, Reset) => "RSTR",
            (Reset, _) if !unseen(server) => "RSTO",
            (Reset, _) if self.is_syn_then_rst(known) => "RSTOS0",
            (Reset, _) => "OTH",
            (Closed, Closed) => "SF",
            (Closed, _) if unseen(server) => "SH",
            (Closed, _) => "S2",
            (_, Closed) if unseen(client) => "SHR",
            (_, Closed) => "S3",
            (SynSent, Inactive) => "S0",
            (Established, Established) => "S1",
            _ => "OTH",
        }
    }
}
