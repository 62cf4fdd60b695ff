//! Why an observer may be wrong of one side: facts that did not pass it. Each is a predicate on what really happened.
//!
//! A difference is explained by a set of kinds of facts when an observer that is told all facts of these kinds, and none
//! of another, says the truth; the smallest such set names it. Told all of them, it has to be right everywhere.

use synfin::tcp::{Both, Connection, End, Flags, Moment, Segment, Side, State};

use super::history::{Arrival, Emission, History, Taken, Tick};
use super::observe::Tap;

/// A kind of fact.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u16)]
pub enum Limit {
    InFlight,
    Ahead,
    NotSeen,
    LostLater,
    Crossed,
    Queued,
    Silent,
    NoListener,
    OutOfOrder,
    Unacceptable,
    OldSocket,
    OldAck,
    FinOnOldData,
}

impl Limit {
    pub const ALL: [Limit; 13] = [
        Limit::InFlight,
        Limit::Ahead,
        Limit::NotSeen,
        Limit::LostLater,
        Limit::Crossed,
        Limit::Queued,
        Limit::Silent,
        Limit::NoListener,
        Limit::OutOfOrder,
        Limit::Unacceptable,
        Limit::OldSocket,
        Limit::OldAck,
        Limit::FinOnOldData,
    ];

    /// The names of tests/stacks/truth.py where it has them.
    pub const fn name(self) -> &'static str {
        match self {
            Limit::InFlight => "in-flight",
            Limit::Ahead => "ahead",
            Limit::NotSeen => "not-seen",
            Limit::LostLater => "lost-later",
            Limit::Crossed => "crossed",
            Limit::Queued => "queued",
            Limit::Silent => "silent",
            Limit::NoListener => "no-listener",
            Limit::OutOfOrder => "out-of-order",
            Limit::Unacceptable => "unacceptable",
            Limit::OldSocket => "old-socket",
            Limit::OldAck => "smoltcp-old-ack",
            Limit::FinOnOldData => "smoltcp-fin-on-old-data",
        }
    }

    pub const fn text(self) -> &'static str {
        match self {
            Limit::InFlight => {
                "what one side has sent already changes that side; the observer learns of it when the segment arrives"
            }
            Limit::Ahead => "the segment passed the observer and is still on its way to the other side",
            Limit::NotSeen => "the segment that made the change was lost before the observer",
            Limit::LostLater => {
                "the segment passed the observer and was lost behind it: the core assumes that it arrived"
            }
            Limit::Crossed => {
                "segments of both sides crossed on the way: which came first at either end, the observer cannot see"
            }
            Limit::Queued => {
                "RFC 9293 section 3.10.4: a socket told to close is in FIN-WAIT-1 or LAST-ACK at once, while its FIN \
                 waits behind data"
            }
            Limit::Silent => "a socket changed without sending anything (time-out of TIME-WAIT, crash, a new listener)",
            Limit::NoListener => "a SYN may find no listener; the observer learns that from the RST",
            Limit::OutOfOrder => {
                "a FIN that arrives before the data in front of it: Linux keeps it until they come, smoltcp takes its \
                 repeat"
            }
            Limit::Unacceptable => {
                "RFC 9293 section 3.10.7.4: a segment with nothing in the window is answered and dropped, its Ack too \
                 (figure 7 and Linux take such an Ack); synfin's specification takes every Ack"
            }
            Limit::OldSocket => {
                "the port is still one of an earlier connection's socket; smoltcp drops the SYN without an answer"
            }
            Limit::OldAck => {
                "smoltcp, against RFC 9293 section 3.10.7.4: a segment whose Ack is older than the last is dropped \
                 whole, with its FIN and data"
            }
            Limit::FinOnOldData => {
                "smoltcp, against RFC 9293 section 3.10.7.4: a FIN on a segment whose octets are all known is dropped"
            }
        }
    }
}

/// A set of kinds of facts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Limits(u16);

impl Limits {
    pub const NONE: Limits = Limits(0);
    pub const EVERY: Limits = Limits((1 << Limit::ALL.len()) - 1);

    pub fn has(self, limit: Limit) -> bool {
        self.0 & 1 << limit as u16 != 0
    }

    /// The names, joined.
    pub fn names(self) -> String {
        let names: Vec<_> = Limit::ALL.iter().filter(|&&l| self.has(l)).map(|l| l.name()).collect();
        names.join(" + ")
    }

    pub fn iter(self) -> impl Iterator<Item = Limit> {
        Limit::ALL.into_iter().filter(move |&limit| self.has(limit))
    }
}

/// What an observer at `tap` who is told the facts of these kinds says of `side` after `until`; and the kinds of which
/// there were facts to tell.
pub struct Told<'a> {
    history: &'a History,
    tap: Tap,
    side: Side,
    until: Tick,
    told: Limits,
    /// The kinds that were met.
    pub met: Limits,
    fed: Vec<(Tick, End, Segment)>,
}

const fn end(side: Side) -> End {
    match side {
        Side::Client => End::Low,
        Side::Server => End::High,
    }
}

impl<'a> Told<'a> {
    pub fn new(history: &'a History, tap: Tap, side: Side, until: Tick, told: Limits) -> Told<'a> {
        Told { history, tap, side, until, told, met: Limits::NONE, fed: Vec::new() }
    }

    /// Whether this kind is told, having been met.
    fn tells(&mut self, limit: Limit) -> bool {
        self.met.0 |= 1 << limit as u16;
        self.told.has(limit)
    }

    /// The state of the side.
    pub fn state(&mut self) -> State {
        let (history, until) = (self.history, self.until);
        for emission in history.emissions.iter().filter(|e| e.tick <= until) {
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
        let one = history.side(self.side);
        if let Some((tick, fin)) = one.close
            && tick <= self.until
            && self.tells(Limit::Queued)
        {
            self.fed.push((tick, end(self.side), fin));
        }
        self.fed.sort_by_key(|&(tick, ..)| tick);
        let last_silent = one.silent.iter().rfind(|(tick, _)| *tick <= self.until).copied();
        let (at_silent, now) = self.replay(last_silent.map(|(tick, _)| tick));
        if self.until < one.old_until && self.tells(Limit::OldSocket) {
            let before = history.moments.iter().rfind(|m| m.tick <= self.until).expect("there was one");
            return before.truth[self.side];
        }
        if !one.has_socket && self.tells(Limit::NoListener) {
            return State::Closed;
        }
        match last_silent {
            Some((_, state)) if at_silent == Some(now) && self.tells(Limit::Silent) => state,
            _ => now,
        }
    }

    /// The side's own segment, at an observer beyond the link.
    fn own(&mut self, emission: &Emission) {
        let seen: Vec<Tick> = emission.arrivals.iter().map(|a| a.tick).filter(|&t| t <= self.until).collect();
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
        for tick in seen {
            self.feed(tick, emission, emission.segment);
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
                Some(first) => self.received(emission.tick, emission, first),
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
        let mut segment = emission.segment;
        let is_kept = match arrival.taken {
            Taken::Whole => true,
            Taken::WithoutFin => {
                if self.tells(Limit::OutOfOrder) {
                    segment.flags = Flags(segment.flags.0 & !Flags::FIN.0);
                }
                true
            }
            Taken::Unacceptable => !self.tells(Limit::Unacceptable),
            Taken::OldAck => !self.tells(Limit::OldAck),
            Taken::FinOnOldData => !self.tells(Limit::FinOnOldData),
            Taken::ByOldSocket => !self.tells(Limit::OldSocket),
        };
        if is_kept {
            self.feed(tick, emission, segment);
        }
    }

    fn feed(&mut self, tick: Tick, emission: &Emission, segment: Segment) {
        self.fed.push((tick, end(emission.side), segment));
    }

    /// The states of the side after the last segment fed up to `when`, and after all.
    fn replay(&self, when: Option<Tick>) -> (Option<State>, State) {
        let mut connection = Connection::default();
        let mut states = Both { client: State::Closed, server: State::Listen };
        let mut at = None;
        for (index, (tick, from, segment)) in self.fed.iter().enumerate() {
            if when.is_some_and(|w| w < *tick) && at.is_none() {
                at = Some(states[self.side]);
            }
            let ordinal = index as u64 + 1;
            let moment = Moment { frame: index as u32 + 1, ordinal, known_tuple: false, rebase: true };
            states = connection.observe(moment, *from, segment).states;
            if !connection.client_is_low() {
                states.swap();
            }
        }
        let now = states[self.side];
        (when.map(|_| at.unwrap_or(now)), now)
    }
}

/// What an observer told everything says of the side: always the truth, or the core is wrong.
pub fn told_all(history: &History, tap: Tap, side: Side, until: Tick) -> State {
    Told::new(history, tap, side, until, Limits::EVERY).state()
}

/// The smallest set of kinds of facts with which the observer says the truth; None when there is none.
pub fn explain(history: &History, tap: Tap, side: Side, until: Tick, truth: State) -> Option<Limits> {
    let mut all = Told::new(history, tap, side, until, Limits::EVERY);
    if all.state() != truth {
        return None;
    }
    let met: Vec<u16> = all.met.iter().map(|limit| limit as u16).collect();
    let mut sets: Vec<Limits> = (1u32..1 << met.len())
        .map(|chosen| Limits(met.iter().enumerate().filter(|(i, _)| chosen >> i & 1 == 1).map(|(_, bit)| 1 << bit).sum()))
        .collect();
    sets.sort_by_key(|set| (set.0.count_ones(), set.0));
    sets.into_iter().find(|&set| Told::new(history, tap, side, until, set).state() == truth)
}
