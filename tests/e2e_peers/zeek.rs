//! Zeek's own verdicts, where the captures at hand come with them (zeek_conn.tsv): `conn_state`, `history` and who was
//! the originator. Every difference stands in docs/PEERS.md with its reason, and nothing else does.

use std::collections::BTreeMap;

use crate::classes::documented;
use crate::common::{captures, tshark};
use crate::observation::{Stream, is_compared_here, streams};

type Row<'a> = BTreeMap<&'a str, &'a str>;

fn rows(table: &str) -> Vec<Row<'_>> {
    let mut lines = table.lines().map(|line| line.split('\t'));
    let header: Vec<&str> = lines.next().expect("a header").collect();
    lines.map(|line| header.iter().copied().zip(line).collect()).collect()
}

fn end(host: &str, port: &str) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// Zeek's letters as synfin writes them: without those that speak of checksums, gaps, windows and repeats, and with `^`
/// in front. Zeek writes it where it turned the connection round and leaves the letters before it as they were.
fn as_ours(history: &str) -> String {
    let history: String = history.chars().filter(|letter| !"CGTWXcgtwx".contains(*letter)).collect();
    let Some((before, after)) = history.split_once('^') else { return history };
    let turned = |letter: char| {
        if letter.is_ascii_uppercase() { letter.to_ascii_lowercase() } else { letter.to_ascii_uppercase() }
    };
    format!("^{}{after}", before.chars().map(turned).collect::<String>())
}

fn stream_of<'a>(row: &Row, ends: &[String; 2]) -> Vec<&'a Stream> {
    let is_it = |stream: &&Stream| {
        let its = [stream.get("conn.client").unwrap_or_default(), stream.get("conn.server").unwrap_or_default()];
        stream.capture == row["name"] && (its == *ends || its == [&ends[1], &ends[0]].map(String::as_str))
    };
    streams().iter().filter(is_it).collect()
}

#[test]
fn zeek() {
    if !is_compared_here() {
        return;
    }
    let Some(folder) = captures::more() else {
        println!("no SYNFIN_CAPTURES: Zeek's verdicts are not at hand");
        return;
    };
    let Ok(table) = std::fs::read_to_string(folder.join("zeek_conn.tsv")) else {
        println!("no zeek_conn.tsv in {}", folder.display());
        return;
    };
    let (mut agree, mut differences, mut left_out) = (0, BTreeMap::new(), 0);
    for row in rows(&table) {
        let ends = [end(row["id.orig_h"], row["id.orig_p"]), end(row["id.resp_h"], row["id.resp_p"])];
        let found = stream_of(&row, &ends);
        // One row for one stream, or there is no telling which is which.
        let (true, [stream]) = (row["tuple_rows"] == "1" && row["tuple_streams"] == "1", found.as_slice()) else {
            left_out += 1;
            continue;
        };
        let history = as_ours(row["history"]);
        let compared = [
            ("conn_state", row["conn_state"], stream.get("conn.state")),
            ("history", &history, stream.get("conn.history")),
            ("originator", &ends[0], stream.get("conn.client")),
        ];
        for (what, zeek, ours) in compared {
            if zeek == "?" || Some(zeek) == ours {
                agree += usize::from(zeek != "?");
            } else {
                let name = format!("{} {} {} {what}", row["name"], ends[0], ends[1]);
                differences.insert(name, vec![zeek.to_string(), ours.unwrap_or("nothing").to_string()]);
            }
        }
    }
    println!("Zeek: {agree} agree, {} differ, {left_out} rows left out", differences.len());
    assert!(agree >= 100 && differences.len() * 20 <= agree, "{agree} agree; {differences:#?}");
    if tshark::series() != "4.0" {
        return;
    }
    // The reason is the document's last column.
    let expected: BTreeMap<String, Vec<String>> = documented("Zeek")
        .into_iter()
        .map(|(name, mut cells)| {
            assert!(cells.pop().is_some_and(|reason| reason.len() > 20), "{name}: no reason");
            (name, cells)
        })
        .collect();
    assert_eq!(differences, expected, "docs/PEERS.md, Zeek: what differs, and what it says differs");
    assert!(left_out <= 12, "{left_out} rows are not compared");
}
