//! What is not known, counted: a log without its connections must not look whole.

use std::collections::BTreeMap;
use std::fmt;

/// A layer that is not known: nobody can say whether there is TCP in it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Layer {
    /// A link type.
    Link(u32),
    /// An Ethernet type.
    EtherType(u16),
    /// An IP protocol.
    Protocol(u8),
    /// A protocol in GRE.
    Gre(u16),
    /// A protocol in PPP.
    Ppp(u16),
    /// What this carries.
    In(&'static str),
}

impl fmt::Display for Layer {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Layer::Link(number) => write!(out, "link type {number}"),
            Layer::EtherType(number) => write!(out, "Ethernet type 0x{number:04x}"),
            Layer::Protocol(number) => write!(out, "IP protocol {number}"),
            Layer::Gre(number) => write!(out, "0x{number:04x} in GRE"),
            Layer::Ppp(number) => write!(out, "0x{number:04x} in PPP"),
            Layer::In(name) => write!(out, "something in {name}"),
        }
    }
}

/// How many frames ended in which unknown layer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct UnknownLayers(BTreeMap<Layer, u32>);

impl UnknownLayers {
    /// Another frame ends in this.
    pub(super) fn count(&mut self, layer: Layer) {
        let count = self.0.entry(layer).or_default();
        *count = count.saturating_add(1);
    }

    /// How many frames, by layer.
    pub fn iter(&self) -> impl Iterator<Item = (Layer, u32)> + '_ {
        self.0.iter().map(|(layer, count)| (*layer, *count))
    }

    /// How many frames.
    #[must_use]
    pub fn frames(&self) -> u32 {
        self.0.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

/// `3 frames of Ethernet type 0x88e5, 1 of link type 147`; empty when there are none.
impl fmt::Display for UnknownLayers {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        for (index, (layer, count)) in self.iter().enumerate() {
            match (index, count) {
                (0, 1) => write!(out, "1 frame of {layer}")?,
                (0, _) => write!(out, "{count} frames of {layer}")?,
                _ => write!(out, ", {count} of {layer}")?,
            }
        }
        Ok(())
    }
}
