//! The time of a capture, which only goes forward: what is forgotten is forgotten by it.

use synfin_core::segment::Timestamp;

const NS_IN_S: i64 = 1_000_000_000;

/// Frames may come out of order by so much; a frame further back than that begins another time: captures are joined, and
/// clocks are set.
const BACK_MOST_S: i64 = 600;

/// Seconds since the first frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Clock {
    seconds: u32,
    /// The latest time so far, in seconds.
    latest: Option<i64>,
}

impl Clock {
    /// Goes on to the time of a frame. Gives the seconds since the first frame, and whether that is another second.
    #[inline]
    pub fn go_on(&mut self, at: Option<Timestamp>) -> bool {
        let Some(now) = at.map(|at| at.0.div_euclid(NS_IN_S)) else { return false };
        if self.latest == Some(now) {
            return false;
        }
        self.go_far(now)
    }

    #[cold]
    fn go_far(&mut self, now: i64) -> bool {
        let since = self.latest.map_or(0, |latest| now.saturating_sub(latest));
        if !(-BACK_MOST_S..0).contains(&since) {
            self.latest = Some(now);
        }
        let passed = u32::try_from(since).unwrap_or(if since > 0 { u32::MAX } else { 0 });
        self.seconds = self.seconds.saturating_add(passed);
        passed > 0
    }

    /// Seconds since the first frame.
    pub fn seconds(&self) -> u32 {
        self.seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forward_only() {
        let mut clock = Clock::default();
        let mut at = |seconds: i64| {
            clock.go_on(Some(Timestamp(seconds * NS_IN_S)));
            clock.seconds()
        };
        assert_eq!([at(1000), at(1003), at(1001), at(1002), at(1003), at(1004)], [0, 3, 3, 3, 3, 4]);
        assert_eq!([at(5000), at(4999)], [4000, 4000], "out of order by a second");
        assert_eq!([at(100), at(101), at(99)], [4000, 4001, 4001], "another capture, joined");
        assert_eq!([at(i64::MAX / NS_IN_S), at(99), at(100)], [u32::MAX, u32::MAX, u32::MAX], "a clock that was wrong");
        assert!(!clock.go_on(None));
    }
}
