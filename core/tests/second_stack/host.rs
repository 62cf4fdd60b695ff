//! One host: smoltcp with one TCP socket, and the bytes that go in and out of it.

use std::collections::VecDeque;

use fastrand::Rng;
use smoltcp::iface::{Config, Interface, PollIngressSingleResult, SocketHandle, SocketSet};
use smoltcp::phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::socket::tcp;
use smoltcp::time::{Duration, Instant};
use smoltcp::wire::{HardwareAddress, IpAddress, IpCidr, IpEndpoint, Ipv4Address};
use synfin_core::connection::State;
use synfin_core::segment::Side;

/// The addresses of the two hosts.
pub const fn address(side: Side) -> [u8; 4] {
    match side {
        Side::Client => [10, 0, 0, 1],
        Side::Server => [10, 0, 0, 2],
    }
}

/// Packets on their way in and out.
#[derive(Default)]
struct Queues {
    incoming: VecDeque<Vec<u8>>,
    outgoing: Vec<Vec<u8>>,
}

struct Incoming(Vec<u8>);
struct Outgoing<'a>(&'a mut Vec<Vec<u8>>);

impl RxToken for Incoming {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

impl TxToken for Outgoing<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut packet = vec![0; len];
        let result = f(&mut packet);
        self.0.push(packet);
        result
    }
}

impl Device for Queues {
    type RxToken<'a> = Incoming;
    type TxToken<'a> = Outgoing<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Incoming, Outgoing<'_>)> {
        let packet = self.incoming.pop_front()?;
        Some((Incoming(packet), Outgoing(&mut self.outgoing)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Outgoing<'_>> {
        Some(Outgoing(&mut self.outgoing))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = 576;
        capabilities
    }
}

/// A seed with which smoltcp's generator (PCG, one step for the interface and one for the socket) draws `isn` first.
fn seed_for(isn: u32, rng: &mut Rng) -> u64 {
    const MULTIPLIER: u64 = 0xbb2e_fcec_3c39_611d;
    const INCREMENT: u64 = 0x7590_ef39;
    // Newton's method: each round doubles the bits of the inverse that are right.
    let inverse = (0..6).fold(MULTIPLIER, |x, _| x.wrapping_mul(2u64.wrapping_sub(MULTIPLIER.wrapping_mul(x))));
    let back = |state: u64| state.wrapping_sub(INCREMENT).wrapping_mul(inverse);
    loop {
        // The three highest bits say by how many bits the state is shifted to give the number.
        let shift = 22 + rng.u64(..8);
        let state = (29 - shift) << 61 | u64::from(isn) << shift | rng.u64(..1 << shift);
        let for_interface = back(state);
        let drawn = for_interface >> (29 - (for_interface >> 61));
        // The interface draws again when it gets 0 for its 16 bits.
        if (drawn ^ drawn >> 16) & 0xffff != 0 {
            return back(for_interface);
        }
    }
}

/// smoltcp, as one host has it.
pub struct Host {
    side: Side,
    interface: Interface,
    queues: Queues,
    sockets: SocketSet<'static>,
    socket: SocketHandle,
    buffer: usize,
}

fn new_socket(buffer: usize) -> tcp::Socket<'static> {
    let side = || tcp::SocketBuffer::new(vec![0; buffer]);
    tcp::Socket::new(side(), side())
}

impl Host {
    /// A host whose first connection has the initial sequence number `isn`, with socket buffers of `buffer` bytes.
    pub fn new(side: Side, isn: u32, buffer: usize, rng: &mut Rng) -> Host {
        let mut queues = Queues::default();
        let mut config = Config::new(HardwareAddress::Ip);
        config.random_seed = seed_for(isn, rng);
        let mut interface = Interface::new(config, &mut queues, Instant::ZERO);
        let [a, b, c, d] = address(side);
        interface.update_ip_addrs(|addresses| {
            addresses.push(IpCidr::new(IpAddress::v4(a, b, c, d), 24)).expect("there is room for one");
        });
        let mut sockets = SocketSet::new(Vec::new());
        let socket = sockets.add(new_socket(buffer));
        Host { side, interface, queues, sockets, socket, buffer }
    }

    pub fn socket(&mut self) -> &mut tcp::Socket<'static> {
        self.sockets.get_mut(self.socket)
    }

    /// Forgets the socket without a word to the peer, as a machine does that loses its power.
    pub fn crash(&mut self) {
        self.sockets.remove(self.socket);
        self.socket = self.sockets.add(new_socket(self.buffer));
    }

    pub fn connect(&mut self, own_port: u16, peer_port: u16) {
        let peer = Ipv4Address::from(address(self.side.peer()));
        let peer = IpEndpoint::new(peer.into(), peer_port);
        let socket = self.sockets.get_mut::<tcp::Socket>(self.socket);
        socket.connect(self.interface.context(), peer, own_port).expect("the socket is not open");
    }

    pub fn state(&self) -> State {
        match self.sockets.get::<tcp::Socket>(self.socket).state() {
            tcp::State::Closed => State::Closed,
            tcp::State::Listen => State::Listen,
            tcp::State::SynSent => State::SynSent,
            tcp::State::SynReceived => State::SynReceived,
            tcp::State::Established => State::Established,
            tcp::State::FinWait1 => State::FinWait1,
            tcp::State::FinWait2 => State::FinWait2,
            tcp::State::CloseWait => State::CloseWait,
            tcp::State::Closing => State::Closing,
            tcp::State::LastAck => State::LastAck,
            tcp::State::TimeWait => State::TimeWait,
        }
    }

    /// Gives a packet to the stack; what it sends at once in answer.
    pub fn deliver(&mut self, now: i64, packet: Vec<u8>) -> Vec<Vec<u8>> {
        self.queues.incoming.push_back(packet);
        let now = Instant::from_micros(now);
        let result = self.interface.poll_ingress_single(now, &mut self.queues, &mut self.sockets);
        assert!(!matches!(result, PollIngressSingleResult::None), "the packet was not taken");
        std::mem::take(&mut self.queues.outgoing)
    }

    /// Lets the stack do what it has to do now, once; what it sends.
    pub fn egress(&mut self, now: i64) -> Vec<Vec<u8>> {
        self.interface.poll_egress(Instant::from_micros(now), &mut self.queues, &mut self.sockets);
        std::mem::take(&mut self.queues.outgoing)
    }

    /// When the stack has something to do next.
    pub fn next_at(&mut self, now: i64) -> Option<i64> {
        let at = self.interface.poll_at(Instant::from_micros(now), &self.sockets)?;
        Some(at.total_micros())
    }

    pub fn set_timeout(&mut self, micros: u64) {
        self.socket().set_timeout(Some(Duration::from_micros(micros)));
    }

    pub fn set_keep_alive(&mut self, micros: u64) {
        self.socket().set_keep_alive(Some(Duration::from_micros(micros)));
    }
}
