//! The page of `synfin report --html`: a whole HTML document that needs nothing else, lets no capture put code into it, and
//! has bounds. `scripts/test-page.sh` looks at it in a browser.
#![allow(missing_docs)]

#[allow(dead_code)]
mod endless;

use std::collections::HashSet;
use std::fs;
use std::io::Read;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use endless::Endless;
use etherparse::PacketBuilder;
use html5ever::tendril::TendrilSink;
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// No page is larger.
const SIZE_MOST: usize = 2 << 20;

fn capture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/captures").join(name)
}

fn synfin(arguments: &[&str], files: &[&Path]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_synfin")).args(arguments).args(files).output().expect("it runs")
}

fn report(page: &Path, arguments: &[&str], files: &[&Path]) -> Output {
    let page = page.to_str().expect("UTF-8");
    synfin(&[&["report", "--html", page], arguments].concat(), files)
}

/// A page that was read by a parser of HTML.
struct Page {
    text: String,
    elements: Vec<Element>,
}

struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    /// All text in it.
    text: String,
}

impl Element {
    fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn has_class(&self, class: &str) -> bool {
        self.attribute("class").is_some_and(|all| all.split(' ').any(|one| one == class))
    }
}

impl Page {
    /// Of these captures.
    #[track_caller]
    fn of(arguments: &[&str], files: &[&Path]) -> Page {
        let folder = TempDir::new().expect("a temporary folder");
        let file = folder.path().join("page.html");
        let output = report(&file, arguments, files);
        assert_eq!(
            (output.status.code(), output.stderr.as_slice(), output.stdout.as_slice()),
            (Some(0), &b""[..], &b""[..])
        );
        Page::read(fs::read_to_string(&file).expect("a page"))
    }

    /// Reads it, as strictly as a parser of HTML can.
    #[track_caller]
    fn read(text: String) -> Page {
        let tree_builder = TreeBuilderOpts { exact_errors: true, ..TreeBuilderOpts::default() };
        let options = ParseOpts { tree_builder, ..ParseOpts::default() };
        let dom = parse_document(RcDom::default(), options).one(text.as_str());
        assert!(dom.errors.borrow().is_empty(), "{:?}", dom.errors.borrow());
        let mut elements = Vec::new();
        walk(&dom.document, &mut elements);
        assert!(text.len() < SIZE_MOST, "{} bytes", text.len());
        Page { text, elements }
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |element| element.name == name)
    }

    fn with_class<'a>(&'a self, class: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements.iter().filter(move |element| element.has_class(class))
    }

    fn ladders(&self) -> usize {
        self.with_class("ladder").count()
    }
}

fn walk(node: &Handle, elements: &mut Vec<Element>) -> String {
    let mut text = String::new();
    let at = elements.len();
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let attributes = attrs.borrow().iter().map(|one| (one.name.local.to_string(), one.value.to_string())).collect();
        elements.push(Element { name: name.local.to_string(), attributes, text: String::new() });
    }
    if let NodeData::Text { contents } = &node.data {
        text.push_str(&contents.borrow());
    }
    for child in node.children.borrow().iter() {
        text.push_str(&walk(child, elements));
    }
    if let NodeData::Element { .. } = &node.data {
        elements[at].text.clone_from(&text);
    }
    text
}

fn log(file: &Path) -> Vec<Value> {
    let lines = synfin(&["conns", "--keep-all"], &[file]).stdout;
    String::from_utf8(lines).expect("UTF-8").lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// Whether a line of the log is of a failed or reset connection.
fn is_told(line: &Value) -> bool {
    let failed = ["refused", "reset", "half-open", "unreachable", "old-connection", "invalid-answer", "no-answer"];
    let is_one_of = |key: &str, values: &[&str]| values.iter().any(|value| line[key] == **value);
    is_one_of("handshake_outcome", &failed) || is_one_of("teardown_kind", &["reset", "reset-after-fin"])
}

#[test]
fn a_whole_document() {
    let page = Page::of(&[], &[&capture("many_short_connections.pcap"), &capture("filtered_port_icmp.pcap")]);
    for (name, count) in [("h1", 1), ("main", 1), ("title", 1), ("style", 1), ("script", 1), ("fieldset", 1)] {
        assert_eq!(page.named(name).count(), count, "{name}");
    }
    let ids: Vec<&str> = page.elements.iter().filter_map(|element| element.attribute("id")).collect();
    let known: HashSet<&str> = ids.iter().copied().collect();
    assert_eq!(known.len(), ids.len(), "each id once");
    for element in &page.elements {
        let labels = element.attribute("aria-labelledby").into_iter();
        let links = element.attribute("href").map(|link| link.strip_prefix('#').expect("a place on the page"));
        for id in labels.chain(links) {
            assert!(known.contains(id), "{id}");
        }
        for (name, value) in &element.attributes {
            assert!(!name.starts_with("on") && name != "style" && name != "src", "{name}: the policy forbids it");
            assert!(!value.contains("://") || name == "xmlns", "{name}={value}");
        }
        if element.has_class("scroll") {
            assert_eq!(element.attribute("tabindex"), Some("0"), "the keyboard scrolls it");
        }
    }
    // Both languages say each thing.
    let said = |class: &str| page.with_class(class).filter(|one| !one.text.trim().is_empty()).count();
    assert!(said("en") == said("zh") && said("en") > 100, "{} {}", said("en"), said("zh"));
    let is_chinese = |text: &str| text.chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
    assert!(page.with_class("zh").all(|one| is_chinese(&one.text) || one.text.chars().all(|one| !one.is_alphabetic())));
    assert!(page.with_class("en").all(|one| !is_chinese(&one.text)));
    assert!(page.elements.iter().any(|one| one.has_class("icmp") && one.text.contains("prohibited")));
}

/// The browser is told to run this script, apply this style sheet, and do nothing else.
#[test]
fn a_strict_policy() {
    let page = Page::of(&[], &[&capture("refused_port.pcap")]);
    let metas = || page.named("meta").filter(|meta| meta.attribute("http-equiv").is_some());
    assert_eq!(metas().count(), 1);
    let policy = metas().next().and_then(|meta| meta.attribute("content")).expect("a policy");
    let hash = |name: &str| {
        let text = &page.named(name).next().expect("one").text;
        format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
    };
    let expected = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash("style"),
        hash("script")
    );
    assert_eq!(policy, expected);
    assert!(!page.text.contains("innerHTML") && !page.text.contains("@import"));
}

/// The numbers are those of the log.
#[test]
fn the_numbers_of_the_log() {
    for name in ["many_short_connections.pcap", "abort_by_server.pcap", "filtered_port.pcap", "close_by_client.pcap"] {
        let (file, page) = (capture(name), Page::of(&[], &[&capture(name)]));
        let log = log(&file);
        let told: Vec<&Value> = log.iter().filter(|line| is_told(line)).collect();
        assert_eq!(page.ladders(), told.len(), "{name}");
        for line in told {
            let sentence = line["conn_explain"].as_str().expect("a sentence");
            assert!(page.with_class("en").any(|one| one.text == sentence), "{name}: {sentence}");
        }
        let figures: Vec<&str> = page.named("dd").map(|one| one.text.as_str()).collect();
        assert_eq!(figures[0], log.len().to_string(), "{name}");
    }
}

#[test]
fn the_ladder_of_a_refused_connection() {
    let page = Page::of(&[], &[&capture("refused_port.pcap")]);
    let cells: Vec<&str> = page.named("td").map(|cell| cell.text.as_str()).collect();
    let at = cells.iter().position(|cell| *cell == "0.000000").expect("the first segment");
    assert_eq!(cells[at + 1..at + 5], ["SYN-SENT", "Open 1/3 SYN Seq=X▶", "SYN-RECEIVED", "1"]);
    assert_eq!(cells[at + 6..at + 10], ["CLOSED", "RST: refused RST&ACK Ack=X+1◀", "CLOSED", "2"]);
}

/// A name that a browser would take for markup is text.
#[test]
fn hostile_names() {
    let folder = TempDir::new().expect("a temporary folder");
    let names = [
        "<script>alert(1)<",
        "\"onload='alert(1)' x=\"",
        "-->]]><!--<style>*{}<",
        "&lt;img src=x onerror=alert(1)>",
        "\u{202e}lmth.pcap",
    ];
    let files: Vec<PathBuf> = names.iter().map(|name| folder.path().join(name)).collect();
    for file in &files {
        fs::copy(capture("refused_port.pcap"), file).expect("such a name");
    }
    let page = Page::of(&[], &files.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    assert_eq!((page.named("script").count(), page.named("style").count(), page.named("img").count()), (1, 1, 0));
    for name in names {
        assert!(page.with_class("file").any(|one| one.text == name), "{name}: in the table");
        assert!(page.named("bdi").any(|one| one.text == name), "{name}: above a ladder");
    }
    let attributes = page.elements.iter().flat_map(|element| &element.attributes);
    assert!(attributes.into_iter().all(|(name, value)| !name.starts_with("on") && !value.contains("alert")));
}

/// Thousands of failures, of two kinds: two hundred ladders, as many of either kind, and all are counted.
#[test]
fn no_more_than_two_hundred() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("endless.pcap");
    let mut bytes = Vec::new();
    Endless::new(120_000, 5_000).read_to_end(&mut bytes).expect("made");
    fs::write(&file, bytes).expect("room");
    let failed = log(&file).iter().filter(|line| is_told(line)).count();
    assert!(failed > 2_000);
    let page = Page::of(&[], &[&file]);
    assert_eq!(page.ladders(), synfin_cli::page::MOST);
    let thousands = format!("200 of {},{:03} are shown", failed / 1000, failed % 1000);
    assert!(page.text.contains(&thousands), "{thousands}");
    let kinds: Vec<_> = page.with_class("kind").map(|kind| kind.text.matches("Segment").count()).collect();
    assert_eq!(kinds.iter().filter(|count| **count > 90).count(), 2, "{kinds:?}");
}

/// The largest that a page can be: the longest addresses, ladders and names, and more servers than have a row.
#[test]
fn the_largest_page() {
    let folder = TempDir::new().expect("a temporary folder");
    let mut bytes = 0xa1b2_c3d4_u32.to_le_bytes().to_vec();
    bytes.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 101, 0, 0, 0]);
    for number in 0..1_000_u16 {
        let client = Ipv6Addr::new(0x2001, 0xdb8, 0x1111, 0x2222, 0x3333, 0x4444, 0x5555, number + 4096);
        let server = Ipv6Addr::new(0x2001, 0xdb8, 0x1111, 0x2222, 0x3333, 0x4444, 0x6666, number % 300 + 4096);
        for frame in 0..40_u32 {
            let is_to_server = frame != 1;
            let (source, destination) = if is_to_server { (client, server) } else { (server, client) };
            let packet = PacketBuilder::ipv6(source.octets(), destination.octets(), 64);
            let (from, to) = if is_to_server { (50_000 + number, 40_000) } else { (40_000, 50_000 + number) };
            let seq = if is_to_server { 1_000_000_u32.wrapping_add(frame.saturating_sub(1) * 1_000) } else { 7 };
            let packet = packet.tcp(from, to, seq, 65_000);
            let packet = match frame {
                0 => packet.syn(),
                1 => packet.syn().ack(1_000_001),
                39 => packet.rst().ack(8),
                _ => packet.psh().ack(8),
            };
            let payload = if (2..39).contains(&frame) { &[0_u8; 1000][..] } else { &[] };
            let mut octets = Vec::new();
            packet.write(&mut octets, payload).expect("to memory");
            let len = u32::try_from(octets.len()).expect("small");
            for word in [1_700_000_000 + u32::from(number), frame, len, len] {
                bytes.extend(word.to_le_bytes());
            }
            bytes.extend(octets);
        }
    }
    let file = folder.path().join(format!("{}.pcap", "<&>\"".repeat(60)));
    fs::write(&file, &bytes).expect("room");
    // The others are empty.
    let mut files = vec![file];
    for number in 0..99 {
        let other = folder.path().join(format!("{}{number:02}", "<&>\"".repeat(60)));
        fs::write(&other, &bytes[..24]).expect("room");
        files.push(other);
    }
    let page = Page::of(&[], &files.iter().map(PathBuf::as_path).collect::<Vec<_>>());
    assert_eq!(page.ladders(), synfin_cli::page::MOST);
    // The first six frames of a connection and its last eight, with a line for the 26 between them.
    let gaps = page.with_class("gap").filter(|row| row.text.contains("26 more segments")).count();
    assert_eq!(gaps, synfin_cli::page::MOST);
    let ladder = page.elements.iter().skip_while(|one| !one.has_class("ladder")).skip(1);
    let cells = ladder.take_while(|one| one.name != "table").filter(|one| one.name == "td");
    let frames: Vec<u32> = cells.filter_map(|cell| cell.text.parse().ok()).collect();
    assert_eq!(frames, (1..=6).chain(33..=40).map(|frame| frame + frames[0] - 1).collect::<Vec<_>>());
    println!("the largest page: {} bytes", page.text.len());
}

/// Which ladders are kept does not depend on which capture is read first.
#[test]
fn the_same_page_from_any_number_of_threads() {
    let files = ["many_short_connections.pcap", "refused_port.pcap", "abort_by_server.pcap"].map(capture);
    let files: Vec<&Path> = files.iter().cycle().take(12).map(PathBuf::as_path).collect();
    let pages = ["1", "8"].map(|jobs| Page::of(&["--jobs", jobs], &files).text);
    assert!(pages[0] == pages[1]);
    assert!(pages[0].contains("200 of"), "more than have a place");
}

#[test]
fn languages() {
    let opens_in = |arguments: &[&str]| {
        let page = Page::of(arguments, &[&capture("refused_port.pcap")]);
        let checked = page.named("input").find(|input| input.attribute("checked").is_some());
        let root = page.named("html").next().expect("a root");
        let id = checked.and_then(|input| input.attribute("id")).expect("one").to_string();
        (id, root.attribute("lang").expect("a language").to_string(), root.attribute("data-is-chosen").is_some())
    };
    assert_eq!(opens_in(&[]), ("en".to_string(), "en".to_string(), false));
    assert_eq!(opens_in(&["--language", "en"]), ("en".to_string(), "en".to_string(), true));
    assert_eq!(opens_in(&["--language", "zh"]), ("zh".to_string(), "zh-Hans".to_string(), true));
}

#[test]
fn the_file() {
    let folder = TempDir::new().expect("a temporary folder");
    let file = folder.path().join("page.html");
    let refused = capture("refused_port.pcap");
    // A capture whose name was meant for one to read.
    let copy = folder.path().join("copy.pcap");
    fs::copy(&refused, &copy).expect("room");
    let output = report(&copy, &[], &[&refused]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr)
            .ends_with("it exists and is no HTML page; choose another name, or remove it\n")
    );
    assert_eq!(fs::read(&copy).expect("still there"), fs::read(&refused).expect("a capture"));
    // A longer page makes way for a shorter one.
    assert_eq!(report(&file, &[], &[&capture("many_short_connections.pcap")]).status.code(), Some(0));
    assert_eq!(report(&file, &[], &[&refused]).status.code(), Some(0));
    assert!(fs::read_to_string(&file).expect("a page").ends_with("</html>"));
    let output = report(&folder.path().join("no/page.html"), &[], &[&refused]);
    assert_eq!((output.status.code(), output.stderr.iter().filter(|&&byte| byte == b'\n').count()), (Some(1), 1));
    // What was read of a capture that ends early is on the page.
    let bytes = fs::read(&refused).expect("a capture");
    fs::write(&copy, &bytes[..bytes.len() - 1]).expect("room");
    assert_eq!(report(&file, &[], &[&copy]).status.code(), Some(3));
    let page = fs::read_to_string(&file).expect("a page");
    assert!(page.contains("SYN Seq=X"));
    for language in ["ends in the middle or is damaged", "文件不完整或已损坏"] {
        assert_eq!(page.matches(language).count(), 1, "the page says so");
    }
    assert_eq!(report(&file, &["--json"], &[&refused]).status.code(), Some(2));
}

/// Nothing to tell is a page, too.
#[test]
fn no_connection() {
    let folder = TempDir::new().expect("a temporary folder");
    let empty = folder.path().join("empty.pcap");
    fs::write(&empty, &fs::read(capture("refused_port.pcap")).expect("a capture")[..24]).expect("room");
    let page = Page::of(&[], &[&empty]);
    assert_eq!((page.ladders(), page.with_class("chart").count()), (0, 0));
    let file = folder.path().join("page.html");
    let output = report(&file, &[], &[Path::new("/no/such.pcap"), &capture("refused_port.pcap")]);
    assert_eq!(output.status.code(), Some(1));
    let page = Page::read(fs::read_to_string(&file).expect("a page"));
    assert_eq!((page.ladders(), page.text.matches("could not be read").count()), (1, 1));
}
