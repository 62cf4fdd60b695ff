//! How many connections began when, and what became of them: counts in bars of a width that grows with the time they span.

use std::collections::BTreeMap;

use synfin_core::view::Timestamp;

use super::fate::Fate;

/// More bars than this are made wider.
const BARS_MOST: i64 = 200;

const MS: i64 = 1_000_000;
const S: i64 = 1000 * MS;
const MIN: i64 = 60 * S;
const HOUR: i64 = 60 * MIN;
const DAY: i64 = 24 * HOUR;

/// The widths of bars in nanoseconds: each is so many times the one before. Beyond the last one they double.
const WIDTHS: [i64; 21] = [
    MS,
    2 * MS,
    10 * MS,
    20 * MS,
    100 * MS,
    200 * MS,
    S,
    2 * S,
    10 * S,
    30 * S,
    MIN,
    5 * MIN,
    10 * MIN,
    30 * MIN,
    HOUR,
    2 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
    28 * DAY,
];

/// The connections of one bar, by fate.
pub type Counts = [u32; Fate::ALL.len()];

/// Connections by the time at which they began.
#[derive(Debug)]
pub struct Timeline {
    width: i64,
    /// By the number of the bar: its start divided by its width.
    bars: BTreeMap<i64, Counts>,
}

impl Default for Timeline {
    fn default() -> Timeline {
        Timeline { width: MS, bars: BTreeMap::new() }
    }
}

impl Timeline {
    /// Counts one.
    pub fn add(&mut self, at: Timestamp, fate: Fate) {
        let counts = self.bars.entry(at.0.div_euclid(self.width)).or_default();
        if let Some(count) = counts.get_mut(fate.index()) {
            *count = count.saturating_add(1);
        }
        while self.span() > BARS_MOST {
            self.widen();
        }
    }

    /// How many bars lie between the first and the last.
    fn span(&self) -> i64 {
        match (self.bars.first_key_value(), self.bars.last_key_value()) {
            (Some((first, _)), Some((last, _))) => last.saturating_sub(*first).saturating_add(1),
            _ => 0,
        }
    }

    fn widen(&mut self) {
        let wider = WIDTHS.into_iter().find(|&width| width > self.width).unwrap_or(self.width.saturating_mul(2));
        let times = (wider / self.width).max(1);
        let bars = std::mem::take(&mut self.bars);
        for (number, counts) in bars {
            let sums = self.bars.entry(number.div_euclid(times)).or_default();
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum = sum.saturating_add(count);
            }
        }
        self.width = wider;
    }

    /// The width of a bar, in nanoseconds.
    pub fn width(&self) -> i64 {
        self.width
    }

    /// When the first bar begins, in nanoseconds since the epoch.
    pub fn start(&self) -> Option<i64> {
        self.bars.first_key_value().map(|(number, _)| number.saturating_mul(self.width))
    }

    /// The number of bars from the first to the last; empty ones count.
    pub fn len(&self) -> i64 {
        self.span()
    }

    /// The bars of a fate that are not empty: each bar's number, from 0 at the start, and how many began in it.
    pub fn bars(&self, fate: Fate) -> Vec<(i64, u32)> {
        let first = self.bars.first_key_value().map_or(0, |(number, _)| *number);
        let count = |counts: &Counts| counts.get(fate.index()).copied().filter(|&count| count > 0);
        self.bars.iter().filter_map(|(number, counts)| Some((number.saturating_sub(first), count(counts)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wider_bars_hold_the_same() {
        assert!(WIDTHS.windows(2).all(|pair| pair[1] > pair[0] && pair[1] % pair[0] == 0));
        let mut timeline = Timeline::default();
        let mut add = |at, fate| timeline.add(Timestamp(at), fate);
        add(0, Fate::Opened);
        add(5 * MS, Fate::Refused);
        add(-3 * MS, Fate::Opened);
        assert_eq!((timeline.width, timeline.len()), (MS, 9));
        assert_eq!(timeline.bars(Fate::Opened), [(0, 1), (3, 1)]);
        timeline.add(Timestamp(600 * S), Fate::Opened);
        assert_eq!((timeline.width(), timeline.start(), timeline.len()), (10 * S, Some(-10 * S), 62));
        assert_eq!(timeline.bars(Fate::Opened), [(0, 1), (1, 1), (61, 1)]);
        assert_eq!(timeline.bars(Fate::Refused), [(1, 1)]);
    }

    #[test]
    fn any_time() {
        let mut timeline = Timeline::default();
        for at in [i64::MIN, 0, i64::MAX, -1, i64::MAX / 3] {
            timeline.add(Timestamp(at), Fate::Opened);
        }
        assert!(timeline.len() <= BARS_MOST);
        assert_eq!(timeline.bars(Fate::Opened).iter().map(|(_, count)| count).sum::<u32>(), 5);
    }
}
