//! The report as text: tables with aligned columns.

use unicode_width::UnicodeWidthStr;

use super::{Abort, Fault, Group, Report, TEXT_ROWS};
use crate::view::Cause;
use crate::words::json::rfc_3339;
use crate::words::language::Language;
use crate::words::servers::{Server, Spot, endpoint, milliseconds};

/// The words of the report.
struct Words {
    connections: &'static str,
    segments: &'static str,
    servers: &'static str,
    start: &'static str,
    duration: &'static str,
    outcome: &'static str,
    teardown: &'static str,
    failing_servers: &'static str,
    failure_causes: &'static str,
    reset_causes: &'static str,
    slowest: &'static str,
    nothing: &'static str,
    /// Headings of columns.
    server: &'static str,
    client: &'static str,
    failures: &'static str,
    rate: &'static str,
    mostly: &'static str,
    mostly_at: &'static str,
    stream: &'static str,
    frame: &'static str,
    what: &'static str,
    by: &'static str,
    time: &'static str,
}

const ENGLISH: Words = Words {
    connections: "Connections",
    segments: "Segments",
    servers: "Servers",
    start: "Start",
    duration: "Duration",
    outcome: "Handshake outcome",
    teardown: "Teardown kind",
    failing_servers: "Servers that fail most",
    failure_causes: "Most common causes of failure",
    reset_causes: "Most common causes of other resets",
    slowest: "Slowest handshakes",
    nothing: "nothing found",
    server: "Server",
    client: "Client",
    failures: "Failures",
    rate: "Rate",
    mostly: "Mostly",
    mostly_at: "Mostly at server",
    stream: "Stream",
    frame: "Frame",
    what: "What",
    by: "By",
    time: "Time [ms]",
};

const CHINESE: Words = Words {
    connections: "连接数",
    segments: "报文段数",
    servers: "服务器数",
    start: "开始时间",
    duration: "持续时间",
    outcome: "握手结果",
    teardown: "关闭方式",
    failing_servers: "失败最多的服务器",
    failure_causes: "最常见的失败原因",
    reset_causes: "其他重置的最常见原因",
    slowest: "最慢的握手",
    nothing: "未发现",
    server: "服务器",
    client: "客户端",
    failures: "失败数",
    rate: "比例",
    mostly: "主要结果",
    mostly_at: "主要涉及的服务器",
    stream: "流",
    frame: "帧",
    what: "现象",
    by: "RST 发送方",
    time: "时间 [ms]",
};

/// A column: its heading, and whether it holds numbers.
#[derive(Clone, Copy)]
enum Column {
    Text(&'static str),
    Number(&'static str),
}

/// Writes a table, two spaces in from the left and between the columns.
fn table<const N: usize>(out: &mut String, columns: [Column; N], rows: Vec<[String; N]>) {
    let headings = columns.map(|(Column::Text(heading) | Column::Number(heading))| heading.to_string());
    let rows: Vec<[String; N]> = std::iter::once(headings).chain(rows).collect();
    let mut widths = [0_usize; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    for row in &rows {
        let mut line = String::new();
        for ((column, cell), width) in columns.iter().zip(row).zip(widths) {
            let padding = " ".repeat(width.saturating_sub(cell.width()));
            let (before, behind) = match column {
                Column::Text(_) => ("", padding.as_str()),
                Column::Number(_) => (padding.as_str(), ""),
            };
            line.extend(["  ", before, cell, behind]);
        }
        out.extend([line.trim_end(), "\n"]);
    }
}

/// Writes a heading and the table below it, or that there is nothing to put there.
fn section<const N: usize>(
    out: &mut String,
    words: &Words,
    heading: &str,
    columns: [Column; N],
    rows: Vec<[String; N]>,
) {
    out.extend(["\n", heading, "\n"]);
    if rows.is_empty() {
        out.extend(["  ", words.nothing, "\n"]);
    } else {
        table(out, columns, rows);
    }
}

pub(super) fn text(report: &Report, language: Language) -> String {
    let words = match language {
        Language::English => &ENGLISH,
        Language::Chinese => &CHINESE,
    };
    let mut out = String::new();
    totals(&mut out, report, words);
    out.push('\n');
    kinds(&mut out, report, words);
    let servers = report.servers.iter().take(TEXT_ROWS).map(server_row).collect();
    let columns = [
        Column::Text(words.server),
        Column::Number(words.failures),
        Column::Number(words.connections),
        Column::Number(words.rate),
        Column::Text(words.mostly),
        Column::Number(words.stream),
        Column::Number(words.frame),
    ];
    section(&mut out, words, words.failing_servers, columns, servers);
    let faults = report.faults.iter().take(TEXT_ROWS).map(|group| group_row(report, group, fault_words(&group.what)));
    section(&mut out, words, words.failure_causes, group_columns(words), faults.collect());
    let aborts = report.aborts.iter().take(TEXT_ROWS).map(|group| group_row(report, group, abort_words(&group.what)));
    section(&mut out, words, words.reset_causes, group_columns(words), aborts.collect());
    let slowest = report.slowest.iter().take(TEXT_ROWS).map(|slow| {
        let [stream, frame] = spot(Some(slow.spot));
        [
            milliseconds(slow.ns),
            endpoint(slow.client.0, slow.client.1),
            endpoint(slow.server.0, slow.server.1),
            stream,
            frame,
        ]
    });
    let columns = [
        Column::Number(words.time),
        Column::Text(words.client),
        Column::Text(words.server),
        Column::Number(words.stream),
        Column::Number(words.frame),
    ];
    section(&mut out, words, words.slowest, columns, slowest.collect());
    out
}

fn totals(out: &mut String, report: &Report, words: &Words) {
    let unknown = || "-".to_string();
    let duration = report.duration_ns().map(|ns| format!("{} s", thousandths(ns)));
    let columns = [
        Column::Number(words.connections),
        Column::Number(words.segments),
        Column::Number(words.servers),
        Column::Text(words.start),
        Column::Number(words.duration),
    ];
    let row = [
        report.connections.to_string(),
        report.segments.to_string(),
        report.server_count.to_string(),
        report.start.and_then(rfc_3339).unwrap_or_else(unknown),
        duration.unwrap_or_else(unknown),
    ];
    table(out, columns, vec![row]);
}

/// Outcomes and kinds of teardown side by side, most first, without rows of zero.
fn kinds(out: &mut String, report: &Report, words: &Words) {
    let outcomes = sorted(report.outcomes.iter().map(|(outcome, count)| (outcome.name(), *count)));
    let teardowns = sorted(report.teardowns.iter().map(|(kind, count)| (kind.name(), *count)));
    let cells = |entry: Option<&(&str, u32)>| match entry {
        Some((name, count)) => [(*name).to_string(), count.to_string(), percent(*count, report.connections)],
        None => Default::default(),
    };
    let rows = (0..outcomes.len().max(teardowns.len())).map(|index| {
        let [name, count, rate] = cells(outcomes.get(index));
        let [other_name, other_count, other_rate] = cells(teardowns.get(index));
        [name, count, rate, other_name, other_count, other_rate]
    });
    let columns = [
        Column::Text(words.outcome),
        Column::Number(""),
        Column::Number(""),
        Column::Text(words.teardown),
        Column::Number(""),
        Column::Number(""),
    ];
    table(out, columns, rows.collect());
}

fn sorted(counts: impl Iterator<Item = (&'static str, u32)>) -> Vec<(&'static str, u32)> {
    let mut counts: Vec<_> = counts.filter(|(_, count)| *count > 0).collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
}

fn server_row(server: &Server) -> [String; 7] {
    let failures = server.failures();
    // The first of those that are most.
    let mostly = server.by_failure().into_iter().rev().max_by_key(|(_, count)| *count);
    let [stream, frame] = spot(server.first_failure);
    [
        endpoint(server.address, server.port),
        failures.to_string(),
        server.connections.to_string(),
        percent(failures, server.connections),
        mostly.map(|(outcome, _)| outcome.name().to_string()).unwrap_or_default(),
        stream,
        frame,
    ]
}

fn group_columns(words: &Words) -> [Column; 7] {
    [
        Column::Text(words.what),
        Column::Text(words.by),
        Column::Number(words.connections),
        Column::Number(words.rate),
        Column::Text(words.mostly_at),
        Column::Number(words.stream),
        Column::Number(words.frame),
    ]
}

fn group_row<T>(report: &Report, group: &Group<T>, [what, by]: [String; 2]) -> [String; 7] {
    let mostly = group.mostly();
    let [stream, frame] = spot(mostly.map(|(.., met)| met.first));
    let server = mostly.map(|(address, port, met)| {
        let server = endpoint(address, port);
        if met.count == group.count { server } else { format!("{server} ({})", met.count) }
    });
    [
        what,
        by,
        group.count.to_string(),
        percent(group.count, report.connections),
        server.unwrap_or_default(),
        stream,
        frame,
    ]
}

fn fault_words(fault: &Fault) -> [String; 2] {
    let outcome = fault.outcome.name();
    let detail = fault.icmp.map(|icmp| icmp.name()).or(fault.cause.map(Cause::name));
    [with_detail(outcome, detail), fault.by.map_or("-", |by| by.name()).to_string()]
}

fn abort_words(abort: &Abort) -> [String; 2] {
    [with_detail(abort.reset.name(), abort.cause.map(Cause::name)), abort.by.name().to_string()]
}

fn with_detail(word: &str, detail: Option<&str>) -> String {
    detail.map_or_else(|| word.to_string(), |detail| format!("{word}: {detail}"))
}

fn spot(spot: Option<Spot>) -> [String; 2] {
    spot.map_or_else(Default::default, |spot| [spot.stream.to_string(), spot.frame.to_string()])
}

fn percent(part: u32, whole: u32) -> String {
    if whole == 0 {
        return "-".to_string();
    }
    format!("{:.1} %", f64::from(part) * 100.0 / f64::from(whole))
}

/// Seconds with three decimals.
fn thousandths(ns: u64) -> String {
    let ms = ns.saturating_add(500_000) / 1_000_000;
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_in_both_languages() {
        let rows = || vec![["10.0.0.1:80".to_string(), "7".to_string()], ["a".to_string(), "1000".to_string()]];
        let mut english = String::new();
        table(&mut english, [Column::Text("Server"), Column::Number("Failures")], rows());
        assert_eq!(english, "  Server       Failures\n  10.0.0.1:80         7\n  a                1000\n");
        let mut chinese = String::new();
        table(&mut chinese, [Column::Text("服务器"), Column::Number("失败")], rows());
        assert_eq!(chinese, "  服务器       失败\n  10.0.0.1:80     7\n  a            1000\n");
    }

    #[test]
    fn nothing_at_all() {
        let text = text(&Report::of([]), Language::English);
        assert_eq!(text.matches("nothing found").count(), 4, "{text}");
        assert!(text.lines().count() < 25);
        assert_eq!(thousandths(12_345_600_000), "12.346");
        assert_eq!(percent(1, 3), "33.3 %");
    }
}
