//! When the parts of a connection were captured.

use super::known::Known;
use super::segment::Timestamp;

/// A part of opening or closing, with a time of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Part {
    /// The first SYN.
    Syn,
    /// The first SYN-ACK, or what else performed step 2.
    SynAck,
    /// Step 3 of the opening.
    Step3,
    /// The first FIN.
    Fin,
    /// The segment after which both FINs are acknowledged.
    Closed,
    /// The last segment so far, of whatever kind.
    Last,
}

/// How many parts there are.
pub const PARTS: usize = Part::Last as usize + 1;

/// Nanoseconds since the first segment in six octets: some 39 hours either way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Since([u8; 6]);

const LIMIT: i64 = 1 << 47;

impl Since {
    /// No time.
    const NONE: Since = Since([0, 0, 0, 0, 0, 0x80]);
    /// A time that did not fit.
    const RARE: Since = Since([1, 0, 0, 0, 0, 0x80]);

    /// None when it does not fit.
    #[inline]
    fn new(nanoseconds: i64) -> Option<Since> {
        // The two lowest say that there is none, and that it is elsewhere.
        if !(LIMIT.wrapping_neg().wrapping_add(2)..LIMIT).contains(&nanoseconds) {
            return None;
        }
        let [a, b, c, d, e, f, _, _] = nanoseconds.to_le_bytes();
        Some(Since([a, b, c, d, e, f]))
    }

    fn nanoseconds(self) -> i64 {
        let [a, b, c, d, e, f] = self.0;
        // Shifted up and down again for the sign.
        i64::from_le_bytes([0, 0, a, b, c, d, e, f]) >> 16
    }
}

#[cold]
fn keep_rare(known: &mut Known, part: Part, at: Timestamp) {
    if let Some(time) = known.rare_mut().times.get_mut(part as usize) {
        *time = at.0;
    }
}

/// The time of the first segment, and of each part.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    first: i64,
    has_first: bool,
    since: [Since; PARTS],
}

impl Default for Times {
    fn default() -> Self {
        Times { first: 0, has_first: false, since: [Since::NONE; PARTS] }
    }
}

impl Times {
    /// Those of a connection whose first segment was captured at `first`.
    pub fn begin(first: Option<Timestamp>) -> Times {
        Times { first: first.map_or(0, |first| first.0), has_first: first.is_some(), ..Times::default() }
    }

    /// When the first segment was captured.
    pub fn first(&self) -> Option<Timestamp> {
        self.has_first.then_some(Timestamp(self.first))
    }

    /// When a part was captured.
    pub fn of(&self, known: &Known, part: Part) -> Option<Timestamp> {
        let since = *self.since.get(part as usize)?;
        match since {
            Since::NONE => None,
            Since::RARE => known.rare()?.times.get(part as usize).copied().map(Timestamp),
            _ => Some(Timestamp(self.first.wrapping_add(since.nanoseconds()))),
        }
    }

    /// Notes when a part was captured.
    #[inline]
    pub fn note(&mut self, known: &mut Known, part: Part, at: Option<Timestamp>) {
        let Some(slot) = self.since.get_mut(part as usize) else { return };
        let Some(at) = at else {
            *slot = Since::NONE;
            return;
        };
        *slot = match at.0.checked_sub(self.first).and_then(Since::new) {
            Some(since) => since,
            None => {
                keep_rare(known, part, at);
                Since::RARE
            }
        };
    }

    /// Forgets all parts.
    pub fn forget(&mut self) {
        self.since = [Since::NONE; PARTS];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_near_and_far() {
        let mut known = Known::default();
        let mut times = Times::begin(Some(Timestamp(1_700_000_000_000_000_000)));
        let near = [0, 1, -1, LIMIT - 1, 2 - LIMIT];
        let far = [LIMIT, 1 - LIMIT, -LIMIT, i64::MIN / 2];
        for (offset, is_far) in near.into_iter().map(|near| (near, false)).chain(far.map(|far| (far, true))) {
            let at = Timestamp(times.first + offset);
            assert_eq!(Since::new(offset).is_none(), is_far, "{offset}");
            times.note(&mut known, Part::Step3, Some(at));
            assert_eq!(times.of(&known, Part::Step3), Some(at), "{offset}");
        }
        times.note(&mut known, Part::Step3, None);
        assert_eq!(times.of(&known, Part::Step3), None);
        assert_eq!(times.of(&known, Part::Syn), None);
    }

    #[test]
    fn times_without_the_first() {
        let mut known = Known::default();
        let mut times = Times::begin(None);
        let at = Timestamp(1_700_000_000_000_000_000);
        times.note(&mut known, Part::Fin, Some(at));
        assert_eq!((times.first(), times.of(&known, Part::Fin)), (None, Some(at)));
    }
}
