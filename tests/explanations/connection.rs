//! `synfin.conn.explain`: what went through a half-closed connection; RSTs that came and did not count.

use crate::sentences::*;

const OPEN: &str =
    "The handshake took 2.0 ms (frames 1 to 3). No close was seen: it was still open at the last segment captured";
const OPEN_ZH: &str = "握手用时 2.0 毫秒（第 1 至 3 帧）。";

#[test]
fn a_forged_reset() {
    told_at_the_end(
        "open\n| > R C+1\n| > P. C+1 ack S+1 len 10 @2\n| < . S+1 ack C+11",
        "A RST came in the client's name (frame 4), but both sides went on: it was forged, or a device on the way sent it.",
        "曾有一个以客户端名义发出的 RST（第 4 帧），但双方都继续通信：这是伪造的 RST，或由途中的设备发出。",
    );
}

/// A device that resets both sides, and that neither believes: all of its RSTs are counted, the late ones too.
#[test]
fn several_forged_resets() {
    told_at_the_end(
        "
        open
        | > R C+1
        | < R S+1
        | > R C+1 id 77
        | > P. C+1 ack S+1 len 10 @2
        | < P. S+1 ack C+11 len 5
        ",
        "3 RSTs came (the first in frame 4, in the client's name), but both sides went on: they were forged, or a device on the way sent them.",
        "曾有 3 个 RST（第一个以客户端名义发出，在第 4 帧），但双方都继续通信：这是伪造的 RST，或由途中的设备发出。",
    );
    // Withdrawn twice: all of them.
    told_at_the_end(
        "
        open
        | < R S+1
        | < P. S+1 ack C+1 len 10 @2
        | > . C+1 ack S+11
        | > R C+1
        | > P. C+1 ack S+11 len 10 @2
        | < . S+11 ack C+11
        ",
        "2 RSTs came (the first in frame 4, in the server's name), but both sides went on: they were forged, or a device on the way sent them.",
        "曾有 2 个 RST（第一个以服务器名义发出，在第 4 帧），但双方都继续通信：这是伪造的 RST，或由途中的设备发出。",
    );
}

/// Its receiver has not taken it, its sender is gone: the connection ended for one side alone.
#[test]
fn a_reset_that_its_receiver_did_not_take() {
    told_at_the_end(
        "open\n| > R. C+1 ack S+1\n| < P. S+1 ack C+1 len 10 @2",
        "The server went on after that RST, so it had not taken it.",
        "此后服务器仍在继续通信，可见它没有接受该 RST。",
    );
}

/// Its receiver has taken it; the side in whose name it came knows nothing of it.
#[test]
fn a_forged_reset_that_was_taken() {
    told_at_the_end(
        "open\n| > R C+1\n| > P. C+1 ack S+1 len 10 @2\n| < R S+1",
        "The client went on after that RST, so it did not send it: it was forged, or a device on the way sent it.",
        "此后客户端仍在继续通信，可见该 RST 并非它所发（伪造，或由途中的设备发出）。",
    );
}

#[test]
fn challenged_resets() {
    told_at_the_end(
        "open\n| < R S+100\n| > . C+1 ack S+1\n| < P. S+1 ack C+1 len 10",
        "A RST came in the server's name (frame 4) that did not fit exactly; it was ignored, and the connection went on.",
        "曾有一个以服务器名义发出的 RST（第 4 帧），序号不完全相符，因而被忽略，连接继续。",
    );
    // More than are kept one by one.
    let many = "| < R S+100\n| < R S+101\n| < R S+102\n| < R S+103\n| < R S+104\n".repeat(4);
    told_at_the_end(
        &format!("open\n{many}| > . C+1 ack S+1\n| < P. S+1 ack C+1 len 10"),
        "20 RSTs came (the first in frame 4, in the server's name) that did not fit exactly; they were ignored, and the connection went on.",
        "曾有 20 个 RST（第一个以服务器名义发出，在第 4 帧），序号不完全相符，因而被忽略，连接继续。",
    );
    // Nobody spoke after it: it counts as the end, and is no RST that was ignored.
    told_at_the_end(
        "open\n| < R S+100",
        "that RST did not fit exactly, but nothing shows that the connection went on.",
        "该 RST 的序号不完全相符，此后也没有连接继续的迹象。",
    );
}

/// A RST of an attempt before the last one is not told: the sentences are on the last attempt.
#[test]
fn nothing_is_told_of_earlier_attempts() {
    let text = "
        open
        | > R C+1
        | > P. C+1 ack S+1 len 10 @2
        | < . S+1 ack C+11
        | < R S+1
        | > S C+9000
        | < S. S+9000 ack C+9001
        | > . C+9001 ack S+9001
    ";
    let [english, chinese] = said_in_both(text);
    assert!(!english.contains("RST came"), "{english}");
    assert!(!chinese.contains("曾有"), "{chinese}");
    let [english, chinese] = said_in_both("open");
    assert!(english.starts_with(OPEN) && chinese.starts_with(OPEN_ZH), "{english} {chinese}");
}

/// A client that shuts its direction down and waits for the answer: what came then is named.
#[test]
fn bytes_through_a_half_closed_connection() {
    let answer = "
        open
        | > F. C+1 ack S+1
        | < .  S+1 ack C+2
        | < P. S+1 ack C+2 len 1000
        | < P. S+1001 ack C+2 len 2000
        ";
    told_at_the_end(
        &format!("{answer}| < F. S+3001 ack C+2\n| > . C+2 ack S+3002"),
        "The client closed first (FIN in frame 4), the server sent 3000 bytes more and followed (frame 8), and both FINs \
         were acknowledged (frame 9, after 5.0 ms).",
        "客户端先关闭（FIN 在第 4 帧），服务器又发送了 3000 字节，随后关闭（第 8 帧），双方的 FIN 都已被确认（第 9 帧，用时 5.0 毫秒）。",
    );
    told_at_the_end(
        &format!("{answer}| > R C+2"),
        "The client closed (FIN in frame 4); the server sent 3000 bytes more; then the client reset the connection (frame 8): \
         it had no such connection any more when it got the segment in frame 7.",
        "客户端发起关闭（FIN 在第 4 帧）；服务器又发送了 3000 字节；随后客户端重置了连接（第 8 帧）：收到第 7 帧的报文段时，它已没有这个连接。",
    );
    // Nothing came: nothing is said of it.
    told_at_the_end(
        "open\n| > F. C+1 ack S+1\n| < F. S+1 ack C+2\n| > . C+2 ack S+2",
        "The client closed first (FIN in frame 4), the server followed (frame 5), and both FINs \
         were acknowledged (frame 6, after 2.0 ms).",
        "客户端先关闭（FIN 在第 4 帧），服务器随后关闭（第 5 帧），双方的 FIN 都已被确认（第 6 帧，用时 2.0 毫秒）。",
    );
}

/// The server did not take the client's ACK, as its repeated SYN-ACK shows, and gave up in the end.
#[test]
fn a_handshake_that_the_server_gave_up() {
    told_at_the_end(
        "
        | > S C
        | < S. S ack C+1
        | > . C+1 ack S+1
        | < S. S ack C+1 @1
        | > . C+1 ack S+1
        | < S. S ack C+1 @2
        | > . C+1 ack S+1
        | < R S+1 @4
        ",
        ", the server answered with a SYN-ACK (frame 2) and the client acknowledged it (frame 3), but the server sent its \
         SYN-ACK again: the ACK did not reach it, or its queue of new connections is full; then the server reset it (frame 8): \
         it had no such connection, or no longer.",
        "，服务器以 SYN-ACK 应答（第 2 帧），客户端也已确认（第 3 帧），但服务器又重发了 SYN-ACK：该 ACK 没有到达，或服务器的全连接队列已满；随后服务器发送了 RST（第 8 帧）：它没有（或已不再有）这个连接。",
    );
    told_at_the_end(
        "
        | > S C
        | < S. S ack C+1
        | < P. S+1 ack C+1 len 10 @1
        | < P. S+1 ack C+1 len 10 @2
        | < P. S+1 ack C+1 len 10 @2
        | < R. S+11 ack C+1 @4
        ",
        ", the server answered with a SYN-ACK (frame 2); then the server gave up with a RST (frame 6): it had sent the same \
         again and again, and the client acknowledged none of it.",
        "，服务器以 SYN-ACK 应答（第 2 帧）；随后服务器放弃并发送 RST（第 6 帧）：同样的内容反复发送，客户端始终没有确认。",
    );
}
