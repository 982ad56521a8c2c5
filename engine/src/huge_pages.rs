//! Large tables on huge pages.
//!
//! Bets touch a few lines of tables of hundreds of megabytes at random. On pages of 4 KiB each touch
//! also waits for a walk through the page tables, twice as long on a virtual machine; on pages of 2 MiB
//! it does not. The system gives them to memory that asks, so a program that embeds the engine sets
//! this allocator:
//!
//! ```
//! #[global_allocator]
//! static ALLOCATOR: clutch_engine::HugePages = clutch_engine::HugePages;
//! ```

use std::alloc::{GlobalAlloc, Layout, System};

/// The usual size of a huge page. A wrong guess costs the advantage and nothing else.
const HUGE_PAGE_BYTES: usize = 2 << 20;

/// The system's allocator, which asks for huge pages under whatever is large enough to have one.
#[derive(Clone, Copy, Debug, Default)]
pub struct HugePages;

/// Large memory begins at a huge page, so that it has as many as possible.
fn placed(layout: Layout) -> Layout {
    if layout.size() < HUGE_PAGE_BYTES {
        return layout;
    }
    // Too large to be placed so is too large to be had; the system says that itself.
    layout.align_to(HUGE_PAGE_BYTES).unwrap_or(layout)
}

/// Asks for huge pages under `size` bytes from `start` on, if they are many. The system may refuse, and
/// then nothing changes.
fn ask_for_huge_pages(start: *mut u8, size: usize) {
    if size < HUGE_PAGE_BYTES || start.is_null() {
        return;
    }
    #[cfg(target_os = "linux")]
    {
        let whole_pages = size / HUGE_PAGE_BYTES * HUGE_PAGE_BYTES;
        let advice = rustix::mm::Advice::LinuxHugepage;
        // SAFETY: the range was just allocated, begins at a page and holds that many bytes; the advice
        // changes neither its contents nor who may use it.
        let _ = unsafe { rustix::mm::madvise(start.cast(), whole_pages, advice) };
    }
}

// SAFETY: all memory comes from `System` and goes back to it under the layout that `placed` computes
// from the caller's, the same each time.
unsafe impl GlobalAlloc for HugePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller upholds the rules for `layout`, and `placed` only raises its alignment.
        let start = unsafe { System.alloc(placed(layout)) };
        ask_for_huge_pages(start, layout.size());
        start
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() < HUGE_PAGE_BYTES {
            // SAFETY: the caller upholds the rules for `layout`.
            return unsafe { System.alloc_zeroed(layout) };
        }
        // SAFETY: the caller upholds the rules for `layout`.
        let start = unsafe { self.alloc(layout) };
        if !start.is_null() {
            // SAFETY: `size` bytes were just allocated here. Zeroing after asking lets the zeros come
            // in huge pages too.
            unsafe { start.write_bytes(0, layout.size()) };
        }
        start
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: `alloc` got this memory from `System` with the same placed layout.
        unsafe { System.dealloc(start, placed(layout)) }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        if layout.size().max(new_size) < HUGE_PAGE_BYTES {
            // SAFETY: small before and after, so both layouts are the caller's own.
            return unsafe { System.realloc(start, layout, new_size) };
        }
        // SAFETY: the caller guarantees that the new size with this alignment is a valid layout.
        let new_layout = unsafe { Layout::from_size_align_unchecked(new_size, layout.align()) };
        // SAFETY: the caller guarantees that the new size is not zero.
        let new_start = unsafe { self.alloc(new_layout) };
        if !new_start.is_null() {
            let kept = layout.size().min(new_size);
            // SAFETY: two different allocations of at least this many bytes each, of which the old one
            // is given back under the layout it was got with.
            unsafe {
                new_start.copy_from_nonoverlapping(start, kept);
                self.dealloc(start, layout);
            }
        }
        new_start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[global_allocator]
    static ALLOCATOR: HugePages = HugePages;

    #[test]
    fn memory_keeps_its_contents_while_it_grows_past_a_huge_page_and_shrinks_again() {
        let mut numbers: Vec<u64> = Vec::new();
        (0..1_000_000).for_each(|number| numbers.push(number));
        assert!(numbers.capacity() * size_of::<u64>() > HUGE_PAGE_BYTES);
        assert_eq!(numbers.as_ptr().addr() % HUGE_PAGE_BYTES, 0);
        numbers.truncate(1_000);
        numbers.shrink_to_fit();
        assert!(numbers.iter().copied().eq(0..1_000));
    }

    #[test]
    fn zeroed_memory_is_zero() {
        // Memory that was used before comes back, and must be zero again.
        for _ in 0..3 {
            let mut bytes = vec![0_u8; 3 * HUGE_PAGE_BYTES + 5];
            assert!(bytes.iter().all(|byte| *byte == 0));
            bytes.fill(7);
        }
    }
}
