//! When a driver stops.

use std::num::ParseIntError;
use std::str::FromStr;
use std::time::Duration;

/// A number of segments or calls, or a time: `1000000`, `60s`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    Count(u64),
    Time(Duration),
}

impl Limit {
    /// How many at the most.
    #[must_use]
    pub fn count(self) -> u64 {
        match self {
            Limit::Count(count) => count,
            Limit::Time(_) => u64::MAX,
        }
    }

    /// How long at the most.
    #[must_use]
    pub fn time(self) -> Duration {
        match self {
            Limit::Count(_) => Duration::MAX,
            Limit::Time(time) => time,
        }
    }
}

impl FromStr for Limit {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Limit, ParseIntError> {
        match text.strip_suffix('s') {
            Some(seconds) => seconds.parse().map(Duration::from_secs).map(Limit::Time),
            None => text.parse().map(Limit::Count),
        }
    }
}
