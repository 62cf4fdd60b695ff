//! A capture: frames in, connections out.

use synfin_core::capture::{Options as CoreOptions, Path, Place, Tracker};
use synfin_core::segment::{Network, header, icmp};
use synfin_core::view::{ConnectionView, Pass};

use crate::input::{Error, Frame, Frames};
use crate::layers::{Inside, Layers, Packet, Unknown, quoted};
use crate::streams::{Header, Met, Series, Streams};

/// How much of an ICMP message is looked at (RFC 1812 §4.3.2.3: it quotes no more than fits into 576 bytes).
const ICMP_MOST: usize = 576;

/// What can be chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Whose streams: the rules that number them differ from series to series.
    pub series: Series,
    /// Whether X and Y change at the first FIN.
    pub rebase: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { series: Series::default(), rebase: true }
    }
}

/// The connections of a capture.
pub struct Capture {
    series: Series,
    layers: Layers,
    streams: Streams,
    tracker: Tracker,
}

impl Capture {
    /// One of which nothing was read.
    #[must_use]
    pub fn new(options: Options) -> Capture {
        Capture {
            series: options.series,
            layers: Layers::default(),
            streams: Streams::new(options.series),
            tracker: Tracker::new(CoreOptions { rebase: options.rebase }),
        }
    }

    /// Reads a capture to its end. `watch` is called after each frame.
    ///
    /// # Errors
    /// When it is cut off or damaged: what was read until then counts.
    pub fn read(&mut self, frames: &mut Frames, mut watch: impl FnMut(&Frame)) -> Result<(), Error> {
        while let Some(frame) = frames.next_frame()? {
            self.take(&frame);
            watch(&frame);
        }
        Ok(())
    }

    /// Takes a frame in.
    pub fn take(&mut self, frame: &Frame) {
        match self.layers.look(frame) {
            Inside::Tcp(packet) => self.take_segment(frame, &packet),
            Inside::Icmp(packet, is_v6) => self.take_message(frame, &packet, is_v6),
            Inside::Fragment(packet) => {
                self.find_stream(&packet, Met::Fragment);
            }
            Inside::Other | Inside::Unknown(_) => {}
        }
    }

    /// The stream of a TCP header; none where too little of it was captured.
    fn find_stream(&mut self, packet: &Packet, met: Met) -> Option<u32> {
        let header = Header::read(&packet.bytes, self.series)?;
        Some(self.streams.find(packet.source, packet.destination, &header, met))
    }

    fn take_segment(&mut self, frame: &Frame, packet: &Packet) {
        let Some(stream) = self.find_stream(packet, Met::Segment(packet.wire_len)) else { return };
        let bytes = packet.bytes.get(..header::MAX_LEN).unwrap_or(&packet.bytes);
        let Some(mut segment) = header::parse(bytes, packet.wire_len, frame.at) else { return };
        segment.network = Network {
            identification: (packet.identification != 0).then_some(packet.identification),
            hops: Some(packet.hops),
        };
        let path = Path { source: Some(packet.source), destination: Some(packet.destination) };
        // There is room: frames run out before connections do.
        let _ = self.tracker.observe(Place { frame: frame.number, layer: 0 }, stream, path, &segment);
    }

    fn take_message(&mut self, frame: &Frame, packet: &Packet, is_v6: bool) {
        let bytes = packet.bytes.get(..ICMP_MOST).unwrap_or(&packet.bytes);
        // Wireshark dissects what is quoted as well, which can make a stream.
        if let Some(inner) = quoted(&packet.bytes, is_v6) {
            self.find_stream(&inner, Met::Quoted);
        }
        if let Some(error) = icmp::parse(bytes, is_v6) {
            let _ = self.tracker.observe_icmp(Place { frame: frame.number, layer: 0 }, Some(packet.source), &error);
        }
    }

    /// All connections, as they are now that nothing comes after, in the order in which they began.
    pub fn connections(&self) -> impl Iterator<Item = ConnectionView<'_>> {
        self.tracker.streams().filter_map(|stream| self.tracker.connection(stream, Pass::Final))
    }

    /// What was met that is not known.
    #[must_use]
    pub fn unknown(&self) -> &Unknown {
        &self.layers.unknown
    }
}
