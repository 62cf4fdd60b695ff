//! The numbers of a textbook connection, read from the whole one.

use super::{BEFORE_LAST, BEFORE_RST, Kind, MICROSECOND, Marks, OPENING, Options, Piece, Stamps, TextbookConnection};
use crate::connection::closing::Relation;
use crate::connection::copies::{Original, Sort};
use crate::connection::{Connection, IncomingSegment, Resets};
use crate::segment::{End, Ends};

impl TextbookConnection {
    /// The numbers of a connection, and its time stamps where there are some; none where it is not as in the textbooks.
    pub fn new(connection: &mut Connection) -> Option<(TextbookConnection, Option<Stamps>)> {
        connection.resets.take_if(|resets| **resets == Resets::default());
        if connection.rare.is_some() {
            return None;
        }
        let textbook = TextbookConnection::read(connection)?;
        let mut stamps = Stamps::default();
        for (room, original) in stamps.iter_mut().zip(&connection.originals) {
            *room = original.stamps().unwrap_or_default();
        }
        let stamps = (textbook.stamped != 0).then_some(stamps);
        (textbook.connection(stamps.as_ref()) == *connection).then_some((textbook, stamps))
    }

    /// The numbers, of a connection that may be one.
    fn read(of: &Connection) -> Option<TextbookConnection> {
        let (client, closing, ending) = (of.client_end, of.closing(), of.ending());
        let (closer, kind) = match (ending, closing.closer, closing.relation) {
            (Some(ending), None, _) => (ending.rst.by, Kind::Reset),
            (None, Some(closer), Some(Relation::FourSegment)) => (closer, Kind::Four),
            (None, Some(closer), Some(Relation::ThreeSegment)) => (closer, Kind::Three),
            _ => return None,
        };
        let (opening, end) = of.originals.split_at_checked(OPENING)?;
        let at = [opening.first()?.at.get()?.0, end.first()?.at.get()?.0];
        let end_frames = match (kind, closing.frames) {
            (Kind::Reset, _) => [ending?.rst.frame, 0, 0, 0],
            (Kind::Three, [first, _, second, third]) => [first, second, third, 0],
            (Kind::Four, frames) => frames,
        };
        let frames = [of.first_frame, *end_frames.first()?];
        let numbers = Ends::of(client, of.ends[client].syn()?, of.ends[client.peer()].syn_ack()?);
        let data_end = |end: End| match kind {
            Kind::Reset => of.ends[end].next(),
            Kind::Four | Kind::Three => of.fin_of(end),
        };
        let packets = |end: End| u16::try_from(of.packets[end]).ok();
        let options = |end: End| of.ends[end].options.as_ref().map(Options::new);
        let (letters, letter_count) = of.zeek.packed_letters();
        let mut textbook = TextbookConnection {
            at,
            frames,
            syns: numbers,
            data_ends: Ends::of(client, data_end(client)?, data_end(client.peer())?),
            edges: Ends::of(client, of.ends[client].edge()?, of.ends[client.peer()].edge()?),
            packets: Ends::of(client, packets(client)?, packets(client.peer())?),
            options: Ends::of(client, options(client)?, options(client.peer())?),
            facts: Ends::of(client, of.ends[client].facts, of.ends[client.peer()].facts),
            letters,
            letter_count,
            reset: ending.map(|ending| ending.rst.reset),
            kind,
            marks: Marks::of(client, Marks::CLIENT_IS_HIGH) | Marks::of(closer, Marks::CLOSER_IS_HIGH),
            tries: Ends::of(client, of.ends[client].tries, of.ends[client.peer()].tries),
            ..TextbookConnection::default()
        };
        textbook.read_times(of)?;
        textbook.read_pieces(opening, &of.opening.frames, 0, 0)?;
        textbook.read_pieces(end, &end_frames, 1, OPENING)?;
        Some(textbook)
    }

    /// The unit of time, and the last segment before a RST.
    fn read_times(&mut self, of: &Connection) -> Option<()> {
        let [_, end_at] = self.at;
        let IncomingSegment { at, before, frame, by, .. } = of.incoming;
        let mut all = of.originals.iter().map(|original| original.at).chain([at, before]);
        let is_in_microseconds = all.all(|at| at.get().is_some_and(|at| at.0 % MICROSECOND == 0));
        self.marks.set(Marks::MICROSECONDS, is_in_microseconds);
        if self.kind == Kind::Reset {
            let (at, before) = (at.get()?.0, before.get()?.0);
            let unacked = |end: End| u16::try_from(self.next(end).offset_from(of.ends[end.peer()].acked()?)).ok();
            let last = Piece {
                since: self.units(end_at, at)?,
                frames: u16::try_from(self.frames.last()?.checked_sub(frame)?).ok()?,
                window: unacked(End::Low)?,
                identification: unacked(End::High)?,
                ..Piece::default()
            };
            self.marks |= Marks::of(by, Marks::LAST_IS_HIGH);
            *self.pieces.get_mut(BEFORE_RST)? = last;
            *self.pieces.get_mut(BEFORE_LAST)? = Piece { since: self.units(at, before)?, ..Piece::default() };
        }
        Some(())
    }

    /// The segments of the handshake (part 0), or of the end (part 1). The first of them has this index.
    fn read_pieces(&mut self, originals: &[Original], frames: &[u32], part: usize, first: usize) -> Option<()> {
        let (at, frame) = (*self.at.get(part)?, *self.frames.get(part)?);
        for (index, (original, &own_frame)) in (first..).zip(originals.iter().zip(frames)) {
            let piece = Piece {
                since: self.units(original.at.get()?.0, at)?,
                frames: u16::try_from(own_frame.checked_sub(frame)?).ok()?,
                window: original.window,
                identification: original.identification,
                hops: original.hops,
                flags: u8::try_from(original.flags).ok()?,
            };
            *self.pieces.get_mut(index)? = piece;
            if original.sort == Sort::Fin {
                self.fin_bytes[original.end()] = u16::try_from(original.payload_len).ok()?;
            }
            self.stamped |= u8::from(original.stamps().is_some()) << index;
        }
        Some(())
    }
}
