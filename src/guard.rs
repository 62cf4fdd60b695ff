//! What keeps a defect on this side of the boundary: panics become a status, and a handle that saw one is out of
//! order until it is freed.

use core::cell::Cell;
use std::panic::{self, AssertUnwindSafe};

use once_cell::sync::Lazy;

use super::bindings as c;

/// Why a call failed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    NullPointer,
    BadSize,
    NotSeen,
    NoSegment,
    NoRoom,
    BadValue,
    Panicked,
}

impl Failure {
    /// The number in the header.
    pub fn status(self) -> u8 {
        match self {
            Failure::NullPointer => c::SYNFIN_STATUS_NULL_POINTER,
            Failure::BadSize => c::SYNFIN_STATUS_BAD_SIZE,
            Failure::NotSeen => c::SYNFIN_STATUS_NOT_SEEN,
            Failure::NoSegment => c::SYNFIN_STATUS_NO_SEGMENT,
            Failure::NoRoom => c::SYNFIN_STATUS_NO_ROOM,
            Failure::BadValue => c::SYNFIN_STATUS_BAD_VALUE,
            Failure::Panicked => c::SYNFIN_STATUS_PANICKED,
        }
    }
}

/// The outcome behind a status.
pub fn put(status: u8) -> Result<(), Failure> {
    const ALL: [Failure; 7] = [
        Failure::NullPointer,
        Failure::BadSize,
        Failure::NotSeen,
        Failure::NoSegment,
        Failure::NoRoom,
        Failure::BadValue,
        Failure::Panicked,
    ];
    match ALL.into_iter().find(|failure| failure.status() == status) {
        None => Ok(()),
        Some(failure) => Err(failure),
    }
}

thread_local! {
    /// Whether a panic here will be caught: the shim tells the user then, in its own words.
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Silences the panic message of what is caught, unless SYNFIN_BACKTRACE asks for it. Once a process.
static QUIET: Lazy<()> = Lazy::new(|| {
    let loud = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if !IS_GUARDED.get() || std::env::var_os("SYNFIN_BACKTRACE").is_some() {
            loud(info);
        }
    }));
});

/// Runs the body of an exported function: nothing unwinds out of it.
pub fn guard(body: impl FnOnce() -> Result<(), Failure>) -> u8 {
    Lazy::force(&QUIET);
    IS_GUARDED.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(body));
    IS_GUARDED.set(false);
    match result {
        Ok(Ok(())) => c::SYNFIN_STATUS_OK,
        Ok(Err(failure)) => failure.status(),
        Err(_panic) => Failure::Panicked.status(),
    }
}

/// A thing behind a handle, and whether it can still be trusted.
#[derive(Debug)]
pub struct Guarded<T> {
    is_broken: Cell<bool>,
    thing: T,
}

impl<T> Guarded<T> {
    pub fn new(thing: T) -> Guarded<T> {
        Guarded { is_broken: Cell::new(false), thing }
    }

    /// Runs the body of a function that changes the thing.
    pub fn change(&mut self, body: impl FnOnce(&mut T) -> Result<(), Failure>) -> u8 {
        if self.is_broken.get() {
            return Failure::Panicked.status();
        }
        let status = guard(|| body(&mut self.thing));
        self.is_broken.set(status == Failure::Panicked.status());
        status
    }
}

/// Runs the body of a function that only reads the thing.
pub fn guard_handle<T>(handle: &Guarded<T>, body: impl FnOnce(&T) -> Result<(), Failure>) -> u8 {
    if handle.is_broken.get() {
        return Failure::Panicked.status();
    }
    let status = guard(|| body(&handle.thing));
    handle.is_broken.set(status == Failure::Panicked.status());
    status
}

/// Panics at the frame that SYNFIN_PANIC_AT names, in builds made to test just that.
#[cfg(feature = "deliberate-panic")]
pub fn deliberate_panic(frame: u32) {
    let at = std::env::var("SYNFIN_PANIC_AT").ok().and_then(|at| at.parse().ok());
    assert!(at != Some(frame), "a deliberate panic at frame {frame}");
}

/// Nothing, in every other build.
#[cfg(not(feature = "deliberate-panic"))]
pub fn deliberate_panic(_frame: u32) {}
