//! What the result of one leg makes of the money on it.
//!
//! A multiplier is what one unit on the leg returns, stake included: the odds if it won, nothing if
//! it lost, one if it is void. It is an exact fraction; nothing is rounded before the whole bet is.

use crate::codec::{DecodeError, Decoder, Encoder, Wire, wire_enum};
use crate::units::{Money, Odds, Stake};

/// How one leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum LegResult {
    /// It won.
    Won,
    /// It lost.
    Lost,
    /// It does not count: the stake goes back, in a multiple the leg is taken out.
    Void,
    /// Half of it won and half is void: a quarter line decided by its nearer half.
    HalfWon,
    /// Half of it lost and half is void.
    HalfLost,
    /// It shares its places with others.
    DeadHeat(DeadHeat),
}
wire_enum!(LegResult {
    0 = Won,
    1 = Lost,
    2 = Void,
    3 = HalfWon,
    4 = HalfLost,
    5 = DeadHeat(heat),
});

/// Several tied for fewer places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DeadHeat {
    places: u8,
    tied: u8,
}

impl Wire for DeadHeat {
    fn put(&self, out: &mut Encoder<'_>) {
        self.places.put(out);
        self.tied.put(out);
    }

    fn take(input: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Self::new(u8::take(input)?, u8::take(input)?).ok_or(DecodeError::OutOfRange)
    }
}

impl DeadHeat {
    /// `places` winners' places for `tied` that finished equal; `None` unless 1 ≤ places ≤ tied.
    pub const fn new(places: u8, tied: u8) -> Option<Self> {
        if 1 <= places && places <= tied { Some(Self { places, tied }) } else { None }
    }

    /// How many places they share.
    pub const fn places(self) -> u8 {
        self.places
    }

    /// How many share them.
    pub const fn tied(self) -> u8 {
        self.tied
    }
}

/// What a dead heat pays. All three rules are in use; they are part of a bet's rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum DeadHeatRule {
    /// The stake is shared out, and the share that won is paid at full odds: odds × places ÷ tied.
    /// Two tied at 4.00: half the stake at 4.00, so 2.00 for each unit.
    StakeShare,
    /// The odds are reduced to odds × places ÷ tied, and stand as a price does: in thousandths,
    /// rounded down. Three tied at 4.00: 1.333 and not 4/3.
    ReducedOdds,
    /// Only the profit is shared, the stake returns whole: 1 + (odds − 1) × places ÷ tied. Two tied
    /// at 4.00: 2.50 for each unit.
    ProfitShare,
}
wire_enum!(DeadHeatRule { 0 = StakeShare, 1 = ReducedOdds, 2 = ProfitShare });

/// What one unit on a leg returns, stake included: `thousandths` ÷ (1000 × `share`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Multiplier {
    thousandths: u32,
    share: u8,
}

impl Multiplier {
    /// Nothing comes back.
    pub const ZERO: Self = Self { thousandths: 0, share: 1 };
    /// The stake comes back.
    pub const ONE: Self = Self { thousandths: 1000, share: 1 };

    /// The leg won at these odds.
    pub const fn of_odds(odds: Odds) -> Self {
        Self { thousandths: odds.milli(), share: 1 }
    }

    /// What a leg at these odds returns by its result.
    pub const fn of(result: LegResult, odds: Odds, rule: DeadHeatRule) -> Self {
        match result {
            LegResult::Won => Self::of_odds(odds),
            LegResult::Lost => Self::ZERO,
            LegResult::Void => Self::ONE,
            // Half at the odds, half at one.
            LegResult::HalfWon => Self { thousandths: odds.milli() + 1000, share: 2 },
            LegResult::HalfLost => Self { thousandths: 500, share: 1 },
            LegResult::DeadHeat(heat) => Self::of_dead_heat(heat, odds.milli(), rule),
        }
    }

    const fn of_dead_heat(heat: DeadHeat, milli: u32, rule: DeadHeatRule) -> Self {
        let (places, tied) = (heat.places as u32, heat.tied as u32);
        match rule {
            DeadHeatRule::StakeShare => Self { thousandths: milli * places, share: heat.tied },
            DeadHeatRule::ReducedOdds => Self { thousandths: milli * places / tied, share: 1 },
            DeadHeatRule::ProfitShare => {
                Self { thousandths: 1000 * tied + (milli - 1000) * places, share: heat.tied }
            }
        }
    }

    /// What a stake on this leg alone returns, rounded down to a whole minor unit.
    pub fn payout_floor(self, stake: Stake) -> Money {
        // Below 2⁶³ ÷ 10⁶ × 2²⁸.
        let product = i128::from(stake.money().minor()) * i128::from(self.thousandths);
        let whole = product / (1000 * i128::from(self.share));
        Money::from_minor(whole.try_into().expect("odds are at most 1000"))
    }

    /// Whether nothing comes back.
    pub const fn is_zero(self) -> bool {
        self.thousandths == 0
    }

    /// The numerator over 1000 × [`Multiplier::share`]: below 2²⁸.
    pub const fn thousandths(self) -> u32 {
        self.thousandths
    }

    /// Into how many parts a thousandth is divided: 1 to 255.
    pub const fn share(self) -> u8 {
        self.share
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_result_has_its_multiplier() {
        let odds = Odds::from_milli(4_000).unwrap();
        let half = LegResult::DeadHeat(DeadHeat::new(1, 2).unwrap());
        let third = LegResult::DeadHeat(DeadHeat::new(1, 3).unwrap());
        for (result, rule, thousandths, share) in [
            (LegResult::Won, DeadHeatRule::StakeShare, 4_000, 1),
            (LegResult::Lost, DeadHeatRule::StakeShare, 0, 1),
            (LegResult::Void, DeadHeatRule::StakeShare, 1_000, 1),
            (LegResult::HalfWon, DeadHeatRule::StakeShare, 5_000, 2),
            (LegResult::HalfLost, DeadHeatRule::StakeShare, 500, 1),
            (half, DeadHeatRule::StakeShare, 4_000, 2),
            (half, DeadHeatRule::ReducedOdds, 2_000, 1),
            (half, DeadHeatRule::ProfitShare, 5_000, 2),
            (third, DeadHeatRule::StakeShare, 4_000, 3),
            (third, DeadHeatRule::ReducedOdds, 1_333, 1),
            (third, DeadHeatRule::ProfitShare, 6_000, 3),
        ] {
            let expected = Multiplier { thousandths, share };
            assert_eq!(Multiplier::of(result, odds, rule), expected, "{result:?} by {rule:?}");
        }
    }

    #[test]
    fn a_dead_heat_has_a_place_and_no_more_places_than_tied() {
        for (places, tied, stands) in [(1, 2, true), (2, 2, true), (0, 2, false), (3, 2, false)] {
            assert_eq!(DeadHeat::new(places, tied).is_some(), stands, "{places} for {tied}");
        }
    }

    #[test]
    fn the_largest_multipliers_stay_below_2_to_the_28() {
        let heat = LegResult::DeadHeat(DeadHeat::new(255, 255).unwrap());
        for rule in [DeadHeatRule::StakeShare, DeadHeatRule::ReducedOdds, DeadHeatRule::ProfitShare]
        {
            assert!(Multiplier::of(heat, Odds::MAX, rule).thousandths() < 1 << 28);
        }
    }
}
