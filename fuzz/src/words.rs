//! What people read of a segment: every field in both languages, labels, experts.

use std::fmt::{self, Write};

use synfin_core::view::{ConnectionView, IcmpView, SegmentView};
use synfin_core::words::fields::{FIELDS, Sink};
use synfin_core::words::language::Language;
use synfin_core::words::{experts, text};

/// Bytes that the shim has for all texts of a segment, and values that it has room for (plugin-c/synfin.h).
const TEXT_MAX: usize = 8192;
const VALUES_MAX: usize = 136;

/// Fields that depend on the past alone (SPEC section 10).
const PER_SEGMENT: [&str; 23] = [
    "synfin.role",
    "synfin.step",
    "synfin.handshake.step",
    "synfin.teardown.step",
    "synfin.retransmission",
    "synfin.copy",
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
    "synfin.reset.cause",
    "synfin.reset.answers",
    "synfin.reset.idle",
    "synfin.reset.hops",
];

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
            assert!(!text.is_empty(), "{} is empty", self.1);
            // Frames count from 1: 0 stands for none.
            let names_none = ["frame 0", "frames 0", "第 0 "].iter().any(|none| text.contains(none));
            assert!(!names_none, "{} names a frame that there is not: {text}", self.1);
            self.0.push(format!("{} {text}", self.1));
        }
    }

    fn hide(&mut self) {}
}

fn is_per_segment(line: &str) -> bool {
    line.split(' ').next().is_some_and(|name| PER_SEGMENT.contains(&name))
}

/// Reads a segment in both languages. Gives its own fields, a line a value.
pub fn of(view: &SegmentView, is_final: bool) -> Vec<String> {
    let mut own = Vec::new();
    for language in [Language::Chinese, Language::English] {
        let mut lines = Lines(Vec::new(), "");
        for field in FIELDS {
            lines.1 = field.name;
            field.read_segment(view, language, &mut lines);
        }
        let (mut label, mut suffix) = (String::new(), String::new());
        text::label(&mut label, view).expect("a String takes everything");
        text::suffix(&mut suffix, view).expect("a String takes everything");
        assert!(suffix.len() < 256, "a suffix of {} bytes", suffix.len());
        check_room(&lines.0, label.len() + suffix.len() + 2);
        let pending = is_final && lines.0.iter().any(|line| line.ends_with(" pending"));
        assert!(!pending, "pending at the end: {:?}", lines.0);
        own = lines.0;
    }
    let _ = experts::of(view);
    own.retain(|line| is_per_segment(line));
    own
}

/// Reads a connection in both languages.
pub fn of_connection(view: &ConnectionView) {
    for language in [Language::Chinese, Language::English] {
        let mut lines = Lines(Vec::new(), "");
        for field in FIELDS.iter().filter(|field| field.is_of_connection()) {
            lines.1 = field.name;
            field.read_connection(view, language, &mut lines);
        }
        check_room(&lines.0, 0);
    }
}

/// Reads an ICMP error in both languages.
pub fn of_icmp(view: &IcmpView) {
    for language in [Language::Chinese, Language::English] {
        let mut lines = Lines(Vec::new(), "");
        for field in FIELDS.iter().filter(|field| field.is_of_icmp()) {
            lines.1 = field.name;
            field.read_icmp(view, language, &mut lines);
        }
        check_room(&lines.0, 0);
    }
    let _ = experts::of_icmp(view);
}

/// All texts find room in the buffer that the shim has for them, and there are not more values.
fn check_room(lines: &[String], more: usize) {
    let bytes: usize = lines.iter().map(|line| line.len() + 1).sum::<usize>() + more;
    assert!(bytes <= TEXT_MAX, "{bytes} bytes of text");
    assert!(lines.len() <= VALUES_MAX, "{} values", lines.len());
}
