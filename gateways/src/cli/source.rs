//! Which journal a command reads.

use std::path::{Path, PathBuf};

use clap::Args;
use clutch_engine::{FollowError, Follower};

use super::Failure;

/// What a killed server had appended and not yet written lies in its ring.
pub const RING: &str = "/dev/shm";

/// Fails if the records of a journal end in damage, for then what a tool has told is not all there was.
pub fn ensure_whole(dir: &Path) -> Result<(), Failure> {
    let report = clutch_journal::verify(dir, Some(Path::new(RING)), &mut |_, _| {})?;
    let Some(why) = report.halt else { return Ok(()) };
    Err(Failure(format!(
        "{why}\nWhat was told comes from the {} records before that; `clutch journal verify {}` tells more",
        report.records,
        dir.display()
    )))
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
}
