//! A panic in each place behind the boundary: a build with the feature `deliberate-panic` has these tests alone.

use super::*;

type Call = fn(&mut World) -> u8;

/// One place after the other: the call answers with its status, and then each of the handles that it used.
#[test]
fn a_panic_at_each_place() {
    let panicked = c::SYNFIN_STATUS_PANICKED;
    let bytes = header(true, 2, 100, 0);
    let everything = request(ALL, [u64::MAX; 2]);
    let at = |place: &str| {
        // SAFETY: all in this process read the environment through std, which lets nobody read while it is written.
        unsafe { std::env::set_var("SYNFIN_PANIC_AT", place) };
    };
    let world = || {
        at("");
        let world = World::new();
        world.refuse();
        assert_eq!(world.meet(1).0, c::SYNFIN_STATUS_OK);
        assert_eq!(world.add(1).0, c::SYNFIN_STATUS_OK);
        world
    };
    let calls: [(&str, Call); 13] = [
        ("parse:5", |world| world.observe(5, true, 0x10, 101, 1)),
        ("observe:5", |world| world.observe(5, true, 0x10, 101, 1)),
        ("icmp:5", |world| world.observe_icmp(5, &icmp_bytes(100))),
        ("show:1", |world| world.show(1, true, &header(true, 2, 100, 0), &request(ALL, [u64::MAX; 2]))),
        ("parse:5", |world| world.observe_and_show(5, true, &header(true, 0x10, 101, 1), &request(ALL, [0; 2]))),
        ("observe:5", |world| world.observe_and_show(5, true, &header(true, 0x10, 101, 1), &request(ALL, [0; 2]))),
        ("show:5", |world| world.observe_and_show(5, true, &header(true, 0x10, 101, 1), &request(ALL, [0; 2]))),
        ("show:3", |world| world.show_icmp(3, &request(ALL, [u64::MAX; 2]))),
        ("connection", |world| world.show_connection(7)),
        ("statistics", |world| world.add(1).0),
        ("servers", |world| world.count_servers().0),
        ("json", |world| world.json(0).0),
        ("report", |world| world.report(1).0),
    ];
    for (place, call) in calls {
        let mut world = world();
        at(place);
        assert_eq!(call(&mut world), panicked, "{place}");
        at("");
        assert_eq!(call(&mut world), panicked, "{place}: out of order from then on");
        assert_eq!(world.show(1, true, &bytes, &everything), panicked, "{place}: the tracker too");
        assert_eq!(world.observe(6, true, 0x10, 101, 1), panicked, "{place}");
    }
}
