//! One plain sentence for each segment with a step, in English and in Chinese.

use std::fmt::{self, Write};

use crate::tcp::{Anomalies, Kind, Reset, Side};
use crate::text;
use crate::tracker::Annotation;

/// What a segment does, as far as a sentence is about it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Deed {
    Syn,
    CrossingSyn,
    SynAck,
    OpenAck,
    Fin,
    FinAck,
    SecondFin,
    AckAndFin,
    LastAck,
    Reset(Reset),
}

/// The deeds of a segment, the main one first.
fn deeds(annotation: &Annotation) -> [Option<Deed>; 2] {
    let verdict = &annotation.verdict;
    if let Some(reset) = verdict.reset {
        return [Some(Deed::Reset(reset)), None];
    }
    let (open, close) = (verdict.open_steps, verdict.close_steps);
    let first = match annotation.segment.kind() {
        Kind::Syn if open.has(1) => Some(if verdict.sender == Side::Client { Deed::Syn } else { Deed::CrossingSyn }),
        Kind::SynAck if open.has(2) => Some(Deed::SynAck),
        _ if open.has(2) || open.has(3) => Some(Deed::OpenAck),
        _ => None,
    };
    let second = if close.has(2) && close.has(3) {
        Some(Deed::AckAndFin)
    } else if close.has(1) {
        Some(Deed::Fin)
    } else if close.has(3) {
        Some(Deed::SecondFin)
    } else if close.has(4) {
        Some(Deed::LastAck)
    } else if close.has(2) {
        Some(Deed::FinAck)
    } else {
        None
    };
    if first.is_some() { [first, second] } else { [second, None] }
}

/// `X`, `Y+1`, or the bare number where its base is not known.
struct Shown(char, Option<i64>, u32);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.1 {
            Some(offset) => text::expression(f, self.0, offset),
            None => write!(f, "{}", self.2),
        }
    }
}

/// The numbers that sentences speak of.
struct Numbers {
    /// The sequence number.
    seq: Shown,
    /// The number of the SYN, or of the FIN: behind the payload.
    own: Shown,
    /// The acknowledgment number.
    ack: Shown,
    /// What it acknowledges: one less.
    acked: Shown,
}

fn numbers(annotation: &Annotation) -> Numbers {
    let (verdict, segment) = (&annotation.verdict, annotation.segment);
    let own = text::letter(verdict, verdict.sender);
    let peers = text::letter(verdict, verdict.sender.peer());
    let (seq, ack) = (verdict.numbers.seq, verdict.numbers.ack);
    Numbers {
        seq: Shown(own, seq, segment.seq.0),
        own: Shown(
            own,
            seq.and_then(|offset| offset.checked_add(i64::from(segment.payload_len))),
            segment.payload_end().0,
        ),
        ack: Shown(peers, ack, segment.ack.0),
        acked: Shown(peers, ack.and_then(|offset| offset.checked_sub(1)), segment.ack.back(1).0),
    }
}

/// Writes the sentence in English. False when there is none.
///
/// # Errors
/// Those of `out`.
pub fn english(out: &mut dyn Write, annotation: &Annotation) -> Result<bool, fmt::Error> {
    let (who, whom) = match annotation.verdict.sender {
        Side::Client => ("The client", "the server"),
        Side::Server => ("The server", "the client"),
    };
    let n = numbers(annotation);
    let mut said = false;
    for deed in deeds(annotation).into_iter().flatten() {
        if said {
            out.write_char(' ')?;
        } else if annotation.verdict.repeats.any() {
            out.write_str("Sent again: ")?;
        }
        said = true;
        match deed {
            Deed::Syn => write!(out, "{who} asks to open a connection and announces its number {}.", n.seq),
            Deed::CrossingSyn => {
                write!(
                    out,
                    "{who} asks to open the connection too and announces its number {}: the two SYNs cross.",
                    n.seq
                )
            }
            Deed::SynAck => write!(
                out,
                "{who} accepts: it acknowledges {} by sending Ack = {} and announces its own number {}.",
                n.acked, n.ack, n.seq
            ),
            Deed::OpenAck => {
                write!(
                    out,
                    "{who} acknowledges {} by sending Ack = {}: the connection is open on its side.",
                    n.acked, n.ack
                )
            }
            Deed::Fin => write!(out, "{who} has nothing more to send and closes its direction with FIN {}.", n.own),
            Deed::FinAck => write!(
                out,
                "{who} acknowledges the FIN {} by sending Ack = {}; its own direction stays open.",
                n.acked, n.ack
            ),
            Deed::SecondFin => {
                let crossing = annotation.verdict.anomalies.has(Anomalies::SIMULTANEOUS_CLOSE);
                write!(
                    out,
                    "{who} closes its direction too, with FIN {}{}.",
                    n.own,
                    if crossing { ": the two FINs cross" } else { "" }
                )
            }
            Deed::AckAndFin => write!(
                out,
                "{who} acknowledges the FIN {} by sending Ack = {} and closes its own direction with FIN {}.",
                n.acked, n.ack, n.own
            ),
            Deed::LastAck => {
                write!(out, "{who} acknowledges the FIN {} of {whom} by sending Ack = {}.", n.acked, n.ack)
            }
            Deed::Reset(reset) => match reset {
                Reset::Stray => write!(out, "{who} sends a reset that {whom} does not accept: nothing changes."),
                Reset::AfterFin => write!(out, "{who} resets the connection after a FIN."),
                Reset::Refused => write!(out, "{who} refuses the connection: nothing accepts it at this port."),
                Reset::Handshake => write!(out, "{who} breaks the opening off with a reset."),
                Reset::Abort => write!(out, "{who} aborts the open connection with a reset; data on the way are lost."),
            },
        }?;
    }
    Ok(said)
}

/// Writes the sentence in Chinese. False when there is none.
///
/// # Errors
/// Those of `out`.
pub fn chinese(out: &mut dyn Write, annotation: &Annotation) -> Result<bool, fmt::Error> {
    let (who, whom) = match annotation.verdict.sender {
        Side::Client => ("客户端", "服务器"),
        Side::Server => ("服务器", "客户端"),
    };
    let n = numbers(annotation);
    let mut said = false;
    for deed in deeds(annotation).into_iter().flatten() {
        if !said && annotation.verdict.repeats.any() {
            out.write_str("重传：")?;
        }
        said = true;
        match deed {
            Deed::Syn => write!(out, "{who}请求建立连接，并告知自己的初始序号 {}。", n.seq),
            Deed::CrossingSyn => write!(out, "{who}也请求建立连接，并告知自己的初始序号 {}：两个 SYN 交叉。", n.seq),
            Deed::SynAck => {
                write!(out, "{who}同意：发送 Ack = {} 确认 {}，并告知自己的初始序号 {}。", n.ack, n.acked, n.seq)
            }
            Deed::OpenAck => write!(out, "{who}发送 Ack = {} 确认 {}：在它这一侧连接已建立。", n.ack, n.acked),
            Deed::Fin => write!(out, "{who}没有更多数据要发送，用 FIN {} 关闭自己的方向。", n.own),
            Deed::FinAck => write!(out, "{who}发送 Ack = {} 确认 FIN {}；它自己的方向仍然打开。", n.ack, n.acked),
            Deed::SecondFin => {
                let crossing = annotation.verdict.anomalies.has(Anomalies::SIMULTANEOUS_CLOSE);
                write!(out, "{who}也用 FIN {} 关闭自己的方向{}。", n.own, if crossing { "：两个 FIN 交叉" } else { "" })
            }
            Deed::AckAndFin => {
                write!(out, "{who}发送 Ack = {} 确认 FIN {}，并用 FIN {} 关闭自己的方向。", n.ack, n.acked, n.own)
            }
            Deed::LastAck => write!(out, "{who}发送 Ack = {} 确认{whom}的 FIN {}。", n.ack, n.acked),
            Deed::Reset(reset) => match reset {
                Reset::Stray => write!(out, "{who}发送了{whom}不会接受的 RST：什么也没有改变。"),
                Reset::AfterFin => write!(out, "{who}在 FIN 之后用 RST 重置连接。"),
                Reset::Refused => write!(out, "{who}拒绝连接：该端口没有程序接受它。"),
                Reset::Handshake => write!(out, "{who}用 RST 中断了连接的建立。"),
                Reset::Abort => write!(out, "{who}用 RST 中止已建立的连接；途中的数据会丢失。"),
            },
        }?;
    }
    Ok(said)
}
