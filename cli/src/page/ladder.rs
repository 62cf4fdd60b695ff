//! The ladder of a connection: its first and its last segments, kept as long as it lives, since nobody knows yet how it ends.

use std::fmt::Write;

use synfin_core::view::{
    Anomalies, Basis, Both, ConnectionView, Flags, IcmpKind, Numbers, Phase, Repeats, Reset, SegmentView, Side, State,
    Steps, Timestamp, Verdict,
};
use synfin_core::words::servers::endpoint;
use synfin_core::words::text;

/// So many segments are kept of the beginning.
const FIRST: usize = 6;

/// And so many of the end.
const LAST: usize = 8;

/// A number that may be unknown, in eight bytes: an `Option` takes sixteen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct OptionalNumber(i64);

impl OptionalNumber {
    const UNKNOWN: i64 = i64::MIN;

    fn new(number: Option<i64>) -> OptionalNumber {
        OptionalNumber(number.unwrap_or(OptionalNumber::UNKNOWN))
    }

    fn get(self) -> Option<i64> {
        (self.0 != OptionalNumber::UNKNOWN).then_some(self.0)
    }
}

/// A segment, in as little room as it takes: many are kept that nobody will see.
#[derive(Clone, Copy, Debug)]
struct Rung {
    /// In nanoseconds since the epoch.
    at: OptionalNumber,
    seq: OptionalNumber,
    ack: OptionalNumber,
    frame: u32,
    payload_len: u32,
    flags: Flags,
    states: Both<State>,
    sender: Side,
    open_steps: Steps,
    close_steps: Steps,
    reset: Option<Reset>,
    x_is_senders: bool,
    is_copy: bool,
    is_again: bool,
}

impl Rung {
    fn of(view: &SegmentView) -> Rung {
        let verdict = &view.verdict;
        Rung {
            at: OptionalNumber::new(view.segment.at.map(|at| at.0)),
            seq: OptionalNumber::new(verdict.numbers.seq),
            ack: OptionalNumber::new(verdict.numbers.ack),
            frame: view.frame,
            payload_len: view.segment.payload_len,
            flags: view.segment.flags,
            states: verdict.states,
            sender: verdict.sender,
            open_steps: verdict.open_steps,
            close_steps: verdict.close_steps,
            reset: verdict.reset,
            x_is_senders: verdict.numbers.x_is_senders,
            is_copy: verdict.is_copy,
            is_again: verdict.repeats.any(),
        }
    }

    /// What was said of the segment, as far as the words of a rung ask for it.
    fn verdict(&self) -> Verdict {
        Verdict {
            sender: self.sender,
            open_steps: self.open_steps,
            close_steps: self.close_steps,
            repeats: Repeats { syn: self.is_again, fin: false, ack: false },
            is_copy: self.is_copy,
            is_older: false,
            phase: Phase::Data,
            states: self.states,
            reset: self.reset,
            ended: false,
            numbers: Numbers {
                basis: Basis::Handshake,
                x_is_senders: self.x_is_senders,
                x: None,
                y: None,
                seq: self.seq.get(),
                ack: self.ack.get(),
            },
            anomalies: Anomalies::empty(),
        }
    }

    /// `Open 2/3`, `RST: refused`; empty where it has no step.
    fn step(&self) -> String {
        let mut step = String::new();
        // A string takes all that is written.
        let _ = text::step(&mut step, &self.verdict());
        step
    }

    /// `SYN&ACK Seq=Y Ack=X+1 Len=5`.
    fn numbers(&self) -> String {
        let (mut out, verdict) = (String::new(), self.verdict());
        let _ = text::flags(&mut out, self.flags);
        for (name, offset, side) in [(" Seq=", self.seq, self.sender), (" Ack=", self.ack, self.sender.peer())] {
            if let Some(offset) = offset.get() {
                out.push_str(name);
                let _ = text::expression(&mut out, text::letter(&verdict, side), offset);
            }
        }
        if self.payload_len > 0 {
            let _ = write!(out, " Len={}", self.payload_len);
        }
        out
    }
}

/// The segments of a connection that is still being read.
#[derive(Debug, Default)]
pub struct Rungs {
    /// The first ones; behind them the last ones, of which the oldest makes room for the next.
    rungs: Vec<Rung>,
    /// How many came between them and were forgotten.
    between: u64,
}

impl Rungs {
    /// Takes the next one in.
    pub fn add(&mut self, segment: &SegmentView) {
        let rung = Rung::of(segment);
        if self.rungs.len() < FIRST + LAST {
            if self.rungs.len() == self.rungs.capacity() {
                // Most connections are short; the others get no more than they can fill.
                self.rungs.reserve_exact((FIRST + LAST - self.rungs.len()).min(5));
            }
            self.rungs.push(rung);
            return;
        }
        let oldest = self.oldest();
        if let Some(place) = self.rungs.get_mut(FIRST + oldest) {
            *place = rung;
        }
        self.between = self.between.saturating_add(1);
    }

    /// Which of the last ones came first.
    fn oldest(&self) -> usize {
        usize::try_from(self.between % LAST as u64).unwrap_or(0)
    }

    /// The ladder of its connection, which is this.
    pub fn ladder(&self, connection: &ConnectionView) -> Ladder {
        let (first, last) = self.rungs.split_at(self.rungs.len().min(FIRST));
        let (newer, older) = last.split_at(self.oldest().min(last.len()));
        let start = first.first().and_then(|rung| rung.at.get()).map(Timestamp).or(connection.start());
        let line = |rung: &Rung| Line::Segment {
            frame: rung.frame,
            after_ns: rung.at.get().zip(start).map(|(at, start)| at.saturating_sub(start.0)),
            sender: rung.sender,
            step: rung.step(),
            numbers: rung.numbers(),
            states: rung.states,
            is_reset: rung.flags.has(Flags::RST),
        };
        let mut lines: Vec<Line> = first.iter().map(line).collect();
        if self.between > 0 {
            lines.push(Line::Gap(self.between));
        }
        lines.extend(older.iter().chain(newer).map(line));
        if let Some((kind, frame)) = connection.icmp() {
            // The lines are in the order of their frames.
            let at = lines.iter().position(|line| line.frame().is_some_and(|of_line| of_line > frame));
            let from = connection
                .icmp_origin()
                .and_then(|origin| origin.from)
                .map_or_else(|| "?".to_string(), |address| address.to_string());
            lines.insert(at.unwrap_or(lines.len()), Line::Icmp { frame, kind, from });
        }
        let name = |side| {
            let (address, port) = connection.endpoint(side);
            endpoint(address, port)
        };
        Ladder {
            stream: connection.stream,
            first_frame: connection.first_frame(),
            last_frame: connection.last_frame(),
            start,
            client: name(Side::Client),
            server: name(Side::Server),
            lines,
        }
    }
}

/// A line of a ladder.
#[derive(Debug)]
pub enum Line {
    /// A segment.
    Segment {
        frame: u32,
        /// Nanoseconds since the first segment; negative where frames are out of order.
        after_ns: Option<i64>,
        sender: Side,
        step: String,
        numbers: String,
        /// Those of both sides after it.
        states: Both<State>,
        is_reset: bool,
    },
    /// An ICMP error about the connection.
    Icmp { frame: u32, kind: IcmpKind, from: String },
    /// So many segments are not shown.
    Gap(u64),
}

impl Line {
    fn frame(&self) -> Option<u32> {
        match self {
            Line::Segment { frame, .. } | Line::Icmp { frame, .. } => Some(*frame),
            Line::Gap(_) => None,
        }
    }
}

/// What is shown of a connection.
#[derive(Debug)]
pub struct Ladder {
    pub stream: u32,
    pub first_frame: u32,
    pub last_frame: u32,
    pub start: Option<Timestamp>,
    pub client: String,
    pub server: String,
    pub lines: Vec<Line>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rung_is_small() {
        assert_eq!(size_of::<Rung>(), 48);
        assert_eq!([OptionalNumber::new(None).get(), OptionalNumber::new(Some(-5)).get()], [None, Some(-5)]);
    }
}
