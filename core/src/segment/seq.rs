//! Sequence numbers: points on a circle of 2^32, and their unwrapped 64-bit positions.

use std::fmt;

/// A sequence or acknowledgment number as it stands in a TCP header (RFC 9293 §3.4).
///
/// The numbers lie on a circle, so there is no order and no plain subtraction: ask [`Seq::is_at_or_past`] or
/// [`Seq::offset_from`].
#[derive(Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Seq(pub u32);

impl Seq {
    /// The number `bytes` further on.
    #[must_use]
    pub const fn advance(self, bytes: u32) -> Seq {
        Seq(self.0.wrapping_add(bytes))
    }

    /// The number `bytes` before this one.
    #[must_use]
    pub const fn back(self, bytes: u32) -> Seq {
        Seq(self.0.wrapping_sub(bytes))
    }

    /// Whether this number is `other` or comes after it: 0 <= self - other < 2^31.
    #[must_use]
    pub const fn is_at_or_past(self, other: Seq) -> bool {
        self.offset_from(other) >= 0
    }

    /// Whether this number comes after `other`: 0 < self - other < 2^31.
    #[must_use]
    pub const fn is_after(self, other: Seq) -> bool {
        self.offset_from(other) > 0
    }

    /// Whether this number lies in `first ..= first + more`, going upwards.
    #[must_use]
    pub const fn is_within(self, first: Seq, more: u32) -> bool {
        self.0.wrapping_sub(first.0) <= more
    }

    /// The signed distance from `other`, the short way round: -2^31 .. 2^31 - 1.
    #[must_use]
    pub const fn offset_from(self, other: Seq) -> i32 {
        self.0.wrapping_sub(other.0).cast_signed()
    }

    /// The later of the two; this one where neither is: they are half a circle apart.
    #[must_use]
    pub const fn later(self, other: Seq) -> Seq {
        if other.is_after(self) { other } else { self }
    }
}

impl fmt::Debug for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Seq({})", self.0)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An unwrapped position in one side's sequence space: its low 32 bits are the number in the header, the rest counts
/// the turns of the circle. Positions of one side can be subtracted; the zero point means nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Position(i64);

impl Position {
    /// Before all that any capture reaches.
    pub const LEAST: Position = Position(i64::MIN);

    /// The position of a side's first number: turn 0.
    #[must_use]
    pub const fn first(seq: Seq) -> Position {
        Position(seq.0 as i64)
    }

    /// The position of `seq` in a turn of the circle.
    #[must_use]
    pub const fn at_turn(turn: i32, seq: Seq) -> Position {
        Position((turn as i64) << 32 | seq.0 as i64)
    }

    /// Which turn of the circle it is in.
    #[must_use]
    pub const fn turn(self) -> i32 {
        (self.0 >> 32) as i32
    }

    /// The position of `seq` that is nearest to this one.
    #[must_use]
    pub const fn nearest(self, seq: Seq) -> Position {
        // Wrapping: 2^31 segments, each half a circle ahead, are needed before it matters.
        Position(self.0.wrapping_add(seq.offset_from(self.seq()) as i64))
    }

    /// The position `bytes` further on.
    #[must_use]
    pub const fn advance(self, bytes: u32) -> Position {
        Position(self.0.wrapping_add(bytes as i64))
    }

    /// The number in the header.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the low 32 bits are the number")]
    pub const fn seq(self) -> Seq {
        Seq(self.0 as u32)
    }

    /// How far this position lies past `base`, in bytes; negative before it. Does not wrap at 2^32.
    #[must_use]
    pub const fn offset_from(self, base: Position) -> i64 {
        self.0.wrapping_sub(base.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_on_the_circle() {
        let top = Seq(u32::MAX);
        assert!(Seq(0).is_after(top));
        assert!(!top.is_after(Seq(0)));
        assert!(top.is_at_or_past(top));
        assert!(!top.is_after(top));
        assert!(!Seq(1 << 31).is_at_or_past(Seq(0)), "half a turn ahead is behind");
        assert!(Seq((1 << 31) - 1).is_after(Seq(0)));
        assert_eq!(Seq(3).offset_from(Seq(u32::MAX)), 4);
        assert_eq!(Seq(u32::MAX).offset_from(Seq(3)), -4);
        assert_eq!(top.later(Seq(5)), Seq(5));
        assert!(Seq(1).is_within(top, 2) && !Seq(2).is_within(top, 2));
    }

    #[test]
    fn positions_do_not_wrap() {
        let isn = Position::first(Seq(u32::MAX - 9));
        let mut mark = isn;
        for step in 1..=10u32 {
            mark = mark.nearest(isn.seq().advance(step.wrapping_mul(1 << 30)));
        }
        assert_eq!(mark.offset_from(isn), 10 << 30);
        assert_eq!(mark.nearest(mark.seq().back(7)).offset_from(mark), -7);
        assert_eq!(mark.seq(), isn.seq().advance(10u32.wrapping_mul(1 << 30)));
    }
}
