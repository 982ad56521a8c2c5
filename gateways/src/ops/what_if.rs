//! The same inputs under other settings: which bets would have been taken, and what the house would
//! have earned.
//!
//! Two states take the same records side by side; one has other settings from the first record on.
//! Other margins mean other odds, and a bettor can only ask for odds that he is shown: where a bet named
//! what the real board showed at some moment, it names in the other world what that board showed at the
//! same moment. How bettors would have behaved otherwise nobody knows, so nothing else is changed.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::Path;

use clutch_core::command::{Config, PlaceBet, SetMap, Strengths};
use clutch_core::event::BetStatus;
use clutch_core::settings::Setting;
use clutch_core::units::{
    AccountId, ClientBetId, MarketId, MatchId, Money, Name, Odds, Probability, Seq, Timestamp,
};
use clutch_core::{Command, Envelope, Event, Outbox, Record, State};
use clutch_engine::Step;
use serde::{Deserialize, Serialize};

use super::words::money;
use crate::wire::setting;

/// Settings and opinions that are other than they were.
#[derive(Clone, Debug, Default)]
pub struct Change {
    settings: Vec<(Setting, i64)>,
    maps: Vec<OtherMap>,
}

/// Another opinion on a map, in place of every one that a trader gave.
#[derive(Clone, Debug)]
struct OtherMap {
    game: Name,
    map: u8,
    strengths: Strengths,
}

/// The form of the file.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    map: Vec<MapEntry>,
    #[serde(flatten)]
    settings: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapEntry {
    #[serde(rename = "match")]
    game: String,
    map: u8,
    price: Option<f64>,
    t: Option<f64>,
    ct: Option<f64>,
}

impl MapEntry {
    fn read(self) -> Result<OtherMap, String> {
        let Self { game, map, price, t, ct } = self;
        let chance = |name: &str, p: f64| {
            let usable = if p > 0.0 && p < 1.0 { Probability::from_f64(p) } else { None };
            usable.ok_or_else(|| {
                format!("[[map]] {map} of `{game}`: `{name}` must lie between 0 and 1")
            })
        };
        let strengths = match (price, t, ct) {
            (Some(price), None, None) => Strengths::MapPrice { a: chance("price", price)? },
            (None, Some(t), Some(ct)) => {
                Strengths::BySide { t: chance("t", t)?, ct: chance("ct", ct)? }
            }
            _ => {
                return Err(format!(
                    "[[map]] {map} of `{game}` needs either `price`, or `t` and `ct`: chances of the first team"
                ));
            }
        };
        let game = Name::new(&game).map_err(|_| format!("[[map]]: `{game}` is no match's key"))?;
        Ok(OtherMap { game, map, strengths })
    }
}

impl Change {
    /// Reads a file of settings by name, as TOML or JSON: `stake_max = "50.00"`, `margin = "8%"`; and of
    /// opinions on maps: `[[map]]` with `match = "KEY"`, `map = 1`, and `price = 0.6`, or `t` and `ct`.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: File = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        } else {
            toml::from_str(text).map_err(|error| error.to_string())?
        };
        let mut settings = Vec::new();
        for (name, value) in read.settings {
            let unknown = || {
                let names: Vec<_> = Setting::ALL.iter().map(|it| it.name()).collect();
                format!("there is no setting `{name}`; there are {}", names.join(", "))
            };
            let setting = Setting::named(&name).ok_or_else(unknown)?;
            let number = setting::read(setting, &value)
                .map_err(|expected| format!("`{name}` must be {expected}"))?;
            settings.push((setting, number));
        }
        let maps = read.map.into_iter().map(MapEntry::read).collect::<Result<Vec<_>, _>>()?;
        if settings.is_empty() && maps.is_empty() {
            return Err("it changes no setting".to_owned());
        }
        Ok(Self { settings, maps })
    }

    /// The opinion of this change in place of a trader's.
    fn opinion(&self, games: &HashMap<MatchId, Name>, set: SetMap) -> SetMap {
        let is_it = |other: &&OtherMap| {
            games.get(&set.match_id) == Some(&other.game) && other.map == set.map_no
        };
        match self.maps.iter().find(is_it) {
            Some(OtherMap { strengths, .. }) => SetMap { strengths: *strengths, ..set },
            None => set,
        }
    }

    /// Reads a file as [`Change::parse`] does.
    ///
    /// # Errors
    /// What is wrong with it, after its name.
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|error| error.to_string());
        let change = text.and_then(|text| Self::parse(&text));
        change.map_err(|what| format!("{}: {what}", file.display()))
    }

    fn apply(&self, mut config: Config) -> Result<Config, String> {
        for (setting, number) in &self.settings {
            config = setting
                .set(config, *number)
                .ok_or_else(|| format!("`{}` cannot have this value", setting.name()))?;
        }
        config.validate().map_err(|field| format!("with this change `{field}` makes no sense"))?;
        Ok(config)
    }

    /// What is changed, as people write it.
    pub fn shown(&self) -> Vec<(String, String)> {
        let shown =
            |(it, number): &(Setting, i64)| (it.name().to_owned(), setting::show(*it, *number));
        let map = |other: &OtherMap| {
            let name = format!("map {} of {}", other.map, other.game.as_str());
            let percent = |p: Probability| format!("{:.2}%", p.as_f64() * 100.0);
            (
                name,
                match other.strengths {
                    Strengths::MapPrice { a } => percent(a),
                    Strengths::BySide { t, ct } | Strengths::WithPistols { t, ct, .. } => {
                        format!("T {} CT {}", percent(t), percent(ct))
                    }
                },
            )
        };
        self.settings.iter().map(shown).chain(self.maps.iter().map(map)).collect()
    }
}

/// The two worlds.
pub struct WhatIf {
    change: Change,
    games: HashMap<MatchId, Name>,
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
        Self { change, games: HashMap::new(), real, other, state, outbox }
    }

    /// Takes a record that the real state has just applied.
    ///
    /// # Errors
    /// If the changed settings make no sense together with those of the journal.
    pub fn take(&mut self, step: &Step<'_>) -> Result<(), String> {
        let command = match step.envelope.command {
            Command::Genesis { capacity, config } => {
                self.outbox = Outbox::with_capacity(capacity.events_max());
                Command::Genesis { capacity, config: self.change.apply(config)? }
            }
            Command::Configure { config, based_on } => {
                Command::Configure { config: self.change.apply(config)?, based_on }
            }
            Command::SetMap(set) => Command::SetMap(self.change.opinion(&self.games, set)),
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
        let envelope = Envelope { command, ..*step.envelope };
        self.outbox.clear();
        self.state.apply(step.seq, step.time, &envelope, &mut self.outbox);
        self.other.hear(self.outbox.records());
        Ok(())
    }

    /// What became true in the other world by the last record.
    pub fn other_events(&self) -> &[Record] {
        self.outbox.records()
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
        let Some(view) = self.other.board.at(place.market, until) else { return place };
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
        self.bets.values().any(|(_, status)| matches!(status, BetStatus::Pending { .. }))
    }

    fn outcome(&self, state: &State) -> Outcome {
        let mut outcome = Outcome::default();
        for (stake, status) in self.bets.values() {
            let refused = match status {
                BetStatus::Refused(refusal) => Some(refusal.code.name()),
                BetStatus::Pending { .. } => {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_change_is_read_from_toml_and_json_and_refused_with_its_reason() {
        let toml = Change::parse("stake_max = \"50.00\"\n").unwrap();
        let json = Change::parse("{\"stake_max\": \"50.00\"}").unwrap();
        assert_eq!(toml.shown(), [("stake_max".to_owned(), "50.00".to_owned())]);
        assert_eq!(json.shown(), toml.shown());
        for (text, why) in [
            ("", "changes no setting"),
            (
                "stake_maximum = \"1.00\"",
                "there is no setting `stake_maximum`; there are stake_min",
            ),
            ("stake_max = \"much\"", "`stake_max` must be an amount"),
            ("stake_max = 5", "invalid type"),
        ] {
            let error = Change::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
        let contradiction = Change::parse("stake_max = \"0.01\"").unwrap();
        let error = contradiction.apply(Config::default()).unwrap_err();
        assert!(error.contains("`stake_max` makes no sense"), "{error}");
    }
}
