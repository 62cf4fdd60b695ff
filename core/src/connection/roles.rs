//! Who is the client, as far as the past tells: the sender of the first SYN, the receiver of a SYN-ACK, else a guess.

use super::state::{State, States};
use super::{Arrival, Connection};
use crate::segment::{Both, End, Flags, Kind, Segment, Seq, Side};

/// How we know who is the client, the weakest evidence first: what stands later here wins.
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

/// Ports from 1024 on at which services listen (SPEC, last section), in order.
const SERVICES: [u16; 106] = [
    1080, 1194, 1433, 1434, 1521, 1723, 1883, 2049, 2181, 2375, 2376, 2379, 2380, 3000, 3128, 3260, 3268, 3269, 3306,
    3389, 4222, 4369, 4443, 5000, 5001, 5044, 5060, 5061, 5222, 5269, 5432, 5433, 5555, 5601, 5671, 5672, 5900, 5938,
    5984, 5985, 5986, 6000, 6379, 6380, 6443, 6514, 6667, 6697, 7000, 7001, 7077, 7474, 7687, 8000, 8008, 8080, 8081,
    8086, 8088, 8089, 8123, 8140, 8200, 8300, 8333, 8443, 8500, 8529, 8530, 8531, 8554, 8883, 8888, 9000, 9001, 9042,
    9090, 9092, 9093, 9100, 9200, 9300, 9418, 9443, 9999, 10000, 10050, 10051, 10250, 10443, 11211, 15672, 16379,
    18080, 25565, 26257, 26379, 27017, 27018, 32400, 33060, 50000, 50051, 50070, 61613, 61616,
];

/// Whether the sender of a connection's first segment is the server, as far as that can be guessed.
fn is_from_server(segment: &Segment) -> bool {
    if segment.kind() == Kind::Rst && segment.flags.has(Flags::ACK) && segment.seq == Seq(0) {
        // It answers a SYN that was not captured (RFC 9293 §3.10.7.1).
        return true;
    }
    let (from, to) = (segment.source_port, segment.destination_port);
    let is_system = |port: u16| port < 1024;
    if is_system(from) != is_system(to) {
        return is_system(from);
    }
    let is_service = |port: u16| SERVICES.binary_search(&port).is_ok();
    if is_service(from) != is_service(to) {
        return is_service(from);
    }
    // A port that systems give to clients is the client's.
    let is_ephemeral = |port: u16| port >= 32768;
    is_ephemeral(from) != is_ephemeral(to) && is_ephemeral(to)
}

impl Connection {
    /// Says who is the client from this segment on.
    pub(super) fn judge_client(&mut self, arrival: &Arrival, segment: &Segment, kind: Kind) {
        let judgement = match kind {
            Kind::Syn => Judgement::Syn,
            Kind::SynAck => Judgement::SynAck,
            Kind::Ack | Kind::Fin | Kind::Rst | Kind::Other => Judgement::Guess,
        };
        if judgement <= self.judgement {
            return;
        }
        self.judgement = judgement;
        let is_servers = match judgement {
            Judgement::SynAck => true,
            Judgement::None | Judgement::Syn => false,
            Judgement::Guess => is_from_server(segment),
        };
        let client = if is_servers { arrival.end.peer() } else { arrival.end };
        // Where both endpoints are the same, every segment is the client's.
        let client = if arrival.is_self { End::Low } else { client };
        if client == self.client_end {
            return;
        }
        let before = Both { client: State::Closed, server: State::Listen };
        let is_before = self.states_now() == before;
        self.client_end = client;
        if self.opening.is_captured() {
            self.turn_opening();
            self.turn_zeek();
        }
        if is_before {
            self.states = States::before(client);
        }
        if !self.is_ended() {
            // After the end X and Y stay as they are.
            self.x_end = client;
        }
    }

    /// The end of a side.
    #[must_use]
    #[inline]
    pub fn end(&self, side: Side) -> End {
        match side {
            Side::Client => self.client_end,
            Side::Server => self.client_end.peer(),
        }
    }

    /// The side that an end is thought to be now.
    #[must_use]
    #[inline]
    pub fn side(&self, end: End) -> Side {
        if end == self.client_end { Side::Client } else { Side::Server }
    }

    /// Whether client and server are a guess (SPEC section 1).
    #[must_use]
    pub fn is_guessed(&self) -> bool {
        self.judgement == Judgement::Guess
    }

    /// The states of both sides.
    #[must_use]
    pub fn states_now(&self) -> Both<State> {
        Both { client: self.states.of(self.client_end), server: self.states.of(self.client_end.peer()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_in_order() {
        assert!(SERVICES.is_sorted());
    }
}
