//! Handshakes and teardowns without trouble.

use crate::sentences::*;

#[test]
fn a_handshake_data_and_a_teardown() {
    told(
        "
        open
        | > P.  C+1  ack S+1 len 10
        | > F.  C+11 ack S+1
        | < .   S+1  ack C+12
        | < F.  S+1  ack C+12
        | > .   C+12 ack S+2
        | > .   C+12 ack S+2 win 1
        ",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            NONE,
            CLOSES,
            HALF,
            ("The server closes its direction too, with FIN Y.", "服务器也以序号为 Y 的 FIN 关闭自己的发送方向。"),
            CLOSED,
            NONE,
        ],
    );
}

#[test]
fn the_server_closes_first_in_three_segments_behind_data() {
    told(
        "
        open
        | < F.  S+1 ack C+1 len 1
        | > F.  C+1 ack S+3 len 20
        | < .   S+3 ack C+22
        ",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The server has nothing more to send and closes its direction with FIN X, after 1 byte of data; X and Y are numbered anew from here on.",
                "服务器没有更多数据要发送，在 1 字节数据之后以序号为 X 的 FIN 关闭自己的发送方向；从这里起 X、Y 重新编号。",
            ),
            (
                "The client acknowledges the server's FIN X by sending Ack = X+1 and closes its own direction with FIN Y+20, after 20 bytes of data.",
                "客户端以 Ack = X+1 确认服务器序号为 X 的 FIN，并在 20 字节数据之后以序号为 Y+20 的 FIN 关闭自己的发送方向。",
            ),
            (
                "The server acknowledges the client's FIN by sending Ack = Y+21; both directions are closed now.",
                "服务器以 Ack = Y+21 确认客户端的 FIN；至此两个方向都已关闭。",
            ),
        ],
    );
}

/// RFC 9293 figure 13. The acknowledgment of the first FIN comes last: the server's direction is not open then.
#[test]
fn a_simultaneous_close() {
    told(
        "
        open
        | > F.  C+1 ack S+1
        | < F.  S+1 ack C+1
        | > .   C+2 ack S+2
        | < .   S+2 ack C+2
        ",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            CLOSES,
            CROSSES,
            ("The client acknowledges the server's FIN by sending Ack = Y+1.", "客户端以 Ack = Y+1 确认服务器的 FIN。"),
            (
                "The server acknowledges the client's FIN X by sending Ack = X+1; both directions are closed now.",
                "服务器以 Ack = X+1 确认客户端序号为 X 的 FIN；至此两个方向都已关闭。",
            ),
        ],
    );
}

/// RFC 9293 figure 7.
#[test]
fn a_simultaneous_open() {
    told(
        "
        | > S   C
        | < S   S
        | > S.  C   ack S+1
        | < S.  S   ack C+1
        ",
        &[
            ASKS,
            SYN_TOO,
            (
                "The client acknowledges Y by sending Ack = Y+1 and announces its own initial sequence number X (ISN).",
                "客户端以 Ack = Y+1 确认 Y，并告知自己的初始序号 X（ISN）。",
            ),
            (
                "The server accepts: it acknowledges X by sending Ack = X+1 and announces its own initial sequence number Y (ISN), which completes the handshake.",
                "服务器同意建立连接：以 Ack = X+1 确认 X，并告知自己的初始序号 Y（ISN），握手完成。",
            ),
        ],
    );
    // Bare ACKs instead of SYN-ACKs: the first opens no side but the other one's.
    told(
        "
        | > S   C
        | < S   S
        | < .   S+1 ack C+1
        | > .   C+1 ack S+1
        ",
        &[ASKS, SYN_TOO, ("The server acknowledges X by sending Ack = X+1.", "服务器以 Ack = X+1 确认 X。"), OPENS],
    );
}

/// The server acknowledges the client's SYN, then sends its own, which the client answers with a SYN-ACK.
#[test]
fn a_split_open() {
    told(
        "
        | > S   C
        | < .   S   ack C+1
        | < S   S
        | > S.  C   ack S+1
        | < .   S+1 ack C+1
        ",
        &[
            ASKS,
            NONE,
            SYN_TOO,
            (
                "The client acknowledges Y by sending Ack = Y+1 and announces its own initial sequence number X (ISN).",
                "客户端以 Ack = Y+1 确认 Y，并告知自己的初始序号 X（ISN）。",
            ),
            (
                "The server acknowledges X by sending Ack = X+1, which completes the handshake: the server now counts the connection as ESTABLISHED.",
                "服务器以 Ack = X+1 确认 X，握手完成：服务器一侧连接已建立（ESTABLISHED）。",
            ),
        ],
    );
}

#[test]
fn fast_open_acknowledges_data_of_the_syn() {
    told(
        "
        | > S   C   len 10
        | < S.  S   ack C+11
        | > .   C+11 ack S+1
        ",
        &[
            (
                "The client asks for a connection and announces its initial sequence number X (ISN); the SYN already carries 10 bytes of data.",
                "客户端请求建立连接，并告知自己的初始序号 X（ISN）；SYN 已携带 10 字节数据。",
            ),
            (
                "The server accepts: it acknowledges X to X+10 by sending Ack = X+11 and announces its own initial sequence number Y (ISN).",
                "服务器同意建立连接：以 Ack = X+11 确认 X 到 X+10，并告知自己的初始序号 Y（ISN）。",
            ),
            OPENS,
        ],
    );
}

/// Whether a segment was sent twice or captured twice cannot be seen.
#[test]
fn repeats_are_seen_not_sent() {
    told(
        "
        | > S   C
        | > S   C
        | < S.  S   ack C+1
        | < S.  S   ack C+1
        | > .   C+1 ack S+1
        | > .   C+1 ack S+1
        | > F.  C+1 ack S+1
        | > F.  C+1 ack S+1
        | < F.  S+1 ack C+2
        | < F.  S+1 ack C+2
        | > .   C+2 ack S+2
        | > .   C+2 ack S+2
        ",
        &[
            ASKS,
            (
                "The client's SYN with the number X is seen again (retransmitted, or captured twice).",
                "再次看到客户端序号为 X 的 SYN（重传或重复捕获）。",
            ),
            ACCEPTS,
            (
                "The server's SYN-ACK with the number Y and Ack = X+1 is seen again (retransmitted, or captured twice).",
                "再次看到服务器序号为 Y、Ack = X+1 的 SYN-ACK（重传或重复捕获）。",
            ),
            OPENS,
            (
                "The client's acknowledgment of the server's SYN, Ack = Y+1, is seen again (retransmitted, or captured twice).",
                "再次看到客户端对服务器 SYN 的确认 Ack = Y+1（重传或重复捕获）。",
            ),
            CLOSES,
            (
                "The client's FIN X is seen again (retransmitted, or captured twice).",
                "再次看到客户端序号为 X 的 FIN（重传或重复捕获）。",
            ),
            HALF_AND_CLOSES_TOO,
            (
                "The server's acknowledgment of the client's FIN, Ack = X+1, and its FIN Y are seen again (retransmitted, or captured twice).",
                "再次看到服务器对客户端 FIN 的确认 Ack = X+1，以及它序号为 Y 的 FIN（重传或重复捕获）。",
            ),
            CLOSED,
            (
                "The client's acknowledgment of the server's FIN, Ack = Y+1, is seen again (retransmitted, or captured twice).",
                "再次看到客户端对服务器 FIN 的确认 Ack = Y+1（重传或重复捕获）。",
            ),
        ],
    );
}

/// The FIN repeats, its acknowledgment is new.
#[test]
fn a_repeated_fin_can_acknowledge_for_the_first_time() {
    told(
        "
        open
        | > F.  C+1 ack S+1
        | < F.  S+1 ack C+1
        | < F.  S+1 ack C+2
        | > F.  C+1 ack S+2
        ",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            CLOSES,
            CROSSES,
            (
                "The server acknowledges the client's FIN X by sending Ack = X+1; its FIN Y is seen again.",
                "服务器以 Ack = X+1 确认客户端序号为 X 的 FIN；再次看到它序号为 Y 的 FIN。",
            ),
            (
                "The client acknowledges the server's FIN by sending Ack = Y+1; its FIN X is seen again.",
                "客户端以 Ack = Y+1 确认服务器的 FIN；再次看到它序号为 X 的 FIN。",
            ),
        ],
    );
}

#[test]
fn a_second_fin_with_another_number() {
    told(
        "
        open
        | > F.  C+1 ack S+1
        | > F.  C+6 ack S+1
        | < .   S+1 ack C+2
        ",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            CLOSES,
            ("The client sends a FIN with another number than before: X+5.", "客户端发送序号与之前不同的 FIN：X+5。"),
            HALF,
        ],
    );
}

/// One segment completes the handshake and begins the teardown; X and Y are those of the teardown then.
#[test]
fn the_third_segment_closes_too() {
    told(
        "
        | > S   C
        | < S.  S   ack C+1
        | > F.  C+1 ack S+1
        ",
        &[
            ASKS,
            ACCEPTS,
            (
                "The client acknowledges the server's SYN by sending Ack = Y, which completes the handshake, and closes its own direction with FIN X; X and Y are numbered anew from here on.",
                "客户端以 Ack = Y 确认服务器的 SYN，握手完成，并以序号为 X 的 FIN 关闭自己的发送方向；从这里起 X、Y 重新编号。",
            ),
        ],
    );
}

/// The client's first acknowledgment answers all that the server sent.
#[test]
fn the_third_segment_acknowledges_a_fin() {
    told(
        "
        | > S   C
        | < S.  S   ack C+1
        | < F.  S+1 ack C+1 len 4
        | > .   C+1 ack S+6
        ",
        &[
            ASKS,
            ACCEPTS,
            (
                "The server has nothing more to send and closes its direction with FIN X, after 4 bytes of data; X and Y are numbered anew from here on.",
                "服务器没有更多数据要发送，在 4 字节数据之后以序号为 X 的 FIN 关闭自己的发送方向；从这里起 X、Y 重新编号。",
            ),
            (
                "The client acknowledges the server's SYN and FIN by sending Ack = X+1; its own direction stays open.",
                "客户端以 Ack = X+1 确认服务器的 SYN 和 FIN；它自己的发送方向仍然打开。",
            ),
        ],
    );
}

/// The third segment was not captured: a later one acknowledges the server's SYN first, with data of the server.
#[test]
fn a_later_segment_completes_the_handshake() {
    told(
        "
        | > S   C
        | < S.  S   ack C+1
        | < P.  S+1 ack C+1 len 200
        | > .   C+1 ack S+201
        ",
        &[
            ASKS,
            ACCEPTS,
            NONE,
            (
                "The client acknowledges Y to Y+200 by sending Ack = Y+201, which completes the handshake: the client now counts the connection as ESTABLISHED.",
                "客户端以 Ack = Y+201 确认 Y 到 Y+200，握手完成：客户端一侧连接已建立（ESTABLISHED）。",
            ),
        ],
    );
}

#[test]
fn parts_of_the_handshake_not_captured() {
    told("| < S. S ack C+1\n| > . C+1 ack S+1", &[ACCEPTS, OPENS]);
    told("| > S C\n| > . C+1 ack S+1", &[ASKS, OPENS]);
    // Late: the SYN-ACK was captured after the segment that answers it.
    told("| > S C\n| > . C+1 ack S+1\n| < S. S ack C+1", &[ASKS, OPENS, ACCEPTS]);
    // Neither: data first, and X is the FIN's number from the FIN on.
    told("| > P. C ack S len 3\n| > F. C+3 ack S\n| < . S ack C+4", &[NONE, CLOSES, HALF]);
}
