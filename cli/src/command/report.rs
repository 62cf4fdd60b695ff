//! The commands that sum up: they write when a capture, or all of them, are read.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use synfin_core::view::ConnectionView;
use synfin_core::words::language::Language;
use synfin_core::words::report::Reporter;
use synfin_core::words::servers::{Counter, Server, columns};

use super::turns::Turn;
use super::{Format, Report, Servers};
use crate::capture::Sink;
use crate::output::server_object;

/// One screen on each capture.
struct Screen {
    out: Turn,
    reporter: Reporter,
    language: Language,
    as_json: bool,
    /// What stands above it, where there are several.
    heading: Option<String>,
}

impl Sink for Screen {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        self.reporter.add(connection);
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let report = std::mem::take(&mut self.reporter).finish();
        if self.as_json {
            writeln!(self.out, "{}", report.to_json())?;
        } else {
            if let Some(heading) = &self.heading {
                writeln!(self.out, "{heading}")?;
            }
            let text = report.text(self.language);
            self.out.write_all(text.as_bytes())?;
            if !text.ends_with('\n') {
                writeln!(self.out)?;
            }
        }
        self.out.flush()
    }

    /// Nothing was found because nothing was read: a report would tell people otherwise.
    fn unread(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Report {
    pub(super) fn run(&self) -> io::Result<u8> {
        let work = self.reading.work();
        if let Some(file) = &self.html {
            return super::page::write(file, &work, self.reading.named_language());
        }
        let names: Vec<String> = work.sources.iter().map(crate::input::Source::name).collect();
        work.lines(|out, number| Screen {
            out,
            reporter: Reporter::default(),
            language: self.reading.language(),
            as_json: self.json,
            heading: names.get(number).filter(|_| names.len() > 1).map(|name| format!("== {name}")),
        })
    }
}

/// Counts the servers of all captures.
struct ServerSink<'a>(&'a Mutex<Counter>);

impl Sink for ServerSink<'_> {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(connection);
        Ok(())
    }
}

impl Servers {
    pub(super) fn run(&self) -> io::Result<u8> {
        let counter = Mutex::new(Counter::default());
        let status = self.reading.work().lines(|_, _| ServerSink(&counter))?;
        let servers = counter.into_inner().unwrap_or_else(PoisonError::into_inner).finish();
        let mut out = io::BufWriter::new(io::stdout().lock());
        let headings = columns(self.reading.language());
        match self.format {
            Format::Table => table(&mut out, headings, &servers)?,
            Format::Csv => {
                let mut rows = csv::Writer::from_writer(&mut out);
                rows.write_record(headings)?;
                for server in &servers {
                    rows.write_record(server.texts())?;
                }
                rows.flush()?;
            }
            Format::Jsonl => {
                for server in &servers {
                    writeln!(out, "{}", server_object(server))?;
                }
            }
        }
        out.flush()?;
        Ok(status)
    }
}

/// Columns as wide as their longest cell; numbers to the right.
fn table(out: &mut impl Write, headings: &[&str], servers: &[Server]) -> io::Result<()> {
    let rows: Vec<_> = servers.iter().map(Server::texts).collect();
    let headings: Vec<String> = headings.iter().map(ToString::to_string).collect();
    let all = || std::iter::once(headings.as_slice()).chain(rows.iter().map(<[String; _]>::as_slice));
    let mut widths = vec![0_usize; headings.len()];
    for row in all() {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(console::measure_text_width(cell));
        }
    }
    for row in all() {
        let mut line = String::new();
        for (index, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let side = if index == 0 { console::Alignment::Left } else { console::Alignment::Right };
            line.push_str(&console::pad_str(cell, *width, side, None));
            line.push_str("  ");
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
