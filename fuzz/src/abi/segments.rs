//! A walk through the C functions. What they say of segments is checked: no copy, no ICMP error and no peer may change it.

use std::collections::BTreeMap;
use std::ffi::CStr;
use std::mem::size_of;
use std::net::IpAddr;

use strum::VariantArray;
use synfin_core::capture::SegmentId;
use synfin_core::connection::State;
use synfin_core::segment::Address;
use synfin_core::words::experts::EXPERTS;
use synfin_core::words::fields::FIELDS;

use super::c;
use crate::pcap;
use crate::rank;
use crate::source::Source;
use crate::walk::{Step, Walk};

/// Field names without `synfin.`, and their values.
type FieldValues = BTreeMap<&'static str, Vec<String>>;

/// Two trackers behind the C functions: one is told of everything, the other of no copies and no ICMP errors.
struct Pair {
    all: *mut c::synfin_tracker,
    plain: *mut c::synfin_tracker,
    shown: Box<c::synfin_shown>,
}

impl Drop for Pair {
    fn drop(&mut self) {
        // SAFETY: live, and used no more.
        unsafe {
            c::synfin_tracker_free(self.all);
            c::synfin_tracker_free(self.plain);
        }
    }
}

fn wide(address: Address) -> [u8; 16] {
    let mut bytes = [0; 16];
    match address {
        Some(IpAddr::V4(v4)) => bytes[..4].copy_from_slice(&v4.octets()),
        Some(IpAddr::V6(v6)) => bytes = v6.octets(),
        None => {}
    }
    bytes
}

fn address_len(step: &Step) -> u8 {
    match (step.path.source, step.path.destination) {
        (Some(IpAddr::V4(_)), Some(IpAddr::V4(_))) => 4,
        (Some(IpAddr::V6(_)), Some(IpAddr::V6(_))) => 16,
        _ => 0,
    }
}

fn segment(step: &Step, header_len: usize) -> c::synfin_segment {
    let at = step.segment.at.map_or(0, |at| at.0);
    let SegmentId { frame, layer } = step.id;
    c::synfin_segment {
        struct_size: size_of::<c::synfin_segment>() as u32,
        frame,
        layer,
        stream: step.stream,
        time_s: at.div_euclid(1_000_000_000),
        time_ns: at.rem_euclid(1_000_000_000) as i32,
        reported_len: (header_len as u32).saturating_add(step.segment.payload_len),
        has_time: u8::from(step.segment.at.is_some()),
        address_len: address_len(step),
        has_hops: u8::from(step.segment.network.hops.is_some()),
        hops: step.segment.network.hops.unwrap_or(0),
        identification: step.segment.network.identification.unwrap_or(0),
        reserved: [0; 2],
        source: wide(step.path.source),
        destination: wide(step.path.destination),
    }
}

/// An ICMP error that quotes the segment, in a layer of its frame that no segment has.
fn icmp(step: &Step, header: &[u8]) -> (c::synfin_icmp, Vec<u8>) {
    let is_v6 = address_len(step) == 16;
    let mut bytes = vec![if is_v6 { 1 } else { 3 }, if is_v6 { 3 } else { 1 }, 0, 0, 0, 0, 0, 0];
    let [source, destination] = [wide(step.path.source), wide(step.path.destination)];
    if is_v6 {
        bytes.extend([0x60, 0, 0, 0, 0, 20, 6, 64]);
        bytes.extend([source, destination].concat());
    } else {
        bytes.extend([0x45, 0, 0, 40, 0, 1, 0, 0, 64, 6, 0, 0]);
        bytes.extend([&source[..4], &destination[..4]].concat());
    }
    bytes.extend(&header[..20]);
    let icmp = c::synfin_icmp {
        struct_size: size_of::<c::synfin_icmp>() as u32,
        frame: step.id.frame,
        layer: 1000,
        address_len: address_len(step),
        is_v6: u8::from(is_v6),
        reserved: [0; 2],
        source: wide(step.path.destination),
    };
    (icmp, bytes)
}

impl Pair {
    fn new(rebase: bool) -> Pair {
        let options = c::synfin_options {
            struct_size: size_of::<c::synfin_options>() as u32,
            rebase: u8::from(rebase),
            language: 0,
            reserved: [0; 2],
        };
        // SAFETY: good options; plain old data, for which zeros are values.
        let mut pair = unsafe {
            Pair {
                all: c::synfin_tracker_new(&raw const options),
                plain: c::synfin_tracker_new(&raw const options),
                shown: Box::new(std::mem::zeroed()),
            }
        };
        pair.shown.struct_size = size_of::<c::synfin_shown>() as u32;
        pair
    }

    /// What is said of a segment that was taken in.
    fn said(&mut self, tracker: *mut c::synfin_tracker, step: &Step, header: &[u8], is_final: bool) -> FieldValues {
        let request = c::synfin_request {
            struct_size: size_of::<c::synfin_request>() as u32,
            final_pass: u8::from(is_final),
            want: c::SYNFIN_WANT_EXPERTS,
            reserved: [0; 2],
            fields: [u64::MAX; 2],
        };
        let segment = segment(step, header.len());
        // SAFETY: what the header asks for.
        let status = unsafe {
            let (at, len, out) = (header.as_ptr(), header.len(), &raw mut *self.shown);
            c::synfin_tracker_show(tracker, &raw const segment, at, len, &raw const request, out)
        };
        assert_eq!(status, c::SYNFIN_STATUS_OK, "what was taken in is shown");
        super::output::check(&self.shown, &request);
        let mut said = FieldValues::new();
        for value in &self.shown.values[..self.shown.value_count as usize] {
            let field = &FIELDS[usize::from(value.field)];
            let word = if value.text.is_null() {
                value.number.to_string()
            } else {
                // SAFETY: checked: it has a NUL.
                unsafe { CStr::from_ptr(value.text) }.to_string_lossy().into_owned()
            };
            said.entry(field.name.trim_start_matches("synfin.")).or_default().push(word);
        }
        for (index, expert) in EXPERTS.iter().enumerate() {
            if self.shown.experts >> index & 1 == 1 {
                said.insert(expert.name.trim_start_matches("synfin."), Vec::new());
            }
        }
        said
    }

    fn observe(&mut self, tracker: *mut c::synfin_tracker, step: &Step, header: &[u8]) -> bool {
        let segment = segment(step, header.len());
        // SAFETY: what the header asks for.
        let status = unsafe { c::synfin_tracker_observe(tracker, &raw const segment, header.as_ptr(), header.len()) };
        assert!(matches!(status, c::SYNFIN_STATUS_OK | c::SYNFIN_STATUS_NO_SEGMENT), "observe: status {status}");
        status == c::SYNFIN_STATUS_OK
    }
}

/// The rank of a state with this name.
fn rank(name: &str) -> u8 {
    let state = State::VARIANTS.iter().find(|state| state.name() == name);
    rank::rank(*state.unwrap_or_else(|| panic!("{name} is no state")))
}

fn value<'a>(said: &'a FieldValues, field: &str) -> &'a str {
    said.get(field).and_then(|values| values.first()).map_or("", String::as_str)
}

/// What depends on the past alone, and not on copies: but for what the first of them says.
fn of_segment(said: &FieldValues) -> FieldValues {
    let is_of_segment = |name: &str| FIELDS.iter().any(|field| field.is_of_segment() && field.name.ends_with(name));
    let mut kept = said.clone();
    kept.retain(|name, _| {
        let is_late = matches!(*name, "reset.ignored" | "reset.remark" | "conn.last");
        is_of_segment(name) && !is_late || (name.starts_with("expert.") && *name != "expert.captured_twice")
    });
    kept
}

/// A segment that neither sends nor resets takes no state of its peer back.
fn peer_stays(before: &FieldValues, said: &FieldValues) {
    let is_begun = value(before, "handshake.kind") != value(said, "handshake.kind")
        && value(before, "handshake.kind") == "not-captured";
    let is_other_client = value(before, "conn.client") != value(said, "conn.client");
    let is_self = value(said, "conn.client") == value(said, "conn.server");
    let role = value(said, "role");
    if is_begun || is_other_client || is_self || role == "RST" || said.contains_key("expert.new_attempt") {
        return;
    }
    let peer = if value(said, "sender") == "client" { "server.state" } else { "client.state" };
    let (was, is) = (value(before, peer), value(said, peer));
    let is_done = was == "LAST-ACK" && is == "CLOSED";
    // What a server is in from an older connection, a SYN that is repeated takes for gone.
    let is_asked = role == "SYN" && peer == "server.state" && value(before, "client.state") == "SYN-SENT";
    assert!(
        is_done || is_asked || rank(is) >= rank(was),
        "the {} takes {peer} from {was} to {is}",
        value(said, "sender")
    );
}

/// One walk. Gives the number of calls.
pub fn walk(source: &mut impl Source) -> u64 {
    let mut walk = Walk::new(source);
    let mut pair = Pair::new(!source.one_in(4));
    let mut steps: Vec<(Step, Vec<u8>, FieldValues)> = Vec::new();
    let mut before: BTreeMap<u32, FieldValues> = BTreeMap::new();
    let mut calls = 0;
    for _ in 0..40 {
        let step = walk.step(source);
        let header = pcap::tcp(&step.segment).to_bytes().to_vec();
        let (all, plain) = (pair.all, pair.plain);
        if !pair.observe(all, &step, &header) {
            continue;
        }
        calls += 2;
        let said = pair.said(all, &step, &header, false);
        assert!(!said.contains_key("reset.ignored"), "nobody knows yet");
        if said.contains_key("copy") {
            copy(before.get(&step.stream), &said);
        } else {
            assert!(pair.observe(plain, &step, &header), "both take it");
            let alone = pair.said(plain, &step, &header, false);
            assert_eq!(of_segment(&said), of_segment(&alone), "a copy or an ICMP error before it changes what is said");
            if let Some(before) = before.get(&step.stream) {
                peer_stays(before, &said);
            }
            calls += 2;
        }
        before.insert(step.stream, said.clone());
        if source.one_in(8) && address_len(&step) != 0 {
            let (icmp, bytes) = icmp(&step, &header);
            // SAFETY: what the header asks for.
            let status = unsafe { c::synfin_tracker_observe_icmp(all, &raw const icmp, bytes.as_ptr(), bytes.len()) };
            assert!(matches!(status, c::SYNFIN_STATUS_OK | c::SYNFIN_STATUS_NOT_SEEN), "an ICMP error: {status}");
            let after = pair.said(all, &step, &header, false);
            assert_eq!(of_segment(&after), of_segment(&said), "an ICMP error changes what is said");
            calls += 2;
        }
        steps.push((step, header, said));
    }
    for (step, header, said) in &steps {
        let (all, plain) = (pair.all, pair.plain);
        let last = pair.said(all, step, header, true);
        let experts_apart = |said: &FieldValues| {
            let mut said = of_segment(said);
            said.retain(|name, _| !name.starts_with("expert."));
            said
        };
        assert_eq!(experts_apart(&last), experts_apart(said), "a later look says something else");
        if !said.contains_key("copy") {
            let alone = pair.said(plain, step, header, true);
            for field in ["reset.ignored", "reset.by", "teardown.kind", "teardown.closer", "conn.history"] {
                assert_eq!(last.get(field), alone.get(field), "{field}: a copy or an ICMP error changes it");
            }
            // The connection's last segment has the links too, and a copy can be that.
            if last.contains_key("conn.last") == alone.contains_key("conn.last") {
                assert_eq!(last.get("reset.frame"), alone.get("reset.frame"), "reset.frame: as above");
            }
        }
        assert!(!last.contains_key("reset.ignored") || value(said, "role") == "RST", "only a RST is ignored");
        calls += 2;
    }
    calls
}

/// A copy shows the states in force, and no more.
fn copy(before: Option<&FieldValues>, said: &FieldValues) {
    let before = before.expect("a copy has an original");
    for field in ["client.state", "server.state", "x", "y", "basis"] {
        assert_eq!(before.get(field), said.get(field), "{field}: a copy changes it");
    }
    assert!(!said.contains_key("retransmission"), "a copy is no retransmission");
    let experts = said.keys().filter(|name| name.starts_with("expert.") && **name != "expert.captured_twice");
    assert_eq!(experts.count(), 0, "a copy has something to say");
}
