//! The connections that live: found by their endpoints, and forgotten when they are over or nothing comes any more.

use std::collections::BTreeMap;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use synfin_core::capture::{Path, SegmentId, Single};
use synfin_core::connection::Assessment;
use synfin_core::segment::Segment;
use synfin_core::view::{HandshakeOutcome, Pass, State, Verdict};

use crate::streams::{Key, Stream};

/// How long a connection is kept after its last segment, in seconds of the capture; and how many are kept at most.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// One that is over: both FINs are acknowledged, or a RST ended it.
    pub over_s: u32,
    /// One whose handshake is not complete.
    pub opening_s: u32,
    /// Any other.
    pub idle_s: u32,
    /// How many live at most: beyond that the one that would be forgotten first is forgotten at once.
    pub living: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // A FIN or a SYN is sent again after at most 64 s; the usual keep-alive comes after two hours.
        Limits { over_s: 65, opening_s: 130, idle_s: 7500, living: 500_000 }
    }
}

/// Of the connections that the same endpoints had before, so many are remembered: a segment may be of one of them.
const BEFORE_MOST: usize = 8;

/// The same where nothing is forgotten: as many as the core looks at.
const LOOKED_AT: usize = 64;

/// What is to be expected of a connection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Its handshake goes on.
    Opening,
    /// It is open, as far as can be told.
    Open,
    /// Nothing but repeats.
    Over,
}

impl Phase {
    /// That of a connection after a segment that may have changed it.
    fn after(single: &Single, verdict: &Verdict) -> Phase {
        let connection = single.view(Pass::First);
        let is_closed = |state| matches!(state, State::Closed | State::TimeWait);
        if connection.ender().is_some() || is_closed(verdict.states.client) && is_closed(verdict.states.server) {
            Phase::Over
        } else if connection.outcome() == HandshakeOutcome::Pending {
            Phase::Opening
        } else {
            Phase::Open
        }
    }
}

/// A connection.
pub(crate) struct LivingConnection {
    pub single: Single,
    /// Those of the same endpoints before it, the latest last.
    before: Vec<Single>,
    phase: Phase,
}

impl LivingConnection {
    /// Takes the next segment in.
    #[inline]
    pub fn observe_segment(&mut self, id: SegmentId, path: Path, segment: &Segment) -> Assessment {
        let before = &self.before;
        let older = |end| {
            let fits = |single: &Single| single.state_of_stray(end, segment);
            before.iter().rev().take(LOOKED_AT).find_map(fits)
        };
        let assessment = self.single.observe_segment(id, path, segment, older);
        if let Assessment::Full(verdict, _) = &assessment {
            self.phase = Phase::after(&self.single, verdict);
        }
        assessment
    }
}

/// Two endpoints that are remembered.
pub(crate) struct Pair {
    pub stream: Stream,
    /// The latest connection of them, which is not always the latest stream.
    pub life: Option<Box<LivingConnection>>,
    /// The second in which the last segment came.
    assessment: u32,
    /// The second in which it is looked at again.
    due: u32,
}

impl Pair {
    /// Begins a connection. Gives the one before, where there was one and `forgets`: it is final.
    pub fn begin(&mut self, single: Single, assessment: &Assessment, forgets: bool) -> Option<&Single> {
        let phase = match assessment {
            Assessment::Full(verdict, _) => Phase::after(&single, verdict),
            Assessment::Packed(..) => Phase::Opening,
        };
        if self.life.is_none() {
            self.life = Some(Box::new(LivingConnection { single, before: Vec::new(), phase }));
            return None;
        }
        let life = self.life.as_mut()?;
        let ended = std::mem::replace(&mut life.single, single);
        life.phase = phase;
        if forgets && life.before.len() >= BEFORE_MOST {
            life.before.remove(0);
        }
        life.before.push(ended);
        life.before.last().filter(|_| forgets)
    }

    /// The second in which it is to be looked at, where that is earlier now, because its connection is over.
    #[inline]
    pub fn earlier(&mut self, limits: Option<Limits>) -> Option<u32> {
        if self.life.as_ref()?.phase != Phase::Over {
            return None;
        }
        let end = self.end(&limits?);
        if end >= self.due {
            return None;
        }
        self.due = end;
        Some(end)
    }

    /// The second in which it can be forgotten, when nothing more comes.
    fn end(&self, limits: &Limits) -> u32 {
        let kept = match self.life.as_ref().map_or(Phase::Over, |life| life.phase) {
            Phase::Opening => limits.opening_s,
            Phase::Open => limits.idle_s,
            Phase::Over => limits.over_s,
        };
        self.assessment.saturating_add(kept)
    }
}

/// All that live.
pub(crate) struct LivingConnections {
    /// None: nothing is forgotten.
    limits: Option<Limits>,
    pairs: HashMap<Key, Pair>,
    dues: Dues,
    now: u32,
    hurried: u64,
}

/// Which pairs are looked at in which second. One whose own second is another by now is passed over.
type Dues = BTreeMap<u32, Vec<Key>>;

impl LivingConnections {
    pub fn new(limits: Option<Limits>) -> LivingConnections {
        LivingConnections { limits, pairs: HashMap::new(), dues: Dues::new(), now: 0, hurried: 0 }
    }

    /// Whether any is forgotten.
    pub fn forgets(&self) -> bool {
        self.limits.is_some()
    }

    /// How many were forgotten because there were too many, and were not over.
    pub fn hurried(&self) -> u64 {
        self.hurried
    }

    /// The pair with these endpoints; a new one has the stream with this number.
    #[inline]
    pub fn pair(&mut self, key: Key, number: u32) -> &mut Pair {
        let now = self.now;
        let pair = match self.pairs.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(room) => {
                let mut due = u32::MAX;
                if let Some(limits) = self.limits {
                    due = now.saturating_add(limits.opening_s);
                    self.dues.entry(due).or_default().push(key);
                }
                room.insert(Pair { stream: Stream::new(number), life: None, assessment: now, due })
            }
        };
        pair.assessment = now;
        pair
    }

    /// The pair with these endpoints, where it is known. Not counted as a sign of life.
    pub fn known(&mut self, key: Key) -> Option<&mut Pair> {
        self.pairs.get_mut(&key)
    }

    /// A pair is looked at in this second.
    pub fn look_in(&mut self, second: u32, key: Key) {
        self.dues.entry(second).or_default().push(key);
    }

    /// The time goes on: gives what is forgotten by now.
    pub fn go_on<E>(&mut self, now: u32, mut forget: impl FnMut(&Single) -> Result<(), E>) -> Result<(), E> {
        self.now = now;
        let Some(limits) = self.limits else { return Ok(()) };
        while let Some(first) = self.dues.first_entry().filter(|first| *first.key() <= now) {
            let (due, keys) = first.remove_entry();
            for key in keys {
                if let Some(pair) = self.look_at(key, due, now, &limits)
                    && let Some(life) = pair.life
                {
                    forget(&life.single)?;
                }
            }
        }
        Ok(())
    }

    /// There may be too many: gives those that are forgotten for that.
    #[inline]
    pub fn make_room<E>(&mut self, mut forget: impl FnMut(&Single) -> Result<(), E>) -> Result<(), E> {
        let Some(limits) = self.limits else { return Ok(()) };
        while self.pairs.len() > limits.living {
            let Some(mut first) = self.dues.first_entry() else { return Ok(()) };
            let due = *first.key();
            let Some(key) = first.get_mut().pop() else {
                first.remove();
                continue;
            };
            if let Some(pair) = self.look_at(key, due, due, &limits)
                && let Some(life) = pair.life
            {
                self.hurried = self.hurried.saturating_add(u64::from(life.phase != Phase::Over));
                forget(&life.single)?;
            }
        }
        Ok(())
    }

    /// Looks at a pair in the second in which it is due. Gives it when it is forgotten by `now`.
    fn look_at(&mut self, key: Key, due: u32, now: u32, limits: &Limits) -> Option<Pair> {
        let Entry::Occupied(mut known) = self.pairs.entry(key) else { return None };
        if known.get().due != due {
            return None;
        }
        let end = known.get().end(limits);
        if end <= now {
            return Some(known.remove());
        }
        known.get_mut().due = end;
        self.dues.entry(end).or_default().push(key);
        None
    }

    /// The end of the capture: gives all that are left, in the order in which they began.
    pub fn finish<E>(&mut self, forget: impl FnMut(&Single) -> Result<(), E>) -> Result<(), E> {
        let forgets = self.forgets();
        let pairs = std::mem::take(&mut self.pairs);
        self.dues.clear();
        let mut left = Vec::with_capacity(pairs.len());
        for life in pairs.values().filter_map(|pair| pair.life.as_ref()) {
            // Those were given before, where some are forgotten.
            let before = life.before.iter().filter(|_| !forgets);
            left.extend(before.chain([&life.single]).map(|single| (single.view(Pass::Final).first_frame(), single)));
        }
        left.sort_unstable_by_key(|&(frame, _)| frame);
        left.into_iter().map(|(_, single)| single).try_for_each(forget)
    }
}
