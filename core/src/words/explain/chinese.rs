//! The sentences in Chinese (简体中文).

use std::fmt::{self, Write};

use super::{Acked, Effect, Fin, Numbers, Rst, Story, Syn};
use crate::tcp::Side;
use crate::tracker::Annotation;

const fn name(side: Side) -> &'static str {
    match side {
        Side::Client => "客户端",
        Side::Server => "服务器",
    }
}

/// Writes the sentence in Chinese. False when there is none.
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
        Rst::Stray => write!(out, "{who}发送的 RST 与{whom}的期望不符：{whom}应当忽略它。"),
        Rst::Late => write!(out, "{who}在连接结束之后又发送了 RST。"),
        Rst::Rejects => write!(out, "{who}收到与自己的 SYN 不符的确认，用 RST 回应，并继续等待正确的应答。"),
        Rst::First => write!(out, "{who}用 RST 结束连接；该连接的建立过程没有被捕获。"),
        Rst::AfterFin => write!(out, "{who}在 FIN 之后用 RST 结束连接，没有走完正常的关闭过程。"),
        Rst::Refuses => write!(out, "{who}用 RST 拒绝连接（通常是因为该端口没有程序在监听）。"),
        Rst::BreaksOff => write!(out, "{who}用 RST 中断了连接的建立。"),
        Rst::Aborts => write!(out, "{who}用 RST 中止已打开的连接；仍在途中的数据会丢失。"),
    }
}

/// `X`, or `X 到 X+10`, or the SYN without a number.
fn acked_syn(numbers: &Numbers, whose: Side) -> String {
    match numbers.acked_syn() {
        Some((letter, last)) if last.offset == Some(0) => format!(" {letter}"),
        Some((letter, last)) => format!(" {letter} 到 {last}"),
        None => format!("{}的 SYN", name(whose)),
    }
}

fn write_syn(out: &mut dyn Write, story: &Story, syn: Syn) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    let acked = || acked_syn(n, story.who.peer());
    match syn {
        Syn::Asks(data) => {
            write!(out, "{who}请求建立连接，并告知自己的初始序号 {}", n.seq)?;
            if data > 0 {
                write!(out, "；SYN 中已带有 {data} 字节数据")?;
            }
            out.write_char('。')
        }
        Syn::AsksToo => write!(out, "{who}也发送 SYN，并告知自己的初始序号 {}：双方都请求建立连接。", n.seq),
        Syn::Accepts => write!(
            out,
            "{who}同意：发送 Ack = {} 确认{}，并告知自己的初始序号 {}{}。",
            n.ack,
            acked(),
            n.seq,
            completes(story)
        ),
        Syn::AcceptsOtherwise => write!(
            out,
            "{who}发送了另一个 SYN-ACK：用 Ack = {} 确认{}，并告知序号 {}{}。",
            n.ack,
            acked(),
            n.seq,
            completes(story)
        ),
        Syn::AcceptsToo => write!(
            out,
            "{who}发送 Ack = {} 确认{}，并告知自己的初始序号 {}{}。",
            n.ack,
            acked(),
            n.seq,
            completes(story)
        ),
        Syn::Mistaken => {
            write!(out, "{who}应答的 SYN-ACK 所带的 Ack = {} 与 SYN 不符：{whom}不应接受它。", n.ack)
        }
        Syn::Again => write!(out, "再次看到{who}序号为 {} 的 SYN。", n.seq),
        Syn::AnswerAgain => write!(out, "再次看到{who}序号为 {}、Ack = {} 的 SYN-ACK。", n.seq, n.ack),
    }
}

const fn completes(story: &Story) -> &'static str {
    match story.effect {
        Effect::Opened => "，完成连接的建立",
        Effect::Nothing | Effect::HalfClosed | Effect::Closed => "",
    }
}

/// What is acknowledged, in words.
fn objects(story: &Story, acked: Acked) -> String {
    let whose = name(story.who.peer());
    match acked {
        Acked::Syn => acked_syn(&story.numbers, story.who.peer()),
        Acked::Fin if story.numbers.acks_fin_x() => format!("{whose}的 FIN X"),
        Acked::Fin => format!("{whose}的 FIN"),
        Acked::Both => format!("{whose}的 SYN 和 FIN"),
        Acked::BothOneAgain => format!("{whose}的 SYN 和 FIN（其中之一已确认过）"),
    }
}

fn write_acked(out: &mut dyn Write, story: &Story, acked: Acked) -> fmt::Result {
    let n = &story.numbers;
    write!(out, "{}发送 Ack = {} 确认{}", name(story.who), n.ack, objects(story, acked))?;
    let is_open = matches!(acked, Acked::Syn | Acked::Both) && story.effect == Effect::Opened;
    match story.fin {
        None if is_open => out.write_str("，完成连接的建立：在它这一侧连接已打开。")?,
        None => out.write_str(match story.effect {
            Effect::HalfClosed => "；它自己的方向仍然打开。",
            Effect::Closed => "；至此两个方向都已关闭。",
            Effect::Opened | Effect::Nothing => "。",
        })?,
        Some(fin) => {
            if is_open {
                out.write_str("，完成连接的建立")?;
            }
            match fin {
                Fin::First | Fin::Second | Fin::Crossing => {
                    write!(out, "，并用")?;
                    behind_data(out, n)?;
                    write!(out, " FIN {} 关闭自己的方向", n.fin)?;
                    new_numbers(out, story)?;
                }
                Fin::Other => write!(out, "，并发送序号与之前不同的 FIN：{}", n.fin)?,
                Fin::Again => write!(out, "；再次看到它的 FIN {}", n.fin)?,
            }
            out.write_char('。')?;
        }
    }
    Ok(())
}

fn write_acked_again(out: &mut dyn Write, story: &Story, acked: Acked) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    let what = match acked {
        Acked::Syn => "SYN",
        Acked::Fin => "FIN",
        Acked::Both | Acked::BothOneAgain => "SYN 和 FIN",
    };
    write!(out, "再次看到{who}对{whom}的 {what} 的确认 Ack = {}", n.ack)?;
    match story.fin {
        Some(_) => write!(out, "，以及它的 FIN {}。", n.fin),
        None => out.write_char('。'),
    }
}

fn write_fin(out: &mut dyn Write, story: &Story) -> fmt::Result {
    let (who, whom, n) = (name(story.who), name(story.who.peer()), &story.numbers);
    match story.fin {
        Some(Fin::First) => {
            write!(out, "{who}没有更多数据要发送，用")?;
            behind_data(out, n)?;
            write!(out, " FIN {} 关闭自己的方向", n.fin)?;
            new_numbers(out, story)?;
        }
        Some(Fin::Second) => {
            write!(out, "{who}也用")?;
            behind_data(out, n)?;
            write!(out, " FIN {} 关闭自己的方向", n.fin)?;
        }
        Some(Fin::Crossing) => write!(out, "{who}在确认{whom}的 FIN 之前，也用 FIN {} 关闭自己的方向", n.fin)?,
        Some(Fin::Other) => write!(out, "{who}发送序号与之前不同的 FIN：{}", n.fin)?,
        Some(Fin::Again) => write!(out, "再次看到{who}的 FIN {}", n.fin)?,
        None => {}
    }
    out.write_char('。')
}

fn behind_data(out: &mut dyn Write, numbers: &Numbers) -> fmt::Result {
    match numbers.payload_len {
        0 => Ok(()),
        count => write!(out, "紧跟在 {count} 字节数据之后的"),
    }
}

fn new_numbers(out: &mut dyn Write, story: &Story) -> fmt::Result {
    if story.renumbers() { out.write_str("；从这里起 X 和 Y 重新取值") } else { Ok(()) }
}
