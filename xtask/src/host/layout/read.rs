//! The facts of host_facts.h, as the headers of one root have them. They are read from an object file, which is not run.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use xshell::{Cmd, Shell, cmd};

use super::super::{glib, include};
use super::table::{Facts, Number, Rules};
use crate::tools::has;

/// How long a header of TCP without options is, in bytes.
const HEADER: u8 = 20;

/// What one root says.
pub struct Headers {
    /// The series.
    pub number: Number,
    /// `4.0.17`
    pub version: String,
    /// Of which system the headers are.
    pub rules: Rules,
    /// What differs between series or systems.
    pub varying: Facts,
    /// What is the same in all.
    pub common: Facts,
    /// The same of the IP dissectors; nothing where their header is missing.
    pub ip: Facts,
    /// What no header says, where there is a tshark to say it.
    pub measured: Option<u64>,
}

/// A compiler with its options.
struct Compiler {
    words: Vec<String>,
    flags: Vec<String>,
}

/// Reads the headers below a root.
pub fn read(sh: &Shell, root: &Path) -> Result<Headers> {
    let include = include(root)?;
    let system = sh.read_file(root.join("system")).unwrap_or_default();
    let compiler = |words: String| words.split_whitespace().map(str::to_string).collect::<Vec<_>>();
    let mut flags = vec!["-Iplugin-c".to_string(), format!("-I{}", include.display())];
    let (rules, words) = match system.trim() {
        "windows" => (Rules::Windows, compiler(windows_compiler(sh)?)),
        "macos" => (Rules::Unix, compiler(sh.var("MACOS_CC").unwrap_or_else(|_| "cc".to_string()))),
        _ => {
            flags.extend(glib(sh)?);
            (Rules::Unix, vec!["cc".to_string()])
        }
    };
    let compiler = Compiler { words, flags };
    let work = sh.create_temp_dir()?;
    let object = work.path().join("object");
    compiler
        .compile(sh, Path::new("xtask/src/host/layout/facts.c"), &object, "-w")
        .run()
        .with_context(|| format!("the headers below {} do not compile", root.display()))?;
    let object = std::fs::read(object)?;

    let mut varying = facts(&object, "varying");
    for (name, size) in facts(&object, "flag") {
        let (at, mask) = flag(&object, &name, size).with_context(|| format!("no bit of {name} is set"))?;
        varying.push((format!("{name}_at"), at));
        varying.push((format!("{name}_mask"), mask));
    }
    varying.push(("strat_arguments".to_string(), strat_arguments(sh, &compiler, work.path())?));
    let version = facts(&object, "version");
    let [major, minor, micro] = ["major", "minor", "micro"].map(|name| super::value(&version, name));
    let [major, minor, micro] =
        [major, minor, micro].map(|number| number.and_then(|number| u32::try_from(number).ok()));
    let (Some(major), Some(minor), Some(micro)) = (major, minor, micro) else {
        bail!("the headers below {} say no version", root.display());
    };
    let has_tshark = root == Path::new("/") || root.join("usr/bin/tshark").exists();
    Ok(Headers {
        number: Number(major, minor),
        version: format!("{major}.{minor}.{micro}"),
        rules,
        varying,
        common: facts(&object, "common"),
        ip: facts(&object, "ip"),
        measured: has_tshark.then(|| bytes_before_len(sh, root, work.path())).transpose()?,
    })
}

/// The compiler for Windows.
fn windows_compiler(sh: &Shell) -> Result<String> {
    if let Ok(named) = sh.var("WINDOWS_CC")
        && !named.is_empty()
    {
        return Ok(named);
    }
    let has_module = || cmd!(sh, "python3 -c 'import ziglang'").quiet().ignore_stderr().run().is_ok();
    Ok(match () {
        () if has(sh, "x86_64-w64-mingw32-gcc") => "x86_64-w64-mingw32-gcc",
        () if has(sh, "zig") => "zig cc -target x86_64-windows-gnu",
        () if has(sh, "python3") && has_module() => "python3 -m ziglang cc -target x86_64-windows-gnu",
        () => bail!("no compiler for Windows: set WINDOWS_CC, or install gcc-mingw-w64-x86-64 or zig"),
    }
    .to_string())
}

impl Compiler {
    /// The command that makes an object file of a source.
    fn compile<'a>(&self, sh: &'a Shell, source: &Path, object: &Path, warnings: &str) -> Cmd<'a> {
        let (words, flags) = (&self.words, &self.flags);
        cmd!(sh, "env {words...} -std=gnu11 {warnings} -c {flags...} -o {object} {source}").quiet()
    }
}

/// How many arguments find_conversation_strat takes; 0 where there is no such function.
fn strat_arguments(sh: &Shell, compiler: &Compiler, work: &Path) -> Result<u64> {
    let (source, object) = (work.join("strat.c"), work.join("strat.o"));
    for (count, call) in [(3, "(p, t, 0)"), (4, "(p, t, 0, 0)")] {
        let text = format!(
            "#include \"host_facts.h\"\n\
             void *f(packet_info *p, conversation_type t) {{ return find_conversation_strat{call}; }}\n"
        );
        sh.write_file(&source, text)?;
        let tried = compiler.compile(sh, &source, &object, "-Werror=implicit-function-declaration");
        if tried.ignore_stdout().ignore_stderr().run().is_ok() {
            return Ok(count);
        }
    }
    Ok(0)
}

/// Where a text stands in a file, behind it.
fn behind<'a>(file: &'a [u8], text: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let text = text.as_bytes();
    (0..file.len()).filter_map(move |at| file[at..].strip_prefix(text))
}

/// Every `fact KIND NAME 0000000123` in an object file, in its order.
fn facts(object: &[u8], kind: &str) -> Facts {
    let head = format!("fact {kind} ");
    let fact = |rest: &[u8]| {
        let line = std::str::from_utf8(rest.split(|c| *c == b'\n').next()?).ok()?;
        let (name, value) = line.split_once(' ')?;
        Some((name.to_string(), value.parse().ok()?))
    };
    behind(object, &head).filter_map(fact).collect()
}

/// Of a flag: the byte that its bit is in, counted from the start of its struct, and the bit. No other bit is set there.
fn flag(object: &[u8], name: &str, size: u64) -> Option<(u64, u64)> {
    let head = format!("bits {name} ");
    let bits = behind(object, &head).next()?;
    let at = bits.iter().take(usize::try_from(size).ok()?).position(|byte| *byte != 0)?;
    Some((at as u64, u64::from(bits[at])))
}

/// A capture of TCP headers of 20 bytes, of which 1, 2, ... 20 were captured.
fn cut_headers() -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0];
    // An acknowledgment from port 40000 to 80.
    let tcp = [0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x10, 0xff, 0xff, 0, 0, 0, 0];
    for captured in 1..=HEADER {
        // Ethernet has 14 bytes, IPv4 20; each packet is of an address of its own.
        file.extend([0, 0, 0, 0, 0, 0, 0, 0, 34 + captured, 0, 0, 0, 54, 0, 0, 0]);
        file.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0]);
        file.extend([0x45, 0, 0, 40, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 1, captured]);
        file.extend(&tcp[..usize::from(captured)]);
    }
    file
}

/// How many bytes of a header TCP's dissector needs before it gives tcp.len. No header says so: that system's tshark does.
fn bytes_before_len(sh: &Shell, root: &Path, work: &Path) -> Result<u64> {
    let capture = work.join("cut.pcap");
    std::fs::write(&capture, cut_headers())?;
    let enter = (root != Path::new("/")).then(|| ["scripts/chroot-run.sh".as_ref(), root.as_os_str()]);
    let mut words = enter.into_iter().flatten().chain(["tshark".as_ref()]);
    let program = words.next().unwrap_or_default();
    let output = cmd!(sh, "{program} {words...} -r {capture} -T fields -e tcp.len").quiet().ignore_status().output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().last().unwrap_or_default();
    ensure!(output.status.success(), "tshark of {} does not read what it is given: {last}", root.display());
    let given: Vec<bool> = String::from_utf8(output.stdout)?.lines().map(|line| !line.trim().is_empty()).collect();
    first(&given).with_context(|| format!("tshark of {} gives tcp.len where nothing here expects it", root.display()))
}

/// From how many bytes on it is given: from one number on always.
fn first(given: &[bool]) -> Option<u64> {
    let first = given.iter().position(|given| *given)?;
    let is_expected = given.len() == usize::from(HEADER) && given[first..].iter().all(|given| *given);
    is_expected.then_some(first as u64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_stand_in_an_object_file() {
        let object =
            b"\0fact varying pinfo_num 0000000020\n\xfffact flag visited 0000000003\nbits visited \0\x08\0rest";
        assert_eq!(facts(object, "varying"), [("pinfo_num".to_string(), 20)]);
        assert_eq!(facts(object, "common"), []);
        assert_eq!(flag(object, "visited", 3), Some((1, 8)));
        assert_eq!(flag(object, "visited", 1), None);
    }

    #[test]
    fn the_length_is_given_from_one_number_on() {
        let given = |from: usize| (1..=20).map(|bytes| bytes >= from).collect::<Vec<_>>();
        assert_eq!(first(&given(16)), Some(16));
        assert_eq!(first(&given(21)), None);
        let mut gap = given(14);
        gap[17] = false;
        assert_eq!(first(&gap), None);
        assert_eq!(first(&given(14)[..19]), None);
    }

    #[test]
    fn the_capture_has_every_length() {
        let lengths: usize = (1..=20).map(|captured| 16 + 34 + captured).sum();
        assert_eq!(cut_headers().len(), 24 + lengths);
    }
}
