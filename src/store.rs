//! Memory for things that come one by one and stay until the end: in chunks, so that nothing is ever copied or
//! doubled, and an index by numbers that are dense in practice and hostile in theory.

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

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    /// Octets of memory held.
    pub fn memory(&self) -> usize {
        let chunk = N.saturating_mul(size_of::<T>()).saturating_add(size_of::<Vec<T>>());
        self.chunks.len().saturating_mul(chunk)
    }
}

/// Numbers on a page of an [`Index`].
const PAGE: usize = 1024;

/// A page of an [`Index`]: 0 for absent, else the number plus one.
type Page = Option<Box<[u32; PAGE]>>;

/// A map from numbers to numbers; pages of it that nothing refers to cost next to nothing.
#[derive(Debug, Default)]
pub struct Index {
    pages: Vec<Page>,
}

impl Index {
    fn split(key: u32) -> Option<(usize, usize)> {
        let key = usize::try_from(key).ok()?;
        Some((key.checked_div(PAGE)?, key.checked_rem(PAGE)?))
    }

    /// The number for this key.
    pub fn get(&self, key: u32) -> Option<u32> {
        let (page, place) = Index::split(key)?;
        self.pages.get(page)?.as_ref()?.get(place)?.checked_sub(1)
    }

    /// Sets the number for this key. False when it is too large to keep.
    pub fn set(&mut self, key: u32, number: u32) -> bool {
        let (Some((page, place)), Some(stored)) = (Index::split(key), number.checked_add(1)) else {
            return false;
        };
        if page >= self.pages.len() {
            self.pages.resize_with(page.saturating_add(1), || None);
        }
        let Some(slot) = self.pages.get_mut(page) else {
            return false;
        };
        let numbers = slot.get_or_insert_with(|| Box::new([0; PAGE]));
        if let Some(number) = numbers.get_mut(place) {
            *number = stored;
        }
        true
    }

    /// Octets of memory held.
    pub fn memory(&self) -> usize {
        let pages = self.pages.iter().flatten().count().saturating_mul(PAGE.saturating_mul(size_of::<u32>()));
        pages.saturating_add(self.pages.capacity().saturating_mul(size_of::<Page>()))
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
        assert_eq!((chunks.get(9), chunks.get(10)), (Some(&63), None));
    }

    #[test]
    fn index_is_sparse() {
        let mut index = Index::default();
        assert_eq!(index.get(0), None);
        assert!(index.set(0, 5) && index.set(u32::MAX, 6) && index.set(1023, 0));
        assert_eq!(
            (index.get(0), index.get(u32::MAX), index.get(1023), index.get(1024)),
            (Some(5), Some(6), Some(0), None)
        );
        assert!(!index.set(1, u32::MAX), "its number plus one does not fit");
        assert!(index.memory() < 64 << 20);
    }
}
