//! Reads the notation that tests/README.md describes.

use super::{Direction, EPOCH_NS, Expect, Isns, Row, Script, Wire};

/// The letters of a script: C and S are the initial numbers, X and Y what `let` last said.
struct Letters {
    c: u32,
    s: u32,
    x: u32,
    y: u32,
}

impl Letters {
    /// The value of `X`, `Y+201`, `C-1` or a plain number.
    fn value(&self, text: &str) -> u32 {
        let base = match text.as_bytes()[0] {
            b'C' => self.c,
            b'S' => self.s,
            b'X' => self.x,
            b'Y' => self.y,
            _ => return text.parse().unwrap_or_else(|_| panic!("not a number: {text}")),
        };
        let rest = &text[1..];
        if rest.is_empty() {
            return base;
        }
        let offset: i64 = rest.parse().unwrap_or_else(|_| panic!("not an offset: {text}"));
        base.wrapping_add(offset as u32)
    }
}

struct Reading {
    script: Script,
    letters: Letters,
    now_ns: i64,
    ports: [u16; 2],
    stream: u32,
}

/// Reads a script with these initial numbers, with the roles exchanged if it `is_turned`.
pub fn read(text: &str, isns: Isns, is_turned: bool) -> Script {
    let [c, s] = isns;
    let mut reading = Reading {
        script: Script { rebase: true, is_turned, ..Script::default() },
        letters: Letters { c, s, x: c, y: s },
        now_ns: EPOCH_NS - 1_000_000,
        ports: [40000, 80],
        stream: 0,
    };
    for line in text.lines() {
        reading.line(line.trim());
    }
    assert!(!reading.script.rows.is_empty(), "a script without segments");
    reading.script
}

/// SYN, SYN-ACK, ACK, with what they must be.
const OPEN: &str = "
SYN-SENT    | > S  C                | SYN-RECEIVED | SYN      | open 1
ESTABLISHED | < S. S     ack C+1    | SYN-RECEIVED | SYN-ACK  | open 2
ESTABLISHED | > .  C+1   ack S+1    | ESTABLISHED  | OPEN-ACK | open 3
let X = C+1, Y = S+1";

/// The same by the right host.
const OPEN_TURNED: &str = "
SYN-SENT    | < S  S                | SYN-RECEIVED | SYN      | open 1
ESTABLISHED | > S. C     ack S+1    | SYN-RECEIVED | SYN-ACK  | open 2
ESTABLISHED | < .  S+1   ack C+1    | ESTABLISHED  | OPEN-ACK | open 3
let X = C+1, Y = S+1";

/// A field and its value where client and server are exchanged. Zeek's letters are left out: the handshake has used up other
/// ones then.
fn turned((field, value): (String, Option<String>)) -> (String, Option<String>) {
    let field = match field.split_once("client") {
        Some((before, after)) => format!("{before}server{after}"),
        None => field.replace("server", "client"),
    };
    let value = value.map(|value| match (field.as_str(), value.as_str()) {
        ("conn.state", "RSTO") => "RSTR".to_string(),
        ("conn.state", "RSTR") => "RSTO".to_string(),
        ("conn.state", "S2") => "S3".to_string(),
        ("conn.state", "S3") => "S2".to_string(),
        (_, "client") => "server".to_string(),
        (_, "server") => "client".to_string(),
        _ => value,
    });
    (field, value)
}

impl Reading {
    /// What a row or the end expects of a field.
    fn expected(&self, pair: (String, Option<String>)) -> (String, Option<String>) {
        if self.script.is_turned { turned(pair) } else { pair }
    }

    fn line(&mut self, line: &str) {
        if line.is_empty() || line.starts_with('#') {
            return;
        }
        if line.contains('|') {
            return self.row(line);
        }
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match word {
            "open" if self.script.is_turned => {
                // These rows say who opens already.
                self.script.is_turned = false;
                OPEN_TURNED.lines().for_each(|line| self.line(line.trim()));
                self.script.is_turned = true;
            }
            "open" => OPEN.lines().for_each(|line| self.line(line.trim())),
            "either" => self.script.either = true,
            "let" => {
                for part in rest.split(',') {
                    let (letter, value) = part.split_once('=').expect("let X = ...");
                    let value = self.letters.value(value.trim());
                    match letter.trim() {
                        "X" => self.letters.x = value,
                        "Y" => self.letters.y = value,
                        other => panic!("let knows X and Y, not {other}"),
                    }
                }
            }
            "=" => {
                let (field, value) = self.expected(pair(rest));
                if self.script.is_turned && field == "conn.history" {
                    return;
                }
                self.script.ends.push((self.stream, field, value));
            }
            "ports" => {
                let (left, right) = rest.split_once(' ').expect("ports LEFT RIGHT");
                self.ports = [left.parse().unwrap(), right.trim().parse().unwrap()];
            }
            "stream" => {
                self.stream = rest.parse().unwrap();
                self.script.core_only = true;
            }
            "core" => self.script.core_only = true,
            "splits" => self.script.splits = true,
            "rebase" => {
                self.script.rebase = false;
                self.script.core_only = true;
            }
            _ => panic!("not a line of a script: {line}"),
        }
    }

    fn row(&mut self, line: &str) {
        let columns: Vec<&str> = line.split('|').map(str::trim).collect();
        let mut expect = Expect::default();
        let wire = self.segment(columns[1], &mut expect);
        let places = [(0, "client.state"), (2, "server.state"), (3, "role")];
        for (place, field) in places {
            if let Some(value) = columns.get(place).filter(|value| !value.is_empty()) {
                expect.fields.push(self.expected((field.to_string(), Some((*value).to_string()))));
            }
        }
        if let Some(steps) = columns.get(4) {
            for (word, field) in [("open", "handshake.step"), ("close", "teardown.step")] {
                let part = steps.split(',').map(str::trim).find_map(|part| part.strip_prefix(word));
                let value = part.map(|numbers| numbers.trim().replace('+', ","));
                expect.fields.push((field.to_string(), value));
            }
        }
        for token in columns.get(5).into_iter().flat_map(|rest| rest.split(';')).map(str::trim) {
            if let Some(expert) = token.strip_prefix('!') {
                let experts = expect.experts.get_or_insert_default();
                if expert != "none" {
                    experts.insert(expert.to_string());
                }
            } else if let Some(token) = token.strip_prefix("first:") {
                expect.first.push(self.expected(pair(token)));
            } else if !token.is_empty() {
                expect.fields.push(self.expected(pair(token)));
            }
        }
        self.script.rows.push(Row { text: line.to_string(), wire, expect });
    }

    fn segment(&mut self, text: &str, expect: &mut Expect) -> Wire {
        let mut words = text.split_whitespace();
        let direction = match words.next() {
            Some(">") => Direction::ToRight,
            Some("<") => Direction::ToLeft,
            other => panic!("a segment goes > or <, not {other:?}: {text}"),
        };
        let flags = flags(words.next().expect("flags"));
        let seq_text = words.next().expect("a sequence number");
        self.now_ns += 1_000_000;
        let mut wire = Wire {
            direction,
            flags,
            seq: self.letters.value(seq_text),
            ack: 0,
            len: 0,
            window: 65_000,
            options: Vec::new(),
            at_ns: None,
            // No two packets are the same one, unless the script says so.
            id: u16::try_from(self.script.rows.len() + 1).unwrap(),
            ttl: 64,
            ports: self.ports,
            stream: self.stream,
        };
        check_letter(expect, "seq", seq_text);
        let mut untimed = false;
        while let Some(word) = words.next() {
            let mut next = || words.next().unwrap_or_else(|| panic!("{word} of what? {text}"));
            match word {
                "ack" => {
                    let ack_text = next();
                    wire.ack = self.letters.value(ack_text);
                    if flags & 0x10 != 0 {
                        check_letter(expect, "ack", ack_text);
                    }
                }
                "len" => wire.len = next().parse().unwrap(),
                "win" => wire.window = next().parse().unwrap(),
                "id" => wire.id = next().parse().unwrap(),
                "ttl" => wire.ttl = next().parse().unwrap(),
                "@none" => untimed = true,
                _ if word.starts_with('@') => self.now_ns += seconds(&word[1..]) - 1_000_000,
                _ if word.starts_with('<') => wire.options = options(&word[1..word.len() - 1]),
                _ => panic!("not a part of a segment: {word}"),
            }
        }
        assert!(flags & 0x10 == 0 || text.contains("ack"), "an ACK needs a number: {text}");
        wire.at_ns = (!untimed).then_some(self.now_ns);
        wire
    }
}

/// An X or Y in the segment is also what must be shown.
fn check_letter(expect: &mut Expect, field: &str, text: &str) {
    if text.starts_with(['X', 'Y']) {
        expect.fields.push((field.to_string(), Some(text.to_string())));
    }
}

/// `field=value`, `field value`, or `field` alone for an absent one.
fn pair(text: &str) -> (String, Option<String>) {
    match text.trim().split_once(['=', ' ']) {
        Some((field, value)) if !value.trim().is_empty() => (field.to_string(), Some(value.trim().to_string())),
        Some((field, _)) => (field.to_string(), None),
        None => (text.trim().to_string(), None),
    }
}

/// tcpdump's letters, and `e` for Accurate ECN; `-` for none.
fn flags(text: &str) -> u16 {
    text.chars().fold(0, |flags, letter| {
        flags
            | match letter {
                'F' => 0x001,
                'S' => 0x002,
                'R' => 0x004,
                'P' => 0x008,
                '.' => 0x010,
                'U' => 0x020,
                'E' => 0x040,
                'W' => 0x080,
                'e' => 0x100,
                '-' => 0,
                _ => panic!("not a flag: {letter}"),
            }
    })
}

fn seconds(text: &str) -> i64 {
    (text.parse::<f64>().unwrap_or_else(|_| panic!("not a time: {text}")) * 1e9).round() as i64
}

/// `mss:1460,wscale:7,sack,ts,tfo,mptcp`, or `hex:..` for anything else.
fn options(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for option in text.split(',') {
        let (name, value) = option.split_once(':').unwrap_or((option, ""));
        match name {
            "mss" => {
                bytes.extend([2, 4]);
                bytes.extend(value.parse::<u16>().unwrap().to_be_bytes());
            }
            "wscale" => bytes.extend([3, 3, value.parse().unwrap()]),
            "sack" => bytes.extend([4, 2]),
            "ts" => {
                // `ts`, or `ts:VALUE:ECHO`.
                let (value, echo) = value.split_once(':').unwrap_or(("1", "0"));
                bytes.extend([8, 10]);
                bytes.extend(value.parse::<u32>().unwrap().to_be_bytes());
                bytes.extend(echo.parse::<u32>().unwrap().to_be_bytes());
            }
            "tfo" => bytes.extend([34, 2]),
            "cookie" => bytes.extend([34, 10, 1, 2, 3, 4, 5, 6, 7, 8]),
            "expfo" => bytes.extend([254, 4, 0xf9, 0x89]),
            "mptcp" => bytes.extend([30, 12, 1, 0x81, 0, 0, 0, 0, 0, 0, 0, 1]),
            "hex" => {
                bytes.extend((0..value.len()).step_by(2).map(|i| u8::from_str_radix(&value[i..i + 2], 16).unwrap()))
            }
            _ => panic!("not an option: {option}"),
        }
    }
    bytes
}
