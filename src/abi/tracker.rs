//! The tracker: segments and ICMP errors in, what is said of them out.

use libc::size_t;
use synfin_core::capture::{Event, Observation};

use super::as_declared;
use crate::bindings as c;
use crate::convert::{Request, Session, output, read_error, read_icmp, read_id, with_segment};
use crate::guard::{
    Failure, Guarded, PanicAt, ask, deliberate_panic, free_handle, new_handle, with_handle, with_handle_mut,
};
use crate::show;

/// What `synfin_tracker *` points to. C sees an opaque type.
pub(super) type TrackerHandle = Guarded<Session>;

/// A new tracker; NULL for bad options.
///
/// # Safety
/// `options` is NULL or points to a `synfin_options`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_new(options: *const c::synfin_options) -> *mut c::synfin_tracker {
    // SAFETY: passed on from the caller.
    new_handle(|| unsafe { Session::new(options) }).cast()
}

/// Frees a tracker; NULL is fine.
///
/// # Safety
/// `tracker` is NULL or from [`synfin_tracker_new`], and used no more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_free(tracker: *mut c::synfin_tracker) {
    // SAFETY: passed on from the caller.
    unsafe { free_handle(tracker.cast::<TrackerHandle>()) }
}

/// Bytes of memory the tracker holds; 0 for NULL.
///
/// # Safety
/// `tracker` is NULL or from [`synfin_tracker_new`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_memory(tracker: *const c::synfin_tracker) -> u64 {
    // SAFETY: passed on from the caller.
    unsafe {
        ask(tracker.cast::<TrackerHandle>(), |session| u64::try_from(session.tracker.memory()).unwrap_or(u64::MAX))
    }
}

/// Takes a segment in.
///
/// # Safety
/// `tracker` is NULL or from [`synfin_tracker_new`], `segment` NULL or a `synfin_segment`, `bytes` NULL or readable for
/// `bytes_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_observe(
    tracker: *mut c::synfin_tracker,
    segment: *const c::synfin_segment,
    bytes: *const u8,
    bytes_len: size_t,
) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handle_mut(tracker.cast::<TrackerHandle>(), |session| {
            with_segment(segment, bytes, bytes_len, |input| {
                deliberate_panic(PanicAt::Observe(input.id.frame));
                session.tracker.observe(input.id, input.event())?;
                Ok(())
            })
        })
    }
}

/// Takes an ICMP message in.
///
/// # Safety
/// `tracker` is NULL or from [`synfin_tracker_new`], `icmp` NULL or a `synfin_icmp`, `bytes` NULL or readable for
/// `bytes_len` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_observe_icmp(
    tracker: *mut c::synfin_tracker,
    icmp: *const c::synfin_icmp,
    bytes: *const u8,
    bytes_len: size_t,
) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handle_mut(tracker.cast::<TrackerHandle>(), |session| {
            let (id, from) = read_icmp(icmp)?;
            deliberate_panic(PanicAt::Icmp(id.frame));
            let error = read_error(icmp, bytes, bytes_len)?;
            session.tracker.observe(id, Event::IcmpError { from, error: &error })?;
            Ok(())
        })
    }
}

/// Shows what was said of a segment.
///
/// # Safety
/// As [`synfin_tracker_observe`]; `request` is NULL or a `synfin_request`, `shown` NULL or a writable `synfin_shown`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_show(
    tracker: *const c::synfin_tracker,
    segment: *const c::synfin_segment,
    bytes: *const u8,
    bytes_len: size_t,
    request: *const c::synfin_request,
    shown: *mut c::synfin_shown,
) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handle(tracker.cast::<TrackerHandle>(), |session| {
            let (id, request, shown) = (read_id(segment)?, Request::read(request)?, output(shown)?);
            deliberate_panic(PanicAt::Show(id.frame));
            // Nearly all segments have nothing to say then.
            if request.wants_eventful_alone()
                && session.tracker.is_eventful(id) == Some(false)
                && let Some(stream) = session.tracker.stream(id)
            {
                show::nothing(shown, stream);
                return Ok(());
            }
            with_segment(segment, bytes, bytes_len, |input| {
                let view = session.tracker.segment(id, input.path, input.segment, request.pass);
                show::segment(shown, &view.ok_or(Failure::NotSeen)?, session.language, &request);
                Ok(())
            })
        })
    }
}

/// Takes a segment in, and shows what is said of it.
///
/// # Safety
/// As [`synfin_tracker_observe`] and [`synfin_tracker_show`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_observe_and_show(
    tracker: *mut c::synfin_tracker,
    segment: *const c::synfin_segment,
    bytes: *const u8,
    bytes_len: size_t,
    request: *const c::synfin_request,
    shown: *mut c::synfin_shown,
) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handle_mut(tracker.cast::<TrackerHandle>(), |session| {
            let (request, shown) = (Request::read(request)?, output(shown)?);
            with_segment(segment, bytes, bytes_len, |input| {
                deliberate_panic(PanicAt::Observe(input.id.frame));
                let taken = session.tracker.observe(input.id, input.event());
                deliberate_panic(PanicAt::Show(input.id.frame));
                match &taken {
                    Err(refusal) => return Err((*refusal).into()),
                    Ok(Observation::Quiet) if request.wants_eventful_alone() => show::nothing(shown, input.stream),
                    Ok(Observation::Eventful(verdict)) if request.wants_suffix_alone() && verdict.reset.is_none() => {
                        show::suffix_of_step(shown, input.stream, verdict);
                    }
                    Ok(Observation::Known | Observation::Quiet | Observation::Eventful(_)) => {
                        let view = session.tracker.segment(input.id, input.path, input.segment, request.pass);
                        show::segment(shown, &view.ok_or(Failure::NotSeen)?, session.language, &request);
                    }
                }
                Ok(())
            })
        })
    }
}

/// Shows what was said of an ICMP error.
///
/// # Safety
/// `tracker` is NULL or from [`synfin_tracker_new`], `icmp` NULL or a `synfin_icmp`, `request` NULL or a
/// `synfin_request`, `shown` NULL or a writable `synfin_shown`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_show_icmp(
    tracker: *const c::synfin_tracker,
    icmp: *const c::synfin_icmp,
    request: *const c::synfin_request,
    shown: *mut c::synfin_shown,
) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handle(tracker.cast::<TrackerHandle>(), |session| {
            let ((id, _), request, shown) = (read_icmp(icmp)?, Request::read(request)?, output(shown)?);
            deliberate_panic(PanicAt::Show(id.frame));
            let view = session.tracker.icmp(id, request.pass).ok_or(Failure::NotSeen)?;
            show::icmp(shown, &view, session.language, &request);
            Ok(())
        })
    }
}

/// A connection's row of the table.
///
/// # Safety
/// `tracker` is NULL or from [`synfin_tracker_new`], `shown` NULL or a writable `synfin_shown`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn synfin_tracker_show_connection(
    tracker: *const c::synfin_tracker,
    stream: u32,
    shown: *mut c::synfin_shown,
) -> u8 {
    // SAFETY: passed on from the caller.
    unsafe {
        with_handle(tracker.cast::<TrackerHandle>(), |session| {
            let shown = output(shown)?;
            deliberate_panic(PanicAt::Connection);
            let view = session.connection(stream)?;
            show::connection(shown, &view);
            Ok(())
        })
    }
}

as_declared!(
    synfin_tracker_new,
    synfin_tracker_free,
    synfin_tracker_memory,
    synfin_tracker_observe,
    synfin_tracker_observe_icmp,
    synfin_tracker_show,
    synfin_tracker_observe_and_show,
    synfin_tracker_show_icmp,
    synfin_tracker_show_connection,
);
