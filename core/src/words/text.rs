//! What people read: expressions, the summary line, the labels of steps.

use std::fmt::{self, Write};
use std::net::IpAddr;

use crate::explain;
use crate::tcp::{Flags, Negotiated, Segment, Side, Steps, Verdict};
use crate::tracker::{Address, Annotation};

/// The language of the explanations.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// 简体中文
    Chinese,
}

/// The letter of the base that a side's numbers count from.
#[must_use]
pub fn letter(verdict: &Verdict, side: Side) -> char {
    if (side == Side::Server) == verdict.numbers.x_is_servers { 'X' } else { 'Y' }
}

/// Writes an expression: `X`, `Y+201`, `X-5`.
///
/// # Errors
/// Those of `out`.
pub fn expression(out: &mut dyn Write, letter: char, offset: i64) -> fmt::Result {
    out.write_char(letter)?;
    if offset == 0 {
        return Ok(());
    }
    out.write_char(if offset < 0 { '-' } else { '+' })?;
    decimal(out, offset.unsigned_abs())
}

/// Writes the names of the flags, joined with `&`; `none` when there are none.
///
/// # Errors
/// Those of `out`.
pub fn flags(out: &mut dyn Write, flags: Flags) -> fmt::Result {
    const NAMES: [(Flags, &str); 9] = [
        (Flags::SYN, "SYN"),
        (Flags::FIN, "FIN"),
        (Flags::RST, "RST"),
        (Flags::PSH, "PSH"),
        (Flags::URG, "URG"),
        (Flags::ECE, "ECE"),
        (Flags::CWR, "CWR"),
        (Flags::AE, "AE"),
        (Flags::ACK, "ACK"),
    ];
    let mut first = true;
    for (flag, name) in NAMES {
        if flags.has(flag) {
            if !first {
                out.write_char('&')?;
            }
            out.write_str(name)?;
            first = false;
        }
    }
    if first { out.write_str("none") } else { Ok(()) }
}

/// Writes a number. `write!` takes ten times as long, and steps are shown on half the lines of a busy capture.
fn decimal(out: &mut dyn Write, number: impl itoa::Integer) -> fmt::Result {
    out.write_str(itoa::Buffer::new().format(number))
}

/// A number with its expression behind it, where there is one: `822643296(X+1)`.
fn number(out: &mut dyn Write, number: u32, letter: char, offset: Option<i64>) -> fmt::Result {
    decimal(out, number)?;
    let Some(offset) = offset else { return Ok(()) };
    out.write_char('(')?;
    expression(out, letter, offset)?;
    out.write_char(')')
}

/// Writes the line of the picture: `Client -> Server: Seq = 1(X+1), Ack = 2(Y+1) (Flags = ACK)`.
///
/// # Errors
/// Those of `out`.
pub fn summary(out: &mut dyn Write, verdict: &Verdict, segment: &Segment) -> fmt::Result {
    out.write_str(match verdict.sender {
        Side::Client => "Client -> Server: Seq = ",
        Side::Server => "Server -> Client: Seq = ",
    })?;
    number(out, segment.seq.0, letter(verdict, verdict.sender), verdict.numbers.seq)?;
    if let Some(ack) = segment.acknowledgment() {
        out.write_str(", Ack = ")?;
        number(out, ack.0, letter(verdict, verdict.sender.peer()), verdict.numbers.ack)?;
    }
    if segment.payload_len > 0 {
        out.write_str(", Len = ")?;
        decimal(out, segment.payload_len)?;
    }
    out.write_str(" (Flags = ")?;
    flags(out, segment.flags)?;
    out.write_char(')')
}

/// Writes `2+3/4`: the steps of a set, of so many.
fn steps(out: &mut dyn Write, steps: Steps, of: u8) -> fmt::Result {
    let mut between = "";
    for step in steps.iter() {
        out.write_str(between)?;
        decimal(out, step)?;
        between = "+";
    }
    out.write_char('/')?;
    decimal(out, of)
}

/// Writes `Open 2/3`, `Close 2+3/4`, or both with `, ` between. False when there is neither.
fn all_steps(out: &mut dyn Write, verdict: &Verdict) -> Result<bool, fmt::Error> {
    let (open, close) = (verdict.open_steps, verdict.close_steps);
    if !open.is_empty() {
        out.write_str("Open ")?;
        steps(out, open, 3)?;
        if !close.is_empty() {
            out.write_str(", ")?;
        }
    }
    if !close.is_empty() {
        out.write_str("Close ")?;
        steps(out, close, 4)?;
    }
    Ok(!open.is_empty() || !close.is_empty())
}

/// Writes what a segment does, in short: `Open 2/3`, `Close 2+3/4`, `RST: refused`. False when it has no step and is no RST.
fn what(out: &mut dyn Write, verdict: &Verdict) -> Result<bool, fmt::Error> {
    match verdict.reset {
        Some(reset) => write!(out, "RST: {}", reset.name()).map(|()| true),
        None => all_steps(out, verdict),
    }
}

/// Writes what a segment does, and whether it did before: `Open 2/3`, `Open 1/3 again`, `Close 2+3/4`, `RST: refused`.
/// False when it has no step and is no RST.
///
/// # Errors
/// Those of `out`.
pub fn step(out: &mut dyn Write, verdict: &Verdict) -> Result<bool, fmt::Error> {
    let says = what(out, verdict)?;
    if says && verdict.repeats.any() {
        out.write_str(" again")?;
    }
    Ok(says)
}

/// Writes the numbers' expressions, each with `before` or a space in front: `Seq=Y Ack=X+1`. Nothing when none is known.
fn expressions(out: &mut dyn Write, before: &str, verdict: &Verdict, segment: &Segment) -> fmt::Result {
    let mut before = before;
    if let Some(offset) = verdict.numbers.seq {
        out.write_str(before)?;
        out.write_str("Seq=")?;
        expression(out, letter(verdict, verdict.sender), offset)?;
        before = " ";
    }
    if let (Some(offset), Some(_)) = (verdict.numbers.ack, segment.acknowledgment()) {
        out.write_str(before)?;
        out.write_str("Ack=")?;
        expression(out, letter(verdict, verdict.sender.peer()), offset)?;
    }
    Ok(())
}

/// Writes what stands on a segment's arrow in a ladder diagram: `2/3 Seq=Y Ack=X+1`, `RST: refused`. It is kept short:
/// tshark's ladder has room for 20 characters. False when the segment has no step and is no RST.
///
/// # Errors
/// Those of `out`.
pub fn arrow(out: &mut dyn Write, verdict: &Verdict, segment: &Segment) -> Result<bool, fmt::Error> {
    let (open, close) = (verdict.open_steps, verdict.close_steps);
    if verdict.reset.is_some() {
        return what(out, verdict);
    }
    if open.is_empty() && close.is_empty() {
        return Ok(false);
    }
    if !open.is_empty() {
        steps(out, open, 3)?;
    }
    if !close.is_empty() {
        out.write_str(if open.is_empty() { "" } else { ", " })?;
        steps(out, close, 4)?;
    }
    expressions(out, " ", verdict, segment)?;
    Ok(true)
}

/// Writes what stands beside the arrow: `Client ESTABLISHED, server SYN-RECEIVED`.
///
/// # Errors
/// Those of `out`.
pub fn margin(out: &mut dyn Write, verdict: &Verdict) -> fmt::Result {
    let (client, server) = (verdict.states.client.name(), verdict.states.server.name());
    let again = if verdict.repeats.any() { " (sent again)" } else { "" };
    write!(out, "Client {client}, server {server}{again}")
}

/// Writes the line of the tree item: `TCP Lifecycle: Open 2/3, Server -> Client: ...`.
///
/// # Errors
/// Those of `out`.
pub fn label(out: &mut dyn Write, annotation: &Annotation) -> fmt::Result {
    out.write_str("TCP Lifecycle: ")?;
    if all_steps(out, &annotation.verdict)? {
        out.write_str(", ")?;
    }
    summary(out, &annotation.verdict, annotation.segment)
}

/// Writes what the Info column gets: ` [Open 2/3: Seq=Y Ack=X+1]`, ` [RST: refused]`. False when it gets nothing.
///
/// # Errors
/// Those of `out`.
pub fn suffix(out: &mut dyn Write, verdict: &Verdict, segment: &Segment) -> Result<bool, fmt::Error> {
    out.write_str(" [")?;
    if !what(out, verdict)? {
        return Ok(false);
    }
    if verdict.reset.is_none() {
        expressions(out, ": ", verdict, segment)?;
    }
    out.write_char(']')?;
    Ok(true)
}

/// Writes an endpoint: `10.0.0.1:51234`, `[2001:db8::1]:443`.
///
/// # Errors
/// Those of `out`.
pub fn endpoint(out: &mut dyn Write, address: Address, port: u16) -> fmt::Result {
    match address {
        Address::Ip(IpAddr::V4(v4)) => {
            for (octet, between) in v4.octets().into_iter().zip(["", ".", ".", "."]) {
                out.write_str(between)?;
                decimal(out, octet)?;
            }
            out.write_char(':')?;
        }
        Address::Ip(IpAddr::V6(v6)) => write!(out, "[{v6}]:")?,
        Address::Unknown => out.write_str("?:")?,
    }
    decimal(out, port)
}

/// Writes what the two SYNs agreed: `MSS 1460/1400, WS 7/8, SACK, TS`.
///
/// # Errors
/// Those of `out`.
pub fn negotiated(out: &mut dyn Write, agreed: &Negotiated) -> fmt::Result {
    let mss = |out: &mut dyn Write, size: Option<u16>| match size {
        Some(size) => write!(out, "{size}"),
        None => out.write_char('-'),
    };
    let (client, server) = (&agreed.client, &agreed.server);
    out.write_str("MSS ")?;
    mss(out, client.mss)?;
    out.write_char('/')?;
    mss(out, server.mss)?;
    if let (Some(c), Some(s)) = (client.window_scale, server.window_scale) {
        write!(out, ", WS {c}/{s}")?;
    }
    for (both, name) in [
        (client.sack && server.sack, ", SACK"),
        (client.timestamps && server.timestamps, ", TS"),
        (agreed.ecn, ", ECN"),
        (agreed.fast_open, ", TFO"),
        (client.multipath && server.multipath, ", MPTCP"),
    ] {
        if both {
            out.write_str(name)?;
        }
    }
    Ok(())
}

/// Writes one plain sentence on what the segment does, when it performs a step or is a RST. False when it does not.
///
/// # Errors
/// Those of `out`.
pub fn explanation(out: &mut dyn Write, annotation: &Annotation) -> Result<bool, fmt::Error> {
    match annotation.language {
        Language::English => explain::english(out, annotation),
        Language::Chinese => explain::chinese(out, annotation),
    }
}
