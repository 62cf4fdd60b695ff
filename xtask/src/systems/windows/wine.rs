//! wine, with a folder of its own.

use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use xshell::{Cmd, Shell, cmd};

use crate::cross::Tools;
use crate::tools::setup;

const WINE: &str = "/usr/lib/wine/wine64";

/// wine's server is stopped when this goes.
pub struct Wine {
    /// Its registry and its drive C.
    prefix: PathBuf,
    /// A locale of this machine, from which wine takes a language of Windows' own.
    pub locale: PathBuf,
}

impl Wine {
    /// With its folder among the tools.
    pub fn at(tools: &Tools, work: &Path) -> Wine {
        Wine { prefix: tools.folder.join("wine"), locale: work.join("locale") }
    }

    /// Makes what it wants.
    pub fn prepare(&self, sh: &Shell) -> Result<()> {
        setup(sh, &["/usr/share/i18n/locales/zh_CN=locales", "localedef=libc-bin"])?;
        let chinese = sh.create_dir(&self.locale)?.join("zh_CN.UTF-8");
        // It fails over warnings, too.
        cmd!(sh, "localedef -i zh_CN -f UTF-8 {chinese}")
            .quiet()
            .ignore_stdout()
            .ignore_stderr()
            .ignore_status()
            .run()?;
        ensure!(chinese.is_dir(), "localedef makes no Chinese locale");
        if !self.prefix.join("system.reg").is_file() {
            println!("test-windows: making {} (once)", self.prefix.display());
            self.run(sh).args(["wineboot", "-i"]).ignore_stdout().ignore_stderr().ignore_status().run()?;
        }
        Ok(())
    }

    /// What follows is a program of Windows and its arguments.
    pub fn run<'a>(&self, sh: &'a Shell) -> Cmd<'a> {
        self.run_in(sh, &sh.current_dir())
    }

    /// The same in a folder.
    pub fn run_in<'a>(&self, sh: &'a Shell, folder: &Path) -> Cmd<'a> {
        cmd!(sh, "env -C {folder} {WINE}")
            .quiet()
            .env("WINEPREFIX", &self.prefix)
            .env("WINEDEBUG", "-all")
            .env("WINEDLLOVERRIDES", "mscoree,mshtml=")
            .env("LC_ALL", "C.UTF-8")
    }

    /// What Windows calls a path of this machine.
    pub fn path(&self, sh: &Shell, path: &Path) -> Result<String> {
        let output = self.run(sh).args(["winepath", "-w"]).arg(path).ignore_stderr().read()?;
        Ok(output.trim_end().to_string())
    }
}

impl Drop for Wine {
    fn drop(&mut self) {
        let server = std::process::Command::new("/usr/lib/wine/wineserver")
            .arg("-k")
            .env("WINEPREFIX", &self.prefix)
            .stderr(std::process::Stdio::null())
            .status();
        // It may have ended already.
        let _ = server;
    }
}
