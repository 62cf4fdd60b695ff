//! The Debian package.
//!
//! The plugin lies in a folder of synfin's own; a link to it stands in the folder of every series that it works in. Each Wireshark
//! looks in its own series' folder alone, so the links of others do nothing, an update from one to another needs nothing, and dpkg
//! knows every path: there are no scripts that could fail.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Shell, cmd};

use super::Release;
use super::contents::in_words;
use crate::series;

/// A processor, in the words of those who name it.
pub struct Machine {
    /// The kernel: x86_64
    pub processor: String,
    /// Debian: amd64
    pub architecture: String,
    /// Debian's folders of libraries: x86_64-linux-gnu
    pub triplet: String,
}

impl Machine {
    /// This one.
    pub fn this(sh: &Shell) -> Result<Machine> {
        let processor = cmd!(sh, "uname -m").quiet().read()?;
        let said = |command: xshell::Cmd| command.quiet().ignore_stderr().read().ok().filter(|said| !said.is_empty());
        Ok(Machine {
            architecture: said(cmd!(sh, "dpkg --print-architecture")).unwrap_or_else(|| processor.clone()),
            triplet: said(cmd!(sh, "cc -print-multiarch"))
                .or_else(|| said(cmd!(sh, "cc -dumpmachine")))
                .context("cc does not say what it compiles for")?,
            processor,
        })
    }

    pub fn aarch64() -> Machine {
        Machine {
            processor: "aarch64".to_string(),
            architecture: "arm64".to_string(),
            triplet: "aarch64-linux-gnu".to_string(),
        }
    }
}

impl Release<'_> {
    /// The package, with the plugin and perhaps the command.
    pub fn package(&self, machine: &Machine, plugin: &Path, command: Option<&Path>) -> Result<()> {
        let sh = self.sh;
        let root = self.work.join(format!("deb-{}", machine.architecture));
        self.fill_root(&root, &machine.triplet, plugin, command)?;
        let files: Vec<&Path> = [plugin].into_iter().chain(command).collect();
        let listed = files_in(&root.join("usr"))?;
        let size: u64 = listed.iter().map(|file| Ok(fs::metadata(file)?.len())).sum::<Result<u64>>()?;
        let control = self.control(&machine.architecture, size, &depends(sh, &files)?);
        sh.write_file(root.join("DEBIAN/control"), control)?;
        let mut listed: Vec<&Path> = listed.iter().filter_map(|file| file.strip_prefix(&root).ok()).collect();
        listed.sort_by_key(|file| file.as_os_str().as_bytes());
        let sums = {
            let _root = sh.push_dir(&root);
            cmd!(sh, "md5sum {listed...}").quiet().read()? + "\n"
        };
        sh.write_file(root.join("DEBIAN/md5sums"), sums)?;
        self.settle(&root)?;
        let file = self.out.join(format!("synfin_{}_{}.deb", self.version, machine.architecture));
        Ok(cmd!(sh, "dpkg-deb --root-owner-group -Zgzip -z9 --build {root} {file}").quiet().ignore_stdout().run()?)
    }

    fn fill_root(&self, root: &Path, triplet: &str, plugin: &Path, command: Option<&Path>) -> Result<()> {
        let sh = self.sh;
        let documents = root.join("usr/share/doc/synfin");
        for folder in ["DEBIAN", "usr/lib/synfin", "usr/share/doc/synfin"] {
            sh.create_dir(root.join(folder))?;
        }
        self.copy_library(plugin, &root.join("usr/lib/synfin"))?;
        for series in series::all().iter().filter(|series| series.debian.is_some()) {
            let folder = format!("usr/lib/{triplet}/wireshark/plugins/{}/epan", series.number);
            let folder = sh.create_dir(root.join(folder))?;
            symlink("/usr/lib/synfin/synfin.so", folder.join("synfin.so"))?;
        }
        self.copy_documents(&documents)?;
        fs::rename(documents.join("LICENSE"), documents.join("copyright"))?;
        sh.copy_file(&self.bills[0], &documents)?;
        sh.remove_path(documents.join("docs/synfin.4"))?;
        self.manual_page(root, Path::new("docs/synfin.4"))?;
        if let Some(command) = command {
            let programs = sh.create_dir(root.join("usr/bin"))?;
            sh.copy_file(command, programs.join("synfin"))?;
            sh.copy_file(&self.bills[1], &documents)?;
            for page in sh.read_dir(self.manual_pages())? {
                self.manual_page(root, &page)?;
            }
        }
        self.copy_profiles(&root.join("usr/share/wireshark/profiles"))
    }

    fn manual_page(&self, root: &Path, page: &Path) -> Result<()> {
        let section = page.extension().context("a manual page is of a section")?.display();
        let folder = self.sh.create_dir(root.join(format!("usr/share/man/man{section}")))?;
        self.sh.copy_file(page, &folder)?;
        let page = folder.join(page.file_name().unwrap_or_default());
        Ok(cmd!(self.sh, "gzip -n -9 {page}").quiet().run()?)
    }

    fn control(&self, architecture: &str, size: u64, depends: &str) -> String {
        let (version, kilobytes, series) = (&self.version, size / 1024 + 1, in_words(&series::all()));
        format!(
            "Package: synfin
Version: {version}
Architecture: {architecture}
Maintainer: the synfin authors <nobody@localhost>
Section: net
Priority: optional
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: wireshark | tshark
Description: Wireshark plugin that annotates TCP handshakes and teardowns
 synfin says of every connection what became of it and who did it, and of
 every TCP segment which step of the handshake or teardown it is, in the X/Y
 of textbooks, and both sides' states. One file for Wireshark {series}.
"
        )
    }
}

/// What the package depends on: the C library that the files want, what they unwind with, and any series' library. Whoever has a
/// library of Wireshark's has the folder that the link lies in, and an update of Wireshark exchanges one for another.
fn depends(sh: &Shell, files: &[&Path]) -> Result<String> {
    let versions = cmd!(sh, "readelf -V {files...}").quiet().read()?;
    let mut depends = format!("libc6 (>= {}),", newest_glibc(&versions).context("the files want no C library")?);
    let sections = cmd!(sh, "readelf -d {files...}").quiet().read()?;
    if sections.lines().any(|line| line.contains("NEEDED") && line.contains("libgcc_s")) {
        depends.push_str(" libgcc-s1,");
    }
    let library = |series: &series::Series| {
        series
            .library
            .with_context(|| format!("scripts/series.tsv does not say what Debian calls the library of {series}"))
    };
    let all = series::all();
    let libraries: Vec<&str> =
        all.iter().filter(|series| series.debian.is_some()).map(library).collect::<Result<_>>()?;
    Ok(format!("{depends} {}", libraries.join(" | ")))
}

/// The newest version of glibc's symbols in what readelf says: `Name: GLIBC_2.34  Flags: none`
fn newest_glibc(said: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let version = |at: &'_ str| -> Option<(Vec<u32>, usize)> {
        let end = at.find(|c| !is_part(c)).unwrap_or(at.len());
        let parts = at[..end].split('.').map(|part| part.parse().ok()).collect::<Option<Vec<u32>>>()?;
        Some((parts, end))
    };
    let found = said.split("GLIBC_").skip(1).filter_map(|at| version(at).map(|(parts, end)| (parts, &at[..end])));
    found.max_by(|one, other| one.0.cmp(&other.0)).map(|(_, version)| version)
}

/// All files in a folder and those below, and no links.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            files.extend(files_in(&entry.path())?);
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_glibc_is_by_number() {
        let said = "  0x0020: Name: GLIBC_2.2.5  Flags: none\n  0x0030: Name: GLIBC_2.17  Flags: none\n\
                    Name: GLIBC_PRIVATE\nName: GLIBC_ABI_DT_RELR\n004: 5 (GLIBC_2.4)  3 (GLIBC_2.3.4)";
        assert_eq!(newest_glibc(said), Some("2.17"));
        assert_eq!(newest_glibc("Name: GCC_3.0"), None);
    }
}
