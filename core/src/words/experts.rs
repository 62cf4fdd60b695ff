//! Expert information: what deserves attention, and when (SPEC section 11).

use super::language::Words;
use super::remark::HOPS_NOTABLE;
use crate::view::{Anomalies, HandshakeOutcome, IcmpView, Kind, Reset, SegmentView, TeardownKind, Verdict};

/// How serious an item is, in Wireshark's words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// Part of the normal course.
    Chat,
    /// Notable.
    Note,
    /// Unusual: worth a look.
    Warning,
    /// Against the protocol.
    Error,
}

/// What an item is about, in Wireshark's groups.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Group {
    /// Sequence numbers and the state of the connection.
    Sequence,
    /// Against the protocol.
    Protocol,
    /// What a peer answered, or failed to.
    Response,
}

/// When a segment deserves an item.
#[derive(Clone, Copy)]
pub enum Condition {
    /// The verdict says so.
    Found(Anomalies),
    /// It is of this kind, and its SYN was there before.
    SynAgain(Kind),
    /// It is the RST that ended the connection, and of this kind.
    Ended(Reset),
    /// It is a RST of this kind.
    Is(Reset),
    /// It is the connection's last, and this became of the handshake.
    Outcome(HandshakeOutcome),
    /// It is the connection's last, and it closed like this.
    Teardown(TeardownKind),
    /// Something else holds.
    Holds(fn(&SegmentView) -> bool),
    /// It is no segment but an ICMP error.
    Icmp,
}

/// An item of expert information.
#[derive(Clone, Copy)]
pub struct Expert {
    /// The name in filters.
    pub name: &'static str,
    /// What the expert window shows.
    pub text: Words,
    /// How serious it is.
    pub severity: Severity,
    /// What it is about.
    pub group: Group,
    /// When a segment deserves it.
    pub when: Condition,
}

macro_rules! expert {
    ($name:literal, $severity:ident, $group:ident, $when:expr, $english:literal, $chinese:literal) => {
        Expert {
            name: concat!("synfin.expert.", $name),
            text: Words { english: $english, chinese: $chinese },
            severity: Severity::$severity,
            group: Group::$group,
            when: $when,
        }
    };
}

/// All items.
#[rustfmt::skip]
pub static EXPERTS: &[Expert] = &[
    expert!("syn_retransmission", Note, Sequence, Condition::SynAgain(Kind::Syn),
        "SYN sent again: no answer came, or it was lost", "SYN 重传：没有收到应答，或应答丢失"),
    expert!("synack_retransmission", Note, Sequence, Condition::SynAgain(Kind::SynAck),
        "SYN-ACK sent again: the ACK did not come, or was lost", "SYN-ACK 重传：没有收到 ACK，或 ACK 丢失"),
    expert!("fin_retransmission", Note, Sequence, Condition::Holds(|view| view.verdict.repeats.fin),
        "FIN sent again: its ACK did not come, or was lost", "FIN 重传：没有收到对它的确认，或确认丢失"),
    expert!("refused", Warning, Response, Condition::Ended(Reset::Refused),
        "Connection refused: the server answers the SYN with a RST", "连接被拒绝：服务器以 RST 应答 SYN"),
    expert!("half_open", Warning, Response, Condition::Outcome(HandshakeOutcome::HalfOpen),
        "Half-open: SYN and SYN-ACK, but no completed handshake", "半开连接：有 SYN 和 SYN-ACK，但握手没有完成"),
    expert!("no_answer", Warning, Response, Condition::Outcome(HandshakeOutcome::NoAnswer),
        "No answer to the SYN: filtered, or the server is down", "SYN 没有应答：被过滤，或服务器不在线"),
    expert!("handshake_reset", Warning, Response, Condition::Ended(Reset::Handshake),
        "A RST aborted the handshake", "RST 中断了握手"),
    expert!("unreachable", Warning, Response, Condition::Outcome(HandshakeOutcome::Unreachable),
        "The SYN did not get there: an ICMP error says why", "SYN 未能到达：ICMP 差错说明了原因"),
    expert!("old_connection", Warning, Response, Condition::Outcome(HandshakeOutcome::OldConnection),
        "Only an older connection of these endpoints answered", "只有相同地址和端口的旧连接作了应答"),
    expert!("invalid_answer", Warning, Response, Condition::Outcome(HandshakeOutcome::InvalidAnswer),
        "The SYN was answered only by what the client must ignore", "SYN 只收到客户端必须忽略的应答"),
    expert!("synack_not_received", Note, Response, Condition::Found(Anomalies::SYNACK_NOT_RECEIVED),
        "SYN again after a SYN-ACK: that did not reach the client", "SYN-ACK 之后又重传 SYN：客户端没有收到 SYN-ACK"),
    expert!("open_ack_not_taken", Note, Response, Condition::Found(Anomalies::OPEN_ACK_NOT_TAKEN),
        "SYN-ACK again: ACK lost, not taken, or deferred accept", "握手 ACK 之后又重传 SYN-ACK：ACK 丢失、未被接受，或服务器在等待数据（延迟 accept）"),
    expert!("fin_unanswered", Warning, Response, Condition::Teardown(TeardownKind::Unanswered),
        "A FIN was sent again and nobody acknowledged it", "FIN 重传后始终未被确认"),
    expert!("synack_wrong_ack", Warning, Protocol, Condition::Found(Anomalies::SYNACK_WRONG_ACK),
        "SYN-ACK acknowledges neither X+1 nor the SYN's data", "SYN-ACK 的确认号既不是 X+1，也不是 SYN 所带数据之后的序号"),
    expert!("open_ack_wrong", Warning, Protocol, Condition::Found(Anomalies::OPEN_ACK_WRONG),
        "The client's ACK does not fit the handshake", "客户端的 ACK 与握手不符"),
    expert!("synack_changed", Warning, Protocol, Condition::Found(Anomalies::SYNACK_CHANGED),
        "Another SYN-ACK number: two servers, or one without state", "SYN-ACK 的序号变了：两台服务器在应答，或服务器不保存状态"),
    expert!("challenge_ack", Note, Response, Condition::Found(Anomalies::CHALLENGE_ACK),
        "Challenge ACK: the peer asks for a RST that fits exactly", "Challenge ACK：要求对方发送序号完全相符的 RST"),
    expert!("reset_forged", Warning, Protocol, Condition::Found(Anomalies::RESET_FORGED),
        "This side goes on: the RST in its name was not its own", "该方仍在继续通信：以它的名义发出的 RST 并非它发送"),
    expert!("reset_ignored", Warning, Protocol, Condition::Found(Anomalies::RESET_IGNORED),
        "This side goes on: it did not take the other side's RST", "该方仍在继续通信：它没有接受对方的 RST"),
    expert!("reset_challenged", Note, Sequence, Condition::Is(Reset::Challenged),
        "RST in the window but not exact: an ACK will challenge it", "RST 在窗口内但序号不完全相符：接收方会以 ACK 质询"),
    expert!("reset_hops", Note, Sequence, Condition::Holds(has_other_hops),
        "The RST's hop count differs: a device on the way sent it?", "RST 的跳数与其发送方不一致：可能由途中的设备发出"),
    expert!("reset", Note, Sequence, Condition::Ended(Reset::Abort),
        "A RST ended the open connection", "RST 终止了已建立的连接"),
    expert!("reset_after_fin", Note, Sequence, Condition::Is(Reset::AfterFin),
        "A RST after a FIN", "FIN 之后的 RST"),
    expert!("stray_reset", Note, Sequence, Condition::Is(Reset::Stray),
        "A RST that its receiver does not accept", "接收方不会接受的 RST"),
    expert!("no_connection", Note, Response, Condition::Is(Reset::NoConnection),
        "RST: its sender has no such connection", "RST：其发送方没有此连接"),
    expert!("icmp_error", Warning, Response, Condition::Icmp,
        "An ICMP error about a TCP segment", "关于 TCP 报文段的 ICMP 差错"),
    expert!("simultaneous_open", Chat, Sequence, Condition::Found(Anomalies::SIMULTANEOUS_OPEN),
        "Simultaneous open: the two SYNs cross", "同时打开：双方的 SYN 交错"),
    expert!("simultaneous_close", Chat, Sequence, Condition::Found(Anomalies::SIMULTANEOUS_CLOSE),
        "Simultaneous close: the two FINs cross", "同时关闭：双方的 FIN 交错"),
    expert!("data_on_syn", Chat, Sequence, Condition::Holds(|view| {
            view.segment.payload_len > 0 && matches!(view.segment.kind(), Kind::Syn | Kind::SynAck)
        }),
        "Payload on a SYN (TCP Fast Open, or a probe)", "SYN 携带数据（TCP Fast Open，或探测）"),
    expert!("not_captured", Chat, Sequence, Condition::Found(Anomalies::NOT_CAPTURED),
        "The handshake of this connection was not captured", "未捕获此连接的握手"),
    expert!("new_attempt", Chat, Sequence, Condition::Found(Anomalies::NEW_ATTEMPT),
        "A new attempt after a RST", "RST 之后的又一次连接尝试"),
    expert!("captured_twice", Chat, Sequence, Condition::Found(Anomalies::CAPTURED_TWICE),
        "Captured twice: a copy, not sent again", "重复捕获：同一报文段的副本，并非重传"),
    expert!("split_handshake", Warning, Protocol, Condition::Found(Anomalies::SPLIT_HANDSHAKE),
        "Split handshake: a SYN and a bare ACK for a SYN-ACK", "拆分握手：服务器以自己的 SYN 和单独的 ACK 代替 SYN-ACK"),
    expert!("second_fin", Warning, Protocol, Condition::Found(Anomalies::SECOND_FIN),
        "A FIN with another number than this side's first", "FIN 的序号与该方第一个 FIN 不同"),
    expert!("bad_flags", Warning, Protocol, Condition::Holds(|view| Verdict::bad_flags(view.segment)),
        "Flags that no TCP sends together", "正常的 TCP 不会发送的标志组合"),
    expert!("self_connect", Warning, Protocol, Condition::Found(Anomalies::SELF_CONNECT),
        "An endpoint connected to itself: there is no direction", "端点与自身相连：无法区分方向"),
    expert!("data_after_fin", Error, Protocol, Condition::Found(Anomalies::DATA_AFTER_FIN),
        "New payload beyond the sender's own FIN", "在自己的 FIN 之后又发送新数据"),
    expert!("data_after_reset", Note, Protocol, Condition::Found(Anomalies::DATA_AFTER_RESET),
        "New payload of a side that a RST closed", "已被 RST 关闭的一方又发送新数据"),
    expert!("port_reuse", Note, Sequence, Condition::Found(Anomalies::PORT_REUSE),
        "These addresses and ports had another connection before", "相同的地址和端口之前有过另一个连接"),
];

/// The items a segment deserves: bit i for item i.
#[must_use]
pub fn of(view: &SegmentView) -> u64 {
    let anomalies = view.verdict.anomalies;
    if view.verdict.is_copy {
        // A copy was not sent, so nothing is said of the segment. The last one still carries what is said of the
        // connection.
        let is_first = anomalies.contains(Anomalies::CAPTURED_TWICE);
        return collect(|when| match when {
            Condition::Found(anomaly) => is_first && anomaly == Anomalies::CAPTURED_TWICE,
            Condition::Outcome(_) | Condition::Teardown(_) => holds(when, view),
            _ => false,
        });
    }
    let is_plain = view.segment.kind() == Kind::Ack && anomalies.is_empty() && !view.is_last_original;
    if is_plain { 0 } else { collect(|when| holds(when, view)) }
}

/// The items an ICMP error deserves.
#[must_use]
pub fn of_icmp(_: &IcmpView) -> u64 {
    collect(|when| matches!(when, Condition::Icmp))
}

fn collect(deserves: impl Fn(Condition) -> bool) -> u64 {
    let bits = EXPERTS.iter().zip(0_u32..).filter(|(expert, _)| deserves(expert.when));
    bits.fold(0, |bits, (_, index)| bits | 1_u64.wrapping_shl(index))
}

fn holds(when: Condition, view: &SegmentView) -> bool {
    let verdict = &view.verdict;
    match when {
        Condition::Found(anomaly) => verdict.anomalies.contains(anomaly),
        // The SYN of a new attempt was not sent again because no answer came.
        Condition::SynAgain(kind) => {
            let is_new = verdict.anomalies.contains(Anomalies::NEW_ATTEMPT);
            verdict.repeats.syn && view.segment.kind() == kind && !is_new
        }
        Condition::Ended(reset) => verdict.ended && verdict.reset == Some(reset),
        Condition::Is(reset) => verdict.reset == Some(reset),
        Condition::Outcome(outcome) => view.is_last_original && view.connection.outcome() == outcome,
        Condition::Teardown(kind) => view.is_last_original && view.connection.teardown() == kind,
        Condition::Holds(holds) => holds(view),
        Condition::Icmp => false,
    }
}

/// Whether a RST's hop count is far from that of its sender's other segments.
fn has_other_hops(view: &SegmentView) -> bool {
    let hops = view.detail.and_then(|detail| detail.hops);
    hops.is_some_and(|hops| hops.unsigned_abs() >= HOPS_NOTABLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::language::tests::assert_said;
    use crate::words::script::Script;

    #[test]
    fn fit_into_the_boundary() {
        assert!(EXPERTS.len() <= 64);
        let mut names: Vec<_> = EXPERTS.iter().map(|expert| expert.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), EXPERTS.len());
        for expert in EXPERTS {
            assert!(expert.name.starts_with("synfin.expert."));
            assert_said(expert.text);
            assert!(expert.text.english.len() <= 60, "the window cuts it: {}", expert.text.english);
        }
    }

    #[test]
    fn every_anomaly_is_one_item() {
        for (name, anomaly) in Anomalies::all().iter_names() {
            let items =
                EXPERTS.iter().filter(|expert| matches!(expert.when, Condition::Found(found) if found == anomaly));
            let names: Vec<_> = items.map(|expert| expert.name).collect();
            assert_eq!(names, [format!("synfin.expert.{}", name.to_lowercase())]);
        }
    }

    #[test]
    fn severities() {
        use Severity::{Chat, Error, Note, Warning};
        let severity = |name: &str| {
            EXPERTS.iter().find(|expert| expert.name.ends_with(&format!(".{name}"))).map(|expert| expert.severity)
        };
        for (expected, names) in [
            (
                Note,
                "syn_retransmission synack_retransmission fin_retransmission synack_not_received open_ack_not_taken
                    challenge_ack reset_challenged reset_hops reset reset_after_fin stray_reset no_connection
                    data_after_reset port_reuse",
            ),
            (
                Warning,
                "refused half_open no_answer handshake_reset unreachable old_connection invalid_answer
                       fin_unanswered synack_wrong_ack open_ack_wrong synack_changed reset_forged reset_ignored
                       icmp_error split_handshake second_fin bad_flags self_connect",
            ),
            (Chat, "simultaneous_open simultaneous_close data_on_syn not_captured new_attempt captured_twice"),
            (Error, "data_after_fin"),
        ] {
            for name in names.split_whitespace() {
                assert_eq!(severity(name), Some(expected), "{name}");
            }
        }
        assert_eq!(EXPERTS.len(), 14 + 18 + 6 + 1);
    }

    /// What a segment deserves, by name.
    fn names(bits: u64) -> String {
        let found = EXPERTS.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1);
        found.map(|(_, expert)| expert.name.trim_start_matches("synfin.expert.")).collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn assert_deserved(lines: &str, expected: &[&str]) {
        let script = Script::play(lines);
        let found: Vec<_> = (1..).zip(expected).map(|(frame, _)| names(of(&script.segment(frame)))).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_segments_deserve() {
        assert_deserved("0 > S 100 0\n 1000 > S 100 0", &["", "syn_retransmission no_answer"]);
        assert_deserved("0 > S 100 0\n 10 < RA 0 101\n 20 < RA 0 101", &["", "refused", ""]);
        assert_deserved(
            "0 > S 100 0\n 10 < SA 300 101 id=7\n 11 < SA 300 101 id=7 ttl=63\n 20 > A 101 301\n 30 > RA 101 301 ttl=60",
            &["", "", "captured_twice", "", "reset_hops reset"],
        );
        assert_deserved("0 > AP 100 300 10\n 10 < R 300 0", &["not_captured", "no_connection"]);
        assert_deserved(
            "0 > S 100 0\n 10 < R 5 0\n 20 < SA 300 99",
            &["", "stray_reset", "invalid_answer synack_wrong_ack"],
        );
        assert_deserved("0 > S 100 0\n 10 > SF 100 0", &["", "no_answer bad_flags"]);
    }

    #[test]
    fn what_an_icmp_error_deserves() {
        let script = Script::play("0 > S 100 0\n icmp filter");
        assert_eq!(names(of_icmp(&script.icmp(2))), "icmp_error");
        assert_eq!(names(of(&script.segment(1))), "unreachable");
    }
}
