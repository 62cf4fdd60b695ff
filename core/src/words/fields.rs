//! THE field table: each field's name, type and description, and how it is read. Nothing else names a field.
//!
//! The rows stand in four files, by what they are about; a new field is a new row in one of them.

mod connection;
mod log;
mod numbers;
mod read;
mod segment;

use std::fmt::{self, Write};

pub use read::Output;

use super::language::{Language, Words};
use crate::view::{ConnectionView, IcmpView, Kind, Phase, SegmentView, Verdict};

/// The type of a field's values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// Text.
    String,
    /// A small number.
    Uint8,
    /// A sequence number, a count, a stream.
    Uint32,
    /// A count of bytes.
    Uint64,
    /// A small signed distance.
    Int32,
    /// A signed distance.
    Int64,
    /// True; such a field is absent when false.
    Boolean,
    /// A duration in nanoseconds.
    Time,
    /// The number of a frame.
    Frame,
    /// Nanoseconds since the epoch, UTC.
    AbsoluteTime,
}

/// Which subtree of a segment's details a field stands in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Subtree {
    /// At once below the item of the protocol.
    Top,
    /// In the subtree on the connection.
    Connection,
    /// In the subtree on X and Y.
    Numbers,
}

/// Where the values of a field go.
pub trait Sink {
    /// One number, of any of the number types.
    fn number(&mut self, number: i64);

    /// One text: what `write` writes. Nothing when `write` fails or says false.
    fn text(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> Result<bool, fmt::Error>);

    /// The values of this field that follow are for filters and columns alone: in the details they would repeat another
    /// line, or say nothing.
    fn hide(&mut self);
}

/// Reads a field of a segment.
pub type SegmentReader = fn(&SegmentView, &mut Output);
/// Reads a field of a connection.
pub type ConnectionReader = fn(&ConnectionView, &mut Output);
/// Reads a field of an ICMP error.
pub type IcmpReader = fn(&IcmpView, &mut Output);

/// On which segments a field of the connection stands.
#[derive(Clone, Copy)]
pub enum Placement {
    /// On all of them.
    All,
    /// On the last one.
    Last,
    /// On those with a step of the handshake, and on the last one.
    Handshake,
    /// On those with a step of the teardown, and on the last one.
    Teardown,
    /// On step 3 of the handshake, of each attempt, and on the last one.
    Step3,
    /// On the later one of two steps of the handshake, and on the last segment.
    LaterOf(u8, u8),
    /// On the segment in this frame, one that acknowledges a FIN (after a RST it shows no step), and on the last segment; 0: on
    /// the last one alone.
    FinAcknowledged(fn(&ConnectionView) -> u32),
    /// On the RST in this frame, and on the last segment; 0: on the last one alone.
    RstFrame(fn(&ConnectionView) -> u32),
}

/// What a field is about, and how it is read.
#[derive(Clone, Copy)]
pub enum About {
    /// A segment.
    Segment(SegmentReader),
    /// A segment that performs or repeats a step, or is a RST; nothing on any other.
    Eventful(SegmentReader),
    /// A segment or an ICMP error.
    Message {
        /// Of a segment.
        segment: SegmentReader,
        /// Of an ICMP error.
        icmp: IcmpReader,
    },
    /// A RST.
    Reset {
        /// Of the RST itself.
        segment: SegmentReader,
        /// Of a connection: that of the RST that ended it. No segment shows it so.
        connection: ConnectionReader,
    },
    /// A connection.
    Connection {
        /// How it is read.
        read: ConnectionReader,
        /// Where it stands.
        on: Placement,
    },
    /// An ICMP error.
    Icmp(IcmpReader),
}

/// A field: all there is to know of it.
#[derive(Clone, Copy)]
pub struct Field {
    /// The name in filters: `synfin.role`.
    pub name: &'static str,
    /// The label in the details: `Role`.
    pub title: Words,
    /// What a value means, in one sentence.
    pub blurb: Words,
    /// The type of its values.
    pub kind: Type,
    /// Where it stands in the details.
    pub subtree: Subtree,
    /// Whether its values are for filters and columns alone: another line says the same.
    pub is_hidden: bool,
    /// What it is about.
    pub about: About,
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Field {
    /// Gives its values for a segment: none, one, or one a step.
    pub fn read_segment(&self, view: &SegmentView, language: Language, sink: &mut dyn Sink) {
        match self.about {
            About::Segment(read)
            | About::Eventful(read)
            | About::Message { segment: read, .. }
            | About::Reset { segment: read, .. } => {
                read(view, &mut self.output(language, sink, view.frame));
            }
            About::Connection { read, on } if on.is_at(view) => {
                read(&view.connection, &mut self.output(language, sink, view.frame));
            }
            About::Connection { .. } | About::Icmp(_) => {}
        }
    }

    /// Gives its value for a connection, as its last segment shows it; what is about a RST: of the one that ended it.
    pub fn read_connection(&self, view: &ConnectionView, language: Language, sink: &mut dyn Sink) {
        if let About::Connection { read, .. } | About::Reset { connection: read, .. } = self.about {
            read(view, &mut self.output(language, sink, 0));
        }
    }

    /// Gives its value for an ICMP error.
    pub fn read_icmp(&self, view: &IcmpView, language: Language, sink: &mut dyn Sink) {
        if let About::Icmp(read) | About::Message { icmp: read, .. } = self.about {
            read(view, &mut self.output(language, sink, 0));
        }
    }

    /// Whether it speaks of a segment itself, and not of its connection or of an ICMP error.
    #[must_use]
    pub const fn is_of_segment(&self) -> bool {
        match self.about {
            About::Segment(_) | About::Eventful(_) | About::Message { .. } | About::Reset { .. } => true,
            About::Connection { .. } | About::Icmp(_) => false,
        }
    }

    /// Whether [`Field::read_connection`] can give something.
    #[must_use]
    pub const fn is_of_connection(&self) -> bool {
        matches!(self.about, About::Connection { .. } | About::Reset { .. })
    }

    /// Whether [`Field::read_icmp`] can give something.
    #[must_use]
    pub const fn is_of_icmp(&self) -> bool {
        matches!(self.about, About::Icmp(_) | About::Message { .. })
    }

    /// Whether in a first pass [`Field::read_segment`] can give something only of a segment that performs or repeats a step
    /// or is a RST.
    #[must_use]
    pub const fn is_of_eventful(&self) -> bool {
        match self.about {
            About::Eventful(_) | About::Reset { .. } => true,
            About::Connection { on, .. } => !matches!(on, Placement::All | Placement::FinAcknowledged(_)),
            About::Segment(_) | About::Message { .. } | About::Icmp(_) => false,
        }
    }

    fn output<'a>(&self, language: Language, sink: &'a mut dyn Sink, frame: u32) -> Output<'a> {
        if self.is_hidden {
            sink.hide();
        }
        Output { sink, language, frame }
    }
}

/// Whether the segment belongs to the attempt that the connection's fields speak of.
fn is_of_last_attempt(view: &SegmentView) -> bool {
    let [first_syn, ..] = view.connection.handshake_frames();
    view.connection.attempts() < 2 || view.frame >= first_syn
}

/// Whether it performs the later one of two steps of the handshake.
fn is_later_of(view: &SegmentView, one: u8, other: u8) -> bool {
    let [frame_1, shown_2, frame_3] = view.connection.handshake_frames();
    let later_2 = view.connection.later_syn_ack_frame();
    let frame_of = |step: u8| match step {
        1 => frame_1,
        2 if later_2 != 0 => later_2,
        2 => shown_2,
        _ => frame_3,
    };
    let later = frame_of(one).max(frame_of(other));
    let is_step = |step: u8| {
        let steps = view.verdict.open_steps;
        let is_other = step == 2 && later_2 != 0;
        if is_other { view.segment.kind() == Kind::SynAck } else { steps.has(step) }
    };
    view.frame == later && [one, other].iter().any(|&step| frame_of(step) == later && is_step(step))
}

/// Whether it may be what acknowledges a FIN. After a RST it shows no step.
fn acknowledges_fin(verdict: &Verdict) -> bool {
    let steps = verdict.close_steps;
    let is_other =
        verdict.phase == Phase::Closed && steps.is_empty() && verdict.open_steps.is_empty() && verdict.reset.is_none();
    steps.has(2) || steps.has(4) || is_other
}

impl Placement {
    /// Whether it stands on this segment.
    fn is_at(self, view: &SegmentView) -> bool {
        match self {
            Placement::All => true,
            _ if view.is_last => true,
            Placement::Last => false,
            Placement::Handshake => !view.verdict.open_steps.is_empty() && is_of_last_attempt(view),
            Placement::Teardown => !view.verdict.close_steps.is_empty() && is_of_last_attempt(view),
            Placement::Step3 => view.verdict.open_steps.has(3),
            // A frame has several segments where it holds a tunnel, or got the number of one that a read filter threw away.
            Placement::LaterOf(one, other) => is_later_of(view, one, other),
            Placement::FinAcknowledged(frame) => {
                acknowledges_fin(&view.verdict) && view.frame == frame(&view.connection)
            }
            Placement::RstFrame(frame) => view.verdict.reset.is_some() && view.frame == frame(&view.connection),
        }
    }
}

/// One row of the table.
macro_rules! field {
    ($name:literal, $kind:ident, $about:expr, [$title:literal, $titel:literal], [$blurb:literal, $text:literal]) => {
        Field {
            name: concat!("synfin.", $name),
            title: Words { english: $title, chinese: $titel },
            blurb: Words { english: $blurb, chinese: $text },
            kind: Type::$kind,
            subtree: SUBTREE,
            is_hidden: false,
            about: $about,
        }
    };
}
use field;

impl Field {
    /// The same row, for filters and columns alone.
    const fn hidden(self) -> Field {
        Field { is_hidden: true, ..self }
    }
}

const COUNT: usize = segment::FIELDS.len() + connection::FIELDS.len() + log::FIELDS.len() + numbers::FIELDS.len();

/// The rows of the four files, one after the other.
#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "the compiler runs it")]
const fn all() -> [Field; COUNT] {
    let mut rows = [segment::FIELDS[0]; COUNT];
    let mut from: [&[Field]; 4] = [segment::FIELDS, connection::FIELDS, log::FIELDS, numbers::FIELDS];
    let (mut at, mut file) = (0, 0);
    while file < from.len() {
        while let [first, rest @ ..] = from[file] {
            rows[at] = *first;
            from[file] = rest;
            at += 1;
        }
        file += 1;
    }
    rows
}

/// All fields, in the order in which the details show them: by [`Subtree`], and within one what people look for first.
pub static FIELDS: &[Field] = {
    const ROWS: [Field; COUNT] = all();
    &ROWS
};

#[cfg(test)]
mod tests;
