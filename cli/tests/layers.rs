//! Frames with every layer that the command knows around a SYN and its answer, read by it and by tshark: the same
//! connections.
#![allow(missing_docs)]

mod frames;
mod tshark;

use std::path::Path;

use frames::{TCP, V4, V6, ethernet, join, len16, pcap, v4_between};
use synfin_cli::capture::{Capture, Options};
use synfin_cli::input::Source;
use synfin_cli::output::JsonLines;
use synfin_core::words::language::Language;

/// A SYN of connection `n`, or the SYN-ACK that answers it.
fn tcp(n: u8, is_answer: bool, payload: usize) -> Vec<u8> {
    let ports = [1000 + u16::from(n), 80].map(u16::to_be_bytes);
    let [from, to] = if is_answer { [ports[1], ports[0]] } else { ports };
    let numbers: [u8; 8] = if is_answer { [0, 0, 9, 0, 0, 0, 1, 1] } else { [0, 0, 1, 0, 0, 0, 0, 0] };
    let flags = if is_answer { 0x12 } else { 0x02 };
    let payload: Vec<u8> = (0..payload).map(|n| n as u8).collect();
    join(&[&from, &to, &numbers, &[0x50, flags, 0x10, 0, 0, 0, 0, 0], &payload])
}

/// IPv4 of connection `n`, or of a tunnel around it.
fn v4(n: u8, is_answer: bool, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let (client, server) = ([10, 9, 0, n], [10, 9, 1, n]);
    let (from, to) = if is_answer { (server, client) } else { (client, server) };
    v4_between(from, to, protocol, 0x4000, payload)
}

fn v6(n: u8, is_answer: bool, next: u8, payload: &[u8]) -> Vec<u8> {
    let address = |last: u8| [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last, n];
    let (from, to) = if is_answer { (address(2), address(1)) } else { (address(1), address(2)) };
    join(&[&[0x60, 0, 0, 0], &len16(payload.len()), &[next, 57], &from, &to, payload])
}

fn udp(port: u16, payload: &[u8]) -> Vec<u8> {
    join(&[&50_000_u16.to_be_bytes(), &port.to_be_bytes(), &len16(8 + payload.len()), &[0, 0], payload])
}

fn gre(flags: u16, protocol: u16, fields: &[u8], payload: &[u8]) -> Vec<u8> {
    join(&[&flags.to_be_bytes(), &protocol.to_be_bytes(), fields, payload])
}

/// What carries a segment of connection `n`: its link type, and the frames, from the segment's IPv4 packet.
type Wrap = fn(u8, bool, &[u8]) -> Vec<Vec<u8>>;

fn outer(n: u8, is_answer: bool, protocol: u8, payload: &[u8]) -> Vec<Vec<u8>> {
    vec![ethernet(V4, &v4(n | 0x80, is_answer, protocol, payload))]
}

fn over_udp(n: u8, is_answer: bool, port: u16, payload: &[u8]) -> Vec<Vec<u8>> {
    outer(n, is_answer, 17, &udp(port, payload))
}

/// By link type, what that carries. A number is a connection's own.
const WRAPS: &[(u32, &str, Wrap)] = &[
    (1, "Ethernet", |_, _, ip| vec![ethernet(V4, ip)]),
    (1, "padding", |_, _, ip| vec![ethernet(V4, &join(&[ip, &[0; 6]]))]),
    (1, "802.1Q", |_, _, ip| vec![ethernet(0x8100, &join(&[&[0, 7, 8, 0], ip]))]),
    (1, "802.1ad", |_, _, ip| vec![ethernet(0x88a8, &join(&[&[0, 7, 0x81, 0, 0, 8, 8, 0], ip]))]),
    (1, "802.1ah", |_, _, ip| vec![ethernet(0x88e7, &join(&[&[0, 0, 0, 1], &ethernet(V4, ip)]))]),
    (1, "SNAP", |_, _, ip| {
        let llc = join(&[&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], ip]);
        vec![ethernet(u16::try_from(llc.len()).expect("short"), &llc)]
    }),
    (1, "MPLS", |_, _, ip| vec![ethernet(0x8847, &join(&[&[0, 1, 0, 64, 0, 2, 1, 64], ip]))]),
    (1, "pseudowire", |_, _, ip| {
        // No maker has these addresses: Wireshark looks.
        let mut frame = ethernet(V4, ip);
        frame[..12].copy_from_slice(&[2, 0xde, 0xad, 0xbe, 0xef, 1, 2, 0xde, 0xad, 0xbe, 0xef, 2]);
        vec![ethernet(0x8847, &join(&[&[0, 1, 1, 64, 0, 0, 0, 0], &frame]))]
    }),
    (1, "IPv4 options", |_, _, ip| {
        let mut with_options = join(&[&ip[..20], &[1, 1, 1, 0], &ip[20..]]);
        with_options[0] = 0x46;
        with_options[2..4].copy_from_slice(&len16(ip.len() + 4));
        vec![ethernet(V4, &with_options)]
    }),
    (1, "IPv4 fragments", |n, is_answer, _| {
        let (client, server) = ([10, 9, 0, n], [10, 9, 1, n]);
        let (from, to) = if is_answer { (server, client) } else { (client, server) };
        let segment = tcp(n, is_answer, 40);
        // The last one first.
        let last = v4_between(from, to, TCP, 4, &segment[32..]);
        let first = v4_between(from, to, TCP, 0x2000, &segment[..32]);
        vec![ethernet(V4, &last), ethernet(V4, &first)]
    }),
    (1, "IPv6", |n, is_answer, _| vec![ethernet(V6, &v6(n, is_answer, TCP, &tcp(n, is_answer, 0)))]),
    (1, "extension headers", |n, is_answer, _| {
        let extensions = [60, 0, 1, 4, 0, 0, 0, 0, 44, 0, 1, 4, 0, 0, 0, 0, TCP, 0, 0, 0, 0, 0, 0, 1];
        vec![ethernet(V6, &v6(n, is_answer, 0, &join(&[&extensions, &tcp(n, is_answer, 0)])))]
    }),
    (1, "authentication header", |n, is_answer, _| {
        let header = [TCP, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        vec![ethernet(V6, &v6(n, is_answer, 51, &join(&[&header, &tcp(n, is_answer, 0)])))]
    }),
    (1, "IPv6 fragments", |n, is_answer, _| {
        let segment = tcp(n, is_answer, 40);
        let fragment = |offset: u16, part: &[u8]| {
            let header = join(&[&[TCP, 0], &offset.to_be_bytes(), &[0, 0, 0, n]]);
            ethernet(V6, &v6(n, is_answer, 44, &join(&[&header, part])))
        };
        vec![fragment(1, &segment[..32]), fragment(32, &segment[32..])]
    }),
    (1, "IPv4 in IPv4", |n, is_answer, ip| outer(n, is_answer, 4, ip)),
    (1, "IPv6 in IPv4", |n, is_answer, _| outer(n, is_answer, 41, &v6(n, is_answer, TCP, &tcp(n, is_answer, 0)))),
    (1, "IPv4 in IPv6", |n, is_answer, ip| vec![ethernet(V6, &v6(n | 0x80, is_answer, 4, ip))]),
    (1, "Ethernet in IP", |n, is_answer, ip| outer(n, is_answer, 97, &join(&[&[0x30, 0], &ethernet(V4, ip)]))),
    (1, "MPLS in IP", |n, is_answer, ip| outer(n, is_answer, 137, &join(&[&[0, 1, 1, 64], ip]))),
    (1, "GRE", |n, is_answer, ip| outer(n, is_answer, 47, &gre(0, V4, &[], ip))),
    (1, "GRE with all fields", |n, is_answer, ip| outer(n, is_answer, 47, &gre(0xb000, V4, &[0; 12], ip))),
    (1, "Ethernet in GRE", |n, is_answer, ip| {
        outer(n, is_answer, 47, &gre(0x2000, 0x6558, &[0; 4], &ethernet(V4, ip)))
    }),
    (1, "PPP in GRE", |n, is_answer, ip| {
        let fields = join(&[&len16(ip.len() + 4), &[0, 1, 0, 0, 0, 5]]);
        outer(n, is_answer, 47, &gre(0x3001, 0x880b, &fields, &join(&[&[0xff, 3, 0, 0x21], ip])))
    }),
    (1, "ERSPAN I", |n, is_answer, ip| outer(n, is_answer, 47, &gre(0, 0x88be, &[], &ethernet(V4, ip)))),
    (1, "ERSPAN II", |n, is_answer, ip| {
        let inner = join(&[&[0x10, 7, 0, 1, 0, 0, 0, 0], &ethernet(V4, ip)]);
        outer(n, is_answer, 47, &gre(0x1000, 0x88be, &[0, 0, 0, 1], &inner))
    }),
    (1, "ERSPAN III", |n, is_answer, ip| {
        let inner = join(&[&[0x20, 7, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], &ethernet(V4, ip)]);
        outer(n, is_answer, 47, &gre(0x1000, 0x22eb, &[0, 0, 0, 1], &inner))
    }),
    (1, "VXLAN", |n, is_answer, ip| {
        over_udp(n, is_answer, 4789, &join(&[&[8, 0, 0, 0, 0, 0, 7, 0], &ethernet(V4, ip)]))
    }),
    (1, "VXLAN-GPE", |n, is_answer, ip| over_udp(n, is_answer, 4790, &join(&[&[0xc, 0, 0, 1, 0, 0, 7, 0], ip]))),
    (1, "Geneve", |n, is_answer, ip| {
        let header = [1, 0, 0x65, 0x58, 0, 0, 7, 0, 1, 2, 3, 0];
        over_udp(n, is_answer, 6081, &join(&[&header, &ethernet(V4, ip)]))
    }),
    (1, "GTP-U", |n, is_answer, ip| {
        over_udp(n, is_answer, 2152, &join(&[&[0x30, 0xff], &len16(ip.len()), &[0, 0, 0, 7], ip]))
    }),
    (1, "GTP-U with an extension", |n, is_answer, ip| {
        let more = [0, 0, 0, 0x85, 1, 0, 9, 0];
        over_udp(n, is_answer, 2152, &join(&[&[0x34, 0xff], &len16(ip.len() + 8), &[0, 0, 0, 7], &more, ip]))
    }),
    (1, "Teredo", |n, is_answer, _| {
        let origin = [0, 0, 0x12, 0x34, 1, 2, 3, 4];
        let ip = v6(n, is_answer, TCP, &tcp(n, is_answer, 0));
        over_udp(n, is_answer, 3544, &join(&[&[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &origin, &ip]))
    }),
    (1, "GRE in UDP", |n, is_answer, ip| over_udp(n, is_answer, 4754, &gre(0, V4, &[], ip))),
    (1, "MPLS in UDP", |n, is_answer, ip| over_udp(n, is_answer, 6635, &join(&[&[0, 1, 1, 64], ip]))),
    (0, "BSD loopback", |_, _, ip| vec![join(&[&[2, 0, 0, 0], ip])]),
    (0, "BSD loopback, the other order", |_, _, ip| vec![join(&[&[0, 0, 0, 2], ip])]),
    (0, "IPv6 on macOS's loopback", |n, is_answer, _| {
        vec![join(&[&[30, 0, 0, 0], &v6(n, is_answer, TCP, &tcp(n, is_answer, 0))])]
    }),
    (108, "OpenBSD's loopback", |_, _, ip| vec![join(&[&[0, 0, 0, 2], ip])]),
    (101, "raw IP", |_, _, ip| vec![ip.to_vec()]),
    (228, "raw IPv4", |_, _, ip| vec![ip.to_vec()]),
    (229, "raw IPv6", |n, is_answer, _| vec![v6(n, is_answer, TCP, &tcp(n, is_answer, 0))]),
    (113, "Linux cooked", |_, _, ip| vec![join(&[&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0], ip])]),
    (276, "Linux cooked, version 2", |_, _, ip| {
        vec![join(&[&[8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0], ip])]
    }),
    (9, "PPP", |_, _, ip| vec![join(&[&[0xff, 3, 0, 0x21], ip])]),
    (9, "PPP without address", |_, _, ip| vec![join(&[&[0x21], ip])]),
    (50, "PPP in HDLC", |_, _, ip| vec![join(&[&[0xff, 3, 0, 0x21], ip])]),
    (104, "Cisco's HDLC", |_, _, ip| vec![join(&[&[0xf, 0, 8, 0], ip])]),
    (10, "FDDI", |_, _, ip| {
        vec![join(&[&[0x50, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0], ip])]
    }),
];

fn synfin(file: &Path) -> String {
    let mut capture = Capture::new(Options { series: tshark::series(), limits: None, ..Options::default() });
    let mut lines = Vec::new();
    let mut frames = Source::of(file).frames().expect("a capture");
    let end = capture.read(&mut frames, &mut JsonLines::new(&mut lines, Language::English), |_| ());
    end.expect("to memory").expect("whole");
    assert_eq!(capture.unknown().to_string(), "");
    String::from_utf8(lines).expect("UTF-8")
}

#[test]
fn every_layer() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut links: Vec<u32> = WRAPS.iter().map(|(link, ..)| *link).collect();
    links.dedup();
    for link in links {
        let wraps: Vec<_> = (1_u8..).zip(WRAPS).filter(|(_, (of, ..))| *of == link).collect();
        let frames: Vec<Vec<u8>> = wraps
            .iter()
            .flat_map(|&(n, (.., wrap))| {
                [false, true].map(|is_answer| wrap(n, is_answer, &v4(n, is_answer, TCP, &tcp(n, is_answer, 0))))
            })
            .flatten()
            .collect();
        let file = folder.path().join(format!("{link}.pcap"));
        std::fs::write(&file, pcap(link, &frames)).expect("room");
        let (ours, theirs) =
            (synfin(&file), tshark::run(&["-q", "-z", "synfin,jsonl", "-r", file.to_str().expect("UTF-8")]));
        for (n, (_, name, _)) in wraps {
            // Its connection is known by its port.
            let line = |log: &str| {
                let port = format!("\"client_port\":{},", 1000 + u16::from(n));
                log.lines().find(|line| line.contains(&port)).map(ToString::to_string)
            };
            assert!(line(&ours).is_some_and(|line| line.contains("half-open")), "{name}: {ours}");
            assert_eq!(line(&ours), line(&theirs), "{name}");
        }
        assert_eq!(ours, theirs, "link type {link}");
    }
}
