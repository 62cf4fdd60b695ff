//! Zeek's view of the last attempt: `conn_state` and `history`, with our client as Zeek's originator.
//!
//! Zeek keeps one state for each endpoint that only its own segments move, and the states of both at the end make
//! the `conn_state` (Zeek manual, "conn.log"; `base/protocols/conn/main.zeek`). Timeouts are left out.

mod size;

pub use size::Extent;

use super::Connection;
use super::conn_state::ConnState;
use crate::segment::{End, Ends, Flags, Segment, Seq};

/// Zeek's state of one endpoint.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(u8)]
enum ZeekState {
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

/// A letter of the history; a small letter is the responder's.
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

/// Entries that are kept in the view itself: enough for nearly every connection.
const FIRST: usize = 10;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct ZeekEndpoint {
    state: ZeekState,
    previous: ZeekState,
    /// Which one-time letters were given: bit of [`Letter`].
    given: u8,
}

/// Zeek's view of an attempt, from all its segments. What few connections have is kept in `RareParts`, and handed in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ZeekView {
    /// The number of each end's last SYN or SYN-ACK.
    syns: Ends<Seq>,
    tracks: Ends<ZeekEndpoint>,
    /// The first entries of the history.
    letters: [u8; FIRST],
    /// How many entries there are.
    count: u8,
    /// Who sent the first segment.
    first: Option<End>,
}

/// The bit of an entry that says which end it is of.
const HIGH: u8 = 8;

impl Connection {
    /// Takes a segment into Zeek's view.
    pub(super) fn observe_zeek(&mut self, end: End, segment: &Segment) {
        let flags = segment.flags;
        let before = self.zeek.tracks[end];
        let is_about_rst = flags.has(Flags::RST) || before.state == ZeekState::Reset;
        let extent = if is_about_rst { self.new_zeek_extent(end, segment, before) } else { None };
        // Each of these letters comes again with another number than the last one's.
        let (last, number) = match (flags.has(Flags::SYN), flags.has(Flags::FIN), flags.has(Flags::RST)) {
            (true, false, false) => (Some(&mut self.zeek.syns[end]), segment.seq),
            (false, true, false) => (Some(&mut self.closing_mut().zeek_fins[end]), segment.payload_end()),
            (false, false, true) => (Some(&mut self.resets_mut().zeek_resets[end]), segment.seq),
            _ => (None, segment.seq),
        };
        let is_same = last.is_none_or(|last| std::mem::replace(last, number) == number);
        if let Some(entry) = self.zeek.observe(self.client_end, end, segment, is_same) {
            self.rare_mut().zeek_history.push(entry);
        }
        if extent.is_some() {
            self.resets_mut().zeek_extents[end] = extent;
        }
        let peer = self.resets.as_mut().and_then(|resets| resets.zeek_extents[end.peer()].as_mut());
        if let (Some(peer), Some(ack), false) = (peer, segment.acknowledgment(), flags.has(Flags::RST)) {
            peer.acked = peer.acked.later(ack);
        }
    }

    /// The roles turn round: Zeek's states are those that it would have with the other one as originator.
    pub(super) fn turn_zeek(&mut self) {
        let more = self.rare.as_ref().map_or(&[][..], |rare| &rare.zeek_history);
        let entries: Vec<u8> = self.zeek.entries(End::Low, more).collect();
        for end in End::BOTH {
            let track = &mut self.zeek.tracks[end];
            (track.state, track.previous) = (ZeekState::Inactive, ZeekState::Inactive);
        }
        for entry in entries {
            let flags = match LETTERS.get(usize::from(entry & !HIGH)) {
                Some(b'S') => Flags::SYN,
                Some(b'H') => Flags::SYN.with(Flags::ACK),
                Some(b'F') => Flags::FIN.with(Flags::ACK),
                Some(b'R') => Flags::RST,
                Some(b'A' | b'D') => Flags::ACK,
                _ => continue,
            };
            let payload_len = u32::from(entry & !HIGH == Letter::Data as u8);
            let end = if entry & HIGH == 0 { End::Low } else { End::High };
            self.zeek.update_state(self.client_end, end, &Segment { flags, payload_len, ..Segment::default() });
        }
    }

    /// Zeek's `conn_state`.
    #[must_use]
    pub fn conn_state(&self) -> ConnState {
        let has_size = End::BOTH.into_iter().any(|end| self.has_size(end));
        self.zeek.conn_state(self.client_end, has_size, self.zeek_more())
    }

    /// Gives Zeek's history letter by letter.
    pub fn history(&self, push: impl FnMut(u8)) {
        self.zeek.history(self.client_end, self.zeek_more(), push);
    }

    /// The entries of the history that do not stand in the view.
    fn zeek_more(&self) -> &[u8] {
        self.rare.as_ref().map_or(&[], |rare| &rare.zeek_history)
    }
}

impl ZeekView {
    /// Takes a segment in. `is_same`: its number is that of its sender's last one with this letter. Gives the entry of the
    /// history that has no room here.
    fn observe(&mut self, client: End, end: End, segment: &Segment, is_same: bool) -> Option<u8> {
        self.first.get_or_insert(end);
        let more = self.update_history(end, segment, is_same);
        self.update_state(client, end, segment);
        more
    }

    /// Whether a segment without SYN, FIN and RST may change anything, the state of its sender or the history: one without
    /// payload, and one with.
    pub fn is_news(&self, end: End) -> [bool; 2] {
        let track = &self.tracks[end];
        [Letter::Ack, Letter::Data]
            .map(|letter| track.state == ZeekState::Inactive || track.given & 1 << letter as u8 == 0)
    }

    /// The first entries, half a byte each, and how many there are.
    pub fn packed_letters(&self) -> ([u8; FIRST / 2], u8) {
        let mut packed = [0; FIRST / 2];
        for (both, pair) in packed.iter_mut().zip(self.letters.as_chunks::<2>().0) {
            let &[first, second] = pair;
            *both = first | second << 4;
        }
        (packed, self.count)
    }

    /// That of a textbook connection with these numbers and entries, which both sides closed, or one of them reset.
    pub fn of_textbook(
        client: End,
        syns: Ends<Seq>,
        entries: ([u8; FIRST / 2], u8),
        reset_by: Option<End>,
    ) -> ZeekView {
        let (packed, count) = entries;
        let mut view = ZeekView { syns, count, first: Some(client), ..ZeekView::default() };
        for (pair, both) in view.letters.as_chunks_mut::<2>().0.iter_mut().zip(packed) {
            *pair = [both & 0xf, both >> 4];
        }
        for &entry in view.letters.iter().take(count.into()) {
            let end = if entry & HIGH == 0 { End::Low } else { End::High };
            let letter = entry & !HIGH;
            let event = if letter == Letter::SynAck as u8 { Letter::Syn as u8 } else { letter };
            view.tracks[end].given |= 1 << event;
        }
        for end in End::BOTH {
            let track = &mut view.tracks[end];
            (track.previous, track.state) = match reset_by {
                None => (ZeekState::Established, ZeekState::Closed),
                Some(by) if by == end => (ZeekState::Established, ZeekState::Reset),
                Some(_) if end == client => (ZeekState::SynSent, ZeekState::Established),
                Some(_) => (ZeekState::Inactive, ZeekState::Established),
            };
        }
        view
    }

    fn push(&mut self, end: End, letter: Letter) -> Option<u8> {
        let index = usize::from(self.count);
        if index >= HISTORY_MAX {
            return None;
        }
        self.count = self.count.saturating_add(1);
        let entry = letter as u8 | if end == End::High { HIGH } else { 0 };
        match self.letters.get_mut(index) {
            Some(room) => {
                *room = entry;
                None
            }
            None => Some(entry),
        }
    }

    /// Whether a letter comes for the first time. Zeek remembers a SYN and a SYN-ACK of one endpoint as the same event.
    fn is_first(&mut self, end: End, letter: Letter) -> bool {
        let event = if letter == Letter::SynAck { Letter::Syn } else { letter };
        let bit = 1 << event as u8;
        let given = &mut self.tracks[end].given;
        let first = *given & bit == 0;
        *given |= bit;
        first
    }

    fn update_history(&mut self, end: End, segment: &Segment, is_same: bool) -> Option<u8> {
        let flags = segment.flags;
        let (syn, fin, rst) = (flags.has(Flags::SYN), flags.has(Flags::FIN), flags.has(Flags::RST));
        let letter = match (syn, fin, rst) {
            (false, false, false) if segment.payload_len > 0 => Letter::Data,
            (false, false, false) if flags.has(Flags::ACK) => Letter::Ack,
            (false, false, false) => return None,
            (true, false, false) if flags.has(Flags::ACK) => Letter::SynAck,
            (true, false, false) => Letter::Syn,
            (false, true, false) => Letter::Fin,
            (false, false, true) => Letter::Reset,
            (_, true, true) => Letter::Inconsistent,
            (true, _, _) => Letter::Queer,
        };
        if self.is_first(end, letter) || !is_same { self.push(end, letter) } else { None }
    }

    fn set(&mut self, end: End, state: ZeekState) {
        let track = &mut self.tracks[end];
        if track.state != state {
            track.previous = track.state;
            track.state = state;
        }
    }

    fn update_state(&mut self, client: End, end: End, segment: &Segment) {
        let flags = segment.flags;
        match self.tracks[end].state {
            ZeekState::Inactive => self.leave_inactive(client, end, segment),
            ZeekState::SynSent | ZeekState::SynAckSent => {
                if flags.has(Flags::FIN) {
                    self.set(end, ZeekState::Closed);
                }
                if flags.has(Flags::RST) {
                    self.set(end, ZeekState::Reset);
                }
            }
            ZeekState::Partial | ZeekState::Established => self.leave_established(end, flags),
            ZeekState::Closed => {
                if flags.has(Flags::RST) && self.tracks[end.peer()].state != ZeekState::Closed {
                    self.set(end, ZeekState::Reset);
                }
            }
            ZeekState::Reset => {}
        }
    }

    fn leave_inactive(&mut self, client: End, end: End, segment: &Segment) {
        let flags = segment.flags;
        let peer = end.peer();
        if flags.has(Flags::SYN) {
            if end == client {
                let ack = flags.has(Flags::ACK);
                // A SYN captured behind its SYN-ACK: Zeek turns the connection round and takes it for established.
                let late = !ack && self.tracks[peer].state == ZeekState::Established;
                self.set(
                    end,
                    match (late, ack) {
                        (true, _) => ZeekState::Established,
                        (false, true) => ZeekState::SynAckSent,
                        (false, false) => ZeekState::SynSent,
                    },
                );
            } else {
                if self.tracks[peer].state == ZeekState::SynSent {
                    self.set(peer, ZeekState::Established);
                }
                self.set(end, ZeekState::Established);
            }
        }
        if flags.has(Flags::FIN) {
            self.set(end, ZeekState::Closed);
        }
        if flags.has(Flags::RST) {
            self.set(end, ZeekState::Reset);
        }
        if self.tracks[end].state != ZeekState::Inactive {
            return;
        }
        let early_ack = end != client && segment.payload_len == 0 && self.tracks[client].state == ZeekState::SynSent;
        if early_ack {
            // A server that acknowledges a SYN before its own: not yet a part of the connection.
        } else if flags.has(Flags::ACK) && self.tracks[peer].state == ZeekState::Established {
            self.set(end, ZeekState::Established);
        } else {
            self.set(end, ZeekState::Partial);
        }
    }

    fn leave_established(&mut self, end: End, flags: Flags) {
        let peer = end.peer();
        if flags.has(Flags::SYN)
            && !flags.has(Flags::ACK)
            && self.tracks[end].state == ZeekState::Partial
            && self.tracks[peer].state == ZeekState::Inactive
        {
            self.set(end, ZeekState::SynSent);
        }
        if flags.has(Flags::FIN) && !flags.has(Flags::RST) {
            self.set(end, ZeekState::Closed);
            if self.tracks[peer].state == ZeekState::Reset && self.tracks[peer].previous == ZeekState::Closed {
                // A FIN and then a RST, answered with a FIN, is a normal end after all.
                self.set(peer, ZeekState::Closed);
            }
        }
        if flags.has(Flags::RST) {
            self.set(end, ZeekState::Reset);
        }
    }

    /// The entries, with the bit [`HIGH`] where they are the server's.
    fn entries<'a>(&'a self, client: End, more: &'a [u8]) -> impl Iterator<Item = u8> + 'a {
        let turn = if client == End::High { HIGH } else { 0 };
        let count = usize::from(self.count);
        self.letters.iter().chain(more).take(count).map(move |entry| entry ^ turn)
    }

    /// Gives the history letter by letter; `^` first when the server was the first to send.
    fn history(&self, client: End, more: &[u8], mut push: impl FnMut(u8)) {
        if self.first.is_some_and(|first| first != client) {
            push(b'^');
        }
        for entry in self.entries(client, more) {
            let Some(&letter) = LETTERS.get(usize::from(entry & 7)) else { continue };
            push(if entry & HIGH == 0 { letter } else { letter.to_ascii_lowercase() });
        }
    }

    /// Whether the history begins with the client's SYN and has its RST, with nothing else of the client but data
    /// before it: what Zeek asks for `RSTOS0`.
    fn is_syn_then_rst(&self, client: End, more: &[u8]) -> bool {
        let mut entries = self.entries(client, more);
        if entries.next() != Some(Letter::Syn as u8) {
            return false;
        }
        for entry in entries {
            if entry == Letter::Reset as u8 {
                return true;
            }
            if entry < HIGH && entry != Letter::Syn as u8 && entry != Letter::Data as u8 {
                return false;
            }
        }
        false
    }

    /// Zeek's `conn_state`. `has_size`: bytes of payload were sent or acknowledged, or are missing.
    fn conn_state(&self, client: End, has_size: bool, more: &[u8]) -> ConnState {
        use ConnState::{Oth, Rej, Rsth, Rsto, Rstos0, Rstr, S0, S1, S2, S3, Sf, Sh, Shr};
        use ZeekState::{Closed, Established, Inactive, Partial, Reset, SynAckSent, SynSent};
        let states = (self.tracks[client].state, self.tracks[client.peer()].state);
        let unseen = |state| matches!(state, Inactive | Partial);
        match states {
            (SynSent | SynAckSent, Reset) => Rej,
            (Reset, Reset) if !has_size => Rej,
            (client, Reset) if unseen(client) => Rsth,
            (_, Reset) => Rstr,
            (Reset, server) if !unseen(server) => Rsto,
            (Reset, _) if self.is_syn_then_rst(client, more) => Rstos0,
            (Reset, _) => Oth,
            (Closed, Closed) => Sf,
            (Closed, server) if unseen(server) => Sh,
            (Closed, _) => S2,
            (client, Closed) if unseen(client) => Shr,
            (_, Closed) => S3,
            (SynSent, Inactive) => S0,
            (Established, Established) => S1,
            _ => Oth,
        }
    }
}
