//! The tally: one listener's statistics tree.

use core::ptr;

use libc::size_t;
use synfin_core::view::Pass;
use synfin_core::words::stats::{Change, Tally};

use super::as_declared;
use super::tracker::TrackerHandle;
use crate::bindings as c;
use crate::convert::output;
use crate::guard::{Failure, Guarded, PanicAt, deliberate_panic, free_handle, new_handle, with_handles_mut};

/// What `synfin_tally *` points to.
type TallyHandle = Guarded<Tally>;

/// A new count.
///
/// # Safety
/// None is needed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tally_new() -> *mut c::synfin_tally {
    new_handle(|| Some(Tally::default())).cast()
}

/// Frees a count; NULL is fine.
///
/// # Safety
/// `tally` is NULL or from [`synfin_tally_new`], and used no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tally_free(tally: *mut c::synfin_tally) {
    // SAFETY: passed on from the caller.
    unsafe { free_handle(tally.cast::<TallyHandle>()) }
}

/// A segment reaches a listener.
///
/// # Safety
/// `tally` is NULL or from [`synfin_tally_new`], `tracker` NULL or from `synfin_tracker_new`, `changes` NULL or a
/// writable `synfin_stat_changes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tally_add(
    tally: *mut c::synfin_tally,
    tracker: *const c::synfin_tracker,
    frame: u32,
    layer: u32,
    changes: *mut c::synfin_stat_changes,
) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handles_mut(tally.cast::<TallyHandle>(), tracker.cast::<TrackerHandle>(), |tally, session| {
            let out = output(changes)?;
            deliberate_panic(PanicAt::Statistics);
            let connection = session.connection(session.stream(frame, layer)?)?;
            let mut slots = out.changes.iter_mut();
            let mut count = 0_u32;
            tally.add(&connection, |Change { node, delta }| {
                if let Some(slot) = slots.next() {
                    *slot = c::synfin_stat_change { node, delta };
                    count = count.saturating_add(1);
                }
            });
            out.count = count;
            Ok(())
        })
    }
}

/// The counts by what the connections are by now.
///
/// # Safety
/// `tally` is NULL or from [`synfin_tally_new`], `tracker` NULL or from `synfin_tracker_new`, `counts` NULL or writable
/// for `count` numbers.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tally_settle(
    tally: *mut c::synfin_tally,
    tracker: *const c::synfin_tracker,
    counts: *mut u32,
    count: size_t,
) -> u8 {
    // SAFETY: passed on from the caller; what is copied fits, and both places are apart.
    unsafe {
        with_handles_mut(tally.cast::<TallyHandle>(), tracker.cast::<TrackerHandle>(), |tally, session| {
            let counts = ptr::NonNull::new(counts).ok_or(Failure::NullPointer)?;
            deliberate_panic(PanicAt::Statistics);
            let settled = tally.settle(|stream| session.tracker.connection(stream, Pass::Final));
            if settled.len() > count {
                return Err(Failure::NoRoom);
            }
            ptr::copy_nonoverlapping(settled.as_ptr(), counts.as_ptr(), settled.len());
            Ok(())
        })
    }
}

as_declared!(synfin_tally_new, synfin_tally_free, synfin_tally_add, synfin_tally_settle);
