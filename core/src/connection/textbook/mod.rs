//! A connection as in the textbooks, in 168 bytes instead of 700, and 56 more where it has time stamps: three segments opened
//! it, data went to and fro, and three or four segments closed it, or one RST did (RFC 9293 figures 6 and 12). What such a
//! connection knows follows from a few numbers.
//!
//! The connection that is made from the numbers is compared with the one they were taken from. One that is different, in
//! whatever way, is kept as it is: a rule of the core that is not known here can cost memory, and gives no wrong answer.

mod made;
mod read;

use bitflags::bitflags;

use super::copies::Sort;
use super::endpoint::Facts;
use super::verdict::{Reset, Steps};
use crate::segment::{Ecn, End, Ends, Offers, Seq, SynOptions, Timestamps};

/// Segments of the handshake.
const OPENING: usize = 3;
/// These and those of the longest teardown.
const ALL: usize = 7;
/// Where a RST ended it there is room behind its piece: for how long before it the last segment came, with the bytes of the
/// low end and of the high end that were not acknowledged in place of window and identification; and for how long before
/// that segment the one before it came.
const BEFORE_RST: usize = 4;
const BEFORE_LAST: usize = 5;
/// Nanoseconds: most captures have no smaller unit, and count further in it.
const MICROSECOND: i64 = 1_000;

/// How a textbook connection ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Kind {
    /// FIN, ACK, FIN, ACK.
    #[default]
    Four,
    /// FIN, FIN, ACK.
    Three,
    /// One RST.
    Reset,
}

impl Kind {
    /// The segments of its end: whether the closer sent it, of which sort it is, and its steps.
    const fn segments(self) -> &'static [(bool, Sort, Steps)] {
        const FIRST: (bool, Sort, Steps) = (true, Sort::Fin, Steps::one(1));
        const LAST: (bool, Sort, Steps) = (true, Sort::CloseAck, Steps::one(4));
        const FOUR: [(bool, Sort, Steps); 4] =
            [FIRST, (false, Sort::CloseAck, Steps::one(2)), (false, Sort::Fin, Steps::one(3)), LAST];
        const THREE: [(bool, Sort, Steps); 3] = [FIRST, (false, Sort::Fin, Steps::from_bits(0b0110)), LAST];
        const RESET: [(bool, Sort, Steps); 1] = [(true, Sort::Rst, Steps::NONE)];
        match self {
            Kind::Four => &FOUR,
            Kind::Three => &THREE,
            Kind::Reset => &RESET,
        }
    }
}

bitflags! {
    /// What is true of it.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    struct Marks: u8 {
        /// The client is the high end.
        const CLIENT_IS_HIGH = 1;
        /// So is the sender of the first FIN, or of the RST.
        const CLOSER_IS_HIGH = 1 << 1;
        /// So is the sender of the last segment before the RST.
        const LAST_IS_HIGH = 1 << 2;
        /// All times are whole microseconds.
        const MICROSECONDS = 1 << 3;
    }
}

impl Marks {
    /// The mark, where this is the high end.
    fn of(end: End, is_high: Marks) -> Marks {
        if end == End::High { is_high } else { Marks::empty() }
    }
}

/// What differs from one such segment to another.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, packed(2))]
struct Piece {
    /// Since the first segment of the handshake, or of the end, in the connection's unit of time.
    since: u32,
    /// The same in frames.
    frames: u16,
    window: u16,
    identification: u16,
    hops: u8,
    flags: u8,
}

/// The options of a SYN or SYN-ACK.
#[derive(Clone, Copy, Debug, Default)]
struct Options {
    mss: u16,
    window_scale: u8,
    offers: Offers,
    /// Whether there are the first two, and the bits of ECN.
    marks: u8,
}

impl Options {
    fn new(of: &SynOptions) -> Options {
        let marks = u8::from(of.mss.is_some()) | u8::from(of.window_scale.is_some()) << 1 | of.ecn.bits() << 2;
        let (mss, window_scale) = (of.mss.unwrap_or(0), of.window_scale.unwrap_or(0));
        Options { mss, window_scale, offers: of.offers, marks }
    }

    fn options(self) -> SynOptions {
        SynOptions {
            mss: (self.marks & 1 != 0).then_some(self.mss),
            window_scale: (self.marks & 2 != 0).then_some(self.window_scale),
            offers: self.offers,
            ecn: Ecn::from_bits(self.marks >> 2),
        }
    }
}

/// The time stamps of all its segments, in order: many connections have none.
pub type Stamps = [Timestamps; ALL];

/// The numbers of a textbook connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextbookConnection {
    /// When its first segment was captured, and the first one of its end, in nanoseconds.
    at: [i64; 2],
    /// The frames of these.
    frames: [u32; 2],
    /// The number of each end's SYN.
    syns: Ends<Seq>,
    /// The number after each end's last byte of payload.
    data_ends: Ends<Seq>,
    /// The highest right window edge that each end offered.
    edges: Ends<Seq>,
    packets: Ends<u16>,
    options: Ends<Options>,
    pieces: [Piece; ALL],
    /// Bytes of payload on each end's FIN.
    fin_bytes: Ends<u16>,
    /// A bit for each segment that has time stamps.
    stamped: u8,
    /// How often each end's first byte that is not acknowledged was sent.
    tries: Ends<u8>,
    facts: Ends<Facts>,
    /// Zeek's history, half a byte an entry.
    letters: [u8; 5],
    letter_count: u8,
    kind: Kind,
    marks: Marks,
    /// What the RST is.
    reset: Option<Reset>,
}

const _: () = assert!(size_of::<TextbookConnection>() == 168 && size_of::<Piece>() == 12);

impl TextbookConnection {
    /// The end that a mark tells.
    fn end(&self, is_high: Marks) -> End {
        if self.marks.contains(is_high) { End::High } else { End::Low }
    }

    fn client(&self) -> End {
        self.end(Marks::CLIENT_IS_HIGH)
    }

    /// Who sent the first FIN, or the RST.
    fn closer(&self) -> End {
        self.end(Marks::CLOSER_IS_HIGH)
    }

    /// From one time to another in the connection's unit.
    fn units(&self, late: i64, early: i64) -> Option<u32> {
        let since = late.checked_sub(early)?;
        u32::try_from(if self.marks.contains(Marks::MICROSECONDS) { since / MICROSECOND } else { since }).ok()
    }

    fn nanoseconds(&self, units: u32) -> i64 {
        let unit = if self.marks.contains(Marks::MICROSECONDS) { MICROSECOND } else { 1 };
        i64::from(units).saturating_mul(unit)
    }

    /// The number after an end's last byte of payload, or after its FIN.
    fn next(&self, end: End) -> Seq {
        self.data_ends[end].advance(u32::from(self.kind != Kind::Reset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{Arrival, Connection};
    use crate::segment::{Flags, Network, Segment, Timestamp};

    const ACK: Flags = Flags::ACK;
    const FIN: Flags = Flags::FIN.with(ACK);
    const SYN_ACK: Flags = Flags::SYN.with(ACK);
    const CLIENT: bool = true;
    const SERVER: bool = false;

    /// Whose it is; its flags, Seq and Ack from both ends' numbers, and bytes of payload.
    type Sent = (bool, Flags, u32, u32, u32);

    const OPEN: [Sent; 7] = [
        (CLIENT, Flags::SYN, 0, 0, 0),
        (SERVER, SYN_ACK, 0, 1, 0),
        (CLIENT, ACK, 1, 1, 0),
        (CLIENT, ACK, 1, 1, 100),
        (SERVER, ACK, 1, 101, 0),
        (SERVER, ACK, 1, 101, 200),
        (CLIENT, ACK, 101, 201, 0),
    ];

    /// The ways to end what was opened so.
    fn endings() -> Vec<Vec<Sent>> {
        let (c, s) = (101, 201);
        vec![
            vec![
                (CLIENT, FIN, c, s, 0),
                (SERVER, ACK, s, c + 1, 0),
                (SERVER, FIN, s, c + 1, 0),
                (CLIENT, ACK, c + 1, s + 1, 0),
            ],
            vec![
                (SERVER, FIN, s, c, 0),
                (CLIENT, ACK, c, s + 1, 0),
                (CLIENT, FIN, c, s + 1, 0),
                (SERVER, ACK, s + 1, c + 1, 0),
            ],
            vec![(CLIENT, FIN, c, s, 50), (SERVER, FIN, s, c + 51, 0), (CLIENT, ACK, c + 51, s + 1, 0)],
            vec![(SERVER, FIN, s, c, 0), (CLIENT, FIN, c, s + 1, 0), (SERVER, ACK, s + 1, c + 1, 0)],
            vec![(CLIENT, Flags::RST, c, 0, 0)],
            vec![(SERVER, Flags::RST.with(ACK), s, c, 0)],
            vec![(CLIENT, ACK, c, s, 70), (SERVER, Flags::RST.with(ACK), s, c, 0)],
        ]
    }

    /// What else may be different from one to the other.
    #[derive(Clone, Copy, Debug)]
    struct Manner {
        client: End,
        numbers: (u32, u32),
        /// Nanoseconds from one segment to the next.
        apart: i64,
        has_stamps: bool,
        identification: Option<u16>,
    }

    fn connection(sent: &[Sent], manner: Manner) -> Connection {
        let mut connection = Connection::default();
        for (&(from_client, flags, seq, ack, payload_len), frame) in sent.iter().zip(7..) {
            let end = if from_client { manner.client } else { manner.client.peer() };
            let (x, y) = manner.numbers;
            let (own, peer) = if from_client { (x, y) } else { (y, x) };
            let stamps = Timestamps { value: 1_000 + frame, echo: if flags.has(ACK) { 999 + frame } else { 0 } };
            let options = SynOptions { mss: Some(1_460), window_scale: Some(7), ..SynOptions::default() };
            let segment = Segment {
                seq: Seq(own).advance(seq),
                ack: if flags.has(ACK) { Seq(peer).advance(ack) } else { Seq(0) },
                flags,
                window: 500,
                payload_len,
                at: Some(Timestamp(1_000_000_000 + i64::from(frame) * manner.apart)),
                network: Network {
                    identification: manner.identification,
                    hops: Some(if from_client { 64 } else { 50 }),
                },
                timestamps: manner.has_stamps.then_some(stamps),
                options: if flags.has(Flags::SYN) { options } else { SynOptions::default() },
                ..Segment::default()
            };
            let _ = connection.observe_segment(Arrival::new(frame, 0, end, true), &segment);
        }
        connection
    }

    fn manners() -> Vec<Manner> {
        let mut all = Vec::new();
        for client in End::BOTH {
            for numbers in [(1_000, 5_000), (u32::MAX - 50, (1 << 31) - 100)] {
                for (apart, has_stamps, identification) in
                    [(1_000, false, Some(3)), (1_001, true, None), (5_000_000_000, true, Some(u16::MAX))]
                {
                    all.push(Manner { client, numbers, apart, has_stamps, identification });
                }
            }
        }
        all
    }

    /// Each kind of end, in every manner, is packed, and is the same again.
    #[test]
    fn every_kind_is_packed() {
        for manner in manners() {
            for ending in endings() {
                let mut whole = connection(&[&OPEN[..], &ending].concat(), manner);
                let (packed, stamps) =
                    TextbookConnection::new(&mut whole).unwrap_or_else(|| panic!("{manner:?} {ending:?}"));
                assert_eq!(stamps.is_some(), manner.has_stamps);
                assert_eq!(format!("{:?}", packed.connection(stamps.as_ref())), format!("{whole:?}"));
            }
        }
    }

    /// One that is not over, or not as in the textbooks, or has numbers that there is no room for, is not.
    #[test]
    fn others_are_not() {
        let manner =
            Manner { client: End::Low, numbers: (1, 2), apart: 1_000, has_stamps: false, identification: None };
        let [four, ..] = &endings()[..] else { panic!("there are some") };
        let all = [&OPEN[..], four].concat();
        let is_packed = |sent: &[Sent], manner| TextbookConnection::new(&mut connection(sent, manner)).is_some();
        assert!(is_packed(&all, manner));
        for len in 0..all.len() {
            assert!(!is_packed(&all[..len], manner), "the first {len}");
        }
        for (n, again) in all.iter().enumerate().filter(|(_, sent)| sent.1.has_any(Flags::SYN.with(Flags::FIN))) {
            let repeated = [&all[..=n], &[*again], &all[n + 1..]].concat();
            assert!(!is_packed(&repeated, Manner { apart: 7_000_000, ..manner }), "{n} twice");
        }
        assert!(!is_packed(&all, Manner { apart: 5_000_000_001, ..manner }), "too long for nanoseconds");
        assert!(!is_packed(&[&all[..], &[OPEN[6]]].concat(), manner), "a late segment");
    }
}
