//! What a bettor reads of a refusal.

use clutch_core::reject::Numbers;
use clutch_core::{Refusal, Reject};

use super::decimal::{ShowMoney, ShowOdds};

/// The plain sentence with its numbers: "The stake is above the limit. Limit 50.00, yours 60.00."
pub fn sentence(refusal: Refusal) -> String {
    let Refusal { code, limit, actual } = refusal;
    let plain = code.sentence();
    let (limit_money, actual_money) = (ShowMoney(limit), ShowMoney(actual));
    match code.numbers() {
        Numbers::Money => match code {
            Reject::StakeBelowMinimum => {
                format!("{plain} Minimum {limit_money}, yours {actual_money}.")
            }
            Reject::StakeAboveLimit | Reject::PayoutAboveLimit => {
                format!("{plain} Limit {limit_money}, yours {actual_money}.")
            }
            Reject::InsufficientFunds => {
                format!("{plain} Available {limit_money}, needed {actual_money}.")
            }
            Reject::CashOutChanged => {
                format!("{plain} You asked for {limit_money}, now {actual_money}.")
            }
            Reject::CashOutPart | Reject::ReferralStake => {
                format!("{plain} Left {limit_money}, asked {actual_money}.")
            }
            _ => format!("{plain} Limit {limit_money}, with this bet {actual_money}."),
        },
        Numbers::Odds => {
            let odds = |milli: i64| ShowOdds(milli.unsigned_abs());
            format!("{plain} You asked for {}, now {}.", odds(limit), odds(actual))
        }
        Numbers::Millis => {
            let seconds = |millis: i64| format!("{:.1} s", millis as f64 / 1000.0);
            format!("{plain} Limit {}, found {}.", seconds(limit), seconds(actual))
        }
        Numbers::None | Numbers::Epoch | Numbers::Count | Numbers::Switch => plain.to_owned(),
    }
}
