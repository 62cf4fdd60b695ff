//! Checks that all run, also after one failed, and what may be asked of a plugin file of any system.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use toml::Table;
use xshell::{Shell, cmd};

/// What the plugin exports: what Wireshark reads, and nothing else.
pub const EXPORTED: [&str; 5] =
    ["plugin_describe", "plugin_register", "plugin_version", "plugin_want_major", "plugin_want_minor"];

/// What stands before the version in the file.
const VERSION: &[u8] = b"synfin-version=";

/// How many lines of a difference are shown.
const SHOWN: usize = 10;

/// How many checks passed and how many failed.
#[derive(Default)]
pub struct Checks {
    passed: usize,
    failed: usize,
}

impl Checks {
    /// The two are the same.
    pub fn same(&mut self, title: &str, expected: &str, found: &str) {
        self.holds(title, expected == found, || format!("expected \"{expected}\", found \"{found}\""));
    }

    /// It is so. `why` says what is wrong where it is not.
    pub fn holds(&mut self, title: &str, is_so: bool, why: impl FnOnce() -> String) {
        if is_so {
            self.passed += 1;
        } else {
            self.failed += 1;
            eprintln!("FAILED: {title}: {}", why());
        }
    }

    /// It failed.
    pub fn failed(&mut self, title: &str, why: &str) {
        self.holds(title, false, || why.to_string());
    }

    /// The two are the same, and there is something to compare. Where they are not, some lines that differ are shown.
    pub fn same_output(&mut self, sh: &Shell, title: &str, expected: &[u8], found: &[u8]) -> Result<()> {
        if expected.is_empty() {
            self.failed(title, "there is nothing to compare");
            return Ok(());
        }
        self.holds(title, expected == found, || "not the same:".to_string());
        if expected != found {
            let work = sh.create_temp_dir()?;
            let [one, other] = ["expected", "found"].map(|name| work.path().join(name));
            sh.write_file(&one, expected)?;
            sh.write_file(&other, found)?;
            let differ = cmd!(sh, "diff --text {one} {other}").quiet().ignore_status().output()?;
            for line in String::from_utf8_lossy(&differ.stdout).lines().take(SHOWN) {
                eprintln!("{line}");
            }
        }
        Ok(())
    }

    /// It went well.
    pub fn went_well(&mut self, title: &str, result: Result<()>) {
        let error = result.as_ref().err().map(|error| format!("{error:#}"));
        self.holds(title, error.is_none(), || error.unwrap_or_default());
    }

    /// Says how many there were. One that failed is an error.
    pub fn end(self) -> Result<()> {
        let Checks { passed, failed } = self;
        println!("{passed} passed, {failed} failed");
        ensure!(failed == 0, "{failed} of {} checks failed", passed + failed);
        Ok(())
    }
}

/// The words of a text in order, with a space between two.
pub fn sorted(text: &str) -> String {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    words.sort_unstable();
    words.join(" ")
}

/// The version of synfin, which each plugin file carries.
pub fn version(sh: &Shell) -> Result<String> {
    let manifest: Table = sh.read_file("Cargo.toml")?.parse()?;
    let version = manifest["workspace"]["package"]["version"].as_str();
    Ok(version.context("Cargo.toml names no version")?.to_string())
}

/// Every version that a file carries, with a space between two that differ.
pub fn versions_in(file: &[u8]) -> String {
    let behind = (0..file.len()).filter_map(|at| file[at..].strip_prefix(VERSION));
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-');
    let versions = behind.map(|rest| rest.iter().copied().take_while(is_part).map(char::from).collect::<String>());
    // The text that the scripts look for may stand there as such.
    let versions: BTreeSet<String> =
        versions.filter(|version| version.starts_with(|c: char| c.is_ascii_digit())).collect();
    versions.into_iter().collect::<Vec<_>>().join(" ")
}

/// How often a text stands in a file.
pub fn count(file: &[u8], text: &str) -> usize {
    (0..file.len()).filter(|at| file[*at..].starts_with(text.as_bytes())).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_can_fail() {
        let mut checks = Checks::default();
        checks.same("the same", "1", "1");
        checks.went_well("well", Ok(()));
        assert!(Checks { ..checks }.end().is_ok());
        checks.same("not the same", "1", "2");
        checks.went_well("not well", Err(anyhow::anyhow!("of this")));
        assert_eq!((checks.passed, checks.failed), (2, 2));
        assert!(checks.end().is_err());
    }

    #[test]
    fn each_version_in_a_file_is_found() {
        assert_eq!(
            versions_in(b"\0synfin-version=1.2.3-a+b\0synfin-version=\0synfin-version=1.2.3-a+b\0"),
            "1.2.3-a+b"
        );
        assert_eq!(versions_in(b"synfin-version=2\0synfin-version=1"), "1 2");
        assert_eq!(versions_in(b"synfin-versio"), "");
    }

    #[test]
    fn texts_are_counted() {
        assert_eq!(count(b"/a/b /a/c /a", "/a/"), 2);
        assert_eq!(count(b"", "/a/"), 0);
    }
}
