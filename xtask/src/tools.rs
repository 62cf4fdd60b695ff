//! Tools that are wanted, and parts that all run although one failed.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::Result;
use xshell::{Shell, cmd};

/// The folder that tools of cargo are installed into, for this checkout alone.
const OWN: &str = "target/tools";

/// Runs every part, also after one failed, and says of each what became of it.
pub struct Parts {
    name: &'static str,
    only: Option<String>,
    titles: Vec<&'static str>,
    failed: Vec<&'static str>,
}

impl Parts {
    /// No part yet. With `only`, the part of that title alone will run.
    pub fn of(name: &'static str, only: Option<&str>) -> Parts {
        Parts { name, only: only.map(str::to_string), titles: Vec::new(), failed: Vec::new() }
    }

    /// One part.
    pub fn part(&mut self, title: &'static str, run: impl FnOnce() -> Result<()>) {
        self.titles.push(title);
        if self.only.as_deref().is_some_and(|only| only != title) {
            return;
        }
        match run() {
            Ok(()) => println!("{}: {title}: ok", self.name),
            Err(error) => {
                eprintln!("{}: {title}: FAILED: {error:#}", self.name);
                self.failed.push(title);
            }
        }
    }

    /// What failed, as one error.
    pub fn end(self) -> Result<()> {
        if let Some(only) = &self.only {
            let is_one = self.titles.contains(&only.as_str());
            anyhow::ensure!(is_one, "{}: no part \"{only}\"; there are: {}", self.name, self.titles.join(", "));
        }
        anyhow::ensure!(self.failed.is_empty(), "{}: failed: {}", self.name, self.failed.join(", "));
        Ok(())
    }
}

/// Whether a command can be run.
pub fn has(sh: &Shell, command: &str) -> bool {
    cmd!(sh, "sh -c").arg(format!("command -v {command}")).ignore_stdout().ignore_stderr().quiet().run().is_ok()
}

/// Whether this is root.
pub fn is_root(sh: &Shell) -> Result<bool> {
    Ok(cmd!(sh, "id -u").quiet().read()? == "0")
}

/// Installs what is missing with scripts/setup.sh; `wanted` are its COMMAND=PACKAGE pairs.
pub fn setup(sh: &Shell, wanted: &[&str]) -> Result<()> {
    Ok(cmd!(sh, "scripts/setup.sh {wanted...}").quiet().run()?)
}

/// Makes `cargo NAME` one that can be run, installing it into this checkout where it is not there. Says so where that cannot
/// be done, and answers whether it is there.
pub fn cargo_tool(sh: &Shell, name: &str, version: &str) -> Result<bool> {
    let own = sh.current_dir().join(OWN);
    let mut path = vec![own.join("bin")];
    path.extend(env::split_paths(&sh.var_os("PATH").unwrap_or_default()));
    sh.set_var("PATH", env::join_paths(path)?);
    let is_there = || cmd!(sh, "cargo {name} --version").ignore_stdout().ignore_stderr().quiet().run().is_ok();
    if is_there() {
        return Ok(true);
    }
    println!("xtask: installing cargo-{name} into {OWN}");
    let package = format!("cargo-{name}@{version}");
    let installed = cmd!(sh, "cargo install --locked --quiet --root {own} {package}").quiet().run();
    Ok(installed.is_ok() && is_there())
}

/// Writes a program beside its place and renames it: it may be running.
pub fn place(path: &Path, text: &[u8]) -> Result<()> {
    let beside = path.with_file_name(format!(".making-{}", std::process::id()));
    fs::write(&beside, text)?;
    fs::set_permissions(&beside, fs::Permissions::from_mode(0o755))?;
    Ok(fs::rename(&beside, path)?)
}

/// The captures' folders: the repository's, and one of the machine's own where `SYNFIN_CAPTURES` names it.
pub fn captures(sh: &Shell) -> Vec<PathBuf> {
    let more = sh.var_os("SYNFIN_CAPTURES").map(PathBuf::from);
    [PathBuf::from("tests/captures")].into_iter().chain(more).collect()
}
