//! `clutch admin account limit`, `confirm`, `rest` and `return`: what a player asks the staff to set for
//! him; `known`, `verify`, `hold` and `review`: what a licence asks about him. The engine's rules are the same as for his own wishes.

use clap::Subcommand;
use clap::builder::PossibleValuesParser;
use clutch_core::play::{Quantity, Window};
use serde_json::json;

use super::client::{Client, Said};
use super::names::account_number;
use super::order;
use crate::cli::Failure;
use crate::demo::play::wall_clock;

#[derive(Debug, Subcommand)]
pub(super) enum PlayCommand {
    /// Set a player's own limit at his wish: lower at once, higher after 24 hours and `confirm`
    Limit {
        /// The account, by its key or number
        account: String,
        /// On what
        #[arg(value_parser = quantities())]
        quantity: String,
        /// Over which time: 24h, 7d and 30d roll, the others follow the calendar in UTC
        #[arg(value_parser = windows())]
        window: String,
        /// How much, such as 50.00, for time 2h or 90m, or none
        amount: String,
        /// Not the player's wish but ours, as far as we know what he can afford: at once, both ways
        #[arg(long)]
        of_house: bool,
    },
    /// How well an account's owner is known, what is stopped, what was counted
    Known {
        /// The account, by its key or number
        account: String,
    },
    /// Say how well an account's owner is known; nothing about who he is
    Verify {
        /// The account, by its key or number
        account: String,
        /// The level
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(
            clutch_core::play::Level::ALL.iter().map(|level| level.name())))]
        level: String,
    },
    /// Stop withdrawals or everything of an account until somebody has looked; none lets it go on
    Hold {
        /// The account, by its key or number
        account: String,
        /// What
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(
            clutch_core::play::Hold::ALL.iter().map(|hold| hold.name())))]
        hold: String,
    },
    /// Close a case: you have looked into it
    Review {
        /// The account, by its key or number
        account: String,
        /// Which sum, as `clutch admin cases` names it
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(
            clutch_core::play::COUNTERS.iter().map(|counter| counter.name)))]
        counter: String,
    },
    /// Confirm a player's wish to raise or lift a limit, 24 hours after it
    Confirm {
        /// The account, by its key or number
        account: String,
        /// On what
        #[arg(value_parser = quantities())]
        quantity: String,
        /// Over which time
        #[arg(value_parser = windows())]
        window: String,
    },
    /// Have an account rest from betting at once: a time-out up to 42 days, a self-exclusion from 182
    /// days to 5 years
    Rest {
        /// The account, by its key or number
        account: String,
        /// Which
        kind: Rest,
        /// For how many days
        #[arg(value_parser = clap::value_parser!(u32).range(1..=1827))]
        days: u32,
    },
    /// A player comes back from a self-exclusion whose time is over: after one more day
    Return {
        /// The account, by its key or number
        account: String,
    },
}

/// What can be limited, as the engine names it.
fn quantities() -> PossibleValuesParser {
    PossibleValuesParser::new(Quantity::ALL.iter().map(|quantity| quantity.name()))
}

/// Over which times.
fn windows() -> PossibleValuesParser {
    PossibleValuesParser::new(Window::ALL.iter().map(|window| window.name()))
}

/// A rest from betting.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Rest {
    /// Ends by itself
    TimeOut,
    /// Ends only when the player asks to return
    SelfExclusion,
}

pub(super) fn run(client: &Client, command: &PlayCommand) -> Result<Said, Failure> {
    match command {
        PlayCommand::Known { account } => {
            let account = account_number(client, account)?;
            client.query(&json!({"query": "customer", "account": account}))
        }
        PlayCommand::Verify { account, level } => {
            let account = account_number(client, account)?;
            order(client, json!({"command": "verify", "account": account, "level": level}))
        }
        PlayCommand::Hold { account, hold } => {
            let account = account_number(client, account)?;
            order(client, json!({"command": "hold", "account": account, "hold": hold}))
        }
        PlayCommand::Review { account, counter } => {
            let account = account_number(client, account)?;
            order(client, json!({"command": "review", "account": account, "counter": counter}))
        }
        PlayCommand::Limit { account, quantity, window, amount, of_house } => {
            let account = account_number(client, account)?;
            let amount = Some(amount).filter(|amount| *amount != "none");
            let body = json!({"command": "set_play_limit", "account": account,
                "quantity": quantity, "window": window, "amount": amount, "of_house": of_house});
            order(client, body)
        }
        PlayCommand::Confirm { account, quantity, window } => {
            let account = account_number(client, account)?;
            let body = json!({"command": "confirm_play_limit", "account": account,
                "quantity": quantity, "window": window});
            order(client, body)
        }
        PlayCommand::Rest { account, kind, days } => {
            let account = account_number(client, account)?;
            let kind = match kind {
                Rest::TimeOut => "time_out",
                Rest::SelfExclusion => "self_exclusion",
            };
            let until = wall_clock().millis() + u64::from(*days) * 24 * 3_600_000;
            let body = json!({"command": "rest", "account": account, "kind": kind, "until": until});
            order(client, body)
        }
        PlayCommand::Return { account } => {
            let account = account_number(client, account)?;
            order(client, json!({"command": "end_rest", "account": account}))
        }
    }
}
