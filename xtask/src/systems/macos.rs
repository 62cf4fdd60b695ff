//! What can be said of the plugin for macOS without a Mac: both processors are in it, it exports what Wireshark reads alone, it
//! wants libSystem alone, macOS 11 suffices, the signature is right, and every function that it looks up stands in Wireshark's
//! headers for macOS. It is never run here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use xshell::{Shell, cmd};

use super::checks::{Checks, EXPORTED, count, sorted, version, versions_in};
use crate::cross::{self, System, Tools};
use crate::host;
use crate::series;

/// The list of functions that the plugin is compiled from.
const FUNCTIONS: &str = "plugin-c/host_functions.h";

/// A byte of the code, which the signature covers.
const SIGNED: usize = 40_000;

/// Examines the plugin for macOS, which cannot be run here.
#[derive(Args)]
pub struct TestMacos {
    /// The plugin; without it the one that is built for macOS
    file: Option<PathBuf>,
}

impl TestMacos {
    /// Examines it.
    pub fn run(&self, sh: &Shell, at: &Path) -> Result<()> {
        let file = match &self.file {
            Some(file) => at.join(file),
            None => cross::build(sh, System::Macos)?,
        };
        let work = sh.create_temp_dir()?;
        let copy = work.path().join("synfin.so");
        sh.copy_file(&file, &copy)?;
        let tools = Tools::at(sh)?;
        let mut checks = Checks::default();
        let processors = tools.inside(sh, "llvm-lipo").arg("-archs").arg(&copy).read()?;
        checks.same("processors", "arm64 x86_64", &sorted(&processors));
        checks.same("the version that the file carries", &version(sh)?, &versions_in(&fs::read(&copy)?));
        for processor in ["arm64", "x86_64"] {
            let thin = work.path().join(processor);
            let cut = tools.inside(sh, "llvm-lipo").args(["-thin", processor, "-output"]).arg(&thin).arg(&copy);
            cut.run()?;
            examine(sh, &tools, &mut checks, processor, &thin)?;
        }
        looked_up_is_declared(sh, &tools, &mut checks)?;
        for processor in ["aarch64", "x86_64"] {
            let facts = facts(sh, &tools, processor);
            checks.went_well(&format!("{processor}: the table of host facts"), facts);
        }
        checks.end()
    }
}

/// The file of one processor.
fn examine(sh: &Shell, tools: &Tools, checks: &mut Checks, processor: &str, thin: &Path) -> Result<()> {
    let headers = tools.inside(sh, "llvm-objdump").args(["--macho", "--private-headers"]).arg(thin).read()?;
    let imports = tools.inside(sh, "llvm-nm").args(["-m", "-u"]).arg(thin).read()?;
    let exports = tools.inside(sh, "llvm-nm").args(["-g", "--defined-only", "--just-symbol-name"]).arg(thin).read()?;
    let title = |words: &str| format!("{processor}: {words}");
    checks.same(&title("exports"), &EXPORTED.map(|name| format!("_{name}")).join(" "), &sorted(&exports));
    checks.same(&title("libraries"), "/usr/lib/libSystem.B.dylib", &names(&headers, "cmd LC_LOAD").join(" "));
    let imports: Vec<&str> = imports.lines().filter(|line| !line.trim().is_empty()).collect();
    let elsewhere: Vec<&str> = imports.iter().copied().filter(|line| !line.ends_with("(from libSystem)")).collect();
    checks.same(&title("imports from elsewhere"), "", &elsewhere.join("\n"));
    checks.holds(&title("imports at all"), imports.len() > 20, || format!("{} are no imports", imports.len()));
    let oldest: Vec<&str> = headers.lines().filter_map(|line| line.trim_start().strip_prefix("minos ")).collect();
    checks.same(&title("oldest macOS"), "11.0", &oldest.join(" "));
    checks.same(&title("its own name"), "synfin.so", &names(&headers, "cmd LC_ID_DYLIB").join(" "));
    checks.same(&title("folders of libraries"), "", &names(&headers, "cmd LC_RPATH").join(" "));
    // Thread-local variables: dyld never unloads such a file.
    let stays = headers.contains("MH_HAS_TLV_DESCRIPTORS");
    checks.holds(&title("stays loaded"), stays, || "it has no thread-local variables".to_string());
    let file = fs::read(thin)?;
    checks.went_well(&title("signature"), signature(sh, thin));
    // A changed byte must show: else the check checks nothing.
    let mut bytes = file.clone();
    *bytes.get_mut(SIGNED).context("the file is too short to be the plugin")? ^= 1;
    let changed = thin.with_extension("changed");
    fs::write(&changed, bytes)?;
    let is_noticed = signature(sh, &changed).is_err();
    checks.holds(&title("a changed byte"), is_noticed, || "the signature is right all the same".to_string());
    let here = sh.current_dir();
    checks.same(&title("paths of this machine"), "0", &count(&file, &here.to_string_lossy()).to_string());
    Ok(())
}

/// Holds the signature against the bytes.
fn signature(sh: &Shell, file: &Path) -> Result<()> {
    let output = cmd!(sh, "python3 tests/macos/signature.py {file}").quiet().ignore_status().output()?;
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    ensure!(output.status.success(), "{}", said.trim_end());
    Ok(())
}

/// The names in the load commands of a kind: `name /usr/lib/libSystem.B.dylib (offset 24)`, and `path` for folders.
fn names<'a>(headers: &'a str, kind: &str) -> Vec<&'a str> {
    let mut is_wanted = false;
    let mut names = Vec::new();
    for line in headers.lines().map(str::trim_start) {
        if line.starts_with("cmd ") {
            is_wanted = line.starts_with(kind);
        }
        let named = line.strip_prefix("name ").or_else(|| line.strip_prefix("path "));
        if let Some(name) = named.filter(|_| is_wanted) {
            names.push(name.split_once(" (offset").map_or(name, |(name, _)| name));
        }
    }
    names
}

/// What the plugin looks up stands in each series' headers for macOS. The flow graphs' functions are in no header that Wireshark
/// installs, and may be missing.
fn looked_up_is_declared(sh: &Shell, tools: &Tools, checks: &mut Checks) -> Result<()> {
    let list = sh.read_file(FUNCTIONS)?;
    let names = looked_up(&list);
    checks.holds("names that are looked up", names.len() > 60, || format!("{} are not all", names.len()));
    for series in series::all() {
        let include = tools.headers("macos", series.number).join("usr/include");
        let text =
            sh.read_file(include.join("wireshark-deps.h"))? + &sh.read_file(include.join("wireshark/bundle.h"))?;
        let words: BTreeSet<&str> = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        let missing: Vec<&str> = names.difference(&words).copied().collect();
        checks.same(&format!("{}: functions that no header has", series.number), "", &missing.join(" "));
    }
    Ok(())
}

/// The names in the list of functions, but for what the macros' own definitions call one.
fn looked_up(list: &str) -> BTreeSet<&str> {
    list.lines().filter_map(name).filter(|name| !matches!(*name, "" | "name")).collect()
}

/// The name in a line: `SAME(name)`, `OTHER(result, name, ...)`, `GLIB(result, member, "name", ...)`, `VARIABLE(type, name)`,
/// and `VARIES(name)` at the end of a line.
fn name(line: &str) -> Option<&str> {
    const KINDS: [(&str, usize); 4] = [("SAME(", 0), ("OTHER(", 1), ("GLIB(", 2), ("VARIABLE(", 1)];
    let line = line.trim_start();
    if let Some((_, name)) = line.rsplit_once(" VARIES(") {
        return name.strip_suffix(')');
    }
    let of_kind = |(kind, place): &(&str, usize)| line.strip_prefix(kind)?.split([',', ')']).nth(*place);
    Some(KINDS.iter().find_map(of_kind)?.trim().trim_matches('"'))
}

/// The table of host facts, as the compiler for a processor finds it in these headers.
fn facts(sh: &Shell, tools: &Tools, processor: &str) -> Result<()> {
    let _compiler = sh.push_env("MACOS_CC", tools.folder.join("bin").join(format!("cc-macos-{processor}")));
    let roots: Vec<PathBuf> = series::all().iter().map(|series| tools.headers("macos", series.number)).collect();
    host::layout::check(sh, &roots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_load_commands_are_read() {
        let headers = "Load command 4\n          cmd LC_ID_DYLIB\n      cmdsize 48\n         name synfin.so (offset 24)\n\
                       Load command 5\n      cmd LC_LOAD_DYLIB\n     name /usr/lib/a.dylib (offset 24)\n\
                       Load command 6\n      cmd LC_RPATH\n     path /opt/lib (offset 12)\n";
        assert_eq!(names(headers, "cmd LC_ID_DYLIB"), ["synfin.so"]);
        assert_eq!(names(headers, "cmd LC_LOAD"), ["/usr/lib/a.dylib"]);
        assert_eq!(names(headers, "cmd LC_RPATH"), ["/opt/lib"]);
        assert!(names(headers, "cmd LC_UUID").is_empty());
    }

    #[test]
    fn names_that_are_looked_up_are_read() {
        let list = "#define HOST_SAME(SAME) \\\n    SAME(one) \\\n    OTHER(proto_item *, two, (int, int)) \\\n\
                    #define HOST_VARIES(VARIES) VARIES(three)\n    GLIB(void *, allocate, \"g_four\", (size_t)) \\\n\
                    #define SAME(name) int name;\n#define VARIES(name) x name;\n    VARIABLE(e_prefs, five)\n    HOST_SAME(SAME)\n";
        let names: Vec<&str> = looked_up(list).into_iter().collect();
        assert_eq!(names, ["five", "g_four", "one", "three", "two"]);
    }
}
