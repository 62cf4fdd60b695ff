//! Wrong answers, resets, and what turns out otherwise.

use crate::told::*;

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

#[test]
fn resets() {
    told(
        "| > S C\n| < R. 0 ack C+1",
        &[
            ASKS,
            (
                "The server refuses the connection: it answers the SYN in frame 1 with a RST (often because nothing listens at that port).",
                "服务器拒绝连接：以 RST 应答第 1 帧的 SYN（通常是因为该端口没有程序在监听）。",
            ),
        ],
    );
    told(
        "| > S C\n| < S. S ack C+1\n| > R C+1",
        &[
            ASKS,
            ACCEPTS,
            (
                "The client answers frame 2 with a RST: it has no such connection, or no longer.",
                "客户端以 RST 应答第 2 帧：它没有（或已不再有）这个连接。",
            ),
        ],
    );
    told(
        "open\n| < R. S+1 ack C+1\n| < R. S+1 ack C+1",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The server aborts the open connection with a RST; data in flight may be lost.",
                "服务器以 RST 中止已建立的连接，仍在途中的数据可能丢失。",
            ),
            (
                "The server sends another RST: the connection had ended before.",
                "服务器又发送了一个 RST，此前连接已经结束。",
            ),
        ],
    );
    told(
        "open\n| > F. C+1 ack S+1\n| < R. S+1 ack C+2",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            CLOSES,
            (
                "The server resets the connection after a FIN instead of completing the teardown.",
                "服务器在 FIN 之后以 RST 重置连接，没有完成挥手。",
            ),
        ],
    );
    told(
        "open\n| > F. C+1 ack S+1\n| < F. S+1 ack C+2\n| > . C+2 ack S+2\n| < R S+2",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            CLOSES,
            HALF_AND_CLOSES_TOO,
            CLOSED,
            (
                "The server sends a RST after both FINs were acknowledged: the connection was closed already.",
                "服务器在双方的 FIN 都被确认之后发送 RST，此前连接已经关闭。",
            ),
        ],
    );
    told(
        "open\n| < R S+1900000000",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The server sends a RST that does not fit what the client expects: it should be ignored.",
                "服务器发送的 RST 与客户端的期望不符，客户端应当忽略它。",
            ),
        ],
    );
    told(
        "| < R S",
        &[(
            "The server aborts the open connection with a RST; data in flight may be lost; the handshake was not captured.",
            "服务器以 RST 中止已建立的连接，仍在途中的数据可能丢失；未捕获该连接的握手。",
        )],
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

/// A RST that its receiver, or the side in whose name it was sent, did not mind.
#[test]
fn resets_that_did_not_end_it() {
    told(
        "open\n| > R C+1\n| > P. C+1 ack S+1 len 10 @2",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The client aborts the open connection with a RST; data in flight may be lost.",
                "客户端以 RST 中止已建立的连接，仍在途中的数据可能丢失。",
            ),
            (
                "The client goes on: so it did not send the RST that came in its name (forged, or sent by a device on the way).",
                "客户端仍在继续通信，可见以它的名义发出的 RST 并非它所发（伪造，或由途中的设备发出）。",
            ),
        ],
    );
    told(
        "open\n| > R C+1\n| < P. S+1 ack C+1 len 10 @2\n| > . C+1 ack S+11",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The client aborts the open connection with a RST; data in flight may be lost.",
                "客户端以 RST 中止已建立的连接，仍在途中的数据可能丢失。",
            ),
            (
                "The server goes on: so it did not take the client's RST.",
                "服务器仍在继续通信，可见它没有接受客户端的 RST。",
            ),
            (
                "The client goes on: so it did not send the RST that came in its name (forged, or sent by a device on the way).",
                "客户端仍在继续通信，可见以它的名义发出的 RST 并非它所发（伪造，或由途中的设备发出）。",
            ),
        ],
    );
    told(
        "open\n| < R S+100\n| > . C+1 ack S+1",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The server sends a RST that lies in the client's window but is not exactly its next number: the client should answer with an ACK (a challenge ACK) and stay.",
                "服务器发送的 RST 在客户端的接收窗口内，但序号不完全相符：客户端应以 ACK 应答（Challenge ACK），连接保持不变。",
            ),
            CHALLENGES,
        ],
    );
}

/// The challenge ACK is the ACK of the SYN or of the FIN once more: what it is for is told, and not that it was seen before.
#[test]
fn a_challenge_ack_is_no_repeat() {
    told(
        "open\n| < F. S+1 ack C+1\n| > . C+1 ack S+2\n| < R S+100\n| > . C+1 ack S+2",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The server has nothing more to send and closes its direction with FIN X; X and Y are numbered anew from here on.",
                "服务器没有更多数据要发送，以序号为 X 的 FIN 关闭自己的发送方向；从这里起 X、Y 重新编号。",
            ),
            (
                "The client acknowledges the server's FIN X by sending Ack = X+1; its own direction stays open.",
                "客户端以 Ack = X+1 确认服务器序号为 X 的 FIN；它自己的发送方向仍然打开。",
            ),
            (
                "The server sends a RST that lies in the client's window but is not exactly its next number: the client should answer with an ACK (a challenge ACK) and stay.",
                "服务器发送的 RST 在客户端的接收窗口内，但序号不完全相符：客户端应以 ACK 应答（Challenge ACK），连接保持不变。",
            ),
            (
                "The client answers the RST with an ACK (a challenge ACK): the RST was not exactly at its next number, so it stays in CLOSE-WAIT.",
                "客户端以 ACK 应答 RST（Challenge ACK）：RST 的序号不完全相符，因此它仍处于 CLOSE-WAIT 状态。",
            ),
        ],
    );
}

/// Bytes that were on their way when the RST came, or that a side sends which has not noticed it.
#[test]
fn data_of_a_side_that_a_reset_closed() {
    told(
        "open\n| > R C+1\n| < P. S+1 ack C+1 len 1",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The client aborts the open connection with a RST; data in flight may be lost.",
                "客户端以 RST 中止已建立的连接，仍在途中的数据可能丢失。",
            ),
            (
                "The server sends 1 byte although a RST had closed its side; it may have been on its way already.",
                "服务器一侧已被 RST 关闭，却又发送 1 字节数据；这些数据可能早已在途中。",
            ),
        ],
    );
}

#[test]
fn causes_of_resets() {
    told(
        "open\n| > . C+1 ack S+1 @3600\n| < R S+1",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The client's acknowledgment of the server's SYN, Ack = Y+1, is seen again (retransmitted, or captured twice).",
                "再次看到客户端对服务器 SYN 的确认 Ack = Y+1（重传或重复捕获）。",
            ),
            (
                "The server answers frame 4 with a RST: it has no such connection, or no longer; before it there was silence for 60 min 0 s (a timeout of a host or a firewall?).",
                "服务器以 RST 应答第 4 帧：它没有（或已不再有）这个连接；此前连接空闲了 60 分钟 0 秒（主机或防火墙可能已超时）。",
            ),
        ],
    );
    told(
        "open\n| > P. C+1 ack S+1 len 10\n| > P. C+1 ack S+1 len 10 @1\n| > P. C+1 ack S+1 len 10 @2\n| > R. C+11 ack S+1 @4",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            NONE,
            NONE,
            NONE,
            (
                "The client gives up and resets the connection: the server took nothing of what it had sent three times or more.",
                "客户端放弃并重置连接：同样的内容至少发送了三次，服务器始终没有确认。",
            ),
        ],
    );
    told(
        "open\n| < R. S+1 ack C+1 ttl 61",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The server aborts the open connection with a RST; data in flight may be lost. Its hop count differs by 3 from that of the server's other segments: a device on the way may have sent it.",
                "服务器以 RST 中止已建立的连接，仍在途中的数据可能丢失。它的跳数与服务器的其他报文段相差 3，可能由途中的设备发出。",
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
