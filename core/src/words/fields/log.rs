//! The rows of the connection log: times, counts, links (SPEC section 8).

use super::{About, Field, Placement, Subtree, Type, Words, field};
use crate::view::Side;
use crate::words::text;

const SUBTREE: Subtree = Subtree::Connection;

/// In the order in which they are shown.
pub(super) const FIELDS: &[Field] = &[
    field!(
        "conn.client",
        String,
        About::Connection {
            read: |view, out| {
                let (address, port) = view.endpoint(Side::Client);
                out.write(|out| text::endpoint(out, address, port));
            },
            on: Placement::All,
        },
        ["Client", "客户端"],
        [
            "The client's address and port: the side that sent the first SYN; a guess by the ports where no handshake was captured",
            "客户端的地址和端口：发送第一个 SYN 的一方；未捕获握手时根据端口推测"
        ]
    ),
    field!(
        "conn.server",
        String,
        About::Connection {
            read: |view, out| {
                let (address, port) = view.endpoint(Side::Server);
                out.write(|out| text::endpoint(out, address, port));
            },
            on: Placement::All,
        },
        ["Server", "服务器"],
        ["The server's address and port", "服务器的地址和端口"]
    ),
    field!(
        "conn.guessed",
        Boolean,
        About::Connection { read: |view, out| out.truth(view.is_guessed()), on: Placement::All },
        ["Roles guessed", "角色为推测"],
        [
            "True when client and server are a guess: neither SYN nor SYN-ACK was captured",
            "客户端与服务器的角色是推测的：SYN 和 SYN-ACK 都未捕获"
        ]
    ),
    field!(
        "conn.start",
        AbsoluteTime,
        About::Connection { read: |view, out| out.maybe(view.start().map(|at| at.0)), on: Placement::All },
        ["Start", "开始时间"],
        ["When the connection's first segment was captured", "捕获到该连接第一个报文段的时间"]
    ),
    field!(
        "conn.duration",
        Time,
        About::Connection { read: |view, out| out.maybe(view.duration_ns()), on: Placement::Last },
        ["Duration", "持续时间"],
        ["Time from the connection's first segment to its last", "从连接的第一个报文段到最后一个报文段的时间"]
    ),
    field!(
        "handshake.time",
        Time,
        About::Connection { read: |view, out| out.maybe(view.handshake_ns()), on: Placement::LaterOf(1, 3) },
        ["Handshake time", "握手时间"],
        [
            "Time from the first SYN to the segment that completes the handshake",
            "从第一个 SYN 到完成握手的报文段的时间"
        ]
    ),
    field!(
        "handshake.synack_rtt",
        Time,
        About::Connection { read: |view, out| out.maybe(view.syn_ack_rtt_ns()), on: Placement::LaterOf(1, 2) },
        ["SYN to SYN-ACK", "SYN 到 SYN-ACK"],
        [
            "Round trip to the server: SYN to SYN-ACK; left out when the SYN was sent again before the answer, which might answer either (Karn)",
            "到服务器的往返时间：从 SYN 到 SYN-ACK；应答之前 SYN 已重传时无法确定对应哪一个，因此省略（Karn 算法）"
        ]
    ),
    field!(
        "handshake.ack_rtt",
        Time,
        About::Connection { read: |view, out| out.maybe(view.ack_rtt_ns()), on: Placement::LaterOf(2, 3) },
        ["SYN-ACK to ACK", "SYN-ACK 到 ACK"],
        [
            "Round trip to the client: SYN-ACK to the completing ACK; left out when the SYN-ACK was sent again before it (Karn)",
            "到客户端的往返时间：从 SYN-ACK 到完成握手的 ACK；其间 SYN-ACK 已重传时省略（Karn 算法）"
        ]
    ),
    field!(
        "handshake.syns",
        Uint32,
        About::Connection {
            read: |view, out| if view.is_handshake_captured() {
                out.count(view.syns());
            },
            on: Placement::All,
        },
        ["SYNs sent", "SYN 发送次数"],
        [
            "SYNs that the client sent in the last attempt: more than one when the answer was late or did not come",
            "最近一次尝试中客户端发送 SYN 的次数：大于 1 说明应答迟到或没有应答"
        ]
    ),
    field!(
        "handshake.attempts",
        Uint32,
        About::Connection {
            read: |view, out| if view.is_handshake_captured() {
                out.count(view.attempts());
            },
            on: Placement::All,
        },
        ["Attempts", "尝试次数"],
        [
            "Attempts in this stream: one more for each SYN after a RST that ended the connection",
            "同一 TCP 流中的连接尝试次数：RST 终止连接之后每有一个新的 SYN 就加一"
        ]
    ),
    field!(
        "handshake.frame1",
        Frame,
        About::Connection { read: |view, out| out.frame(view.handshake_frames()[0]), on: Placement::Handshake },
        ["Handshake step 1 in frame", "握手步骤 1 所在帧"],
        ["The frame of step 1: the first SYN", "步骤 1（第一个 SYN）所在的帧"]
    ),
    field!(
        "handshake.frame2",
        Frame,
        About::Connection { read: |view, out| out.frame(view.handshake_frames()[1]), on: Placement::Handshake },
        ["Handshake step 2 in frame", "握手步骤 2 所在帧"],
        ["The frame of step 2: the first SYN-ACK", "步骤 2（第一个 SYN-ACK）所在的帧"]
    ),
    field!(
        "handshake.frame3",
        Frame,
        About::Connection { read: |view, out| out.frame(view.handshake_frames()[2]), on: Placement::Handshake },
        ["Handshake step 3 in frame", "握手步骤 3 所在帧"],
        ["The frame of step 3: the segment that completed the handshake", "步骤 3（完成握手的报文段）所在的帧"]
    ),
    field!(
        "teardown.time",
        Time,
        About::Connection {
            read: |view, out| out.maybe(view.teardown_ns()),
            on: Placement::FinAcknowledged(|view| view.closed_frame()),
        },
        ["Teardown time", "挥手时间"],
        [
            "Time from the first FIN to the segment after which both FINs are acknowledged",
            "从第一个 FIN 到双方的 FIN 都被确认的时间"
        ]
    ),
    field!(
        "teardown.frame1",
        Frame,
        About::Connection { read: |view, out| out.frame(view.teardown_frames()[0]), on: Placement::Teardown },
        ["Teardown step 1 in frame", "挥手步骤 1 所在帧"],
        ["The frame of step 1: the first FIN", "步骤 1（第一个 FIN）所在的帧"]
    ),
    field!(
        "teardown.frame2",
        Frame,
        About::Connection { read: |view, out| out.frame(view.teardown_frames()[1]), on: Placement::Teardown },
        ["Teardown step 2 in frame", "挥手步骤 2 所在帧"],
        [
            "The frame of step 2: the segment that first acknowledged the first FIN",
            "步骤 2（最先确认第一个 FIN 的报文段）所在的帧"
        ]
    ),
    field!(
        "teardown.frame3",
        Frame,
        About::Connection { read: |view, out| out.frame(view.teardown_frames()[2]), on: Placement::Teardown },
        ["Teardown step 3 in frame", "挥手步骤 3 所在帧"],
        ["The frame of step 3: the other side's FIN", "步骤 3（另一方的 FIN）所在的帧"]
    ),
    field!(
        "teardown.frame4",
        Frame,
        About::Connection { read: |view, out| out.frame(view.teardown_frames()[3]), on: Placement::Teardown },
        ["Teardown step 4 in frame", "挥手步骤 4 所在帧"],
        [
            "The frame of step 4: the segment that first acknowledged the second FIN",
            "步骤 4（最先确认第二个 FIN 的报文段）所在的帧"
        ]
    ),
    field!(
        "conn.client.packets",
        Uint32,
        About::Connection { read: |view, out| out.amount(view.packets(Side::Client).into()), on: Placement::All },
        ["Client segments", "客户端报文段数"],
        ["Segments that the client sent, copies apart", "客户端发送的报文段数（不含重复捕获）"]
    ),
    field!(
        "conn.server.packets",
        Uint32,
        About::Connection { read: |view, out| out.amount(view.packets(Side::Server).into()), on: Placement::All },
        ["Server segments", "服务器报文段数"],
        ["Segments that the server sent, copies apart", "服务器发送的报文段数（不含重复捕获）"]
    ),
    field!(
        "conn.client.bytes",
        Uint64,
        About::Connection { read: |view, out| out.amount(view.bytes(Side::Client)), on: Placement::All },
        ["Client bytes", "客户端字节数"],
        [
            "Bytes of payload that the client sent, by its sequence numbers: what was sent twice counts once",
            "客户端发送的负载字节数，按序号计算：重传只计一次"
        ]
    ),
    field!(
        "conn.server.bytes",
        Uint64,
        About::Connection { read: |view, out| out.amount(view.bytes(Side::Server)), on: Placement::All },
        ["Server bytes", "服务器字节数"],
        [
            "Bytes of payload that the server sent, by its sequence numbers: what was sent twice counts once",
            "服务器发送的负载字节数，按序号计算：重传只计一次"
        ]
    ),
    field!(
        "conn.previous",
        Uint32,
        About::Connection { read: |view, out| out.maybe(view.previous()), on: Placement::All },
        ["Previous stream", "之前的 TCP 流"],
        [
            "The tcp.stream of the connection that these addresses and ports had before",
            "相同地址和端口之前的连接（tcp.stream）"
        ]
    ),
    field!(
        "conn.community_id",
        String,
        About::Connection {
            read: |view, out| if let Some(id) = view.community_id() {
                out.word(&id);
            },
            on: Placement::All,
        },
        ["Community ID", "Community ID（流标识）"],
        [
            "The Community ID of the connection (version 1, seed 0): the same in Zeek, Suricata and others, so logs can be joined",
            "连接的 Community ID（版本 1，种子 0）：与 Zeek、Suricata 等工具一致，可用于关联日志"
        ]
    ),
    field!(
        "conn.last",
        Boolean,
        About::Segment(|view, out| out.truth(view.is_last)),
        ["Last segment", "最后一个报文段"],
        [
            "True on the connection's last segment in the capture, which carries all fields of the connection: as a filter, one line a connection; known from the second pass on (tshark -2)",
            "连接在捕获文件中的最后一个报文段，带有该连接的全部字段：用作过滤器时每个连接一行；从第二遍处理起才知道（tshark -2）"
        ]
    ),
];
