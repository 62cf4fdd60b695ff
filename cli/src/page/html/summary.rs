//! What is said of all connections together.

use maud::{Markup, PreEscaped, html};
use synfin_core::view::Timestamp;
use synfin_core::words::servers::{Server, endpoint, milliseconds};

use super::pieces::{anchor, key, short, time};
use super::words::{both, number, percent, say, say_made};
use crate::page::draw::{self, WIDTHS};
use crate::page::failures::Group;
use crate::page::fate::Fate;
use crate::page::gather::{PageData, Totals};

/// So many servers, and so many captures, have a row at most.
const ROWS_MOST: usize = 60;

fn duration(totals: &Totals) -> String {
    totals.duration_ns().map_or_else(|| "-".to_string(), |ns| format!("{:.3} s", ns as f64 / 1e9))
}

fn figure(name: Markup, value: &str, beside: Option<String>) -> Markup {
    html! {
        div {
            dt { (name) }
            dd { b { (value) } @if let Some(beside) = beside { " " span.beside { (beside) } } }
        }
    }
}

/// The figures at the top.
pub fn totals(gathered: &PageData) -> Markup {
    let all = &gathered.all;
    let failed = all.sum(Fate::is_failure);
    let reset = u64::from(all.of(Fate::ResetLater));
    html! {
        section aria-labelledby="h-totals" {
            h2 #h-totals { (say("Totals", "总览")) }
            dl.figures {
                (figure(say("Connections", "连接数"), &number(all.connections), None))
                (figure(say("Failed to open", "建立失败"), &number(failed), Some(percent(failed, all.connections))))
                (figure(say("Opened, then reset", "建立后被重置"), &number(reset), Some(percent(reset, all.connections))))
                (figure(say("Servers", "服务器数"), &number(servers_of(gathered).1), None))
                (figure(say("Segments", "报文段数"), &number(all.segments), None))
                (figure(say("Duration", "持续时间"), &duration(all), None))
            }
            p.quiet { (say("Begins ", "开始于 ")) time { (time(all.start)) } " UTC" }
        }
    }
}

/// The lanes of the timeline, one a fate.
pub fn timeline(gathered: &PageData) -> Markup {
    let (all, timeline) = (&gathered.all, &gathered.timeline);
    let fates: Vec<Fate> = Fate::ALL.into_iter().filter(|&fate| all.of(fate) > 0).collect();
    if fates.is_empty() || timeline.start().is_none() {
        return html! {};
    }
    let bar = draw::span(timeline.width() as f64);
    let start = time(timeline.start().map(Timestamp));
    html! {
        section aria-labelledby="h-timeline" {
            h2 #h-timeline { (say("Attempts over time", "连接尝试的时间分布")) }
            p {
                (say_made(
                    &format!("When connections began, by what became of them. A bar is {bar}; 0 is {start} UTC. Each row has a scale of its own."),
                    &format!("连接开始的时间，按结果分行。每条柱为 {bar}；0 为 {start} UTC。各行的纵轴比例不同。"),
                ))
            }
            div.lanes {
                @for (index, &fate) in fates.iter().enumerate() {
                    (lane(gathered, fate, index + 1 == fates.len()))
                }
            }
        }
    }
}

fn lane(gathered: &PageData, fate: Fate, is_last: bool) -> Markup {
    let count = u64::from(gathered.all.of(fate));
    let most = gathered.timeline.bars(fate).iter().map(|(_, count)| u64::from(*count)).max().unwrap_or(0);
    html! {
        div.name {
            (key(fate)) " " b { (both(fate.words())) } br;
            span.quiet {
                (number(count)) " · " (percent(count, gathered.all.connections))
                (say(" · highest bar ", " · 最高柱 ")) (number(most))
            }
        }
        (chart(|width| draw::lane(&gathered.timeline, fate, width, is_last)))
    }
}

/// A chart in each width. Its numbers stand beside it, or in a table: it is hidden from who does not see it.
fn chart(draw: impl Fn(u32) -> String) -> Markup {
    html! {
        div.chart aria-hidden="true" {
            @for (width, class) in WIDTHS.into_iter().zip(["wide", "narrow"]) {
                div class=(class) { (PreEscaped(draw(width))) }
            }
        }
    }
}

/// The servers with failures or resets, and how many there are in all.
fn servers_of(gathered: &PageData) -> (Vec<Server>, u64) {
    let mut servers = gathered.servers.clone().finish();
    let all = servers.len() as u64;
    servers.retain(|server| server.failures() > 0 || server.reset_later > 0);
    (servers, all)
}

/// A column of the table: what happened, and how often with a server.
type Column = (Fate, fn(&Server) -> u32);

/// The table of servers that fail.
pub fn servers(gathered: &PageData) -> Markup {
    let ((servers, _), groups) = (servers_of(gathered), gathered.failures.groups());
    let counts: [Column; 6] = [
        (Fate::Refused, |server| server.refused),
        (Fate::Reset, |server| server.reset),
        (Fate::NoAnswer, |server| server.no_answer),
        (Fate::Unreachable, |server| server.unreachable),
        (Fate::HalfOpen, |server| server.half_open),
        (Fate::ResetLater, |server| server.reset_later),
    ];
    // A column for what happened at all.
    let counts: Vec<_> =
        counts.into_iter().filter(|(_, count)| servers.iter().any(|server| count(server) > 0)).collect();
    html! {
        section aria-labelledby="h-servers" {
            h2 #h-servers { (say("Servers that fail", "出现失败的服务器")) }
            @if servers.is_empty() {
                p { (say("None: every connection that can be judged opened and was not reset.", "无：所有可判断的连接均成功建立且未被重置。")) }
            } @else {
                div.scroll tabindex="0" role="region" aria-labelledby="h-servers" {
                    table.servers {
                        thead { tr {
                            th scope="col" { (say("Server", "服务器")) }
                            th scope="col" { (say("Connections", "连接数")) }
                            th scope="col" { (say("Failed", "失败数")) }
                            th scope="col" { (say("Rate", "失败率")) }
                            @for (fate, _) in &counts { th scope="col" { (key(*fate)) " " (both(fate.words())) } }
                            th scope="col" { (say("RTT mean", "平均 RTT")) " [ms]" }
                        } }
                        tbody { @for server in servers.iter().take(ROWS_MOST) { (row(&groups, server, &counts)) } }
                    }
                }
                @if servers.len() > ROWS_MOST {
                    p { (number((servers.len() - ROWS_MOST) as u64)) (say(" more servers are not listed.", " 台服务器未列出。")) }
                }
            }
        }
    }
}

fn row(groups: &[Group], server: &Server, counts: &[Column]) -> Markup {
    let name = endpoint(server.address, server.port);
    let (failures, connections) = (u64::from(server.failures()), u64::from(server.connections));
    let mean = server.round_trips.as_ref().map_or_else(|| "-".to_string(), |trips| milliseconds(trips.mean_ns()));
    let of_it = |fate: Fate| {
        groups
            .iter()
            .position(|Group { kind, .. }| (kind.address, kind.port, kind.fate) == (server.address, server.port, fate))
    };
    html! {
        tr {
            th scope="row" { (name) }
            td { (number(connections)) }
            td { (number(failures)) }
            td.rate {
                (percent(failures, connections)) " "
                svg.bar aria-hidden="true" width="60" height="10" viewBox="0 0 60 10" {
                    rect.frame width="60" height="10" {}
                    rect.part width=(format!("{:.1}", 60.0 * failures as f64 / connections.max(1) as f64)) height="10" {}
                }
            }
            @for (fate, count) in counts {
                td {
                    @let count = u64::from(count(server));
                    @if count == 0 { "0" }
                    @else if let Some(at) = of_it(*fate) { a href={ "#" (anchor(at)) } { (number(count)) } }
                    @else { (number(count)) }
                }
            }
            td { (mean) }
        }
    }
}

/// How long handshakes took.
pub fn handshakes(gathered: &PageData) -> Markup {
    let handshakes = &gathered.handshakes;
    if handshakes.is_empty() {
        return html! {};
    }
    let at = |quantile: f64| draw::span(handshakes.value_at_quantile(quantile) as f64);
    html! {
        section aria-labelledby="h-handshakes" {
            h2 #h-handshakes { (say("Handshake times", "握手用时")) }
            p {
                (say("From the first SYN to the segment that completes the handshake: how many of ", "从首个 SYN 到完成握手的报文段：共 "))
                (number(handshakes.len()))
                (say(" handshakes took how long, on a logarithmic scale.", " 次握手的用时分布；横轴为对数刻度。"))
            }
            dl.figures.small {
                (figure(say("Shortest", "最短"), &draw::span(handshakes.min() as f64), None))
                (figure(say("Half take at most", "50 % 不超过"), &at(0.5), None))
                (figure(say("90 % take at most", "90 % 不超过"), &at(0.9), None))
                (figure(say("99 % take at most", "99 % 不超过"), &at(0.99), None))
                (figure(say("Longest", "最长"), &draw::span(handshakes.max() as f64), None))
            }
            (chart(|width| draw::distribution(handshakes, width)))
        }
    }
}

/// The captures that were read.
pub fn captures(gathered: &PageData) -> Markup {
    html! {
        section aria-labelledby="h-captures" {
            h2 #h-captures { (say("Captures", "捕获文件")) }
            div.scroll tabindex="0" role="region" aria-labelledby="h-captures" {
                table {
                    thead { tr {
                        th scope="col" { (say("File", "文件")) }
                        th scope="col" { (say("Connections", "连接数")) }
                        th scope="col" { (say("Failed", "失败数")) }
                        th scope="col" { (say("Segments", "报文段数")) }
                        th scope="col" { (say("Start", "开始时间")) " (UTC)" }
                        th scope="col" { (say("Duration", "持续时间")) }
                    } }
                    tbody {
                        @for (name, totals) in gathered.captures.iter().take(ROWS_MOST) {
                            tr {
                                th.file scope="row" {
                                    (short(name))
                                    @if totals.is_cut_short {
                                        p { (say("ends in the middle or is damaged: read until there", "文件不完整或已损坏：只统计了此前的部分")) }
                                    }
                                }
                                @if totals.is_unread { td colspan="5" { (say("could not be read", "无法读取")) } } @else {
                                td { (number(totals.connections)) }
                                td { (number(totals.sum(Fate::is_failure))) }
                                td { (number(totals.segments)) }
                                td { (time(totals.start)) }
                                td { (duration(totals)) }
                                }
                            }
                        }
                    }
                }
            }
            @if gathered.captures.len() > ROWS_MOST {
                p { (number((gathered.captures.len() - ROWS_MOST) as u64)) (say(" more captures are not listed.", " 个捕获文件未列出。")) }
            }
        }
    }
}
