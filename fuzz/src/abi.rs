//! Arbitrary calls of the C ABI in arbitrary order: NULL, short buffers, wrong sizes, handles of every age.
//!
//! Structures lie in memory of exactly the size that they claim, so that a sanitizer sees what is read beyond.

#[allow(non_camel_case_types, non_snake_case, missing_docs, dead_code, clippy::all)]
mod c {
    include!(concat!(env!("OUT_DIR"), "/synfin.rs"));
}

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ffi::CStr;
use std::mem::size_of;
use std::ptr;

// The functions that the declarations in `c` name.
use synfin as _;

use crate::source::Source;

/// Memory of a size chosen at run time, zeroed, aligned like the structures of the header.
struct Memory {
    at: *mut u8,
    layout: Layout,
}

impl Memory {
    fn new(size: usize) -> Memory {
        let layout = Layout::from_size_align(size.max(4), 8).expect("a small size");
        // SAFETY: the size is not zero.
        let at = unsafe { alloc_zeroed(layout) };
        assert!(!at.is_null(), "memory");
        Memory { at, layout }
    }

    /// Memory for a `T` that claims to be `size` octets, `T`'s first member being its size.
    fn claiming<T>(value: T, size: usize) -> Memory {
        let memory = Memory::new(size);
        let copied = memory.layout.size().min(size_of::<T>());
        // SAFETY: both are at least as long, and the claimed size is what stands first.
        unsafe {
            ptr::copy_nonoverlapping(ptr::from_ref(&value).cast::<u8>(), memory.at, copied);
            memory.at.cast::<u32>().write(size as u32);
        }
        memory
    }

    fn octets(&self) -> &[u8] {
        // SAFETY: it is that long, and was zeroed.
        unsafe { std::slice::from_raw_parts(self.at, self.layout.size()) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: from alloc_zeroed with this layout.
        unsafe { dealloc(self.at, self.layout) }
    }
}

/// How a structure is handed over.
fn size_of_claim<T>(source: &mut impl Source) -> Option<usize> {
    let right = size_of::<T>();
    match source.below(64) {
        0 => None,
        1 => Some(0),
        2 => Some(4),
        3 => Some(right - 1),
        4 => Some(right + 1),
        5 => Some(source.below(2 * right as u32) as usize),
        _ => Some(right),
    }
}

/// The status that a structure of this claim alone leads to.
fn status_of<T>(claim: Option<usize>) -> u8 {
    match claim {
        None => c::SYNFIN_STATUS_NULL_POINTER,
        Some(size) if size == size_of::<T>() => c::SYNFIN_STATUS_OK,
        Some(_) => c::SYNFIN_STATUS_BAD_SIZE,
    }
}

fn pointer<T>(memory: Option<&Memory>) -> *mut T {
    memory.map_or(ptr::null_mut(), |memory| memory.at.cast())
}

/// The handles of a run.
pub struct Caller {
    trackers: [*mut c::synfin_tracker; 3],
    tallies: [*mut c::synfin_tally; 2],
    shown: Box<c::synfin_shown>,
    /// Calls made so far.
    pub calls: u64,
}

impl Default for Caller {
    fn default() -> Self {
        // SAFETY: plain old data, for which zeros are values.
        let mut shown: Box<c::synfin_shown> = Box::new(unsafe { std::mem::zeroed() });
        shown.struct_size = size_of::<c::synfin_shown>() as u32;
        Caller { trackers: [ptr::null_mut(); 3], tallies: [ptr::null_mut(); 2], shown, calls: 0 }
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        // SAFETY: NULL or live; used no more.
        unsafe {
            self.trackers.iter().for_each(|&tracker| c::synfin_tracker_free(tracker));
            self.tallies.iter().for_each(|&tally| c::synfin_tally_free(tally));
        }
    }
}

impl Caller {
    /// One call.
    pub fn call(&mut self, source: &mut impl Source) {
        self.calls += 1;
        let which = source.below(3) as usize;
        match source.below(64) {
            0 => self.renew(source, which),
            1 => self.free(which),
            2 => self.tables(source, which),
            3..=11 => self.tally(source, which),
            12..=35 => self.observe(source, which),
            _ => self.show(source, which),
        }
    }

    fn renew(&mut self, source: &mut impl Source, which: usize) {
        let claim = size_of_claim::<c::synfin_options>(source);
        let language = source.below(4) as u8;
        let options = c::synfin_options {
            struct_size: 0,
            rebase: source.take(8) as u8,
            language,
            reserved: [source.take(8) as u8; 2],
        };
        let memory = claim.map(|size| Memory::claiming(options, size));
        // SAFETY: what the header asks for.
        unsafe {
            c::synfin_tracker_free(self.trackers[which]);
            self.trackers[which] = c::synfin_tracker_new(pointer(memory.as_ref()));
            let tally = which % self.tallies.len();
            c::synfin_tally_free(self.tallies[tally]);
            self.tallies[tally] = c::synfin_tally_new();
            assert!(!self.tallies[tally].is_null());
        }
        let is_good = status_of::<c::synfin_options>(claim) == c::SYNFIN_STATUS_OK && language < 2;
        assert_eq!(!self.trackers[which].is_null(), is_good, "a tracker for good options and no others");
    }

    fn free(&mut self, which: usize) {
        // SAFETY: NULL or live; forgotten at once.
        unsafe { c::synfin_tracker_free(self.trackers[which]) };
        self.trackers[which] = ptr::null_mut();
    }

    fn tables(&mut self, source: &mut impl Source, which: usize) {
        let mut count = usize::MAX;
        let place: *mut usize = if source.one_in(2) { ptr::null_mut() } else { &raw mut count };
        // SAFETY: NULL or writable; the handles are NULL or live.
        unsafe {
            assert!(!c::synfin_fields(place).is_null() && !c::synfin_experts(place).is_null());
            assert!(!c::synfin_table_fields(place).is_null() && !c::synfin_stat_nodes(place).is_null());
            assert_eq!(c::synfin_abi_version(), u32::from(c::SYNFIN_ABI_VERSION));
            assert!(!CStr::from_ptr(c::synfin_version()).to_bytes().is_empty());
            let memory = c::synfin_tracker_memory(self.trackers[which]);
            assert_eq!(memory == 0, self.trackers[which].is_null(), "memory");
            let known = c::synfin_tracker_knows_stream(self.trackers[which], source.take(3));
            assert!(known <= u8::from(!self.trackers[which].is_null()), "knows_stream is 0 or 1, and 0 for NULL");
        }
        assert!(place.is_null() || count < 1000, "a count");
    }

    fn segment(source: &mut impl Source) -> c::synfin_segment {
        let frames = if source.one_in(64) { 32 } else { 6 };
        let streams = if source.one_in(64) { 32 } else { 3 };
        c::synfin_segment {
            struct_size: 0,
            frame: source.take(frames),
            layer: if source.one_in(8) { source.take(5) } else { 0 },
            stream: source.take(streams),
            time_s: if source.one_in(8) { i64::MAX - i64::from(source.take(1)) } else { i64::from(source.take(32)) },
            time_ns: if source.one_in(8) { source.take(32) as i32 } else { source.take(29) as i32 },
            reported_len: if source.one_in(4) { source.take(32) } else { 20 + source.take(6) },
            has_time: source.take(1) as u8,
            address_len: [0, 4, 16, 255][source.take(2) as usize],
            known_tuple: source.take(8) as u8,
            reserved: [source.take(8) as u8; 5],
            source: [source.take(1) as u8; 16],
            destination: [source.take(1) as u8; 16],
        }
    }

    /// Octets of a header, from none to more than one has.
    fn header(source: &mut impl Source) -> Option<Vec<u8>> {
        let len = match source.below(16) {
            0 => return None,
            1 => source.below(70),
            2 => 60,
            _ => 20,
        };
        let mut octets: Vec<u8> =
            (0..len).map(|_| source.take(8) as u8 & if source.one_in(2) { 0xff } else { 3 }).collect();
        if let Some(offset) = octets.get_mut(12)
            && !source.one_in(8)
        {
            *offset = (len as u8 / 4) << 4;
        }
        octets.shrink_to_fit();
        Some(octets)
    }

    fn observe(&mut self, source: &mut impl Source, which: usize) {
        let claim = size_of_claim::<c::synfin_segment>(source);
        let memory = claim.map(|size| Memory::claiming(Self::segment(source), size));
        let octets = Self::header(source);
        let (at, len) = octets.as_ref().map_or((ptr::null(), source.take(6) as usize), |o| (o.as_ptr(), o.len()));
        let tracker = self.trackers[which];
        // SAFETY: what the header asks for, or NULL.
        let status = unsafe { c::synfin_tracker_observe(tracker, pointer(memory.as_ref()), at, len) };
        let expected = status_of::<c::synfin_segment>(claim);
        if tracker.is_null() || claim.is_none() {
            assert_eq!(status, c::SYNFIN_STATUS_NULL_POINTER);
        } else if expected != c::SYNFIN_STATUS_OK {
            assert_eq!(status, expected);
        } else if octets.is_none() {
            assert_eq!(status, c::SYNFIN_STATUS_NULL_POINTER);
        } else {
            let good = [c::SYNFIN_STATUS_OK, c::SYNFIN_STATUS_NO_SEGMENT, c::SYNFIN_STATUS_NO_ROOM];
            assert!(good.contains(&status), "observe: status {status}");
        }
    }

    fn show(&mut self, source: &mut impl Source, which: usize) {
        let claims = (
            size_of_claim::<c::synfin_segment>(source),
            size_of_claim::<c::synfin_request>(source),
            if source.one_in(256) {
                size_of_claim::<c::synfin_shown>(source)
            } else {
                Some(size_of::<c::synfin_shown>())
            },
        );
        let segment = claims.0.map(|size| Memory::claiming(Self::segment(source), size));
        let word = |source: &mut dyn FnMut(u32) -> u32| u64::from(source(32)) << 32 | u64::from(source(32));
        let mut take = |bits| source.take(bits);
        let request = c::synfin_request {
            struct_size: 0,
            final_pass: take(1) as u8,
            want: take(8) as u8,
            reserved: [0; 2],
            fields: if take(2) == 0 { [u64::MAX; 2] } else { [word(&mut take), word(&mut take)] },
        };
        let request_memory = claims.1.map(|size| Memory::claiming(request, size));
        let octets = Self::header(source);
        let (at, len) = octets.as_ref().map_or((ptr::null(), 20), |octets| (octets.as_ptr(), octets.len()));
        let right = claims.2 == Some(size_of::<c::synfin_shown>());
        // SAFETY: plain old data.
        let odd = (!right)
            .then(|| claims.2.map(|size| Memory::claiming(unsafe { std::mem::zeroed::<c::synfin_shown>() }, size)));
        let out = match &odd {
            None => &raw mut *self.shown,
            Some(memory) => pointer(memory.as_ref()),
        };
        let before = odd.as_ref().and_then(|memory| memory.as_ref()).map(|memory| memory.octets().to_vec());
        let tracker = self.trackers[which];
        self.shown.value_count = u32::MAX;
        // SAFETY: what the header asks for, or NULL.
        let status = unsafe {
            c::synfin_tracker_show(tracker, pointer(segment.as_ref()), at, len, pointer(request_memory.as_ref()), out)
        };
        assert!(status != c::SYNFIN_STATUS_PANICKED, "show panicked");
        let all_right = right
            && claims.0 == Some(size_of::<c::synfin_segment>())
            && claims.1 == Some(size_of::<c::synfin_request>());
        if status == c::SYNFIN_STATUS_OK {
            assert!(all_right && !tracker.is_null() && octets.is_some(), "OK without good arguments");
            check_shown(&self.shown, &request);
        } else {
            assert_eq!(self.shown.value_count, u32::MAX, "an output is written only on OK");
            let after = odd.as_ref().and_then(|memory| memory.as_ref()).map(|memory| memory.octets().to_vec());
            assert_eq!(before, after, "an output of a wrong size is left alone");
        }
    }

    fn tally(&mut self, source: &mut impl Source, which: usize) {
        let claim = size_of_claim::<c::synfin_stat_changes>(source);
        // SAFETY: plain old data.
        let memory = claim.map(|size| Memory::claiming(unsafe { std::mem::zeroed::<c::synfin_stat_changes>() }, size));
        let (tally, tracker) = (self.tallies[which % self.tallies.len()], self.trackers[which]);
        let (frame, layer) = (source.take(6), if source.one_in(8) { source.take(32) } else { 0 });
        let out = pointer::<c::synfin_stat_changes>(memory.as_ref());
        // SAFETY: what the header asks for, or NULL.
        let status = unsafe { c::synfin_tally_add(tally, tracker, frame, layer, out) };
        assert!(status != c::SYNFIN_STATUS_PANICKED && status != c::SYNFIN_STATUS_NO_ROOM, "tally_add: {status}");
        if status != c::SYNFIN_STATUS_OK {
            return;
        }
        assert_eq!(status_of::<c::synfin_stat_changes>(claim), c::SYNFIN_STATUS_OK, "OK for a wrong size");
        let mut nodes = 0;
        // SAFETY: written on OK, of the right size.
        let changes = unsafe {
            c::synfin_stat_nodes(&raw mut nodes);
            &*out
        };
        let count = changes.count as usize;
        assert!(count <= changes.changes.len(), "{count} changes");
        for change in &changes.changes[..count] {
            assert!(usize::from(change.node) < nodes && matches!(change.delta, 1 | -1), "a change of {}", change.node);
        }
    }
}

/// What was shown is well formed.
fn check_shown(shown: &c::synfin_shown, request: &c::synfin_request) {
    let mut field_count = 0;
    let mut expert_count = 0;
    // SAFETY: writable; the tables live for ever.
    let fields = unsafe {
        c::synfin_experts(&raw mut expert_count);
        let fields = c::synfin_fields(&raw mut field_count);
        std::slice::from_raw_parts(fields, field_count)
    };
    let text_range = shown.text.as_ptr_range();
    let check_text = |text: *const std::ffi::c_char| {
        if text_range.contains(&text) {
            // SAFETY: checked to lie in the buffer; what is left of it is searched for the NUL.
            let rest =
                unsafe { std::slice::from_raw_parts(text.cast::<u8>(), text_range.end.offset_from(text) as usize) };
            let text = CStr::from_bytes_until_nul(rest).expect("a NUL within the buffer");
            assert!(text.to_str().is_ok(), "UTF-8");
        } else {
            // SAFETY: a static string by contract.
            assert!(unsafe { CStr::from_ptr(text) }.to_str().is_ok(), "UTF-8");
        }
    };
    let count = shown.value_count as usize;
    assert!(count <= shown.values.len(), "{count} values");
    for value in &shown.values[..count] {
        let index = usize::from(value.field);
        assert!(index < field_count, "field {index}");
        assert!(request.fields[index / 64] >> (index % 64) & 1 == 1, "a field that was not wanted");
        assert_eq!(value.type_, fields[index].type_, "the type of field {index}");
        assert_eq!(value.type_ == c::SYNFIN_TYPE_STRING, !value.text.is_null(), "a text for a string alone");
        match value.type_ {
            c::SYNFIN_TYPE_STRING => check_text(value.text),
            c::SYNFIN_TYPE_UINT8 => assert!(u8::try_from(value.number).is_ok()),
            c::SYNFIN_TYPE_UINT32 | c::SYNFIN_TYPE_FRAME => assert!(u32::try_from(value.number).is_ok()),
            c::SYNFIN_TYPE_BOOLEAN => assert!(matches!(value.number, 0 | 1)),
            c::SYNFIN_TYPE_TIME => assert!(value.number >= 0, "a negative time"),
            _ => {}
        }
    }
    assert!(expert_count >= 64 || shown.experts >> expert_count == 0, "expert bits");
    let texts = [
        (shown.label, c::SYNFIN_WANT_LABEL),
        (shown.suffix, c::SYNFIN_WANT_SUFFIX),
        (shown.arrow, c::SYNFIN_WANT_LADDER),
        (shown.margin, c::SYNFIN_WANT_LADDER),
    ];
    assert_eq!(shown.arrow.is_null(), shown.margin.is_null(), "an arrow and what stands beside it");
    for (text, want) in texts {
        assert!(text.is_null() || request.want & want != 0, "a text that was not wanted");
        if !text.is_null() {
            check_text(text);
        }
    }
}
