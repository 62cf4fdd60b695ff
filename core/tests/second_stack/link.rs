//! The link between the two hosts: what it does to a packet is drawn from a seeded generator, in virtual time.

use fastrand::Rng;

/// What a link does to packets. Times are in microseconds, probabilities in parts of 1000.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    pub name: &'static str,
    pub delay: i64,
    /// The most that is added to the delay.
    pub jitter: u64,
    pub loss: u64,
    pub duplication: u64,
    /// Whether a packet may overtake another one.
    pub reorders: bool,
}

impl Link {
    pub const CLEAN: Link = Link { name: "clean", delay: 10_000, jitter: 0, loss: 0, duplication: 0, reorders: false };

    /// Every kind of link, from one without faults to one with all of them.
    pub const ALL: [Link; 6] = [
        Link::CLEAN,
        Link { name: "delaying", jitter: 400_000, ..Link::CLEAN },
        Link { name: "losing", loss: 150, jitter: 5_000, ..Link::CLEAN },
        Link { name: "duplicating", duplication: 300, jitter: 60_000, ..Link::CLEAN },
        Link { name: "reordering", reorders: true, jitter: 60_000, ..Link::CLEAN },
        Link { name: "all of it", delay: 10_000, jitter: 60_000, loss: 120, duplication: 120, reorders: true },
    ];

    /// When the copies of a packet sent now arrive; none when it is lost. `last`: the last arrival in this direction.
    pub fn arrivals(&self, rng: &mut Rng, now: i64, last: &mut i64) -> Vec<i64> {
        if rng.u64(..1000) < self.loss {
            return Vec::new();
        }
        let copies = if rng.u64(..1000) < self.duplication { 2 } else { 1 };
        let mut arrivals: Vec<i64> = (0..copies)
            .map(|_| {
                let extra = if self.jitter == 0 { 0 } else { rng.u64(..self.jitter) };
                let at = now + self.delay + i64::try_from(extra).expect("small");
                let at = if self.reorders { at } else { at.max(*last) };
                *last = at.max(*last);
                at
            })
            .collect();
        arrivals.sort_unstable();
        arrivals
    }
}
