//! Builds what is released. No path of this machine is in it: the same commit gives the same bytes wherever it is built with
//! the same tools.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::ValueEnum;
use xshell::{Shell, cmd};

/// What is released.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Product {
    /// The plugin for this machine's system
    Plugin,
    /// The command synfin
    Command,
}

/// Builds it, and answers where it lies: in a folder of its own, since other flags mean other files.
pub fn build(sh: &Shell, product: Product) -> Result<PathBuf> {
    let here = sh.current_dir();
    let home = env::home_dir().unwrap_or_default().join(".cargo");
    let cargo_home = sh.var_os("CARGO_HOME").filter(|named| !named.is_empty()).map_or(home, PathBuf::from);
    let cargo_home = cargo_home
        .canonicalize()
        .with_context(|| format!("{} is no folder; set CARGO_HOME to cargo's", cargo_home.display()))?;
    let target =
        sh.var_os("CARGO_TARGET_DIR").filter(|named| !named.is_empty()).map_or(here.join("target"), PathBuf::from);
    let target = here.join(target).join("release-build");
    let (here, cargo_home) = (here.display(), cargo_home.display());

    // One after the other: built together, the plugin's crates would have what the command's want of them.
    let package = match product {
        Product::Plugin => "synfin",
        Product::Command => "synfin-cli",
    };
    // Separated by US, and quoted for a shell: paths may hold spaces. The cc crate takes the quotes off.
    let flags = format!("--remap-path-prefix={here}=/synfin\x1f--remap-path-prefix={cargo_home}=/cargo");
    let c_flags = format!("'-ffile-prefix-map={here}=/synfin' '-ffile-prefix-map={cargo_home}=/cargo'");
    cmd!(sh, "cargo build --release --locked --package {package}")
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_ENCODED_RUSTFLAGS", flags)
        .env("CFLAGS", c_flags)
        .env("CC_SHELL_ESCAPED_FLAGS", "1")
        .env("SOURCE_DATE_EPOCH", time(sh)?)
        // The standard library's debug information is nine tenths of the file; function names stay, for reports of crashes.
        .env("CARGO_PROFILE_RELEASE_STRIP", "debuginfo")
        .quiet()
        .run()?;
    Ok(target.join("release").join(match product {
        Product::Plugin => "libsynfin.so",
        Product::Command => "synfin",
    }))
}

/// The time that files are to bear, in seconds since 1970: SOURCE_DATE_EPOCH, or the last commit's.
pub fn time(sh: &Shell) -> Result<String> {
    if let Some(named) = sh.var("SOURCE_DATE_EPOCH").ok().filter(|named| !named.is_empty()) {
        return Ok(named);
    }
    let commit = cmd!(sh, "git log -1 --format=%ct").quiet().ignore_stderr().read();
    Ok(commit.unwrap_or_else(|_| "0".to_string()))
}
