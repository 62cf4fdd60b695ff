//! `synfin report --html`: the page, and the file that it is written to.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use synfin_core::words::language::Language;

use super::FAILED;
use super::work::Work;
use crate::input::Source;
use crate::page::{Gatherer, PageData, page};

/// Reads all captures, and writes the page on them.
pub fn write(path: &Path, work: &Work, language: Option<Language>) -> io::Result<u8> {
    // Before hours are spent on reading.
    let mut file = match open(path) {
        Ok(file) => file,
        Err(why) => {
            eprintln!("synfin: {} cannot be written: {why}", path.display());
            return Ok(FAILED);
        }
    };
    let all = Mutex::new(PageData::new(work.sources.iter().map(Source::name).collect())?);
    let status = work.lines(|_, number| Gatherer::new(&all, number))?;
    let gathered = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    file.write_all(page(&gathered, language).as_bytes())?;
    // What a longer page that stood there before has left.
    if let (Ok(end), true) = (io::Seek::stream_position(&mut file), file.metadata()?.is_file()) {
        file.set_len(end)?;
    }
    Ok(status)
}

/// Opens the file of the page. One that is there already must be a page, or empty: whoever forgets its name names a capture.
fn open(path: &Path) -> Result<File, String> {
    let say = |error: io::Error| error.to_string();
    if fs::metadata(path).is_ok_and(|known| known.is_file()) {
        let mut start = Vec::new();
        File::open(path).map_err(say)?.take(15).read_to_end(&mut start).map_err(say)?;
        if !start.is_empty() && !start.eq_ignore_ascii_case(b"<!doctype html>") {
            return Err("it exists and is no HTML page; choose another name, or remove it".to_string());
        }
    }
    OpenOptions::new().write(true).create(true).truncate(false).open(path).map_err(say)
}
