//! Any sequence of segments: nothing panics, what is said of a segment never depends on what comes after it, and roles,
//! steps and numbers agree with each other.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use synfin::fields::{FIELDS, Sink};
use synfin::tcp::{Flags, Pass, Segment, Seq, SynOptions, Timestamp, Verdict};
use synfin::text::{self, Language};
use synfin::tracker::{Address, Options, Path, Place, Tracker};

/// Collects what a field says.
struct Collect(Vec<String>);

impl Sink for Collect {
    fn number(&mut self, number: i64) {
        self.0.push(number.to_string());
    }

    fn text(&mut self, write: &mut dyn FnMut(&mut dyn fmt::Write) -> Result<bool, fmt::Error>) {
        let mut text = String::new();
        if write(&mut text).expect("strings take everything") {
            self.0.push(text);
        }
    }
}

fn path(to_server: bool) -> Path {
    let end = |last| Address::Ip(IpAddr::V4(Ipv4Addr::new(10, 0, 0, last)));
    if to_server { Path { source: end(1), destination: end(2) } } else { Path { source: end(2), destination: end(1) } }
}

prop_compose! {
    fn segment()(
        to_server in any::<bool>(),
        flags in prop_oneof![4 => prop::sample::select(vec![0x02u16, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14]), 1 => 0u16..512],
        near in -3i32..8, near_ack in -3i32..8, wild in prop::option::weighted(0.05, any::<u32>()),
        len in prop_oneof![3 => Just(0u32), 2 => 1u32..6, 1 => Just(1_000_000_000u32)],
        window in any::<u16>(), at in prop::option::weighted(0.9, -5i64..5_000_000_000),
        isn in Just([u32::MAX - 2, 1000u32]),
    ) -> (bool, Segment) {
        let [own, peers] = if to_server { isn } else { [isn[1], isn[0]] };
        let segment = Segment {
            seq: Seq(wild.unwrap_or(own.wrapping_add_signed(near))),
            ack: Seq(peers.wrapping_add_signed(near_ack)),
            flags: Flags(flags),
            window,
            payload_len: len,
            source_port: if to_server { 40_000 } else { 80 },
            destination_port: if to_server { 80 } else { 40_000 },
            at: at.map(Timestamp),
            options: SynOptions::default(),
        };
        (to_server, segment)
    }
}

fn place(index: usize) -> Place {
    Place { frame: u32::try_from(index).unwrap() + 1, layer: 0 }
}

fn verdict(tracker: &Tracker, index: usize, pass: Pass, (to_server, segment): &(bool, Segment)) -> Verdict {
    tracker.annotation(place(index), path(*to_server), segment, pass).expect("it was taken in").verdict
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn verdicts_depend_on_the_past_alone(segments in prop::collection::vec(segment(), 1..40)) {
        let mut tracker = Tracker::new(Options::default());
        let mut at_first = Vec::new();
        for (index, (to_server, segment)) in segments.iter().enumerate() {
            tracker.observe(place(index), 0, path(*to_server), false, segment).unwrap();
            at_first.push(verdict(&tracker, index, Pass::First, &segments[index]));
        }
        // In any order, and after all the rest: backwards here.
        for index in (0..segments.len()).rev() {
            prop_assert_eq!(verdict(&tracker, index, Pass::Final, &segments[index]), at_first[index]);
        }
    }

    #[test]
    fn what_is_said_is_consistent(segments in prop::collection::vec(segment(), 1..40)) {
        let mut tracker = Tracker::new(Options::default());
        for (index, (to_server, segment)) in segments.iter().enumerate() {
            tracker.observe(place(index), 0, path(*to_server), false, segment).unwrap();
        }
        let mut lasts = 0;
        for (index, (to_server, segment)) in segments.iter().enumerate() {
            let mut shown = tracker.annotation(place(index), path(*to_server), segment, Pass::Final).unwrap();
            for field in FIELDS {
                let mut values = Collect(Vec::new());
                (field.read)(&shown, &mut values);
                prop_assert!(values.0.iter().all(|value| !value.is_empty() && value != "pending"), "{}", field.name);
            }
            lasts += usize::from(shown.is_last);
            let said = shown.verdict;
            let mut role = String::new();
            said.role(segment, |piece| role.push_str(piece));
            let has = |word: &str| role.split('+').any(|part| part == word);
            prop_assert!(!(has("RST") || has("OTHER")) || (said.open_steps.is_empty() && said.close_steps.is_empty()), "{role}");
            prop_assert_eq!(has("CLOSE-ACK"), said.close_steps.has(2) || said.close_steps.has(4), "{}", role);
            prop_assert!(!has("OPEN-ACK") || said.open_steps.has(2) || said.open_steps.has(3), "{role}");
            prop_assert_eq!(said.reset.is_some(), has("RST"), "{}", role);
            // A sentence for each step and each reset, in either language, and for nothing else.
            let has_deed = !said.open_steps.is_empty() || !said.close_steps.is_empty() || said.reset.is_some();
            for (language, stop) in [(Language::English, '.'), (Language::Chinese, '。')] {
                shown.language = language;
                let mut sentence = String::new();
                prop_assert_eq!(text::explanation(&mut sentence, &shown).unwrap(), has_deed, "{}: {}", role, sentence);
                prop_assert_eq!(sentence.ends_with(stop), has_deed, "{}: {}", role, sentence);
                prop_assert!(!sentence.contains("  ") && !sentence.contains(".."), "{sentence}");
            }
            // Expressions and numbers agree on the circle.
            let own_is_x = (said.sender == synfin::tcp::Side::Server) == said.numbers.x_is_servers;
            let base = if own_is_x { said.numbers.x } else { said.numbers.y };
            if let (Some(offset), Some(base)) = (said.numbers.seq, base) {
                let low = u32::try_from(offset.rem_euclid(1 << 32)).unwrap();
                prop_assert_eq!(base.wrapping_add(low), segment.seq.0);
            }
        }
        prop_assert_eq!(lasts, 1, "one last segment a connection");
    }
}
