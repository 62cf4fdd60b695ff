//! Libraries that are loaded into tshark with `LD_PRELOAD`. They are compiled with this machine's headers of Wireshark, so they
//! fit this machine's tshark alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::tshark::series;

fn pkg_config(what: &str) -> String {
    let output = Command::new("pkg-config").args([what, "wireshark"]).output().expect("pkg-config runs");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Whether the headers are those of the tshark under test.
pub fn fits() -> bool {
    let fits = pkg_config("--modversion").split('.').take(2).collect::<Vec<_>>().join(".") == series();
    if !fits {
        println!("no headers of Wireshark {} here", series());
    }
    fits
}

/// Compiles a source file into this folder, and says where the library is.
pub fn compile(source: &str, folder: &Path) -> PathBuf {
    let library = folder.join("preload.so");
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o"])
        .arg(&library)
        .arg(source)
        .args(pkg_config("--cflags").split_whitespace())
        .arg("-ldl")
        .status();
    assert!(made.expect("cc runs").success(), "{source} does not compile");
    library
}
