//! Names of things as small integers. Dense ids are indices into tables; the outside world's own
//! keys are mapped to them once, and that mapping is journaled.

use core::fmt;

use super::Timestamp;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($(#[$how:meta])* $inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        pub struct $name($(#[$how])* pub $inner);
    };
}

id! {
    /// A place in the journal. Starts at 1 and never ends; unrelated to a ring's own sequence.
    Seq(u64)
}
id! {
    /// An account, by its index in the order of opening.
    AccountId(u32)
}
id! {
    /// A match (a whole series): its slot in the table, and above that how many matches have had the slot before it.
    /// No two matches of a journal have the same id.
    MatchId(u32)
}
id! {
    /// A market: its slot in the table, and above that how many markets have had the slot before it. No two markets of
    /// a journal have the same id, so whoever still holds that of one that is gone is told that it is unknown.
    MarketId(u32)
}

macro_rules! reused_slots {
    ($name:ident) => {
        impl $name {
            /// The id of nothing: its slot has been used up before it could come to this one.
            pub const NONE: Self = Self(u32::MAX);

            /// Its place in the table.
            #[inline(always)]
            pub const fn slot(self) -> usize {
                (self.0 & SLOT_MASK) as usize
            }

            /// The next id in the same slot; `None` once there is no other, which takes 65,535 of them: with a
            /// re-settlement window of three days, five centuries.
            pub const fn next_in_slot(self) -> Option<Self> {
                let next = (self.0 >> SLOT_BITS) + 1;
                if next < SLOT_MASK { Some(Self(self.0 + (1 << SLOT_BITS))) } else { None }
            }
        }
    };
}

/// The largest tables have so many slots.
const SLOT_BITS: u32 = 16;
const SLOT_MASK: u32 = (1 << SLOT_BITS) - 1;
reused_slots!(MatchId);
reused_slots!(MarketId);

/// A bet: the [`Seq`] of the command that placed it, and above that its place among the bets of one
/// command, zero for most. In order of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BetId(pub u64);

impl Ord for BetId {
    #[inline]
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        (self.seq(), self.place()).cmp(&(other.seq(), other.place()))
    }
}

impl PartialOrd for BetId {
    #[inline]
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl BetId {
    /// Where a bet's place in its group begins. What stands below has room for journals of centuries, and
    /// all of it for the whole numbers that JavaScript can hold.
    const PLACE_SHIFT: u32 = 48;

    /// The bet at this place of a group.
    pub const fn of_batch(seq: Seq, place: usize) -> Self {
        assert!(
            seq.0 >> Self::PLACE_SHIFT == 0 && place < 32,
            "no journal is so long, no group so large"
        );
        Self(seq.0 | (place as u64) << Self::PLACE_SHIFT)
    }

    /// The command that placed it.
    #[inline(always)]
    pub const fn seq(self) -> Seq {
        Seq(self.0 & ((1 << Self::PLACE_SHIFT) - 1))
    }

    /// Its place among the bets of that command.
    pub const fn place(self) -> usize {
        (self.0 >> Self::PLACE_SHIFT) as usize
    }
}

id! {
    /// An override: the [`Seq`] of the command that said it.
    OverrideId(u64)
}
id! {
    /// A bonus: the [`Seq`] of the command that granted it.
    BonusId(u64)
}
id! {
    /// Something that waits for a second person: the [`Seq`] of the command that wished it.
    ProposalId(u64)
}
id! {
    /// A selection within its market.
    SelectionIndex(u8)
}
id! {
    /// A feed, by its index in the operator's list of sources.
    SourceId(u8)
}
id! {
    /// A quote for a cash-out: when it was made (nanoseconds, the upper half), and a mark of what the
    /// bet's legs looked like then (the lower half). The engine remembers no quotes; the id says all.
    QuoteId(#[cfg_attr(feature = "serde", serde(serialize_with = "uuid::serialize_as_hex"))] u128)
}
id! {
    /// The bettor's own id of a bet: a UUIDv7, made by the client, the idempotency key end to end.
    ClientBetId(#[cfg_attr(feature = "serde", serde(serialize_with = "uuid::serialize"))] u128)
}

/// In the usual form of a UUID.
impl fmt::Display for ClientBetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (high, low) = ((self.0 >> 64) as u64, self.0 as u64);
        write!(
            f,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }
}

/// Names of 128 bits, where they are written down: as text for people and for JSON, whose readers round a number so
/// long; as the number for everybody else.
#[cfg(feature = "serde")]
pub(crate) mod uuid {
    use serde::Serializer;

    use super::ClientBetId;

    pub fn serialize<S: Serializer>(name: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&ClientBetId(*name))
        } else {
            serializer.serialize_u128(*name)
        }
    }

    /// The same for what is no UUID: 32 hexadecimal digits, as its owner is given it.
    pub fn serialize_as_hex<S: Serializer>(name: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&format_args!("{name:032x}"))
        } else {
            serializer.serialize_u128(*name)
        }
    }
}

impl ClientBetId {
    /// The time inside the id (RFC 9562, UUIDv7: the first 48 bits are Unix milliseconds), or
    /// `None` if the id is not of version 7.
    #[inline]
    pub fn time(self) -> Option<Timestamp> {
        // Half by half: shifts of all 128 bits take several times the instructions.
        let (high, low) = ((self.0 >> 64) as u64, self.0 as u64);
        let (version, variant) = (high >> 12 & 0xf, low >> 62);
        (version == 7 && variant == 0b10).then(|| Timestamp::from_millis(high >> 16))
    }

    /// Builds a UUIDv7 from Unix milliseconds and up to 74 bits that make it unique.
    pub fn from_parts(unix_millis: u64, unique: u128) -> Self {
        let time = u128::from(unix_millis & 0xffff_ffff_ffff) << 80;
        let high = (unique >> 62 & 0xfff) << 64;
        let low = unique & 0x3fff_ffff_ffff_ffff;
        Self(time | 7 << 76 | high | 0b10 << 62 | low)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn a_slot_gives_many_ids_and_never_one_twice() {
        for slot in [0, 7, 65_535] {
            let (mut id, mut ids) = (MarketId(slot), 1);
            while let Some(next) = id.next_in_slot() {
                assert!(next.slot() == slot as usize && id < next && next != MarketId::NONE);
                (id, ids) = (next, ids + 1);
            }
            assert_eq!(ids, 65_535);
        }
    }

    #[test]
    fn a_client_bet_id_is_shown_as_a_uuid() {
        let id = ClientBetId(0x017F_22E2_79B0_7CC3_98C4_DC0C_0C07_398F);
        assert_eq!(id.to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
        assert_eq!(ClientBetId(1).to_string(), "00000000-0000-0000-0000-000000000001");
    }

    #[test]
    fn a_uuid_v7_carries_its_time_and_other_versions_carry_none() {
        let id = ClientBetId::from_parts(1_768_849_397_000, 0x1234_5678_9abc);
        assert_eq!(id.time(), Some(Timestamp::from_millis(1_768_849_397_000)));
        // The example of RFC 9562, appendix A.6.
        let example = ClientBetId(0x017F_22E2_79B0_7CC3_98C4_DC0C_0C07_398F);
        assert_eq!(example.time(), Some(Timestamp::from_millis(0x017F_22E2_79B0)));
        assert_eq!(ClientBetId(0).time(), None);
        let version_4 = ClientBetId(0x919108F7_52D1_4320_9BAC_F847DB4148A8);
        assert_eq!(version_4.time(), None);
    }
}
