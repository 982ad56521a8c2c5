//! A record as a command: read, checked and decoded, and not yet applied.

use std::ptr::from_ref;

use clutch_core::Envelope;
use clutch_core::units::{Seq, Timestamp};
use clutch_journal::{Position, Reader};

use crate::follower::FollowError;

/// The encoding of commands that this release writes. It names their bytes: whenever a command is added or its bytes
/// change, this is raised by one, and `tests/golden/encodings.txt` holds us to it.
pub const ENCODING: u16 = 7;
/// The oldest encoding that this release still reads; raised with the other one when older bytes mean something else.
const OLDEST_ENCODING: u16 = 7;
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
    /// A place for others.
    pub const BLANK: Self = Self {
        seq: Seq(0),
        time: Timestamp::from_nanos(0),
        kind: 0,
        envelope: Envelope::BLANK,
        position: Position::START,
    };

    /// The lines of memory in which most commands lie.
    pub fn lines(&self) -> impl Iterator<Item = *const u8> {
        const LINE: usize = 64;
        let command: *const u8 = from_ref(&self.envelope).cast();
        let of_command = (0..3).map(move |line| command.wrapping_add(line * LINE));
        of_command.chain([from_ref(&self.seq).cast(), from_ref(&self.position).cast()])
    }

    /// Reads the next record's command into this place; `false` at the end of what has been written so far.
    pub fn read(&mut self, reader: &mut Reader, rule_set: u16) -> Result<bool, FollowError> {
        let Some(record) = reader.next()? else { return Ok(false) };
        let (seq, kind, version) = (Seq(record.seq), record.kind, record.version);
        if version != record_version(rule_set) {
            check_other_version(seq, kind, version, rule_set)?;
        }
        self.envelope.decode_here(record.payload).map_err(|source| FollowError::Decode {
            seq,
            kind,
            source,
        })?;
        let found = self.envelope.command.kind();
        if found != kind {
            return Err(FollowError::Kind { seq, kind, found });
        }
        (self.seq, self.kind) = (seq, kind);
        self.time = Timestamp::from_nanos(record.timestamp);
        self.position = reader.position();
        Ok(true)
    }
}

/// Some records, and what is wrong with the one behind them. The places are made once and read into again and again: an
/// envelope has room for twenty legs, and moving it costs more than applying many a command.
pub(crate) struct Batch {
    places: Box<[Decoded]>,
    filled: usize,
    /// What is wrong with the record behind them.
    pub flaw: Option<FollowError>,
}

impl Batch {
    /// No records, and room for so many.
    pub fn with_room(records: usize) -> Self {
        let places = (0..records).map(|_| Decoded::BLANK).collect();
        Self { places, filled: 0, flaw: None }
    }

    /// Reads as many of the next records as there is room for, up to record `last`. Returns whether more may come.
    pub fn fill(&mut self, reader: &mut Reader, rule_set: u16, last: Seq) -> bool {
        self.filled = 0;
        while reader.seq() < last.0 {
            let Some(place) = self.places.get_mut(self.filled) else { return true };
            match place.read(reader, rule_set) {
                Ok(true) => self.filled += 1,
                Ok(false) => return false,
                Err(flaw) => {
                    self.flaw = Some(flaw);
                    return false;
                }
            }
        }
        false
    }

    /// Forgets the records.
    pub fn clear(&mut self) {
        self.filled = 0;
    }

    /// The records, in order.
    pub fn records(&self) -> &[Decoded] {
        &self.places[..self.filled]
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
