//! The set: the connections that a listener met, as JSON, as a table of servers, as a report.

use libc::{c_char, size_t};
use synfin_core::words::json;
use synfin_core::words::report::Report;

use super::as_declared;
use super::tracker::TrackerHandle;
use crate::bindings as c;
use crate::convert::{number, output, write_text};
use crate::guard::{
    Failure, Guarded, PanicAt, ask, deliberate_panic, free_handle, new_handle, with_handle, with_handle_mut,
    with_handles, with_handles_mut,
};
use crate::set::Set;
use crate::show;

/// What `synfin_set *` points to.
type SetHandle = Guarded<Set>;

/// A new set.
///
/// # Safety
/// None is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_set_new() -> *mut c::synfin_set {
    new_handle(|| Some(Set::default())).cast()
}

/// Frees a set; NULL is fine.
///
/// # Safety
/// `set` is NULL or from [`synfin_set_new`], and used no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_set_free(set: *mut c::synfin_set) {
    // SAFETY: passed on from the caller.
    unsafe { free_handle(set.cast::<SetHandle>()) }
}

/// Empties a set; NULL is fine.
///
/// # Safety
/// `set` is NULL or from [`synfin_set_new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_set_clear(set: *mut c::synfin_set) {
    // SAFETY: passed on from the caller.
    let _ = unsafe {
        with_handle_mut(set.cast::<SetHandle>(), |set| {
            set.clear();
            Ok(())
        })
    };
}

/// A segment reaches the listener.
///
/// # Safety
/// `set` is NULL or from [`synfin_set_new`], `tracker` NULL or from `synfin_tracker_new`, `is_new` NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_set_meet(
    set: *mut c::synfin_set,
    tracker: *const c::synfin_tracker,
    frame: u32,
    layer: u32,
    is_new: *mut u8,
) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handles_mut(set.cast::<SetHandle>(), tracker.cast::<TrackerHandle>(), |set, session| {
            let is_new = number(is_new)?;
            let stream = session.stream(frame, layer)?;
            *is_new = u8::from(set.meet(stream));
            Ok(())
        })
    }
}

/// How many connections were met; 0 for NULL.
///
/// # Safety
/// `set` is NULL or from [`synfin_set_new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_set_count(set: *const c::synfin_set) -> u32 {
    // SAFETY: passed on from the caller.
    unsafe { ask(set.cast::<SetHandle>(), Set::len) }
}

/// The stream of a connection; 0 when there is no such.
///
/// # Safety
/// `set` is NULL or from [`synfin_set_new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_set_stream(set: *const c::synfin_set, index: u32) -> u32 {
    // SAFETY: passed on from the caller.
    unsafe { ask(set.cast::<SetHandle>(), |set| set.stream(index).unwrap_or(0)) }
}

/// A connection as one JSON object.
///
/// # Safety
/// `set` is NULL or from [`synfin_set_new`], `tracker` NULL or from `synfin_tracker_new`, `buffer` NULL or writable for
/// `room` bytes, `len` NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_set_json(
    set: *const c::synfin_set,
    tracker: *const c::synfin_tracker,
    index: u32,
    buffer: *mut c_char,
    room: size_t,
    len: *mut size_t,
) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handles(set.cast::<SetHandle>(), tracker.cast::<TrackerHandle>(), |set, session| {
            deliberate_panic(PanicAt::Json);
            let stream = set.stream(index).ok_or(Failure::NotSeen)?;
            let view = session.connection(stream)?;
            write_text(&json::line(&view, session.language), buffer, room, len)
        })
    }
}

/// Counts the servers.
///
/// # Safety
/// `set` is NULL or from [`synfin_set_new`], `tracker` NULL or from `synfin_tracker_new`, `count` NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_set_count_servers(
    set: *mut c::synfin_set,
    tracker: *const c::synfin_tracker,
    count: *mut u32,
) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handles_mut(set.cast::<SetHandle>(), tracker.cast::<TrackerHandle>(), |set, session| {
            let count = number(count)?;
            deliberate_panic(PanicAt::Servers);
            *count = set.count_servers(&session.tracker);
            Ok(())
        })
    }
}

/// A row of the table of servers.
///
/// # Safety
/// `set` is NULL or from [`synfin_set_new`], `shown` NULL or a writable `synfin_shown`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_set_server(set: *const c::synfin_set, index: u32, shown: *mut c::synfin_shown) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handle(set.cast::<SetHandle>(), |set| {
            let shown = output(shown)?;
            show::server(shown, set.server(index).ok_or(Failure::NotSeen)?);
            Ok(())
        })
    }
}

/// The report on all of these connections.
///
/// # Safety
/// As [`synfin_set_json`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_set_report(
    set: *const c::synfin_set,
    tracker: *const c::synfin_tracker,
    as_json: u8,
    buffer: *mut c_char,
    room: size_t,
    len: *mut size_t,
) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handles(set.cast::<SetHandle>(), tracker.cast::<TrackerHandle>(), |set, session| {
            deliberate_panic(PanicAt::Report);
            let report = Report::of(set.connections(&session.tracker));
            let text = if as_json == 0 { report.text(session.language) } else { report.to_json().to_string() };
            write_text(&text, buffer, room, len)
        })
    }
}

as_declared!(
    synfin_set_new,
    synfin_set_free,
    synfin_set_clear,
    synfin_set_meet,
    synfin_set_count,
    synfin_set_stream,
    synfin_set_json,
    synfin_set_count_servers,
    synfin_set_server,
    synfin_set_report,
);
