//! The captures at hand: those in tests/captures, and those in the folder that SYNFIN_CAPTURES names.

use std::path::PathBuf;

/// The folder of captures that are not the repository's own.
pub fn more() -> Option<PathBuf> {
    std::env::var_os("SYNFIN_CAPTURES").map(PathBuf::from)
}

/// All of them, in order.
pub fn all() -> Vec<PathBuf> {
    let mut folders = vec![PathBuf::from("tests/captures")];
    folders.extend(more());
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let paths = entries.map(|entry| entry.expect("a readable folder").path());
        files
            .extend(paths.filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().contains(".pcap"))));
    }
    files.sort();
    assert!(files.len() >= 70, "only {} captures", files.len());
    files
}
