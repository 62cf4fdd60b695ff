//! The page: one file, no network, no text of a capture that is not escaped.

mod failures;
mod pieces;
mod summary;
mod words;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use synfin_core::words::language::Language;

use super::draw;
use super::fate::Fate;
use super::gather::PageData;
use words::say;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the browser may do: apply this style sheet and run this script, and nothing else.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

/// The page on what was gathered. `language` is the one that it opens in; without, that of the reader's browser.
#[must_use]
pub fn page(gathered: &PageData, language: Option<Language>) -> String {
    let is_chinese = language == Some(Language::Chinese);
    let page: Markup = html! {
        (DOCTYPE)
        html lang=(if is_chinese { "zh-Hans" } else { "en" }) data-is-chosen[language.is_some()] {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "synfin " (env!("CARGO_PKG_VERSION")) };
                title { "synfin: TCP connections · TCP 连接" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (paints())
                header {
                    h1 { (say("TCP connections", "TCP 连接报告")) }
                    fieldset.language {
                        legend.quiet { "Language · 语言" }
                        label lang="en" { input #en type="radio" name="language" checked[!is_chinese]; "English" }
                        label lang="zh-Hans" { input #zh type="radio" name="language" checked[is_chinese]; "中文" }
                    }
                }
                main {
                    (summary::totals(gathered))
                    (summary::timeline(gathered))
                    (summary::servers(gathered))
                    (summary::handshakes(gathered))
                    (failures::section(gathered))
                    (summary::captures(gathered))
                }
                footer {
                    p {
                        (say("Made by synfin ", "由 synfin 生成，版本 "))
                        (env!("CARGO_PKG_VERSION"))
                        (say(". This file needs no network and sends nothing.", "。本文件不访问网络，也不发送任何内容。"))
                    }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// The paints of the fates: a colour, and a pattern that tells it from the others without seeing colours.
fn paints() -> Markup {
    html! {
        svg.paints aria-hidden="true" width="0" height="0" {
            defs {
                @for fate in Fate::ALL {
                    @let (size, turn, figure) = figure(fate);
                    pattern id={ "paint-" (fate.class()) } width=(size) height=(size) patternUnits="userSpaceOnUse"
                        patternTransform={ "rotate(" (turn) ")" } {
                        rect width=(size) height=(size) fill=(draw::hex(fate)) {}
                        (figure)
                    }
                }
            }
        }
    }
}

/// What is drawn over a colour: the size of the tile, by how many degrees it is turned, and what is on it.
fn figure(fate: Fate) -> (u32, u32, Markup) {
    let line = |size: u32, turn: u32| (size, turn, html! { rect.figure width="2" height=(size) {} });
    match fate {
        Fate::Opened | Fate::Reset => (6, 0, html! {}),
        Fate::ResetLater => line(6, 135),
        Fate::ResetClosing => (6, 0, html! { circle.figure cx="3" cy="3" r="1.5" {} }),
        Fate::Refused => line(6, 45),
        Fate::NoAnswer => line(5, 0),
        Fate::Unreachable => line(5, 90),
        Fate::HalfOpen => line(4, 45),
        Fate::Unknown => (5, 0, html! { rect.figure width="2" height="2" {} }),
    }
}
