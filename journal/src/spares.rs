//! Keeps segments ready ahead of need, and the emergency reserve, and knows how much room is left.
//!
//! Two spares wait for the committer, so that it never waits for zeros; beside them lie the files of the reserve, which
//! are spares that only a full disk may take. Everything is made by [`Maker::turn`], piece by piece: a helper thread
//! takes the turns beside a committer thread, and without threads the caller does.
//!
//! A full disk is an answer here. What was being made is dropped, the reserve is what is left, and the maker tries again
//! from time to time. Room counts as ample again when the reserve is whole and a spare is ready beside it, so that the
//! answer does not flicker.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::error::IoFailure;
use crate::faults::{Fault, Faults};
use crate::shared::{Shared, Space};
use crate::spare::{Spare, Unfinished, reserve_path, spare_path};
use crate::storage::Storage;

/// Segments ready ahead of need.
const SPARES_WANTED: usize = 2;
/// After so many pieces the helper syncs and rests, so that its zeros do not queue in front of the committer's syncs.
const PIECES_BETWEEN_RESTS: u32 = 4;
const REST: Duration = Duration::from_millis(1);
/// How long the helper waits before it asks a full disk again.
const RETRY: Duration = Duration::from_millis(100);

/// What is ready. Shared by whoever makes spares and whoever takes them.
pub(crate) struct Pool {
    inner: Mutex<Inner>,
    changed: Condvar,
    shared: Arc<Shared>,
    reserve_wanted: usize,
    faults: Faults,
}

#[derive(Default)]
struct Inner {
    spares: VecDeque<Spare>,
    reserve: Vec<(usize, Spare)>,
    /// A file of the reserve that was taken and still has its old name: nobody may make that file again now.
    lent: Option<usize>,
    /// The disk said that it is full, and has not yet given enough since.
    is_full: bool,
    /// It said so the last time it was asked. Only then may the reserve be taken: what a disk that has room again gives
    /// first is the reserve, and a core that appends without end must not eat it as it is made.
    was_refused: bool,
    /// A spare could not be given a segment's name.
    has_no_room_for_names: bool,
    is_awaited: bool,
    is_stopping: bool,
    failure: Option<IoFailure>,
}

#[derive(Clone, Copy)]
enum Purpose {
    Spare,
    Reserve(usize),
}

impl Pool {
    pub fn new(shared: Arc<Shared>, reserve_wanted: usize, faults: Faults) -> Arc<Self> {
        let inner = Mutex::default();
        Arc::new(Self { inner, changed: Condvar::new(), shared, reserve_wanted, faults })
    }

    /// A spare, if one is ready; from the reserve only if the disk is full.
    pub fn try_take(&self) -> Result<Option<Spare>, IoFailure> {
        let mut inner = self.lock();
        if self.faults.has(Fault::ReserveForAnyWant) {
            inner.was_refused = true;
        }
        let taken = inner.take();
        inner.is_awaited = matches!(taken, Ok(None));
        self.update(&mut inner);
        taken
    }

    /// A spare, waiting for it. Returns at once unless segments fill faster than they can be zeroed, or the disk is full
    /// and the reserve is used up; then it waits until there is room or the journal is to stop.
    pub fn take(&self) -> Result<Spare, IoFailure> {
        loop {
            if let Some(spare) = self.try_take()? {
                return Ok(spare);
            }
            let mut inner = self.lock();
            if inner.is_full && self.shared.waits_no_more.load(Ordering::Acquire) {
                return Err(no_room());
            }
            if inner.spares.is_empty() && inner.failure.is_none() {
                inner = self.wait(inner, RETRY);
            }
            drop(inner);
        }
    }

    /// Takes back a spare for whose new name the directory has no room, and waits a moment if that helps.
    pub fn put_back(&self, spare: Spare) -> Result<(), IoFailure> {
        let mut inner = self.lock();
        inner.spares.push_front(spare);
        inner.has_no_room_for_names = true;
        self.update(&mut inner);
        if self.shared.waits_no_more.load(Ordering::Acquire) {
            return Err(no_room());
        }
        Ok(())
    }

    /// A spare has become a segment.
    pub fn name_was_given(&self) {
        let mut inner = self.lock();
        if !self.faults.has(Fault::ReserveNotRemade) {
            inner.lent = None;
        }
        inner.has_no_room_for_names = false;
        self.update(&mut inner);
    }

    pub fn pause(&self) {
        drop(self.wait(self.lock(), RETRY));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, inner: MutexGuard<'a, Inner>, longest: Duration) -> MutexGuard<'a, Inner> {
        let waited = self.changed.wait_timeout(inner, longest);
        waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn wanted(&self, inner: &Inner) -> Option<Purpose> {
        let kept = |number: &usize| {
            inner.lent == Some(*number) || inner.reserve.iter().any(|(kept, _)| kept == number)
        };
        let reserve = (0..self.reserve_wanted).find(|number| !kept(number)).map(Purpose::Reserve);
        let spare = (inner.spares.len() < SPARES_WANTED).then_some(Purpose::Spare);
        if inner.is_stopping || inner.failure.is_some() {
            None
        } else if inner.is_full || !inner.spares.is_empty() {
            reserve.or(spare)
        } else {
            spare.or(reserve)
        }
    }

    fn put(&self, purpose: Purpose, spare: Spare) {
        let mut inner = self.lock();
        inner.was_refused = false;
        match purpose {
            Purpose::Spare => inner.spares.push_back(spare),
            Purpose::Reserve(number) => inner.reserve.push((number, spare)),
        }
        let is_reserve_whole =
            inner.reserve.len() == self.reserve_wanted || self.faults.has(Fault::ReserveNotRemade);
        if is_reserve_whole && !inner.spares.is_empty() {
            inner.is_full = false;
        }
        self.update(&mut inner);
    }

    fn fail(&self, failure: IoFailure) -> Turn {
        let mut inner = self.lock();
        let is_answer = failure.is_no_room() && !self.faults.has(Fault::FullDiskIsFinal);
        if is_answer {
            (inner.is_full, inner.was_refused) = (true, true);
        } else {
            inner.failure = Some(failure);
        }
        self.update(&mut inner);
        if is_answer { Turn::NoRoom } else { Turn::Nothing }
    }

    fn update(&self, inner: &mut Inner) {
        let is_ample = !inner.is_full || !inner.spares.is_empty();
        let is_stuck = inner.has_no_room_for_names
            || (!is_ample && inner.is_awaited && inner.reserve.is_empty());
        self.shared.set_space(match (is_stuck, is_ample) {
            (true, _) => Space::None,
            (false, false) => Space::Low,
            (false, true) => Space::Ample,
        });
        self.changed.notify_all();
    }
}

impl Inner {
    fn take(&mut self) -> Result<Option<Spare>, IoFailure> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        if let Some(spare) = self.spares.pop_front() {
            return Ok(Some(spare));
        }
        let kept = if self.was_refused { self.reserve.pop() } else { None };
        Ok(kept.map(|(number, spare)| {
            self.lent = Some(number);
            spare
        }))
    }
}

/// The words for a stop in the middle of waiting for room.
pub(crate) fn no_room() -> IoFailure {
    let path = std::path::Path::new("the next segment");
    let error = rustix::io::Errno::NOSPC.into();
    IoFailure::at(
        "stop cleanly, as the disk is full and what was appended last is not on it yet; nothing that was answered is \
         lost, free room and start again. There is none for",
        path,
    )(error)
}

/// What a turn of the maker did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Worked,
    /// Worked, and would now let others use the disk.
    Rest,
    Nothing,
    NoRoom,
}

/// Makes what the pool wants.
pub(crate) struct Maker {
    pool: Arc<Pool>,
    dir: PathBuf,
    bytes: u64,
    storage: Arc<dyn Storage>,
    faults: Faults,
    current: Option<(Purpose, Unfinished)>,
    /// Spares get numbers in order, so that no name is used twice in a run.
    number: u64,
    pieces: u32,
}

impl Maker {
    pub fn new(
        pool: Arc<Pool>,
        dir: PathBuf,
        bytes: u64,
        storage: Arc<dyn Storage>,
        faults: Faults,
    ) -> Self {
        Self { pool, dir, bytes, storage, faults, current: None, number: 0, pieces: 0 }
    }

    /// Does the next piece of work.
    pub fn turn(&mut self) -> Turn {
        self.work().unwrap_or_else(|failure| {
            if let Some((_, unfinished)) = self.current.take() {
                unfinished.discard(&*self.storage);
            }
            self.pool.fail(failure)
        })
    }

    fn work(&mut self) -> Result<Turn, IoFailure> {
        let Some((purpose, mut unfinished)) = self.current.take() else {
            let wanted = self.pool.wanted(&self.pool.lock());
            let Some(purpose) = wanted else { return Ok(Turn::Nothing) };
            let unfinished = self.start(purpose)?;
            self.current = Some((purpose, unfinished));
            return Ok(Turn::Worked);
        };
        let storage = &*self.storage;
        match unfinished.write_more(storage) {
            Ok(true) => self.pool.put(purpose, unfinished.finish(storage)?),
            Ok(false) => {
                self.pieces += 1;
                let is_urgent = self.pool.lock().is_awaited;
                if self.pieces.is_multiple_of(PIECES_BETWEEN_RESTS) && !is_urgent {
                    unfinished.sync(storage)?;
                    self.current = Some((purpose, unfinished));
                    return Ok(Turn::Rest);
                }
                self.current = Some((purpose, unfinished));
            }
            Err(failure) => {
                unfinished.discard(storage);
                return Err(failure);
            }
        }
        Ok(Turn::Worked)
    }

    fn start(&mut self, purpose: Purpose) -> Result<Unfinished, IoFailure> {
        let storage = &*self.storage;
        let path = match purpose {
            Purpose::Reserve(number) => {
                let path = reserve_path(&self.dir, number);
                let kept = Unfinished::reuse(path.clone(), self.bytes, storage, self.faults)?;
                if let Some(kept) = kept {
                    return Ok(kept);
                }
                path
            }
            Purpose::Spare => {
                self.number += 1;
                spare_path(&self.dir, self.number)
            }
        };
        Unfinished::start(path, self.bytes, storage, self.faults)
    }

    /// Removes what was made and not taken. The reserve stays for the next opening.
    pub fn clean_up(&mut self) {
        if let Some((Purpose::Spare, unfinished)) = self.current.take() {
            unfinished.discard(&*self.storage);
        }
        for spare in self.pool.lock().spares.drain(..) {
            spare.discard(&*self.storage);
        }
    }
}

/// The maker on a thread of its own.
pub(crate) struct Helper {
    pool: Arc<Pool>,
    thread: JoinHandle<()>,
}

impl Helper {
    pub fn start(mut maker: Maker) -> Result<Self, IoFailure> {
        let (pool, dir) = (Arc::clone(&maker.pool), maker.dir.clone());
        let run = move || {
            while !maker.pool.lock().is_stopping {
                match maker.turn() {
                    Turn::Worked => {}
                    Turn::Rest => std::thread::sleep(REST),
                    Turn::Nothing => {
                        // Asked again under the lock that a wish comes with, so that none is slept through.
                        let inner = maker.pool.lock();
                        if maker.pool.wanted(&inner).is_none() && !inner.is_stopping {
                            drop(maker.pool.wait(inner, RETRY));
                        }
                    }
                    Turn::NoRoom => drop(maker.pool.wait(maker.pool.lock(), RETRY)),
                }
            }
            maker.clean_up();
        };
        let thread = std::thread::Builder::new()
            .name("clutch-spares".to_owned())
            .spawn(run)
            .map_err(IoFailure::at("start a thread for", &dir))?;
        Ok(Self { pool, thread })
    }

    /// Stops the helper, which removes what was not taken.
    pub fn stop(self) {
        self.pool.lock().is_stopping = true;
        self.pool.changed.notify_all();
        // A panic there can only have cost the spare, and the committer would have seen it in `take`.
        let _ = self.thread.join();
    }
}
