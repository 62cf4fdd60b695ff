//! The commands in the README do what the README shows.

mod common;
#[allow(dead_code)]
#[path = "../examples/demo/main.rs"]
mod demo;

use std::fs;
use std::process::Command;

use common::tshark::{program, series};

/// A command and the lines shown below it.
struct Example {
    command: String,
    output: Vec<String>,
}

fn commands(text: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        let Some(line) = line.strip_prefix("    ") else {
            in_block = false;
            continue;
        };
        if let Some(command) = line.strip_prefix("$ tshark ") {
            found.push(Example { command: command.to_string(), output: Vec::new() });
            in_block = true;
        } else if let Some(last) = found.last_mut().filter(|_| in_block) {
            if last.command.ends_with('\\') {
                last.command.push_str(&format!("\n{line}"));
            } else {
                last.output.push(line.to_string());
            }
        }
    }
    found
}

/// A folder with the captures of tests/captures and the incident of examples/demo.
fn captures() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for entry in fs::read_dir("tests/captures").expect("the captures") {
        // Copied: a tshark that runs elsewhere may see the temporary folder alone.
        let file = entry.expect("a file");
        fs::copy(file.path(), folder.path().join(file.file_name())).expect("copied");
    }
    fs::write(folder.path().join("incident.pcap"), demo::incident()).expect("written");
    folder
}

/// A line `...` stands for any further lines, at least one; spaces at the end of a line do not count.
#[test]
fn commands_print_what_is_shown() {
    series();
    let captures = captures();
    let shown = commands(&std::fs::read_to_string("README.md").expect("the README"));
    assert!(shown.len() >= 10, "only {} commands", shown.len());
    for Example { command, output } in shown {
        let ran = Command::new("sh")
            .arg("-c")
            .arg(format!("{} {command}", program()))
            .current_dir(captures.path())
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("HOME", "/nonexistent")
            .output()
            .expect("a shell");
        assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
        let text = String::from_utf8(ran.stdout).expect("UTF-8");
        let printed: Vec<&str> = text.lines().map(str::trim_end).collect();
        let is_open = output.last().is_some_and(|line| line == "...");
        let expected = &output[..output.len() - usize::from(is_open)];
        assert!(is_open || printed.len() == expected.len(), "{command}: prints\n{text}");
        assert!(!is_open || printed.len() > expected.len(), "{command}: prints only\n{text}");
        for (printed, expected) in printed.iter().zip(expected) {
            assert_eq!(printed, &expected.trim_end(), "{command}");
        }
    }
}
