//! Arbitrary calls of the C ABI in arbitrary order: NULL, short buffers, wrong sizes, handles of every age.
//!
//! Structures lie in memory of exactly the size that they claim, so that a sanitizer sees what is read beyond.

#[allow(non_camel_case_types, non_snake_case, missing_docs, dead_code, clippy::all)]
mod c {
    include!(concat!(env!("OUT_DIR"), "/synfin.rs"));
}

use std::ffi::CStr;
use std::mem::size_of;
use std::ptr;

// The functions that the declarations in `c` name.
use synfin as _;

use crate::source::Source;

mod connections;
mod memory;
mod output;
mod segments;

pub use segments::walk;

use memory::{Memory, pointer, size_of_claim, status_of};

/// The handles of a run.
pub struct Caller {
    trackers: [*mut c::synfin_tracker; 3],
    tallies: [*mut c::synfin_tally; 2],
    sets: [*mut c::synfin_set; 2],
    shown: Box<c::synfin_shown>,
    /// Calls made so far.
    pub calls: u64,
}

impl Default for Caller {
    fn default() -> Self {
        // SAFETY: plain old data, for which zeros are values.
        let mut shown: Box<c::synfin_shown> = Box::new(unsafe { std::mem::zeroed() });
        shown.struct_size = size_of::<c::synfin_shown>() as u32;
        Caller {
            trackers: [ptr::null_mut(); 3],
            tallies: [ptr::null_mut(); 2],
            sets: [ptr::null_mut(); 2],
            shown,
            calls: 0,
        }
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        // SAFETY: NULL or live; used no more.
        unsafe {
            self.trackers.iter().for_each(|&tracker| c::synfin_tracker_free(tracker));
            self.tallies.iter().for_each(|&tally| c::synfin_tally_free(tally));
            self.sets.iter().for_each(|&set| c::synfin_set_free(set));
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
            3..=8 => self.tally(source, which),
            9..=14 => self.set(source, which),
            15..=18 => self.icmp(source, which),
            19..=21 => self.show_connection(source, which),
            22..=40 => self.observe(source, which),
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
            let set = which % self.sets.len();
            c::synfin_set_free(self.sets[set]);
            self.sets[set] = c::synfin_set_new();
            assert!(!self.sets[set].is_null());
        }
        // An unknown language is English.
        let is_good = status_of::<c::synfin_options>(claim) == c::SYNFIN_STATUS_OK;
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
        let language = source.take(2) as u8;
        // SAFETY: NULL or writable; the handles are NULL or live.
        unsafe {
            assert!(!c::synfin_fields(language, place).is_null() && !c::synfin_experts(language, place).is_null());
            assert!(
                !c::synfin_stat_nodes(language, place).is_null()
                    && !c::synfin_server_columns(language, place).is_null()
            );
            assert!(!c::synfin_connection_columns(language, place).is_null());
            assert_eq!(c::synfin_abi_version(), u32::from(c::SYNFIN_ABI_VERSION));
            assert!(!CStr::from_ptr(c::synfin_version()).to_bytes().is_empty());
            let word = c::synfin_word(language, source.take(8) as u8);
            assert!(CStr::from_ptr(word).to_str().is_ok(), "UTF-8");
            let memory = c::synfin_tracker_memory(self.trackers[which]);
            assert_eq!(memory == 0, self.trackers[which].is_null(), "memory");
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
            has_hops: source.take(1) as u8,
            hops: 60 + source.take(2) as u8,
            identification: source.take(3) as u16,
            reserved: [source.take(8) as u8; 2],
            source: [source.take(1) as u8; 16],
            destination: [source.take(1) as u8; 16],
        }
    }

    /// Bytes of a header, from none to more than one has.
    fn header(source: &mut impl Source) -> Option<Vec<u8>> {
        let len = match source.below(16) {
            0 => return None,
            1 => source.below(70),
            2 => 60,
            _ => 20,
        };
        let mut bytes: Vec<u8> =
            (0..len).map(|_| source.take(8) as u8 & if source.one_in(2) { 0xff } else { 3 }).collect();
        if let Some(offset) = bytes.get_mut(12)
            && !source.one_in(8)
        {
            *offset = (len as u8 / 4) << 4;
        }
        bytes.shrink_to_fit();
        Some(bytes)
    }

    fn observe(&mut self, source: &mut impl Source, which: usize) {
        let claim = size_of_claim::<c::synfin_segment>(source);
        let memory = claim.map(|size| Memory::claiming(Self::segment(source), size));
        let bytes = Self::header(source);
        let (at, len) = bytes.as_ref().map_or((ptr::null(), source.take(6) as usize), |o| (o.as_ptr(), o.len()));
        let tracker = self.trackers[which];
        // SAFETY: what the header asks for, or NULL.
        let status = unsafe { c::synfin_tracker_observe(tracker, pointer(memory.as_ref()), at, len) };
        let expected = status_of::<c::synfin_segment>(claim);
        if tracker.is_null() || claim.is_none() {
            assert_eq!(status, c::SYNFIN_STATUS_NULL_POINTER);
        } else if expected != c::SYNFIN_STATUS_OK {
            assert_eq!(status, expected);
        } else if bytes.is_none() {
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
        let bytes = Self::header(source);
        let (at, len) = bytes.as_ref().map_or((ptr::null(), 20), |bytes| (bytes.as_ptr(), bytes.len()));
        let right = claims.2 == Some(size_of::<c::synfin_shown>());
        // SAFETY: plain old data.
        let odd = (!right)
            .then(|| claims.2.map(|size| Memory::claiming(unsafe { std::mem::zeroed::<c::synfin_shown>() }, size)));
        let out = match &odd {
            None => &raw mut *self.shown,
            Some(memory) => pointer(memory.as_ref()),
        };
        let before = odd.as_ref().and_then(|memory| memory.as_ref()).map(|memory| memory.bytes().to_vec());
        let tracker = self.trackers[which];
        self.shown.value_count = u32::MAX;
        let (segment, asked) = (pointer(segment.as_ref()), pointer(request_memory.as_ref()));
        // SAFETY: what the header asks for, or NULL.
        let status = unsafe {
            if source.below(4) == 0 {
                c::synfin_tracker_observe_and_show(tracker, segment, at, len, asked, out)
            } else {
                c::synfin_tracker_show(tracker, segment, at, len, asked, out)
            }
        };
        assert!(status != c::SYNFIN_STATUS_PANICKED, "show panicked");
        let all_right = right
            && claims.0 == Some(size_of::<c::synfin_segment>())
            && claims.1 == Some(size_of::<c::synfin_request>());
        if status == c::SYNFIN_STATUS_OK {
            assert!(all_right && !tracker.is_null() && bytes.is_some(), "OK without good arguments");
            output::check(&self.shown, &request);
        } else {
            assert_eq!(self.shown.value_count, u32::MAX, "an output is written only on OK");
            let after = odd.as_ref().and_then(|memory| memory.as_ref()).map(|memory| memory.bytes().to_vec());
            assert_eq!(before, after, "an output of a wrong size is left alone");
        }
    }
}
