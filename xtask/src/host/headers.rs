//! The headers of a series and a system, from the crate libwireshark-sys, laid out as in a system that has them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::{Shell, cmd};

use super::{System, included, shim};

/// Fetched by cargo and read as text, never built and never linked.
const MANIFEST: &str = "scripts/headers/Cargo.toml";

/// Makes the folder.
pub fn make(sh: &Shell, series: &str, folder: &Path, system: System) -> Result<()> {
    let bundles = bundles(sh)?;
    let bundle = bundles.join(format!("wireshark-{}.h", series.replace('.', "-")));
    ensure!(bundle.is_file(), "there is no bundle for Wireshark {series} in {}", bundles.display());
    let libraries = bundles.join(format!("deps-{}-x86_64.h", system.name()));
    ensure!(libraries.is_file(), "there is no bundle for {} in {}", system.name(), bundles.display());

    // The bundle is one file, and wants another with the libraries' declarations before it. Each header that the plugin
    // includes leads to both, by relative paths: the folder may be moved. glib.h is in the first, and
    // epan/dissectors/packet-ip.h in neither.
    let include = folder.join("usr/include/wireshark");
    sh.create_dir(&include)?;
    sh.write_file(folder.join("system"), format!("{}\n", system.name()))?;
    sh.copy_file(libraries, folder.join("usr/include/wireshark-deps.h"))?;
    sh.copy_file(&bundle, include.join("bundle.h"))?;
    sh.write_file(include.join("glib.h"), "#include \"../wireshark-deps.h\"\n")?;
    let is_wireshark = |file: &&str| file.starts_with("epan/") || file.starts_with("wsutil/");
    let shim = shim(sh)?;
    for header in included(&shim).into_iter().filter(is_wireshark) {
        if header != "epan/dissectors/packet-ip.h" {
            let up = vec![".."; header.matches('/').count()].join("/");
            let text = format!("#include \"{up}/../wireshark-deps.h\"\n#include \"{up}/bundle.h\"\n");
            sh.write_file(include.join(header), text)?;
        }
    }
    // build.rs looks for the numbers in the header of that name.
    let text = sh.read_file(bundle)?;
    let is_version = |line: &&str| {
        let directive = line.strip_prefix('#').unwrap_or_default().trim_start();
        directive.starts_with("define WIRESHARK_VERSION_")
    };
    let numbers: String = text.lines().filter(is_version).map(|line| format!("{line}\n")).collect();
    Ok(sh.write_file(include.join("ws_version.h"), numbers)?)
}

/// The folder of the bundles.
fn bundles(sh: &Shell) -> Result<PathBuf> {
    cmd!(sh, "cargo fetch --quiet --locked --manifest-path {MANIFEST}")
        .quiet()
        .run()
        .context("the bundle of headers could not be fetched; is crates.io reachable?")?;
    let metadata = cmd!(sh, "cargo metadata --locked --offline --format-version 1 --manifest-path {MANIFEST}");
    let metadata: Value = serde_json::from_str(&metadata.quiet().read()?)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let bundle = packages.iter().find(|package| package["name"] == "libwireshark-sys");
    let manifest = bundle.and_then(|package| package["manifest_path"].as_str());
    let manifest = manifest.context("scripts/headers/Cargo.toml does not name libwireshark-sys")?;
    Ok(Path::new(manifest).with_file_name("headers"))
}
