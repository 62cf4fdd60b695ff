//! Connections by stream, sets of them, ICMP errors, and what is counted.

use std::ffi::{CStr, c_char};

use super::memory::{Memory, pointer, size_of_claim, status_of};
use super::{Caller, c, output};
use crate::source::Source;

/// What may come of a call with good arguments.
const ANSWERS: [u8; 3] = [c::SYNFIN_STATUS_OK, c::SYNFIN_STATUS_NOT_SEEN, c::SYNFIN_STATUS_NO_ROOM];

impl Caller {
    pub(super) fn tally(&mut self, source: &mut impl Source, which: usize) {
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
            c::synfin_stat_nodes(0, &raw mut nodes);
            &*out
        };
        let count = changes.count as usize;
        assert!(count <= changes.changes.len(), "{count} changes");
        for change in &changes.changes[..count] {
            assert!(usize::from(change.node) < nodes && matches!(change.delta, 1 | -1), "a change of {}", change.node);
        }
    }

    /// A segment reaches a listener that keeps a set, which is then written out.
    pub(super) fn set(&mut self, source: &mut impl Source, which: usize) {
        let (set, tracker) = (self.sets[which % self.sets.len()], self.trackers[which]);
        let is_null = set.is_null() || tracker.is_null();
        let mut is_new = 255u8;
        let (frame, layer) = (source.take(6), if source.one_in(8) { source.take(32) } else { 0 });
        let room = if source.one_in(2) { 65_536 } else { source.take(10) as usize };
        let mut buffer: Vec<c_char> = vec![1; room];
        let mut len = usize::MAX;
        let index = source.take(2);
        let mut rows = u32::MAX;
        // SAFETY: the handles are NULL or live, all else is writable and as long as it is said to be.
        unsafe {
            let status = c::synfin_set_meet(set, tracker, frame, layer, &raw mut is_new);
            match status {
                c::SYNFIN_STATUS_OK => assert!(is_new < 2 && !is_null, "a boolean"),
                _ => assert_eq!(is_new, 255, "an output is written only on OK"),
            }
            assert_eq!(status == c::SYNFIN_STATUS_NULL_POINTER, is_null);
            let count = c::synfin_set_count(set);
            assert!(count > 0 || status != c::SYNFIN_STATUS_OK);
            let _ = c::synfin_set_stream(set, index);
            let status = if source.one_in(2) {
                c::synfin_set_json(set, tracker, index, buffer.as_mut_ptr(), room, &raw mut len)
            } else {
                let as_json = source.take(1) as u8;
                c::synfin_set_report(set, tracker, as_json, buffer.as_mut_ptr(), room, &raw mut len)
            };
            self.check_text(status, is_null, &buffer, len);
            let status = c::synfin_set_count_servers(set, tracker, &raw mut rows);
            assert_eq!(status == c::SYNFIN_STATUS_OK, !is_null);
            self.shown.value_count = u32::MAX;
            let status = c::synfin_set_server(set, index, &raw mut *self.shown);
            assert!(is_null || (status == c::SYNFIN_STATUS_OK) == (index < rows), "server {index} of {rows}: {status}");
            if source.one_in(32) {
                c::synfin_set_clear(set);
                assert_eq!(c::synfin_set_count(set), 0);
            }
        }
    }

    fn check_text(&self, status: u8, is_null: bool, buffer: &[c_char], len: usize) {
        assert_eq!(status == c::SYNFIN_STATUS_NULL_POINTER, is_null);
        if is_null {
            return;
        }
        assert!(ANSWERS.contains(&status), "a text: status {status}");
        match status {
            c::SYNFIN_STATUS_OK => {
                assert!(len < buffer.len(), "the text and its NUL fit");
                // SAFETY: as many bytes, of which one is a NUL.
                let bytes = unsafe { std::slice::from_raw_parts(buffer.as_ptr().cast::<u8>(), buffer.len()) };
                let text = CStr::from_bytes_until_nul(bytes).expect("a NUL");
                assert_eq!(text.to_bytes().len(), len, "its length");
                assert!(text.to_str().is_ok(), "UTF-8");
            }
            c::SYNFIN_STATUS_NO_ROOM => assert!(len >= buffer.len(), "there was room"),
            _ => {}
        }
    }

    /// An ICMP message is taken in, and shown.
    pub(super) fn icmp(&mut self, source: &mut impl Source, which: usize) {
        let claim = size_of_claim::<c::synfin_icmp>(source);
        let icmp = c::synfin_icmp {
            struct_size: 0,
            frame: source.take(6),
            layer: source.take(1),
            address_len: [0, 4, 16, 255][source.take(2) as usize],
            is_v6: source.take(1) as u8,
            reserved: [source.take(8) as u8; 2],
            source: [source.take(1) as u8; 16],
        };
        let memory = claim.map(|size| Memory::claiming(icmp, size));
        let bytes = quote(source);
        let tracker = self.trackers[which];
        // SAFETY: what the header asks for, or NULL.
        let status =
            unsafe { c::synfin_tracker_observe_icmp(tracker, pointer(memory.as_ref()), bytes.as_ptr(), bytes.len()) };
        let is_good = !tracker.is_null() && status_of::<c::synfin_icmp>(claim) == c::SYNFIN_STATUS_OK;
        assert_eq!(ANSWERS.contains(&status), is_good, "observe_icmp: status {status}");
        let request = self.request(source);
        self.shown.value_count = u32::MAX;
        // SAFETY: the same.
        let shown = unsafe {
            let out = &raw mut *self.shown;
            c::synfin_tracker_show_icmp(tracker, pointer(memory.as_ref()), &raw const request, out)
        };
        assert!(status != c::SYNFIN_STATUS_OK || shown == c::SYNFIN_STATUS_OK, "what was taken is shown: {shown}");
        self.check_shown(shown, is_good, &request);
    }

    /// The row of a stream's connection.
    pub(super) fn show_connection(&mut self, source: &mut impl Source, which: usize) {
        let stream = if source.one_in(16) { source.take(32) } else { source.take(3) };
        let tracker = self.trackers[which];
        self.shown.value_count = u32::MAX;
        // SAFETY: the tracker is NULL or live.
        let status = unsafe { c::synfin_tracker_show_connection(tracker, stream, &raw mut *self.shown) };
        assert!(status != c::SYNFIN_STATUS_PANICKED, "a panic");
        if status == c::SYNFIN_STATUS_OK {
            assert!(!tracker.is_null(), "OK without a tracker");
            output::check_row(&self.shown);
        } else {
            assert_eq!(self.shown.value_count, u32::MAX, "an output is written only on OK");
        }
    }

    fn check_shown(&self, status: u8, is_good: bool, request: &c::synfin_request) {
        assert!(status != c::SYNFIN_STATUS_PANICKED, "a panic");
        if status == c::SYNFIN_STATUS_OK {
            assert!(is_good, "OK without good arguments");
            output::check(&self.shown, request);
        } else {
            assert_eq!(self.shown.value_count, u32::MAX, "an output is written only on OK");
        }
    }

    fn request(&self, source: &mut impl Source) -> c::synfin_request {
        let mut word = || u64::from(source.take(32)) << 32 | u64::from(source.take(32));
        c::synfin_request {
            struct_size: size_of::<c::synfin_request>() as u32,
            fields: [word(), word()],
            final_pass: source.take(1) as u8,
            want: source.take(8) as u8,
            reserved: [0; 2],
        }
    }
}

/// The bytes of an ICMP error that quotes a segment of the streams that the other calls make, or of none.
fn quote(source: &mut impl Source) -> Vec<u8> {
    let mut bytes = vec![[3, 11, 1, 2][source.take(2) as usize], source.take(4) as u8, 0, 0, 0, 0, 0, 0];
    let (from, to) = (source.take(1) as u8, source.take(1) as u8);
    if source.one_in(2) {
        bytes.extend([0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0, from, from, from, from, to, to, to, to]);
    } else {
        bytes.extend([0x60, 0, 0, 0, 0, 20, 6, 64]);
        bytes.extend([[from; 16], [to; 16]].concat());
    }
    bytes.extend((0..source.below(24)).map(|_| source.take(8) as u8 & 3).collect::<Vec<_>>());
    bytes.truncate(bytes.len() - if source.one_in(8) { source.below(bytes.len() as u32) as usize } else { 0 });
    bytes
}
