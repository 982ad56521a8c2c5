//! What a match could cost: a vector over its final scores in maps, and the rest.
//!
//! Markets that follow from the final score (who wins, the score itself) net exactly: for each final
//! score one sum over all of them, payouts less stakes, as long as they have no result. What is bet on a single map or round does not
//! follow from it; each such market counts with its own worst case while it is undecided, as if all
//! worst cases came together, and never with less than nothing, since it may be void.
//!
//! Everything here is derived from the sums of the markets. It is kept only while the rule that needs
//! it is not off, and made anew when the rule is turned on or a snapshot is read.

use alloc::vec;
use alloc::vec::Vec;

use crate::command::Config;
use crate::market::{Market, MarketResult, Selection, Sign, final_score};
use crate::risk::RuleId;
use crate::state::Tables;
use crate::title::{Fixture, Series};
use crate::units::{MarketId, MatchId, Money, SelectionIndex, Timestamp};

/// Final scores of the longest series.
pub(crate) const SCORES_MAX: usize = 6;

/// What one match could cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exposure {
    /// If it ends with each of its final scores, from A's clearest win to B's.
    by_score: [Money; SCORES_MAX],
    /// The worst cases of all undecided markets that do not follow from the final score.
    others: Money,
}

impl Exposure {
    pub const NONE: Self = Self { by_score: [Money::ZERO; SCORES_MAX], others: Money::ZERO };
}

/// Every match's exposure, as long as it is kept.
#[derive(Debug)]
pub(crate) struct Exposures {
    of_match: Vec<Exposure>,
    is_kept: bool,
}

/// How many final scores a series has.
fn scores(series: &Series) -> usize {
    usize::from(series.best_of()) + 1
}

/// Whether a series can still end with a final score.
fn can_end(series: &Series, index: usize) -> bool {
    let [a, b] = final_score(series.best_of(), index as u8);
    let [won_a, won_b] = series.maps_won();
    won_a <= a && won_b <= b
}

/// Whether a market follows from the final score and has no result yet. What has one, by a grade or by
/// the house rules, costs what it costs whatever the score will be.
fn follows_score(market: &Market) -> bool {
    market.kind.market_type().by_maps.is_some() && market.result == MarketResult::Undecided
}

/// Whether a selection wins at each final score; `None` if the market does not follow from it any more.
fn wins(market: &Market, series: &Series, selection: SelectionIndex) -> Option<[bool; SCORES_MAX]> {
    let by_maps = market.kind.market_type().by_maps.filter(|_| follows_score(market))?;
    let mut wins = [false; SCORES_MAX];
    for (index, wins) in wins.iter_mut().enumerate().take(scores(series)) {
        let score = final_score(series.best_of(), index as u8);
        *wins = by_maps(market.kind, series.best_of(), score) == MarketResult::Won(selection);
    }
    Some(wins)
}

/// What a market costs if its most expensive selection wins, and at least nothing.
fn worst(market: &Market, selections: &[Selection]) -> Money {
    let payouts = selections.iter().map(|selection| selection.payouts).max();
    (payouts.unwrap_or_default() - market.stakes).max(Money::ZERO)
}

/// What a market adds to the rest: its worst case, as long as it has no result.
fn rest_of(market: &Market, selections: &[Selection]) -> Money {
    let follows = market.kind.market_type().by_maps.is_some();
    let is_open = market.result == MarketResult::Undecided;
    if follows || !is_open { Money::ZERO } else { worst(market, selections) }
}

/// What a rule wants to know: the cost before a bet and with it, where the bet's selection wins.
pub(super) struct Cost {
    pub before: Money,
    pub with_bet: Money,
}

impl Exposures {
    pub fn with_capacity(matches_max: u32) -> Self {
        Self { of_match: vec![Exposure::NONE; matches_max as usize], is_kept: false }
    }

    #[inline]
    pub fn are_kept(&self) -> bool {
        self.is_kept
    }

    /// The cost of a match in the worst case in which a selection wins, now and with `added` more on
    /// it. A bet lowers the cost wherever its selection loses, so this keeps the worst of all below a
    /// limit, and it grows with the stake.
    pub(super) fn cost(
        &self,
        fixture: &Fixture,
        market: &Market,
        selections: &[Selection],
        selection: SelectionIndex,
        added: Money,
    ) -> Cost {
        let Exposure { by_score, others } = self.of_match[market.match_id.slot()];
        let series = &fixture.series;
        let possible = (0..scores(series)).filter(|index| can_end(series, *index));
        if let Some(wins) = wins(market, series, selection) {
            // A selection that can no longer win costs nothing.
            let at = possible.filter(|index| wins[*index]).map(|index| by_score[index]).max();
            let before = at.map_or(Money::ZERO, |at| at + others);
            let with_bet = at.map_or(Money::ZERO, |_| before + added);
            return Cost { before, with_bet };
        }
        let by_score = possible.map(|index| by_score[index]).max().unwrap_or_default();
        let elsewhere = by_score.max(Money::ZERO) + others - rest_of(market, selections);
        let taken = selections.get(usize::from(selection.0)).map(|row| row.payouts);
        let here = taken.unwrap_or_default() - market.stakes;
        let cost = |here: Money| elsewhere + here.max(Money::ZERO);
        Cost { before: cost(here), with_bet: cost(here + added) }
    }

    /// Adds what changed on one selection of a market that follows from the final score.
    fn add(&mut self, match_id: MatchId, wins: &[bool; SCORES_MAX], payout: Money, stake: Money) {
        for (sum, wins) in self.of_match[match_id.slot()].by_score.iter_mut().zip(wins) {
            *sum += if *wins { payout - stake } else { -stake };
        }
    }

    /// A match is gone: whatever stands in its slot next begins with nothing.
    pub(crate) fn forget(&mut self, match_id: MatchId) {
        self.of_match[match_id.slot()] = Exposure::NONE;
    }

    /// Replaces what a market added to the rest.
    fn replace_rest(&mut self, match_id: MatchId, before: Money, after: Money) {
        self.of_match[match_id.slot()].others += after - before;
    }
}

impl Tables {
    /// Counts a bet's stake and payout in the sums of its market and in what its match could cost, or
    /// takes them out again. Only while exposures are kept.
    #[inline(never)]
    pub(crate) fn count_with_exposure(
        &mut self,
        id: MarketId,
        selection: SelectionIndex,
        stake: Money,
        payout: Money,
        sign: Sign,
    ) {
        let before = self.rest(id);
        let (market, row) = self.markets.rows_mut(id, selection);
        market.count(row, stake, payout, sign);
        let match_id = market.match_id;
        let after = self.rest(id);
        self.risk.exposures.replace_rest(match_id, before, after);
        let market = self.markets.market(id);
        let series = &self.fixtures[match_id].series;
        if let Some(wins) = wins(market, series, selection) {
            let (payout, stake) = match sign {
                Sign::In => (payout, stake),
                Sign::Out => (-payout, -stake),
            };
            self.risk.exposures.add(match_id, &wins, payout, stake);
        }
    }

    fn rest(&self, id: MarketId) -> Money {
        let market = self.markets.market(id);
        rest_of(market, self.markets.selections(market))
    }

    /// Gives a market its result, or takes it back.
    pub(crate) fn set_result(&mut self, id: MarketId, result: MarketResult) {
        let before = self.rest(id);
        let market = self.markets.market_mut(id);
        let followed = follows_score(market);
        market.result = result;
        let (match_id, follows) = (market.match_id, follows_score(market));
        if follows != followed {
            self.refresh_exposure(match_id);
        } else if self.risk.exposures.are_kept() {
            let after = self.rest(id);
            self.risk.exposures.replace_rest(match_id, before, after);
        }
    }

    /// Takes up what follows from new settings.
    pub(crate) fn heed(&mut self, config: &Config) {
        self.keep_exposures(!config.rules_off.has(RuleId::MatchLiability));
        self.risk.heed(config, self.switches.mode());
        self.ids_last_until = Timestamp::default();
    }

    /// Begins to keep exposures, or ceases to.
    fn keep_exposures(&mut self, is_kept: bool) {
        if is_kept == self.risk.exposures.is_kept {
            return;
        }
        self.risk.exposures.is_kept = is_kept;
        for slot in 0..self.fixtures.slots() {
            let match_id = self.fixtures.in_slot(slot).filter(|_| is_kept);
            let exposure = match_id.map_or(Exposure::NONE, |id| self.recomputed_exposure(id));
            self.risk.exposures.of_match[slot] = exposure;
        }
    }

    /// Makes a match's exposure anew: it may end with other scores than before.
    pub(crate) fn refresh_exposure(&mut self, match_id: MatchId) {
        if self.risk.exposures.is_kept {
            let exposure = self.recomputed_exposure(match_id);
            self.risk.exposures.of_match[match_id.slot()] = exposure;
        }
    }

    /// Whether every exposure is what its markets say.
    pub(crate) fn exposures_agree(&self) -> bool {
        let mut slots = self.risk.exposures.of_match.iter().enumerate();
        !self.risk.exposures.is_kept
            || slots.all(|(slot, kept)| {
                let match_id = self.fixtures.in_slot(slot);
                *kept == match_id.map_or(Exposure::NONE, |id| self.recomputed_exposure(id))
            })
    }

    /// What a match could cost, from the sums of its markets alone.
    fn recomputed_exposure(&self, match_id: MatchId) -> Exposure {
        let fixture = &self.fixtures[match_id];
        let mut exposure = Exposure::NONE;
        for id in &fixture.markets {
            let market = self.markets.market(*id);
            exposure.others += self.rest(*id);
            for index in 0..usize::from(market.selections()) {
                let selection = SelectionIndex(index as u8);
                let Some(wins) = wins(market, &fixture.series, selection) else { break };
                let row = &self.markets.selections(market)[index];
                for (sum, wins) in exposure.by_score.iter_mut().zip(wins) {
                    *sum += if wins { row.payouts } else { Money::ZERO };
                }
            }
            if follows_score(market) {
                exposure.by_score.iter_mut().for_each(|sum| *sum -= market.stakes);
            }
        }
        exposure
    }
}
