//! How a whole connection opened and closed, as its two sockets know it.

use synfin_core::connection::State;
use synfin_core::segment::{Both, Kind, Segment, Side};

use super::history::{History, OneSide, Tick};
use super::observe::Whole;

const SIDES: [Side; 2] = [Side::Client, Side::Server];

/// An arrival that changed the state of its receiver.
#[derive(Clone, Copy)]
struct Change {
    tick: Tick,
    sender: Side,
    segment: Segment,
    from: State,
    to: State,
}

/// All of them, in order.
fn changes(history: &History) -> Vec<Change> {
    let mut changes = Vec::new();
    for emission in &history.emissions {
        let receiver = history.side(emission.side.peer());
        for arrival in &emission.arrivals {
            let Some(index) = receiver.path.iter().position(|&(tick, _)| tick == arrival.tick) else { continue };
            let from = index.checked_sub(1).map_or(State::Closed, |before| receiver.path[before].1);
            let to = receiver.path[index].1;
            changes.push(Change { tick: arrival.tick, sender: emission.side, segment: emission.segment, from, to });
        }
    }
    changes.sort_by_key(|change| change.tick);
    changes
}

fn is_open(one: &OneSide) -> bool {
    one.was(State::Established) || one.was(State::CloseWait)
}

/// What the sockets know of a connection that an observer on arrival saw all segments of. None where no segment arrived
/// or where a socket of an earlier connection had a part in it (what is a connection then is a question of words), or
/// where a FIN had not been taken when the time was up (or both before a RST came), or where both sides aborted.
pub fn truth(history: &History) -> Option<Whole> {
    if history.client.is_old || history.server.is_old || history.emissions.iter().all(|e| e.arrivals.is_empty()) {
        return None;
    }
    let changes = changes(history);
    let reset = changes.iter().find(|c| c.segment.kind() == Kind::Rst).copied();
    let waiting = SIDES.iter().filter(|&&side| is_fin_waiting(history, &changes, side)).count();
    if waiting == 2 || (waiting == 1 && reset.is_none()) {
        return None;
    }
    if SIDES.iter().all(|&side| history.side(side).aborted.is_some()) {
        return None;
    }
    let opened = Both { client: is_open(&history.client), server: is_open(&history.server) };
    let is_double = SIDES.iter().all(|&side| {
        let one = history.side(side);
        one.was(State::SynSent) && one.was(State::SynReceived)
    });
    let is_given_up = history.client.aborted.is_some() && !opened.client;
    let rst_arrived = history
        .emissions
        .iter()
        .any(|e| e.segment.kind() == Kind::Rst && e.side == Side::Client && !e.arrivals.is_empty());
    let outcome = match reset {
        _ if opened.client && opened.server => "complete",
        Some(reset) if reset.from == State::SynSent => "refused",
        Some(_) => "reset",
        None if is_given_up && rst_arrived => "reset",
        None if opened.client || opened.server || is_double => "half-open",
        None => "no-answer",
    };
    let (teardown, mut closer) = teardown(history, &changes, reset, opened.client && opened.server);
    if SIDES.iter().all(|&side| history.side(side).was(State::FinWait1)) {
        closer = None;
    }
    let is_gapless = history.emissions.iter().all(|e| e.copies > 0) && keeps_order(history);
    let half_close_bytes =
        changes.iter().find(is_fin).filter(|_| is_gapless && reset.is_none()).map(|fin| half_close_bytes(history, fin));
    let kind = if is_double { Some("simultaneous") } else { (opened.client || opened.server).then_some("three-way") };
    Some(Whole { outcome, kind, teardown, closer, half_close_bytes })
}

/// Whether a FIN was what changed the state.
fn is_fin(change: &&Change) -> bool {
    change.segment.kind() == Kind::Fin && matches!(change.to, State::CloseWait | State::Closing | State::TimeWait)
}

fn teardown(
    history: &History,
    changes: &[Change],
    reset: Option<Change>,
    opened: bool,
) -> (&'static str, Option<Side>) {
    let fins: Vec<&Change> = changes.iter().filter(is_fin).collect();
    let acknowledged = |side: Side, before: Tick| {
        changes.iter().any(|c| {
            let acks = matches!(
                (c.from, c.to),
                (State::FinWait1, State::FinWait2 | State::TimeWait)
                    | (State::Closing, State::TimeWait)
                    | (State::LastAck, State::Closed)
            );
            acks && c.sender == side.peer() && c.segment.kind() != Kind::Rst && c.tick < before
        })
    };
    if let Some(reset) = reset
        && !SIDES.iter().all(|&side| acknowledged(side, reset.tick))
    {
        return match fins.first() {
            Some(fin) if fin.tick < reset.tick => ("reset-after-fin", Some(fin.sender)),
            _ if opened => ("reset", Some(reset.sender)),
            _ => ("none", None),
        };
    }
    match fins[..] {
        [first, _second, ..] => {
            let closer = history.side(first.sender);
            let kind = if closer.was(State::Closing) {
                "simultaneous"
            } else if closer.was(State::FinWait2) {
                "four-segment"
            } else {
                "three-segment"
            };
            (kind, Some(first.sender))
        }
        [first] => ("half-closed", Some(first.sender)),
        [] => (if opened { "still-open" } else { "none" }, None),
    }
}

/// Whether a FIN of this side reached the other host and was not taken by the end, for data in front of it were missing.
fn is_fin_waiting(history: &History, changes: &[Change], side: Side) -> bool {
    let has_arrived = |kind: Kind| {
        history.emissions.iter().any(|e| e.side == side && e.segment.kind() == kind && !e.arrivals.is_empty())
    };
    has_arrived(Kind::Fin) && !changes.iter().any(|change| change.sender == side && is_fin(&change))
}

/// Whether each side's segments arrived in the order in which they were sent.
fn keeps_order(history: &History) -> bool {
    SIDES.iter().all(|&side| {
        let own = history.emissions.iter().filter(|e| e.side == side);
        own.flat_map(|e| e.arrivals.first()).map(|arrival| arrival.tick).is_sorted()
    })
}

/// Bytes that the closer's program got after its FIN had reached the other side.
fn half_close_bytes(history: &History, fin: &Change) -> u64 {
    let got = &history.side(fin.sender).read_at;
    let all = got.last().map_or(0, |&(_, bytes)| bytes);
    let before = got.iter().rfind(|&&(tick, _)| tick <= fin.tick).map_or(0, |&(_, bytes)| bytes);
    u64::try_from(all - before).expect("few")
}
