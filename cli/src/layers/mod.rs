//! From the bytes of a frame to the TCP segment or the ICMP message in it, by the way that Wireshark takes with its default
//! preferences. etherparse reads the headers.

mod fragments;
mod ip;
mod link;
mod rest;
mod tunnel;
mod unknown_layers;

use std::borrow::Cow;
use std::net::IpAddr;

use crate::input::Frame;
use fragments::Fragments;
pub use ip::quoted;
use rest::Rest;
pub use unknown_layers::{Layer, UnknownLayers};

/// A frame with more layers was made to have them: it is followed no further.
const MOST_LAYERS: u32 = 64;

/// What goes from one address to another: a segment, an ICMP message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Packet<'a> {
    /// The sender's address.
    pub source: IpAddr,
    /// The receiver's address.
    pub destination: IpAddr,
    /// The TTL of IPv4, or the hop limit of IPv6.
    pub hops: u8,
    /// The identification of IPv4; 0 for IPv6.
    pub identification: u16,
    /// What was captured of it, from its header on.
    pub bytes: Cow<'a, [u8]>,
    /// How many bytes it had on the wire.
    pub wire_len: u32,
}

/// What is in a frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content<'a> {
    /// A TCP segment.
    Tcp(Packet<'a>),
    /// An ICMP message; whether it is ICMPv6.
    Icmp(Packet<'a>, bool),
    /// The first fragment of a TCP segment that cannot be put together, because less was captured than there was.
    Fragment(Packet<'a>),
    /// Something else, or too little of it.
    Other,
    /// A layer that is not known: what is in it cannot be told.
    Unknown(Layer),
}

impl Content<'_> {
    /// The same with bytes of its own.
    fn into_owned<'b>(self) -> Content<'b> {
        let own = |packet: Packet| Packet { bytes: Cow::Owned(packet.bytes.into_owned()), ..packet };
        match self {
            Content::Tcp(packet) => Content::Tcp(own(packet)),
            Content::Icmp(packet, is_v6) => Content::Icmp(own(packet), is_v6),
            Content::Fragment(packet) => Content::Fragment(own(packet)),
            Content::Other => Content::Other,
            Content::Unknown(layer) => Content::Unknown(layer),
        }
    }
}

/// Where a walk through the layers stands.
#[derive(Clone, Copy, Debug)]
enum Position<'a> {
    /// Before a layer.
    Layer(NextLayer, Rest<'a>),
    /// At the end.
    End(WalkEnd<'a>),
}

/// The end of a walk.
#[derive(Clone, Copy, Debug)]
enum WalkEnd<'a> {
    Tcp(Addresses, Rest<'a>),
    /// A fragment of an IP packet, of which all was captured: from its IP header on, to its end.
    Fragment(Addresses, &'a [u8]),
    Icmp(Addresses, Rest<'a>, bool),
    Other,
    Unknown(Layer),
}

/// What the network layer says.
#[derive(Clone, Copy, Debug)]
struct Addresses {
    source: IpAddr,
    destination: IpAddr,
    hops: u8,
    identification: u16,
    /// Whether it is the first fragment of a packet, of which less was captured than there was.
    is_fragment: bool,
}

/// The layer that comes next.
#[derive(Clone, Copy, Debug)]
enum NextLayer {
    /// One that a number of <https://www.tcpdump.org/linktypes.html> names.
    Link(u32),
    Ethernet,
    /// One that an Ethernet type names.
    EtherType(u16),
    /// IPv4 or IPv6: its first bits say which.
    Ip,
    Ppp,
    /// One that an IP protocol number names.
    Protocol(u8, Addresses),
}

/// Finds the way through the layers.
#[derive(Debug, Default)]
pub struct Layers {
    fragments: Fragments,
    /// The layers that were not known.
    pub unknown: UnknownLayers,
}

impl Layers {
    /// What is in a frame. What is not known is counted.
    #[inline]
    pub fn look<'a>(&mut self, frame: &Frame<'a>) -> Content<'a> {
        if let Some(packet) = ip::tcp_over_ethernet(frame) {
            return Content::Tcp(packet);
        }
        self.fragments.begin_frame(frame.number);
        let inside = self.walk(NextLayer::Link(frame.link), Rest::new(frame.bytes, frame.wire_len), 0);
        if let Content::Unknown(layer) = inside {
            self.unknown.count(layer);
        }
        inside
    }

    /// From a layer on, `depth` layers deep in the frame.
    fn walk<'a>(&mut self, next: NextLayer, rest: Rest<'a>, depth: u32) -> Content<'a> {
        let mut at = Position::Layer(next, rest);
        for depth in depth..MOST_LAYERS {
            match at {
                Position::Layer(next, rest) => at = next.step(rest).unwrap_or(Position::End(WalkEnd::Other)),
                Position::End(WalkEnd::Fragment(addresses, packet)) => {
                    return self.put_together(addresses, packet, depth);
                }
                Position::End(end) => return end.inside(),
            }
        }
        Content::Other
    }

    /// A fragment: what it completes, if it does.
    #[cold]
    fn put_together<'a>(&mut self, addresses: Addresses, packet: &[u8], depth: u32) -> Content<'a> {
        let Some((number, payload)) = self.fragments.add(packet) else { return Content::Other };
        let rest = Rest { bytes: &payload, wire_len: payload.len() };
        self.walk(NextLayer::Protocol(number, addresses), rest, depth.saturating_add(1)).into_owned()
    }
}

impl NextLayer {
    /// One layer. None where too little of it was captured.
    fn step(self, rest: Rest<'_>) -> Option<Position<'_>> {
        match self {
            NextLayer::Link(number) => link::link(number, rest),
            NextLayer::Ethernet => link::ethernet(rest),
            NextLayer::EtherType(number) => link::ether_type(number, rest),
            NextLayer::Ip => ip::ip(rest),
            NextLayer::Ppp => tunnel::ppp(rest),
            NextLayer::Protocol(number, addresses) => ip::protocol(number, addresses, rest),
        }
    }
}

impl<'a> WalkEnd<'a> {
    fn inside(self) -> Content<'a> {
        let packet = |addresses: Addresses, rest: Rest<'a>| Packet {
            source: addresses.source,
            destination: addresses.destination,
            hops: addresses.hops,
            identification: addresses.identification,
            bytes: Cow::Borrowed(rest.bytes),
            wire_len: u32::try_from(rest.wire_len).unwrap_or(u32::MAX),
        };
        match self {
            WalkEnd::Tcp(addresses, rest) if addresses.is_fragment => Content::Fragment(packet(addresses, rest)),
            WalkEnd::Tcp(addresses, rest) => Content::Tcp(packet(addresses, rest)),
            WalkEnd::Icmp(addresses, rest, is_v6) => Content::Icmp(packet(addresses, rest), is_v6),
            WalkEnd::Other | WalkEnd::Fragment(..) => Content::Other,
            WalkEnd::Unknown(layer) => Content::Unknown(layer),
        }
    }
}
