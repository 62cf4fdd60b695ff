//! Fragments of IP packets, put together again by etherparse.

use etherparse::SlicedPacket;
use etherparse::defrag::{IpDefragPayloadVec, IpDefragPool};

/// An incomplete packet is given up after so many frames, or after so many bytes of other fragments; at most twice as many
/// bytes wait.
const FRAMES_MOST: u32 = 1 << 17;
const BYTES_MOST: usize = 32 << 20;

/// The packets of which fragments are missing.
#[derive(Debug)]
pub struct Fragments {
    /// Each with the frame of its latest fragment.
    pool: IpDefragPool<u32, ()>,
    frame: u32,
    /// When it was last looked for packets to give up.
    swept: u32,
    /// Bytes that were taken in since.
    bytes: usize,
}

impl Default for Fragments {
    fn default() -> Self {
        Fragments { pool: IpDefragPool::new(), frame: 0, swept: 0, bytes: 0 }
    }
}

impl Fragments {
    /// The frame that later fragments are in.
    #[inline]
    pub fn begin_frame(&mut self, frame: u32) {
        self.frame = frame;
    }

    /// Takes a fragment in: an IP packet from its header on, all of which was captured. Gives the protocol and the payload of
    /// the packet where this was the last fragment of it.
    pub fn add(&mut self, packet: &[u8]) -> Option<(u8, Vec<u8>)> {
        self.sweep(packet.len());
        let sliced = SlicedPacket::from_ip(packet).ok()?;
        let whole: IpDefragPayloadVec = self.pool.process_sliced_packet(&sliced, self.frame, ()).ok()??;
        Some((whole.ip_number.0, whole.payload))
    }

    /// Gives up the packets that got no fragment since the last look.
    fn sweep(&mut self, more: usize) {
        self.bytes = self.bytes.saturating_add(more);
        if self.bytes > BYTES_MOST || self.frame.saturating_sub(self.swept) > FRAMES_MOST {
            let oldest = self.swept;
            self.pool.retain(|&frame| frame >= oldest);
            self.swept = self.frame;
            self.bytes = more;
        }
    }
}
