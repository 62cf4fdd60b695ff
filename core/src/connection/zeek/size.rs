//! Whether an endpoint that sent a RST sent anything, as Zeek counts it: by its numbers.

use super::{Letter, ZeekEndpoint, ZeekState};
use crate::connection::Connection;
use crate::connection::copies::Sort;
use crate::segment::{End, Flags, Segment, Seq};

/// A jump of more than this in a SYN or RST is not believed.
const FAR: u32 = 1 << 20;

/// The numbers of an endpoint that sent a RST, as Zeek has them: they say whether it sent anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extent {
    /// That of its SYN, seen or supposed.
    start: Seq,
    /// The one after the last that it used, the RST's own with it. After a RST no more are believed.
    next: Seq,
    /// What the peer had acknowledged before its first segment: for Zeek, that begins with it.
    acked_before: Option<Seq>,
    /// What the peer has acknowledged since the RST, also where it does not count here.
    pub(super) acked: Seq,
}

impl Extent {
    /// Those of an endpoint that used these numbers, and was not heard of since its RST.
    pub fn new(start: Seq, next: Seq) -> Extent {
        Extent { start, next, acked_before: None, acked: start }
    }
}

impl Connection {
    /// The numbers of an end that sends a RST or has sent one, where this segment changes them.
    #[cold]
    pub(super) fn new_zeek_extent(&self, end: End, segment: &Segment, before: ZeekEndpoint) -> Option<Extent> {
        let flags = segment.flags;
        if flags.has(Flags::RST) && before.state != ZeekState::Reset {
            Some(self.zeek_extent(end, segment, before))
        } else if flags.has(Flags::SYN) && before.state == ZeekState::Reset && before.previous == ZeekState::Inactive {
            // Nothing but RSTs had come, and those may be somebody else's.
            Some(Extent {
                start: segment.seq,
                next: segment.next(),
                acked_before: self.ends[end.peer()].acked(),
                acked: segment.seq,
            })
        } else if flags.has(Flags::FIN) && before.state == ZeekState::Reset {
            // Zeek believes a FIN, whatever its number, where nothing else went before it.
            let known = self.resets.as_ref().and_then(|resets| resets.zeek_extents[end]);
            known
                .filter(|known| known.next == known.start.advance(1))
                .map(|known| Extent { next: segment.next(), ..known })
        } else {
            None
        }
    }

    /// The numbers of an end at its RST: `segment`.
    fn zeek_extent(&self, end: End, segment: &Segment, before: ZeekEndpoint) -> Extent {
        let own = &self.ends[end];
        if before.state == ZeekState::Inactive {
            // The RST's number counts as its first.
            let acked_before = self.ends[end.peer()].acked();
            let start = segment.seq.back(1);
            return Extent { start, next: segment.seq, acked_before, acked: start };
        }
        let has_syn = before.given & 1 << Letter::Syn as u8 != 0;
        let has_fin = before.given & 1 << Letter::Fin as u8 != 0;
        // A FIN of an older connection does not count here; Zeek begins with it.
        let old_fin = || self.original_of(end, Sort::Fin).map(|fin| fin.seq);
        let first = own.first().or_else(old_fin).unwrap_or(segment.seq);
        let start = if has_syn { self.zeek.syns[end] } else { first.back(1) };
        // The numbers of a segment that does not count here are not kept; Zeek counts it: a byte at least, and a FIN behind it.
        let sent_data = before.given & 1 << Letter::Data as u8 != 0;
        let begun = start.advance(1).advance(u32::from(sent_data)).advance(u32::from(sent_data && has_fin));
        let known = own.next().filter(|next| next.is_after(start)).unwrap_or(begun);
        // Zeek believes a FIN, whatever its number, where nothing else went before it.
        let known = if has_fin && known == start.advance(1) { self.closing().zeek_fins[end].advance(1) } else { known };
        let is_near = segment.seq.is_after(known) && segment.seq.is_within(known, FAR);
        Extent::new(start, if is_near { segment.seq } else { known })
    }

    /// Whether the numbers of an end that sent a RST went on beyond its SYN and FIN.
    pub(super) fn has_size(&self, end: End) -> bool {
        let Some(extent) = self.resets.as_ref().and_then(|resets| resets.zeek_extents[end]) else { return false };
        // Zeek counts an ACK that we take for one of an older connection, and one that nobody can accept.
        let peer = end.peer();
        let bad = self.rare.as_ref().into_iter().flat_map(|rare| rare.bad_acks.of(peer));
        let ahead = |number: Seq| number.0.wrapping_sub(extent.start.0);
        let acked = self.ends[peer].acked().into_iter().chain(bad).chain([extent.acked]);
        let acked =
            acked.filter(|&acked| Some(acked) != extent.acked_before && acked.is_after(extent.start)).map(ahead);
        // Zeek counts a FIN with flags that nobody sends, too.
        let has_fin = self.zeek.tracks[end].given & (1 << Letter::Fin as u8 | 1 << Letter::Inconsistent as u8) != 0;
        let fins = u32::from(has_fin || self.fins(self.side(end)) > 0);
        acked.fold(ahead(extent.next), u32::max) > 1_u32.saturating_add(fins)
    }
}
