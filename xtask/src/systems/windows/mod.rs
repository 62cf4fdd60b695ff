//! The plugin for Windows, run: no real Wireshark for Windows is in reach, so tests/windows stands in for it, a libwireshark.dll
//! compiled with the headers of each series for Windows, under wine, with a real glib. The same stand-in compiled for Linux runs
//! the plugin for Linux on the same captures, and the two must print the same, byte by byte; and the connection log that the
//! stand-in prints must be that of this machine's tshark.

mod installers;
mod run;
mod stand_in;
mod wine;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use xshell::{Shell, cmd};

use self::run::Run;
use self::stand_in::Compiler;
use self::wine::Wine;
use super::checks::{self, Checks, EXPORTED, sorted};
use super::{captures, named, release_plugin};
use crate::cross::{self, Tools};
use crate::host;
use crate::series;
use crate::tools::setup;
use crate::versions;

/// Libraries that every Windows has; and those of the C library UCRT, whose names begin with API_SETS.
const ON_EVERY_WINDOWS: [&str; 5] = ["kernel32.dll", "ntdll.dll", "userenv.dll", "ws2_32.dll", "bcryptprimitives.dll"];
const API_SETS: &str = "api-ms-win-";

/// Runs the plugin for Windows in a stand-in for Wireshark, under wine, against Linux's output.
#[derive(Args)]
pub struct TestWindows {
    /// These series alone: 4.6
    series: Vec<String>,
    /// The plugin for Linux; without it the one that is released is built
    #[arg(long, env = "SYNFIN_PLUGIN", hide_env_values = true, value_name = "FILE")]
    plugin: Option<PathBuf>,
    /// The plugin for Windows; without it the one that is released is built
    #[arg(long, env = "SYNFIN_DLL", hide_env_values = true, value_name = "FILE")]
    dll: Option<PathBuf>,
}

/// What all series have.
struct Test<'a> {
    sh: &'a Shell,
    tools: Tools,
    wine: Wine,
    /// A folder that goes afterwards.
    work: PathBuf,
    plugin: PathBuf,
    dll: PathBuf,
}

impl TestWindows {
    /// Runs it.
    pub fn run(&self, sh: &Shell, at: &Path) -> Result<()> {
        setup(sh, &["/usr/lib/wine/wine64=wine64", "python3=python3", "objdump=binutils"])?;
        let series = series::chosen(&self.series)?;
        let dll = named(at, self.dll.as_ref()).map_or_else(|| cross::build(sh, cross::System::Windows), Ok)?;
        let plugin = named(at, self.plugin.as_ref()).map_or_else(|| release_plugin(sh), Ok)?;
        let tools = Tools::at(sh)?;
        let work = sh.create_temp_dir()?;
        let test =
            Test { sh, wine: Wine::at(&tools, work.path()), tools, work: work.path().to_path_buf(), plugin, dll };
        let mut checks = Checks::default();
        test.file(&mut checks)?;
        test.wine.prepare(sh)?;
        let compiler = Compiler::new(sh, &test.tools, &test.work)?;
        let mut logs = Vec::new();
        for series in &series {
            println!("test-windows: Wireshark {}", series.number);
            let run = Run::new(&test, &compiler, series)?;
            logs.push((series.number, run.all(&mut checks)?));
        }
        installers::test(&test, &compiler, &mut checks)?;
        test.in_the_real_thing(&mut checks, &logs)?;
        checks.end()
    }
}

impl Test<'_> {
    /// The file alone.
    fn file(&self, checks: &mut Checks) -> Result<()> {
        let sh = self.sh;
        let headers = self.tools.inside(sh, "x86_64-w64-mingw32ucrt-objdump").arg("-p").arg(&self.dll).read()?;
        checks.same("what the DLL exports", &EXPORTED.join(" "), &sorted(&exports(&headers).join(" ")));
        let libraries = libraries(&headers);
        let elsewhere: Vec<&str> =
            libraries.iter().map(String::as_str).filter(|name| !is_on_every_windows(name)).collect();
        checks.same("libraries that not every Windows has", "", &elsewhere.join(" "));
        let is_ucrt = libraries.iter().any(|name| name.starts_with("api-ms-win-crt-stdio"));
        checks.holds("the C library is UCRT", is_ucrt, || format!("it wants {}", libraries.join(" ")));
        let date = headers.lines().find(|line| line.starts_with("Time/Date")).unwrap_or_default();
        checks.holds("no date is in the file", date.contains("1970"), || date.to_string());
        let carried = checks::versions_in(&fs::read(&self.dll)?);
        checks.same("the version that the file carries", &checks::version(sh)?, &carried);
        checks.went_well("the table of host facts for Windows", self.facts());
        Ok(())
    }

    /// The table of host facts, as the compiler finds it in each series' headers for Windows.
    fn facts(&self) -> Result<()> {
        let compiler = format!("scripts/chroot-run.sh {} x86_64-w64-mingw32ucrt-gcc", self.tools.root().display());
        let _compiler = self.sh.push_env("WINDOWS_CC", compiler);
        let roots: Vec<PathBuf> =
            series::all().iter().map(|series| self.tools.headers("windows", series.number)).collect();
        host::layout::check(self.sh, &roots)
    }

    /// This machine's tshark prints the same connection log, capture by capture. `all`: what the stand-in of each series printed.
    fn in_the_real_thing(&self, checks: &mut Checks, all: &[(&str, String)]) -> Result<()> {
        let sh = self.sh;
        let mut found = None;
        for (series, printed) in all {
            if versions::installed(sh, series).is_some() {
                found = Some((series, printed));
            }
        }
        let Some((series, printed)) = found else { return Ok(()) };
        let plugin = &self.plugin;
        let install = cmd!(sh, "scripts/install.sh {plugin}").quiet().ignore_stdout();
        install.run().context("the plugin for Linux cannot be installed here")?;
        let mut log = String::new();
        for capture in captures(sh)? {
            let output = cmd!(sh, "tshark -q -r {capture} -z synfin,jsonl").quiet().ignore_status().output()?;
            if !output.status.success() {
                let said = String::from_utf8_lossy(&output.stderr);
                checks.failed("tshark", said.lines().last().unwrap_or_default());
            }
            log.push_str(&String::from_utf8(output.stdout)?);
        }
        let title = format!("the connection log, Windows' stand-in and tshark {series}");
        checks.same_output(sh, &title, log.as_bytes(), first_logs(printed).as_bytes())
    }
}

/// What a DLL exports.
fn exports(headers: &str) -> Vec<&str> {
    headers.lines().filter_map(export).collect()
}

/// The name in a line of objdump's table: `[   0] +base[   1]  0000 plugin_describe`.
fn export(line: &str) -> Option<&str> {
    let (number, name) = line.split_once("] +base[")?.1.split_once("]  ")?.1.split_once(' ')?;
    let is_name = number.bytes().all(|c| c.is_ascii_hexdigit()) && !name.contains(' ');
    is_name.then_some(name)
}

/// The libraries that a DLL wants, in lower case.
fn libraries(headers: &str) -> Vec<String> {
    let names = headers.lines().filter_map(|line| line.trim_start().strip_prefix("DLL Name: "));
    names.map(|name| name.trim().to_lowercase()).collect()
}

fn is_on_every_windows(library: &str) -> bool {
    library.starts_with(API_SETS) || ON_EVERY_WINDOWS.contains(&library)
}

/// The connection logs in what a stand-in printed. Each capture's is printed after its first visit, and again after its last.
fn first_logs(printed: &str) -> String {
    let mut is_first = false;
    let mut logs = String::new();
    for line in printed.lines() {
        if line.starts_with("== ") {
            is_first = true;
        } else if line.starts_with("-- ") {
            is_first = false;
        }
        if is_first && line.starts_with("{\"stream\"") {
            logs.push_str(line);
            logs.push('\n');
        }
    }
    logs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_and_libraries_are_read() {
        let headers = "Export Address Table -- Ordinal Base 1\n\t[   0] +base[   1]  1234 Export RVA\n\
                       [Ordinal/Name Pointer] Table -- Ordinal Base 1\n\t[   0] +base[   1]  0000 plugin_describe\n\
                       \tDLL Name: KERNEL32.dll\n\tDLL Name: libgcc_s_seh-1.dll\n\tDLL Name: api-ms-win-crt-stdio-l1-1-0.dll\n";
        assert_eq!(exports(headers), ["plugin_describe"]);
        let libraries = libraries(headers);
        let elsewhere: Vec<&String> = libraries.iter().filter(|name| !is_on_every_windows(name)).collect();
        assert_eq!(elsewhere, ["libgcc_s_seh-1.dll"]);
    }

    #[test]
    fn the_first_log_of_each_capture_is_taken() {
        let printed = "== a\n{\"stream\":0}\ntext\n-- a\n{\"stream\":0}\n== b\n{\"stream\":1}\n";
        assert_eq!(first_logs(printed), "{\"stream\":0}\n{\"stream\":1}\n");
    }
}
