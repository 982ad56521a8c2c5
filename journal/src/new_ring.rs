//! Makes the ring of an opening, in the order in which `super` names at every moment what there is.

use std::fs::File;

use crate::appender::Appender;
use crate::error::JournalError;
use crate::found_ring::{self, FoundRing, RingNote};
use crate::open::random;
use crate::options::Options;
use crate::ring::Ring;
use crate::superblock::Superblock;

/// Makes the ring of this opening. What the one before left is in the segments by now, and goes first: its name leaves
/// `super`, then the file goes, then a new one comes and is named. So at every moment `super` names what there is.
pub(crate) fn new_ring(
    appender: &mut Appender,
    left: Option<FoundRing>,
    options: &Options,
    lock: File,
) -> Result<Ring, JournalError> {
    appender.super_file.contents.ring = None;
    if let Some(left) = left {
        appender.store_super()?;
        left.remove();
    }
    let name = u64::from_le_bytes(random(&appender.dir)?).max(1);
    let journal_id = appender.super_file.contents.journal_id;
    let path = options.shm_dir.as_deref().map(|dir| found_ring::path_in(dir, journal_id, name));
    let ring = Ring::ready(path, options.ring_bytes, lock)?;
    appender.super_file.contents.ring = (!ring.is_in_memory_only()).then(|| RingNote {
        name,
        boot: found_ring::boot_id(),
        durability: options.durability,
    });
    appender.store_super().inspect_err(|_| {
        // The failure may have come when the first two copies name it, and then the next opening looks for it.
        let is_named = |found: Superblock| found.ring.is_some_and(|note| note.name == name);
        if let Ok(Some(false)) = Superblock::load(&appender.dir).map(|found| found.map(is_named)) {
            ring.remove_file();
        }
    })?;
    Ok(ring)
}
