//! What feeds pushed, byte for byte and with the time at which it came.
//!
//! For whoever wants to know afterwards what a source really said, and to have it said again
//! (`clutch feed replay`). Written by a thread of its own, so neither the core nor the gateway ever waits for
//! it: what it cannot keep up with is dropped and counted. Not what a restart goes on from: that is kept by
//! `push`, which loses nothing.
//!
//! ```text
//! captures/match-0-source-1-1768849397000-0000.capture
//! file    magic "CLTFEED1", then records; the first record's bytes are the context as JSON
//! record  length u32 | CRC32C u32 of time and bytes | time u64, ns since 1970 | bytes      little-endian
//! ```
//!
//! A record is whole or it is not there: a crash leaves at most half of one at the end of a file, and a new
//! process begins a new file.

mod reader;
mod writer;

pub use reader::{Captured, Flaw, files_of, read};
pub use writer::{Limits, Tap, Taps, Writer};

use serde::{Deserialize, Serialize};

use super::facts::What;

const MAGIC: &[u8; 8] = b"CLTFEED1";

/// The longest record: a push has at most a mebibyte.
const RECORD_BYTES_MAX: usize = 16 << 20;

/// What must be known to make anything of the bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// Who wrote them: `cs-log` or `ndjson`.
    pub provider: String,
    /// The match by the operator's key.
    #[serde(rename = "match")]
    pub match_key: String,
    /// The match by its number.
    pub match_id: u32,
    /// The source's number.
    pub source: u8,
    /// Who plays what.
    pub plays: What,
    /// The version that the source had come to before these bytes.
    pub after_version: u64,
}

/// The checksum of a record.
fn checksum(time: u64, bytes: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&time.to_le_bytes()), bytes)
}
