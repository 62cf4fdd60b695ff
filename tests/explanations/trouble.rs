//! Wrong answers, and presumptions that turn out to be wrong.

use crate::sentences::*;

#[test]
fn a_syn_ack_that_answers_something_else() {
    told(
        "
        | > S   C
        | < S.  S     ack C-9
        | > R   C-9
        | < S.  S+100 ack C+1
        | > .   C+1   ack S+101
        ",
        &[
            ASKS,
            (
                "The server answers with a SYN-ACK whose Ack = X-9 does not fit the SYN: the client should not accept it.",
                "服务器应答的 SYN-ACK 中 Ack = X-9 与 SYN 不符，客户端不应接受它。",
            ),
            (
                "The client cannot accept the acknowledgment in frame 2 and answers it with a RST; it goes on waiting for one that fits.",
                "客户端无法接受第 2 帧的确认号，以 RST 应答，并继续等待正确的应答。",
            ),
            ACCEPTS,
            OPENS,
        ],
    );
    // After step 3 has settled which SYN-ACK counts.
    told(
        "open\n| < S. S+500 ack C+1",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The server sends another SYN-ACK: it acknowledges X by sending Ack = X+1 and announces the number Y+500, not the one before.",
                "服务器又发送了一个不同的 SYN-ACK：以 Ack = X+1 确认 X，但初始序号变为 Y+500。",
            ),
        ],
    );
}

/// Without `synfin.rebase` a FIN keeps the number that the handshake's X and Y give it.
#[test]
fn numbers_of_the_handshake_all_the_way() {
    told(
        "
        rebase
        open
        | > F.  C+1 ack S+1
        | < .   S+1 ack C+2
        ",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The client has nothing more to send and closes its direction with FIN X+1.",
                "客户端没有更多数据要发送，以序号为 X+1 的 FIN 关闭自己的发送方向。",
            ),
            (
                "The server acknowledges the client's FIN by sending Ack = X+2; its own direction stays open.",
                "服务器以 Ack = X+2 确认客户端的 FIN；它自己的发送方向仍然打开。",
            ),
        ],
    );
}

/// A side that sends again what was acknowledged had not received the acknowledgment.
#[test]
fn what_is_taken_back() {
    told(
        "| > S C\n| < S. S ack C+1\n| > S C @1\n| < S. S ack C+1 @0.01",
        &[
            ASKS,
            ACCEPTS,
            (
                "The client sends its SYN with the number X again: the SYN-ACK has not reached it.",
                "客户端重传序号为 X 的 SYN：它没有收到 SYN-ACK。",
            ),
            (
                "The server's SYN-ACK with the number Y and Ack = X+1 is seen again (retransmitted, or captured twice).",
                "再次看到服务器序号为 Y、Ack = X+1 的 SYN-ACK（重传或重复捕获）。",
            ),
        ],
    );
    told(
        "open\n| < S. S ack C+1 @1\n| > . C+1 ack S+1\n| > P. C+1 ack S+1 len 5\n| < . S+1 ack C+6",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The server sends its SYN-ACK with the number Y and Ack = X+1 again: the handshake's ACK has not reached it, or it does not take it yet (it waits for data, or its queue is full).",
                "服务器重传序号为 Y、Ack = X+1 的 SYN-ACK：它没有收到握手的 ACK，或暂不接受（等待数据，或连接队列已满）。",
            ),
            (
                "The client's acknowledgment of the server's SYN, Ack = Y+1, is seen again (retransmitted, or captured twice).",
                "再次看到客户端对服务器 SYN 的确认 Ack = Y+1（重传或重复捕获）。",
            ),
            NONE,
            NONE,
        ],
    );
}

#[test]
fn copies_are_told_apart() {
    told(
        "| > S C id 7\n| > S C id 7 ttl 63\n| < S. S ack C+1 id 9 ttl 63\n| < S. S ack C+1 id 9",
        &[
            ASKS,
            ("The client's SYN was captured once more: it was not sent twice.", "客户端的 SYN 被重复捕获，并非重传。"),
            ACCEPTS,
            (
                "The server's SYN-ACK was captured once more: it was not sent twice.",
                "服务器的 SYN-ACK 被重复捕获，并非重传。",
            ),
        ],
    );
}

#[test]
fn an_older_connection_answers() {
    told(
        "| > S C\n| < . S+700 ack C+90000000\n| > R C+90000000\n| > S C @1\n| < S. S ack C+1",
        &[
            ASKS,
            (
                "The server answers with an ACK of an older connection of these endpoints, which it still has in ESTABLISHED (a challenge ACK): the client should reset that one and try again.",
                "服务器以旧连接的 ACK 应答（Challenge ACK）：相同地址和端口的旧连接在它那里仍处于 ESTABLISHED 状态；客户端应先用 RST 清除旧连接，再重新请求。",
            ),
            (
                "The client cannot accept the acknowledgment in frame 2 and answers it with a RST; it goes on waiting for one that fits.",
                "客户端无法接受第 2 帧的确认号，以 RST 应答，并继续等待正确的应答。",
            ),
            (
                "The client's SYN with the number X is seen again (retransmitted, or captured twice).",
                "再次看到客户端序号为 X 的 SYN（重传或重复捕获）。",
            ),
            ACCEPTS,
        ],
    );
}

#[test]
fn a_new_attempt() {
    told(
        "| > S C\n| < R. 0 ack C+1\n| > S C+9000 @1\n| < S. S ack C+9001",
        &[
            ASKS,
            (
                "The server refuses the connection: it answers the SYN in frame 1 with a RST (often because nothing listens at that port).",
                "服务器拒绝连接：以 RST 应答第 1 帧的 SYN（通常是因为该端口没有程序在监听）。",
            ),
            (
                "The client asks for a connection once more, after the RST, and announces its initial sequence number X (ISN).",
                "客户端在 RST 之后再次请求建立连接，并告知自己的初始序号 X（ISN）。",
            ),
            ACCEPTS,
        ],
    );
}

#[test]
fn more_than_was_asked() {
    told(
        "open\n| > F. C+1 ack S+1\n| > P. C+2 ack S+1 len 5\n| < . S+1 ack C+2",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            CLOSES,
            (
                "The client sends 5 bytes from X+1 on, beyond its own FIN: a FIN says that nothing follows, so one of the two is not what it seems.",
                "客户端在自己的 FIN 之后又发送 5 字节数据（从 X+1 起）：FIN 表示此后再无数据，两者必有一个与事实不符。",
            ),
            HALF,
        ],
    );
    told(
        "| > S C\n| < S. S ack C+1\n| > . C+1 ack S+900000",
        &[
            ASKS,
            ACCEPTS,
            (
                "The client's ACK with Seq = X+1 and Ack = Y+900000 does not fit the handshake: it does not complete it.",
                "客户端的 ACK（Seq = X+1，Ack = Y+900000）与握手不符，不能完成握手。",
            ),
        ],
    );
    let told_flags = |flags: &str, english: &str, chinese: &str| told(&format!("| > {flags} C"), &[(english, chinese)]);
    told_flags(
        "SF",
        "The client sends a segment with the flags SYN&FIN, which no TCP sends (a scan, or a broken device): it counts for nothing.",
        "客户端发送的报文段标志为 SYN&FIN，正常的 TCP 不会发送（扫描，或设备故障）：不计入连接。",
    );
    told_flags(
        "-",
        "The client sends a segment without flags, which no TCP sends (a scan, or a broken device): it counts for nothing.",
        "客户端发送的报文段没有任何标志，正常的 TCP 不会发送（扫描，或设备故障）：不计入连接。",
    );
}
