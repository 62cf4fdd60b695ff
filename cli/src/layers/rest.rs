//! What is left of a frame inside a layer.

/// The bytes of a layer and all inside it: those captured, and how many there were on the wire.
#[derive(Clone, Copy, Debug)]
pub struct Rest<'a> {
    /// Those captured.
    pub bytes: &'a [u8],
    /// How many there were.
    pub wire_len: usize,
}

impl<'a> Rest<'a> {
    /// Of a whole frame.
    pub fn new(bytes: &'a [u8], wire_len: u32) -> Rest<'a> {
        let wire_len = usize::try_from(wire_len).unwrap_or(usize::MAX);
        // Some programs write no length, or one after slicing: what was captured was on the wire.
        Rest { bytes, wire_len: wire_len.max(bytes.len()) }
    }

    /// What comes after this many bytes; none where they were not captured.
    pub fn after(self, len: usize) -> Option<Rest<'a>> {
        Some(Rest { bytes: self.bytes.get(len..)?, wire_len: self.wire_len.checked_sub(len)? })
    }

    /// At most this many bytes: a layer says how long it is.
    pub fn at_most(self, len: usize) -> Rest<'a> {
        let captured = self.bytes.len().min(len);
        Rest { bytes: self.bytes.get(..captured).unwrap_or_default(), wire_len: self.wire_len.min(len) }
    }

    /// The byte there.
    pub fn byte(self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// The two bytes there, in network order.
    pub fn two(self, at: usize) -> Option<u16> {
        Some(u16::from_be_bytes(*self.bytes.get(at..)?.first_chunk()?))
    }

    /// The four bytes there, in network order.
    pub fn four(self, at: usize) -> Option<u32> {
        Some(u32::from_be_bytes(*self.bytes.get(at..)?.first_chunk()?))
    }
}
