//! `synfin conns` says what `tshark -z synfin,jsonl` says, key by key, for every capture in tests/captures and in the folder
//! that SYNFIN_CAPTURES names. Every difference must have a class that docs/CLI.md names. The test also fails when that page
//! names a class that is not one of these.

mod tshark;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Map, Value};
use synfin_cli::capture::{Capture, Options, Sink};
use synfin_cli::input::Source;
use synfin_cli::streams::Series;
use synfin_core::view::ConnectionView;
use synfin_core::words::json::to_json;
use synfin_core::words::language::Language;

type Object = Map<String, Value>;

/// Why two logs of a capture differ.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Class {
    /// Frames have a layer that the command does not know: it lacks their connections, and numbers the others otherwise.
    UnknownLayer,
}

impl Class {
    const ALL: [Class; 1] = [Class::UnknownLayer];

    fn name(self) -> &'static str {
        match self {
            Class::UnknownLayer => "unknown-layer",
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn captures() -> Vec<PathBuf> {
    let mut folders = vec![root().join("tests/captures")];
    folders.extend(std::env::var_os("SYNFIN_CAPTURES").map(PathBuf::from));
    let mut files: Vec<PathBuf> = Vec::new();
    for folder in folders {
        let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let paths = entries.map(|entry| entry.expect("a readable folder").path());
        files.extend(paths.filter(|path| path.to_string_lossy().contains(".pcap")));
    }
    files.sort();
    assert!(files.len() >= 70, "only {} captures", files.len());
    files
}

fn objects(lines: &str) -> Vec<Object> {
    lines.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

/// Keeps connections as objects.
#[derive(Default)]
struct Objects(Vec<Object>);

impl Sink for Objects {
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()> {
        match to_json(connection, Language::English) {
            Value::Object(object) => self.0.push(object),
            other => panic!("{other}"),
        }
        Ok(())
    }
}

/// What the command says, and how many frames have a layer that it does not know.
fn synfin(file: &Path, series: Series) -> (Vec<Object>, u32) {
    let mut capture = Capture::new(Options { series, limits: None, ..Options::default() });
    let mut frames = Source::File(file.to_path_buf()).frames().expect("a capture");
    let mut objects = Objects::default();
    let end = capture.read(&mut frames, &mut objects, |_| ()).expect("nothing is written");
    assert!(end.is_ok(), "{}: {end:?}", file.display());
    (objects.0, capture.unknown().frames())
}

/// What stays the same however streams are numbered.
fn without_numbers(mut object: Object) -> Object {
    for key in ["stream", "conn_previous"] {
        object.remove(key).unwrap_or_else(|| panic!("no key {key}"));
    }
    object
}

/// The class of the differences of a capture; none where there are none.
fn compare(file: &Path, series: Series) -> Option<Class> {
    let path = file.to_str().expect("UTF-8");
    let expected = objects(&tshark::run(&["-q", "-z", "synfin,jsonl", "-r", path]));
    let (found, unknown) = synfin(file, series);
    if found == expected {
        return None;
    }
    // What is not known costs connections, and changes none of the others.
    let plain = |objects: &[Object]| {
        let objects = objects.iter().map(|object| Value::Object(without_numbers(object.clone())).to_string());
        objects.collect::<BTreeSet<_>>()
    };
    if unknown > 0 && plain(&found).is_subset(&plain(&expected)) {
        return Some(Class::UnknownLayer);
    }
    let by_stream = |objects: Vec<Object>| {
        objects.into_iter().map(|object| (object["stream"].as_u64(), object)).collect::<BTreeMap<_, _>>()
    };
    let (mut found, expected) = (by_stream(found), by_stream(expected));
    for (stream, theirs) in expected {
        let ours = found.remove(&stream).unwrap_or_default();
        for (key, value) in &theirs {
            assert_eq!(ours.get(key), Some(value), "{path}: stream {stream:?}: {key}");
        }
    }
    panic!("{path}: connections that tshark does not have: {found:?}");
}

#[test]
fn same_answers_as_tshark() {
    let series = tshark::series();
    let files = captures();
    let classes = Mutex::new(BTreeMap::<Class, Vec<String>>::new());
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(class) = compare(file, series) {
                let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
                classes.lock().expect("no panic").entry(class).or_default().push(name);
            }
        }
    };
    let workers = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        let running: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        running.into_iter().for_each(|worker| worker.join().expect("every difference has a class"));
    });
    for (class, files) in classes.into_inner().expect("no panic") {
        println!("{}: {}", class.name(), files.join(" "));
    }
}

/// The page names the classes, all of them and no others.
#[test]
fn the_page_names_the_classes() {
    let page = std::fs::read_to_string(root().join("docs/CLI.md")).expect("docs/CLI.md");
    let (_, section) = page.split_once("## Differences").expect("a section on differences");
    let section = section.split("\n## ").next().unwrap_or_default();
    let named: Vec<&str> = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(named, Class::ALL.map(Class::name));
}
