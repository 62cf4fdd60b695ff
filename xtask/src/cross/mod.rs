//! The plugin for other systems, built on this one.

mod build;
mod compilers;
mod tools;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, ValueEnum};
use xshell::Shell;

pub use tools::Tools;

/// Builds the plugin for other systems from this one, and prints where each file lies.
///
/// The tools are made once and kept (.cross, or SYNFIN_CROSS_DIR); after that nothing is fetched. They are a Debian sid in a
/// folder, with its Rust, the sources of Rust's standard library and mingw-w64 (UCRT); zig from PyPI, by its checksum
/// (scripts/cross/*.txt); and Wireshark's headers for each system, by theirs (scripts/headers). Making the folder wants
/// root, as `make test-versions` does.
#[derive(Args)]
pub struct Cross {
    /// For these
    #[arg(default_value = "all")]
    systems: Vec<Systems>,
    /// Make the folder of tools alone
    #[arg(long)]
    make: bool,
}

/// What can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Systems {
    /// Linux
    Aarch64,
    /// x86-64
    Windows,
    /// Both processors, in one file
    Macos,
    All,
}

/// A system that a file is built for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum System {
    /// Linux.
    Aarch64,
    /// x86-64.
    Windows,
    /// Both processors, in one file.
    Macos,
}

impl Cross {
    /// Builds it.
    pub fn run(&self, sh: &Shell) -> Result<()> {
        if self.make {
            Tools::make(sh)?;
            return Ok(());
        }
        let systems: Vec<System> = self.systems.iter().flat_map(|systems| systems.each()).copied().collect();
        for file in build_all(sh, &systems)? {
            println!("{}", file.display());
        }
        Ok(())
    }
}

impl Systems {
    fn each(self) -> &'static [System] {
        match self {
            Systems::Aarch64 => &[System::Aarch64],
            Systems::Windows => &[System::Windows],
            Systems::Macos => &[System::Macos],
            Systems::All => &[System::Aarch64, System::Windows, System::Macos],
        }
    }
}

impl System {
    /// Its processors, each a target of its own.
    fn targets(self) -> &'static [Target] {
        match self {
            System::Aarch64 => &[LINUX_AARCH64],
            System::Windows => &[WINDOWS_X86_64],
            System::Macos => &[MACOS_AARCH64, MACOS_X86_64],
        }
    }
}

/// A system and a processor.
struct Target {
    /// What it is called here.
    name: &'static str,
    /// What rustc calls it.
    triple: &'static str,
    /// What zig calls it, where zig is the C compiler for it.
    zig: Option<&'static str>,
    /// The file that cargo makes.
    file: &'static str,
}

const LINUX_AARCH64: Target = Target {
    name: "linux-aarch64",
    triple: "aarch64-unknown-linux-gnu",
    zig: Some("aarch64-linux-gnu.2.31"),
    file: "libsynfin.so",
};
const MACOS_AARCH64: Target = Target {
    name: "macos-aarch64",
    triple: "aarch64-apple-darwin",
    zig: Some("aarch64-macos.11.0"),
    file: "libsynfin.dylib",
};
const MACOS_X86_64: Target = Target {
    name: "macos-x86_64",
    triple: "x86_64-apple-darwin",
    zig: Some("x86_64-macos.11.0"),
    file: "libsynfin.dylib",
};
const WINDOWS_X86_64: Target =
    Target { name: "windows-x86_64", triple: "x86_64-pc-windows-gnu", zig: None, file: "synfin.dll" };

/// All of them.
const TARGETS: [Target; 4] = [LINUX_AARCH64, MACOS_AARCH64, MACOS_X86_64, WINDOWS_X86_64];

/// Builds the plugin for a system; answers where the file lies.
pub fn build(sh: &Shell, system: System) -> Result<PathBuf> {
    Ok(build_all(sh, &[system])?.swap_remove(0))
}

/// The same of several, in one run; the files come in that order.
pub fn build_all(sh: &Shell, systems: &[System]) -> Result<Vec<PathBuf>> {
    let tools = Tools::make(sh)?;
    let targets: Vec<&Target> = systems.iter().flat_map(|system| system.targets()).collect();
    build::plugin(sh, &tools, &targets)?;
    systems.iter().map(|system| build::file(sh, &tools, system.targets())).collect()
}
