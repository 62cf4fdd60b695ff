//! The plugin for other systems, run or examined as far as that can be done on this one (docs/VERSIONS.md).

mod aarch64;
mod checks;
mod macos;
mod windows;

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::{Shell, cmd};

use crate::release::{self, Product};

pub use aarch64::{ReadCaptures, TestAarch64};
pub use macos::TestMacos;
pub use windows::TestWindows;

/// The repository's captures.
fn captures(sh: &Shell) -> Result<Vec<PathBuf>> {
    let mut files = sh.read_dir("tests/captures")?;
    files.retain(|file| file.extension().is_some_and(|ending| ending == "pcap"));
    Ok(files)
}

/// Whether this machine's Wireshark is of a series.
fn is_installed(sh: &Shell, series: &str) -> Result<bool> {
    let said = cmd!(sh, "tshark --version").quiet().ignore_stderr().read()?;
    let version = said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    Ok(version.is_some_and(|version| version.strip_prefix(series).is_some_and(|rest| rest.starts_with('.'))))
}

/// The plugin of this machine's system, as it is released.
fn release_plugin(sh: &Shell) -> Result<PathBuf> {
    release::build(sh, Product::Plugin)
}

/// The file that was named, if one was. Relative paths are those of the folder `at`.
fn named(at: &Path, file: Option<&PathBuf>) -> Option<PathBuf> {
    file.filter(|file| !file.as_os_str().is_empty()).map(|file| at.join(file))
}
