//! The part that runs in a mount namespace of its own, as root: a tshark of one system over all captures.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use clap::Args;
use xshell::{Cmd, Shell, cmd};

use super::super::captures;
use super::ALONE;

const TSHARK: &str = "/usr/bin/tshark";

/// What is asked of each capture besides every field.
const COLUMNS: [&str; 10] =
    ["-T", "fields", "-e", "frame.number", "-e", "tcp.stream", "-e", "_ws.col.Info", "-e", "_ws.expert.message"];
const STATISTICS: [&str; 12] = [
    "-z",
    "synfin,jsonl",
    "-z",
    "synfin,report",
    "-z",
    "synfin,conn",
    "-z",
    "synfin,servers",
    "-z",
    "synfin,tree",
    "-z",
    "flow,synfin,network",
];

/// Reads all captures in one system; `cargo xtask test-aarch64` runs it in a mount namespace, since it mounts.
#[derive(Args)]
pub struct ReadCaptures {
    /// The system: / or a folder
    root: PathBuf,
    /// The plugin for it
    plugin: PathBuf,
    /// tests/aarch64/each.c, compiled for it
    each: PathBuf,
    /// The folder that what was printed goes into
    out: PathBuf,
    /// What runs its programs, where they are another processor's
    #[arg(long)]
    emulator: Option<PathBuf>,
}

impl ReadCaptures {
    /// Reads them, and says the version of Wireshark.
    pub fn run(&self, sh: &Shell) -> Result<()> {
        self.install(sh)?;
        let there = self.prepare(sh)?;
        let version = self.tshark(sh, &there, "TZ=UTC").arg("--version").read()?;
        println!("{}", version.lines().next().unwrap_or_default());

        let listed = self.tshark(sh, &there, "TZ=UTC").args(["-G", "plugins"]).ignore_stderr().read()?;
        let plugins = plugins(&listed);
        ensure!(!plugins.is_empty(), "the plugin did not load");
        sh.write_file(self.out.join("plugins"), plugins)?;
        // Every field that there is, by this very Wireshark.
        let listed = self.tshark(sh, &there, "TZ=UTC").args(["-G", "fields"]).ignore_stderr().read()?;
        let fields = fields(&listed);
        ensure!(fields.len() > 60, "hardly a field of synfin was found");
        sh.write_file(self.out.join("fields"), fields.join("\n"))?;

        let wanted = || {
            let fields = fields.iter().flat_map(|name| ["-e", name]);
            COLUMNS.into_iter().chain(fields).chain(STATISTICS)
        };
        let preload = format!("LD_PRELOAD={}/each", there.display());
        let preload = if self.emulator.is_some() { format!("QEMU_SET_ENV={preload}") } else { preload };
        // All captures by one tshark, which goes on from its start with each (tests/aarch64/each.c).
        let all = self.tshark(sh, &there, &preload).arg("-r").arg(there.join("close_by_client.pcap")).args(wanted());
        let all = all.ignore_status().output()?;
        ensure!(all.status.success(), "{}: {}", all.status, String::from_utf8_lossy(&all.stderr));
        // And some by one of their own.
        for capture in ALONE {
            let one = self.tshark(sh, &there, "TZ=UTC").arg("-r").arg(there.join(format!("{capture}.pcap")));
            let one = one.args(wanted()).ignore_stderr().output()?;
            fs::write(self.out.join(format!("{capture}.alone")), one.stdout)?;
        }
        for file in sh.read_dir(self.below(&there).join("out"))? {
            sh.copy_file(file, &self.out)?;
        }
        Ok(())
    }

    /// Where a path of the system lies for this machine.
    fn below(&self, path: &Path) -> PathBuf {
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    fn is_this_machine(&self) -> bool {
        self.root == Path::new("/")
    }

    /// The plugin alone, in each folder of plugins.
    fn install(&self, sh: &Shell) -> Result<()> {
        let mut folders = Vec::new();
        for library in sh.read_dir(self.root.join("usr/lib"))? {
            folders.extend(sh.read_dir(library.join("wireshark/plugins")).unwrap_or_default());
        }
        ensure!(!folders.is_empty(), "no Wireshark in {} has a folder of plugins", self.root.display());
        for folder in folders {
            let folder = sh.create_dir(folder.join("epan"))?;
            cmd!(sh, "mount -t tmpfs none {folder}").quiet().run()?;
            sh.copy_file(&self.plugin, folder.join("synfin.so"))?;
        }
        Ok(())
    }

    /// A folder of the system with all that is wanted, as the system calls it.
    fn prepare(&self, sh: &Shell) -> Result<PathBuf> {
        let there = if self.is_this_machine() { self.out.join("there") } else { PathBuf::from("/mnt") };
        if !self.is_this_machine() {
            let [mnt, dev, proc] = ["mnt", "dev", "proc"].map(|name| self.root.join(name));
            cmd!(sh, "mkdir -p {mnt} {dev} {proc}").quiet().run()?;
            cmd!(sh, "mount -t tmpfs none {mnt}").quiet().run()?;
            cmd!(sh, "mount --rbind /dev {dev}").quiet().run()?;
            cmd!(sh, "mount -t proc none {proc}").quiet().run()?;
        }
        let folder = sh.create_dir(self.below(&there))?;
        sh.create_dir(folder.join("home"))?;
        sh.create_dir(folder.join("out"))?;
        for capture in captures(sh)? {
            sh.copy_file(capture, &folder)?;
        }
        sh.copy_file(&self.each, folder.join("each"))?;
        if let Some(emulator) = &self.emulator {
            sh.copy_file(emulator, folder.join("qemu"))?;
        }
        Ok(there)
    }

    /// The system's tshark, with a variable of its own in its environment.
    fn tshark<'a>(&self, sh: &'a Shell, there: &Path, variable: &str) -> Cmd<'a> {
        let root = &self.root;
        let command = match &self.emulator {
            None if self.is_this_machine() => cmd!(sh, "env {variable} {TSHARK}"),
            None => cmd!(sh, "chroot {root} env {variable} {TSHARK}"),
            // Programs of another processor cannot be run without it: env is this machine's.
            Some(_) => cmd!(sh, "env {variable} chroot {root} /mnt/qemu {TSHARK}"),
        };
        command
            .quiet()
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("XDG_DATA_HOME")
            .env_remove("LANGUAGE")
            .env("HOME", there.join("home"))
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .env("EACH_IN", there)
            .env("EACH_OUT", there.join("out"))
    }
}

/// The plugin's line in a list of plugins: name, version and kind, without its path.
fn plugins(listed: &str) -> String {
    let line = |line: &str| line.splitn(4, '\t').take(3).collect::<Vec<_>>().join("\t") + "\n";
    listed.lines().filter(|line| line.starts_with("synfin")).map(line).collect()
}

/// synfin's fields in a list of fields.
fn fields(listed: &str) -> Vec<&str> {
    listed.lines().filter_map(field).collect()
}

/// The name in a line, which has tabs between `F`, `Role`, `synfin.role`, `FT_STRING` ...: the third.
fn field(line: &str) -> Option<&str> {
    let mut columns = line.strip_prefix("F\t")?.split('\t');
    columns.nth(1).filter(|name| name.starts_with("synfin."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        let listed = "wimax.so\t1.2\tdissector\t/a\nsynfin.so\t0.1\tdissector\t/b/synfin.so\n";
        assert_eq!(plugins(listed), "synfin.so\t0.1\tdissector\n");
        let listed = "P\tsynfin\tsynfin.x\nF\tRole\tsynfin.role\tFT_STRING\nF\tStream\ttcp.stream\tFT_UINT32\n";
        assert_eq!(fields(listed), ["synfin.role"]);
    }
}
