//! C values to Rust and back.

use core::net::{Ipv4Addr, Ipv6Addr};
use core::slice;

use libc::{c_char, size_t};
use synfin_core::capture::{Event, Path, SegmentId, Tracker};
use synfin_core::segment::icmp::{self, IcmpError};
use synfin_core::segment::{Network, header};
use synfin_core::view::{Address, ConnectionView, Pass, Segment, Timestamp};
use synfin_core::words::fields::FIELDS;
use synfin_core::words::language::Language;

use crate::bindings as c;
use crate::descriptors::language;
use crate::guard::{self, Failure, Outcome, deliberate_panic};

/// Whether a caller's struct has this header's size. Only then may a reference to it be made: a shorter one would end early.
///
/// # Safety
/// `pointer` is NULL or points to a structure as long as the size that stands first in it.
unsafe fn check_size<T>(pointer: *const T) -> Outcome {
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

/// A caller's number, to be written.
///
/// # Safety
/// `pointer` is NULL or writable, and nothing else refers to it meanwhile.
pub unsafe fn number<'a, T>(pointer: *mut T) -> Result<&'a mut T, Failure> {
    // SAFETY: passed on from the caller.
    unsafe { pointer.as_mut() }.ok_or(Failure::NullPointer)
}

/// The captured bytes that are read: at most `most` of them.
///
/// # Safety
/// `bytes` is NULL or readable for `len` bytes while they are referred to.
unsafe fn captured<'a>(bytes: *const u8, len: size_t, most: usize) -> Result<&'a [u8], Failure> {
    if bytes.is_null() {
        return Err(Failure::NullPointer);
    }
    // SAFETY: the caller's promise.
    Ok(unsafe { slice::from_raw_parts(bytes, len.min(most)) })
}

/// The address in the first `len` of these bytes, when that is one.
fn address(bytes: &[u8; 16], len: u8) -> Address {
    match len {
        4 => bytes.first_chunk::<4>().map(|v4| Ipv4Addr::from(*v4).into()),
        16 => Some(Ipv6Addr::from(*bytes).into()),
        _ => None,
    }
}

/// What `synfin_tracker *` points to: the connections of a capture, and the language of its sentences.
#[derive(Debug)]
pub struct Session {
    pub tracker: Tracker,
    pub language: Language,
}

impl Session {
    /// One that has seen nothing; none when the options are NULL or of another size.
    ///
    /// # Safety
    /// `options` is NULL or a `synfin_options`.
    pub unsafe fn new(options: *const c::synfin_options) -> Option<Session> {
        // SAFETY: passed on from the caller.
        let options = unsafe { input(options) }.ok()?;
        let choice = synfin_core::capture::Options { rebase: options.rebase != 0 };
        Some(Session { tracker: Tracker::new(choice), language: language(options.language) })
    }

    /// The stream of a segment that was taken in.
    pub fn stream(&self, frame: u32, layer: u32) -> Result<u32, Failure> {
        self.tracker.stream(SegmentId { frame, layer }).ok_or(Failure::NotSeen)
    }

    /// The connection that is a stream, as it is by now.
    pub fn connection(&self, stream: u32) -> Result<ConnectionView<'_>, Failure> {
        self.tracker.connection(stream, Pass::Final).ok_or(Failure::NotSeen)
    }
}

/// A segment as it came in.
pub struct Input<'a> {
    pub id: SegmentId,
    pub stream: u32,
    pub path: Path,
    pub segment: &'a Segment,
}

impl Input<'_> {
    /// What the tracker is told of it.
    #[inline(always)]
    pub fn event(&self) -> Event<'_> {
        Event::Segment { stream: self.stream, path: &self.path, segment: self.segment }
    }
}

/// Where a segment stands, which can be known before its bytes are read.
///
/// # Safety
/// `segment` is NULL or a `synfin_segment`.
pub unsafe fn read_id(segment: *const c::synfin_segment) -> Result<SegmentId, Failure> {
    // SAFETY: passed on from the caller.
    let segment = unsafe { input(segment) }?;
    Ok(SegmentId { frame: segment.frame, layer: segment.layer })
}

/// Reads a segment, and runs `body` with it where it was read: to hand it on would cost more than to read it.
///
/// # Safety
/// `segment` is NULL or a `synfin_segment`, `bytes` NULL or readable for `len` bytes.
#[inline(always)]
pub unsafe fn with_segment(
    segment: *const c::synfin_segment,
    bytes: *const u8,
    len: size_t,
    body: impl FnOnce(&Input) -> Outcome,
) -> Outcome {
    // SAFETY: passed on from the caller.
    let (from, bytes) = unsafe { (input(segment)?, captured(bytes, len, header::MAX_LEN)?) };
    deliberate_panic(guard::PanicAt::Parse(from.frame));
    let at = if from.has_time == 0 { None } else { Timestamp::from_parts(from.time_s, from.time_ns) };
    let mut parsed = header::parse(bytes, from.reported_len, at);
    let segment = parsed.as_mut().ok_or(Failure::NoSegment)?;
    segment.network = Network {
        identification: (from.identification != 0).then_some(from.identification),
        hops: (from.has_hops != 0).then_some(from.hops),
    };
    body(&Input {
        id: SegmentId { frame: from.frame, layer: from.layer },
        stream: from.stream,
        path: Path {
            source: address(&from.source, from.address_len),
            destination: address(&from.destination, from.address_len),
        },
        segment,
    })
}

/// Where an ICMP message stands, and who sent it.
///
/// # Safety
/// `icmp` is NULL or a `synfin_icmp`.
pub unsafe fn read_icmp(icmp: *const c::synfin_icmp) -> Result<(SegmentId, Address), Failure> {
    // SAFETY: passed on from the caller.
    let icmp = unsafe { input(icmp) }?;
    Ok((SegmentId { frame: icmp.frame, layer: icmp.layer }, address(&icmp.source, icmp.address_len)))
}

/// What an ICMP message says; [`Failure::NotSeen`] when it is no error about a TCP segment.
///
/// # Safety
/// As [`read_icmp`]; `bytes` is NULL or readable for `len` bytes.
pub unsafe fn read_error(icmp: *const c::synfin_icmp, bytes: *const u8, len: size_t) -> Result<IcmpError, Failure> {
    // SAFETY: passed on from the caller.
    let (from, bytes) = unsafe { (input(icmp)?, captured(bytes, len, usize::from(c::SYNFIN_ICMP_MAX))?) };
    icmp::parse(bytes, from.is_v6 != 0).ok_or(Failure::NotSeen)
}

/// The fields that in a first pass only an eventful segment has, a bit each.
static OF_EVENTFUL: [u64; 2] = {
    const BITS: [u64; 2] = of_eventful();
    BITS
};

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "the compiler runs it")]
const fn of_eventful() -> [u64; 2] {
    let mut bits = [0; 2];
    let (mut number, mut rest) = (0, FIELDS);
    while let [field, others @ ..] = rest {
        if field.is_of_eventful() {
            bits[number / 64] |= 1 << (number % 64);
        }
        number += 1;
        rest = others;
    }
    bits
}

/// What is to be shown.
pub struct Request<'a> {
    pub pass: Pass,
    from: &'a c::synfin_request,
}

impl<'a> Request<'a> {
    /// Reads a request.
    ///
    /// # Safety
    /// `request` is NULL or a `synfin_request`, which stays as it is while it is referred to.
    pub unsafe fn read(request: *const c::synfin_request) -> Result<Request<'a>, Failure> {
        // SAFETY: passed on from the caller.
        let from = unsafe { input(request) }?;
        let pass = if from.final_pass == 0 { Pass::First } else { Pass::Final };
        Ok(Request { pass, from })
    }

    /// Whether nothing is wanted but what the Info column gets: so it is in a plain listing.
    #[inline]
    pub fn wants_suffix_alone(&self) -> bool {
        self.from.want == c::SYNFIN_WANT_SUFFIX && self.from.fields == [0; 2]
    }

    /// Whether a segment that neither performs nor repeats a step, and is no RST, has nothing of what is wanted.
    #[inline]
    pub fn wants_eventful_alone(&self) -> bool {
        let others = self.from.fields.iter().zip(&OF_EVENTFUL).any(|(wanted, of_eventful)| wanted & !of_eventful != 0);
        self.from.want & !c::SYNFIN_WANT_SUFFIX == 0
            && !others
            && (self.pass == Pass::First || self.from.fields == [0; 2])
    }

    /// Whether something else than fields is wanted: one of `SYNFIN_WANT_*`.
    pub fn wants(&self, what: u8) -> bool {
        self.from.want & what != 0
    }

    /// The numbers of the fields that are wanted, lowest first.
    pub fn fields(&self) -> impl Iterator<Item = u16> + use<> {
        self.from.fields.into_iter().zip([0_u16, 64]).flat_map(|(mut rest, first)| {
            core::iter::from_fn(move || {
                let bit = u16::try_from(rest.trailing_zeros()).ok().filter(|_| rest != 0)?;
                rest &= rest.wrapping_sub(1);
                Some(first.saturating_add(bit))
            })
        })
    }
}

/// Writes a text of any length into the caller's buffer, with a NUL behind it, and its length without that.
///
/// # Safety
/// `buffer` is NULL or writable for `room` bytes, `len` NULL or writable.
pub unsafe fn write_text(text: &str, buffer: *mut c_char, room: size_t, len: *mut size_t) -> Outcome {
    // SAFETY: passed on from the caller.
    let len = unsafe { number(len) }?;
    if buffer.is_null() && room > 0 {
        return Err(Failure::NullPointer);
    }
    *len = text.len();
    if text.len() >= room {
        return Err(Failure::NoRoom);
    }
    // SAFETY: the caller's promise: `room` bytes are writable, and there are more of them than the text has.
    let buffer = unsafe { slice::from_raw_parts_mut(buffer.cast::<u8>(), room) };
    for (to, from) in buffer.iter_mut().zip(text.bytes().chain([0])) {
        *to = from;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_by_their_bits() {
        let numbers = |fields| {
            let from = c::synfin_request { struct_size: 0, final_pass: 0, want: 0, reserved: [0; 2], fields };
            Request { pass: Pass::First, from: &from }.fields().collect::<Vec<_>>()
        };
        assert!(numbers([0, 0]).is_empty());
        assert_eq!(numbers([0b1001, 1 << 63]), [0, 3, 127]);
        assert_eq!(numbers([u64::MAX; 2]), (0..128).collect::<Vec<_>>());
    }

    #[test]
    fn texts_that_fit_and_that_do_not() {
        let mut buffer = [1; 4];
        let mut len = 0;
        let mut write = |text: &str, room| {
            let pointer = buffer.as_mut_ptr();
            // SAFETY: room is at most what the buffer has.
            let outcome = unsafe { write_text(text, pointer, room, &raw mut len) };
            (outcome, len, buffer.map(|letter| letter as u8))
        };
        assert_eq!(write("abcd", 4), (Err(Failure::NoRoom), 4, [1; 4]), "the NUL has no room");
        assert_eq!(write("", 0), (Err(Failure::NoRoom), 0, [1; 4]));
        assert_eq!(write("abc", 4), (Ok(()), 3, *b"abc\0"));
        assert_eq!(write("", 1), (Ok(()), 0, *b"\0bc\0"));
    }
}
