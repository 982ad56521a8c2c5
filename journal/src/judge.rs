//! Collects the facts about the place where a reader stands, and puts the verdict on them into words.

use crate::error::JournalError;
use crate::evidence::{Found as Record, records_behind, used_bytes};
use crate::faults::Fault;
use crate::reader::Reader;
use crate::record::Flaw;
use crate::segment::{self, Found, SegmentMap};
use crate::superblock::Superblock;
use crate::verdict::{Behind, End, Facts, Here, Next, Promise, Verdict};

/// The facts about a place and what they were seen in.
struct Sight {
    facts: Facts,
    /// What is wrong with the bytes here.
    flaw: Option<Flaw>,
    garbage_bytes: u64,
    behind: Option<(Record, Record)>,
    /// The first segment that starts further on.
    later: Option<u64>,
    /// The last record that was certainly synced.
    proven_seq: u64,
}

/// What the next segment turned out to be.
pub(crate) enum NextSegment {
    Nothing,
    Continues(SegmentMap),
    Other(Next, JournalError),
}

impl Reader {
    /// Judges the place where the reader found no more, given that the ring reaches up to `ring_seq`.
    pub(crate) fn verdict(&self, ring_seq: u64) -> Result<End, JournalError> {
        let next = self.next_segment()?;
        let sight = self.look(&next, ring_seq)?;
        let first_missing = self.chain().seq + 1;
        match (sight.facts.verdict(), next) {
            // The writer was faster than this look, which is as good an end as any.
            (Verdict::Accept | Verdict::End, _) => Ok(End::Clean),
            (Verdict::CutTail, _) => Ok(self.segment().map_or(End::Clean, |segment| {
                let (file, offset) = (segment.path.clone(), self.offset());
                End::TornTail { file, offset, bytes: sight.garbage_bytes }
            })),
            (Verdict::Heal, _) => Ok(self.segment().map_or(End::Clean, |segment| End::Healed {
                file: segment.path.clone(),
                offset: self.offset(),
                bytes: sight.garbage_bytes,
                records: (first_missing, sight.proven_seq),
            })),
            (Verdict::HaltGap, _) => {
                let before_later = sight.later.map(|first_seq| first_seq - 1);
                let last_missing = before_later.unwrap_or(sight.proven_seq).max(first_missing);
                Err(self.gap(first_missing, last_missing))
            }
            (Verdict::HaltForeign | Verdict::HaltCorrupt | Verdict::HaltEpoch, next) => {
                Err(match next {
                    NextSegment::Other(_, error) => error,
                    NextSegment::Nothing | NextSegment::Continues(_) => self.damage(&sight),
                })
            }
        }
    }

    /// The last record that is known to have been there, valid or not.
    pub(crate) fn last_known(&self) -> u64 {
        let sight = self.next_segment().and_then(|next| self.look(&next, 0));
        let starts = segment::own(self.dir(), self.journal_id()).unwrap_or_default();
        let Ok(sight) = sight else { return self.chain().seq };
        let found = sight.behind.map_or(0, |(_, last)| last.seq);
        // A later segment is read as far as its own chain goes.
        let later = starts.into_iter().rev().find(|first_seq| self.chain().seq < *first_seq);
        let in_later = later.map(|first_seq| {
            let mut reader = self.starting_at(first_seq);
            while let Ok(Some(_)) = reader.next() {}
            reader.seq()
        });
        sight.proven_seq.max(found).max(in_later.unwrap_or(0)).max(self.chain().seq)
    }

    /// The segment that starts with the next record, and whether it continues here.
    pub(crate) fn next_segment(&self) -> Result<NextSegment, JournalError> {
        let first_seq = self.chain().seq + 1;
        if self.segment().is_some_and(|segment| segment.header.first_seq == first_seq) {
            return Ok(NextSegment::Nothing);
        }
        let dir = self.place_of(first_seq);
        let file = || dir.join(segment::file_name(first_seq));
        let corrupt = |offset, what| {
            let error = JournalError::Corrupt { file: file(), offset, seq: first_seq, what };
            Ok(NextSegment::Other(Next::Broken, error))
        };
        let expected = self.superblock().journal_id;
        let looked = SegmentMap::look(dir, first_seq, expected).map_err(|error| match error {
            JournalError::NewerFormat { file, found, supported, records: None } => {
                let records = Some(self.records_from(first_seq));
                JournalError::NewerFormat { file, found, supported, records }
            }
            other => other,
        });
        let next = match looked? {
            Found::Nothing => return Ok(NextSegment::Nothing),
            Found::Broken(offset, what) => {
                let (first, last) = self.records_from(first_seq);
                return corrupt(
                    offset,
                    format!(
                        "{what}; records {first} to {last} are lost unless a good copy of it is put back"
                    ),
                );
            }
            Found::Misnamed(header) => {
                return corrupt(
                    0,
                    format!(
                        "its header says that it starts with record {header}: it has another segment's name. \
                         Rename it back, or take it away if it is a copy"
                    ),
                );
            }
            Found::Foreign(found) => {
                let (file, records) = (file(), Some(self.records_from(first_seq)));
                let error = JournalError::Foreign { file, found, expected, records };
                return Ok(NextSegment::Other(Next::Foreign, error));
            }
            Found::Segment(next) => next,
        };
        if let Some((stream_offset, _)) = self.stream_position() {
            let mut chain = self.chain();
            chain.roll();
            let header = &next.header;
            if (header.salt, header.previous_crc, header.stream_offset)
                != (chain.salt, chain.crc, stream_offset)
            {
                let what = "its header does not continue the segment before it".to_owned();
                return corrupt(0, what);
            }
            if header.epoch < chain.epoch {
                let (found, expected) = (header.epoch, chain.epoch);
                let error = JournalError::Epoch {
                    file: file(),
                    offset: 0,
                    seq: first_seq,
                    found,
                    expected,
                };
                return Ok(NextSegment::Other(Next::OldEpoch, error));
            }
        }
        Ok(NextSegment::Continues(next))
    }

    fn look(&self, next: &NextSegment, ring_seq: u64) -> Result<Sight, JournalError> {
        let known_seq = ring_seq.max(self.chain().seq);
        // Marks before records: what a mark promises was in place before it, also while somebody writes.
        let mark = self.segment().and_then(SegmentMap::mark);
        let superblock = Superblock::load(self.dir())?.unwrap_or_else(|| self.superblock().clone());
        // A file that only has such a name is no sign that there was more.
        let mut later = segment::list(self.dir())?.into_iter();
        let later = later.find(|first_seq| {
            self.chain().seq + 1 < *first_seq
                && segment::is_own(self.dir(), *first_seq, self.journal_id())
        });

        let (mut flaw, mut garbage_bytes, mut behind) = (None, 0, None);
        let here = match self.segment() {
            None => Here::NoSegment,
            Some(segment) => {
                let bytes = segment.from(self.offset());
                match self.chain().check(bytes) {
                    Ok(_) => Here::Record,
                    Err(Flaw::Epoch) => Here::OldEpoch,
                    Err(other) => {
                        garbage_bytes = used_bytes(bytes) as u64;
                        behind = records_behind(bytes, &self.chain(), known_seq);
                        flaw = Some(other);
                        if garbage_bytes == 0 { Here::Zeros } else { Here::Noise }
                    }
                }
            }
        };
        let first_of_segment = self.segment().map_or(1, |segment| segment.header.first_seq);
        let mut proven_seq = superblock.durable_mark.max(first_of_segment - 1);
        let behind_fact = match (&behind, &mark) {
            (None, _) => Behind::Nothing,
            // It began only after the write that the mark went with had been synced.
            (Some((_, last)), Some(mark))
                if mark.written_seq < last.seq && known_seq < mark.written_seq =>
            {
                proven_seq = proven_seq.max(mark.written_seq);
                Behind::LaterWrite
            }
            (Some(_), _) if self.chain().faults.has(Fault::HaltAtTornMiddle) => Behind::LaterWrite,
            (Some(_), _) => Behind::SameWrite,
        };
        proven_seq = proven_seq.max(mark.map_or(0, |mark| mark.synced_seq));
        let newest_segment = superblock.newest_segment;
        let here_or_newer = self.segment().map_or(0, |segment| segment.header.first_seq);
        // The header of the newest segment was written when all before it was durable.
        proven_seq = proven_seq.max(newest_segment.saturating_sub(1));
        let promise = if here_or_newer < newest_segment && known_seq < newest_segment {
            Promise::Segment
        } else if known_seq < proven_seq {
            Promise::Records
        } else if self.chain().seq < proven_seq || here_or_newer < newest_segment {
            Promise::KeptByRing
        } else {
            Promise::Kept
        };
        let next = match next {
            NextSegment::Continues(_) => Next::Continues,
            NextSegment::Other(kind, _) => *kind,
            NextSegment::Nothing if later.is_some() => Next::Later,
            NextSegment::Nothing => Next::Nothing,
        };
        let facts = Facts { here, next, behind: behind_fact, promise };
        Ok(Sight { facts, flaw, garbage_bytes, behind, later, proven_seq })
    }

    fn gap(&self, first_missing: u64, last_missing: u64) -> JournalError {
        let under = segment::under_another_name(self.dir(), first_missing, self.journal_id());
        JournalError::Gap { dir: self.dir().into(), first_missing, last_missing, under }
    }

    /// The records that should be in the segment that starts with `first_seq`, as far as others know of them.
    fn records_from(&self, first_seq: u64) -> (u64, u64) {
        let starts = segment::list(self.dir()).unwrap_or_default();
        let before_next = starts.into_iter().find(|next| first_seq < *next).map(|next| next - 1);
        let last = before_next.unwrap_or(self.superblock().durable_mark);
        (first_seq, last.max(first_seq))
    }

    /// The words for damage at the place itself: which file, where, what is wrong, what is lost.
    fn damage(&self, sight: &Sight) -> JournalError {
        let seq = self.chain().seq + 1;
        let offset = self.offset();
        let Some(segment) = self.segment() else {
            let (first_missing, last_missing) = (seq, sight.proven_seq.max(seq));
            return self.gap(first_missing, last_missing);
        };
        let file = segment.path.clone();
        if sight.facts.here == Here::OldEpoch {
            let found = crate::record::RecordView::peek(segment.from(offset));
            let (found, expected) = (found.map_or(0, |record| record.epoch), self.chain().epoch);
            return JournalError::Epoch { file, offset, seq, found, expected };
        }
        let flaw = sight.flaw.map_or_else(String::new, |flaw| format!("{flaw}; "));
        let lost = match (sight.later, &sight.behind) {
            (Some(first_seq), _) => {
                format!("records {seq} to {} are lost, and a later segment follows", first_seq - 1)
            }
            (None, Some((first, last))) if seq < first.seq => format!(
                "records {seq} to {} are lost, and records {} to {} follow at offset {}",
                first.seq - 1,
                first.seq,
                last.seq,
                offset + first.at as u64
            ),
            (None, Some(_) | None) => {
                format!("records {seq} to {} were durable and are lost", sight.proven_seq)
            }
        };
        JournalError::Corrupt { file, offset, seq, what: format!("{flaw}{lost}") }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::faults::Faults;
    use crate::mark::Mark;
    use crate::options::Durability;
    use crate::record::{Chain, record_bytes};
    use crate::segment::{MARKS_AT, RECORDS_AT, SegmentHeader};
    use crate::superblock::{FORMAT, path_in};

    const BYTES: u64 = 24576;

    fn header(epoch: u32) -> SegmentHeader {
        SegmentHeader {
            epoch,
            journal_id: 9,
            first_seq: 1,
            stream_offset: 0,
            segment_bytes: BYTES,
            salt: 77,
            previous_crc: 0,
            durability: Durability::Disk,
            engine_version: 0,
            unsafe_storage: false,
        }
    }

    /// Writes a segment with one record of each epoch, each continuing the chain, and returns the chain behind them.
    fn write(dir: &Path, header: &SegmentHeader, epochs: &[u32]) -> Chain {
        let mut bytes = header.encode().sealed().repeat(2);
        bytes.resize(RECORDS_AT as usize, 0);
        let mut chain = header.chain(0, Faults::NONE);
        for epoch in epochs {
            let start = bytes.len();
            bytes.resize(start + record_bytes(8), 0);
            chain.epoch = *epoch;
            chain.write(&mut bytes[start..], 1, 1, 0, &[1; 8]);
        }
        bytes.resize(BYTES as usize, 0);
        fs::write(dir.join(segment::file_name(header.first_seq)), bytes).unwrap();
        let superblock = Superblock {
            format: FORMAT,
            epoch: 3,
            journal_id: 9,
            generation: 1,
            newest_snapshot: 0,
            oldest_seq: 1,
            durable_mark: 0,
            engine_version: 0,
            rule_set: 0,
            segment_bytes: BYTES,
            newest_segment: 1,
            ring: None,
        };
        fs::write(path_in(dir), superblock.encode().sealed().repeat(4)).unwrap();
        chain
    }

    fn ended(dir: &Path) -> (u64, Result<End, JournalError>) {
        let mut reader = Reader::open(dir).unwrap();
        let ended = reader.for_each(|_| {});
        (reader.seq(), ended)
    }

    /// Ten records, of which the third is damaged on the disk and the ring still has some: what it has is not lost, is no
    /// later write, and is not missing from the next segment; what it has not is all of that.
    #[test]
    fn what_the_ring_still_has_is_neither_lost_nor_missing() {
        #[derive(Debug, PartialEq, Eq)]
        enum Said {
            Cut,
            Heal,
            Corrupt,
            Gap,
        }
        let dir = crate::test_dir();
        let said = |synced_seq, written_seq, newest_segment, ring_seq| {
            write(dir.path(), &header(1), &[1; 10]);
            let path = dir.path().join(segment::file_name(1));
            let mut bytes = fs::read(&path).unwrap();
            let third = RECORDS_AT as usize + 2 * record_bytes(8);
            bytes[third..third + record_bytes(8)].fill(0xff);
            let mark = Mark { generation: 1, salt: 77, synced_seq, written_seq }.encode();
            let at = MARKS_AT[1] as usize;
            bytes[at..at + mark.len()].copy_from_slice(&mark);
            fs::write(&path, bytes).unwrap();
            let mut superblock = Superblock::load(dir.path()).unwrap().unwrap();
            superblock.newest_segment = newest_segment;
            fs::write(path_in(dir.path()), superblock.encode().sealed().repeat(4)).unwrap();
            let mut reader = Reader::open(dir.path()).unwrap();
            while reader.next().unwrap().is_some() {}
            assert_eq!(reader.seq(), 2);
            match reader.verdict(ring_seq) {
                Ok(End::TornTail { .. }) => Said::Cut,
                Ok(End::Healed { .. }) => Said::Heal,
                Err(JournalError::Corrupt { .. }) => Said::Corrupt,
                Err(JournalError::Gap { .. }) => Said::Gap,
                other => panic!("{other:?}"),
            }
        };
        for (synced, written, newest_segment, ring, expected) in [
            // Synced up to the sixth: all six are in the ring, or some are lost.
            (6, 10, 1, 2, Said::Corrupt),
            (6, 10, 1, 5, Said::Corrupt),
            (6, 10, 1, 6, Said::Heal),
            (6, 10, 1, 10, Said::Heal),
            // Nothing promised, but the seventh to the tenth were written when the sixth had been synced.
            (2, 6, 1, 2, Said::Corrupt),
            (2, 6, 1, 5, Said::Corrupt),
            (2, 6, 1, 6, Said::Cut),
            (2, 6, 1, 10, Said::Cut),
            // A segment that began with the ninth record is not there.
            (2, 10, 9, 2, Said::Gap),
            (2, 10, 9, 8, Said::Gap),
            (2, 10, 9, 9, Said::Heal),
        ] {
            let found = said(synced, written, newest_segment, ring);
            assert_eq!(found, expected, "{synced} {written} {newest_segment} {ring}");
        }
    }

    /// Such a record can only come from another copy of the journal, which the checksums alone would not tell.
    #[test]
    fn a_record_of_an_earlier_opening_behind_a_later_one_halts_and_says_so() {
        let dir = crate::test_dir();
        write(dir.path(), &header(1), &[1, 2, 2]);
        assert_eq!((ended(dir.path()).0, ended(dir.path()).1.unwrap()), (3, End::Clean));
        write(dir.path(), &header(1), &[1, 2, 1]);
        let (last, ended) = ended(dir.path());
        let Err(JournalError::Epoch { seq: 3, found: 1, expected: 2, offset, .. }) = &ended else {
            panic!("{ended:?}")
        };
        assert_eq!((last, *offset), (2, RECORDS_AT + 2 * record_bytes(8) as u64));
        assert!(ended.unwrap_err().to_string().contains("goes back in time"));
    }

    #[test]
    fn a_segment_of_an_earlier_opening_behind_a_later_one_halts_and_says_so() {
        let dir = crate::test_dir();
        for (epoch, is_later) in [(2, true), (1, false)] {
            let mut chain = write(dir.path(), &header(1), &[1, 2]);
            chain.roll();
            let next = SegmentHeader {
                first_seq: 3,
                epoch,
                salt: chain.salt,
                previous_crc: chain.crc,
                stream_offset: 2 * record_bytes(8) as u64,
                ..header(1)
            };
            write(dir.path(), &next, &[2]);
            let (last, ended) = ended(dir.path());
            assert_eq!(last, if is_later { 3 } else { 2 });
            let is_told = matches!(
                ended,
                Err(JournalError::Epoch { seq: 3, offset: 0, found: 1, expected: 2, .. })
            );
            assert_eq!((ended.is_ok(), is_told), (is_later, !is_later), "{ended:?}");
        }
    }
}
