use strum::VariantArray;

use super::connection::{Doubts, EnderStory, HandshakeStory, Icmp, Syns, TeardownStory};
use super::numbers::StoryNumbers;
use super::reset::{Rst, RstKind};
use super::story::{AckTarget, Doubt, Effect, Fin, Oddity, Syn, Topic};
use super::*;
use crate::view::{Flags, HandshakeKind, IcmpKind, Kind, ResetCount, Side, State};
use crate::words::language::tests::is_han;
use crate::words::script::Script;

/// In English and in Chinese.
fn both(write: impl Fn(&mut dyn Write, Language) -> Result<bool, fmt::Error>) -> Option<[String; 2]> {
    let [english, chinese] = [Language::English, Language::Chinese].map(|language| {
        let mut text = String::new();
        write(&mut text, language).unwrap().then_some(text)
    });
    assert_eq!(english.is_some(), chinese.is_some());
    let (english, chinese) = (english?, chinese?);
    assert_sentences(&english, &chinese);
    Some([english, chinese])
}

/// Both are whole sentences, and each is in its language.
#[track_caller]
fn assert_sentences(english: &str, chinese: &str) {
    assert!(english.ends_with('.') && !english.chars().any(is_han), "{english}");
    assert!(english.starts_with(|letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit()), "{english}");
    assert!(chinese.ends_with('。') && chinese.chars().any(is_han), "{chinese}");
    for text in [english, chinese] {
        for flaw in ["  ", "..", " .", " ,", "。。", "，，", "；；", "octet", "opening", "closing"] {
            assert!(!text.contains(flaw), "{flaw:?} in {text}");
        }
    }
}

fn of_segment(script: &Script, frame: u32) -> Option<[String; 2]> {
    let view = script.segment(frame);
    both(|out, language| segment(out, &view, language))
}

fn of_connection(script: &Script) -> [String; 2] {
    let view = script.connection();
    both(|out, language| connection(out, &view, language)).unwrap()
}

const OPEN: &str = "
    0  > S  100 0
    10 < SA 300 101
    20 > A  101 301
";

/// Connections of every outcome and teardown kind, by `outcome kind`.
const CONNECTIONS: &[(&str, &str)] = &[
    ("no-answer none", "0 > S 100 0\n 1000 > S 100 0\n 3000 > S 100 0\n 7000 > S 100 0"),
    ("unreachable none", "0 > S 100 0\n icmp host"),
    ("no-answer none", "0 > S 100 0\n icmp big"),
    ("refused none", "0 > S 100 0\n 1 < RA 0 101"),
    ("reset none", "0 > S 100 0\n 10 < SA 300 101\n 20 > R 101 0"),
    ("reset none", "0 > S 100 0\n 10 > RA 101 0"),
    ("half-open none", "0 > S 100 0\n 10 < SA 300 101\n 1010 < SA 300 101"),
    ("half-open none", "0 > S 100 0\n 10 < SA 300 101\n 20 > A 101 301\n 1020 < SA 300 101"),
    ("half-open none", "0 > S 100 0\n 5 < S 300 0"),
    ("old-connection none", "0 > S 100 0\n 10 < A 900 77000"),
    ("invalid-answer none", "0 > S 100 0\n 10 < SA 300 999"),
    ("partial still-open", "10 < SA 300 101\n 20 > A 101 301\n 30 > AP 101 301 10"),
    ("not-captured still-open", "0 > AP 100 300 10\n 10 < A 300 110"),
    ("not-captured none", "0 > AP 100 300 10\n 10 < R 300 0"),
    ("not-captured reset", "0 > AP 100 300 10\n 5 < A 300 110\n 60010 < RA 300 110"),
    ("complete still-open", OPEN),
    ("complete four-segment", "30 > FA 101 301\n 40 < A 301 102\n 50 < FA 301 102\n 60 > A 102 302"),
    ("complete three-segment", "30 > FA 101 301\n 50 < FA 301 102\n 60 > A 102 302"),
    ("complete simultaneous", "30 > FA 101 301\n 35 < FA 301 101\n 60 > A 102 302\n 61 < A 302 102"),
    ("complete half-closed", "30 > FA 101 301\n 40 < A 301 102\n 50 < AP 301 102 1"),
    ("complete unanswered", "30 > FA 101 301\n 1030 > FA 101 301\n 3030 > FA 101 301"),
    ("complete reset", "30 < R 301 0"),
    ("complete reset", "30 < A 301 101\n 40040 < RA 301 101 ttl=51"),
    ("complete reset", "30 > AP 101 301 10\n 300 > AP 101 301 10\n 900 > AP 101 301 10\n 2000 > RA 111 301"),
    ("complete reset-after-fin", "30 > FA 101 301\n 40 < RA 301 102"),
];

#[test]
fn every_connection() {
    for (expected, lines) in CONNECTIONS {
        let needs_handshake = expected.starts_with("complete") && *lines != OPEN;
        let lines = if needs_handshake { format!("{OPEN}{lines}") } else { (*lines).to_string() };
        let script = Script::play(&lines);
        let view = script.connection();
        of_connection(&script);
        assert_eq!(format!("{} {}", view.outcome().name(), view.teardown().name()), *expected, "{lines}");
    }
}

#[test]
fn the_example_of_the_specification() {
    let said = of_connection(&Script::play(CONNECTIONS[0].1));
    assert!(said[0].starts_with("The client sent its SYN 4 times in 7.0 s (frames 1 to 4); nothing came back."));
    assert!(said[1].starts_with("客户端在 7.0 秒内发送了 4 次 SYN（第 1 至 4 帧），没有收到任何应答。"));
}

#[test]
fn every_segment_with_a_step_or_a_reset() {
    for (expected, lines) in CONNECTIONS {
        let needs_handshake = expected.starts_with("complete") && *lines != OPEN;
        let lines = if needs_handshake { format!("{OPEN}{lines}") } else { (*lines).to_string() };
        let script = Script::play(&lines);
        let count = lines.lines().filter(|line| !line.trim().is_empty()).count();
        for frame in 1..=u32::try_from(count).unwrap() {
            if lines.contains("icmp") && frame > 1 {
                let view = script.icmp(frame);
                let said = both(|out, language| icmp(out, &view, language).map(|()| true)).unwrap();
                assert!(said[0].starts_with("192.0.2.1 reports that "), "{}", said[0]);
                continue;
            }
            let view = script.segment(frame);
            let said = of_segment(&script, frame);
            let steps = !view.verdict.open_steps.is_empty() || !view.verdict.close_steps.is_empty();
            assert!(said.is_some() || !(steps || view.verdict.reset.is_some()), "frame {frame} of {lines}");
        }
    }
}

#[test]
fn the_plain_connection() {
    let script = Script::play(&format!("{OPEN}30 > FA 101 301 0\n 40 < A 301 102\n 50 < FA 301 102\n 60 > A 102 302"));
    let expected = [
        "The client asks for a connection and announces its initial sequence number X (ISN).",
        "The server accepts: it acknowledges X by sending Ack = X+1 and announces its own initial sequence number Y (ISN).",
        "The client acknowledges Y by sending Ack = Y+1, which completes the handshake: the client now counts the connection as ESTABLISHED.",
        "The client has nothing more to send and closes its direction with FIN X; X and Y are numbered anew from here on.",
        "The server acknowledges the client's FIN X by sending Ack = X+1; its own direction stays open.",
        "The server closes its direction too, with FIN Y.",
        "The client acknowledges the server's FIN by sending Ack = Y+1; both directions are closed now.",
    ];
    for (frame, expected) in (1..).zip(expected) {
        assert_eq!(of_segment(&script, frame).unwrap()[0], expected);
    }
}

#[test]
fn copies_and_resets_that_did_not_count() {
    let script = Script::play(&format!(
        "{OPEN}
        30   > AP 101 301 10 id=9
        40   < R  301 0
        2040 < AP 301 111 20
        2050 > AP 111 321 5
        2060 > R  50000 0
        2070 < A  321 111
        2080 > FA 116 321 id=5
        2081 > FA 116 321 id=5 ttl=63
    "
    ));
    let said = |frame| of_segment(&script, frame).unwrap()[0].clone();
    assert!(said(6).contains("did not send the RST"), "{}", said(6));
    assert!(said(7).contains("did not take"), "{}", said(7));
    assert!(said(8).contains("challenge ACK"), "{}", said(8));
    assert!(said(9).contains("challenge ACK"), "{}", said(9));
    assert_eq!(said(11), "The client's FIN was captured once more: it was not sent twice.");
}

/// A story in both languages.
fn tell(story: &SegmentStory) -> [String; 2] {
    both(|out, language| {
        match language {
            Language::English => english::write(out, story)?,
            Language::Chinese => chinese::write(out, story)?,
        }
        Ok(true)
    })
    .unwrap()
}

const RST: Rst = Rst {
    kind: RstKind::Aborts,
    answers: Some(7),
    silence_ns: Some(60_000_000_000),
    is_long_silence: true,
    hops: Some(3),
    is_first: true,
};

/// Every combination: no sentence is empty, and two that say different things differ.
#[test]
fn every_story() {
    let script = Script::play(OPEN);
    let view = script.segment(2);
    let story = |topic, doubt, effect| SegmentStory {
        who: Side::Server,
        kind: Kind::SynAck,
        topic,
        doubt,
        effect,
        numbers: StoryNumbers::of(&view),
        flags: Flags::SYN,
        state: State::Established,
    };
    let mut all = Vec::new();
    let syns = [
        Syn::Asks(0),
        Syn::Asks(9),
        Syn::AsksOnceMore,
        Syn::AsksToo,
        Syn::Accepts,
        Syn::AcceptsOtherwise,
        Syn::Mistaken,
        Syn::AcceptsToo,
        Syn::Again,
        Syn::AgainUnanswered,
        Syn::AnswerAgain,
        Syn::AnswerAgainUnanswered,
    ];
    for syn in syns {
        let topic = Topic::Steps { syn: Some(syn), acked: None, acked_again: false, fin: None };
        all.push(tell(&story(topic, None, Effect::Nothing)));
    }
    for fin in [None].into_iter().chain(Fin::VARIANTS.iter().copied().map(Some)) {
        for acked in [None].into_iter().chain(AckTarget::VARIANTS.iter().copied().map(Some)) {
            if acked.is_some() || fin.is_some() {
                let topic = Topic::Steps { syn: None, acked, acked_again: false, fin };
                all.push(tell(&story(topic, None, Effect::Nothing)));
            }
            for effect in Effect::VARIANTS {
                let topic = Topic::Steps { syn: None, acked: acked.or(Some(AckTarget::Fin)), acked_again: true, fin };
                tell(&story(topic, None, *effect));
                let topic = Topic::Steps { syn: None, acked: acked.or(Some(AckTarget::Fin)), acked_again: false, fin };
                tell(&story(topic, None, *effect));
                let topic = Topic::Steps { syn: Some(Syn::Asks(0)), acked, acked_again: false, fin };
                tell(&story(topic, Some(Doubt::Forged), *effect));
            }
        }
    }
    for odd in Oddity::VARIANTS {
        all.push(tell(&story(Topic::Oddity(*odd), None, Effect::Nothing)));
    }
    for doubt in Doubt::VARIANTS {
        all.push(tell(&story(Topic::Nothing, Some(*doubt), Effect::Nothing)));
    }
    all.push(tell(&story(Topic::Copy, None, Effect::Nothing)));
    for kind in RstKind::VARIANTS {
        let plain = Rst { answers: None, silence_ns: None, hops: None, is_first: false, ..RST };
        all.push(tell(&story(Topic::Rst(Rst { kind: *kind, ..plain }), None, Effect::Nothing)));
        tell(&story(Topic::Rst(Rst { kind: *kind, ..RST }), None, Effect::Nothing));
    }
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    // A FIN that is seen first, second or crossing is told the same way behind an acknowledgment.
    assert_eq!(all.len(), count - 2 * AckTarget::VARIANTS.len());
}

/// Who sent it is told: with the outcome, or behind everything else.
#[test]
fn who_sent_an_icmp_error() {
    let [english, chinese] = of_connection(&Script::play("0 > S 100 0\n icmp host"));
    assert!(english.contains("an ICMP error (host-unreachable from 192.0.2.1, frame 2) says that"), "{english}");
    assert!(chinese.contains("ICMP 差错（host-unreachable，来自 192.0.2.1，第 2 帧）说明："), "{chinese}");
    let [english, chinese] = of_connection(&Script::play(&format!("{OPEN}icmp filter")));
    assert!(
        english.ends_with(
            "An ICMP error came too (prohibited from 192.0.2.1, frame 4): a filter (firewall) forbids the connection."
        ),
        "{english}"
    );
    assert!(
        chinese
            .ends_with("此外还收到 ICMP 差错（prohibited，来自 192.0.2.1，第 4 帧）：连接被过滤规则（防火墙）禁止。"),
        "{chinese}"
    );
}

#[test]
fn every_icmp_error() {
    for kind in IcmpKind::VARIANTS {
        for (from, is_about_syn) in [(None, false), (Some("192.0.2.1".parse().unwrap()), true)] {
            both(|out, language| {
                match language {
                    Language::English => english::icmp::write(out, *kind, from, Side::Client, is_about_syn)?,
                    Language::Chinese => chinese::icmp::write(out, *kind, from, Side::Client, is_about_syn)?,
                }
                Ok(true)
            });
        }
    }
}

fn openings(end: EnderStory) -> Vec<HandshakeStory> {
    let mut all = vec![
        HandshakeStory::Complete { frames: None, ns: None, kind: Some(HandshakeKind::Split) },
        HandshakeStory::Complete { frames: Some([1, 3]), ns: Some(1), kind: Some(HandshakeKind::FastOpen) },
        HandshakeStory::Partial,
        HandshakeStory::Misfit,
        HandshakeStory::NotCaptured,
        HandshakeStory::OddFlags,
        HandshakeStory::Refused(end),
        HandshakeStory::Reset { end, syn_ack: None, ack: None, is_open: false },
        HandshakeStory::Reset { end, syn_ack: Some(2), ack: None, is_open: false },
        HandshakeStory::Reset { end, syn_ack: Some(2), ack: None, is_open: true },
        HandshakeStory::Reset { end, syn_ack: Some(2), ack: Some(3), is_open: false },
        HandshakeStory::HalfOpen { syn_ack: None, wrong_ack: None },
        HandshakeStory::HalfOpen { syn_ack: Some(2), wrong_ack: Some(3) },
        HandshakeStory::NotTaken { syn_ack: Some(2), ack: 3 },
        HandshakeStory::BothAsked,
        HandshakeStory::OldConnection,
        HandshakeStory::InvalidAnswer,
        HandshakeStory::NoAnswer,
    ];
    all.extend(
        IcmpKind::VARIANTS
            .iter()
            .map(|&kind| HandshakeStory::Unreachable(Icmp { kind, frame: 2, from: None, about: Side::Client })),
    );
    all
}

fn closings(end: EnderStory) -> Vec<Option<TeardownStory>> {
    let closer = Side::Client;
    vec![
        None,
        Some(TeardownStory::Orderly { closer, fins: [None; 2], bytes: 0, closed: 0, ns: None }),
        Some(TeardownStory::Orderly { closer, fins: [Some(4), Some(5)], bytes: u64::MAX, closed: 6, ns: Some(5) }),
        Some(TeardownStory::Simultaneous { fins: [Some(4), Some(5)] }),
        Some(TeardownStory::Simultaneous { fins: [None, Some(5)] }),
        Some(TeardownStory::Simultaneous { fins: [None; 2] }),
        Some(TeardownStory::HalfClosed { closer, fin: None, bytes: 0, is_other_captured: false }),
        Some(TeardownStory::HalfClosed { closer, fin: Some(4), bytes: 1, is_other_captured: true }),
        Some(TeardownStory::Unanswered { who: closer, count: 3, first: Some(4), span_ns: None, acked: Some(5) }),
        Some(TeardownStory::Unanswered { who: closer, count: 3, first: None, span_ns: None, acked: None }),
        Some(TeardownStory::Reset(end)),
        Some(TeardownStory::ResetAfterFin { closer, fin: Some(4), bytes: 0, end: Some(end) }),
        Some(TeardownStory::ResetAfterFin { closer, fin: None, bytes: 1, end: None }),
        Some(TeardownStory::NoConnection(end)),
        Some(TeardownStory::StillOpen { last: 9, duration_ns: None }),
    ]
}

#[test]
fn every_tale() {
    let several = Syns { count: 4, first: 1, last: 9, span_ns: None, attempts: 3 };
    for kind in RstKind::VARIANTS {
        for by in [Side::Client, Side::Server] {
            let end = EnderStory { by, frame: 8, rst: Rst { kind: *kind, ..RST }, is_forged: by == Side::Client };
            for opening in openings(end) {
                for closing in closings(end) {
                    let icmp = Icmp {
                        kind: IcmpKind::Other,
                        frame: 5,
                        from: Some("192.0.2.1".parse().unwrap()),
                        about: Side::Server,
                    };
                    let rsts = |count| Some(ResetCount { count, frame: 7, by: Side::Server });
                    let none = Doubts { withdrawn: None, challenged: None, ignored_by: None };
                    let some = Doubts { withdrawn: rsts(1), challenged: rsts(2), ignored_by: Some(by) };
                    for (syns, icmp, doubts) in [(Some(several), None, none), (None, Some(icmp), some)] {
                        let story = ConnectionStory { opening, closing, syns, icmp, doubts, server: (None, 80) };
                        both(|out, language| {
                            match language {
                                Language::English => english::connection::write(out, &story)?,
                                Language::Chinese => chinese::connection::write(out, &story)?,
                            }
                            Ok(true)
                        });
                    }
                }
            }
        }
    }
}
