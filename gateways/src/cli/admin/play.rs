//! `clutch admin account limit`, `confirm`, `rest` and `return`: what a player asks the staff to set for
//! him. The engine's rules are the same as for his own wishes.

use clap::Subcommand;
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
        /// stake, loss, deposit, net_deposit
        quantity: String,
        /// 24h, 7d (rolling), day, week, month (by the calendar, in UTC)
        window: String,
        /// How much, such as 50.00, or none
        amount: String,
    },
    /// Confirm a player's wish to raise or lift a limit, 24 hours after it
    Confirm {
        /// The account, by its key or number
        account: String,
        /// stake, loss, deposit, net_deposit
        quantity: String,
        /// 24h, 7d, day, week, month
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
        PlayCommand::Limit { account, quantity, window, amount } => {
            let account = account_number(client, account)?;
            let amount = Some(amount).filter(|amount| *amount != "none");
            let body = json!({"command": "set_play_limit", "account": account,
                "quantity": quantity, "window": window, "amount": amount});
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
