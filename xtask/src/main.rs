//! `cargo xtask`: what a developer of synfin runs beyond cargo. `make` is the front door; what users of a release run is
//! POSIX shell, in scripts/.

mod cross;
mod debian;
mod dist;
mod host;
mod lint;
mod man;
mod record;
mod release;
mod robust;
mod sbom;
mod series;
mod systems;
mod tools;
mod versions;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xshell::Shell;

#[derive(Parser)]
#[command(about = "What a developer of synfin runs beyond cargo")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Formatting, warnings of Rust, its documentation, C and shell, licences
    Lint {
        /// One check alone, by its title
        #[arg(long, value_name = "TITLE")]
        only: Option<String>,
    },
    /// Minutes of fuzzing: the core, the C ABI, damaged captures in tshark
    FuzzSmoke(robust::Smoke),
    /// libFuzzer, led by coverage, over the same walks, calls and checks
    FuzzGuided(robust::GuidedFuzz),
    /// Records the captures of tests/captures again, from real TCP stacks (root)
    Record(record::Record),
    /// Records them in a temporary folder, and checks those
    TestRecord,
    /// Panics, sanitizers, valgrind, long-lived processes, live capture
    Robust(robust::Robust),
    /// The plugin for AArch64 Linux, Windows and macOS, in target/cross
    Cross(cross::Cross),
    /// The plugin for AArch64 in real tsharks of AArch64, by qemu, against x86-64's output
    TestAarch64(systems::TestAarch64),
    #[command(hide = true)]
    ReadCaptures(systems::ReadCaptures),
    /// The plugin for Windows in a stand-in for Wireshark, under wine, against Linux's output
    TestWindows(systems::TestWindows),
    /// The plugin for macOS, examined and not run
    TestMacos(systems::TestMacos),
    /// The same plugin file in every Wireshark of scripts/series.tsv
    Versions(versions::Versions),
    /// The release, in dist/
    Dist(dist::Dist),
    /// What is in dist/, installed and removed in other systems (root)
    TestDist(dist::trial::Trial),
    /// Builds what is released, and prints where it lies
    ReleaseBuild {
        /// What it is
        #[arg(default_value = "plugin")]
        product: release::Product,
    },
    /// A Debian in a folder (root)
    Debian(debian::Debian),
    /// What plugin-c knows of Wireshark's headers
    #[command(subcommand)]
    Host(host::Host),
    /// The bill of materials of the plugin, or of the command, as JSON
    Sbom(sbom::Sbom),
    /// The manual pages of the command synfin, from what it takes
    Man {
        /// The folder that they are written into
        folder: PathBuf,
    },
    /// The series of Wireshark that synfin works in, a line each
    Series,
}

fn run(task: &Task) -> anyhow::Result<()> {
    let sh = Shell::new()?;
    // Next to this crate lies everything else.
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
    let at = sh.current_dir();
    sh.change_dir(root);
    match task {
        Task::Lint { only } => lint::run(&sh, only.as_deref()),
        Task::FuzzSmoke(smoke) => smoke.run(&sh),
        Task::FuzzGuided(guided) => guided.run(&sh),
        Task::Record(record) => record.run(&sh, &at),
        Task::TestRecord => record::test(&sh),
        Task::Robust(robust) => robust.run(&sh),
        Task::Cross(cross) => cross.run(&sh),
        Task::TestAarch64(test) => test.run(&sh, &at),
        Task::ReadCaptures(read) => read.run(&sh),
        Task::TestWindows(test) => test.run(&sh, &at),
        Task::TestMacos(test) => test.run(&sh, &at),
        Task::Versions(versions) => versions.run(&sh, &at),
        Task::Dist(dist) => dist.run(&sh),
        Task::TestDist(trial) => trial.run(&sh, &at),
        Task::ReleaseBuild { product } => {
            println!("{}", release::build(&sh, *product)?.display());
            Ok(())
        }
        Task::Debian(debian) => debian.run(&sh, &at),
        Task::Host(host) => host.run(&sh, &at),
        Task::Sbom(sbom) => say(&sbom.text(&sh)?),
        Task::Man { folder } => man::write(&at.join(folder)),
        Task::Series => say(&series::all().iter().map(|series| format!("{series}\n")).collect::<String>()),
    }
}

/// Prints a text. A reader who has seen enough of it is no failure.
fn say(text: &str) -> anyhow::Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

fn main() -> ExitCode {
    match run(&Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
