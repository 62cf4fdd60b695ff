//! The plugin's files, built by the tools' cargo in their own system.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use xshell::Shell;

use super::{Target, Tools};
use crate::release;

/// Where all of it lies.
const MADE: &str = "target/cross";

/// Builds the plugin for these targets, in one run.
pub fn plugin(sh: &Shell, tools: &Tools, targets: &[&Target]) -> Result<()> {
    let here = sh.current_dir();
    let (here, folder) = (here.display(), tools.folder.display());
    let made = sh.create_dir(MADE)?;
    let mut command = tools.cargo(sh, &made);
    for target in targets {
        let (name, under) = (target.name, target.triple.replace('-', "_"));
        command = command
            .env(format!("CARGO_TARGET_{}_LINKER", under.to_uppercase()), format!("{folder}/bin/link-{name}"))
            .env(format!("CC_{under}"), format!("{folder}/bin/cc-{name}"))
            .env(
                format!("CFLAGS_{under}"),
                format!("'-ffile-prefix-map={here}=/synfin' '-ffile-prefix-map={folder}=/cross'"),
            );
    }
    // zig and lld remark on options of rustc's that they need not.
    let flags = [
        format!("--remap-path-prefix={here}=/synfin"),
        format!("--remap-path-prefix={folder}/cargo=/cargo"),
        "-Alinker_messages".to_string(),
    ];
    let command = command
        // What is stripped is the linker's work (scripts/cross/link-plugin.sh).
        .env("CARGO_PROFILE_RELEASE_STRIP", "none")
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .env("SOURCE_DATE_EPOCH", release::time(sh)?)
        .env("SYNFIN_LINKER", format!("{here}/scripts/cross/link-plugin.sh"))
        .env("SYNFIN_CROSS_DIR", &tools.folder)
        .env("CC_SHELL_ESCAPED_FLAGS", "1")
        // bindgen reads synfin.h alone, which needs no C library: this keeps it from looking into this machine's.
        .env("BINDGEN_EXTRA_CLANG_ARGS", "-ffreestanding")
        .env("AR", "llvm-ar")
        .env("MACOSX_DEPLOYMENT_TARGET", "11.0")
        .env("SDKROOT", tools.folder.join("macos"))
        .env("SYNFIN_HEADERS", format!("{folder}/headers/{{os}}-4.0"));
    let triples = targets.iter().flat_map(|target| ["--target", target.triple]);
    command.args(["build", "--quiet", "--release", "--locked", "--package", "synfin", "--lib"]).args(triples).run()?;
    // zig leaves an empty file where it is only asked what it is.
    if fs::metadata(sh.current_dir().join("a.o")).is_ok_and(|file| file.len() == 0) {
        sh.remove_path("a.o")?;
    }
    Ok(())
}

/// The file of a system, which was built for these targets; of two processors, the two joined.
pub fn file(sh: &Shell, tools: &Tools, targets: &[Target]) -> Result<PathBuf> {
    let made = sh.current_dir().join(MADE);
    let of = |target: &Target| made.join(target.triple).join("release").join(target.file);
    if let [one] = targets {
        return Ok(of(one));
    }
    let joined = made.join("libsynfin-macos.so");
    let join = tools.inside(sh, "llvm-lipo").args(["-create", "-output"]).arg(&joined);
    join.args(targets.iter().map(of)).run()?;
    Ok(joined)
}
