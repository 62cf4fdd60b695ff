//! Debian systems in folders, made once and kept. Making one wants root.
//!
//! `SYNFIN_MIRROR` (optional): the mirror to take them from; without it, the one that this machine uses.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use clap::{Args, ValueEnum};
use xshell::{Cmd, Shell, cmd};

use crate::tools::{is_root, setup};

/// How often unpacking is tried: a mirror may be out of reach for a while.
const TRIES: u32 = 3;

/// The ending of a folder that is being made, before the number of the process that makes it.
const MAKING: &str = "making.";

/// How a system is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Way {
    /// Installed by debootstrap.
    Install,
    /// The packages and what they depend on, fetched by apt and unpacked. Nothing of them is run, so they may be for another
    /// processor. It takes a third of the time. The file packages in the folder names them with their versions.
    Unpack,
}

/// Makes a Debian in a folder, unless one that works is there. What the makers say is in a file beside it, FOLDER.log.
#[derive(Args)]
pub struct Debian {
    /// How it is made
    way: Way,
    /// The release: trixie
    release: String,
    /// The folder
    root: PathBuf,
    /// What is wanted in it, with commas
    #[arg(long)]
    packages: String,
    /// A program with its arguments that runs in a system that works
    #[arg(long, value_name = "COMMAND")]
    runs: String,
    /// A file that lies in a system that works, without the first slash; may be given more than once
    #[arg(long, value_name = "FILE")]
    has: Vec<PathBuf>,
    /// What runs programs of another processor; copied to /qemu
    #[arg(long, value_name = "PROGRAM")]
    emulator: Option<PathBuf>,
    /// Further options for mmdebstrap or debootstrap
    #[arg(last = true)]
    options: Vec<String>,
}

impl Debian {
    /// One of these packages, in which a command runs.
    pub fn new(release: &str, root: &Path, packages: &str, runs: &str) -> Debian {
        Debian {
            way: Way::Install,
            release: release.to_string(),
            root: root.to_path_buf(),
            packages: packages.to_string(),
            runs: runs.to_string(),
            has: Vec::new(),
            emulator: None,
            options: Vec::new(),
        }
    }

    /// These packages unpacked, in which a command runs.
    pub fn unpacked(release: &str, root: &Path, packages: &str, runs: &str) -> Debian {
        Debian { way: Way::Unpack, ..Debian::new(release, root, packages, runs) }
    }

    /// With these files in it.
    pub fn with_files(mut self, files: &[&str]) -> Debian {
        self.has.extend(files.iter().map(PathBuf::from));
        self
    }

    /// For another processor, as Debian calls it, whose programs are run by an emulator.
    pub fn for_processor(mut self, processor: &str, emulator: &Path) -> Debian {
        self.options.push(format!("--architectures={processor}"));
        self.emulator = Some(emulator.to_path_buf());
        self
    }

    /// Makes it.
    pub fn run(&self, sh: &Shell, at: &Path) -> Result<()> {
        let root = at.join(&self.root);
        if !root.is_dir() || !self.works(sh, &root)? {
            self.make(sh, &root, &beside(&root, "log"))?;
        }
        if self.way == Way::Install { drop_broken_plugins(sh, &root) } else { Ok(()) }
    }

    /// Whether a folder holds what is wanted. The makers' own word is not enough: debootstrap also fails over packages that
    /// nothing here needs.
    fn works(&self, sh: &Shell, root: &Path) -> Result<bool> {
        if !self.has.iter().all(|file| root.join(file).exists()) {
            return Ok(false);
        }
        if let Some(emulator) = &self.emulator {
            // Beside one that may be running: another run of this may be at work in the folder.
            let copied = as_root(sh, "cp")?.args(["--remove-destination", "--"]).arg(emulator).arg(root.join("qemu"));
            if copied.quiet().ignore_stderr().run().is_err() {
                return Ok(false);
            }
        }
        let enter = as_root(sh, "chroot")?.arg(root).args(self.emulator.is_some().then_some("/qemu"));
        let ran = enter.args(self.runs.split_whitespace()).quiet().ignore_stdout().ignore_stderr();
        Ok(ran.run().is_ok())
    }

    fn make(&self, sh: &Shell, root: &Path, log: &Path) -> Result<()> {
        let (release, folder) = (&self.release, root.display());
        let may = is_root(sh)? || cmd!(sh, "sudo -n true").quiet().ignore_stderr().run().is_ok();
        ensure!(may, "making {folder} needs root; run this as root, or allow sudo without a password");
        match self.way {
            Way::Install => setup(sh, &["debootstrap=debootstrap", "unshare=util-linux"])?,
            Way::Unpack => setup(sh, &["mmdebstrap=mmdebstrap", "unshare=util-linux"])?,
        }
        eprintln!("fetching Debian {release} into {folder} (once; a minute or more)");
        let mirror = mirror(sh)?;
        fs::create_dir_all(root.parent().context("a system wants a folder of its own")?)?;
        remove_left(sh, root)?;
        let making = beside(root, &format!("{MAKING}{}", std::process::id()));
        let tries = if self.way == Way::Install { 1 } else { TRIES };
        for _ in 0..tries {
            remove(sh, &making)?;
            match self.way {
                Way::Install => self.install(sh, &making, &mirror, log)?,
                Way::Unpack => self.unpack(sh, &making, &mirror, log)?,
            }
            if making.is_dir() && self.works(sh, &making)? {
                // Made beside and renamed: a folder of that name is a whole one.
                remove(sh, root)?;
                return Ok(as_root(sh, "mv")?.args(["-T", "--"]).arg(&making).arg(root).quiet().run()?);
            }
            if tries > 1 {
                sleep(Duration::from_secs(5));
            }
        }
        remove(sh, &making)?;
        let said = fs::read_to_string(log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        eprintln!("{}", lines[lines.len().saturating_sub(5)..].join("\n"));
        bail!(
            "Debian {release} could not be made (last lines above, all of them in {}); check the network, then run this again",
            log.display()
        )
    }

    fn install(&self, sh: &Shell, making: &Path, mirror: &str, log: &Path) -> Result<()> {
        // debootstrap stumbles over spaces in a path: it gets one without, that leads there.
        let way = tempfile::Builder::new().prefix("synfin-debian.").tempdir_in("/tmp")?;
        let way = way.path().join("root");
        std::os::unix::fs::symlink(making, &way)?;
        as_root(sh, "mkdir")?.args(["-p", "--"]).arg(making).quiet().run()?;
        let make = as_root(sh, "debootstrap")?.arg("--variant=minbase").arg(format!("--include={}", self.packages));
        into_log(make.args(&self.options).args([&self.release]).arg(way).arg(mirror), log)?;
        remove(sh, &making.join("var/cache/apt/archives"))
    }

    fn unpack(&self, sh: &Shell, making: &Path, mirror: &str, log: &Path) -> Result<()> {
        let make = as_root(sh, "mmdebstrap")?
            .args(["--mode=root", "--variant=extract", "--format=directory"])
            .arg(format!("--include={}", self.packages))
            .arg(r#"--extract-hook=cd "$1/var/cache/apt/archives" && ls *.deb >"$1/packages""#)
            .arg(r#"--aptopt=Acquire::Retries "5""#)
            .arg(r#"--aptopt=Acquire::Check-Valid-Until "false""#);
        into_log(make.args(&self.options).args([&self.release]).arg(making).arg(mirror), log)
    }
}

/// Removes a folder with all that is in it, but for what is mounted there.
fn remove(sh: &Shell, folder: &Path) -> Result<()> {
    Ok(as_root(sh, "rm")?.args(["-rf", "--one-file-system", "--"]).arg(folder).quiet().run()?)
}

/// Removes what runs that were interrupted have left beside a folder: a system each, of hundreds of megabytes.
fn remove_left(sh: &Shell, root: &Path) -> Result<()> {
    for left in sh.read_dir(root.parent().unwrap_or(root))?.iter().filter(|path| is_left(root, path)) {
        if let Err(error) = remove(sh, left) {
            eprintln!("note: {} is left over and stays: {error}", left.display());
        }
    }
    Ok(())
}

/// Whether a path is where a process that runs no more was making a folder.
fn is_left(root: &Path, path: &Path) -> bool {
    let beginning = beside(root, MAKING);
    let maker = path.to_str().zip(beginning.to_str()).and_then(|(path, beginning)| path.strip_prefix(beginning));
    let process = maker.and_then(|maker| maker.parse::<u32>().ok());
    process.is_some_and(|process| !Path::new("/proc").join(process.to_string()).exists())
}

/// A path beside a folder: with its name, and this ending.
fn beside(folder: &Path, ending: &str) -> PathBuf {
    let mut path = folder.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    path.into()
}

/// Runs it to its end, whatever that is, with all that it says in a file.
fn into_log(command: Cmd, log: &Path) -> Result<()> {
    let file = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
    let mut command = std::process::Command::from(command);
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    command.status().with_context(|| format!("{} does not run", command.get_program().display()))?;
    Ok(())
}

/// A program that is run as root.
pub fn as_root<'a>(sh: &'a Shell, program: &str) -> Result<Cmd<'a>> {
    Ok(if is_root(sh)? { cmd!(sh, "{program}") } else { cmd!(sh, "sudo -n {program}") })
}

/// The mirror this machine itself uses. security and updates live elsewhere on it, or have no releases of their own.
fn mirror(sh: &Shell) -> Result<String> {
    if let Ok(named) = sh.var("SYNFIN_MIRROR")
        && !named.is_empty()
    {
        return Ok(named);
    }
    let targets = cmd!(sh, "apt-get indextargets --format").arg("$(REPO_URI) $(LABEL)").arg("Created-By: Packages");
    let targets = targets.quiet().ignore_stderr().ignore_status().read().unwrap_or_default();
    if let Some((mirror, _)) =
        targets.lines().filter_map(|line| line.split_once(' ')).find(|(_, label)| *label == "Debian")
    {
        return Ok(mirror.to_string());
    }
    // Before the first apt-get update there are no labels: the sources themselves.
    let mut files = vec![PathBuf::from("/etc/apt/sources.list")];
    files.extend(sh.read_dir("/etc/apt/sources.list.d").unwrap_or_default());
    let texts = files.iter().filter_map(|file| fs::read_to_string(file).ok());
    let named = texts.flat_map(|text| sources(&text)).find(|mirror| mirror.trim_end_matches('/').ends_with("/debian"));
    named.context("no Debian mirror in this machine's apt sources; name one in SYNFIN_MIRROR (http://.../debian)")
}

/// The addresses in a list of apt's sources, of either form: `deb [...] ADDRESS trixie main`, and `URIs: ADDRESS`.
fn sources(text: &str) -> Vec<String> {
    let address = |line: &str| {
        if let Some(uri) = line.strip_prefix("URIs:") {
            return uri.split_whitespace().next().map(str::to_string);
        }
        let rest = line.strip_prefix("deb ")?.trim_start();
        let rest = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(rest, |(_, rest)| rest);
        rest.split_whitespace().next().map(str::to_string)
    };
    text.lines().filter_map(address).collect()
}

/// Removes plugins of other people's that lack a library, as sid's sometimes do: their complaint at every start is not synfin's,
/// and Wireshark's window would stop at it.
fn drop_broken_plugins(sh: &Shell, root: &Path) -> Result<()> {
    let started = as_root(sh, "chroot")?.arg(root).args(["tshark", "--version"]).quiet().ignore_status().output()?;
    let said = String::from_utf8_lossy(&started.stderr).into_owned();
    for name in said.lines().filter_map(broken).filter(|name| *name != "synfin.so") {
        let find = as_root(sh, "find")?.arg(root.join("usr/lib")).args(["-path", "*/wireshark/plugins/*", "-name"]);
        find.args([name, "-delete"]).quiet().run()?;
    }
    Ok(())
}

/// The plugin of which tshark complains: `... Couldn't load plugin 'ipaddr.so': ...`
fn broken(line: &str) -> Option<&str> {
    let name = line.split_once("Couldn't load plugin '")?.1.split_once('\'')?.0;
    (name.ends_with(".so") && !name.contains('/')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_of_both_forms_are_read() {
        let text = "# deb http://no/debian x\ndeb [signed-by=/a/b arch=amd64] http://one/debian trixie main\n\
                    deb http://two/debian/ sid main\ndeb-src http://no/debian x\nURIs: http://three/debian http://no\n";
        assert_eq!(sources(text), ["http://one/debian", "http://two/debian/", "http://three/debian"]);
    }

    #[test]
    fn only_what_no_process_makes_is_left_over() {
        let root = Path::new("/some where/sid");
        let is_left = |name: &str| is_left(root, &Path::new("/some where").join(name));
        // No process has this number: the largest there can be is 2^22.
        assert!(is_left("sid.making.4194305"));
        assert!(!is_left(&format!("sid.making.{}", std::process::id())));
        assert!(!is_left("sid.making.x"));
        assert!(!is_left("sid.log"));
        assert!(!is_left("sid"));
        assert!(!is_left("trixie.making.4194305"));
    }

    #[test]
    fn a_plugin_that_does_not_load_is_named() {
        let line = " ** (tshark:1) WARNING -- Couldn't load plugin 'stats.so': libx.so.1: no such file";
        assert_eq!(broken(line), Some("stats.so"));
        assert_eq!(broken("Couldn't load plugin '../x.so': y"), None);
        assert_eq!(broken("all is well"), None);
    }
}
