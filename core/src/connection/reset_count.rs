//! The RSTs that did not count: withdrawn ones, and challenged ones that the connection survived (SPEC section 5).

use super::{Connection, Pass};
use crate::segment::{End, Side};

/// How many RSTs, and the first of them. `Who` is an [`End`] while the connection is observed, as roles may still change,
/// and a [`Side`] for those who ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ResetCount<Who = Side> {
    /// How many.
    pub count: u32,
    /// The frame of the first.
    pub frame: u32,
    /// In whose name the first came.
    pub by: Who,
}

impl ResetCount<End> {
    /// So many more, the first of them this one.
    pub(super) fn more(known: Option<Self>, count: u32, frame: u32, by: End) -> Option<Self> {
        let before = known.map_or(0, |known| known.count);
        let first = known.unwrap_or(ResetCount { count, frame, by });
        Some(ResetCount { count: before.saturating_add(count), ..first })
    }
}

impl Connection {
    /// The RSTs of the last attempt that were withdrawn.
    #[must_use]
    pub fn withdrawn(&self) -> Option<ResetCount> {
        self.count_by_side(self.resets.as_ref()?.withdrawn_count?)
    }

    /// The challenged RSTs of the last attempt that the connection survived; in a first pass it cannot be known.
    #[must_use]
    pub fn challenged(&self, pass: Pass) -> Option<ResetCount> {
        let resets = self.resets.as_ref().filter(|_| pass == Pass::Final)?;
        let ender = self.ended_at(pass).unwrap_or(u64::MAX);
        // The one that counts as the end, and those after it.
        let others = resets.challenges.iter().filter(|challenge| challenge.rst.ordinal >= ender).count();
        let challenged = resets.challenge_count?;
        let count = challenged.count.saturating_sub(u32::try_from(others).unwrap_or(u32::MAX));
        self.count_by_side(ResetCount { count, ..challenged })
    }

    /// None where there were none.
    fn count_by_side(&self, resets: ResetCount<End>) -> Option<ResetCount> {
        let ResetCount { count, frame, by } = resets;
        (count > 0).then(|| ResetCount { count, frame, by: self.side(by) })
    }

    /// Whether the side that seems to have sent the RST that ended the connection showed that it did not, and whether its
    /// receiver showed that it did not take it. With both it would be withdrawn.
    #[must_use]
    pub fn was_ender_doubted(&self) -> (bool, bool) {
        self.ending().map_or((false, false), |ending| (ending.said_forged, ending.said_ignored))
    }
}
