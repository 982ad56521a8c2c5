//! Reading ahead: one thread turns bytes into commands while another applies them.
//!
//! Commands go over in batches that come back to be filled again, so that nothing is allocated on the way and the two
//! threads meet once in some hundred records.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use clutch_core::units::Seq;
use clutch_journal::Reader;

use crate::decoded::{Batch, Decoded};
use crate::follower::FollowError;

/// Records that go over together.
const BATCH: usize = 128;
/// Batches on their way: one is applied, the next one is looked at, and two are read or come back.
const BATCHES: usize = 8;

/// Hands over all records up to `last`, some at a time, as fast as a second thread reads them. Beside them
/// stand those that come next, to be looked at.
///
/// # Errors
/// What is wrong with a record, after all before it were handed over; and the first error of `take`.
pub(crate) fn for_each_batch<E: From<FollowError>>(
    reader: &mut Reader,
    rule_set: u16,
    last: Seq,
    take: &mut impl FnMut(&[Decoded], &[Decoded]) -> Result<(), E>,
) -> Result<(), E> {
    let (full, filled) = sync_channel(BATCHES);
    let (empty, emptied) = sync_channel(BATCHES);
    for _ in 0..BATCHES {
        // There is room for all of them.
        let _ = empty.send(Batch::with_room(BATCH));
    }
    // Both ends on this side go when it is done, so that the other side never waits for them.
    std::thread::scope(move |scope| {
        let read = move || read_all(reader, rule_set, last, &emptied, &full);
        std::thread::Builder::new()
            .name("clutch-read".to_owned())
            .spawn_scoped(scope, read)
            .map_err(FollowError::Thread)?;
        let mut filled = filled.into_iter();
        let mut at_hand = filled.next();
        while let Some(mut batch) = at_hand {
            at_hand = filled.next();
            take(batch.records(), at_hand.as_ref().map_or(&[], Batch::records))?;
            if let Some(flaw) = batch.flaw.take() {
                return Err(flaw.into());
            }
            // At the end nobody is there any more to take it.
            let _ = empty.send(batch);
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
        let has_more = batch.fill(reader, rule_set, last);
        if full.send(batch).is_err() || !has_more {
            return;
        }
    }
}
