//! Fuzzing: seeded and repeatable, or led by coverage.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use xshell::{Shell, cmd};

use super::build::Build;
use crate::tools::{cargo_tool, setup};

/// A few minutes of fuzzing: the core, the C ABI, the whole plugin in tshark. The long runs are the same with larger numbers.
#[derive(Args)]
pub struct Smoke {
    /// Segments for the core
    #[arg(long, default_value_t = 10_000_000)]
    segments: u64,
    /// Calls of the C functions
    #[arg(long, default_value_t = 500_000)]
    calls: u64,
    /// Damaged captures
    #[arg(long, default_value_t = 300)]
    files: u64,
    /// Another seed is another run
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

impl Smoke {
    /// Runs it.
    pub fn run(&self, sh: &Shell) -> Result<()> {
        let build = Build::new(sh, &[], self.seed)?;
        let [segments, calls, files, seed] = [self.segments, self.calls, self.files, self.seed].map(|n| n.to_string());
        let (core, abi, adversary) = (build.driver("drive-core"), build.driver("drive-abi"), build.driver("adversary"));
        cmd!(sh, "{core} {segments} {seed}").quiet().run()?;
        cmd!(sh, "{abi} {calls} {seed}").quiet().run()?;
        cmd!(sh, "{adversary} measure 200000 {seed}").quiet().run()?;
        let (plugin, captures) = (&build.plugin, &build.captures);
        cmd!(sh, "python3 tests/robust/damaged.py {files} {seed} --plugin {plugin} {captures...}").quiet().run()?;
        Ok(())
    }
}

/// What libFuzzer drives.
#[derive(Clone, Copy, ValueEnum)]
enum Target {
    Core,
    Abi,
}

/// libFuzzer: fuzzing led by coverage, over the same walks, calls and checks as the seeded programs. The corpus stays in
/// target/robust, and the next run goes on with it.
#[derive(Args)]
pub struct GuidedFuzz {
    /// What to fuzz
    target: Target,
    /// For how long
    seconds: u32,
}

impl GuidedFuzz {
    /// Runs it.
    pub fn run(&self, sh: &Shell) -> Result<()> {
        let (target, features) = match self.target {
            Target::Core => ("core", "libfuzzer"),
            Target::Abi => ("abi", "libfuzzer,abi"),
        };
        setup(sh, &["c++=g++"])?;
        anyhow::ensure!(cargo_tool(sh, "fuzz", "0.13")?, "cargo-fuzz could not be installed");
        let folder: PathBuf = sh.current_dir().join("target/robust");
        let corpus = sh.create_dir(folder.join(format!("corpus-{target}")))?;
        // The stable compiler can do it; it wants to be told that this is meant.
        sh.set_var("RUSTC_BOOTSTRAP", "1");
        sh.set_var("CARGO_TARGET_DIR", folder.join("libfuzzer"));
        // cargo-fuzz builds with the release profile, which is the plugin's: what is fuzzed is not optimized across crates.
        sh.set_var("CARGO_PROFILE_RELEASE_LTO", "off");
        sh.set_var("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16");
        sh.set_var("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "true");
        let time = format!("-max_total_time={}", self.seconds);
        cmd!(sh, "cargo fuzz run --features {features} {target} {corpus}")
            .args(["--", &time, "-max_len=2048", "-len_control=0", "-print_final_stats=1"])
            .quiet()
            .run()
            .context("libFuzzer")
    }
}
