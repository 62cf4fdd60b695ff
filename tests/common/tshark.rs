//! The third reader of scripts: captures through the real tshark with the plugin in it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use synfin_core::words::experts::EXPERTS;
use synfin_core::words::fields::FIELDS;

use super::core::{self, Fields, Passes, short};
use super::packets::{self, Packet, Wrap};
use super::play::verify;
use super::script::{self, ISNS, Script};

/// The program under test.
pub fn program() -> String {
    std::env::var("SYNFIN_TSHARK").unwrap_or_else(|_| "tshark".to_string())
}

/// A private home, so that nobody's preferences and profiles count.
fn home() -> &'static Path {
    static HOME: OnceLock<tempfile::TempDir> = OnceLock::new();
    HOME.get_or_init(|| tempfile::tempdir().expect("a temporary folder")).path()
}

fn run_program(arguments: &[&str]) -> Output {
    run_with(home(), C_LOCALE, arguments)
}

/// Variables for the locale.
pub type Locale = [(&'static str, &'static str)];

const C_LOCALE: &Locale = &[("LC_ALL", "C.UTF-8")];

/// Runs it with this home, configuration folders below it, and these variables for the locale and no others.
fn run_with(home: &Path, locale: &Locale, arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).env("HOME", home).env("TZ", "UTC");
    for variable in ["XDG_CONFIG_HOME", "WIRESHARK_CONFIG_DIR", "WIRESHARK_DATA_DIR"] {
        command.env_remove(variable);
    }
    for variable in ["LC_ALL", "LC_CTYPE", "LC_MESSAGES", "LANGUAGE", "LANG"] {
        command.env_remove(variable);
    }
    command.envs(locale.iter().copied());
    command.output().unwrap_or_else(|error| panic!("{} does not run ({error}): make setup", program()))
}

/// Wireshark's series, `4.0`; fails when the plugin is not loaded.
pub fn series() -> &'static str {
    static SERIES: OnceLock<String> = OnceLock::new();
    SERIES.get_or_init(|| {
        let plugins = run_program(&["-G", "plugins"]);
        let listed = String::from_utf8_lossy(&plugins.stdout).lines().any(|line| line.starts_with("synfin"));
        assert!(listed, "tshark does not load synfin: make install");
        let version = String::from_utf8_lossy(&run_program(&["--version"]).stdout).into_owned();
        let number = version.split_whitespace().find(|word| word.starts_with(char::is_numeric)).expect("a version");
        number.split('.').take(2).collect::<Vec<_>>().join(".")
    })
}

/// Whether Wireshark splits streams as 4.4 and later do.
pub fn splits_more() -> bool {
    series() != "4.0"
}

/// What stays of stderr without the warning that root gets.
fn complaints(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let lines = text.lines().filter(|line| !line.starts_with("Running as user") && !line.trim().is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// What tshark prints; fails when it fails or complains.
pub fn tshark(arguments: &[&str]) -> String {
    tshark_with(home(), C_LOCALE, arguments)
}

/// The same with these variables for the locale.
pub fn tshark_in(locale: &Locale, arguments: &[&str]) -> String {
    tshark_with(home(), locale, arguments)
}

/// The same with another home, and with configuration folders below that.
fn tshark_at(home: &Path, arguments: &[&str]) -> String {
    tshark_with(home, C_LOCALE, arguments)
}

fn tshark_with(home: &Path, locale: &Locale, arguments: &[&str]) -> String {
    series();
    let output = run_with(home, locale, arguments);
    let complaints = complaints(&output);
    assert!(output.status.success() && complaints.is_empty(), "tshark {arguments:?}: {}: {complaints}", output.status);
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What tshark prints for a capture.
pub fn read(file: &Path, arguments: &[&str]) -> String {
    read_at(home(), file, arguments)
}

/// The same with a home that has profiles.
pub fn read_at(home: &Path, file: &Path, arguments: &[&str]) -> String {
    let mut all = vec!["-r", file.to_str().expect("UTF-8")];
    all.extend(arguments);
    tshark_at(home, &all)
}

/// A capture file of its own in a folder that goes away at the end.
pub struct Capture {
    _folder: tempfile::TempDir,
    pub path: PathBuf,
}

impl Capture {
    pub fn new(link: pcap_file::DataLink, packets: &[Packet]) -> Capture {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("capture.pcap");
        packets::write(&path, link, packets);
        Capture { _folder: folder, path }
    }

    /// Over Ethernet and IPv4.
    pub fn plain(packets: &[Packet]) -> Capture {
        Capture::new(pcap_file::DataLink::ETHERNET, packets)
    }

    /// A script over Ethernet and IPv4.
    pub fn script(text: &str) -> Capture {
        Capture::plain(&script_packets(text, Wrap::Ipv4))
    }
}

/// The packets of a script with the picture's initial numbers.
pub fn script_packets(text: &str, wrap: Wrap) -> Vec<Packet> {
    script::parse(text, ISNS[0]).rows.iter().map(|row| wrap.packet(&row.wire)).collect()
}

/// One line of `-T fields`: columns by name, each with all its values.
pub type Line = std::collections::BTreeMap<String, Vec<String>>;

const VALUES: char = '\u{1f}';

/// `-T fields` with these names; `more` are further arguments. One line a frame that passes.
pub fn fields(file: &Path, names: &[&str], more: &[&str]) -> Vec<Line> {
    let aggregator = format!("aggregator={VALUES}");
    let mut arguments = vec!["-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", &aggregator];
    arguments.extend(more);
    for name in names {
        arguments.extend(["-e", name]);
    }
    let printed = read(file, &arguments);
    let line = |line: &str| {
        let columns = line.split('\t').zip(names);
        let filled = columns.filter(|(column, _)| !column.is_empty());
        filled.map(|(column, name)| ((*name).to_string(), column.split(VALUES).map(boolean).collect())).collect()
    };
    printed.lines().map(line).collect()
}

/// 4.0 prints 1 for a true boolean, later ones `True`.
fn boolean(value: &str) -> String {
    if value == "True" { "1".to_string() } else { value.to_string() }
}

/// The names of all fields and experts.
pub fn all_names() -> Vec<&'static str> {
    FIELDS.iter().map(|field| field.name).chain(EXPERTS.iter().map(|expert| expert.name)).collect()
}

/// The names of the fields that depend on the past alone (SPEC section 10).
pub fn segment_names() -> Vec<&'static str> {
    let names = FIELDS.iter().filter(|field| field.is_of_segment()).map(|field| field.name);
    // Known, or known whole, from the second pass on.
    names.filter(|name| !matches!(short(name).as_str(), "reset.ignored" | "reset.remark" | "conn.last")).collect()
}

/// What synfin shows of each frame, and the stream of each.
pub fn annotations(file: &Path, more: &[&str]) -> Vec<(String, Fields)> {
    let mut names = all_names();
    names.push("tcp.stream");
    let lines = fields(file, &names, more);
    let convert = |mut line: Line| {
        let stream = line.remove("tcp.stream").map(|values| values.join(",")).unwrap_or_default();
        // Experts are FT_NONE and print their text or nothing; what counts is that they are there.
        let value = |(name, values): (String, Vec<String>)| {
            let values = if name.starts_with("synfin.expert.") { vec!["1".to_string()] } else { values };
            (short(&name), values)
        };
        (stream, line.into_iter().map(value).collect())
    };
    lines.into_iter().map(convert).collect()
}

/// Plays scripts through tshark, all in one capture, and holds what it shows against the scripts and the core.
pub fn play_all(scripts: &[(&str, &str)]) {
    // One set of numbers at the wrap: the core has played all of them.
    let isns = ISNS[2];
    let mut parts: Vec<(&str, Script, usize)> = Vec::new();
    let mut all = Vec::new();
    for (number, (name, text)) in scripts.iter().enumerate() {
        let mut script = script::parse(text, isns);
        if script.core_only {
            continue;
        }
        for row in &mut script.rows {
            // Each script has networks of its own by its link: hosts and ports stay what the script says.
            row.wire.at_ns = row.wire.at_ns.map(|at| at + number as i64 * 100_000_000_000);
        }
        parts.push((name, script, all.len()));
        let rows = &parts.last().expect("just pushed").1.rows;
        all.extend(rows.iter().map(|row| (number, row.wire.clone())));
    }
    assert!(!all.is_empty(), "nothing to play");
    let packets: Vec<Packet> = all
        .iter()
        .map(|(number, wire)| {
            // An address a script keeps all its streams apart from other scripts'.
            let mut ends = packets::Ends::of(wire);
            ends.source = own_address(ends.source, *number);
            ends.destination = own_address(ends.destination, *number);
            let bytes = packets::ethernet(0x0800, &packets::ipv4_segment(ends, wire));
            packets::packet(wire.at_ns.expect("packets have times"), bytes)
        })
        .collect();
    let capture = Capture::plain(&packets);
    let first = annotations(&capture.path, &[]);
    let last = annotations(&capture.path, &["-2"]);
    assert_eq!((first.len(), last.len()), (packets.len(), packets.len()), "a line a frame");
    let mut compared = 0;
    for (name, script, start) in &parts {
        let range = *start..*start + script.rows.len();
        let streams: BTreeSet<&String> = last[range.clone()].iter().map(|(stream, _)| stream).collect();
        if streams.len() > 1 {
            assert!(script.splits, "{name}: Wireshark {} makes {} streams of it", series(), streams.len());
            continue;
        }
        let number = all[*start].0;
        let expected = core::read(script, u32::try_from(start + 1).unwrap());
        // What tshark shows has no label or suffix here, and this script's addresses.
        let plain = |mut fields: Fields| {
            fields.retain(|field, _| {
                !field.starts_with('(')
                    && !matches!(field.as_str(), "conn.community_id" | "conn.previous" | "conn.start")
            });
            for field in ["conn.client", "conn.server", "conn.explain"] {
                for value in fields.get_mut(field).into_iter().flatten() {
                    *value = value.replace(&format!("10.0.{number}."), "10.0.0.");
                }
            }
            fields
        };
        let seen = Passes {
            first: first[range.clone()].iter().map(|(_, fields)| plain(fields.clone())).collect(),
            last: last[range].iter().map(|(_, fields)| plain(fields.clone())).collect(),
        };
        verify(&format!("{name} in tshark {}", series()), script, &seen, u32::try_from(start + 1).unwrap());
        for (index, row) in script.rows.iter().enumerate() {
            assert_eq!(seen.first[index], plain(expected.first[index].clone()), "{name}, first pass, {}", row.text);
            assert_eq!(seen.last[index], plain(expected.last[index].clone()), "{name}, -2, {}", row.text);
        }
        compared += 1;
    }
    assert!(compared * 2 > parts.len(), "only {compared} of {} scripts were compared", parts.len());
}

fn own_address(address: [u8; 4], number: usize) -> [u8; 4] {
    [10, 0, u8::try_from(number).expect("fewer than 256 scripts in a file"), address[3]]
}
