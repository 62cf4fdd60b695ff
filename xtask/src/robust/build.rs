//! What the robustness runs build. All of it lies in target/robust: nothing that is installed changes.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use crate::tools::{captures, setup};

/// Where all of it lies.
const FOLDER: &str = "target/robust";

/// What was built.
pub struct Build {
    /// Where all of it lies.
    pub folder: PathBuf,
    /// This machine's target: named, so that build scripts are built once and for none of the variants.
    pub machine: String,
    /// The plugin, built the usual way; `SYNFIN_PLUGIN` names another one.
    pub plugin: PathBuf,
    /// The folder of the fuzzing programs.
    pub drivers: PathBuf,
    /// Folders of captures: the repository's, the machine's own, and those that are made to hurt.
    pub captures: Vec<PathBuf>,
}

impl Build {
    /// Installs what is missing (COMMAND=PACKAGE pairs, besides those that all runs want), and builds plugin, programs and
    /// captures.
    pub fn new(sh: &Shell, wanted: &[&str], seed: u64) -> Result<Build> {
        const ALL_WANT: [&str; 5] = [
            "python3=python3",
            "setpriv=util-linux",
            "editcap=wireshark-common",
            "randpkt=wireshark-common",
            "sharkd=wireshark-common",
        ];
        setup(sh, &[&ALL_WANT, wanted].concat())?;
        let folder = PathBuf::from(FOLDER);
        let about = cmd!(sh, "rustc -vV").quiet().read()?;
        let machine = about.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc -vV names no host")?;
        let build = Build {
            plugin: plugin(sh, &folder)?,
            drivers: folder.join("fuzz"),
            captures: captures(sh).into_iter().chain([folder.join("captures")]).collect(),
            machine: machine.to_string(),
            folder,
        };
        let folder = &build.folder;
        cmd!(
            sh,
            "cargo build --quiet --profile fuzz --locked -p synfin-fuzz --target-dir {folder} --features abi --bins"
        )
        .quiet()
        .run()?;
        build.make_captures(sh, seed)?;
        Ok(build)
    }

    /// One of the fuzzing programs.
    pub fn driver(&self, name: &str) -> PathBuf {
        self.drivers.join(name)
    }

    /// Builds for this machine's target with further arguments.
    pub fn cargo(&self, sh: &Shell, arguments: &[&str]) -> Result<()> {
        let (machine, folder) = (&self.machine, &self.folder);
        let command = cmd!(sh, "cargo build --quiet --locked --target {machine} --target-dir {folder} {arguments...}");
        Ok(command.quiet().run()?)
    }

    /// Keeps the plugin last built so under a name of its own.
    pub fn keep(&self, sh: &Shell, name: &str) -> Result<PathBuf> {
        let kept = sh.create_dir(self.folder.join(name))?.join("synfin.so");
        sh.copy_file(self.folder.join(&self.machine).join("release/libsynfin.so"), &kept)?;
        Ok(kept)
    }

    /// Captures made to hurt, beside those of the repository.
    fn make_captures(&self, sh: &Shell, seed: u64) -> Result<()> {
        let adversary = self.driver("adversary");
        let folder = sh.create_dir(self.folder.join("captures"))?;
        let seed = seed.to_string();
        let listed = cmd!(sh, "{adversary} list").quiet().read()?;
        for scenario in listed.lines().filter_map(|line| line.split('\t').next()) {
            let file = folder.join(format!("{scenario}.pcap"));
            cmd!(sh, "{adversary} write {scenario} 120 {seed} {file}").quiet().run()?;
        }
        for walk in 1..=8 {
            let file = folder.join(format!("walk-{walk}.pcap"));
            let walk = format!("{seed}{walk}");
            cmd!(sh, "{adversary} write walk 160 {walk} {file}").quiet().run()?;
        }
        Ok(())
    }
}

/// The plugin to test.
fn plugin(sh: &Shell, folder: &Path) -> Result<PathBuf> {
    if let Some(named) = sh.var_os("SYNFIN_PLUGIN").filter(|named| !named.is_empty()) {
        return Ok(named.into());
    }
    cmd!(sh, "cargo build --quiet --release --locked").quiet().run()?;
    let made = sh.var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let kept = sh.create_dir(folder.join("plugin"))?.join("synfin.so");
    sh.copy_file(made.join("release/libsynfin.so"), &kept)?;
    Ok(kept)
}
