//! What plugin-c knows of Wireshark's headers: the table of its structures, and the prototypes of its functions.
//!
//! A *root* is a folder with headers in it: a system that has libwireshark-dev, `/` or a chroot (.versions/trixie); or one
//! that `cargo xtask host headers` made, of headers alone, whose series is then "expected, not run".

pub mod headers;
pub mod layout;
pub mod prototypes;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Subcommand, ValueEnum};
use xshell::{Shell, cmd};

/// What can be done with them.
#[derive(Subcommand)]
pub enum Host {
    /// A folder with the headers of a series that no Debian release has, or of another operating system
    ///
    /// They are those that the crate libwireshark-sys bundles, fetched by cargo and held by its checksum
    /// (scripts/headers/Cargo.lock). `make test-versions` holds its bundles of the other series against those series' own
    /// headers.
    Headers {
        /// The series: 4.2
        series: String,
        /// The folder that is made
        folder: PathBuf,
        /// The operating system
        #[arg(default_value = "linux")]
        system: System,
    },
    /// Writes plugin-c/host_layout.h from the headers of every series, and of each system
    ///
    /// Headers of Windows want a compiler for it: WINDOWS_CC, or else x86_64-w64-mingw32-gcc or zig (PyPI: ziglang), where
    /// one is installed. Those of macOS take MACOS_CC, or else this machine's compiler. Nothing is run but tshark.
    Layout {
        /// Add these to the table, and keep the other rows that it has
        #[arg(long)]
        add: bool,
        /// Fail when the table has other rows for these; write nothing
        #[arg(long, conflicts_with = "add")]
        check: bool,
        /// Folders with headers: / .versions/trixie .versions/sid
        #[arg(required = true)]
        roots: Vec<PathBuf>,
    },
    /// Compares the prototypes of Wireshark's functions that plugin-c calls
    ///
    /// One that is not the same in all series has to stand in plugin-c/host_functions.h, which says how each is served.
    Prototypes {
        /// Folders with headers, two or more: / .versions/trixie .versions/sid
        #[arg(required = true, num_args = 2..)]
        roots: Vec<PathBuf>,
    },
}

/// The operating system that headers are for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum System {
    /// And the other Unixes but macOS.
    Linux,
    /// 64-bit.
    Windows,
    /// Both of its processors.
    Macos,
}

impl System {
    /// How it is called in names of files.
    pub fn name(self) -> &'static str {
        match self {
            System::Linux => "linux",
            System::Windows => "windows",
            System::Macos => "macos",
        }
    }
}

impl Host {
    /// Does it. Relative paths are those of the folder `at`.
    pub fn run(&self, sh: &Shell, at: &Path) -> Result<()> {
        let below = |roots: &[PathBuf]| roots.iter().map(|root| at.join(root)).collect::<Vec<_>>();
        match self {
            Host::Headers { series, folder, system } => headers::make(sh, series, &at.join(folder), *system),
            Host::Layout { add, check, roots } => layout::run(sh, &below(roots), *add, *check),
            Host::Prototypes { roots } => prototypes::compare(sh, &below(roots)),
        }
    }
}

/// Wireshark's headers below a root.
fn include(root: &Path) -> Result<PathBuf> {
    let include = root.join("usr/include/wireshark");
    let is_there = include.join("ws_version.h").is_file();
    ensure!(is_there, "no Wireshark headers below {}: install libwireshark-dev there", root.display());
    Ok(include)
}

/// The options by which a compiler finds glib's headers.
fn glib(sh: &Shell) -> Result<Vec<String>> {
    let flags = cmd!(sh, "pkg-config --cflags glib-2.0").quiet().ignore_stderr().read();
    let flags = flags.context("pkg-config finds no glib-2.0: install libglib2.0-dev")?;
    Ok(flags.split_whitespace().map(str::to_string).collect())
}

/// The text of plugin-c's files in C, one after the other.
fn shim(sh: &Shell) -> Result<String> {
    let mut text = String::new();
    for file in sh.read_dir("plugin-c")? {
        if file.extension().is_some_and(|ending| ending == "c" || ending == "h") {
            text.push_str(&sh.read_file(file)?);
        }
    }
    Ok(text)
}

/// The files that C code includes by `#include <...>`, in order of their names.
fn included(text: &str) -> Vec<&str> {
    let mut files: Vec<&str> = text
        .lines()
        .filter_map(|line| {
            let directive = line.trim_start().strip_prefix('#')?.trim_start();
            directive.strip_prefix("include <")?.split_once('>').map(|(file, _)| file)
        })
        .collect();
    files.sort_unstable();
    files.dedup();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_included_is_found() {
        let text =
            "#include <epan/tap.h> /* taps */\n#  include <stdio.h>\n#include \"host.h\"\n#include <epan/tap.h>\n";
        assert_eq!(included(text), ["epan/tap.h", "stdio.h"]);
    }
}
