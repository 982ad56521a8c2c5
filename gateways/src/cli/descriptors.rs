//! File descriptors: every connection takes one, and the journal must never lack one.
//!
//! A crowd that took the last of them would stop the engine at its next segment, so the gateway takes
//! no more connections than leave the journal, the feeds and the logs their own.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Kept for everything that is no connection.
const RESERVED: usize = 64;

/// Raises the process's limit as far as it may and is needed. Answers how many of `connections_max`
/// it allows.
pub fn make_room(connections_max: usize) -> usize {
    let needed = u64::try_from(connections_max.saturating_add(RESERVED)).unwrap_or(u64::MAX);
    let mut limit = getrlimit(Resource::Nofile);
    // None is no limit.
    if limit.current.is_some_and(|current| current < needed) {
        limit.current = Some(limit.maximum.map_or(needed, |maximum| maximum.min(needed)));
        if let Err(error) = setrlimit(Resource::Nofile, limit) {
            tracing::warn!(%error, "the limit of open files cannot be raised");
        }
    }
    let current = getrlimit(Resource::Nofile).current;
    let allowed = current.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX));
    let room = connections_max.min(allowed.saturating_sub(RESERVED).max(1));
    if room < connections_max {
        tracing::warn!(
            connections_max,
            room,
            "the limit of open files (ulimit -n) allows fewer connections than configured"
        );
    }
    room
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_the_journal_its_files() {
        assert_eq!(make_room(10), 10);
        let room = make_room(usize::MAX);
        if let Some(files) = getrlimit(Resource::Nofile).current {
            assert_eq!(room as u64 + RESERVED as u64, files);
        }
    }
}
