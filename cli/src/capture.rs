//! A capture: frames in, connections out.

use std::io;

use synfin_core::capture::{Options as CoreOptions, Path, SegmentId, Single};
use synfin_core::segment::{Network, Segment, header, icmp};
use synfin_core::view::{ConnectionView, Pass, SegmentView};

use crate::clock::Clock;
use crate::input::{Error, Frame, Frames};
use crate::layers::{Content, Layers, Packet, UnknownLayers, quoted};
use crate::living_connections::{Limits, LivingConnections};
use crate::streams::{Carrier, Header, Key, Series};

/// How much of an ICMP message is looked at (RFC 1812 §4.3.2.3: it quotes no more than fits into 576 bytes).
const ICMP_MOST: usize = 576;

/// What can be chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Whose streams: the rules that number them differ from series to series.
    pub series: Series,
    /// Whether X and Y change at the first FIN.
    pub rebase: bool,
    /// When a connection is given and forgotten. None: at the end of the capture, in the order in which they began.
    pub limits: Option<Limits>,
}

impl Default for Options {
    fn default() -> Self {
        Options { series: Series::default(), rebase: true, limits: Some(Limits::default()) }
    }
}

/// What becomes of the connections of a capture.
pub trait Sink {
    /// Whether [`Sink::segment`] is to be called.
    const WANTS_SEGMENTS: bool = false;

    /// A connection of which nothing more comes.
    ///
    /// # Errors
    /// When it cannot be written: reading ends.
    fn connection(&mut self, connection: &ConnectionView) -> io::Result<()>;

    /// A segment, with its connection as it is known by then.
    ///
    /// # Errors
    /// When it cannot be written: reading ends.
    fn segment(&mut self, _segment: &SegmentView) -> io::Result<()> {
        Ok(())
    }

    /// Nothing comes any more.
    ///
    /// # Errors
    /// When what is left cannot be written.
    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Instead of all others: the capture cannot be opened, or is none.
    ///
    /// # Errors
    /// As [`Sink::finish`].
    fn unread(&mut self) -> io::Result<()> {
        self.finish()
    }

    /// After all others: the capture ends in the middle, or is damaged from there on.
    fn cut_short(&mut self) {}
}

/// How reading a capture ended.
pub type Outcome = Result<(), Error>;

/// The connections of a capture.
pub struct Capture {
    options: Options,
    layers: Layers,
    living: LivingConnections,
    clock: Clock,
    streams: u32,
    connections: u64,
    segments: u64,
}

impl Capture {
    /// One of which nothing was read.
    #[must_use]
    pub fn new(options: Options) -> Capture {
        Capture {
            options,
            layers: Layers::default(),
            living: LivingConnections::new(options.limits),
            clock: Clock::default(),
            streams: 0,
            connections: 0,
            segments: 0,
        }
    }

    /// Reads a capture to its end, and gives all of its connections. `watch` is called after each frame. When it is cut off
    /// or damaged, what was read until then counts.
    ///
    /// # Errors
    /// When the sink says so.
    pub fn read<S: Sink>(
        &mut self,
        frames: &mut Frames,
        sink: &mut S,
        mut watch: impl FnMut(&Frame),
    ) -> io::Result<Outcome> {
        let end = loop {
            match frames.next_frame() {
                Ok(Some(frame)) => {
                    self.take(&frame, sink)?;
                    watch(&frame);
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        self.finish(sink)?;
        Ok(end)
    }

    /// Takes a frame in.
    ///
    /// # Errors
    /// When the sink says so.
    #[inline]
    pub fn take<S: Sink>(&mut self, frame: &Frame, sink: &mut S) -> io::Result<()> {
        if self.clock.go_on(frame.at) {
            let give = |single: &Single| sink.connection(&single.view(Pass::Final));
            self.living.go_on(self.clock.seconds(), give)?;
        }
        match self.layers.look(frame) {
            Content::Tcp(packet) => self.take_segment(frame, &packet, sink)?,
            Content::Icmp(packet, is_v6) => self.take_message(frame, &packet, is_v6),
            Content::Fragment(packet) => self.meet_stream(&packet, Carrier::Fragment),
            Content::Other | Content::Unknown(_) => {}
        }
        Ok(())
    }

    /// Nothing comes any more: gives what is left.
    ///
    /// # Errors
    /// When the sink says so.
    pub fn finish<S: Sink>(&mut self, sink: &mut S) -> io::Result<()> {
        self.living.finish(|single| sink.connection(&single.view(Pass::Final)))?;
        sink.finish()
    }

    #[inline]
    fn take_segment<S: Sink>(&mut self, frame: &Frame, packet: &Packet, sink: &mut S) -> io::Result<()> {
        let (options, forgets) = (self.options, self.living.forgets());
        let Some(head) = Header::read(&packet.bytes, options.series) else { return Ok(()) };
        let (key, end) = key(packet, &head);
        let pair = self.living.pair(key, self.streams);
        let number = pair.stream.meet(options.series, end, &head, Carrier::Segment(packet.wire_len), &mut self.streams);
        let Some(segment) = read_segment(frame, packet) else { return Ok(()) };
        self.segments = self.segments.saturating_add(1);
        let id = SegmentId { frame: frame.number, layer: 0 };
        let path = Path { source: Some(packet.source), destination: Some(packet.destination) };
        let (assessment, is_new) = match &mut pair.life {
            Some(life) if life.single.stream() == number => (life.observe_segment(id, path, &segment), false),
            life => {
                let previous = life.as_ref().map(|life| life.single.stream());
                let core = CoreOptions { rebase: options.rebase };
                let (single, assessment) = Single::begin(core, id, number, previous, path, &segment);
                if let Some(ended) = pair.begin(single, &assessment, forgets) {
                    sink.connection(&ended.view(Pass::Final))?;
                }
                (assessment, true)
            }
        };
        if S::WANTS_SEGMENTS
            && let Some(life) = &pair.life
        {
            sink.segment(&life.single.segment(id, path, &segment, assessment))?;
        }
        if let Some(second) = pair.earlier(options.limits) {
            self.living.look_in(second, key);
        }
        if is_new {
            self.connections = self.connections.saturating_add(1);
            self.living.make_room(|single| sink.connection(&single.view(Pass::Final)))?;
        }
        Ok(())
    }

    /// A TCP header that is not a segment's can begin a stream too.
    #[cold]
    fn meet_stream(&mut self, packet: &Packet, carrier: Carrier) {
        let Some(head) = Header::read(&packet.bytes, self.options.series) else { return };
        let (key, end) = key(packet, &head);
        let pair = self.living.pair(key, self.streams);
        pair.stream.meet(self.options.series, end, &head, carrier, &mut self.streams);
    }

    #[cold]
    fn take_message(&mut self, frame: &Frame, packet: &Packet, is_v6: bool) {
        let bytes = packet.bytes.get(..ICMP_MOST).unwrap_or(&packet.bytes);
        // Wireshark dissects what is quoted as well.
        if let Some(inner) = quoted(&packet.bytes, is_v6) {
            self.meet_stream(&inner, Carrier::IcmpError);
        }
        let Some(error) = icmp::parse(bytes, is_v6) else { return };
        let (key, _) = Key::new((error.source, error.source_port), (error.destination, error.destination_port));
        if let Some(life) = self.living.known(key).and_then(|pair| pair.life.as_mut()) {
            life.single.observe_icmp_error(SegmentId { frame: frame.number, layer: 0 }, Some(packet.source), &error);
        }
    }

    /// The layers that were not known.
    #[must_use]
    pub fn unknown(&self) -> &UnknownLayers {
        &self.layers.unknown
    }

    /// How many connections were met.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections
    }

    /// How many segments they had.
    #[must_use]
    pub fn segments(&self) -> u64 {
        self.segments
    }

    /// How many connections were given before their time and before they were over, because too many lived.
    #[must_use]
    pub fn hurried(&self) -> u64 {
        self.living.hurried()
    }

    /// What is to be said of it when it is read: a line each.
    #[must_use]
    pub fn remarks(&self, name: &str) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.unknown().frames() > 0 {
            remarks.push(format!("{name}: layers that it does not know: {}", self.unknown()));
        }
        if self.hurried() > 0 {
            let hurried = self.hurried();
            remarks.push(format!("{name}: {hurried} connections were written early, because too many live (--living)"));
        }
        remarks
    }
}

/// The key of a packet, and which of its endpoints sends it.
#[inline]
fn key(packet: &Packet, head: &Header) -> (Key, usize) {
    Key::new((packet.source, head.source_port), (packet.destination, head.destination_port))
}

/// The segment, as the core wants it; none where there is too little of it.
#[inline]
fn read_segment(frame: &Frame, packet: &Packet) -> Option<Segment> {
    let bytes = packet.bytes.get(..header::MAX_LEN).unwrap_or(&packet.bytes);
    let mut segment = header::parse(bytes, packet.wire_len, frame.at)?;
    segment.network = Network {
        identification: (packet.identification != 0).then_some(packet.identification),
        hops: Some(packet.hops),
    };
    Some(segment)
}
