//! The plugin for other systems, run or examined as far as that can be done on this one (docs/VERSIONS.md).

mod aarch64;
mod checks;
mod macos;
mod windows;

use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::Shell;

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

/// The plugin of this machine's system, as it is released.
fn release_plugin(sh: &Shell) -> Result<PathBuf> {
    release::build(sh, Product::Plugin)
}

/// The file that was named, if one was. Relative paths are those of the folder `at`.
fn named(at: &Path, file: Option<&PathBuf>) -> Option<PathBuf> {
    file.filter(|file| !file.as_os_str().is_empty()).map(|file| at.join(file))
}
