//! What the scripts of this program cover: every word of SPEC section 5 and every expert item is written by hand into one
//! of them as what must be shown. What no script expects, nobody has thought through.

use std::collections::BTreeSet;

use synfin::experts::EXPERTS;
use synfin::tcp::{HandshakeKind, HandshakeOutcome, Reset, TeardownKind};

use crate::common::core::short;
use crate::common::script::{ISNS, parse};

/// The scripts of each module; a module left out here is one whose scripts do not count.
const MODULES: [&[(&str, &str)]; 7] = [
    crate::closing::SCRIPTS,
    crate::log::SCRIPTS,
    crate::numbering::SCRIPTS,
    crate::opening::SCRIPTS,
    crate::repeats::SCRIPTS,
    crate::reset::SCRIPTS,
    crate::roles::SCRIPTS,
];

/// Every `field value` that a script expects in the final pass, and every `expert NAME`.
fn expectations() -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    for (_, text) in MODULES.into_iter().flatten() {
        let script = parse(text, ISNS[0]);
        let ends = script.ends.iter().map(|(_, field, value)| (field, value));
        let rows = script.rows.iter().flat_map(|row| row.expect.fields.iter().map(|(field, value)| (field, value)));
        for (field, value) in ends.chain(rows) {
            expected.insert(format!("{field} {}", value.as_deref().unwrap_or("absent")));
        }
        for expert in script.rows.iter().flat_map(|row| row.expect.experts.iter().flatten()) {
            expected.insert(format!("expert {expert}"));
        }
    }
    expected
}

#[test]
fn every_word_is_expected_somewhere() {
    const STATES: [&str; 13] =
        ["S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH"];
    const BASIS: [&str; 3] = ["open", "close", "first-seen"];
    const PHASES: [&str; 4] = ["open", "data", "close", "closed"];
    let words = |field: &str, words: &[&str]| words.iter().map(|word| format!("{field} {word}")).collect::<Vec<_>>();
    let mut wanted = words("handshake.kind", &HandshakeKind::ALL.map(HandshakeKind::name));
    wanted.extend(words("handshake.outcome", &HandshakeOutcome::FINAL.map(HandshakeOutcome::name)));
    wanted.extend(words("teardown.kind", &TeardownKind::FINAL.map(TeardownKind::name)));
    wanted.extend(words("teardown.closer", &["client", "server", "absent"]));
    wanted.extend(words("reset", &Reset::ALL.map(Reset::name)));
    wanted.extend(words("conn.state", &STATES));
    wanted.extend(words("basis", &BASIS));
    wanted.extend(words("phase", &PHASES));
    wanted.extend(EXPERTS.iter().map(|expert| short(expert.name).replacen("expert.", "expert ", 1)));
    let expected = expectations();
    let missing: Vec<_> = wanted.iter().filter(|word| !expected.contains(*word)).collect();
    assert!(missing.is_empty(), "no script expects {missing:?}");
}
