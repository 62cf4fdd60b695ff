//! What the scripts of this program cover: every word of SPEC sections 5 to 7 and every expert item has to be expected by
//! one of them. Expectations are written by hand: what no script expects, nobody has thought through.

use std::collections::BTreeSet;

use strum::VariantArray;
use synfin_core::view::{Basis, Cause, ConnState, HandshakeKind, HandshakeOutcome, Phase, Reset, TeardownKind};
use synfin_core::words::experts::EXPERTS;

use crate::common::core::short;
use crate::common::script::{ISNS, parse};

/// The scripts of each module; a module left out here is one whose scripts do not count.
pub const MODULES: [&[(&str, &str)]; 17] = [
    crate::acceptance::SCRIPTS,
    crate::after_a_reset::SCRIPTS,
    crate::attempts::SCRIPTS,
    crate::causes::SCRIPTS,
    crate::closing::SCRIPTS,
    crate::copies::SCRIPTS,
    crate::kinds::SCRIPTS,
    crate::log::SCRIPTS,
    crate::numbering::SCRIPTS,
    crate::older_connections::SCRIPTS,
    crate::opening::SCRIPTS,
    crate::repeats::SCRIPTS,
    crate::reset::SCRIPTS,
    crate::roles::SCRIPTS,
    crate::rollback::SCRIPTS,
    crate::third_segment::SCRIPTS,
    crate::withdrawal::SCRIPTS,
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

fn words<T: VariantArray + Copy + Into<&'static str>>(field: &str, left_out: &[&str]) -> Vec<String> {
    let names = T::VARIANTS.iter().map(|&word| -> &'static str { word.into() });
    names.filter(|name| !left_out.contains(name)).map(|name| format!("{field} {name}")).collect()
}

#[test]
fn every_word_is_expected_somewhere() {
    // What stands in a first pass alone is expected there; an ICMP error is no row of a script.
    let mut wanted = words::<HandshakeKind>("handshake.kind", &[]);
    wanted.extend(words::<HandshakeOutcome>("handshake.outcome", &["pending", "unreachable"]));
    wanted.extend(words::<TeardownKind>("teardown.kind", &["pending"]));
    wanted.extend(["client", "server", "absent"].map(|word| format!("teardown.closer {word}")));
    wanted.extend(words::<Reset>("reset", &[]));
    wanted.extend(words::<Cause>("reset.cause", &[]));
    wanted.extend(words::<ConnState>("conn.state", &[]));
    wanted.extend(words::<Basis>("basis", &[]));
    wanted.extend(words::<Phase>("phase", &[]));
    let experts = EXPERTS.iter().map(|expert| short(expert.name).replacen("expert.", "expert ", 1));
    wanted.extend(
        experts.filter(|name| {
            !matches!(name.as_str(), "expert icmp_error" | "expert unreachable" | "expert self_connect")
        }),
    );
    let expected = expectations();
    let missing: Vec<_> = wanted.iter().filter(|word| !expected.contains(*word)).collect();
    assert!(missing.is_empty(), "no script expects {missing:?}");
}
