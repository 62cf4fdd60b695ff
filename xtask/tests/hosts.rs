//! Bad hosts: install.sh and doctor.sh against a stand-in for tshark, one case for each thing that goes wrong on people's
//! machines. Nothing of this machine is touched; root and ordinary users get the same answers.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xshell::{Shell, TempDir, cmd};

/// The stand-in; hosts/tshark.sh says how it reads a plugin file.
const TSHARK: &str = include_str!("hosts/tshark.sh");

const SERIES: &str = include_str!("../../scripts/series.tsv");

/// Plugin files by name.
const FILES: [(&str, &str); 5] = [
    ("good", "loads 0.1.0 synfin.handshake.step synfin-version=0.1.0\n"),
    ("old", "loads 0.0.9 synfin.handshake.step\n"),
    ("other", "for 4.98 synfin.handshake.step\n"),
    ("symbol", "symbol proto_missing synfin.handshake.step\n"),
    ("damaged", "damaged\n"),
];

/// Errors of a script itself.
const OWN_ERRORS: [&str; 4] = ["not found\n", "unbound variable", "yntax error", "parameter not set"];

/// A machine with one Wireshark and no synfin.
struct Host {
    _base: TempDir,
    /// All of it.
    stand: PathBuf,
    /// Where its tshark reads plugins.
    folder: PathBuf,
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts").join(name)
}

fn is_root() -> bool {
    let sh = Shell::new().expect("a shell");
    let id = |option| cmd!(sh, "id {option}").quiet().read().expect("an id");
    id("-u") == "0" || id("-g") == "0"
}

fn can_mount() -> bool {
    let tried = Command::new("unshare").args(["--mount", "true"]).stderr(Stdio::null()).status();
    tried.is_ok_and(|status| status.success())
}

fn write_program(path: &Path, text: &str) {
    fs::write(path, text).expect("a program");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("one that may be run");
}

impl Host {
    fn new() -> Host {
        Host::of("4.4.2")
    }

    fn of(version: &str) -> Host {
        let base = Shell::new().expect("a shell").create_temp_dir().expect("a folder");
        let stand = base.path().join("o ne, zwö 三");
        for folder in ["bin", "files", "home"] {
            fs::create_dir_all(stand.join(folder)).expect("a folder");
        }
        fs::write(stand.join("version"), version).expect("a version");
        for (name, text) in FILES {
            fs::write(stand.join("files").join(name), text).expect("a plugin file");
        }
        write_program(&stand.join("bin/tshark"), TSHARK);
        let series = version.rsplit_once('.').expect("a version of three numbers").0;
        let plugins = if is_root() { "lib/wireshark/plugins" } else { "home/.local/lib/wireshark/plugins" };
        let folder = stand.join(plugins).join(series).join("epan");
        Host { _base: base, stand, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.stand.join("files").join(name)
    }

    fn installed(&self) -> PathBuf {
        self.folder.join("synfin.so")
    }

    /// Puts a plugin file into the folder by hand.
    fn put(&self, name: &str) {
        fs::create_dir_all(&self.folder).expect("the folder");
        fs::copy(self.file(name), self.installed()).expect("a copy");
    }

    /// A program that finds this host and no other.
    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("HOME", self.stand.join("home")).env("STAND", &self.stand);
        command.env("TSHARK", self.stand.join("bin/tshark")).env_remove("WIRESHARK_PLUGIN_DIR");
        command
    }

    fn doctor(&self) -> Command {
        self.command(script("doctor.sh"))
    }

    fn install(&self, file: &str) -> Command {
        let mut command = self.command(script("install.sh"));
        command.arg(self.file(file));
        command
    }

    /// install.sh with an option.
    fn install_with(&self, option: &str) -> Command {
        let mut command = self.command(script("install.sh"));
        command.arg(option);
        command
    }

    /// The programs in bin before all others.
    fn with_own_programs(&self, mut command: Command) -> Command {
        let path = std::env::var("PATH").expect("a path");
        command.env("PATH", format!("{}:{path}", self.stand.join("bin").display()));
        command
    }

    /// The folder holds this file and no other.
    #[track_caller]
    fn holds(&self, name: &str) {
        let installed = fs::read(self.installed()).expect("an installed file");
        assert_eq!(installed, fs::read(self.file(name)).expect("a file"), "the installed file is not {name}");
        assert_eq!(self.files().len(), 1, "{:?}", self.files());
    }

    #[track_caller]
    fn is_empty(&self) {
        assert_eq!(self.files(), Vec::<PathBuf>::new(), "files were left");
    }

    fn files(&self) -> Vec<PathBuf> {
        let Ok(folder) = fs::read_dir(&self.folder) else { return Vec::new() };
        folder.map(|entry| entry.expect("an entry").path()).collect()
    }
}

/// Runs it and holds its status, as a shell counts it, and a part of what it says against what is expected.
#[track_caller]
fn expect(status: i32, text: &str, mut command: Command) {
    let output = command.stdin(Stdio::null()).output().expect("a program that runs");
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    let ended = output.status.code().or_else(|| output.status.signal().map(|signal| 128 + signal));
    assert_eq!(ended, Some(status), "{command:?} said: {said}");
    assert!(said.contains(text), "{command:?} does not say {text:?}: {said}");
    let error = OWN_ERRORS.iter().find(|error| said.contains(**error));
    assert_eq!(error, None, "{command:?}: an error of the script itself: {said}");
}

/// As the scripts list the series: `4.0, 4.2 and 4.4`.
fn works_in() -> String {
    let lines = SERIES.lines().filter(|line| !line.starts_with('#'));
    let names: Vec<&str> = lines.filter_map(|line| line.split('\t').next()).collect();
    let (last, others) = names.split_last().expect("a series");
    format!("synfin works in {} and {last}", others.join(", "))
}

#[test]
fn installed_and_removed() {
    let host = Host::new();
    expect(1, "not installed", host.doctor());
    expect(0, "synfin 0.1.0 installed and loaded", host.install("good"));
    host.holds("good");
    expect(0, "All is well", host.doctor());
    expect(0, "version 0.1.0", host.doctor());
    let mut bare = host.doctor();
    bare.env_clear().env("PATH", std::env::var("PATH").expect("a path")).env("HOME", host.stand.join("home"));
    bare.env("STAND", &host.stand).env("TSHARK", host.stand.join("bin/tshark"));
    expect(0, "All is well", bare);
    expect(0, "removed", host.install_with("--uninstall"));
    host.is_empty();
    expect(0, "nothing removed", host.install_with("--uninstall"));
}

/// A profile without the plugin makes Wireshark complain at each start.
#[test]
fn profiles_are_left_and_named() {
    let host = Host::new();
    expect(0, "", host.install("good"));
    let profile = host.stand.join("home/.config/wireshark/profiles/synfin-zh");
    fs::create_dir_all(&profile).expect("a profile");
    expect(0, "its profiles are left: synfin-zh; remove them too", host.install_with("--uninstall"));
    assert!(profile.is_dir(), "the profile is gone unasked");
    let mut remove = host.command(script("profile.sh"));
    remove.arg("--uninstall");
    expect(0, "profiles/synfin-zh", remove);
    expect(0, "synfin was not installed for this user; nothing removed", host.install_with("--uninstall"));
}

#[test]
fn the_packages_file_stays() {
    let host = Host::new();
    fs::create_dir_all(&host.folder).expect("the folder");
    let own = host.stand.join("synfin");
    fs::create_dir(&own).expect("a folder");
    fs::copy(host.file("old"), own.join("synfin.so")).expect("a copy");
    symlink(own.join("synfin.so"), host.installed()).expect("a link");
    expect(1, "Debian package synfin owns", host.install("good"));
    let mut or_use = host.install_with("--or-use");
    or_use.arg(host.file("good"));
    expect(0, "another synfin, 0.0.9, is installed already and is used", or_use);
    assert!(host.installed().is_symlink(), "the package's file was replaced");
}

#[test]
fn an_update_that_does_not_load_is_taken_back() {
    let host = Host::new();
    let mut or_use = host.install_with("--or-use");
    or_use.arg(host.file("good"));
    expect(0, "synfin 0.1.0 installed and loaded", or_use);
    expect(0, "", host.install("old"));
    expect(0, "synfin 0.1.0 installed", host.install("good"));
    host.holds("good");
    for (file, said) in [
        ("other", "compiled for Wireshark version 4.98"),
        ("symbol", "build it again"),
        ("damaged", "damaged or cut off"),
    ] {
        expect(1, said, host.install(file));
        host.holds("good");
    }
}

#[test]
fn the_doctor_says_why() {
    let host = Host::new();
    expect(1, "nothing is installed", host.install("other"));
    host.is_empty();
    host.put("other");
    expect(1, "made for another Wireshark", host.doctor());
    host.put("symbol");
    expect(1, "proto_missing", host.doctor());
    host.put("damaged");
    expect(1, "crashed", host.doctor());
    expect(1, "rm '", host.doctor());
    host.put("good");
    let second = host.folder.join("lifecycle.so");
    fs::copy(host.file("good"), &second).expect("a copy");
    expect(1, "Duplicate protocol", host.doctor());
    fs::remove_file(second).expect("removed");
    let dangling = host.folder.join("libsynfin.so");
    symlink(host.stand.join("gone"), &dangling).expect("a link");
    expect(1, "not there", host.doctor());
    fs::remove_file(dangling).expect("removed");
    let settings = host.stand.join("home/.config/wireshark");
    fs::create_dir_all(&settings).expect("a folder");
    fs::write(settings.join("disabled_protos"), "synfin\n").expect("a file");
    expect(1, "switched off", host.doctor());
}

#[test]
fn a_file_where_the_folder_belongs() {
    let host = Host::new();
    fs::create_dir_all(host.folder.parent().expect("a folder above")).expect("it");
    fs::write(&host.folder, "a file").expect("a file");
    expect(1, "cannot make the folder", host.install("good"));
}

/// A cp that stops half-way is what a full disk looks like; one that is interrupted dies of it.
#[test]
fn copying_stops_half_way() {
    let host = Host::new();
    expect(0, "", host.install("old"));
    for (how, status, said) in [("exit 1", 1, "disk full?"), ("kill -TERM $PPID", 143, "")] {
        let text = format!("#!/bin/sh\nfor last; do :; done\nprintf loads >\"$last\"\n{how}\n");
        write_program(&host.stand.join("bin/cp"), &text);
        expect(status, said, host.with_own_programs(host.install("good")));
        host.holds("old");
    }
}

/// Stopped between writing and renaming. Killed outright, it cannot even tidy up, but what it leaves is no plugin, and the next
/// installation removes it.
#[test]
fn stopped_before_the_renaming() {
    let host = Host::new();
    expect(0, "", host.install("old"));
    let mv = host.stand.join("bin/mv");
    let once = "case $* in *.synfin.*synfin.so) rm -f \"$0\"; kill -TERM $PPID; sleep 1; exit 1 ;; esac";
    write_program(&mv, &format!("#!/bin/sh\n{once}\nexec /bin/mv \"$@\"\n"));
    expect(143, "", host.with_own_programs(host.install("good")));
    host.holds("old");
    write_program(&mv, "#!/bin/sh\nkill -KILL $PPID; exit 1\n");
    expect(137, "", host.with_own_programs(host.install("good")));
    fs::remove_file(mv).expect("removed");
    assert_eq!(fs::read(host.installed()).expect("it is there"), fs::read(host.file("old")).expect("a file"));
    let is_plugin = |file: &&PathBuf| file.extension().is_some_and(|ending| ending == "so");
    assert_eq!(host.files().iter().filter(is_plugin).count(), 1, "a half-written file looks like a plugin");
    expect(0, "All is well", host.doctor());
    expect(0, "synfin 0.1.0 installed", host.install("good"));
    host.holds("good");
}

/// Between renaming and the check that it loads.
#[test]
fn interrupted_before_the_check() {
    for is_update in [true, false] {
        let host = Host::new();
        if is_update {
            expect(0, "", host.install("old"));
        }
        let kill = "case \"$1 $2\" in '-G plugins') kill -TERM \"$(cat \"$STAND/pid\")\" ;; esac";
        let (first, rest) = TSHARK.split_once('\n').expect("lines");
        let interrupting = host.stand.join("bin/interrupting");
        write_program(&interrupting, &format!("{first}\n{kill}\n{rest}"));
        let mut install = host.command("sh");
        install.env("TSHARK", interrupting).args(["-c", "echo $$ >\"$STAND/pid\"; exec \"$@\"", "sh"]);
        install.arg(script("install.sh")).arg(host.file("good"));
        expect(143, "", install);
        if is_update { host.holds("old") } else { host.is_empty() }
    }
}

/// install.sh where a file system of its own is mounted at the plugin folder, with the old file in it. Fails with 99 when
/// that is not what is there afterwards.
fn mounted(host: &Host, size: &str, access: &str, file: &str) -> Command {
    const INSIDE: &str = r#"mount -t tmpfs -o "$1" none "$3" && cp "$STAND/files/old" "$3/synfin.so" || exit 98
        if [ "$2" = ro ]; then mount -o remount,ro "$3"; fi
        folder=$3 status=0
        shift 3
        "$@" || status=$?
        cmp "$STAND/files/old" "$folder/synfin.so" && [ "$(find "$folder" -type f | wc -l)" = 1 ] && exit "$status"; exit 99"#;
    fs::create_dir_all(&host.folder).expect("the folder");
    let mut command = host.command("unshare");
    command.args(["--mount", "sh", "-c", INSIDE, "sh", &format!("size={size}"), access]).arg(&host.folder);
    command.arg(script("install.sh")).arg(host.file(file));
    command
}

/// Real ones where mounting is allowed.
#[test]
fn full_and_read_only_file_systems() {
    let host = Host::new();
    if !can_mount() {
        host.put("old");
        fs::set_permissions(&host.folder, fs::Permissions::from_mode(0o555)).expect("read-only");
        expect(1, "read-only", host.install("good"));
        host.holds("old");
        fs::set_permissions(&host.folder, fs::Permissions::from_mode(0o755)).expect("as before");
        return;
    }
    // The stand-in takes a plugin for what its first words say, however much follows.
    let large = [fs::read(host.file("good")).expect("a file"), vec![0; 400_000]].concat();
    fs::write(host.file("large"), large).expect("a file");
    expect(1, "disk full?", mounted(&host, "256k", "rw", "large"));
    expect(1, "cannot keep a copy", mounted(&host, "8k", "rw", "good"));
    expect(1, "read-only", mounted(&host, "256k", "ro", "good"));
}

#[test]
fn no_tshark_anywhere() {
    const HIDE: &str = r#"for dir in $(echo "$PATH:/usr/local/bin:/usr/bin" | tr : " "); do
        if [ -e "$dir/tshark" ]; then mount --bind /dev/null "$dir/tshark"; fi; done; "$@""#;
    if !can_mount() {
        println!("mounting is not allowed here: not tested");
        return;
    }
    let host = Host::new();
    let mut install = host.command("unshare");
    install.env_remove("TSHARK").args(["--mount", "sh", "-c", HIDE, "sh"]);
    install.arg(script("install.sh")).arg(host.file("good"));
    expect(1, "no tshark found", install);
}

#[test]
fn no_home() {
    let host = Host::new();
    let without = |mut command: Command| {
        command.env_remove("HOME");
        command
    };
    expect(0, "installed and loaded", without(host.install("good")));
    expect(0, "All is well", without(host.doctor()));
}

#[test]
fn a_wireshark_of_another_time() {
    let old = Host::of("3.6.2");
    expect(1, &format!("{} only", works_in()), old.install("good"));
    old.is_empty();
    expect(1, "not in 3.6", old.doctor());
    let new = Host::of("4.98.0");
    expect(1, &format!("{} only", works_in()), new.install("good"));
}

#[test]
fn what_was_named_is_not_there() {
    let host = Host::new();
    let with_no_tshark = |mut command: Command| {
        command.env("TSHARK", host.stand.join("bin/none"));
        command
    };
    expect(1, "does not run", with_no_tshark(host.install("good")));
    expect(1, "does not run", with_no_tshark(host.doctor()));
    expect(1, "build it first", host.install("none"));
    expect(1, "unknown option", host.install_with("--frobnicate"));
}

/// Each with its own folder.
#[test]
fn two_wiresharks_side_by_side() {
    let host = Host::new();
    let second = host.stand.join("second");
    fs::create_dir(&second).expect("a folder");
    let text = TSHARK.replace("version=$(cat \"$STAND/version\")", "version=4.6.1");
    assert_ne!(text, TSHARK, "the stand-in reads its version elsewhere");
    write_program(&second.join("tshark"), &text);
    let both = format!("{}:{}", host.stand.join("bin/tshark").display(), second.join("tshark").display());
    let with_both = |mut command: Command| {
        command.env("TSHARK", &both);
        command
    };
    expect(0, "Wireshark 4.6.1: synfin 0.1.0 installed", with_both(host.install("good")));
    host.holds("good");
    expect(0, "Wireshark 4.6.1", with_both(host.doctor()));
    expect(0, "/4.6/epan/synfin.so", with_both(host.install_with("--uninstall")));
    host.is_empty();
}
