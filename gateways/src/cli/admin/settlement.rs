//! Settlement by hand: grades, what happened to a match, bets that are void, lanes that stopped.

use clap::{Subcommand, ValueEnum};
use clutch_core::house_rules::HouseRules;
use serde_json::{Value, json};

use super::client::{Client, Said};
use super::names::{account_number, match_number, scope};
use super::{Target, checks};
use crate::cli::Failure;
use crate::house_rules;
use crate::wire::overrides::WAITS;

#[derive(Debug, Subcommand)]
pub enum SettlementCommand {
    /// Everything that waits for a second person
    Waiting,
    /// Drop what waits for a second person: as the one who asked for it, or as one who would have to approve
    Reject {
        /// Its number
        id: u64,
    },
    /// Say how a market ended; a second person must approve if it has a result already
    ///
    /// Before it has one he must as well if the bets that would not lose, with those of all that you graded
    /// alone on the same day (UTC), could be paid more than `grade_alone_max` together (`clutch admin config
    /// show`): no score stands behind such a grade yet.
    #[command(group(clap::ArgGroup::new("ending").required(true)))]
    Grade {
        /// The market's number
        market: u32,
        /// won, lost, void, half_won, half_lost or a dead heat such as 1/2: one for each selection; if all are void, --void
        #[arg(group = "ending", num_args = 1.., value_name = "RESULT")]
        results: Vec<String>,
        /// Every stake goes back
        #[arg(long, group = "ending")]
        void: bool,
        /// Roll back: what the score says holds again
        #[arg(long, group = "ending")]
        automatic: bool,
        /// The settlement version that you looked at; 0 before the first result
        #[arg(long, default_value_t = 0)]
        version: u32,
    },
    /// Report what happened to a match beside its score; its house rules say what that means for bets
    Incident {
        /// The match, by its key or number
        #[arg(value_name = "MATCH")]
        game: String,
        #[command(subcommand)]
        incident: IncidentCommand,
    },
    /// Void one bet; a second person must approve
    Void {
        /// The account, by its key or number
        account: String,
        /// The bettor's own id of the bet
        #[arg(value_name = "UUID")]
        bet: String,
    },
    /// Void every bet on a match from one record of the journal to another; a second person must approve
    VoidBetween {
        /// The match, by its key or number
        #[arg(value_name = "MATCH")]
        game: String,
        /// The first record, as `clutch journal inspect` numbers them
        #[arg(long, value_name = "SEQ")]
        from: u64,
        /// The last record
        #[arg(long, value_name = "SEQ")]
        to: u64,
        /// Only bets on this market
        #[arg(long)]
        market: Option<u32>,
    },
    /// Bets that came after what decided their market had happened; with --propose, void just those
    ///
    /// Shows what a void would move and changes nothing. In play a bet is accepted when its delay is over, so
    /// by itself a sweep takes in what was sent up to that long before. A second person must approve.
    Sweep {
        /// market:NUMBER, match:KEY or all
        #[arg(value_name = "WHAT")]
        target: Target,
        /// How long before it bets count as late, such as 500ms or 2s; 0s is what was sent afterwards
        #[arg(long, value_name = "TIME", value_parser = checks::time_ms)]
        margin: Option<u64>,
        /// When it happened, in milliseconds since 1970, if no feed said so or its clock was wrong
        #[arg(long, value_name = "MILLISECONDS")]
        at: Option<u64>,
        /// Propose to void these bets
        #[arg(long)]
        propose: bool,
    },
    /// Settlement that stopped or is paused, and how long bets waited: resume MARKET, pause TIER, pause none, times
    #[command(subcommand)]
    Settlement(LaneCommand),
    /// House rules: show, cases, ask, adopt
    #[command(subcommand)]
    Rules(RulesCommand),
}

#[derive(Debug, Subcommand)]
pub enum IncidentCommand {
    /// The next map is awarded before it starts
    Walkover {
        /// The map, from 1
        map: u8,
        /// Who is given it
        to: Team,
        /// The markets stated it when they were offered
        #[arg(long)]
        stated: bool,
    },
    /// A team gives up the map being played
    Forfeit {
        /// The map, from 1
        map: u8,
        /// The team that gives up
        by: Team,
    },
    /// A map starts with fewer than ten players
    ShortHanded {
        /// The map, from 1
        map: u8,
    },
    /// The match is played over another number of maps
    Format {
        /// 1, 2, 3 or 5
        best_of: u8,
    },
    /// The match is put off
    Postponed {
        /// To this time, in milliseconds since 1970; nobody knows without it
        #[arg(long, value_name = "MILLISECONDS")]
        to: Option<u64>,
    },
    /// The map being played is played again after a technical fault
    Replayed {
        /// The map, from 1
        map: u8,
    },
    /// The match had begun before betting on it was closed
    StartedEarly {
        /// The last record before the true start
        #[arg(long, value_name = "SEQ")]
        from: u64,
    },
    /// A team plays with stand-ins
    StandIns {
        /// The team
        team: Team,
        /// How many official players it has
        officials: u8,
    },
    /// Take back the last incident, with all that followed from it
    TakeBack,
}

#[derive(Debug, Subcommand)]
pub enum LaneCommand {
    /// You looked at a market whose settlement stopped: it goes on where it stopped
    Resume {
        /// The market's number
        market: u32,
    },
    /// What decided markets still owe their bets, and how long bets waited for their money
    Times,
    /// Set the settlement of less known matches aside, or take it up again
    Pause {
        /// This tier and all less known ones, from 1 to 3; none pauses nothing
        tier: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// Every version that was adopted, with its answer to each case
    Show,
    /// Every case with its answers and what they do
    Cases,
    /// What the rules that a match is played under say of a case, and of what happened: how to grade
    ///
    /// Facts lead to a verdict: duration_on_line seconds=1800 line_s=1800, surrender fallen=6 still_needed=3, towers
    /// owner=A struck_last=B, inhibitors times=2 is_next=true, first_blood by_opponent=false, player_replaced started=true.
    Ask {
        /// The match, by its key or number
        #[arg(value_name = "MATCH")]
        game: String,
        /// The case, as `clutch admin rules cases` lists them
        case: String,
        /// What happened, as FACT=VALUE
        #[arg(value_name = "FACT=VALUE", value_parser = super::pair)]
        facts: Vec<(String, String)>,
    },
    /// Adopt a rule set for matches that are created from now on
    Adopt {
        /// void_when_in_doubt, stand_when_possible, or a file
        #[arg(value_name = "SET")]
        set: String,
        /// For this title
        #[arg(long, default_value = "counter_strike")]
        title: String,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum Team {
    A,
    B,
}

impl Team {
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// What waits for a second person.
pub(super) fn waiting(client: &Client) -> Result<Said, Failure> {
    let mut said = client.query(&json!({"query": "proposals"}))?;
    // What is in force already waits for nobody.
    said.keep("overrides", |word| word["status"] == WAITS);
    Ok(said)
}

pub fn run(client: &Client, command: &SettlementCommand) -> Result<Said, Failure> {
    match command {
        SettlementCommand::Waiting => waiting(client),
        SettlementCommand::Reject { id } => client.command(&json!({"command": "reject", "id": id})),
        SettlementCommand::Grade { market, results, void, automatic, version } => {
            let grade = match (void, automatic) {
                (true, _) => json!("void"),
                (_, true) => json!("automatic"),
                (false, false) => json!({"results": results}),
            };
            let body = json!({"command": "grade", "market": market, "version": version,
                "grade": grade});
            client.command(&body)
        }
        SettlementCommand::Incident { game, incident } => {
            let game = match_number(client, game)?;
            let body = match said(incident) {
                Some(incident) => {
                    json!({"command": "incident", "match": game, "incident": incident})
                }
                None => json!({"command": "take_back_incident", "match": game}),
            };
            client.command(&body)
        }
        SettlementCommand::Void { account, bet } => {
            let account = account_number(client, account)?;
            client.command(&json!({"command": "void_bet", "account": account, "client_id": bet}))
        }
        SettlementCommand::VoidBetween { game, from, to, market } => {
            let game = match_number(client, game)?;
            let body = json!({"command": "void_bets", "match": game, "market": market,
                "from": from, "to": to});
            client.command(&body)
        }
        SettlementCommand::Sweep { target, margin, at, propose } => {
            let scope = match target {
                Target::All | Target::Match(_) | Target::Market(_) => scope(client, target)?,
                _ => return Err(Failure("sweep market:NUMBER, match:KEY or all".to_owned())),
            };
            let question =
                json!({"query": "late_bets", "scope": scope, "margin_ms": margin, "at": at});
            let found = client.query(&question)?;
            if *propose && found.is_done() { propose_to_void(client, found) } else { Ok(found) }
        }
        SettlementCommand::Settlement(LaneCommand::Resume { market }) => {
            client.command(&json!({"command": "resume_settlement", "market": market}))
        }
        SettlementCommand::Settlement(LaneCommand::Times) => {
            client.query(&json!({"query": "settlement_times"}))
        }
        SettlementCommand::Settlement(LaneCommand::Pause { tier }) => {
            let tier: Option<u8> = match tier.as_str() {
                "none" => None,
                number => Some(number.parse().map_err(|_| {
                    Failure(format!("a tier is a number from 1 to 3 or none, not `{number}`"))
                })?),
            };
            client.command(&json!({"command": "pause_settlement", "from_tier": tier}))
        }
        SettlementCommand::Rules(RulesCommand::Show) => {
            client.query(&json!({"query": "house_rules"}))
        }
        SettlementCommand::Rules(RulesCommand::Ask { game, case, facts }) => {
            let game = match_number(client, game)?;
            let mut question = json!({"query": "ruling", "match": game, "case": case});
            if !facts.is_empty() {
                question["facts"] =
                    facts.iter().map(|(fact, value)| (fact.clone(), word(value))).collect();
            }
            client.query(&question)
        }
        SettlementCommand::Rules(RulesCommand::Cases) => Ok(Said::of(cases())),
        SettlementCommand::Rules(RulesCommand::Adopt { set, title }) => {
            let named = house_rules::find(set).map_err(Failure)?;
            let answers: serde_json::Map<String, Value> = named
                .rules
                .answers()
                .map(|(case, answer)| (case.key.to_owned(), json!(case.answers[answer])))
                .collect();
            let body = json!({"command": "adopt_house_rules", "title": title,
                "name": named.name.as_str(), "answers": answers});
            client.command(&body)
        }
    }
}

/// A number, yes or no, or a word.
fn word(text: &str) -> Value {
    match (text.parse::<u64>(), text.parse::<bool>()) {
        (Ok(number), _) => json!(number),
        (_, Ok(truth)) => json!(truth),
        (Err(_), Err(_)) => json!(text),
    }
}

/// Proposes to void the bets that a sweep found, market by market, and shows both.
fn propose_to_void(client: &Client, mut found: Said) -> Result<Said, Failure> {
    let markets = found.body["late_bets"].as_array().cloned().unwrap_or_default();
    let mut proposals = Vec::new();
    for late in markets.iter().filter(|late| late["bets"] != 0) {
        if late["is_whole"] != true {
            let text = "so many bets came late that not all were looked at: `clutch journal inspect` \
                        shows the first record, `clutch admin void-between` voids from there";
            return Err(Failure(format!("market {}: {text}", late["market"])));
        }
        let body = json!({"command": "void_bets", "match": late["match"], "market": late["market"],
            "from": late["from"], "to": late["to"]});
        let said = client.command(&body)?;
        if !said.is_done() {
            return Ok(said);
        }
        proposals.extend(said.body["proposals"].as_array().cloned().unwrap_or_default());
    }
    found.body["proposals"] = Value::Array(proposals);
    Ok(found)
}

/// An incident as the server takes it; `None` to take the last one back.
fn said(incident: &IncidentCommand) -> Option<Value> {
    Some(match incident {
        IncidentCommand::Walkover { map, to, stated } => {
            json!({"walkover": {"map": map, "to": to.key(), "stated": stated}})
        }
        IncidentCommand::Forfeit { map, by } => json!({"forfeit": {"map": map, "by": by.key()}}),
        IncidentCommand::ShortHanded { map } => json!({"short_handed": {"map": map}}),
        IncidentCommand::Format { best_of } => json!({"format_changed": {"best_of": best_of}}),
        IncidentCommand::Postponed { to } => json!({"postponed": {"to": to}}),
        IncidentCommand::Replayed { map } => json!({"replayed": {"map": map}}),
        IncidentCommand::StartedEarly { from } => json!({"started_early": {"from": from}}),
        IncidentCommand::StandIns { team, officials } => {
            json!({"stand_ins": {"team": team.key(), "officials": officials}})
        }
        IncidentCommand::TakeBack => return None,
    })
}

/// Every case, as if each answer were a row.
fn cases() -> Value {
    let rows = |case: &clutch_core::house_rules::Case| {
        let answers: Vec<Value> = case
            .answers
            .iter()
            .zip(case.meanings)
            .map(|(answer, means)| json!({"case": case.key, "answer": answer, "means": means}))
            .collect();
        json!({"case": case.key, "happened": case.happened, "answers": answers})
    };
    let cases: Vec<Value> = HouseRules::CASES.iter().map(rows).collect();
    json!({"cases": cases})
}
