//! Plays scripts: reads them with every reader, and compares what is shown with what the script says.

use super::core::{self, Fields, Passes};
use super::script::{self, ISNS, Script};

fn show(fields: &Fields) -> String {
    fields.iter().map(|(name, values)| format!("    {name} = {}\n", values.join(","))).collect()
}

fn check(name: &str, row: &str, fields: &Fields, field: &str, expected: Option<&str>) {
    let got = fields.get(field).map(|values| values.join(","));
    assert!(
        got.as_deref() == expected,
        "{name}, segment\n  {row}\n  {field}: expected {expected:?}, got {got:?}; all of it:\n{}",
        show(fields)
    );
}

/// A value as a script says it: `#3` is the frame of the third row.
fn value(expected: Option<&str>, first_frame: u32) -> Option<String> {
    let expected = expected?;
    let row = expected.strip_prefix('#').and_then(|number| number.parse::<u32>().ok());
    Some(row.map_or(expected.to_string(), |row| (first_frame + row - 1).to_string()))
}

/// X of the handshake is the client's: where the roles are exchanged it is Y.
fn exchanged(expression: &str) -> String {
    match expression.strip_prefix('X') {
        Some(rest) => format!("Y{rest}"),
        None => expression.replacen('Y', "X", 1),
    }
}

/// Holds what was seen against what the script says. Its first segment was frame `first_frame`.
pub fn verify(name: &str, script: &Script, seen: &Passes, first_frame: u32) {
    let value = |expected: &Option<String>| value(expected.as_deref(), first_frame);
    for (index, row) in script.rows.iter().enumerate() {
        let (first, last) = (&seen.first[index], &seen.last[index]);
        // tshark prints no label, suffix or arrow: they are in parentheses, and its reader leaves them out.
        let prints_words = last.contains_key("(label)");
        let is_of_handshake = last.get("basis").is_some_and(|basis| basis[0] == "handshake");
        for (field, expected) in row.expect.fields.iter().filter(|(field, _)| prints_words || !field.starts_with('(')) {
            let mut expected = value(expected);
            if script.is_turned && is_of_handshake && matches!(field.as_str(), "seq" | "ack") {
                expected = expected.map(|value| exchanged(&value));
            }
            check(name, &row.text, last, field, expected.as_deref());
        }
        for (field, expected) in &row.expect.first {
            check(&format!("{name} (first pass)"), &row.text, first, field, value(expected).as_deref());
        }
        if let Some(expected) = &row.expect.experts {
            let got = last.keys().filter_map(|key| key.strip_prefix("expert.").map(str::to_string)).collect();
            assert!(
                *expected == got,
                "{name}, segment\n  {}\n  experts: expected {expected:?}, got {got:?}; all of it:\n{}",
                row.text,
                show(last)
            );
        }
    }
    for (stream, field, expected) in &script.ends {
        let index = script.rows.iter().rposition(|row| row.wire.stream == *stream).expect("the stream has segments");
        check(
            &format!("{name} (at the end)"),
            &script.rows[index].text,
            &seen.last[index],
            field,
            value(expected).as_deref(),
        );
    }
    last_is_unique(name, script, seen);
}

/// `conn.last` stands on each connection's last segment in the final pass, and nowhere else.
fn last_is_unique(name: &str, script: &Script, seen: &Passes) {
    for (index, row) in script.rows.iter().enumerate() {
        let is_last = !script.rows[index + 1..].iter().any(|later| later.wire.stream == row.wire.stream);
        assert_eq!(seen.last[index].contains_key("conn.last"), is_last, "{name}: conn.last on\n  {}", row.text);
        assert!(!seen.first[index].contains_key("conn.last"), "{name}: conn.last in the first pass");
    }
}

/// Plays a script with the readers that need no tshark, with every set of initial numbers.
pub fn play(name: &str, text: &str) {
    for isns in ISNS {
        let script = script::parse(text, isns);
        let name = format!("{name} with initial numbers {isns:?}");
        let seen = core::read(&script, 1);
        verify(&name, &script, &seen, 1);
        #[cfg(synfin_abi)]
        assert_eq!(super::abi::read(&script, 1), seen, "{name}: the C ABI tells another story than the core");
    }
}

/// Scripts as tests: one test a script, a list of all of them, and a test that plays the list through tshark.
#[macro_export]
macro_rules! scripts {
    ($( $(#[$note:meta])* $name:ident = $text:expr; )*) => {
        $( $(#[$note])* #[test] fn $name() { $crate::common::play::play(stringify!($name), $text); } )*
        /// All scripts of this file.
        #[allow(dead_code)]
        pub const SCRIPTS: &[(&str, &str)] = &[$( (stringify!($name), $text) ),*];
        #[cfg(synfin_abi)]
        #[test]
        fn all_scripts_through_tshark() { $crate::common::tshark::play_all(SCRIPTS); }
    };
}
