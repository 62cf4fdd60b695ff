//! Numbers that came before: repeats of a SYN, a SYN-ACK or a FIN are known by them when another number came in between.

use super::seq::Seq;
use super::side::Side;

/// What a number was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// The number of a SYN without ACK, of this attempt or an earlier one.
    Syn,
    /// The number of a SYN-ACK.
    SynAck,
    /// The own number of a FIN.
    Fin,
    /// An acknowledgment that a client in SYN-SENT could not accept.
    BadAck,
}

/// Numbers kept of one kind and side: what a real connection never has is not worth more of a hostile one's memory.
const MOST: usize = 16;

/// The numbers that came before, oldest first; each once.
#[derive(Clone, Debug, Default)]
pub struct Earlier(Vec<(Side, What, Seq)>);

impl Earlier {
    /// Whether this number came before.
    pub fn has(&self, side: Side, what: What, number: Seq) -> bool {
        self.0.contains(&(side, what, number))
    }

    /// Remembers a number, if need be in place of the oldest of its kind.
    pub fn add(&mut self, side: Side, what: What, number: Seq) {
        if self.has(side, what, number) {
            return;
        }
        let is_kind = |entry: &(Side, What, Seq)| entry.0 == side && entry.1 == what;
        if self.0.iter().filter(|entry| is_kind(entry)).count() >= MOST
            && let Some(oldest) = self.0.iter().position(is_kind)
        {
            self.0.remove(oldest);
        }
        self.0.push((side, what, number));
    }

    /// Forgets what belongs to an attempt alone: all but the SYNs.
    pub fn forget_attempt(&mut self) {
        self.0.retain(|(_, what, _)| *what == What::Syn);
    }

    /// The two sides turn out to be the other way round.
    pub fn swap(&mut self) {
        for (side, _, _) in &mut self.0 {
            *side = side.peer();
        }
    }

    /// Octets of memory beyond the structure itself.
    pub fn extra_memory(&self) -> usize {
        self.0.capacity().saturating_mul(size_of::<(Side, What, Seq)>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_of_a_kind_goes() {
        let mut earlier = Earlier::default();
        earlier.add(Side::Server, What::Fin, Seq(7));
        for number in 0..100 {
            earlier.add(Side::Client, What::SynAck, Seq(number));
            earlier.add(Side::Client, What::SynAck, Seq(number));
        }
        let kept = (0..100).filter(|&number| earlier.has(Side::Client, What::SynAck, Seq(number)));
        assert_eq!(kept.collect::<Vec<_>>(), (84..100).collect::<Vec<_>>());
        assert!(earlier.has(Side::Server, What::Fin, Seq(7)) && !earlier.has(Side::Client, What::Fin, Seq(7)));
        earlier.swap();
        assert!(earlier.has(Side::Client, What::Fin, Seq(7)) && earlier.has(Side::Server, What::SynAck, Seq(99)));
        earlier.forget_attempt();
        assert!(!earlier.has(Side::Client, What::Fin, Seq(7)));
    }
}
