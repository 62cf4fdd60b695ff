//! Feeds a tracker, and holds what it says against the invariants and against other ways of asking.

use std::fmt::{self, Write};

use synfin::fields::{FIELDS, Sink};
use synfin::tcp::{Connection, End, Moment, Pass, Segment, Seq, Verdict};
use synfin::tracker::{Options, Path, Place, Tracker};
use synfin::{experts, text};

use crate::invariants::Before;
use crate::source::Source;
use crate::walk::{STREAMS, Step};

/// Octets that a tracker may hold whatever it has seen: its first chunks and pages.
const MEMORY_BASE: usize = 400_000;
/// Octets that a segment may cost at most, hostile ones too.
const MEMORY_SEGMENT: usize = 64;

/// One stream as it is known without the tracker.
#[derive(Clone, Debug, Default)]
struct Alone {
    connection: Connection,
    before: Before,
    count: u32,
    /// The same with numbers moved round the circle, the ends exchanged, and no clock.
    moved: Connection,
}

/// A tracker under observation.
#[derive(Debug)]
pub struct Check {
    /// Whether each verdict is printed.
    pub is_loud: bool,
    tracker: Tracker,
    rebase: bool,
    shift: [u32; 2],
    streams: Vec<Alone>,
    seen: Vec<(Step, Verdict)>,
    words: Option<Vec<Vec<String>>>,
}

/// The end that sends, from the path as the tracker reads it.
fn end(path: Path, segment: &Segment) -> End {
    match (path.source, segment.source_port).cmp(&(path.destination, segment.destination_port)) {
        std::cmp::Ordering::Less => End::Low,
        std::cmp::Ordering::Greater => End::High,
        std::cmp::Ordering::Equal => End::Same,
    }
}

fn other(end: End) -> End {
    match end {
        End::Low => End::High,
        End::High => End::Low,
        End::Same => End::Same,
    }
}

/// All that the fields say, a line a value.
struct Lines(Vec<String>, &'static str);

impl Sink for Lines {
    fn number(&mut self, number: i64) {
        self.0.push(format!("{} {number}", self.1));
    }

    fn text(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> Result<bool, fmt::Error>) {
        let mut text = String::new();
        if write(&mut text).expect("a String takes everything") {
            assert!(!text.contains('\0'), "{} holds a NUL", self.1);
            self.0.push(format!("{} {text}", self.1));
        }
    }
}

/// Fields that depend on the past alone (SPEC section 7).
const PER_SEGMENT: [&str; 18] = [
    "synfin.role",
    "synfin.handshake.step",
    "synfin.teardown.step",
    "synfin.retransmission",
    "synfin.phase",
    "synfin.basis",
    "synfin.x",
    "synfin.y",
    "synfin.seq",
    "synfin.ack",
    "synfin.seq.offset",
    "synfin.ack.offset",
    "synfin.sender",
    "synfin.summary",
    "synfin.client.state",
    "synfin.server.state",
    "synfin.reset",
    "synfin.explain",
];

impl Check {
    /// A new tracker. `words`: the fields are read as well, which takes longer.
    pub fn new(source: &mut impl Source, words: bool) -> Check {
        let rebase = !source.one_in(4);
        Check {
            is_loud: false,
            tracker: Tracker::new(Options { rebase, ..Options::default() }),
            rebase,
            shift: [source.take(32), source.take(32)],
            streams: vec![Alone::default(); STREAMS as usize],
            seen: Vec::new(),
            words: words.then(Vec::new),
        }
    }

    /// Takes a segment in, and checks all that can be checked now. False when the tracker has no room for it.
    pub fn observe(&mut self, step: &Step) -> bool {
        let Step { place, stream, path, known_tuple, segment } = *step;
        if self.tracker.observe(place, stream, path, known_tuple, &segment).is_err() {
            return false;
        }
        let rebase = self.rebase;
        let alone = &mut self.streams[stream as usize];
        alone.count += 1;
        let moment = Moment { frame: place.frame, ordinal: alone.count.into(), known_tuple, rebase };
        let from = end(path, &segment);
        let verdict = alone.connection.observe(moment, from, &segment);
        if self.is_loud {
            println!("{verdict:?}");
        }
        alone.before.check(from, &segment, &verdict, &alone.connection, rebase);
        alone.compare_moved(moment, from, &segment, &verdict, self.shift);
        let annotation = self.tracker.annotation(place, path, &segment, Pass::First).expect("just taken in");
        assert_eq!(annotation.verdict, verdict, "the tracker says what the connection said");
        if let Some(words) = &mut self.words {
            let mut lines = Lines(Vec::new(), "");
            for field in FIELDS {
                lines.1 = field.name;
                (field.read)(&annotation, &mut lines);
            }
            check_whole(&annotation, &lines.0);
            lines.0.retain(|line| PER_SEGMENT.contains(&line.split(' ').next().unwrap_or("")));
            words.push(lines.0);
        }
        self.seen.push((*step, verdict));
        true
    }

    /// The same segment handed in once more changes nothing.
    pub fn observe_again(&mut self, source: &mut impl Source) {
        let Some(&(step, _)) = self.seen.get(source.below(self.seen.len() as u32) as usize) else { return };
        let before = (self.tracker.memory(), self.tracker.segment_count());
        let taken = self.tracker.observe(step.place, step.stream, step.path, step.known_tuple, &step.segment);
        assert_eq!(taken, Ok(()), "a second visit is fine");
        assert_eq!(before, (self.tracker.memory(), self.tracker.segment_count()), "a second visit changes nothing");
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
            let (step, verdict) = &self.seen[index];
            let found = self.tracker.annotation(step.place, step.path, &step.segment, Pass::Final);
            let annotation = found.expect("taken in before");
            assert_eq!(annotation.verdict, *verdict, "segment {index}: the recall is not the first verdict");
            assert_eq!(annotation.stream, step.stream, "segment {index}: its stream");
            assert_eq!(annotation.is_last, last[step.stream as usize] == index, "segment {index}: the last one");
            let alone = &self.streams[step.stream as usize].connection;
            assert_eq!(annotation.connection.conn_state(), alone.conn_state(), "segment {index}: conn_state");
            if let Some(words) = &self.words {
                let mut lines = Lines(Vec::new(), "");
                for field in FIELDS {
                    lines.1 = field.name;
                    (field.read)(&annotation, &mut lines);
                }
                check_whole(&annotation, &lines.0);
                assert!(!lines.0.iter().any(|line| line.ends_with(" pending")), "segment {index}: {:?}", lines.0);
                lines.0.retain(|line| PER_SEGMENT.contains(&line.split(' ').next().unwrap_or("")));
                assert_eq!(lines.0, words[index], "segment {index}: its own fields changed");
            }
        }
        assert!(
            self.tracker
                .annotation(Place { frame: u32::MAX, layer: 0 }, self.path(), &self.blank(), Pass::Final)
                .is_none()
        );
        let memory = self.tracker.memory();
        assert!(memory <= MEMORY_BASE + count * MEMORY_SEGMENT, "{memory} octets for {count} segments");
    }

    fn path(&self) -> Path {
        let unknown = synfin::tracker::Address::Unknown;
        self.seen.first().map_or(Path { source: unknown, destination: unknown }, |(step, _)| step.path)
    }

    fn blank(&self) -> Segment {
        synfin::header::parse(&[0x50; 20], 20, None).unwrap_or_else(|| unreachable!("a whole header"))
    }
}

impl Alone {
    /// Nothing but the shown X and Y depends on where the circle begins, which end sorts first, or the clock.
    fn compare_moved(&mut self, moment: Moment, from: End, segment: &Segment, verdict: &Verdict, shift: [u32; 2]) {
        let [own, peers] = match from {
            End::Low => shift,
            End::High => [shift[1], shift[0]],
            End::Same => [shift[0], shift[0]],
        };
        let mut moved = *segment;
        moved.seq = Seq(segment.seq.0.wrapping_add(own));
        moved.ack = Seq(segment.ack.0.wrapping_add(peers));
        moved.at = None;
        let mut said = self.moved.observe(moment, other(from), &moved);
        assert_eq!(said.numbers.x.is_some(), verdict.numbers.x.is_some(), "X is known wherever the circle begins");
        assert_eq!(said.numbers.y.is_some(), verdict.numbers.y.is_some(), "Y is known wherever the circle begins");
        (said.numbers.x, said.numbers.y) = (verdict.numbers.x, verdict.numbers.y);
        assert_eq!(said, *verdict, "the verdict depends on where the circle begins, on the ends' order or the clock");
        assert_eq!(self.moved.conn_state(), self.connection.conn_state());
        assert_eq!(self.moved.half_close_bytes(), self.connection.half_close_bytes());
    }
}

/// All texts of a segment find room in the buffer that the shim has for them, and there are not more values.
fn check_whole(annotation: &synfin::tracker::Annotation, lines: &[String]) {
    const TEXT_MAX: usize = 4096;
    const VALUES_MAX: usize = 136;
    let (mut label, mut suffix) = (String::new(), String::new());
    text::label(&mut label, annotation).expect("a String takes everything");
    text::suffix(&mut suffix, &annotation.verdict, annotation.segment).expect("a String takes everything");
    let octets: usize = lines.iter().map(|line| line.len() + 1).sum::<usize>() + label.len() + suffix.len() + 2;
    assert!(octets <= TEXT_MAX, "{octets} octets of text");
    assert!(lines.len() <= VALUES_MAX, "{} values", lines.len());
    assert!(suffix.len() < 256, "a suffix of {} octets", suffix.len());
    let _ = experts::of(annotation);
}
