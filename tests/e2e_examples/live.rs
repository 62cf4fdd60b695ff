//! The recipe for an interface, while real connections open and close.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::tshark::series;
use crate::shell;

/// The program that opens and closes connections, ended when this goes away.
struct Traffic(Child);

impl Drop for Traffic {
    fn drop(&mut self) {
        // Already ended, or ended now: both are fine.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn begin_traffic(ports: &Path) -> (Traffic, [String; 2]) {
    let child = Command::new("python3").args(["tests/live.py", "60"]).arg(ports).spawn().expect("python3");
    let traffic = Traffic(child);
    let start = Instant::now();
    loop {
        let text = fs::read_to_string(ports).unwrap_or_default();
        if let Some((listening, silent)) = text.trim().split_once(' ')
            && text.ends_with('\n')
        {
            return (traffic, [listening.to_string(), silent.to_string()]);
        }
        assert!(start.elapsed() < Duration::from_secs(20), "tests/live.py does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// tshark -i lo while real connections open and close. The kernel of today closes in three segments here.
#[test]
fn live() {
    series();
    if std::env::var_os("SYNFIN_TSHARK").is_some() {
        return;
    }
    let folder: PathBuf = tempfile::tempdir().expect("a temporary folder").keep();
    let (_traffic, [listening, silent]) = begin_traffic(&folder.join("ports"));
    let command = format!("live.sh lo -a duration:20 -f 'tcp port {listening} or tcp port {silent}'");
    let mut recipe = shell(&folder, &command).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a shell");
    // A connection that began after the capture did: from its SYN on, all of it, and the refused one as well.
    let mut lines: Vec<Vec<String>> = Vec::new();
    for line in BufReader::new(recipe.stdout.take().unwrap()).lines() {
        lines.push(line.expect("UTF-8").split('\t').map(str::to_string).collect());
        if lines.len() > 40 {
            break;
        }
    }
    // Its output closed, tshark ends at the next line.
    recipe.wait().expect("it ends");
    let complaints = std::io::read_to_string(recipe.stderr.take().unwrap()).unwrap_or_default();
    if lines.is_empty() && complaints.contains("permission") {
        std::io::stderr().write_all(b"not tested: no right to capture here\n").unwrap();
        return;
    }
    let whole = |port: &str| {
        let server = format!("127.0.0.1:{port}");
        let begins = |line: &&Vec<String>| line[1] == server && line[2] == "SYN-SENT";
        let stream = lines.iter().find(begins).unwrap_or_else(|| panic!("no SYN: {lines:?} {complaints}"))[0].clone();
        let states = lines.iter().filter(|line| line[0] == stream).map(|line| format!("{}/{}", line[2], line[3]));
        states.collect::<Vec<_>>().join(" ")
    };
    let closed = "SYN-SENT/SYN-RECEIVED ESTABLISHED/SYN-RECEIVED ESTABLISHED/ESTABLISHED FIN-WAIT-1/CLOSE-WAIT";
    let states = whole(&listening);
    assert!(states.starts_with(closed) && states.ends_with("TIME-WAIT/CLOSED"), "{states}");
    assert_eq!(whole(&silent), "SYN-SENT/SYN-RECEIVED CLOSED/CLOSED");
    fs::remove_dir_all(folder).expect("it is ours");
}
