//! The sentences of a script, and those that come up again and again.

use synfin_core::capture::{Event, Options, SegmentId, Tracker};
use synfin_core::view::{Pass, SegmentView};
use synfin_core::words::explain;
use synfin_core::words::language::Language;

use crate::common::core;
use crate::common::script::{self, ISNS};

/// What is said of each segment of a script in this language, in the first pass and in later ones.
fn said(text: &str, language: Language) -> [Vec<String>; 2] {
    let script = script::parse(text, ISNS[1]);
    let wires: Vec<_> = script.rows.iter().map(|row| &row.wire).collect();
    let segments: Vec<_> = wires.iter().map(|wire| core::segment(wire)).collect();
    let mut tracker = Tracker::new(Options { rebase: script.rebase });
    let id = |index: usize| SegmentId { frame: u32::try_from(index).unwrap() + 1, layer: 0 };
    let sentence = |view: Option<SegmentView>| {
        let mut text = String::new();
        let says = explain::segment(&mut text, &view.expect("it was taken in"), language).expect("a String takes all");
        if says { text } else { String::new() }
    };
    let mut first = Vec::new();
    for (index, wire) in wires.iter().enumerate() {
        let path = core::path(wire);
        tracker
            .observe(id(index), Event::Segment { stream: wire.stream, path: &path, segment: &segments[index] })
            .expect("there is room");
        first.push(sentence(tracker.segment(id(index), path, &segments[index], Pass::First)));
    }
    let again = |(index, wire): (usize, &&script::Wire)| {
        sentence(tracker.segment(id(index), core::path(wire), &segments[index], Pass::Final))
    };
    let last = wires.iter().enumerate().map(again).collect();
    [first, last]
}

/// Holds the sentences of a script against these, a pair (English, Chinese) a segment; empty ones for a segment without.
#[track_caller]
pub fn told(text: &str, expected: &[(&str, &str)]) {
    for language in [Language::English, Language::Chinese] {
        let of = |pair: &(&str, &str)| if language == Language::English { pair.0 } else { pair.1 }.to_string();
        let expected: Vec<String> = expected.iter().map(of).collect();
        for got in said(text, language) {
            assert_eq!(got, expected, "{text}");
        }
    }
}

/// What is said of the whole connection of a script at its end.
fn said_at_the_end(text: &str, language: Language) -> String {
    let script = script::parse(text, ISNS[1]);
    let mut tracker = Tracker::new(Options { rebase: script.rebase });
    for (index, row) in script.rows.iter().enumerate() {
        let id = SegmentId { frame: u32::try_from(index).unwrap() + 1, layer: 0 };
        tracker
            .observe(id, Event::Segment { stream: 0, path: &core::path(&row.wire), segment: &core::segment(&row.wire) })
            .expect("there is room");
    }
    let mut said = String::new();
    let view = tracker.connection(0, Pass::Final).expect("it was taken in");
    assert!(explain::connection(&mut said, &view, language).expect("a String takes all"));
    said
}

/// The same in English and Chinese.
pub fn said_in_both(text: &str) -> [String; 2] {
    [Language::English, Language::Chinese].map(|language| said_at_the_end(text, language))
}

/// Holds what is said of a whole connection against the end of this, in English and Chinese.
#[track_caller]
pub fn told_at_the_end(text: &str, english: &str, chinese: &str) {
    for (language, expected) in [(Language::English, english), (Language::Chinese, chinese)] {
        let said = said_at_the_end(text, language);
        assert!(said.ends_with(expected), "{text}\nsays {said:?},\nmust end with {expected:?}");
    }
}

pub const NONE: (&str, &str) = ("", "");
pub const ASKS: (&str, &str) = (
    "The client asks for a connection and announces its initial sequence number X (ISN).",
    "客户端请求建立连接，并告知自己的初始序号 X（ISN）。",
);
pub const ACCEPTS: (&str, &str) = (
    "The server accepts: it acknowledges X by sending Ack = X+1 and announces its own initial sequence number Y (ISN).",
    "服务器同意建立连接：以 Ack = X+1 确认 X，并告知自己的初始序号 Y（ISN）。",
);
pub const OPENS: (&str, &str) = (
    "The client acknowledges Y by sending Ack = Y+1, which completes the handshake: the client now counts the connection as ESTABLISHED.",
    "客户端以 Ack = Y+1 确认 Y，握手完成：客户端一侧连接已建立（ESTABLISHED）。",
);
pub const CLOSES: (&str, &str) = (
    "The client has nothing more to send and closes its direction with FIN X; X and Y are numbered anew from here on.",
    "客户端没有更多数据要发送，以序号为 X 的 FIN 关闭自己的发送方向；从这里起 X、Y 重新编号。",
);
pub const HALF: (&str, &str) = (
    "The server acknowledges the client's FIN X by sending Ack = X+1; its own direction stays open.",
    "服务器以 Ack = X+1 确认客户端序号为 X 的 FIN；它自己的发送方向仍然打开。",
);
pub const CLOSED: (&str, &str) = (
    "The client acknowledges the server's FIN by sending Ack = Y+1; both directions are closed now.",
    "客户端以 Ack = Y+1 确认服务器的 FIN；至此两个方向都已关闭。",
);
pub const HALF_AND_CLOSES_TOO: (&str, &str) = (
    "The server acknowledges the client's FIN X by sending Ack = X+1 and closes its own direction with FIN Y.",
    "服务器以 Ack = X+1 确认客户端序号为 X 的 FIN，并以序号为 Y 的 FIN 关闭自己的发送方向。",
);
pub const CROSSES: (&str, &str) = (
    "The server closes its direction too, with FIN Y, before it acknowledges the client's FIN.",
    "服务器在确认客户端的 FIN 之前，也以序号为 Y 的 FIN 关闭自己的发送方向。",
);
pub const CHALLENGES: (&str, &str) = (
    "The client answers the RST with an ACK (a challenge ACK): the RST was not exactly at its next number, so it stays in ESTABLISHED.",
    "客户端以 ACK 应答 RST（Challenge ACK）：RST 的序号不完全相符，因此它仍处于 ESTABLISHED 状态。",
);
pub const SYN_TOO: (&str, &str) = (
    "The server sends a SYN too and announces its initial sequence number Y (ISN): both sides ask for the connection.",
    "服务器也发送 SYN，并告知自己的初始序号 Y（ISN）：双方都请求建立连接。",
);
