//! What records change in the book, and the `seq` that each change leaves behind.

use std::collections::btree_map::Entry;

use clutch_core::command::{Grade, KillScope, MarketKind, Mode, RoundFormat, SuspendReason, Title};
use clutch_core::event::{IncidentView, MarketStatus, NamedPart, Price};
use clutch_core::play::{CaseSet, Hold};
use clutch_core::switches::TripStanding;
use clutch_core::units::{AccountId, MarketId, MatchId, Name, Seq, Timestamp};
use clutch_core::{Event, Record};

use super::parts::{MAPS_MAX, team_index};
use super::{Book, Market, Match, Selection};

/// So many matches that are gone are remembered for clients that resume; with some hundred a day, months. Who was away
/// for longer gets an image.
const GONE_MAX: usize = 65_536;

impl Book {
    /// Takes a record in. Records that say nothing new leave no trace, so answers to queries may
    /// repeat what is known.
    pub fn apply(&mut self, record: &Record) {
        let seq = record.seq;
        self.last_seq = self.last_seq.max(seq);
        self.heard_from.get_or_insert(seq);
        match record.event {
            Event::MatchCreated { match_id, title, rounds, best_of, starts_at } => {
                self.create_match(seq, match_id, title, rounds, best_of, starts_at);
            }
            Event::Named { match_id, part, name } => self.rename(seq, match_id, part, name),
            Event::Score(score) => self.change_match(seq, score.match_id, |game| {
                replace(&mut game.score, Some(score)).then(|| game.score_seq = seq)
            }),
            Event::Moba { match_id, map, state } => self.change_match(seq, match_id, |game| {
                replace(&mut game.moba, Some((map, state))).then(|| game.score_seq = seq)
            }),
            Event::MatchFrozen { match_id, reason } => self.change_match(seq, match_id, |game| {
                replace(&mut game.frozen, reason).then(|| game.frozen_seq = seq)
            }),
            Event::MarketOpened { market, match_id, kind, selections } => {
                self.open_market(seq, market, match_id, kind, selections);
            }
            Event::Market { market, status, epoch } => self.change_market(seq, market, |market| {
                let was_finished = market.is_finished();
                let moved = replace(&mut market.status, status) | replace(&mut market.epoch, epoch);
                if was_finished && !market.is_finished() {
                    // A rewind brought it back. Clients may have put it away, so it is new to them.
                    market.opened_seq = seq;
                }
                moved.then(|| market.status_seq = seq)
            }),
            // Of this too: by whom it is decided is the staff's to know.
            Event::Graded { market, grade, by, approved_by, .. } => {
                if let Some(market) = self.markets.get_mut(&market) {
                    market.graded_by = (grade != Grade::Automatic).then_some((by, approved_by));
                }
            }
            Event::Price(price) => self.change_price(seq, price),
            Event::KillSwitch { scope, on } => {
                self.killed.retain(|killed| *killed != scope);
                self.killed.extend(on.then_some(scope));
                self.notice_stop(seq);
            }
            Event::Trip { trip, standing, .. } => {
                self.trips.retain(|(other, _)| *other != trip);
                self.trips.extend(Some((trip, standing)).filter(|it| it.1 != TripStanding::Clear));
                self.notice_stop(seq);
            }
            Event::Shed { level } => self.shed = level,
            Event::Customer { account, customer } => {
                self.look_into(account, |now| *now = (customer.cases, customer.hold));
            }
            Event::Case { account, counter, reviewed_by, .. } => {
                self.look_into(account, |(cases, _)| {
                    let is_open = reviewed_by.is_none();
                    *cases = if is_open { cases.with(counter) } else { cases.less(counter) };
                });
            }
            Event::Currency { .. } | Event::Account { .. } => self.purses.hear(&record.event),
            Event::Mode { mode } => {
                self.mode = mode;
                self.notice_stop(seq);
            }
            Event::Incident(IncidentView { match_id, best_of, .. }) => {
                self.change_format(seq, match_id, best_of);
            }
            Event::MatchRetired { match_id } => {
                if self.forget(match_id) {
                    self.gone.push_back((seq, match_id));
                    if GONE_MAX < self.gone.len()
                        && let Some((Seq(seq), _)) = self.gone.pop_front()
                    {
                        self.heard_from = self.heard_from.max(Some(Seq(seq + 1)));
                    }
                    self.changed = self.changed.max(seq);
                }
            }
            // Nobody is told by a message, so nothing changes for anybody.
            Event::MatchRules { match_id, version } => self.change_match(seq, match_id, |game| {
                game.house_rules = version;
                None
            }),
            Event::Configured { .. }
            | Event::HouseRules { .. }
            | Event::Settlement { .. }
            | Event::Proposal { .. }
            | Event::Wished(_)
            | Event::BetsVoided { .. }
            | Event::LateBets(_)
            | Event::Contradicted(_)
            | Event::Rule(_)
            | Event::AccountTerms { .. }
            | Event::Tier { .. }
            | Event::Delay { .. }
            | Event::PlayLimit { .. }
            | Event::Payment(_)
            | Event::Bonus { .. }
            | Event::BonusBet(_)
            | Event::SettlementOwed { .. }
            | Event::SettlementTime { .. }
            | Event::Rest { .. }
            | Event::PlayPolicy { .. }
            | Event::PlayTerm { .. }
            | Event::Counter { .. }
            | Event::Session { .. }
            | Event::Setting { .. }
            | Event::Balance { .. }
            | Event::Bet(_)
            | Event::Posting { .. }
            | Event::Refused(_)
            | Event::Applied
            | Event::Enlarged(_)
            | Event::Table(_)
            | Event::FeedHeard { .. }
            | Event::FeedAlert { .. }
            | Event::SourceLag { .. }
            | Event::Override { .. }
            | Event::MaxStake { .. }
            | Event::Leg(_)
            | Event::Multiple(_)
            | Event::CashOut(_)
            | Event::MaxUnit { .. }
            | Event::QueryDone => {}
        }
    }

    /// Forgets a match with its markets; says whether it was known.
    pub(crate) fn forget(&mut self, id: MatchId) -> bool {
        let Some(game) = self.matches.remove(&id) else { return false };
        for market in game.markets {
            self.markets.remove(&market);
        }
        self.killed.retain(|killed| *killed != KillScope::Match(id));
        true
    }

    /// Whether all betting is stopped follows from its switch, the trips and the mode.
    fn notice_stop(&mut self, seq: Seq) {
        let by_mode = match self.mode {
            Mode::Normal | Mode::AcceptOnlyReducing => false,
            Mode::SettleOnly | Mode::ReadOnly => true,
        };
        let by_trip = self.trips.iter().any(|(_, it)| matches!(it, TripStanding::Tripped { .. }));
        let is_stopped = by_mode || by_trip || self.killed.contains(&KillScope::All);
        if replace(&mut self.betting_stopped, is_stopped) {
            self.stopped_seq = seq;
            self.changed = self.changed.max(seq);
        }
    }

    fn create_match(
        &mut self,
        seq: Seq,
        id: MatchId,
        title: Title,
        rounds: RoundFormat,
        best_of: u8,
        starts_at: Timestamp,
    ) {
        let Entry::Vacant(place) = self.matches.entry(id) else { return };
        place.insert(Match {
            id,
            title,
            rounds,
            best_of,
            starts_at,
            key: None,
            teams: [None; 2],
            maps: [None; MAPS_MAX],
            score: None,
            moba: None,
            house_rules: 0,
            frozen: None,
            markets: Vec::new(),
            header_seq: seq,
            score_seq: seq,
            frozen_seq: seq,
            changed: seq,
        });
        self.changed = self.changed.max(seq);
    }

    /// A match may be played over another number of maps than it was created with.
    fn change_format(&mut self, seq: Seq, id: MatchId, best_of: u8) {
        self.change_match(seq, id, |game| {
            replace(&mut game.best_of, best_of).then(|| game.header_seq = seq)
        });
    }

    fn rename(&mut self, seq: Seq, id: MatchId, part: NamedPart, name: Name) {
        let mut teams_changed = false;
        self.change_match(seq, id, |game| {
            let place = match part {
                NamedPart::Match => &mut game.key,
                NamedPart::Team(team) => &mut game.teams[team_index(team)],
                NamedPart::Map(map) => game.maps.get_mut(usize::from(map).wrapping_sub(1))?,
            };
            let changed = replace(place, Some(name));
            teams_changed = changed && matches!(part, NamedPart::Team(_));
            changed.then(|| game.header_seq = seq)
        });
        if !teams_changed {
            return;
        }
        // Selections are named after teams, so a market's names change with them.
        let Self { matches, markets, .. } = self;
        let Some(game) = matches.get(&id) else { return };
        for market in &game.markets {
            if let Some(market) = markets.get_mut(market) {
                market.opened_seq = seq;
                market.changed = seq;
            }
        }
    }

    fn open_market(
        &mut self,
        seq: Seq,
        id: MarketId,
        match_id: MatchId,
        kind: MarketKind,
        selections: u8,
    ) {
        let Entry::Vacant(place) = self.markets.entry(id) else { return };
        place.insert(Market {
            id,
            match_id,
            kind,
            selections: vec![Selection { odds: None, changed: seq }; usize::from(selections)],
            status: MarketStatus::Suspended(SuspendReason::Unpriced),
            graded_by: None,
            epoch: 0,
            price_seq: 0,
            opened_seq: seq,
            status_seq: seq,
            changed: seq,
        });
        self.change_match(seq, match_id, |game| {
            game.markets.push(id);
            Some(())
        });
    }

    fn look_into(&mut self, account: AccountId, change: impl FnOnce(&mut (CaseSet, Hold))) {
        let mut now = self.looked_into.remove(&account).unwrap_or_default();
        change(&mut now);
        if now != (CaseSet::NONE, Hold::None) {
            self.looked_into.insert(account, now);
        }
    }

    fn change_price(&mut self, seq: Seq, price: Price) {
        self.change_market(seq, price.market, |market| {
            let selection = market.selections.get_mut(usize::from(price.selection.0))?;
            // The sequence alone may move: a bet names it, so clients must hear of it too.
            let moved = replace(&mut selection.odds, price.odds)
                | (market.price_seq < price.price_seq
                    && replace(&mut market.price_seq, price.price_seq));
            moved.then(|| selection.changed = seq)
        });
    }

    /// Changes a match; `change` answers whether anything is different afterwards.
    fn change_match(
        &mut self,
        seq: Seq,
        id: MatchId,
        change: impl FnOnce(&mut Match) -> Option<()>,
    ) {
        if let Some(game) = self.matches.get_mut(&id)
            && change(game).is_some()
        {
            game.changed = seq;
            self.changed = self.changed.max(seq);
        }
    }

    /// Changes a market, and with it its match; `change` answers whether anything is different.
    fn change_market(
        &mut self,
        seq: Seq,
        id: MarketId,
        change: impl FnOnce(&mut Market) -> Option<()>,
    ) {
        if let Some(market) = self.markets.get_mut(&id)
            && change(market).is_some()
        {
            market.changed = seq;
            let match_id = market.match_id;
            self.change_match(seq, match_id, |_| Some(()));
        }
    }
}

/// Sets a value and answers whether it is another than before.
fn replace<T: PartialEq>(place: &mut T, value: T) -> bool {
    let changed = *place != value;
    *place = value;
    changed
}
