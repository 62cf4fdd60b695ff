//! The second reader of scripts: the C functions of `plugin-c/synfin.h`, as the shim calls them.

use std::ffi::{CStr, c_char};

use synfin::abi as ffi;
use synfin::bindings as c;

use super::core::{Fields, LEFT, Passes, RIGHT, seconds, short};
use super::script::{Direction, Script, Wire};

pub fn options(rebase: bool) -> c::synfin_options {
    c::synfin_options {
        struct_size: u32::try_from(size_of::<c::synfin_options>()).unwrap(),
        rebase: u8::from(rebase),
        language: c::SYNFIN_LANGUAGE_ENGLISH,
        reserved: [0; 2],
    }
}

pub fn segment(wire: &Wire, frame: u32) -> c::synfin_segment {
    let (from, to) = match wire.direction {
        Direction::ToRight => (LEFT, RIGHT),
        Direction::ToLeft => (RIGHT, LEFT),
    };
    let wide = |address: [u8; 4]| {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&address);
        bytes
    };
    let at = wire.at_ns.unwrap_or(0);
    c::synfin_segment {
        struct_size: u32::try_from(size_of::<c::synfin_segment>()).unwrap(),
        frame,
        layer: 0,
        stream: wire.stream,
        time_s: at.div_euclid(1_000_000_000),
        time_ns: i32::try_from(at.rem_euclid(1_000_000_000)).unwrap(),
        reported_len: u32::try_from(wire.header().len()).unwrap() + wire.len,
        has_time: u8::from(wire.at_ns.is_some()),
        address_len: 4,
        has_hops: 1,
        hops: wire.ttl,
        identification: wire.id,
        reserved: [0; 2],
        source: wide(from),
        destination: wide(to),
    }
}

/// A request for everything.
pub fn request(final_pass: bool) -> c::synfin_request {
    c::synfin_request {
        struct_size: u32::try_from(size_of::<c::synfin_request>()).unwrap(),
        final_pass: u8::from(final_pass),
        want: c::SYNFIN_WANT_LABEL | c::SYNFIN_WANT_SUFFIX | c::SYNFIN_WANT_EXPERTS | c::SYNFIN_WANT_LADDER,
        reserved: [0; 2],
        fields: [u64::MAX; 2],
    }
}

/// An empty place for what is shown.
pub fn shown() -> Box<c::synfin_shown> {
    // SAFETY: integers, nullable pointers and arrays of them: all zeros is a value of the struct.
    let mut shown: Box<c::synfin_shown> = unsafe { Box::new(std::mem::zeroed()) };
    shown.struct_size = u32::try_from(size_of::<c::synfin_shown>()).unwrap();
    shown
}

pub fn text(pointer: *const c_char) -> Option<String> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: the library's texts end with a NUL, and live as long as their buffer.
    Some(unsafe { CStr::from_ptr(pointer) }.to_str().expect("UTF-8").to_string())
}

/// The name and type of a field, and the names of the experts.
pub fn field(index: u16) -> (String, u8) {
    let mut count = 0;
    // SAFETY: the table has `count` rows and lives for ever.
    let row = unsafe {
        let table = ffi::synfin_fields(c::SYNFIN_LANGUAGE_ENGLISH, &mut count);
        assert!(usize::from(index) < count);
        *table.add(usize::from(index))
    };
    (short(&text(row.name).unwrap()), row.type_)
}

fn fields(shown: &c::synfin_shown) -> Fields {
    let mut fields = Fields::new();
    for value in &shown.values[..shown.value_count as usize] {
        let (name, kind) = field(value.field);
        assert_eq!(kind, value.type_, "{name}: its values are of its type");
        let word = match kind {
            c::SYNFIN_TYPE_STRING => text(value.text).expect("a string has a text"),
            c::SYNFIN_TYPE_TIME => seconds(value.number),
            _ => value.number.to_string(),
        };
        fields.entry(name).or_default().push(word);
    }
    let mut count = 0;
    // SAFETY: as above.
    let experts =
        unsafe { std::slice::from_raw_parts(ffi::synfin_experts(c::SYNFIN_LANGUAGE_ENGLISH, &mut count), count) };
    for (index, expert) in experts.iter().enumerate() {
        if shown.experts >> index & 1 == 1 {
            fields.insert(short(&text(expert.name).unwrap()), vec!["1".to_string()]);
        }
    }
    let texts =
        [("(label)", shown.label), ("(suffix)", shown.suffix), ("(arrow)", shown.arrow), ("(margin)", shown.margin)];
    for (name, pointer) in texts {
        if let Some(text) = text(pointer) {
            fields.insert(name.to_string(), vec![text]);
        }
    }
    fields
}

/// Reads a script whose first segment is frame `first_frame`.
pub fn read(script: &Script, first_frame: u32) -> Passes {
    let wires: Vec<&Wire> = script.rows.iter().map(|row| &row.wire).collect();
    let mut seen = Passes::default();
    let mut place = shown();
    // SAFETY: the tracker is freed once, behind its last use; all pointers are to live values of their types.
    unsafe {
        let tracker = ffi::synfin_tracker_new(&options(script.rebase));
        assert!(!tracker.is_null());
        let mut show = |index: usize, final_pass: bool| {
            let bytes = wires[index].header();
            let segment = segment(wires[index], first_frame + index as u32);
            if !final_pass {
                let status = ffi::synfin_tracker_observe(tracker, &segment, bytes.as_ptr(), bytes.len());
                assert_eq!(status, c::SYNFIN_STATUS_OK);
            }
            let request = request(final_pass);
            let status =
                ffi::synfin_tracker_show(tracker, &segment, bytes.as_ptr(), bytes.len(), &request, &mut *place);
            assert_eq!(status, c::SYNFIN_STATUS_OK);
            assert_eq!(place.stream, wires[index].stream);
            fields(&place)
        };
        seen.first = (0..wires.len()).map(|index| show(index, false)).collect();
        seen.last = (0..wires.len()).map(|index| show(index, true)).collect();
        ffi::synfin_tracker_free(tracker);
    }
    seen
}
