//! The plugin for AArch64 in real tsharks for AArch64, by qemu: every capture of tests/captures, all fields, columns, expert
//! information and -z commands, must come out as in the same Wireshark for x86-64 with the plugin for x86-64.
//!
//! The systems are Debian's arm64 packages, unpacked in folders made once and kept (.cross/arm64-*, or SYNFIN_CROSS_DIR); those
//! for x86-64 are this machine and those of make test-versions.

mod inside;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use xshell::{Shell, cmd};

pub use self::inside::ReadCaptures;
use super::checks::{Checks, EXPORTED, sorted};
use super::{captures, named, release_plugin};
use crate::cross::{self, Tools};
use crate::debian::{Debian, as_root};
use crate::series::{self, Series};
use crate::tools::{has, setup};
use crate::versions;

/// The newest C library that it may want: the oldest Debian that has one of these Wiresharks has 2.36.
const GLIBC: [u32; 2] = [2, 31];

/// The libraries that it may want, as their names begin.
const LIBRARIES: [&str; 6] =
    ["libc.so.", "libm.so.", "libdl.so.", "libpthread.so.", "librt.so.", "ld-linux-aarch64.so.1"];

/// These captures are read by a tshark of their own as well.
const ALONE: [&str; 2] = ["close_by_client", "filtered_port_icmp"];

/// Runs the plugin for AArch64 in real tsharks of AArch64, by qemu, against x86-64's output.
#[derive(Args)]
pub struct TestAarch64 {
    /// These series alone: 4.4; without them every series that a Debian release has
    series: Vec<String>,
    /// Make the folders, and test nothing
    #[arg(long)]
    make: bool,
    /// The plugin for x86-64; without it the one that is released is built
    #[arg(long, env = "SYNFIN_PLUGIN", hide_env_values = true, value_name = "FILE")]
    plugin: Option<PathBuf>,
    /// The plugin for AArch64; without it the one that is released is built
    #[arg(long, env = "SYNFIN_ARM64", hide_env_values = true, value_name = "FILE")]
    arm64: Option<PathBuf>,
}

/// What is read in a system.
struct System {
    /// What it is called in messages.
    name: &'static str,
    /// Its folder, or /.
    root: PathBuf,
    plugin: PathBuf,
    /// tests/aarch64/each.c, compiled for it.
    each: PathBuf,
    /// What runs its programs, where they are another processor's.
    emulator: Option<PathBuf>,
}

impl TestAarch64 {
    /// Runs it.
    pub fn run(&self, sh: &Shell, at: &Path) -> Result<()> {
        setup(sh, &["unshare=util-linux"])?;
        let qemu = qemu(sh)?;
        let tools = Tools::at(sh)?;
        let mut all = series::chosen(&self.series)?;
        all.retain(|series| !self.series.is_empty() || series.debian.is_some());
        if self.make {
            return all.iter().try_for_each(|series| arm64(sh, &tools, &qemu, series).map(|_| ()));
        }
        let built = || cross::build(sh, cross::System::Aarch64);
        let file = named(at, self.arm64.as_ref()).map_or_else(built, Ok)?;
        let plugin = named(at, self.plugin.as_ref()).map_or_else(|| release_plugin(sh), Ok)?;
        let mut checks = Checks::default();
        examine(sh, &mut checks, &file)?;

        let work = sh.create_temp_dir()?;
        let work = work.path();
        let compiled = |compiler: &Path, name: &str| {
            let each = work.join(name);
            let warnings = ["-Wall", "-Wextra", "-Werror"];
            let flags = ["-std=gnu11", "-O1", "-shared", "-fPIC"];
            cmd!(sh, "{compiler} {flags...} {warnings...} tests/aarch64/each.c -o {each} -ldl").quiet().run()?;
            anyhow::Ok(each)
        };
        let each = compiled(Path::new("cc"), "each-x86-64.so")?;
        let each_arm64 = compiled(&tools.folder.join("bin/cc-linux-aarch64"), "each-aarch64.so")?;
        for series in &all {
            let systems = [
                System {
                    name: "x86-64",
                    root: x86_64(sh, series)?,
                    plugin: plugin.clone(),
                    each: each.clone(),
                    emulator: None,
                },
                System {
                    name: "aarch64",
                    root: arm64(sh, &tools, &qemu, series)?,
                    plugin: file.clone(),
                    each: each_arm64.clone(),
                    emulator: Some(qemu.clone()),
                },
            ];
            let out = |system: &System| work.join(series.number).join(system.name);
            for system in &systems {
                system.read(sh, series, &sh.create_dir(out(system))?)?;
            }
            compare(sh, &mut checks, series, &systems.each_ref().map(out))?;
        }
        checks.end()
    }
}

impl System {
    /// Reads all captures in it, and says by which Wireshark.
    fn read(&self, sh: &Shell, series: &Series, out: &Path) -> Result<()> {
        let System { name, root, plugin, each, emulator } = self;
        let emulator = emulator.iter().flat_map(|emulator| ["--emulator".as_ref(), emulator.as_os_str()]);
        let read = as_root(sh, "unshare")?.args(["--mount", "--propagation", "private"]);
        let read =
            read.arg(std::env::current_exe()?).arg("read-captures").args([root, plugin, each, out]).args(emulator);
        let version = read.quiet().read().with_context(|| format!("tshark of {} for {name}", series.number))?;
        println!("test-aarch64: {name}: {version}");
        Ok(())
    }
}

/// What runs programs of AArch64.
fn qemu(sh: &Shell) -> Result<PathBuf> {
    let names = ["qemu-aarch64-static", "qemu-aarch64"];
    if !names.iter().any(|name| has(sh, name)) {
        setup(sh, &["qemu-aarch64-static=qemu-user-static"])?;
    }
    let name = names.iter().find(|name| has(sh, name)).context("qemu for AArch64 is not here")?;
    let found = cmd!(sh, "sh -c").arg(format!("command -v {name}")).quiet().read()?;
    Ok(found.into())
}

/// The root of a system for x86-64 that has a series: this machine, or one of make test-versions.
fn x86_64(sh: &Shell, series: &Series) -> Result<PathBuf> {
    let folder = versions::folder(sh)?.canonicalize()?;
    Ok(versions::System::prepare(sh, &folder, series)?.root())
}

/// A system for AArch64 that has a series. Nothing of another processor is run while it is made: its packages are fetched and
/// unpacked, not configured. For tshark that is enough.
fn arm64(sh: &Shell, tools: &Tools, qemu: &Path, series: &Series) -> Result<PathBuf> {
    let no_release = || format!("no Debian release is known to have Wireshark {}", series.number);
    let release = series.debian.with_context(no_release)?;
    let root = tools.folder.join(format!("arm64-{release}"));
    let system = Debian::unpacked(release, &root, "base-files,tshark", "/usr/bin/tshark --version");
    system.for_processor("arm64", qemu).run(sh, &tools.folder)?;
    Ok(root)
}

/// The file alone.
fn examine(sh: &Shell, checks: &mut Checks, file: &Path) -> Result<()> {
    let readelf = |what: &str| cmd!(sh, "readelf -W {what} {file}").quiet().read();
    let versions = readelf("-V")?;
    let newest = newest_glibc(&versions);
    let words = |version: &[u32]| version.iter().map(u32::to_string).collect::<Vec<_>>().join(".");
    let title = format!("needs glibc {}", words(newest.as_deref().unwrap_or_default()));
    let is_old = newest.is_some_and(|newest| newest.as_slice() <= GLIBC.as_slice());
    checks.holds(&title, is_old, || format!("it is to need one, and at most {}", words(&GLIBC)));
    let header = readelf("-h")?;
    let machine = header.lines().find_map(|line| line.trim_start().strip_prefix("Machine:"));
    checks.same("is for AArch64", "AArch64", machine.unwrap_or_default().trim());
    let dynamic = readelf("-d")?;
    let elsewhere: Vec<&str> = needed(&dynamic).into_iter().filter(|name| !is_of_libc(name)).collect();
    checks.same("needs the C library alone", "", &elsewhere.join(" "));
    let symbols = readelf("--dyn-syms")?;
    checks.same("exports what Wireshark reads alone", &EXPORTED.join(" "), &sorted(&exported(&symbols).join(" ")));
    for (title, flag) in [("looks its functions up at load", "BIND_NOW"), ("stays loaded", "NODELETE")] {
        checks.holds(title, dynamic.contains(flag), || format!("it is not marked {flag}"));
    }
    Ok(())
}

/// The newest version of the C library that a file asks for: `Name: GLIBC_2.17  Flags: none`.
fn newest_glibc(versions: &str) -> Option<Vec<u32>> {
    let numbers = |word: &str| word.strip_prefix("GLIBC_")?.split('.').map(|part| part.parse().ok()).collect();
    versions.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).filter_map(numbers).max()
}

/// The libraries that a file wants: `0x0001 (NEEDED) Shared library: [libc.so.6]`.
fn needed(dynamic: &str) -> Vec<&str> {
    let lines = dynamic.lines().filter(|line| line.contains("(NEEDED)"));
    lines.filter_map(|line| line.split_once('[')?.1.split(']').next()).collect()
}

fn is_of_libc(library: &str) -> bool {
    LIBRARIES.iter().any(|name| library.starts_with(name))
}

/// The symbols that a file exports.
fn exported(symbols: &str) -> Vec<&str> {
    let name = |line| {
        // Number, value, size, type, binding, visibility, section, name.
        let columns: Vec<&str> = str::split_whitespace(line).collect();
        let [_, _, _, _, binding, _, section, name, ..] = columns[..] else { return None };
        (matches!(binding, "GLOBAL" | "WEAK") && section != "UND").then_some(name)
    };
    symbols.lines().filter_map(name).collect()
}

/// Holds what both printed against each other: x86-64's folder is the first.
fn compare(sh: &Shell, checks: &mut Checks, series: &Series, [native, emulated]: &[PathBuf; 2]) -> Result<()> {
    let title = |words: &str| format!("{}: {words}", series.number);
    let both = |name: &str| anyhow::Ok((fs::read(native.join(name))?, fs::read(emulated.join(name))?));
    for name in ["plugins", "fields"] {
        let (expected, found) = both(name)?;
        checks.same_output(sh, &title(name), &expected, &found)?;
    }
    for capture in captures(sh)? {
        let name = format!("{}.txt", capture.file_name().unwrap_or_default().to_string_lossy());
        let (expected, found) = both(&name)?;
        let text = String::from_utf8_lossy(&found);
        let ends_well = text.lines().any(|line| line == "status 0");
        checks.holds(&title(&format!("{name} ends well")), ends_well, || "there is no line \"status 0\"".to_string());
        let has_log = text.lines().any(|line| line.starts_with("{\"stream\":0,"));
        checks.holds(&title(&format!("{name} has something to compare")), has_log, || "no connection".to_string());
        checks.same_output(sh, &title(&format!("{name} is the same")), &expected, &found)?;
    }
    for capture in ALONE {
        let mut alone = fs::read(emulated.join(format!("{capture}.alone")))?;
        let is_there = !alone.is_empty();
        alone.extend(b"status 0\n");
        let found = fs::read(emulated.join(format!("{capture}.pcap.txt")))?;
        let title = title(&format!("{capture}, read alone, is the same"));
        checks.holds(&title, is_there && alone == found, || "it is not what the one for all printed".to_string());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_c_library_is_found() {
        let versions = "  0x0010:   Name: GLIBC_2.17  Flags: none  Version: 3\n  004:   2 (GLIBC_2.4)    3 (GLIBC_2.28) 4 (GLIBC_PRIVATE)";
        assert_eq!(newest_glibc(versions), Some(vec![2, 28]));
        assert_eq!(newest_glibc("Version symbols section '.gnu.version' contains 0 entries"), None);
        assert!([2, 31, 1].as_slice() > GLIBC.as_slice());
    }

    #[test]
    fn libraries_and_symbols_are_read() {
        let dynamic = " 0x01 (NEEDED)             Shared library: [libc.so.6]\n 0x01 (NEEDED)  Shared library: [libglib-2.0.so.0]\n";
        let elsewhere: Vec<&str> = needed(dynamic).into_iter().filter(|name| !is_of_libc(name)).collect();
        assert_eq!(elsewhere, ["libglib-2.0.so.0"]);
        let symbols = "   Num:    Value          Size Type    Bind   Vis      Ndx Name\n\
                            1: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND free@GLIBC_2.17 (2)\n\
                            2: 0000000000001000     8 FUNC    GLOBAL DEFAULT   12 plugin_register\n\
                            3: 0000000000001000     0 SECTION LOCAL  DEFAULT   12\n";
        assert_eq!(exported(symbols), ["plugin_register"]);
    }
}
