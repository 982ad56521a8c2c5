//! From a changed match to changed prices: forecast → fair → guards → margin → ladder → event.
//!
//! The guards are one list, in [`super::guards`].

use super::guards::{Fixed, Quote, leaves_band};
use super::shading::{Leaner, Results, results};
use super::{Market, MarketResult, SELECTIONS_MAX, Selection};
use crate::command::{MarketKind, SuspendReason, Team};
use crate::event::{Event, MarketStatus, Price, PriceCause};
use crate::pricing::{SeriesForecast, WinBranches};
use crate::state::Step;
use crate::units::{MarketId, MatchId, Money, SelectionIndex, Timestamp};

/// Why the prices of a whole match are made anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Requote {
    /// The score or the sides of a map moved.
    Score {
        /// The map.
        map: u8,
        /// Who won the round, if it was one.
        winner: Option<Team>,
    },
    /// The numbers of a map moved with its clock.
    Standing {
        /// The map.
        map: u8,
        /// Whether it is another map to a bettor.
        is_material: bool,
    },
    /// A trader changed a map's strengths.
    Parameters {
        /// The map.
        map: u8,
    },
}

impl Requote {
    const fn price_cause(self) -> PriceCause {
        match self {
            Self::Score { .. } | Self::Standing { .. } => PriceCause::Score,
            Self::Parameters { .. } => PriceCause::Parameters,
        }
    }

    /// Whether no price may move far: the match stood still while strengths moved, or moved on by a
    /// little, as a map against the clock does from one update to the next. A round is one of two steps
    /// that were both foreseen, see `Step::check_branch`.
    const fn checks_band(self) -> bool {
        match self {
            Self::Parameters { .. } | Self::Standing { .. } => true,
            Self::Score { .. } => false,
        }
    }

    /// Whether what is on offer is another thing to a bettor than before.
    const fn is_material(self) -> bool {
        match self {
            Self::Score { .. } | Self::Parameters { .. } => true,
            Self::Standing { is_material, .. } => is_material,
        }
    }
}

/// How far the probability after a round may be from the one foreseen. Both come from the same
/// parameters on different walks, so only rounding may differ.
const BRANCH_TOLERANCE: f64 = 1e-9;

/// What nearly every other market has room enough with.
const FEW_SELECTIONS: usize = 4;

impl Step<'_> {
    /// Prices every market that depends on what changed, and finds those that are now decided.
    pub(crate) fn requote(&mut self, match_id: MatchId, cause: Requote) {
        let foreseen = self.refresh_branches(match_id);
        if let (Requote::Score { map, winner: Some(winner) }, Some(foreseen)) = (cause, foreseen) {
            self.check_branch(match_id, map, winner, foreseen);
        }
        let series = &self.fixture(match_id).series;
        let forecast = series.series_forecast();
        let series_over = series.result().is_some();
        let (Requote::Score { map, .. }
        | Requote::Standing { map, .. }
        | Requote::Parameters { map }) = cause;
        let is_affected = |kind: MarketKind| kind.map().is_none_or(|on| on == map);
        let any_contradicted = self.tables.settlement.any_contradicted();
        let mut place = 0;
        while let Some(market) = self.next_market(match_id, &mut place, |row| {
            !row.retired
                && (is_affected(row.kind)
                    || series_over
                    || row.result == MarketResult::NotPlayed
                    // A score that says so of a market with a grade may take it back.
                    || any_contradicted && row.contradicted.is_some())
        }) {
            let affected = is_affected(self.tables.markets.market(market).kind);
            // Only a score decides anything, and one round more never takes a result back.
            if let Requote::Score { winner, .. } = cause {
                let row = self.tables.markets.market_mut(market);
                if affected {
                    row.moved_at = self.seq;
                }
                let is_by_score = row.graded.is_none() && row.by_rules.is_none();
                if winner.is_some() && matches!(row.result, MarketResult::Won(_)) && is_by_score {
                    continue;
                }
                self.resolve(market);
            } else if let (Requote::Standing { is_material: true, .. }, true) = (cause, affected) {
                self.tables.markets.market_mut(market).moved_at = self.seq;
            }
            let forecast = forecast.as_ref();
            let stays_open = self.price(market, forecast, cause.price_cause(), cause.checks_band());
            self.announce_after(market, stays_open, cause.is_material() && affected);
        }
    }

    /// The next market of a match, from this place of its list on, that is as asked for. A round
    /// passes over most of them.
    #[inline(always)]
    fn next_market(
        &self,
        match_id: MatchId,
        place: &mut usize,
        is_wanted: impl Fn(&Market) -> bool,
    ) -> Option<MarketId> {
        let left = self.fixture(match_id).markets.get(*place..)?;
        let found = left.iter().position(|id| is_wanted(self.tables.markets.market(*id)))?;
        *place += found + 1;
        Some(left[found])
    }

    /// Stops the markets on a round that is being played: the model knows nothing of what happens
    /// inside a round, and whoever watches it knows more.
    pub(crate) fn close_round(&mut self, match_id: MatchId, map: u8, round: u8) {
        for index in 0..self.fixture(match_id).markets.len() {
            let market = self.fixture(match_id).markets[index];
            let kind = self.tables.markets.market(market).kind;
            let round_of_kind = self.fixture(match_id).series.round_of(kind);
            if kind.map() == Some(map) && round_of_kind == Some(round) {
                self.set_stop(market, SuspendReason::RoundLive, true);
                self.announce_status(market, false);
            }
        }
    }

    /// Prices a market that has just been opened.
    pub(crate) fn quote_new(&mut self, market: MarketId) {
        self.resolve(market);
        let stays_open = self.price_alone(market, PriceCause::Opened);
        self.announce_after(market, stays_open, true);
    }

    pub(super) fn fixture(&self, match_id: MatchId) -> &crate::title::Fixture {
        &self.tables.fixtures[match_id]
    }

    /// Computes the next two prices; returns what had been foreseen before.
    fn refresh_branches(&mut self, match_id: MatchId) -> Option<WinBranches> {
        let fixture = &mut self.tables.fixtures[match_id];
        let foreseen = fixture.branches;
        fixture.branches = fixture.series.branches();
        foreseen
    }

    /// After a round the map's price must be the one foreseen for its winner.
    fn check_branch(&mut self, match_id: MatchId, map: u8, winner: Team, foreseen: WinBranches) {
        let series = &self.fixture(match_id).series;
        let expected = match winner {
            Team::A => foreseen.after_a,
            Team::B => foreseen.after_b,
        };
        let actual = match (series.map_winner(map), series.map_chance_a(map)) {
            (Some(team), _) => f64::from(u8::from(team == Team::A)),
            (None, Some(chance)) => chance,
            (None, None) => return,
        };
        let distance = if expected < actual { actual - expected } else { expected - actual };
        // A NaN is in no range, so it fails too.
        if !(0.0..=BRANCH_TOLERANCE).contains(&distance) {
            self.stop_match(match_id, SuspendReason::BranchCheck);
        }
    }

    /// Compares a market's result with the score, and starts a settlement where it changed.
    pub(crate) fn resolve(&mut self, market: MarketId) {
        let row = self.tables.markets.market(market);
        let by_score =
            || (row.kind.market_type().result)(row.kind, &self.fixture(row.match_id).series);
        let by_rules = row.by_rules.map(|ruled| ruled.result);
        let result = row.graded.or(by_rules).unwrap_or_else(by_score);
        if result != row.result && !self.comes_too_late(row) {
            self.tables.set_result(market, result);
            let row = self.tables.markets.market_mut(market);
            row.settlement_version += 1;
            row.decided_at = self.now;
            if result == MarketResult::Undecided {
                row.happened_at = Timestamp::default();
            } else if self.heard_of != Timestamp::default() {
                // A person or a rule that decides it otherwise does not change when it happened.
                row.happened_at = self.heard_of;
            }
            row.owed_since = row.owed_since.min(self.now);
            self.tables.settlement.start(market, row);
            let row = self.tables.markets.market_mut(market);
            if !row.queued {
                // Nobody has bet on it.
                row.owed_since = Timestamp::MAX;
            }
        }
        let row = self.tables.markets.market(market);
        if row.graded.is_some() || row.by_rules.is_some() || row.word_knew.is_some() {
            self.weigh_word(market);
        }
    }

    /// Whether the score would correct a result after the window that the house rules set.
    fn comes_too_late(&self, row: &Market) -> bool {
        if row.result == MarketResult::Undecided || row.graded.is_some() || row.by_rules.is_some() {
            return false;
        }
        let version = self.fixture(row.match_id).house_rules;
        let window_ns = self.tables.rule_book.rules(version).corrected.window_ns();
        row.decided_at.plus(window_ns) < self.now
    }

    /// Prices one market for a reason of its own; the match did not move.
    #[inline]
    pub(super) fn price_alone(&mut self, market: MarketId, cause: PriceCause) -> bool {
        let row = self.tables.markets.market(market);
        // Markets on a map do without the forecast of the series.
        match row.kind.map() {
            Some(_) => self.price(market, None, cause, false),
            None => self.price_on_series(market, cause),
        }
    }

    #[inline(never)]
    fn price_on_series(&mut self, market: MarketId, cause: PriceCause) -> bool {
        let row = self.tables.markets.market(market);
        let forecast = self.fixture(row.match_id).series.series_forecast();
        self.price(market, forecast.as_ref(), cause, false)
    }

    /// Makes a market's price: the model's probabilities, through the guards, onto the board. Returns
    /// whether it was open and stays so.
    #[inline]
    fn price(
        &mut self,
        market: MarketId,
        forecast: Option<&SeriesForecast>,
        cause: PriceCause,
        checks_band: bool,
    ) -> bool {
        let row = self.tables.markets.market(market);
        if row.result != MarketResult::Undecided {
            return false;
        }
        // Nearly every market has two sides and nobody's word on it: known when compiled, nothing has
        // to be counted or carried.
        let is_plain = !row.overridden && self.config.shading_ppb == 0;
        match usize::from(row.selections()) {
            2 if is_plain => self.price_among::<2, true>(market, forecast, cause, checks_band),
            2 => self.price_among::<2, false>(market, forecast, cause, checks_band),
            0..=FEW_SELECTIONS => {
                self.price_among::<FEW_SELECTIONS, false>(market, forecast, cause, checks_band)
            }
            _ => self.price_among::<SELECTIONS_MAX, false>(market, forecast, cause, checks_band),
        }
    }

    /// The same with room for `N` selections. `PLAIN` says that no override is on it and no book leans.
    #[inline(never)]
    fn price_among<const N: usize, const PLAIN: bool>(
        &mut self,
        market: MarketId,
        forecast: Option<&SeriesForecast>,
        cause: PriceCause,
        checks_band: bool,
    ) -> bool {
        let row = self.tables.markets.market(market);
        let kind = row.kind;
        let fixture = self.fixture(row.match_id);
        let series = &fixture.series;
        let above = fixture.stops.and(self.tables.stops);
        let is_live = series.is_live(kind);
        let mut model = [0.0; N];
        let priced = (kind.market_type().fair)(kind, series, forecast, &mut model).is_some();
        let leaning = if PLAIN || self.config.shading_ppb == 0 {
            None
        } else {
            let row = self.tables.markets.market(market);
            let leaner = Leaner { kind, series, forecast, fair: &model };
            let own = results(row.stakes, self.tables.markets.selections(row));
            leaner.leaning(own, |kind| self.results_of(row.match_id, kind))
        };
        let (row, selections) = self.tables.markets.book_mut(market);
        let selections = if N == 2 { &mut selections[..2] } else { selections };
        let mut quote = Quote {
            config: self.config,
            before: selections,
            market,
            overrides: (!PLAIN && row.overridden).then_some(&self.tables.overrides),
            score_moved_at: row.moved_at,
            priced,
            model,
            fair: [0.0; N],
            is_a_book: false,
            leaning: leaning.as_ref(),
            margin_ppb: self.config.margin_ppb,
            fixed: [Fixed::No; N],
            checks_band,
            stops: if is_live {
                row.stops.with(SuspendReason::RoundLive)
            } else {
                row.stops.without(SuspendReason::RoundLive)
            },
            odds: [None; N],
        };
        quote.judge();
        let fair = quote.of_book(&quote.fair);
        // Only a trader's word makes the book from anything but the model.
        let model = if quote.overrides.is_none() { fair } else { quote.of_book(&quote.model) };
        let Quote { stops, odds, .. } = quote;
        row.stops = stops;
        row.unshaded = Money::ZERO;
        let stays_open = row.status == MarketStatus::Open && stops.and(above).is_empty();
        let (price_seq, by) = (self.seq.0, self.actor);
        let outbox = &mut *self.outbox;
        let mut show = |index: usize, selection: &mut Selection| {
            let (odds, fair, model) = (odds[index], fair[index], model[index]);
            let selection_no = SelectionIndex(index as u8);
            selection.show(odds, fair, model, stays_open).then(|| {
                outbox.push(Event::Price(Price {
                    market,
                    selection: selection_no,
                    odds,
                    fair,
                    model,
                    price_seq,
                    cause,
                    by,
                }));
            })
        };
        let has_changed = match selections {
            // Written out, as a loop would have to keep its arrays in memory.
            [first, second] => {
                let [first, second] = [show(0, first), show(1, second)];
                first.or(second).is_some()
            }
            selections => {
                let shown = selections.iter_mut().enumerate().filter_map(|(i, row)| show(i, row));
                shown.count() != 0
            }
        };
        if has_changed {
            row.prices.changed(price_seq, self.now);
        }
        stays_open
    }

    /// The results of a match's market of this kind, if it is open to bets or was.
    fn results_of(&self, match_id: MatchId, kind: MarketKind) -> Option<Results> {
        let row = self.tables.markets.market(self.market_of(match_id, kind)?);
        Some(results(row.stakes, self.tables.markets.selections(row)))
    }

    /// A match's market of this kind.
    fn market_of(&self, match_id: MatchId, kind: MarketKind) -> Option<MarketId> {
        let mut markets = self.fixture(match_id).markets.iter().copied();
        markets.find(|market| self.tables.markets.market(*market).kind == kind)
    }

    /// Prices the markets that lean on the book of a winner's market.
    pub(super) fn requote_leaners(&mut self, winner: MarketId) {
        let row = self.tables.markets.market(winner);
        let (match_id, kind) = (row.match_id, row.kind);
        for index in 0..self.fixture(match_id).markets.len() {
            let market = self.fixture(match_id).markets[index];
            let leans = self.tables.markets.market(market).kind.leans_on() == Some(kind);
            if leans {
                self.requote_market(market, PriceCause::Shading, false);
            }
        }
    }

    fn set_stop(&mut self, market: MarketId, reason: SuspendReason, on: bool) {
        let stops = &mut self.tables.markets.market_mut(market).stops;
        *stops = if on { stops.with(reason) } else { stops.without(reason) };
    }

    /// Adds a reason to stop a whole match and says so.
    pub(crate) fn stop_match(&mut self, match_id: MatchId, reason: SuspendReason) {
        if self.tables.fixtures[match_id].stop(reason) {
            self.outbox.push(Event::MatchFrozen { match_id, reason: Some(reason) });
            self.announce_statuses_of(match_id);
            self.note_stop(reason);
        }
    }

    /// Lifts one reason and says what is left.
    pub(crate) fn lift_match(&mut self, match_id: MatchId, reason: SuspendReason) {
        if self.tables.fixtures[match_id].lift(reason) {
            let reason = self.fixture(match_id).stops.first();
            self.outbox.push(Event::MatchFrozen { match_id, reason });
            self.announce_statuses_of(match_id);
        }
    }

    /// Announces the status of every market of a match that changed.
    pub(crate) fn announce_statuses_of(&mut self, match_id: MatchId) {
        for index in 0..self.fixture(match_id).markets.len() {
            self.announce_status(self.fixture(match_id).markets[index], false);
        }
    }

    /// The same for every match.
    pub(crate) fn announce_all_statuses(&mut self) {
        for slot in 0..self.tables.fixtures.slots() {
            let Some(match_id) = self.tables.fixtures.in_slot(slot) else { continue };
            self.announce_statuses_of(match_id);
        }
    }

    /// Announces a market that has just been priced. One that was open and stays so has kept its safe
    /// prices up already, and has something to say only if its match moved.
    #[inline]
    pub(super) fn announce_after(&mut self, market: MarketId, stays_open: bool, moved: bool) {
        if !stays_open {
            self.announce_status(market, moved);
        } else if moved {
            let row = self.tables.markets.market_mut(market);
            row.epoch += 1;
            let (status, epoch) = (row.status, row.epoch);
            self.outbox.push(Event::Market { market, status, epoch });
        }
    }

    /// Announces a market if its status changed or its match moved. A market that stops being open
    /// moves its epoch too, so that no waiting bet survives a suspension.
    pub(crate) fn announce_status(&mut self, market: MarketId, moved: bool) {
        let row = self.tables.markets.market(market);
        let above = self.fixture(row.match_id).stops.and(self.tables.stops);
        let mut status = row.status_under(above);
        let was = row.status;
        if status == MarketStatus::Open
            && was != MarketStatus::Open
            && !self.is_safe_to_open(market)
        {
            self.set_stop(market, SuspendReason::PriceBand, true);
            status = MarketStatus::Suspended(SuspendReason::PriceBand);
        }
        let (row, selections) = self.tables.markets.book_mut(market);
        let closed = was == MarketStatus::Open && status != MarketStatus::Open;
        // A market that is decided and stays so has nothing more to say.
        let is_still_decided = row.result != MarketResult::Undecided;
        if status == MarketStatus::Open {
            selections.iter_mut().for_each(Selection::keep_safe);
        }
        if status == was && (!moved || is_still_decided) {
            return;
        }
        row.status = status;
        row.epoch += u32::from(moved || closed);
        if closed {
            row.closed_at = self.seq;
        }
        self.outbox.push(Event::Market { market, status, epoch: row.epoch });
    }

    /// Whether a market may open again by itself: its prices are within the band of those last
    /// offered, or the score has moved since, which explains them.
    fn is_safe_to_open(&self, market: MarketId) -> bool {
        let row = self.tables.markets.market(market);
        if self.a_person_looks || row.closed_at <= row.moved_at {
            return true;
        }
        let selections = self.tables.markets.selections(row);
        let pairs = selections.iter().map(|selection| (selection.safe_fair, selection.fair));
        !leaves_band(self.config, pairs)
    }
}

#[cfg(test)]
mod tests;
