//! Reads a snapshot, chunk by chunk, each one checked before a byte of it is handed out.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::{
    CHUNK_BYTES, CHUNK_HEADER_BYTES, CHUNKS_AT, MAGIC, Root, SnapshotInfo, chunk_checksum, damaged,
    path_in,
};
use crate::block::{BLOCK_BYTES, Block};
use crate::error::{IoFailure, JournalError};
use crate::superblock::FORMAT;

/// The contents of a snapshot, through [`io::Read`]. Whoever has read to the end (`Ok(0)`) has read every byte that was
/// written, in order, and nothing else; anything wrong comes as an error of kind `InvalidData`, which
/// [`SnapshotReader::failure`] turns into a [`JournalError`] that names the place.
#[derive(Debug)]
pub struct SnapshotReader {
    path: PathBuf,
    file: File,
    info: SnapshotInfo,
    root: Root,
    chunk: Vec<u8>,
    taken: usize,
    /// Where the next chunk starts in the file.
    offset: u64,
    read_bytes: u64,
    what_is_wrong: Option<String>,
}

impl SnapshotReader {
    /// Opens the snapshot behind record `seq` and checks its header.
    ///
    /// # Errors
    /// If there is no such file, it belongs to another journal, is of a newer format, or its header is damaged.
    pub fn open(dir: &Path, seq: u64, journal_id: u128) -> Result<Self, JournalError> {
        let path = path_in(dir, seq);
        let file = File::open(&path).map_err(IoFailure::at("open", &path))?;
        let mut header = vec![0; 2 * BLOCK_BYTES];
        let length = file.metadata().map_err(IoFailure::at("look at", &path))?.len();
        if length < CHUNKS_AT {
            return Err(damaged(
                &path,
                length,
                seq,
                "the file is cut inside its header".to_owned(),
            ));
        }
        file.read_exact_at(&mut header, 0).map_err(IoFailure::at("read", &path))?;
        let whole = || header.chunks(BLOCK_BYTES).filter_map(|copy| Block::read(copy, MAGIC));
        if let Some(found) = whole().map(|copy| copy.u32(8)).find(|format| FORMAT < *format) {
            return Err(JournalError::NewerFormat {
                file: path,
                found,
                supported: FORMAT,
                records: None,
            });
        }
        let info = whole().next().map(|copy| SnapshotInfo::decode(&copy)).ok_or_else(|| {
            damaged(&path, 0, seq, "neither copy of its header is whole".to_owned())
        })?;
        if info.journal_id != journal_id {
            return Err(JournalError::Foreign {
                file: path,
                found: info.journal_id,
                expected: journal_id,
                records: None,
            });
        }
        if info.position.seq != seq {
            let what = format!(
                "its header says that it was taken at record {}: it has another snapshot's name. Rename it back, or take \
                 it away if it is a copy",
                info.position.seq
            );
            return Err(damaged(&path, 0, seq, what));
        }
        Ok(Self {
            path,
            file,
            info,
            root: Root::default(),
            chunk: Vec::new(),
            taken: 0,
            offset: CHUNKS_AT,
            read_bytes: 0,
            what_is_wrong: None,
        })
    }

    /// What the snapshot says about itself.
    pub fn info(&self) -> SnapshotInfo {
        self.info
    }

    /// Reads what is left and says whether the whole snapshot is good.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] naming the place.
    pub fn check(mut self) -> Result<SnapshotInfo, JournalError> {
        io::copy(&mut self, &mut io::sink()).map_err(|error| self.failure(error))?;
        Ok(self.info)
    }

    /// The journal's own words for an error that reading gave.
    pub fn failure(&self, error: io::Error) -> JournalError {
        match &self.what_is_wrong {
            Some(what) => damaged(&self.path, self.offset, self.info.position.seq, what.clone()),
            None => IoFailure::at("read", &self.path)(error).into(),
        }
    }

    /// Loads and checks the next chunk; `false` at the proven end.
    fn next_chunk(&mut self) -> io::Result<bool> {
        let left = self.info.content_bytes - self.read_bytes;
        let number = self.root.chunks;
        if left == 0 {
            let length = self.file.metadata()?.len();
            if length != self.offset {
                return Err(self.wrong(format!("the file has {length} bytes and should end here")));
            }
            if self.root.hash != self.info.root_hash {
                return Err(self.wrong("the chunks do not give the header's root hash".to_owned()));
            }
            return Ok(false);
        }
        let expected = left.min(CHUNK_BYTES as u64) as usize;
        self.chunk.resize(CHUNK_HEADER_BYTES + expected, 0);
        match self.file.read_exact_at(&mut self.chunk, self.offset) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(self.wrong(format!("the file ends inside chunk {number}")));
            }
            other => other?,
        }
        let word = |at: usize| {
            let mut bytes = [0; 4];
            bytes.copy_from_slice(&self.chunk[at..at + 4]);
            u32::from_le_bytes(bytes)
        };
        let (bytes, stored) = (word(0), word(4));
        let checksum = chunk_checksum(&self.info, number, &self.chunk[CHUNK_HEADER_BYTES..]);
        if bytes as usize != expected || stored != checksum {
            return Err(self.wrong(format!("the checksum of chunk {number} does not match")));
        }
        self.root.add(checksum);
        self.offset += self.chunk.len() as u64;
        self.read_bytes += expected as u64;
        self.taken = CHUNK_HEADER_BYTES;
        Ok(true)
    }

    fn wrong(&mut self, what: String) -> io::Error {
        self.what_is_wrong = Some(what.clone());
        io::Error::new(io::ErrorKind::InvalidData, what)
    }
}

impl io::Read for SnapshotReader {
    fn read(&mut self, place: &mut [u8]) -> io::Result<usize> {
        if place.is_empty() {
            return Ok(0);
        }
        if self.taken == self.chunk.len() {
            let next = self.next_chunk();
            if !matches!(next, Ok(true)) {
                // Nothing of a chunk that did not prove itself may be handed out.
                self.chunk.clear();
                self.taken = 0;
                return next.map(|_| 0);
            }
        }
        let given = place.len().min(self.chunk.len() - self.taken);
        place[..given].copy_from_slice(&self.chunk[self.taken..self.taken + given]);
        self.taken += given;
        Ok(given)
    }
}
