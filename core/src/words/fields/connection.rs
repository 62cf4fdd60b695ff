//! The rows on a connection: how it opened and how it closed (SPEC section 6), and who reset it.

use super::{About, Field, Placement, Subtree, Type, Words, field};
use crate::view::{HandshakeOutcome, TeardownKind};
use crate::words::{explain, text};

const SUBTREE: Subtree = Subtree::Connection;

/// In the order in which they are shown: what people ask first.
pub(super) const FIELDS: &[Field] = &[
    field!(
        "conn.explain",
        String,
        About::Connection {
            read: |view, out| {
                let language = out.language;
                out.text(|out| explain::connection(out, view, language));
            },
            on: Placement::Last,
        },
        ["What happened", "经过"],
        [
            "One or two plain sentences on the whole connection: who did what, how often, over what time, and what follows; on its last segment (language: preference synfin.language)",
            "用一两句话说明整个连接的经过：谁做了什么、多少次、历时多久、说明什么问题；位于连接的最后一个报文段（语言由首选项 synfin.language 决定）"
        ]
    ),
    field!(
        "handshake.outcome",
        String,
        About::Connection {
            read: |view, out| {
                let outcome = view.outcome();
                out.hide(outcome == HandshakeOutcome::Pending);
                out.word(outcome.name());
            },
            on: Placement::All,
        },
        ["Handshake outcome", "握手结果"],
        [
            "What became of the handshake: complete, refused or reset (by a RST), half-open (the server did not go on), no-answer, unreachable (ICMP), old-connection, invalid-answer, partial or not-captured; pending while a first pass cannot know",
            "握手的结果：complete（完成）、refused 或 reset（RST）、half-open（半开）、no-answer（无应答）、unreachable（ICMP 不可达）、old-connection（旧连接应答）、invalid-answer（无效应答）、partial（部分捕获）、not-captured（未捕获）；第一遍处理中尚不确定时为 pending"
        ]
    ),
    field!(
        "handshake.kind",
        String,
        About::Connection {
            read: |view, out| if let Some(kind) = view.handshake_kind() {
                out.word(kind.name());
            },
            on: Placement::All,
        },
        ["Handshake kind", "握手方式"],
        [
            "How the connection opened: three-way (SYN, SYN-ACK, ACK), fast-open (data on the SYN were accepted), simultaneous (a SYN from each side), split (the server answered with a SYN of its own and a bare ACK), not-captured",
            "连接的建立方式：three-way（三次握手）、fast-open（SYN 携带的数据被接受）、simultaneous（双方同时发送 SYN）、split（服务器以自己的 SYN 和单独的 ACK 应答）、not-captured（未捕获）"
        ]
    ),
    field!(
        "teardown.kind",
        String,
        About::Connection {
            read: |view, out| {
                let kind = view.teardown();
                // Nothing to tell: the outcome of the handshake says why.
                out.hide(matches!(kind, TeardownKind::Pending | TeardownKind::None));
                out.word(kind.name());
            },
            on: Placement::All,
        },
        ["Teardown kind", "关闭方式"],
        [
            "How the connection closed: four-segment, three-segment (the second FIN acknowledges the first), simultaneous (the FINs cross), half-closed (one FIN only), unanswered (a FIN that nobody acknowledged), reset, reset-after-fin, still-open, none (never opened)",
            "连接的关闭方式：four-segment（四次挥手）、three-segment（第二个 FIN 同时确认第一个）、simultaneous（双方同时关闭）、half-closed（只有一方发送 FIN）、unanswered（FIN 无人确认）、reset、reset-after-fin（FIN 之后重置）、still-open（未关闭）、none（从未建立）"
        ]
    ),
    field!(
        "teardown.closer",
        String,
        About::Connection {
            read: |view, out| if let Some(closer) = view.closer() {
                // Who sent the RST stands in `synfin.reset.by`.
                out.hide(view.teardown() == TeardownKind::Reset);
                out.word(closer.name());
            },
            on: Placement::All,
        },
        ["Closed by", "关闭发起方"],
        [
            "Who closed: the sender of the first FIN, or else of the RST that ended the open connection; absent while nobody did",
            "由谁关闭：第一个 FIN 的发送方；没有 FIN 时为终止已建立连接的 RST 的发送方；无人关闭时没有此字段"
        ]
    ),
    field!(
        "reset.by",
        String,
        About::Connection {
            read: |view, out| if let Some(ender) = view.ender() {
                out.word(ender.by.name());
            },
            on: Placement::All,
        },
        ["Reset by", "重置方"],
        [
            "Who sent the RST that ended the connection, in the handshake too: client or server",
            "终止连接的 RST 由谁发出（包括握手阶段）：client 或 server"
        ]
    ),
    field!(
        "reset.frame",
        Frame,
        About::Connection {
            read: |view, out| out.frame(view.ender().map_or(0, |ender| ender.frame)),
            on: Placement::RstFrame(|view| view.ender().map_or(0, |ender| ender.frame)),
        },
        ["Reset in frame", "RST 所在帧"],
        ["The frame of the RST that ended the connection", "终止连接的 RST 所在的帧"]
    ),
    field!(
        "conn.icmp",
        String,
        About::Connection {
            read: |view, out| if let Some((kind, _)) = view.icmp() {
                out.word(kind.name());
            },
            on: Placement::All,
        },
        ["ICMP error", "ICMP 差错"],
        [
            "The first ICMP error about a segment of this connection: host-unreachable, prohibited, time-exceeded ...",
            "关于此连接的第一个 ICMP 差错：host-unreachable、prohibited、time-exceeded 等"
        ]
    ),
    field!(
        "conn.icmp.frame",
        Frame,
        About::Connection {
            read: |view, out| out.frame(view.icmp().map_or(0, |(_, frame)| frame)),
            on: Placement::All
        },
        ["ICMP error in frame", "ICMP 差错所在帧"],
        ["The frame of that ICMP error", "该 ICMP 差错所在的帧"]
    ),
    field!(
        "negotiated",
        String,
        About::Connection {
            read: |view, out| if let Some(negotiation) = view.negotiation_at(out.frame) {
                out.write(|out| text::negotiated(out, &negotiation));
            },
            on: Placement::Step3,
        },
        ["Negotiated", "协商结果"],
        [
            "What the two SYNs agreed, client/server: MSS (largest payload), WS (window scale shifts), SACK (selective acknowledgments), TS (timestamps), ECN or AccECN, TFO (Fast Open), MPTCP (Multipath)",
            "双方 SYN 协商的结果（客户端/服务器）：MSS（最大报文段长度）、WS（窗口扩大因子）、SACK（选择确认）、TS（时间戳）、ECN 或 AccECN、TFO（Fast Open）、MPTCP（多路径）"
        ]
    ),
    field!(
        "teardown.half_close_bytes",
        Uint64,
        About::Connection {
            read: |view, out| if let Some(bytes) = view.half_close_bytes() {
                out.amount(bytes);
            },
            on: Placement::All,
        },
        ["Half-close bytes", "半关闭字节数"],
        [
            "Bytes of payload that the other side still sent after the first FIN: data through a half-closed connection",
            "第一个 FIN 之后另一方仍发送的负载字节数：经由半关闭连接传输的数据"
        ]
    ),
    field!(
        "conn.state",
        String,
        About::Connection { read: |view, out| out.word(view.conn_state().name()), on: Placement::All },
        ["Connection state (Zeek)", "连接状态（Zeek）"],
        [
            "The connection in one of Zeek's words: SF opened and closed, S0 no answer, S1 open, REJ refused, S2 and S3 half closed, RSTO and RSTR reset by client and by server, RSTOS0 RSTRH SH SHR partial, OTH handshake not captured",
            "采用 Zeek 的取值：SF 正常建立并关闭，S0 无应答，S1 未关闭，REJ 被拒绝，S2 和 S3 半关闭，RSTO 和 RSTR 分别由客户端和服务器重置，RSTOS0、RSTRH、SH、SHR 握手不完整，OTH 未捕获握手"
        ]
    ),
    field!(
        "conn.history",
        String,
        About::Connection {
            read: |view, out| out.text(|out| {
                // A segment without flags and payload has no letter.
                let (mut result, mut is_empty) = (Ok(()), true);
                view.history(|letter| {
                    is_empty = false;
                    result = result.and_then(|()| out.write_char(char::from(letter)));
                });
                result.map(|()| !is_empty)
            }),
            on: Placement::All,
        },
        ["Connection history (Zeek)", "连接历史（Zeek）"],
        [
            "Zeek's letters in the order of arrival, capitals the client's: S SYN, H SYN-ACK, A ACK, D data, F FIN, R RST, I and Q odd flags; ^ first when the server was seen first",
            "按到达顺序排列的 Zeek 字母，大写为客户端：S 为 SYN，H 为 SYN-ACK，A 为 ACK，D 为数据，F 为 FIN，R 为 RST，I 和 Q 为异常标志；先看到服务器时以 ^ 开头"
        ]
    ),
];
