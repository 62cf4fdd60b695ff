//! Memory that a structure claims.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::mem::size_of;
use std::ptr;

use super::c;
use crate::source::Source;

/// Memory of a size chosen at run time, zeroed, aligned like the structures of the header.
pub struct Memory {
    pub at: *mut u8,
    layout: Layout,
}

impl Memory {
    fn new(size: usize) -> Memory {
        let layout = Layout::from_size_align(size.max(4), 8).expect("a small size");
        // SAFETY: the size is not zero.
        let at = unsafe { alloc_zeroed(layout) };
        assert!(!at.is_null(), "memory");
        Memory { at, layout }
    }

    /// Memory for a `T` that claims to be `size` bytes, `T`'s first member being its size.
    pub fn claiming<T>(value: T, size: usize) -> Memory {
        let memory = Memory::new(size);
        let copied = memory.layout.size().min(size_of::<T>());
        // SAFETY: both are at least as long, and the claimed size is what stands first.
        unsafe {
            ptr::copy_nonoverlapping(ptr::from_ref(&value).cast::<u8>(), memory.at, copied);
            memory.at.cast::<u32>().write(size as u32);
        }
        memory
    }

    pub fn bytes(&self) -> &[u8] {
        // SAFETY: it is that long, and was zeroed.
        unsafe { std::slice::from_raw_parts(self.at, self.layout.size()) }
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: from alloc_zeroed with this layout.
        unsafe { dealloc(self.at, self.layout) }
    }
}

/// How a structure is handed over.
pub fn size_of_claim<T>(source: &mut impl Source) -> Option<usize> {
    let right = size_of::<T>();
    match source.below(64) {
        0 => None,
        1 => Some(0),
        2 => Some(4),
        3 => Some(right - 1),
        4 => Some(right + 1),
        5 => Some(source.below(2 * right as u32) as usize),
        _ => Some(right),
    }
}

/// The status that a structure of this claim alone leads to.
pub fn status_of<T>(claim: Option<usize>) -> u8 {
    match claim {
        None => c::SYNFIN_STATUS_NULL_POINTER,
        Some(size) if size == size_of::<T>() => c::SYNFIN_STATUS_OK,
        Some(_) => c::SYNFIN_STATUS_BAD_SIZE,
    }
}

pub fn pointer<T>(memory: Option<&Memory>) -> *mut T {
    memory.map_or(ptr::null_mut(), |memory| memory.at.cast())
}
