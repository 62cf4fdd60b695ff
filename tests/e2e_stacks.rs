//! The recorded captures of real kernel sockets, replayed through tshark: tests/stacks/check.py compares what synfin says of
//! each frame with the states of the sockets.

mod common;

use std::process::Command;

#[test]
fn recorded_captures_agree_with_the_sockets() {
    let series = common::tshark::series();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new("python3")
        .arg("tests/stacks/check.py")
        .arg("--table")
        .arg(folder.path().join("table.md"))
        .output()
        .expect("python3 is installed");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
    let table = std::fs::read_to_string(folder.path().join("table.md")).expect("the table was written");
    assert!(table.contains("close_by_client") && table.contains("simultaneous_open"), "{said}");
    // The page is of one series: others make other streams of some captures.
    let page = std::fs::read_to_string("docs/STACKS.md").expect("the page is there");
    let is_fresh = page.starts_with(&table) || series != "4.0";
    assert!(is_fresh, "docs/STACKS.md is stale: python3 tests/stacks/check.py --table docs/STACKS.md");
}
