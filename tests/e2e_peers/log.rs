//! The connection log (`-2 -Y synfin.conn.last`) of every capture: which fields each connection's line has.

use synfin_core::words::fields::{About, FIELDS};

use crate::observation::{Stream, is_compared_here, streams};

/// On every line.
const ALWAYS: [&str; 12] = [
    "handshake.outcome",
    "teardown.kind",
    "conn.state",
    "conn.client",
    "conn.server",
    "conn.start",
    "conn.community_id",
    "conn.explain",
    "conn.client.packets",
    "conn.server.packets",
    "conn.client.bytes",
    "conn.server.bytes",
];

/// Whether something is so of a connection.
type Condition = fn(&Stream) -> bool;

/// Present exactly when the other thing is so.
const WHEN: [(&str, &str, Condition); 9] = [
    ("teardown.closer", "there was a close of an open connection, or a FIN", |stream| {
        !matches!(stream.get("teardown.kind"), Some("none" | "still-open"))
    }),
    ("teardown.half_close_bytes", "there was a FIN", |stream| stream.frame("teardown.frame1").is_some()),
    ("handshake.time", "there is a step 1 and a step 3", |stream| {
        stream.frame("handshake.frame1").is_some() && stream.frame("handshake.frame3").is_some()
    }),
    ("teardown.time", "both FINs were acknowledged", |stream| {
        ["teardown.frame1", "teardown.frame2", "teardown.frame3", "teardown.frame4"]
            .iter()
            .all(|f| stream.frame(f).is_some())
    }),
    ("conn.duration", "always: no clock of these captures goes backwards over a connection", |_| true),
    ("handshake.kind", "there is an acceptable SYN-ACK, a SYN from each side, or it is open", |stream| {
        let unanswered = ["refused", "no-answer", "unreachable", "old-connection", "invalid-answer"];
        let outcome = stream.get("handshake.outcome").unwrap_or_default();
        !unanswered.contains(&outcome) && (outcome != "reset" || stream.frame("handshake.frame2").is_some())
    }),
    ("reset.by", "a RST ended it", |stream| stream.frame("reset.frame").is_some()),
    ("conn.icmp.frame", "there was an ICMP error", |stream| stream.get("conn.icmp").is_some()),
    ("conn.history", "any segment had a flag or payload", |stream| {
        stream.segments.iter().any(|segment| segment.flags & 0x17 != 0 || segment.len > 0)
    }),
];

#[test]
fn every_connection_has_its_line() {
    if !is_compared_here() {
        return;
    }
    // What is said of a RST stands on that, not on the last segment.
    let of_line = FIELDS.iter().filter(|field| matches!(field.about, About::Connection { .. }));
    let known: Vec<&str> = of_line.map(|field| field.name).collect();
    let (mut lines, mut seen) = (0, std::collections::BTreeSet::new());
    let mut wrong = Vec::new();
    for stream in streams() {
        lines += 1;
        seen.extend(stream.log.keys().cloned());
        let mut check = |is: bool, what: String| {
            if !is {
                wrong.push(format!("{}: {what}; its line: {:?}", stream.name(), stream.log));
            }
        };
        for field in ALWAYS {
            check(stream.get(field).is_some_and(|value| !value.is_empty() && value != "pending"), field.to_string());
        }
        for (field, when, holds) in WHEN {
            check(stream.get(field).is_some() == holds(stream), format!("{field} when {when}"));
        }
        // Links lead to segments of this connection.
        for (field, value) in stream.log.iter().filter(|(field, _)| field.contains("frame") && !field.contains("icmp"))
        {
            let frame: u32 = value.parse().expect("a number");
            check(stream.segments.iter().any(|segment| segment.frame == frame), field.clone());
        }
    }
    assert!(wrong.is_empty(), "{} of {lines} lines: {wrong:#?}", wrong.len());
    let missing: Vec<_> = known.iter().filter(|name| !seen.contains(**name)).collect();
    assert!(missing.is_empty(), "no capture shows {missing:?}");
}
