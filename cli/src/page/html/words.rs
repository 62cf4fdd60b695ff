//! What the page says, in both languages.

use maud::{Markup, html};
use synfin_core::words::language::Words;

/// A text in both languages; the style sheet shows one of them.
pub fn both(words: Words) -> Markup {
    html! { span.en lang="en" { (words.english) } span.zh lang="zh-Hans" { (words.chinese) } }
}

/// A text in English and Chinese.
pub fn say(english: &'static str, chinese: &'static str) -> Markup {
    both(Words { english, chinese })
}

/// The same, of texts that are made.
pub fn say_made(english: &str, chinese: &str) -> Markup {
    html! { span.en lang="en" { (english) } span.zh lang="zh-Hans" { (chinese) } }
}

/// A number with a comma between thousands.
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share: `7.5 %`.
pub fn percent(part: u64, whole: u64) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!([0, 999, 1000, 123_456, 1_234_567].map(number), ["0", "999", "1,000", "123,456", "1,234,567"]);
        assert_eq!([percent(1, 8), percent(0, 0)], ["12.5 %", "0.0 %"]);
    }
}
