//! Decides where the core thread runs and whether it may spin. A wish that cannot be met becomes a
//! [`Warning`] and the engine goes on without it.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::config::{Pin, Wait};

/// Something the engine was asked for and does without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The core thread is not pinned: the core does not exist or may not be used by this process.
    NotPinned {
        /// The core asked for.
        core: usize,
    },
    /// The engine yields and does not spin: with less than two cores' worth of time a spinning thread
    /// takes it from the gateway and the committer, on which it waits.
    SpinRefused,
    /// The journal's ring is not on tmpfs: what is not yet on disk dies with the process.
    RingInMemoryOnly {
        /// Why it is not; `None` if it was not to be there.
        why: Option<io::ErrorKind>,
    },
    /// The journal's ring is a file on a disk, where tmpfs was expected.
    RingOnDisk {
        /// The file system's name.
        file_system: &'static str,
    },
    /// The run before this one was killed, and the ring that it left is not there any more.
    RingGone,
    /// A segment that this start did not need, and a replay from the beginning does, is missing or damaged.
    MissingBefore {
        /// It lies between this record
        first: u64,
        /// and this one.
        last: u64,
    },
    /// Records that had been durable were damaged on the disk; the ring of the run before still had them.
    HealedFromRing {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// The journal is on a file system that may lose what it has called synced.
    UnsafeStorage {
        /// The file system's name.
        file_system: &'static str,
    },
    /// The machine's clock is behind the journal's last record. Journal time goes on from there.
    ClockBehind {
        /// How far.
        by: Duration,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPinned { core } => {
                write!(f, "the core thread is not pinned: core {core} cannot be used by this process")
            }
            Self::SpinRefused => f.write_str(
                "wait = spin needs at least two cores (affinity and CPU quota counted); the engine yields instead",
            ),
            Self::RingInMemoryOnly { why } => {
                let why = match why {
                    None => "was not to be on tmpfs".to_owned(),
                    Some(io::ErrorKind::StorageFull) => "finds no room on tmpfs: it is full".to_owned(),
                    Some(io::ErrorKind::NotFound) => "finds no tmpfs: the directory is not there".to_owned(),
                    Some(other) => format!("cannot be on tmpfs: {other}"),
                };
                write!(
                    f,
                    "the journal's ring {why}; what is not yet on disk would be lost with the process"
                )
            }
            Self::RingOnDisk { file_system } => write!(
                f,
                "the journal's ring is on a disk ({file_system}) and not on tmpfs, as its directory is: a command may wait \
                 for milliseconds while that disk is written; mount tmpfs there"
            ),
            Self::RingGone => f.write_str(
                "the last run was killed and its ring is no longer on tmpfs: what it had not yet written to disk is \
                 lost; with durability = process that may be accepted bets",
            ),
            Self::MissingBefore { first, last } => write!(
                f,
                "between records {first} and {last} a segment of the journal is missing or damaged. This start did not need \
                 it, a replay and a dispute do; `clutch journal verify` tells more"
            ),
            Self::HealedFromRing { first, last } => write!(
                f,
                "records {first} to {last} of the journal had been durable and were damaged on the disk; the ring of the \
                 last run still had them, and they are written again: the disk is not to be trusted"
            ),
            Self::UnsafeStorage { file_system } => write!(
                f,
                "the journal is on {file_system}, as --unsafe-storage allows: accepted bets may be lost"
            ),
            Self::ClockBehind { by } => write!(
                f,
                "the machine's clock is {:.3} s behind the journal's last record: was it set back? Time goes on from \
                 that record until the clock has caught up",
                by.as_secs_f64()
            ),
        }
    }
}

/// What the idle core really does, given how many cores' worth of time this process has.
pub(crate) fn permitted_wait(wait: Wait, cores: usize) -> (Wait, Option<Warning>) {
    match wait {
        Wait::Spin if cores < 2 => (Wait::Yield, Some(Warning::SpinRefused)),
        wait => (wait, None),
    }
}

/// Cores' worth of time this process has, affinity and CPU quota counted.
pub(crate) fn cores_available() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Where a thread is pinned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pinned {
    pub core: Option<usize>,
    pub warning: Option<Warning>,
}

/// Pins the current thread, as far as that can be done.
pub(crate) fn pin_current_thread(pin: Pin, wait: Wait) -> Pinned {
    let refused = |core| Pinned { core: None, warning: Some(Warning::NotPinned { core }) };
    // The list of the thread that asks: a core outside the process's own mask is not in it.
    let allowed = || core_affinity::get_core_ids().unwrap_or_default();
    let wanted = match (pin, wait) {
        (Pin::Nowhere, _) | (Pin::Auto, Wait::Yield | Wait::Park) => return Pinned::default(),
        (Pin::Auto, Wait::Spin) => match allowed().as_slice() {
            [_, .., last] => *last,
            _ => return Pinned::default(),
        },
        (Pin::Core(core), _) => match allowed().into_iter().find(|id| id.id == core) {
            Some(id) => id,
            None => return refused(core),
        },
    };
    if core_affinity::set_for_current(wanted) {
        Pinned { core: Some(wanted.id), warning: None }
    } else {
        refused(wanted.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spinning_needs_two_cores() {
        assert_eq!(permitted_wait(Wait::Spin, 2), (Wait::Spin, None));
        assert_eq!(permitted_wait(Wait::Spin, 1), (Wait::Yield, Some(Warning::SpinRefused)));
        assert_eq!(permitted_wait(Wait::Park, 1), (Wait::Park, None));
    }

    fn pinned(pin: Pin, wait: Wait) -> Pinned {
        // On a thread of its own, because the pin stays with the thread.
        std::thread::spawn(move || pin_current_thread(pin, wait)).join().unwrap_or_default()
    }

    #[test]
    fn a_core_that_is_not_ours_is_a_warning_and_not_a_panic() {
        let core = 9_999_999;
        let warning = Some(Warning::NotPinned { core });
        assert_eq!(pinned(Pin::Core(core), Wait::Park), Pinned { core: None, warning });
    }

    #[test]
    fn a_core_of_ours_is_pinned_to() {
        let ours = core_affinity::get_core_ids().unwrap_or_default()[0].id;
        let core = Some(ours);
        assert_eq!(pinned(Pin::Core(ours), Wait::Park), Pinned { core, warning: None });
    }

    #[test]
    fn a_parking_engine_is_pinned_only_when_asked() {
        assert_eq!(pinned(Pin::Auto, Wait::Park), Pinned::default());
    }
}
