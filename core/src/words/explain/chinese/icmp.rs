//! Sentences on ICMP errors, in Chinese.

use std::fmt::{self, Write};

use super::name;
use crate::view::{Address, IcmpKind, Side};
use crate::words::text;

/// What an error says: `about` is who sent the segment that it quotes.
pub fn says(kind: IcmpKind, about: Side) -> String {
    let (who, whom) = (name(about), name(about.peer()));
    match kind {
        IcmpKind::NetUnreachable => format!("没有到{whom}所在网络的路由"),
        IcmpKind::HostUnreachable => format!("{whom}主机不可达"),
        IcmpKind::PortUnreachable => format!("{whom}端口不可达（常见于防火墙拒绝）"),
        IcmpKind::ProtocolUnreachable => format!("{whom}主机不支持 TCP"),
        IcmpKind::Prohibited => "连接被过滤规则（防火墙）禁止".to_string(),
        IcmpKind::FragmentationNeeded => format!("{who}的报文段超过途中某段链路的 MTU（路径 MTU 发现）"),
        IcmpKind::TimeExceeded => {
            format!("{who}的报文段在途中跳数耗尽（可能有路由环路，或初始跳数过小）")
        }
        IcmpKind::Other => format!("{who}的报文段另有情况（见该 ICMP 报文）"),
    }
}

/// Writes the sentence on an error.
pub fn write(out: &mut dyn Write, kind: IcmpKind, from: Address, about: Side, is_about_syn: bool) -> fmt::Result {
    match from {
        Some(address) => {
            text::address(out, address)?;
            out.write_char(' ')?;
        }
        None => out.write_str("某台主机或路由器")?,
    }
    write!(out, "报告：{}", says(kind, about))?;
    if is_about_syn && kind != IcmpKind::Other {
        write!(out, "。这是对{}的 SYN 的应答", name(about))?;
    }
    out.write_char('。')
}
