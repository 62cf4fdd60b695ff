//! One connection on its own, for a program that keeps the connections itself: one that reads an endless capture has to
//! forget those that are over. No verdict is kept: a segment's is given when the segment is taken in.

use super::record::ResetRecord;
use super::tracker::{IcmpOrigin, Options, Path, SegmentId};
use super::tuples::order;
use crate::connection::{Arrival, Assessment, Connection, Pass, ResetDetail, State};
use crate::segment::icmp::IcmpError;
use crate::segment::{Address, End, Endpoints, Kind, Segment};

/// The details of so many RSTs are kept; the one that ended the connection is among them.
const RESETS_MOST: usize = 64;

/// A connection, and what a [`super::Tracker`] would keep beside it.
#[derive(Clone, Debug)]
pub struct Single {
    pub(crate) connection: Connection,
    pub(crate) endpoints: Endpoints,
    pub(crate) stream: u32,
    pub(crate) previous: Option<u32>,
    options: Options,
    resets: Vec<(u64, ResetRecord)>,
    /// Where the first ICMP error of the last attempt comes from.
    pub(crate) icmp_origin: Option<IcmpOrigin>,
}

impl Single {
    /// One that begins with this segment, and what that is. `previous` is the stream that its endpoints had before.
    #[must_use]
    pub fn begin(
        options: Options,
        id: SegmentId,
        stream: u32,
        previous: Option<u32>,
        path: Path,
        segment: &Segment,
    ) -> (Single, Assessment) {
        let (endpoints, end, is_self) =
            order(path.source, segment.source_port, path.destination, segment.destination_port);
        let arrival =
            Arrival { is_self, is_reused: previous.is_some(), ..Arrival::new(id.frame, id.layer, end, options.rebase) };
        let connection = Connection::default();
        let mut single =
            Single { connection, endpoints, stream, previous, options, resets: Vec::new(), icmp_origin: None };
        let assessment = single.connection.observe_segment(arrival, segment);
        single.keep_reset(arrival.ordinal, &assessment);
        (single, assessment)
    }

    /// Takes the next segment in, and says what it is. `older` gives the state of the sender in the latest earlier
    /// connection of these endpoints that the segment fits ([`Single::state_of_stray`]); it is seldom asked.
    #[inline]
    pub fn observe_segment(
        &mut self,
        id: SegmentId,
        path: Path,
        segment: &Segment,
        older: impl FnOnce(End) -> Option<State>,
    ) -> Assessment {
        let (end, is_self) = path.end(segment);
        let may_be_older = self.previous.is_some() && matches!(segment.kind(), Kind::Ack | Kind::Fin);
        let older = if may_be_older && self.connection.is_older(end, segment) { older(end) } else { None };
        let arrival = Arrival { is_self, older, ..Arrival::new(id.frame, id.layer, end, self.options.rebase) };
        let assessment = self.connection.observe_segment(arrival, segment);
        if let Assessment::Full(_, Some(_)) = &assessment {
            self.keep_reset(arrival.ordinal, &assessment);
        }
        assessment
    }

    /// Takes in an ICMP error, sent by `from`, that quotes a segment of these endpoints. False where it is about none of this
    /// connection.
    pub fn observe_icmp_error(&mut self, id: SegmentId, from: Address, error: &IcmpError) -> bool {
        let (source, destination) = (Some(error.source), Some(error.destination));
        let (_, end, _) = order(source, error.source_port, destination, error.destination_port);
        let is_its = self.connection.observe_icmp_error(id.frame, end, error);
        // The first of an attempt is shown, and that is this one or one before it.
        if is_its && self.connection.icmp().is_some_and(|(_, frame)| frame == id.frame) {
            self.icmp_origin = Some(IcmpOrigin { from, about: self.connection.side(end) });
        }
        is_its
    }

    /// The state of an end here, for a later connection that a segment of this one strays into.
    #[must_use]
    pub fn state_of_stray(&self, end: End, segment: &Segment) -> Option<State> {
        self.connection.state_of_stray(end, segment)
    }

    /// The stream it is.
    #[must_use]
    pub fn stream(&self) -> u32 {
        self.stream
    }

    fn keep_reset(&mut self, ordinal: u64, assessment: &Assessment) {
        let Assessment::Full(_, Some(detail)) = assessment else { return };
        if self.resets.len() >= RESETS_MOST {
            // The one that ended it, and the later half.
            let ended = [Pass::First, Pass::Final].map(|pass| self.connection.ended_at(pass));
            let half = self.resets.get(RESETS_MOST / 2).map_or(0, |&(ordinal, _)| ordinal);
            self.resets.retain(|&(ordinal, _)| ordinal >= half || ended.contains(&Some(ordinal)));
        }
        self.resets.push((ordinal, ResetRecord::new(detail)));
    }

    /// The detail of a RST, where it was kept.
    pub(crate) fn reset_detail(&self, ordinal: u64) -> Option<ResetDetail> {
        let index = self.resets.binary_search_by_key(&ordinal, |&(known, _)| known).ok()?;
        self.resets.get(index).map(|(_, kept)| kept.detail())
    }

    /// Bytes of memory beyond the structure itself.
    #[must_use]
    pub fn extra_memory(&self) -> usize {
        let resets = self.resets.capacity().saturating_mul(size_of::<(u64, ResetRecord)>());
        resets.saturating_add(self.connection.extra_memory())
    }
}
