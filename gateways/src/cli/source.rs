//! Which journal a command reads.

use std::path::{Path, PathBuf};

use clap::Args;
use clutch_engine::{FollowError, Follower};
use clutch_journal::JournalError;

use super::Failure;

/// What a killed server had appended and not yet written lies in its ring.
pub const RING: &str = "/dev/shm";

/// What stands before a damage was told; this says that it is not all there was.
#[cold]
pub fn not_the_whole(why: &JournalError, last: u64, dir: &Path) -> Failure {
    Failure(format!(
        "{why}\nWhat was told comes from the records up to {last}; `clutch journal verify {}` tells more",
        dir.display()
    ))
}

/// A journal, live or not.
#[derive(Debug, Args)]
pub struct Source {
    /// The data directory
    pub dir: PathBuf,
    /// Where `clutch journal archive` moved old segments to: read those first
    #[arg(long, value_name = "DIR")]
    pub archive: Option<PathBuf>,
}

impl Source {
    /// Follows it from its first record on.
    pub fn follow(&self) -> Result<Follower, FollowError> {
        let follower = match &self.archive {
            Some(archive) => Follower::open_with_archive(&self.dir, archive)?,
            None => Follower::open(&self.dir)?,
        };
        Ok(follower.with_ring(Path::new(RING)))
    }

    /// Fails if the records end in damage, for then what a tool has told is not all there was. `follower`
    /// has found no more.
    pub fn ensure_whole(&self, follower: &Follower) -> Result<(), Failure> {
        let ended = follower.how_it_ended();
        ended.map(drop).map_err(|why| not_the_whole(&why, follower.last_seq().0, &self.dir))
    }
}
