//! The win probability over a played match: `clutch price --plot`.
//!
//! Plays the facts through the engine's own rules, without threads or journal, and keeps what its model
//! said at each moment. Then it knows who won, and scores what was said.

mod draw;

pub use draw::draw;

use std::collections::HashMap;
use std::fmt;

use clutch_core::command::{Actor, Capacity, Config, GameEvent, MarketKind, Strengths};
use clutch_core::event::MarketStatus;
use clutch_core::units::{MarketId, Name, SelectionIndex, Seq, Timestamp};
use clutch_core::{Command, Envelope, Event, Outbox, State};

use crate::demo::script::{create_match, set_map};
use crate::demo::timeline::{MATCH, Timeline};

/// What the model said of a whole match.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Teams A and B.
    pub teams: [Name; 2],
    /// The maps that were played.
    pub maps: Vec<MapCurve>,
}

/// What the model said of one map.
#[derive(Clone, Debug)]
pub struct MapCurve {
    /// Its name.
    pub name: String,
    /// From the start of the map to its end.
    pub points: Vec<Point>,
    /// Whether team A won it; `None` if the data ends before it.
    pub a_won: Option<bool>,
    /// For each round P(A wins it) before it was played, and whether it did.
    pub rounds: Vec<(f64, bool)>,
}

/// From this moment on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Minutes since the map began.
    pub minute: f64,
    /// P(A wins the map).
    pub p_a: f64,
}

/// How good forecasts were.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Mean of (p − outcome)².
    pub brier: f64,
    /// Mean of −ln of what was given to the outcome.
    pub log_loss: f64,
}

impl Score {
    /// The score of someone who knows nothing.
    pub const COIN: Self = Self { brier: 0.25, log_loss: std::f64::consts::LN_2 };

    /// Scores forecasts, each with its weight. `None` without any.
    pub fn of(forecasts: impl Iterator<Item = (f64, bool, f64)>) -> Option<Self> {
        let (mut brier, mut log_loss, mut total) = (0.0, 0.0, 0.0);
        for (p, won, weight) in forecasts {
            let given = if won { p } else { 1.0 - p };
            brier += weight * (1.0 - given) * (1.0 - given);
            log_loss -= weight * given.max(f64::MIN_POSITIVE).ln();
            total += weight;
        }
        (0.0 < total).then(|| Self { brier: brier / total, log_loss: log_loss / total })
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "brier {:.4}   log-loss {:.4}", self.brier, self.log_loss)
    }
}

impl MapCurve {
    /// How good the map's prices were, each for as long as it stood.
    pub fn score(&self) -> Option<Score> {
        let won = self.a_won?;
        let stood = self.points.windows(2);
        Score::of(stood.map(|pair| (pair[0].p_a, won, pair[1].minute - pair[0].minute)))
    }

    /// How good the prices of single rounds were.
    pub fn round_score(&self) -> Option<Score> {
        Score::of(self.rounds.iter().map(|&(p, won)| (p, won, 1.0)))
    }
}

/// Plays a match whose maps are all played by teams of these strengths.
///
/// # Errors
/// A sentence if the engine refuses the match.
pub fn play(timeline: &Timeline, strengths: Strengths) -> Result<Curve, String> {
    let best_of = timeline.best_of;
    let mut player = Player::new()?;
    let start = Timestamp::from_millis(timeline.starts_ms());
    let key = Name::lossy("curve", "curve");
    let operator = |command| Envelope { actor: Actor::Operator(0), trace: 0, command };
    let mut setup = vec![create_match(timeline, key, start)];
    setup.extend((1..=best_of).map(|map| set_map(timeline, map, strengths)));
    setup.extend(
        (1..=best_of).map(|map| Command::OpenMarket {
            match_id: MATCH,
            kind: MarketKind::MapWinner { map },
        }),
    );
    for command in setup {
        player.apply(start, &operator(command));
        if let Some(refused) = player.refused.take() {
            return Err(format!("the engine refuses this match: {refused}"));
        }
    }
    for beat in &timeline.beats {
        let event = beat.event();
        let round = match event {
            Some(GameEvent::RoundWon { map, round, winner }) => {
                let kind = MarketKind::RoundWinner { map, round };
                let p_a = player.said.get(&kind).copied();
                Some((map, p_a, winner == clutch_core::command::Team::A))
            }
            _ => None,
        };
        player.apply(Timestamp::from_millis(beat.at_ms), &beat.envelope);
        if let Some(event) = event {
            player.keep(&event, beat.at_ms);
        }
        if let Some((map, Some(p_a), won)) = round {
            player.map(map).rounds.push((p_a, won));
        }
        if let Some(GameEvent::Rewound { map, to_round }) = event {
            // What was taken back was no outcome.
            player.map(map).rounds.truncate(usize::from(to_round));
        }
    }
    Ok(player.curve(timeline))
}

struct Player {
    state: State,
    outbox: Outbox,
    seq: u64,
    now: Timestamp,
    kinds: HashMap<MarketId, MarketKind>,
    /// P(first selection) by the model.
    said: HashMap<MarketKind, f64>,
    decided: HashMap<MarketKind, SelectionIndex>,
    maps: HashMap<u8, MapCurve>,
    begun_ms: HashMap<u8, u64>,
    refused: Option<String>,
}

impl Player {
    fn new() -> Result<Self, String> {
        let capacity = Capacity { markets_max: 1_024, ..Capacity::SMALLEST };
        capacity.validate().map_err(|field| format!("{field} is out of range"))?;
        let mut player = Self {
            state: State::new(),
            outbox: Outbox::with_capacity(capacity.events_max()),
            seq: 0,
            now: Timestamp::from_millis(0),
            kinds: HashMap::new(),
            said: HashMap::new(),
            decided: HashMap::new(),
            maps: HashMap::new(),
            begun_ms: HashMap::new(),
            refused: None,
        };
        // The smallest moves are kept as well.
        let config = Config { price_steps_min: 1, ..Config::default() };
        config.validate().map_err(|field| format!("{field} is out of range"))?;
        let command = Command::Genesis { capacity, config };
        let now = player.now;
        player.apply(now, &Envelope { actor: Actor::Engine, trace: 0, command });
        Ok(player)
    }

    fn apply(&mut self, at: Timestamp, envelope: &Envelope) {
        self.seq += 1;
        self.now = self.now.max(at);
        self.state.apply(Seq(self.seq), self.now, envelope, &mut self.outbox);
        for record in self.outbox.records() {
            match &record.event {
                Event::MarketOpened { market, kind, .. } => {
                    self.kinds.insert(*market, *kind);
                }
                Event::Price(price) if price.selection == SelectionIndex(0) => {
                    if let Some(kind) = self.kinds.get(&price.market) {
                        self.said.insert(*kind, price.model.as_f64());
                    }
                }
                Event::Market { market, status, .. } => {
                    let Some(kind) = self.kinds.get(market) else { continue };
                    match status {
                        MarketStatus::Decided { winner } => {
                            self.decided.insert(*kind, *winner);
                        }
                        _ => {
                            self.decided.remove(kind);
                        }
                    }
                }
                Event::Refused(refusal) => {
                    self.refused = Some(refusal.code.sentence().to_owned());
                }
                _ => {}
            }
        }
        self.outbox.clear();
    }

    fn map(&mut self, map: u8) -> &mut MapCurve {
        self.maps.entry(map).or_insert_with(|| MapCurve {
            name: String::new(),
            points: Vec::new(),
            a_won: None,
            rounds: Vec::new(),
        })
    }

    /// Keeps what the model says now, after a fact about a map.
    fn keep(&mut self, event: &GameEvent, at_ms: u64) {
        let map = match *event {
            GameEvent::MapStarted { map, .. }
            | GameEvent::RoundWon { map, .. }
            | GameEvent::Rewound { map, .. }
            | GameEvent::MapOver { map, .. }
            | GameEvent::MobaState { map, .. }
            | GameEvent::MobaRewound { map, .. }
            | GameEvent::MapWon { map, .. } => map,
            GameEvent::RoundStarted { .. }
            | GameEvent::NextRound { .. }
            | GameEvent::Heartbeat
            | GameEvent::Held
            | GameEvent::Released
            | GameEvent::Disputed => return,
        };
        let begun_ms = *self.begun_ms.entry(map).or_insert(at_ms);
        let kind = MarketKind::MapWinner { map };
        let a_won = self.decided.get(&kind).map(|winner| *winner == SelectionIndex(0));
        let p_a = match a_won {
            Some(won) => Some(f64::from(u8::from(won))),
            None => self.said.get(&kind).copied(),
        };
        let minute = (at_ms - begun_ms) as f64 / 60_000.0;
        let curve = self.map(map);
        curve.a_won = a_won;
        if let GameEvent::MapStarted { .. } = event {
            // Started once more, or for good after a knife round: from here on it counts.
            curve.points.clear();
            self.begun_ms.insert(map, at_ms);
            self.map(map).points.extend(p_a.map(|p_a| Point { minute: 0.0, p_a }));
        } else {
            curve.points.extend(p_a.map(|p_a| Point { minute, p_a }));
        }
    }

    fn curve(mut self, timeline: &Timeline) -> Curve {
        let mut maps: Vec<(u8, MapCurve)> = self.maps.drain().collect();
        maps.sort_by_key(|(number, _)| *number);
        for (number, map) in &mut maps {
            let plan = timeline.maps.get(usize::from(*number).saturating_sub(1));
            map.name = plan.map_or_else(|| format!("map {number}"), |plan| plan.name.clone());
        }
        let maps = maps.into_iter().map(|(_, map)| map).filter(|map| !map.points.is_empty());
        Curve { teams: timeline.teams, maps: maps.collect() }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b] = &self.teams;
        writeln!(f, "{a} v {b}")?;
        for map in &self.maps {
            let end = match map.a_won {
                Some(true) => format!("{a} won"),
                Some(false) => format!("{b} won"),
                None => "not finished: not scored".to_owned(),
            };
            let minutes = map.points.last().map_or(0.0, |point| point.minute);
            writeln!(
                f,
                "{}: {end}, {} prices over {minutes:.0} minutes",
                map.name,
                map.points.len()
            )?;
            if let Some(score) = map.score() {
                writeln!(f, "  map winner, while each price stood  {score}")?;
            }
            if let Some(score) = map.round_score() {
                let rounds = map.rounds.len();
                writeln!(f, "  next round, {rounds:>2} rounds              {score}")?;
            }
        }
        write!(f, "  a coin                              {}", Score::COIN)
    }
}
