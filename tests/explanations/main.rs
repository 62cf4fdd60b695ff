//! `synfin.explain`, sentence by sentence, in both languages; the expectations are written by hand.

mod common;

use common::core::{self, Fields};
use common::script::{self, ISNS};
use synfin::text::Language;
use synfin::tracker::Options;

/// What is shown of each segment of a script, with its sentence in this language: in the first pass and in later ones.
fn shown(text: &str, language: Language) -> [Vec<Fields>; 2] {
    let script = script::parse(text, ISNS[1]);
    let wires: Vec<_> = script.rows.iter().map(|row| &row.wire).collect();
    let options = Options { rebase: script.rebase, language };
    let seen = core::read_wires(&wires, 1, options);
    [seen.first, seen.last]
}

/// Holds the sentences of a script against these, a pair (English, Chinese) a segment; empty ones for a segment without.
#[track_caller]
fn told(text: &str, expected: &[(&str, &str)]) {
    for language in [Language::English, Language::Chinese] {
        let of = |pair: &(&str, &str)| if language == Language::English { pair.0 } else { pair.1 }.to_string();
        let expected: Vec<String> = expected.iter().map(of).collect();
        for pass in shown(text, language) {
            let sentence = |fields: &Fields| fields.get("explain").map(|values| values.join("")).unwrap_or_default();
            let got: Vec<String> = pass.iter().map(sentence).collect();
            assert_eq!(got, expected, "{text}");
        }
    }
}

const NONE: (&str, &str) = ("", "");
const ASKS: (&str, &str) = (
    "The client asks to open a connection and announces its number X.",
    "客户端请求建立连接，并告知自己的初始序号 X。",
);
const ACCEPTS: (&str, &str) = (
    "The server accepts: it acknowledges X by sending Ack = X+1 and announces its own number Y.",
    "服务器同意：发送 Ack = X+1 确认 X，并告知自己的初始序号 Y。",
);
const OPENS: (&str, &str) = (
    "The client acknowledges Y by sending Ack = Y+1, which completes the opening: on its side the connection is open.",
    "客户端发送 Ack = Y+1 确认 Y，完成连接的建立：在它这一侧连接已打开。",
);
const CLOSES: (&str, &str) = (
    "The client has nothing more to send and closes its direction with FIN X; X and Y are new from here on.",
    "客户端没有更多数据要发送，用 FIN X 关闭自己的方向；从这里起 X 和 Y 重新取值。",
);
const HALF: (&str, &str) = (
    "The server acknowledges the client's FIN X by sending Ack = X+1; its own direction stays open.",
    "服务器发送 Ack = X+1 确认客户端的 FIN X；它自己的方向仍然打开。",
);
const CLOSES_TOO: (&str, &str) =
    ("The server closes its direction too, with FIN Y.", "服务器也用 FIN Y 关闭自己的方向。");
const CLOSED: (&str, &str) = (
    "The client acknowledges the server's FIN by sending Ack = Y+1; both directions are closed now.",
    "客户端发送 Ack = Y+1 确认服务器的 FIN；至此两个方向都已关闭。",
);

#[test]
fn an_opening_data_and_a_closing() {
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
        &[ASKS, ACCEPTS, OPENS, NONE, CLOSES, HALF, CLOSES_TOO, CLOSED, NONE],
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
                "The server has nothing more to send and closes its direction with FIN X, behind 1 octet of data; X and Y are new from here on.",
                "服务器没有更多数据要发送，用紧跟在 1 字节数据之后的 FIN X 关闭自己的方向；从这里起 X 和 Y 重新取值。",
            ),
            (
                "The client acknowledges the server's FIN X by sending Ack = X+1 and closes its own direction with FIN \
                 Y+20, behind 20 octets of data.",
                "客户端发送 Ack = X+1 确认服务器的 FIN X，并用紧跟在 20 字节数据之后的 FIN Y+20 关闭自己的方向。",
            ),
            (
                "The server acknowledges the client's FIN by sending Ack = Y+21; both directions are closed now.",
                "服务器发送 Ack = Y+21 确认客户端的 FIN；至此两个方向都已关闭。",
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
            (
                "The server closes its direction too, with FIN Y, before acknowledging the client's FIN.",
                "服务器在确认客户端的 FIN 之前，也用 FIN Y 关闭自己的方向。",
            ),
            (
                "The client acknowledges the server's FIN by sending Ack = Y+1.",
                "客户端发送 Ack = Y+1 确认服务器的 FIN。",
            ),
            (
                "The server acknowledges the client's FIN X by sending Ack = X+1; both directions are closed now.",
                "服务器发送 Ack = X+1 确认客户端的 FIN X；至此两个方向都已关闭。",
            ),
        ],
    );
}

/// RFC 9293 figure 7.
#[test]
fn a_simultaneous_open() {
    let too = (
        "The server sends a SYN too and announces its number Y: both sides ask to open.",
        "服务器也发送 SYN，并告知自己的初始序号 Y：双方都请求建立连接。",
    );
    told(
        "
        | > S   C
        | < S   S
        | > S.  C   ack S+1
        | < S.  S   ack C+1
        ",
        &[
            ASKS,
            too,
            (
                "The client acknowledges Y by sending Ack = Y+1 and announces its own number X.",
                "客户端发送 Ack = Y+1 确认 Y，并告知自己的初始序号 X。",
            ),
            (
                "The server accepts: it acknowledges X by sending Ack = X+1 and announces its own number Y, which completes \
                 the opening.",
                "服务器同意：发送 Ack = X+1 确认 X，并告知自己的初始序号 Y，完成连接的建立。",
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
        &[
            ASKS,
            too,
            ("The server acknowledges X by sending Ack = X+1.", "服务器发送 Ack = X+1 确认 X。"),
            (
                "The client acknowledges Y by sending Ack = Y+1, which completes the opening: on its side the connection is \
                 open.",
                "客户端发送 Ack = Y+1 确认 Y，完成连接的建立：在它这一侧连接已打开。",
            ),
        ],
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
            (
                "The server sends a SYN too and announces its number Y: both sides ask to open.",
                "服务器也发送 SYN，并告知自己的初始序号 Y：双方都请求建立连接。",
            ),
            (
                "The client acknowledges Y by sending Ack = Y+1 and announces its own number X.",
                "客户端发送 Ack = Y+1 确认 Y，并告知自己的初始序号 X。",
            ),
            (
                "The server acknowledges X by sending Ack = X+1, which completes the opening: on its side the connection is \
                 open.",
                "服务器发送 Ack = X+1 确认 X，完成连接的建立：在它这一侧连接已打开。",
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
                "The client asks to open a connection and announces its number X; the SYN carries 10 octets of data already.",
                "客户端请求建立连接，并告知自己的初始序号 X；SYN 中已带有 10 字节数据。",
            ),
            (
                "The server accepts: it acknowledges X to X+10 by sending Ack = X+11 and announces its own number Y.",
                "服务器同意：发送 Ack = X+11 确认 X 到 X+10，并告知自己的初始序号 Y。",
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
            ("The client's SYN with the number X is seen again.", "再次看到客户端序号为 X 的 SYN。"),
            ACCEPTS,
            (
                "The server's SYN-ACK with the number Y and Ack = X+1 is seen again.",
                "再次看到服务器序号为 Y、Ack = X+1 的 SYN-ACK。",
            ),
            OPENS,
            (
                "The client's acknowledgment of the server's SYN, Ack = Y+1, is seen again.",
                "再次看到客户端对服务器的 SYN 的确认 Ack = Y+1。",
            ),
            CLOSES,
            ("The client's FIN X is seen again.", "再次看到客户端的 FIN X。"),
            (
                "The server acknowledges the client's FIN X by sending Ack = X+1 and closes its own direction with FIN Y.",
                "服务器发送 Ack = X+1 确认客户端的 FIN X，并用 FIN Y 关闭自己的方向。",
            ),
            (
                "The server's acknowledgment of the client's FIN, Ack = X+1, and its FIN Y are seen again.",
                "再次看到服务器对客户端的 FIN 的确认 Ack = X+1，以及它的 FIN Y。",
            ),
            CLOSED,
            (
                "The client's acknowledgment of the server's FIN, Ack = Y+1, is seen again.",
                "再次看到客户端对服务器的 FIN 的确认 Ack = Y+1。",
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
            (
                "The server closes its direction too, with FIN Y, before acknowledging the client's FIN.",
                "服务器在确认客户端的 FIN 之前，也用 FIN Y 关闭自己的方向。",
            ),
            (
                "The server acknowledges the client's FIN X by sending Ack = X+1; its FIN Y is seen again.",
                "服务器发送 Ack = X+1 确认客户端的 FIN X；再次看到它的 FIN Y。",
            ),
            (
                "The client acknowledges the server's FIN by sending Ack = Y+1; its FIN X is seen again.",
                "客户端发送 Ack = Y+1 确认服务器的 FIN；再次看到它的 FIN X。",
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

/// One segment completes the opening and begins the closing; X and Y are those of the closing then.
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
                "The client acknowledges the server's SYN by sending Ack = Y, which completes the opening, and closes its \
                 own direction with FIN X; X and Y are new from here on.",
                "客户端发送 Ack = Y 确认服务器的 SYN，完成连接的建立，并用 FIN X 关闭自己的方向；从这里起 X 和 Y 重新取值。",
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
                "The server has nothing more to send and closes its direction with FIN X, behind 4 octets of data; X and Y are new from here on.",
                "服务器没有更多数据要发送，用紧跟在 4 字节数据之后的 FIN X 关闭自己的方向；从这里起 X 和 Y 重新取值。",
            ),
            (
                "The client acknowledges the server's SYN and FIN by sending Ack = X+1; its own direction stays open.",
                "客户端发送 Ack = X+1 确认服务器的 SYN 和 FIN；它自己的方向仍然打开。",
            ),
        ],
    );
}

/// The third segment was not captured: a later one acknowledges the server's SYN first, with data of the server.
#[test]
fn a_later_segment_completes_the_opening() {
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
                "The client acknowledges Y to Y+200 by sending Ack = Y+201, which completes the opening: on its side the \
                 connection is open.",
                "客户端发送 Ack = Y+201 确认 Y 到 Y+200，完成连接的建立：在它这一侧连接已打开。",
            ),
        ],
    );
}

#[test]
fn parts_of_the_opening_not_captured() {
    told("| < S. S ack C+1\n| > . C+1 ack S+1", &[ACCEPTS, OPENS]);
    told("| > S C\n| > . C+1 ack S+1", &[ASKS, OPENS]);
    // Late: the SYN-ACK was captured after the segment that answers it.
    told("| > S C\n| > . C+1 ack S+1\n| < S. S ack C+1", &[ASKS, OPENS, ACCEPTS]);
    // Neither: data first, and X is the FIN's number from the FIN on.
    told("| > P. C ack S len 3\n| > F. C+3 ack S\n| < . S ack C+4", &[NONE, CLOSES, HALF]);
}

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
                "服务器应答的 SYN-ACK 所带的 Ack = X-9 与 SYN 不符：客户端不应接受它。",
            ),
            (
                "The client answers an acknowledgment that does not fit its SYN with a reset, and goes on waiting for one \
                 that does.",
                "客户端收到与自己的 SYN 不符的确认，用 RST 回应，并继续等待正确的应答。",
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
                "The server sends another SYN-ACK: it acknowledges X by sending Ack = X+1 and announces the number Y+500.",
                "服务器发送了另一个 SYN-ACK：用 Ack = X+1 确认 X，并告知序号 Y+500。",
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
                "The server refuses the connection with a reset (often because nothing listens at that port).",
                "服务器用 RST 拒绝连接（通常是因为该端口没有程序在监听）。",
            ),
        ],
    );
    told(
        "| > S C\n| < S. S ack C+1\n| > R C+1",
        &[ASKS, ACCEPTS, ("The client breaks the opening off with a reset.", "客户端用 RST 中断了连接的建立。")],
    );
    told(
        "open\n| < R. S+1 ack C+1\n| < R. S+1 ack C+1",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The server aborts the open connection with a reset; data on the way are lost.",
                "服务器用 RST 中止已打开的连接；仍在途中的数据会丢失。",
            ),
            ("The server sends a reset after the end of the connection.", "服务器在连接结束之后又发送了 RST。"),
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
                "The server resets the connection after a FIN instead of completing the closing.",
                "服务器在 FIN 之后用 RST 结束连接，没有走完正常的关闭过程。",
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
            (
                "The server acknowledges the client's FIN X by sending Ack = X+1 and closes its own direction with FIN Y.",
                "服务器发送 Ack = X+1 确认客户端的 FIN X，并用 FIN Y 关闭自己的方向。",
            ),
            CLOSED,
            ("The server sends a reset after the end of the connection.", "服务器在连接结束之后又发送了 RST。"),
        ],
    );
    told(
        "open\n| < R S+1900000000",
        &[
            ASKS,
            ACCEPTS,
            OPENS,
            (
                "The server sends a reset that does not fit what the client expects: it should be ignored.",
                "服务器发送的 RST 与客户端的期望不符：客户端应当忽略它。",
            ),
        ],
    );
    told(
        "| < R S",
        &[(
            "The server ends the connection with a reset; its opening was not captured.",
            "服务器用 RST 结束连接；该连接的建立过程没有被捕获。",
        )],
    );
}

/// Without `synfin.rebase` a FIN keeps the number that the opening's X and Y give it.
#[test]
fn numbers_of_the_opening_all_the_way() {
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
                "客户端没有更多数据要发送，用 FIN X+1 关闭自己的方向。",
            ),
            (
                "The server acknowledges the client's FIN by sending Ack = X+2; its own direction stays open.",
                "服务器发送 Ack = X+2 确认客户端的 FIN；它自己的方向仍然打开。",
            ),
        ],
    );
}
