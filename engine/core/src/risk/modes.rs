//! Whether a rule is off, in shadow or in force.

use super::RuleId;
use crate::codec::{DecodeError, Decoder, Encoder, Wire};

/// A set of rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RuleSet(u32);

/// How a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum RuleMode {
    /// It is not asked.
    Off,
    /// It is asked and counted, and refuses nothing.
    Shadow,
    /// It puts a bet to a trader, who may take it all the same.
    Refer,
    /// It refuses.
    On,
}

impl RuleSet {
    /// No rule.
    pub const EMPTY: Self = Self(0);

    /// These rules.
    pub const fn of(rules: &[RuleId]) -> Self {
        let (mut set, mut index) = (Self::EMPTY, 0);
        while index < rules.len() {
            set = set.with(rules[index]);
            index += 1;
        }
        set
    }

    /// This set and a rule.
    #[inline]
    pub const fn with(self, rule: RuleId) -> Self {
        Self(self.0 | 1 << rule as u8)
    }

    /// The rules of both.
    #[inline]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// The rules of this set that are not in another.
    #[inline]
    pub const fn less(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether a rule is in it.
    #[inline]
    pub const fn has(self, rule: RuleId) -> bool {
        self.0 & 1 << rule as u8 != 0
    }

    /// Whether all of these rules are in it.
    #[inline]
    pub const fn has_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    /// Whether no rule is in both.
    pub const fn is_apart_from(self, other: Self) -> bool {
        self.0 & other.0 == 0
    }

    /// Whether no rule is in it.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its rules in order of precedence.
    pub fn iter(self) -> impl Iterator<Item = RuleId> {
        RuleId::ALL.iter().copied().filter(move |rule| self.has(*rule))
    }

    /// As bits, the first rule lowest.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// From bits; `None` if one of them is no rule's.
    pub const fn from_bits(bits: u32) -> Option<Self> {
        if bits >> RuleId::ALL.len() == 0 { Some(Self(bits)) } else { None }
    }
}

impl Wire for RuleSet {
    fn put(&self, out: &mut Encoder<'_>) {
        self.0.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::from_bits(u32::take(input)?).ok_or(DecodeError::OutOfRange)
    }
}
