//! What may be asked of a segment, of a connection and of an ICMP error: the only way out of a capture.
//!
//! A [`SegmentView`] says what was said of one segment, and leads to its connection. A [`ConnectionView`] says what a
//! connection is by now: "so far" in a first pass, final afterwards. Both are cheap; the connection answers when it is asked.

use std::net::IpAddr;
use std::ops::Deref;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

pub use crate::capture::IcmpOrigin;
use crate::capture::{ConnectionRef, Path, SegmentId, Single, Tracker};
use crate::connection::Assessment;
pub use crate::connection::{
    Anomalies, Basis, Cause, ConnState, Connection, HandshakeKind, HandshakeOutcome, NegotiatedEcn, Negotiation,
    Numbers, Pass, Phase, Repeats, Reset, ResetCount, ResetDetail, State, Steps, TeardownKind, Verdict,
};
pub use crate::segment::icmp::IcmpKind;
pub use crate::segment::{Address, Both, End, Endpoints, Ends, Flags, Kind, Offers, Segment, Side, Timestamp};

/// A connection as it is known by now.
#[derive(Clone, Debug)]
pub struct ConnectionView<'a> {
    connection: ConnectionRef<'a>,
    kept_by: Keeper<'a>,
    /// `tcp.stream`.
    pub stream: u32,
    /// Whether later segments are known.
    pub pass: Pass,
}

/// Who keeps what belongs to a connection and is not in it. It is looked up only when asked for: most segments do without.
#[derive(Clone, Copy, Debug)]
enum Keeper<'a> {
    /// The connection of a capture with this number.
    Tracker(&'a Tracker, u32),
    Single(&'a Single),
}

impl Keeper<'_> {
    fn endpoints(self) -> Endpoints {
        match self {
            Keeper::Tracker(tracker, number) => tracker.endpoints(number),
            Keeper::Single(single) => single.endpoints,
        }
    }

    fn previous(self) -> Option<u32> {
        match self {
            Keeper::Tracker(tracker, number) => tracker.previous(number),
            Keeper::Single(single) => single.previous,
        }
    }

    /// Where the ICMP error of this frame comes from.
    fn icmp_origin(self, frame: u32) -> Option<IcmpOrigin> {
        match self {
            Keeper::Tracker(tracker, number) => tracker.icmp_origin(number, frame),
            Keeper::Single(single) => single.icmp_origin,
        }
    }

    fn reset_detail(self, ordinal: u64) -> Option<ResetDetail> {
        match self {
            Keeper::Tracker(tracker, _) => tracker.reset_detail(ordinal),
            Keeper::Single(single) => single.reset_detail(ordinal),
        }
    }
}

impl Deref for ConnectionView<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.connection
    }
}

/// The RST that ended a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ender {
    /// Who sent it.
    pub by: Side,
    /// Its frame.
    pub frame: u32,
    /// What it is.
    pub reset: Reset,
    /// What else is said of it.
    pub detail: ResetDetail,
}

impl ConnectionView<'_> {
    /// `tcp.stream` of the connection that its endpoints had before.
    #[must_use]
    pub fn previous(&self) -> Option<u32> {
        self.kept_by.previous()
    }

    /// Where the ICMP error that stands on it comes from.
    #[must_use]
    pub fn icmp_origin(&self) -> Option<IcmpOrigin> {
        let (_, frame) = self.connection.icmp()?;
        self.kept_by.icmp_origin(frame)
    }

    /// Address and port of one side.
    #[must_use]
    pub fn endpoint(&self, side: Side) -> (Address, u16) {
        self.at(self.connection.end(side))
    }

    fn at(&self, end: End) -> (Address, u16) {
        let endpoints = self.kept_by.endpoints();
        (endpoints.addresses[end], endpoints.ports[end])
    }

    /// The RST that ended it, by now.
    #[must_use]
    pub fn ender(&self) -> Option<Ender> {
        let (by, frame, reset) = self.connection.ended_by(self.pass)?;
        let detail = self.connection.ended_at(self.pass).and_then(|at| self.kept_by.reset_detail(at));
        Some(Ender { by, frame, reset, detail: detail.unwrap_or_default() })
    }

    /// What became of the handshake.
    #[must_use]
    pub fn outcome(&self) -> HandshakeOutcome {
        self.connection.handshake_outcome(self.pass)
    }

    /// How it closed.
    #[must_use]
    pub fn teardown(&self) -> TeardownKind {
        self.connection.teardown_kind(self.pass)
    }

    /// Who closed it: sent the first FIN, or the RST that ended it once it was open.
    #[must_use]
    pub fn closer(&self) -> Option<Side> {
        self.connection.closer(self.pass)
    }

    /// Its Community ID, version 1 with seed 0; none where an address is not known.
    #[must_use]
    pub fn community_id(&self) -> Option<String> {
        let [one, other] = End::BOTH.map(|end| self.at(end));
        let (one, other) = ((one.0?, one.1), (other.0?, other.1));
        let ((low, low_port), (high, high_port)) = if one <= other { (one, other) } else { (other, one) };
        let mut hash = Sha1::new();
        // Seed, addresses, TCP, padding, ports.
        hash.update([0, 0]);
        for address in [low, high] {
            match address {
                IpAddr::V4(v4) => hash.update(v4.octets()),
                IpAddr::V6(v6) => hash.update(v6.octets()),
            }
        }
        hash.update([6, 0]);
        hash.update(low_port.to_be_bytes());
        hash.update(high_port.to_be_bytes());
        let mut id = String::with_capacity(30);
        id.push_str("1:");
        STANDARD.encode_string(hash.finalize(), &mut id);
        Some(id)
    }
}

/// Everything there is to say of one segment.
#[derive(Clone, Debug)]
pub struct SegmentView<'a> {
    /// What was said of it.
    pub verdict: Verdict,
    /// The segment.
    pub segment: &'a Segment,
    /// Its frame.
    pub frame: u32,
    /// Whether it is the last segment of the connection; never in a first pass.
    pub is_last: bool,
    /// Whether it is the last one that is no copy: what is said at the end stands there. Known in a final pass alone.
    pub is_last_original: bool,
    /// What else is said of it, for a RST that is no copy.
    pub detail: Option<ResetDetail>,
    /// Whether it is a RST that was withdrawn, or challenged and survived; never in a first pass.
    pub is_ignored: bool,
    /// The connection, as far as it is known by now.
    pub connection: ConnectionView<'a>,
}

/// An ICMP error about a segment of a known connection.
#[derive(Clone, Debug)]
pub struct IcmpView<'a> {
    /// What it says.
    pub kind: IcmpKind,
    /// Who sent it.
    pub from: Address,
    /// Which side sent the segment that it quotes, as was thought when it came.
    pub about: Side,
    /// Whether that segment is a SYN that was not answered yet.
    pub is_about_syn: bool,
    /// The connection.
    pub connection: ConnectionView<'a>,
}

impl Tracker {
    /// What was said of a segment; none when it was not taken in. `path` and `segment` are the same as at first.
    #[must_use]
    pub fn segment<'a>(
        &'a self,
        id: SegmentId,
        path: Path,
        segment: &'a Segment,
        pass: Pass,
    ) -> Option<SegmentView<'a>> {
        let (number, packed) = self.taken(id)?;
        let at = id.ordinal();
        let connection = self.view(number, pass)?;
        let (from, _) = path.end(segment);
        let verdict = packed.verdict(at, &connection, from, segment, || self.turns(at));
        let is_final = pass == Pass::Final;
        let detail = if packed.has_detail() { self.reset_detail(at) } else { None };
        let is_ignored = is_final
            && detail.is_some()
            && (connection.was_withdrawn(at) || (packed.is_challenged() && connection.survived(at)));
        Some(SegmentView {
            verdict,
            segment,
            frame: id.frame,
            is_last: is_final && connection.last_ordinal() == at,
            is_last_original: is_final && connection.last_original() == at,
            detail,
            is_ignored,
            connection,
        })
    }

    /// The ICMP error at a place, when it was taken in.
    #[must_use]
    pub fn icmp(&self, id: SegmentId, pass: Pass) -> Option<IcmpView<'_>> {
        let record = self.icmp_record(id)?;
        Some(IcmpView {
            kind: record.kind,
            from: record.origin.from,
            about: record.origin.about,
            is_about_syn: record.is_about_syn,
            connection: self.view(record.number, pass)?,
        })
    }

    /// The connection that is this stream.
    #[must_use]
    pub fn connection(&self, stream: u32, pass: Pass) -> Option<ConnectionView<'_>> {
        self.view(self.number(stream)?, pass)
    }

    fn view(&self, number: u32, pass: Pass) -> Option<ConnectionView<'_>> {
        Some(ConnectionView {
            connection: self.get(number)?,
            kept_by: Keeper::Tracker(self, number),
            stream: self.stream_of(number),
            pass,
        })
    }
}

impl Single {
    /// What it is by now.
    #[must_use]
    pub fn view(&self, pass: Pass) -> ConnectionView<'_> {
        ConnectionView {
            connection: ConnectionRef::Stored(&self.connection),
            kept_by: Keeper::Single(self),
            stream: self.stream,
            pass,
        }
    }

    /// What was said of the segment that it took in last, as it is known by then. All are the same as when it took it in.
    #[must_use]
    pub fn segment<'a>(
        &'a self,
        id: SegmentId,
        path: Path,
        segment: &'a Segment,
        assessment: Assessment,
    ) -> SegmentView<'a> {
        let (verdict, detail) = match assessment {
            Assessment::Full(verdict, detail) => (verdict, detail),
            Assessment::Packed(packed, turns) => {
                let (from, _) = path.end(segment);
                (packed.verdict(id.ordinal(), &self.connection, from, segment, || turns), None)
            }
        };
        let connection = self.view(Pass::First);
        SegmentView {
            verdict,
            segment,
            frame: id.frame,
            is_last: false,
            is_last_original: false,
            detail,
            is_ignored: false,
            connection,
        }
    }
}
