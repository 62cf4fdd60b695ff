//! The stand-in for Wireshark (tests/windows), compiled with the headers of a series.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use xshell::{Cmd, Shell, cmd};

use crate::cross::Tools;

/// What it uses of glib.
const GLIB: [&str; 9] = [
    "g_malloc",
    "g_malloc0",
    "g_realloc",
    "g_free",
    "g_strdup",
    "g_strconcat",
    "g_getenv",
    "g_string_new",
    "g_string_free",
];

/// The libraries of a real glib.
const GLIB_FILES: [&str; 3] = ["glib-2.0-0.dll", "intl-8.dll", "pcre2-8-0.dll"];

/// What its libwsutil exports.
const WSUTIL: [&str; 4] = ["get_persconffile_path", "pool_bytes", "pool_clear", "pool_text"];

/// What its libwireshark exports besides what the headers say to be exported: that of the flow graphs' header, which is not
/// installed.
const WIRESHARK: [&str; 4] =
    ["stand_in_main", "register_seq_analysis", "sequence_analysis_find_by_name", "sequence_analysis_get_packet_func"];

/// The files of its libwireshark.
const SOURCES: [&str; 7] = ["columns", "main", "packets", "registry", "statistics", "taps", "tree"];

/// mingw-w64's programs.
const GCC: &str = "x86_64-w64-mingw32ucrt-gcc";
const DLLTOOL: &str = "x86_64-w64-mingw32ucrt-dlltool";

/// Compiles it.
pub struct Compiler<'a> {
    sh: &'a Shell,
    tools: &'a Tools,
    work: &'a Path,
    /// wine has no random numbers where Rust's standard library looks for them.
    wants_random: bool,
}

impl<'a> Compiler<'a> {
    /// With files of its own in a folder.
    pub fn new(sh: &'a Shell, tools: &'a Tools, work: &'a Path) -> Result<Compiler<'a>> {
        // The structs that the IP dissectors hand on: their header is in no bundle.
        let installed = cmd!(sh, "pkg-config --variable=includedir wireshark").quiet().read()?;
        let header = sh.read_file(Path::new(&installed).join("wireshark/epan/dissectors/packet-ip.h"))?;
        sh.write_file(work.join("packet-ip.h"), format!("#include <epan/packet.h>\n{}", structs(&header)))?;
        let own = cmd!(sh, "find /usr/lib -path */wine/* -name bcryptprimitives.dll").quiet().ignore_stderr();
        Ok(Compiler { sh, tools, work, wants_random: own.ignore_status().read()?.is_empty() })
    }

    /// A program for this machine.
    pub fn for_linux(&self, series: &str) -> Result<PathBuf> {
        let sh = self.sh;
        let program = self.work.join(format!("host-{series}"));
        let glib = cmd!(sh, "pkg-config --libs glib-2.0").quiet().read()?;
        let sources = sh.read_dir("tests/windows")?;
        let sources = sources.iter().filter(|file| file.extension().is_some_and(|ending| ending == "c"));
        let command = self.flags(cmd!(sh, "cc").quiet(), "linux", series);
        let command = command.args(sources).arg("-o").arg(&program).arg("-rdynamic");
        command.args(glib.split_whitespace()).arg("-ldl").run()?;
        Ok(program)
    }

    /// program.exe and its libraries, in a folder. Of the function that it lacks, if any, another name is exported.
    pub fn for_windows(&self, series: &str, folder: &Path, lacking: Option<&str>) -> Result<()> {
        self.build(series, folder, lacking)
            .with_context(|| format!("the stand-in of {series} for Windows does not compile"))
    }

    fn build(&self, series: &str, folder: &Path, lacking: Option<&str>) -> Result<()> {
        let sh = self.sh;
        let lib = self.work.join("lib");
        sh.remove_path(&lib)?;
        sh.create_dir(&lib)?;
        sh.create_dir(folder)?;
        let definitions = |name: &str, library: &str, exported: &[&str]| {
            let file = lib.join(format!("{name}.def"));
            let exported = exported.join("\n");
            sh.write_file(&file, format!("LIBRARY \"{library}\"\nEXPORTS\n{exported}\n"))?;
            anyhow::Ok(file)
        };
        let import = |name: &str| lib.join(format!("lib{name}.a"));
        let making = |name: &str| format!("-Wl,--out-implib,{}", import(name).display());
        let compile = || {
            let lacking = lacking.map(|name| format!("-D{name}=lacking_{name}"));
            self.flags(self.tools.inside(sh, GCC).args(lacking), "windows", series)
        };

        let glib = definitions("glib", "glib-2.0-0.dll", &GLIB)?;
        self.tools.inside(sh, DLLTOOL).arg("-d").arg(glib).arg("-l").arg(import("glib")).run()?;
        let wsutil = definitions("wsutil", "libwsutil.dll", &WSUTIL)?;
        let library = compile().args(["-shared", "tests/windows/wsutil.c"]).arg(wsutil).arg(making("wsutil"));
        library.arg("-o").arg(folder.join("libwsutil.dll")).arg("-static-libgcc").arg(import("glib")).run()?;
        let wireshark = definitions("wireshark", "libwireshark.dll", &WIRESHARK)?;
        let sources = SOURCES.map(|name| format!("tests/windows/{name}.c"));
        let library = compile().arg("-shared").args(sources).arg(wireshark).arg(making("wireshark"));
        let library = library.arg("-o").arg(folder.join("libwireshark.dll")).arg("-static-libgcc");
        library.arg(import("wsutil")).arg(import("glib")).run()?;
        let program = compile().arg("tests/windows/program.c").arg("-o").arg(folder.join("program.exe"));
        program.arg("-static-libgcc").arg(import("wireshark")).arg("-lshell32").run()?;
        if self.wants_random {
            let library = self.plain(&["-shared", "tests/windows/wine/prng.c"]).arg("-o");
            library.arg(folder.join("bcryptprimitives.dll")).args(["-static-libgcc", "-ladvapi32"]).run()?;
        }
        self.copy_glib(folder)
    }

    /// tests/windows/wine/tshark.c, which answers as tshark.exe does.
    pub fn tshark(&self, program: &Path) -> Result<()> {
        let command = self.plain(&["tests/windows/wine/tshark.c", "-o"]).arg(program).arg("-static-libgcc");
        command.run().context("tests/windows/wine/tshark.c does not compile")
    }

    /// For Windows, without Wireshark's headers.
    fn plain(&self, arguments: &[&str]) -> Cmd<'a> {
        self.tools.inside(self.sh, GCC).args(["-O1", "-Wall", "-Wextra", "-Werror"]).args(arguments)
    }

    fn flags(&self, command: Cmd<'a>, system: &str, series: &str) -> Cmd<'a> {
        let own = format!("-I{}", self.work.display());
        let headers = self.tools.headers(system, series).join("usr/include/wireshark");
        let flags = ["-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror", "-DWS_BUILD_DLL", "-Itests/windows", &own];
        command.args(flags).arg("-isystem").arg(headers)
    }

    fn copy_glib(&self, folder: &Path) -> Result<()> {
        let (sh, from) = (self.sh, self.tools.folder.join("glib-windows"));
        for name in GLIB_FILES {
            let found = cmd!(sh, "find {from} -name {name}").quiet().read()?;
            let file = found.lines().next().with_context(|| format!("glib for Windows has no {name}"))?;
            sh.copy_file(file, folder)?;
        }
        Ok(())
    }
}

/// The structs of packet-ip.h: from `typedef struct _ws_ip4 {` to `} ws_ip4;`, and so of IPv6.
fn structs(header: &str) -> String {
    let mut is_inside = false;
    let mut text = String::new();
    for line in header.lines() {
        is_inside |= ["4", "6"].iter().any(|version| line.starts_with(&format!("typedef struct _ws_ip{version}")));
        if is_inside {
            text.push_str(line);
            text.push('\n');
        }
        is_inside &= !["} ws_ip4;", "} ws_ip6;"].iter().any(|end| line.starts_with(end));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_structs_are_cut_out() {
        let header = "#include <x.h>\ntypedef struct _ws_ip4 {\n    int a;\n} ws_ip4;\nint f(void);\ntypedef struct _ws_ip6 {\n} ws_ip6;\n\n";
        assert_eq!(
            structs(header),
            "typedef struct _ws_ip4 {\n    int a;\n} ws_ip4;\ntypedef struct _ws_ip6 {\n} ws_ip6;\n"
        );
    }
}
