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

mod changes;
mod parts;

use std::collections::{BTreeMap, VecDeque};

use clutch_core::command::{KillScope, Mode};
use clutch_core::play::{CaseSet, CounterId, Hold};
use clutch_core::switches::{TripId, TripStanding};
use clutch_core::units::{AccountId, MarketId, MatchId, SelectionIndex, Seq};

use crate::purses::Purses;
use crate::wire::client::Topic;

pub use parts::{Market, Match, Selection};

/// Everything on offer.
#[derive(Debug, Default)]
pub struct Book {
    matches: BTreeMap<MatchId, Match>,
    markets: BTreeMap<MarketId, Market>,
    /// Matches that have left the engine, with the `seq` at which they did, oldest first.
    gone: VecDeque<(Seq, MatchId)>,
    /// The first `seq` from which on every change was heard: what left the engine before, this book never knew.
    heard_from: Option<Seq>,
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
    /// Accounts with a case that nobody has closed, or with a hold.
    looked_into: BTreeMap<AccountId, (CaseSet, Hold)>,
}

impl Book {
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

    /// Notes that every account's currency was heard of.
    pub fn knows_all_purses(&mut self) {
        self.purses.know_all();
    }

    /// In which currency accounts keep their money.
    pub fn purses(&self) -> &Purses {
        &self.purses
    }

    /// Cases that nobody has closed, by their counter.
    pub fn open_cases(&self) -> impl Iterator<Item = CounterId> {
        self.looked_into.values().flat_map(|(cases, _)| cases.iter())
    }

    /// What the staff holds, of each account of which it holds something.
    pub fn holds(&self) -> impl Iterator<Item = Hold> {
        self.looked_into.values().map(|(_, hold)| *hold).filter(|hold| *hold != Hold::None)
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
                self.stopped_since(from)
                    || self.matches().any(|game| game.head_since(from))
                    || self.gone_since(from).next().is_some()
            }
            Topic::Markets(id) => {
                self.stopped_since(from)
                    || self.game(id).is_some_and(|game| from <= game.changed)
                    || self.gone_since(from).any(|gone| gone == id)
            }
        }
    }

    /// Whether all that changed at `from` or later can be told. Matches that left before this process began, or so many
    /// matches ago that they are not remembered, cannot: who was away since then needs an image.
    pub fn can_tell_since(&self, from: Seq) -> bool {
        self.heard_from.is_some_and(|heard| heard <= from) && from <= self.last_seq
    }

    /// Every match.
    pub fn matches(&self) -> impl Iterator<Item = &Match> {
        self.matches.values()
    }

    /// Matches that left the engine at or after `from`, oldest first.
    pub fn gone_since(&self, from: Seq) -> impl Iterator<Item = MatchId> {
        let gone = self.gone.iter().filter(move |(seq, _)| from <= *seq);
        gone.map(|(_, id)| *id)
    }

    /// One match.
    pub fn game(&self, id: MatchId) -> Option<&Match> {
        self.matches.get(&id)
    }

    /// One market.
    pub fn market(&self, id: MarketId) -> Option<&Market> {
        self.markets.get(&id)
    }

    /// A selection's name for people; its number if its market is not known.
    pub fn selection_name(&self, market: MarketId, selection: SelectionIndex) -> String {
        let row = self.market(market);
        let named =
            row.and_then(|row| Some(row.selection_name(self.game(row.match_id)?, selection)));
        named.unwrap_or_else(|| format!("selection {}", selection.0))
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
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clutch_core::command::{Incident, MarketKind, RoundFormat, SuspendReason, Team, Title};
    use clutch_core::event::{IncidentStatus, IncidentView, MarketStatus, NamedPart};
    use clutch_core::units::{Name, Timestamp};
    use clutch_core::{Event, Record};

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
    fn a_match_that_is_gone_is_forgotten_and_told_to_whom_it_concerns() {
        let mut book = book();
        let scope = KillScope::Match(GAME);
        say(&mut book, 4, Event::KillSwitch { scope, on: true });
        say(&mut book, 5, Event::MatchRetired { match_id: GAME });
        assert!(book.game(GAME).is_none() && book.market(MARKET).is_none());
        assert!(book.killed().is_empty(), "and its kill switch with it");
        assert_eq!(changed(&book, 5), [true; 3]);
        assert_eq!(changed(&book, 6), [false; 3]);
        assert!(!book.changed_since(Topic::Markets(MatchId(9)), Seq(5)));
        assert_eq!(book.gone_since(Seq(5)).collect::<Vec<_>>(), [GAME]);
        // The slots are used again, under other ids.
        let (match_id, market) = (GAME.next_in_slot().unwrap(), MARKET.next_in_slot().unwrap());
        let kind = MarketKind::MapWinner { map: 1 };
        let (title, rounds, starts_at) =
            (Title::CounterStrike, RoundFormat::Mr12, Timestamp::default());
        say(&mut book, 6, Event::MatchCreated { match_id, title, rounds, best_of: 1, starts_at });
        say(&mut book, 7, Event::MarketOpened { market, match_id, kind, selections: 2 });
        assert!(book.game(GAME).is_none() && book.market(MARKET).is_none());
        assert_eq!(book.market(market).unwrap().match_id, match_id);
    }

    #[test]
    fn what_was_before_the_first_word_cannot_be_told() {
        let mut book = Book::default();
        assert!(!book.can_tell_since(Seq(0)), "nothing was heard");
        say(&mut book, 7, Event::Mode { mode: Mode::Normal });
        say(&mut book, 9, Event::MatchRetired { match_id: GAME });
        for (from, can_tell) in [(6, false), (7, true), (9, true), (10, false)] {
            assert_eq!(book.can_tell_since(Seq(from)), can_tell, "{from}");
        }
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
    fn selections_keep_the_names_of_the_format_that_their_market_was_opened_for() {
        let mut book = book();
        let maps = MarketId(8);
        let kind = MarketKind::CorrectMapScore;
        say(
            &mut book,
            3,
            Event::MarketOpened { market: maps, match_id: GAME, kind, selections: 4 },
        );
        let names = |book: &Book, market| {
            let (game, row) = (book.game(GAME).unwrap(), book.market(market).unwrap());
            // One more than there are: a bet that was refused may name any.
            let all = (0..=row.selections.len() as u8).map(SelectionIndex);
            all.map(|it| row.selection_name(game, it)).collect::<Vec<_>>().join(", ")
        };
        let scores = "2\u{2013}0, 2\u{2013}1, 1\u{2013}2, 0\u{2013}2, selection 4";
        let winners = "Team A, Team B, selection 2";
        for (seq, now, status) in [
            (4, 1, IncidentStatus::Reported),
            (5, 2, IncidentStatus::Reported),
            (6, 5, IncidentStatus::Reported),
            (7, 3, IncidentStatus::TakenBack),
        ] {
            let incident = Incident::FormatChanged { best_of: 5 };
            let (match_id, index) = (GAME, 0);
            let view = IncidentView { match_id, index, incident, status, best_of: now };
            say(&mut book, seq, Event::Incident(view));
            assert_eq!(book.game(GAME).unwrap().best_of, now);
            assert_eq!(
                (names(&book, maps).as_str(), names(&book, MARKET).as_str()),
                (scores, winners)
            );
        }
        let (market, kind) = (MarketId(9), MarketKind::MatchWinner);
        say(&mut book, 8, Event::MarketOpened { market, match_id: GAME, kind, selections: 3 });
        assert_eq!(names(&book, market), "Team A, Draw, Team B, selection 3");
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
