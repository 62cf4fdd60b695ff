//! Memory for things that come one by one and stay until the end: a list in chunks, so that growing copies nothing; and an
//! index by numbers that are dense in practice but may be anything in a hostile capture.

/// An append-only list in chunks of `N`.
#[derive(Debug)]
pub struct Chunks<T, const N: usize> {
    chunks: Vec<Vec<T>>,
    len: u32,
}

impl<T, const N: usize> Default for Chunks<T, N> {
    fn default() -> Self {
        Chunks { chunks: Vec::new(), len: 0 }
    }
}

impl<T, const N: usize> Chunks<T, N> {
    /// How many there are.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Appends a thing and gives its number; none when the numbers are used up.
    pub fn push(&mut self, thing: T) -> Option<u32> {
        let index = self.len;
        let next = index.checked_add(1)?;
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < N => chunk.push(thing),
            _ => {
                let mut chunk = Vec::with_capacity(N);
                chunk.push(thing);
                self.chunks.push(chunk);
            }
        }
        self.len = next;
        Some(index)
    }

    /// The thing with this number.
    pub fn get(&self, index: u32) -> Option<&T> {
        let index = usize::try_from(index).ok()?;
        self.chunks.get(index.checked_div(N)?)?.get(index.checked_rem(N)?)
    }

    /// The thing with this number, to change.
    pub fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        let index = usize::try_from(index).ok()?;
        self.chunks.get_mut(index.checked_div(N)?)?.get_mut(index.checked_rem(N)?)
    }

    /// The last one.
    pub fn last(&self) -> Option<&T> {
        self.chunks.last()?.last()
    }

    /// The first one that `is_before` is not true of, where those that it is true of come first.
    pub fn first_not(&self, is_before: impl Fn(&T) -> bool) -> Option<&T> {
        let chunk = self.chunks.partition_point(|chunk| chunk.last().is_some_and(&is_before));
        let chunk = self.chunks.get(chunk)?;
        chunk.get(chunk.partition_point(is_before))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        let chunk = N.saturating_mul(size_of::<T>()).saturating_add(size_of::<Vec<T>>());
        self.chunks.len().saturating_mul(chunk)
    }
}

/// A list in which the room of what was removed is used again.
#[derive(Debug)]
pub struct Pool<T, const N: usize = 256> {
    /// The things.
    pub things: Chunks<T, N>,
    /// The numbers that are free again.
    pub free: Vec<u32>,
}

impl<T, const N: usize> Default for Pool<T, N> {
    fn default() -> Self {
        Pool { things: Chunks::default(), free: Vec::new() }
    }
}

impl<T, const N: usize> Pool<T, N> {
    /// Puts a thing in and gives its number; none when the numbers are used up.
    pub fn keep(&mut self, thing: T) -> Option<u32> {
        if let Some(index) = self.free.pop()
            && let Some(room) = self.things.get_mut(index)
        {
            *room = thing;
            return Some(index);
        }
        self.things.push(thing)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        usize::try_from(self.things.len()).unwrap_or(0).saturating_sub(self.free.len())
    }

    /// Drops a thing: its room is used again.
    pub fn empty(&mut self, index: u32)
    where
        T: Default,
    {
        if let Some(room) = self.things.get_mut(index) {
            *room = T::default();
            self.free.push(index);
        }
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        self.things.memory().saturating_add(self.free.capacity().saturating_mul(size_of::<u32>()))
    }
}

/// Keys on a page of an [`Index`].
const PAGE: usize = 1024;

/// A map from numbers that are dense in practice; pages that nothing was put on cost next to nothing.
#[derive(Debug)]
pub struct Index<T> {
    pages: Vec<Option<Box<[T; PAGE]>>>,
}

impl<T> Default for Index<T> {
    fn default() -> Self {
        Index { pages: Vec::new() }
    }
}

impl<T: Copy + Default> Index<T> {
    fn split(key: u32) -> Option<(usize, usize)> {
        let key = usize::try_from(key).ok()?;
        Some((key.checked_div(PAGE)?, key.checked_rem(PAGE)?))
    }

    /// What was put there; the default where nothing was.
    pub fn get(&self, key: u32) -> T {
        let found =
            Index::<T>::split(key).and_then(|(page, index)| self.pages.get(page)?.as_ref()?.get(index).copied());
        found.unwrap_or_default()
    }

    /// Puts something there.
    #[inline(always)]
    pub fn set(&mut self, key: u32, thing: T) {
        let Some((page, index)) = Index::<T>::split(key) else { return };
        if !matches!(self.pages.get(page), Some(Some(_))) {
            self.make_page(page);
        }
        if let Some(Some(things)) = self.pages.get_mut(page)
            && let Some(old) = things.get_mut(index)
        {
            *old = thing;
        }
    }

    #[cold]
    fn make_page(&mut self, page: usize) {
        if page >= self.pages.len() {
            self.pages.resize_with(page.saturating_add(1), || None);
        }
        if let Some(slot) = self.pages.get_mut(page) {
            *slot = Some(Box::new([T::default(); PAGE]));
        }
    }

    /// Bytes of memory held.
    pub fn memory(&self) -> usize {
        let page = PAGE.saturating_mul(size_of::<T>());
        let pages = self.pages.iter().flatten().count().saturating_mul(page);
        pages.saturating_add(self.pages.capacity().saturating_mul(size_of::<Option<Box<[T; PAGE]>>>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_keep_order() {
        let mut chunks = Chunks::<u32, 3>::default();
        for n in 0..10 {
            assert_eq!(chunks.push(n * 7), Some(n));
        }
        assert_eq!(chunks.len(), 10);
        *chunks.get_mut(4).unwrap() = 1;
        assert_eq!(chunks.iter().copied().collect::<Vec<_>>(), [0, 7, 14, 21, 1, 35, 42, 49, 56, 63]);
        assert_eq!((chunks.get(9), chunks.get(10), chunks.last()), (Some(&63), None, Some(&63)));
    }

    #[test]
    fn chunks_are_searched() {
        let mut chunks = Chunks::<u32, 3>::default();
        assert_eq!(chunks.first_not(|_| true), None);
        for n in 0..10 {
            chunks.push(n * 7);
        }
        for wanted in 0..70 {
            assert_eq!(chunks.first_not(|&n| n < wanted).copied(), Some(wanted.div_ceil(7) * 7).filter(|&n| n <= 63));
        }
    }

    #[test]
    fn index_is_sparse() {
        let mut index = Index::<u16>::default();
        assert_eq!(index.get(0), 0);
        index.set(0, 5);
        index.set(u32::MAX, 6);
        index.set(1023, 7);
        assert_eq!((index.get(0), index.get(u32::MAX), index.get(1023), index.get(1024)), (5, 6, 7, 0));
        assert!(index.memory() < 64 << 20);
    }
}
