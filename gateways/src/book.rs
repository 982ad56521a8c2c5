//! What is on offer now: the gateway's only picture of matches, markets and prices.
//!
//! The book is built from the engine's records and nothing else, so it can be thrown away and built
//! again by asking the catalogue. It owns no rule: whether a bet stands is the engine's to say.
//!
//! Every part keeps the `seq` that last changed it. That makes one question enough for everybody:
//! what changed since a given `seq`? Live deltas, slow clients and reconnecting ones ask the same
//! with another number; see [`crate::wire::offer`]. The question includes the `seq` itself, because
//! what one command changed may arrive in two turns of the loop; saying a value twice is harmless,
//! leaving one out is not.

use clutch_core::command::{
    Incident, KillScope, MarketKind, MobaState, Mode, RoundFormat, SuspendReason, Team, Title,
};
use clutch_core::event::{IncidentStatus, MarketStatus, NamedPart, Price, Score};
use clutch_core::switches::{TripId, TripStanding};
use clutch_core::units::{MarketId, MatchId, Name, Odds, SelectionIndex, Seq, Timestamp};
use clutch_core::{Event, Record};

use crate::names;
use crate::purses::Purses;

use crate::wire::client::Topic;

/// Maps of the longest series.
const MAPS_MAX: usize = 5;

/// Everything on offer.
#[derive(Debug, Default)]
pub struct Book {
    matches: Vec<Option<Match>>,
    markets: Vec<Option<Market>>,
    /// Kill switches that are on.
    killed: Vec<KillScope>,
    mode: Mode,
    /// Trips that are not clear.
    trips: Vec<(TripId, TripStanding)>,
    shed: u8,
    betting_stopped: bool,
    stopped_seq: Seq,
    last_seq: Seq,
    changed: Seq,
    purses: Purses,
}

/// A match.
#[derive(Debug)]
pub struct Match {
    /// Its id.
    pub id: MatchId,
    /// Its game.
    pub title: Title,
    /// Rounds per map.
    pub rounds: RoundFormat,
    /// Maps at most.
    pub best_of: u8,
    /// Planned start.
    pub starts_at: Timestamp,
    /// The operator's key for it.
    pub key: Option<Name>,
    teams: [Option<Name>; 2],
    maps: [Option<Name>; MAPS_MAX],
    /// The score, once there is one.
    pub score: Option<Score>,
    /// How its current map stands, by its number, if it is one of a MOBA.
    pub moba: Option<(u8, MobaState)>,
    /// Why it is frozen, if it is.
    pub frozen: Option<SuspendReason>,
    markets: Vec<MarketId>,
    /// When its names or its setup last changed.
    pub header_seq: Seq,
    /// When its score last changed.
    pub score_seq: Seq,
    /// When it was last frozen or released.
    pub frozen_seq: Seq,
    /// When anything of it or of its markets last changed.
    pub changed: Seq,
}

/// A market.
#[derive(Debug)]
pub struct Market {
    /// Its id.
    pub id: MarketId,
    /// Its match.
    pub match_id: MatchId,
    /// What it is on.
    pub kind: MarketKind,
    /// Its selections.
    pub selections: Vec<Selection>,
    /// Whether it can be bet on.
    pub status: MarketStatus,
    /// Its epoch.
    pub epoch: u32,
    /// Its price sequence.
    pub price_seq: u64,
    /// When it was opened or its names changed.
    pub opened_seq: Seq,
    /// When its status or epoch last changed.
    pub status_seq: Seq,
    /// When anything of it last changed.
    pub changed: Seq,
}

/// A selection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection {
    /// The odds on offer.
    pub odds: Option<Odds>,
    /// When they last changed.
    pub changed: Seq,
}

impl Book {
    /// Takes a record in. Records that say nothing new leave no trace, so answers to queries may
    /// repeat what is known.
    pub fn apply(&mut self, record: &Record) {
        let seq = record.seq;
        self.last_seq = self.last_seq.max(seq);
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
            Event::Currency { .. } | Event::Account { .. } => self.purses.hear(&record.event),
            Event::Mode { mode } => {
                self.mode = mode;
                self.notice_stop(seq);
            }
            Event::Incident { match_id, incident, status, .. } => {
                self.change_format(seq, match_id, incident, status);
            }
            Event::Configured { .. }
            | Event::HouseRules { .. }
            | Event::MatchRules { .. }
            | Event::Settlement { .. }
            | Event::Proposal { .. }
            | Event::BetsVoided { .. }
            | Event::Rule(_)
            | Event::AccountTerms { .. }
            | Event::Tier { .. }
            | Event::PlayLimit { .. }
            | Event::Payment(_)
            | Event::Bonus { .. }
            | Event::Rest { .. }
            | Event::PlayPolicy { .. }
            | Event::PlayTerm { .. }
            | Event::Customer { .. }
            | Event::Counter { .. }
            | Event::Case { .. }
            | Event::Session { .. }
            | Event::Setting { .. }
            | Event::Balance { .. }
            | Event::Bet(_)
            | Event::Posting { .. }
            | Event::Refused(_)
            | Event::Applied
            | Event::FeedHeard { .. }
            | Event::FeedAlert { .. }
            | Event::SourceLag { .. }
            | Event::Override { .. }
            | Event::MaxStake { .. }
            | Event::Leg(_)
            | Event::Graded { .. }
            | Event::Multiple(_)
            | Event::CashOut(_)
            | Event::MaxUnit { .. }
            | Event::QueryDone => {}
        }
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

    /// Trips that are not clear.
    pub fn trips(&self) -> &[(TripId, TripStanding)] {
        &self.trips
    }

    /// How much load is shed, from 0 to 3.
    pub fn shed(&self) -> u8 {
        self.shed
    }

    /// The mode that the engine is in.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The newest `seq` seen in any record.
    pub fn last_seq(&self) -> Seq {
        self.last_seq
    }

    /// In which currency accounts keep their money.
    pub fn purses(&self) -> &Purses {
        &self.purses
    }

    /// Whether all betting is stopped.
    pub fn betting_stopped(&self) -> bool {
        self.betting_stopped
    }

    /// Kill switches that are on.
    pub fn killed(&self) -> &[KillScope] {
        &self.killed
    }

    /// Whether the stop of all betting changed at or after `from`.
    pub fn stopped_since(&self, from: Seq) -> bool {
        from <= self.stopped_seq
    }

    /// Whether anything of a topic changed at or after `from`.
    pub fn changed_since(&self, topic: Topic, from: Seq) -> bool {
        match topic {
            Topic::Mine => false,
            Topic::All => from <= self.changed,
            Topic::Matches => {
                self.stopped_since(from) || self.matches().any(|game| game.head_since(from))
            }
            Topic::Markets(id) => {
                self.stopped_since(from) || self.game(id).is_some_and(|game| from <= game.changed)
            }
        }
    }

    /// Every match.
    pub fn matches(&self) -> impl Iterator<Item = &Match> {
        self.matches.iter().flatten()
    }

    /// One match.
    pub fn game(&self, id: MatchId) -> Option<&Match> {
        self.matches.get(id.0 as usize)?.as_ref()
    }

    /// One market.
    pub fn market(&self, id: MarketId) -> Option<&Market> {
        self.markets.get(id.0 as usize)?.as_ref()
    }

    /// A match's markets.
    pub fn markets_of<'a>(&'a self, game: &'a Match) -> impl Iterator<Item = &'a Market> {
        game.markets.iter().filter_map(|id| self.market(*id))
    }

    /// Whether any match is being played.
    pub fn is_live(&self) -> bool {
        use clutch_core::event::MatchPhase;
        self.matches().any(|game| game.score.is_some_and(|score| score.phase == MatchPhase::Live))
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
        let place = slot(&mut self.matches, id.0);
        if place.is_some() {
            return;
        }
        *place = Some(Match {
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
            frozen: None,
            markets: Vec::new(),
            header_seq: seq,
            score_seq: seq,
            frozen_seq: seq,
            changed: seq,
        });
        self.changed = self.changed.max(seq);
    }

    /// A match may be played over another number of maps than it was created with. Where that is taken
    /// back, the score alone says how long it is, as it did before.
    fn change_format(&mut self, seq: Seq, id: MatchId, incident: Incident, status: IncidentStatus) {
        let (Incident::FormatChanged { best_of }, IncidentStatus::Reported) = (incident, status)
        else {
            return;
        };
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
        let Some(game) = matches.get(id.0 as usize).and_then(Option::as_ref) else { return };
        for market in &game.markets {
            if let Some(Some(market)) = markets.get_mut(market.0 as usize) {
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
        let place = slot(&mut self.markets, id.0);
        if place.is_some() {
            return;
        }
        *place = Some(Market {
            id,
            match_id,
            kind,
            selections: vec![Selection { odds: None, changed: seq }; usize::from(selections)],
            status: MarketStatus::Suspended(SuspendReason::Unpriced),
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
        if let Some(Some(game)) = self.matches.get_mut(id.0 as usize)
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
        if let Some(Some(market)) = self.markets.get_mut(id.0 as usize)
            && change(market).is_some()
        {
            market.changed = seq;
            let match_id = market.match_id;
            self.change_match(seq, match_id, |_| Some(()));
        }
    }
}

impl Match {
    /// A team's name; "Team A" and "Team B" until the names are known.
    pub fn team(&self, team: Team) -> &str {
        let unnamed = match team {
            Team::A => "Team A",
            Team::B => "Team B",
        };
        self.teams[team_index(team)].as_ref().map_or(unnamed, Name::as_str)
    }

    /// The names of its maps in order of play, as far as they are known.
    pub fn map_names(&self) -> impl Iterator<Item = Option<&str>> {
        self.maps.iter().take(usize::from(self.best_of)).map(|name| name.as_ref().map(Name::as_str))
    }

    /// Whether anything but its markets changed at or after `from`.
    pub fn head_since(&self, from: Seq) -> bool {
        from <= self.header_seq.max(self.score_seq).max(self.frozen_seq)
    }
}

impl Market {
    /// Whether it has its result, so that nobody can ever bet on it again.
    pub fn is_finished(&self) -> bool {
        match self.status {
            MarketStatus::Open | MarketStatus::Suspended(_) => false,
            MarketStatus::Decided { .. } | MarketStatus::Graded | MarketStatus::Void => true,
        }
    }

    /// Its name for people.
    pub fn name(&self, game: &Match) -> String {
        names::market(self.kind, game)
    }

    /// A selection's name for people.
    pub fn selection_name(&self, game: &Match, selection: SelectionIndex) -> String {
        names::selection(self.kind, selection, game)
    }
}

const fn team_index(team: Team) -> usize {
    match team {
        Team::A => 0,
        Team::B => 1,
    }
}

/// Sets a value and answers whether it is another than before.
fn replace<T: PartialEq>(place: &mut T, value: T) -> bool {
    let changed = *place != value;
    *place = value;
    changed
}

/// The place of a dense id, which the engine hands out in order.
fn slot<T>(table: &mut Vec<Option<T>>, id: u32) -> &mut Option<T> {
    let index = id as usize;
    if table.len() <= index {
        table.resize_with(index + 1, || None);
    }
    &mut table[index]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GAME: MatchId = MatchId(0);
    const MARKET: MarketId = MarketId(1);

    fn say(book: &mut Book, seq: u64, event: Event) {
        book.apply(&Record { seq: Seq(seq), time: Timestamp::default(), trace: 0, event });
    }

    fn book() -> Book {
        let mut book = Book::default();
        let created = Event::MatchCreated {
            match_id: GAME,
            title: Title::CounterStrike,
            rounds: RoundFormat::Mr12,
            best_of: 3,
            starts_at: Timestamp::default(),
        };
        say(&mut book, 1, created);
        let kind = MarketKind::MapWinner { map: 1 };
        let (market, match_id) = (MARKET, GAME);
        say(&mut book, 2, Event::MarketOpened { market, match_id, kind, selections: 2 });
        book
    }

    fn status(status: MarketStatus) -> Event {
        Event::Market { market: MARKET, status, epoch: 1 }
    }

    fn changed(book: &Book, from: u64) -> [bool; 3] {
        let from = Seq(from);
        [Topic::All, Topic::Markets(GAME), Topic::Matches]
            .map(|topic| book.changed_since(topic, from))
    }

    #[test]
    fn a_change_is_seen_from_its_own_seq_on_and_by_the_topics_it_concerns() {
        let mut book = book();
        assert_eq!(changed(&book, 2), [true, true, false]);
        assert_eq!(changed(&book, 3), [false; 3]);
        say(&mut book, 5, status(MarketStatus::Open));
        assert_eq!(changed(&book, 5), [true, true, false]);
        say(
            &mut book,
            6,
            Event::MatchFrozen { match_id: GAME, reason: Some(SuspendReason::Trader) },
        );
        assert_eq!(changed(&book, 6), [true; 3]);
        say(&mut book, 7, Event::KillSwitch { scope: KillScope::All, on: true });
        assert_eq!(changed(&book, 7), [true; 3]);
        assert!(!book.changed_since(Topic::Markets(MatchId(9)), Seq(8)));
    }

    #[test]
    fn what_is_known_already_is_no_change() {
        let mut book = book();
        say(&mut book, 5, status(MarketStatus::Open));
        say(&mut book, 9, status(MarketStatus::Open));
        let kind = MarketKind::MapWinner { map: 1 };
        let again = Event::MarketOpened { market: MARKET, match_id: GAME, kind, selections: 2 };
        say(&mut book, 9, again);
        assert_eq!(changed(&book, 6), [false; 3]);
        assert_eq!(book.last_seq(), Seq(9));
    }

    #[test]
    fn a_market_that_a_rewind_brings_back_is_announced_anew() {
        let mut book = book();
        say(&mut book, 5, status(MarketStatus::Decided { winner: SelectionIndex(0) }));
        assert_eq!(book.market(MARKET).unwrap().opened_seq, Seq(2));
        say(&mut book, 6, status(MarketStatus::Open));
        assert_eq!(book.market(MARKET).unwrap().opened_seq, Seq(6));
    }

    #[test]
    fn a_new_team_name_renames_the_selections() {
        let mut book = book();
        let name = Name::new("Spirit").unwrap();
        say(&mut book, 8, Event::Named { match_id: GAME, part: NamedPart::Team(Team::A), name });
        let (game, market) = (book.game(GAME).unwrap(), book.market(MARKET).unwrap());
        assert_eq!(market.opened_seq, Seq(8));
        assert_eq!(market.selection_name(game, SelectionIndex(0)), "Spirit");
        assert_eq!(market.selection_name(game, SelectionIndex(1)), "Team B");
    }

    #[test]
    fn events_about_what_was_never_announced_are_ignored() {
        let mut book = Book::default();
        say(&mut book, 1, status(MarketStatus::Open));
        let match_id = MatchId(7);
        let name = Name::new("x").unwrap();
        say(&mut book, 2, Event::Named { match_id, part: NamedPart::Map(0), name });
        assert_eq!(changed(&book, 1), [false; 3]);
    }
}
