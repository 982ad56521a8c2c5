//! Captures read back.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use clutch_core::units::Timestamp;

use super::{Context, MAGIC, RECORD_BYTES_MAX, checksum};

/// A whole file.
#[derive(Debug)]
pub struct Captured {
    /// What it is about.
    pub context: Context,
    /// Every push with the time at which it came.
    pub pushes: Vec<(Timestamp, Vec<u8>)>,
    /// What is wrong with its end, if anything.
    pub flaw: Option<Flaw>,
}

/// Why a file ends early. What stands before is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The last record is not complete: whoever wrote it was killed.
    Torn,
    /// A record's bytes are not those that were written.
    Damaged,
}

/// Reads a file; `None` if its writer was killed before it had said what it is about.
///
/// # Errors
/// A sentence if it cannot be read or is no capture.
pub fn read(path: &Path) -> Result<Option<Captured>, String> {
    let named = |what: String| format!("{}: {what}", path.display());
    let file = File::open(path).map_err(|error| named(error.to_string()))?;
    let mut input = BufReader::new(file);
    let mut magic = [0; MAGIC.len()];
    let begun = match fill(&mut input, &mut magic) {
        Ok(begun) => begun,
        Err(Ended::Failed(error)) => return Err(named(error.to_string())),
        Err(Ended::Flawed(_)) => 0,
    };
    if magic[..begun] != MAGIC[..begun] {
        return Err(named("it is no capture of a feed".to_owned()));
    }
    let (mut context, mut pushes) = (None, Vec::new());
    let flaw = loop {
        match record(&mut input) {
            Ok(Some((_, bytes))) if context.is_none() => {
                let read: Context = serde_json::from_slice(&bytes)
                    .map_err(|error| named(format!("what it is about cannot be read: {error}")))?;
                context = Some(read);
            }
            Ok(Some((time, bytes))) => pushes.push((Timestamp::from_nanos(time), bytes)),
            Ok(None) => break None,
            Err(Ended::Flawed(flaw)) => break Some(flaw),
            Err(Ended::Failed(error)) => return Err(named(error.to_string())),
        }
    };
    Ok(context.map(|context| Captured { context, pushes, flaw }))
}

/// The captures of a directory whose names begin like this, oldest first for each source.
///
/// # Errors
/// If the directory cannot be read.
pub fn files_of(dir: &Path, prefix: &str) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with(prefix) && name.ends_with(".capture") {
            files.push(path);
        }
    }
    // Times and numbers in names have a fixed width, so the order of names is that of time.
    files.sort();
    Ok(files)
}

enum Ended {
    Flawed(Flaw),
    Failed(io::Error),
}

fn record(input: &mut impl Read) -> Result<Option<(u64, Vec<u8>)>, Ended> {
    let mut head = [0; 16];
    match fill(input, &mut head)? {
        0 => return Ok(None),
        16 => {}
        _ => return Err(Ended::Flawed(Flaw::Torn)),
    }
    let word = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let (length, sum) = (word(0) as usize, word(4));
    let time = u64::from(word(8)) | u64::from(word(12)) << 32;
    if RECORD_BYTES_MAX < length {
        return Err(Ended::Flawed(Flaw::Damaged));
    }
    let mut bytes = vec![0; length];
    if fill(input, &mut bytes)? != length {
        return Err(Ended::Flawed(Flaw::Torn));
    }
    if checksum(time, &bytes) != sum {
        return Err(Ended::Flawed(Flaw::Damaged));
    }
    Ok(Some((time, bytes)))
}

/// Reads as much as there is, up to the whole.
fn fill(input: &mut impl Read, bytes: &mut [u8]) -> Result<usize, Ended> {
    let mut filled = 0;
    while filled < bytes.len() {
        match input.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Ended::Failed(error)),
        }
    }
    Ok(filled)
}
