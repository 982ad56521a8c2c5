//! From the twin's own numbers of matches and markets to the engine's ids, and back.

use clutch_core::event::LateBets;
use clutch_core::units::{MarketId, MatchId};
use clutch_core::{Command, Event, Record};

use super::Twin;

/// Names matches and markets otherwise.
struct Renamed<M, K> {
    game: M,
    market: K,
}

impl Twin {
    /// A command made up in the twin's numbers, as the engine is to hear it.
    pub fn in_ids(&self, command: &Command) -> Command {
        Renamed {
            game: |MatchId(number)| MatchId(self.lives.matches.of(number)),
            market: |MarketId(number)| MarketId(self.lives.markets.of(number)),
        }
        .command(command)
    }

    /// A command that the engine heard, in the twin's numbers.
    pub(super) fn in_numbers(&self, command: &Command) -> Command {
        self.inward().command(command)
    }

    /// What the engine said, in the twin's numbers.
    pub(super) fn records_in_numbers(&self, records: &[Record]) -> Vec<Record> {
        let inward = self.inward();
        records.iter().map(|it| Record { event: inward.event(it.event), ..*it }).collect()
    }

    /// What the engine said of late bets, in the twin's numbers.
    pub fn late_in_numbers(&self, late: LateBets) -> LateBets {
        self.inward().late(late)
    }

    fn inward(&self) -> Renamed<impl Fn(MatchId) -> MatchId, impl Fn(MarketId) -> MarketId> {
        Renamed {
            game: |MatchId(id)| MatchId(self.lives.matches.number(id)),
            market: |MarketId(id)| MarketId(self.lives.markets.number(id)),
        }
    }
}

impl<M: Fn(MatchId) -> MatchId, K: Fn(MarketId) -> MarketId> Renamed<M, K> {
    fn event(&self, mut event: Event) -> Event {
        match &mut event {
            Event::MatchCreated { match_id, .. } | Event::MatchRetired { match_id } => {
                *match_id = (self.game)(*match_id);
            }
            Event::MarketOpened { market, match_id, .. } => {
                (*market, *match_id) = ((self.market)(*market), (self.game)(*match_id));
            }
            Event::Market { market, .. } | Event::Settlement { market, .. } => {
                *market = (self.market)(*market);
            }
            Event::Price(price) => price.market = (self.market)(price.market),
            Event::Leg(leg) => leg.market = (self.market)(leg.market),
            Event::LateBets(late) => *late = self.late(*late),
            Event::Contradicted(told) => {
                (told.market, told.match_id) =
                    ((self.market)(told.market), (self.game)(told.match_id));
            }
            _ => {}
        }
        event
    }

    fn late(&self, late: LateBets) -> LateBets {
        let (market, match_id) = ((self.market)(late.market), (self.game)(late.match_id));
        LateBets { market, match_id, ..late }
    }

    fn command(&self, command: &Command) -> Command {
        command.renamed(&self.game, &self.market)
    }
}
