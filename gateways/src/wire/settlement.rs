//! What staff say and hear of settlement: house rules, incidents, grades.

use std::collections::BTreeMap;

use clutch_core::command::{Grade, Incident, Results, Team, VoidBets};
use clutch_core::event::{Contradiction, VoidReason};
use clutch_core::house_rules::HouseRules;
use clutch_core::settlement::multiplier::{DeadHeat, LegResult};
use clutch_core::units::{AccountId, MarketId, MatchId, Seq, Timestamp};
use clutch_core::{Command, Event, Record};
use serde::{Deserialize, Serialize};

use super::admin::read;
use super::client;
use super::contradiction::ContradictionView;
use super::scope::TitleJson;
use super::server::to_json;
use crate::book::Book;
use crate::codes::{Fault, GatewayCode};
use crate::house_rules;

#[derive(Serialize)]
struct AnswerView {
    case: &'static str,
    answer: &'static str,
    means: &'static str,
}

/// Every version of the house rules, with its answer to each case.
pub fn house_rules(records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    struct VersionView {
        version: u16,
        title: &'static str,
        name: clutch_core::units::Name,
        answers: Vec<AnswerView>,
    }
    #[derive(Serialize)]
    struct Message {
        seq: u64,
        house_rules: Vec<VersionView>,
    }
    let view = |record: &Record| match record.event {
        Event::HouseRules { version, title, name, rules } => {
            let title = title.rules().key;
            Some(VersionView { version, title, name, answers: answers(&rules) })
        }
        _ => None,
    };
    to_json(&Message {
        seq: records.last().map_or(0, |record| record.seq.0),
        house_rules: records.iter().filter_map(view).collect(),
    })
}

fn answers(rules: &HouseRules) -> Vec<AnswerView> {
    let view = |(case, answer): (&'static clutch_core::house_rules::Case, usize)| AnswerView {
        case: case.key,
        answer: case.answers[answer],
        means: case.meanings[answer],
    };
    rules.answers().map(view).collect()
}

/// Why a bet is void, as clients are told.
pub(super) const fn void_name(reason: VoidReason) -> &'static str {
    match reason {
        VoidReason::NotPlayed => "not_played",
        VoidReason::Rewound => "rewound",
        VoidReason::Declared => "declared",
        VoidReason::HouseRules => "house_rules",
        VoidReason::TakenLate => "taken_late",
        VoidReason::ByHand => "by_hand",
        VoidReason::Rest => "rest",
    }
}

/// Orders about settlement, by their name in `command`.
const NAMES: &[&str] = &[
    "grade",
    "incident",
    "take_back_incident",
    "void_bet",
    "void_bets",
    "resume_settlement",
    "pause_settlement",
    "adopt_house_rules",
];

#[derive(Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
enum OrderJson {
    Grade {
        market: u32,
        #[serde(default)]
        version: u32,
        grade: GradeJson,
    },
    Incident {
        #[serde(rename = "match")]
        match_id: u32,
        incident: IncidentJson,
    },
    TakeBackIncident {
        #[serde(rename = "match")]
        match_id: u32,
    },
    VoidBet {
        account: u32,
        client_id: String,
    },
    VoidBets {
        #[serde(rename = "match")]
        match_id: u32,
        market: Option<u32>,
        from: u64,
        to: u64,
    },
    ResumeSettlement {
        market: u32,
    },
    PauseSettlement {
        from_tier: Option<u8>,
    },
    AdoptHouseRules {
        title: TitleJson,
        name: String,
        answers: BTreeMap<String, String>,
    },
}

/// `{"results":["won","lost"]}`, `"void"`, `"automatic"`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum GradeJson {
    Results(Vec<String>),
    Void,
    Automatic,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum IncidentJson {
    Walkover {
        map: u8,
        to: TeamJson,
        #[serde(default)]
        stated: bool,
    },
    Forfeit {
        map: u8,
        by: TeamJson,
    },
    ShortHanded {
        map: u8,
    },
    FormatChanged {
        best_of: u8,
    },
    Postponed {
        to: Option<u64>,
    },
    Replayed {
        map: u8,
    },
    StartedEarly {
        from: u64,
    },
    StandIns {
        team: TeamJson,
        officials: u8,
    },
}

/// `A` or `B`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum TeamJson {
    A,
    B,
}

impl From<TeamJson> for Team {
    fn from(team: TeamJson) -> Self {
        match team {
            TeamJson::A => Self::A,
            TeamJson::B => Self::B,
        }
    }
}

/// Whether an order of this name is one about settlement.
pub(super) fn knows(name: &str) -> bool {
    NAMES.contains(&name)
}

/// Reads an order that [`knows`] by its name.
///
/// # Errors
/// [`Fault`] saying which field is wrong and what it should be.
pub(super) fn parse(body: &[u8]) -> Result<Command, Fault> {
    Ok(match read::<OrderJson>(body)? {
        OrderJson::Grade { market, version, grade } => {
            let market = MarketId(market);
            let grade = match grade {
                GradeJson::Void => Grade::Void,
                GradeJson::Automatic => Grade::Automatic,
                GradeJson::Results(results) => Grade::Results(read_results(&results)?),
            };
            Command::Grade { market, version, grade }
        }
        OrderJson::Incident { match_id, incident } => {
            let match_id = MatchId(match_id);
            Command::MatchIncident { match_id, incident: incident.into() }
        }
        OrderJson::TakeBackIncident { match_id } => {
            Command::TakeBackIncident { match_id: MatchId(match_id) }
        }
        OrderJson::VoidBet { account, client_id } => Command::VoidBet {
            account: AccountId(account),
            client_id: client::parse_client_id(&client_id)
                .ok_or_else(|| Fault::bad_field("client_id", "a UUID with hyphens"))?,
        },
        OrderJson::VoidBets { match_id, market, from, to } => Command::VoidBets(VoidBets {
            match_id: MatchId(match_id),
            market: market.map(MarketId),
            from: Seq(from),
            to: Seq(to),
        }),
        OrderJson::ResumeSettlement { market } => {
            Command::ResumeSettlement { market: MarketId(market) }
        }
        OrderJson::PauseSettlement { from_tier } => Command::PauseSettlement { from_tier },
        OrderJson::AdoptHouseRules { title, name, answers } => {
            let named = house_rules::from_answers(&name, &answers).map_err(|what| {
                Fault::with(GatewayCode::BadField, format!("House rules: {what}."))
            })?;
            let (name, rules) = (named.name, named.rules);
            Command::AdoptHouseRules { title: title.into(), name, rules }
        }
    })
}

/// `won`, `lost`, `void`, `half_won`, `half_lost`, or a dead heat as `1/2`: one for each selection.
fn read_results(words: &[String]) -> Result<Results, Fault> {
    let expected =
        "won, lost, void, half_won, half_lost or a dead heat such as 1/2 for each selection";
    let read = |word: &String| {
        Some(match word.as_str() {
            "won" => LegResult::Won,
            "lost" => LegResult::Lost,
            "void" => LegResult::Void,
            "half_won" => LegResult::HalfWon,
            "half_lost" => LegResult::HalfLost,
            heat => {
                let (places, tied) = heat.split_once('/')?;
                LegResult::DeadHeat(DeadHeat::new(places.parse().ok()?, tied.parse().ok()?)?)
            }
        })
    };
    let results: Option<Vec<LegResult>> = words.iter().map(read).collect();
    let results = results.ok_or_else(|| Fault::bad_field("results", expected))?;
    if results.iter().all(|result| *result == LegResult::Void) {
        let expected =
            "results of which one is not void; if all are, the grade is \"void\" instead";
        return Err(Fault::bad_field("results", expected));
    }
    let together = "results that fit together: one that won and others that lost, two halves, or as many tied as the heat says";
    Results::new(&results).ok_or_else(|| Fault::bad_field("results", together))
}

impl From<IncidentJson> for Incident {
    fn from(said: IncidentJson) -> Self {
        match said {
            IncidentJson::Walkover { map, to, stated } => {
                Self::Walkover { map, to: to.into(), stated }
            }
            IncidentJson::Forfeit { map, by } => Self::Forfeit { map, by: by.into() },
            IncidentJson::ShortHanded { map } => Self::ShortHanded { map },
            IncidentJson::FormatChanged { best_of } => Self::FormatChanged { best_of },
            IncidentJson::Postponed { to } => {
                Self::Postponed { to: to.map(Timestamp::from_millis) }
            }
            IncidentJson::Replayed { map } => Self::Replayed { map },
            IncidentJson::StartedEarly { from } => Self::StartedEarly { from: Seq(from) },
            IncidentJson::StandIns { team, officials } => {
                Self::StandIns { team: team.into(), officials }
            }
        }
    }
}

/// What decided markets owe, and how long bets waited for their money.
pub fn times(book: &Book, records: &[Record]) -> Vec<u8> {
    #[derive(Serialize)]
    struct Bucket {
        at_most_ms: Option<u32>,
        bets: u64,
    }
    #[derive(Serialize)]
    struct Message {
        seq: u64,
        markets_owing: u32,
        oldest_market: Option<u32>,
        oldest_since: Option<u64>,
        p50_at_most_ms: Option<u32>,
        p99_at_most_ms: Option<u32>,
        times: Vec<Bucket>,
        contradicted: Vec<ContradictionView>,
    }
    let times = Waits::of(records);
    to_json(&Message {
        seq: records.last().map_or(0, |record| record.seq.0),
        markets_owing: times.markets,
        oldest_market: times.oldest.map(|market| market.0),
        oldest_since: times.since.map(Timestamp::millis),
        p50_at_most_ms: times.quantile(50),
        p99_at_most_ms: times.quantile(99),
        times: times
            .buckets
            .iter()
            .map(|&(at_most_ms, bets)| Bucket { at_most_ms, bets })
            .collect(),
        contradicted: times.contradicted.iter().map(|it| ContradictionView::of(book, it)).collect(),
    })
}

/// The same as numbers.
#[derive(Debug, Default)]
pub struct Waits {
    /// Markets that owe.
    pub markets: u32,
    oldest: Option<MarketId>,
    /// Since when the one that waits longest does.
    pub since: Option<Timestamp>,
    /// Bets by the upper end of their bucket in milliseconds.
    pub buckets: Vec<(Option<u32>, u64)>,
    /// Markets whose result the score denies.
    pub contradicted: Vec<Contradiction>,
}

impl Waits {
    /// What the engine answered.
    pub fn of(records: &[Record]) -> Self {
        let mut waits = Self::default();
        records.iter().for_each(|record| waits.hear(&record.event));
        waits
    }

    /// Takes in one event of the answer.
    pub fn hear(&mut self, event: &Event) {
        match *event {
            Event::SettlementOwed { markets, oldest, since } => {
                (self.markets, self.oldest, self.since) = (markets, oldest, since);
            }
            Event::SettlementTime { at_most_ms, bets } => self.buckets.push((at_most_ms, bets)),
            Event::Contradicted(told) => self.contradicted.push(told),
            _ => {}
        }
    }

    /// Within how many milliseconds so many per cent of all bets were paid; `None` if none was, or if it
    /// took longer than the longest bucket.
    pub fn quantile(&self, percent: u64) -> Option<u32> {
        let all: u64 = self.buckets.iter().map(|(_, bets)| bets).sum();
        let wanted = (all * percent).div_ceil(100).max(1);
        let mut seen = 0;
        let found = self.buckets.iter().find(|(_, bets)| {
            seen += bets;
            wanted <= seen
        });
        found.and_then(|(at_most_ms, _)| *at_most_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_about_settlement_become_commands() {
        for (body, command) in [
            (
                r#"{"command":"grade","market":3,"version":2,"grade":{"results":["won","lost"]}}"#,
                Command::Grade {
                    market: MarketId(3),
                    version: 2,
                    grade: Grade::Results(
                        Results::new(&[LegResult::Won, LegResult::Lost]).expect("they agree"),
                    ),
                },
            ),
            (
                r#"{"command":"grade","market":3,"grade":"void"}"#,
                Command::Grade { market: MarketId(3), version: 0, grade: Grade::Void },
            ),
            (
                r#"{"command":"incident","match":1,"incident":{"forfeit":{"map":2,"by":"A"}}}"#,
                Command::MatchIncident {
                    match_id: MatchId(1),
                    incident: Incident::Forfeit { map: 2, by: Team::A },
                },
            ),
            (
                r#"{"command":"pause_settlement","from_tier":2}"#,
                Command::PauseSettlement { from_tier: Some(2) },
            ),
            (
                r#"{"command":"void_bets","match":1,"from":5,"to":9}"#,
                Command::VoidBets(VoidBets {
                    match_id: MatchId(1),
                    market: None,
                    from: Seq(5),
                    to: Seq(9),
                }),
            ),
        ] {
            assert_eq!(parse(body.as_bytes()).expect(body), command, "{body}");
        }
    }

    #[test]
    fn a_bad_order_is_refused_with_what_can_stand_there() {
        for (body, said) in [
            (r#"{"command":"grade","market":3,"grade":{"results":["won","won"]}}"#, "fit together"),
            (
                r#"{"command":"grade","market":3,"grade":{"results":["won","void"]}}"#,
                "fit together",
            ),
            (r#"{"command":"grade","market":3,"grade":{"results":["perhaps"]}}"#, "half_won"),
            (
                r#"{"command":"grade","market":3,"grade":{"results":["void","void"]}}"#,
                "if all are, the grade is \"void\" instead",
            ),
            (r#"{"command":"void_bet","account":1,"client_id":"x"}"#, "UUID"),
            (r#"{"command":"incident","match":1,"incident":{"rain":{}}}"#, "rain"),
            (r#"{"command":"void_bets","match":1,"from":5}"#, "to"),
        ] {
            let fault = parse(body.as_bytes()).expect_err(body);
            assert!(fault.text.contains(said), "{body}: {}", fault.text);
        }
    }
}
