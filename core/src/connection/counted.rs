//! The RSTs that did not count: withdrawn ones, and challenged ones that the connection survived (SPEC section 5).

use super::{Connection, Pass};
use crate::segment::{End, Side};

/// RSTs that did not count.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DidNotCount {
    /// How many.
    pub count: u32,
    /// The frame of the first.
    pub frame: u32,
    /// In whose name the first came.
    pub by: Side,
}

/// The same, by end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Overruled {
    count: u32,
    frame: u32,
    by: End,
}

impl Overruled {
    /// So many more, the first of them this one.
    pub fn more(known: Option<Overruled>, count: u32, frame: u32, by: End) -> Option<Overruled> {
        let before = known.map_or(0, |known| known.count);
        let first = known.unwrap_or(Overruled { count, frame, by });
        Some(Overruled { count: before.saturating_add(count), ..first })
    }
}

impl Connection {
    /// The RSTs of the last attempt that were withdrawn.
    #[must_use]
    pub fn withdrawn(&self) -> Option<DidNotCount> {
        self.did_not_count(self.resets.as_ref()?.overruled?)
    }

    /// The challenged RSTs of the last attempt that the connection survived; in a first pass it cannot be known.
    #[must_use]
    pub fn challenged(&self, pass: Pass) -> Option<DidNotCount> {
        let resets = self.resets.as_ref().filter(|_| pass == Pass::Final)?;
        let ender = self.ended_at(pass).unwrap_or(u64::MAX);
        // The one that counts as the end, and those after it.
        let others = resets.challenges.iter().filter(|challenge| challenge.rst.ordinal >= ender).count();
        let challenged = resets.challenged?;
        let count = challenged.count.saturating_sub(u32::try_from(others).unwrap_or(u32::MAX));
        self.did_not_count(Overruled { count, ..challenged })
    }

    fn did_not_count(&self, overruled: Overruled) -> Option<DidNotCount> {
        let Overruled { count, frame, by } = overruled;
        (count > 0).then(|| DidNotCount { count, frame, by: self.side(by) })
    }

    /// Whether the side that seems to have sent the RST that ended the connection showed that it did not, and whether its
    /// receiver showed that it did not take it. With both it would be withdrawn.
    #[must_use]
    pub fn was_ender_doubted(&self) -> (bool, bool) {
        self.ending().map_or((false, false), |ending| (ending.said_forged, ending.said_ignored))
    }
}
