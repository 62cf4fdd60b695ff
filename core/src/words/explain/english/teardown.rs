//! Sentences on how a connection closed, in English.

use std::fmt::{self, Write};

use super::super::connection::{EnderStory, TeardownStory};
use super::super::reset::RstKind;
use super::{bytes, in_time, name, reset, span};

/// Writes ` in frame 7`, where that is known.
fn in_frame(out: &mut dyn Write, frame: Option<u32>) -> fmt::Result {
    frame.map_or(Ok(()), |frame| write!(out, " in frame {frame}"))
}

/// Writes that the RST that ended the connection was not its sender's.
pub fn forged(out: &mut dyn Write, end: &EnderStory) -> fmt::Result {
    let (who, whom) = (name(end.by), name(end.by.peer()));
    write!(
        out,
        "a RST in the {who}'s name (frame {}) ended it for the {whom}. It was forged, or a device on the way sent it: the {who} went on after it.",
        end.frame
    )?;
    reset::hops(out, &end.rst, who)
}

/// Writes how it closed.
pub fn write(out: &mut dyn Write, closing: &TeardownStory) -> fmt::Result {
    match *closing {
        TeardownStory::Orderly { closer, fins: [first, second], bytes: sent, closed, ns } => {
            let (who, whom) = (name(closer), name(closer.peer()));
            write!(out, "The {who} closed first (FIN")?;
            in_frame(out, first)?;
            write!(out, "), the {whom} ")?;
            if sent > 0 {
                write!(out, "sent {} more and ", bytes(sent))?;
            }
            out.write_str("followed")?;
            if let Some(second) = second {
                write!(out, " (frame {second})")?;
            }
            if closed == 0 {
                return out.write_str("; the last acknowledgment was not captured.");
            }
            write!(out, ", and both FINs were acknowledged (frame {closed}")?;
            if let Some(ns) = ns {
                out.write_str(", after ")?;
                span(out, ns)?;
            }
            out.write_str(").")
        }
        TeardownStory::Simultaneous { fins: [first, second] } => {
            out.write_str("Both sides closed at the same time")?;
            match (first, second) {
                (Some(first), Some(second)) => write!(out, " (FINs in frames {first} and {second}).")?,
                (Some(one), None) | (None, Some(one)) => write!(out, " (one FIN is in frame {one}).")?,
                (None, None) => out.write_char('.')?,
            }
            Ok(())
        }
        TeardownStory::HalfClosed { closer, fin, bytes: sent, is_other_captured } => {
            let (who, whom) = (name(closer), name(closer.peer()));
            write!(out, "The {who} closed its direction (FIN")?;
            in_frame(out, fin)?;
            if !is_other_captured {
                return write!(out, "); no segment of the {whom} was captured.");
            }
            write!(out, "); the {whom} ")?;
            if sent > 0 {
                write!(out, "sent {} more and ", bytes(sent))?;
            }
            out.write_str("had not closed its own when the capture ended.")
        }
        TeardownStory::Unanswered { who, count, first, span_ns, acked } => {
            let (who, whom) = (name(who), name(who.peer()));
            write!(out, "The {who} sent its FIN {count} times")?;
            in_time(out, span_ns)?;
            if let Some(first) = first {
                write!(out, " (from frame {first})")?;
            }
            match acked {
                None => write!(
                    out,
                    ", and nobody acknowledged it: all of them or all answers were lost, or the {whom} was gone."
                ),
                Some(frame) => write!(
                    out,
                    ", the last time after it had been acknowledged (frame {frame}), and nobody acknowledged it once more: the answers were lost, or the {whom} was gone."
                ),
            }
        }
        TeardownStory::Reset(end) if end.is_forged => {
            out.write_str("The connection was open; then ")?;
            forged(out, &end)
        }
        TeardownStory::Reset(end) => {
            write!(out, "The {} reset the open connection (frame {})", name(end.by), end.frame)?;
            reason(out, &end)
        }
        TeardownStory::ResetAfterFin { closer, fin, bytes: sent, end } => {
            write!(out, "The {} closed (FIN", name(closer))?;
            in_frame(out, fin)?;
            out.write_char(')')?;
            if sent > 0 {
                write!(out, "; the {} sent {} more", name(closer.peer()), bytes(sent))?;
            }
            let Some(end) = end else { return out.write_str("; then the connection was reset.") };
            if end.is_forged {
                out.write_str("; then ")?;
                return forged(out, &end);
            }
            write!(out, "; then the {} reset the connection (frame {})", name(end.by), end.frame)?;
            reason(out, &end)
        }
        TeardownStory::NoConnection(end) => {
            write!(out, "The {} answered", name(end.by))?;
            match end.rst.answers {
                Some(frame) => write!(out, " frame {frame}")?,
                None => write!(out, " the {}", name(end.by.peer()))?,
            }
            write!(out, " with a RST (frame {}): it had no such connection, or no longer", end.frame)?;
            reset::silence(out, &end.rst)?;
            out.write_char('.')?;
            reset::hops(out, &end.rst, name(end.by))
        }
        TeardownStory::StillOpen { last, duration_ns } => {
            out.write_str("No close was seen: it was still open at the last segment captured (frame ")?;
            write!(out, "{last}")?;
            if let Some(ns) = duration_ns {
                out.write_str(", after ")?;
                span(out, ns)?;
            }
            out.write_str(").")
        }
    }
}

/// Writes why a connection was reset, and ends the sentence.
fn reason(out: &mut dyn Write, end: &EnderStory) -> fmt::Result {
    let (who, whom) = (name(end.by), name(end.by.peer()));
    match end.rst.kind {
        RstKind::Unknown => {
            out.write_str(": it had no such connection any more when it got the segment")?;
            reset::answering(out, "", &end.rst)?;
        }
        RstKind::GivesUp => write!(
            out,
            ": it had sent the same three times or more, and the {whom} took none of it (no answer, or a window that stayed 0)"
        )?,
        RstKind::Rejects | RstKind::RejectsAndWaits => {
            out.write_str(": it could not accept the acknowledgment")?;
            reset::answering(out, "", &end.rst)?;
        }
        RstKind::Aborts => write!(out, ": a program or the {who}'s host ended it; data in flight may be lost")?,
        RstKind::AfterFin => out.write_str(" instead of completing the teardown; data in flight may be lost")?,
        _ if end.is_presumed() => {
            out.write_str("; that RST did not fit exactly, but nothing shows that the connection went on")?
        }
        _ => {}
    }
    if end.rst.kind != RstKind::GivesUp {
        reset::silence(out, &end.rst)?;
    }
    out.write_char('.')?;
    reset::hops(out, &end.rst, who)
}
