//! Failed and reset connections, one by one, each with its ladder.

use maud::{Markup, html};
use synfin_core::view::Side;
use synfin_core::words::servers::endpoint;

use super::pieces::{anchor, key, short, time};
use super::words::{both, number, say, say_made};
use crate::page::failures::{Group, Story};
use crate::page::gather::PageData;
use crate::page::ladder::{Ladder, Line};

/// Of each kind, so many stand in sight.
const FIRST: usize = 3;

/// All of them.
pub fn section(gathered: &PageData) -> Markup {
    let failures = &gathered.failures;
    let (shown, count) = (failures.len() as u64, failures.count());
    if count == 0 {
        return html! {};
    }
    let (shown, all) = (number(shown), number(count));
    html! {
        section aria-labelledby="h-failures" {
            h2 #h-failures { (say("Failed and reset connections", "失败和被重置的连接")) }
            p {
                (say_made(
                    &format!("{shown} of {all} are shown, by server and by what happened. Times are seconds since the first segment; frames are those of the capture."),
                    &format!("共 {all} 个，显示 {shown} 个，按服务器和结果分组。时间为距首个报文段的秒数；帧号为捕获文件中的帧号。"),
                ))
            }
            details {
                summary { (say("How to read a ladder", "如何阅读时序图")) }
                p { (say(
                    "Each line is a segment: the state of the client after it, what it is, the state of the server, its frame. X is the initial sequence number of whoever opens or closes the connection, Y that of the other side; X+1 is the number after it.",
                    "每行为一个报文段：其后客户端的状态、报文段内容、服务器的状态、帧号。X 为发起方的初始序列号，Y 为对方的初始序列号；X+1 为其后的序列号。",
                )) }
            }
            p.tools hidden {
                button type="button" data-open="1" { (say("Open all", "全部展开")) } " "
                button type="button" data-open="" { (say("Close all", "全部收起")) }
            }
            @for (index, group) in failures.groups().iter().enumerate() { (group_of(gathered, index, group)) }
        }
    }
}

fn group_of(gathered: &PageData, index: usize, group: &Group) -> Markup {
    let Group { kind, count, stories } = group;
    let (shown, all) = (number(stories.len() as u64), number(*count));
    html! {
        section.kind aria-labelledby=(anchor(index)) {
            h3 id=(anchor(index)) {
                (key(kind.fate)) " " bdi { (endpoint(kind.address, kind.port)) } ": " (both(kind.fate.words()))
                @if let Some(cause) = kind.cause { " " code { (cause) } }
            }
            p.quiet {
                @if stories.len() as u64 == *count {
                    (say_made(&format!("Connections: {all}"), &format!("共 {all} 个连接")))
                } @else {
                    (say_made(&format!("Connections: {all}, shown: {shown}"), &format!("共 {all} 个连接，显示 {shown} 个")))
                }
            }
            @let (first, more) = stories.split_at(stories.len().min(FIRST));
            @for (at, (capture, story)) in first.iter().enumerate() { (one(gathered, *capture, story, at == 0)) }
            @if !more.is_empty() {
                @let count = number(more.len() as u64);
                details.more {
                    summary { (say_made(&format!("{count} more like these"), &format!("另外 {count} 个同类连接"))) }
                    @for (capture, story) in more { (one(gathered, *capture, story, false)) }
                }
            }
        }
    }
}

fn one(gathered: &PageData, capture: usize, story: &Story, is_open: bool) -> Markup {
    let Story { ladder, sentences: [english, chinese] } = story;
    let name = gathered.captures.get(capture).filter(|_| gathered.captures.len() > 1).map(|(name, _)| short(name));
    html! {
        details open[is_open] {
            summary {
                bdi { (ladder.client) } " → " bdi { (ladder.server) }
                span.quiet {
                    " · " (say("frames ", "帧 ")) (ladder.first_frame) "–" (ladder.last_frame)
                    " · " (say("stream ", "流 ")) (ladder.stream)
                    @if let Some(name) = name { " · " bdi { (name) } }
                }
            }
            p { (say_made(english, chinese)) }
            div.scroll tabindex="0" role="region" aria-label={ (ladder.client) " → " (ladder.server) } {
                (table(ladder))
            }
        }
    }
}

fn table(ladder: &Ladder) -> Markup {
    html! {
        table.ladder {
            caption { time { (time(ladder.start)) } " UTC" }
            thead { tr {
                th scope="col" { (say("Time", "时间")) }
                th scope="col" { (say("Client", "客户端")) br; bdi { (ladder.client) } }
                th scope="col" { (say("Segment", "报文段")) }
                th scope="col" { (say("Server", "服务器")) br; bdi { (ladder.server) } }
                th scope="col" { (say("Frame", "帧")) }
            } }
            tbody { @for line in &ladder.lines { (row(line)) } }
        }
    }
}

fn row(line: &Line) -> Markup {
    match line {
        Line::Gap(count) => {
            let count = number(*count);
            html! {
                tr.gap { td {} td colspan="3" { (say_made(&format!("{count} more segments"), &format!("另有 {count} 个报文段"))) } td {} }
            }
        }
        Line::Icmp { frame, kind, from } => html! {
            tr.icmp {
                td {}
                td colspan="3" { "ICMP: " b { (kind.name()) } (say(", from ", "，来自 ")) bdi { (from) } }
                td { (frame) }
            }
        },
        Line::Segment { frame, after_ns, sender, step, numbers, states, is_reset } => {
            let after = after_ns.map_or_else(|| "-".to_string(), |ns| format!("{:.6}", ns as f64 / 1e9));
            let (way, sign) = match sender {
                Side::Client => ("r", "▶"),
                Side::Server => ("l", "◀"),
            };
            html! {
                tr.x[*is_reset] {
                    td { (after) }
                    td { (states.client.name()) }
                    td class=(way) {
                        @if !step.is_empty() { b { (step) } " " }
                        (numbers)
                        i { (sign) }
                    }
                    td { (states.server.name()) }
                    td { (frame) }
                }
            }
        }
    }
}
