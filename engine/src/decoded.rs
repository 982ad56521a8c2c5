//! A record as a command: read, checked and decoded, and not yet applied.

use clutch_core::Envelope;
use clutch_core::units::{Seq, Timestamp};
use clutch_journal::{Position, Reader};

use crate::follower::FollowError;

/// The version of a command's encoding that this engine writes.
pub(crate) const ENCODING: u16 = 1;
/// Where in a record's version the rule set begins: below it stands the encoding.
const RULE_SET_SHIFT: u32 = 4;

/// A record's version: how its command is written, and under which rules it was decided.
pub(crate) const fn record_version(rule_set: u16) -> u16 {
    ENCODING | rule_set << RULE_SET_SHIFT
}

/// A command at its place in the journal.
pub(crate) struct Decoded {
    pub seq: Seq,
    pub time: Timestamp,
    pub kind: u16,
    pub envelope: Envelope,
    /// Behind its record.
    pub position: Position,
}

impl Decoded {
    /// The next record's command; `None` at the end of what has been written so far.
    pub fn next(reader: &mut Reader, rule_set: u16) -> Result<Option<Self>, FollowError> {
        let Some(record) = reader.next()? else { return Ok(None) };
        let (seq, kind, version) = (Seq(record.seq), record.kind, record.version);
        if version != record_version(rule_set) {
            return Err(other_version(seq, kind, version, rule_set));
        }
        let envelope = Envelope::decode(record.payload).map_err(|source| FollowError::Decode {
            seq,
            kind,
            source,
        })?;
        let found = envelope.command.kind();
        if found != kind {
            return Err(FollowError::Kind { seq, kind, found });
        }
        let time = Timestamp::from_nanos(record.timestamp);
        Ok(Some(Self { seq, time, kind, envelope, position: reader.position() }))
    }
}

#[cold]
fn other_version(seq: Seq, kind: u16, version: u16, ours: u16) -> FollowError {
    let encoding = version & ((1 << RULE_SET_SHIFT) - 1);
    if encoding != ENCODING {
        return FollowError::Encoding { seq, kind, encoding };
    }
    FollowError::RuleSet { seq, written: version >> RULE_SET_SHIFT, ours }
}
