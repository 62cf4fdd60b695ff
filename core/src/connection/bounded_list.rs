//! A bounded list, so that a hostile capture takes no more memory than a real one.

/// Entries kept of one sort and end. No real connection has more.
const MOST: usize = 16;

/// The last things of a sort, oldest first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct BoundedList<T>(Vec<T>);

impl<T> Default for BoundedList<T> {
    fn default() -> Self {
        BoundedList(Vec::new())
    }
}

impl<T> BoundedList<T> {
    /// Adds one; when the list is full, the oldest goes.
    pub fn add(&mut self, one: T) {
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push(one);
    }

    /// Those that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.iter()
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut()
    }

    /// Keeps only those for which `keep` is true.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Bytes of memory beyond the structure itself.
    pub fn memory(&self) -> usize {
        self.0.capacity().saturating_mul(size_of::<T>())
    }
}
