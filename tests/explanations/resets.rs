//! Resets: what each does and why, and those that ended nothing.

use crate::sentences::*;

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
            "The server resets the connection with a RST; data in flight may be lost; the handshake was not captured.",
            "服务器以 RST 重置连接，仍在途中的数据可能丢失；未捕获该连接的握手。",
        )],
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
                "The client gives up and resets the connection: it had sent the same three times or more, and the server took none of it (no answer, or a window that stayed 0).",
                "客户端放弃并重置连接：同样的内容至少发送了三次，服务器始终没有接收（没有应答，或接收窗口一直为 0）。",
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
