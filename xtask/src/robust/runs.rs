//! What can go wrong besides bad input: panics, memory errors, leaks, long lives, live capture. What cannot run on this
//! machine says so.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use xshell::{Shell, cmd};

use super::build::Build;
use crate::tools::Parts;

/// Small captures with something in each.
const SOME: [&str; 6] = [
    "tests/captures/close_by_client.pcap",
    "tests/captures/refused_port.pcap",
    "tests/captures/simultaneous_close.pcap",
    "tests/captures/fin_retransmitted.pcap",
    "tests/captures/ipv6_close_by_client.pcap",
    "tests/captures/forged_rst_ignored_by_both.pcap",
];

/// Every part runs, also after one failed.
#[derive(Args)]
pub struct Robust {
    /// How often a long-lived process loads a capture
    #[arg(long, default_value_t = 100)]
    loads: u64,
    /// Connections of the live capture with ring buffers
    #[arg(long, default_value_t = 150)]
    connections: u64,
    /// Calls of the C functions under the address sanitizer
    #[arg(long, default_value_t = 200_000)]
    calls: u64,
    /// One part alone, by its title
    #[arg(long, value_name = "TITLE")]
    only: Option<String>,
}

impl Robust {
    /// Runs it.
    pub fn run(&self, sh: &Shell) -> Result<()> {
        let build = Build::new(sh, &["valgrind=valgrind"], 1)?;
        let mut robust = Parts::of("robust", self.only.as_deref());
        robust.part("panics", || panics(sh, &build));
        robust.part("long life", || self.long_life(sh, &build));
        robust.part("ring buffers", || self.ring_buffers(sh, &build));
        robust.part("address sanitizer", || self.address_sanitizer(sh, &build));
        robust.part("sanitized shim", || sanitized_shim(sh, &build));
        robust.part("memcheck", || memcheck(sh, &build));
        robust.part("miri", || miri(sh, &build));
        robust.end()
    }

    fn long_life(&self, sh: &Shell, build: &Build) -> Result<()> {
        let (loads, plugin, folder) = (self.loads.to_string(), &build.plugin, &build.folder);
        let captures = folder.join("captures");
        let made = ["walk-1.pcap", "syn-rst.pcap"].map(|name| captures.join(name));
        cmd!(sh, "python3 tests/robust/long_life.py {loads} 1 --plugin {plugin}")
            .args(SOME)
            .args(made)
            .quiet()
            .run()?;
        // So many connections that are over that the core keeps the older ones in few bytes.
        let many = captures.join("many-ended.pcap");
        cmd!(sh, "cargo run --quiet --profile fuzz --locked -p synfin-bench --bin bench-capture --target-dir {folder}")
            .args(["--".as_ref(), many.as_os_str(), "short".as_ref(), "800".as_ref(), "20".as_ref()])
            .quiet()
            .run()?;
        cmd!(sh, "python3 tests/robust/long_life.py 18 2 --answers-only --plugin {plugin}")
            .args(&SOME[..2])
            .arg(many)
            .quiet()
            .run()?;
        Ok(())
    }

    fn ring_buffers(&self, sh: &Shell, build: &Build) -> Result<()> {
        let (connections, plugin) = (self.connections.to_string(), &build.plugin);
        Ok(cmd!(sh, "python3 tests/robust/ring_buffers.py {connections} --plugin {plugin}").quiet().run()?)
    }

    /// The stable compiler has the sanitizer too; it wants to be told that this is meant.
    fn address_sanitizer(&self, sh: &Shell, build: &Build) -> Result<()> {
        {
            let _bootstrap = sh.push_env("RUSTC_BOOTSTRAP", "1");
            let _flags = sh.push_env("RUSTFLAGS", "-Zsanitizer=address");
            build.cargo(sh, &["--profile", "fuzz", "-p", "synfin-fuzz", "--features", "abi", "--bins"])?;
        }
        let programs = build.folder.join(&build.machine).join("fuzz");
        let (abi, core) = (programs.join("drive-abi"), programs.join("drive-core"));
        let (calls, segments) = (self.calls.to_string(), (self.calls * 5).to_string());
        cmd!(sh, "{abi} {calls} 1").quiet().run()?;
        Ok(cmd!(sh, "{core} {segments} 1").quiet().run()?)
    }
}

fn panics(sh: &Shell, build: &Build) -> Result<()> {
    build.cargo(sh, &["--release", "--features", "deliberate-panic"])?;
    let plugin = build.keep(sh, "panicking")?;
    Ok(cmd!(sh, "python3 tests/robust/panic.py {plugin}").args(SOME).quiet().run()?)
}

/// The shim with gcc's sanitizers, in tshark.
fn sanitized_shim(sh: &Shell, build: &Build) -> Result<()> {
    let library = cmd!(sh, "gcc -print-file-name=libasan.so").quiet().read()?;
    if !Path::new(&library).is_absolute() {
        println!("robust: gcc has no libasan here: SKIPPED");
        return Ok(());
    }
    {
        let _c = sh.push_env("CFLAGS", "-fsanitize=address,undefined -fno-sanitize-recover=undefined");
        let _rust = sh.push_env("RUSTFLAGS", "-Clink-arg=-lasan -Clink-arg=-lubsan");
        build.cargo(sh, &["--release"])?;
    }
    let (plugin, captures) = (build.keep(sh, "sanitized")?, &build.captures);
    let command = cmd!(sh, "python3 tests/robust/damaged.py 50 2 --plugin {plugin} --preload {library} {captures...}");
    Ok(command.quiet().run()?)
}

fn memcheck(sh: &Shell, build: &Build) -> Result<()> {
    let (plugin, captures) = (&build.plugin, &build.captures);
    Ok(cmd!(sh, "python3 tests/robust/memcheck.py --plugin {plugin} {captures...}").quiet().run()?)
}

/// Miri comes with nightly compilers alone, and takes seconds for a hundred calls.
fn miri(sh: &Shell, build: &Build) -> Result<()> {
    if cmd!(sh, "cargo +nightly miri --version").ignore_stdout().ignore_stderr().quiet().run().is_err() {
        println!("robust: no Miri here (rustup component add --toolchain nightly miri rust-src): SKIPPED");
        return Ok(());
    }
    let _flags = sh.push_env("MIRIFLAGS", "-Zmiri-disable-isolation");
    let folder = build.folder.join("miri");
    cmd!(
        sh,
        "cargo +nightly miri run --quiet --locked -p synfin-fuzz --target-dir {folder} --features abi --bin drive-abi"
    )
    .args(["--", "150", "1"])
    .quiet()
    .run()?;
    Ok(())
}
