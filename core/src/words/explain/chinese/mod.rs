//! The sentences in Chinese (简体中文).

pub mod connection;
pub mod icmp;
pub mod reset;
pub mod teardown;

use std::fmt::{self, Write};

use super::numbers::StoryNumbers;
use super::story::{AckTarget, Doubt, Effect, Fin, Oddity, SegmentStory, Syn, Topic};
use crate::view::{Flags, Kind, Side};
use crate::words::span::{self, Units};
use crate::words::text;

const UNITS: Units = Units {
    hours: " 小时",
    minutes: " 分钟",
    seconds: " 秒",
    milliseconds: " 毫秒",
    microseconds: " 微秒",
    between: " ",
};

const fn name(side: Side) -> &'static str {
    match side {
        Side::Client => "客户端",
        Side::Server => "服务器",
    }
}

/// Writes a duration.
fn span(out: &mut dyn Write, ns: u64) -> fmt::Result {
    span::write(out, ns, &UNITS)
}

/// Writes `在 7.0 秒内`, where the time is known.
fn in_time(out: &mut dyn Write, ns: Option<u64>) -> fmt::Result {
    let Some(ns) = ns else { return Ok(()) };
    out.write_str("在 ")?;
    span(out, ns)?;
    out.write_str("内")
}

/// Writes the sentence on a segment.
pub fn write(out: &mut dyn Write, story: &SegmentStory) -> fmt::Result {
    let who = name(story.who);
    match &story.topic {
        Topic::Nothing => {}
        Topic::Copy => {
            let what = match story.kind {
                Kind::Syn => " SYN ",
                Kind::SynAck => " SYN-ACK ",
                Kind::Fin => " FIN ",
                Kind::Rst => " RST ",
                Kind::Ack => " ACK ",
                Kind::Other => "报文段",
            };
            write!(out, "{who}的{what}被重复捕获，并非重传。")?;
        }
        Topic::Rst(rst) => reset::write(out, story.who, rst)?,
        Topic::Oddity(odd) => write_odd(out, story, *odd)?,
        Topic::Steps { syn, acked, acked_again, fin } => {
            if let Some(syn) = *syn {
                write_syn(out, story, syn)?;
            }
            match (*acked, *fin) {
                (Some(acked), fin) if *acked_again => write_acked_again(out, story, acked, fin)?,
                (Some(acked), fin) => write_acked(out, story, acked, fin)?,
                (None, Some(fin)) => write_fin(out, story, fin)?,
                (None, None) => {}
            }
        }
    }
    match story.doubt {
        None => Ok(()),
        Some(Doubt::Forged) => {
            write!(out, "{who}仍在继续通信，可见以它的名义发出的 RST 并非它所发（伪造，或由途中的设备发出）。")
        }
        Some(Doubt::Ignored) => {
            write!(out, "{who}仍在继续通信，可见它没有接受{}的 RST。", name(story.who.peer()))
        }
    }
}

fn write_odd(out: &mut dyn Write, story: &SegmentStory, odd: Oddity) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    let state = story.state.name();
    match odd {
        Oddity::OlderAck => write!(
            out,
            "{who}以旧连接的 ACK 应答（Challenge ACK）：相同地址和端口的旧连接在它那里仍处于 {state} 状态；{whom}应先用 RST 清除旧连接，再重新请求。"
        ),
        Oddity::OlderData => write!(
            out,
            "{who}发送的是旧连接的数据（相同的地址和端口，在它那里仍处于 {state} 状态），并不是对 SYN 的应答。"
        ),
        Oddity::OlderFin => write!(
            out,
            "{who}发送的是旧连接的 FIN（相同的地址和端口，在它那里仍处于 {state} 状态），并不是对 SYN 的应答。"
        ),
        Oddity::Challenge => {
            write!(out, "{who}以 ACK 应答 RST（Challenge ACK）：RST 的序号不完全相符，因此它仍处于 {state} 状态。")
        }
        Oddity::WrongAck => {
            write!(out, "{who}的 ACK（Seq = {}，Ack = {}）与握手不符，不能完成握手。", n.seq, n.ack)
        }
        Oddity::BeyondFin => write!(
            out,
            "{who}在自己的 FIN 之后又发送 {} 字节数据（从 {} 起）：FIN 表示此后再无数据，两者必有一个与事实不符。",
            n.payload_len, n.seq
        ),
        Oddity::AfterReset => {
            write!(out, "{who}一侧已被 RST 关闭，却又发送 {} 字节数据；这些数据可能早已在途中。", n.payload_len)
        }
        Oddity::Flags => {
            if story.flags == Flags::default() {
                write!(out, "{who}发送的报文段没有任何标志")?;
            } else {
                write!(out, "{who}发送的报文段标志为 ")?;
                text::flags(out, story.flags)?;
            }
            out.write_str("，正常的 TCP 不会发送（扫描，或设备故障）：不计入连接。")
        }
    }
}

/// `X`, or `X 到 X+10`, or the SYN without a number.
fn acked_syn(numbers: &StoryNumbers, whose: Side) -> String {
    match numbers.acked_syn() {
        Some((letter, last)) if last.offset == Some(0) => format!(" {letter}"),
        Some((letter, last)) => format!(" {letter} 到 {last}"),
        None => format!("{}的 SYN", name(whose)),
    }
}

fn write_syn(out: &mut dyn Write, story: &SegmentStory, syn: Syn) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    let acked = || acked_syn(n, story.who.peer());
    match syn {
        Syn::Asks(data) => {
            write!(out, "{who}请求建立连接，并告知自己的初始序号 {}（ISN）", n.seq)?;
            if data > 0 {
                write!(out, "；SYN 已携带 {data} 字节数据")?;
            }
            out.write_char('。')
        }
        Syn::AsksOnceMore => {
            write!(out, "{who}在 RST 之后再次请求建立连接，并告知自己的初始序号 {}（ISN）。", n.seq)
        }
        Syn::AsksToo => {
            write!(out, "{who}也发送 SYN，并告知自己的初始序号 {}（ISN）：双方都请求建立连接。", n.seq)
        }
        Syn::Accepts => write!(
            out,
            "{who}同意建立连接：以 Ack = {} 确认{}，并告知自己的初始序号 {}（ISN）{}。",
            n.ack,
            acked(),
            n.seq,
            completes(story)
        ),
        Syn::AcceptsOtherwise => write!(
            out,
            "{who}又发送了一个不同的 SYN-ACK：以 Ack = {} 确认{}，但初始序号变为 {}{}。",
            n.ack,
            acked(),
            n.seq,
            completes(story)
        ),
        Syn::AcceptsToo => write!(
            out,
            "{who}以 Ack = {} 确认{}，并告知自己的初始序号 {}（ISN）{}。",
            n.ack,
            acked(),
            n.seq,
            completes(story)
        ),
        Syn::Mistaken => {
            write!(out, "{who}应答的 SYN-ACK 中 Ack = {} 与 SYN 不符，{whom}不应接受它。", n.ack)
        }
        Syn::Again => write!(out, "再次看到{who}序号为 {} 的 SYN（重传或重复捕获）。", n.seq),
        Syn::AgainUnanswered => write!(out, "{who}重传序号为 {} 的 SYN：它没有收到 SYN-ACK。", n.seq),
        Syn::AnswerAgain => {
            write!(out, "再次看到{who}序号为 {}、Ack = {} 的 SYN-ACK（重传或重复捕获）。", n.seq, n.ack)
        }
        Syn::AnswerAgainUnanswered => write!(
            out,
            "{who}重传序号为 {}、Ack = {} 的 SYN-ACK：它没有收到握手的 ACK，或暂不接受（等待数据，或连接队列已满）。",
            n.seq, n.ack
        ),
    }
}

const fn completes(story: &SegmentStory) -> &'static str {
    match story.effect {
        Effect::Opened => "，握手完成",
        Effect::Nothing | Effect::HalfClosed | Effect::Closed => "",
    }
}

/// What is acknowledged, in words.
fn objects(story: &SegmentStory, acked: AckTarget) -> String {
    let whose = name(story.who.peer());
    match acked {
        AckTarget::Syn => acked_syn(&story.numbers, story.who.peer()),
        AckTarget::Fin if story.numbers.acks_fin_x() => format!("{whose}序号为 X 的 FIN"),
        AckTarget::Fin => format!("{whose}的 FIN"),
        AckTarget::Both => format!("{whose}的 SYN 和 FIN"),
        AckTarget::BothOneAgain => format!("{whose}的 SYN 和 FIN（其中之一此前已确认）"),
    }
}

fn write_acked(out: &mut dyn Write, story: &SegmentStory, acked: AckTarget, fin: Option<Fin>) -> fmt::Result {
    let (who, n) = (name(story.who), &story.numbers);
    write!(out, "{who}以 Ack = {} 确认{}", n.ack, objects(story, acked))?;
    let is_open = matches!(acked, AckTarget::Syn | AckTarget::Both) && story.effect == Effect::Opened;
    let Some(fin) = fin else {
        if is_open {
            return write!(out, "，握手完成：{who}一侧连接已建立（{}）。", story.state.name());
        }
        return out.write_str(match story.effect {
            Effect::HalfClosed => "；它自己的发送方向仍然打开。",
            Effect::Closed => "；至此两个方向都已关闭。",
            Effect::Opened | Effect::Nothing => "。",
        });
    };
    if is_open {
        out.write_str("，握手完成")?;
    }
    match fin {
        Fin::First | Fin::Second | Fin::Crossing => {
            out.write_str("，并")?;
            closes(out, n)?;
            new_numbers(out, story)?;
        }
        Fin::Other => write!(out, "，并发送序号与之前不同的 FIN：{}", n.fin)?,
        Fin::Again => write!(out, "；再次看到它序号为 {} 的 FIN", n.fin)?,
    }
    out.write_char('。')
}

fn write_acked_again(out: &mut dyn Write, story: &SegmentStory, acked: AckTarget, fin: Option<Fin>) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    let what = match acked {
        AckTarget::Syn => "SYN",
        AckTarget::Fin => "FIN",
        AckTarget::Both | AckTarget::BothOneAgain => "SYN 和 FIN",
    };
    write!(out, "再次看到{who}对{whom} {what} 的确认 Ack = {}", n.ack)?;
    if fin.is_some() {
        write!(out, "，以及它序号为 {} 的 FIN", n.fin)?;
    }
    out.write_str("（重传或重复捕获）。")
}

fn write_fin(out: &mut dyn Write, story: &SegmentStory, fin: Fin) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    match fin {
        Fin::First => {
            write!(out, "{who}没有更多数据要发送，")?;
            closes(out, n)?;
            new_numbers(out, story)?;
        }
        Fin::Second => {
            write!(out, "{who}也")?;
            closes(out, n)?;
        }
        Fin::Crossing => {
            write!(out, "{who}在确认{whom}的 FIN 之前，也")?;
            closes(out, n)?;
        }
        Fin::Other => write!(out, "{who}发送序号与之前不同的 FIN：{}", n.fin)?,
        Fin::Again => write!(out, "再次看到{who}序号为 {} 的 FIN（重传或重复捕获）", n.fin)?,
    }
    out.write_char('。')
}

fn closes(out: &mut dyn Write, numbers: &StoryNumbers) -> fmt::Result {
    if numbers.payload_len > 0 {
        write!(out, "在 {} 字节数据之后", numbers.payload_len)?;
    }
    write!(out, "以序号为 {} 的 FIN 关闭自己的发送方向", numbers.fin)
}

fn new_numbers(out: &mut dyn Write, story: &SegmentStory) -> fmt::Result {
    if story.renumbers() { out.write_str("；从这里起 X、Y 重新编号") } else { Ok(()) }
}
