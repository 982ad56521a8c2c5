//! Bets that a trader looks at before they are taken.

use clap::Subcommand;
use serde_json::json;

use super::client::{Client, Said};
use super::{Failure, order};

#[derive(Debug, Subcommand)]
pub(super) enum ReferralCommand {
    /// Every bet that waits for a trader
    Referrals,
    /// Take a bet that waits for a trader, or less of it
    AcceptBet {
        /// The bet's number
        bet: u64,
        /// Only so much of the stake (of the stake on each line)
        #[arg(long, value_name = "AMOUNT")]
        stake: Option<String>,
    },
    /// Offer the bettor another stake or other odds instead
    OfferBet {
        /// The bet's number
        bet: u64,
        /// The stake (on each line), at most what was asked for
        #[arg(long, value_name = "AMOUNT")]
        stake: String,
        /// Other odds, for a bet on one selection
        #[arg(long)]
        odds: Option<String>,
    },
    /// Do not take a bet that waits for a trader
    RefuseBet {
        /// The bet's number
        bet: u64,
    },
}

pub(super) fn run(client: &Client, command: &ReferralCommand) -> Result<Said, Failure> {
    let say = |bet: &u64, word| {
        // Amounts are in the currency of whoever asked for the bet.
        let desk = client.query(&json!({"query": "referrals"}))?.or_refusal()?;
        let mut waiting = desk["referrals"].as_array().into_iter().flatten();
        let account = waiting.find(|it| it["bet_id"] == *bet).map(|it| it["account"].clone());
        let body =
            json!({"command": "decide_referral", "bet": bet, "word": word, "account": account});
        order(client, body)
    };
    match command {
        ReferralCommand::Referrals => client.query(&json!({"query": "referrals"})),
        ReferralCommand::AcceptBet { bet, stake: None } => say(bet, json!("accept")),
        ReferralCommand::AcceptBet { bet, stake: Some(stake) } => say(bet, json!({"part": stake})),
        ReferralCommand::OfferBet { bet, stake, odds } => {
            say(bet, json!({"offer": {"stake": stake, "odds": odds}}))
        }
        ReferralCommand::RefuseBet { bet } => say(bet, json!("refuse")),
    }
}
