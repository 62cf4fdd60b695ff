//! The tools that build for other systems: a folder, made once and kept. None of its files names the folder that it lies in: that
//! may be moved.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use tempfile::TempDir;
use xshell::{Cmd, Shell, cmd};

use super::{TARGETS, compilers};
use crate::debian::{Debian, as_root};
use crate::host;
use crate::series;
use crate::tools::setup;

/// Unpacked, not configured: a shell and what its commands need are named too.
const PACKAGES: &str = "base-files,dash,coreutils,libc-bin,gcc,libc6-dev,rustc,cargo,rust-src,gcc-mingw-w64-ucrt64,clang,lld,llvm,\
                        libclang-dev";

/// What is looked for in them.
const FILES: [&str; 5] = [
    "usr/bin/cargo",
    "usr/bin/x86_64-w64-mingw32ucrt-gcc",
    "usr/bin/ld64.lld",
    "usr/bin/llvm-lipo",
    "usr/lib/rustlib/src/rust/library/std/Cargo.toml",
];

/// A package of PyPI, unpacked.
struct Wheel {
    /// What names it, with its checksum.
    list: &'static str,
    /// Where it is unpacked, below the folder of the tools.
    folder: &'static str,
    /// What it runs on, as pip says it.
    platform: &'static str,
}

const WHEELS: [Wheel; 2] = [
    Wheel { list: "scripts/cross/zig.txt", folder: "zig", platform: "manylinux_2_12_x86_64" },
    Wheel { list: "scripts/cross/glib.txt", folder: "glib-windows", platform: "win_amd64" },
];

/// How often a package is fetched: one that came wrong is fetched once more, too.
const TRIES: u32 = 3;

/// The headers of a series and a system are as these files say.
const HEADERS_MADE_OF: [&str; 2] = ["scripts/headers/Cargo.lock", "xtask/src/host/headers.rs"];

/// A file in what was made, with what it was made of.
const MADE: &str = "made";

/// The tools.
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

    /// The tools, with all that is missing made.
    pub fn make(sh: &Shell) -> Result<Tools> {
        let tools = Tools::at(sh)?;
        setup(sh, &["mmdebstrap=mmdebstrap", "unshare=util-linux", "python3=python3"])?;
        let is_there = |wheel: &Wheel| wheel.is_there(sh, &tools);
        let python = if WHEELS.iter().all(is_there) {
            String::new()
        } else {
            cmd!(sh, "scripts/python.sh pip").quiet().read()?
        };
        // Beside each other: each of these waits for the network.
        let here = sh.current_dir();
        let beside = |make: &dyn Fn(&Shell) -> Result<()>| {
            let sh = Shell::new()?;
            sh.change_dir(&here);
            make(&sh)
        };
        thread::scope(|scope| {
            let root = scope.spawn(|| beside(&|sh| tools.make_root(sh)));
            let wheels = WHEELS.each_ref().map(|wheel| {
                let (tools, python) = (&tools, &python);
                scope.spawn(move || beside(&|sh| wheel.make(sh, tools, python)))
            });
            tools.fetch_crates(sh, Path::new("Cargo.toml"))?;
            tools.make_headers(sh)?;
            for made in [root].into_iter().chain(wheels) {
                made.join().map_err(|_| anyhow!("making the tools for other systems broke off"))??;
            }
            anyhow::Ok(())
        })?;
        compilers::make(sh, &tools)?;
        tools.make_std(sh)?;
        Ok(tools)
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
        let root = self.root();
        let variables = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"];
        cmd!(sh, "scripts/chroot-run.sh {root} env {variables...} {program}").quiet()
    }

    /// Their cargo, in their own system, with nothing in its environment but what is said here. It uses no network.
    pub fn cargo<'a>(&self, sh: &'a Shell, target: &Path) -> Cmd<'a> {
        let (root, folder) = (self.root(), self.folder.display());
        cmd!(sh, "scripts/chroot-run.sh {root} cargo")
            .quiet()
            .env_clear()
            .env("HOME", &self.folder)
            .env("PATH", format!("/usr/sbin:/usr/bin:/sbin:/bin:{folder}/bin"))
            .env("LC_ALL", "C.UTF-8")
            .env("TMPDIR", "/tmp")
            .env("CARGO_HOME", self.folder.join("cargo"))
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", "gcc")
    }

    /// A folder among them in which something is made.
    fn making(&self) -> Result<TempDir> {
        Ok(tempfile::Builder::new().prefix("making.").tempdir_in(&self.folder)?)
    }

    fn make_root(&self, sh: &Shell) -> Result<()> {
        let root = self.root();
        Debian::unpacked("sid", &root, PACKAGES, "rustc --version").with_files(&FILES).run(sh, &self.folder)
    }

    fn make_headers(&self, sh: &Shell) -> Result<()> {
        let stamp = HEADERS_MADE_OF.map(|file| sh.read_file(file));
        let stamp = stamp.into_iter().collect::<Result<String, _>>()?;
        for system in [host::System::Linux, host::System::Windows, host::System::Macos] {
            for series in series::all() {
                let folder = self.headers(system.name(), series.number);
                if sh.read_file(folder.join(MADE)).is_ok_and(|made| made == stamp) {
                    continue;
                }
                sh.remove_path(&folder)?;
                host::headers::make(sh, series.number, &folder, system)?;
                sh.write_file(folder.join(MADE), &stamp)?;
            }
        }
        Ok(())
    }

    /// Every crate that a lock file names, in a folder that the tools' own cargo reads.
    fn fetch_crates(&self, sh: &Shell, manifest: &Path) -> Result<()> {
        let fetch = || {
            cmd!(sh, "cargo fetch --quiet --locked --manifest-path {manifest}")
                .quiet()
                .env("CARGO_HOME", self.folder.join("cargo"))
                // The standard library's manifest has what is not yet stable.
                .env("RUSTC_BOOTSTRAP", "1")
                .env("CARGO_NET_RETRY", "10")
        };
        if fetch().arg("--offline").ignore_stderr().run().is_ok() {
            return Ok(());
        }
        let manifest = manifest.display();
        fetch()
            .run()
            .with_context(|| format!("the crates that {manifest} wants could not be fetched; is crates.io reachable?"))
    }

    /// Rust's standard library for each target, from its source: Debian has it for its own systems alone. Made once, and put where
    /// rustc looks.
    fn make_std(&self, sh: &Shell) -> Result<()> {
        let root = self.root();
        let stamp = root.join("usr/lib/rustlib/synfin-std");
        if stamp.exists() {
            return Ok(());
        }
        let sources = sh.read_dir(root.join("usr/src"))?;
        let library = sources.iter().map(|folder| folder.join("library/Cargo.toml")).find(|manifest| manifest.exists());
        self.fetch_crates(sh, &library.context("Rust's standard library has no source here")?)?;
        let number = TARGETS.len();
        eprintln!("cross: compiling Rust's standard library for {number} targets (once; some minutes)");
        let making = self.making()?;
        let at = making.path();
        // A crate with nothing in it.
        sh.write_file(
            at.join("Cargo.toml"),
            "[workspace]\n[package]\nname = \"nothing\"\nedition = \"2024\"\n[profile.release]\ncodegen-units = 2\n",
        )?;
        sh.write_file(at.join("src/lib.rs"), "#![no_std]\n")?;
        sh.write_file(at.join("Cargo.lock"), "version = 4\n\n[[package]]\nname = \"nothing\"\nversion = \"0.0.0\"\n")?;
        // The bitcode is for the plugin's link-time optimization, as in the library that rustup brings.
        let flags = [
            "-Cembed-bitcode=yes".to_string(),
            format!("--remap-path-prefix={}/cargo=/cargo", self.folder.display()),
            format!("--remap-path-prefix={}=/std", at.display()),
        ];
        self.cargo(sh, &at.join("target"))
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
            .args(["build", "--quiet", "--release", "--manifest-path"])
            .arg(at.join("Cargo.toml"))
            .arg("-Zbuild-std=std,panic_unwind")
            .args(TARGETS.iter().flat_map(|target| ["--target", target.triple]))
            .run()
            .context("the standard library does not compile")?;
        for target in &TARGETS {
            let made = sh.read_dir(at.join("target").join(target.triple).join("release/deps"))?;
            let libraries = made.iter().filter(|file| is_of_std(file));
            let folder = root.join("usr/lib/rustlib").join(target.triple).join("lib");
            as_root(sh, "mkdir")?.arg("-p").arg(&folder).quiet().run()?;
            as_root(sh, "cp")?.arg("--").args(libraries).arg(folder).quiet().run()?;
        }
        Ok(as_root(sh, "touch")?.arg(stamp).quiet().run()?)
    }
}

/// Whether a file is a crate of the standard library, and not the one with nothing in it.
fn is_of_std(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("lib") && name.ends_with(".rlib") && !name.starts_with("libnothing")
}

impl Wheel {
    fn is_there(&self, sh: &Shell, tools: &Tools) -> bool {
        let made = sh.read_file(tools.folder.join(self.folder).join(MADE));
        made.is_ok_and(|made| sh.read_file(self.list).is_ok_and(|list| names(&list) == names(&made)))
    }

    fn make(&self, sh: &Shell, tools: &Tools, python: &str) -> Result<()> {
        if self.is_there(sh, tools) {
            return Ok(());
        }
        let Wheel { list, folder, platform } = self;
        let folder = tools.folder.join(folder);
        eprintln!("cross: fetching what {list} names from PyPI into {} (once)", folder.display());
        let making = tools.making()?;
        let at = making.path();
        let fetch = || {
            let quiet = ["--quiet", "--disable-pip-version-check", "--retries", "10", "--no-cache-dir"];
            let exact = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--platform", platform];
            cmd!(sh, "{python} -m pip download {quiet...} {exact...} -d {at} -r {list}").quiet().run().is_ok()
        };
        let mut tries = 1;
        while !fetch() {
            if tries == TRIES {
                bail!("PyPI did not give what {list} names; check the network, then run this again");
            }
            tries += 1;
            thread::sleep(Duration::from_secs(5));
        }
        let files = sh.read_dir(at)?;
        let is_wheel = |file: &&PathBuf| file.extension().is_some_and(|ending| ending == "whl");
        let file = files.iter().find(is_wheel).context("pip fetched no wheel")?;
        let unpacked = at.join("unpacked");
        cmd!(sh, "{python} -m zipfile -e {file} {unpacked}").quiet().run()?;
        sh.copy_file(list, unpacked.join(MADE))?;
        sh.remove_path(&folder)?;
        Ok(fs::rename(unpacked, folder)?)
    }
}

/// What a list names, without its remarks.
fn names(list: &str) -> Vec<&str> {
    list.lines().filter(|line| !line.starts_with('#')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_what_it_names() {
        assert_eq!(names("# one\na==1 --hash=x\n"), names("# other\na==1 --hash=x\n"));
        assert_ne!(names("a==1 --hash=x\n"), names("a==1 --hash=y\n"));
    }

    #[test]
    fn crates_of_std_are_told_apart() {
        assert!(is_of_std(Path::new("/a/libcore-1.rlib")));
        for name in ["/a/libnothing-1.rlib", "/a/libcore-1.rmeta", "/a/core-1.d", "/a"] {
            assert!(!is_of_std(Path::new(name)), "{name}");
        }
    }
}
