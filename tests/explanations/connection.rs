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
        "The connection was open; then a RST in the client's name (frame 4) ended it for the server. It was forged, or a device on the way sent it: the client went on after it.",
        "连接已建立；随后一个以客户端名义发出的 RST（第 4 帧）使服务器一侧的连接终止。此后客户端仍在继续通信，可见它是伪造的，或由途中的设备发出。",
    );
}

#[test]
fn challenged_resets() {
    told_at_the_end(
        "open\n| < R S+100\n| > . C+1 ack S+1\n| < P. S+1 ack C+1 len 10",
        "A RST came in the server's name (frame 4); it did not fit exactly and ended nothing.",
        "曾有一个以服务器名义发出的 RST（第 4 帧），序号不完全相符，没有终止连接。",
    );
    // More than are kept one by one.
    let many = "| < R S+100\n| < R S+101\n| < R S+102\n| < R S+103\n| < R S+104\n".repeat(4);
    told_at_the_end(
        &format!("open\n{many}| > . C+1 ack S+1\n| < P. S+1 ack C+1 len 10"),
        "20 RSTs came (the first in frame 4, in the server's name); they did not fit exactly and ended nothing.",
        "曾有 20 个 RST（第一个以服务器名义发出，在第 4 帧），序号不完全相符，没有终止连接。",
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

/// Between a forged RST and what shows that it was forged no segment shows a step: no frame is named that is not known.
#[test]
fn what_came_before_a_forged_reset_was_seen_through() {
    told_at_the_end(
        "
        open
        | > P. C+1 ack S+1 len 100
        | < R  S+1
        | < R  S+1461
        | < FP. S+1 ack C+101 len 620
        | > .  C+101 ack S+622
        | > F. C+101 ack S+622
        | < .  S+622 ack C+102
        ",
        "The server closed first (FIN), the client followed (frame 9), and both FINs were acknowledged (frame 10, after \
         3.0 ms). 2 RSTs came (the first in frame 5, in the server's name), but both sides went on: they were forged, or a \
         device on the way sent them.",
        "服务器先关闭（FIN），客户端随后关闭（第 9 帧），双方的 FIN 都已被确认（第 10 帧，用时 3.0 毫秒）。曾有 2 个 RST（第一个以服务器名义发出，在第 5 帧），但双方都继续通信：这是伪造的 RST，或由途中的设备发出。",
    );
    told_at_the_end(
        "
        | > S  C
        | < S. S ack C+1
        | < R  S+1
        | > .  C+1 ack S+1 @0.5
        | > P. C+1 ack S+1 len 5 @1.2
        | < P. S+1 ack C+6 len 5
        | > .  C+6 ack S+6
        ",
        "The handshake was completed. No close was seen: it was still open at the last segment captured (frame 7, after 1.7 \
         s). A RST came in the server's name (frame 3), but both sides went on: it was forged, or a device on the way sent it.",
        "握手已完成。未看到关闭：到最后捕获的报文段（第 7 帧，历时 1.7 秒）为止连接仍然打开。曾有一个以服务器名义发出的 RST（第 3 帧），但双方都继续通信：这是伪造的 RST，或由途中的设备发出。",
    );
}

/// The SYN-ACK came behind a RST that was withdrawn: it shows no step, and it is named all the same.
#[test]
fn a_syn_ack_that_shows_no_step() {
    told_at_the_end(
        "| > S C\n| > R C-5\n| < S. S ack C+1 @2\n| > . C+1 ack S+900",
        "The client sent its SYN (frame 1) and the server answered with a SYN-ACK (frame 3), but the client's acknowledgment \
         (frame 4) does not fit it: the handshake was never completed. A device on the way rewrites the numbers, or somebody \
         guesses them. A RST came in the client's name (frame 2), but both sides went on: it was forged, or a device on the \
         way sent it.",
        "客户端发送了 SYN（第 1 帧），服务器以 SYN-ACK 应答（第 3 帧），但客户端的确认（第 4 帧）与之不符，握手一直没有完成。可能是途中的设备改写了序号，或有人在猜测序号。曾有一个以客户端名义发出的 RST（第 2 帧），但双方都继续通信：这是伪造的 RST，或由途中的设备发出。",
    );
}

/// Where the clock had the SYN behind the ACK, the earlier frame is named first.
#[test]
fn frames_are_named_in_their_order() {
    told_at_the_end(
        "| < S. S ack C+1\n| > . C+1 ack S+1\n| > S C\n| > P. C+1 ack S+1 len 5\n| < . S+1 ack C+6\n| < R S+1",
        "The handshake was completed (frames 2 to 3). The server reset the open connection (frame 6): a program or the server's \
         host ended it; data in flight may be lost.",
        "握手已完成（第 2 至 3 帧）。服务器重置了已建立的连接（第 6 帧）：由服务器的程序或主机主动中止，仍在途中的数据可能丢失。",
    );
}

/// A FIN that had been acknowledged comes again, and its answer does not: it is not said that nobody acknowledged it.
#[test]
fn a_fin_that_comes_again_after_its_acknowledgment() {
    told_at_the_end(
        "open\n| > F. C+1 ack S+1\n| < . S+1 ack C+2\n| > F. C+1 ack S+1 @1",
        "The client sent its FIN 2 times in 1.0 s (from frame 4), the last time after it had been acknowledged (frame 5), and \
         nobody acknowledged it once more: the answers were lost, or the server was gone.",
        "客户端在 1.0 秒内发送了 2 次 FIN（从第 4 帧起），最后一次是在已被确认（第 5 帧）之后，此后再未被确认：应答丢失，或服务器已不在线。",
    );
    told_at_the_end(
        "open\n| > F. C+1 ack S+1\n| > F. C+1 ack S+1 @1",
        "The client sent its FIN 2 times in 1.0 s (from frame 4), and nobody acknowledged it: all of them or all answers were \
         lost, or the server was gone.",
        "客户端在 1.0 秒内发送了 2 次 FIN（从第 4 帧起），始终未被确认：这些 FIN 或对它们的应答全部丢失，或服务器已不在线。",
    );
}

/// What was not captured is not told as not sent.
#[test]
fn one_direction_alone() {
    told_at_the_end(
        "| > P. C+1 ack S+1 len 10\n| > F. C+11 ack S+1",
        "The client closed its direction (FIN in frame 2); no segment of the server was captured.",
        "客户端关闭了自己的发送方向（FIN 在第 2 帧）；未捕获服务器的任何报文段。",
    );
    told_at_the_end(
        "| < S. S ack C+1\n| < P. S+1 ack C+500 len 10\n| < R. S+11 ack C+500 @30",
        "then the server reset the connection (frame 3); before it there was silence for 30.0 s (a timeout of a host or a \
         firewall?). The server had gone on before, so a part of the handshake was probably not captured.",
        "随后服务器重置了连接（第 3 帧）；此前连接空闲了 30.0 秒（主机或防火墙可能已超时）。此前服务器已继续通信，可见握手可能只捕获到一部分。",
    );
}

/// Probes with flags that no TCP sends open nothing.
#[test]
fn odd_flags_alone() {
    told_at_the_end(
        "| > FPU C len 0\n| > FPU C",
        "Nothing was captured but segments with flags that no TCP sends (a port scan, or damage).",
        "只捕获到任何 TCP 都不会发送的标志组合（端口扫描，或报文损坏）。",
    );
}

/// An acknowledgment that the server cannot accept is the cause, not a loss.
#[test]
fn a_handshake_that_a_wrong_acknowledgment_left_open() {
    told_at_the_end(
        "| > S C\n| < S. S ack C+1\n| > . C+1 ack S+501\n| < R S+501\n| < S. S ack C+1 @1",
        "and the server answered with a SYN-ACK (frame 2), but the client's acknowledgment (frame 3) does not fit it: the \
         handshake was never completed. A device on the way rewrites the numbers, or somebody guesses them.",
        "，服务器以 SYN-ACK 应答（第 2 帧），但客户端的确认（第 3 帧）与之不符，握手一直没有完成。可能是途中的设备改写了序号，或有人在猜测序号。",
    );
}

/// A device rewrites the numbers of one direction: the connection goes on all the same.
#[test]
fn numbers_that_a_device_rewrites() {
    told_at_the_end(
        "| > S C\n| < S. S ack C+1000004\n| > . C+1 ack S+1\n| > P. C+1 ack S+1 len 10\n| < P. S+1 ack C+1000014 len 5",
        "The connection went on after an answer that does not acknowledge the client's SYN: a device on the way rewrites the \
         numbers, or a part of the handshake was not captured. No close was seen: it was still open at the last segment \
         captured (frame 5, after 4.0 ms).",
        "收到没有确认客户端 SYN 的应答，连接却仍继续：序号被途中的设备改写，或握手只捕获到一部分。未看到关闭：到最后捕获的报文段（第 5 帧，历时 4.0 毫秒）为止连接仍然打开。",
    );
}
