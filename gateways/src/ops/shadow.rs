//! Shadow pricing: other parameters priced beside the live ones, compared quote by quote and scored
//! against results, and never shown to anybody.
//!
//! The shadow is a second state that follows the same journal, as every consumer does that is not the
//! core. So the core does not pay for it: it holds no second book, runs no second model, and journals
//! nothing that a replay would have to repeat; and no live price can depend on it, as nothing leads
//! from here to the engine. What is priced is everything, from the model through guards, shading and
//! margin to the ladder. The price for it is a second replay on another core, and that a shadow is a
//! few milliseconds behind.
//!
//! The bettors stay those of the live board. Where the shadow would have refused one of their bets, its
//! book leans on other money from then on, as it would in earnest.

use std::collections::BTreeMap;
use std::io::{self, Write};

use clutch_core::event::{Event, MarketStatus, Price};
use clutch_core::units::{MarketId, Odds, Probability, SelectionIndex};
use clutch_core::{Record, State};
use clutch_engine::Step;
use serde::Serialize;

use super::change::Change;
use super::what_if::WhatIf;

/// A shadow and what was counted of it.
pub struct Shadow {
    worlds: WhatIf,
    tally: Tally,
}

impl Shadow {
    /// A shadow in front of the first record of a journal.
    pub fn new(change: Change) -> Self {
        Self { worlds: WhatIf::new(change), tally: Tally::default() }
    }

    /// Takes a record that the live state has just applied.
    ///
    /// # Errors
    /// If the shadow's settings make no sense together with those of the journal.
    pub fn take(&mut self, step: &Step<'_>) -> Result<(), String> {
        self.worlds.take(step)?;
        let events = [step.events, self.worlds.other_events()];
        self.tally.take(events, |market| self.worlds.real_market(market), band(step.state));
        Ok(())
    }

    /// Opinions on maps that the journal has not met so far, each with what it lacks.
    pub fn unmet(&self) -> Vec<String> {
        self.worlds.unmet()
    }

    /// The differences so far.
    pub fn report(&self) -> Report {
        Report { shadow: self.worlds.changed(), ..self.tally.report() }
    }
}

/// How far a price may move at once, as a factor on the odds p/(1 − p).
fn band(state: &State) -> f64 {
    f64::from(state.config().band_milli) / 1_000.0
}

/// One selection of one market.
type Pick = (MarketId, SelectionIndex);

/// A quote as one world has it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Quote {
    fair: Probability,
    odds: Option<Odds>,
}

impl From<&Price> for Quote {
    fn from(price: &Price) -> Self {
        Self { fair: price.fair, odds: price.odds }
    }
}

/// What the quotes of a selection said of its result, without knowing it yet: whichever comes, the
/// scores follow from these sums.
#[derive(Clone, Copy, Debug, Default)]
struct Scores {
    p: f64,
    p_squared: f64,
    ln_p: f64,
    ln_not_p: f64,
}

impl Scores {
    fn add(&mut self, p: f64) {
        self.p += p;
        self.p_squared += p * p;
        self.ln_p += p.ln();
        self.ln_not_p += (1.0 - p).ln();
    }

    /// Sums of Brier's (p − y)² and of the log-loss over so many quotes, if the selection won or lost.
    fn against(&self, won: bool, quotes: u64) -> [f64; 2] {
        match won {
            // (p − 1)² = p² − 2p + 1.
            true => [self.p_squared - 2.0 * self.p + quotes as f64, -self.ln_p],
            false => [self.p_squared, -self.ln_not_p],
        }
    }
}

/// Counted so far.
#[derive(Default)]
struct Tally {
    now: BTreeMap<Pick, [Quote; 2]>,
    scored: BTreeMap<Pick, (u64, [Scores; 2])>,
    status: BTreeMap<MarketId, MarketStatus>,
    quotes: u64,
    unpriced: u64,
    equal: u64,
    outside_band: u64,
    other_odds: u64,
    on_one_board: u64,
    sum_p: f64,
    largest: Option<Largest>,
}

impl Tally {
    /// Compares every quote that a record changed in either world with the other's.
    /// `live` says which live market one of the shadow's is.
    fn take(
        &mut self,
        events: [&[Record]; 2],
        live: impl Fn(MarketId) -> Option<MarketId>,
        band: f64,
    ) {
        let mut moved = Vec::new();
        for (world, records) in events.into_iter().enumerate() {
            for record in records {
                match &record.event {
                    Event::Price(price) => {
                        let market =
                            if world == 0 { Some(price.market) } else { live(price.market) };
                        let Some(market) = market else { continue };
                        let pick = (market, price.selection);
                        self.now.entry(pick).or_default()[world] = price.into();
                        moved.push((pick, record.seq.0));
                    }
                    Event::Market { market, status, .. } if world == 0 => {
                        self.status.insert(*market, *status);
                    }
                    _ => {}
                }
            }
        }
        moved.sort_unstable();
        moved.dedup();
        for (pick, seq) in moved {
            self.compare(pick, seq, band);
        }
    }

    fn compare(&mut self, pick: Pick, seq: u64, band: f64) {
        let [live, shadow] = self.now[&pick];
        let (p, q) = (live.fair.as_f64(), shadow.fair.as_f64());
        let is_chance = |p: f64| 0.0 < p && p < 1.0;
        match (is_chance(p), is_chance(q)) {
            (true, true) => {}
            // A market without strengths, or one that is decided, is nobody's difference.
            (false, false) => return,
            (true, false) | (false, true) => {
                self.unpriced += 1;
                return;
            }
        }
        self.quotes += 1;
        self.equal += u64::from(live == shadow);
        self.other_odds += u64::from(live.odds != shadow.odds);
        self.on_one_board += u64::from(live.odds.is_some() != shadow.odds.is_some());
        let ratio = q * (1.0 - p) / (p * (1.0 - q));
        self.outside_band += u64::from(ratio > band || 1.0 > band * ratio);
        let difference = (p - q).abs();
        self.sum_p += difference;
        if self.largest.is_none_or(|largest| largest.difference < difference) {
            let (MarketId(market), SelectionIndex(selection)) = pick;
            let (live, shadow) = (p, q);
            self.largest = Some(Largest { difference, live, shadow, seq, market, selection });
        }
        let (quotes, scores) = self.scored.entry(pick).or_default();
        *quotes += 1;
        for (scores, p) in scores.iter_mut().zip([p, q]) {
            scores.add(p);
        }
    }

    fn report(&self) -> Report {
        let mut scored = 0;
        let mut sums = [[0.0; 2]; 2];
        for ((market, selection), (quotes, scores)) in &self.scored {
            let Some(MarketStatus::Decided { winner }) = self.status.get(market) else { continue };
            scored += quotes;
            for (sums, scores) in sums.iter_mut().zip(scores) {
                let losses = scores.against(winner == selection, *quotes);
                sums.iter_mut().zip(losses).for_each(|(sum, loss)| *sum += loss);
            }
        }
        let mean = |sum: f64, count: u64| (count != 0).then(|| sum / count as f64);
        let [live, shadow] = sums.map(|[brier, log_loss]| Score {
            brier: mean(brier, scored),
            log_loss: mean(log_loss, scored),
        });
        Report {
            shadow: Vec::new(),
            quotes: self.quotes,
            equal: self.equal,
            mean_difference: mean(self.sum_p, self.quotes),
            largest: self.largest,
            outside_band: self.outside_band,
            other_odds: self.other_odds,
            on_one_board_only: self.on_one_board,
            priced_by_one_only: self.unpriced,
            scored,
            score: Both { live, shadow },
        }
    }
}

/// How the two priced.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// What the shadow has that is other than live.
    pub shadow: Vec<(String, String)>,
    /// Quotes compared: each time that a selection's price moved in either world.
    pub quotes: u64,
    /// Of them the same in both, fair probability and odds.
    pub equal: u64,
    /// Mean of |p − q| over all quotes, the fair probabilities; nothing without quotes.
    pub mean_difference: Option<f64>,
    /// Where it was largest.
    pub largest: Option<Largest>,
    /// Quotes whose odds p/(1 − p) lie further apart than the band allows a price to move at once.
    pub outside_band: u64,
    /// Quotes with other odds on the board.
    pub other_odds: u64,
    /// Of them on offer in one world only.
    pub on_one_board_only: u64,
    /// Quotes not compared: just one of the worlds has a chance strictly between 0 and 1 for them.
    pub priced_by_one_only: u64,
    /// Quotes of markets that were decided, each scored against the result.
    pub scored: u64,
    /// Those scores.
    pub score: Both,
}

/// The largest difference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Largest {
    /// |p − q|.
    pub difference: f64,
    /// The live fair probability.
    pub live: f64,
    /// The shadow's.
    pub shadow: f64,
    /// The record after which they stood so.
    pub seq: u64,
    /// The market, by its number.
    pub market: u32,
    /// The selection, from 0.
    pub selection: u8,
}

/// Something of both worlds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Both {
    /// Of the live prices.
    pub live: Score,
    /// Of the shadow's.
    pub shadow: Score,
}

/// How well probabilities fitted the results; the smaller the better, nothing without results.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Score {
    /// Mean of (p − y)².
    pub brier: Option<f64>,
    /// Mean of −ln of the probability of what came.
    pub log_loss: Option<f64>,
}

impl Report {
    /// Writes it as a person reads it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let shadow: Vec<String> =
            self.shadow.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        writeln!(output, "shadow: {}\n", shadow.join(", "))?;
        for (name, count) in [
            ("quotes compared", self.quotes),
            ("  the same", self.equal),
            ("  outside the band", self.outside_band),
            ("  other odds", self.other_odds),
            ("  on one board only", self.on_one_board_only),
            ("priced by one only", self.priced_by_one_only),
        ] {
            writeln!(output, "{name:<24}{count:>12}")?;
        }
        let show = |value: Option<f64>| value.map_or("none".to_owned(), |it| format!("{it:.6}"));
        writeln!(output, "{:<24}{:>12}", "mean difference", show(self.mean_difference))?;
        if let Some(Largest { difference, live, shadow, seq, market, selection }) = self.largest {
            writeln!(
                output,
                "{:<24}{difference:>12.6}  live {live:.6}, shadow {shadow:.6}: record {seq}, market {market}, selection {selection}",
                "largest difference"
            )?;
        }
        let Both { live, shadow } = self.score;
        writeln!(
            output,
            "\n{:<24}{:>12}{:>12}",
            format!("{} quotes scored", self.scored),
            "live",
            "shadow"
        )?;
        writeln!(output, "{:<24}{:>12}{:>12}", "  brier", show(live.brier), show(shadow.brier))?;
        let (live, shadow) = (show(live.log_loss), show(shadow.log_loss));
        writeln!(output, "{:<24}{live:>12}{shadow:>12}", "  log-loss")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use clutch_core::command::{
        Actor, Capacity, Config, CreateMatch, FeedMessage, GameEvent, Grade, MarketKind, MobaState,
        Results, RoundFormat, SetMap, Side, Strengths, Team, Title,
    };
    use clutch_core::settlement::multiplier::LegResult;
    use clutch_core::units::{MarketId, MatchId, Name, Seq, SourceId, Timestamp};
    use clutch_core::{Command, Envelope, Outbox};

    use super::*;

    /// A LoL map that a trader sees as even and the first team wins, with a shadow beside it. Returns the
    /// report, and the live events as the state alone has them.
    fn played(params: &str) -> Report {
        watched(params).unwrap().report()
    }

    fn watched(params: &str) -> Result<Shadow, String> {
        let config = Config { margin_ppb: 0, ..Config::default() };
        let genesis = Command::Genesis { capacity: Capacity::default(), config };
        let mut commands = vec![(1, Actor::Engine, genesis)];
        commands.extend(a_map(2, MatchId(0), "final"));
        beside(commands, params)
    }

    /// A match of one map from its creation to its end, a command each millisecond.
    fn a_map(
        from: u64,
        match_id: MatchId,
        key: &str,
    ) -> impl Iterator<Item = (u64, Actor, Command)> {
        let name = |text: &str| Name::new(text).unwrap();
        let feed = |version: u64, event| {
            let message = FeedMessage {
                match_id,
                source: SourceId(0),
                version,
                follows: 0,
                source_time: Timestamp::default(),
                received_at: Timestamp::default(),
                event,
            };
            (Actor::Feed(SourceId(0)), Command::Feed(message))
        };
        let even = Probability::from_f64(0.5).unwrap();
        let trader = |command| (Actor::Operator(1), command);
        let state = MobaState { time_s: 1_800, ..MobaState::default() };
        let half_an_hour = GameEvent::MobaState { map: 1, state };
        let results = [LegResult::Won, LegResult::Lost];
        let grade = Grade::Results(Results::new(&results).unwrap());
        let commands = [
            trader(Command::CreateMatch(CreateMatch {
                key: name(key),
                title: Title::Lol,
                rounds: RoundFormat::NoRounds,
                best_of: 1,
                team_a: name("A"),
                team_b: name("B"),
                starts_at: Timestamp::default(),
                round_markets: false,
            })),
            trader(Command::SetMap(SetMap {
                match_id,
                map_no: 1,
                name: name("rift"),
                first_side_a: Side::T,
                strengths: Strengths::MapPrice { a: even },
            })),
            trader(Command::OpenMarket { match_id, kind: MarketKind::MapWinner { map: 1 } }),
            feed(1, GameEvent::MapStarted { map: 1, first_side_a: Side::T }),
            // Decided before the model sees how it stands: nothing is quoted but at the start.
            trader(Command::Grade { market: MarketId(match_id.0), version: 0, grade }),
            feed(2, half_an_hour),
            feed(3, GameEvent::MapWon { map: 1, winner: Team::A }),
        ];
        (from..).zip(commands).map(|(at, (actor, command))| (at, actor, command))
    }

    fn beside(commands: Vec<(u64, Actor, Command)>, params: &str) -> Result<Shadow, String> {
        let mut shadow = Shadow::new(Change::parse(params).unwrap());
        let mut state = State::new();
        let mut outbox = Outbox::with_capacity(Capacity::default().events_max());
        for (seq, (at, actor, command)) in (1..).zip(commands) {
            let envelope = Envelope { actor, trace: 0, command };
            let (seq, time) = (Seq(seq), Timestamp::from_millis(at));
            outbox.clear();
            state.apply(seq, time, &envelope, &mut outbox);
            let refused = |record: &Record| matches!(record.event, Event::Refused(_));
            assert!(!outbox.records().iter().any(refused), "{:?}", outbox.records());
            let events = outbox.records();
            shadow.take(&Step { seq, time, envelope: &envelope, events, state: &state })?;
        }
        Ok(shadow)
    }

    #[test]
    fn a_match_in_a_place_that_was_used_before_is_the_same_match_to_a_shadow_that_kept_the_earlier_one()
     {
        const HOUR_MS: u64 = 3_600_000;
        let window = 3_600_000_000_000;
        let config = Config { margin_ppb: 0, resettle_window_ns: window, ..Config::default() };
        let genesis = Command::Genesis { capacity: Capacity::default(), config };
        let mut commands = vec![(1, Actor::Engine, genesis)];
        commands.extend(a_map(2, MatchId(0), "first"));
        let ticks = (2..12).map(|hour| (hour * HOUR_MS, Actor::Engine, Command::Tick));
        commands.extend(ticks);
        let again = MatchId(0).next_in_slot().unwrap();
        commands.extend(a_map(12 * HOUR_MS, again, "second"));
        for params in ["resettle_window = \"1h\"", "resettle_window = \"72h\""] {
            let report = beside(commands.clone(), params).unwrap().report();
            assert_eq!((report.quotes, report.equal, report.scored), (4, 4, 4), "{params}");
        }
    }

    #[test]
    fn a_shadow_like_live_shows_no_difference() {
        let report = played("margin = \"0%\"");
        assert_eq!((report.quotes, report.equal, report.scored), (2, 2, 2));
        assert_eq!(
            (report.mean_difference, report.outside_band, report.other_odds),
            (Some(0.0), 0, 0)
        );
        assert_eq!(report.score.live, report.score.shadow);
    }

    #[test]
    fn another_opinion_is_measured_and_scored_by_hand() {
        let report = played("[[map]]\nmatch = \"final\"\nmap = 1\nprice = 0.6\n");
        let near = |is: Option<f64>, should: f64| (is.unwrap() - should).abs() < 1e-8;
        // 0.5 and 0.5 against 0.6 and 0.4: 2.00 and 2.00 against 1.66 and 2.50.
        assert_eq!((report.quotes, report.equal, report.other_odds), (2, 0, 2));
        assert!(near(report.mean_difference, 0.1), "{report:?}");
        assert!(near(report.largest.map(|largest| largest.difference), 0.1), "{report:?}");
        // 0.6 : 0.4 is 1.5 times 1 : 1, within the usual band.
        assert_eq!(report.outside_band, 0, "{report:?}");
        let Both { live, shadow } = report.score;
        assert!(
            near(live.brier, 0.25) && near(live.log_loss, std::f64::consts::LN_2),
            "{report:?}"
        );
        assert!(near(shadow.brier, 0.16) && near(shadow.log_loss, 0.510_825_623_8), "{report:?}");
        // 0.99 : 0.01 is 99 times 1 : 1.
        let report = played("[[map]]\nmatch = \"final\"\nmap = 1\nprice = 0.99\n");
        assert_eq!(report.outside_band, 2, "{report:?}");
    }

    #[test]
    fn what_neither_prices_is_no_difference() {
        // The winner of the map has no price once it is won, and neither had one before there were strengths.
        for (params, by_one) in
            [("margin = \"5%\"", 0), ("[[map]]\nmatch = \"final\"\nmap = 1\nprice = 0.6\n", 0)]
        {
            assert_eq!(played(params).priced_by_one_only, by_one, "{params}");
        }
        let quote = |ppb| Quote { fair: Probability::from_ppb(ppb).unwrap(), odds: None };
        let pick = (MarketId(0), SelectionIndex(0));
        for (worlds, by_one) in
            [([0, 0], 0), ([500_000_000, 0], 1), ([0, 500_000_000], 1), ([1_000_000_000, 0], 0)]
        {
            let mut tally = Tally::default();
            tally.now.insert(pick, worlds.map(quote));
            tally.compare(pick, 1, 4.0);
            assert_eq!((tally.unpriced, tally.quotes), (by_one, 0), "{worlds:?}");
        }
    }

    #[test]
    fn an_opinion_that_meets_no_match_or_no_map_is_named() {
        let unmet = |entry: &str| {
            let text = format!("[[map]]\n{entry}\nprice = 0.6\n");
            watched(&text).map(|shadow| shadow.unmet().join("; "))
        };
        assert_eq!(unmet("match = \"final\"\nmap = 1").unwrap(), "");
        let named = unmet("match = \"semi\"\nmap = 1").unwrap();
        assert_eq!(named, "[[map]] 1 of `semi`: no match has this key; there are final");
        let named = unmet("match = \"final\"\nmap = 2").unwrap();
        assert_eq!(named, "[[map]] 2 of `final`: no strengths were ever set for this map");
        let error = watched("[[map]]\nmatch = \"final\"\nmap = 1\nt = 0.5\nct = 0.5\n").map(|_| ());
        assert!(error.unwrap_err().starts_with("[[map]] 1 of `final`: the engine refuses"));
        assert!(Change::parse("[[map]]\nmatch = \"final\"\nmap = 6\nprice = 0.5").is_err());
    }

    #[test]
    fn another_margin_changes_odds_and_no_probability() {
        let report = played("margin = \"5%\"");
        assert_eq!((report.mean_difference, report.other_odds), (Some(0.0), 2), "{report:?}");
    }

    #[test]
    fn an_opinion_that_is_none_is_refused_by_name() {
        for (entry, why) in [
            ("price = 1.0", "`price` must lie from 0.000001 to 0.999999"),
            ("price = nan", "`price` must lie from 0.000001 to 0.999999"),
            ("t = 0.5", "needs either `price`, or `t` and `ct`"),
            ("price = 0.5\nodds = 2.0", "unknown field `odds`"),
        ] {
            let text = format!("[[map]]\nmatch = \"final\"\nmap = 1\n{entry}\n");
            let error = Change::parse(&text).unwrap_err();
            assert!(error.contains(why), "{entry}: {error}");
        }
    }
}
