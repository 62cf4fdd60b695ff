//! What is shown, into the caller's `synfin_shown`.

use core::fmt::{self, Write};
use core::ptr;
use core::slice;

use libc::c_char;
use synfin_core::view::{ConnectionView, IcmpView, SegmentView, Verdict};
use synfin_core::words::fields::{FIELDS, Field, Sink};
use synfin_core::words::language::Language;
use synfin_core::words::servers::{Cell, Server};
use synfin_core::words::{connections, experts, text};

use crate::bindings as c;
use crate::convert::Request;
use crate::descriptors::{NO_TEXT, type_number};

/// Texts one after the other in the caller's buffer, each with a NUL behind it.
struct Texts<'a> {
    buffer: &'a mut [u8],
    used: usize,
}

impl Write for Texts<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.append(text.as_bytes())
    }

    #[inline]
    fn write_char(&mut self, letter: char) -> fmt::Result {
        if letter.is_ascii() { self.append(&[letter as u8]) } else { self.write_str(letter.encode_utf8(&mut [0; 4])) }
    }
}

impl Texts<'_> {
    #[inline]
    fn append(&mut self, bytes: &[u8]) -> fmt::Result {
        let end = self.used.checked_add(bytes.len()).ok_or(fmt::Error)?;
        // One byte stays free for the NUL.
        if end >= self.buffer.len() {
            return Err(fmt::Error);
        }
        self.buffer.get_mut(self.used..end).ok_or(fmt::Error)?.copy_from_slice(bytes);
        self.used = end;
        Ok(())
    }

    /// Writes one text; NULL when `write` fails, has nothing to say, or there is no room.
    fn put(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> Result<bool, fmt::Error>) -> *const c_char {
        self.put_with(|texts| write(texts))
    }

    /// The same, for a text that is written often.
    fn put_with(&mut self, write: impl FnOnce(&mut Self) -> Result<bool, fmt::Error>) -> *const c_char {
        let start = self.used;
        if !write(self).unwrap_or(false) {
            self.used = start;
            return NO_TEXT;
        }
        if let Some(end) = self.buffer.get_mut(self.used) {
            *end = 0;
        }
        self.used = self.used.saturating_add(1);
        self.buffer.get(start).map_or(NO_TEXT, |first| ptr::from_ref(first).cast())
    }
}

/// The values of one `synfin_shown`.
struct Values<'a> {
    texts: Texts<'a>,
    values: &'a mut [c::synfin_value],
    count: usize,
    /// What the next value is of.
    field: u16,
    kind: u8,
    is_hidden: bool,
}

impl Values<'_> {
    fn begin(&mut self, field: u16, kind: u8) {
        self.field = field;
        self.kind = kind;
        self.is_hidden = false;
    }

    fn push(&mut self, number: i64, text: *const c_char) {
        if let Some(slot) = self.values.get_mut(self.count) {
            *slot = c::synfin_value {
                field: self.field,
                type_: self.kind,
                is_hidden: u8::from(self.is_hidden),
                reserved: [0; 4],
                number,
                text,
            };
            self.count = self.count.saturating_add(1);
        }
    }
}

impl Sink for Values<'_> {
    fn number(&mut self, number: i64) {
        self.push(number, NO_TEXT);
    }

    fn text(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> Result<bool, fmt::Error>) {
        let text = self.texts.put(write);
        if !text.is_null() {
            self.push(0, text);
        }
    }

    fn hide(&mut self) {
        self.is_hidden = true;
    }
}

/// What stands in front of the values.
struct Head {
    experts: u64,
    label: *const c_char,
    suffix: *const c_char,
    arrow: *const c_char,
    margin: *const c_char,
}

impl Head {
    const EMPTY: Head = Head { experts: 0, label: NO_TEXT, suffix: NO_TEXT, arrow: NO_TEXT, margin: NO_TEXT };
}

/// Fills the caller's struct: `write` writes values and texts, and gives what stands in front of them.
fn fill(shown: &mut c::synfin_shown, stream: u32, write: impl FnOnce(&mut Values) -> Head) {
    // SAFETY: C's characters are bytes, signed or not, and the slice is as long as the array it stands for.
    let buffer = unsafe { slice::from_raw_parts_mut(shown.text.as_mut_ptr().cast::<u8>(), shown.text.len()) };
    let texts = Texts { buffer, used: 0 };
    let mut values = Values { texts, values: &mut shown.values, count: 0, field: 0, kind: 0, is_hidden: false };
    let head = write(&mut values);
    shown.value_count = u32::try_from(values.count).unwrap_or(0);
    shown.stream = stream;
    shown.reserved = 0;
    shown.experts = head.experts;
    shown.label = head.label;
    shown.suffix = head.suffix;
    shown.arrow = head.arrow;
    shown.margin = head.margin;
}

/// The values of the fields that are wanted.
fn fields(values: &mut Values, request: &Request, mut read: impl FnMut(&Field, &mut dyn Sink)) {
    for number in request.fields() {
        if let Some(field) = FIELDS.get(usize::from(number)) {
            values.begin(number, type_number(field.kind));
            read(field, values);
        }
    }
}

/// Says that there is nothing to show of a segment.
pub fn nothing(shown: &mut c::synfin_shown, stream: u32) {
    fill(shown, stream, |_| Head::EMPTY);
}

/// What the Info column gets of a segment that is no RST, and nothing else.
pub fn suffix_of_step(shown: &mut c::synfin_shown, stream: u32, verdict: &Verdict) {
    fill(shown, stream, |values| Head {
        suffix: values.texts.put_with(|out| text::suffix_of_step(out, verdict)),
        ..Head::EMPTY
    });
}

/// A segment.
pub fn segment(shown: &mut c::synfin_shown, view: &SegmentView, language: Language, request: &Request) {
    fill(shown, view.connection.stream, |values| {
        let mut head = Head::EMPTY;
        let texts = &mut values.texts;
        if request.wants(c::SYNFIN_WANT_LABEL) {
            head.label = texts.put(&mut |out| text::label(out, view).map(|()| true));
        }
        if request.wants(c::SYNFIN_WANT_SUFFIX) {
            head.suffix = texts.put(&mut |out| text::suffix(out, view));
        }
        if request.wants(c::SYNFIN_WANT_LADDER) {
            head.arrow = texts.put(&mut |out| text::arrow(out, &view.verdict, view.segment));
            if !head.arrow.is_null() {
                head.margin = texts.put(&mut |out| text::margin(out, &view.verdict).map(|()| true));
            }
        }
        fields(values, request, |field, sink| field.read_segment(view, language, sink));
        if request.wants(c::SYNFIN_WANT_EXPERTS) {
            head.experts = experts::of(view);
        }
        head
    });
}

/// An ICMP error.
pub fn icmp(shown: &mut c::synfin_shown, view: &IcmpView, language: Language, request: &Request) {
    fill(shown, view.connection.stream, |values| {
        let mut head = Head::EMPTY;
        if request.wants(c::SYNFIN_WANT_LABEL) {
            let label = |out: &mut dyn Write| write!(out, "TCP Lifecycle: ICMP {}", view.kind.name()).map(|()| true);
            head.label = values.texts.put(&mut { label });
        }
        fields(values, request, |field, sink| field.read_icmp(view, language, sink));
        if request.wants(c::SYNFIN_WANT_EXPERTS) {
            head.experts = experts::of_icmp(view);
        }
        head
    });
}

/// A row of the table of connections.
pub fn connection(shown: &mut c::synfin_shown, view: &ConnectionView) {
    row(shown, view.stream, connections::row(view));
}

/// A row of the table of servers.
pub fn server(shown: &mut c::synfin_shown, server: &Server) {
    row(shown, 0, server.cells());
}

/// A row of a table: the number of the column stands for that of a field.
fn row<const N: usize>(shown: &mut c::synfin_shown, stream: u32, cells: [Cell; N]) {
    fill(shown, stream, |values| {
        for (column, cell) in (0_u16..).zip(cells) {
            match cell {
                Cell::Count(count) => {
                    values.begin(column, c::SYNFIN_TYPE_UINT32);
                    values.number(i64::from(count));
                }
                Cell::Text(text) => {
                    values.begin(column, c::SYNFIN_TYPE_STRING);
                    values.text(&mut |out| out.write_str(&text).map(|()| true));
                }
            }
        }
        Head::EMPTY
    });
}
