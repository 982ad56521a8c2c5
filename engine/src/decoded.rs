//! A record as a command: read, checked and decoded, and not yet applied.

use clutch_core::Envelope;
use clutch_core::units::{Seq, Timestamp};
use clutch_journal::{Position, Reader};

use crate::follower::FollowError;

/// The encoding of commands that this release writes. It names their bytes: whenever a command is added or its bytes
/// change, this is raised by one, and `tests/golden/encodings.txt` holds us to it.
pub const ENCODING: u16 = 2;
/// The oldest encoding that this release still reads; raised with the other one when older bytes mean something else.
const OLDEST_ENCODING: u16 = 2;
/// Where in a record's version the rule set begins: below it stands the encoding.
const RULE_SET_SHIFT: u32 = 8;
/// No rule set has a larger number.
const RULE_SET_MAX: u16 = u16::MAX >> RULE_SET_SHIFT;

/// A record's version: how its command is written, and under which rules it was decided.
///
/// # Panics
/// If the rule set is above 255.
pub const fn record_version(rule_set: u16) -> u16 {
    assert!(rule_set <= RULE_SET_MAX, "a record has eight bits for its rule set");
    ENCODING | rule_set << RULE_SET_SHIFT
}

const _: () = assert!(ENCODING < 1 << RULE_SET_SHIFT && clutch_core::RULE_SET <= RULE_SET_MAX);

/// What `super` says of who wrote the journal last: the encoding above the rule set. A release that knows one of them
/// only from hearsay finds out before it changes anything.
pub const fn rules_of_journal(rule_set: u16) -> u64 {
    (ENCODING as u64) << 16 | rule_set as u64
}

/// The encoding and the rule set in what `super` says.
pub const fn encoding_and_rule_set(rules_of_journal: u64) -> (u64, u64) {
    (rules_of_journal >> 16, rules_of_journal & 0xffff)
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
            check_other_version(seq, kind, version, rule_set)?;
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

/// Whether a record of another version than today's can be read and applied all the same.
#[cold]
fn check_other_version(seq: Seq, kind: u16, version: u16, ours: u16) -> Result<(), FollowError> {
    let encoding = version & ((1 << RULE_SET_SHIFT) - 1);
    if !(OLDEST_ENCODING..=ENCODING).contains(&encoding) {
        return Err(FollowError::Encoding { seq, kind, encoding });
    }
    let written = version >> RULE_SET_SHIFT;
    if written != ours {
        return Err(FollowError::RuleSet { seq, written, ours });
    }
    Ok(())
}
