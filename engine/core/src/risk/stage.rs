//! How large a stake may be by the match's tier and the time to its start: a table that traders keep.

use crate::codec::{DecodeError, Decoder, Encoder, Wire};
use crate::command::Config;
use crate::event::MatchPhase;
use crate::settings::is_far_above;
use crate::title::Fixture;
use crate::units::{Money, Timestamp};

/// Tiers of matches: 0 is the best known.
pub const TIERS: usize = 4;

const HOUR_NS: u64 = 3_600 * 1_000_000_000;

/// How far a match is from its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Stage {
    /// A day and more, or no start is planned.
    Early,
    /// Less than a day.
    Day,
    /// Less than an hour, or late.
    Hour,
    /// It has begun.
    Live,
}

impl Stage {
    /// How many there are.
    pub const COUNT: usize = 4;

    /// Where a match stands.
    pub(crate) fn of(fixture: &Fixture, now: Timestamp) -> Self {
        match fixture.series.phase() {
            MatchPhase::Live | MatchPhase::Break | MatchPhase::Over => Self::Live,
            MatchPhase::Scheduled if fixture.starts_at == Timestamp::default() => Self::Early,
            MatchPhase::Scheduled => match fixture.starts_at.since(now) {
                left if left < HOUR_NS => Self::Hour,
                left if left < 24 * HOUR_NS => Self::Day,
                _ => Self::Early,
            },
        }
    }
}

/// Percentages of the largest stake by [`Stage`], each from 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Stages([u8; Stage::COUNT]);

impl Stages {
    /// The whole stake at all times.
    pub const WHOLE: Self = Self([100; Stage::COUNT]);

    /// These percentages; `None` if one is above 100.
    pub fn new(percents: [u8; Stage::COUNT]) -> Option<Self> {
        percents.iter().all(|percent| *percent <= 100).then_some(Self(percents))
    }

    /// In order of [`Stage`].
    pub const fn percents(self) -> [u8; Stage::COUNT] {
        self.0
    }

    /// Whether a larger part is open than on other stages, at any time.
    pub(super) fn go_above(self, other: Self) -> bool {
        self.0.into_iter().zip(other.0).any(|(is, was)| was < is)
    }

    /// Whether so much larger a part that it takes two persons.
    pub(super) fn go_far_above(self, other: Self) -> bool {
        self.0.into_iter().zip(other.0).any(|(is, was)| is_far_above(was.into(), is.into()))
    }
}

impl Wire for Stages {
    fn put(&self, out: &mut Encoder<'_>) {
        self.0.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::new(Wire::take(input)?).ok_or(DecodeError::OutOfRange)
    }
}

impl Config {
    /// Whether the whole stake is open on every tier at all times.
    pub(super) fn has_whole_stages(&self) -> bool {
        [self.tier_0, self.tier_1, self.tier_2, self.tier_3] == [Stages::WHOLE; TIERS]
    }

    /// The parts of the largest stake on a tier.
    pub(super) fn stages(&self, tier: u8) -> Stages {
        match tier {
            0 => self.tier_0,
            1 => self.tier_1,
            2 => self.tier_2,
            _ => self.tier_3,
        }
    }
}

/// A part of an amount, rounded down.
pub(super) fn percent_of(amount: Money, percent: u8) -> Money {
    // No limit is above `Config::AMOUNT_MAX`, so this is far from overflow.
    Money::from_minor(amount.minor() * i64::from(percent) / 100)
}

/// The percentage of the largest stake that is open on a bet's tier at its stage.
pub(super) fn stage_percent(config: &Config, fixture: &Fixture, now: Timestamp) -> u8 {
    let stages = config.stages(fixture.tier);
    if stages == Stages::WHOLE { 100 } else { stages.0[Stage::of(fixture, now) as usize] }
}
