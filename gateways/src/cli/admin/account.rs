//! `clutch admin account …`: what an account may do, what limits it, and its money.

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::client::{Client, Said};
use super::names::account_number;
use super::{cash, order, play};
use crate::cli::{Failure, secret};

#[derive(Debug, Subcommand)]
pub(super) enum AccountCommand {
    /// One account with its latest bets
    Show {
        /// The account, by its key or number
        account: String,
    },
    /// Accounts in order of opening
    List {
        /// The first number
        #[arg(long, default_value_t = 0)]
        from: u32,
        /// At most this many
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
        max: u16,
    },
    /// Open an account
    Open {
        /// The operator's own key for it
        key: String,
        /// The number of its currency; the book's if left out
        #[arg(long, value_name = "NUMBER")]
        currency: Option<u8>,
    },
    /// Change what an account may do; closed is for ever
    State {
        /// The account, by its key or number
        account: String,
        /// The new state
        state: AccountState,
    },
    /// Set an account's percentage of what everybody may stake; a raise waits for a second person
    Factor {
        /// The account, by its key or number
        account: String,
        /// From 0 (no bet) to 100
        #[arg(value_parser = clap::value_parser!(u8).range(0..=100))]
        percent: u8,
        /// On matches of this title
        #[arg(long, default_value = "counter_strike")]
        title: String,
        /// On matches that have begun, or on those that have not
        #[arg(long, value_enum)]
        phase: Phase,
    },
    /// Link an account to a group that shares one liability limit, or to none
    Group {
        /// The account, by its key or number
        account: String,
        /// The group's number, or none
        group: String,
    },
    #[command(flatten)]
    Play(play::PlayCommand),
    #[command(flatten)]
    Cash(cash::CashCommand),
    /// Credit money, for tests and corrections
    Deposit {
        /// The account, by its key or number
        account: String,
        /// How much, such as 12.50
        amount: String,
        /// The payment's UUID; the same one is credited only once. Without it a new one is made
        #[arg(long, value_name = "UUID")]
        reference: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Phase {
    Prematch,
    Live,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum AccountState {
    /// Everything
    Open,
    /// Nothing until support lifts it
    Suspended,
    /// Nothing, for ever
    Closed,
    /// Begins a self-exclusion of six months, which nothing lifts early
    SelfExcluded,
}

/// Carries it out.
pub(super) fn run(client: &Client, command: &AccountCommand) -> Result<Said, Failure> {
    match command {
        AccountCommand::Show { account } => match account.parse::<u32>() {
            Ok(account) => client.query(&json!({"query": "account", "account": account})),
            Err(_) => client.query(&json!({"query": "account", "key": account})),
        },
        AccountCommand::List { from, max } => {
            client.query(&json!({"query": "accounts", "from": from, "max": max}))
        }
        AccountCommand::Open { key, currency } => {
            order(client, json!({"command": "open_account", "key": key, "currency": currency}))
        }
        AccountCommand::State { account, state } => {
            let state = match state {
                AccountState::Open => "open",
                AccountState::Suspended => "suspended",
                AccountState::Closed => "closed",
                AccountState::SelfExcluded => "self_excluded",
            };
            let account = account_number(client, account)?;
            let body = json!({"command": "set_account_state", "account": account, "state": state});
            order(client, body)
        }
        AccountCommand::Factor { account, percent, title, phase } => {
            let account = account_number(client, account)?;
            let phase = match phase {
                Phase::Prematch => "prematch",
                Phase::Live => "live",
            };
            let body = json!({"command": "set_account_factor", "account": account, "title": title,
                "phase": phase, "percent": percent});
            order(client, body)
        }
        AccountCommand::Group { account, group } => {
            let group: Option<u32> = match group.as_str() {
                "none" => None,
                number => Some(number.parse().map_err(|_| {
                    Failure(format!("a group is a number or none, not `{number}`"))
                })?),
            };
            let account = account_number(client, account)?;
            order(client, json!({"command": "link_account", "account": account, "group": group}))
        }
        AccountCommand::Play(command) => play::run(client, command),
        AccountCommand::Cash(command) => cash::run(client, command),
        AccountCommand::Deposit { account, amount, reference } => {
            let account = account_number(client, account)?;
            let reference = match reference {
                Some(reference) => reference.clone(),
                None => secret::fresh_uuid()?,
            };
            // Whoever does not hear the answer can ask again with the same one.
            crate::output::remark(format_args!("reference {reference}"));
            let body = json!({"command": "deposit", "account": account, "amount": amount,
                "reference": reference});
            order(client, body)
        }
    }
}
