//! What nearly all segments are: plain ACKs, with payload or without, in the midst of an open connection. They move
//! numbers on and do nothing else, so the rules of opening, closing and repeats need not be asked. Everything that
//! could make one more than that is looked for before anything is changed; where it is found, the rules are asked.

use super::connection::{Connection, End};
use super::findings::{Findings, Progress};
use super::numbering::Basis;
use super::segment::{Kind, Segment};
use super::side::Side;
use super::verdict::{Anomalies, Numbers, Phase, Repeats, Steps, Verdict};

impl Connection {
    /// Takes in a segment that only moves numbers on, and says so. None, with nothing changed, when it may do more.
    pub(super) fn steady(&mut self, from: End, segment: &Segment) -> Option<Verdict> {
        let is_open = matches!(self.opening.progress, Progress::Complete | Progress::Over);
        let is_plain = segment.kind() == Kind::Ack && from != End::Same;
        if !is_open || !is_plain || self.closing.closer.is_some() || self.ended.is_some() {
            return None;
        }
        let side = self.side_of(from);
        if self.zeek.is_news(side, segment) {
            return None;
        }
        let moved = self.known.move_on(side, segment, self.window_shift(side))?;
        self.opening.note(Findings::acked(side));
        let (x, y) =
            if side == self.x_side { (moved.own_base, moved.peer_base) } else { (moved.peer_base, moved.own_base) };
        Some(Verdict {
            sender: side,
            open_steps: Steps::NONE,
            close_steps: Steps::NONE,
            repeats: Repeats::default(),
            phase: Phase::Data,
            states: self.states,
            reset: None,
            ended: false,
            numbers: Numbers {
                basis: Basis::Open,
                x_is_servers: self.x_side == Side::Server,
                x: Some(x.0),
                y: Some(y.0),
                seq: Some(moved.seq),
                ack: Some(moved.ack),
            },
            anomalies: Anomalies::default(),
        })
    }
}
