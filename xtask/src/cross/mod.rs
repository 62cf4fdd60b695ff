//! Building the plugin for other systems from this one.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Cmd, Shell, cmd};

/// A system that a file is built for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum System {
    /// x86-64.
    Windows,
    /// Both processors, in one file.
    Macos,
}

/// Builds the plugin for a system; answers where the file lies.
pub fn build(sh: &Shell, system: System) -> Result<PathBuf> {
    let target = match system {
        System::Windows => "windows-x86_64",
        System::Macos => "macos",
    };
    Ok(cmd!(sh, "scripts/cross.sh {target}").quiet().read()?.into())
}

/// The tools for it: a folder, made once and kept.
pub struct Tools {
    /// `.cross`, or what `SYNFIN_CROSS_DIR` names.
    pub folder: PathBuf,
}

impl Tools {
    /// Where they are, or will be.
    pub fn at(sh: &Shell) -> Result<Tools> {
        let named = sh.var_os("SYNFIN_CROSS_DIR").filter(|named| !named.is_empty());
        let folder = sh.create_dir(named.unwrap_or_else(|| OsString::from(".cross")))?;
        let folder = folder.canonicalize().with_context(|| format!("{} cannot be used", folder.display()))?;
        Ok(Tools { folder })
    }

    /// The Debian sid among them.
    pub fn root(&self) -> PathBuf {
        self.folder.join("sid")
    }

    /// Wireshark's headers of a system and a series.
    pub fn headers(&self, system: &str, series: &str) -> PathBuf {
        self.folder.join("headers").join(format!("{system}-{series}"))
    }

    /// A program of theirs, on this machine's files.
    pub fn inside<'a>(&self, sh: &'a Shell, program: &str) -> Cmd<'a> {
        enter(sh, &self.root()).args(["env", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", program]).quiet()
    }
}

/// What follows is run in another system, on this machine's files.
fn enter<'a>(sh: &'a Shell, root: &Path) -> Cmd<'a> {
    cmd!(sh, "scripts/chroot-run.sh {root}")
}
