//! The table of connections, for people: a row a connection, narrow enough for a window of 1280 pixels. Programs take the log.

use super::json::rfc_3339;
use super::language::Language;
use super::remark;
use super::servers::{Cell, TIME_WIDTH, aligned, endpoint, milliseconds};
use crate::view::{ConnectionView, Side};

/// Columns of the table.
pub const COLUMNS: usize = 12;

/// Characters of seconds: enough for a day.
const SECONDS_WIDTH: usize = 12;

/// What stands where there is nothing to say.
const NOTHING: &str = "-";

/// The headings of the table.
#[must_use]
pub const fn columns(language: Language) -> &'static [&'static str; COLUMNS] {
    match language {
        Language::English => &[
            "Stream",
            "Start (UTC)",
            "Client",
            "Server",
            "Handshake",
            "Time [ms]",
            "Teardown",
            "Closed by",
            "Reset by",
            "Duration [s]",
            "Zeek",
            "History",
        ],
        Language::Chinese => &[
            "流",
            "开始时间 (UTC)",
            "客户端",
            "服务器",
            "握手结果",
            "用时 [ms]",
            "关闭方式",
            "关闭发起方",
            "重置方与原因",
            "持续时间 [s]",
            "Zeek",
            "历史",
        ],
    }
}

/// The row of a connection, in the order of [`columns`].
#[must_use]
pub fn row(connection: &ConnectionView) -> [Cell; COLUMNS] {
    let [client, server] = [Side::Client, Side::Server].map(|side| {
        let (address, port) = connection.endpoint(side);
        endpoint(address, port)
    });
    let texts = [
        start(connection),
        Some(client),
        Some(server),
        Some(connection.outcome().name().to_string()),
        Some(aligned(connection.handshake_ns().map(milliseconds), TIME_WIDTH)),
        Some(connection.teardown().name().to_string()),
        connection.closer().map(|side| side.name().to_string()),
        reset(connection),
        Some(aligned(connection.duration_ns().map(seconds), SECONDS_WIDTH)),
        Some(connection.conn_state().name().to_string()),
        history(connection),
    ];
    let mut texts = texts.into_iter();
    std::array::from_fn(|column| match column {
        0 => Cell::Count(connection.stream),
        _ => Cell::Text(texts.next().flatten().unwrap_or_else(|| NOTHING.to_string())),
    })
}

/// To the millisecond: `2026-03-02 08:00:01.000`.
fn start(connection: &ConnectionView) -> Option<String> {
    let (date, time) = connection.start().and_then(rfc_3339).and_then(|at| {
        let (date, time) = at.split_once('T')?;
        Some((date.to_string(), time.get(..12)?.to_string()))
    })?;
    Some(format!("{date} {time}"))
}

/// Who reset it, why, and what is remarkable: `server: aborts, idle 60.0 s`; of RSTs that did not end it, what is remarkable
/// alone.
fn reset(connection: &ConnectionView) -> Option<String> {
    let mut remarks = String::new();
    // A string takes all that is written.
    let _ = remark::connection(&mut remarks, connection);
    let ender = connection.ender();
    let cause = ender.and_then(|ender| ender.detail.cause).map(|cause| cause.name().to_string());
    let why: Vec<String> = cause.into_iter().chain((!remarks.is_empty()).then_some(remarks)).collect();
    match (ender, why.is_empty()) {
        (None, true) => None,
        (None, false) => Some(why.join(", ")),
        (Some(ender), true) => Some(ender.by.name().to_string()),
        (Some(ender), false) => Some(format!("{}: {}", ender.by.name(), why.join(", "))),
    }
}

/// Zeek's letters; a segment without flags and payload has none.
fn history(connection: &ConnectionView) -> Option<String> {
    let mut letters = String::new();
    connection.history(|letter| letters.push(char::from(letter)));
    (!letters.is_empty()).then_some(letters)
}

/// Seconds with six decimals, rounded.
fn seconds(ns: u64) -> String {
    let us = ns.saturating_add(500) / 1000;
    format!("{}.{:06}", us / 1_000_000, us % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{CLOSED, GOOD, SILENT, Sample};
    use super::*;

    fn texts(connection: &ConnectionView) -> String {
        let cells = row(connection).map(|cell| match cell {
            Cell::Count(number) => number.to_string(),
            Cell::Text(text) => text.trim_start().to_string(),
        });
        cells.join(" | ")
    }

    #[test]
    fn rows() {
        let sample = Sample::of_all_sorts();
        let rows: Vec<String> = sample.connections().iter().map(texts).collect();
        let client = |port: u16| format!("10.0.0.1:{port}");
        assert_eq!(
            rows[0],
            format!(
                "0 | 2026-01-02 03:04:05.000 | {} | {GOOD}:80 | complete | 20.000 | three-segment | client | - | 0.050000 \
                 | SF | ShAFf",
                client(40_000)
            )
        );
        assert_eq!(
            rows[1],
            format!(
                "1 | 2026-01-02 03:04:05.060 | {} | {CLOSED}:80 | refused | - | none | - | server: refuses-syn | 0.010000 \
                 | REJ | Sr",
                client(40_001)
            )
        );
        assert!(rows[3].contains(&format!("[2001:db8::1]:40003 | [{SILENT}]:80 | no-answer | - | none | - | - | ")));
        assert!(rows[4].contains(" | reset | server | server: aborts | "), "{}", rows[4]);
    }

    #[test]
    fn words_and_numbers() {
        for language in [Language::English, Language::Chinese] {
            let mut headings = columns(language).to_vec();
            headings.sort_unstable();
            headings.dedup();
            assert_eq!(headings.len(), COLUMNS);
        }
        assert_eq!(seconds(1_234_567_500), "1.234568");
        assert_eq!(seconds(u64::MAX), "18446744073.709551", "no overflow");
    }
}
