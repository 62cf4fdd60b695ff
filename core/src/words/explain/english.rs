//! The sentences in English.

use std::fmt::{self, Write};

use super::{Acked, Effect, Fin, Numbers, Rst, Story, Syn};
use crate::tcp::Side;
use crate::tracker::Annotation;

const fn name(side: Side) -> &'static str {
    match side {
        Side::Client => "client",
        Side::Server => "server",
    }
}

/// Writes the sentence in English. False when there is none.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, annotation: &Annotation) -> Result<bool, fmt::Error> {
    let story = Story::of(annotation);
    if let Some(rst) = story.rst {
        write_rst(out, &story, rst)?;
        return Ok(true);
    }
    if let Some(syn) = story.syn {
        write_syn(out, &story, syn)?;
    }
    if story.acked.is_none() && story.fin.is_none() {
        return Ok(story.syn.is_some());
    }
    if story.syn.is_some() {
        out.write_char(' ')?;
    }
    match story.acked {
        Some(acked) if story.acked_again => write_acked_again(out, &story, acked)?,
        Some(acked) => write_acked(out, &story, acked)?,
        None => write_fin(out, &story)?,
    }
    Ok(true)
}

fn write_rst(out: &mut dyn Write, story: &Story, rst: Rst) -> fmt::Result {
    let (who, whom) = (name(story.who), name(story.who.peer()));
    match rst {
        Rst::Stray => {
            write!(out, "The {who} sends a reset that does not fit what the {whom} expects: it should be ignored.")
        }
        Rst::Late => write!(out, "The {who} sends a reset after the end of the connection."),
        Rst::Rejects => write!(
            out,
            "The {who} answers an acknowledgment that does not fit its SYN with a reset, and goes on waiting for one that does."
        ),
        Rst::First => write!(out, "The {who} ends the connection with a reset; its opening was not captured."),
        Rst::AfterFin => write!(out, "The {who} resets the connection after a FIN instead of completing the closing."),
        Rst::Refuses => {
            write!(out, "The {who} refuses the connection with a reset (often because nothing listens at that port).")
        }
        Rst::BreaksOff => write!(out, "The {who} breaks the opening off with a reset."),
        Rst::Aborts => {
            write!(out, "The {who} aborts the open connection with a reset; data on the way are lost.")
        }
    }
}

/// `X`, or `X to X+10`, or the SYN without a number.
fn acked_syn(numbers: &Numbers, whose: Side) -> String {
    match numbers.acked_syn() {
        Some((letter, last)) if last.offset == Some(0) => letter.to_string(),
        Some((letter, last)) => format!("{letter} to {last}"),
        None => format!("the {}'s SYN", name(whose)),
    }
}

fn write_syn(out: &mut dyn Write, story: &Story, syn: Syn) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    let acked = || acked_syn(n, story.who.peer());
    match syn {
        Syn::Asks(data) => {
            write!(out, "The {who} asks to open a connection and announces its number {}", n.seq)?;
            if data > 0 {
                write!(out, "; the SYN carries {} already", octets(data))?;
            }
            out.write_char('.')
        }
        Syn::AsksToo => {
            write!(out, "The {who} sends a SYN too and announces its number {}: both sides ask to open.", n.seq)
        }
        Syn::Accepts => write!(
            out,
            "The {who} accepts: it acknowledges {} by sending Ack = {} and announces its own number {}{}.",
            acked(),
            n.ack,
            n.seq,
            completes(story)
        ),
        Syn::AcceptsOtherwise => write!(
            out,
            "The {who} sends another SYN-ACK: it acknowledges {} by sending Ack = {} and announces the number {}{}.",
            acked(),
            n.ack,
            n.seq,
            completes(story)
        ),
        Syn::AcceptsToo => write!(
            out,
            "The {who} acknowledges {} by sending Ack = {} and announces its own number {}{}.",
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
        Syn::Again => write!(out, "The {who}'s SYN with the number {} is seen again.", n.seq),
        Syn::AnswerAgain => {
            write!(out, "The {who}'s SYN-ACK with the number {} and Ack = {} is seen again.", n.seq, n.ack)
        }
    }
}

const fn completes(story: &Story) -> &'static str {
    match story.effect {
        Effect::Opened => ", which completes the opening",
        Effect::Nothing | Effect::HalfClosed | Effect::Closed => "",
    }
}

fn octets(count: u32) -> String {
    format!("{count} {} of data", if count == 1 { "octet" } else { "octets" })
}

/// What is acknowledged, in words.
fn objects(story: &Story, acked: Acked) -> String {
    let whose = name(story.who.peer());
    match acked {
        Acked::Syn => acked_syn(&story.numbers, story.who.peer()),
        Acked::Fin if story.numbers.acks_fin_x() => format!("the {whose}'s FIN X"),
        Acked::Fin => format!("the {whose}'s FIN"),
        Acked::Both => format!("the {whose}'s SYN and FIN"),
        Acked::BothOneAgain => format!("the {whose}'s SYN and FIN (one of them again)"),
    }
}

fn write_acked(out: &mut dyn Write, story: &Story, acked: Acked) -> fmt::Result {
    let n = &story.numbers;
    write!(out, "The {} acknowledges {} by sending Ack = {}", name(story.who), objects(story, acked), n.ack)?;
    let is_open = matches!(acked, Acked::Syn | Acked::Both) && story.effect == Effect::Opened;
    match story.fin {
        None if is_open => out.write_str(", which completes the opening: on its side the connection is open.")?,
        None => out.write_str(match story.effect {
            Effect::HalfClosed => "; its own direction stays open.",
            Effect::Closed => "; both directions are closed now.",
            Effect::Opened | Effect::Nothing => ".",
        })?,
        Some(fin) => {
            if is_open {
                out.write_str(", which completes the opening,")?;
            }
            match fin {
                Fin::First | Fin::Second | Fin::Crossing => {
                    write!(out, " and closes its own direction with FIN {}", n.fin)?;
                    behind_data(out, n)?;
                    new_numbers(out, story)?;
                }
                Fin::Other => write!(out, " and sends a FIN with another number than before: {}", n.fin)?,
                Fin::Again => write!(out, "; its FIN {} is seen again", n.fin)?,
            }
            out.write_char('.')?;
        }
    }
    Ok(())
}

fn write_acked_again(out: &mut dyn Write, story: &Story, acked: Acked) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    let what = match acked {
        Acked::Syn => "SYN",
        Acked::Fin => "FIN",
        Acked::Both | Acked::BothOneAgain => "SYN and FIN",
    };
    write!(out, "The {who}'s acknowledgment of the {whom}'s {what}, Ack = {}, ", n.ack)?;
    match story.fin {
        Some(_) => write!(out, "and its FIN {} are seen again.", n.fin),
        None => out.write_str("is seen again."),
    }
}

fn write_fin(out: &mut dyn Write, story: &Story) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    match story.fin {
        Some(Fin::First) => {
            write!(out, "The {who} has nothing more to send and closes its direction with FIN {}", n.fin)?;
            behind_data(out, n)?;
            new_numbers(out, story)?;
        }
        Some(Fin::Second) => {
            write!(out, "The {who} closes its direction too, with FIN {}", n.fin)?;
            behind_data(out, n)?;
        }
        Some(Fin::Crossing) => {
            write!(
                out,
                "The {who} closes its direction too, with FIN {}, before acknowledging the {whom}'s FIN",
                n.fin
            )?;
        }
        Some(Fin::Other) => write!(out, "The {who} sends a FIN with another number than before: {}", n.fin)?,
        Some(Fin::Again) => write!(out, "The {who}'s FIN {} is seen again", n.fin)?,
        None => {}
    }
    out.write_char('.')
}

fn behind_data(out: &mut dyn Write, numbers: &Numbers) -> fmt::Result {
    match numbers.payload_len {
        0 => Ok(()),
        count => write!(out, ", behind {}", octets(count)),
    }
}

fn new_numbers(out: &mut dyn Write, story: &Story) -> fmt::Result {
    if story.renumbers() { out.write_str("; X and Y are new from here on") } else { Ok(()) }
}
