//! Sentences on a whole connection, in Chinese.

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
        teardown::write(out, closing)?;
    }
    write_doubts(out, &story.doubts)?;
    if let Some(icmp) = &story.icmp {
        out.write_str("此外还收到 ICMP 差错（")?;
        write_icmp(out, icmp)?;
        write!(out, "）：{}。", icmp::says(icmp.kind, icmp.about))?;
    }
    Ok(())
}

/// Writes `host-unreachable，来自 192.0.2.1，第 2 帧`.
fn write_icmp(out: &mut dyn Write, icmp: &Icmp) -> fmt::Result {
    out.write_str(icmp.kind.name())?;
    if let Some(address) = icmp.from {
        out.write_str("，来自 ")?;
        text::address(out, address)?;
    }
    write!(out, "，第 {} 帧", icmp.frame)
}

/// Writes which RSTs ended nothing, or not for everybody.
fn write_doubts(out: &mut dyn Write, doubts: &Doubts) -> fmt::Result {
    if let Some(who) = doubts.ignored_by {
        write!(out, "此后{}仍在继续通信，可见它没有接受该 RST。", name(who))?;
    }
    if let Some(rsts) = doubts.withdrawn {
        came(out, &rsts)?;
        out.write_str("，但双方都继续通信：这是伪造的 RST，或由途中的设备发出。")?;
    }
    if let Some(rsts) = doubts.challenged {
        came(out, &rsts)?;
        out.write_str("，序号不完全相符，没有终止连接。")?;
    }
    Ok(())
}

/// Writes `曾有一个以客户端名义发出的 RST（第 7 帧）`.
fn came(out: &mut dyn Write, rsts: &ResetCount) -> fmt::Result {
    let (who, frame) = (name(rsts.by), rsts.frame);
    match rsts.count {
        1 => write!(out, "曾有一个以{who}名义发出的 RST（第 {frame} 帧）"),
        count => write!(out, "曾有 {count} 个 RST（第一个以{who}名义发出，在第 {frame} 帧）"),
    }
}

/// Writes `客户端在 7.0 秒内发送了 4 次 SYN（第 1 至 9 帧）`.
fn asked(out: &mut dyn Write, syns: Option<&Syns>) -> fmt::Result {
    let Some(syns) = syns else { return out.write_str("未捕获客户端的 SYN") };
    if syns.attempts > 1 {
        write!(out, "共尝试 {} 次，最后一次中，", syns.attempts)?;
    }
    out.write_str("客户端")?;
    if syns.count == 1 {
        return write!(out, "发送了 SYN（第 {} 帧）", syns.first);
    }
    in_time(out, syns.span_ns)?;
    write!(out, "发送了 {} 次 SYN（第 {} 至 {} 帧）", syns.count, syns.first, syns.last)
}

/// `（第 2 帧）`, where the frame is known.
fn at(frame: Option<u32>) -> String {
    frame.map_or_else(String::new, |frame| format!("（第 {frame} 帧）"))
}

fn write_opening(out: &mut dyn Write, story: &ConnectionStory) -> fmt::Result {
    let syns = story.syns.as_ref();
    match story.opening {
        HandshakeStory::Complete { frames, ns, kind } => return complete(out, frames, ns, kind, syns),
        HandshakeStory::Partial => return out.write_str("握手只捕获到一部分。"),
        HandshakeStory::Misfit => {
            return out.write_str(
                "收到没有确认客户端 SYN 的应答，连接却仍继续：序号被途中的设备改写，或握手只捕获到一部分。",
            );
        }
        HandshakeStory::NotCaptured => return out.write_str("未捕获握手。"),
        HandshakeStory::OddFlags => {
            return out.write_str("只捕获到任何 TCP 都不会发送的标志组合（端口扫描，或报文损坏）。");
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
            out.write_str("；")?;
            teardown::forged(out, &end)
        }
        HandshakeStory::Refused(end) => {
            write!(out, "，{}以 RST 拒绝（第 {} 帧）。通常是 ", name(end.by), end.frame)?;
            text::endpoint(out, story.server.0, story.server.1)?;
            out.write_str(" 没有程序在监听，或被防火墙拒绝。")?;
            reset::hops(out, &end.rst, name(end.by))
        }
        HandshakeStory::Reset { end, syn_ack, ack, is_open } => {
            if let Some(frame) = syn_ack {
                write!(out, "，服务器以 SYN-ACK 应答（第 {frame} 帧）")?;
            }
            if let Some(frame) = ack {
                write!(
                    out,
                    "，客户端也已确认（第 {frame} 帧），但服务器又重发了 SYN-ACK：该 ACK 没有到达，或服务器的全连接队列已满"
                )?;
            }
            if end.is_forged {
                out.write_str("；随后")?;
                return teardown::forged(out, &end);
            }
            out.write_str("；随后")?;
            broke_off(out, &end, syn_ack.is_some(), is_open)
        }
        HandshakeStory::HalfOpen { syn_ack, wrong_ack: Some(frame) } => write!(
            out,
            "，服务器以 SYN-ACK 应答{}，但客户端的确认（第 {frame} 帧）与之不符，握手一直没有完成。可能是途中的设备改写了序号，或有人在猜测序号。",
            at(syn_ack)
        ),
        HandshakeStory::HalfOpen { syn_ack, wrong_ack: None } => write!(
            out,
            "，服务器以 SYN-ACK 应答{}，但握手一直没有完成。可能是 SYN-ACK 或客户端的 ACK 丢失，或客户端无意继续（端口扫描、伪造地址）。",
            at(syn_ack)
        ),
        HandshakeStory::NotTaken { syn_ack, ack } => write!(
            out,
            "，服务器以 SYN-ACK 应答{}，客户端已确认（第 {ack} 帧），但服务器又重传 SYN-ACK，没有继续。可能是它没有收到 ACK、连接队列已满，或在等待数据。",
            at(syn_ack)
        ),
        HandshakeStory::BothAsked => {
            out.write_str("，服务器也发送了自己的 SYN，但其中一个始终没有被确认，握手没有完成。")
        }
        HandshakeStory::Unreachable(icmp) => {
            out.write_str("，ICMP 差错（")?;
            write_icmp(out, &icmp)?;
            write!(out, "）说明：{}。{}", icmp::says(icmp.kind, icmp.about), advice(icmp.kind))
        }
        HandshakeStory::OldConnection => out.write_str(
            "，服务器的应答属于相同地址和端口的旧连接，它仍保留着那个连接。客户端应先以 RST 清除旧连接（该 RST 可能被防火墙丢弃）再重试，或换用其他端口。",
        ),
        HandshakeStory::InvalidAnswer => out.write_str(
            "，但没有收到确认这个 SYN 的 SYN-ACK，收到的应答客户端只能忽略。可能由途中的设备产生，或序号被途中的设备改写。",
        ),
        HandshakeStory::NoAnswer => {
            out.write_str("，没有收到任何应答。服务器不在线，或防火墙丢弃了 SYN 或应答。")
        }
    }
}

const fn advice(kind: IcmpKind) -> &'static str {
    match kind {
        IcmpKind::NetUnreachable => "请检查路由。",
        IcmpKind::HostUnreachable => "主机不在线，或地址有误。",
        IcmpKind::Prohibited | IcmpKind::PortUnreachable => "请检查防火墙规则。",
        IcmpKind::TimeExceeded => "请检查两端之间的路由。",
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
        Some(HandshakeKind::FastOpen) => "握手（Fast Open）",
        Some(HandshakeKind::Simultaneous) => "握手（同时打开）",
        Some(HandshakeKind::Split) => "握手（拆分握手）",
        Some(HandshakeKind::ThreeWay | HandshakeKind::NotCaptured) | None => "握手",
    })?;
    match ns {
        Some(ns) => {
            out.write_str("用时 ")?;
            span(out, ns)?;
        }
        None => out.write_str("已完成")?,
    }
    let Some([first, last]) = frames else { return out.write_char('。') };
    write!(out, "（第 {first} 至 {last} 帧")?;
    if let Some(syns) = syns {
        if syns.count > 1 {
            write!(out, "；SYN 发送了 {} 次", syns.count)?;
        }
        if syns.attempts > 1 {
            write!(out, "；第 {} 次尝试", syns.attempts)?;
        }
    }
    out.write_str("）。")
}

/// Writes who broke the handshake off, and why.
fn broke_off(out: &mut dyn Write, end: &EnderStory, is_answered: bool, is_open: bool) -> fmt::Result {
    let (who, whom, frame) = (name(end.by), name(end.by.peer()), end.frame);
    match end.rst.kind {
        RstKind::Rejects | RstKind::RejectsAndWaits => {
            write!(out, "{who}无法接受")?;
            reset::answered(out, &end.rst)?;
            write!(out, "确认号，以 RST 应答（第 {frame} 帧），握手中断。")?;
        }
        RstKind::Unknown => {
            write!(out, "{who}发送了 RST（第 {frame} 帧）：它没有（或已不再有）这个连接")?;
            out.write_str(match end.by {
                Side::Client => "（端口扫描，或程序放弃了）。",
                Side::Server => "。",
            })?;
        }
        RstKind::GivesUp => {
            write!(out, "{who}放弃并发送 RST（第 {frame} 帧）：同样的内容反复发送，{whom}始终没有确认。")?;
        }
        RstKind::Challenged => {
            write!(out, "{who}发送了 RST（第 {frame} 帧），序号不完全相符，此后也没有握手继续的迹象。")?;
        }
        _ if is_open => {
            write!(out, "{who}重置了连接（第 {frame} 帧）")?;
            reset::silence(out, &end.rst)?;
            out.write_str("。此前服务器已继续通信，可见握手可能只捕获到一部分。")?;
        }
        _ => {
            write!(out, "{who}以 RST 中断握手（第 {frame} 帧）。")?;
            out.write_str(match end.by {
                Side::Client if is_answered => "客户端不再需要这个连接：端口扫描，或程序放弃了。",
                Side::Client => "客户端没有等到应答就放弃了。",
                Side::Server => "服务器（或以其名义应答的设备）不接受这个连接。",
            })?;
        }
    }
    reset::hops(out, &end.rst, who)
}
