//! Times: always handed in, never read from a clock.

/// A time stamp or a duration: nanoseconds (a time stamp: since the epoch of the capture's clock).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The time stamp of a number of seconds and nanoseconds; none when it lies beyond some 292 years of the epoch.
    #[must_use]
    pub fn from_parts(seconds: i64, nanoseconds: i32) -> Option<Timestamp> {
        let whole = seconds.checked_mul(1_000_000_000)?;
        whole.checked_add(i64::from(nanoseconds)).map(Timestamp)
    }

    /// The nanoseconds since `earlier`; none when the clock went backwards.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Option<u64> {
        u64::try_from(self.0.checked_sub(earlier.0)?).ok()
    }

    /// The nanoseconds between the two, whichever is the earlier.
    #[must_use]
    pub fn apart(self, other: Timestamp) -> Option<u64> {
        self.0.checked_sub(other.0).map(i64::unsigned_abs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_negative() {
        let early = Timestamp::from_parts(1, 5).unwrap();
        let late = Timestamp::from_parts(2, 0).unwrap();
        assert_eq!(late.since(early), Some(999_999_995));
        assert_eq!(early.since(late), None);
        assert_eq!(early.apart(late), Some(999_999_995));
        assert_eq!(Timestamp::from_parts(i64::MAX, 0), None);
        assert_eq!(Timestamp(i64::MAX).since(Timestamp(i64::MIN)), None);
    }
}
