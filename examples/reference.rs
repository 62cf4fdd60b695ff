//! Writes docs/REFERENCE.md and docs/synfin.4 from the one field table. `cargo test` fails when they are not what this
//! writes.
//!
//!     cargo run --no-default-features --example reference

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use synfin::experts::{EXPERTS, Severity};
use synfin::fields::{FIELDS, Type};

/// Each document with its path in the repository.
pub fn documents() -> [(&'static str, String); 2] {
    [("docs/REFERENCE.md", markdown()), ("docs/synfin.4", manual())]
}

const fn kind(kind: Type) -> &'static str {
    match kind {
        Type::String => "string",
        Type::Uint8 => "8-bit number",
        Type::Uint32 => "32-bit number",
        Type::Uint64 => "64-bit number",
        Type::Int64 => "signed 64-bit number",
        Type::Boolean => "boolean",
        Type::Time => "duration",
        Type::Frame => "frame number",
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

fn markdown() -> String {
    let mut out = String::from(
        "# Fields and expert information of synfin\n\nMade from the field table by `examples/reference.rs`; do not edit.\n\n\
         ## Fields\n\nIn the order of the details.\n\n| field | type | what a value means |\n| --- | --- | --- |\n",
    );
    for field in FIELDS {
        let _ = writeln!(out, "| `{}` | {} | {} |", field.name, kind(field.kind), field.blurb);
    }
    out.push_str("\n## Expert information\n\n| filter | severity | message |\n| --- | --- | --- |\n");
    for expert in EXPERTS {
        let _ = writeln!(out, "| `{}` | {} | {} |", expert.name, severity(expert.severity), expert.text);
    }
    out
}

/// Text as roff takes it: a backslash, a hyphen that is to stay one, and a line's first dot or quote are escaped.
fn roff(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('^', "\\(ha");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

const ABOUT: &str = r#".SH NAME
synfin \- what the Wireshark plugin synfin shows of TCP openings and closings
.SH DESCRIPTION
.B synfin
adds an item
.B TCP Lifecycle
to each TCP segment in Wireshark, tshark and sharkd: which step of the opening or the closing the segment performs, its
numbers counted from X and Y, the state of both sides after it, and how the connection opened and closed.
.PP
The fields stand in display filters (\fB\-Y\fR), in columns, and behind \fB\-T fields \-e\fR. Fields of the whole
connection (kind, outcome, conn.*) are "so far" in a first pass; use \fBtshark \-2\fR for a log of connections.
.SH TABLES AND DIAGRAMS
.TP
.B \-z flow,synfin,network\fR[,\fIfilter\fR]
The ladder of openings and closings; also a flow type of the window Statistics > Flow Graph.
.TP
.B \-z synfin,tree\fR[,\fIfilter\fR]
Connections by outcome, kind, closer, state and resets; also Statistics > TCP Lifecycle.
.TP
.B \-z synfin,conn\fR[,\fIfilter\fR]
A line for each connection; also Statistics > TCP Lifecycle: Connections.
.SH PREFERENCES
.TP
.B synfin.rebase
X and Y change at the first FIN (default). When off, those of the opening stay.
.TP
.B synfin.info_column
Segments with a step, and resets, say so in the Info column (default).
.TP
.B synfin.language
The language of synfin.explain: \fBauto\fR (the locale's, default), \fBen\fR or \fBzh\fR.
"#;

const EXAMPLES: &str = r#".SH EXAMPLES
The log of a capture's connections:
.PP
.nf
.RS
tshark \-2 \-r FILE \-Y synfin.conn.last \-T fields \-e synfin.conn.client \e
    \-e synfin.conn.server \-e synfin.handshake.outcome \-e synfin.teardown.kind
.RE
.fi
.PP
The ladder of one connection:
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
    out.push_str(".SH FIELDS\nIn the order of the details.\n");
    for field in FIELDS {
        let _ =
            writeln!(out, ".TP\n.BR {} \" (\" \"{}\" )\n{}.", roff(field.name), kind(field.kind), roff(field.blurb));
    }
    out.push_str(".SH EXPERT INFORMATION\n");
    for expert in EXPERTS {
        let _ = writeln!(
            out,
            ".TP\n.BR {} \" (\" {} )\n{}.",
            roff(expert.name),
            severity(expert.severity),
            roff(expert.text)
        );
    }
    out.push_str(EXAMPLES);
    out
}

fn main() -> ExitCode {
    for (path, text) in documents() {
        if let Err(error) = fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), text) {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
