//! Which matches of the configuration were created once: beside the journal, as it says nothing of matches that are over.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The file in the journal's directory: one key a line. Without it a match that has left would be created again.
const FILE: &str = "matches.provided";

/// The keys of matches that were created once.
#[derive(Debug)]
pub struct Known {
    path: PathBuf,
    keys: BTreeSet<String>,
}

impl Known {
    /// Reads them from a journal's directory.
    ///
    /// # Errors
    /// That of the file system, other than that there is no such file yet.
    pub fn read(dir: &Path) -> io::Result<Self> {
        let path = dir.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        Ok(Self { path, keys: text.lines().map(str::to_owned).collect() })
    }

    /// Whether a match with this key was created.
    pub fn has(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// Writes a key down.
    ///
    /// # Errors
    /// That of the file system.
    pub fn add(&mut self, key: &str) -> io::Result<()> {
        if self.keys.insert(key.to_owned()) {
            let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
            writeln!(file, "{key}")?;
            file.sync_all()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_is_known_for_ever_once_it_was_added() {
        let dir = tempfile::tempdir().unwrap();
        let mut known = Known::read(dir.path()).unwrap();
        assert!(!known.has("final 2026"));
        for key in ["final 2026", "semi", "final 2026"] {
            known.add(key).unwrap();
        }
        let again = Known::read(dir.path()).unwrap();
        assert!(again.has("final 2026") && again.has("semi") && !again.has("final"));
        let text = fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert_eq!(text, "final 2026\nsemi\n");
    }
}
