//! The secret that signs tokens: from the configuration, or made once and kept beside the journal.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::Failure;
use crate::token::Secret;

const FILE: &str = "token-secret";

/// A fresh secret.
pub fn fresh() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .map_err(|error| Failure(format!("no random numbers for a token secret: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The configured secret; if there is none, the one kept in `dir`, made if need be.
pub fn of_server(configured: &str, dir: &Path) -> Result<Secret, Failure> {
    if !configured.is_empty() {
        return parse(configured);
    }
    let path = dir.join(FILE);
    if let Ok(kept) = std::fs::read_to_string(&path) {
        return parse(kept.trim());
    }
    let made = fresh()?;
    let cannot =
        |error: std::io::Error| Failure(format!("cannot keep {}: {error}", path.display()));
    std::fs::create_dir_all(dir).map_err(cannot)?;
    let mut file =
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(cannot)?;
    file.write_all(made.as_bytes()).and_then(|()| file.sync_all()).map_err(cannot)?;
    parse(&made)
}

/// The secret that a server with this configuration uses; an error if it was never started.
pub fn existing(configured: &str, dir: &Path) -> Result<Secret, Failure> {
    if !configured.is_empty() {
        return parse(configured);
    }
    let path = dir.join(FILE);
    let kept = std::fs::read_to_string(&path).map_err(|error| {
        Failure(format!(
            "cannot read {}: {error}; start `clutch serve` first, or set token_secret",
            path.display()
        ))
    })?;
    parse(kept.trim())
}

/// A secret from its text.
pub fn parse(text: &str) -> Result<Secret, Failure> {
    Secret::new(text.as_bytes())
        .ok_or_else(|| Failure("a token secret needs at least 32 bytes".to_owned()))
}

/// A random id that nobody else has.
pub fn fresh_uuid() -> Result<String, Failure> {
    let hex = fresh()?;
    let part = |range: std::ops::Range<usize>| &hex[range];
    // Version 4, variant 1: random but for these two digits.
    Ok(format!(
        "{}-{}-4{}-8{}-{}",
        part(0..8),
        part(8..12),
        part(12..15),
        part(15..18),
        part(18..30)
    ))
}
