//! What a bet pays: unit stake × Σ over its lines of the product of their multipliers, exactly.
//!
//! The sum over all lines of size k is the k-th elementary symmetric polynomial eₖ of the legs'
//! multipliers (the coefficient of yᵏ in ∏ (1 + mᵢ y); Vieta), so no line is ever enumerated: twenty
//! legs take 210 steps instead of a million. With mᵢ = aᵢ ÷ (1000 tᵢ) everything is a whole number
//! over one denominator: ∏ (tᵢ + aᵢ y) has the coefficients Eₖ = eₖ × 1000ᵏ × ∏ tᵢ.
//!
//! 640 bits are enough: the numerator is below unit × ∏ (1000 tᵢ + aᵢ), each factor is below 2²⁸ and
//! a unit below 2⁴⁴, so twenty legs stay below 2⁶⁰⁴.

use super::multiplier::Multiplier;
use super::system::{LEGS_MAX, System};
use super::wide::{Coefficients, Wide};
use crate::units::Stake;

/// When a fraction of a minor unit is dropped. Both are in use, and differ in a quarter of all
/// system bets, so the rule is part of a bet's rule set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Rounding {
    /// Once, on the exact sum over all lines.
    PerBet,
    /// On the return of each line.
    PerLine,
}
crate::codec::wire_enum!(Rounding { 0 = PerBet, 1 = PerLine });

/// What all lines return together before anything is rounded or capped: an exact fraction of minor
/// units.
#[derive(Clone, Copy, Debug)]
pub struct Gross {
    numerator: Wide,
    /// The denominator is 1000 to this power …
    thousands: usize,
    /// … times all of these.
    shares: [u8; LEGS_MAX],
}

/// The exact return of a bet with this stake on each line. One multiplier for each leg.
///
/// # Panics
/// If there are not as many multipliers as legs.
pub fn gross(unit: Stake, system: &System, multipliers: &[Multiplier]) -> Gross {
    assert!(multipliers.len() == system.legs(), "every leg has one multiplier");
    if system.is_one_line() {
        return one_line(unit, multipliers);
    }
    let bankers = system.bankers();
    let mut shares = [1; LEGS_MAX];
    // A leg that lost adds nothing to any polynomial: its factor is (1 + 0 y).
    let mut alive = [Multiplier::ONE; LEGS_MAX];
    let mut alive_count = 0;
    let mut banked = Wide::from_u64(unit.money().minor().unsigned_abs());
    for (leg, multiplier) in multipliers.iter().enumerate() {
        if bankers.has(leg) {
            banked.multiply(u64::from(multiplier.thousandths()));
            shares[leg] = multiplier.share();
        } else if !multiplier.is_zero() {
            alive[alive_count] = *multiplier;
            alive_count += 1;
            shares[leg] = multiplier.share();
        }
    }
    let smallest = system.folds().smallest() - bankers.count();
    let largest = (system.folds().largest() - bankers.count()).min(alive_count);
    if largest < smallest || banked.is_zero() {
        return Gross { numerator: Wide::ZERO, thousands: 0, shares: [1; LEGS_MAX] };
    }
    if smallest == alive_count {
        // One line of all that is left, as in a plain multiple: one product and no polynomial.
        alive[..alive_count].iter().for_each(|leg| banked.multiply(u64::from(leg.thousandths())));
        return Gross { numerator: banked, thousands: largest + bankers.count(), shares };
    }
    let symmetric = symmetric(&alive[..alive_count], smallest, largest);
    let mut sum = Wide::ZERO;
    for size in smallest..=largest {
        sum.multiply(1000);
        if system.folds().has(size + bankers.count()) {
            sum.add(symmetric.of(size));
        }
    }
    for (leg, multiplier) in multipliers.iter().enumerate() {
        if bankers.has(leg) {
            sum.multiply(u64::from(multiplier.thousandths()));
        }
    }
    sum.multiply(unit.money().minor().unsigned_abs());
    Gross { numerator: sum, thousands: largest + bankers.count(), shares }
}

/// The same for a bet whose only line has all of its legs: one product and no polynomial.
fn one_line(unit: Stake, multipliers: &[Multiplier]) -> Gross {
    let mut numerator = Wide::from_u64(unit.money().minor().unsigned_abs());
    let mut shares = [1; LEGS_MAX];
    for (share, multiplier) in shares.iter_mut().zip(multipliers) {
        *share = multiplier.share();
    }
    for pair in multipliers.chunks(2) {
        // Each is below 2²⁸, so two are one factor.
        let factor = pair.iter().fold(1, |factor, leg| factor * u64::from(leg.thousandths()));
        numerator.multiply(factor);
    }
    Gross { numerator, thousands: multipliers.len(), shares }
}

/// The coefficients of y⁰ … yᵏ in ∏ (tᵢ + aᵢ y). Only those that the sizes from `smallest` to
/// `largest` need are made, so that a plain multiple is one product.
fn symmetric(legs: &[Multiplier], smallest: usize, largest: usize) -> Coefficients {
    let mut coefficients = Coefficients::default();
    for (done, leg) in legs.iter().enumerate() {
        let lowest = smallest.saturating_sub(legs.len() - done - 1);
        let sizes = lowest..=largest.min(done + 1);
        coefficients.multiply(u64::from(leg.share()), u64::from(leg.thousandths()), sizes);
    }
    coefficients
}

impl Gross {
    /// The whole minor units in it; the fraction stays with the house.
    pub fn floor(&self) -> Wide {
        let mut quotient = self.numerator;
        // ⌊⌊n ÷ a⌋ ÷ b⌋ = ⌊n ÷ ab⌋, so the denominator goes in as few pieces as fit a limb.
        let mut divisor: u64 = 1;
        for factor in self.factors() {
            divisor = divisor.checked_mul(factor).unwrap_or_else(|| {
                quotient.divide(divisor);
                factor
            });
        }
        quotient.divide(divisor);
        quotient
    }

    /// The fraction in lowest terms: numerator, denominator.
    pub fn reduced(&self) -> (Wide, Wide) {
        let (mut numerator, mut denominator) = (self.numerator, Wide::from_u64(1));
        if numerator.is_zero() {
            return (numerator, denominator);
        }
        for factor in self.factors().flat_map(primes) {
            let mut quotient = numerator;
            if quotient.divide(factor) == 0 {
                numerator = quotient;
            } else {
                denominator.multiply(factor);
            }
        }
        (numerator, denominator)
    }

    /// Numbers whose product is the denominator.
    fn factors(&self) -> impl Iterator<Item = u64> {
        let shares = self.shares.into_iter().filter(|share| *share != 1).map(u64::from);
        core::iter::repeat_n(1000, self.thousands).chain(shares)
    }
}

/// The prime factors of a small number.
fn primes(number: u64) -> impl Iterator<Item = u64> {
    let (mut rest, mut candidate) = (number, 2);
    core::iter::from_fn(move || {
        while 1 < rest {
            if rest.is_multiple_of(candidate) {
                rest /= candidate;
                return Some(candidate);
            }
            candidate += 1;
        }
        None
    })
}

/// The sum over all lines of each line's return rounded down: the alternative rule. The only place
/// where lines are enumerated (those with a lost leg are passed over), so the caller bounds them.
///
/// # Panics
/// If there are not as many multipliers as legs.
pub fn sum_of_floored_lines(unit: Stake, system: &System, multipliers: &[Multiplier]) -> Wide {
    assert!(multipliers.len() == system.legs(), "every leg has one multiplier");
    let numerator = Wide::from_u64(unit.money().minor().unsigned_abs());
    let mut line = Gross { numerator, thousands: 0, shares: [1; LEGS_MAX] };
    let mut others = [Multiplier::ZERO; LEGS_MAX];
    let mut count = 0;
    for (leg, multiplier) in multipliers.iter().enumerate() {
        if system.bankers().has(leg) {
            line = line.and(*multiplier);
        } else if !multiplier.is_zero() {
            others[count] = *multiplier;
            count += 1;
        }
    }
    let mut sum = Wide::ZERO;
    add_lines(&line, &others[..count], system, &mut sum);
    sum
}

/// Adds a line if its size is one of the bet's, then every line that begins with it.
fn add_lines(line: &Gross, others: &[Multiplier], system: &System, sum: &mut Wide) {
    let folds = system.folds();
    if folds.has(line.thousands) {
        sum.add(line.floor().limbs());
    }
    let is_too_short = line.thousands + others.len() < folds.smallest();
    if line.thousands == folds.largest() || is_too_short || line.numerator.is_zero() {
        return;
    }
    for (index, multiplier) in others.iter().enumerate() {
        add_lines(&line.and(*multiplier), &others[index + 1..], system, sum);
    }
}

impl Gross {
    /// One leg more in every line.
    fn and(&self, multiplier: Multiplier) -> Self {
        let mut longer = *self;
        longer.numerator.multiply(u64::from(multiplier.thousandths()));
        longer.shares[longer.thousands] = multiplier.share();
        longer.thousands += 1;
        longer
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::multiplier::{DeadHeat, DeadHeatRule, LegResult};
    use super::super::system::{Bankers, FoldSizes};
    use super::*;
    use crate::units::{Money, Odds};
    use std::string::ToString;
    use std::vec::Vec;

    fn unit(minor: i64) -> Stake {
        Stake::new(Money::from_minor(minor)).unwrap()
    }

    fn system(legs: usize, sizes: &[u8], bankers: u32) -> System {
        let folds = FoldSizes::new(sizes.iter().copied()).unwrap();
        System::new(legs, folds, Bankers(bankers)).unwrap()
    }

    fn won(milli: u32) -> Multiplier {
        Multiplier::of_odds(Odds::from_milli(milli).unwrap())
    }

    /// Every line of the bet as the set of its legs.
    fn lines(system: &System) -> impl Iterator<Item = u32> {
        let (legs, bankers, folds) = (system.legs(), system.bankers().0, system.folds());
        (0..1_u32 << legs)
            .filter(move |line| line & bankers == bankers && folds.has(line.count_ones() as usize))
    }

    #[test]
    fn a_trixie_with_one_leg_lost_pays_its_one_double() {
        let trixie = system(3, &[2, 3], 0);
        let legs = [Multiplier::ZERO, won(2_290), won(3_880)];
        let gross = gross(unit(500), &trixie, &legs);
        let (numerator, denominator) = gross.reduced();
        assert_eq!((numerator.to_string(), denominator.to_string()), ("22213".into(), "5".into()));
        assert_eq!(gross.floor().to_u64(), Some(4_442));
    }

    #[test]
    fn the_fraction_of_a_cent_is_dropped_once_or_on_every_line() {
        // Three doubles at 2.25: 6.75 for one a line, 20.25 for three a line.
        let doubles = system(3, &[2], 0);
        let legs = [won(1_500); 3];
        assert_eq!(gross(unit(1), &doubles, &legs).floor().to_u64(), Some(6));
        assert_eq!(sum_of_floored_lines(unit(1), &doubles, &legs).to_u64(), Some(6));
        assert_eq!(gross(unit(3), &doubles, &legs).floor().to_u64(), Some(20));
        assert_eq!(sum_of_floored_lines(unit(3), &doubles, &legs).to_u64(), Some(18));
    }

    /// Both rules against plain enumeration in 128 bits, over all kinds of results.
    #[test]
    fn random_systems_pay_what_their_lines_pay() {
        let mut random = 7_u64;
        let mut below = |bound: u64| {
            random = crate::hash::mix(random, 0x9e37_79b9_7f4a_7c15);
            random % bound
        };
        for case in 0..3_000 {
            let count = 1 + below(6) as usize;
            let bankers = below(1 << count) as u32 & below(1 << count) as u32;
            let sizes: Vec<u8> = (bankers.count_ones().max(1) as u8..=count as u8)
                .filter(|_| below(2) == 0)
                .collect();
            let Some(folds) = FoldSizes::new(sizes) else { continue };
            let system = System::new(count, folds, Bankers(bankers)).unwrap();
            let legs: Vec<Multiplier> = (0..count)
                .map(|_| {
                    let odds = Odds::from_milli(1_001 + below(9_000) as u32).unwrap();
                    let tied = 2 + below(5) as u8;
                    let heat = DeadHeat::new(1 + below(u64::from(tied)) as u8, tied).unwrap();
                    let rule = [
                        DeadHeatRule::StakeShare,
                        DeadHeatRule::ReducedOdds,
                        DeadHeatRule::ProfitShare,
                    ][below(3) as usize];
                    let result = match below(8) {
                        0 => LegResult::Lost,
                        1 => LegResult::Void,
                        2 => LegResult::HalfWon,
                        3 => LegResult::HalfLost,
                        4 => LegResult::DeadHeat(heat),
                        _ => LegResult::Won,
                    };
                    Multiplier::of(result, odds, rule)
                })
                .collect();
            let stake = 1 + below(5_000);
            let common: u128 = legs.iter().map(|leg| 1000 * u128::from(leg.share())).product();
            let returns: Vec<u128> = lines(&system)
                .map(|line| {
                    let of_leg = |(index, leg): (usize, &Multiplier)| {
                        let in_line = line >> index & 1 != 0;
                        let whole = 1000 * u32::from(leg.share());
                        u128::from(if in_line { leg.thousandths() } else { whole })
                    };
                    u128::from(stake) * legs.iter().enumerate().map(of_leg).product::<u128>()
                })
                .collect();
            assert_eq!(returns.len(), system.lines() as usize);
            let winning = returns.iter().filter(|line| **line != 0).count();
            assert_eq!(winning, system.winning_lines(|leg| legs[leg].is_zero()) as usize);
            let exact: u128 = returns.iter().sum();
            let per_line: u128 = returns.iter().map(|line| line / common).sum();
            let gross = gross(unit(stake as i64), &system, &legs);
            assert_eq!(gross.floor().to_string(), (exact / common).to_string(), "case {case}");
            let floored = sum_of_floored_lines(unit(stake as i64), &system, &legs);
            assert_eq!(floored.to_string(), per_line.to_string(), "case {case}");
            let (numerator, denominator) = gross.reduced();
            let numbers = [numerator, denominator].map(|wide| wide.to_string().parse::<u128>());
            let [Ok(numerator), Ok(denominator)] = numbers else { panic!("case {case}") };
            // Equal fractions, and no divisor in common.
            assert_eq!(numerator, exact / divisor(exact, common), "case {case}");
            assert_eq!(denominator, common / divisor(exact, common), "case {case}");
        }
    }

    fn divisor(a: u128, b: u128) -> u128 {
        if b == 0 { a } else { divisor(b, a % b) }
    }

    #[test]
    fn the_largest_bet_of_all_fits() {
        let odds = Odds::MAX;
        let heat = LegResult::DeadHeat(DeadHeat::new(255, 255).unwrap());
        let legs = [Multiplier::of(heat, odds, DeadHeatRule::ProfitShare); LEGS_MAX];
        let all: Vec<u8> = (1..=20).collect();
        // (1 + 1000)²⁰ − 1 for each unit.
        let mut expected = Wide::from_u64(1);
        (0..20).for_each(|_| expected.multiply(1_001));
        let expected = expected.to_string();
        let found = gross(unit(1), &system(20, &all, 0), &legs).floor().to_string();
        assert_eq!(found[..59], expected[..59]);
        let largest = gross(Stake::MAX, &system(20, &all, 0), &legs);
        assert!(largest.floor().to_u64().is_none());
        let bankers = gross(Stake::MAX, &system(20, &[20], (1 << 20) - 1), &legs);
        let plain = gross(Stake::MAX, &system(20, &[20], 0), &legs);
        assert_eq!(bankers.floor(), plain.floor());
    }
}
