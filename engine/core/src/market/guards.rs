//! The guards: what stands between a model's probabilities and the board, in one list.
//!
//! Each guard sees one market's quote in the making. One that objects gives its reason, and the market
//! is suspended for it until the guard, or a person, is content. The order is the order in which they
//! are asked:
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
//! | 9 | [`has_overround`] | odds of a trader's that leave a book of no more than one | `Override` |

use core::ops::ControlFlow;

use super::overrides::Overrides;
use super::shading::{Leaning, shade};
use super::{SELECTIONS_MAX, Selection, Stops};
use crate::command::{Config, OverrideKind, SuspendReason};
use crate::pricing::margin::{FAIR_SUM_TOLERANCE, odds_milli_of_pair};
use crate::pricing::{Ladder, apply_odds_ratio, two_way_odds_milli};
use crate::units::{MarketId, Odds, Probability, SelectionIndex, Seq};

/// One market's quote in the making, with room for `N` selections.
pub(crate) struct Quote<'a, const N: usize> {
    pub config: &'a Config,
    /// The selections as they stand.
    pub before: &'a [Selection],
    /// The market.
    pub market: MarketId,
    /// Every override, if any is on this market.
    pub overrides: Option<&'a Overrides>,
    /// The command that moved the score last, as far as the market is on it.
    pub score_moved_at: Seq,
    /// Whether strengths were known.
    pub priced: bool,
    /// The model's probabilities; the first `before.len()` count.
    pub model: [f64; N],
    /// The probabilities that the book is made of.
    pub fair: [f64; N],
    /// Whether they lie inside 0 to 1 and sum to one, so that whoever books them need not ask again.
    pub is_a_book: bool,
    /// What the book leans on; `None` if it does not.
    pub leaning: Option<&'a Leaning>,
    /// What the book's probabilities sum to, in parts per billion above one.
    pub margin_ppb: u32,
    /// What a trader fixed.
    pub fixed: [Fixed; N],
    /// Whether what changed were strengths and not the match.
    pub checks_band: bool,
    /// Reasons to suspend the market, its own only.
    pub stops: Stops,
    /// What the board would show.
    pub odds: [Option<Odds>; N],
}

/// What a trader fixed of a selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fixed {
    /// Nothing.
    No,
    /// It is off the board.
    Off,
    /// It has these odds.
    At(Odds),
}

/// Goes on, or stops the market for a reason.
type Verdict = ControlFlow<SuspendReason>;

impl<const N: usize> Quote<'_, N> {
    /// Asks every guard in order. Afterwards `odds` and `stops` are what the market gets.
    // Inlined, so that a plain pair's quote stays in registers.
    #[inline(always)]
    pub fn judge(&mut self) {
        const NOTICED_HERE: Stops = Stops::none()
            .with(SuspendReason::Unpriced)
            .with(SuspendReason::PriceInvalid)
            .with(SuspendReason::Override);
        self.stops = self.stops.less(NOTICED_HERE);
        // One after the other, and not a loop over the verdicts, which would have to be stored first.
        let verdict = is_a_book(self);
        self.note(verdict);
        let verdict = stays_in_the_band(self);
        self.note(verdict);
        let verdict = obeys_overrides(self);
        self.note(verdict);
        // The price is made all the same, so that a trader sees what he resumes.
        margin_and_ladder(self);
        is_worth_sending(self);
        let verdict = has_overround(self);
        self.note(verdict);
    }

    #[inline]
    fn note(&mut self, verdict: Verdict) {
        if let Verdict::Break(reason) = verdict {
            self.stops = self.stops.with(reason);
        }
    }

    /// Probabilities of the book as they are written down: of a pair the second is what the first
    /// leaves, so that they sum to one to the last digit.
    #[inline(always)]
    pub fn of_book(&self, chances: &[f64; N]) -> [Probability; N] {
        let mut written = [Probability::default(); N];
        if N == 2 && self.is_a_book {
            written[0] = Probability::from_f64(chances[0]).unwrap_or_default();
            written[1] = written[0].complement();
        } else {
            for (written, p) in written.iter_mut().zip(chances) {
                *written = Probability::from_f64(*p).unwrap_or_default();
            }
        }
        written
    }
}

/// How far outside 0 to 1 a probability may be for no other reason than rounding.
const ROUNDING: f64 = 1e-12;

/// Guard 1: numbers from 0 to 1 that sum to 1. A selection at exactly 0 or 1 is off the board.
#[inline(always)]
fn is_a_book<const N: usize>(quote: &mut Quote<'_, N>) -> Verdict {
    let count = quote.before.len();
    let fair = &quote.model[..count];
    // Written so that NaN fails.
    let is_inside = fair.iter().all(|p| 0.0 < *p && *p < 1.0);
    quote.is_a_book = quote.priced && is_inside && sums_to_one(fair);
    if !quote.is_a_book {
        quote.model = at_the_edge(quote.model, count);
        let is_a_chance = |p: &f64| (0.0..=1.0).contains(p);
        let fair = &quote.model[..count];
        if !(quote.priced && fair.iter().all(is_a_chance) && sums_to_one(fair)) {
            quote.model = [0.0; N];
            return Verdict::Break(match quote.priced {
                true => SuspendReason::PriceInvalid,
                false => SuspendReason::Unpriced,
            });
        }
    }
    quote.fair = quote.model;
    Verdict::Continue(())
}

#[inline(always)]
fn sums_to_one(fair: &[f64]) -> bool {
    let distance = fair.iter().sum::<f64>() - 1.0;
    (-FAIR_SUM_TOLERANCE..=FAIR_SUM_TOLERANCE).contains(&distance)
}

/// Moves what a sum of many small numbers left a rounding error outside back to 0 or 1.
#[cold]
fn at_the_edge<const N: usize>(mut fair: [f64; N], count: usize) -> [f64; N] {
    for p in &mut fair[..count] {
        if (-ROUNDING..0.0).contains(p) {
            *p = 0.0;
        } else if (1.0..=1.0 + ROUNDING).contains(p) {
            *p = 1.0;
        }
    }
    fair
}

/// Guard 5: no selection's odds ratio p/(1−p) moves by more than the factor `band_milli`.
#[inline(always)]
fn stays_in_the_band<const N: usize>(quote: &mut Quote<'_, N>) -> Verdict {
    if quote.checks_band {
        let before = quote.before.iter().map(|selection| selection.model);
        if leaves_band(quote.config, before.zip(quote.of_book(&quote.model))) {
            return Verdict::Break(SuspendReason::PriceBand);
        }
    }
    Verdict::Continue(())
}

/// Whether any of these pairs, before and after, is further apart than the band. Both as they are
/// written down, and compared as whole products: who has the price log comes to the same answer. A
/// selection that had no price cannot leave.
pub(super) fn leaves_band(
    config: &Config,
    mut pairs: impl Iterator<Item = (Probability, Probability)>,
) -> bool {
    const ONE: u32 = Probability::ONE.ppb();
    // Beyond 1 % and 99 % a factor says little about money.
    const EDGE: u32 = ONE / 100;
    let limit = u128::from(config.band_milli);
    pairs.any(|(before, after)| {
        let [p, q] = [before, after].map(|p| u64::from(p.ppb().clamp(EDGE, ONE - EDGE)));
        let [up, down] = [q * (u64::from(ONE) - p), p * (u64::from(ONE) - q)].map(u128::from);
        before != Probability::default() && (limit * down < 1000 * up || limit * up < 1000 * down)
    })
}

/// Guard 6: a trader's word replaces the model's. Odds and probabilities were an opinion on one score;
/// if it moved since, the market waits for its trader.
#[inline(always)]
fn obeys_overrides<const N: usize>(quote: &mut Quote<'_, N>) -> Verdict {
    let Some(overrides) = quote.overrides else { return Verdict::Continue(()) };
    let mut verdict = Verdict::Continue(());
    for word in overrides.on(quote.market) {
        let is_outdated = word.id.0 < quote.score_moved_at.0;
        match word.kind {
            OverrideKind::Odds { .. } | OverrideKind::Fair { .. } if is_outdated => {
                verdict = Verdict::Break(SuspendReason::Override);
            }
            OverrideKind::Odds { selection, odds, .. } => {
                quote.fixed[usize::from(selection.0)] = Fixed::At(odds);
            }
            OverrideKind::Fair { selection, fair, .. } => {
                share_out(quote, selection, fair);
                // His word is meant as it is said.
                quote.leaning = None;
            }
            OverrideKind::Margin { margin_ppb, .. } => quote.margin_ppb = margin_ppb,
            OverrideKind::SuspendSelection { selection, .. } => {
                quote.fixed[usize::from(selection.0)] = Fixed::Off;
            }
            OverrideKind::SuspendMarket { .. } => {
                verdict = Verdict::Break(SuspendReason::Override);
            }
        }
    }
    verdict
}

/// Gives one selection a probability and lets the others keep their shares of the rest. Where the
/// model is certain there is nothing to share, and it keeps its word.
fn share_out<const N: usize>(quote: &mut Quote<'_, N>, selection: SelectionIndex, p: Probability) {
    let index = usize::from(selection.0);
    let (p, model) = (p.as_f64(), quote.model[index]);
    if !(0.0 < model && model < 1.0) {
        return;
    }
    let scale = (1.0 - p) / (1.0 - model);
    for fair in &mut quote.fair[..quote.before.len()] {
        *fair *= scale;
    }
    quote.fair[index] = p;
}

/// Guard 7: the book leans against its money, then margin by odds ratio, floored to the ladder, so the
/// achieved margin is never below the target. A selection that is certain or impossible is off the board.
#[inline(always)]
fn margin_and_ladder<const N: usize>(quote: &mut Quote<'_, N>) {
    let mut fair = quote.fair;
    let fair = &mut fair[..quote.before.len()];
    if let Some(leaning) = quote.leaning {
        shade(quote.config, leaning, fair);
    }
    let target = 1.0 + f64::from(quote.margin_ppb) / 1e9;
    let ladder = quote.config.ladder.ladder();
    match *fair {
        [p, q] => {
            // A word or a lean made it another book than the one that was looked at.
            let is_looked_at =
                quote.is_a_book && quote.overrides.is_none() && quote.leaning.is_none();
            let booked = if is_looked_at {
                Some(odds_milli_of_pair(p, q, target))
            } else {
                two_way_odds_milli(p, q, target)
            };
            // Nothing is booked where one side is certain.
            let Some(booked) = booked else { return };
            for ((odds, milli), fixed) in quote.odds.iter_mut().zip(booked).zip(quote.fixed) {
                *odds = on_the_board(ladder.price_milli(milli), fixed);
            }
        }
        _ => book_many(ladder, target, fair, &quote.fixed, &mut quote.odds),
    }
}

/// Margin and ladder for a book of any size.
fn book_many(
    ladder: &Ladder,
    target: f64,
    fair: &[f64],
    fixed: &[Fixed],
    board: &mut [Option<Odds>],
) {
    let mut possible = [0.0; SELECTIONS_MAX];
    let mut count = 0;
    for p in fair.iter().copied().filter(|p| 0.0 < *p && *p < 1.0) {
        possible[count] = p;
        count += 1;
    }
    let mut booked = [0.0; SELECTIONS_MAX];
    if apply_odds_ratio(&possible[..count], target, &mut booked[..count]).is_err() {
        return;
    }
    let mut booked = booked.into_iter();
    for ((odds, p), fixed) in board.iter_mut().zip(fair).zip(fixed) {
        if 0.0 < *p && *p < 1.0 {
            let milli = booked.next().and_then(|booked| ladder.price(booked));
            *odds = on_the_board(milli, *fixed);
        }
    }
}

/// What the board shows for odds in thousandths, given what a trader fixed.
fn on_the_board(milli: Option<u32>, fixed: Fixed) -> Option<Odds> {
    match fixed {
        Fixed::No => milli.and_then(Odds::from_milli),
        Fixed::Off => None,
        Fixed::At(odds) => Some(odds),
    }
}

/// Guard 8: odds that grow by fewer steps than `price_steps_min` stay as they are. Shorter odds are
/// always sent: what stays is never longer than the new price, so the margin holds.
#[inline(always)]
fn is_worth_sending<const N: usize>(quote: &mut Quote<'_, N>) {
    if quote.config.price_steps_min <= 1 {
        return;
    }
    for (odds, selection) in quote.odds.iter_mut().zip(quote.before) {
        if let (Some(new), Some(old)) = (*odds, selection.odds)
            && old < new
            && quote.config.ladder.ladder().steps(old.milli(), new.milli())
                < quote.config.price_steps_min
        {
            *odds = Some(old);
        }
    }
}

/// Guard 9: odds that a trader fixed stand while the model moves the others, and other words join them.
/// Once the book sums to one or less, whoever bets on all of it cannot lose, and the market waits for its
/// trader. A book that nobody fixed odds in has its margin from guard 7.
#[inline(always)]
fn has_overround<const N: usize>(quote: &mut Quote<'_, N>) -> Verdict {
    if quote.overrides.is_none() {
        return Verdict::Continue(());
    }
    let mut board = quote.odds.iter().zip(quote.fixed);
    let is_fixed = board.any(|(odds, fixed)| odds.is_some() && matches!(fixed, Fixed::At(_)));
    let fair = quote.of_book(&quote.fair);
    let book = quote.odds.into_iter().zip(fair).take(quote.before.len());
    match is_fixed && booked_ppb(book) <= ONE_PPB {
        true => Verdict::Break(SuspendReason::Override),
        false => Verdict::Continue(()),
    }
}

/// A book of fair odds, in parts per billion.
pub(super) const ONE_PPB: u64 = Probability::ONE.ppb() as u64;

/// What a book of odds and fair probabilities sums to, in parts per billion, rounded down. What is not
/// on offer counts with its fair probability: nothing is earned on it, and it wins as often all the same.
pub(super) fn booked_ppb(book: impl Iterator<Item = (Option<Odds>, Probability)>) -> u64 {
    const ONE_AT_MILLI: u64 = 1_000 * ONE_PPB;
    let booked = book.map(|(odds, fair)| match odds {
        Some(odds) => ONE_AT_MILLI / u64::from(odds.milli()),
        None => u64::from(fair.ppb()),
    });
    booked.sum()
}
