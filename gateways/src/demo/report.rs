//! What a demo came to: one JSON object, made by replaying its journal and from nothing else.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use clutch_core::command::{GameEvent, Team};
use clutch_core::event::{BetStatus, MatchPhase, NamedPart, Score};
use clutch_core::units::{AccountId, BetId, ClientBetId};
use clutch_core::{Command, Event, Record};
use clutch_engine::{FollowError, Follower};
use serde_json::{Map, Value, json};

/// What the journal tells about a demo.
#[derive(Debug, Default)]
pub struct Report {
    teams: [String; 2],
    map_names: BTreeMap<u8, String>,
    scores: BTreeMap<u8, [u8; 2]>,
    series: Option<Score>,
    best_of: u8,
    rewinds: u32,
    accepted: HashMap<BetId, bool>,
    refused: HashMap<(AccountId, ClientBetId), &'static str>,
    ledger_sum_minor: i64,
    state_hash: u64,
    last_seq: u64,
}

impl Report {
    /// Replays the journal in `dir`.
    ///
    /// # Errors
    /// [`FollowError`] if it cannot be replayed to its end.
    pub fn of_journal(dir: &Path) -> Result<Self, FollowError> {
        let mut follower = Follower::open(dir)?;
        let mut report = Self::default();
        while let Some(step) = follower.step()? {
            let undoes = matches!(&step.envelope.command,
                Command::Feed(message) if matches!(message.event, GameEvent::Rewound { .. }));
            let refused =
                step.events.iter().any(|record| matches!(record.event, Event::Refused(_)));
            report.rewinds += u32::from(undoes && !refused);
            step.events.iter().for_each(|record| report.see(record));
        }
        let wallet = follower.state().wallet();
        report.ledger_sum_minor = wallet.map_or(0, |wallet| wallet.recomputed_sum().minor());
        report.state_hash = follower.state_hash();
        report.last_seq = follower.last_seq().0;
        Ok(report)
    }

    fn see(&mut self, record: &Record) {
        match &record.event {
            Event::MatchCreated { best_of, .. } => self.best_of = *best_of,
            Event::Named { part: NamedPart::Team(team), name, .. } => {
                self.teams[*team as usize] = name.to_string();
            }
            Event::Named { part: NamedPart::Map(map), name, .. } => {
                self.map_names.insert(*map, name.to_string());
            }
            Event::Score(score) => {
                if score.phase != MatchPhase::Scheduled {
                    self.scores.insert(score.map, score.rounds);
                }
                self.series = Some(*score);
            }
            Event::Bet(bet) => match (bet.bet, bet.status) {
                (_, BetStatus::Refused(refusal)) => {
                    self.refused.insert((bet.account, bet.client_id), refusal.code.name());
                }
                (Some(id), BetStatus::Accepted { .. }) => {
                    self.accepted.insert(id, false);
                }
                (
                    Some(id),
                    BetStatus::Won { .. }
                    | BetStatus::Lost
                    | BetStatus::Void(_)
                    | BetStatus::CashedOut { .. },
                ) => {
                    self.accepted.insert(id, true);
                }
                (
                    _,
                    BetStatus::Pending { .. }
                    | BetStatus::Referred { .. }
                    | BetStatus::Offered { .. },
                )
                | (None, _) => {}
            },
            _ => {}
        }
    }

    /// The object that `clutch demo --exit` prints as its last line.
    pub fn json(&self) -> Value {
        let by_team = |numbers: [u8; 2]| -> Value {
            let [a, b] = &self.teams;
            let mut object = Map::new();
            object.insert(a.clone(), numbers[0].into());
            object.insert(b.clone(), numbers[1].into());
            object.into()
        };
        let maps: Vec<Value> = self
            .scores
            .iter()
            .map(|(map, rounds)| {
                let name = self.map_names.get(map).cloned().unwrap_or_default();
                json!({ "map": name, "score": by_team(*rounds) })
            })
            .collect();
        let rounds: u32 = self.scores.values().flatten().map(|rounds| u32::from(*rounds)).sum();
        let maps_won = self.series.map_or([0; 2], |score| score.maps);
        let mut refused: BTreeMap<&str, u64> = BTreeMap::new();
        for code in self.refused.values() {
            *refused.entry(code).or_default() += 1;
        }
        json!({
            "rounds": rounds,
            "maps": maps,
            "series": {
                "best_of": self.best_of,
                "maps_won": by_team(maps_won),
                "winner": self.winner(maps_won).map(|team| &self.teams[team as usize]),
            },
            "rewinds": self.rewinds,
            "bets": { "accepted": self.accepted.len(), "refused": refused },
            "settled": self.accepted.values().filter(|settled| **settled).count(),
            "ledger_sum_minor": self.ledger_sum_minor,
            "state_hash": format!("{:016x}", self.state_hash),
            "last_seq": self.last_seq,
        })
    }

    fn winner(&self, [a, b]: [u8; 2]) -> Option<Team> {
        let needed = self.best_of / 2 + 1;
        if a == needed {
            Some(Team::A)
        } else if b == needed {
            Some(Team::B)
        } else {
            None
        }
    }
}
