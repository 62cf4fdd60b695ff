//! What is remarkable of a RST besides its value and its cause, for a column: `forged, ignored`, `hops -3, idle 60.0 s`. It
//! is the same in every language.

use std::fmt::{self, Write};

use super::span;
use crate::view::{Cause, ConnectionView, Pass, Reset, ResetDetail, SegmentView};

/// A difference of hop counts from which another machine is likely to have sent it.
pub const HOPS_NOTABLE: u32 = 2;
/// Nanoseconds of silence worth a word.
pub const SILENCE_NS: u64 = 5_000_000_000;

/// What is to be said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Remark {
    is_challenged: bool,
    is_forged: bool,
    is_ignored: bool,
    detail: ResetDetail,
}

impl Remark {
    fn write(&self, out: &mut dyn Write, before: &str) -> Result<bool, fmt::Error> {
        let words = [(self.is_challenged, "challenged"), (self.is_forged, "forged"), (self.is_ignored, "ignored")];
        let mut between = before;
        for (_, word) in words.into_iter().filter(|(holds, _)| *holds) {
            write!(out, "{between}{word}")?;
            between = ", ";
        }
        if let Some(hops) = self.detail.hops.filter(|hops| hops.unsigned_abs() >= HOPS_NOTABLE) {
            write!(out, "{between}hops {hops:+}")?;
            between = ", ";
        }
        if let Some(ns) = self.detail.idle_ns.filter(|&ns| ns >= SILENCE_NS) {
            write!(out, "{between}idle ")?;
            span::write(out, ns, &span::ENGLISH)?;
            between = ", ";
        }
        Ok(between != before)
    }

    fn of_segment(view: &SegmentView) -> Remark {
        let connection = &view.connection;
        let is_final = connection.pass == Pass::Final;
        // Without a copy of it, which says nothing.
        let is_ender = is_final
            && view.detail.is_some()
            && connection
                .ended_by(connection.pass)
                .is_some_and(|(_, frame, reset)| frame == view.frame && Some(reset) == view.verdict.reset);
        let (is_forged, is_ignored) = if is_ender { connection.was_ender_doubted() } else { (false, false) };
        // Both sides went on after one that was withdrawn; a challenged one was ignored and nothing more.
        let is_withdrawn = view.is_ignored && view.verdict.reset != Some(Reset::Challenged);
        Remark {
            is_challenged: false,
            is_forged: is_forged || is_withdrawn,
            is_ignored: is_ignored || view.is_ignored,
            detail: view.detail.unwrap_or_default(),
        }
    }

    fn of_connection(view: &ConnectionView) -> Remark {
        let (is_forged, is_ignored) = view.was_ender_doubted();
        let (is_withdrawn, is_challenged) = (view.withdrawn().is_some(), view.challenged(view.pass).is_some());
        let ender = view.ender();
        Remark {
            is_challenged: is_challenged || ender.is_some_and(|ender| ender.reset == Reset::Challenged),
            is_forged: is_forged || is_withdrawn,
            is_ignored: is_ignored || is_withdrawn || is_challenged,
            detail: ender.map(|ender| ender.detail).unwrap_or_default(),
        }
    }
}

/// Writes what is remarkable of a RST. False where nothing is.
///
/// # Errors
/// Those of `out`.
pub fn segment(out: &mut dyn Write, view: &SegmentView) -> Result<bool, fmt::Error> {
    Remark::of_segment(view).write(out, "")
}

/// Writes what is remarkable of the RST that ended a connection, and of those that did not. False where nothing is.
///
/// # Errors
/// Those of `out`.
pub fn connection(out: &mut dyn Write, view: &ConnectionView) -> Result<bool, fmt::Error> {
    Remark::of_connection(view).write(out, "")
}

/// Writes what stands behind the value of a RST in the Info column: its cause, where the value does not say it, and what
/// is remarkable.
///
/// # Errors
/// Those of `out`.
pub fn behind_value(out: &mut dyn Write, view: &SegmentView) -> fmt::Result {
    match view.detail.and_then(|detail| detail.cause) {
        Some(cause @ (Cause::UnknownConnection | Cause::GaveUp | Cause::RejectsAck)) => {
            write!(out, ", {}", cause.name())?;
        }
        // The value says it: `refused`, `abort`.
        Some(Cause::RefusesSyn | Cause::Aborts) | None => {}
    }
    Remark::of_segment(view).write(out, ", ").map(|_| ())
}
