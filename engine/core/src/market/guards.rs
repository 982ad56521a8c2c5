//! The guards: what stands between a model's probabilities and the board, in one list.
//!
//! Each guard sees one market's quote in the making. The first that objects gives its reason; the
//! quote then goes no further, and the market is suspended for that reason until the guard, or a
//! person, is content. The order is the order in which they are asked:
//!
//! | | guard | objects to | reason |
//! |---|---|---|---|
//! | 1 | [`is_a_book`] | no strengths; NaN; outside 0 to 1; not summing to 1 | `Unpriced`, `PriceInvalid` |
//! | 2 | decided | markets with a result are not priced at all, see `Step::price` | |
//! | 3 | feed age | silence, lag, gaps: watched by time in `feed`, for whole matches | `FeedStale`, `FeedLag`, `FeedGap` |
//! | 4 | branch check | a round's price that was not foreseen, see `Step::check_branch` | `BranchCheck` |
//! | 5 | [`stays_in_the_band`] | a change of strengths that moves odds too far | `PriceBand` |
//! | 6 | [`obeys_overrides`] | never: a trader's word replaces the model's | `Override` |
//! | 7 | [`margin_and_ladder`] | never: what cannot be booked is off the board | |
//! | 8 | [`is_worth_sending`] | never: keeps the odds that stand where the change is too small | |

use core::ops::ControlFlow;

use super::{Fair, SELECTIONS_MAX, Selection, Stops};
use crate::command::{Config, SuspendReason};
use crate::pricing::margin::FAIR_SUM_TOLERANCE;
use crate::pricing::{Ladder, apply_odds_ratio};
use crate::units::{Odds, Probability};

/// One market's quote in the making.
pub(crate) struct Quote<'a> {
    pub config: &'a Config,
    /// The selections as they stand.
    pub before: &'a [Selection],
    /// Whether strengths were known.
    pub priced: bool,
    /// The model's probabilities; the first `before.len()` count.
    pub fair: Fair,
    /// Whether what changed were strengths and not the match.
    pub checks_band: bool,
    /// Reasons to suspend the market, its own only.
    pub stops: Stops,
    /// What the board would show.
    pub odds: [Option<Odds>; SELECTIONS_MAX],
}

/// Goes on, or stops the market for a reason.
type Verdict = ControlFlow<SuspendReason>;

impl Quote<'_> {
    /// Asks every guard in order. Afterwards `odds` and `stops` are what the market gets.
    pub fn judge(&mut self) {
        for noticed_here in [SuspendReason::Unpriced, SuspendReason::PriceInvalid] {
            self.stops = self.stops.without(noticed_here);
        }
        if let ControlFlow::Break(reason) = self.ask() {
            self.stops = self.stops.with(reason);
        }
    }

    fn ask(&mut self) -> Verdict {
        is_a_book(self)?;
        let band = stays_in_the_band(self);
        // Beyond the band the price is made all the same, so that a trader sees what he resumes.
        margin_and_ladder(self);
        is_worth_sending(self);
        band
    }
}

/// Guard 1: numbers from 0 to 1 that sum to 1. A selection at exactly 0 or 1 is off the board.
fn is_a_book(quote: &mut Quote<'_>) -> Verdict {
    let fair = &mut quote.fair[..quote.before.len()];
    // Written so that NaN fails. What is certain may lie beyond 1 by a rounding of its sum.
    let is_a_chance = |p: &f64| (-FAIR_SUM_TOLERANCE..=1.0 + FAIR_SUM_TOLERANCE).contains(p);
    let distance = fair.iter().sum::<f64>() - 1.0;
    let sums_to_one = (-FAIR_SUM_TOLERANCE..=FAIR_SUM_TOLERANCE).contains(&distance);
    if quote.priced && fair.iter().all(is_a_chance) && sums_to_one {
        fair.iter_mut().for_each(|p| *p = p.clamp(0.0, 1.0));
        return Verdict::Continue(());
    }
    fair.fill(0.0);
    Verdict::Break(if quote.priced { SuspendReason::PriceInvalid } else { SuspendReason::Unpriced })
}

/// Guard 5: no selection's odds ratio p/(1−p) moves by more than the factor `band_milli`.
fn stays_in_the_band(quote: &mut Quote<'_>) -> Verdict {
    let before = quote.before.iter().map(|selection| selection.fair);
    let leaves = quote.checks_band && leaves_band(quote.config, before.zip(quote.fair));
    if leaves { Verdict::Break(SuspendReason::PriceBand) } else { Verdict::Continue(()) }
}

/// Whether any of these pairs, before and after, is further apart than the band. Compared as products,
/// so that no logarithm is needed. A selection that had no price cannot leave.
pub(super) fn leaves_band(
    config: &Config,
    mut pairs: impl Iterator<Item = (Probability, f64)>,
) -> bool {
    let limit = f64::from(config.band_milli) / 1000.0;
    pairs.any(|(before, after)| {
        let before = before.as_f64();
        if before == 0.0 {
            return false;
        }
        // Beyond 1 % and 99 % a factor says little about money.
        let (p, q) = (before.clamp(0.01, 0.99), after.clamp(0.01, 0.99));
        let (up, down) = (q * (1.0 - p), p * (1.0 - q));
        !(up <= limit * down && down <= limit * up)
    })
}

/// Guard 7: margin by odds ratio, floored to the ladder, so the achieved margin is never below the
/// target. A selection that is certain or impossible is off the board.
fn margin_and_ladder(quote: &mut Quote<'_>) {
    let fair = &quote.fair[..quote.before.len()];
    let mut possible = [0.0; SELECTIONS_MAX];
    let mut count = 0;
    for p in fair.iter().copied().filter(|p| 0.0 < *p && *p < 1.0) {
        possible[count] = p;
        count += 1;
    }
    let target = 1.0 + f64::from(quote.config.margin_ppb) / 1e9;
    let mut booked = [0.0; SELECTIONS_MAX];
    if apply_odds_ratio(&possible[..count], target, &mut booked[..count]).is_err() {
        return;
    }
    let mut booked = booked.into_iter();
    for (odds, p) in quote.odds.iter_mut().zip(fair) {
        if 0.0 < *p && *p < 1.0 {
            let milli = booked.next().and_then(|booked| Ladder::DEFAULT.price(booked));
            *odds = milli.and_then(Odds::from_milli);
        }
    }
}

/// Guard 8: odds that grow by fewer steps than `price_steps_min` stay as they are. Shorter odds are
/// always sent: what stays is never longer than the new price, so the margin holds.
fn is_worth_sending(quote: &mut Quote<'_>) {
    if quote.config.price_steps_min <= 1 {
        return;
    }
    for (odds, selection) in quote.odds.iter_mut().zip(quote.before) {
        if let (Some(new), Some(old)) = (*odds, selection.odds)
            && old < new
            && Ladder::DEFAULT.steps(old.milli(), new.milli()) < quote.config.price_steps_min
        {
            *odds = Some(old);
        }
    }
}
