//! The recipes of examples/: each prints what examples/README.md shows, from captures the repository makes, and copes with
//! odd names, several captures, broken ones, and tools that are not there.
//!
//! PYTHON names a python that has the module duckdb, with the command duckdb beside it; scripts/test.sh sees to that.

#[path = "../common/mod.rs"]
mod common;
mod live;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use common::packets::{self, Packet};
use common::script::{ISNS, parse};
use common::tshark::{Capture, series};

/// What a recipe printed, and how it ended.
struct Output {
    out: String,
    complaints: String,
    status: i32,
}

/// A shell command in `folder`, with the recipes in the PATH and whatever tshark this test is run for.
fn shell(folder: &Path, command: &str) -> Command {
    let mut shell = Command::new("sh");
    // python3 and duckdb are those beside PYTHON.
    let python = std::env::var_os("PYTHON").map(PathBuf::from).and_then(|python| Some(python.parent()?.to_owned()));
    let path = format!(
        "{}:{}:{}",
        fs::canonicalize("examples").unwrap().display(),
        python.unwrap_or_else(|| "/nonexistent".into()).display(),
        std::env::var("PATH").unwrap()
    );
    shell.args(["-c", command]).current_dir(folder).env("PATH", path).env("HOME", folder).env("TZ", "UTC");
    for variable in ["XDG_CONFIG_HOME", "WIRESHARK_CONFIG_DIR", "PORTS", "TSHARK"] {
        shell.env_remove(variable);
    }
    if let Ok(program) = std::env::var("SYNFIN_TSHARK") {
        shell.env("TSHARK", program);
    }
    shell
}

fn run(folder: &Path, command: &str) -> Output {
    told(shell(folder, command))
}

fn told(mut command: Command) -> Output {
    let output = command.output().expect("a shell");
    Output {
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        complaints: String::from_utf8_lossy(&output.stderr).into_owned(),
        status: output.status.code().expect("it ends by itself"),
    }
}

/// A folder with the two hours of examples/demo.
fn two_hours() -> tempfile::TempDir {
    series();
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, hour) in [("demo.pcap", "0"), ("second hour.pcap", "1")] {
        let made = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--locked", "--example", "demo", "--"])
            .arg(folder.path().join(name))
            .arg(hour)
            .status()
            .expect("cargo runs");
        assert!(made.success());
    }
    folder
}

fn has_duckdb() -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    run(folder.path(), r#""${PYTHON:-python3}" -c "import duckdb" || { [ -z "${PYTHON:-}" ] && command -v duckdb; }"#)
        .status
        == 0
}

/// A conn.log of Zeek on the connections of the first hour.
fn zeek_log(folder: &Path) {
    let told = run(folder, "connections-jsonl.sh demo.pcap");
    let mut log = "#separator \\x09\n#fields\tts\tuid\tservice\tconn_state\tcommunity_id\n".to_string();
    for line in told.out.lines() {
        let json: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let word = |key: &str| json[key].as_str().expect("a word").to_string();
        // 2026-03-02 08:00:00 UTC, and what follows "T08:".
        let clock = word("start")[14..25].replace('Z', "");
        let (minute, second) = clock.split_once(':').expect("minutes and seconds");
        let start = 1_772_438_400.0 + minute.parse::<f64>().unwrap() * 60.0 + second.parse::<f64>().unwrap();
        let service = if json["server_port"] == 80 { "http" } else { "-" };
        log +=
            &format!("{start:.6}\tC{}\t{service}\t{}\t{}\n", json["stream"], word("conn_state"), word("community_id"));
    }
    fs::write(folder.join("conn.log"), log).expect("written");
}

/// The commands of examples/README.md with what it says they print.
fn shown() -> Vec<(String, String)> {
    let text = fs::read_to_string("examples/README.md").expect("examples/README.md");
    let blocks = text.split("```console\n$ ").skip(1).map(|rest| rest.split("```").next().expect("an end"));
    blocks.map(|block| block.split_once('\n').expect("output")).map(|(a, b)| (a.to_string(), b.to_string())).collect()
}

#[test]
fn the_readme_shows_what_the_recipes_print() {
    let folder = two_hours();
    let shown = shown();
    let recipes = fs::read_dir("examples").unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for recipe in recipes.filter(|name| name.ends_with(".sh") && name != "common.sh" && name != "live.sh") {
        assert!(shown.iter().any(|(command, _)| command.starts_with(&recipe)), "{recipe} is not shown");
    }
    zeek_log(folder.path());
    assert_eq!(run(folder.path(), "connections-jsonl.sh *.pcap > connections.jsonl").status, 0);
    let has = |program: &str| run(folder.path(), program).status == 0;
    let missing = [
        ("connections-parquet.sh", has_duckdb()),
        ("duckdb", has("command -v duckdb")),
        ("python3", has("python3 -c 'import pandas'")),
    ];
    for (command, output) in shown {
        if missing.iter().any(|(program, is_here)| !is_here && command.starts_with(program)) {
            eprintln!("not tested (PYTHON=$(scripts/python.sh duckdb duckdb-cli pandas)): {command}");
            continue;
        }
        let told = run(folder.path(), &command);
        assert_eq!(told.out, output, "{command}: {}", told.complaints);
        assert_eq!(told.complaints, "", "{command}");
    }
}

/// The connections of captures recorded from the kernel, as their scenarios say they went.
#[test]
fn recorded_captures() {
    series();
    let folder = fs::canonicalize("tests/captures").expect("the captures");
    let failed = run(
        &folder,
        "failed-by-server.sh refused_port.pcap ipv6_refused_port.pcap filtered_port.pcap filtered_port_icmp.pcap \
         half_open.pcap abort_in_syn_received.pcap close_by_client.pcap syn_retransmitted.pcap",
    );
    let expected = "\
failed     of    rate  outcome         server                  stream  frame  capture
     1      6   16.7%  half-open       10.77.0.2:80                 0      1  half_open.pcap
     1      6   16.7%  no-answer       10.77.0.2:80                 0      1  filtered_port.pcap
     1      1  100.0%  refused         10.77.0.2:81                 0      2  refused_port.pcap
     1      1  100.0%  refused         [fd77::2]:81                 0      2  ipv6_refused_port.pcap
     1      6   16.7%  reset           10.77.0.2:80                 0      3  abort_in_syn_received.pcap
     1      6   16.7%  unreachable     10.77.0.2:80                 0      2  filtered_port_icmp.pcap
";
    assert_eq!((failed.out.as_str(), failed.complaints.as_str(), failed.status), (expected, "", 0));

    let resets =
        run(&folder, "who-resets.sh abort_by_server.pcap ipv6_refused_port.pcap forged_rst_ignored_by_both.pcap");
    let expected = "\
resets    rate  stream  frame  effect               cause               from -> to, capture
     1   33.3%       0      8  abort                aborts              10.77.0.2:80 -> 10.77.0.1  abort_by_server.pcap
     1   33.3%       0      6  abort, ignored       unknown-connection  10.77.0.1 -> 10.77.0.2:80  forged_rst_ignored_by_both.pcap
     1   33.3%       0      2  refused              refuses-syn         [fd77::2]:81 -> [fd77::1]  ipv6_refused_port.pcap
";
    assert_eq!((resets.out.as_str(), resets.complaints.as_str(), resets.status), (expected, "", 0));

    // One port answers, the other refuses.
    let scans = run(&folder, "PORTS=1 scan-detector.sh many_short_connections.pcap refused_port.pcap");
    let expected = "\
ports     of    rate  refused  half-open  reset  no-answer  other  client            stream  frame  capture
    1      2   50.0%        1          0      0          0      0  10.77.0.1              5     49  many_short_connections.pcap
";
    assert_eq!((scans.out.as_str(), scans.status), (expected, 0));
}

/// A capture that is cut short gives what it has; one that is none costs nothing of the others.
#[test]
fn broken_captures_are_named_and_lose_nothing_else() {
    let folder = two_hours();
    let at = |name: &str| folder.path().join(name);
    let whole = fs::read(at("demo.pcap")).unwrap();
    // Behind the first three connections; all of them are over by then.
    fs::write(at("cut 截断 \"it's\".pcap"), &whole[..3000]).unwrap();
    fs::write(at("noise.pcap"), b"this is not a capture, but long enough to be taken for one").unwrap();
    let told = run(
        folder.path(),
        "connections-csv.sh 'nowhere.pcap' noise.pcap 'cut 截断 \"it'\\''s\".pcap' demo.pcap | cut -d , -f 1,2,7 | sed -n '1,5p;$p'",
    );
    let expected = r#""capture","stream","server_port"
"cut 截断 ""it's"".pcap",0,80
"cut 截断 ""it's"".pcap",1,80
"cut 截断 ""it's"".pcap",2,80
"cut 截断 ""it's"".pcap",3,5432
"demo.pcap",23,80
"#;
    assert_eq!(told.out, expected);
    let complaints: Vec<&str> = told.complaints.lines().collect();
    assert_eq!(complaints.len(), 3, "a line each: {complaints:?}");
    for (line, name) in complaints.iter().zip(["nowhere.pcap", "noise.pcap", "cut"]) {
        assert!(line.starts_with("connections-csv.sh: tshark: ") && line.contains(name), "{line}");
    }
    assert_eq!(run(folder.path(), "connections-csv.sh noise.pcap").status, 1);
    assert_eq!(run(folder.path(), "failed-by-server.sh nowhere.pcap demo.pcap").status, 1);
}

/// Nothing to tell is told in one line.
#[test]
fn captures_without_tcp() {
    let folder = two_hours();
    let header = &fs::read(folder.path().join("demo.pcap")).unwrap()[..24];
    fs::write(folder.path().join("empty.pcap"), header).unwrap();
    let wire = &parse("| > S C", ISNS[0]).rows[0].wire;
    let ends = packets::Ends::of(wire);
    let udp = packets::ethernet(0x0800, &packets::ipv4(ends, 17, &[0x9c, 0x40, 0, 53, 0, 12, 0, 0, 1, 2, 3, 4]));
    let packet: Packet = packets::packet(0, udp);
    let capture = Capture::plain(&[packet]);
    fs::copy(&capture.path, folder.path().join("udp.pcap")).unwrap();
    for recipe in ["failed-by-server", "slowest-handshakes", "who-resets", "scan-detector"] {
        let told = run(folder.path(), &format!("{recipe}.sh empty.pcap udp.pcap"));
        assert_eq!((told.out.as_str(), told.complaints.as_str(), told.status), ("nothing found\n", "", 0), "{recipe}");
        let unread = run(folder.path(), &format!("{recipe}.sh no/where.pcap empty.pcap"));
        assert_eq!((unread.out.as_str(), unread.status), ("nothing found in what could be read\n", 1), "{recipe}");
    }
    for recipe in ["connections-jsonl", "connections-csv"] {
        let told = run(folder.path(), &format!("{recipe}.sh empty.pcap udp.pcap"));
        assert_eq!((told.out.as_str(), told.complaints.as_str(), told.status), ("", "", 0), "{recipe}");
    }
    if has_duckdb() {
        let told = run(folder.path(), "connections-parquet.sh \"it's.parquet\" empty.pcap udp.pcap");
        assert_eq!((told.out.as_str(), told.complaints.as_str(), told.status), ("nothing found\n", "", 0));
        assert!(folder.path().join("it's.parquet").exists());
    }
}

/// Parquet has types, and what a question needs: here the mean duration of complete handshakes, in hours of a day.
#[test]
fn parquet_has_types() {
    if !has_duckdb() {
        eprintln!("not tested, for want of DuckDB: PYTHON=$(scripts/python.sh duckdb)");
        return;
    }
    let folder = two_hours();
    let told = run(folder.path(), "connections-parquet.sh log.parquet demo.pcap 'second hour.pcap'");
    assert_eq!((told.complaints.as_str(), told.status), ("", 0));
    let Some(python) = std::env::var_os("PYTHON").map(PathBuf::from) else {
        return;
    };
    // The command instead of the module: the same answer, and in one line what went wrong.
    let path = format!("{}:{}", python.parent().expect("a folder").display(), std::env::var("PATH").unwrap());
    for (place, is_command) in
        [("log.parquet", false), ("by command.parquet", true), ("no/log.parquet", false), ("no/log.parquet", true)]
    {
        let command = format!("PATH=\"$PATH:{path}\" connections-parquet.sh '{place}' demo.pcap 'second hour.pcap'");
        let mut command = shell(folder.path(), &command);
        if is_command {
            command.env_remove("PYTHON");
        }
        let again = self::told(command);
        if place.starts_with("no/") {
            assert_eq!(
                (again.out.as_str(), again.status, again.complaints.lines().count()),
                ("", 1, 1),
                "{}",
                again.complaints
            );
        } else {
            assert_eq!((again.out, again.complaints.as_str()), (told.out.clone(), ""));
        }
    }
    let question = "
import duckdb
kinds = {name: kind for name, kind, *rest in duckdb.sql('DESCRIBE SELECT * FROM \"log.parquet\"').fetchall()}
print(*kinds)
print(*(kinds[name] for name in ('stream', 'start', 'client_port', 'reset_idle', 'conn_guessed', 'negotiated')))
print(duckdb.sql('''SET TimeZone = 'UTC';
    SELECT hour(start) AS hour, count(*), count(*) FILTER (handshake_outcome = 'refused'), max(handshake_time)
    FROM \"log.parquet\" GROUP BY hour ORDER BY hour''').fetchall())";
    let answer = run(folder.path(), &format!("\"$PYTHON\" - <<'EOT'\n{question}\nEOT\n"));
    let schema = fs::read_to_string("docs/connection.schema.json").expect("the schema");
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("JSON");
    let keys: Vec<&str> = schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let expected = "\
BIGINT TIMESTAMP WITH TIME ZONE BIGINT DOUBLE BOOLEAN STRUCT(mss STRUCT(client BIGINT, \"server\" BIGINT), \
window_scale STRUCT(client BIGINT, \"server\" BIGINT), sack BOOLEAN, timestamps BOOLEAN, ecn VARCHAR, \
fast_open BOOLEAN, multipath BOOLEAN)
[(8, 24, 12, 1.18), (9, 24, 13, 1.18)]
";
    let expected = format!("capture {}\n{expected}", keys.join(" "));
    assert_eq!(answer.out, expected, "{}", answer.complaints);
}

/// The log is what its schema says, by a validator that others wrote; and pandas and DuckDB read it with the right types, as
/// it is. pandas looks for times in columns of certain names, and is told that `start` is one and no other.
#[test]
fn the_log_in_others_hands() {
    let folder = two_hours();
    let modules = "jsonschema duckdb pandas";
    if run(folder.path(), "\"$PYTHON\" -c 'import jsonschema, duckdb, pandas'").status != 0 {
        assert!(std::env::var_os("PYTHON").is_none(), "PYTHON has not all of {modules}");
        println!("not tested: PYTHON names no python with {modules}");
        return;
    }
    let schema = fs::canonicalize("docs/connection.schema.json").unwrap();
    let question = format!(
        "
import json, sys
import duckdb, jsonschema, pandas
schema = json.load(open('{}'))
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
lines = [json.loads(line) for line in open('log.jsonl')]
for line in lines:
    validator(schema).validate(line)
broken = [{{**lines[0], 'stream': -1}}, {{**lines[0], 'more': 1}}, {{**lines[0], 'handshake_outcome': 'perhaps'}},
          {{key: value for key, value in lines[0].items() if key != 'start'}}]
print(len(lines), sum(not validator(schema).is_valid(one) for one in broken))
names = ('stream', 'start', 'server_port', 'handshake_time', 'conn_client_bytes', 'handshake_outcome')
kinds = {{name: kind for name, kind, *_ in duckdb.sql(\"DESCRIBE SELECT * FROM 'log.jsonl'\").fetchall()}}
print(*(kinds[name] for name in names))
print(duckdb.sql(\"SET TimeZone = 'UTC'; SELECT max(start)::varchar FROM 'log.jsonl'\").fetchall()[0][0])
for name in 'log.jsonl', 'refused.jsonl':
    table = pandas.read_json(name, lines=True, convert_dates=['start'], keep_default_dates=False)
    print(*(table[name].dtype for name in names), table.start.max())",
        schema.display()
    );
    // Where no handshake was completed, handshake_time is null throughout, and must not become a date by its name.
    let logs = "tshark -q -r demo.pcap -z synfin,jsonl > log.jsonl; \
                jq -c 'select(.handshake_outcome == \"refused\")' log.jsonl > refused.jsonl";
    assert_eq!(run(folder.path(), logs).status, 0);
    let answer = run(folder.path(), &format!("\"$PYTHON\" - <<'EOT'\n{question}\nEOT\n"));
    let expected = "24 4\nBIGINT TIMESTAMP WITH TIME ZONE BIGINT DOUBLE BIGINT VARCHAR\n2026-03-02 08:00:50+00\n\
                    int64 datetime64[ns, UTC] int64 float64 int64 object 2026-03-02 08:00:50+00:00\n\
                    int64 datetime64[ns, UTC] int64 float64 int64 object 2026-03-02 08:00:40.055000+00:00\n";
    assert_eq!(answer.out, expected, "{}", answer.complaints);
}

/// What a recipe cannot do without is said in one line.
#[test]
fn missing_tools() {
    let folder = two_hours();
    // All that the PATH has but these.
    let bin = folder.path().join("bin");
    fs::create_dir(&bin).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    for tool in std::env::split_paths(&path).filter_map(|place| place.read_dir().ok()).flatten().flatten() {
        let name = tool.file_name().into_string().unwrap_or_default();
        if !["jq", "duckdb", "python", "pypy"].iter().any(|gone| name.starts_with(gone)) {
            // Of two with one name the first is taken.
            symlink(tool.path(), bin.join(name)).ok();
        }
    }
    let with = |recipe: &str, tshark: &str| {
        let recipe = fs::canonicalize("examples").unwrap().join(recipe);
        let mut command = Command::new(recipe);
        command.args(["demo.pcap", "demo.pcap"]).current_dir(folder.path()).env("PATH", &bin).env("TSHARK", tshark);
        let told = told({
            command.env_remove("PYTHON");
            command
        });
        assert_eq!((told.out.as_str(), told.status), ("", 2), "{}", told.complaints);
        told.complaints
    };
    let program = std::env::var("SYNFIN_TSHARK").unwrap_or_else(|_| "tshark".to_string());
    let jq = "connections-csv.sh: jq is not here; install it (Debian: apt-get install jq)\n";
    assert_eq!(with("connections-csv.sh", &program), jq);
    let duckdb = "connections-parquet.sh: neither the command duckdb nor its Python module is here; \
                  install one (https://duckdb.org, or pip install duckdb)\n";
    assert_eq!(with("connections-parquet.sh", &program), duckdb);
    let tshark = "who-resets.sh: no-such-tshark is not here; install it (Debian: apt-get install tshark)\n";
    assert_eq!(with("who-resets.sh", "no-such-tshark"), tshark);
    // A tshark without the plugin.
    let plain = bin.join("plain-tshark");
    fs::write(&plain, "#!/bin/sh\necho 'other.so 1.0 dissector'\n").unwrap();
    fs::set_permissions(&plain, fs::Permissions::from_mode(0o755)).unwrap();
    let complaint = with("live.sh", "plain-tshark");
    assert!(complaint.starts_with("live.sh: plain-tshark does not load the plugin synfin ("), "{complaint}");
    assert_eq!(complaint.lines().count(), 1);
}

#[test]
fn help_and_usage() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    series();
    for entry in fs::read_dir("examples").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".sh") || name == "common.sh" {
            continue;
        }
        let help = run(folder.path(), &format!("{name} -h"));
        assert!(help.status == 0 && help.out.lines().count() >= 3 && help.out.contains(&name), "{}", help.out);
        let usage = run(folder.path(), &name);
        assert_eq!((usage.status, usage.out.as_str()), (2, ""));
        assert!(usage.complaints.starts_with(&format!("usage: {name} ")), "{}", usage.complaints);
    }
}
