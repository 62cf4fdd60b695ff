//! What nearly all segments are: plain ACKs, with payload or without, in the midst of an open connection. They move
//! numbers on and do nothing else, so the rules of opening, closing and repeats need not be asked. Everything that
//! could make one more than that is looked for before anything is changed; where it is found, the rules are asked.

use super::connection::{Connection, End};
use super::findings::{Findings, Progress};
use super::known::Moved;
use super::numbering::Basis;
use super::segment::{Kind, Segment};
use super::side::{Both, Side};
use super::state::State;
use super::verdict::{Anomalies, Numbers, Phase, Repeats, Steps, Verdict};

/// What is said of such a segment.
#[derive(Clone, Copy, Debug)]
pub struct Passing {
    sender: Side,
    states: Both<State>,
    x_is_servers: bool,
    moved: Moved,
}

impl Passing {
    /// Numbers that [`Passing::key`] can be.
    pub const KEYS: usize = 1 << 10;

    /// All of it but the numbers, as a number below [`Passing::KEYS`]; none where Seq or Ack lies a turn of the circle or
    /// more from its base.
    #[must_use]
    pub fn key(&self) -> Option<usize> {
        let Moved { seq, ack, .. } = self.moved;
        let states = usize::from(self.states.client as u8) << 4 | usize::from(self.states.server as u8);
        let key = states << 2 | usize::from(self.sender == Side::Server) << 1 | usize::from(self.x_is_servers);
        ((seq | ack) >> 32 == 0).then_some(key)
    }

    /// The same as a verdict.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let Moved { own_base, peer_base, seq, ack } = self.moved;
        let sender_has_x = (self.sender == Side::Server) == self.x_is_servers;
        let (x, y) = if sender_has_x { (own_base, peer_base) } else { (peer_base, own_base) };
        Verdict {
            sender: self.sender,
            open_steps: Steps::NONE,
            close_steps: Steps::NONE,
            repeats: Repeats::default(),
            phase: Phase::Data,
            states: self.states,
            reset: None,
            ended: false,
            numbers: Numbers {
                basis: Basis::Open,
                x_is_servers: self.x_is_servers,
                x: Some(x.0),
                y: Some(y.0),
                seq: Some(seq),
                ack: Some(ack),
            },
            anomalies: Anomalies::default(),
        }
    }
}

/// Which segments may do nothing: those of one side, with payload or without, where the connection is open, nobody closes
/// it, and neither Zeek's letters nor the findings of the opening would change. A set.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Midst(u8);

impl Midst {
    const fn bit(side: Side, has_payload: bool) -> u8 {
        1 << ((side as u8) << 1 | has_payload as u8)
    }

    const fn has(self, side: Side, has_payload: bool) -> bool {
        self.0 & Midst::bit(side, has_payload) != 0
    }
}

impl Connection {
    /// Which segments may do nothing from now on. That changes only with one that does something.
    pub(super) fn find_midst(&self) -> Midst {
        let is_open = matches!(self.opening.progress, Progress::Complete | Progress::Over);
        if !is_open || self.closing.closer.is_some() || self.ended.is_some() {
            return Midst::default();
        }
        let mut bits = 0;
        for side in [Side::Client, Side::Server] {
            for has_payload in [false, true] {
                if self.opening.found(Findings::acked(side)) && !self.zeek.is_news(side, has_payload) {
                    bits |= Midst::bit(side, has_payload);
                }
            }
        }
        Midst(bits)
    }

    /// Takes in a segment that only moves numbers on, and says so. None, with nothing changed, when it may do more.
    #[inline(always)]
    pub(super) fn steady(&mut self, from: End, segment: &Segment) -> Option<Passing> {
        let side = self.side_of(from);
        let may = self.midst.has(side, segment.payload_len > 0);
        if !may || segment.kind() != Kind::Ack || from == End::Same {
            return None;
        }
        let moved = self.known.move_on(side, segment, self.window_shift(side))?;
        let x_is_servers = self.x_side == Side::Server;
        Some(Passing { sender: side, states: self.states, x_is_servers, moved })
    }
}

#[cfg(test)]
mod tests {
    use super::super::known::{Known, Name};
    use super::super::seq::Seq;
    use super::*;
    use crate::tcp::{Flags, SynOptions};

    const MOVING: [Name; 5] = [Name::Mark, Name::PayloadEnd, Name::Next, Name::Acked, Name::Edge];
    /// Where the circle's halves and its end make a difference.
    const NUMBERS: [u32; 7] = [0, 1, 1 << 30, (1 << 31) - 1, 1 << 31, (1 << 31) + 1, u32::MAX];

    fn known(mark: u32, next: u32, acked: u32, edge: u32, payload_end: Option<u32>) -> Known {
        let mut known = Known::default();
        for side in [Side::Client, Side::Server] {
            known.set(side, Name::OpenBase, Seq(1000));
            known.set(side, Name::First, Seq(1000));
            known.set(side, Name::Mark, Seq(mark));
            known.set(side, Name::Next, Seq(next));
            known.set(side, Name::Acked, Seq(acked));
            known.set(side, Name::Edge, Seq(edge));
            if let Some(end) = payload_end {
                known.set(side, Name::PayloadEnd, Seq(end));
            }
        }
        known
    }

    /// In the first turn of the circle and in any, with the rare part and without: the same numbers.
    #[test]
    fn the_short_way_and_the_long_one_move_the_same() {
        let mut short_ways = 0;
        for mark in NUMBERS {
            for other in NUMBERS {
                for seq in NUMBERS {
                    for ack in NUMBERS {
                        for (payload_len, payload_end) in
                            [(0, None), (1, None), (100, Some(other)), (u32::MAX, Some(mark))]
                        {
                            let segment = Segment {
                                seq: Seq(seq),
                                ack: Seq(ack),
                                flags: Flags::ACK,
                                window: 1,
                                payload_len,
                                source_port: 0,
                                destination_port: 0,
                                at: None,
                                options: SynOptions::default(),
                            };
                            let mut short = known(mark, other, other, other, payload_end);
                            let mut long = short.clone();
                            // With a rare part the long way is gone.
                            long.rare_mut();
                            let moved = short.move_on(Side::Client, &segment, 14);
                            assert_eq!(moved, long.move_on(Side::Client, &segment, 14), "{segment:?}");
                            short_ways += u32::from(short.rare().is_none());
                            for side in [Side::Client, Side::Server] {
                                for name in MOVING {
                                    let of = |known: &Known| known.position(side, name);
                                    assert_eq!(
                                        of(&short),
                                        of(&long),
                                        "{side:?} {name:?} from {mark} {other} by {segment:?}"
                                    );
                                }
                            }
                        }
                    }
                }
            }
        }
        assert!(short_ways > 1000, "{short_ways} went the short way");
    }
}
