//! Feeds a tracker, and compares what it says with the invariants and with other ways of asking.

use synfin_core::capture::{Event, Observation, Options, Path, SegmentId, Tracker};
use synfin_core::connection::{State, ordinal};
use synfin_core::segment::icmp::{self, IcmpError, IcmpKind};
use synfin_core::segment::{End, Segment, Seq, header};
use synfin_core::view::{Anomalies, HandshakeOutcome, Pass, Reset};

use crate::invariants::SegmentVerdict;
use crate::lone_stream::{LoneStream, SegmentInput, Summary, endpoints};
use crate::source::Source;
use crate::walk::{STREAMS, Step};
use crate::words;

/// Bytes that a tracker may hold whatever it has seen: its first chunks and pages.
const MEMORY_BASE: usize = 400_000;
/// Bytes that a segment may cost at most, hostile ones too.
const MEMORY_SEGMENT: usize = 64;

/// A tracker under observation.
#[derive(Debug)]
pub struct Check {
    /// Whether each verdict is printed.
    pub is_loud: bool,
    tracker: Tracker,
    rebase: bool,
    shift: [u32; 2],
    streams: Vec<LoneStream>,
    /// The streams in the order in which they began.
    begun: Vec<usize>,
    seen: Vec<(Step, SegmentVerdict)>,
    words: Option<Vec<Vec<String>>>,
}

/// Bytes by which the lists of numbers may grow at once.
const LISTS: usize = 4 << 10;

impl Check {
    /// A new tracker. `words`: the fields are read as well, which takes longer.
    pub fn new(source: &mut impl Source, words: bool) -> Check {
        let rebase = !source.one_in(4);
        Check {
            is_loud: false,
            tracker: Tracker::new(Options { rebase }),
            rebase,
            shift: [source.take(32), source.take(32)],
            streams: vec![LoneStream::default(); STREAMS as usize],
            begun: Vec::new(),
            seen: Vec::new(),
            words: words.then(Vec::new),
        }
    }

    /// The streams that had these endpoints before this one, the latest first.
    fn earlier(&self, stream: usize, path: Path, segment: &Segment) -> Vec<usize> {
        let (both, ..) = endpoints(path, segment);
        let id = self.begun.iter().position(|&begun| begun == stream).unwrap_or(self.begun.len());
        let before = self.begun[..id].iter().rev().copied();
        before.filter(|&earlier| self.streams[earlier].endpoints == Some(both)).collect()
    }

    /// The state of the sender in the older connection that a segment fits.
    fn older(&self, stream: usize, end: End, path: Path, segment: &Segment) -> Option<State> {
        if !self.streams[stream].connection.is_older(end, segment) {
            return None;
        }
        let mut earlier = self.earlier(stream, path, segment).into_iter();
        earlier.find_map(|stream| self.streams[stream].connection.state_of_stray(end, segment))
    }

    /// Takes a segment in, and checks all that can be checked now. False when the tracker has no room for it.
    pub fn observe(&mut self, step: &Step) -> bool {
        let Step { id, stream, path, segment } = *step;
        if self.tracker.observe(id, Event::Segment { stream, path: &path, segment: &segment }).is_err() {
            return false;
        }
        let stream = stream as usize;
        let (_, end, _) = endpoints(path, &segment);
        let is_reused = !self.earlier(stream, path, &segment).is_empty();
        let older = self.older(stream, end, path, &segment);
        if !self.begun.contains(&stream) {
            self.begun.push(stream);
        }
        let input =
            SegmentInput { id, path, segment: &segment, rebase: self.rebase, is_reused, older, shift: self.shift };
        let said = self.streams[stream].observe(&input);
        if self.is_loud {
            println!("{said:?}");
        }
        let view = self.tracker.segment(id, path, &segment, Pass::First).expect("just taken in");
        assert_eq!((view.verdict, view.detail), said, "the tracker says what the connection said");
        if let Some(words) = &mut self.words {
            words.push(words::of(&view, false));
        }
        self.seen.push((*step, said));
        true
    }

    /// Packs what is over: nothing that is said changes.
    pub fn pack(&mut self) {
        self.tracker.pack();
    }

    /// The same segment handed in once more changes nothing.
    pub fn observe_again(&mut self, source: &mut impl Source) {
        let Some(&(step, _)) = self.seen.get(source.below(self.seen.len() as u32) as usize) else { return };
        self.pack();
        let before = (self.tracker.memory(), self.tracker.segment_count());
        let taken = self
            .tracker
            .observe(step.id, Event::Segment { stream: step.stream, path: &step.path, segment: &step.segment });
        assert!(matches!(taken, Ok(Observation::Known)), "a second visit is fine");
        self.pack();
        assert_eq!(before.1, self.tracker.segment_count(), "a second visit changes nothing");
        // A list of those that are over, and of free places, may have grown.
        let grown = self.tracker.memory().saturating_sub(before.0);
        assert!(grown <= LISTS, "a second visit takes {grown} bytes");
    }

    /// An ICMP error about a segment that was there, or nearly so, changes no state.
    pub fn observe_icmp(&mut self, source: &mut impl Source) {
        let Some(&(step, _)) = self.seen.get(source.below(self.seen.len() as u32) as usize) else { return };
        let (Some(from), Some(to)) = (step.path.source, step.path.destination) else { return };
        const KINDS: [IcmpKind; 4] =
            [IcmpKind::HostUnreachable, IcmpKind::FragmentationNeeded, IcmpKind::TimeExceeded, IcmpKind::Other];
        let error = IcmpError {
            kind: KINDS[source.take(2) as usize],
            source: from,
            destination: to,
            source_port: step.segment.source_port,
            destination_port: step.segment.destination_port,
            seq: Seq(step.segment.seq.0.wrapping_add(source.take(4)).wrapping_sub(8)),
        };
        let last = self.seen.last().map_or(0, |(step, _)| step.id.frame);
        let id = SegmentId { frame: last, layer: 100 + source.take(2) };
        let streams = |check: &Check| -> Vec<_> {
            let tracker = &check.tracker;
            tracker
                .streams()
                .map(|stream| tracker.connection(stream, Pass::First).map(|view| view.states_now()))
                .collect()
        };
        let before = streams(self);
        let was_there = self.tracker.icmp(id, Pass::First).is_some();
        let is_known = self.tracker.observe(id, Event::IcmpError { from: Some(to), error: &error }).is_ok();
        let view = self.tracker.icmp(id, Pass::First);
        assert_eq!(view.is_some(), is_known || was_there, "what was taken can be asked for");
        if let Some(view) = view {
            words::of_icmp(&view);
        }
        assert_eq!(streams(self), before, "an ICMP error changes no state");
    }

    /// Asks for everything again, in an order of its own.
    pub fn finish(self, source: &mut impl Source) {
        let count = self.seen.len();
        let start = source.below(count.max(1) as u32) as usize;
        let mut last = [0usize; STREAMS as usize];
        for (index, (step, _)) in self.seen.iter().enumerate() {
            last[step.stream as usize] = index;
        }
        for n in 0..count {
            let index = (start + n * 7919) % count;
            // 7919 is prime, and walks lengths are no multiples of it: every index comes once.
            let (step, said) = &self.seen[index];
            let found = self.tracker.segment(step.id, step.path, &step.segment, Pass::Final);
            let view = found.expect("taken in before");
            assert_eq!((view.verdict, view.detail), *said, "segment {index}: the recall is not the first verdict");
            assert_eq!(view.connection.stream, step.stream, "segment {index}: its stream");
            assert_eq!(view.is_last, last[step.stream as usize] == index, "segment {index}: the last one");
            assert!(!view.is_ignored || view.verdict.reset.is_some(), "segment {index}: only a RST is ignored");
            let alone = &self.streams[step.stream as usize].connection;
            assert_eq!(view.connection.conn_state(), alone.conn_state(), "segment {index}: conn_state");
            if let Some(words) = &self.words {
                assert_eq!(words::of(&view, true), words[index], "segment {index}: its own fields changed");
                words::of_connection(&view.connection);
            }
        }
        for &stream in &self.begun {
            self.streams[stream].finish();
            self.ended(stream);
            self.errors(stream);
        }
        let nowhere = SegmentId { frame: u32::MAX, layer: 0 };
        assert!(self.tracker.segment(nowhere, self.path(), &Segment::default(), Pass::Final).is_none());
        let memory = self.tracker.memory();
        assert!(memory <= MEMORY_BASE + count * MEMORY_SEGMENT, "{memory} bytes for {count} segments");
    }

    /// The RST that ended a connection stands at its end, or was withdrawn, or belongs to an earlier attempt; and what stands
    /// there without is one that was challenged.
    fn ended(&self, stream: usize) {
        let connection = &self.streams[stream].connection;
        let of_stream = self.seen.iter().filter(|(step, _)| step.stream as usize == stream);
        let was_withdrawn = |at: u64| connection.was_withdrawn(at);
        let (mut stands, mut is_challenged) = (None, false);
        for (step, (verdict, _)) in of_stream {
            let at = ordinal(step.id.frame, step.id.layer);
            if verdict.anomalies.contains(Anomalies::NEW_ATTEMPT) {
                (stands, is_challenged) = (None, false);
            }
            is_challenged |= verdict.reset == Some(Reset::Challenged);
            if verdict.ended {
                assert!(stands.is_none_or(was_withdrawn), "two RSTs end it, and the first was not withdrawn");
                stands = Some(at);
            }
            let view = self.tracker.segment(step.id, step.path, &step.segment, Pass::Final).expect("taken in");
            let is_withdrawn = verdict.reset.is_some() && was_withdrawn(at);
            let is_survived = verdict.reset == Some(Reset::Challenged) && connection.survived(at);
            assert!(!view.is_ignored || is_withdrawn || is_survived, "an ignored RST that was neither");
        }
        match (stands.filter(|&at| !was_withdrawn(at)), connection.ended_at(Pass::Final)) {
            (Some(at), found) => assert_eq!(found, Some(at), "the RST that ended it ended it"),
            (None, Some(_)) => assert!(is_challenged, "nothing ended it"),
            (None, None) => {}
        }
    }

    /// ICMP errors went to the tracker alone: they change nothing of a connection but the outcome of a SYN without an answer.
    fn errors(&self, stream: usize) {
        let number = u32::try_from(stream).expect("few streams");
        let view = self.tracker.connection(number, Pass::Final).expect("it was taken in");
        let (mut with, without) = (Summary::of(&view), Summary::of(&self.streams[stream].connection));
        if with.outcome != without.outcome {
            assert!(view.icmp().is_some() && with.outcome == HandshakeOutcome::Unreachable, "{with:?}, {without:?}");
            with.outcome = without.outcome;
        }
        assert_eq!(with, without, "an ICMP error changes what became of a connection");
    }

    fn path(&self) -> Path {
        self.seen.first().map_or(Path { source: None, destination: None }, |(step, _)| step.path)
    }
}

/// Any bytes for a TCP header and for an ICMP message: read or refused.
pub fn parse(source: &mut impl Source) {
    let most = if source.one_in(8) { 200 } else { 62 };
    let len = source.below(most);
    let mut bytes: Vec<u8> = (0..len).map(|_| source.take(8) as u8).collect();
    let reported = if source.one_in(4) { source.take(32) } else { len };
    if let Some(segment) = header::parse(&bytes, reported, None) {
        assert!(segment.payload_len <= reported, "more payload than there is");
    }
    let is_v6 = source.one_in(2);
    // An error that quotes a packet of the right version, more often than not.
    for (at, byte) in [(0, if is_v6 { 1 } else { 3 }), (8, if is_v6 { 0x60 } else { 0x45 })] {
        if let Some(id) = bytes.get_mut(at)
            && !source.one_in(4)
        {
            *id = byte;
        }
    }
    if let Some(id) = bytes.get_mut(if is_v6 { 14 } else { 17 })
        && !source.one_in(4)
    {
        *id = 6;
    }
    let _ = icmp::parse(&bytes, is_v6);
}
