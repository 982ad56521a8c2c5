//! From a changed match to changed prices: forecast → fair → guards → margin → ladder → event.
//!
//! The guards stand in this order: a probability strictly between 0 and 1, a market not decided, the
//! branch check, the band, then margin and ladder. Feed age is watched apart, by time.

use super::{Fair, MarketResult, SELECTIONS_MAX, first_stop, stop_bit};
use crate::command::{Config, MarketKind, SuspendReason, Team};
use crate::event::{Event, MarketStatus, Price};
use crate::pricing::{Ladder, SeriesForecast, WinBranches, apply_odds_ratio};
use crate::state::Step;
use crate::units::{MarketId, MatchId, Odds, Probability, SelectionIndex};

/// Why prices are made anew.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Requote {
    /// The score or the sides of a map moved.
    Score {
        /// The map.
        map: u8,
        /// Who won the round, if it was one.
        winner: Option<Team>,
    },
    /// A trader changed a map's strengths.
    Parameters {
        /// The map.
        map: u8,
    },
    /// The margin changed; the match did not.
    Margin,
}

/// How far the probability after a round may be from the one foreseen. Both come from the same
/// parameters on different walks, so only rounding may differ.
const BRANCH_TOLERANCE: f64 = 1e-9;

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
        let (map, check_band) = match cause {
            Requote::Score { map, .. } => (Some(map), false),
            Requote::Parameters { map } => (Some(map), true),
            Requote::Margin => (None, false),
        };
        for index in 0..self.fixture(match_id).markets.len() {
            let market = self.fixture(match_id).markets[index];
            let row = self.tables.markets.market(market);
            let affected = map.is_none() || row.kind.map().is_none() || row.kind.map() == map;
            if row.retired || !(affected || series_over || row.result == MarketResult::NotPlayed) {
                continue;
            }
            self.resolve(market);
            self.price(market, forecast.as_ref(), check_band);
            self.announce_status(market, map.is_some() && affected);
        }
    }

    /// Stops the market on a round that is being played: the model knows nothing of what happens
    /// inside a round, and whoever watches it knows more.
    pub(crate) fn close_round(&mut self, match_id: MatchId, map: u8, round: u8) {
        let kind = MarketKind::RoundWinner { map, round };
        let is_on_it = |market: &&MarketId| self.tables.markets.market(**market).kind == kind;
        if let Some(market) = self.fixture(match_id).markets.iter().find(is_on_it).copied() {
            self.set_stop(market, SuspendReason::RoundLive, true);
            self.announce_status(market, false);
        }
    }

    /// Prices every match again.
    pub(crate) fn requote_all(&mut self) {
        for match_id in (0..self.tables.fixtures.len() as u32).map(MatchId) {
            self.requote(match_id, Requote::Margin);
        }
    }

    /// Prices a market that has just been opened.
    pub(crate) fn quote_new(&mut self, market: MarketId) {
        let series = &self.fixture(self.tables.markets.market(market).match_id).series;
        let forecast = series.series_forecast();
        self.resolve(market);
        self.price(market, forecast.as_ref(), false);
        self.announce_status(market, true);
    }

    fn fixture(&self, match_id: MatchId) -> &crate::title::Fixture {
        self.tables.fixture(match_id).expect("a market's match exists")
    }

    /// Computes the next two prices; returns what had been foreseen before.
    fn refresh_branches(&mut self, match_id: MatchId) -> Option<WinBranches> {
        let fixture = &mut self.tables.fixtures[match_id.0 as usize];
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
    fn resolve(&mut self, market: MarketId) {
        let row = self.tables.markets.market(market);
        let result = (row.kind.market_type().result)(row.kind, &self.fixture(row.match_id).series);
        if result != row.result {
            let row = self.tables.markets.market_mut(market);
            row.result = result;
            row.decided_at = self.now;
            self.tables.settlement.start(market, row);
        }
    }

    fn price(&mut self, market: MarketId, forecast: Option<&SeriesForecast>, check_band: bool) {
        let row = self.tables.markets.market(market);
        if row.result != MarketResult::Undecided {
            return;
        }
        let kind = row.kind;
        let selections = usize::from(row.selections());
        let mut fair: Fair = [0.0; SELECTIONS_MAX];
        let series = &self.fixture(row.match_id).series;
        let priced = (kind.market_type().fair)(kind, series, forecast, &mut fair);
        let fair = &mut fair[..selections];
        if priced.is_none() {
            fair.fill(0.0);
        }
        let is_live = matches!(kind, MarketKind::RoundWinner { map, round }
            if series.is_live_round(map, round));
        self.set_stop(market, SuspendReason::Unpriced, priced.is_none());
        self.set_stop(market, SuspendReason::RoundLive, is_live);
        if check_band && self.leaves_band(market, fair) {
            self.set_stop(market, SuspendReason::PriceBand, true);
        }
        let odds = book(self.config, fair);
        for (index, (p, odds)) in fair.iter().zip(odds).enumerate() {
            let selection = SelectionIndex(index as u8);
            let fair = Probability::from_f64(*p).unwrap_or_default();
            let row = self.tables.markets.selection_mut(market, selection);
            if row.odds == odds && row.fair == fair {
                continue;
            }
            row.odds = odds;
            row.fair = fair;
            let price_seq = self.seq.0;
            self.tables.markets.market_mut(market).prices.changed(price_seq, self.now);
            self.outbox.push(Event::Price(Price { market, selection, odds, fair, price_seq }));
        }
    }

    fn set_stop(&mut self, market: MarketId, reason: SuspendReason, on: bool) {
        let stops = &mut self.tables.markets.market_mut(market).stops;
        *stops = if on { *stops | stop_bit(reason) } else { *stops & !stop_bit(reason) };
    }

    /// Whether a change of parameters moves any selection's odds ratio p/(1−p) by more than the
    /// configured factor. Compared as products, so that no logarithm is needed.
    fn leaves_band(&self, market: MarketId, fair: &[f64]) -> bool {
        let limit = f64::from(self.config.band_milli) / 1000.0;
        let row = self.tables.markets.market(market);
        let before = self.tables.markets.selections(row).iter().map(|selection| selection.fair);
        before.zip(fair).any(|(before, after)| {
            // Beyond 1 % and 99 % a factor says little about money.
            let before = before.as_f64();
            if before == 0.0 {
                return false;
            }
            let (p, q) = (before.clamp(0.01, 0.99), after.clamp(0.01, 0.99));
            let (up, down) = (q * (1.0 - p), p * (1.0 - q));
            !(up <= limit * down && down <= limit * up)
        })
    }

    /// Adds a reason to stop a whole match and says so.
    pub(crate) fn stop_match(&mut self, match_id: MatchId, reason: SuspendReason) {
        if self.tables.fixtures[match_id.0 as usize].stop(reason) {
            self.outbox.push(Event::MatchFrozen { match_id, reason: Some(reason) });
            self.announce_statuses_of(match_id);
        }
    }

    /// Lifts one reason and says what is left.
    pub(crate) fn lift_match(&mut self, match_id: MatchId, reason: SuspendReason) {
        if self.tables.fixtures[match_id.0 as usize].lift(reason) {
            let reason = first_stop(self.fixture(match_id).stops);
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
        for match_id in (0..self.tables.fixtures.len() as u32).map(MatchId) {
            self.announce_statuses_of(match_id);
        }
    }

    /// Announces a market if its status changed or its match moved. A market that stops being open
    /// moves its epoch too, so that no waiting bet survives a suspension.
    pub(crate) fn announce_status(&mut self, market: MarketId, moved: bool) {
        let row = self.tables.markets.market(market);
        let above = self.fixture(row.match_id).stops | self.tables.stops;
        let status = row.status_under(above);
        let closed = row.status == MarketStatus::Open && status != MarketStatus::Open;
        // A market that is decided and stays so has nothing more to say.
        let is_still_decided = row.result != MarketResult::Undecided;
        if status == row.status && (!moved || is_still_decided) {
            return;
        }
        let row = self.tables.markets.market_mut(market);
        row.status = status;
        row.epoch += u32::from(moved || closed);
        self.outbox.push(Event::Market { market, status, epoch: row.epoch });
    }
}

/// The odds on the board for fair probabilities: margin by odds ratio, floored to the ladder, so
/// the achieved margin is never below the target. A selection that is certain or impossible is off
/// the board.
fn book(config: &Config, fair: &[f64]) -> [Option<Odds>; SELECTIONS_MAX] {
    let mut possible = [0.0; SELECTIONS_MAX];
    let mut count = 0;
    for p in fair.iter().copied().filter(|p| 0.0 < *p && *p < 1.0) {
        possible[count] = p;
        count += 1;
    }
    let target = 1.0 + f64::from(config.margin_ppb) / 1e9;
    let mut booked = [0.0; SELECTIONS_MAX];
    let mut odds = [None; SELECTIONS_MAX];
    if apply_odds_ratio(&possible[..count], target, &mut booked[..count]).is_err() {
        return odds;
    }
    let mut booked = booked.into_iter();
    for (odds, p) in odds.iter_mut().zip(fair) {
        if 0.0 < *p && *p < 1.0 {
            let milli = booked.next().and_then(|booked| Ladder::DEFAULT.price(booked));
            *odds = milli.and_then(Odds::from_milli);
        }
    }
    odds
}
