//! THE field table: each field's name, type and description, and how it is read. Nothing else names a field.

use std::fmt::{self, Write};

use crate::tcp::{HandshakeOutcome, Kind, Pass, Side};
use crate::text;
use crate::tracker::Annotation;

/// The type of a field's values.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Type {
    /// Text.
    String,
    /// A small number.
    Uint8,
    /// A sequence number.
    Uint32,
    /// A count of octets.
    Uint64,
    /// A signed distance.
    Int64,
    /// True; such a field is absent when false.
    Boolean,
    /// A duration in nanoseconds.
    Time,
    /// The number of a frame.
    Frame,
}

/// Where the values of a field go.
pub trait Sink {
    /// One number, of any of the number types.
    fn number(&mut self, number: i64);

    /// One text: what `write` writes. Nothing when `write` fails or says false.
    fn text(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> Result<bool, fmt::Error>);
}

/// A field: all there is to know of it.
#[derive(Clone, Copy)]
pub struct Field {
    /// The name in filters: `synfin.role`.
    pub name: &'static str,
    /// The label in the tree: `Role`.
    pub title: &'static str,
    /// What a value means, in one sentence.
    pub blurb: &'static str,
    /// The type of its values.
    pub kind: Type,
    /// Gives its values for a segment: none, one, or one a step.
    pub read: fn(&Annotation, &mut dyn Sink),
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Field").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

fn word(sink: &mut dyn Sink, word: &str) {
    sink.text(&mut |out| out.write_str(word).map(|()| true));
}

fn write(sink: &mut dyn Sink, mut body: impl FnMut(&mut dyn Write) -> fmt::Result) {
    sink.text(&mut |out| body(out).map(|()| true));
}

fn truth(sink: &mut dyn Sink, truth: bool) {
    if truth {
        sink.number(1);
    }
}

fn maybe(sink: &mut dyn Sink, number: Option<impl TryInto<i64>>) {
    if let Some(Ok(number)) = number.map(TryInto::try_into) {
        sink.number(number);
    }
}

fn frame(sink: &mut dyn Sink, frame: u32) {
    if frame != 0 {
        sink.number(i64::from(frame));
    }
}

/// A time that stands on the frame where it becomes known and on the connection's last segment.
fn time(a: &Annotation, sink: &mut dyn Sink, known_at: u32, ns: Option<u64>) {
    if a.is_last || (known_at != 0 && a.frame == known_at) {
        maybe(sink, ns);
    }
}

/// The frame at which two steps of the opening, counted from 0, are both known.
fn later_frame(a: &Annotation, steps: [usize; 2]) -> u32 {
    let frames = a.connection.handshake_frames();
    steps.iter().filter_map(|&step| frames.get(step)).copied().max().unwrap_or(0)
}

/// A link of the opening: on its segments and on the connection's last.
fn open_link(a: &Annotation, sink: &mut dyn Sink, number: u32) {
    if a.is_last || !a.verdict.open_steps.is_empty() {
        frame(sink, number);
    }
}

/// A link of the closing: on its segments and on the connection's last.
fn close_link(a: &Annotation, sink: &mut dyn Sink, number: u32) {
    if a.is_last || !a.verdict.close_steps.is_empty() {
        frame(sink, number);
    }
}

/// One row of the table.
macro_rules! field {
    ($name:literal, $title:literal, $kind:ident, $read:expr, $blurb:literal) => {
        Field { name: $name, title: $title, blurb: $blurb, kind: Type::$kind, read: $read }
    };
}

/// All fields, in the order in which the tree shows them.
pub static FIELDS: &[Field] = &[
    field!(
        "synfin.step",
        "Step",
        String,
        |a, sink| sink.text(&mut |out| text::step(out, &a.verdict)),
        "What the segment does in the opening or the closing, in short: Open 2/3, Close 2+3/4 (two steps in one segment), RST: refused; absent on all others"
    ),
    field!(
        "synfin.role",
        "Role",
        String,
        |a, sink| sink.text(&mut |out| {
            let mut result = Ok(());
            a.verdict.role(a.segment, |piece| result = result.and_then(|()| out.write_str(piece)));
            result.map(|()| true)
        }),
        "What the segment is in the connection's life: SYN, SYN-ACK, OPEN-ACK, FIN, CLOSE-ACK, RST (several joined with +), else DATA, ACK or OTHER"
    ),
    field!(
        "synfin.handshake.step",
        "Handshake step",
        Uint8,
        |a, sink| a.verdict.open_steps.iter().for_each(|step| sink.number(i64::from(step))),
        "Step of the opening: 1 the SYN, 2 the SYN-ACK, 3 the ACK that completes it; present on opening segments only"
    ),
    field!(
        "synfin.teardown.step",
        "Teardown step",
        Uint8,
        |a, sink| a.verdict.close_steps.iter().for_each(|step| sink.number(i64::from(step))),
        "Step of the closing: 1 the first FIN, 2 its acknowledgment, 3 the other side's FIN, 4 the acknowledgment of that; present on closing segments only"
    ),
    field!(
        "synfin.retransmission",
        "Retransmission",
        Boolean,
        |a, sink| truth(sink, a.verdict.repeats.any()),
        "True when the segment's SYN, FIN or step-performing ACK was there before; absent otherwise"
    ),
    field!(
        "synfin.phase",
        "Phase",
        String,
        |a, sink| word(sink, a.verdict.phase.name()),
        "The part of the connection's life the segment belongs to: open, data, close or closed"
    ),
    field!(
        "synfin.sender",
        "Sender",
        String,
        |a, sink| word(sink, a.verdict.sender.name()),
        "Who sent the segment: client or server"
    ),
    field!(
        "synfin.summary",
        "Summary",
        String,
        |a, sink| write(sink, |out| text::summary(out, &a.verdict, a.segment)),
        "The segment in one line: direction, absolute numbers with their X/Y expressions, payload length and flags"
    ),
    field!(
        "synfin.explain",
        "Explanation",
        String,
        |a, sink| sink.text(&mut |out| text::explanation(out, a)),
        "One plain sentence on what a segment with a step, or a reset, does (language: preference synfin.language)"
    ),
    field!(
        "synfin.seq",
        "Sequence number",
        String,
        |a, sink| if let Some(offset) = a.verdict.numbers.seq {
            write(sink, |out| text::expression(out, text::letter(&a.verdict, a.verdict.sender), offset));
        },
        "The sequence number counted from the base in force: X, X+1, Y+201, X-5"
    ),
    field!(
        "synfin.seq.offset",
        "Sequence offset",
        Int64,
        |a, sink| maybe(sink, a.verdict.numbers.seq),
        "The sequence number's distance from X or Y in octets; does not wrap at 4 GiB"
    ),
    field!(
        "synfin.ack",
        "Acknowledgment number",
        String,
        |a, sink| if let Some(offset) = a.verdict.numbers.ack {
            write(sink, |out| text::expression(out, text::letter(&a.verdict, a.verdict.sender.peer()), offset));
        },
        "The acknowledgment number counted from the base in force: X+1 acknowledges X; absent without the ACK flag"
    ),
    field!(
        "synfin.ack.offset",
        "Acknowledgment offset",
        Int64,
        |a, sink| maybe(sink, a.verdict.numbers.ack),
        "The acknowledgment number's distance from X or Y in octets; does not wrap at 4 GiB"
    ),
    field!(
        "synfin.basis",
        "Basis of X and Y",
        String,
        |a, sink| word(sink, a.verdict.numbers.basis.name()),
        "Which X and Y are in force: open (the initial sequence numbers), close (the first FIN and what it acknowledges) or first-seen"
    ),
    field!(
        "synfin.x",
        "X",
        Uint32,
        |a, sink| maybe(sink, a.verdict.numbers.x),
        "The base number X in force: of the side that started the exchange"
    ),
    field!(
        "synfin.y",
        "Y",
        Uint32,
        |a, sink| maybe(sink, a.verdict.numbers.y),
        "The base number Y in force: of the other side"
    ),
    field!(
        "synfin.client.state",
        "Client state",
        String,
        |a, sink| word(sink, a.verdict.states.client.name()),
        "The client's RFC 9293 state after this segment was sent and received"
    ),
    field!(
        "synfin.server.state",
        "Server state",
        String,
        |a, sink| word(sink, a.verdict.states.server.name()),
        "The server's RFC 9293 state after this segment was sent and received"
    ),
    field!(
        "synfin.reset",
        "Reset",
        String,
        |a, sink| if let Some(reset) = a.verdict.reset {
            word(sink, reset.name())
        },
        "What a RST did: refused, handshake (broke the opening off), abort (of an open connection), after-fin, or stray (nobody would accept it)"
    ),
    field!(
        "synfin.handshake.kind",
        "Handshake kind",
        String,
        |a, sink| word(sink, a.connection.handshake_kind().name()),
        "How the connection opened: three-way, fast-open, simultaneous, split or not-captured"
    ),
    field!(
        "synfin.handshake.outcome",
        "Handshake outcome",
        String,
        |a, sink| word(sink, a.connection.handshake_outcome(a.pass).name()),
        "What became of the opening: complete, refused, no-answer, half-open, reset, partial or not-captured; pending while a first pass cannot know"
    ),
    field!(
        "synfin.handshake.time",
        "Handshake time",
        Time,
        |a, sink| time(a, sink, later_frame(a, [0, 2]), a.connection.handshake_ns()),
        "Time from the first SYN to the segment that completes the opening"
    ),
    field!(
        "synfin.handshake.synack_rtt",
        "SYN to SYN-ACK",
        Time,
        |a, sink| time(a, sink, later_frame(a, [0, 1]), a.connection.syn_ack_rtt_ns()),
        "Round trip from SYN to SYN-ACK; left out when the SYN was repeated before the answer (Karn)"
    ),
    field!(
        "synfin.handshake.ack_rtt",
        "SYN-ACK to ACK",
        Time,
        |a, sink| time(a, sink, later_frame(a, [1, 2]), a.connection.ack_rtt_ns()),
        "Round trip from SYN-ACK to the completing ACK; left out when the SYN-ACK was repeated before the answer (Karn)"
    ),
    field!(
        "synfin.handshake.frame1",
        "Handshake step 1 in frame",
        Frame,
        |a, sink| open_link(a, sink, a.connection.handshake_frames()[0]),
        "The frame of the first SYN"
    ),
    field!(
        "synfin.handshake.frame2",
        "Handshake step 2 in frame",
        Frame,
        |a, sink| open_link(a, sink, a.connection.handshake_frames()[1]),
        "The frame of the first SYN-ACK"
    ),
    field!(
        "synfin.handshake.frame3",
        "Handshake step 3 in frame",
        Frame,
        |a, sink| open_link(a, sink, a.connection.handshake_frames()[2]),
        "The frame of the segment that completed the opening"
    ),
    field!(
        "synfin.negotiated",
        "Negotiated",
        String,
        |a, sink| if (a.is_last || a.verdict.open_steps.has(3))
            && let Some(agreed) = a.connection.negotiated()
        {
            write(sink, |out| text::negotiated(out, &agreed));
        },
        "What the two SYNs agreed: MSS client/server, WS (window scale shifts), SACK, TS, ECN, TFO, MPTCP"
    ),
    field!(
        "synfin.teardown.kind",
        "Teardown kind",
        String,
        |a, sink| word(sink, a.connection.teardown_kind(a.pass).name()),
        "How the connection closed: four-segment, three-segment, simultaneous, half-closed, reset, reset-after-fin, open (not closed) or none (never opened)"
    ),
    field!(
        "synfin.teardown.closer",
        "Closed by",
        String,
        |a, sink| if let Some(closer) = a.connection.closer() {
            word(sink, closer.name())
        },
        "Who closed: the sender of the first FIN, or else of the RST that ended the connection"
    ),
    field!(
        "synfin.teardown.half_close_bytes",
        "Half-close bytes",
        Uint64,
        |a, sink| maybe(sink, a.connection.half_close_bytes()),
        "Octets of payload that the other side sent after the first FIN"
    ),
    field!(
        "synfin.teardown.time",
        "Teardown time",
        Time,
        |a, sink| time(a, sink, a.connection.closed_frame(), a.connection.teardown_ns()),
        "Time from the first FIN to the segment after which both FINs are acknowledged"
    ),
    field!(
        "synfin.teardown.frame1",
        "Teardown step 1 in frame",
        Frame,
        |a, sink| close_link(a, sink, a.connection.teardown_frames()[0]),
        "The frame of the first FIN"
    ),
    field!(
        "synfin.teardown.frame2",
        "Teardown step 2 in frame",
        Frame,
        |a, sink| close_link(a, sink, a.connection.teardown_frames()[1]),
        "The frame of the segment that first acknowledged the first FIN"
    ),
    field!(
        "synfin.teardown.frame3",
        "Teardown step 3 in frame",
        Frame,
        |a, sink| close_link(a, sink, a.connection.teardown_frames()[2]),
        "The frame of the other side's FIN"
    ),
    field!(
        "synfin.teardown.frame4",
        "Teardown step 4 in frame",
        Frame,
        |a, sink| close_link(a, sink, a.connection.teardown_frames()[3]),
        "The frame of the segment that first acknowledged the second FIN"
    ),
    field!(
        "synfin.reset.frame",
        "Reset in frame",
        Frame,
        |a, sink| if let Some(ended) = a.connection.reset_frame()
            && (a.is_last || a.frame == ended)
        {
            frame(sink, ended);
        },
        "The frame of the RST that ended the connection"
    ),
    field!(
        "synfin.conn.state",
        "Connection state (Zeek)",
        String,
        |a, sink| word(sink, a.connection.conn_state()),
        "Zeek's conn_state: S0 S1 SF REJ S2 S3 RSTO RSTR RSTOS0 RSTRH SH SHR OTH"
    ),
    field!(
        "synfin.conn.history",
        "Connection history (Zeek)",
        String,
        |a, sink| sink.text(&mut |out| {
            // A segment without flags and payload has no letter.
            let (mut result, mut is_empty) = (Ok(()), true);
            a.connection.history(|letter| {
                is_empty = false;
                result = result.and_then(|()| out.write_char(char::from(letter)));
            });
            result.map(|()| !is_empty)
        }),
        "Zeek's history letters, capitals the client's: S SYN, H SYN-ACK, A ACK, D data, F FIN, R RST, I and Q odd flags; ^ first when the server was seen first"
    ),
    field!(
        "synfin.conn.client",
        "Client",
        String,
        |a, sink| write(sink, |out| {
            let (address, port) = a.endpoint(Side::Client);
            text::endpoint(out, address, port)
        }),
        "The client's address and port"
    ),
    field!(
        "synfin.conn.server",
        "Server",
        String,
        |a, sink| write(sink, |out| {
            let (address, port) = a.endpoint(Side::Server);
            text::endpoint(out, address, port)
        }),
        "The server's address and port"
    ),
    field!(
        "synfin.conn.duration",
        "Duration",
        Time,
        |a, sink| if a.is_last {
            maybe(sink, a.connection.duration_ns())
        },
        "Time from the connection's first segment to its last"
    ),
    field!(
        "synfin.conn.last",
        "Last segment",
        Boolean,
        |a, sink| truth(sink, a.is_last),
        "True on the last segment of the connection, from the second pass on; that segment carries all fields of the connection"
    ),
];

/// The columns of the connection table.
pub const TABLE: &[&str] = &[
    "synfin.conn.client",
    "synfin.conn.server",
    "synfin.handshake.outcome",
    "synfin.teardown.kind",
    "synfin.teardown.closer",
    "synfin.conn.state",
    "synfin.conn.history",
    "synfin.conn.duration",
];

/// Whether a field is about the connection and not about one segment of it. The last segment shows all of these.
#[must_use]
pub fn is_of_connection(name: &str) -> bool {
    let Some(name) = name.strip_prefix("synfin.") else { return false };
    let is_group = ["handshake.", "teardown.", "conn."].iter().any(|group| name.starts_with(group));
    is_group && !name.ends_with(".step") && name != "conn.last" || matches!(name, "negotiated" | "reset.frame")
}

/// What became of the opening in the end, on the last segment.
pub(crate) fn last_outcome(a: &Annotation) -> Option<HandshakeOutcome> {
    a.is_last.then(|| a.connection.handshake_outcome(Pass::Final))
}

/// Whether the segment is a SYN or a SYN-ACK.
pub(crate) fn is_syn(a: &Annotation) -> bool {
    matches!(a.segment.kind(), Kind::Syn | Kind::SynAck)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_described() {
        let mut names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FIELDS.len());
        for field in FIELDS {
            assert!(field.name.starts_with("synfin.") && field.name == field.name.to_ascii_lowercase());
            assert!(field.blurb.len() > 20 && !field.title.is_empty(), "{}", field.name);
        }
        for name in TABLE {
            assert!(names.binary_search(name).is_ok(), "{name}");
        }
    }
}
