//! The first reader of scripts: bytes through `header`, the tracker, and the field table.

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use std::net::IpAddr;

use synfin_core::capture::{Event, Options, Path, SegmentId, Tracker};
use synfin_core::segment::{Network, header};
use synfin_core::view::{Pass, Segment, SegmentView, Timestamp};
use synfin_core::words::experts;
use synfin_core::words::fields::{FIELDS, Field, Sink, Type};
use synfin_core::words::language::Language;
use synfin_core::words::text;

use super::script::{Direction, Script, Wire};

/// Field name without `synfin.` to its values; experts are `expert.NAME`, and the label and suffix have names in
/// brackets.
pub type Fields = BTreeMap<String, Vec<String>>;

/// What is shown of each segment: in the first pass, and in later ones.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub struct Passes {
    pub first: Vec<Fields>,
    pub last: Vec<Fields>,
}

/// The two addresses of every script.
pub const LEFT: [u8; 4] = [10, 0, 0, 1];
pub const RIGHT: [u8; 4] = [10, 0, 0, 2];

struct Collect<'a> {
    field: &'a Field,
    values: Vec<String>,
}

impl Sink for Collect<'_> {
    fn number(&mut self, number: i64) {
        self.values.push(match self.field.kind {
            Type::Time => seconds(number),
            _ => number.to_string(),
        });
    }

    fn text(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> Result<bool, fmt::Error>) {
        let mut text = String::new();
        if write(&mut text).expect("a String takes everything") {
            self.values.push(text);
        }
    }

    fn hide(&mut self) {}
}

/// Nanoseconds as tshark prints a duration.
pub fn seconds(ns: i64) -> String {
    assert!(ns >= 0, "a negative time");
    format!("{}.{:09}", ns / 1_000_000_000, ns % 1_000_000_000)
}

pub fn short(name: &str) -> String {
    name.strip_prefix("synfin.").unwrap_or(name).to_string()
}

/// Everything that is shown of a segment.
pub fn read_fields(view: &SegmentView) -> Fields {
    let mut fields = Fields::new();
    for field in FIELDS {
        let mut sink = Collect { field, values: Vec::new() };
        field.read_segment(view, Language::English, &mut sink);
        if !sink.values.is_empty() {
            fields.insert(short(field.name), sink.values);
        }
    }
    let bits = experts::of(view);
    for (index, expert) in experts::EXPERTS.iter().enumerate() {
        if bits >> index & 1 == 1 {
            fields.insert(short(expert.name), vec!["1".to_string()]);
        }
    }
    let mut label = String::new();
    text::label(&mut label, view).unwrap();
    fields.insert("(label)".to_string(), vec![label]);
    let (verdict, segment) = (&view.verdict, view.segment);
    let mut suffix = String::new();
    if text::suffix(&mut suffix, view).unwrap() {
        fields.insert("(suffix)".to_string(), vec![suffix]);
    }
    let (mut arrow, mut margin) = (String::new(), String::new());
    if text::arrow(&mut arrow, verdict, segment).unwrap() {
        text::margin(&mut margin, verdict).unwrap();
        fields.insert("(arrow)".to_string(), vec![arrow]);
        fields.insert("(margin)".to_string(), vec![margin]);
    }
    fields
}

/// Between whom it goes.
pub fn path(wire: &Wire) -> Path {
    let (left, right) = (Some(IpAddr::from(LEFT)), Some(IpAddr::from(RIGHT)));
    match wire.direction {
        Direction::ToRight => Path { source: left, destination: right },
        Direction::ToLeft => Path { source: right, destination: left },
    }
}

/// The segment, by way of its bytes.
pub fn segment(wire: &Wire) -> Segment {
    let bytes = wire.header();
    let reported = u32::try_from(bytes.len()).unwrap() + wire.len;
    let mut segment = header::parse(&bytes, reported, wire.at_ns.map(Timestamp)).expect("a whole header");
    segment.network = Network { identification: (wire.id != 0).then_some(wire.id), hops: Some(wire.ttl) };
    segment
}

/// Reads a script whose first segment is frame `first_frame`.
pub fn read(script: &Script, first_frame: u32) -> Passes {
    let wires: Vec<&Wire> = script.rows.iter().map(|row| &row.wire).collect();
    let options = Options { rebase: script.rebase };
    read_wires(&wires, first_frame, options)
}

pub fn read_wires(wires: &[&Wire], first_frame: u32, options: Options) -> Passes {
    let mut tracker = Tracker::new(options);
    let mut seen = Passes::default();
    let segments: Vec<Segment> = wires.iter().map(|wire| segment(wire)).collect();
    let id = |index: usize| SegmentId { frame: first_frame + u32::try_from(index).unwrap(), layer: 0 };
    for (index, wire) in wires.iter().enumerate() {
        tracker
            .observe(id(index), Event::Segment { stream: wire.stream, path: &path(wire), segment: &segments[index] })
            .expect("there is room");
        let view = tracker.segment(id(index), path(wire), &segments[index], Pass::First);
        seen.first.push(read_fields(&view.expect("it was just taken in")));
        tracker.pack();
    }
    for (index, wire) in wires.iter().enumerate() {
        let view = tracker.segment(id(index), path(wire), &segments[index], Pass::Final);
        seen.last.push(read_fields(&view.expect("it was taken in")));
    }
    seen
}
