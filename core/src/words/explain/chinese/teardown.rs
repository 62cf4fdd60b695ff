//! Sentences on how a connection closed, in Chinese.

use std::fmt::{self, Write};

use super::super::connection::{EnderStory, TeardownStory};
use super::super::reset::RstKind;
use super::{in_time, name, reset, span};

/// Writes ` 在第 7 帧`, where that is known.
fn in_frame(out: &mut dyn Write, frame: Option<u32>) -> fmt::Result {
    frame.map_or(Ok(()), |frame| write!(out, " 在第 {frame} 帧"))
}

/// Writes that the RST that ended the connection was not its sender's.
pub fn forged(out: &mut dyn Write, end: &EnderStory) -> fmt::Result {
    let (who, whom) = (name(end.by), name(end.by.peer()));
    write!(
        out,
        "一个以{who}名义发出的 RST（第 {} 帧）使{whom}一侧的连接终止。此后{who}仍在继续通信，可见它是伪造的，或由途中的设备发出。",
        end.frame
    )?;
    reset::hops(out, &end.rst, who)
}

/// Writes how it closed.
pub fn write(out: &mut dyn Write, closing: &TeardownStory) -> fmt::Result {
    match *closing {
        TeardownStory::Orderly { closer, fins: [first, second], bytes, closed, ns } => {
            let (who, whom) = (name(closer), name(closer.peer()));
            write!(out, "{who}先关闭（FIN")?;
            in_frame(out, first)?;
            write!(out, "），{whom}")?;
            if bytes > 0 {
                write!(out, "又发送了 {bytes} 字节，")?;
            }
            out.write_str("随后关闭")?;
            if let Some(second) = second {
                write!(out, "（第 {second} 帧）")?;
            }
            if closed == 0 {
                return out.write_str("；未捕获最后的确认。");
            }
            write!(out, "，双方的 FIN 都已被确认（第 {closed} 帧")?;
            if let Some(ns) = ns {
                out.write_str("，用时 ")?;
                span(out, ns)?;
            }
            out.write_str("）。")
        }
        TeardownStory::Simultaneous { fins: [first, second] } => {
            out.write_str("双方同时关闭")?;
            match (first, second) {
                (Some(first), Some(second)) => write!(out, "（FIN 分别在第 {first} 帧和第 {second} 帧）。")?,
                (Some(one), None) | (None, Some(one)) => write!(out, "（其中一个 FIN 在第 {one} 帧）。")?,
                (None, None) => out.write_char('。')?,
            }
            Ok(())
        }
        TeardownStory::HalfClosed { closer, fin, bytes, is_other_captured } => {
            let (who, whom) = (name(closer), name(closer.peer()));
            write!(out, "{who}关闭了自己的发送方向（FIN")?;
            in_frame(out, fin)?;
            if !is_other_captured {
                return write!(out, "）；未捕获{whom}的任何报文段。");
            }
            write!(out, "）；{whom}")?;
            if bytes > 0 {
                write!(out, "又发送了 {bytes} 字节，")?;
            }
            out.write_str("到捕获结束时仍未关闭。")
        }
        TeardownStory::Unanswered { who, count, first, span_ns, acked } => {
            let (who, whom) = (name(who), name(who.peer()));
            out.write_str(who)?;
            in_time(out, span_ns)?;
            write!(out, "发送了 {count} 次 FIN")?;
            if let Some(first) = first {
                write!(out, "（从第 {first} 帧起）")?;
            }
            match acked {
                None => write!(out, "，始终未被确认：这些 FIN 或对它们的应答全部丢失，或{whom}已不在线。"),
                Some(frame) => write!(
                    out,
                    "，最后一次是在已被确认（第 {frame} 帧）之后，此后再未被确认：应答丢失，或{whom}已不在线。"
                ),
            }
        }
        TeardownStory::Reset(end) if end.is_forged => {
            out.write_str("连接已建立；随后")?;
            forged(out, &end)
        }
        TeardownStory::Reset(end) => {
            write!(out, "{}重置了已建立的连接（第 {} 帧）", name(end.by), end.frame)?;
            reason(out, &end)
        }
        TeardownStory::ResetAfterFin { closer, fin, bytes, end } => {
            write!(out, "{}发起关闭（FIN", name(closer))?;
            in_frame(out, fin)?;
            out.write_char('）')?;
            if bytes > 0 {
                write!(out, "；{}又发送了 {bytes} 字节", name(closer.peer()))?;
            }
            let Some(end) = end else { return out.write_str("；随后连接被重置。") };
            if end.is_forged {
                out.write_str("；随后")?;
                return forged(out, &end);
            }
            write!(out, "；随后{}重置了连接（第 {} 帧）", name(end.by), end.frame)?;
            reason(out, &end)
        }
        TeardownStory::NoConnection(end) => {
            write!(out, "{}以 RST 应答", name(end.by))?;
            match end.rst.answers {
                Some(frame) => write!(out, "第 {frame} 帧")?,
                None => out.write_str(name(end.by.peer()))?,
            }
            write!(out, "（第 {} 帧）：它没有（或已不再有）这个连接", end.frame)?;
            reset::silence(out, &end.rst)?;
            out.write_char('。')?;
            reset::hops(out, &end.rst, name(end.by))
        }
        TeardownStory::StillOpen { last, duration_ns } => {
            write!(out, "未看到关闭：到最后捕获的报文段（第 {last} 帧")?;
            if let Some(ns) = duration_ns {
                out.write_str("，历时 ")?;
                span(out, ns)?;
            }
            out.write_str("）为止连接仍然打开。")
        }
    }
}

/// Writes why a connection was reset, and ends the sentence.
fn reason(out: &mut dyn Write, end: &EnderStory) -> fmt::Result {
    let (who, whom) = (name(end.by), name(end.by.peer()));
    match end.rst.kind {
        RstKind::Unknown => {
            out.write_str("：收到")?;
            reset::answered(out, &end.rst)?;
            out.write_str("报文段时，它已没有这个连接")?;
        }
        RstKind::GivesUp => {
            write!(out, "：同样的内容至少发送了三次，{whom}始终没有接收（没有应答，或接收窗口一直为 0）")?
        }
        RstKind::Rejects | RstKind::RejectsAndWaits => {
            out.write_str("：它无法接受")?;
            reset::answered(out, &end.rst)?;
            out.write_str("确认号")?;
        }
        RstKind::Aborts => write!(out, "：由{who}的程序或主机主动中止，仍在途中的数据可能丢失")?,
        RstKind::AfterFin => out.write_str("，没有完成挥手，仍在途中的数据可能丢失")?,
        _ if end.is_presumed() => out.write_str("；该 RST 的序号不完全相符，此后也没有连接继续的迹象")?,
        _ => {}
    }
    if end.rst.kind != RstKind::GivesUp {
        reset::silence(out, &end.rst)?;
    }
    out.write_char('。')?;
    reset::hops(out, &end.rst, who)
}
