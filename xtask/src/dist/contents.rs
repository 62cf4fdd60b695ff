//! What is in the archives, and how they are packed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::Result;
use xshell::cmd;

use super::Release;
use crate::series::{self, Series};

/// What install.sh and the other scripts for users need beside them.
const SCRIPTS: [&str; 7] =
    ["install.sh", "doctor.sh", "profile.sh", "test-installed.sh", "wireshark.sh", "series.tsv", "sample.txt"];

const SAMPLE: &str = "tests/captures/three_segment_close.pcap";

impl Release<'_> {
    /// The archive for any Linux of a processor.
    pub fn linux_archive(&self, processor: &str, plugin: &Path, command: Option<&Path>) -> Result<()> {
        let name = format!("synfin-{}-linux-{processor}", self.version);
        let folder = self.unix(&name, plugin)?;
        if let Some(command) = command {
            self.sh.copy_file(command, folder.join("synfin"))?;
            self.copy_all(&self.manual_pages(), &folder.join("man"))?;
            self.sh.copy_file(&self.bills[1], &folder)?;
        }
        self.settle(&folder)?;
        let (sh, work) = (self.sh, &self.work);
        let time = format!("--mtime=@{}", sh.var("SOURCE_DATE_EPOCH")?);
        let owner = ["--owner=0", "--group=0", "--numeric-owner"];
        let archive = self.out.join(format!("{name}.tar"));
        cmd!(sh, "tar -C {work} --sort=name {owner...} --format=ustar {time} -cf {archive} {name}").quiet().run()?;
        Ok(cmd!(sh, "gzip -n -9 {archive}").quiet().run()?)
    }

    /// The zip for Windows.
    pub fn windows_zip(&self, plugin: &Path) -> Result<()> {
        let name = format!("synfin-{}-windows-x64", self.version);
        let folder = self.sh.create_dir(self.work.join(&name))?;
        self.sh.copy_file(plugin, folder.join("synfin.dll"))?;
        self.sh.copy_file(&self.bills[0], &folder)?;
        self.sh.copy_file(SAMPLE, folder.join("sample.pcap"))?;
        self.copy_ending("docs", "md", &folder.join("docs"))?;
        self.copy_profiles(&folder.join("profiles"))?;
        // As Windows' own programs write lines.
        let write = |text: String, name: &str| self.sh.write_file(folder.join(name), text.replace('\n', "\r\n"));
        for name in ["README.txt", "install.cmd", "install.ps1"] {
            write(self.filled(&format!("scripts/windows/{name}"))?, name)?;
        }
        write(self.sh.read_file("scripts/sample.txt")?, "sample.txt")?;
        write(self.sh.read_file("LICENSE")?, "LICENSE.txt")?;
        self.zip(&name)
    }

    /// The zip for macOS.
    pub fn macos_zip(&self, plugin: &Path) -> Result<()> {
        let name = format!("synfin-{}-macos-universal", self.version);
        let folder = self.unix(&name, plugin)?;
        self.sh.write_file(folder.join("README.txt"), self.filled("scripts/macos/README.txt")?)?;
        self.zip(&name)
    }

    /// A folder with what users of Unix get.
    fn unix(&self, name: &str, plugin: &Path) -> Result<PathBuf> {
        let folder = self.sh.create_dir(self.work.join(name))?;
        self.copy_library(plugin, &folder)?;
        for script in SCRIPTS {
            self.sh.copy_file(Path::new("scripts").join(script), &folder)?;
        }
        self.sh.copy_file(SAMPLE, folder.join("sample.pcap"))?;
        self.sh.copy_file(&self.bills[0], &folder)?;
        self.sh.copy_file("docs/INSTALL.md", &folder)?;
        self.copy_documents(&folder)?;
        self.copy_profiles(&folder.join("profiles"))?;
        Ok(folder)
    }

    fn zip(&self, name: &str) -> Result<()> {
        self.settle(&self.work.join(name))?;
        let (program, work, file) = (include_str!("zip.py"), &self.work, self.out.join(format!("{name}.zip")));
        Ok(cmd!(self.sh, "python3 -c {program} {work} {name} {file}").quiet().run()?)
    }

    /// The plugin, under the name by which Wireshark knows it. A library is no program.
    pub fn copy_library(&self, plugin: &Path, folder: &Path) -> Result<()> {
        let copy = folder.join("synfin.so");
        self.sh.copy_file(plugin, &copy)?;
        Ok(fs::set_permissions(copy, fs::Permissions::from_mode(0o644))?)
    }

    /// What a user reads.
    pub fn copy_documents(&self, folder: &Path) -> Result<()> {
        for document in ["README.md", "README.zh-CN.md", "CHANGELOG.md", "LICENSE"] {
            self.sh.copy_file(document, folder)?;
        }
        self.copy_ending("docs", "md", &folder.join("docs"))?;
        self.sh.copy_file("docs/synfin.4", folder.join("docs"))?;
        // The recipes for the shell; the others want the sources.
        self.copy_ending("examples", "sh", &folder.join("examples"))?;
        Ok(self.sh.copy_file("examples/README.md", folder.join("examples"))?)
    }

    pub fn copy_profiles(&self, folder: &Path) -> Result<()> {
        let folder = self.sh.create_dir(folder)?;
        ["synfin", "synfin-zh"]
            .iter()
            .try_for_each(|name| self.copy_all(&Path::new("profiles").join(name), &folder.join(name)))
    }

    /// A folder with all that is in it.
    fn copy_all(&self, folder: &Path, to: &Path) -> Result<()> {
        Ok(cmd!(self.sh, "cp -R -- {folder} {to}").quiet().run()?)
    }

    /// The files of a folder that have an ending, and not those in folders below.
    fn copy_ending(&self, from: &str, ending: &str, to: &Path) -> Result<()> {
        self.sh.create_dir(to)?;
        let files = self.sh.read_dir(from)?;
        files
            .iter()
            .filter(|file| file.extension().is_some_and(|is| is == ending))
            .try_for_each(|file| Ok(self.sh.copy_file(file, to)?))
    }

    /// Where the command's manual pages are.
    pub fn manual_pages(&self) -> PathBuf {
        self.work.join("man")
    }

    /// Modes and times that do not depend on this machine.
    pub fn settle(&self, folder: &Path) -> Result<()> {
        let sh = self.sh;
        let date = format!("--date=@{}", sh.var("SOURCE_DATE_EPOCH")?);
        let find = |what: &str, command: &[&str]| {
            let what = what.split_whitespace();
            cmd!(sh, "find {folder} {what...} -exec {command...}").args(["{}", "+"]).quiet().run()
        };
        find("-type d", &["chmod", "755"])?;
        find("-type f -perm -u+x", &["chmod", "755"])?;
        find("-type f ! -perm -u+x", &["chmod", "644"])?;
        Ok(find("", &["touch", "--no-dereference", &date])?)
    }

    /// A text with the version and the series in their places.
    fn filled(&self, file: &str) -> Result<String> {
        Ok(fill(&self.sh.read_file(file)?, &self.version, &series::all()))
    }
}

/// The series in words: 4.0, 4.2 and 4.4
pub fn in_words(series: &[Series]) -> String {
    let numbers: Vec<&str> = series.iter().map(|series| series.number).collect();
    match numbers.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => numbers.concat(),
    }
}

fn fill(text: &str, version: &str, series: &[Series]) -> String {
    // Those that are tested come first.
    let (tested, expected): (Vec<&Series>, Vec<&Series>) = series.iter().partition(|series| series.debian.is_some());
    let quoted: Vec<String> = tested.iter().chain(&expected).map(|series| format!("'{}'", series.number)).collect();
    text.replace("@VERSION@", version)
        .replace("@WORKS_IN@", &in_words(series))
        .replace("@(SERIES)", &format!("@({})", quoted.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn series(number: &'static str, debian: Option<&'static str>) -> Series {
        Series { number, debian, library: None, system: "" }
    }

    const SERIES: [Series; 3] = [series("1.0", Some("buzz")), series("1.2", None), series("1.4", Some("rex"))];

    #[test]
    fn a_text_is_filled() {
        let text = fill("synfin @VERSION@ for @WORKS_IN@\n$series = @(SERIES)\n", "0.9", &SERIES);
        assert_eq!(text, "synfin 0.9 for 1.0, 1.2 and 1.4\n$series = @('1.0', '1.4', '1.2')\n");
    }

    #[test]
    fn one_series_is_no_list() {
        assert_eq!(in_words(&SERIES[..1]), "1.0");
        assert_eq!(in_words(&SERIES[..2]), "1.0 and 1.2");
    }
}
