//! The sentences in English.

pub mod connection;
pub mod icmp;
pub mod reset;
pub mod teardown;

use std::fmt::{self, Write};

use super::numbers::StoryNumbers;
use super::story::{AckTarget, Doubt, Effect, Fin, Oddity, SegmentStory, Syn, Topic};
use crate::view::{Flags, Kind, Side};
use crate::words::{span, text};

const fn name(side: Side) -> &'static str {
    side.name()
}

fn span(out: &mut dyn Write, ns: u64) -> fmt::Result {
    span::write(out, ns, &span::ENGLISH)
}

/// Writes ` in 7.0 s`, where the time is known.
fn in_time(out: &mut dyn Write, ns: Option<u64>) -> fmt::Result {
    let Some(ns) = ns else { return Ok(()) };
    out.write_str(" in ")?;
    span(out, ns)
}

fn bytes(count: u64) -> String {
    format!("{count} {}", if count == 1 { "byte" } else { "bytes" })
}

/// Writes the sentence on a segment.
pub fn write(out: &mut dyn Write, story: &SegmentStory) -> fmt::Result {
    let who = name(story.who);
    match &story.topic {
        Topic::Nothing => {}
        Topic::Copy => {
            let what = match story.kind {
                Kind::Syn => "SYN",
                Kind::SynAck => "SYN-ACK",
                Kind::Fin => "FIN",
                Kind::Rst => "RST",
                Kind::Ack => "ACK",
                Kind::Other => "segment",
            };
            write!(out, "The {who}'s {what} was captured once more: it was not sent twice.")?;
        }
        Topic::Rst(rst) => reset::write(out, story.who, rst)?,
        Topic::Oddity(odd) => write_odd(out, story, *odd)?,
        Topic::Steps { syn, acked, acked_again, fin } => {
            if let Some(syn) = *syn {
                write_syn(out, story, syn)?;
                if acked.is_some() || fin.is_some() {
                    out.write_char(' ')?;
                }
            }
            match (*acked, *fin) {
                (Some(acked), fin) if *acked_again => write_acked_again(out, story, acked, fin)?,
                (Some(acked), fin) => write_acked(out, story, acked, fin)?,
                (None, Some(fin)) => write_fin(out, story, fin)?,
                (None, None) => {}
            }
        }
    }
    let Some(doubt) = story.doubt else { return Ok(()) };
    if !matches!(story.topic, Topic::Nothing) {
        out.write_char(' ')?;
    }
    match doubt {
        Doubt::Forged => write!(
            out,
            "The {who} goes on: so it did not send the RST that came in its name (forged, or sent by a device on the way)."
        ),
        Doubt::Ignored => {
            write!(out, "The {who} goes on: so it did not take the {}'s RST.", name(story.who.peer()))
        }
    }
}

fn write_odd(out: &mut dyn Write, story: &SegmentStory, odd: Oddity) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    let state = story.state.name();
    match odd {
        Oddity::OlderAck => write!(
            out,
            "The {who} answers with an ACK of an older connection of these endpoints, which it still has in {state} (a challenge ACK): the {whom} should reset that one and try again."
        ),
        Oddity::OlderData => write!(
            out,
            "The {who} sends data of an older connection of these endpoints, which it still has in {state}: they do not answer the SYN."
        ),
        Oddity::OlderFin => write!(
            out,
            "The {who} sends the FIN of an older connection of these endpoints, which it still has in {state}: it does not answer the SYN."
        ),
        Oddity::Challenge => write!(
            out,
            "The {who} answers the RST with an ACK (a challenge ACK): the RST was not exactly at its next number, so it stays in {state}."
        ),
        Oddity::WrongAck => write!(
            out,
            "The {who}'s ACK with Seq = {} and Ack = {} does not fit the handshake: it does not complete it.",
            n.seq, n.ack
        ),
        Oddity::BeyondFin => write!(
            out,
            "The {who} sends {} from {} on, beyond its own FIN: a FIN says that nothing follows, so one of the two is not what it seems.",
            bytes(n.payload_len.into()),
            n.seq
        ),
        Oddity::AfterReset => write!(
            out,
            "The {who} sends {} although a RST had closed its side; it may have been on its way already.",
            bytes(n.payload_len.into())
        ),
        Oddity::Flags => {
            write!(out, "The {who} sends a segment ")?;
            if story.flags == Flags::default() {
                out.write_str("without flags")?;
            } else {
                out.write_str("with the flags ")?;
                text::flags(out, story.flags)?;
            }
            out.write_str(", which no TCP sends (a scan, or a broken device): it counts for nothing.")
        }
    }
}

/// `X`, or `X to X+10`, or the SYN without a number.
fn acked_syn(numbers: &StoryNumbers, whose: Side) -> String {
    match numbers.acked_syn() {
        Some((letter, last)) if last.offset == Some(0) => letter.to_string(),
        Some((letter, last)) => format!("{letter} to {last}"),
        None => format!("the {}'s SYN", name(whose)),
    }
}

fn write_syn(out: &mut dyn Write, story: &SegmentStory, syn: Syn) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    let acked = || acked_syn(n, story.who.peer());
    match syn {
        Syn::Asks(data) => {
            write!(out, "The {who} asks for a connection and announces its initial sequence number {} (ISN)", n.seq)?;
            if data > 0 {
                write!(out, "; the SYN already carries {} of data", bytes(data.into()))?;
            }
            out.write_char('.')
        }
        Syn::AsksOnceMore => write!(
            out,
            "The {who} asks for a connection once more, after the RST, and announces its initial sequence number {} (ISN).",
            n.seq
        ),
        Syn::AsksToo => write!(
            out,
            "The {who} sends a SYN too and announces its initial sequence number {} (ISN): both sides ask for the connection.",
            n.seq
        ),
        Syn::Accepts => write!(
            out,
            "The {who} accepts: it acknowledges {} by sending Ack = {} and announces its own initial sequence number {} (ISN){}.",
            acked(),
            n.ack,
            n.seq,
            completes(story)
        ),
        Syn::AcceptsOtherwise => write!(
            out,
            "The {who} sends another SYN-ACK: it acknowledges {} by sending Ack = {} and announces the number {}, not the one before{}.",
            acked(),
            n.ack,
            n.seq,
            completes(story)
        ),
        Syn::AcceptsToo => write!(
            out,
            "The {who} acknowledges {} by sending Ack = {} and announces its own initial sequence number {} (ISN){}.",
            acked(),
            n.ack,
            n.seq,
            completes(story)
        ),
        Syn::Mistaken => write!(
            out,
            "The {who} answers with a SYN-ACK whose Ack = {} does not fit the SYN: the {whom} should not accept it.",
            n.ack
        ),
        Syn::Again => {
            write!(out, "The {who}'s SYN with the number {} is seen again (retransmitted, or captured twice).", n.seq)
        }
        Syn::AgainUnanswered => {
            write!(out, "The {who} sends its SYN with the number {} again: the SYN-ACK has not reached it.", n.seq)
        }
        Syn::AnswerAgain => write!(
            out,
            "The {who}'s SYN-ACK with the number {} and Ack = {} is seen again (retransmitted, or captured twice).",
            n.seq, n.ack
        ),
        Syn::AnswerAgainUnanswered => write!(
            out,
            "The {who} sends its SYN-ACK with the number {} and Ack = {} again: the handshake's ACK has not reached it, or it does not take it yet (it waits for data, or its queue is full).",
            n.seq, n.ack
        ),
    }
}

const fn completes(story: &SegmentStory) -> &'static str {
    match story.effect {
        Effect::Opened => ", which completes the handshake",
        Effect::Nothing | Effect::HalfClosed | Effect::Closed => "",
    }
}

/// What is acknowledged, in words.
fn objects(story: &SegmentStory, acked: AckTarget) -> String {
    let whose = name(story.who.peer());
    match acked {
        AckTarget::Syn => acked_syn(&story.numbers, story.who.peer()),
        AckTarget::Fin if story.numbers.acks_fin_x() => format!("the {whose}'s FIN X"),
        AckTarget::Fin => format!("the {whose}'s FIN"),
        AckTarget::Both => format!("the {whose}'s SYN and FIN"),
        AckTarget::BothOneAgain => format!("the {whose}'s SYN and FIN (one of them again)"),
    }
}

fn write_acked(out: &mut dyn Write, story: &SegmentStory, acked: AckTarget, fin: Option<Fin>) -> fmt::Result {
    let (who, n) = (name(story.who), &story.numbers);
    write!(out, "The {who} acknowledges {} by sending Ack = {}", objects(story, acked), n.ack)?;
    let is_open = matches!(acked, AckTarget::Syn | AckTarget::Both) && story.effect == Effect::Opened;
    let Some(fin) = fin else {
        if is_open {
            return write!(
                out,
                ", which completes the handshake: the {who} now counts the connection as {}.",
                story.state.name()
            );
        }
        return out.write_str(match story.effect {
            Effect::HalfClosed => "; its own direction stays open.",
            Effect::Closed => "; both directions are closed now.",
            Effect::Opened | Effect::Nothing => ".",
        });
    };
    if is_open {
        out.write_str(", which completes the handshake,")?;
    }
    match fin {
        Fin::First | Fin::Second | Fin::Crossing => {
            write!(out, " and closes its own direction with FIN {}", n.fin)?;
            after_data(out, n)?;
            new_numbers(out, story)?;
        }
        Fin::Other => write!(out, " and sends a FIN with another number than before: {}", n.fin)?,
        Fin::Again => write!(out, "; its FIN {} is seen again", n.fin)?,
    }
    out.write_char('.')
}

fn write_acked_again(out: &mut dyn Write, story: &SegmentStory, acked: AckTarget, fin: Option<Fin>) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    let what = match acked {
        AckTarget::Syn => "SYN",
        AckTarget::Fin => "FIN",
        AckTarget::Both | AckTarget::BothOneAgain => "SYN and FIN",
    };
    write!(out, "The {who}'s acknowledgment of the {whom}'s {what}, Ack = {}, ", n.ack)?;
    match fin {
        Some(_) => write!(out, "and its FIN {} are seen again (retransmitted, or captured twice).", n.fin),
        None => out.write_str("is seen again (retransmitted, or captured twice)."),
    }
}

fn write_fin(out: &mut dyn Write, story: &SegmentStory, fin: Fin) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    match fin {
        Fin::First => {
            write!(out, "The {who} has nothing more to send and closes its direction with FIN {}", n.fin)?;
            after_data(out, n)?;
            new_numbers(out, story)?;
        }
        Fin::Second => {
            write!(out, "The {who} closes its direction too, with FIN {}", n.fin)?;
            after_data(out, n)?;
        }
        Fin::Crossing => write!(
            out,
            "The {who} closes its direction too, with FIN {}, before it acknowledges the {whom}'s FIN",
            n.fin
        )?,
        Fin::Other => write!(out, "The {who} sends a FIN with another number than before: {}", n.fin)?,
        Fin::Again => {
            write!(out, "The {who}'s FIN {} is seen again (retransmitted, or captured twice)", n.fin)?;
        }
    }
    out.write_char('.')
}

fn after_data(out: &mut dyn Write, numbers: &StoryNumbers) -> fmt::Result {
    match numbers.payload_len {
        0 => Ok(()),
        count => write!(out, ", after {} of data", bytes(count.into())),
    }
}

fn new_numbers(out: &mut dyn Write, story: &SegmentStory) -> fmt::Result {
    if story.renumbers() { out.write_str("; X and Y are numbered anew from here on") } else { Ok(()) }
}
