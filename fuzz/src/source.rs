//! Where choices come from.

/// Gives choices, one after the other.
pub trait Source {
    /// The next choice: a number of `bits` bits, 1 to 32.
    fn take(&mut self, bits: u32) -> u32;

    /// Whether there is nothing left to choose from.
    fn is_empty(&self) -> bool;

    /// A number below `limit`.
    fn below(&mut self, limit: u32) -> u32 {
        let bits = 32 - limit.saturating_sub(1).leading_zeros();
        if bits == 0 { 0 } else { self.take(bits) % limit }
    }

    /// True once in `n` times.
    fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }
}

/// A seeded generator: the same seed gives the same choices everywhere.
impl Source for fastrand::Rng {
    fn take(&mut self, bits: u32) -> u32 {
        (self.u64(..) >> (64 - bits)) as u32
    }

    fn is_empty(&self) -> bool {
        false
    }
}

/// The bytes that a fuzzer hands over; zeros behind their end.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'a>(pub &'a [u8]);

impl Source for Bytes<'_> {
    fn take(&mut self, bits: u32) -> u32 {
        let count = usize::try_from(bits.div_ceil(8)).unwrap_or(4);
        let mut number = 0u32;
        for _ in 0..count {
            let byte = self.0.split_off_first().copied().unwrap_or(0);
            number = number << 8 | u32::from(byte);
        }
        if bits >= 32 { number } else { number & ((1 << bits) - 1) }
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
