//! THE field table: each field's name, type and description, and how it is read. Nothing else names a field.

mod read;

use std::fmt::{self, Write};

use read::{close_link, frame, later_frame, maybe, open_link, time, truth, word, write};

use crate::tcp::Side;
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
        "What the segment does, in short: Open 2/3 (second of three steps), Open 1/3 again (sent before), Close 2+3/4 (two steps in one segment), RST: refused; absent on all others"
    ),
    field!(
        "synfin.explain",
        "Explanation",
        String,
        |a, sink| sink.text(&mut |out| text::explanation(out, a)),
        "One plain sentence on what a segment with a step, or a reset, does (language: preference synfin.language)"
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
        "What the segment is in the connection's life: SYN, SYN-ACK, OPEN-ACK (completes the opening), FIN, CLOSE-ACK (acknowledges a FIN), RST, several joined with +; else DATA, ACK or OTHER (flags that make no sense together)"
    ),
    field!(
        "synfin.sender",
        "Sender",
        String,
        |a, sink| word(sink, a.verdict.sender.name()),
        "Who sent the segment: client (the side that asked to open) or server"
    ),
    field!(
        "synfin.seq",
        "Sequence number",
        String,
        |a, sink| if let Some(offset) = a.verdict.numbers.seq {
            write(sink, |out| text::expression(out, text::letter(&a.verdict, a.verdict.sender), offset));
        },
        "The sequence number counted from X or Y: X is that of the side that began (the first SYN, and from the first FIN on that FIN), Y the other side's; X-5 is five octets before X"
    ),
    field!(
        "synfin.ack",
        "Acknowledgment number",
        String,
        |a, sink| if let Some(offset) = a.verdict.numbers.ack {
            write(sink, |out| text::expression(out, text::letter(&a.verdict, a.verdict.sender.peer()), offset));
        },
        "The acknowledgment number counted from X or Y: X+1 says that X has arrived; absent without the ACK flag"
    ),
    field!(
        "synfin.client.state",
        "Client state",
        String,
        |a, sink| word(sink, a.verdict.states.client.name()),
        "The client's state (RFC 9293) once this segment was sent and received: SYN-SENT, ESTABLISHED, FIN-WAIT-1 ... CLOSED"
    ),
    field!(
        "synfin.server.state",
        "Server state",
        String,
        |a, sink| word(sink, a.verdict.states.server.name()),
        "The server's state (RFC 9293) once this segment was sent and received: SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT ... CLOSED"
    ),
    field!(
        "synfin.phase",
        "Phase",
        String,
        |a, sink| word(sink, a.verdict.phase.name()),
        "The part of the connection's life: open (until the opening is complete), data, close (from the first FIN until both are acknowledged), closed"
    ),
    field!(
        "synfin.reset",
        "Reset",
        String,
        |a, sink| if let Some(reset) = a.verdict.reset {
            word(sink, reset.name())
        },
        "What a RST did: refused (answered the SYN), handshake (broke the opening off), abort (ended an open connection), after-fin (ended a connection that was closing), stray (its receiver would not accept it)"
    ),
    field!(
        "synfin.retransmission",
        "Retransmission",
        Boolean,
        |a, sink| truth(sink, a.verdict.repeats.any()),
        "True when the segment's SYN, its FIN, or the acknowledgment that performed a step was sent before; absent otherwise"
    ),
    field!(
        "synfin.summary",
        "Summary",
        String,
        |a, sink| write(sink, |out| text::summary(out, &a.verdict, a.segment)),
        "The segment in one line: direction, absolute numbers with their X/Y expressions, payload length and flags"
    ),
    field!(
        "synfin.handshake.step",
        "Handshake step",
        Uint8,
        |a, sink| a.verdict.open_steps.iter().for_each(|step| sink.number(i64::from(step))),
        "Step of the opening: 1 the SYN, 2 the SYN-ACK, 3 the ACK that completes it; present on opening segments alone, so this name as a filter lists all handshakes"
    ),
    field!(
        "synfin.teardown.step",
        "Teardown step",
        Uint8,
        |a, sink| a.verdict.close_steps.iter().for_each(|step| sink.number(i64::from(step))),
        "Step of the closing: 1 the first FIN, 2 its acknowledgment, 3 the other side's FIN, 4 the acknowledgment of that; present on closing segments alone, twice in a segment that performs two"
    ),
    field!(
        "synfin.seq.offset",
        "Sequence offset",
        Int64,
        |a, sink| maybe(sink, a.verdict.numbers.seq),
        "The sequence number minus X or Y, in octets, as a number to compare; goes on counting beyond 4 GiB"
    ),
    field!(
        "synfin.ack.offset",
        "Acknowledgment offset",
        Int64,
        |a, sink| maybe(sink, a.verdict.numbers.ack),
        "The acknowledgment number minus X or Y, in octets, as a number to compare; goes on counting beyond 4 GiB"
    ),
    field!(
        "synfin.basis",
        "Basis of X and Y",
        String,
        |a, sink| if a.verdict.numbers.x.is_some() || a.verdict.numbers.y.is_some() {
            word(sink, a.verdict.numbers.basis.name());
        },
        "Where X and Y come from: open (the two SYNs), close (the first FIN and what it acknowledges), first-seen (the first numbers captured: the opening was not)"
    ),
    field!(
        "synfin.x",
        "X",
        Uint32,
        |a, sink| maybe(sink, a.verdict.numbers.x),
        "The number that X stands for: of the side that asked to open, and from the first FIN on of the side that sent it"
    ),
    field!(
        "synfin.y",
        "Y",
        Uint32,
        |a, sink| maybe(sink, a.verdict.numbers.y),
        "The number that Y stands for: of the other side"
    ),
    field!(
        "synfin.conn.client",
        "Client",
        String,
        |a, sink| write(sink, |out| {
            let (address, port) = a.endpoint(Side::Client);
            text::endpoint(out, address, port)
        }),
        "The client's address and port: the side that sent the first SYN; a guess by the ports where no opening was captured"
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
        "synfin.handshake.kind",
        "Handshake kind",
        String,
        |a, sink| word(sink, a.connection.handshake_kind().name()),
        "How the connection opened: three-way (SYN, SYN-ACK, ACK), fast-open (data on the SYN were accepted), simultaneous (a SYN from each side), split (the server answered with a SYN of its own and a bare ACK), not-captured"
    ),
    field!(
        "synfin.handshake.outcome",
        "Handshake outcome",
        String,
        |a, sink| word(sink, a.connection.handshake_outcome(a.pass).name()),
        "What became of the opening: complete, refused (by a reset), no-answer, half-open (no third segment), reset (broken off), partial (some of it not captured), not-captured; pending while a first pass cannot know"
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
        "Round trip to the server: SYN to SYN-ACK; left out when the SYN was sent again before the answer, which might answer either (Karn)"
    ),
    field!(
        "synfin.handshake.ack_rtt",
        "SYN-ACK to ACK",
        Time,
        |a, sink| time(a, sink, later_frame(a, [1, 2]), a.connection.ack_rtt_ns()),
        "Round trip to the client: SYN-ACK to the completing ACK; left out when the SYN-ACK was sent again before it (Karn)"
    ),
    field!(
        "synfin.handshake.frame1",
        "Handshake step 1 in frame",
        Frame,
        |a, sink| open_link(a, sink, a.connection.handshake_frames()[0]),
        "The frame of step 1: the first SYN"
    ),
    field!(
        "synfin.handshake.frame2",
        "Handshake step 2 in frame",
        Frame,
        |a, sink| open_link(a, sink, a.connection.handshake_frames()[1]),
        "The frame of step 2: the first SYN-ACK"
    ),
    field!(
        "synfin.handshake.frame3",
        "Handshake step 3 in frame",
        Frame,
        |a, sink| open_link(a, sink, a.connection.handshake_frames()[2]),
        "The frame of step 3: the segment that completed the opening"
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
        "What the two SYNs agreed, client/server: MSS (largest payload), WS (window scale shifts), SACK (selective acknowledgments), TS (timestamps), ECN, TFO (Fast Open), MPTCP (Multipath)"
    ),
    field!(
        "synfin.teardown.kind",
        "Teardown kind",
        String,
        |a, sink| word(sink, a.connection.teardown_kind(a.pass).name()),
        "How the connection closed: four-segment, three-segment (the second FIN acknowledges the first), simultaneous (the FINs cross), half-closed (one FIN only), reset, reset-after-fin, open (not closed), none (never opened)"
    ),
    field!(
        "synfin.teardown.closer",
        "Closed by",
        String,
        |a, sink| if let Some(closer) = a.connection.closer() {
            word(sink, closer.name())
        },
        "Who closed: the sender of the first FIN, or else of the RST that ended the connection; absent while nobody did"
    ),
    field!(
        "synfin.teardown.half_close_bytes",
        "Half-close bytes",
        Uint64,
        |a, sink| maybe(sink, a.connection.half_close_bytes()),
        "Octets of payload that the other side still sent after the first FIN: data through a half-closed connection"
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
        "The frame of step 1: the first FIN"
    ),
    field!(
        "synfin.teardown.frame2",
        "Teardown step 2 in frame",
        Frame,
        |a, sink| close_link(a, sink, a.connection.teardown_frames()[1]),
        "The frame of step 2: the segment that first acknowledged the first FIN"
    ),
    field!(
        "synfin.teardown.frame3",
        "Teardown step 3 in frame",
        Frame,
        |a, sink| close_link(a, sink, a.connection.teardown_frames()[2]),
        "The frame of step 3: the other side's FIN"
    ),
    field!(
        "synfin.teardown.frame4",
        "Teardown step 4 in frame",
        Frame,
        |a, sink| close_link(a, sink, a.connection.teardown_frames()[3]),
        "The frame of step 4: the segment that first acknowledged the second FIN"
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
        "True on the connection's last segment in the capture, which carries all fields of the connection: as a filter, one line a connection; known from the second pass on (tshark -2)"
    ),
    field!(
        "synfin.conn.state",
        "Connection state (Zeek)",
        String,
        |a, sink| word(sink, a.connection.conn_state()),
        "The connection in one of Zeek's words: SF opened and closed, S0 no answer, S1 open, REJ refused, S2 and S3 half closed, RSTO and RSTR reset by client and by server, RSTOS0 RSTRH SH SHR partial, OTH opening not captured"
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
        "Zeek's letters in the order of arrival, capitals the client's: S SYN, H SYN-ACK, A ACK, D data, F FIN, R RST, I and Q odd flags; ^ first when the server was seen first"
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
