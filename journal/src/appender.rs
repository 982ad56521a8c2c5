//! Moves a range of the record stream into the segment files; used by recovery and by the committer.
//!
//! It walks the records it is given, because only they say where a segment ends and what the next one is called. The
//! bytes go out as they came: nothing is encoded or checked here.

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::IoFailure;
use crate::options::Durability;
use crate::record::{Chain, RecordView};
use crate::segment::{ActiveSegment, SegmentHeader, Spare};
use crate::storage::Storage;
use crate::superblock::SuperFile;

pub(crate) struct Appender {
    pub dir: PathBuf,
    pub storage: Arc<dyn Storage>,
    pub super_file: SuperFile,
    pub durability: Durability,
    pub active: ActiveSegment,
    /// Where the stream ends in the files, written but perhaps not synced.
    pub stream_offset: u64,
    /// The chain at that place.
    pub chain: Chain,
}

impl Appender {
    /// Writes `batch`, whole records that follow what was written before. A segment that gets full on the way is synced
    /// and the next one, made of a spare, takes its place; the last one is left to [`Appender::sync`].
    pub fn write(
        &mut self,
        batch: &[u8],
        mut next_spare: impl FnMut(u64) -> Result<Spare, IoFailure>,
    ) -> Result<(), IoFailure> {
        let (mut written, mut seen) = (0, 0);
        while let Some(record) = RecordView::peek(&batch[seen..]) {
            let end = self.stream_offset + (seen - written + record.bytes()) as u64;
            if self.active.header.stream_end() < end {
                self.put(&batch[written..seen])?;
                written = seen;
                self.roll(record.epoch, next_spare(self.super_file.contents.segment_bytes)?)?;
            }
            assert!(record.seq == self.chain.seq + 1, "the ring holds the records in order");
            self.chain.advance(&record);
            seen += record.bytes();
        }
        assert!(seen == batch.len(), "a batch is made of whole records");
        self.put(&batch[written..])
    }

    /// Makes everything written durable.
    pub fn sync(&self) -> Result<(), IoFailure> {
        self.storage.sync_data(&self.active.file).map_err(IoFailure::at("sync", &self.active.path))
    }

    /// Notes in `super` that everything written is durable. Only true after [`Appender::sync`].
    pub fn store_durable_mark(&mut self) -> Result<(), IoFailure> {
        self.super_file.contents.durable_mark = self.chain.seq;
        self.super_file.store(&*self.storage)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), IoFailure> {
        if bytes.is_empty() {
            return Ok(());
        }
        let ActiveSegment { file, path, header } = &self.active;
        let offset = header.file_offset(self.stream_offset);
        self.storage.write_at(file, bytes, offset).map_err(IoFailure::at("write", path))?;
        self.stream_offset += bytes.len() as u64;
        Ok(())
    }

    fn roll(&mut self, epoch: u32, spare: Spare) -> Result<(), IoFailure> {
        self.sync()?;
        self.store_durable_mark()?;
        self.chain.roll();
        let header = SegmentHeader {
            epoch,
            journal_id: self.super_file.contents.journal_id,
            first_seq: self.chain.seq + 1,
            stream_offset: self.stream_offset,
            segment_bytes: self.super_file.contents.segment_bytes,
            salt: self.chain.salt,
            previous_crc: self.chain.crc,
            durability: self.durability,
            engine_version: self.super_file.contents.engine_version,
        };
        self.active = spare.become_segment(&self.dir, header, &*self.storage)?;
        Ok(())
    }
}
