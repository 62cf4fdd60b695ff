//! A small capture through the C functions, as the shim calls them.

#[cfg(not(feature = "deliberate-panic"))]
mod calls;
#[cfg(feature = "deliberate-panic")]
mod panics;

use super::*;
use crate::bindings as c;

const ALL: u8 = c::SYNFIN_WANT_LABEL | c::SYNFIN_WANT_SUFFIX | c::SYNFIN_WANT_EXPERTS | c::SYNFIN_WANT_LADDER;

fn size<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap()
}

fn options(language: u8) -> c::synfin_options {
    c::synfin_options { struct_size: size::<c::synfin_options>(), rebase: 1, language, reserved: [0; 2] }
}

fn address(v4: [u8; 4]) -> [u8; 16] {
    let mut wide = [0; 16];
    wide[..4].copy_from_slice(&v4);
    wide
}

const CLIENT: [u8; 4] = [10, 0, 0, 1];
const SERVER: [u8; 4] = [10, 0, 0, 2];

fn segment(frame: u32, is_to_server: bool) -> c::synfin_segment {
    let (source, destination) = if is_to_server { (CLIENT, SERVER) } else { (SERVER, CLIENT) };
    c::synfin_segment {
        struct_size: size::<c::synfin_segment>(),
        frame,
        layer: 0,
        stream: 7,
        time_s: 1_767_323_045,
        time_ns: i32::try_from(frame).unwrap() * 1_000_000,
        reported_len: 20,
        has_time: 1,
        address_len: 4,
        has_hops: 1,
        hops: 64,
        identification: 0,
        reserved: [0; 2],
        source: address(source),
        destination: address(destination),
    }
}

fn header(is_to_server: bool, flags: u8, seq: u32, ack: u32) -> [u8; 20] {
    let mut bytes = [0; 20];
    let [from, to] = if is_to_server { [40_000_u16, 80] } else { [80, 40_000] };
    bytes[..2].copy_from_slice(&from.to_be_bytes());
    bytes[2..4].copy_from_slice(&to.to_be_bytes());
    bytes[4..8].copy_from_slice(&seq.to_be_bytes());
    bytes[8..12].copy_from_slice(&ack.to_be_bytes());
    bytes[12..14].copy_from_slice(&[0x50, flags]);
    bytes[14..16].copy_from_slice(&1000_u16.to_be_bytes());
    bytes
}

/// An ICMP error, port unreachable, that quotes a SYN of the client's.
fn icmp_bytes(seq: u32) -> Vec<u8> {
    let mut bytes = vec![3, 3, 0, 0, 0, 0, 0, 0];
    bytes.extend([0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0]);
    bytes.extend(CLIENT);
    bytes.extend(SERVER);
    bytes.extend(header(true, 2, seq, 0));
    bytes
}

fn icmp(frame: u32) -> c::synfin_icmp {
    c::synfin_icmp {
        struct_size: size::<c::synfin_icmp>(),
        frame,
        layer: 0,
        address_len: 4,
        is_v6: 0,
        reserved: [0; 2],
        source: address([10, 0, 0, 254]),
    }
}

fn request(want: u8, fields: [u64; 2]) -> c::synfin_request {
    c::synfin_request { struct_size: size::<c::synfin_request>(), final_pass: 1, want, reserved: [0; 2], fields }
}

fn shown() -> Box<c::synfin_shown> {
    // SAFETY: integers, nullable pointers and arrays of them: all zeros is a value of the struct.
    let mut shown: Box<c::synfin_shown> = unsafe { Box::new(std::mem::zeroed()) };
    shown.struct_size = size::<c::synfin_shown>();
    shown
}

/// Everything that a test needs.
struct World {
    tracker: *mut c::synfin_tracker,
    set: *mut c::synfin_set,
    tally: *mut c::synfin_tally,
    shown: Box<c::synfin_shown>,
}

impl World {
    fn new() -> World {
        // SAFETY: the options are live.
        unsafe {
            let tracker = synfin_tracker_new(&options(c::SYNFIN_LANGUAGE_ENGLISH));
            World { tracker, set: synfin_set_new(), tally: synfin_tally_new(), shown: shown() }
        }
    }

    fn observe(&self, frame: u32, is_to_server: bool, flags: u8, seq: u32, ack: u32) -> u8 {
        let bytes = header(is_to_server, flags, seq, ack);
        // SAFETY: all pointers are to live values.
        unsafe { synfin_tracker_observe(self.tracker, &segment(frame, is_to_server), bytes.as_ptr(), bytes.len()) }
    }

    fn show(&mut self, frame: u32, is_to_server: bool, bytes: &[u8], request: &c::synfin_request) -> u8 {
        let segment = segment(frame, is_to_server);
        // SAFETY: all pointers are to live values.
        unsafe {
            synfin_tracker_show(self.tracker, &segment, bytes.as_ptr(), bytes.len(), request, &raw mut *self.shown)
        }
    }

    fn observe_and_show(&mut self, frame: u32, is_to_server: bool, bytes: &[u8], request: &c::synfin_request) -> u8 {
        let segment = segment(frame, is_to_server);
        let shown = &raw mut *self.shown;
        // SAFETY: all pointers are to live values.
        unsafe { synfin_tracker_observe_and_show(self.tracker, &segment, bytes.as_ptr(), bytes.len(), request, shown) }
    }

    fn show_connection(&mut self, stream: u32) -> u8 {
        // SAFETY: all pointers are to live values.
        unsafe { synfin_tracker_show_connection(self.tracker, stream, &raw mut *self.shown) }
    }

    fn show_icmp(&mut self, frame: u32, request: &c::synfin_request) -> u8 {
        // SAFETY: all pointers are to live values.
        unsafe { synfin_tracker_show_icmp(self.tracker, &icmp(frame), request, &raw mut *self.shown) }
    }

    fn observe_icmp(&self, frame: u32, bytes: &[u8]) -> u8 {
        // SAFETY: all pointers are to live values.
        unsafe { synfin_tracker_observe_icmp(self.tracker, &icmp(frame), bytes.as_ptr(), bytes.len()) }
    }

    /// A SYN that is refused, in frames 1 and 2.
    fn refuse(&self) {
        assert_eq!(self.observe(1, true, 0x02, 100, 0), c::SYNFIN_STATUS_OK);
        assert_eq!(self.observe(2, false, 0x14, 0, 101), c::SYNFIN_STATUS_OK);
    }

    fn meet(&self, frame: u32) -> (u8, u8) {
        let mut is_new = 9;
        // SAFETY: all pointers are to live values.
        let status = unsafe { synfin_set_meet(self.set, self.tracker, frame, 0, &raw mut is_new) };
        (status, is_new)
    }

    fn json(&self, index: u32) -> (u8, String) {
        let mut buffer = [0_u8; 4096];
        let mut len = 0;
        // SAFETY: all pointers are to live values.
        let status = unsafe {
            synfin_set_json(self.set, self.tracker, index, buffer.as_mut_ptr().cast(), buffer.len(), &raw mut len)
        };
        (status, String::from_utf8(buffer[..len].to_vec()).unwrap())
    }

    fn report(&self, as_json: u8) -> (u8, String) {
        let mut buffer = [0_u8; 8192];
        let mut len = 0;
        // SAFETY: all pointers are to live values.
        let status = unsafe {
            synfin_set_report(self.set, self.tracker, as_json, buffer.as_mut_ptr().cast(), buffer.len(), &raw mut len)
        };
        (status, String::from_utf8(buffer[..len].to_vec()).unwrap())
    }

    fn count_servers(&self) -> (u8, u32) {
        let mut count = 0;
        // SAFETY: all pointers are to live values.
        let status = unsafe { synfin_set_count_servers(self.set, self.tracker, &raw mut count) };
        (status, count)
    }

    fn add(&self, frame: u32) -> (u8, u32) {
        let mut changes = c::synfin_stat_changes {
            struct_size: size::<c::synfin_stat_changes>(),
            count: 0,
            changes: [c::synfin_stat_change { node: 0, delta: 0 }; 32],
        };
        // SAFETY: all pointers are to live values.
        let status = unsafe { synfin_tally_add(self.tally, self.tracker, frame, 0, &raw mut changes) };
        (status, changes.count)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // SAFETY: freed once.
        unsafe {
            synfin_tracker_free(self.tracker);
            synfin_set_free(self.set);
            synfin_tally_free(self.tally);
        }
    }
}
