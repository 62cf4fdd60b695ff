//! The real tshark with the plugin in it.

use std::process::Command;

use synfin_cli::streams::Series;

/// What tshark prints: the one that SYNFIN_TSHARK names, with a home of its own, since preferences could change the streams.
pub fn run(arguments: &[&str]) -> String {
    let program = std::env::var("SYNFIN_TSHARK").unwrap_or_else(|_| "tshark".to_string());
    let home = tempfile::tempdir().expect("a temporary folder");
    let output = Command::new(&program).args(arguments).env("HOME", home.path()).env("LC_ALL", "C.UTF-8").output();
    let output = output.unwrap_or_else(|error| panic!("{program} does not run ({error}): make setup"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Its rules of streams.
pub fn series() -> Series {
    let version = run(&["--version"]);
    let found = Series::all().find(|series| version.contains(&format!(" {series}.")));
    found.unwrap_or_else(|| panic!("no series of Wireshark that synfin knows: {version}"))
}
