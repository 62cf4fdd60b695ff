//! Every script of this program once more, in ways that must make no difference. The numbers at the wrap are among those
//! that each script is played with anyway.

use crate::common::core;
use crate::common::elsewhere::{over_ipv6, tells_of_copies, with_copies, with_each_others_addresses};
use crate::common::play::verify;
use crate::common::script::{ISNS, Script, parse, parse_turned};
use crate::coverage::MODULES;

/// The picture's numbers, and some at the wrap.
const NUMBERS: [usize; 2] = [0, 1];

fn each(of: impl Fn(&str, usize) -> Script, play: impl Fn(&str, &Script) -> bool) -> usize {
    let mut played = 0;
    for (name, text) in MODULES.into_iter().flatten() {
        let was_played = NUMBERS.map(|numbers| play(name, &of(text, numbers)));
        played += usize::from(was_played == [true; 2]);
    }
    println!("{played} scripts");
    played
}

fn as_it_stands(text: &str, numbers: usize) -> Script {
    parse(text, ISNS[numbers])
}

/// Which end has the lower address.
#[test]
fn with_each_others_addresses_it_is_the_same() {
    let played = each(as_it_stands, |name, script| {
        with_each_others_addresses(name, script);
        true
    });
    assert!(played > 200, "only {played} scripts");
}

/// The scripts on copies apart, which have identifications of IPv4.
#[test]
fn over_ipv6_it_is_the_same() {
    let played = each(as_it_stands, |name, script| {
        let is_played = !tells_of_copies(script);
        if is_played {
            over_ipv6(name, script);
        }
        is_played
    });
    assert!(played >= 190, "only {played} scripts");
}

/// After each segment all that can be known again come once more.
#[test]
fn copies_change_nothing_anywhere() {
    let played = each(as_it_stands, |name, script| {
        let is_played = !tells_of_copies(script);
        if is_played {
            with_copies(name, script);
        }
        is_played
    });
    assert!(played >= 190, "only {played} scripts");
}

/// The scripts that say `either`: the right host opens, and all the rest happens as it stands, also with copies.
#[test]
fn with_the_roles_exchanged_it_holds_as_well() {
    let turned = |text: &str, numbers: usize| parse_turned(text, ISNS[numbers]);
    let played = each(turned, |name, script| {
        if script.either {
            let name = format!("{name} with the roles exchanged");
            verify(&name, script, &core::read(script, 1), 1);
            if !tells_of_copies(script) {
                with_copies(&name, script);
            }
        }
        script.either
    });
    assert!(played > 40, "only {played} scripts");
}
