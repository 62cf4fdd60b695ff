//! What each call answers.

use std::ffi::{CStr, c_char};
use std::ptr;

use super::*;

fn text(pointer: *const c_char) -> Option<String> {
    // SAFETY: the library's texts end with a NUL, and live as long as their buffer.
    (!pointer.is_null()).then(|| unsafe { CStr::from_ptr(pointer) }.to_str().unwrap().to_string())
}

fn field(name: &str) -> u16 {
    let mut count = 0;
    // SAFETY: the table has `count` rows and lives for ever.
    let table = unsafe { std::slice::from_raw_parts(synfin_fields(0, &raw mut count), count) };
    let place = table.iter().position(|row| text(row.name).as_deref() == Some(name)).unwrap();
    u16::try_from(place).unwrap()
}

fn value(shown: &c::synfin_shown, name: &str) -> Option<c::synfin_value> {
    let field = field(name);
    shown.values[..shown.value_count as usize].iter().find(|value| value.field == field).copied()
}

#[test]
fn a_refused_connection() {
    let mut world = World::new();
    world.refuse();
    let bytes = header(false, 0x14, 0, 101);
    assert_eq!(world.show(2, false, &bytes, &request(ALL, [u64::MAX; 2])), c::SYNFIN_STATUS_OK);
    assert_eq!(world.shown.stream, 7);
    assert!(text(world.shown.label).unwrap().starts_with("TCP Lifecycle: RST: refused, Server -> Client"));
    assert_eq!(text(world.shown.suffix).as_deref(), Some("[RST: refused]"));
    assert_eq!(text(world.shown.arrow).as_deref(), Some("RST refused"));
    assert_ne!(world.shown.experts, 0);
    let outcome = value(&world.shown, "synfin.handshake.outcome").unwrap();
    assert_eq!((text(outcome.text).as_deref(), outcome.type_), (Some("refused"), c::SYNFIN_TYPE_STRING));
    assert_eq!(value(&world.shown, "synfin.conn.start").unwrap().number, 1_767_323_045_001_000_000);
    assert!(value(&world.shown, "synfin.icmp").is_none());

    // The row of the connection, without a segment.
    assert_eq!(world.show_connection(7), c::SYNFIN_STATUS_OK);
    assert_eq!(world.show_connection(8), c::SYNFIN_STATUS_NOT_SEEN);
    let cells = &world.shown.values[..world.shown.value_count as usize];
    assert!(cells.iter().zip(0..).all(|(cell, column)| cell.field == column));
    assert_eq!((cells[0].number, cells[0].type_), (7, c::SYNFIN_TYPE_UINT32));
    assert!(cells.iter().any(|cell| text(cell.text).as_deref() == Some("server: refuses-syn")));
}

/// What a call showed, without the places where texts lie.
fn told(shown: &c::synfin_shown) -> impl PartialEq + std::fmt::Debug + use<> {
    let texts = [shown.label, shown.suffix, shown.arrow, shown.margin].map(text);
    let values = &shown.values[..shown.value_count as usize];
    let values: Vec<_> =
        values.iter().map(|value| (value.field, value.is_hidden, value.number, text(value.text))).collect();
    (shown.stream, shown.experts, texts, values)
}

#[test]
fn in_one_call_the_same_as_in_two() {
    // Handshake, data, an ACK again, a keep-alive, a teardown with a FIN again, a RST.
    let segments = [
        (true, 0x02, 100, 0),
        (true, 0x02, 100, 0),
        (false, 0x12, 500, 101),
        (true, 0x10, 101, 501),
        (true, 0x18, 101, 501),
        (false, 0x10, 501, 101),
        (true, 0x10, 100, 501),
        (true, 0x11, 101, 501),
        (true, 0x11, 101, 501),
        (false, 0x11, 501, 102),
        (true, 0x10, 102, 502),
        (false, 0x04, 502, 0),
    ];
    let mut count = 0;
    // SAFETY: `count` is writable.
    unsafe { synfin_fields(0, &raw mut count) };
    let field = |number: usize| [0, 1].map(|word| if number / 64 == word { 1 << (number % 64) } else { 0 });
    let requests = (0..count).map(|number| (c::SYNFIN_WANT_SUFFIX, field(number)));
    let requests = requests.chain([(c::SYNFIN_WANT_SUFFIX, [0; 2]), (0, [0; 2]), (ALL, [u64::MAX; 2])]);
    let mut shown = 0;
    for (want, fields) in requests {
        let request = c::synfin_request { final_pass: 0, ..request(want, fields) };
        let mut worlds = [World::new(), World::new()];
        for (frame, (is_to_server, flags, seq, ack)) in (1..).zip(segments) {
            let bytes = header(is_to_server, flags, seq, ack);
            assert_eq!(worlds[0].observe(frame, is_to_server, flags, seq, ack), c::SYNFIN_STATUS_OK);
            assert_eq!(worlds[0].show(frame, is_to_server, &bytes, &request), c::SYNFIN_STATUS_OK);
            for _again in 0..2 {
                let status = worlds[1].observe_and_show(frame, is_to_server, &bytes, &request);
                assert_eq!(status, c::SYNFIN_STATUS_OK);
                assert_eq!(told(&worlds[0].shown), told(&worlds[1].shown), "{request:?}, frame {frame}");
            }
            shown += worlds[1].shown.value_count;
        }
    }
    assert!(shown > 500, "{shown} values");
}

#[test]
fn an_icmp_error() {
    let mut world = World::new();
    assert_eq!(world.observe(1, true, 0x02, 100, 0), c::SYNFIN_STATUS_OK);
    assert_eq!(world.observe_icmp(2, &icmp_bytes(100)), c::SYNFIN_STATUS_OK);
    assert_eq!(world.observe_icmp(3, &icmp_bytes(100_000)), c::SYNFIN_STATUS_NOT_SEEN, "no number of the client's");
    assert_eq!(world.observe_icmp(3, &[8, 0, 0, 0, 0, 0, 0, 0]), c::SYNFIN_STATUS_NOT_SEEN, "an echo");
    let request = request(ALL, [u64::MAX; 2]);
    assert_eq!(world.show_icmp(3, &request), c::SYNFIN_STATUS_NOT_SEEN);
    assert_eq!(world.show_icmp(2, &request), c::SYNFIN_STATUS_OK);
    let word = |name| text(value(&world.shown, name).unwrap().text).unwrap();
    assert_eq!(word("synfin.icmp"), "port-unreachable");
    assert_eq!(word("synfin.icmp.from"), "10.0.0.254");
    assert_eq!(world.shown.experts.count_ones(), 1);
    assert_eq!(text(world.shown.label).as_deref(), Some("TCP Lifecycle: ICMP port-unreachable"));
    assert_eq!(text(world.shown.suffix), None);
}

#[test]
fn what_a_listener_met() {
    let mut world = World::new();
    world.refuse();
    assert_eq!([world.meet(2), world.meet(1)], [(c::SYNFIN_STATUS_OK, 1), (c::SYNFIN_STATUS_OK, 0)]);
    assert_eq!(world.meet(3), (c::SYNFIN_STATUS_NOT_SEEN, 9), "an output is written on OK alone");
    // SAFETY: the handle is live.
    unsafe {
        assert_eq!((synfin_set_count(world.set), synfin_set_stream(world.set, 0)), (1, 7));
        assert_eq!((synfin_set_count(ptr::null()), synfin_set_stream(world.set, 1)), (0, 0));
    }
    let (status, json) = world.json(0);
    assert_eq!(status, c::SYNFIN_STATUS_OK);
    assert!(
        json.starts_with(r#"{"stream":7,"start":"2026-01-02T03:04:05.001000000Z","client_ip":"10.0.0.1","#),
        "{json}"
    );
    assert_eq!(world.json(1).0, c::SYNFIN_STATUS_NOT_SEEN);
    let mut len = 0;
    // SAFETY: there is no buffer, and no room is said to be in it.
    let status = unsafe { synfin_set_json(world.set, world.tracker, 0, ptr::null_mut(), 0, &raw mut len) };
    assert_eq!((status, len), (c::SYNFIN_STATUS_NO_ROOM, json.len()));

    assert_eq!(world.count_servers(), (c::SYNFIN_STATUS_OK, 1));
    // SAFETY: all pointers are to live values.
    let status = unsafe { synfin_set_server(world.set, 0, &raw mut *world.shown) };
    assert_eq!((status, world.shown.value_count, world.shown.stream), (c::SYNFIN_STATUS_OK, 12, 0));
    assert_eq!(text(world.shown.values[0].text).as_deref(), Some("10.0.0.2:80"));
    // SAFETY: as above.
    assert_eq!(unsafe { synfin_set_server(world.set, 1, &raw mut *world.shown) }, c::SYNFIN_STATUS_NOT_SEEN);
    assert!(world.report(0).1.contains("10.0.0.2:80"));
    assert!(world.report(1).1.starts_with(r#"{"connections":1,"segments":2,"#));
    // SAFETY: the handle is live.
    unsafe { synfin_set_clear(world.set) };
    assert_eq!(world.json(0).0, c::SYNFIN_STATUS_NOT_SEEN);

    let (status, count) = world.add(1);
    assert_eq!(status, c::SYNFIN_STATUS_OK);
    assert!(count >= 6, "three headings at least, and what stands below");
    assert_eq!(world.add(2), (c::SYNFIN_STATUS_OK, 0), "nothing new");
    let mut counts = [0_u32; 128];
    // SAFETY: all pointers are to live values.
    unsafe {
        let settle =
            |counts: &mut [u32]| synfin_tally_settle(world.tally, world.tracker, counts.as_mut_ptr(), counts.len());
        assert_eq!(settle(&mut counts[..3]), c::SYNFIN_STATUS_NO_ROOM);
        assert_eq!(settle(&mut counts), c::SYNFIN_STATUS_OK);
    }
    assert_eq!(counts[0], 1);
}

#[test]
fn what_is_refused() {
    let mut world = World::new();
    world.refuse();
    let bytes = header(true, 2, 100, 0);
    // SAFETY: pointers are NULL or to live values.
    unsafe {
        assert!(synfin_tracker_new(ptr::null()).is_null());
        assert!(synfin_tracker_new(&c::synfin_options { struct_size: 7, ..options(0) }).is_null());
        let unknown = synfin_tracker_new(&options(99));
        assert!(!unknown.is_null(), "an unknown language is English");
        synfin_tracker_free(unknown);
        synfin_tracker_free(ptr::null_mut());
        assert_eq!(synfin_tracker_memory(ptr::null()), 0);
        assert!(synfin_tracker_memory(world.tracker) > 0);
        let observe = |tracker, segment: *const c::synfin_segment, bytes: *const u8, len| {
            synfin_tracker_observe(tracker, segment, bytes, len)
        };
        let good = segment(3, true);
        let bad = c::synfin_segment { struct_size: 71, ..good };
        let null = c::SYNFIN_STATUS_NULL_POINTER;
        assert_eq!(observe(ptr::null_mut(), &good, bytes.as_ptr(), 20), null);
        assert_eq!(observe(world.tracker, ptr::null(), bytes.as_ptr(), 20), null);
        assert_eq!(observe(world.tracker, &good, ptr::null(), 20), null);
        assert_eq!(observe(world.tracker, &bad, bytes.as_ptr(), 20), c::SYNFIN_STATUS_BAD_SIZE);
        assert_eq!(observe(world.tracker, &good, bytes.as_ptr(), 13), c::SYNFIN_STATUS_NO_SEGMENT);
    }
    let plain = request(c::SYNFIN_WANT_SUFFIX, [0; 2]);
    assert_eq!(world.show(3, true, &bytes, &plain), c::SYNFIN_STATUS_NOT_SEEN);
    assert_eq!(world.show(1, true, &bytes, &c::synfin_request { struct_size: 0, ..plain }), c::SYNFIN_STATUS_BAD_SIZE);
    let syn = header(true, 2, 100, 0);
    let small = c::synfin_request { struct_size: 0, ..plain };
    assert_eq!(world.observe_and_show(3, true, &syn[..13], &plain), c::SYNFIN_STATUS_NO_SEGMENT);
    assert_eq!(world.observe_and_show(3, true, &syn, &small), c::SYNFIN_STATUS_BAD_SIZE);
    assert_eq!(world.show(3, true, &syn, &plain), c::SYNFIN_STATUS_NOT_SEEN, "what is refused is not taken in");
    world.shown.struct_size = 3;
    assert_eq!(world.show(1, true, &bytes, &plain), c::SYNFIN_STATUS_BAD_SIZE);
}

#[test]
fn tables_in_both_languages() {
    let mut counts = [0_usize; 2];
    // SAFETY: `count` is writable; the tables have as many rows and live for ever.
    unsafe {
        for language in [c::SYNFIN_LANGUAGE_ENGLISH, c::SYNFIN_LANGUAGE_CHINESE] {
            let count = &mut counts[usize::from(language)];
            let fields = std::slice::from_raw_parts(synfin_fields(language, count), *count);
            assert!(fields.iter().all(|row| !row.title.is_null() && !text(row.blurb).unwrap().is_empty()));
            assert!(!synfin_experts(language, ptr::null_mut()).is_null());
            let mut columns = 0;
            let headings = std::slice::from_raw_parts(synfin_server_columns(language, &raw mut columns), columns);
            assert!(headings.iter().all(|heading| !text(*heading).unwrap().is_empty()));
            for word in 0..=c::SYNFIN_WORD_LANGUAGE_TEXT {
                assert!(!text(synfin_word(language, word)).unwrap().is_empty(), "{word}");
            }
            assert_eq!(text(synfin_word(language, 255)).as_deref(), Some(""));
        }
        assert_eq!(counts[0], counts[1]);
        let [english, chinese, unknown] = [0, 1, 77].map(|language| synfin_fields(language, ptr::null_mut()));
        assert!(english == unknown && english != chinese);
        assert_eq!(text(synfin_word(0, c::SYNFIN_WORD_X_AND_Y)).as_deref(), Some("X and Y"));
        let headings = std::slice::from_raw_parts(synfin_connection_columns(0, &raw mut counts[0]), counts[0]);
        assert!(headings.iter().any(|&heading| text(heading).as_deref() == Some("Reset by")));
        assert_eq!(synfin_abi_version(), 6);
        assert!(text(synfin_version()).unwrap().starts_with("0."));
    }
}
