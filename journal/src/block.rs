//! A 4 KiB header block with its checksum at the end; `super` and the segment headers are made of these.

use crate::checksum;

/// Size of a block, and the distance between the copies of one.
pub(crate) const BLOCK_BYTES: usize = 4096;

const CHECKSUM_AT: usize = BLOCK_BYTES - 4;

/// One block, filled or read field by field at fixed places.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Block(Box<[u8; BLOCK_BYTES]>);

impl Block {
    /// An empty block that starts with `magic`.
    pub fn new(magic: &[u8; 8]) -> Self {
        let mut block = Self(Box::new([0; BLOCK_BYTES]));
        block.put(0, magic);
        block
    }

    /// The block at the start of `bytes`, if it starts with `magic` and its checksum holds.
    pub fn read(bytes: &[u8], magic: &[u8; 8]) -> Option<Self> {
        let bytes: [u8; BLOCK_BYTES] = bytes.get(..BLOCK_BYTES)?.try_into().ok()?;
        let block = Self(Box::new(bytes));
        let sum = block.u32(CHECKSUM_AT);
        (block.get::<8>(0) == *magic && sum == checksum::of_block(&block.0[..CHECKSUM_AT]))
            .then_some(block)
    }

    /// The finished bytes.
    pub fn sealed(mut self) -> Box<[u8; BLOCK_BYTES]> {
        let sum = checksum::of_block(&self.0[..CHECKSUM_AT]);
        self.put(CHECKSUM_AT, &sum.to_le_bytes());
        self.0
    }

    pub fn put(&mut self, at: usize, bytes: &[u8]) {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    pub fn u32(&self, at: usize) -> u32 {
        u32::from_le_bytes(self.get(at))
    }

    pub fn u64(&self, at: usize) -> u64 {
        u64::from_le_bytes(self.get(at))
    }

    pub fn u128(&self, at: usize) -> u128 {
        u128::from_le_bytes(self.get(at))
    }

    fn get<const N: usize>(&self, at: usize) -> [u8; N] {
        let mut bytes = [0; N];
        bytes.copy_from_slice(&self.0[at..at + N]);
        bytes
    }
}
