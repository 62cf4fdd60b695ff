//! The command line: what can be asked, and how it is answered.

mod chinese;
mod page;
mod progress;
mod report;
mod turns;
mod work;

use std::env;
use std::io;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use synfin_core::words::language::Language;

use crate::capture::Options;
use crate::input::Source;
use crate::living_connections::Limits;
#[cfg(feature = "parquet")]
use crate::output::Parquet;
use crate::output::{Csv, JsonLines, SegmentLines, SegmentTable, Table};
use crate::streams::Series;
use work::Work;

/// Everything was read and written.
pub const READ: u8 = 0;
/// A capture could not be read, or the output not be written.
pub const FAILED: u8 = 1;
/// A capture ends early or is damaged: what was read of it is written.
pub const CUT: u8 = 3;

/// TCP connections of capture files: how each was opened, how it was closed, and what went wrong.
///
/// Captures are pcap or pcapng, also compressed with gzip or zstd; `-` is the standard input.
#[derive(Parser, Debug)]
#[command(name = "synfin", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// A line for each connection: the connection log.
    Conns(Conns),
    /// A line for each segment, with what is known when it comes.
    Segments(Segments),
    /// One screen on a capture: outcomes, failing servers, causes, slow handshakes.
    Report(Report),
    /// A row for each server, most failures first; those of all captures together.
    Servers(Servers),
}

/// What is read, and how.
#[derive(Args, Debug)]
struct Reading {
    /// Captures to read; `-` is the standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Number the streams as this series of Wireshark does.
    #[arg(long, value_name = "SERIES", default_value_t)]
    wireshark: Series,
    /// Forget nothing: write the connections at the end, in the order in which they began, as tshark does.
    #[arg(long)]
    keep_all: bool,
    /// Seconds of silence after which a connection that is over is written and forgotten.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().over_s, conflicts_with = "keep_all")]
    forget_over: u32,
    /// Seconds of silence after which one is forgotten whose handshake is not complete.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().opening_s, conflicts_with = "keep_all")]
    forget_opening: u32,
    /// Seconds of silence after which any other is forgotten.
    #[arg(long, value_name = "SECONDS", default_value_t = Limits::default().idle_s, conflicts_with = "keep_all")]
    forget_idle: u32,
    /// How many connections are remembered at once: beyond that the next one to be forgotten is forgotten early.
    #[arg(long, value_name = "NUMBER", default_value_t = Limits::default().living, conflicts_with = "keep_all")]
    living: usize,
    /// Keep the X and Y of the handshake for the teardown.
    #[arg(long)]
    no_rebase: bool,
    /// How many captures are read at once; without it, as many as there are processors.
    #[arg(long, value_name = "NUMBER")]
    jobs: Option<usize>,
    #[arg(long, value_enum, help = "The language of sentences and headings [default: auto]")]
    language: Option<LanguageChoice>,
    /// Show no progress on the terminal.
    #[arg(long, short)]
    quiet: bool,
}

impl Reading {
    fn options(&self) -> Options {
        let limits = Limits {
            over_s: self.forget_over,
            opening_s: self.forget_opening,
            idle_s: self.forget_idle,
            living: self.living.max(1),
        };
        Options { series: self.wireshark, rebase: !self.no_rebase, limits: (!self.keep_all).then_some(limits) }
    }

    fn work(&self) -> Work {
        let sources = self.files.iter().map(|file| Source::of(file)).collect();
        Work { sources, options: self.options(), jobs: self.jobs, is_quiet: self.quiet }
    }

    /// That of the system where none was asked for.
    fn language(&self) -> Language {
        self.language.unwrap_or(LanguageChoice::Auto).into()
    }

    /// The one that was asked for by its name.
    fn named_language(&self) -> Option<Language> {
        self.language.filter(|tongue| *tongue != LanguageChoice::Auto).map(Into::into)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum LanguageChoice {
    /// English.
    En,
    /// Chinese.
    Zh,
    /// That of the system, as the plugin's preference synfin.language has it.
    Auto,
}

impl From<LanguageChoice> for Language {
    fn from(tongue: LanguageChoice) -> Language {
        match tongue {
            LanguageChoice::En => Language::English,
            LanguageChoice::Zh => Language::Chinese,
            LanguageChoice::Auto => of_system(),
        }
    }
}

/// The language of the system: the first that synfin speaks of those that its user chose.
fn of_system() -> Language {
    let locale =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| env::var(name).ok().filter(|one| !one.is_empty()));
    // As gettext: LANGUAGE counts for nothing in the locale C.
    if cfg!(unix) && locale.is_none_or(|one| one == "C" || one == "POSIX") {
        return Language::English;
    }
    let spoken = |locale: String| match locale.split('-').next() {
        Some("zh") => Some(Language::Chinese),
        Some("en") => Some(Language::English),
        _ => None,
    };
    sys_locale::get_locales().find_map(spoken).unwrap_or_default()
}

/// How rows are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum Format {
    /// A JSON object a line.
    #[default]
    Jsonl,
    /// Comma-separated values, names in the first line.
    Csv,
    /// Columns for people.
    Table,
}

#[derive(Args, Debug)]
struct Conns {
    #[command(flatten)]
    reading: Reading,
    /// How connections are written.
    #[arg(long, value_enum, default_value_t)]
    format: ConnsFormat,
}

/// How connections are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum ConnsFormat {
    /// A JSON object a line, as `tshark -z synfin,jsonl` writes it.
    #[default]
    Jsonl,
    /// Comma-separated values, names in the first line.
    Csv,
    /// Columns for people.
    Table,
    /// A Parquet file, of one capture.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl Conns {
    fn run(&self) -> io::Result<u8> {
        let (work, language) = (self.reading.work(), self.reading.language());
        match self.format {
            ConnsFormat::Jsonl => work.lines(|out, _| JsonLines::new(out, language)),
            ConnsFormat::Csv => work.lines(|out, number| Csv::new(out, language, number == 0)),
            ConnsFormat::Table => work.lines(|out, number| Table::new(out, language, number == 0)),
            #[cfg(feature = "parquet")]
            ConnsFormat::Parquet if work.sources.len() > 1 => {
                eprintln!("synfin: a Parquet file holds the connections of one capture; name one");
                Ok(FAILED)
            }
            #[cfg(feature = "parquet")]
            ConnsFormat::Parquet => work.lines(|out, _| Parquet::new(out, language)),
        }
    }
}

/// How segments are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
enum SegmentFormat {
    /// A JSON object a line.
    #[default]
    Jsonl,
    /// Columns for people.
    Table,
}

#[derive(Args, Debug)]
struct Segments {
    #[command(flatten)]
    reading: Reading,
    /// How segments are written.
    #[arg(long, value_enum, default_value_t)]
    format: SegmentFormat,
}

impl Segments {
    fn run(&self) -> io::Result<u8> {
        let (work, language) = (self.reading.work(), self.reading.language());
        match self.format {
            SegmentFormat::Jsonl => work.lines(|out, _| SegmentLines::new(out, language)),
            SegmentFormat::Table => work.lines(|out, number| SegmentTable::new(out, language, number == 0)),
        }
    }
}

#[derive(Args, Debug)]
struct Report {
    #[command(flatten)]
    reading: Reading,
    /// One JSON object a capture.
    #[arg(long)]
    json: bool,
    /// Write one page on all captures together, for any browser, without network; it opens in the reader's language.
    #[arg(long, value_name = "FILE.html", conflicts_with = "json")]
    html: Option<PathBuf>,
}

#[derive(Args, Debug)]
struct Servers {
    #[command(flatten)]
    reading: Reading,
    /// How servers are written.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl Arguments {
    /// Those of the command line; a wrong one ends the program. Help is in the language of the system.
    #[must_use]
    pub fn of_command_line() -> Arguments {
        let command = match of_system() {
            Language::English => Arguments::command(),
            Language::Chinese => chinese::help(Arguments::command()),
        };
        Arguments::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit())
    }

    /// Does what was asked, on the standard output. Gives the exit status.
    ///
    /// # Errors
    /// When the output could not be written.
    pub fn run(&self) -> io::Result<u8> {
        match &self.command {
            Command::Conns(conns) => conns.run(),
            Command::Segments(segments) => segments.run(),
            Command::Report(report) => report.run(),
            Command::Servers(servers) => servers.run(),
        }
    }
}
