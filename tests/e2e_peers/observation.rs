//! Every connection of every capture, as tshark shows it in one run for each capture: its segments, and the fields of its
//! last one.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock};

use synfin_core::words::experts::EXPERTS;
use synfin_core::words::fields::FIELDS;

use crate::common::captures;
use crate::common::tshark::{Line, fields, series};

pub const FIN: u32 = 0x01;
pub const SYN: u32 = 0x02;
pub const RST: u32 = 0x04;
pub const ACK: u32 = 0x10;

/// One segment, as far as peers look at it.
#[derive(Clone, Debug)]
pub struct PeerSegment {
    pub frame: u32,
    /// Nanoseconds since the epoch.
    pub at: i128,
    /// 0 where Wireshark shows none: then the header was cut short in front of them, or its length is impossible.
    pub flags: u32,
    pub is_cut: bool,
    pub seq: Option<String>,
    pub ack: Option<String>,
    pub len: u32,
    /// Whether the client sent it, and what synfin says of it.
    pub by_client: bool,
    pub role: String,
    pub phase: String,
    pub reset: Option<String>,
    pub reset_cause: Option<String>,
    /// A RST that was withdrawn, or challenged and survived.
    pub is_ignored: bool,
    /// Expert information, by name.
    pub experts: Vec<&'static str>,
}

impl PeerSegment {
    /// Whether exactly these of SYN and ACK are set.
    pub fn syn_ack_bits(&self, bits: u32) -> bool {
        self.flags & (SYN | ACK) == bits
    }

    pub fn has(&self, bits: u32) -> bool {
        self.flags & bits == bits
    }
}

/// One connection.
#[derive(Clone, Debug)]
pub struct Stream {
    pub capture: String,
    pub path: PathBuf,
    pub number: String,
    pub segments: Vec<PeerSegment>,
    /// What the last segment says of the connection, by field name.
    pub log: BTreeMap<String, String>,
    /// Wireshark's bits; none where it says nothing.
    pub completeness: Option<u32>,
    /// Wireshark's initial round trip time, on whichever segments show it.
    pub initial_rtt: Option<String>,
    /// Whether another connection between the same hosts in this capture is an FTP control connection.
    pub beside_ftp: bool,
}

impl Stream {
    /// A field of the connection, without `synfin.`.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.log.get(&format!("synfin.{field}")).map(String::as_str)
    }

    /// A link to a frame.
    pub fn frame(&self, field: &str) -> Option<u32> {
        self.get(field).map(|number| number.parse().expect("a frame number"))
    }

    pub fn name(&self) -> String {
        let (client, server) = (self.get("conn.client"), self.get("conn.server"));
        format!("{} stream {} ({} {})", self.capture, self.number, client.unwrap_or("?"), server.unwrap_or("?"))
    }
}

/// Whether the Wireshark under test is of the series that the classes of differences are those of. Which segments make a
/// stream, and what Wireshark's own fields say of it, differs from series to series; what synfin says does not.
pub fn is_compared_here() -> bool {
    let is_so = series() == "4.0";
    if !is_so {
        println!("The peers are compared in Wireshark 4.0: not in {}", series());
    }
    is_so
}

/// All streams of all captures. Those in frames with several TCP layers are left out: fields of one frame stand in one
/// line, without saying whose they are.
pub fn streams() -> &'static [Stream] {
    static STREAMS: OnceLock<Vec<Stream>> = OnceLock::new();
    STREAMS.get_or_init(|| {
        let files = Mutex::new(captures::all());
        let found = Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
                scope.spawn(|| {
                    while let Some(file) = { files.lock().unwrap().pop() } {
                        let streams = read(file);
                        found.lock().unwrap().extend(streams);
                    }
                });
            }
        });
        let mut streams = found.into_inner().unwrap();
        streams.sort_by_key(|stream: &Stream| (stream.capture.clone(), stream.number.parse::<u32>().unwrap()));
        assert!(streams.len() > 300, "only {} streams", streams.len());
        streams
    })
}

const OWN: [&str; 16] = [
    "frame.number",
    "frame.time_epoch",
    "frame.protocols",
    "tcp.stream",
    "tcp.flags",
    "tcp.seq_raw",
    "tcp.ack_raw",
    "tcp.len",
    "tcp.completeness",
    "tcp.analysis.initial_rtt",
    "synfin.role",
    "synfin.sender",
    "synfin.phase",
    "synfin.reset.ignored",
    "synfin.copy",
    "synfin.conn.last",
];

fn read(file: PathBuf) -> Vec<Stream> {
    let of_connection: Vec<&str> =
        FIELDS.iter().filter(|field| field.is_of_connection()).map(|field| field.name).collect();
    let experts = EXPERTS.iter().map(|expert| expert.name);
    let names: Vec<&str> = OWN.iter().copied().chain(of_connection.iter().copied()).chain(experts).collect();
    let capture = file.file_name().expect("a file").to_string_lossy().into_owned();
    let mut streams: BTreeMap<String, Stream> = BTreeMap::new();
    let (mut layered, mut ftp) = (Vec::new(), Vec::new());
    for line in fields(&file, &names, &["-2", "-Y", "synfin.role"]) {
        let (numbers, roles) = (&line["tcp.stream"], &line["synfin.role"]);
        if numbers.len() != 1 || roles.len() != 1 {
            layered.extend(numbers.iter().cloned());
            continue;
        }
        let stream = streams.entry(numbers[0].clone()).or_insert_with(|| Stream {
            capture: capture.clone(),
            path: file.clone(),
            number: numbers[0].clone(),
            segments: Vec::new(),
            log: BTreeMap::new(),
            completeness: None,
            initial_rtt: None,
            beside_ftp: false,
        });
        if line["frame.protocols"][0].split(':').any(|protocol| protocol == "ftp") {
            ftp.push(hosts(&line));
        }
        add(stream, &line, &of_connection);
    }
    streams.retain(|number, _| !layered.contains(number));
    for stream in streams.values_mut() {
        let ends = [stream.get("conn.client"), stream.get("conn.server")].map(|end| host(end.unwrap_or_default()));
        stream.beside_ftp = ftp.iter().any(|pair| pair.contains(&ends[0]) && pair.contains(&ends[1]));
    }
    streams.into_values().collect()
}

fn host(end: &str) -> String {
    end.rsplit_once(':').map_or("", |(host, _)| host).to_string()
}

fn hosts(line: &Line) -> [String; 2] {
    ["synfin.conn.client", "synfin.conn.server"].map(|name| host(&line[name][0]))
}

fn add(stream: &mut Stream, line: &Line, of_connection: &[&str]) {
    let first = |name: &str| line.get(name).map(|values| values[0].clone());
    let number = |name: &str| first(name).expect("a number").parse::<u32>().expect("a number");
    let flags = first("tcp.flags");
    stream.segments.push(PeerSegment {
        frame: number("frame.number"),
        at: nanoseconds(&first("frame.time_epoch").expect("a time")),
        is_cut: flags.is_none(),
        flags: flags.map_or(0, |flags| u32::from_str_radix(flags.trim_start_matches("0x"), 16).expect("a number")),
        seq: first("tcp.seq_raw"),
        ack: first("tcp.ack_raw"),
        len: number("tcp.len"),
        by_client: first("synfin.sender").as_deref() == Some("client"),
        role: first("synfin.role").expect("a role"),
        phase: first("synfin.phase").expect("a phase"),
        reset: first("synfin.reset"),
        reset_cause: first("synfin.reset.cause"),
        is_ignored: line.contains_key("synfin.reset.ignored"),
        experts: EXPERTS.iter().map(|expert| expert.name).filter(|name| line.contains_key(*name)).collect(),
    });
    stream.completeness = first("tcp.completeness").map(|bits| bits.parse().expect("a number")).or(stream.completeness);
    if let Some(rtt) = first("tcp.analysis.initial_rtt") {
        assert!(stream.initial_rtt.as_ref().is_none_or(|known| *known == rtt), "{}: two initial RTTs", stream.name());
        stream.initial_rtt = Some(rtt);
    }
    if line.contains_key("synfin.conn.last") {
        assert!(stream.log.is_empty(), "{}: two last segments", stream.name());
        let value = |name: &&str| Some(((*name).to_string(), first(name)?));
        stream.log = of_connection.iter().filter_map(value).collect();
    }
}

/// A time stamp as tshark prints it: seconds with nine decimals.
fn nanoseconds(text: &str) -> i128 {
    let (seconds, rest) = text.split_once('.').unwrap_or((text, "0"));
    let nanos: i128 = rest.parse().expect("a fraction");
    let seconds: i128 = seconds.parse().unwrap_or_else(|_| panic!("not seconds: {text}"));
    seconds * 1_000_000_000 + nanos
}
