//! Sentences on a whole connection, in English.

use std::fmt::{self, Write};

use super::super::connection::{ConnectionStory, Doubts, EnderStory, HandshakeStory, Icmp, Syns};
use super::super::reset::RstKind;
use super::{icmp, in_time, name, reset, span, teardown};
use crate::view::{HandshakeKind, IcmpKind, ResetCount, Side};
use crate::words::text;

/// Writes the sentences.
pub fn write(out: &mut dyn Write, story: &ConnectionStory) -> fmt::Result {
    write_opening(out, story)?;
    if let Some(closing) = &story.closing {
        out.write_char(' ')?;
        teardown::write(out, closing)?;
    }
    write_doubts(out, &story.doubts)?;
    if let Some(icmp) = &story.icmp {
        out.write_str(" An ICMP error came too (")?;
        write_icmp(out, icmp)?;
        write!(out, "): {}.", icmp::says(icmp.kind, icmp.about))?;
    }
    Ok(())
}

/// Writes `host-unreachable from 192.0.2.1, frame 2`.
fn write_icmp(out: &mut dyn Write, icmp: &Icmp) -> fmt::Result {
    out.write_str(icmp.kind.name())?;
    if let Some(address) = icmp.from {
        out.write_str(" from ")?;
        text::address(out, address)?;
    }
    write!(out, ", frame {}", icmp.frame)
}

/// Writes which RSTs ended nothing, or not for everybody.
fn write_doubts(out: &mut dyn Write, doubts: &Doubts) -> fmt::Result {
    if let Some(who) = doubts.ignored_by {
        write!(out, " The {} went on after that RST, so it had not taken it.", name(who))?;
    }
    if let Some(rsts) = doubts.withdrawn {
        came(out, &rsts)?;
        out.write_str(", but both sides went on")?;
        out.write_str(match rsts.count {
            1 => ": it was forged, or a device on the way sent it.",
            _ => ": they were forged, or a device on the way sent them.",
        })?;
    }
    if let Some(rsts) = doubts.challenged {
        came(out, &rsts)?;
        out.write_str(match rsts.count {
            1 => "; it did not fit exactly and ended nothing.",
            _ => "; they did not fit exactly and ended nothing.",
        })?;
    }
    Ok(())
}

/// Writes ` A RST came in the client's name (frame 7)`.
fn came(out: &mut dyn Write, rsts: &ResetCount) -> fmt::Result {
    let (who, frame) = (name(rsts.by), rsts.frame);
    match rsts.count {
        1 => write!(out, " A RST came in the {who}'s name (frame {frame})"),
        count => write!(out, " {count} RSTs came (the first in frame {frame}, in the {who}'s name)"),
    }
}

/// Writes `The client sent its SYN 4 times in 7.0 s (frames 1 to 9)`.
fn asked(out: &mut dyn Write, syns: Option<&Syns>) -> fmt::Result {
    let Some(syns) = syns else { return out.write_str("The client's SYN was not captured") };
    if syns.attempts > 1 {
        write!(out, "In the last of {} attempts the client", syns.attempts)?;
    } else {
        out.write_str("The client")?;
    }
    if syns.count == 1 {
        return write!(out, " sent its SYN (frame {})", syns.first);
    }
    write!(out, " sent its SYN {} times", syns.count)?;
    in_time(out, syns.span_ns)?;
    write!(out, " (frames {} to {})", syns.first, syns.last)
}

/// ` (frame 2)`, where the frame is known.
fn at(frame: Option<u32>) -> String {
    frame.map_or_else(String::new, |frame| format!(" (frame {frame})"))
}

fn write_opening(out: &mut dyn Write, story: &ConnectionStory) -> fmt::Result {
    let syns = story.syns.as_ref();
    match story.opening {
        HandshakeStory::Complete { frames, ns, kind } => return complete(out, frames, ns, kind, syns),
        HandshakeStory::Partial => return out.write_str("A part of the handshake was not captured."),
        HandshakeStory::Misfit => {
            return out.write_str(
                "The connection went on after an answer that does not acknowledge the client's SYN: a device on the way rewrites the numbers, or a part of the handshake was not captured.",
            );
        }
        HandshakeStory::NotCaptured => return out.write_str("The handshake was not captured."),
        HandshakeStory::OddFlags => {
            return out
                .write_str("Nothing was captured but segments with flags that no TCP sends (a port scan, or damage).");
        }
        _ => asked(out, syns)?,
    }
    match story.opening {
        HandshakeStory::Complete { .. }
        | HandshakeStory::Partial
        | HandshakeStory::Misfit
        | HandshakeStory::NotCaptured
        | HandshakeStory::OddFlags => Ok(()),
        HandshakeStory::Refused(end) if end.is_forged => {
            out.write_str("; ")?;
            teardown::forged(out, &end)
        }
        HandshakeStory::Refused(end) => {
            write!(
                out,
                "; the {} refused it with a RST (frame {}). Usually nothing listens at ",
                name(end.by),
                end.frame
            )?;
            text::endpoint(out, story.server.0, story.server.1)?;
            out.write_str(", or a firewall rejects the connection.")?;
            reset::hops(out, &end.rst, name(end.by))
        }
        HandshakeStory::Reset { end, syn_ack, ack, is_open } => {
            if let Some(frame) = syn_ack {
                write!(out, ", the server answered with a SYN-ACK (frame {frame})")?;
            }
            if let Some(frame) = ack {
                write!(
                    out,
                    " and the client acknowledged it (frame {frame}), but the server sent its SYN-ACK again: the ACK did not reach it, or its queue of new connections is full"
                )?;
            }
            if end.is_forged {
                out.write_str("; then ")?;
                return teardown::forged(out, &end);
            }
            out.write_str("; then ")?;
            broke_off(out, &end, syn_ack.is_some(), is_open)
        }
        HandshakeStory::HalfOpen { syn_ack, wrong_ack: Some(frame) } => write!(
            out,
            " and the server answered with a SYN-ACK{}, but the client's acknowledgment (frame {frame}) does not fit it: the handshake was never completed. A device on the way rewrites the numbers, or somebody guesses them.",
            at(syn_ack)
        ),
        HandshakeStory::HalfOpen { syn_ack, wrong_ack: None } => write!(
            out,
            " and the server answered with a SYN-ACK{}, but the handshake was never completed. The SYN-ACK or the client's ACK was lost, or the client did not want to go on (a port scan, or a forged address).",
            at(syn_ack)
        ),
        HandshakeStory::NotTaken { syn_ack, ack } => write!(
            out,
            ", the server answered with a SYN-ACK{} and the client acknowledged it (frame {ack}), but the server sent its SYN-ACK again and did not go on. The ACK did not reach it, or its queue of new connections is full, or it waits for data.",
            at(syn_ack)
        ),
        HandshakeStory::BothAsked => out.write_str(
            " and the server sent a SYN of its own, but one of the two was never acknowledged: the handshake was not completed.",
        ),
        HandshakeStory::Unreachable(icmp) => {
            out.write_str("; an ICMP error (")?;
            write_icmp(out, &icmp)?;
            write!(out, ") says that {}.{}", icmp::says(icmp.kind, icmp.about), advice(icmp.kind))
        }
        HandshakeStory::OldConnection => out.write_str(
            "; the server answered only for an older connection of the same addresses and ports, which it still had. The client should reset that one (a RST that a firewall may have dropped) and try again, or use another port.",
        ),
        HandshakeStory::InvalidAnswer => out.write_str(
            "; all that came back was an answer that the client must ignore: no SYN-ACK that acknowledges its SYN. A device on the way may have made it, or rewrites the numbers.",
        ),
        HandshakeStory::NoAnswer => out.write_str(
            "; nothing came back. The server is down, or a firewall silently drops the SYN or the answer.",
        ),
    }
}

const fn advice(kind: IcmpKind) -> &'static str {
    match kind {
        IcmpKind::NetUnreachable => " Check the routes.",
        IcmpKind::HostUnreachable => " The host is down, or the address is wrong.",
        IcmpKind::Prohibited | IcmpKind::PortUnreachable => " Check the firewall rules.",
        IcmpKind::TimeExceeded => " Check the routes between the two.",
        IcmpKind::ProtocolUnreachable | IcmpKind::FragmentationNeeded | IcmpKind::Other => "",
    }
}

fn complete(
    out: &mut dyn Write,
    frames: Option<[u32; 2]>,
    ns: Option<u64>,
    kind: Option<HandshakeKind>,
    syns: Option<&Syns>,
) -> fmt::Result {
    out.write_str(match kind {
        Some(HandshakeKind::FastOpen) => "The handshake (Fast Open)",
        Some(HandshakeKind::Simultaneous) => "The handshake (a simultaneous open)",
        Some(HandshakeKind::Split) => "The handshake (split)",
        Some(HandshakeKind::ThreeWay | HandshakeKind::NotCaptured) | None => "The handshake",
    })?;
    match ns {
        Some(ns) => {
            out.write_str(" took ")?;
            span(out, ns)?;
        }
        None => out.write_str(" was completed")?,
    }
    let Some([first, last]) = frames else { return out.write_char('.') };
    write!(out, " (frames {first} to {last}")?;
    if let Some(syns) = syns {
        if syns.count > 1 {
            write!(out, "; the SYN was sent {} times", syns.count)?;
        }
        if syns.attempts > 1 {
            write!(out, "; attempt {}", syns.attempts)?;
        }
    }
    out.write_str(").")
}

/// Writes who broke the handshake off, and why.
fn broke_off(out: &mut dyn Write, end: &EnderStory, is_answered: bool, is_open: bool) -> fmt::Result {
    let (who, whom, frame) = (name(end.by), name(end.by.peer()), end.frame);
    match end.rst.kind {
        RstKind::Rejects | RstKind::RejectsAndWaits => {
            write!(out, "the {who} rejected the acknowledgment")?;
            reset::answering(out, "", &end.rst)?;
            write!(out, " with a RST (frame {frame}), and the handshake ended.")?;
        }
        RstKind::Unknown => {
            write!(out, "the {who} reset it (frame {frame}): it had no such connection, or no longer")?;
            out.write_str(match end.by {
                Side::Client => " (a port scan, or a program that gave up).",
                Side::Server => ".",
            })?;
        }
        RstKind::GivesUp => {
            write!(
                out,
                "the {who} gave up with a RST (frame {frame}): it had sent the same again and again, and the {whom} acknowledged none of it."
            )?;
        }
        RstKind::Challenged => write!(
            out,
            "the {who} sent a RST (frame {frame}) that did not fit exactly, and nothing shows that the handshake went on."
        )?,
        _ if is_open => {
            write!(out, "the {who} reset the connection (frame {frame})")?;
            reset::silence(out, &end.rst)?;
            out.write_str(". The server had gone on before, so a part of the handshake was probably not captured.")?;
        }
        _ => {
            write!(out, "the {who} aborted the handshake with a RST (frame {frame}). ")?;
            out.write_str(match end.by {
                Side::Client if is_answered => {
                    "The client did not want the connection any more: a port scan, or a program that gave up."
                }
                Side::Client => "The client gave up before an answer came.",
                Side::Server => "The server, or a device in its name, did not want the connection.",
            })?;
        }
    }
    reset::hops(out, &end.rst, who)
}
