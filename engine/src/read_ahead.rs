//! Reading ahead: one thread turns bytes into commands while another applies them.
//!
//! Commands go over in batches that come back to be filled again, so that nothing is allocated on the way and the two
//! threads meet once in some hundred records.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use clutch_core::units::Seq;
use clutch_journal::Reader;

use crate::decoded::Decoded;
use crate::follower::FollowError;

/// Records that go over together.
const BATCH: usize = 256;
/// Batches on their way, those that come back included.
const BATCHES: usize = 4;

/// Some records, and what is wrong with the one behind them.
struct Batch {
    records: Vec<Decoded>,
    flaw: Option<FollowError>,
}

/// Hands over all records up to `last`, some at a time, as fast as a second thread reads them.
///
/// # Errors
/// What is wrong with a record, after all before it were handed over; and the first error of `take`.
pub(crate) fn for_each_batch<E: From<FollowError>>(
    reader: &mut Reader,
    rule_set: u16,
    last: Seq,
    take: &mut impl FnMut(&[Decoded]) -> Result<(), E>,
) -> Result<(), E> {
    let (full, filled) = sync_channel(BATCHES);
    let (empty, emptied) = sync_channel(BATCHES);
    for _ in 0..BATCHES {
        // There is room for all of them.
        let _ = empty.send(Batch { records: Vec::with_capacity(BATCH), flaw: None });
    }
    // Both ends on this side go when it is done, so that the other side never waits for them.
    std::thread::scope(move |scope| {
        let read = move || read_all(reader, rule_set, last, &emptied, &full);
        std::thread::Builder::new()
            .name("clutch-read".to_owned())
            .spawn_scoped(scope, read)
            .map_err(FollowError::Thread)?;
        for Batch { records, flaw } in filled {
            take(&records)?;
            if let Some(flaw) = flaw {
                return Err(flaw.into());
            }
            // At the end nobody is there any more to take it.
            let _ = empty.send(Batch { records, flaw: None });
        }
        Ok(())
    })
}

/// Fills empty batches until the end, the first flaw, or until nobody takes them any more.
fn read_all(
    reader: &mut Reader,
    rule_set: u16,
    last: Seq,
    empty: &Receiver<Batch>,
    full: &SyncSender<Batch>,
) {
    while let Ok(mut batch) = empty.recv() {
        let has_more = fill(&mut batch, reader, rule_set, last);
        if full.send(batch).is_err() || !has_more {
            return;
        }
    }
}

/// Returns whether more may come behind it.
fn fill(batch: &mut Batch, reader: &mut Reader, rule_set: u16, last: Seq) -> bool {
    batch.records.clear();
    while batch.records.len() < BATCH && reader.seq() < last.0 {
        match Decoded::next(reader, rule_set) {
            Ok(Some(decoded)) => batch.records.push(decoded),
            Ok(None) => return false,
            Err(flaw) => {
                batch.flaw = Some(flaw);
                return false;
            }
        }
    }
    reader.seq() < last.0
}
