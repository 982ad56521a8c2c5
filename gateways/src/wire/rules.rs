//! What the house rules that a match is played under say of a case and of the facts of one, and whether a grade contradicts
//! what stands by them.

use clutch_core::command::Grade;
use clutch_core::event::MarketStatus;
use clutch_core::house_rules::{Case, HouseRules, by_hand};
use clutch_core::settlement::multiplier::LegResult;
use clutch_core::units::MatchId;
use clutch_core::{Command, Event, Record};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::server::to_json;
use super::settlement::TeamJson;
use crate::book::Book;
use crate::codes::Fault;
use crate::ops::words::by_whom;

/// A question about one case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Under the rules of this match.
    pub match_id: MatchId,
    /// The case.
    pub case: &'static Case,
    /// What happened, where the answer needs it to come to a verdict.
    facts: Option<Facts>,
}

/// What happened, by the case that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Facts {
    /// Both in seconds.
    DurationOnLine { seconds: u32, line_s: u32 },
    /// Towers that fell before, and those that the winner would still have had to take.
    Surrender { fallen: u8, still_needed: u8 },
    /// Whose tower it was, and who brought it down.
    Towers { owner: TeamJson, struck_last: TeamJson },
    /// How often it fell, and whether the market is on the next one.
    Inhibitors {
        times: u8,
        #[serde(default)]
        is_next: bool,
    },
    /// Whether the first death was caused by the other team.
    FirstBlood { by_opponent: bool },
    /// Whether he played when the map started.
    PlayerReplaced { started: bool },
}

impl Ask {
    /// Reads the parts of a question.
    ///
    /// # Errors
    /// [`Fault`] for a case that there is not, or facts that it does not ask for.
    pub fn read(match_id: u32, key: &str, facts: Option<Value>) -> Result<Self, Fault> {
        let case = HouseRules::CASES.iter().find(|case| case.key == key).ok_or_else(|| {
            let keys: Vec<_> = HouseRules::CASES.iter().map(|case| case.key).collect();
            Fault::bad_field("case", &format!("one of {}", keys.join(", ")))
        })?;
        let facts = facts.map(|facts| {
            serde_json::from_value(json!({key: facts})).map_err(|error| {
                let text = error.to_string();
                let asks_none = text.starts_with("unknown variant");
                let expected =
                    if asks_none { "left out: the answer needs none".to_owned() } else { text };
                Fault::bad_field("facts", &expected)
            })
        });
        Ok(Self { match_id: MatchId(match_id), case, facts: facts.transpose()? })
    }
}

impl Facts {
    /// What they come to under a rule set, as a sentence.
    fn verdict(self, rules: &HouseRules) -> String {
        let team = |team: TeamJson| clutch_core::command::Team::from(team);
        match self {
            Self::DurationOnLine { seconds, line_s } => {
                match by_hand::duration(rules, seconds, line_s) {
                    by_hand::Side::Over => "over wins".to_owned(),
                    by_hand::Side::Under => "under wins".to_owned(),
                    by_hand::Side::Void => "the stakes go back".to_owned(),
                }
            }
            Self::Surrender { fallen, still_needed } => {
                let towers = by_hand::towers_after_surrender(rules, fallen, still_needed);
                format!("the team counts {towers} towers")
            }
            Self::Towers { owner, struck_last } => {
                match by_hand::tower_counts_for(rules, team(owner), team(struck_last)) {
                    Some(team) => format!("the tower counts for team {team:?}"),
                    None => "the tower counts for nobody".to_owned(),
                }
            }
            Self::Inhibitors { times, is_next } => {
                let counted = by_hand::inhibitor_counts(rules, times, is_next);
                format!("it counts {counted} times")
            }
            Self::FirstBlood { by_opponent } => {
                let is = if by_hand::is_first_blood(rules, by_opponent) { "is" } else { "is not" };
                format!("that {is} first blood")
            }
            Self::PlayerReplaced { started } => {
                let stand = by_hand::player_bets_stand(rules, started);
                format!("bets on him {}", if stand { "stand" } else { "are void" })
            }
        }
    }
}

/// The answer, from every version of the house rules.
pub fn ruling(book: &Book, records: &[Record], ask: &Ask) -> Vec<u8> {
    #[derive(Serialize)]
    struct View<'a> {
        #[serde(rename = "match")]
        match_id: u32,
        key: Option<&'a str>,
        version: u16,
        rules: &'a str,
        case: &'static str,
        happened: &'static str,
        answer: &'static str,
        means: &'static str,
        /// Whether no market of the engine asks this, so that a person applies it.
        by_hand: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        verdict: Option<String>,
    }
    #[derive(Serialize)]
    struct Message<'a> {
        seq: u64,
        ruling: View<'a>,
    }
    let game = book.game(ask.match_id);
    let version = game.map_or(0, |game| game.house_rules);
    let adopted = records.iter().find_map(|record| match &record.event {
        Event::HouseRules { version: other, name, rules, .. } if *other == version => {
            Some((name.as_str(), *rules))
        }
        _ => None,
    });
    let (name, rules) = adopted.unwrap_or(("the default of the release", HouseRules::default()));
    let mut answers = rules.answers();
    let place = answers.find(|(case, _)| case.key == ask.case.key).map_or(0, |(_, place)| place);
    to_json(&Message {
        seq: records.last().map_or(0, |record| record.seq.0),
        ruling: View {
            match_id: ask.match_id.0,
            key: game.and_then(|game| game.key.as_ref()).map(|key| key.as_str()),
            version,
            rules: name,
            case: ask.case.key,
            happened: ask.case.happened,
            answer: ask.case.answers[place],
            means: ask.case.meanings[place],
            by_hand: by_hand::CASES.contains(&ask.case.key),
            verdict: ask.facts.map(|facts| facts.verdict(&rules)),
        },
    })
}

/// What a person should know who grades a market otherwise than it stands: by its score under the house rules of its match,
/// or by an earlier word of a person.
pub fn contradiction(book: &Book, command: &Command) -> Option<String> {
    let Command::Grade { market, grade, .. } = command else { return None };
    let market = book.market(*market)?;
    let game = book.game(market.match_id)?;
    let graded_by = market.graded_by.map(|(by, approved_by)| by_whom(by, approved_by));
    match (market.status, grade) {
        (MarketStatus::Decided { winner }, Grade::Void | Grade::Results(_)) => {
            let agrees = match grade {
                Grade::Results(results) => (0..market.selections.len()).all(|index| {
                    let is_winner = index == usize::from(winner.0);
                    results.of(index) == if is_winner { LegResult::Won } else { LegResult::Lost }
                }),
                Grade::Void | Grade::Automatic => false,
            };
            let name = market.selection_name(game, winner);
            let stands = match graded_by {
                Some(who) => format!("It was graded won for {name} {who}"),
                None => format!("By the score and the house rules of the match {name} won"),
            };
            (!agrees).then(|| format!("{stands}: this contradicts it."))
        }
        (MarketStatus::Void, Grade::Results(_)) => {
            let stands = match graded_by {
                Some(who) => format!("It was declared void {who}"),
                None => "By the score or the house rules of the match it is void".to_owned(),
            };
            Some(format!("{stands}: this contradicts it."))
        }
        (MarketStatus::Void, Grade::Void)
        | (MarketStatus::Open | MarketStatus::Suspended(_) | MarketStatus::Graded, _)
        | (_, Grade::Automatic) => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn verdict(key: &str, answer: &str, facts: Value) -> String {
        let rules = HouseRules::default().with(key, answer).unwrap();
        Ask::read(0, key, Some(facts)).unwrap().facts.unwrap().verdict(&rules)
    }

    #[test]
    fn facts_come_to_a_verdict_by_the_answer_of_the_rule_set() {
        for (key, answer, facts, said) in [
            (
                "duration_on_line",
                "void",
                json!({"seconds": 1800, "line_s": 1800}),
                "the stakes go back",
            ),
            ("duration_on_line", "over", json!({"seconds": 1800, "line_s": 1800}), "over wins"),
            ("duration_on_line", "over", json!({"seconds": 1799, "line_s": 1800}), "under wins"),
            (
                "surrender",
                "top_up",
                json!({"fallen": 6, "still_needed": 3}),
                "the team counts 9 towers",
            ),
            (
                "towers",
                "last_hit",
                json!({"owner": "A", "struck_last": "A"}),
                "the tower counts for nobody",
            ),
            (
                "towers",
                "opponent",
                json!({"owner": "A", "struck_last": "A"}),
                "the tower counts for team B",
            ),
            ("inhibitors", "once_for_number", json!({"times": 2}), "it counts 1 times"),
            (
                "inhibitors",
                "once_for_number",
                json!({"times": 2, "is_next": true}),
                "it counts 2 times",
            ),
            ("first_blood", "by_game", json!({"by_opponent": false}), "that is not first blood"),
            ("player_replaced", "stand_if_started", json!({"started": true}), "bets on him stand"),
        ] {
            assert_eq!(verdict(key, answer, facts.clone()), said, "{key} {answer} {facts}");
        }
    }

    #[test]
    fn what_cannot_be_asked_is_named() {
        for (key, facts, said) in [
            ("weather", None, "outright_postponed"),
            ("overtime", Some(json!({"rounds": 30})), "left out: the answer needs none"),
            ("surrender", Some(json!({"fallen": 3})), "still_needed"),
            ("surrender", Some(json!({"fallen": 3, "still_needed": 1, "by": "A"})), "`by`"),
        ] {
            let fault = Ask::read(0, key, facts).unwrap_err();
            assert!(fault.text.contains(said), "{key}: {}", fault.text);
        }
        assert!(Ask::read(0, "overtime", None).unwrap().facts.is_none());
    }
}
