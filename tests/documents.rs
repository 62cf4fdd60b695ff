//! The documents that are made from the field table are up to date.

#[allow(dead_code)]
#[path = "../examples/reference.rs"]
mod reference;

use std::fs;
use std::path::Path;

#[test]
fn the_examples_know_all_columns() {
    for (path, text) in reference::examples() {
        let there = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path);
        assert!(there == text, "{path} has other columns than the connection log; run: cargo run --example reference");
    }
}

#[test]
fn reference_and_manual_are_current() {
    for (path, text) in reference::documents() {
        let there = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path);
        assert!(there == text, "{path} is not what the field table says; run: cargo run --example reference");
        // The schema has the connection's fields alone, and other names for them: keys.
        if path.ends_with(".json") {
            continue;
        }
        for field in synfin_core::words::fields::FIELDS {
            let name = if path.ends_with(".4") { field.name.replace('-', "\\-") } else { field.name.to_string() };
            assert!(there.contains(&name), "{path} leaves out {name}");
        }
    }
}
