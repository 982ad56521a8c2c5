//! `clutch admin account payment`, `adjust`, `bonus` and `forfeit`: what a payment system or a promotion says.

use clap::{Subcommand, ValueEnum};
use clutch_core::command::AdjustReason;
use serde_json::json;

use super::client::{Client, Said};
use super::names::account_number;
use super::order;
use crate::cli::{Failure, secret};

#[derive(Debug, Subcommand)]
pub(super) enum CashCommand {
    /// One step of a payment in two phases. A deposit's capture is `deposit` under the same reference
    Payment {
        /// The account, by its key or number
        account: String,
        /// What happened
        step: Step,
        /// How much, such as 12.50; the same in each step
        amount: String,
        /// The payment's UUID; each step is taken only once
        #[arg(long, value_name = "UUID")]
        reference: String,
        /// How much of a withdrawal is kept back for the tax authority
        #[arg(long, value_name = "AMOUNT")]
        tax: Option<String>,
    },
    /// Grant a free bet, a boost of what a bet wins, or bonus money that must be wagered
    Bonus {
        /// The account, by its key or number
        account: String,
        /// Which
        kind: Kind,
        /// How much, such as 5.00; of a boost, the most that it may add
        amount: String,
        /// For how many days
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
        days: u32,
        /// By how many per cent a boost raises what a bet wins
        #[arg(long, value_name = "PERCENT", required_if_eq("kind", "boost"),
            value_parser = clap::value_parser!(u8).range(1..=100))]
        percent: Option<u8>,
        /// What must be staked before bonus money is the player's own: an amount, or how many times the
        /// bonus, such as 5x; at most `wagering_times_max` times (`clutch admin config show`)
        #[arg(long, value_name = "AMOUNT|TIMESx", required_if_eq("kind", "money"))]
        wagering: Option<String>,
        /// The least odds of a bet that counts towards it
        #[arg(long, value_name = "ODDS", requires = "wagering")]
        min_odds: Option<String>,
        /// The most of it that becomes the player's own; without it all
        #[arg(long, value_name = "AMOUNT", requires = "wagering")]
        most: Option<String>,
        /// The grant's UUID; the same one is granted only once. Without it a new one is made
        #[arg(long, value_name = "UUID")]
        reference: Option<String>,
    },
    /// Correct a balance, with a reason; a large one waits for a second person
    ///
    /// The amount is what the balance grows by, or below zero what it shrinks by. From
    /// `adjust_alone_max` on (`clutch admin config show`) another person must approve it.
    Adjust {
        /// The account, by its key or number
        account: String,
        /// How much, such as 12.50 or -12.50
        #[arg(allow_hyphen_values = true)]
        amount: String,
        /// Why
        #[arg(long, value_name = "REASON")]
        reason: Reason,
        /// The adjustment's UUID, for a chargeback the provider's; the same one is made only once.
        /// Without it a new one is made
        #[arg(long, value_name = "UUID")]
        reference: Option<String>,
    },
    /// Take what is left of a bonus back
    Forfeit {
        /// The account, by its key or number
        account: String,
        /// The bonus's number
        bonus: u64,
    },
}

/// What happened to a payment.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Step {
    /// A deposit is promised
    Authorise,
    /// A promised deposit came to nothing
    Fail,
    /// The player wants money
    Withdraw,
    /// The money has left
    Paid,
    /// The money came back
    Returned,
}

/// What a bonus can be used for.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum Kind {
    /// The stake itself is never paid out
    FreeBet,
    /// Raises what one bet wins
    Boost,
    /// Becomes the player's own once enough was wagered
    Money,
}

/// Why a balance is adjusted.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum Reason {
    /// Something was booked wrongly; gives or takes
    Correction,
    /// A kindness of the house
    Goodwill,
    /// What the terms charge for
    Fee,
    /// A provider took a deposit back, whatever the balance
    Chargeback,
    /// Gives up a debt, or a part of it
    WriteOff,
}

pub(super) fn run(client: &Client, command: &CashCommand) -> Result<Said, Failure> {
    match command {
        CashCommand::Payment { account, step, amount, reference, tax } => {
            let account = account_number(client, account)?;
            let step = match step {
                Step::Authorise => "authorise",
                Step::Fail => "fail",
                Step::Withdraw => "withdraw",
                Step::Paid => "paid",
                Step::Returned => "returned",
            };
            let body = json!({"command": "payment", "account": account, "amount": amount,
                "reference": reference, "step": step, "tax": tax});
            order(client, body)
        }
        CashCommand::Bonus {
            account,
            kind,
            amount,
            days,
            percent,
            wagering,
            min_odds,
            most,
            reference,
        } => {
            let account = account_number(client, account)?;
            let kind = match kind {
                Kind::FreeBet => "free_bet".to_owned(),
                Kind::Boost => format!("boost_{}", percent.unwrap_or_default()),
                Kind::Money => "money".to_owned(),
            };
            let reference = match reference {
                Some(reference) => reference.clone(),
                None => secret::fresh_uuid()?,
            };
            // Whoever does not hear the answer can ask again with the same one.
            crate::output::remark(format_args!("reference {reference}"));
            let body = json!({"command": "grant_bonus", "account": account, "kind": kind,
                "amount": amount, "wagering": wagering, "min_odds": min_odds, "most": most, "for_s": u64::from(*days) * 86_400,
                "reference": reference});
            order(client, body)
        }
        CashCommand::Adjust { account, amount, reason, reference } => {
            let account = account_number(client, account)?;
            let reason = match reason {
                Reason::Correction => AdjustReason::Correction,
                Reason::Goodwill => AdjustReason::Goodwill,
                Reason::Fee => AdjustReason::Fee,
                Reason::Chargeback => AdjustReason::Chargeback,
                Reason::WriteOff => AdjustReason::WriteOff,
            };
            let reference = match reference {
                Some(reference) => reference.clone(),
                None => secret::fresh_uuid()?,
            };
            crate::output::remark(format_args!("reference {reference}"));
            let body = json!({"command": "adjust", "account": account, "amount": amount,
                "reason": reason.name(), "reference": reference});
            order(client, body)
        }
        CashCommand::Forfeit { account, bonus } => {
            let account = account_number(client, account)?;
            order(client, json!({"command": "forfeit_bonus", "account": account, "bonus": bonus}))
        }
    }
}
