//! `clutch admin`: a trader's and an operator's hands on a running server.
//!
//! Exit codes: 0 done; 1 could not be asked (no token, no server); 2 wrong use; 3 the server
//! said no.

mod account;
mod cash;
mod catalogue;
mod checks;
mod client;
mod names;
mod play;
mod policy;
mod referrals;
mod rules;
mod settlement;
mod show;
mod status;
mod strengths;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use self::client::{Client, Said};
use self::names::{match_number, scope};
use super::{Failure, secret};
use crate::config::Config;
use crate::demo::play::wall_clock;
use crate::output::answer;
use crate::token::{Role, StaffClaims, issue_staff};

/// Stop and resume betting, change settings, look after accounts of a running server
///
/// A token proves who you are: give one with --token or CLUTCH_ADMIN_TOKEN (`clutch token --operator 7`
/// makes one), or, on the server's own machine, --as 7 with --config or --data.
/// Exit codes: 0 done, 1 could not be asked, 2 wrong use, 3 the server said no.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct AdminArgs {
    /// Where the server is; else its configuration's address
    #[arg(long, value_name = "URL", env = "CLUTCH_ADMIN_SERVER")]
    server: Option<String>,
    /// Your token
    #[arg(long, value_name = "TOKEN", env = "CLUTCH_ADMIN_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Sign a token for this operator's number with the server's own secret
    #[arg(long = "as", value_name = "NUMBER", conflicts_with = "token")]
    operator: Option<u32>,
    /// The server's configuration file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The server's data directory
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Print the server's answer as JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: AdminCommand,
}

/// What people do most.
const EXAMPLES: &str = "\
Examples:
  clutch admin status                      what is stopped, and what waits for you
  clutch admin matches                     what is on, and what stops it
  clutch admin match create --file tonight.toml
                                           the [[match]] entries of a file, at once
  clutch admin suspend match:final-2026    until somebody resumes it
  clutch admin kill on class:round         no bet on single rounds, on any match
  clutch admin mode settle-only            nothing new; what is open is settled
  clutch admin reset loss_rate             go on after an automatic trip
  clutch admin override 12 --selection 0 --odds 1.95 --for 600
  clutch admin strengths final-2026 1 --first 52% --second 49%
                                           before the map begins, add --side t (or ct)
  clutch admin next-round final-2026 62%   team A has the money
  clutch admin config set stake_max=500.00 in_play_delay=5s
  clutch admin account show alice --json   as the server says it";

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Suspend betting: all, match:KEY, market:NUMBER
    Suspend {
        /// What
        #[arg(value_name = "WHAT")]
        target: Target,
    },
    /// Resume what was suspended by a person or frozen by a guard: all, match:KEY, market:NUMBER
    Resume {
        /// What
        #[arg(value_name = "WHAT")]
        target: Target,
    },
    /// Turn a kill switch: nothing it covers takes a bet, whatever else is said
    Kill {
        /// On or off
        switch: Switch,
        /// all, title:counter_strike (or valorant, lol, dota2), match:KEY, class:winner (handicap,
        /// total, score, round), channel:web (app, api, retail, phone), cash-out, withdrawals
        #[arg(value_name = "WHAT")]
        target: Target,
    },
    /// What the engine does at all: normal, accept-only-reducing, settle-only, read-only
    Mode {
        /// In accept-only-reducing a bet must lower what its market could cost; in settle-only
        /// nothing new is taken; in read-only not even settlement goes on
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(
            clutch_core::command::Mode::ALL.iter().map(|mode| mode.key())))]
        mode: String,
    },
    /// Let betting go on after an automatic trip: feed_lag, error_rate, loss_rate, reject_rate
    ///
    /// What trips, and who resets it, are settings: `clutch admin config show` lists them as trip_… A
    /// trip cools down first; those in trips_two_people take a second person, who gives the same order.
    Reset {
        /// Which
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(
            clutch_core::switches::TripId::ALL.iter().map(|trip| trip.name())))]
        trip: String,
    },
    /// A trader's word in place of the model's, for a while: --odds, --fair, --margin, --off, --suspend
    #[command(group(clap::ArgGroup::new("word").required(true)))]
    Override {
        /// The market's number
        market: u32,
        /// The selection's number
        #[arg(long)]
        selection: Option<u8>,
        /// The selection has these odds
        #[arg(long, group = "word", requires = "selection", value_parser = checks::odds)]
        odds: Option<String>,
        /// The selection has this fair probability, such as 48.5%
        #[arg(long, group = "word", requires = "selection", value_parser = checks::fair)]
        fair: Option<String>,
        /// The market has this margin, such as 5%; the whole market, so no --selection
        #[arg(long, group = "word", conflicts_with = "selection", value_parser = checks::margin)]
        margin: Option<String>,
        /// The selection is off the board
        #[arg(long, group = "word", requires = "selection")]
        off: bool,
        /// The market is suspended; the whole market, so no --selection: --off takes one off the board
        #[arg(long, group = "word", conflicts_with = "selection")]
        suspend: bool,
        /// How many seconds it holds
        #[arg(long = "for", value_name = "SECONDS")]
        for_s: u64,
    },
    /// Approve, as a second person, what waits: an override, a grade, a void, a limit
    Approve {
        /// Its number
        id: u64,
    },
    #[command(flatten)]
    Strengths(strengths::StrengthsCommand),
    #[command(flatten)]
    Settlement(settlement::SettlementCommand),
    /// Every override: what it says, whose it is, until when, and which waits for a second person
    Overrides,
    /// Take back an override
    Lift {
        /// The override's number
        id: u64,
    },
    /// At one glance: what is stopped, and what waits for a person
    Status,
    /// A new match on the running server: create
    #[command(subcommand, name = "match")]
    Match(catalogue::MatchCommand),
    /// One more market: open
    #[command(subcommand)]
    Market(catalogue::MarketCommand),
    /// Every match with its score and what stops it
    Matches,
    /// A match's markets with their status and odds, and what traders put in the model's place
    Markets {
        /// The match, by its key or number
        #[arg(value_name = "MATCH")]
        game: String,
    },
    /// Every risk rule: whether it is on, and what it refused or, in shadow, would have refused
    Risk,
    /// How late the facts of every source were
    Sources,
    /// Have a match's score follow another source: what that one says becomes the truth
    HandOver {
        /// The match, by its key or number
        #[arg(value_name = "MATCH")]
        game: String,
        /// The source's number: 0 is the game server's log
        source: u8,
    },
    /// Let bets on match:KEY or market:NUMBER wait longer in play than usual: as much as its video lags, for instance
    Delay {
        /// Which
        #[arg(value_name = "WHAT")]
        target: Target,
        /// A time such as 8s or 1500ms; `usual` follows the settings again
        time: String,
    },
    /// Set how well a match is known, from 0 (best) to 3: limits follow it
    Tier {
        /// The match, by its key or number
        #[arg(value_name = "MATCH")]
        game: String,
        /// From 0 to 3
        #[arg(value_parser = clap::value_parser!(u8).range(0..=3))]
        tier: u8,
    },
    #[command(flatten)]
    Referral(referrals::ReferralCommand),
    /// Accounts: show, known, list, open, state, factor, group, limit, confirm, rest, return, verify, hold,
    /// review, deposit, payment, bonus, forfeit, adjust
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Add a currency, or change one that no account has
    ///
    /// Limits are in currency 0, the book currency. What an account has in another one counts in them by the
    /// factor; nothing is ever paid by it.
    Currency {
        /// Its number: the next free one
        number: u8,
        /// Its three letters, such as JPY
        code: String,
        /// How many places its amounts have
        #[arg(long, value_parser = clap::value_parser!(u8).range(0..=3))]
        places: u8,
        /// What one of it counts in limits, such as 0.0062
        #[arg(long, default_value = "1")]
        factor: String,
    },
    /// Settings: show, set
    #[command(subcommand)]
    Config(ConfigCommand),
    /// What is asked of players: show, adopt, write
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Accounts into which somebody has to look, and why; `account review` closes a case
    Cases {
        /// From this account's number on
        #[arg(long, default_value_t = 0)]
        from: u32,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Every setting, and the version in force
    Show,
    /// Change settings: stake_max=500.00 in_play_delay=5s margin=5.5%
    Set {
        /// NAME=VALUE; `clutch admin config show` lists the names
        #[arg(required = true, value_name = "NAME=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
        /// Only if this version is still in force
        #[arg(long, value_name = "VERSION")]
        based_on: Option<u32>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// What a command acts on.
#[derive(Clone, Debug)]
enum Target {
    All,
    Title(String),
    Match(String),
    Market(u32),
    Class(String),
    Channel(String),
    CashOut,
    Withdrawals,
}

impl std::str::FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            None if text == "all" => Ok(Self::All),
            None if text == "cash-out" => Ok(Self::CashOut),
            None if text == "withdrawals" => Ok(Self::Withdrawals),
            Some(("class", class)) => Ok(Self::Class(class.to_owned())),
            Some(("channel", channel)) => Ok(Self::Channel(channel.to_owned())),
            Some(("title", title)) => Ok(Self::Title(title.to_owned())),
            Some(("match", key)) if !key.is_empty() => Ok(Self::Match(key.to_owned())),
            Some(("market", number)) => number
                .parse()
                .map(Self::Market)
                .map_err(|_| format!("a market is named by its number, not `{number}`")),
            _ => {
                let all = "all, match:KEY, market:NUMBER, title:NAME, class:NAME, channel:NAME, \
                           cash-out or withdrawals";
                Err(format!("write {all}"))
            }
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

pub fn run(args: &AdminArgs) -> ExitCode {
    match ask(args).and_then(|said| print(args, said)) {
        Ok(code) => code,
        Err(Failure(message)) => {
            crate::output::remark(format_args!("clutch: {message}"));
            ExitCode::FAILURE
        }
    }
}

/// Exit code of what the server refused.
const REFUSED: u8 = 3;

fn print(args: &AdminArgs, said: Said) -> Result<ExitCode, Failure> {
    let mut output = answer();
    let is_done = said.is_done();
    if args.json {
        writeln!(output, "{}", said.body)?;
    } else if is_done {
        show::show(&mut output, &said.body)?;
    }
    output.flush()?;
    if is_done {
        return Ok(ExitCode::SUCCESS);
    }
    let text = said.body["text"].as_str().unwrap_or("The server gave an answer that is none.");
    let name = said.body["name"].as_str().unwrap_or("?");
    crate::output::remark(format_args!("clutch: {text} ({name})"));
    if let Some(hint) = hint(name) {
        crate::output::remark(format_args!("{hint}"));
    }
    Ok(ExitCode::from(REFUSED))
}

/// What to do about a refusal, where its sentence speaks to bettors.
fn hint(name: &str) -> Option<&'static str> {
    Some(match name {
        "NotAuthenticated" | "BadToken" | "ExpiredToken" => {
            "Make a fresh token with `clutch token --operator NUMBER --role operator`."
        }
        "Forbidden" => {
            "Traders create matches, stop, resume, override, grade and void; risk also sets limits and policies; finance moves money; operator does all. A second person approves what he could have wished himself."
        }

        "MatchExists" => {
            "Another match has this key: `clutch admin matches` shows it. The same order again for the same match is fine."
        }
        "UnknownMatch" => "`clutch admin matches` lists what there is.",
        "UnknownMarket" => "`clutch admin markets MATCH` lists what there is.",
        "UnknownReferral" => "`clutch admin referrals` lists what there is.",
        "UnknownAccount" => "`clutch admin account list` lists what there is.",
        "TripCooling" => {
            "The setting trip_cool_down says how long; `clutch admin matches` what tripped."
        }
        "SamePerson" => "Another operator must give the same order with his own token.",
        "ReadOnly" => "`clutch admin mode normal` ends it.",
        "DecidedByNoFeed" => "Say when it happened: --at MILLISECONDS.",
        "GradeOutdated" => "Give the settlement version that the market has now: --version NUMBER.",
        "NothingToApprove" => "`clutch admin waiting` lists what waits for a second person.",
        "AccountUnderReview" | "FundsHeld" => {
            "`clutch admin account known ACCOUNT` shows why; `clutch admin account review` closes a case, `clutch admin account hold ACCOUNT none` ends a hold."
        }
        "NothingToReview" => "`clutch admin cases` lists what waits to be reviewed.",
        "PlayPolicyUnchanged" => "`clutch admin policy show` shows what is in force.",
        "ConfigurationMoved" => "`clutch admin config show` shows the version in force.",
        _ => return None,
    })
}

fn ask(args: &AdminArgs) -> Result<Said, Failure> {
    let client = connect(args)?;
    match &args.command {
        AdminCommand::Suspend { target } => {
            order(&client, json!({"command": "suspend", "scope": scope(&client, target)?}))
        }
        AdminCommand::Resume { target } => {
            order(&client, json!({"command": "resume", "scope": scope(&client, target)?}))
        }
        AdminCommand::Kill { switch, target } => {
            let (on, scope) = (matches!(switch, Switch::On), scope(&client, target)?);
            order(&client, json!({"command": "kill", "scope": scope, "on": on}))
        }
        AdminCommand::Reset { trip } => {
            order(&client, json!({"command": "reset_trip", "trip": trip}))
        }
        AdminCommand::Mode { mode } => order(&client, json!({"command": "set_mode", "mode": mode})),
        AdminCommand::Override { market, selection, odds, fair, margin, off, for_s, .. } => {
            let word = match (odds, fair, margin, off) {
                (Some(odds), ..) => json!({"odds": odds}),
                (_, Some(fair), ..) => json!({"fair": fair}),
                (_, _, Some(margin), _) => json!({"margin": margin}),
                (.., true) => json!("off"),
                (.., false) => json!("suspend"),
            };
            let body = json!({"command": "override", "market": market, "selection": selection,
                "word": word, "for_s": for_s});
            order(&client, body)
        }
        AdminCommand::Approve { id } => order(&client, json!({"command": "approve", "id": id})),
        AdminCommand::Strengths(command) => strengths::run(&client, command),
        AdminCommand::Settlement(command) => settlement::run(&client, command),
        AdminCommand::Lift { id } => order(&client, json!({"command": "lift_override", "id": id})),
        AdminCommand::Status => status::run(&client),
        AdminCommand::Match(command) => catalogue::run_match(&client, command),
        AdminCommand::Market(command) => catalogue::run_market(&client, command),
        AdminCommand::Matches => client.query(&json!({"query": "matches"})),
        AdminCommand::Markets { game } => {
            let game = match_number(&client, game)?;
            let mut said = client.query(&json!({"query": "markets", "match": game}))?;
            if said.is_done() {
                let all = client.query(&json!({"query": "proposals"}))?.or_refusal()?;
                said.body["overrides"] = all["overrides"].clone();
                said.keep("overrides", |word| word["match"] == game);
            }
            Ok(said)
        }
        AdminCommand::Overrides => {
            let mut said = client.query(&json!({"query": "proposals"}))?;
            said.keep("proposals", |_| false);
            Ok(said)
        }
        AdminCommand::Risk => client.query(&json!({"query": "risk"})),
        AdminCommand::Sources => client.query(&json!({"query": "sources"})),
        AdminCommand::HandOver { game, source } => {
            let game = match_number(&client, game)?;
            order(&client, json!({"command": "hand_over", "match": game, "source": source}))
        }
        AdminCommand::Delay { target, time } => {
            let scope = scope(&client, target)?;
            order(&client, json!({"command": "set_delay", "scope": scope, "delay": time}))
        }
        AdminCommand::Tier { game, tier } => {
            let game = match_number(&client, game)?;
            order(&client, json!({"command": "set_tier", "match": game, "tier": tier}))
        }
        AdminCommand::Referral(command) => referrals::run(&client, command),
        AdminCommand::Currency { number, code, places, factor } => order(
            &client,
            json!({"command": "set_currency", "currency": number, "code": code, "places": places,
                "factor": factor}),
        ),
        AdminCommand::Account(command) => account::run(&client, command),
        AdminCommand::Policy(command) => policy::run(&client, command),
        AdminCommand::Cases { from } => client.query(&json!({"query": "cases", "from": from})),
        AdminCommand::Config(ConfigCommand::Show) => client.query(&json!({"query": "settings"})),
        AdminCommand::Config(ConfigCommand::Set { set, based_on }) => {
            let set: serde_json::Map<String, Value> =
                set.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
            order(&client, json!({"command": "configure", "set": set, "based_on": based_on}))
        }
    }
}

fn order(client: &Client, order: Value) -> Result<Said, Failure> {
    client.command(&order)
}

fn connect(args: &AdminArgs) -> Result<Client, Failure> {
    let config = match &args.config {
        Some(path) => Config::read(path).map_err(Failure)?,
        None => Config::built_in(),
    };
    let token = match (&args.token, args.operator) {
        (_, Some(operator)) => {
            let dir = args.data.as_ref().unwrap_or(&config.engine.data_dir);
            let secret = secret::existing(&config.gateway.token_secret, dir)?;
            let issued_at_s = wall_clock().millis() / 1000;
            let expires_at_s = issued_at_s + 60;
            let roles = vec![Role::Operator];
            issue_staff(&secret, &StaffClaims { operator, roles, issued_at_s, expires_at_s })
        }
        (Some(token), None) => token.trim().to_owned(),
        (None, None) => {
            return Err(Failure(
                "no token: set CLUTCH_ADMIN_TOKEN to what `clutch token --operator NUMBER` prints, \
                 or, on the server's machine, give --as NUMBER with --config or --data"
                    .to_owned(),
            ));
        }
    };
    let server = args.server.clone().unwrap_or_else(|| format!("http://{}", config.gateway.listen));
    Client::new(&server, token)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in `clutch admin --help` of a command that has others beneath it.
    #[test]
    fn a_command_with_others_beneath_it_names_them_all() {
        let admin = AdminArgs::augment_args(clap::Command::new("admin"));
        let mut count = 0;
        for parent in admin.get_subcommands() {
            let about = parent.get_about().map(ToString::to_string).unwrap_or_default();
            for child in parent.get_subcommands() {
                let words = about.split(|char: char| !char.is_alphanumeric() && char != '-');
                let is_named = words.into_iter().any(|word| word == child.get_name());
                let is_incident = parent.get_name() == "incident";
                assert!(
                    is_named || is_incident,
                    "{} {}: {about}",
                    parent.get_name(),
                    child.get_name()
                );
                count += 1;
            }
        }
        assert!(30 < count, "{count} commands");
    }
}
