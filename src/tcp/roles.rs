//! Who is the client, as far as the past tells: the sender of the first SYN, the receiver of a SYN-ACK,
//! else a guess.

use super::connection::{Connection, End, Moment};
use super::segment::{Kind, Segment};
use super::side::Side;
use super::state::BEFORE;

/// How the client is known. Later evidence in this list outweighs earlier.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) enum Judgement {
    /// No segment yet.
    #[default]
    None,
    /// By the ports, or as the sender of the first segment.
    Guess,
    /// As the receiver of a SYN-ACK.
    SynAck,
    /// As the sender of the first SYN.
    Syn,
}

impl Connection {
    pub(super) fn judge_client(&mut self, moment: Moment, from: End, segment: &Segment, kind: Kind) {
        if from == End::Same {
            self.judgement = self.judgement.max(Judgement::Guess);
            self.client_end = End::Same;
            return;
        }
        let to = if from == End::Low { End::High } else { End::Low };
        let (judgement, client) = match kind {
            Kind::Syn => (Judgement::Syn, from),
            Kind::SynAck => (Judgement::SynAck, to),
            Kind::Ack | Kind::Fin | Kind::Rst | Kind::Other => {
                // A port below 1024 is a service's: the side without one is the client.
                let to_service = segment.destination_port < 1024;
                let from_service = segment.source_port < 1024;
                (Judgement::Guess, if from_service && !to_service { to } else { from })
            }
        };
        if judgement <= self.judgement {
            return;
        }
        let change = self.judgement != Judgement::None && client != self.client_end;
        self.judgement = judgement;
        self.client_end = client;
        if change {
            self.swap_sides(moment);
        }
    }

    /// The roles turn out to be the other way round; what was said stays said.
    pub(super) fn swap_sides(&mut self, moment: Moment) {
        self.keep_bases(moment);
        self.known.swap();
        if self.states != BEFORE {
            self.states.swap();
        }
        self.zeek.swap(&mut self.known);
        self.opening.swap();
        self.closing.closer = self.closing.closer.map(Side::peer);
        if let Some(ended) = &mut self.ended {
            ended.by = ended.by.peer();
            // After the end X and Y stay as they are.
            self.x_side = self.x_side.peer();
        }
    }

    /// Makes the server the client, when a new attempt is its SYN.
    pub(super) fn exchange_roles(&mut self, moment: Moment) {
        self.client_end = match self.client_end {
            End::Low => End::High,
            End::High => End::Low,
            End::Same => return,
        };
        self.swap_sides(moment);
    }
}
