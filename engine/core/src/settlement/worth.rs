//! What an open bet is worth now: unit stake × Σ over its lines of the product of what each leg is worth,
//! less the house's margin, exactly and rounded down once.
//!
//! A leg that is decided is worth its multiplier; one that is open, its odds × the fair probability that
//! it wins. The sum over lines is that of [`super::payout`], Σ eₖ, so no line is enumerated; the margin
//! is taken once from the whole, and does not grow with the number of legs.
//!
//! 1,088 bits are enough: with each leg's worth as aᵢ ÷ tᵢ the numerator is below unit × ∏ (tᵢ + aᵢ) ×
//! 10⁹. An open leg has t = 10¹² and a up to 10¹⁵, together below 2⁵⁰; a decided one has less. Twenty
//! legs, a unit below 2⁴⁴ and the margin's 2³⁰ stay below 2¹⁰⁷⁴.

use super::multiplier::Multiplier;
use super::system::{LEGS_MAX, System};
use super::wide::WideOf;
use crate::units::{Money, Odds, Probability, Stake};

type Sum = WideOf<17>;

/// What one leg is worth: a fraction of what is staked on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LegWorth {
    numerator: u64,
    denominator: u64,
}

impl LegWorth {
    /// Nothing: what unused places hold.
    pub const NOTHING: Self = Self { numerator: 0, denominator: 1 };

    /// A leg that is decided, by what it returns.
    pub fn decided(multiplier: Multiplier) -> Self {
        Self {
            numerator: u64::from(multiplier.thousandths()),
            denominator: 1000 * u64::from(multiplier.share()),
        }
    }

    /// A leg that is open: its odds × the chance that it wins.
    pub fn open(odds: Odds, fair: Probability) -> Self {
        Self {
            numerator: u64::from(odds.milli()) * u64::from(fair.ppb()),
            denominator: 1_000_000_000_000,
        }
    }
}

/// What a bet with this stake on each line is worth, less a margin in parts per billion, rounded down.
/// `None` if that is more than any amount. One worth for each leg.
///
/// # Panics
/// If there are not as many worths as legs, or the margin is above one.
pub fn worth(unit: Stake, system: &System, legs: &[LegWorth], margin_ppb: u32) -> Option<Money> {
    assert!(legs.len() == system.legs(), "every leg has one worth");
    let kept = 1_000_000_000_u32.checked_sub(margin_ppb).expect("a margin is at most the whole");
    let bankers = system.bankers();
    // The coefficients of y⁰, y¹, … in ∏ (t + a y) over the legs that are no bankers.
    let mut coefficients = [Sum::ZERO; LEGS_MAX + 1];
    coefficients[0] = Sum::from_u64(1);
    let others = legs.iter().enumerate().filter(|(leg, _)| !bankers.has(*leg));
    for (done, (_, leg)) in others.enumerate() {
        for power in (0..=done + 1).rev() {
            let mut longer =
                power.checked_sub(1).map_or(Sum::ZERO, |shorter| coefficients[shorter]);
            longer.multiply(leg.numerator);
            coefficients[power].multiply(leg.denominator);
            coefficients[power].add(longer.limbs());
        }
    }
    let mut sum = Sum::ZERO;
    for size in system.folds().iter() {
        sum.add(coefficients[size - bankers.count()].limbs());
    }
    for (leg, worth) in legs.iter().enumerate() {
        if bankers.has(leg) {
            sum.multiply(worth.numerator);
        }
    }
    sum.multiply(unit.money().minor().unsigned_abs());
    sum.multiply(u64::from(kept));
    // ⌊⌊n ÷ a⌋ ÷ b⌋ = ⌊n ÷ ab⌋, so the denominators may go in one after the other.
    legs.iter().for_each(|leg| {
        sum.divide(leg.denominator);
    });
    sum.divide(1_000_000_000);
    sum.to_u64().and_then(|minor| i64::try_from(minor).ok()).map(Money::from_minor)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::multiplier::{DeadHeatRule, LegResult};
    use super::super::system::{Bankers, FoldSizes};
    use super::*;
    use std::vec::Vec;

    fn unit(minor: i64) -> Stake {
        Stake::new(Money::from_minor(minor)).unwrap()
    }

    fn open(milli: u32, ppb: u32) -> LegWorth {
        LegWorth::open(Odds::from_milli(milli).unwrap(), Probability::from_ppb(ppb).unwrap())
    }

    fn won(milli: u32) -> LegWorth {
        LegWorth::decided(Multiplier::of(
            LegResult::Won,
            Odds::from_milli(milli).unwrap(),
            DeadHeatRule::StakeShare,
        ))
    }

    fn minor(unit_minor: i64, sizes: &[u8], bankers: u32, legs: &[LegWorth], margin: u32) -> i64 {
        let folds = FoldSizes::new(sizes.iter().copied()).unwrap();
        let system = System::new(legs.len(), folds, Bankers(bankers)).unwrap();
        worth(unit(unit_minor), &system, legs, margin).unwrap().minor()
    }

    #[test]
    fn a_single_is_worth_its_payout_times_its_chance() {
        // 10.00 at 2.50 with a chance of 60 %: 15.00; less 5 %: 14.25.
        assert_eq!(minor(1_000, &[1], 0, &[open(2_500, 600_000_000)], 0), 1_500);
        assert_eq!(minor(1_000, &[1], 0, &[open(2_500, 600_000_000)], 50_000_000), 1_425);
        // A third of a cent stays with the house.
        assert_eq!(minor(1, &[1], 0, &[open(4_000, 333_333_333)], 0), 1);
        assert_eq!(minor(1_000, &[1], 0, &[open(2_500, 0)], 0), 0);
        assert_eq!(minor(1_000, &[1], 0, &[open(2_500, 600_000_000)], 1_000_000_000), 0);
    }

    #[test]
    fn a_system_is_worth_the_sum_of_its_lines() {
        // Won at 2.00; open at 3.00 with 50 %: worth 1.5; open at 4.00 with 20 %: worth 0.8.
        let legs = [won(2_000), open(3_000, 500_000_000), open(4_000, 200_000_000)];
        // Doubles 3.0 + 1.6 + 1.2, treble 2.4: 8.2 for each unit.
        assert_eq!(minor(100, &[2, 3], 0, &legs, 0), 820);
        // With the first leg in every line: doubles 3.0 + 1.6, treble 2.4.
        assert_eq!(minor(100, &[2, 3], 0b1, &legs, 0), 700);
        let lost = [LegWorth::decided(Multiplier::ZERO), legs[1], legs[2]];
        assert_eq!(minor(100, &[2, 3], 0, &lost, 0), 120);
        assert_eq!(minor(100, &[2, 3], 0b1, &lost, 0), 0);
    }

    #[test]
    fn the_largest_bet_of_all_fits() {
        let legs = [open(1_000_000, 1_000_000_000); LEGS_MAX];
        let sizes: Vec<u8> = (1..=20).collect();
        let system = |sizes: &[u8]| {
            System::new(20, FoldSizes::new(sizes.iter().copied()).unwrap(), Bankers::NONE).unwrap()
        };
        assert_eq!(worth(Stake::MAX, &system(&sizes), &legs, 0), None);
        assert_eq!(worth(Stake::MAX, &system(&[20]), &legs, 0), None);
        assert_eq!(
            worth(Stake::MAX, &system(&[1]), &legs, 0).unwrap().minor(),
            20_000 * Stake::MAX.money().minor()
        );
        let small = [open(1_001, 1); LEGS_MAX];
        assert_eq!(worth(Stake::MAX, &system(&[20]), &small, 0).unwrap().minor(), 0);
    }
}
