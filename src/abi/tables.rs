//! Descriptors, words and versions: what needs no capture.

use libc::{c_char, size_t};

use super::as_declared;
use crate::bindings as c;
use crate::descriptors::{self, give, language};
use crate::guard::without_handle;

/// The table of fields; `count` may be NULL.
///
/// # Safety
/// `count` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_fields(number: u8, count: *mut size_t) -> *const c::synfin_field {
    // SAFETY: passed on from the caller.
    unsafe { give(count, || descriptors::of(&descriptors::FIELDS, language(number))) }
}

/// The table of expert information; `count` may be NULL.
///
/// # Safety
/// `count` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_experts(number: u8, count: *mut size_t) -> *const c::synfin_expert {
    // SAFETY: passed on from the caller.
    unsafe { give(count, || descriptors::of(&descriptors::EXPERTS, language(number))) }
}

/// The headings of the table of connections; `count` may be NULL.
///
/// # Safety
/// `count` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_connection_columns(number: u8, count: *mut size_t) -> *const *const c_char {
    // SAFETY: passed on from the caller.
    unsafe { give(count, || descriptors::of(&descriptors::CONNECTION_COLUMNS, language(number))) }
}

/// The headings of the table of servers; `count` may be NULL.
///
/// # Safety
/// `count` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_server_columns(number: u8, count: *mut size_t) -> *const *const c_char {
    // SAFETY: passed on from the caller.
    unsafe { give(count, || descriptors::of(&descriptors::SERVER_COLUMNS, language(number))) }
}

/// The nodes of the statistics tree; `count` may be NULL.
///
/// # Safety
/// `count` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_stat_nodes(number: u8, count: *mut size_t) -> *const c::synfin_stat_node {
    // SAFETY: passed on from the caller.
    unsafe { give(count, || descriptors::of(&descriptors::STAT_NODES, language(number))) }
}

/// A word of the interface; an unknown one is empty.
///
/// # Safety
/// None is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_word(number: u8, word: u8) -> *const c_char {
    let words = || descriptors::of(&descriptors::WORDS, language(number)).get(usize::from(word)).copied();
    without_handle(words).flatten().unwrap_or(c"".as_ptr())
}

/// The number of the contract this library was built with.
///
/// # Safety
/// None is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_abi_version() -> u32 {
    u32::from(c::SYNFIN_ABI_VERSION)
}

/// The version of synfin.
///
/// # Safety
/// None is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

as_declared!(
    synfin_fields,
    synfin_experts,
    synfin_connection_columns,
    synfin_server_columns,
    synfin_stat_nodes,
    synfin_word,
    synfin_abi_version,
    synfin_version,
);
