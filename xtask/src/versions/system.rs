//! The systems that have Wireshark: this machine, and a Debian in a folder for each other series.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, ensure};
use xshell::{Shell, cmd};

use crate::debian::Debian;
use crate::series::Series;
use crate::tools::place;

const PACKAGES: &str = "tshark,wireshark-common,libwireshark-dev,libglib2.0-dev,gcc,pkgconf,libc6-dev";

/// Commands of another system, usable like any program: they take this machine's files.
const COMMANDS: [&str; 6] = ["tshark", "sharkd", "editcap", "mergecap", "capinfos", "reordercap"];

/// One that has a series.
pub struct System {
    /// Its folder; none for this machine.
    pub root: Option<PathBuf>,
    /// Its tshark.
    pub tshark: PathBuf,
    /// Its sharkd; empty where there is none.
    pub sharkd: PathBuf,
    /// Wireshark's version: 4.0.17
    pub version: String,
}

impl System {
    /// This machine, or a folder that is made where it is missing.
    pub fn prepare(sh: &Shell, folder: &Path, series: &Series) -> Result<System> {
        if let Some(version) = installed(sh, series.number) {
            let here = |name| in_path(sh, name).unwrap_or_default();
            return Ok(System { root: None, tshark: here("tshark"), sharkd: here("sharkd"), version });
        }
        let release = series.debian.context("no Debian release is known to have it")?;
        let root = folder.join(release);
        Debian::new(release, &root, PACKAGES, "tshark --version").run(sh, folder)?;
        make_commands(sh, folder, series.number, &root)?;
        let command = |name| folder.join("bin").join(format!("{name}-{}", series.number));
        let version = version(sh, &command("tshark")).unwrap_or_default();
        ensure!(
            is_of(&version, series.number),
            "{} holds Wireshark {version}, not {}: Debian {release} has moved on; remove the folder, and see scripts/series.tsv",
            root.display(),
            series.number
        );
        Ok(System { root: Some(root), tshark: command("tshark"), sharkd: command("sharkd"), version })
    }

    /// The root of its files.
    pub fn root(&self) -> PathBuf {
        self.root.clone().unwrap_or_else(|| PathBuf::from("/"))
    }
}

/// Where the folders are.
pub fn folder(sh: &Shell) -> Result<PathBuf> {
    let named = sh.var_os("SYNFIN_VERSIONS_DIR").filter(|named| !named.is_empty());
    let folder = sh.current_dir().join(named.unwrap_or_else(|| OsString::from(".versions")));
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}

/// The commands of a series, in a folder of their own.
fn make_commands(sh: &Shell, folder: &Path, series: &str, root: &Path) -> Result<()> {
    let bin = sh.create_dir(folder.join("bin"))?;
    // A copy, so that the commands outlive the clone that made them when the folder is shared.
    let run = bin.join(".run");
    place(&run, sh.read_file("scripts/chroot-run.sh")?.as_bytes())?;
    for name in COMMANDS {
        let text = format!("#!/bin/sh\nexec \"{}\" \"{}\" {name} \"$@\"\n", run.display(), root.display());
        place(&bin.join(format!("{name}-{series}")), text.as_bytes())?;
    }
    Ok(())
}

/// The version of this machine's Wireshark, where it is of a series.
pub fn installed(sh: &Shell, series: &str) -> Option<String> {
    version(sh, Path::new("tshark")).filter(|version| is_of(version, series))
}

/// The version that a program of Wireshark's says; none when it does not run.
fn version(sh: &Shell, program: &Path) -> Option<String> {
    let said = cmd!(sh, "{program} --version").quiet().ignore_stderr().read().ok()?;
    let word = said.lines().next()?.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(word.trim_end_matches('.').to_string())
}

fn is_of(version: &str, series: &str) -> bool {
    version.strip_prefix(series).is_some_and(|rest| rest.starts_with('.'))
}

/// Where a program is.
fn in_path(sh: &Shell, name: &str) -> Option<PathBuf> {
    let path = sh.var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_of_a_series() {
        assert!(is_of("4.0.17", "4.0"));
        assert!(!is_of("4.0", "4.0"));
        assert!(!is_of("4.10.1", "4.1"));
        assert!(!is_of("", "4.0"));
    }
}
