//! Matches and maps come into being by command.

use super::fixture::{Fixture, MARKETS_PER_MATCH_MAX};
use super::moba::MobaMap;
use crate::command::{CreateMatch, MarketKind, SetMap, SetNextRound, Team};
use crate::event::{Event, IncidentStatus, IncidentView, MatchPhase, NamedPart};
use crate::house_rules::HouseRules;
use crate::house_rules::rules::Overtime;
use crate::market::{Market, Requote};
use crate::outbox::Outbox;
use crate::proposals::Wish;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{MatchId, Name};

impl Step<'_> {
    pub(crate) fn create_match(&mut self, create: &CreateMatch) -> Result<(), Refusal> {
        if !matches!(create.best_of, 1 | 2 | 3 | 5) {
            return Err(Refusal::with(Reject::InvalidParameter, 5, i64::from(create.best_of)));
        }
        if !create.title.has_format(create.rounds) {
            return Err(Reject::InvalidParameter.into());
        }
        let existing = self.tables.fixtures.iter().find(|fixture| fixture.key == create.key);
        if let Some(fixture) = existing {
            return Err(Refusal::with(Reject::MatchExists, 0, i64::from(fixture.id.0)));
        }
        if !self.tables.fixtures.has_room() {
            let max = i64::from(self.tables.capacity.matches_max);
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        let mut fixture = Fixture::new(create, self.tables.models);
        let version = self.tables.rule_book.version_for(create.title);
        fixture.play_under(version, &self.tables.rule_book.rules(version));
        let due = fixture.stale_at(self.config);
        self.tables.feed_check_at = self.tables.feed_check_at.min(due);
        let match_id = self.tables.fixtures.insert(fixture);
        self.tables.fixtures[match_id].announce(match_id, self.outbox);
        if version != 0 {
            self.outbox.push(Event::MatchRules { match_id, version });
        }
        Ok(())
    }

    pub(crate) fn set_map(&mut self, set: &SetMap) -> Result<(), Refusal> {
        let fixture = self.tables.fixture(set.match_id).ok_or(Reject::UnknownMatch)?;
        let series = &fixture.series;
        if !series.has_map(set.map_no) || series.map_winner(set.map_no).is_some() {
            let (most, asked) = (i64::from(series.best_of()), i64::from(set.map_no));
            return Err(Refusal::with(Reject::InvalidParameter, most, asked));
        }
        let word = series.word_of(set).ok_or(Reject::InvalidParameter)?;
        let is_agreed = self.is_agreed() || fixture.markets.is_empty();
        if !is_agreed && series.goes_far(set.map_no, &word, self.config) {
            // What was looked at is what is approved, whatever the score is by then.
            return self.propose(Wish::Strengths(SetMap { strengths: word.strengths(), ..*set }));
        }
        let fixture = self.tables.fixture_mut(set.match_id)?;
        fixture.series.set_map(set.map_no, set.name, &word, is_agreed);
        self.outbox.push(Event::Named {
            match_id: set.match_id,
            part: NamedPart::Map(set.map_no),
            name: set.name,
        });
        self.requote(set.match_id, Requote::Parameters { map: set.map_no });
        Ok(())
    }

    pub(crate) fn set_next_round(&mut self, set: &SetNextRound) -> Result<(), Refusal> {
        let SetNextRound { match_id, map_no, round, a } = *set;
        let fixture = self.tables.fixture(match_id).ok_or(Reject::UnknownMatch)?;
        let series = &fixture.series;
        series.must_be_next(map_no, round).map_err(|impossible| {
            Refusal::with(Reject::InvalidParameter, impossible.expected, impossible.actual)
        })?;
        let is_agreed = self.is_agreed() || fixture.markets.is_empty();
        let word = series.word_of_next(map_no, round, a);
        if !is_agreed && word.is_some_and(|word| series.goes_far(map_no, &word, self.config)) {
            return self.propose(Wish::NextRound(*set));
        }
        let series = &mut self.tables.fixture_mut(match_id)?.series;
        let change = series.set_next_round(map_no, round, a, is_agreed);
        assert!(change.is_ok(), "the round was the next one");
        self.requote(match_id, Requote::Parameters { map: map_no });
        Ok(())
    }

    pub(crate) fn open_market(
        &mut self,
        match_id: MatchId,
        kind: MarketKind,
    ) -> Result<(), Refusal> {
        let tables = &mut *self.tables;
        let fixture = tables.fixture(match_id).ok_or(Reject::UnknownMatch)?;
        let Some(selections) = (kind.market_type().selections)(kind, &fixture.series) else {
            return Err(Reject::InvalidParameter.into());
        };
        let is_open = |market| tables.markets.market(market).kind == kind;
        if let Some(market) = fixture.markets.iter().find(|market| is_open(**market)) {
            return Err(Refusal::with(Reject::MarketExists, 0, i64::from(market.0)));
        }
        let is_awarded = kind.map().is_some_and(|map| fixture.series.is_awarded(map));
        if fixture.series.phase() == MatchPhase::Over || is_awarded {
            return Err(Reject::MarketDecided.into());
        }
        let is_full = fixture.markets.len() == MARKETS_PER_MATCH_MAX;
        if !tables.markets.has_room(selections) || is_full {
            let of_all = i64::from(tables.capacity.markets_max);
            let max = if is_full { MARKETS_PER_MATCH_MAX as i64 } else { of_all };
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        let market = tables.markets.insert(Market::new(match_id, kind), selections);
        let fixture = tables.fixture_mut(match_id)?;
        fixture.markets.push(market);
        if let MarketKind::SeriesRounds { .. } = kind {
            fixture.series.count_rounds();
        }
        self.outbox.push(Event::MarketOpened { market, match_id, kind, selections });
        self.quote_new(market);
        Ok(())
    }

    /// Opens the market on the coming round of a live map, unless it is open already.
    pub(crate) fn open_round_market(&mut self, match_id: MatchId) {
        let Some(fixture) = self.tables.fixture(match_id) else { return };
        if !fixture.round_markets || fixture.series.phase() != MatchPhase::Live {
            return;
        }
        let map = fixture.series.current();
        if fixture.series.round_map(map).is_none() {
            return;
        }
        let round = fixture.series.rounds_played(map) + 1;
        // A refusal here means that it exists (after a rewind) or that the tables are full, which
        // only leaves this one market unopened.
        let _ = self.open_market(match_id, MarketKind::RoundWinner { map, round });
    }
}

impl Fixture {
    /// Says everything about the match itself: that it exists, its names, its score.
    pub(crate) fn announce(&self, match_id: MatchId, outbox: &mut Outbox) {
        outbox.push(Event::MatchCreated {
            match_id,
            title: self.title,
            rounds: self.series.format(),
            best_of: self.series.best_of(),
            starts_at: self.starts_at,
        });
        let mut say = |part, name: Name| outbox.push(Event::Named { match_id, part, name });
        say(NamedPart::Match, self.key);
        say(NamedPart::Team(Team::A), self.teams[0]);
        say(NamedPart::Team(Team::B), self.teams[1]);
        for map in 1..=self.series.best_of() {
            if let Some(name) = self.series.map_name(map) {
                say(NamedPart::Map(map), name);
            }
        }
        self.announce_score(match_id, outbox);
    }

    /// Says under which house rules it is played, and what happened to it beside its score.
    pub(crate) fn announce_incidents(&self, match_id: MatchId, outbox: &mut Outbox) {
        outbox.push(Event::MatchRules { match_id, version: self.house_rules });
        for (index, reported) in (0..).zip(&self.incidents) {
            let (incident, status) = (reported.incident, IncidentStatus::Reported);
            let best_of = self.series.best_of();
            outbox.push(Event::Incident(IncidentView {
                match_id,
                index,
                incident,
                status,
                best_of,
            }));
        }
    }

    /// Takes a version of the house rules, with what of it the score itself must know.
    fn play_under(&mut self, version: u16, rules: &HouseRules) {
        self.house_rules = version;
        self.series.count_overtime(rules.overtime == Overtime::Counts);
    }

    /// Says the score, and how the map being played stands where rounds do not tell.
    pub(crate) fn announce_score(&self, match_id: MatchId, outbox: &mut Outbox) {
        outbox.push(Event::Score(self.score(match_id)));
        let map = self.series.current().max(1);
        if let Some(state) = self.series.moba_map(map).and_then(MobaMap::state) {
            outbox.push(Event::Moba { match_id, map, state });
        }
    }
}
