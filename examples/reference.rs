//! Writes docs/REFERENCE.md, docs/synfin.4, docs/connection.schema.json and the columns in two examples from the one field
//! table. `cargo test` fails when they are not what this writes.
//!
//!     cargo run --example reference

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use synfin_core::words::experts::{EXPERTS, Severity};
use synfin_core::words::fields::{About, FIELDS, Field, Placement, Subtree, Type};
use synfin_core::words::json::schema;

#[path = "reference/columns.rs"]
mod columns;

/// Each document with its path in the repository.
pub fn documents() -> [(&'static str, String); 3] {
    let schema = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
    [("docs/REFERENCE.md", markdown()), ("docs/synfin.4", manual()), ("docs/connection.schema.json", schema)]
}

pub use columns::examples;

const fn kind(kind: Type) -> &'static str {
    match kind {
        Type::String => "string",
        Type::Uint8 => "8-bit number",
        Type::Uint32 => "32-bit number",
        Type::Uint64 => "64-bit number",
        Type::Int32 => "signed 32-bit number",
        Type::Int64 => "signed 64-bit number",
        Type::Boolean => "boolean",
        Type::Time => "duration",
        Type::Frame => "frame number",
        Type::AbsoluteTime => "date and time",
    }
}

const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Chat => "Chat",
        Severity::Note => "Note",
        Severity::Warning => "Warning",
        Severity::Error => "Error",
    }
}

/// On which frames a field stands.
const fn on(field: &Field) -> &'static str {
    match field.about {
        About::Segment(_) | About::Eventful(_) => "segments",
        About::Message { .. } => "segments, ICMP errors",
        About::Reset { .. } => "resets",
        About::Icmp(_) => "ICMP errors",
        About::Connection { on: Placement::All, .. } => "all of the connection",
        About::Connection { on: Placement::Last, .. } => "the last",
        About::Connection { on: Placement::Handshake, .. } => "handshake, the last",
        About::Connection { on: Placement::Teardown, .. } => "teardown, the last",
        About::Connection {
            on: Placement::Step3 | Placement::LaterOf(..) | Placement::FinAcknowledged(_) | Placement::RstFrame(_),
            ..
        } => "where it is known, the last",
    }
}

/// The parts of the details, with what is said of them.
const PARTS: [(Subtree, &str, &str); 3] = [
    (Subtree::Top, "The segment", "Directly below the item *TCP Lifecycle*."),
    (
        Subtree::Connection,
        "The connection",
        "In the subtree *This connection*. In a first pass these say what is known so far. They are final in Wireshark, in \
         `tshark -2`, and in the connection log.",
    ),
    (Subtree::Numbers, "The numbers", "In the subtree *X and Y*."),
];

/// What tshark prints; the manual page has the same in its own words.
const OPTIONS: &str = r#"
## Tables, logs and diagrams

Options of tshark, to be used with `-q`. A display filter may follow after a comma: then only connections count that have a
segment which passes it.

| option | what it prints |
| --- | --- |
| `-z synfin,report` | one screen: totals, outcomes, the servers that fail most, the most common causes of failures and of other resets, the slowest handshakes; each line with a stream and a frame to look at |
| `-z synfin,report,json` | the same as one JSON object, with at most ten entries of each kind |
| `-z synfin,servers` | a row for each server address and port, most failures first; RTT is the time from SYN to SYN-ACK |
| `-z synfin,conn` | a row for each connection |
| `-z synfin,tree` | the connections counted by outcome, kind, who closed, cause of the reset, conn_state |
| `-z synfin,jsonl` | the connection log: a line for each connection, one JSON object |
| `-z flow,synfin,network` | the diagram, with the states beside it; tshark cuts a label after 20 characters, and then the whole label stands behind the states |

The connection log has every key in every object, `null` where there is nothing to say. First come `stream`, `start`
(RFC 3339, UTC, nanoseconds), `client_ip`, `client_port`, `server_ip`, `server_port` and `community_id`, then the fields of
the connection and of the RST that ended it. Durations are in seconds. [connection.schema.json](connection.schema.json) describes
each key, [INSTALL.md](INSTALL.md) and [examples](../examples/README.md) read it with pandas, DuckDB and jq.

A log or a report that could not be written whole (a full disk) says so on standard error, and tshark ends with status 1. The
tables, the tree and the diagram are printed by tshark itself, which does not notice.
"#;

fn markdown() -> String {
    let mut out = String::from(
        "# Fields and expert information of synfin\n\nMade from the field table by `examples/reference.rs`; do not edit.\n\n\
         A field works in display filters, in columns, and behind `-T fields -e`. In the details some stand only where they \
         say more than another line, but filters always find them. Fields on connections and resets are also keys of the \
         [connection log](connection.schema.json), without `synfin.` and with `_` for `.`.\n",
    );
    for (subtree, title, text) in PARTS {
        let _ = writeln!(
            out,
            "\n## {title}\n\n{text}\n\n| field | type | on | what a value means |\n| --- | --- | --- | --- |"
        );
        for field in FIELDS.iter().filter(|field| field.subtree == subtree) {
            let _ =
                writeln!(out, "| `{}` | {} | {} | {} |", field.name, kind(field.kind), on(field), field.blurb.english);
        }
    }
    out.push_str(OPTIONS);
    out.push_str("\n## Expert information\n\n| filter | severity | message |\n| --- | --- | --- |\n");
    for expert in EXPERTS {
        let _ = writeln!(out, "| `{}` | {} | {} |", expert.name, severity(expert.severity), expert.text.english);
    }
    out
}

/// Text as roff takes it: a backslash, a hyphen that is to stay one, and a line's first dot or quote are escaped.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('^', "\\(ha");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

const ABOUT: &str = r#".SH NAME
synfin \- what the Wireshark plugin synfin shows of TCP handshakes, teardowns and resets
.SH DESCRIPTION
.B synfin
adds an item
.B TCP Lifecycle
to each TCP segment in Wireshark, tshark and sharkd: which step of the handshake or the teardown the segment performs, its
numbers counted from X and Y, and the state of both sides after it; for each connection, how it opened, how it closed, what
went wrong, who did it, and how one can tell. An ICMP error that quotes a TCP segment of a connection has such an item too.
.PP
The fields stand in display filters (\fB\-Y\fR), in columns, and behind \fB\-T fields \-e\fR. Fields of the whole
connection (handshake.kind and outcome, teardown.kind, reset.by, conn.*) are "so far" in a first pass and final in a second:
use \fBtshark \-2\fR, or one of the tables below, which need no second pass.
.PP
A capture shows what passed one point. A state is a presumption until its owner's own next segment confirms it or takes it
back. What was not seen is absent, or named so.
.SH TABLES, LOGS AND DIAGRAMS
Options of tshark, to be given with \fB\-q\fR. With a display filter, only connections
count that have a segment which passes it.
.TP
.B \-z synfin,report\fR[,\fIfilter\fR]
One screen on the capture: totals, outcomes, the servers that fail most, the most common causes of failures and of other
resets, the slowest handshakes; each line with a stream and a frame to look at.
.TP
.B \-z synfin,report,json\fR[,\fIfilter\fR]
The same as one JSON object, with at most ten entries of each kind.
.TP
.B \-z synfin,servers\fR[,\fIfilter\fR]
A row for each server address and port, most failures first: connections, complete, refused, unreachable, no answer,
half\-open, reset, opened and reset later, and the shortest, mean and longest time from SYN to SYN\-ACK in milliseconds. Also
Statistics > TCP Lifecycle: Servers.
.TP
.B \-z synfin,conn\fR[,\fIfilter\fR]
A row for each connection. Also Statistics > TCP Lifecycle: Connections.
.TP
.B \-z synfin,tree\fR[,\fIfilter\fR]
Connections by outcome and kind of the handshake, kind of the teardown, who closed, cause of the reset, and Zeek's
conn_state. Also Statistics > TCP Lifecycle: Outcomes.
.TP
.B \-z synfin,jsonl\fR[,\fIfilter\fR]
The connection log: a line for each connection, one JSON object; see
.B JSON KEYS\fR.
.TP
.B \-z flow,synfin,network\fR[,\fIfilter\fR]
The diagram of handshakes, teardowns and resets, with the states of client and server beside it. Also the flow type TCP
Lifecycle of Statistics > Flow Graph. tshark cuts a label after 20 characters; then the whole label stands behind the states.
.PP
A log or a report that could not be written whole (a full disk) says so on standard error, and tshark ends with status 1. The
tables, the tree and the diagram are printed by tshark itself, which does not notice.
.SH JSON KEYS
Every key stands in every object of \fB\-z synfin,jsonl\fR, with null where there is nothing to say. First come
.BR stream " (tcp.stream), "
.BR start " (RFC 3339, UTC, nanoseconds), "
.BR client_ip ", " client_port ", " server_ip ", " server_port " and " community_id .
Then come the fields of the connection and of the RST that ended it, under their names below without "synfin." and with "_"
for ".": synfin.handshake.time is
.BR handshake_time .
Durations are in seconds, counts in bytes and segments, frame* are frame numbers. Unlike the field, which is text,
.BR negotiated
is an object with
.BR mss " and " window_scale " (each with " client " and " server "), "
.BR sack ", " timestamps ", " ecn ", " fast_open " and " multipath .
docs/connection.schema.json is the JSON Schema.
.SH PREFERENCES
Also \fB\-o\fR \fIname\fR\fB:\fR\fIvalue\fR.
.TP
.B synfin.rebase
From the first FIN on, X is the number of that FIN and Y what it acknowledges (TRUE, default). When FALSE, X and Y are those
of the handshake all the way.
.TP
.B synfin.info_column
Segments with a step, and resets, say so in the Info column (TRUE, default).
.TP
.B synfin.language
The language of all that synfin shows: \fBauto\fR (that of the system: LC_ALL, LC_MESSAGES, LANG, LANGUAGE; default), \fBen\fR
or \fBzh\fR. Sentences, reports and the log change at once; labels, menus and columns of tables when Wireshark starts with it in
its saved preferences. Names of fields and their values are the same in both.
.PP
\fB\-\-disable\-protocol synfin\fR switches all of it off.
"#;

const EXAMPLES: &str = r#".SH EXAMPLES
What became of a capture's connections, on one screen:
.PP
.nf
.RS
tshark \-q \-r FILE \-z synfin,report
.RE
.fi
.PP
The connection log, and a sentence on each connection that failed:
.PP
.nf
.RS
tshark \-q \-r FILE \-z synfin,jsonl > connections.jsonl
jq \-r 'select(.handshake_outcome != "complete") | .conn_explain' connections.jsonl
.RE
.fi
.PP
Some fields of each connection:
.PP
.nf
.RS
tshark \-2 \-r FILE \-Y synfin.conn.last \-T fields \-e synfin.conn.client \e
    \-e synfin.conn.server \-e synfin.handshake.outcome \-e synfin.teardown.kind
.RE
.fi
.PP
All handshakes, a line a segment:
.PP
.nf
.RS
tshark \-r FILE \-Y synfin.handshake.step \-T fields \-e frame.number \-e synfin.summary
.RE
.fi
.PP
The diagram of one connection:
.PP
.nf
.RS
tshark \-q \-r FILE \-z 'flow,synfin,network,tcp.stream == 0'
.RE
.fi
.SH SEE ALSO
.BR tshark (1),
.BR wireshark (1),
.BR wireshark\-filter (4)
"#;

fn manual() -> String {
    let mut out = format!(
        ".\\\" Made from the field table by examples/reference.rs; do not edit.\n.TH SYNFIN 4 \"\" \"synfin {}\" \"Wireshark filters\"\n{ABOUT}",
        env!("CARGO_PKG_VERSION")
    );
    out.push_str(".SH FIELDS\n");
    for (subtree, title, _) in PARTS {
        let _ = writeln!(out, ".SS {title}");
        for field in FIELDS.iter().filter(|field| field.subtree == subtree) {
            let blurb = roff(field.blurb.english);
            let _ = writeln!(out, ".TP\n.BR {} \" (\" \"{}\" )\n{blurb}.", roff(field.name), kind(field.kind));
        }
    }
    out.push_str(".SH EXPERT INFORMATION\n");
    for expert in EXPERTS {
        let text = roff(expert.text.english);
        let _ = writeln!(out, ".TP\n.BR {} \" (\" {} )\n{text}.", roff(expert.name), severity(expert.severity));
    }
    out.push_str(EXAMPLES);
    out
}

fn main() -> ExitCode {
    for (path, text) in documents().into_iter().chain(examples()) {
        if let Err(error) = fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), text) {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
