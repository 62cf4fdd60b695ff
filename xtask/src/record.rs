//! The captures of tests/captures: recorded from the Linux kernel's own TCP by tests/stacks, and whether what is recorded
//! today still agrees with what synfin says.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail, ensure};
use clap::Args;
use xshell::{Shell, cmd};

use crate::tools::{is_root, setup};

const RECORDER: &str = "tests/stacks/record.py";

/// The recorder's exit status where this machine permits no recording.
const NOT_PERMITTED: i32 = 3;

/// Needs root, for network namespaces, TAP devices and capturing. What this machine does not permit is said by name and reason.
#[derive(Args)]
pub struct Record {
    /// Those too that are too large to be kept
    #[arg(long)]
    all: bool,
    /// This scenario alone; may be given more than once
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// The folder that they are written into; without it tests/captures
    folder: Option<PathBuf>,
}

impl Record {
    /// Records them.
    pub fn run(&self, sh: &Shell, at: &Path) -> Result<()> {
        ensure!(is_root(sh)?, "recording needs root, for network namespaces and for capturing; try: sudo make record");
        install(sh)?;
        let all = self.all.then_some("--all");
        let only = self.only.iter().flat_map(|name| ["--only", name]);
        let folder = self.folder.as_ref().map(|folder| at.join(folder));
        Ok(cmd!(sh, "python3 {RECORDER} {all...} {only...} {folder...}").quiet().run()?)
    }
}

/// What recording wants besides what building does.
fn install(sh: &Shell) -> Result<()> {
    setup(sh, &["ip=iproute2", "tcpdump=tcpdump", "nft=nftables", "python3=python3"])
}

/// Records every scenario in a temporary folder, and holds the installed plugin against what the sockets were. Where recording
/// is not permitted it says so and is content.
pub fn test(sh: &Shell) -> Result<()> {
    if !is_root(sh)? {
        println!("test-record: not root: nothing is recorded here");
        return Ok(());
    }
    install(sh)?;
    let folder = sh.create_temp_dir()?;
    let folder = folder.path();
    let recorded = cmd!(sh, "python3 {RECORDER} --all {folder}").quiet().ignore_status().output()?;
    let said = [recorded.stdout, recorded.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    if recorded.status.code() == Some(NOT_PERMITTED) {
        println!("test-record: {}", last(&said));
        return Ok(());
    }
    if !recorded.status.success() {
        print!("{said}");
        bail!("test-record: recording failed");
    }
    // What this machine does not permit, by name, and the sum.
    for line in said.lines().filter(|line| line.starts_with("not allowed here") || line.contains("recorded, ")) {
        println!("{line}");
    }
    let checked = cmd!(sh, "python3 tests/stacks/check.py --captures {folder}").quiet().ignore_status().output()?;
    let said = String::from_utf8_lossy(&checked.stdout);
    let agrees = checked.status.success();
    for line in said.lines().filter(|line| !agrees && line.starts_with("DISAGREES")) {
        println!("{line}");
    }
    println!("{}", last(&said));
    ensure!(agrees, "test-record: what was recorded just now does not agree{}", because(&checked.stderr));
    Ok(())
}

fn last(text: &str) -> &str {
    text.lines().last().unwrap_or_default()
}

/// What a program complained of last.
fn because(stderr: &[u8]) -> String {
    match last(&String::from_utf8_lossy(stderr)) {
        "" => String::new(),
        line => format!(": {line}"),
    }
}
