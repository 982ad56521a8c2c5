//! Which journal a command reads.

use std::path::{Path, PathBuf};

use clap::Args;
use clutch_engine::{FollowError, Follower};

/// What a killed server had appended and not yet written lies in its ring.
pub const RING: &str = "/dev/shm";

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
