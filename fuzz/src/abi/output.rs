//! Checks that what a call showed is well formed.

use std::ffi::{CStr, c_char};

use super::c;

/// A text of what was shown is UTF-8, and ends within the buffer when it lies there.
fn check_text(shown: &c::synfin_shown, text: *const c_char) {
    let text_range = shown.text.as_ptr_range();
    if text_range.contains(&text) {
        // SAFETY: checked to lie in the buffer; what is left of it is searched for the NUL.
        let rest = unsafe { std::slice::from_raw_parts(text.cast::<u8>(), text_range.end.offset_from(text) as usize) };
        let text = CStr::from_bytes_until_nul(rest).expect("a NUL within the buffer");
        assert!(text.to_str().is_ok(), "UTF-8");
    } else {
        // SAFETY: a static string by contract.
        assert!(unsafe { CStr::from_ptr(text) }.to_str().is_ok(), "UTF-8");
    }
}

/// The row of a table is well formed: its columns one after the other, a number or a text in each.
pub fn check_row(shown: &c::synfin_shown) {
    let count = shown.value_count as usize;
    assert!((1..=shown.values.len()).contains(&count), "{count} values");
    for (column, value) in (0..).zip(&shown.values[..count]) {
        assert_eq!(value.field, column);
        match value.type_ {
            c::SYNFIN_TYPE_STRING => check_text(shown, value.text),
            c::SYNFIN_TYPE_UINT32 => assert!(value.text.is_null() && u32::try_from(value.number).is_ok()),
            other => panic!("a cell of type {other}"),
        }
    }
}

/// What was shown is well formed.
pub fn check(shown: &c::synfin_shown, request: &c::synfin_request) {
    let mut field_count = 0;
    let mut expert_count = 0;
    // SAFETY: writable; the tables live for ever.
    let fields = unsafe {
        c::synfin_experts(0, &raw mut expert_count);
        let fields = c::synfin_fields(0, &raw mut field_count);
        std::slice::from_raw_parts(fields, field_count)
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
            c::SYNFIN_TYPE_STRING => check_text(shown, value.text),
            c::SYNFIN_TYPE_UINT8 => assert!(u8::try_from(value.number).is_ok()),
            c::SYNFIN_TYPE_UINT32 | c::SYNFIN_TYPE_FRAME => assert!(u32::try_from(value.number).is_ok()),
            c::SYNFIN_TYPE_BOOLEAN => assert!(matches!(value.number, 0 | 1)),
            c::SYNFIN_TYPE_INT32 => assert!(i32::try_from(value.number).is_ok()),
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
            check_text(shown, text);
        }
    }
}
