//! The installers. install.cmd runs under wine's cmd.exe, with a program that answers as tshark.exe does, and does not ask
//! PowerShell there; install.ps1 is only parsed, since no PowerShell is in reach.

use std::fs;
use std::path::Path;

use anyhow::Result;
use xshell::{Shell, cmd};

use super::super::checks::Checks;
use super::Test;
use super::stand_in::Compiler;

/// What install.cmd is asked for, one after the other, with its status, what it says, and whether synfin is there then.
const STEPS: [(&str, Option<&str>, i32, &str, bool); 6] = [
    ("nothing yet", Some("-Check"), 1, "synfin is not loaded", false),
    ("a double click", None, 0, "synfin is installed and loaded", true),
    ("a look", Some("-Check"), 0, "synfin is installed and loaded", true),
    ("again", None, 0, "synfin is installed and loaded", true),
    ("away with it", Some("-Uninstall"), 0, "synfin is removed", false),
    ("nothing any more", Some("-Check"), 1, "synfin is not loaded", false),
];

const PARSER: [&str; 2] = ["tree-sitter==0.26.1", "tree-sitter-powershell==0.26.4"];
const POWERSHELL: &str = "scripts/windows/install.ps1";

/// Tests both.
pub fn test(test: &Test, compiler: &Compiler, checks: &mut Checks) -> Result<()> {
    cmd_exe(test, compiler, checks)?;
    powershell(test.sh, &test.work, checks)
}

fn cmd_exe(test: &Test, compiler: &Compiler, checks: &mut Checks) -> Result<()> {
    let (sh, wine) = (test.sh, &test.wine);
    let home = sh.create_dir(test.work.join("installing"))?;
    let release = sh.create_dir(home.join("release"))?;
    let profiles = sh.create_dir(release.join("profiles"))?;
    let tshark = home.join("tshark.exe");
    compiler.tshark(&tshark)?;
    let dll = release.join("synfin.dll");
    sh.copy_file(&test.dll, &dll)?;
    cmd!(sh, "cp -R -- profiles/synfin profiles/synfin-zh {profiles}").quiet().run()?;
    sh.write_file(release.join("install.cmd"), sh.read_file("scripts/windows/install.cmd")?.replace('\n', "\r\n"))?;
    let installed = home.join("user/Wire shark");
    for (title, argument, status, text, is_there) in STEPS {
        let title = |words: &str| format!("install.cmd, {title}: {words}");
        let output = wine
            .run_in(sh, &release)
            .args(["cmd", "/c", "install.cmd"])
            .args(argument)
            .env("SYNFIN_TSHARK", wine.path(sh, &tshark)?)
            .env("SYNFIN_TEST_FOLDER", format!("{}\\user", wine.path(sh, &home)?))
            .env("SYNFIN_NO_POWERSHELL", "1")
            .env("SYNFIN_NO_PAUSE", "1")
            .ignore_stderr()
            .ignore_status()
            .output()?;
        let found = output.status.code().unwrap_or(-1);
        checks.same(&title("status"), &status.to_string(), &found.to_string());
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        checks.holds(&title("what it says"), said.contains(text), || said.clone());
        for (words, file) in
            [("the plugin", "plugins/4.6/epan/synfin.dll"), ("the profiles", "profiles/synfin-zh/preferences")]
        {
            let there = |is_there| if is_there { "there" } else { "gone" };
            checks.same(&title(words), there(is_there), there(installed.join(file).is_file()));
        }
    }
    if fs::read(&dll)? != fs::read(&test.dll)? {
        checks.failed("install.cmd", "it changed the file");
    }
    Ok(())
}

fn powershell(sh: &Shell, work: &Path, checks: &mut Checks) -> Result<()> {
    let python = cmd!(sh, "scripts/python.sh {PARSER...}").quiet().read()?;
    let parse =
        |file: &Path| cmd!(sh, "{python} tests/windows/powershell_syntax.py {file}").quiet().ignore_status().output();
    let output = parse(Path::new(POWERSHELL))?;
    let said = [output.stdout, output.stderr].concat();
    let parses = output.status.success() && said.is_empty();
    checks.holds("install.ps1 parses", parses, || String::from_utf8_lossy(&said).into_owned());
    let broken = work.join("broken.ps1");
    sh.write_file(&broken, sh.read_file(POWERSHELL)?.replacen("\n}\n", "\n\n", 1))?;
    let is_noticed = parse(&broken)?.status.code() == Some(1);
    checks.holds("and with a brace less it does not", is_noticed, || "it parses all the same".to_string());
    Ok(())
}
