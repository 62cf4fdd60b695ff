//! Formatting, warnings, documentation and licences. A tool that is not here and cannot be installed is named, not counted as a failure.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::tools::{Parts, cargo_tool, has, setup};

/// Every check, also after one failed.
pub fn run(sh: &Shell, only: Option<&str>) -> Result<()> {
    let mut lint = Parts::of("lint", only);
    lint.part("formatting", || Ok(cmd!(sh, "cargo fmt --all --check").quiet().run()?));
    lint.part("clippy", || clippy(sh));
    lint.part("documentation", || documentation(sh));
    lint.part("C warnings", || c_warnings(sh));
    lint.part("shell scripts", || shell_scripts(sh));
    lint.part("licences", || licences(sh));
    lint.end()
}

fn clippy(sh: &Shell) -> Result<()> {
    Ok(cmd!(sh, "cargo clippy --quiet --locked --workspace --all-targets -- -D warnings").quiet().run()?)
}

/// Twice: only without private items does rustdoc notice a public page that links to one of them.
fn documentation(sh: &Shell) -> Result<()> {
    let _flags = sh.push_env("RUSTDOCFLAGS", "-D warnings");
    for private in [None, Some("--document-private-items")] {
        cmd!(sh, "cargo doc --quiet --locked --workspace --no-deps {private...}").quiet().run()?;
    }
    Ok(())
}

fn c_warnings(sh: &Shell) -> Result<()> {
    let flags = cmd!(sh, "pkg-config --cflags wireshark").quiet().read()?;
    for file in sh.read_dir("plugin-c")?.iter().filter(|file| file.extension().is_some_and(|ending| ending == "c")) {
        let flags = flags.split_whitespace();
        // Files of one unit (every_frame.c) could share a variable by accident: to C two of one name are one.
        cmd!(sh, "cc -std=c11 -fsyntax-only -Wall -Wextra -Wredundant-decls -Werror -Iplugin-c {flags...} {file}")
            .quiet()
            .run()?;
    }
    Ok(())
}

/// Whether a file starts like a shell script, wherever it lies.
fn is_shell_script(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    let mut first = Vec::new();
    if BufReader::new(file).read_until(b'\n', &mut first).is_err() {
        return false;
    }
    let first = String::from_utf8_lossy(&first);
    let interpreter = first.strip_prefix("#!").and_then(|line| line.trim().rsplit(['/', ' ']).next());
    matches!(interpreter, Some("sh" | "bash" | "dash"))
}

fn shell_scripts(sh: &Shell) -> Result<()> {
    if !has(sh, "shellcheck") && setup(sh, &["shellcheck=shellcheck"]).is_err() {
        println!("lint: shellcheck is not here and could not be installed; the scripts are not checked");
        return Ok(());
    }
    let listed = cmd!(sh, "git ls-files -z --cached --others --exclude-standard").quiet().read()?;
    let files = listed.split('\0').filter(|name| !name.is_empty() && is_shell_script(&sh.current_dir().join(name)));
    Ok(cmd!(sh, "shellcheck -x -P . {files...}").quiet().run()?)
}

fn licences(sh: &Shell) -> Result<()> {
    if !cargo_tool(sh, "deny", "0.20.2")? {
        println!("lint: cargo-deny is not here and could not be installed; licences and sources are not checked");
        return Ok(());
    }
    Ok(cmd!(sh, "cargo deny --workspace --log-level error check licenses bans sources").quiet().run()?)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_shell_script_is_known_by_its_first_line() {
        let folder = Shell::new().expect("a shell").create_temp_dir().expect("a folder");
        let path = folder.path().join("script");
        for (first, expected) in [
            ("#!/bin/sh", true),
            ("#!/usr/bin/env bash", true),
            ("#! /bin/dash", true),
            ("#!/usr/bin/env python3", false),
            ("# sh", false),
            ("#!/usr/bin/fish", false),
            ("", false),
        ] {
            let mut file = File::create(&path).expect("a file");
            writeln!(file, "{first}\necho").expect("written");
            assert_eq!(is_shell_script(&path), expected, "{first}");
        }
    }
}
