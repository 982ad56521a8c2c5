//! The same inputs under other settings: which bets would have been taken, and what the house would
//! have earned.
//!
//! Two states take the same records side by side; one has other settings from the first record on.
//! Other margins mean other odds, and a bettor can only ask for odds that he is shown: where a bet named
//! what the real board showed at some moment, it names in the other world what that board showed at the
//! same moment. How bettors would have behaved otherwise nobody knows, so nothing else is changed.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use clutch_core::command::PlaceBet;
use clutch_core::event::BetStatus;
use clutch_core::units::{
    AccountId, ClientBetId, MarketId, MatchId, Money, Name, Odds, Seq, Timestamp,
};
use clutch_core::{Command, Envelope, Event, Outbox, Record, State};
use clutch_engine::Step;
use serde::Serialize;

use super::change::Change;
use super::counterparts::Counterparts;
use super::words::money;

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
            Command::PlaceBet(place) => Command::PlaceBet(self.translated(place, step.seq)),
            other => other,
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
    fn translated(&self, place: PlaceBet, now: Seq) -> PlaceBet {
        let selection = usize::from(place.selection.0);
        let seen = self.real.board.seen(place.market, place.epoch, place.price_seq, now);
        let Some((until, odds)) = seen else { return place };
        // What the real board never showed was made up, and would be made up again.
        if odds.get(selection).copied().flatten() != Some(place.odds) {
            return place;
        }
        let market = self.counterparts.there(place.market);
        let Some(view) = market.and_then(|market| self.other.board.at(market, until)) else {
            return place;
        };
        match view.odds.get(selection).copied().flatten() {
            Some(odds) => PlaceBet { odds, price_seq: view.price_seq, epoch: view.epoch, ..place },
            None => place,
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

/// What one world said of its bets.
#[derive(Default)]
struct Ledger {
    board: Board,
    bets: HashMap<(AccountId, ClientBetId), (Money, BetStatus)>,
}

impl Ledger {
    fn hear(&mut self, records: &[Record]) {
        for record in records {
            self.board.hear(record);
            if let Event::Bet(view) = record.event {
                let bet = (view.stake.money(), view.status);
                self.bets.insert((view.account, view.client_id), bet);
            }
        }
    }

    fn is_waiting(&self) -> bool {
        self.bets.values().any(|(_, status)| {
            matches!(
                status,
                BetStatus::Pending { .. } | BetStatus::Referred { .. } | BetStatus::Offered { .. }
            )
        })
    }

    fn outcome(&self, state: &State) -> Outcome {
        let mut outcome = Outcome::default();
        for (stake, status) in self.bets.values() {
            let refused = match status {
                BetStatus::Refused(refusal) => Some(refusal.code.name()),
                BetStatus::Pending { .. }
                | BetStatus::Referred { .. }
                | BetStatus::Offered { .. } => {
                    outcome.waiting += 1;
                    continue;
                }
                _ => None,
            };
            match refused {
                Some(code) => *outcome.refused.entry(code).or_default() += 1,
                None => {
                    outcome.taken += 1;
                    outcome.staked_minor += stake.minor();
                }
            }
            match status {
                BetStatus::Won { payout } => {
                    outcome.won += 1;
                    outcome.paid_minor += payout.minor();
                }
                BetStatus::Lost => outcome.lost += 1,
                BetStatus::Void(_) => outcome.void += 1,
                _ => {}
            }
        }
        outcome.house_minor = state.wallet().map_or(0, |wallet| wallet.house().minor());
        outcome
    }
}

/// What a board showed, moment by moment.
#[derive(Default)]
struct Board {
    markets: HashMap<MarketId, Vec<View>>,
}

/// What a market looked like from a record on.
#[derive(Clone, Debug, Default)]
struct View {
    from: Seq,
    epoch: u32,
    price_seq: u64,
    odds: Vec<Option<Odds>>,
}

impl Board {
    fn hear(&mut self, record: &Record) {
        match record.event {
            Event::Market { market, epoch, .. } => self.view(market, record.seq).epoch = epoch,
            Event::Price(price) => {
                let view = self.view(price.market, record.seq);
                let index = usize::from(price.selection.0);
                if view.odds.len() <= index {
                    view.odds.resize(index + 1, None);
                }
                view.odds[index] = price.odds;
                view.price_seq = price.price_seq;
            }
            _ => {}
        }
    }

    /// The view of a market that begins with this record.
    fn view(&mut self, market: MarketId, seq: Seq) -> &mut View {
        let views = self.markets.entry(market).or_default();
        if views.last().is_none_or(|last| last.from != seq) {
            let next = View { from: seq, ..views.last().cloned().unwrap_or_default() };
            views.push(next);
        }
        views.last_mut().expect("one was just put there")
    }

    /// Up to which record a board with this epoch and price was shown, and its odds.
    fn seen(
        &self,
        market: MarketId,
        epoch: u32,
        price_seq: u64,
        now: Seq,
    ) -> Option<(Seq, &[Option<Odds>])> {
        let views = self.markets.get(&market)?;
        let is_it = |view: &View| view.epoch == epoch && view.price_seq == price_seq;
        let index = views.iter().rposition(is_it)?;
        let until = views.get(index + 1).map_or(now, |next| next.from);
        Some((Seq(until.0 - 1), &views[index].odds))
    }

    fn at(&self, market: MarketId, seq: Seq) -> Option<&View> {
        let views = self.markets.get(&market)?;
        views.iter().rfind(|view| view.from <= seq)
    }
}

/// How the bets of one world went.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Bets that stood.
    pub taken: u64,
    /// Of them won.
    pub won: u64,
    /// Of them lost.
    pub lost: u64,
    /// Of them void.
    pub void: u64,
    /// Bets not decided when the journal ends.
    pub waiting: u64,
    /// Bets refused, by code.
    pub refused: BTreeMap<&'static str, u64>,
    /// Stakes of the bets that stood.
    pub staked_minor: i64,
    /// Payouts of those that won.
    pub paid_minor: i64,
    /// The house's balance.
    pub house_minor: i64,
}

/// Both worlds side by side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The settings that were changed.
    pub changed: Vec<(String, String)>,
    /// What the journal led to.
    pub as_it_was: Outcome,
    /// What it would have led to.
    pub what_if: Outcome,
}

impl Report {
    /// Writes a table.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let (was, other) = (&self.as_it_was, &self.what_if);
        let changed: Vec<String> =
            self.changed.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        writeln!(output, "what if {}\n", changed.join(", "))?;
        writeln!(output, "{:<26}{:>14}{:>14}{:>14}", "", "as it was", "what if", "difference")?;
        let counts = [
            ("bets taken", was.taken, other.taken),
            ("  won", was.won, other.won),
            ("  lost", was.lost, other.lost),
            ("  void", was.void, other.void),
            ("bets still waiting", was.waiting, other.waiting),
        ];
        for (name, was, other) in counts {
            count(output, name, was, other)?;
        }
        let of = |outcome: &Outcome| outcome.refused.values().sum::<u64>();
        count(output, "bets refused", of(was), of(other))?;
        let mut codes: Vec<_> = was.refused.keys().chain(other.refused.keys()).collect();
        codes.sort();
        codes.dedup();
        for code in codes {
            let of = |outcome: &Outcome| outcome.refused.get(code).copied().unwrap_or(0);
            count(output, &format!("  {code}"), of(was), of(other))?;
        }
        for (name, was, other) in [
            ("staked", was.staked_minor, other.staked_minor),
            ("paid out", was.paid_minor, other.paid_minor),
            ("house", was.house_minor, other.house_minor),
        ] {
            let show = |minor| money(Money::from_minor(minor));
            let sign = if was < other { "+" } else { "" };
            let difference = format!("{sign}{}", show(other - was));
            writeln!(output, "{name:<26}{:>14}{:>14}{difference:>14}", show(was), show(other))?;
        }
        Ok(())
    }
}

fn count(output: &mut impl Write, name: &str, was: u64, other: u64) -> io::Result<()> {
    let difference = other.cast_signed() - was.cast_signed();
    let difference = if difference == 0 { "0".to_owned() } else { format!("{difference:+}") };
    writeln!(output, "{name:<26}{was:>14}{other:>14}{difference:>14}")
}
