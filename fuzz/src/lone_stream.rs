//! One connection as it is known without the tracker: fed alone, moved round the circle, and without its copies.

use synfin_core::capture::{Path, SegmentId};
use synfin_core::connection::{Arrival, Assessment, Connection, State};
use synfin_core::segment::{Address, Both, End, Flags, Kind, Segment, Seq};
use synfin_core::view::{Anomalies, HandshakeOutcome};

use crate::invariants::{History, SegmentVerdict};

/// One stream.
#[derive(Clone, Debug, Default)]
pub struct LoneStream {
    pub connection: Connection,
    before: History,
    /// The same with numbers moved round the circle and the ends exchanged; none once that would make a difference.
    moved: Option<Connection>,
    is_moved: bool,
    /// The same without the copies.
    plain: Connection,
    /// The lower and the higher endpoint.
    pub endpoints: Option<[(Address, u16); 2]>,
}

/// A segment of the stream, and what the streams before tell of it.
#[derive(Clone, Copy, Debug)]
pub struct SegmentInput<'a> {
    pub id: SegmentId,
    pub path: Path,
    pub segment: &'a Segment,
    pub rebase: bool,
    pub is_reused: bool,
    pub older: Option<State>,
    /// How far round the circle each end's numbers are moved.
    pub shift: [u32; 2],
}

/// Both endpoints, the lower first; and the end that sends.
pub fn endpoints(path: Path, segment: &Segment) -> ([(Address, u16); 2], End, bool) {
    let [one, other] = [(path.source, segment.source_port), (path.destination, segment.destination_port)];
    // None sorts before all addresses, and IPv4 before IPv6.
    if one <= other { ([one, other], End::Low, one == other) } else { ([other, one], End::High, false) }
}

fn observe_segment(
    connection: &mut Connection,
    arrival: Arrival,
    path: &SegmentInput,
    segment: &Segment,
) -> Option<SegmentVerdict> {
    match connection.observe_segment(arrival, segment) {
        Assessment::Full(verdict, detail) => Some((verdict, detail)),
        Assessment::Packed(packed, turns) => {
            let verdict = packed.verdict(arrival.ordinal, connection, arrival.end, segment, || turns);
            assert_eq!(verdict.states, connection.states_now(), "in passing: {:?}", path.id);
            Some((verdict, None))
        }
    }
}

impl LoneStream {
    /// Takes a segment in, and holds what is said against all that must hold. Gives it.
    pub fn observe(&mut self, input: &SegmentInput) -> SegmentVerdict {
        let (both, end, is_self) = endpoints(input.path, input.segment);
        self.endpoints.get_or_insert(both);
        let arrival = Arrival {
            is_self,
            is_reused: input.is_reused,
            older: input.older,
            ..Arrival::new(input.id.frame, input.id.layer, end, input.rebase)
        };
        let was = Summary::of(&self.connection);
        let said = observe_segment(&mut self.connection, arrival, input, input.segment)
            .unwrap_or_else(|| unreachable!("it says something"));
        let is = Summary::of(&self.connection);
        self.before.check(&arrival, input.segment, &said, &self.connection);
        self.compare_moved(arrival, input, &said);
        if said.0.is_copy {
            assert_eq!(is, was, "a copy changes something");
        } else {
            let mut plain = observe_segment(&mut self.plain, arrival, input, input.segment).unwrap_or(said);
            plain.0.anomalies.remove(Anomalies::CAPTURED_TWICE);
            assert_eq!(plain, said, "a copy before it changes what is said");
        }
        said
    }

    /// What became of the connection is the same without its copies.
    pub fn finish(&self) {
        assert_eq!(Summary::of(&self.plain), Summary::of(&self.connection), "a copy changes what became of it");
    }

    /// Nothing but the shown X and Y depends on where the circle begins, or on which end sorts first.
    fn compare_moved(&mut self, arrival: Arrival, input: &SegmentInput, (verdict, detail): &SegmentVerdict) {
        let mut connection = if self.is_moved { self.moved.take() } else { Some(Connection::default()) };
        self.is_moved = true;
        let Some(moved_connection) = &mut connection else { return };
        let [own, peers] = match arrival.end {
            _ if arrival.is_self => [input.shift[0]; 2],
            End::Low => input.shift,
            End::High => [input.shift[1], input.shift[0]],
        };
        let mut moved = *input.segment;
        moved.seq = Seq(moved.seq.0.wrapping_add(own));
        moved.ack = Seq(moved.ack.0.wrapping_add(peers));
        // A RST with ACK and Seq 0 is one of its kind wherever the circle begins.
        let is_zero =
            |segment: &Segment| segment.kind() == Kind::Rst && segment.flags.has(Flags::ACK) && segment.seq == Seq(0);
        if is_zero(input.segment) || is_zero(&moved) {
            return;
        }
        let end = if arrival.is_self { arrival.end } else { arrival.end.peer() };
        let arrival = Arrival { end, ..arrival };
        let Some((mut said, said_detail)) = observe_segment(moved_connection, arrival, input, &moved) else { return };
        assert_eq!(said.numbers.x.is_some(), verdict.numbers.x.is_some(), "X is known wherever the circle begins");
        assert_eq!(said.numbers.y.is_some(), verdict.numbers.y.is_some(), "Y is known wherever the circle begins");
        (said.numbers.x, said.numbers.y) = (verdict.numbers.x, verdict.numbers.y);
        assert_eq!(said, *verdict, "the verdict depends on where the circle begins, or on the ends' order");
        assert_eq!(said_detail, *detail, "the same of a RST");
        assert_eq!(Summary::of(moved_connection), Summary::of(&self.connection), "and of the connection");
        self.moved = connection;
    }
}

/// What a copy must leave as it was, and an ICMP error all but the outcome.
#[derive(PartialEq, Debug)]
pub struct Summary {
    states: Both<State>,
    /// What became of the handshake.
    pub outcome: HandshakeOutcome,
    shown: String,
}

impl Summary {
    /// That of a connection at its end.
    pub fn of(connection: &Connection) -> Summary {
        use synfin_core::segment::Side::{Client, Server};
        use synfin_core::view::Pass::Final;
        let mut history = Vec::new();
        connection.history(|letter| history.push(letter));
        Summary {
            states: connection.states_now(),
            outcome: connection.handshake_outcome(Final),
            shown: format!(
                "{:?}",
                (
                    (connection.handshake_kind(), connection.teardown_kind(Final)),
                    (connection.closer(Final), connection.ended_by(Final), connection.half_close_bytes()),
                    [Client, Server].map(|side| (
                        connection.packets(side),
                        connection.bytes(side),
                        connection.fins(side)
                    )),
                    (connection.syns(), connection.attempts(), connection.conn_state(), history),
                    (connection.handshake_frames(), connection.teardown_frames(), connection.closed_frame()),
                    (connection.handshake_ns(), connection.syn_ack_rtt_ns(), connection.teardown_ns()),
                    connection.negotiation(),
                )
            ),
        }
    }
}
