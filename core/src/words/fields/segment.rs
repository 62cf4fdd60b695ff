//! The rows on one segment, and on an ICMP error.

use super::{About, Field, Subtree, Type, Words, field};
use crate::view::{Cause, ConnectionView, ResetDetail, SegmentView};
use crate::words::{explain, remark, text};

const SUBTREE: Subtree = Subtree::Top;

/// Whether `synfin.step` says something of the segment.
fn has_step(view: &SegmentView) -> bool {
    let verdict = &view.verdict;
    verdict.reset.is_some() || !verdict.open_steps.is_empty() || !verdict.close_steps.is_empty()
}

/// What else is said of a RST.
fn of_reset(view: &SegmentView) -> ResetDetail {
    view.detail.unwrap_or_default()
}

/// What else is said of the RST that ended the connection.
fn of_ender(view: &ConnectionView) -> ResetDetail {
    view.ender().map(|ender| ender.detail).unwrap_or_default()
}

/// In the order in which they are shown: what people look for first.
pub(super) const FIELDS: &[Field] = &[
    field!(
        "step",
        String,
        About::Eventful(|view, out| if has_step(view) {
            out.text(|out| text::step(out, &view.verdict));
        }),
        ["Step", "步骤"],
        [
            "What the segment does, in short: Open 2/3 (second of three steps), Open 1/3 again (sent before), Close 2+3/4 (two steps in one segment), RST: refused, copy (captured twice); absent on all others",
            "报文段的作用：Open 2/3（握手三步中的第二步）、Open 1/3 again（重传）、Close 2+3/4（一个报文段完成两步）、RST: refused、copy（重复捕获）；其他报文段没有此字段"
        ]
    ),
    field!(
        "explain",
        String,
        About::Message {
            segment: |view, out| {
                let language = out.language;
                out.text(|out| explain::segment(out, view, language));
            },
            icmp: |view, out| {
                let language = out.language;
                out.write(|out| explain::icmp(out, view, language));
            },
        },
        ["Explanation", "说明"],
        [
            "One plain sentence on what the segment does, where it has a step, is a reset, or shows trouble (language: preference synfin.language)",
            "用一句话说明报文段的作用：有步骤的报文段、RST 以及异常的报文段才有（语言由首选项 synfin.language 决定）"
        ]
    ),
    field!(
        "client.state",
        String,
        About::Segment(|view, out| out.word(view.verdict.states.client.name())),
        ["Client state", "客户端状态"],
        [
            "The client's state (RFC 9293) once this segment was sent and, presumably, taken: SYN-SENT, ESTABLISHED, FIN-WAIT-1 ... CLOSED",
            "此报文段发出并（推定）被接收之后客户端的状态（RFC 9293）：SYN-SENT、ESTABLISHED、FIN-WAIT-1 …… CLOSED"
        ]
    ),
    field!(
        "server.state",
        String,
        About::Segment(|view, out| out.word(view.verdict.states.server.name())),
        ["Server state", "服务器状态"],
        [
            "The server's state (RFC 9293) once this segment was sent and, presumably, taken: SYN-RECEIVED, ESTABLISHED, CLOSE-WAIT ... CLOSED",
            "此报文段发出并（推定）被接收之后服务器的状态（RFC 9293）：SYN-RECEIVED、ESTABLISHED、CLOSE-WAIT …… CLOSED"
        ]
    ),
    field!(
        "seq",
        String,
        About::Segment(|view, out| if let Some(offset) = view.verdict.numbers.seq {
            let letter = text::letter(&view.verdict, view.verdict.sender);
            out.write(|out| text::expression(out, letter, offset));
        }),
        ["Sequence number", "序号"],
        [
            "The sequence number counted from X or Y: X is that of the side that began (the first SYN, and from the first FIN on that FIN), Y the other side's; X-5 is five bytes before X",
            "以 X 或 Y 为基准的序号：X 属于先发起的一方（第一个 SYN；从第一个 FIN 起为该 FIN），Y 属于另一方；X-5 表示在 X 之前 5 个字节"
        ]
    ),
    field!(
        "ack",
        String,
        About::Segment(|view, out| if let Some(offset) = view.verdict.numbers.ack {
            let letter = text::letter(&view.verdict, view.verdict.sender.peer());
            out.write(|out| text::expression(out, letter, offset));
        }),
        ["Acknowledgment number", "确认号"],
        [
            "The acknowledgment number counted from X or Y: X+1 says that X has arrived; absent without the ACK flag",
            "以 X 或 Y 为基准的确认号：X+1 表示 X 已收到；没有 ACK 标志时没有此字段"
        ]
    ),
    field!(
        "reset",
        String,
        About::Reset {
            segment: |view, out| if let Some(reset) = view.verdict.reset {
                out.word(reset.name());
            },
            connection: |view, out| if let Some(ender) = view.ender() {
                out.word(ender.reset.name());
            },
        },
        ["Reset", "重置"],
        [
            "What a RST did: refused (answered the SYN), handshake (broke the handshake off), abort (ended an open connection), after-fin, no-connection (its sender has none), challenged or stray (its receiver does not take it), late (after another)",
            "RST 的类别：refused（拒绝 SYN）、handshake（中断握手）、abort（中止已建立的连接）、after-fin（FIN 之后）、no-connection（发送方没有此连接）、challenged 或 stray（接收方不接受）、late（在另一个 RST 之后）"
        ]
    )
    .hidden(),
    field!(
        "reset.cause",
        String,
        About::Reset {
            segment: |view, out| if let Some(cause) = of_reset(view).cause {
                // The step says it: `RST: refused`.
                out.hide(cause == Cause::RefusesSyn);
                out.word(cause.name());
            },
            connection: |view, out| if let Some(cause) = of_ender(view).cause {
                out.word(cause.name());
            },
        },
        ["Reset cause", "重置原因"],
        [
            "Why the RST was sent: refuses-syn, rejects-ack (answers an Ack it cannot accept), unknown-connection (its sender has no such connection, or no longer), gave-up (what it sent three times or more was never taken), aborts (the application or its host ends it)",
            "RST 的原因：refuses-syn（拒绝 SYN）、rejects-ack（拒绝无法接受的确认号）、unknown-connection（发送方没有或不再有此连接）、gave-up（同样的内容至少发送了三次，始终未被确认）、aborts（应用程序或主机主动中止）"
        ]
    ),
    field!(
        "reset.answers",
        Frame,
        About::Reset {
            segment: |view, out| out.frame(of_reset(view).answers),
            connection: |view, out| out.frame(of_ender(view).answers),
        },
        ["Reset answers frame", "重置所应答的帧"],
        ["The frame of the segment that the RST answers", "此 RST 所应答的报文段所在的帧"]
    ),
    field!(
        "reset.idle",
        Time,
        About::Reset {
            segment: |view, out| out.maybe(of_reset(view).idle_ns),
            connection: |view, out| out.maybe(of_ender(view).idle_ns),
        },
        ["Silence before the reset", "重置前的空闲时间"],
        [
            "Time since the connection's previous segment, or the silence before the segment that the RST answers: a long one points to a timeout at a firewall or a host",
            "距该连接上一个报文段的时间，或 RST 所应答的报文段之前的空闲时间：时间长说明防火墙或主机可能已超时"
        ]
    ),
    field!(
        "reset.hops",
        Int32,
        About::Reset {
            segment: |view, out| out.maybe(of_reset(view).hops),
            connection: |view, out| out.maybe(of_ender(view).hops),
        },
        ["Reset hop difference", "重置的跳数差"],
        [
            "TTL or hop limit of the RST minus that of its sender's last segment: another machine may have sent it; absent when equal",
            "RST 的 TTL（跳数限制）减去同一发送方上一个报文段的值：可能由其他设备发出；相等时没有此字段"
        ]
    ),
    field!(
        "reset.ignored",
        Boolean,
        About::Reset {
            segment: |view, out| out.truth(view.is_ignored),
            connection: |view, out| {
                out.truth(view.withdrawn().is_some() || view.challenged(view.pass).is_some());
            },
        },
        ["Reset ignored", "重置未生效"],
        [
            "True on a RST that did not end the connection: what came later shows that it went on; known from the second pass on (tshark -2)",
            "RST 没有终止连接：之后的报文段表明连接仍在继续；从第二遍处理起才知道（tshark -2）"
        ]
    ),
    field!(
        "reset.remark",
        String,
        About::Reset {
            segment: |view, out| out.text(|out| remark::segment(out, view)),
            connection: |view, out| out.text(|out| remark::connection(out, view)),
        },
        ["Reset remark", "重置备注"],
        [
            "What is remarkable of a RST, in short: challenged, forged, ignored (from the second pass on), hops -3 (another machine may have sent it), idle 60.0 s (the silence before it)",
            "RST 值得注意之处的简述：challenged（被质询）、forged（伪造）、ignored（未生效，从第二遍处理起）、hops -3（可能由其他设备发出）、idle 60.0 s（此前的空闲时间）"
        ]
    )
    .hidden(),
    field!(
        "copy",
        Boolean,
        About::Segment(|view, out| {
            out.hide(has_step(view));
            out.truth(view.verdict.is_copy);
        }),
        ["Copy", "重复捕获"],
        [
            "True on a segment that was captured once more, by a mirror port for instance: nothing was sent twice; absent otherwise",
            "同一报文段被再次捕获（例如端口镜像），并非重发；其他报文段没有此字段"
        ]
    ),
    field!(
        "retransmission",
        Boolean,
        About::Segment(|view, out| {
            out.hide(has_step(view));
            out.truth(view.verdict.repeats.any());
        }),
        ["Retransmission", "重传"],
        [
            "True when the segment's SYN, its FIN, or the acknowledgment that performed a step was sent before; absent otherwise",
            "报文段的 SYN、FIN 或完成某一步骤的确认此前已发送过；其他报文段没有此字段"
        ]
    ),
    // The step and the states say it.
    field!(
        "phase",
        String,
        About::Segment(|view, out| out.word(view.verdict.phase.name())),
        ["Phase", "阶段"],
        [
            "The part of the connection's life: handshake (until it is complete), data, teardown (from the first FIN until both are acknowledged), closed",
            "所处阶段：handshake（握手，直到完成）、data（数据传输）、teardown（从第一个 FIN 到双方的 FIN 都被确认）、closed（已关闭）"
        ]
    )
    .hidden(),
    field!(
        "icmp",
        String,
        About::Icmp(|view, out| out.word(view.kind.name())),
        ["ICMP error", "ICMP 差错"],
        [
            "What the ICMP error says of the segment that it quotes: net-, host-, port- or protocol-unreachable, prohibited (by a filter), fragmentation-needed (too big), time-exceeded, other",
            "ICMP 差错对所引用报文段的说明：net-、host-、port-、protocol-unreachable（不可达）、prohibited（被过滤）、fragmentation-needed（报文过大）、time-exceeded（超时）、other（其他）"
        ]
    ),
    field!(
        "icmp.stream",
        Uint32,
        About::Icmp(|view, out| out.number(view.connection.stream)),
        ["About stream", "所属 TCP 流"],
        [
            "The tcp.stream of the connection whose segment the ICMP error quotes",
            "ICMP 差错所引用的报文段属于哪个连接（tcp.stream）"
        ]
    ),
    field!(
        "icmp.from",
        String,
        About::Icmp(|view, out| if let Some(address) = view.from {
            out.write(|out| text::address(out, address));
        }),
        ["Reported by", "报告者"],
        [
            "The address of the router or host that sent the ICMP error",
            "发出此 ICMP 差错的路由器或主机的地址"
        ]
    ),
    field!(
        "summary",
        String,
        About::Segment(|view, out| out.write(|out| text::summary(out, &view.verdict, view.segment))),
        ["Summary", "摘要"],
        [
            "The segment in one line: direction, absolute numbers with their X/Y expressions, payload length and flags",
            "用一行概括报文段：方向、绝对序号及其 X/Y 表达式、负载长度和标志"
        ]
    )
    .hidden(),
    field!(
        "role",
        String,
        About::Segment(|view, out| out.write(|out| {
            let mut result = Ok(());
            view.verdict.role(view.segment, |piece| result = result.and_then(|()| out.write_str(piece)));
            result
        })),
        ["Role", "角色"],
        [
            "What the segment is in the connection's life: SYN, SYN-ACK, OPEN-ACK (completes the handshake), FIN, CLOSE-ACK (acknowledges a FIN), RST, several joined with +; else DATA, ACK or OTHER (flags that make no sense together)",
            "报文段在连接中的角色：SYN、SYN-ACK、OPEN-ACK（完成握手）、FIN、CLOSE-ACK（确认 FIN）、RST，兼有多个时以 + 连接；其余为 DATA、ACK 或 OTHER（标志组合无意义）"
        ]
    )
    .hidden(),
    field!(
        "sender",
        String,
        About::Segment(|view, out| out.word(view.verdict.sender.name())),
        ["Sender", "发送方"],
        [
            "Who sent the segment: client (the side that asked to open) or server",
            "报文段的发送方：client（发起连接的一方）或 server"
        ]
    )
    .hidden(),
    field!(
        "handshake.step",
        Uint8,
        About::Eventful(|view, out| view.verdict.open_steps.iter().for_each(|step| out.number(step))),
        ["Handshake step", "握手步骤"],
        [
            "Step of the handshake: 1 the SYN, 2 the SYN-ACK, 3 the ACK that completes it; present on these segments alone, so this name as a filter lists all handshakes",
            "握手的步骤：1 为 SYN，2 为 SYN-ACK，3 为完成握手的 ACK；只有这些报文段有此字段，用作过滤器即可列出所有握手"
        ]
    )
    .hidden(),
    field!(
        "teardown.step",
        Uint8,
        About::Eventful(|view, out| view.verdict.close_steps.iter().for_each(|step| out.number(step))),
        ["Teardown step", "挥手步骤"],
        [
            "Step of the teardown: 1 the first FIN, 2 its acknowledgment, 3 the other side's FIN, 4 the acknowledgment of that; present on these segments alone, twice in a segment that performs two",
            "挥手的步骤：1 为第一个 FIN，2 为对它的确认，3 为另一方的 FIN，4 为对后者的确认；只有这些报文段有此字段，一个报文段完成两步时出现两次"
        ]
    )
    .hidden(),
];
