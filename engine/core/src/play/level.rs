//! How well an account's owner is known, and what a licence lets him do at each level.
//!
//! The engine never sees who somebody is: whoever verifies tells it a level and nothing else, so the
//! journal holds no personal data.

use crate::codec::wire_enum;
use crate::units::Money;

/// How well an account's owner is known. Each level includes those before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Level {
    /// Not at all.
    #[default]
    Unverified,
    /// He is old enough: UKGC LCCP social responsibility code 3.2.11 asks it before the first deposit.
    AgeVerified,
    /// Name, address and date of birth are proved.
    Identified,
    /// Where his money comes from is known as well.
    Enhanced,
}
wire_enum!(Level { 0 = Unverified, 1 = AgeVerified, 2 = Identified, 3 = Enhanced });

impl Level {
    /// Every level, the lowest first.
    pub const ALL: &'static [Self] =
        &[Self::Unverified, Self::AgeVerified, Self::Identified, Self::Enhanced];

    /// Its name in messages and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::AgeVerified => "age",
            Self::Identified => "identity",
            Self::Enhanced => "enhanced",
        }
    }

    /// The one with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|level| level.name() == name)
    }
}

/// What an account may do with money: a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct May(u8);

impl May {
    /// Nothing.
    pub const NOTHING: Self = Self(0);
    /// Pay in.
    pub const DEPOSIT: Self = Self(1);
    /// Bet.
    pub const BET: Self = Self(2);
    /// Take out.
    pub const WITHDRAW: Self = Self(4);
    /// All of it.
    pub const ALL: Self = Self(7);

    /// Each with its name.
    pub const NAMES: &'static [(&'static str, Self)] =
        &[("deposit", Self::DEPOSIT), ("bet", Self::BET), ("withdraw", Self::WITHDRAW)];

    /// The set with this number; `None` above 7.
    pub const fn from_number(number: i64) -> Option<Self> {
        if 0 <= number && number <= Self::ALL.0 as i64 { Some(Self(number as u8)) } else { None }
    }

    /// Its number.
    pub const fn number(self) -> i64 {
        self.0 as i64
    }

    /// Whether all of another set is in it.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What a policy says of one level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LevelTerms {
    /// What an account may do.
    pub may: May,
    /// The most that it may pay in within 30 days.
    pub deposits_max: Option<Money>,
    /// The most that it may stake with one bet.
    pub stake_max: Option<Money>,
    /// How long after it was opened this level is enough to pay in and to bet.
    pub enough_for_ns: Option<u64>,
}
