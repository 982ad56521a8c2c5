//! The core's end of the journal: finished records into the ring, nothing else.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::record::{Chain, record_bytes};
use crate::ring::Ring;
use crate::shared::{Durable, Shared};

/// The ring has no room for the record now; it will when the committer has synced more. Nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the journal's ring is full")]
pub struct Full;

/// How many bytes ahead of a record the ring's memory is asked for: no lap finds it near any more, and a
/// processor that waits for the lines of many writes stands still.
const ASKED_AHEAD: u64 = 2_048;

/// Appends records. There is one per journal, and it belongs to one thread at a time.
///
/// `append` makes no system call, takes no lock and allocates nothing. Records become visible to the committer with
/// [`Writer::publish`], which the core calls once a batch.
pub struct Writer {
    shared: Arc<Shared>,
    ring: Arc<Ring>,
    chain: Chain,
    /// Stream offset behind the last appended record, published or not.
    stream_offset: u64,
    /// What is left of the segment that the next record goes to.
    segment_left: u64,
    /// Room for records in the segments after that one.
    segment_capacity: u64,
    /// Up to here the ring is known to be free; the real end may be further on.
    free_until: u64,
    payload_bytes_max: usize,
}

impl Writer {
    pub(crate) fn new(
        shared: Arc<Shared>,
        ring: Arc<Ring>,
        chain: Chain,
        stream_offset: u64,
        segment_left: u64,
        segment_capacity: u64,
        payload_bytes_max: usize,
    ) -> Self {
        let free_until = stream_offset + ring.bytes() as u64;
        Self {
            shared,
            ring,
            chain,
            stream_offset,
            segment_left,
            segment_capacity,
            free_until,
            payload_bytes_max,
        }
    }

    /// Appends one record to the ring.
    ///
    /// # Panics
    /// If `seq` is not the last one plus one, or the payload is longer than [`Writer::payload_bytes_max`]: both are
    /// bugs of the caller, and a journal with a hole would be worse than a stop.
    #[inline]
    pub fn append(
        &mut self,
        kind: u16,
        version: u16,
        seq: u64,
        timestamp: u64,
        payload: &[u8],
    ) -> Result<(), Full> {
        assert!(
            seq == self.chain.seq + 1,
            "sequence numbers have no gaps: {seq} after {}",
            self.chain.seq
        );
        assert!(
            payload.len() <= self.payload_bytes_max,
            "a payload of {} bytes is too long",
            payload.len()
        );
        let bytes = record_bytes(payload.len());
        let end = self.stream_offset + bytes as u64;
        if self.free_until < end && !self.has_room_until(end) {
            return Err(Full);
        }
        if self.segment_left < bytes as u64 {
            self.chain.roll();
            self.segment_left = self.segment_capacity;
        }
        // SAFETY: this is the one producer, and the range lies behind `appended` and, as just checked, no further than
        // one ring's size behind `released`.
        let place = unsafe { self.ring.place(self.stream_offset, bytes) };
        self.ring.ask_for(self.stream_offset + ASKED_AHEAD, bytes);
        self.chain.write(place, kind, version, timestamp, payload);
        self.stream_offset = end;
        self.segment_left -= bytes as u64;
        Ok(())
    }

    /// Shows everything appended to the committer and wakes it if it sleeps.
    #[inline]
    pub fn publish(&mut self) {
        if self.shared.appended_bytes.load(Ordering::Relaxed) == self.stream_offset {
            return;
        }
        self.shared.appended_bytes.store(self.stream_offset, Ordering::Release);
        self.shared.appended_seq.store(self.chain.seq, Ordering::Release);
        self.shared.sleep.wake();
    }

    /// Room that is certainly left in the ring, record headers included.
    pub fn free_bytes(&self) -> usize {
        let released = self.shared.released_bytes.load(Ordering::Acquire);
        self.ring.bytes() - (self.stream_offset - released) as usize
    }

    /// The last appended record; 0 in an empty journal.
    #[inline]
    pub fn appended_seq(&self) -> u64 {
        self.chain.seq
    }

    /// The longest payload that can be appended.
    pub fn payload_bytes_max(&self) -> usize {
        self.payload_bytes_max
    }

    /// What is durable of what was appended.
    pub fn durable(&self) -> Durable {
        Durable(Arc::clone(&self.shared))
    }

    /// Asks the committer's cursor, which is another core's cache line, only when the known room is used up.
    #[cold]
    fn has_room_until(&mut self, end: u64) -> bool {
        let released = self.shared.released_bytes.load(Ordering::Acquire);
        self.free_until = released + self.ring.bytes() as u64;
        end <= self.free_until
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.publish();
    }
}
