//! Two hosts and the link between them, run in virtual time by two programs; gives the history of what happened.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use fastrand::Rng;
use synfin_core::connection::State;
use synfin_core::segment::{Both, Flags, Kind, Segment, Seq, Side, Timestamp, header};

use super::history::{Arrival, Emission, History, Moment, Receiver, Reception, Tick, TickEvent};
use super::host::Host;
use super::link::Link;
use super::program::{Program, Step};

/// Virtual time after which a connection is left as it is: 300 s.
const LONGEST: i64 = 300_000_000;
/// Segments after which it is.
const MOST: usize = 400;

/// A connection to be played: who does what over which link, from which numbers on.
pub struct Setting {
    pub seed: u64,
    pub link: Link,
    pub client: Vec<Step>,
    pub server: Vec<Step>,
    pub ports: [u16; 2],
    pub isns: [u32; 2],
    /// Bytes of each socket buffer.
    pub buffer: usize,
}

/// A copy of a segment that is on the way.
type Flying = Reverse<(i64, u64, usize, usize)>;

pub struct World {
    now: i64,
    tick: Tick,
    rng: Rng,
    link: Link,
    is_cut: bool,
    hosts: Both<Host>,
    programs: Both<Program>,
    receivers: Both<Receiver>,
    isns: Both<Option<Seq>>,
    states: Both<State>,
    last_arrival: Both<i64>,
    flying: BinaryHeap<Flying>,
    order: u64,
    ports: [u16; 2],
    /// Of each attempt; the last is under way.
    histories: Vec<History>,
}

/// The server first: it listens before the client's SYN comes.
const SIDES: [Side; 2] = [Side::Server, Side::Client];

/// Plays a connection, and those after it between the same ports where the programs make such.
pub fn play(setting: &Setting) -> Vec<History> {
    let mut rng = Rng::with_seed(setting.seed);
    let hosts = Both {
        client: Host::new(Side::Client, setting.isns[0], setting.buffer, &mut rng),
        server: Host::new(Side::Server, setting.isns[1], setting.buffer, &mut rng),
    };
    let mut world = World {
        now: 0,
        tick: 0,
        rng,
        link: setting.link,
        is_cut: false,
        hosts,
        programs: Both { client: Program::new(&setting.client), server: Program::new(&setting.server) },
        receivers: Both::default(),
        isns: Both::default(),
        states: Both { client: State::Closed, server: State::Closed },
        last_arrival: Both::default(),
        flying: BinaryHeap::new(),
        order: 0,
        ports: setting.ports,
        histories: vec![History::default()],
    };
    world.run();
    // smoltcp's generator must give what the host was seeded for: nothing else proves that the numbers wrap.
    if let Some(syn) = world.histories[0].emissions.iter().find(|e| e.side == Side::Client) {
        assert_eq!(syn.segment.seq.0, setting.isns[0], "the client's initial number");
    }
    world.histories
}

impl World {
    fn history(&mut self) -> &mut History {
        self.histories.last_mut().expect("there is always one")
    }

    fn run(&mut self) {
        loop {
            if self.run_programs() {
                continue;
            }
            if self.histories.iter().map(|h| h.emissions.len()).sum::<usize>() > MOST {
                break;
            }
            let Some(next) = self.next_event() else { break };
            if next > LONGEST {
                break;
            }
            self.now = next;
            if self.flying.peek().is_some_and(|Reverse((at, ..))| *at <= next) {
                let Reverse((_, _, attempt, emission)) = self.flying.pop().expect("just seen");
                self.arrive(attempt, emission);
            }
            for side in SIDES {
                self.egress(side);
            }
        }
        self.settle();
        self.moment(TickEvent::Ended);
    }

    fn next_event(&mut self) -> Option<i64> {
        let mut next = self.flying.peek().map(|Reverse((at, ..))| *at);
        for side in SIDES {
            // What is due now and was not done is waited for by a millisecond.
            let by_stack = self.hosts[side].next_at(self.now).map(|at| at.max(self.now + 1000));
            let by_program = self.programs[side].wakes_at(self.now);
            for at in [by_stack, by_program].into_iter().flatten() {
                next = Some(next.map_or(at, |n| n.min(at)));
            }
        }
        next
    }

    /// Lets each program do all it can; whether one did something.
    fn run_programs(&mut self) -> bool {
        let mut did = false;
        for side in SIDES {
            let is_quiet = self.flying.is_empty();
            self.read(side);
            loop {
                let (state, has_room) = (self.hosts[side].state(), self.hosts[side].socket().can_send());
                let Some(step) = self.programs[side].next(self.now, state, is_quiet, has_room) else { break };
                did = true;
                self.perform(side, step);
                self.egress(side);
            }
        }
        did
    }

    fn read(&mut self, side: Side) {
        if !self.programs[side].reads {
            return;
        }
        let mut waste = [0; 4096];
        while let Ok(bytes) = self.hosts[side].socket().recv_slice(&mut waste) {
            if bytes == 0 {
                break;
            }
            self.programs[side].got += bytes;
            let (tick, got) = (self.tick, self.programs[side].got);
            self.history().side_mut(side).read_at.push((tick, got));
        }
    }

    fn perform(&mut self, side: Side, step: Step) {
        self.tick += 1;
        let tick = self.tick;
        let was_listening = self.hosts[side].state() == State::Listen;
        match step {
            Step::Listen => {
                let port = self.ports[usize::from(side == Side::Server)];
                self.hosts[side].socket().listen(port).expect("the socket is not open");
                self.own_socket(side);
            }
            Step::Connect => {
                self.begin_attempt(side);
                let [own, peers] = if side == Side::Client { self.ports } else { [self.ports[1], self.ports[0]] };
                self.hosts[side].connect(own, peers);
                self.own_socket(side);
            }
            Step::Send(bytes) => {
                let data = vec![b's'; bytes];
                let written = self.hosts[side].socket().send_slice(&data).unwrap_or(bytes);
                self.history().side_mut(side).written += written;
                self.programs[side].left_to_send(bytes - written);
            }
            Step::CloseListener if !was_listening => {}
            Step::Close | Step::CloseListener => {
                if self.hosts[side].state() == State::SynSent {
                    // smoltcp gives the attempt up with a RST.
                    self.history().side_mut(side).aborted = Some(tick);
                }
                self.keep_close(side);
                self.hosts[side].socket().close();
            }
            Step::Abort => {
                self.history().side_mut(side).aborted = Some(tick);
                self.hosts[side].socket().abort();
            }
            Step::Crash => self.hosts[side].crash(),
            Step::Timeout(ms) => self.hosts[side].set_timeout(ms * 1000),
            Step::KeepAlive(ms) => self.hosts[side].set_keep_alive(ms * 1000),
            Step::Cut => self.is_cut = true,
            Step::Mend => self.is_cut = false,
            Step::StopReading => self.programs[side].reads = false,
            Step::StartReading => self.programs[side].reads = true,
            Step::Await(_)
            | Step::AwaitFin
            | Step::AwaitOpen
            | Step::AwaitState(_)
            | Step::AwaitQuiet
            | Step::Pause(_) => unreachable!("the program waits for these itself"),
        }
        let is_silent = was_listening || matches!(step, Step::Crash | Step::Listen);
        self.states_changed(side, is_silent);
    }

    /// From now on the host's socket is one of this connection.
    fn own_socket(&mut self, side: Side) {
        self.receivers[side] = Receiver::default();
        let tick = self.tick;
        let one = self.history().side_mut(side);
        if one.socket_since.is_none() {
            // What was done so far was done with a socket of an earlier connection.
            (one.socket_since, one.written, one.close, one.aborted) = (Some(tick), 0, None, None);
        }
    }

    /// A new connection between the same ports, unless this side had no part in the one under way.
    fn begin_attempt(&mut self, side: Side) {
        self.programs[side].got = 0;
        if self.history().side(side).socket_since.is_none() {
            return;
        }
        self.settle();
        self.moment(TickEvent::Ended);
        let mut next = History::default();
        // A listening socket has no past.
        let peer = next.side_mut(side.peer());
        peer.is_old = self.hosts[side.peer()].state() != State::Listen;
        peer.socket_since = if peer.is_old { None } else { Some(0) };
        self.programs[side.peer()].got = 0;
        self.isns = Both::default();
        self.histories.push(next);
    }

    /// The program closes: the FIN that has to follow is known, though it may have to wait behind data.
    fn keep_close(&mut self, side: Side) {
        let (tick, now) = (self.tick, self.now);
        let [own, peers] = if side == Side::Client { self.ports } else { [self.ports[1], self.ports[0]] };
        let (isn, next) = (self.isns[side], self.receivers[side].next);
        let open = matches!(self.hosts[side].state(), State::Established | State::CloseWait);
        let one = self.history().side_mut(side);
        if let (Some(isn), Some(next), None, true) = (isn, next, one.close, open) {
            let written = u32::try_from(one.written).expect("little is sent");
            let fin = Segment {
                seq: isn.advance(1).advance(written),
                ack: next,
                flags: Flags::FIN.with(Flags::ACK),
                window: 0,
                payload_len: 0,
                source_port: own,
                destination_port: peers,
                at: Some(Timestamp(now * 1000)),
                ..Segment::default()
            };
            one.close = Some((tick, fin));
        }
    }

    /// Notes a new state of this side's socket.
    fn states_changed(&mut self, side: Side, is_silent: bool) {
        let state = self.hosts[side].state();
        if self.states[side] == state {
            return;
        }
        self.states[side] = state;
        let tick = self.tick;
        let one = self.history().side_mut(side);
        one.path.push((tick, state));
        if is_silent {
            one.silent.push((tick, state));
        }
    }

    /// Lets the stack of a host do all it wants to do now.
    fn egress(&mut self, side: Side) {
        loop {
            self.tick += 1;
            let packets = self.hosts[side].egress(self.now);
            let is_silent = packets.is_empty();
            if !is_silent && self.states[side] != State::Closed && self.hosts[side].state() == State::Closed {
                let tick = self.tick;
                self.history().side_mut(side).aborted.get_or_insert(tick);
            }
            self.states_changed(side, is_silent);
            for packet in packets {
                self.send(side, packet);
            }
            if is_silent {
                return;
            }
        }
    }

    fn moment(&mut self, happened: TickEvent) {
        let truth = Both { client: self.hosts.client.state(), server: self.hosts.server.state() };
        let (tick, at) = (self.tick, self.now);
        self.history().moments.push(Moment { tick, at, happened, truth });
    }

    /// Nothing that is still on the way arrives any more.
    fn settle(&mut self) {
        self.tick += 1;
    }

    fn send(&mut self, side: Side, packet: Vec<u8>) {
        self.tick += 1;
        let header_len = usize::from(packet[0] & 15) * 4;
        let bytes = packet[header_len..].to_vec();
        let reported = u32::try_from(bytes.len()).expect("a packet is short");
        let segment = header::parse(&bytes, reported, Some(Timestamp(self.now * 1000))).expect("a whole header");
        if segment.flags.has(Flags::SYN) {
            self.isns[side] = Some(segment.seq);
            self.receivers[side].unacknowledged.get_or_insert(segment.seq);
            assert!(segment.options.window_scale.unwrap_or(0) == 0, "no window needs a scale");
        }
        self.receivers[side].offered(&segment);
        let arrivals = if self.is_cut {
            Vec::new()
        } else {
            self.link.arrivals(&mut self.rng, self.now, &mut self.last_arrival[side])
        };
        let emission =
            Emission { side, tick: self.tick, segment, bytes: packet, copies: arrivals.len(), arrivals: Vec::new() };
        let index = self.history().emissions.len();
        self.history().emissions.push(emission);
        let attempt = self.histories.len() - 1;
        for at in arrivals {
            self.order += 1;
            self.flying.push(Reverse((at, self.order, attempt, index)));
        }
        self.moment(TickEvent::Sent(index));
    }

    fn arrive(&mut self, attempt: usize, index: usize) {
        assert_eq!(attempt + 1, self.histories.len(), "a new connection begins when nothing of the old is on the way");
        self.tick += 1;
        let (side, segment, packet) = {
            let emission = &self.history().emissions[index];
            (emission.side.peer(), emission.segment, emission.bytes.clone())
        };
        let before = self.hosts[side].state();
        let (tick, at) = (self.tick, self.now);
        let one = self.history().side(side);
        let taken = if one.is_old && one.is_before_socket(tick) {
            Reception::ByOldSocket
        } else {
            self.receivers[side].takes(before, &segment)
        };
        let next = self.receivers[side].next;
        let answers = self.hosts[side].deliver(self.now, packet);
        let after = self.hosts[side].state();
        let receiver = &mut self.receivers[side];
        if matches!(before, State::Listen | State::SynSent) && matches!(after, State::SynReceived | State::Established)
        {
            receiver.next = Some(segment.seq.advance(1));
        }
        if after == State::Listen {
            *receiver = Receiver::default();
        }
        // What does not open anything tells a client in SYN-SENT nothing.
        let is_news = before != State::SynSent || after != before;
        if is_news && matches!(taken, Reception::Whole | Reception::WithoutFin) && segment.kind() != Kind::Rst {
            receiver.took(&segment);
            if taken == Reception::Whole && segment.kind() == Kind::Fin && !receiver.has_fin && has_peers_fin(after) {
                receiver.has_fin = true;
                receiver.next = Some(segment.next());
            }
        }
        self.history().emissions[index].arrivals.push(Arrival { tick, at, taken, next });
        self.states_changed(side, false);
        self.moment(TickEvent::Arrived(index));
        for answer in answers {
            self.send(side, answer);
        }
    }
}

fn has_peers_fin(state: State) -> bool {
    matches!(state, State::CloseWait | State::Closing | State::LastAck | State::TimeWait)
}
