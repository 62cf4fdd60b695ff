//! A connection that is kept on its own says the same as one in a tracker.
#![allow(missing_docs)]

use synfin_core::capture::{Event, Options, Path, SegmentId, Single, Tracker};
use synfin_core::segment::{Flags, Segment, Seq};
use synfin_core::view::{Pass, SegmentView};
use synfin_core::words::json::to_json;
use synfin_core::words::language::Language;

fn segment(flags: Flags, seq: u32, ack: u32) -> Segment {
    Segment { flags, seq: Seq(seq), ack: Seq(ack), source_port: 40_000, destination_port: 80, ..Segment::default() }
}

/// Also when far more RSTs came than it keeps.
#[test]
fn the_same_as_in_a_tracker() {
    let address = |last: u8| Some(std::net::IpAddr::from([10, 0, 0, last]));
    let there = Path { source: address(1), destination: address(2) };
    let back = Path { source: address(2), destination: address(1) };
    let mut answer = segment(Flags::SYN.with(Flags::ACK), 900, 101);
    (answer.source_port, answer.destination_port) = (80, 40_000);
    let mut all = vec![(there, segment(Flags::SYN, 100, 0)), (back, answer), (there, segment(Flags::ACK, 101, 901))];
    all.extend((0..200).map(|nth| (there, segment(Flags::RST, 101 + nth, 0))));
    let mut tracker = Tracker::new(Options::default());
    let mut alone: Option<Single> = None;
    for (frame, (path, segment)) in (1..).zip(&all) {
        let id = SegmentId { frame, layer: 0 };
        tracker.observe(id, Event::Segment { stream: 0, path, segment }).unwrap();
        let heard = match &mut alone {
            Some(single) => single.observe_segment(id, *path, segment, |_| None),
            None => {
                let (single, heard) = Single::begin(Options::default(), id, 0, None, *path, segment);
                alone = Some(single);
                heard
            }
        };
        let single = alone.as_ref().unwrap();
        let expected = tracker.segment(id, *path, segment, Pass::First).unwrap();
        let found = single.segment(id, *path, segment, heard);
        let said = |view: &SegmentView| format!("{:?} {:?}", view.verdict, view.detail);
        assert_eq!(said(&found), said(&expected), "frame {frame}");
        let whole = |view: &SegmentView| to_json(&view.connection, Language::English);
        assert_eq!(whole(&found), whole(&expected), "frame {frame}");
    }
    let alone = alone.unwrap();
    for pass in [Pass::First, Pass::Final] {
        let expected = to_json(&tracker.connection(0, pass).unwrap(), Language::English);
        assert_eq!(to_json(&alone.view(pass), Language::English), expected);
        assert_eq!(expected["reset_frame"], 4);
        assert!(expected["reset_cause"].is_string(), "{expected}");
    }
    assert!(alone.extra_memory() < 8192, "{}", alone.extra_memory());
}
