//! Matches come and go in the engine; the twin keeps every one it ever knew, under a number of its own that is the next
//! one. Here is which id the engine must give each, when it may let a match go, and when it must have.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use clutch_core::command::{Command, Incident};
use clutch_core::event::MatchPhase;
use clutch_core::market::MarketResult;
use clutch_core::units::{MarketId, MatchId};
use clutch_core::{Event, Record};

use super::Twin;
use super::incidents::Reported;

/// Ids of one kind: of matches or of markets.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// By number: the id of each that ever was.
    all: Vec<u32>,
    /// The numbers of those that are there.
    there: BTreeMap<u32, u32>,
    /// Slots that are free again, in the order in which they became so, each with its next id.
    free: VecDeque<u32>,
    slots: u32,
}

impl Ids {
    /// The id of a number; what was never there has one that nothing has.
    pub fn of(&self, number: u32) -> u32 {
        self.all.get(number as usize).copied().unwrap_or(number)
    }

    /// The number of an id; far above all numbers if nothing there has it.
    pub fn number(&self, id: u32) -> u32 {
        self.there.get(&id).copied().unwrap_or(1 << 31 | id)
    }

    pub fn is_there(&self, number: usize) -> bool {
        self.all.get(number).is_some_and(|id| self.there.contains_key(id))
    }

    /// Whether it was there and no longer is. What the engine has just begun is there.
    pub fn is_gone(&self, number: usize) -> bool {
        self.all.get(number).is_some_and(|id| !self.there.contains_key(id))
    }

    /// Takes in that the next one has this id: the slot that has been free for longest, or else a fresh one.
    fn begin(&mut self, id: u32) {
        let expected = self.free.pop_front().unwrap_or_else(|| {
            self.slots += 1;
            self.slots - 1
        });
        assert_eq!(id, expected, "the id of the next one");
        self.there.insert(id, self.all.len() as u32);
        self.all.push(id);
    }

    fn end(&mut self, number: usize) {
        let id = self.all[number];
        self.there.remove(&id).expect("it was there");
        self.free.push_back(id + 65_536);
    }
}

/// What is where.
#[derive(Debug, Default)]
pub(super) struct Lives {
    pub matches: Ids,
    pub markets: Ids,
    /// Since when each match could be let go.
    done_since: BTreeMap<usize, u64>,
    /// How many were let go, and how many came into a slot that was used before.
    pub ends: u64,
    pub reused: u64,
}

impl Twin {
    /// Takes in which ids the engine gave.
    pub(super) fn meet(&mut self, records: &[Record]) {
        for record in records {
            match record.event {
                Event::MatchCreated { match_id, .. } => {
                    self.lives.reused += u64::from(65_536 <= match_id.0);
                    self.lives.matches.begin(match_id.0);
                }
                Event::MarketOpened { market, .. } => self.lives.markets.begin(market.0),
                _ => {}
            }
        }
    }

    /// Whether the table has no room for another match.
    pub(super) fn has_all_matches(&self) -> bool {
        let there = (0..self.matches.len()).filter(|index| !self.lives.matches.is_gone(*index));
        there.count() == self.capacity.matches_max as usize
    }

    /// Whether the tables have no room for another market with so many selections.
    pub(super) fn has_all_markets(&self, selections: usize) -> bool {
        let max = self.capacity.markets_max as usize;
        let there = || (0..self.markets.len()).filter(|id| !self.lives.markets.is_gone(*id));
        let taken: usize = there().map(|id| self.markets[id].odds.len()).sum();
        there().count() == max || 3 * max < taken + selections
    }

    /// Whether nothing of a match is left anywhere and nothing more is to come: see the rule in the core's `retire.rs`.
    fn is_done_with(&self, index: usize) -> bool {
        let fixture = &self.matches[index];
        let window = self.config.resettle_window_ns;
        let is_put_off =
            |reported: &Reported| matches!(reported.incident, Incident::Postponed { .. });
        let is_void = fixture.series.current == 0
            && fixture.void_at.is_none()
            && fixture.incidents.iter().any(is_put_off);
        let has_ended = fixture.series.phase() == MatchPhase::Over || is_void;
        let spoken = fixture.last_heard.unwrap_or(0).max(fixture.starts_at);
        if !has_ended && self.now <= spoken + window {
            return false;
        }
        let markets: BTreeSet<usize> =
            (0..self.markets.len()).filter(|id| self.markets[*id].match_index == index).collect();
        // Of a match without markets whose end nobody said, nothing is known.
        if !has_ended && markets.is_empty() {
            return false;
        }
        let is_settled = |id: &usize| {
            let market = &self.markets[*id];
            market.retired
                && (market.result == MarketResult::Undecided
                    || market.decided_at + window <= self.now)
        };
        let has_bets = || {
            self.bets.values().any(|bet| markets.contains(&bet.market))
                || self
                    .multiples
                    .values()
                    .any(|bet| bet.legs.iter().any(|leg| markets.contains(&leg.market)))
        };
        let is_of_it = |market: MarketId| markets.contains(&(market.0 as usize));
        let is_waited_for = || {
            self.proposed_commands().any(|command| match command {
                Command::Grade { market, .. } => is_of_it(*market),
                Command::MatchIncident { match_id, .. }
                | Command::HandOver { match_id, .. }
                | Command::SetTier { match_id, .. }
                | Command::TakeBackIncident { match_id } => match_id.0 as usize == index,
                Command::SetMap(set) => set.match_id.0 as usize == index,
                Command::SetNextRound(set) => set.match_id.0 as usize == index,
                Command::VoidBets(stretch) => stretch.match_id.0 as usize == index,
                _ => false,
            }) || self.overrides.iter().any(|row| is_of_it(row.kind.market()))
        };
        markets.iter().all(is_settled) && !has_bets() && !is_waited_for()
    }

    /// Lets go what the engine lets go, if it may.
    pub(super) fn part(&mut self, records: &[Record]) {
        for record in records {
            let Event::MatchRetired { match_id: MatchId(number) } = record.event else { continue };
            let index = number as usize;
            assert!(
                self.is_done_with(index),
                "match {index} was let go: {:?}",
                self.matches[index]
            );
            for id in 0..self.markets.len() {
                if self.markets[id].match_index == index {
                    self.lives.markets.end(id);
                }
            }
            self.lives.matches.end(index);
            self.lives.ends += 1;
            self.lives.done_since.remove(&index);
            // Nobody waits for its feed any more.
            self.matches[index].last_heard = None;
        }
        for index in (0..self.matches.len()).filter(|index| self.lives.matches.is_there(*index)) {
            if self.is_done_with(index) {
                self.lives.done_since.entry(index).or_insert(self.now);
            } else {
                self.lives.done_since.remove(&index);
            }
        }
    }

    /// An engine at rest has let go what it could for longer than a window: it looks again that often.
    pub(super) fn check_ends(&self) {
        for (index, since) in &self.lives.done_since {
            let longest = since + self.config.resettle_window_ns;
            assert!(self.now <= longest, "match {index} is kept: {:?}", self.matches[*index]);
        }
    }

    /// How many matches were let go, and how many came into a slot that was used before.
    pub fn lives(&self) -> [u64; 2] {
        [self.lives.ends, self.lives.reused]
    }

    /// The engine's id of a market.
    pub fn market_id(&self, number: u32) -> MarketId {
        MarketId(self.lives.markets.of(number))
    }

    /// Whether a market is there.
    pub fn has_market(&self, number: u32) -> bool {
        self.lives.markets.is_there(number as usize)
    }
}
