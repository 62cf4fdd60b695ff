//! The plugin for Windows and the one for Linux, each in the stand-in of one series.

use std::path::PathBuf;

use anyhow::Result;
use xshell::{Cmd, cmd};

use super::super::captures;
use super::super::checks::Checks;
use super::Test;
use super::stand_in::Compiler;
use crate::series::Series;

/// All that there is to be printed of a capture.
const STATISTICS: [&str; 12] = [
    "-z",
    "synfin,jsonl",
    "-z",
    "synfin,tree",
    "-z",
    "synfin,conn",
    "-z",
    "synfin,servers",
    "-z",
    "synfin,report",
    "-z",
    "flow,synfin",
];
const FIELDS: [&str; 8] =
    ["-e", "synfin.step", "-e", "synfin.conn.explain", "-e", "synfin.reset.cause", "-e", "synfin.expert.refused"];

/// Wiresharks that the plugin does not know.
const OTHERS: [&str; 7] = ["3.6", "4.1", "4.3", "4.5", "4.7", "4.8", "5.0"];

/// A name with characters of another alphabet, and a space.
const NAMED: &str = "synfin 插件.dll";

/// A word of Chinese: "number".
const NUMBER: &str = "编号";

/// The stand-in of one series, and what is run in it.
pub struct Run<'a> {
    test: &'a Test<'a>,
    compiler: &'a Compiler<'a>,
    series: &'a Series,
    /// The stand-in for Linux.
    linux: PathBuf,
    /// The folder of the one for Windows.
    folder: PathBuf,
    /// The plugin in it, as Windows calls it.
    dll: String,
}

/// What a program printed.
struct Said {
    status: i32,
    out: Vec<u8>,
    /// With ends of lines as on Linux.
    err: String,
}

impl Said {
    fn of(command: Cmd) -> Result<Said> {
        let output = command.quiet().ignore_status().output()?;
        let err = String::from_utf8_lossy(&output.stderr).replace('\r', "");
        Ok(Said { status: output.status.code().unwrap_or(-1), out: output.stdout, err })
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }
}

impl<'a> Run<'a> {
    /// Compiles the stand-in.
    pub fn new(test: &'a Test<'a>, compiler: &'a Compiler<'a>, series: &'a Series) -> Result<Run<'a>> {
        let folder = test.work.join(format!("{} Прöбе 测试", series.number));
        let linux = compiler.for_linux(series.number)?;
        compiler.for_windows(series.number, &folder, None)?;
        for name in [NAMED, "synfin.dll"] {
            test.sh.copy_file(&test.dll, folder.join(name))?;
        }
        let dll = format!("{}\\{NAMED}", test.wine.path(test.sh, &folder)?);
        Ok(Run { test, compiler, series, linux, folder, dll })
    }

    /// Everything; answers what was printed of all captures.
    pub fn all(&self, checks: &mut Checks) -> Result<String> {
        let sh = self.test.sh;
        let named = sh.create_dir(self.folder.join("捕获"))?;
        let mut files = Vec::new();
        for capture in captures(sh)? {
            sh.copy_file(&capture, &named)?;
            files.push(named.join(capture.file_name().unwrap_or_default()));
        }
        // All captures in one process: each after the first is a file that is opened after another.
        let arguments = ["-G"].iter().chain(&STATISTICS).chain(&FIELDS).map(PathBuf::from).chain(files);
        let said = self.both(checks, "all captures", &arguments.collect::<Vec<_>>())?;
        let printed = said.text();
        let stays = printed.lines().filter(|line| line.starts_with("== the end: unloaded, the plugin is still there"));
        checks.same(&self.title("the plugin stays loaded"), "1", &stays.count().to_string());
        self.negative_control(checks)?;
        self.preferences(checks)?;
        self.languages(checks)?;
        self.declined(checks)?;
        match self.series.number {
            "4.0" => {
                self.missing(checks, &["proto_tree_add_uint", "epan_get_version_number", "wmem_alloc", "prefs"])?
            }
            "4.6" => self.missing(checks, &["tap_queue_packet", "find_conversation_strat"])?,
            _ => {}
        }
        Ok(printed)
    }

    fn title(&self, words: &str) -> String {
        format!("{}: {words}", self.series.number)
    }

    /// The plugin for Linux.
    fn linux(&self) -> Cmd<'a> {
        let (program, plugin) = (&self.linux, &self.test.plugin);
        cmd!(self.test.sh, "{program} {plugin}")
    }

    /// A plugin for Windows that lies in the folder. Wireshark's own paths are absolute; wine takes Linux's for the captures, and
    /// makes Windows' of them.
    fn windows(&self, dll: &str) -> Cmd<'a> {
        self.test.wine.run_in(self.test.sh, &self.folder).arg("program.exe").arg(dll)
    }

    /// The two print the same, and say the same besides; answers what Windows' said.
    fn both(&self, checks: &mut Checks, title: &str, arguments: &[PathBuf]) -> Result<Said> {
        let title = self.title(title);
        let linux = Said::of(self.linux().args(arguments))?;
        let windows = Said::of(self.windows(&self.dll).args(arguments))?;
        for (system, said) in [("Linux", &linux), ("Windows", &windows)] {
            if said.status != 0 {
                checks.failed(&title, &format!("status {} on {system}", said.status));
            }
        }
        checks.same_output(self.test.sh, &title, &linux.out, &windows.out)?;
        checks.same(&format!("{title}: stderr"), &linux.err, &windows.err);
        Ok(windows)
    }

    /// Linux's facts in Windows' Wireshark: the comparison must notice.
    fn negative_control(&self, checks: &mut Checks) -> Result<()> {
        let (sh, dll, series) = (self.test.sh, &self.test.dll, self.series.number);
        let copy = self.folder.join("linux-facts.dll");
        let made = cmd!(sh, "python3 tests/windows/linux_facts.py {dll} {series} {copy}").quiet().run();
        if made.is_err() {
            checks.failed(&self.title("no copy with Linux's facts"), "");
        }
        let capture = sh.current_dir().join("tests/captures/close_by_client.pcap");
        let linux = Said::of(self.linux().arg(&capture))?;
        let windows = Said::of(self.windows("linux-facts.dll").arg(&capture))?;
        let title = self.title("Linux's facts on Windows are noticed");
        checks.holds(&title, linux.out != windows.out, || "the two print the same".to_string());
        let was_run = windows.text().lines().any(|line| line.starts_with("== close_by_client.pcap: 11 frames"));
        checks.holds(&self.title("and it was run"), was_run, || windows.text());
        Ok(())
    }

    /// The preferences, where statistics and a tree show what they do.
    fn preferences(&self, checks: &mut Checks) -> Result<()> {
        let captures = self.test.sh.current_dir().join("tests/captures");
        let files = ["three_segment_close.pcap", "refused_port.pcap"].map(|name| captures.join(name));
        let mut both = |title: &str, preference: &str, more: &[&str]| {
            let arguments =
                ["-o", preference].into_iter().chain(more.iter().copied()).map(PathBuf::from).chain(files.clone());
            self.both(checks, title, &arguments.collect::<Vec<_>>())
        };
        both("rebase off", "synfin.rebase:FALSE", &STATISTICS)?;
        both("Info column off", "synfin.info_column:FALSE", &[])?;
        both("Chinese by preference", "synfin.language:zh", &STATISTICS)?;
        let said = both("a language that there is not", "synfin.language:xx", &[])?.err;
        let number = said.lines().filter(|line| line.contains("synfin.language is en, zh or auto")).count();
        checks.same(&self.title("and it says so"), "1", &number.to_string());
        Ok(())
    }

    /// The language of a user whose system speaks it, and of one who has saved it.
    fn languages(&self, checks: &mut Checks) -> Result<()> {
        let (sh, wine) = (self.test.sh, &self.test.wine);
        let language = "zh_CN.UTF-8";
        let linux = self.linux().arg("-G").env("LC_ALL", language);
        let windows = self.windows("synfin.dll").arg("-G").env("LC_ALL", language).env("LOCPATH", &wine.locale);
        self.chinese(checks, "Chinese by the user's language of Windows", linux, windows)?;
        // In a folder with such a name: labels are registered before Wireshark has read the preference.
        sh.write_file(self.folder.join("preferences"), "synfin.language: zh\n")?;
        let saved = "STAND_IN_PREFERENCES";
        let linux = self.linux().arg("-G").env(saved, &self.folder);
        let windows = self.windows("synfin.dll").arg("-G").env(saved, wine.path(sh, &self.folder)?);
        self.chinese(checks, "Chinese by the saved preference", linux, windows)?;
        Ok(sh.remove_path(self.folder.join("preferences"))?)
    }

    /// Both print the same, and it is Chinese.
    fn chinese(&self, checks: &mut Checks, title: &str, linux: Cmd, windows: Cmd) -> Result<()> {
        let title = self.title(title);
        let windows = Said::of(windows)?;
        checks.same_output(self.test.sh, &title, &Said::of(linux)?.out, &windows.out)?;
        let is_chinese = windows.text().contains(NUMBER);
        checks.holds(&format!("{title}, which is Chinese"), is_chinese, || format!("no {NUMBER} in it"));
        Ok(())
    }

    fn declined(&self, checks: &mut Checks) -> Result<()> {
        let command = || self.windows(&self.dll);
        let said = "synfin: -z synfin,jsonl,nonsense: the stand-in has no filters";
        let filtered = command().args(["-z", "synfin,jsonl,nonsense"]);
        self.declines(checks, "a filter that cannot be read", filtered, 1, said)?;
        for other in OTHERS {
            let title = format!("in Wireshark {other}");
            let said = "The plugin was compiled for Wireshark version 4.";
            self.declines(checks, &title, command().args(["--as", other]), 2, said)?;
        }
        Ok(())
    }

    /// It ends with this status, and says this in one line.
    fn declines(&self, checks: &mut Checks, title: &str, command: Cmd, status: i32, text: &str) -> Result<()> {
        let title = self.title(title);
        let said = Said::of(command)?;
        checks.same(&format!("{title}: status"), &status.to_string(), &said.status.to_string());
        let said = said.text().replace('\r', "") + &said.err;
        checks.holds(&format!("{title}: what it says"), said.contains(text), || said.clone());
        let lines = said.trim_end().lines().filter(|line| !line.starts_with("stand-in: "));
        checks.same(&format!("{title}: lines"), "1", &lines.count().to_string());
        Ok(())
    }

    /// One function less at a time: those that each library has, a variable and an optional one.
    fn missing(&self, checks: &mut Checks, names: &[&str]) -> Result<()> {
        let sh = self.test.sh;
        for name in names {
            let folder = self.test.work.join("lacking");
            sh.remove_path(&folder)?;
            self.compiler.for_windows(self.series.number, &folder, Some(name))?;
            sh.copy_file(&self.test.dll, folder.join("synfin.dll"))?;
            let command = self.test.wine.run_in(sh, &folder).args(["program.exe", "synfin.dll"]);
            let said = format!("synfin: this Wireshark lacks the function {name}: not registered.");
            self.declines(checks, &format!("without {name}"), command, 70, &said)?;
        }
        Ok(())
    }
}
