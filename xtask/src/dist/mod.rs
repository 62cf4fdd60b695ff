//! The release, in dist/: an archive for any Linux and a Debian package, each for x86-64 and AArch64; zips for Windows and macOS;
//! the bills of materials and the checksums. The command synfin is in the files for this machine's processor alone. Two runs from
//! one commit give the same bytes.

mod contents;
mod package;
pub mod trial;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use tempfile::TempDir;
use toml::Table;
use xshell::{Shell, cmd};

use self::package::Machine;
use crate::cross::{self, System, Tools};
use crate::man;
use crate::release::{self, Product};
use crate::sbom::Sbom;

/// The file of checksums.
const SUMS: &str = "dist/SHA256SUMS";

/// What the files for the other systems have in their names.
const OTHERS: [&str; 3] = ["-linux-aarch64", "-windows", "-macos"];

/// Makes the release in dist/. Where the tools for other systems cannot be made it says so, and the release is for this system
/// alone; as with SYNFIN_DIST=linux in the environment.
#[derive(Args)]
pub struct Dist {
    /// Make it in two places, here and in a clone of the last commit (in two clones, where there are changes that it does not
    /// hold). They must come out equal, and all systems be there unless SYNFIN_DIST=linux
    #[arg(long)]
    check: bool,
}

impl Dist {
    /// Runs it.
    pub fn run(&self, sh: &Shell) -> Result<()> {
        if self.check {
            return check(sh);
        }
        make(sh)?;
        print!("{}", sh.read_file(SUMS)?);
        Ok(())
    }
}

/// Makes it in two places, and compares.
fn check(sh: &Shell) -> Result<()> {
    let here = sh.current_dir();
    let work = temporary()?;
    // One folder of tools for both.
    let tools = sh.var_os("SYNFIN_CROSS_DIR").filter(|named| !named.is_empty()).unwrap_or_else(|| ".cross".into());
    let _tools = sh.push_env("SYNFIN_CROSS_DIR", here.join(tools));
    let clone = |name: &str| {
        let place = work.path().join(name);
        cmd!(sh, "git clone --quiet --no-hardlinks . {place}").quiet().run()?;
        anyhow::Ok(place)
    };
    // Another path, another length, a space: what a build could let slip into the result.
    let another = clone("another place")?;
    let one = if has_changes(sh) { clone("one")? } else { here.clone() };
    for place in [&one, &another] {
        if *place == here {
            // What is built here already is taken as it is.
            make(sh)?;
        } else {
            let _place = sh.push_dir(place);
            cmd!(sh, "cargo xtask dist").env_remove("CARGO_TARGET_DIR").ignore_stdout().quiet().run()?;
        }
    }
    let (first, second) = (one.join(SUMS), another.join(SUMS));
    let sums = sh.read_file(&first)?;
    if sums != sh.read_file(&second)? {
        cmd!(sh, "diff {first} {second}").quiet().ignore_status().run()?;
        bail!("two builds of one commit differ (above); compare the files with diffoscope");
    }
    for system in OTHERS.iter().filter(|_| !is_for_linux_alone(sh)) {
        ensure!(sums.contains(system), "there is no file for {}", system.trim_start_matches('-'));
    }
    let commit = cmd!(sh, "git rev-parse --short HEAD").quiet().read()?;
    println!("{sums}dist: two builds of {commit} in two places are the same");
    Ok(())
}

/// A release that is being made.
struct Release<'a> {
    sh: &'a Shell,
    version: String,
    /// A folder for what goes into the files.
    work: PathBuf,
    /// Where the files go.
    out: PathBuf,
    /// The bills of materials: the plugin's, and the command's.
    bills: [PathBuf; 2],
}

/// Makes it in dist/.
fn make(sh: &Shell) -> Result<()> {
    let time = release::time(sh)?;
    let _settings =
        [("LC_ALL", "C"), ("TZ", "UTC"), ("SOURCE_DATE_EPOCH", &time)].map(|(name, value)| sh.push_env(name, value));
    if has_changes(sh) {
        eprintln!("dist: note: there are changes that no commit holds");
    }
    let plugin = release::build(sh, Product::Plugin)?;
    let command = release::build(sh, Product::Command)?;
    let manifest: Table = sh.read_file("Cargo.toml")?.parse()?;
    let version = manifest["workspace"]["package"]["version"].as_str().context("Cargo.toml says no version")?;
    let out = sh.current_dir().join("dist");
    sh.remove_path(&out)?;
    sh.create_dir(&out)?;
    let work = temporary()?;
    let bills = ["synfin", "synfin-command"].map(|name| out.join(format!("{name}-{version}.cdx.json")));
    let files = Release { sh, version: version.to_string(), work: work.path().to_path_buf(), out, bills };
    for (package, file) in ["synfin", "synfin-cli"].into_iter().zip(&files.bills) {
        sh.write_file(file, Sbom::of(package, time.parse()?).text(sh)?)?;
    }
    man::write(&files.manual_pages())?;
    files.linux(&Machine::this(sh)?, &plugin, Some(&command))?;
    files.others()?;
    files.finish()
}

impl Release<'_> {
    /// The files for a processor's Linux.
    fn linux(&self, machine: &Machine, plugin: &Path, command: Option<&Path>) -> Result<()> {
        self.linux_archive(&machine.processor, plugin, command)?;
        if !crate::tools::has(self.sh, "dpkg-deb") {
            eprintln!("dist: no dpkg-deb here, so no Debian package; run this on Debian or Ubuntu for one");
            return Ok(());
        }
        self.package(machine, plugin, command)
    }

    /// Those for other systems, or why there are none.
    fn others(&self) -> Result<()> {
        let sh = self.sh;
        let left_out = |why: &str| eprintln!("dist: left out: Linux on AArch64, Windows, macOS: {why}");
        if is_for_linux_alone(sh) {
            left_out("SYNFIN_DIST is linux");
            return Ok(());
        }
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            left_out("their tools run on Linux, x86-64");
            return Ok(());
        }
        if let Err(error) = Tools::make(sh) {
            left_out(&format!("their tools could not be made: {error:#}"));
            return Ok(());
        }
        // Tools that are there and do not build are a failure.
        let files = cross::build_all(sh, &[System::Aarch64, System::Windows, System::Macos])?;
        let [linux, windows, macos] = &files[..] else { bail!("not a file for each system: {files:?}") };
        self.linux(&Machine::aarch64(), linux, None)?;
        self.windows_zip(windows)?;
        self.macos_zip(macos)
    }

    /// The checksums, and the modes of all: not those that this user's new files have.
    fn finish(&self) -> Result<()> {
        let files = self.sh.read_dir(&self.out)?;
        let names: Vec<&OsStr> = files.iter().filter_map(|file| file.file_name()).collect();
        let _out = self.sh.push_dir(&self.out);
        let sums = cmd!(self.sh, "sha256sum -- {names...}").quiet().read()?;
        self.sh.write_file("SHA256SUMS", sums + "\n")?;
        for file in self.sh.read_dir(&self.out)? {
            fs::set_permissions(file, fs::Permissions::from_mode(0o644))?;
        }
        Ok(())
    }
}

fn temporary() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("synfin-dist.").tempdir()?)
}

fn has_changes(sh: &Shell) -> bool {
    cmd!(sh, "git status --porcelain").quiet().ignore_stderr().read().is_ok_and(|changes| !changes.is_empty())
}

fn is_for_linux_alone(sh: &Shell) -> bool {
    sh.var("SYNFIN_DIST").is_ok_and(|named| named == "linux")
}
