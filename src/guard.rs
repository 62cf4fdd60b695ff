//! No panic crosses the boundary: it becomes a status, and a handle that was in use is out of order until it is freed.

use core::cell::Cell;
use core::ptr;
use std::panic::{self, AssertUnwindSafe};

use once_cell::sync::Lazy;
use synfin_core::capture::Refusal;

use crate::bindings as c;

/// Why a call failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// An argument that must point somewhere does not.
    NullPointer,
    /// A `struct_size` that is not the header's.
    BadSize,
    /// Nothing is known of what was asked for.
    NotSeen,
    /// The bytes hold no TCP segment.
    NoSegment,
    /// An output is too small, or the tracker is full.
    NoRoom,
    /// The handle saw a panic.
    Panicked,
}

impl Failure {
    /// The number in the header.
    const fn status(self) -> u8 {
        match self {
            Failure::NullPointer => c::SYNFIN_STATUS_NULL_POINTER,
            Failure::BadSize => c::SYNFIN_STATUS_BAD_SIZE,
            Failure::NotSeen => c::SYNFIN_STATUS_NOT_SEEN,
            Failure::NoSegment => c::SYNFIN_STATUS_NO_SEGMENT,
            Failure::NoRoom => c::SYNFIN_STATUS_NO_ROOM,
            Failure::Panicked => c::SYNFIN_STATUS_PANICKED,
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        match refusal {
            Refusal::NoRoom => Failure::NoRoom,
            Refusal::NotKnown => Failure::NotSeen,
        }
    }
}

/// What the body of an exported function comes to.
pub type Outcome = Result<(), Failure>;

thread_local! {
    /// How many guards are active on this thread. Inside one a panic prints nothing: the shim tells the user.
    static DEPTH: Cell<u32> = const { Cell::new(0) };
}

/// Silences the panic message of what is caught, unless SYNFIN_BACKTRACE asks for it. Once a process.
static QUIET: Lazy<()> = Lazy::new(|| {
    let loud = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if DEPTH.get() == 0 || std::env::var_os("SYNFIN_BACKTRACE").is_some() {
            loud(info);
        }
    }));
});

/// Runs `body`: nothing unwinds out of it.
fn catch<R>(body: impl FnOnce() -> R) -> Option<R> {
    Lazy::force(&QUIET);
    DEPTH.set(DEPTH.get().saturating_add(1));
    let result = panic::catch_unwind(AssertUnwindSafe(body));
    DEPTH.set(DEPTH.get().saturating_sub(1));
    match result {
        Ok(result) => Some(result),
        Err(payload) => {
            // The panic's payload may panic again when it is dropped.
            core::mem::forget(payload);
            None
        }
    }
}

/// Runs the body of an exported function and makes a status of what it comes to.
fn status(body: impl FnOnce() -> Outcome) -> u8 {
    match catch(body) {
        Some(Ok(())) => c::SYNFIN_STATUS_OK,
        Some(Err(failure)) => failure.status(),
        None => Failure::Panicked.status(),
    }
}

/// A thing behind a handle, and whether a panic made it useless.
#[derive(Debug)]
pub struct Guarded<T> {
    is_broken: Cell<bool>,
    thing: T,
}

/// Runs `body` unless a thing that it uses is broken. They are marked as broken meanwhile, so a panic leaves them so.
fn trusted<const N: usize>(broken: [&Cell<bool>; N], body: impl FnOnce() -> Outcome) -> Outcome {
    if broken.iter().any(|flag| flag.get()) {
        return Err(Failure::Panicked);
    }
    broken.iter().for_each(|flag| flag.set(true));
    let outcome = body();
    broken.iter().for_each(|flag| flag.set(false));
    outcome
}

/// Runs the body of a function that reads a thing. It reads the function's arguments too.
///
/// # Safety
/// `handle` is NULL or from [`new_handle`] with the same type, and not freed. One thread at a time uses it.
pub unsafe fn with_handle<T>(handle: *const Guarded<T>, body: impl FnOnce(&T) -> Outcome) -> u8 {
    status(|| {
        // SAFETY: passed on from the caller.
        let Guarded { is_broken, thing } = unsafe { handle.as_ref() }.ok_or(Failure::NullPointer)?;
        trusted([is_broken], || body(thing))
    })
}

/// Runs the body of a function that changes a thing.
///
/// # Safety
/// As [`with_handle`]; and nothing else refers to the thing meanwhile.
pub unsafe fn with_handle_mut<T>(handle: *mut Guarded<T>, body: impl FnOnce(&mut T) -> Outcome) -> u8 {
    status(|| {
        // SAFETY: passed on from the caller.
        let Guarded { is_broken, thing } = unsafe { handle.as_mut() }.ok_or(Failure::NullPointer)?;
        trusted([is_broken], || body(thing))
    })
}

/// Runs the body of a function that reads two things. A panic breaks both.
///
/// # Safety
/// As [`with_handle`] for both.
pub unsafe fn with_handles<T, U>(
    one: *const Guarded<T>,
    other: *const Guarded<U>,
    body: impl FnOnce(&T, &U) -> Outcome,
) -> u8 {
    status(|| {
        // SAFETY: passed on from the caller.
        let (one, other) = unsafe { (one.as_ref(), other.as_ref()) };
        let (one, other) = (one.ok_or(Failure::NullPointer)?, other.ok_or(Failure::NullPointer)?);
        trusted([&one.is_broken, &other.is_broken], || body(&one.thing, &other.thing))
    })
}

/// Runs the body of a function that changes one thing and reads another. A panic breaks both.
///
/// # Safety
/// As [`with_handle_mut`] for `one`, as [`with_handle`] for `other`; they are not the same.
pub unsafe fn with_handles_mut<T, U>(
    one: *mut Guarded<T>,
    other: *const Guarded<U>,
    body: impl FnOnce(&mut T, &U) -> Outcome,
) -> u8 {
    status(|| {
        // SAFETY: passed on from the caller.
        let (one, other) = unsafe { (one.as_mut(), other.as_ref()) };
        let (one, other) = (one.ok_or(Failure::NullPointer)?, other.ok_or(Failure::NullPointer)?);
        trusted([&one.is_broken, &other.is_broken], || body(&mut one.thing, &other.thing))
    })
}

/// What a thing answers to a question that has no status; the default for NULL and for one that is out of order.
///
/// # Safety
/// As [`with_handle`].
pub unsafe fn ask<T, R: Default>(handle: *const Guarded<T>, question: impl FnOnce(&T) -> R) -> R {
    let mut answer = R::default();
    // SAFETY: passed on from the caller. The answer stays the default where the call fails.
    let _ = unsafe {
        with_handle(handle, |thing| {
            answer = question(thing);
            Ok(())
        })
    };
    answer
}

/// Runs the body of a function without a handle; none after a panic.
pub fn without_handle<R>(body: impl FnOnce() -> R) -> Option<R> {
    catch(body)
}

/// A handle to what `make` makes; NULL when it makes nothing.
pub fn new_handle<T>(make: impl FnOnce() -> Option<T>) -> *mut Guarded<T> {
    let made = || make().map(|thing| Box::into_raw(Box::new(Guarded { is_broken: Cell::new(false), thing })));
    catch(made).flatten().unwrap_or(ptr::null_mut())
}

/// Frees what a handle points to; NULL is fine.
///
/// # Safety
/// `handle` is NULL or from [`new_handle`] with the same type, and used no more.
pub unsafe fn free_handle<T>(handle: *mut Guarded<T>) {
    if !handle.is_null() {
        // SAFETY: the caller's promise.
        let _ = catch(|| drop(unsafe { Box::from_raw(handle) }));
    }
}

/// Where a panic can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[cfg_attr(not(feature = "deliberate-panic"), allow(dead_code))]
pub enum PanicAt {
    /// While the header of this frame is read.
    Parse(u32),
    /// While this frame is taken in.
    Observe(u32),
    /// While an ICMP message of this frame is taken in.
    Icmp(u32),
    /// While this frame is shown.
    Show(u32),
    /// While the statistics tree is counted.
    Statistics,
    /// While a connection is shown.
    Connection,
    /// While servers are counted.
    Servers,
    /// While a connection is written as JSON.
    Json,
    /// While the report is written.
    Report,
}

/// Panics at the place that SYNFIN_PANIC_AT names (`parse:7`, `show:7`, `json`), in builds made to test just that.
#[cfg(feature = "deliberate-panic")]
pub fn deliberate_panic(place: PanicAt) {
    let name = match place {
        PanicAt::Parse(frame) => format!("parse:{frame}"),
        PanicAt::Observe(frame) => format!("observe:{frame}"),
        PanicAt::Icmp(frame) => format!("icmp:{frame}"),
        PanicAt::Show(frame) => format!("show:{frame}"),
        PanicAt::Statistics => "statistics".to_string(),
        PanicAt::Connection => "connection".to_string(),
        PanicAt::Servers => "servers".to_string(),
        PanicAt::Json => "json".to_string(),
        PanicAt::Report => "report".to_string(),
    };
    let wanted = std::env::var("SYNFIN_PANIC_AT");
    assert!(wanted.as_deref() != Ok(name.as_str()), "a deliberate panic at {name}");
}

/// Nothing, in every other build.
#[cfg(not(feature = "deliberate-panic"))]
#[inline(always)]
pub fn deliberate_panic(_place: PanicAt) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_that_saw_a_panic_answers_that_alone() {
        let handle = new_handle(|| Some(vec![1]));
        let other = new_handle(|| Some("other"));
        // SAFETY: both are live until the end, and used here alone.
        unsafe {
            assert_eq!(with_handle_mut(handle, |list| Err(Failure::NoRoom).inspect_err(|_| list.push(2))), 5);
            assert_eq!(ask(handle, Vec::len), 2, "a failure breaks nothing");
            assert_eq!(with_handle(handle, |_| panic!("a defect")), c::SYNFIN_STATUS_PANICKED);
            assert_eq!(DEPTH.get(), 0);
            assert_eq!(with_handle(handle, |_| Ok(())), c::SYNFIN_STATUS_PANICKED);
            assert_eq!(with_handle_mut(handle, |_| Ok(())), c::SYNFIN_STATUS_PANICKED);
            assert_eq!(ask(handle, Vec::len), 0);
            assert_eq!(with_handles_mut(handle, other, |_, _| Ok(())), c::SYNFIN_STATUS_PANICKED);
            assert_eq!(with_handle(other, |_| Ok(())), c::SYNFIN_STATUS_OK, "it was not used");
            let third = new_handle(|| Some(3));
            assert_eq!(with_handles(third, other, |_, _| panic!("a defect")), c::SYNFIN_STATUS_PANICKED);
            for status in [with_handle(third, |_| Ok(())), with_handle(other, |_| Ok(()))] {
                assert_eq!(status, c::SYNFIN_STATUS_PANICKED, "both are out of order");
            }
            free_handle(handle);
            free_handle(other);
            free_handle(third);
            free_handle::<u8>(ptr::null_mut());
            assert_eq!(with_handle::<u8>(ptr::null(), |_| Ok(())), c::SYNFIN_STATUS_NULL_POINTER);
        }
        assert!(new_handle::<u8>(|| panic!("a defect")).is_null());
        assert!(new_handle::<u8>(|| None).is_null());
    }
}
