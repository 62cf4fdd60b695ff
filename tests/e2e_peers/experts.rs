//! Expert information on the captures at hand: none but Chat on a connection without trouble, and each item somewhere.

use std::collections::BTreeMap;

use synfin_core::words::experts::{EXPERTS, Severity};

use crate::common::captures;
use crate::observation::{ACK, FIN, RST, SYN, Stream, is_compared_here, streams};

/// Opened with three segments, closed with FINs, nothing sent twice: told by the segments alone.
fn is_clean(stream: &Stream) -> bool {
    let count = |mask: u32, bits: u32| stream.segments.iter().filter(|segment| segment.flags & mask == bits).count();
    let closed = matches!(stream.get("teardown.kind"), Some("four-segment" | "three-segment" | "simultaneous"));
    let once = count(SYN | ACK, SYN) == 1 && count(SYN | ACK, SYN | ACK) == 1 && count(FIN, FIN) == 2;
    let with_ack = count(FIN | ACK, FIN | ACK) == 2 && stream.segments.iter().all(|segment| !segment.is_cut);
    stream.get("handshake.outcome") == Some("complete") && closed && once && with_ack && count(RST, RST) == 0
}

/// Items that are about something else than the handshake and the teardown of this connection by itself.
const ABOUT_OTHERS: [&str; 1] = ["synfin.expert.port_reuse"];

#[test]
fn none_on_a_clean_connection() {
    if !is_compared_here() {
        return;
    }
    let is_chat = |name: &str| EXPERTS.iter().any(|expert| expert.name == name && expert.severity == Severity::Chat);
    let mut clean = 0;
    for stream in streams().iter().filter(|stream| is_clean(stream)) {
        clean += 1;
        for segment in &stream.segments {
            let items = segment.experts.iter().filter(|name| !is_chat(name) && !ABOUT_OTHERS.contains(name));
            let items: Vec<_> = items.collect();
            assert!(items.is_empty(), "{}, frame {}: {items:?}", stream.name(), segment.frame);
        }
    }
    println!("{clean} clean connections");
    assert!(clean > 150, "only {clean} clean connections");
}

/// Items that no capture at hand has: tests/connections makes them.
const SCRIPTED: [&str; 6] = [
    "synfin.expert.invalid_answer",
    "synfin.expert.synack_changed",
    "synfin.expert.no_connection",
    "synfin.expert.new_attempt",
    "synfin.expert.data_after_fin",
    "synfin.expert.second_fin",
];

/// It stands on no segment: tests/e2e_icmp.rs.
const ON_NO_SEGMENT: &str = "synfin.expert.icmp_error";

/// Real captures show nearly all of them.
#[test]
fn found_in_captures() {
    if !is_compared_here() {
        return;
    }
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for name in streams().iter().flat_map(|stream| &stream.segments).flat_map(|segment| &segment.experts) {
        *found.entry(name).or_default() += 1;
    }
    println!("{found:#?}");
    let missing = EXPERTS.iter().map(|expert| expert.name).filter(|name| !found.contains_key(name));
    let missing: Vec<_> = missing.filter(|name| !SCRIPTED.contains(name) && *name != ON_NO_SEGMENT).collect();
    // The repository's own captures are fewer.
    let at_most = if captures::more().is_some() { 0 } else { 8 };
    assert!(missing.len() <= at_most, "no capture shows {missing:?}");
}
