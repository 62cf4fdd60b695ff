//! The bill of materials of the plugin, or of the command (CycloneDX 1.5): it, each crate that is linked into it with its licence and the
//! checksum by which crates.io knows it, and Rust's standard library. Build tools and tests are not in it.
//!
//! cargo-cyclonedx makes one too, but names this checkout's folder in it, so that two builds would differ; and lists
//! macros, which run while compiling, and no standard library. `cargo tree` alone knows what is linked: `cargo metadata`
//! adds what other members of the workspace want of the same crates.

use anyhow::{Context, Result};
use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};
use toml::Table;
use xshell::{Shell, cmd};

/// Prints the bill of materials of the plugin, or of the command.
#[derive(Args)]
pub struct Sbom {
    /// The package: synfin, which is the plugin, or synfin-cli, which is the command
    #[arg(long, default_value = "synfin")]
    package: String,
    /// The target that it is for; without it this machine's
    #[arg(long)]
    target: Option<String>,
    /// Seconds since 1970; without it the last commit's
    #[arg(long, env = "SOURCE_DATE_EPOCH", value_name = "SECONDS")]
    time: Option<i64>,
}

impl Sbom {
    /// That of a package, for this machine.
    pub fn of(package: &str, time: i64) -> Sbom {
        Sbom { package: package.to_string(), target: None, time: Some(time) }
    }

    /// Its text.
    pub fn text(&self, sh: &Shell) -> Result<String> {
        let about = cmd!(sh, "rustc -vV").quiet().read()?;
        let said = |name: &str| about.lines().find_map(|line| line.strip_prefix(name)).context("rustc -vV says less");
        let target = self.target.as_deref().map_or_else(|| said("host: "), Ok)?;
        let time = match self.time {
            Some(time) => time,
            None => cmd!(sh, "git log -1 --format=%ct").quiet().read()?.parse()?,
        };
        let bill = bill(sh, &self.package, target, Timestamp::from_second(time)?, said("release: ")?)?;
        Ok(serde_json::to_string_pretty(&bill)? + "\n")
    }
}

fn bill(sh: &Shell, package: &str, target: &str, time: Timestamp, rust: &str) -> Result<Value> {
    let lock: Table = sh.read_file("Cargo.lock")?.parse()?;
    let listed = cmd!(sh, "cargo tree --quiet --locked --package {package} --target {target}")
        .args(["--edges", "normal,no-proc-macro", "--prefix", "none", "--no-dedupe", "--format", "{p}|{l}"])
        .quiet()
        .read()?;
    // "libc v0.2.1|MIT OR Apache-2.0"; behind the version of synfin's own crates stands their folder. The first is the package.
    let mut crates: Vec<[&str; 3]> = Vec::new();
    for line in listed.lines() {
        let (package, licence) = line.split_once('|').context("cargo tree names no licence")?;
        let mut words = package.split(' ');
        let name = words.next().unwrap_or_default();
        let version = words.next().and_then(|word| word.strip_prefix('v')).context("cargo tree names no version")?;
        if !crates.contains(&[name, version, licence]) {
            crates.push([name, version, licence]);
        }
    }
    let (itself, linked) = crates.split_first_mut().context("cargo tree lists nothing")?;
    linked.sort_unstable();
    let mut components: Vec<Value> = linked.iter().map(|one| component(*one, &lock)).collect();
    components.push(json!({
        "type": "library",
        "name": "rust-std",
        "version": rust,
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
    }));
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "timestamp": time.to_string(), "component": component(*itself, &lock) },
        "components": components,
    }))
}

fn component([name, version, licence]: [&str; 3], lock: &Table) -> Value {
    let mut component = json!({
        "type": "library",
        "name": name,
        "version": version,
        "purl": format!("pkg:cargo/{name}@{version}"),
    });
    if !licence.is_empty() {
        // Some say A/B still, for A OR B.
        let licence = licence.split('/').map(str::trim).collect::<Vec<_>>().join(" OR ");
        component["licenses"] = json!([{ "expression": licence }]);
    }
    let is_it = |one: &&toml::Value| one["name"].as_str() == Some(name) && one["version"].as_str() == Some(version);
    let locked = lock["package"].as_array().and_then(|packages| packages.iter().find(is_it));
    if let Some(checksum) = locked.and_then(|one| one.get("checksum")?.as_str()) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_command_has_one_of_its_own() {
        let sh = Shell::new().expect("a shell");
        sh.change_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
        let bill = bill(&sh, "synfin-cli", "x86_64-unknown-linux-gnu", Timestamp::UNIX_EPOCH, "1.2.3").expect("a bill");
        assert_eq!(bill["metadata"]["component"]["name"], "synfin-cli");
        let components = bill["components"].as_array().expect("a list");
        let has = |name: &str| components.iter().any(|component| component["name"] == name);
        assert!(has("clap") && has("plotters") && has("zstd-sys") && !has("clap_derive") && !has("html5ever"));
    }

    /// What is linked for certain and what is not; and that all but synfin's own have licence and checksum.
    #[test]
    fn what_is_linked_is_listed() {
        let sh = Shell::new().expect("a shell");
        sh.change_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
        let bill = bill(&sh, "synfin", "x86_64-unknown-linux-gnu", Timestamp::UNIX_EPOCH, "1.2.3").expect("a bill");
        assert_eq!(bill["metadata"]["component"]["name"], "synfin");
        assert_eq!(bill["metadata"]["timestamp"], "1970-01-01T00:00:00Z");
        let components = bill["components"].as_array().expect("a list");
        let names: Vec<&str> = components.iter().filter_map(|component| component["name"].as_str()).collect();
        for name in ["synfin-core", "etherparse", "libc", "rust-std"] {
            assert!(names.contains(&name), "{name} is linked: {names:?}");
        }
        // A macro, a build tool, a test's, another member's.
        for name in ["strum_macros", "bindgen", "proptest", "clap", "synfin"] {
            assert!(!names.contains(&name), "{name} is not linked: {names:?}");
        }
        for component in components {
            assert!(component["licenses"][0]["expression"].is_string(), "{component}");
            let is_own = component["name"] == "rust-std" || component["name"] == "synfin-core";
            assert_eq!(
                component["hashes"][0]["content"].as_str().map(str::len),
                (!is_own).then_some(64),
                "{component}"
            );
        }
    }
}
