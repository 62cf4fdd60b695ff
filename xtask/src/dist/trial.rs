//! The release, as somebody who gets it uses it: unpacked in another system, installed as root and as an ordinary user, through an
//! update of Wireshark, and removed again; the same with the package. scripts/test-dist-inside.sh is what runs there.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use xshell::Shell;

use super::package::Machine;
use crate::debian::as_root;

/// An empty plugin folder in place of the system's own, for this run alone: others may be using that one.
const HIDE: &str = r#"for folder in "$1"/usr/lib/*/wireshark/plugins/*/epan; do
    [ -d "$folder" ] && mount -t tmpfs none "$folder"
done
shift
exec "$@""#;

/// Tries what is in dist/ in other systems.
#[derive(Args)]
pub struct Trial {
    /// A system in a folder with tshark in it (`cargo xtask versions` makes them): .versions/trixie
    #[arg(required = true)]
    roots: Vec<PathBuf>,
}

impl Trial {
    /// Runs it.
    pub fn run(&self, sh: &Shell, at: &Path) -> Result<()> {
        self.roots.iter().try_for_each(|root| run(sh, &at.join(root)))
    }
}

/// In one system.
pub fn run(sh: &Shell, root: &Path) -> Result<()> {
    ensure!(root.join("usr").is_dir(), "there is no system in {}", root.display());
    let machine = Machine::this(sh)?;
    let files = sh.read_dir("dist").unwrap_or_default();
    let named = |begin: &str, end: String| {
        let is_it = |file: &&PathBuf| {
            file.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with(begin) && name.ends_with(&end))
        };
        files.iter().find(is_it)
    };
    let archive = named("synfin-", format!("-linux-{}.tar.gz", machine.processor));
    let archive = archive.context("there is no archive in dist/; make it first: make dist")?;
    let package = named("synfin_", format!("_{}.deb", machine.architecture));

    let inside = format!("/tmp/synfin-dist-{}", std::process::id());
    let folder = PathBuf::from(format!("{}{inside}", root.display()));
    let home = folder.join("ho me");
    let tried = || {
        as_root(sh, "mkdir")?.arg("-p").arg(&home).quiet().run()?;
        let copy = |file: &Path, name: &str| {
            anyhow::Ok(as_root(sh, "cp")?.arg("--").arg(file).arg(folder.join(name)).quiet().run()?)
        };
        copy(Path::new("scripts/test-dist-inside.sh"), "test-dist-inside.sh")?;
        copy(archive, "synfin.tar.gz")?;
        if let Some(package) = package {
            copy(package, "synfin.deb")?;
        }
        as_root(sh, "chown")?.args(["-R", "65534:65534"]).arg(&home).quiet().run()?;
        let program = format!("{inside}/test-dist-inside.sh");
        let may_mount = as_root(sh, "unshare")?.args(["--mount", "true"]).quiet().ignore_stderr().run().is_ok();
        let enter = if may_mount {
            let private = ["--mount", "--propagation", "private", "sh", "-c", HIDE, "sh"];
            as_root(sh, "unshare")?.args(private).arg(root).arg("chroot")
        } else {
            as_root(sh, "chroot")?
        };
        let ran = enter.arg(root).args(["sh", &program]).quiet().run();
        ensure!(ran.is_ok(), "the release failed in {} (see above)", root.display());
        Ok(())
    };
    let tried = tried();
    as_root(sh, "rm")?.args(["-rf", "--"]).arg(&folder).quiet().run()?;
    tried
}
