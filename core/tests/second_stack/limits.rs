//! Why an observer may be wrong about one side: facts that did not pass it. Each is a predicate on what really happened.
//!
//! A set of kinds of facts explains a difference when an observer that is told all facts of these kinds, and no others, says
//! the truth. The smallest such set names the difference. An observer that is told all facts has to be right everywhere.

use synfin_core::connection::{self, Assessment, Connection, State};
use synfin_core::segment::{Both, End, Flags, Kind, Segment, Side, Timestamp};

use super::history::{Arrival, Emission, History, Reception, Tick};
pub use super::kinds::Limit;
use super::observe::{Tap, Whole};

/// A set of kinds of facts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Limits(u32);

impl Limits {
    pub const NONE: Limits = Limits(0);
    pub const EVERY: Limits = Limits((1 << Limit::ALL.len()) - 1);

    pub fn has(self, limit: Limit) -> bool {
        self.0 & 1 << limit as u32 != 0
    }

    pub fn iter(self) -> impl Iterator<Item = Limit> {
        Limit::ALL.into_iter().filter(move |&limit| self.has(limit))
    }
}

/// What an observer at `tap` who is told the facts of these kinds says of `side` after `until`; and the kinds of which
/// there were facts to tell.
pub struct InformedObserver<'a> {
    history: &'a History,
    tap: Tap,
    side: Side,
    until: Tick,
    told: Limits,
    /// The kinds that were met.
    pub met: Limits,
    fed: Vec<(Tick, End, Segment)>,
}

/// A time stamp of microseconds.
fn time(micros: i64) -> Option<Timestamp> {
    Some(Timestamp(micros * 1000))
}

const fn end(side: Side) -> End {
    match side {
        Side::Client => End::Low,
        Side::Server => End::High,
    }
}

impl<'a> InformedObserver<'a> {
    pub fn new(history: &'a History, tap: Tap, side: Side, until: Tick, told: Limits) -> InformedObserver<'a> {
        InformedObserver { history, tap, side, until, told, met: Limits::NONE, fed: Vec::new() }
    }

    /// Whether this kind is told, having been met.
    fn tells(&mut self, limit: Limit) -> bool {
        self.met.0 |= 1 << limit as u32;
        self.told.has(limit)
    }

    /// Puts together what the observer sees and is told, in order.
    fn gather(&mut self) {
        let (history, until) = (self.history, self.until);
        for emission in history.emissions.iter().filter(|e| e.tick <= until) {
            let one = history.side(emission.side);
            let is_own = emission.side == self.side;
            let is_by_old_socket = one.is_old && one.is_before_socket(emission.tick);
            if is_own && is_by_old_socket && self.tells(Limit::OldSocket) {
                continue;
            }
            // The RST of a host with a new listener is not about that one.
            let is_by_listener = one.state_at(emission.tick) == Some(State::Listen);
            if is_own && is_by_listener && self.tells(Limit::Silent) {
                continue;
            }
            match (emission.side == self.side, self.tap.is_before_link_of(emission.side)) {
                (true, true) => self.feed(emission.tick, emission, emission.segment),
                (true, false) => self.own(emission),
                (false, false) => {
                    for arrival in emission.arrivals.iter().filter(|a| a.tick <= until) {
                        self.received(arrival.tick, emission, arrival);
                    }
                }
                (false, true) => self.peers(emission),
            }
        }
        if let Some((tick, fin)) = history.side(self.side).close
            && tick <= until
            && self.tells(Limit::Queued)
        {
            self.fed.push((tick, end(self.side), fin));
        }
        self.fed.sort_by_key(|&(tick, ..)| tick);
    }

    /// What is said of the whole connection.
    fn whole(&mut self) -> Whole {
        self.gather();
        let mut connection = Connection::default();
        self.replay(&mut connection, None);
        Whole::of(&connection)
    }

    /// The state of the side.
    fn state(&mut self) -> State {
        self.gather();
        let (history, one) = (self.history, self.history.side(self.side));
        let last_silent = one.silent.iter().rfind(|(tick, _)| *tick <= self.until).copied();
        let (at_silent, now) = self.replay(&mut Connection::default(), last_silent.map(|(tick, _)| tick));
        let is_before_socket = one.is_before_socket(self.until);
        if is_before_socket && one.is_old && self.tells(Limit::OldSocket) {
            let before = history.moments.iter().rfind(|m| m.tick <= self.until).expect("there was one");
            return before.truth[self.side];
        }
        if is_before_socket && !one.is_old && self.tells(Limit::NoListener) {
            return State::Closed;
        }
        // From such an abort on there is no socket, whatever still comes.
        if let Some(since) = one.aborted_late(self.until)
            && one.state_at(self.until) == Some(State::Closed)
            && history.emissions.iter().any(|e| e.side == self.side && e.tick > since && e.segment.kind() == Kind::Rst)
            && self.tells(Limit::AfterBothFins)
        {
            return State::Closed;
        }
        match last_silent {
            Some((_, state)) if at_silent == Some(now) && self.tells(Limit::Silent) => state,
            _ => now,
        }
    }

    /// The side's own segment, at an observer beyond the link.
    fn own(&mut self, emission: &Emission) {
        let mut seen: Vec<&Arrival> = emission.arrivals.iter().filter(|a| a.tick <= self.until).collect();
        if seen.len() > 1 && self.tells(Limit::Duplicated) {
            seen.truncate(1);
        }
        let kind = if !seen.is_empty() {
            Limit::Crossed
        } else if emission.copies == 0 {
            Limit::NotSeen
        } else {
            Limit::InFlight
        };
        if self.tells(kind) {
            self.feed(emission.tick, emission, emission.segment);
            return;
        }
        for arrival in seen {
            let segment = Segment { at: time(arrival.at), ..emission.segment };
            self.feed(arrival.tick, emission, segment);
        }
    }

    /// The peer's segment, at an observer who sees it before the link does.
    fn peers(&mut self, emission: &Emission) {
        let arrivals: Vec<&Arrival> = emission.arrivals.iter().filter(|a| a.tick <= self.until).collect();
        let kind = if !arrivals.is_empty() {
            Limit::Crossed
        } else if emission.copies == 0 {
            Limit::LostLater
        } else {
            Limit::Ahead
        };
        if !self.tells(kind) {
            match arrivals.first() {
                Some(first) => {
                    let first = Arrival { tick: emission.tick, at: emission.at(), ..**first };
                    self.received(emission.tick, emission, &first);
                }
                None => self.feed(emission.tick, emission, emission.segment),
            }
            return;
        }
        for arrival in arrivals {
            self.received(arrival.tick, emission, arrival);
        }
    }

    /// The peer's segment, which reached the side and was taken or not.
    fn received(&mut self, tick: Tick, emission: &Emission, arrival: &Arrival) {
        let mut segment = Segment { at: time(arrival.at), ..emission.segment };
        let is_kept = match arrival.taken {
            Reception::Whole => true,
            Reception::WithoutFin | Reception::WithoutOldFin => {
                let is_old = arrival.taken == Reception::WithoutOldFin;
                if self.tells(if is_old { Limit::OldFin } else { Limit::OutOfOrder }) {
                    segment.flags = Flags(segment.flags.0 & !Flags::FIN.0);
                }
                true
            }
            Reception::OldData => {
                // Without data it is one of an older connection.
                if self.tells(Limit::OldData) {
                    segment.payload_len = 0;
                }
                true
            }
            Reception::Unacceptable => !self.tells(Limit::Unacceptable),
            Reception::OldAck => !self.tells(Limit::OldAck),
            Reception::FinOnOldData => !self.tells(Limit::FinOnOldData),
            Reception::ByOldSocket => !self.tells(Limit::OldSocket),
            Reception::ByNobody if segment.kind() == Kind::Syn => !self.tells(Limit::NoListener),
            Reception::ByNobody => !self.tells(Limit::NoSocket),
            Reception::ByListener => !self.tells(Limit::Listener),
            Reception::InexactReset => {
                if let Some(next) = arrival.next
                    && self.tells(Limit::InexactReset)
                {
                    segment.seq = next;
                }
                true
            }
        };
        if is_kept {
            self.feed(tick, emission, segment);
        }
    }

    fn feed(&mut self, tick: Tick, emission: &Emission, segment: Segment) {
        self.fed.push((tick, end(emission.side), segment));
    }

    /// The states of the side after the last segment fed up to `when`, and after all.
    fn replay(&self, connection: &mut Connection, when: Option<Tick>) -> (Option<State>, State) {
        let mut states = Both { client: State::Closed, server: State::Listen };
        let mut at = None;
        for (index, (tick, from, segment)) in self.fed.iter().enumerate() {
            if when.is_some_and(|w| w < *tick) && at.is_none() {
                at = Some(states[self.side]);
            }
            let arrival = connection::Arrival::new(index as u32 + 1, 0, *from, true);
            states = match connection.observe_segment(arrival, segment) {
                Assessment::Full(verdict, _) => verdict.states,
                Assessment::Packed(..) => connection.states_now(),
            };
            if connection.end(Side::Client) != End::Low {
                states.swap();
            }
        }
        let now = states[self.side];
        (when.map(|_| at.unwrap_or(now)), now)
    }
}

/// What an observer told everything says of the side: always the truth, or the core is wrong.
pub fn told_all(history: &History, tap: Tap, side: Side, until: Tick) -> State {
    InformedObserver::new(history, tap, side, until, Limits::EVERY).state()
}

/// The sets of kinds that were met when all were told, small ones first.
fn sets(met: Limits) -> Vec<Limits> {
    let met: Vec<u32> = met.iter().map(|limit| 1 << limit as u32).collect();
    let mut sets: Vec<Limits> = (1u32..1 << met.len())
        .map(|chosen| Limits(met.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1).map(|(_, bit)| bit).sum()))
        .collect();
    sets.sort_by_key(|set| (set.0.count_ones(), set.0));
    sets
}

/// The smallest set of kinds of facts with which the observer says the truth; None when there is none.
pub fn explain(history: &History, tap: Tap, side: Side, until: Tick, truth: State) -> Option<Limits> {
    let told = |limits| InformedObserver::new(history, tap, side, until, limits);
    let mut all = told(Limits::EVERY);
    if all.state() != truth {
        return None;
    }
    sets(all.met).into_iter().find(|&set| told(set).state() == truth)
}

/// Whether one part of what is said (first) of a whole connection is the truth (second).
pub type Part = fn(&Whole, &Whole) -> bool;

/// The same for a part of a whole connection, at an observer on arrival who is told what one of the two hosts knows.
pub fn explain_whole(history: &History, truth: &Whole, part: Part) -> Option<Limits> {
    let mut found = [Side::Client, Side::Server]
        .into_iter()
        .filter_map(|side| {
            let told = |limits| InformedObserver::new(history, Tap::Arrival, side, Tick::MAX, limits);
            let mut all = told(Limits::EVERY);
            all.whole();
            sets(all.met).into_iter().find(|&set| part(&told(set).whole(), truth))
        })
        .collect::<Vec<_>>();
    found.sort_by_key(|set| (set.0.count_ones(), set.0));
    found.first().copied()
}
