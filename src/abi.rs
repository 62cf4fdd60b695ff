//! The C ABI of `plugin-c/synfin.h`: the exported functions and nothing else.

#![allow(unsafe_code)]

pub mod bindings;
mod convert;
mod descriptors;
mod entry;
mod guard;

use core::ptr;

use bindings as c;
use convert::{Request, read_segment, write_nothing, write_shown};
use guard::{Failure, Guarded, guard, guard_handle, put};
use libc::{c_char, size_t};

use crate::stats::{Change, Tally};
use crate::tracker::{Place, Tracker};

/// What `synfin_tracker *` points to. C sees an opaque type.
type TrackerHandle = Guarded<Tracker>;

/// What `synfin_tally *` points to.
type TallyHandle = Guarded<Tally>;

/// The table of fields; `count` may be NULL.
///
/// # Safety
/// `count` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_fields(count: *mut size_t) -> *const c::synfin_field {
    // SAFETY: passed on from the caller.
    unsafe { descriptors::FIELDS.give(count) }
}

/// The table of expert information; `count` may be NULL.
///
/// # Safety
/// `count` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_experts(count: *mut size_t) -> *const c::synfin_expert {
    // SAFETY: passed on from the caller.
    unsafe { descriptors::EXPERTS.give(count) }
}

/// The columns of the connection table; `count` may be NULL.
///
/// # Safety
/// `count` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_table_fields(count: *mut size_t) -> *const u16 {
    // SAFETY: passed on from the caller.
    unsafe { descriptors::TABLE.give(count) }
}

/// The fields of a connection; `count` may be NULL.
///
/// # Safety
/// `count` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_connection_fields(count: *mut size_t) -> *const u16 {
    // SAFETY: passed on from the caller.
    unsafe { descriptors::CONNECTION.give(count) }
}

/// The nodes of the statistics tree; `count` may be NULL.
///
/// # Safety
/// `count` is NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_stat_nodes(count: *mut size_t) -> *const c::synfin_stat_node {
    // SAFETY: passed on from the caller.
    unsafe { descriptors::STAT_NODES.give(count) }
}

/// The number of the contract this library was built with.
#[unsafe(no_mangle)]
pub extern "C" fn synfin_abi_version() -> u32 {
    u32::from(c::SYNFIN_ABI_VERSION)
}

/// The version of synfin.
#[unsafe(no_mangle)]
pub extern "C" fn synfin_version() -> *const c_char {
    const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
    VERSION.as_ptr().cast()
}

/// A new tracker; NULL for bad options.
///
/// # Safety
/// `options` is NULL or points to a `synfin_options`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_new(options: *const c::synfin_options) -> *mut c::synfin_tracker {
    // SAFETY: passed on from the caller.
    let Some(options) = (unsafe { convert::read_options(options) }) else {
        return ptr::null_mut();
    };
    new_handle(|| Tracker::new(options)).cast()
}

/// Frees a tracker; NULL is fine.
///
/// # Safety
/// `tracker` is NULL or from [`synfin_tracker_new`], and used no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_free(tracker: *mut c::synfin_tracker) {
    // SAFETY: passed on from the caller.
    unsafe { free_handle::<Tracker>(tracker.cast()) }
}

/// Octets of memory the tracker holds; 0 for NULL.
///
/// # Safety
/// `tracker` is NULL or from [`synfin_tracker_new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_memory(tracker: *const c::synfin_tracker) -> u64 {
    // SAFETY: the caller's promise.
    let Some(handle) = (unsafe { tracker.cast::<TrackerHandle>().as_ref() }) else {
        return 0;
    };
    let mut octets = 0;
    let _ = guard_handle(handle, |tracker| {
        octets = u64::try_from(tracker.memory()).unwrap_or(u64::MAX);
        Ok(())
    });
    octets
}

/// Whether a segment of this stream was taken in: 1 or 0.
///
/// # Safety
/// `tracker` is NULL or from [`synfin_tracker_new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_knows_stream(tracker: *const c::synfin_tracker, stream: u32) -> u8 {
    // SAFETY: the caller's promise.
    let Some(handle) = (unsafe { tracker.cast::<TrackerHandle>().as_ref() }) else {
        return 0;
    };
    let mut known = false;
    let _ = guard_handle(handle, |tracker| {
        known = tracker.knows_stream(stream);
        Ok(())
    });
    u8::from(known)
}

/// Takes a segment in.
///
/// # Safety
/// `tracker` is NULL or from [`synfin_tracker_new`], `segment` NULL or a `synfin_segment`, `octets` NULL or readable
/// for `octets_len` octets.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_observe(
    tracker: *mut c::synfin_tracker,
    segment: *const c::synfin_segment,
    octets: *const u8,
    octets_len: size_t,
) -> u8 {
    // SAFETY: the caller's promise; a handle is used by one thread at a time.
    let (handle, input) =
        unsafe { (tracker.cast::<TrackerHandle>().as_mut(), read_segment(segment, octets, octets_len)) };
    let Some(handle) = handle else {
        return Failure::NullPointer.status();
    };
    handle.change(|tracker| {
        let input = input?;
        guard::deliberate_panic(input.place.frame);
        let taken = tracker.observe(input.place, input.stream, input.path, input.known_tuple, &input.segment);
        taken.map_err(|_no_room| Failure::NoRoom)
    })
}

/// Shows what was said of a segment.
///
/// # Safety
/// As [`synfin_tracker_observe`]; `request` is NULL or a `synfin_request`, `shown` NULL or a writable `synfin_shown`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_show(
    tracker: *const c::synfin_tracker,
    segment: *const c::synfin_segment,
    octets: *const u8,
    octets_len: size_t,
    request: *const c::synfin_request,
    shown: *mut c::synfin_shown,
) -> u8 {
    // SAFETY: the caller's promise.
    let (handle, input, request) = unsafe {
        (tracker.cast::<TrackerHandle>().as_ref(), read_segment(segment, octets, octets_len), Request::read(request))
    };
    let Some(handle) = handle else {
        return Failure::NullPointer.status();
    };
    guard_handle(handle, |tracker| {
        let (input, request) = (input?, request?);
        if shown.is_null() {
            return Err(Failure::NullPointer);
        }
        if request.wants_suffix_alone()
            && tracker.is_event(input.place) == Some(false)
            && let Some(stream) = tracker.stream(input.place)
        {
            // SAFETY: passed on from the caller.
            return unsafe { write_nothing(shown, stream) };
        }
        let annotation = tracker.annotation(input.place, input.path, &input.segment, request.pass);
        let mut annotation = annotation.ok_or(Failure::NotSeen)?;
        annotation.is_last |= request.wants(c::SYNFIN_WANT_CONNECTION);
        // SAFETY: passed on from the caller.
        unsafe { write_shown(shown, &annotation, &request) }
    })
}

/// A new count.
#[unsafe(no_mangle)]
pub extern "C" fn synfin_tally_new() -> *mut c::synfin_tally {
    new_handle(Tally::default).cast()
}

/// Frees a count; NULL is fine.
///
/// # Safety
/// `tally` is NULL or from [`synfin_tally_new`], and used no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tally_free(tally: *mut c::synfin_tally) {
    // SAFETY: passed on from the caller.
    unsafe { free_handle::<Tally>(tally.cast()) }
}

/// A segment reaches a listener.
///
/// # Safety
/// `tally` is NULL or from [`synfin_tally_new`], `tracker` NULL or from [`synfin_tracker_new`], `changes` NULL or a
/// writable `synfin_stat_changes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tally_add(
    tally: *mut c::synfin_tally,
    tracker: *const c::synfin_tracker,
    frame: u32,
    layer: u32,
    changes: *mut c::synfin_stat_changes,
) -> u8 {
    // SAFETY: the caller's promise.
    let (tally, tracker) = unsafe { (tally.cast::<TallyHandle>().as_mut(), tracker.cast::<TrackerHandle>().as_ref()) };
    let (Some(tally), Some(tracker), false) = (tally, tracker, changes.is_null()) else {
        return Failure::NullPointer.status();
    };
    guard_handle(tracker, |tracker| {
        // SAFETY: the caller's promise.
        let out = unsafe { convert::output(changes) }?;
        let mut found = Ok(());
        let mut count = 0usize;
        let mut list = [c::synfin_stat_change { node: 0, delta: 0 }; c::SYNFIN_STAT_CHANGES_MAX as usize];
        let status = tally.change(|tally| {
            let known = tally.add(tracker, Place { frame, layer }, |Change { node, delta }| {
                match list.get_mut(count) {
                    Some(slot) => *slot = c::synfin_stat_change { node, delta },
                    None => found = Err(Failure::NoRoom),
                }
                count = count.saturating_add(1);
            });
            if known { found } else { Err(Failure::NotSeen) }
        });
        put(status)?;
        out.changes = list;
        out.count = u32::try_from(count).unwrap_or(0);
        Ok(())
    })
}

/// The counts by what the connections are by now.
///
/// # Safety
/// `tally` is NULL or from [`synfin_tally_new`], `tracker` NULL or from [`synfin_tracker_new`], `counts` NULL or
/// writable for `count` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tally_settle(
    tally: *mut c::synfin_tally,
    tracker: *const c::synfin_tracker,
    counts: *mut u32,
    count: size_t,
) -> u8 {
    // SAFETY: the caller's promise.
    let (tally, tracker) = unsafe { (tally.cast::<TallyHandle>().as_mut(), tracker.cast::<TrackerHandle>().as_ref()) };
    let (Some(tally), Some(tracker), Some(counts)) = (tally, tracker, ptr::NonNull::new(counts)) else {
        return Failure::NullPointer.status();
    };
    guard_handle(tracker, |tracker| {
        let mut settled = Vec::new();
        put(tally.change(|tally| {
            settled = tally.settle(tracker);
            Ok(())
        }))?;
        if settled.len() > count {
            return Err(Failure::NoRoom);
        }
        // SAFETY: the caller's promise; both hold that many numbers and are apart.
        unsafe { ptr::copy_nonoverlapping(settled.as_ptr(), counts.as_ptr(), settled.len()) };
        Ok(())
    })
}

fn new_handle<T>(make: impl FnOnce() -> T) -> *mut Guarded<T> {
    let mut made = ptr::null_mut();
    let _ = guard(|| {
        made = Box::into_raw(Box::new(Guarded::new(make())));
        Ok(())
    });
    made
}

/// # Safety
/// `handle` is NULL or from [`new_handle`] with the same type, and used no more.
unsafe fn free_handle<T>(handle: *mut Guarded<T>) {
    if handle.is_null() {
        return;
    }
    let _ = guard(|| {
        // SAFETY: the caller's promise.
        drop(unsafe { Box::from_raw(handle) });
        Ok(())
    });
}
