//! Sentences on a RST, in English.

use std::fmt::{self, Write};

use super::super::reset::{Rst, RstKind};
use super::{name, span};
use crate::view::Side;

/// Writes the sentence on a RST.
pub fn write(out: &mut dyn Write, who: Side, rst: &Rst) -> fmt::Result {
    let (who, whom) = (name(who), name(who.peer()));
    match rst.kind {
        RstKind::Stray => {
            write!(out, "The {who} sends a RST that does not fit what the {whom} expects: it should be ignored")?;
        }
        RstKind::Challenged => write!(
            out,
            "The {who} sends a RST that lies in the {whom}'s window but is not exactly its next number: the {whom} should answer with an ACK (a challenge ACK) and stay"
        )?,
        RstKind::Late => write!(out, "The {who} sends another RST: the connection had ended before")?,
        RstKind::AfterClose => {
            write!(out, "The {who} sends a RST after both FINs were acknowledged: the connection was closed already")?;
        }
        RstKind::Refuses => {
            write!(out, "The {who} refuses the connection")?;
            answering(out, ": it answers the SYN", rst)?;
            out.write_str(" with a RST (often because nothing listens at that port)")?;
        }
        RstKind::Rejects | RstKind::RejectsAndWaits => {
            write!(out, "The {who} cannot accept the acknowledgment")?;
            answering(out, "", rst)?;
            out.write_str(" and answers it with a RST")?;
            if rst.kind == RstKind::RejectsAndWaits {
                out.write_str("; it goes on waiting for one that fits")?;
            }
        }
        RstKind::Unknown => {
            write!(out, "The {who} answers")?;
            match rst.answers {
                Some(frame) => write!(out, " frame {frame}")?,
                None => write!(out, " the {whom}")?,
            }
            out.write_str(" with a RST: it has no such connection, or no longer")?;
            silence(out, rst)?;
        }
        RstKind::GivesUp => {
            write!(
                out,
                "The {who} gives up and resets the connection: it had sent the same three times or more, and the {whom} took none of it (no answer, or a window that stayed 0)"
            )?;
        }
        RstKind::BreaksOff => write!(out, "The {who} aborts the handshake with a RST")?,
        RstKind::AfterFin => {
            write!(out, "The {who} resets the connection after a FIN instead of completing the teardown")?;
            silence(out, rst)?;
        }
        RstKind::Aborts => {
            write!(out, "The {who} aborts the open connection with a RST; data in flight may be lost")?;
            silence(out, rst)?;
        }
        RstKind::Ends => {
            write!(out, "The {who} resets the connection with a RST; data in flight may be lost")?;
            silence(out, rst)?;
        }
    }
    if rst.is_first {
        out.write_str("; the handshake was not captured")?;
    }
    out.write_char('.')?;
    hops(out, rst, who)
}

/// Writes ` in frame 7`, with something in front.
pub fn answering(out: &mut dyn Write, before: &str, rst: &Rst) -> fmt::Result {
    out.write_str(before)?;
    rst.answers.map_or(Ok(()), |frame| write!(out, " in frame {frame}"))
}

/// Writes what the silence before it points to.
pub fn silence(out: &mut dyn Write, rst: &Rst) -> fmt::Result {
    let Some(ns) = rst.silence_ns else { return Ok(()) };
    out.write_str("; before it there was silence for ")?;
    span(out, ns)?;
    if rst.is_long_silence { out.write_str(" (a timeout of a host or a firewall?)") } else { Ok(()) }
}

/// Writes what its hop count points to, as a sentence of its own.
pub fn hops(out: &mut dyn Write, rst: &Rst, who: &str) -> fmt::Result {
    let Some(hops) = rst.hops else { return Ok(()) };
    write!(
        out,
        " Its hop count differs by {hops} from that of the {who}'s other segments: a device on the way may have sent it."
    )
}
