//! The command itself: what it reads, what it writes where, and with which status it ends.
#![allow(missing_docs)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn capture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/captures").join(name)
}

fn synfin(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_synfin"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str], files: &[&Path]) -> Output {
    synfin(arguments).args(files).output().expect("it runs")
}

/// What it writes to its input's end.
fn piped(arguments: &[&str], input: &[u8]) -> Output {
    let mut command = synfin(arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // In small parts, as a live capture comes.
        let _ = input.chunks(100).try_for_each(|part| stdin.write_all(part));
    });
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("no panic");
    output
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

#[track_caller]
fn good(output: &Output) -> &str {
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    text(&output.stdout)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).expect("to memory");
    packer.finish().expect("to memory")
}

#[test]
fn files_pipes_and_compressed() {
    let file = capture("many_short_connections.pcap");
    let plain = run(&["conns"], &[&file]);
    assert_eq!(good(&plain).lines().count(), 240);
    let bytes = fs::read(&file).expect("readable");
    let packed = zstd::encode_all(bytes.as_slice(), 0).expect("to memory");
    // Two members, as appending makes them.
    let (one, other) = bytes.split_at(bytes.len() / 2);
    for input in [bytes.clone(), gzip(&bytes), [gzip(one), gzip(other)].concat(), packed] {
        assert_eq!(good(&piped(&["conns", "-"], &input)), good(&plain));
    }
}

#[test]
fn several_captures_in_their_order() {
    let files: Vec<PathBuf> =
        ["close_by_client.pcap", "many_short_connections.pcap", "refused_port.pcap"].map(capture).into();
    let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let one_by_one: String = files.iter().map(|file| good(&run(&["conns"], &[file])).to_string()).collect();
    for jobs in ["1", "2", "8"] {
        assert_eq!(good(&run(&["conns", "--jobs", jobs], &files)), one_by_one);
    }
    let table = run(&["conns", "--format", "table", "--jobs", "3"], &files);
    assert_eq!(good(&table).lines().filter(|line| line.starts_with("Stream")).count(), 1);
    let servers = run(&["servers", "--format", "jsonl"], &files);
    let counted: u64 = objects(good(&servers)).iter().filter_map(|server| server["connections"].as_u64()).sum();
    assert_eq!(counted, 242);
    let reports = run(&["report", "--json"], &files);
    let counted: Vec<_> = objects(good(&reports)).iter().map(|report| report["connections"].clone()).collect();
    assert_eq!(counted, [1, 240, 1]);
    assert_eq!(good(&run(&["report"], &files)).matches("== ").count(), 3);
}

fn objects(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn broken_captures() {
    let bytes = fs::read(capture("close_by_client.pcap")).expect("readable");
    let cut = piped(&["conns", "-"], &bytes[..bytes.len() - 5]);
    assert_eq!(cut.status.code(), Some(3));
    assert_eq!(text(&cut.stderr), "synfin: standard input ends in the middle of a frame, after frame 10\n");
    let log = objects(text(&cut.stdout));
    assert_eq!((log.len(), &log[0]["conn_history"]), (1, &Value::from("ShADadFf")), "what was read is written");
    // A length that no frame has.
    let mut damaged = bytes.clone();
    damaged.truncate(24);
    damaged.extend([0xff; 64]);
    let damaged = piped(&["conns", "-"], &damaged);
    assert_eq!((damaged.status.code(), text(&damaged.stderr).lines().count()), (Some(3), 1));
    let packed = gzip(&bytes);
    let packed = piped(&["conns", "-"], &packed[..packed.len() - 20]);
    assert_eq!((packed.status.code(), text(&packed.stderr).lines().count()), (Some(3), 1), "{packed:?}");
    for (input, status) in [(&b""[..], 1), (b"no capture at all, and long enough", 1), (&bytes[..12], 3)] {
        let output = piped(&["conns", "-"], input);
        assert_eq!((output.status.code(), text(&output.stderr).lines().count()), (Some(status), 1), "{output:?}");
        assert!(output.stdout.is_empty());
    }
    // Too short to be told by its length alone.
    let word = piped(&["conns", "-"], b"hi\n");
    assert_eq!((word.status.code(), text(&word.stderr).contains("is not a capture file")), (Some(1), true), "{word:?}");
    // Nothing was read: that is no report of a capture in which nothing was found.
    let unread = run(&["report"], &[Path::new("/no/such/file.pcap")]);
    assert_eq!((unread.status.code(), text(&unread.stdout)), (Some(1), ""));
    let missing = run(&["conns"], &[Path::new("/no/such/file.pcap"), &capture("close_by_client.pcap")]);
    assert_eq!((missing.status.code(), text(&missing.stdout).lines().count()), (Some(1), 1), "the others are read");
    assert!(text(&missing.stderr).starts_with("synfin: /no/such/file.pcap cannot be opened: "));
    assert_eq!(run(&["conns", "--format", "xml", "x"], &[]).status.code(), Some(2));
    assert_eq!(run(&["conns", "--wireshark", "1.0", "x"], &[]).status.code(), Some(2));
}

/// Whoever reads the output may stop: no complaint, and no further reading.
#[test]
fn a_closed_pipe() {
    let mut child = synfin(&["segments"])
        .args(vec![capture("many_short_connections.pcap"); 40])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
}

#[test]
fn segments() {
    let lines = run(&["segments"], &[&capture("close_by_client.pcap")]);
    let lines = objects(good(&lines));
    assert_eq!(lines.len(), 11);
    let steps = |key: &str| lines.iter().map(|line| line[key].to_string()).collect::<Vec<_>>().join(" ");
    assert_eq!(steps("handshake_step"), "[1] [2] [3] [] [] [] [] [] [] [] []");
    assert_eq!(steps("teardown_step"), "[] [] [] [] [] [] [] [1] [2] [3] [4]");
    assert_eq!((&lines[1]["seq"], &lines[1]["ack"]), (&Value::from("Y"), &Value::from("X+1")));
    let table = run(&["segments", "--format", "table"], &[&capture("close_by_client.pcap")]);
    assert!(good(&table).lines().nth(8).is_some_and(|line| line.contains("FIN-WAIT-1") && line.contains("CLOSE-WAIT")));
}

/// Headings, sentences and reports, as the plugin's preference has it: by name, or that of the system.
#[test]
fn languages() {
    let file = capture("refused_port.pcap");
    let in_language = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = synfin(arguments);
        command.arg(&file).env_clear().envs(variables.iter().copied());
        good(&command.output().expect("it runs")).to_string()
    };
    let zh = ["--language", "zh"];
    for (what, english, chinese) in [
        (&["conns", "--format", "table"][..], "Stream  Start", "流      开始时间"),
        (&["segments", "--format", "table"], "   Frame  Stream  Client", "      帧      流  客户端"),
        (&["servers"], "Server", "服务器"),
        (&["report"], "  Connections", "  连接数"),
        (&["conns"], "\"stream\":0", "客户端发送了 SYN"),
    ] {
        let said = in_language(&[what, &zh].concat(), &[]);
        assert!(said.contains(chinese), "{what:?}: {said}");
        for (variables, is_chinese) in [
            (&[][..], false),
            (&[("LANG", "zh_CN.UTF-8")], true),
            (&[("LC_ALL", "en_US.UTF-8"), ("LANG", "zh_CN.UTF-8")], false),
            (&[("LANG", "C.UTF-8"), ("LANGUAGE", "zh_CN:en")], true),
            (&[("LANG", "C"), ("LANGUAGE", "zh_CN")], false),
        ] {
            let found = in_language(what, variables);
            assert_eq!(found == said, is_chinese, "{what:?} {variables:?}: {found}");
            assert!(is_chinese || found.contains(english), "{what:?}: {found}");
        }
        assert_eq!(
            in_language(&[what, &["--language", "en"]].concat(), &[("LANG", "zh_CN.UTF-8")]),
            in_language(what, &[])
        );
    }
    // Columns stand below their headings: a Chinese letter is as wide as two others.
    let table = in_language(&["conns", "--format", "table", "--language", "zh"], &[]);
    let place = |line: usize, word: &str| {
        let line = table.lines().nth(line).expect("a line");
        console::measure_text_width(&line[..line.find(word).expect(word)])
    };
    assert_eq!(place(0, "服务器"), place(1, "10.77.0.2:81"));
}

/// The help too is in the language of the system.
#[test]
fn help_in_chinese() {
    let help = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = synfin(arguments);
        good(&command.env_clear().envs(variables.iter().copied()).output().expect("it runs")).to_string()
    };
    for arguments in [&["--help"][..], &["conns", "--help"], &["help", "report"]] {
        for variables in [&[("LC_ALL", "zh_CN.UTF-8")][..], &[("LANG", "C.UTF-8"), ("LANGUAGE", "zh_CN")]] {
            let said = help(arguments, variables);
            assert!(said.contains("用法：synfin") && !said.contains("Usage"), "{arguments:?} {variables:?}: {said}");
        }
        let said = help(arguments, &[("LANG", "en_US.UTF-8")]);
        assert!(said.contains("Usage: synfin") && !said.contains("用法"), "{arguments:?}: {said}");
    }
}

/// A capture without connections has the headings all the same: those that follow have none of their own.
#[test]
fn headings_in_front_of_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let empty = folder.path().join("empty.pcap");
    let file = capture("refused_port.pcap");
    fs::write(&empty, &fs::read(&file).expect("readable")[..24]).expect("room");
    for format in ["csv", "table"] {
        let alone = run(&["conns", "--format", format], &[&file]);
        let both = run(&["conns", "--format", format], &[&empty, &file]);
        assert_eq!(good(&both), good(&alone), "{format}");
    }
}

#[test]
fn comma_separated() {
    let file = capture("many_short_connections.pcap");
    let rows = run(&["conns", "--format", "csv"], &[&file]);
    let mut rows = csv::Reader::from_reader(good(&rows).as_bytes());
    let names = rows.headers().expect("a first row").clone();
    let lines = run(&["conns"], &[&file]);
    for (row, line) in rows.records().zip(objects(good(&lines))) {
        let (row, line) = (row.expect("a row"), line.as_object().expect("an object").clone());
        assert_eq!((names.len(), row.len()), (line.len(), line.len()));
        for ((name, cell), (key, value)) in names.iter().zip(&row).zip(line) {
            let expected = match value {
                Value::Null => String::new(),
                Value::String(text) => text,
                other => other.to_string(),
            };
            assert_eq!((name, cell), (key.as_str(), expected.as_str()));
        }
    }
}

/// The columns are the keys of the log, and hold its values.
#[cfg(feature = "parquet")]
#[test]
fn parquet_files() {
    use arrow_array::cast::AsArray;
    use arrow_array::types::{TimestampNanosecondType, UInt32Type};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("log.parquet");
    let source = capture("many_short_connections.pcap");
    fs::write(&path, &run(&["conns", "--format", "parquet"], &[&source]).stdout).expect("room");
    let log = run(&["conns"], &[&source]);
    let log = objects(good(&log));
    let reader =
        ParquetRecordBatchReader::try_new(fs::File::open(&path).expect("just written"), 1024).expect("Parquet");
    let batches: Vec<_> = reader.map(|batch| batch.expect("a batch")).collect();
    assert_eq!(batches.len(), 1);
    let batch = &batches[0];
    let names: Vec<&str> = batch.schema_ref().fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(names, log[0].as_object().expect("an object").keys().collect::<Vec<_>>());
    assert_eq!(batch.num_rows(), log.len());
    let column = |name: &str| batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
    let (streams, outcomes) =
        (column("stream").as_primitive::<UInt32Type>(), column("handshake_outcome").as_string::<i32>());
    let starts = column("start").as_primitive::<TimestampNanosecondType>();
    for (row, line) in log.iter().enumerate() {
        assert_eq!(Value::from(streams.value(row)), line["stream"]);
        assert_eq!(Value::from(outcomes.value(row)), line["handshake_outcome"]);
        assert_eq!(starts.value_as_datetime(row).expect("a time").format("%FT%T%.9fZ").to_string(), line["start"]);
    }
    let two = run(&["conns", "--format", "parquet"], &[&source, &source]);
    assert_eq!(two.status.code(), Some(1), "one capture a file");
}
