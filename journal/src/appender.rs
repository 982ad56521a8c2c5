//! Moves a range of the record stream into the segment files; used by recovery and by the committer.
//!
//! It walks the records it is given, because only they say where a segment ends and what the next one is called. The
//! bytes go out as they came: nothing is encoded or checked here.

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::IoFailure;
use crate::faults::{Fault, Faults};
use crate::mark::Mark;
use crate::options::Durability;
use crate::record::{Chain, RecordView};
use crate::segment::{ActiveSegment, MARKS_AT, SegmentHeader};
use crate::spare::{Promoted, Spare};
use crate::storage::Storage;
use crate::superblock::SuperFile;

pub(crate) struct Appender {
    pub dir: PathBuf,
    pub storage: Arc<dyn Storage>,
    pub super_file: SuperFile,
    pub durability: Durability,
    pub unsafe_storage: bool,
    pub active: ActiveSegment,
    /// Where the stream ends in the files, written but perhaps not synced.
    pub stream_offset: u64,
    /// The chain at that place.
    pub chain: Chain,
    /// The last record that is certainly durable.
    pub synced_seq: u64,
    /// The last mark that was written to the active segment.
    pub mark: Mark,
    pub faults: Faults,
}

impl Appender {
    /// Writes the records at the start of `batch`, which follow what was written before, as far as they fit into the
    /// active segment, and returns how many bytes that were. They are not durable before [`Appender::sync`]; the rest
    /// needs [`Appender::roll`].
    pub fn write(&mut self, batch: &[u8]) -> Result<usize, IoFailure> {
        let mut seen = 0;
        let mut chain = self.chain;
        while let Some(record) = RecordView::peek(&batch[seen..]) {
            let end = self.stream_offset + (seen + record.bytes()) as u64;
            if self.active.header.stream_end() < end {
                break;
            }
            assert!(record.seq == chain.seq + 1, "the ring holds the records in order");
            chain.advance(&record);
            seen += record.bytes();
        }
        if 0 < seen {
            let ActiveSegment { file, path, header } = &self.active;
            let offset = header.file_offset(self.stream_offset);
            let written = self.storage.write_at(file, &batch[..seen], offset);
            if !self.faults.has(Fault::GoOnAfterWriteError) {
                written.map_err(IoFailure::at("write", path))?;
            }
            self.stream_offset += seen as u64;
            self.chain = chain;
        }
        Ok(seen)
    }

    /// Makes everything written durable, and with it the mark that says what was durable before. Called with nothing
    /// newly written, it makes the mark say that all is.
    pub fn sync(&mut self) -> Result<(), IoFailure> {
        let is_too_early = self.faults.has(Fault::MarkBeforeSync);
        let generation =
            self.mark.generation + if self.faults.has(Fault::MarkInOnePlace) { 2 } else { 1 };
        let mark = Mark {
            generation,
            salt: self.active.header.salt,
            synced_seq: if is_too_early { self.chain.seq } else { self.synced_seq },
            written_seq: self.chain.seq.max(self.synced_seq),
        };
        let ActiveSegment { file, path, .. } = &self.active;
        self.storage
            .write_at(file, &mark.encode(), MARKS_AT[mark.place()])
            .map_err(IoFailure::at("write the mark of", path))?;
        self.mark = mark;
        self.sync_file()?;
        self.synced_seq = self.chain.seq;
        Ok(())
    }

    /// Whether the mark on the disk says that everything is durable.
    pub fn is_at_rest(&self) -> bool {
        self.mark.synced_seq == self.chain.seq
    }

    fn sync_file(&self) -> Result<(), IoFailure> {
        let ActiveSegment { file, path, .. } = &self.active;
        if self.faults.has(Fault::SkipSync) {
            return Ok(());
        }
        if self.faults.has(Fault::SyncThroughAnotherDescriptor) {
            let other = self.storage.open(path).map_err(IoFailure::at("open", path))?;
            return self.storage.sync_data(&other).map_err(IoFailure::at("sync", path));
        }
        let synced = self.storage.sync_data(file);
        if self.faults.has(Fault::RetryFailedSync) && synced.is_err() {
            return self.storage.sync_data(file).map_err(IoFailure::at("sync", path));
        }
        synced.map_err(IoFailure::at("sync", path))
    }

    /// Notes in `super` that everything written is durable. Only true after [`Appender::sync`]. What it says never falls,
    /// also while records that were durable once are written again from the ring.
    pub fn store_super(&mut self) -> Result<(), IoFailure> {
        let contents = &mut self.super_file.contents;
        contents.durable_mark = contents.durable_mark.max(self.synced_seq);
        if !self.faults.has(Fault::NewestSegmentNotNoted) {
            contents.newest_segment = contents.newest_segment.max(self.active.header.first_seq);
        }
        self.super_file.store(&*self.storage)
    }

    /// Goes on in a new segment made of `spare`, for records of `epoch`. Everything written must be synced: that the
    /// next segment exists is proof of it. Gives the spare back if the directory has no room for its name.
    pub fn roll(&mut self, epoch: u32, spare: Spare) -> Result<Option<Spare>, IoFailure> {
        assert!(
            self.synced_seq == self.chain.seq || self.faults.has(Fault::RollWithoutSync),
            "a segment is left when all in it is durable"
        );
        let mut chain = self.chain;
        chain.roll();
        let header = SegmentHeader {
            epoch,
            journal_id: self.super_file.contents.journal_id,
            first_seq: chain.seq + 1,
            stream_offset: self.stream_offset,
            segment_bytes: self.super_file.contents.segment_bytes,
            salt: chain.salt,
            previous_crc: chain.crc,
            durability: self.durability,
            engine_version: self.super_file.contents.engine_version,
            unsafe_storage: self.unsafe_storage,
        };
        match spare.become_segment(&self.dir, header, &*self.storage)? {
            Promoted::NoRoom(spare) => Ok(Some(spare)),
            Promoted::Segment(active) => {
                self.chain = chain;
                self.mark = Mark::none(active.header.salt);
                self.active = active;
                self.store_super()?;
                Ok(None)
            }
        }
    }
}
