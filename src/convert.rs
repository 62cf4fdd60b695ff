//! C values to Rust and back.

use core::fmt::{self, Write};
use core::ptr;
use core::slice;

use libc::{c_char, size_t};

use super::bindings as c;
use super::descriptors::{NO_TEXT, type_number};
use super::guard::Failure;
use crate::fields::{FIELDS, Sink};
use crate::tcp::{Pass, Segment, Timestamp};
use crate::text::{self, Language};
use crate::tracker::{Address, Annotation, Options, Path, Place};
use crate::{experts, header};

/// Whether a caller's struct is the one of this header. A reference to it before that would promise more than it may be.
///
/// # Safety
/// `pointer` is NULL or points to a structure as long as the size that stands first in it.
unsafe fn check_size<T>(pointer: *const T) -> Result<(), Failure> {
    if pointer.is_null() {
        return Err(Failure::NullPointer);
    }
    // SAFETY: the caller's promise.
    let size = unsafe { pointer.cast::<u32>().read() };
    if usize::try_from(size) == Ok(size_of::<T>()) { Ok(()) } else { Err(Failure::BadSize) }
}

/// A caller's struct, to be read.
///
/// # Safety
/// As [`check_size`]; and it stays as it is while it is referred to.
unsafe fn input<'a, T>(pointer: *const T) -> Result<&'a T, Failure> {
    // SAFETY: passed on from the caller; the size is right.
    unsafe {
        check_size(pointer)?;
        Ok(&*pointer)
    }
}

/// A caller's struct, to be written.
///
/// # Safety
/// As [`check_size`]; it is writable, and nothing else refers to it meanwhile.
pub unsafe fn output<'a, T>(pointer: *mut T) -> Result<&'a mut T, Failure> {
    // SAFETY: passed on from the caller; the size is right.
    unsafe {
        check_size(pointer)?;
        Ok(&mut *pointer)
    }
}

/// The options of a new tracker; none when they are NULL, of another size, or have unknown values.
///
/// # Safety
/// `options` is NULL or a `synfin_options`.
pub unsafe fn read_options(options: *const c::synfin_options) -> Option<Options> {
    // SAFETY: passed on from the caller.
    let options = unsafe { input(options) }.ok()?;
    let language = match options.language {
        c::SYNFIN_LANGUAGE_ENGLISH => Language::English,
        c::SYNFIN_LANGUAGE_CHINESE => Language::Chinese,
        _ => return None,
    };
    Some(Options { rebase: options.rebase != 0, language })
}

/// A segment as it came in.
pub struct Input {
    pub place: Place,
    pub stream: u32,
    pub path: Path,
    pub known_tuple: bool,
    pub segment: Segment,
}

/// Reads a segment.
///
/// # Safety
/// `segment` is NULL or a `synfin_segment`, `octets` NULL or readable for `octets_len` octets.
pub unsafe fn read_segment(
    segment: *const c::synfin_segment,
    octets: *const u8,
    octets_len: size_t,
) -> Result<Input, Failure> {
    // SAFETY: passed on from the caller.
    let segment = unsafe { input(segment) }?;
    if octets.is_null() {
        return Err(Failure::NullPointer);
    }
    // SAFETY: the caller's promise; no more is looked at than a header can have.
    let octets = unsafe { slice::from_raw_parts(octets, octets_len.min(header::MAX_LEN)) };
    let at = if segment.has_time == 0 { None } else { Timestamp::from_parts(segment.time_s, segment.time_ns) };
    let address =
        |octets: &[u8; 16]| Address::from_octets(octets.get(..usize::from(segment.address_len)).unwrap_or_default());
    Ok(Input {
        place: Place { frame: segment.frame, layer: segment.layer },
        stream: segment.stream,
        path: Path { source: address(&segment.source), destination: address(&segment.destination) },
        known_tuple: segment.known_tuple != 0,
        segment: header::parse(octets, segment.reported_len, at).ok_or(Failure::NoSegment)?,
    })
}

/// What is to be shown.
pub struct Request {
    pub pass: Pass,
    want: u8,
    fields: [u64; 2],
}

impl Request {
    /// Reads a request.
    ///
    /// # Safety
    /// `request` is NULL or a `synfin_request`.
    pub unsafe fn read(request: *const c::synfin_request) -> Result<Request, Failure> {
        // SAFETY: passed on from the caller.
        let request = unsafe { input(request) }?;
        let pass = if request.final_pass == 0 { Pass::First } else { Pass::Final };
        Ok(Request { pass, want: request.want, fields: request.fields })
    }

    /// Whether nothing is wanted but what the Info column gets: so it is in a plain listing.
    pub fn wants_suffix_alone(&self) -> bool {
        self.want == c::SYNFIN_WANT_SUFFIX && self.fields == [0; 2]
    }

    /// Whether something else than fields is wanted: one of `SYNFIN_WANT_*`.
    pub fn wants(&self, what: u8) -> bool {
        self.want & what != 0
    }
}

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
    fn append(&mut self, octets: &[u8]) -> fmt::Result {
        let end = self.used.checked_add(octets.len()).ok_or(fmt::Error)?;
        // One octet stays free for the NUL.
        if end >= self.buffer.len() {
            return Err(fmt::Error);
        }
        self.buffer.get_mut(self.used..end).ok_or(fmt::Error)?.copy_from_slice(octets);
        self.used = end;
        Ok(())
    }

    /// Writes one text; NULL when `write` fails, has nothing to say, or there is no room.
    fn put(&mut self, write: &mut dyn FnMut(&mut dyn Write) -> Result<bool, fmt::Error>) -> *const c_char {
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
    field: u16,
    kind: u8,
}

impl Values<'_> {
    fn push(&mut self, number: i64, text: *const c_char) {
        if let Some(slot) = self.values.get_mut(self.count) {
            *slot = c::synfin_value { field: self.field, type_: self.kind, reserved: [0; 5], number, text };
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
}

/// Writes that there is nothing to show of a segment.
///
/// # Safety
/// `shown` is NULL or a writable `synfin_shown`.
pub unsafe fn write_nothing(shown: *mut c::synfin_shown, stream: u32) -> Result<(), Failure> {
    // SAFETY: passed on from the caller.
    let shown = unsafe { output(shown) }?;
    shown.value_count = 0;
    shown.stream = stream;
    shown.reserved = 0;
    shown.experts = 0;
    for text in [&mut shown.label, &mut shown.suffix, &mut shown.arrow, &mut shown.margin] {
        *text = NO_TEXT;
    }
    Ok(())
}

/// Writes what is to be shown of a segment.
///
/// # Safety
/// `shown` is NULL or a writable `synfin_shown`, and nothing else refers to it during the call.
pub unsafe fn write_shown(
    shown: *mut c::synfin_shown,
    annotation: &Annotation,
    request: &Request,
) -> Result<(), Failure> {
    // SAFETY: passed on from the caller.
    let shown = unsafe { output(shown) }?;
    // SAFETY: C's characters are octets, signed or not, and the slice is as long as the array it stands for.
    let buffer = unsafe { slice::from_raw_parts_mut(shown.text.as_mut_ptr().cast::<u8>(), shown.text.len()) };
    let texts = Texts { buffer, used: 0 };
    let mut values = Values { texts, values: &mut shown.values, count: 0, field: 0, kind: 0 };

    let mut label = NO_TEXT;
    if request.wants(c::SYNFIN_WANT_LABEL) {
        label = values.texts.put(&mut |out| text::label(out, annotation).map(|()| true));
    }
    let mut suffix = NO_TEXT;
    if request.wants(c::SYNFIN_WANT_SUFFIX) {
        suffix = values.texts.put(&mut |out| text::suffix(out, &annotation.verdict, annotation.segment));
    }
    let (mut arrow, mut margin) = (NO_TEXT, NO_TEXT);
    if request.wants(c::SYNFIN_WANT_LADDER) {
        arrow = values.texts.put(&mut |out| text::arrow(out, &annotation.verdict, annotation.segment));
        if !arrow.is_null() {
            margin = values.texts.put(&mut |out| text::margin(out, &annotation.verdict).map(|()| true));
        }
    }
    for (word, &bits) in request.fields.iter().enumerate() {
        let mut rest = bits;
        while rest != 0 {
            let bit = usize::try_from(rest.trailing_zeros()).unwrap_or(0);
            rest &= rest.wrapping_sub(1);
            let index = word.saturating_mul(64).saturating_add(bit);
            let (Some(field), Ok(number)) = (FIELDS.get(index), u16::try_from(index)) else {
                continue;
            };
            values.field = number;
            values.kind = type_number(field.kind);
            (field.read)(annotation, &mut values);
        }
    }
    shown.value_count = u32::try_from(values.count).unwrap_or(0);
    shown.label = label;
    shown.suffix = suffix;
    shown.arrow = arrow;
    shown.margin = margin;
    shown.stream = annotation.stream;
    shown.reserved = 0;
    shown.experts = if request.wants(c::SYNFIN_WANT_EXPERTS) { experts::of(annotation) } else { 0 };
    Ok(())
}
