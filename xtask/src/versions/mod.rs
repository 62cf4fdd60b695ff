//! One plugin file, every Wireshark: holds plugin-c against each series' headers, installs the very same file in each, and runs
//! the end-to-end and robustness tests there; then the file alone against hosts of other versions, and the release archive and
//! package.

mod system;

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use xshell::{Cmd, Shell, cmd};

pub use self::system::{System, folder, installed};
use crate::debian::as_root;
use crate::dist::trial;
use crate::host;
use crate::release::{self, Product};
use crate::series::{self, Series};
use crate::tools::{has, setup};

/// How each C file is compiled with the headers that are here.
const COMPILE: &str = "for file in plugin-c/*.c; do
    cc -std=c11 -fsyntax-only -Wall -Wextra -Werror -Iplugin-c $(pkg-config --cflags wireshark) \"$file\" || exit 1
done";

/// How many lines of a log are shown when what it is of failed.
const SHOWN: usize = 60;

/// The same plugin file in every Wireshark of scripts/series.tsv. A series that this machine does not have is taken from its
/// Debian release, in a folder made once and kept (.versions, or SYNFIN_VERSIONS_DIR).
#[derive(Args)]
pub struct Versions {
    /// Make the folders and the commands in .versions/bin, and test nothing
    #[arg(long)]
    make: bool,
    /// The file to test; without it the one that make dist ships
    #[arg(long, env = "SYNFIN_PLUGIN", hide_env_values = true)]
    plugin: Option<OsString>,
    /// The end-to-end tests to run
    #[arg(long, env = "SYNFIN_E2E", default_value = "e2e_*", hide_env_values = true)]
    tests: String,
    /// How many damaged captures each series reads
    #[arg(long, env = "SYNFIN_DAMAGED", default_value_t = 200, hide_env_values = true)]
    damaged: u32,
    /// These series alone; without any, all, and what concerns all at once
    series: Vec<String>,
}

/// What is tested.
struct Plugin {
    path: PathBuf,
    /// SHA-256 of its bytes.
    sum: String,
}

impl Versions {
    /// Runs it.
    pub fn run(&self, sh: &Shell, at: &Path) -> Result<()> {
        let tested: Vec<Series> = series::all().into_iter().filter(|series| series.debian.is_some()).collect();
        let wanted = self.wanted(&tested)?;
        let folder = folder(sh)?;
        if self.make {
            for series in wanted {
                System::prepare(sh, &folder, series)?;
            }
            return Ok(());
        }
        // What the end-to-end tests compare with and hand their output to, as in scripts/test.sh.
        if has(sh, "apt-get") {
            setup(sh, &["tcptrace=tcptrace", "jq=jq", "python3=python3"])?;
        }
        let plugin = self.plugin(sh, at)?;
        let mut failed = Vec::new();
        let mut systems = Vec::new();
        for series in wanted {
            let system = System::prepare(sh, &folder, series)?;
            let log = folder.join(format!("test-{}.log", series.number));
            let verdict = match self.check(sh, &system, &plugin, &log) {
                Ok(passed) => format!("ok, {passed} end-to-end tests passed"),
                Err(error) => {
                    println!("{}", end_of(&log));
                    failed.push(series.number);
                    format!("FAILED, see above and {}: {error:#}", log.display())
                }
            };
            println!("Wireshark {}: {verdict} (plugin SHA-256 {})", system.version, plugin.sum);
            systems.push(system);
            let is_same = sum(sh, &plugin.path)? == plugin.sum;
            ensure!(is_same, "the plugin file changed while it was tested; run this again");
        }
        if systems.len() == tested.len() {
            failed.extend(all_at_once(sh, &folder, &systems, &plugin));
        }
        ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
        let versions: Vec<&str> = systems.iter().map(|system| system.version.as_str()).collect();
        let (number, versions) = (versions.len(), versions.join(", "));
        println!("One file, {number} series ({versions}): the same file was copied to each, nothing else");
        Ok(())
    }

    /// The series to test, of those that can be.
    fn wanted<'a>(&self, tested: &'a [Series]) -> Result<Vec<&'a Series>> {
        let numbers: Vec<&str> = tested.iter().map(|series| series.number).collect();
        for name in &self.series {
            ensure!(
                numbers.contains(&name.as_str()),
                "no Debian release is known to have Wireshark {name}; scripts/series.tsv names some for {}",
                numbers.join(" ")
            );
        }
        let is_wanted =
            |series: &&Series| self.series.is_empty() || self.series.iter().any(|name| series.number == name);
        Ok(tested.iter().filter(is_wanted).collect())
    }

    /// The file to test: the bytes that are released, not merely the same source.
    fn plugin(&self, sh: &Shell, at: &Path) -> Result<Plugin> {
        let path = match self.plugin.as_ref().filter(|named| !named.is_empty()) {
            Some(named) => at.join(named),
            None => release::build(sh, Product::Plugin)?,
        };
        let there_is = path.is_file();
        ensure!(
            there_is,
            "no plugin file {}; set SYNFIN_PLUGIN to one, or leave it unset to have it built",
            path.display()
        );
        Ok(Plugin { sum: sum(sh, &path)?, path })
    }

    /// Everything that runs in one system, with all that it says in a log; answers how many tests passed.
    fn check(&self, sh: &Shell, system: &System, plugin: &Plugin, log: &Path) -> Result<u64> {
        let log_file = File::create(log)?;
        let run = |command: Cmd| logged(command, &log_file, |_| {});
        match &system.root {
            Some(root) => install_in(sh, root, &plugin.path, &run)?,
            None => {
                run(cmd!(sh, "sh -c {COMPILE}"))?;
                let path = &plugin.path;
                run(cmd!(sh, "scripts/install.sh {path}").env("TSHARK", &system.tshark))?;
            }
        }
        let test = |command: Cmd| {
            logged(command, &log_file, |command| {
                command.env("SYNFIN_TSHARK", &system.tshark).env("SYNFIN_SHARKD", &system.sharkd);
                // A folder of further captures is for this machine's Wireshark: starting another one hundreds of times takes
                // long.
                if system.root.is_some() {
                    command.env_remove("SYNFIN_CAPTURES");
                }
            })
        };
        // Every end-to-end test there is: cargo finds them by their names.
        let tests = &self.tests;
        test(cmd!(sh, "cargo test --release --locked --test {tests}"))?;
        // The command without Wireshark numbers streams as this one does.
        let these = ["--test", "agreement", "--test", "layers", "--test", "streams"];
        test(cmd!(sh, "cargo test --release --locked --package synfin-cli {these...}"))?;
        // Damaged captures, with the very file that is tested; make test-robust has more, for this machine's Wireshark.
        let (damaged, path) = (self.damaged.to_string(), &plugin.path);
        let root = system.root.as_ref().map(|root| ["--root".as_ref(), root.as_os_str()]);
        let root = root.into_iter().flatten();
        test(cmd!(sh, "python3 tests/robust/damaged.py {damaged} 1 {root...} --plugin {path} tests/captures"))?;
        let passed = passed(&fs::read_to_string(log)?);
        ensure!(passed > 0, "no end-to-end test ran");
        Ok(passed)
    }
}

/// What concerns the file and all series at once; answers what failed.
fn all_at_once(sh: &Shell, folder: &Path, systems: &[System], plugin: &Plugin) -> Vec<&'static str> {
    let path = &plugin.path;
    let plugin_file = || Ok(cmd!(sh, "scripts/test-plugin.sh {path}").quiet().run()?);
    let parts: [(&str, &dyn Fn() -> Result<()>); 3] = [
        ("the plugin file", &plugin_file),
        ("the headers", &|| headers(sh, folder, systems)),
        ("the release", &|| release(sh, folder, systems)),
    ];
    let failed = parts.into_iter().filter_map(|(title, run)| {
        let error = run().err()?;
        eprintln!("test-versions: {title}: {error:#}");
        Some(title)
    });
    failed.collect()
}

/// Compiles plugin-c and installs the file in another system. The shim's sources and the installer are all that goes in: no
/// path of this machine, so it works without mounts too.
fn install_in(sh: &Shell, root: &Path, plugin: &Path, run: &dyn Fn(Cmd) -> Result<()>) -> Result<()> {
    let inside = format!("/tmp/synfin-{}", std::process::id());
    let folder = PathBuf::from(format!("{}{inside}", root.display()));
    let install = || {
        run(as_root(sh, "mkdir")?.arg("-p").arg(&folder))?;
        let files = ["plugin-c", "scripts/install.sh", "scripts/wireshark.sh", "scripts/series.tsv"];
        run(as_root(sh, "cp")?.args(["-R", "--"]).args(files).arg(&folder))?;
        run(as_root(sh, "cp")?.arg("--").arg(plugin).arg(folder.join("synfin.so")))?;
        let enter = || anyhow::Ok(as_root(sh, "chroot")?.arg(root).args(["env", "-C", &inside, "HOME=/root", "sh"]));
        run(enter()?.args(["-c", COMPILE]))?;
        run(enter()?.arg("./install.sh"))
    };
    let installed = install();
    as_root(sh, "rm")?.args(["-rf", "--"]).arg(&folder).quiet().run()?;
    installed
}

/// The table of host versions must be what the headers say. Where headers are a bundle's, its bundles of the other series must
/// say what those series' own say, and the shim compiles against the bundle as against the others.
fn headers(sh: &Shell, folder: &Path, systems: &[System]) -> Result<()> {
    let bundle = |series: &Series| folder.join("headers").join(series.number);
    let all = series::all();
    for series in &all {
        host::headers::make(sh, series.number, &bundle(series), host::System::Linux)?;
    }
    host::layout::run(sh, &all.iter().map(bundle).collect::<Vec<_>>(), false, true)?;
    let mut roots: Vec<PathBuf> = systems.iter().map(System::root).collect();
    for series in all.iter().filter(|series| series.debian.is_none()) {
        let include = bundle(series).join("usr/include/wireshark");
        for file in sh.read_dir("plugin-c")?.iter().filter(|file| file.extension().is_some_and(|ending| ending == "c"))
        {
            let warnings = ["-Wall", "-Wextra", "-Werror"];
            cmd!(sh, "cc -std=c11 -fsyntax-only {warnings...} -Iplugin-c -isystem {include} {file}").quiet().run()?;
        }
        roots.push(bundle(series));
    }
    host::layout::run(sh, &roots, false, true)?;
    host::prototypes::compare(sh, &roots)
}

/// The archive and the package, in the systems that are not this one.
fn release(sh: &Shell, folder: &Path, systems: &[System]) -> Result<()> {
    let log = folder.join("test-release.log");
    let built = logged(cmd!(sh, "cargo xtask dist"), &File::create(&log)?, |command| {
        command.env("SYNFIN_DIST", "linux");
    });
    if built.is_err() {
        println!("{}", end_of(&log));
    }
    built?;
    for root in systems.iter().filter_map(|system| system.root.as_ref()) {
        trial::run(sh, root)?;
    }
    Ok(())
}

/// Runs a command with nothing to read, and all that it says in a file.
fn logged(command: Cmd, log: &File, change: impl FnOnce(&mut Command)) -> Result<()> {
    let name = command.to_string();
    let mut command = Command::from(command);
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log.try_clone()?);
    change(&mut command);
    let status = command.status().with_context(|| format!("{name}: does not run"))?;
    let short: String = name.lines().next().unwrap_or_default().chars().take(80).collect();
    if !status.success() {
        bail!("{short}: {status}");
    }
    Ok(())
}

/// SHA-256 of a file.
fn sum(sh: &Shell, file: &Path) -> Result<String> {
    let said = cmd!(sh, "sha256sum -- {file}").quiet().read()?;
    Ok(said.split(' ').next().unwrap_or_default().to_string())
}

/// The last lines of a log.
fn end_of(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(SHOWN)..].join("\n")
}

/// How many tests passed, by cargo's lines: `test result: ok. 31 passed; ...`
fn passed(log: &str) -> u64 {
    let results = log.lines().filter_map(|line| line.strip_prefix("test result: ok. "));
    results.filter_map(|line| line.split(' ').next()?.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passed_tests_are_counted() {
        let log = "test result: ok. 31 passed; 0 failed\ntest x ... ok\ntest result: FAILED. 4 passed; 1 failed\n\
                   test result: ok. 2 passed; 0 failed";
        assert_eq!(passed(log), 33);
    }
}
