//! What `dissect_tcp` of each series does, by hand. A line is a TCP header: its sender (`>` the lower endpoint, `<` the
//! higher one), its flags, SEQ and ACK; behind `|` the stream before 4.4, and that of 4.4 and later. In front of the sender
//! stands `~` for one that an ICMP error quotes, `f` for one in a fragment, `c` for one that is cut off, `s` for one that
//! says that it is shorter than a TCP header can be.

use super::*;

fn flags(letters: &str) -> Flags {
    letters.chars().fold(Flags::default(), |flags, letter| {
        flags.with(match letter {
            'S' => Flags::SYN,
            'F' => Flags::FIN,
            'R' => Flags::RST,
            '.' => Flags::ACK,
            other => panic!("no flag {other}"),
        })
    })
}

fn play(script: &str) {
    for series in Series::all() {
        let mut count = 0;
        let mut stream = Stream::new(0);
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (header, expected) = line.split_once('|').expect("a column of streams");
            let [sender, letters, seq, ack] = header.split_whitespace().collect::<Vec<_>>().try_into().expect("four");
            let number = |text: &str| text.parse::<u32>().expect("a number");
            let len = if sender.starts_with('s') { 8 } else { 20 };
            let header = Header {
                source_port: 1000,
                destination_port: 80,
                seq: number(seq),
                ack: number(ack),
                flags: flags(letters),
                len,
            };
            let carrier = match sender.chars().next() {
                Some('~') => Carrier::IcmpError,
                Some('f') => Carrier::Fragment,
                Some('c') => Carrier::Segment(len - 1),
                _ => Carrier::Segment(len),
            };
            let end = usize::from(sender.ends_with('<'));
            let expected: Vec<u32> = expected.split_whitespace().map(number).collect();
            let found = stream.meet(series, end, &header, carrier, &mut count);
            assert_eq!(found, expected[usize::from(series >= SPLITS_MORE)], "{series}: {line}");
        }
    }
}

#[test]
fn the_table_has_both_rules() {
    let splits: Vec<bool> = Series::all().map(Series::splits_more).collect();
    assert!(splits.contains(&false) && splits.contains(&true) && splits.is_sorted());
}

#[test]
fn one_connection() {
    play(
        "> S  100 0   | 0 0
         > S  100 0   | 0 0
         < S. 500 101 | 0 0
         < S. 500 101 | 0 0
         > .  101 501 | 0 0
         > F. 101 501 | 0 0
         < F. 501 102 | 0 0
         > .  102 502 | 0 0",
    );
}

#[test]
fn a_syn_of_another_number() {
    play(
        "> S  100 0   | 0 0
         > S  200 0   | 1 1
         < S. 500 201 | 1 1
         > S  100 0   | 2 2",
    );
    // Each end has a first number of its own.
    play(
        "> S  100 0   | 0 0
         < S  100 0   | 0 0
         < S  300 0   | 1 1",
    );
}

#[test]
fn a_syn_of_the_same_number() {
    // After a RST.
    play(
        "> S  100 0   | 0 0
         < R. 0   101 | 0 0
         > S  100 0   | 0 1
         > S  100 0   | 0 1
         < R. 0   101 | 0 1
         > S  100 0   | 0 2",
    );
    // After a FIN with ACK; one without is none.
    play(
        "> S  100 0   | 0 0
         > F  101 0   | 0 0
         > S  100 0   | 0 0
         > F. 101 501 | 0 0
         > S  100 0   | 0 1",
    );
}

#[test]
fn the_first_syn_of_an_end() {
    // What ended the stream before does not count after it; what ends it later does.
    play(
        "> R  100 0   | 0 0
         < S  500 0   | 0 0
         < S  500 0   | 0 0
         > R  100 0   | 0 0
         < S  500 0   | 0 1",
    );
    // A SYN-ACK opens nothing.
    play(
        "> R  100 0   | 0 0
         < S. 500 101 | 0 0
         < S. 500 101 | 0 1",
    );
}

#[test]
fn a_syn_ack() {
    // Of another number, twice.
    play(
        "> S  100 0   | 0 0
         < S. 500 101 | 0 0
         < S. 600 101 | 0 1
         < S. 600 101 | 0 1
         < S. 500 101 | 0 2",
    );
    // Of the same, after a RST.
    play(
        "> S  100 0   | 0 0
         < S. 500 101 | 0 0
         > R  101 0   | 0 0
         < S. 500 101 | 0 1",
    );
    // Before 4.4 the last SYN-ACK's number is the one that a SYN of the same end is held against.
    play(
        "> S  100 0   | 0 0
         < S. 500 101 | 0 0
         < S. 600 101 | 0 1
         < S  600 0   | 0 1
         < S  500 0   | 1 2",
    );
}

#[test]
fn without_a_handshake() {
    // The number before the first one, and before the first that is acknowledged.
    play(
        "> .  100 500 | 0 0
         > S  99  0   | 0 0
         < S  499 0   | 0 0
         < S  500 0   | 1 1",
    );
    play(
        "> .  100 500 | 0 0
         < S  500 0   | 1 1",
    );
    // On the circle of numbers.
    play(
        "> .  0 0          | 0 0
         > S  4294967295 0 | 0 0
         > S  0 0          | 1 1",
    );
}

#[test]
fn quoted_by_an_icmp_error() {
    // It begins a stream, and none of its numbers is kept.
    play(
        "~> S 300 0   | 0 0
         >  S 100 0   | 0 0
         >  S 300 0   | 1 1",
    );
    play(
        "~< S. 500 101 | 0 0
         <  S  700 0   | 0 0",
    );
    // It can end one as a segment can.
    play(
        ">  S 100 0   | 0 0
         ~> S 100 0   | 0 0
         ~> S 200 0   | 1 1
         >  S 100 0   | 1 1
         >  S 200 0   | 2 2",
    );
    play(
        ">  S  100 0   | 0 0
         ~< R. 0   101 | 0 0
         >  S  100 0   | 0 1",
    );
}

#[test]
fn not_whole() {
    // Before 4.4 a header in a fragment, or one that was cut off, is not looked at that far.
    for part in ["f", "c"] {
        play(&format!(
            "{part}> S 100 0 | 0 0
             >       S 200 0 | 0 1
             >       S 300 0 | 1 2"
        ));
    }
    // One of an impossible length ends nothing.
    play(
        ">  S  100 0   | 0 0
         s< R. 0   101 | 0 0
         >  S  100 0   | 0 0",
    );
}

#[test]
fn streams_are_counted_over_all_endpoints() {
    let series = Series::default();
    let header = |seq| Header { source_port: 1, destination_port: 2, seq, ack: 0, flags: Flags::SYN, len: 20 };
    let mut count = 0;
    let mut one = Stream::new(count);
    assert_eq!(one.meet(series, 0, &header(1), Carrier::Segment(20), &mut count), 0);
    let mut other = Stream::new(count);
    assert_eq!(other.meet(series, 0, &header(1), Carrier::Segment(20), &mut count), 1);
    assert_eq!(one.meet(series, 0, &header(2), Carrier::Segment(20), &mut count), 2);
    assert_eq!(other.meet(series, 0, &header(1), Carrier::Segment(20), &mut count), 1);
    assert_eq!(count, 3);
}

#[test]
fn a_header_is_read_as_far_as_the_series_reads_it() {
    let bytes: [u8; 20] = [4, 0, 0, 80, 0, 0, 0, 100, 0, 0, 0, 200, 0x60, 0x12, 1, 2, 0, 0, 0, 0];
    let whole = Header { source_port: 1024, destination_port: 80, seq: 100, ack: 200, flags: flags("S."), len: 24 };
    for series in Series::all() {
        let least = if series < SPLITS_MORE { 16 } else { 14 };
        for len in 0..=bytes.len() {
            let expected = (len >= least).then_some(whole);
            assert_eq!(Header::read(&bytes[..len], series), expected, "{series}: {len} bytes");
        }
    }
}

#[test]
fn both_directions_have_one_key() {
    let address = |text: &str| -> IpAddr { text.parse().expect("an address") };
    for (low, high) in [("10.0.0.1", "10.0.0.2"), ("2001:db8::1", "2001:db8::2"), ("10.0.0.1", "10.0.0.1")] {
        let (low, high) = ((address(low), 80), (address(high), 1000));
        let (key, end) = Key::new(low, high);
        assert_eq!(end, 0);
        assert_eq!(Key::new(high, low), (key, 1));
    }
    let (one, other) = (address("10.0.0.1"), address("10.0.0.2"));
    assert_ne!(Key::new((one, 1), (other, 2)).0, Key::new((one, 2), (other, 1)).0, "ports belong to their address");
}

#[test]
fn series_are_named_by_their_numbers() {
    for series in Series::all() {
        assert_eq!(series.to_string().parse(), Ok(series));
    }
    let complaint = "1.2".parse::<Series>().expect_err("not a series that synfin knows");
    assert!(complaint.starts_with("the series are ") && complaint.ends_with(&Series::default().to_string()));
}
