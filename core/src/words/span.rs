//! Durations as people say them.

use core::time::Duration;
use std::fmt::{self, Write};

/// The names of the units, each with what stands between it and its number.
pub struct Units {
    pub hours: &'static str,
    pub minutes: &'static str,
    pub seconds: &'static str,
    pub milliseconds: &'static str,
    pub microseconds: &'static str,
    /// Between two of them: `3 min 20 s`.
    pub between: &'static str,
}

/// In English: `60.0 s`, `3 min 20 s`.
pub const ENGLISH: Units =
    Units { hours: " h", minutes: " min", seconds: " s", milliseconds: " ms", microseconds: " µs", between: " " };

/// From here on minutes read better than seconds, and hours better than minutes.
const TWO_MINUTES: u64 = 120;
const TWO_HOURS: u64 = 7200;

/// Writes a duration: `350 µs`, `12.3 ms`, `7.0 s`, `3 min 20 s`, `5 h 12 min`.
pub fn write(out: &mut dyn Write, ns: u64, units: &Units) -> fmt::Result {
    let span = Duration::from_nanos(ns);
    let (whole, exact) = (span.as_secs(), span.as_secs_f64());
    if whole >= TWO_HOURS {
        let (hours, minutes) = (whole / 3600, whole % 3600 / 60);
        write!(out, "{hours}{}{}{minutes}{}", units.hours, units.between, units.minutes)
    } else if whole >= TWO_MINUTES {
        let (minutes, seconds) = (whole / 60, whole % 60);
        write!(out, "{minutes}{}{}{seconds}{}", units.minutes, units.between, units.seconds)
    } else if exact >= 0.99995 {
        write!(out, "{exact:.1}{}", units.seconds)
    } else if exact >= 0.000_999_5 {
        write!(out, "{:.1}{}", exact * 1e3, units.milliseconds)
    } else {
        write!(out, "{:.0}{}", exact * 1e6, units.microseconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        let units = Units {
            hours: " h",
            minutes: " min",
            seconds: " s",
            milliseconds: " ms",
            microseconds: " us",
            between: " ",
        };
        for (ns, expected) in [
            (0, "0 us"),
            (350_400, "350 us"),
            (999_900, "1.0 ms"),
            (12_340_000, "12.3 ms"),
            (999_960_000, "1.0 s"),
            (7_000_000_000, "7.0 s"),
            (119_940_000_000, "119.9 s"),
            (200_000_000_000, "3 min 20 s"),
            (18_720_000_000_000, "5 h 12 min"),
            (u64::MAX, "5124095 h 34 min"),
        ] {
            let mut text = String::new();
            write(&mut text, ns, &units).unwrap();
            assert_eq!(text, expected);
        }
    }
}
