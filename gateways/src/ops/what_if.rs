//! The same inputs under other settings: which bets would have been taken, and what the house would
//! have earned.
//!
//! Two states take the same records side by side; one has other settings from the first record on.
//! Other margins mean other odds, and a bettor can only ask for odds that he is shown: where a bet named
//! what the real board showed at some moment, it names in the other world what that board showed at the
//! same moment. How bettors would have behaved otherwise nobody knows, so nothing else is changed: who
//! took a quote to cash out takes it there if that world would have made it, and goes on with his bet if not.

mod board;
mod ledger;
mod report;

use std::collections::HashMap;

use clutch_core::command::Pick;
use clutch_core::units::{MarketId, MatchId, Name, Seq, Timestamp};
use clutch_core::{Command, Envelope, Event, Outbox, Record, State};
use clutch_engine::Step;

use self::ledger::Ledger;
pub use self::report::{Outcome, Report, Sums};
use super::change::Change;
use super::counterparts::Counterparts;

/// The two worlds.
pub struct WhatIf {
    change: Change,
    games: HashMap<MatchId, Name>,
    counterparts: Counterparts,
    /// The opinions on maps that were met.
    met: Vec<usize>,
    real: Ledger,
    other: Ledger,
    state: State,
    outbox: Outbox,
}

impl WhatIf {
    /// Both worlds before the first record.
    pub fn new(change: Change) -> Self {
        let (real, other) = (Ledger::default(), Ledger::default());
        let (state, outbox) = (State::new(), Outbox::with_capacity(1));
        let (games, counterparts) = (HashMap::new(), Counterparts::default());
        Self { change, games, counterparts, met: Vec::new(), real, other, state, outbox }
    }

    /// Takes a record that the real state has just applied.
    ///
    /// # Errors
    /// If the changed settings make no sense together with those of the journal.
    pub fn take(&mut self, step: &Step<'_>) -> Result<(), String> {
        let mut opinion = None;
        let command = match step.envelope.command {
            Command::Genesis { capacity, config } => {
                self.outbox = Outbox::with_capacity(capacity.events_max());
                Command::Genesis { capacity, config: self.change.apply(config)? }
            }
            Command::Configure { config, based_on } => {
                Command::Configure { config: self.change.apply(config)?, based_on }
            }
            Command::SetMap(set) => {
                let (set, index) = self.change.opinion(&self.games, set);
                opinion = index;
                Command::SetMap(set)
            }
            // The bettor's view is older than this record.
            other => other.seen_as(|pick| self.translated(pick, step.seq)),
        };
        if let Command::CreateMatch(create) = step.envelope.command {
            let made = step.events.iter().find_map(|record| match record.event {
                Event::MatchCreated { match_id, .. } => Some(match_id),
                _ => None,
            });
            self.games.extend(made.map(|id| (id, create.key)));
        }
        self.real.hear(step.events);
        let command = self.counterparts.renamed(&command);
        let envelope = Envelope { command, ..*step.envelope };
        self.outbox.clear();
        self.state.apply(step.seq, step.time, &envelope, &mut self.outbox);
        if matches!(envelope.command, Command::Genesis { .. }) {
            self.state.price_mobas_by(self.change.models);
        }
        self.other.hear(self.outbox.records());
        self.counterparts.hear(step.events, self.outbox.records());
        if let Some(index) = opinion {
            self.meet(index, step)?;
        }
        Ok(())
    }

    /// An opinion on a map stood in place of a trader's: it must be one that the title knows.
    fn meet(&mut self, index: usize, step: &Step<'_>) -> Result<(), String> {
        let refused = |records: &[Record]| {
            records.iter().find_map(|record| match record.event {
                Event::Refused(refusal) => Some(refusal),
                _ => None,
            })
        };
        if let (None, Some(refusal)) = (refused(step.events), refused(self.outbox.records())) {
            let (entry, why) = (self.change.entry(index), refusal.code.sentence());
            return Err(format!("{entry}: the engine refuses these strengths: {why}"));
        }
        if !self.met.contains(&index) {
            self.met.push(index);
        }
        Ok(())
    }

    /// Opinions on maps that the journal has not met, each with what it lacks.
    pub fn unmet(&self) -> Vec<String> {
        self.change.unmet(&self.games, &self.met)
    }

    /// What became true in the other world by the last record.
    pub fn other_events(&self) -> &[Record] {
        self.outbox.records()
    }

    /// The real market that one of the other world is.
    pub fn real_market(&self, other: MarketId) -> Option<MarketId> {
        self.counterparts.here(other)
    }

    /// What is other there, as people write it.
    pub fn changed(&self) -> Vec<(String, String)> {
        self.change.shown()
    }

    /// What the bettor would have asked for in front of the other board.
    fn translated(&self, pick: Pick, now: Seq) -> Pick {
        let selection = usize::from(pick.selection.0);
        let seen = self.real.board.seen(pick.market, pick.epoch, pick.price_seq, now);
        let Some((until, odds)) = seen else { return pick };
        // What the real board never showed was made up, and would be made up again.
        if odds.get(selection).copied().flatten() != Some(pick.odds) {
            return pick;
        }
        let market = self.counterparts.there(pick.market);
        let Some(view) = market.and_then(|market| self.other.board.at(market, until)) else {
            return pick;
        };
        match view.odds.get(selection).copied().flatten() {
            Some(odds) => Pick { odds, price_seq: view.price_seq, epoch: view.epoch, ..pick },
            None => pick,
        }
    }

    /// Lets bets that still wait in the other world be decided, and tells both.
    pub fn finish(mut self, real: &State) -> Report {
        for _ in 0..1_000_000 {
            let due = self.state.next_due();
            if !self.other.is_waiting() || due == Timestamp::MAX {
                break;
            }
            let (seq, now) = (Seq(self.state.last_seq().0 + 1), self.state.now().max(due));
            let tick = Envelope {
                actor: clutch_core::command::Actor::Engine,
                trace: 0,
                command: Command::Tick,
            };
            self.outbox.clear();
            self.state.apply(seq, now, &tick, &mut self.outbox);
            self.other.hear(self.outbox.records());
        }
        Report {
            changed: self.change.shown(),
            as_it_was: self.real.outcome(real),
            what_if: self.other.outcome(&self.state),
        }
    }
}
