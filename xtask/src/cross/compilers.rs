//! A compiler and a linker for each system, under one name each.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use anyhow::Result;
use xshell::{Shell, cmd};

use super::{TARGETS, Tools};
use crate::tools::place;

/// The linker's for a target. Which program it is says who builds.
const LINK: &str = r#"#!/bin/sh
SYNFIN_LINK=NAME exec "$SYNFIN_LINKER" "$@"
"#;

/// zig as the C compiler for a target. Its own checks of undefined behaviour want a library of its own.
const ZIG: &str = r#"#!/bin/sh
cross=${0%/*}/..
ZIG_GLOBAL_CACHE_DIR="$cross/zig-cache" ZIG_LOCAL_CACHE_DIR="$cross/zig-cache"
export ZIG_GLOBAL_CACHE_DIR ZIG_LOCAL_CACHE_DIR
# The system is named here, in zig's words; the others' words for it are dropped.
for argument; do
    shift
    case $argument in
        --target=* | -mmacosx-version-min=* | -mmacos-version-min=*) continue ;;
    esac
    set -- "$@" "$argument"
done
exec "$cross/zig/ziglang/zig" cc -target TARGET -fno-sanitize=all "$@"
"#;

/// mingw-w64's programs, which rustc asks for by the names that they have for another C library.
const MINGW: [(&str, &str); 2] = [
    ("cc-windows-x86_64", "x86_64-w64-mingw32ucrt-gcc"),
    ("x86_64-w64-mingw32-dlltool", "x86_64-w64-mingw32ucrt-dlltool"),
];

/// lld takes no stub that names kinds of processor which it does not know.
const UNKNOWN: [&str; 3] = [
    "s/arm64e-macos/arm64-macos/g",
    r"s/,\{0,1\} *arm64e[.a-z0-9]*-mac[a-z]*//g",
    r"s/,\{0,1\} *[a-z0-9_]*-maccatalyst//g",
];

/// Writes them.
pub fn make(sh: &Shell, tools: &Tools) -> Result<()> {
    let bin = sh.create_dir(tools.folder.join("bin"))?;
    let zig = tools.folder.join("zig/ziglang");
    fs::set_permissions(zig.join("zig"), fs::Permissions::from_mode(0o755))?;
    for target in &TARGETS {
        let name = target.name;
        place(&bin.join(format!("link-{name}")), LINK.replace("NAME", name).as_bytes())?;
        if let Some(called) = target.zig {
            place(&bin.join(format!("cc-{name}")), ZIG.replace("TARGET", called).as_bytes())?;
        }
    }
    for (name, program) in MINGW {
        place(&bin.join(name), format!("#!/bin/sh\nexec {program} \"$@\"\n").as_bytes())?;
    }
    // Names of libSystem's symbols, to link against.
    let known = UNKNOWN.iter().flat_map(|change| ["-e", change]);
    let stub = zig.join("lib/libc/darwin/libSystem.tbd");
    let stub = cmd!(sh, "sed {known...} {stub}").quiet().output()?;
    Ok(sh.write_file(tools.folder.join("macos/usr/lib/libSystem.tbd"), stub.stdout)?)
}
