//! Sentences on a RST, in Chinese.

use std::fmt::{self, Write};

use super::super::reset::{Rst, RstKind};
use super::{name, span};
use crate::view::Side;

/// Writes the sentence on a RST.
pub fn write(out: &mut dyn Write, who: Side, rst: &Rst) -> fmt::Result {
    let (who, whom) = (name(who), name(who.peer()));
    match rst.kind {
        RstKind::Stray => write!(out, "{who}发送的 RST 与{whom}的期望不符，{whom}应当忽略它")?,
        RstKind::Challenged => write!(
            out,
            "{who}发送的 RST 在{whom}的接收窗口内，但序号不完全相符：{whom}应以 ACK 应答（Challenge ACK），连接保持不变"
        )?,
        RstKind::Late => write!(out, "{who}又发送了一个 RST，此前连接已经结束")?,
        RstKind::AfterClose => write!(out, "{who}在双方的 FIN 都被确认之后发送 RST，此前连接已经关闭")?,
        RstKind::Refuses => {
            write!(out, "{who}拒绝连接：以 RST 应答")?;
            answered(out, rst)?;
            out.write_str(" SYN（通常是因为该端口没有程序在监听）")?;
        }
        RstKind::Rejects | RstKind::RejectsAndWaits => {
            write!(out, "{who}无法接受")?;
            answered(out, rst)?;
            out.write_str("确认号，以 RST 应答")?;
            if rst.kind == RstKind::RejectsAndWaits {
                out.write_str("，并继续等待正确的应答")?;
            }
        }
        RstKind::Unknown => {
            write!(out, "{who}以 RST 应答")?;
            match rst.answers {
                Some(frame) => write!(out, "第 {frame} 帧")?,
                None => out.write_str(whom)?,
            }
            out.write_str("：它没有（或已不再有）这个连接")?;
            silence(out, rst)?;
        }
        RstKind::GivesUp => {
            write!(
                out,
                "{who}放弃并重置连接：同样的内容至少发送了三次，{whom}始终没有接收（没有应答，或接收窗口一直为 0）"
            )?;
        }
        RstKind::BreaksOff => write!(out, "{who}以 RST 中断握手")?,
        RstKind::AfterFin => {
            write!(out, "{who}在 FIN 之后以 RST 重置连接，没有完成挥手")?;
            silence(out, rst)?;
        }
        RstKind::Aborts => {
            write!(out, "{who}以 RST 中止已建立的连接，仍在途中的数据可能丢失")?;
            silence(out, rst)?;
        }
        RstKind::Ends => {
            write!(out, "{who}以 RST 重置连接，仍在途中的数据可能丢失")?;
            silence(out, rst)?;
        }
    }
    if rst.is_first {
        out.write_str("；未捕获该连接的握手")?;
    }
    out.write_char('。')?;
    hops(out, rst, who)
}

/// Writes `第 7 帧的`, nothing where it is not known which.
pub fn answered(out: &mut dyn Write, rst: &Rst) -> fmt::Result {
    match rst.answers {
        Some(frame) => write!(out, "第 {frame} 帧的"),
        None => out.write_str("对方的"),
    }
}

/// Writes what the silence before it points to.
pub fn silence(out: &mut dyn Write, rst: &Rst) -> fmt::Result {
    let Some(ns) = rst.silence_ns else { return Ok(()) };
    out.write_str("；此前连接空闲了 ")?;
    span(out, ns)?;
    if rst.is_long_silence { out.write_str("（主机或防火墙可能已超时）") } else { Ok(()) }
}

/// Writes what its hop count points to, as a sentence of its own.
pub fn hops(out: &mut dyn Write, rst: &Rst, who: &str) -> fmt::Result {
    let Some(hops) = rst.hops else { return Ok(()) };
    write!(out, "它的跳数与{who}的其他报文段相差 {hops}，可能由途中的设备发出。")
}
