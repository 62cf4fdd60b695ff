//! Texts that are the same in every language: expressions, the summary line, the labels of steps, endpoints.

use std::fmt::{self, Write};
use std::net::IpAddr;

use super::remark;
use crate::view::{
    Address, Flags, Kind, NegotiatedEcn, Negotiation, Offers, Segment, SegmentView, Side, Steps, Verdict,
};

/// The letter of the base that a side's numbers count from.
#[must_use]
pub fn letter(verdict: &Verdict, side: Side) -> char {
    if (side == verdict.sender) == verdict.numbers.x_is_senders { 'X' } else { 'Y' }
}

/// Writes an expression: `X`, `Y+201`, `X-5`.
///
/// # Errors
/// Those of `out`.
#[inline]
pub fn expression<W: Write + ?Sized>(out: &mut W, letter: char, offset: i64) -> fmt::Result {
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
fn decimal<W: Write + ?Sized>(out: &mut W, number: impl itoa::Integer) -> fmt::Result {
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

/// Writes the summary of a segment: `Client -> Server: Seq = 1(X+1), Ack = 2(Y+1) (Flags = ACK)`.
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
#[inline]
fn steps<W: Write + ?Sized>(out: &mut W, steps: Steps, of: &str) -> fmt::Result {
    let mut is_first = true;
    for step in steps.iter() {
        if !is_first {
            out.write_char('+')?;
        }
        // There are four at most.
        out.write_char(char::from(b'0'.wrapping_add(step)))?;
        is_first = false;
    }
    out.write_str(of)
}

/// Writes what a segment does, in short: `Open 2/3`, `Close 2+3/4`, both with `, ` between, `RST: refused`. False when it
/// has no step and is no RST.
#[inline]
fn what<W: Write + ?Sized>(out: &mut W, verdict: &Verdict) -> Result<bool, fmt::Error> {
    if let Some(reset) = verdict.reset {
        out.write_str("RST: ")?;
        out.write_str(reset.name())?;
        return Ok(true);
    }
    let (open, close) = (verdict.open_steps, verdict.close_steps);
    if !open.is_empty() {
        out.write_str("Open ")?;
        steps(out, open, "/3")?;
        if !close.is_empty() {
            out.write_str(", ")?;
        }
    }
    if !close.is_empty() {
        out.write_str("Close ")?;
        steps(out, close, "/4")?;
    }
    Ok(!open.is_empty() || !close.is_empty())
}

/// What is added to a segment that was there before: `copy`, `again`; empty for all others.
const fn once_more(verdict: &Verdict) -> &'static str {
    if verdict.is_copy {
        "copy"
    } else if verdict.repeats.any() {
        "again"
    } else {
        ""
    }
}

/// Writes `once_more` with a space in front.
fn and_once_more(out: &mut dyn Write, verdict: &Verdict) -> fmt::Result {
    let word = once_more(verdict);
    if word.is_empty() {
        return Ok(());
    }
    out.write_char(' ')?;
    out.write_str(word)
}

/// Writes what a segment does, and whether it was there before: `Open 2/3`, `Open 1/3 again`, `Close 2+3/4`,
/// `RST: refused`, `Open 1/3 copy`. False when it has no step and is no RST.
///
/// # Errors
/// Those of `out`.
pub fn step(out: &mut dyn Write, verdict: &Verdict) -> Result<bool, fmt::Error> {
    let says = what(out, verdict)?;
    if says {
        and_once_more(out, verdict)?;
    }
    Ok(says)
}

/// Writes the numbers' expressions, each with `before` or a space in front: `Seq=Y Ack=X+1`. Nothing when none is known.
#[inline]
fn expressions<W: Write + ?Sized>(out: &mut W, before: &str, verdict: &Verdict) -> fmt::Result {
    let mut before = before;
    if let Some(offset) = verdict.numbers.seq {
        out.write_str(before)?;
        out.write_str("Seq=")?;
        expression(out, letter(verdict, verdict.sender), offset)?;
        before = " ";
    }
    if let Some(offset) = verdict.numbers.ack {
        out.write_str(before)?;
        out.write_str("Ack=")?;
        expression(out, letter(verdict, verdict.sender.peer()), offset)?;
    }
    Ok(())
}

/// Writes what stands on a segment's arrow in a ladder diagram: `SYN, ACK Seq=Y Ack=X+1`, `RST refused`, and `again` or
/// `copy` behind it. It is kept short: tshark's ladder has room for some 20 characters. False when the segment has no step
/// and is no RST.
///
/// # Errors
/// Those of `out`.
pub fn arrow(out: &mut dyn Write, verdict: &Verdict, segment: &Segment) -> Result<bool, fmt::Error> {
    if let Some(reset) = verdict.reset {
        out.write_str("RST ")?;
        out.write_str(reset.name())?;
    } else if verdict.open_steps.is_empty() && verdict.close_steps.is_empty() {
        return Ok(false);
    } else {
        out.write_str(match segment.kind() {
            Kind::Syn => "SYN",
            Kind::SynAck => "SYN, ACK",
            Kind::Fin => "FIN, ACK",
            Kind::Ack => "ACK",
            // Neither has a step.
            Kind::Rst | Kind::Other => "",
        })?;
        expressions(out, " ", verdict)?;
    }
    and_once_more(out, verdict)?;
    Ok(true)
}

/// Writes what stands beside the arrow, the states of client and server: `ESTABLISHED / SYN-RECEIVED`.
///
/// # Errors
/// Those of `out`.
pub fn margin(out: &mut dyn Write, verdict: &Verdict) -> fmt::Result {
    out.write_str(verdict.states.client.name())?;
    out.write_str(" / ")?;
    out.write_str(verdict.states.server.name())
}

/// Writes the line of the tree item: `TCP Lifecycle: Open 2/3, Server -> Client: ...`.
///
/// # Errors
/// Those of `out`.
pub fn label(out: &mut dyn Write, view: &SegmentView) -> fmt::Result {
    out.write_str("TCP Lifecycle: ")?;
    let mut says = step(out, &view.verdict)?;
    if !says {
        let word = once_more(&view.verdict);
        out.write_str(word)?;
        says = !word.is_empty();
    }
    if says {
        out.write_str(", ")?;
    }
    summary(out, &view.verdict, view.segment)
}

/// Writes what the Info column gets of a segment that is no RST: `[Open 2/3: Seq=Y Ack=X+1]`. False when it gets nothing. That
/// is written on half the lines of a busy capture: for a known kind of `out` the compiler puts it together in one piece.
///
/// # Errors
/// Those of `out`.
pub fn suffix_of_step<W: Write + ?Sized>(out: &mut W, verdict: &Verdict) -> Result<bool, fmt::Error> {
    out.write_char('[')?;
    if !what(out, verdict)? {
        return Ok(false);
    }
    expressions(out, ": ", verdict)?;
    out.write_char(']')?;
    Ok(true)
}

/// Writes what the Info column gets: `[Open 2/3: Seq=Y Ack=X+1]`, `[RST: refused]`, `[RST: abort, unknown-connection]`. False
/// when it gets nothing.
///
/// # Errors
/// Those of `out`.
pub fn suffix(out: &mut dyn Write, view: &SegmentView) -> Result<bool, fmt::Error> {
    if view.verdict.reset.is_none() {
        return suffix_of_step(out, &view.verdict);
    }
    out.write_char('[')?;
    what(out, &view.verdict)?;
    remark::behind_value(out, view)?;
    out.write_char(']')?;
    Ok(true)
}

/// Writes an address: `10.0.0.1`, `2001:db8::1`.
///
/// # Errors
/// Those of `out`.
pub fn address(out: &mut dyn Write, address: IpAddr) -> fmt::Result {
    match address {
        IpAddr::V4(v4) => {
            for (byte, between) in v4.octets().into_iter().zip(["", ".", ".", "."]) {
                out.write_str(between)?;
                decimal(out, byte)?;
            }
            Ok(())
        }
        IpAddr::V6(v6) => write!(out, "{v6}"),
    }
}

/// Writes an endpoint: `10.0.0.1:51234`, `[2001:db8::1]:443`.
///
/// # Errors
/// Those of `out`.
pub fn endpoint(out: &mut dyn Write, at: Address, port: u16) -> fmt::Result {
    match at {
        Some(v4 @ IpAddr::V4(_)) => address(out, v4)?,
        Some(v6 @ IpAddr::V6(_)) => {
            out.write_char('[')?;
            address(out, v6)?;
            out.write_char(']')?;
        }
        None => out.write_char('?')?,
    }
    out.write_char(':')?;
    decimal(out, port)
}

/// Writes what the two SYNs agreed: `MSS 1460/1400, WS 7/8, SACK, TS`.
///
/// # Errors
/// Those of `out`.
pub fn negotiated(out: &mut dyn Write, negotiation: &Negotiation) -> fmt::Result {
    let mss = |out: &mut dyn Write, size: Option<u16>| match size {
        Some(size) => decimal(out, size),
        None => out.write_char('-'),
    };
    let (client, server) = (&negotiation.client, &negotiation.server);
    out.write_str("MSS ")?;
    mss(out, client.mss)?;
    out.write_char('/')?;
    mss(out, server.mss)?;
    if let (Some(client), Some(server)) = (client.window_scale, server.window_scale) {
        out.write_str(", WS ")?;
        decimal(out, client)?;
        out.write_char('/')?;
        decimal(out, server)?;
    }
    let both = |option: Offers| client.has(option) && server.has(option);
    for (is_agreed, name) in [
        (both(Offers::SACK), ", SACK"),
        (both(Offers::TIMESTAMPS), ", TS"),
        (negotiation.ecn == Some(NegotiatedEcn::Classic), ", ECN"),
        (negotiation.ecn == Some(NegotiatedEcn::Accurate), ", AccECN"),
        (negotiation.fast_open, ", TFO"),
        (both(Offers::MULTIPATH), ", MPTCP"),
    ] {
        if is_agreed {
            out.write_str(name)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
