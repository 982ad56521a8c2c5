//! What a bettor reads of a refusal.

use clutch_core::reject::Numbers;
use clutch_core::{Refusal, Reject};

use super::decimal::{ShowMoney, ShowOdds};

/// The plain sentence with its numbers: "The stake is above the limit. Limit 50.00, yours 60.00."
pub fn sentence(refusal: Refusal) -> String {
    let plain = refusal.code.sentence();
    match numbers(refusal) {
        Some(numbers) => format!("{plain} {numbers}"),
        None => plain.to_owned(),
    }
}

/// The same for the bettor, who hears no numbers of the house's own book.
pub fn for_the_bettor(refusal: Refusal) -> String {
    match is_of_the_book(refusal.code) {
        true => refusal.code.sentence().to_owned(),
        false => sentence(refusal),
    }
}

/// Whether the numbers are of the house's whole book: the sum of what everybody has bet is nobody's to read who bets.
pub const fn is_of_the_book(code: Reject) -> bool {
    matches!(
        code,
        Reject::SelectionLiability
            | Reject::MarketLiability
            | Reject::GroupLiability
            | Reject::MatchLiability
            | Reject::BetNotReducing
    )
}

fn numbers(refusal: Refusal) -> Option<String> {
    let Refusal { code, limit, actual } = refusal;
    let said = match code.numbers() {
        Numbers::Money => {
            let (limit, actual) = (ShowMoney(limit), ShowMoney(actual));
            match code {
                Reject::StakeBelowMinimum => format!("Minimum {limit}, yours {actual}."),
                Reject::StakeAboveLimit
                | Reject::PayoutAboveLimit
                | Reject::StakeForTrader
                | Reject::StakeAboveStage
                | Reject::StakeAboveFactor
                | Reject::WageringAboveLimit => format!("Limit {limit}, yours {actual}."),
                Reject::InsufficientFunds | Reject::BalanceTooLow => {
                    format!("Available {limit}, needed {actual}.")
                }
                Reject::CashOutChanged => format!("You asked for {limit}, now {actual}."),
                Reject::CashOutPart => format!("Left {limit}, asked {actual}."),
                Reject::ReferralStake => format!("Asked for {limit}, yours {actual}."),
                Reject::PayoutIsCut => {
                    format!("It pays {limit} at most, its odds come to {actual}.")
                }
                Reject::AccountInDebt => format!("Balance {limit}, needed {actual}."),
                Reject::HouseLimitReached => format!("Limit {limit}, with this {actual}."),
                Reject::DepositLimitReached
                | Reject::NetDepositLimitReached
                | Reject::UnverifiedDeposits => {
                    format!("Limit {limit}, with this deposit {actual}.")
                }
                Reject::InvalidAmount => format!("At most {limit}, yours {actual}."),
                Reject::TaxOutOfRange => format!("The amount is {limit}, the tax {actual}."),
                // Another account or direction, and not another amount.
                Reject::ReferenceReused if refusal.limit == refusal.actual => return None,
                Reject::ReferenceReused => format!("It was for {limit}, now for {actual}."),
                Reject::DebtAboveLimit => format!("Limit {limit}, it would be {actual}."),
                _ => format!("Limit {limit}, with this bet {actual}."),
            }
        }
        Numbers::Odds => {
            let [limit, actual] = [limit, actual].map(|milli| ShowOdds(milli.unsigned_abs()));
            match code {
                Reject::ReferralOdds => format!("The longest are {limit}, yours {actual}."),
                _ => format!("You asked for {limit}, now {actual}."),
            }
        }
        Numbers::Millis => {
            let [limit, actual] = [limit, actual].map(span);
            match code {
                Reject::AccountTimedOut => format!("It lasts for another {actual}."),
                Reject::RestNotOver => format!("It lasts for another {limit}."),
                Reject::PlayLimitCooling
                | Reject::VerificationOverdue
                | Reject::TripCooling
                | Reject::QuoteExpired => {
                    format!("That time is {limit}, {actual} have passed.")
                }
                Reject::RestLength => format!("The nearest is {limit}, you asked for {actual}."),
                Reject::RealityCheckDue => {
                    format!("You asked to be told every {limit}, and have played for {actual}.")
                }
                Reject::SessionTimeReached => {
                    format!("The limit is {limit}, you have played {actual}.")
                }
                Reject::RealityInterval | Reject::OverrideExpiry => {
                    format!("At most {limit}, yours {actual}.")
                }
                Reject::SourceSilent => format!("At most {limit}, it was silent for {actual}."),
                Reject::DelayTooShort => {
                    format!("The settings say {limit}, you asked for {actual}.")
                }
                Reject::StaleView => {
                    format!("It was replaced {actual} ago; it can be bet on for {limit}.")
                }
                Reject::ClientIdOutsideWindow => {
                    format!("At most {limit} away, yours is {actual}.")
                }
                _ => format!("Limit {limit}, found {actual}."),
            }
        }
        Numbers::Count => match code {
            Reject::GradeContradictory if limit != actual => {
                format!("It has {limit} selections, the grade has {actual} results.")
            }
            Reject::GradeContradictory => {
                "Either one has won and another lost, or one is half won and another half lost, or as many \
                 share a dead heat as it says; the others are void, or lost where none is half."
                    .to_owned()
            }
            Reject::UnknownSelection if limit != 0 => {
                format!("It has {limit}, counted from 0; you named {actual}.")
            }
            Reject::UnknownCurrency => format!("The last is number {limit}, you named {actual}."),
            Reject::InvalidParameter if (limit, actual) != (0, 0) => {
                format!("The bound is {limit}, yours {actual}.")
            }
            Reject::FeedOutdated => {
                format!("The newest is version {limit}, this is version {actual}.")
            }
            Reject::FeedGap => {
                format!("The newest is version {limit}, this one follows {actual}.")
            }
            Reject::FeedImpossible => format!("Expected {limit}, came {actual}."),
            Reject::IncidentImpossible if (limit, actual) != (0, 0) => {
                format!("Expected {limit}, yours {actual}.")
            }
            Reject::UnknownView => format!("The newest is {limit}, you named {actual}."),
            Reject::BetsPerSecond | Reject::BetsPerMinute | Reject::BetsPerHour => {
                format!("At most {limit}, with this bet {actual}.")
            }
            Reject::GradeOutdated => {
                format!("It was settled as version {limit} now, you named {actual}.")
            }
            // In parts per billion.
            Reject::NoOverround => {
                format!("It would sum to {:.3} %.", actual as f64 / 1e7)
            }
            Reject::SamePerson => format!("The wish is operator {limit}'s own."),
            Reject::ConfigurationMoved => {
                format!("It is version {actual} now, you looked at {limit}.")
            }
            Reject::TablesNeverShrink => format!("It has {limit}, you asked for {actual}."),
            _ => return None,
        },
        Numbers::None | Numbers::Epoch | Numbers::Switch => return None,
    };
    Some(said)
}

/// How long: "7 days", "1 h 30 min", "12.3 s". Of the units that stand in it the largest two are said.
pub fn span(millis: i64) -> String {
    const UNITS: [(u64, &str); 3] = [(86_400_000, "days"), (3_600_000, "h"), (60_000, "min")];
    let sign = if millis < 0 { "-" } else { "" };
    let millis = millis.unsigned_abs();
    let Some(at) = UNITS.iter().position(|(unit, _)| *unit <= millis) else {
        return format!("{sign}{:.1} s", millis as f64 / 1000.0);
    };
    let (unit, name) = UNITS[at];
    let name = if name == "days" && millis / unit == 1 { "day" } else { name };
    let (smaller, of) = UNITS.get(at + 1).copied().unwrap_or((1000, "s"));
    let whole = format!("{sign}{} {name}", millis / unit);
    match millis % unit / smaller {
        0 => whole,
        rest => format!("{whole} {rest} {of}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_its_numbers_in_words() {
        for (code, limit, actual, numbers) in [
            (Reject::StakeAboveLimit, 5000, 6000, "Limit 50.00, yours 60.00."),
            (Reject::AccountLiability, 5000, 6000, "Limit 50.00, with this bet 60.00."),
            (Reject::OddsChanged, 1850, 1800, "You asked for 1.85, now 1.80."),
            (Reject::InsufficientFunds, 1000, 1250, "Available 10.00, needed 12.50."),
            (Reject::DepositLimitReached, 5000, 6000, "Limit 50.00, with this deposit 60.00."),
            (Reject::WageringAboveLimit, 20_000, 100_000, "Limit 200.00, yours 1000.00."),
            (Reject::TaxOutOfRange, 5000, 6000, "The amount is 50.00, the tax 60.00."),
            (Reject::ReferenceReused, 5000, 6000, "It was for 50.00, now for 60.00."),
            (Reject::ReferenceReused, 5000, 5000, ""),
            (Reject::AccountInDebt, -500, 1000, "Balance -5.00, needed 10.00."),
            (Reject::PayoutIsCut, 5000, 6000, "It pays 50.00 at most, its odds come to 60.00."),
            (Reject::ReferralStake, 1000, 1001, "Asked for 10.00, yours 10.01."),
            (Reject::ReferralOdds, 1850, 1900, "The longest are 1.85, yours 1.90."),
            (
                Reject::StaleView,
                10_000,
                12_340,
                "It was replaced 12.3 s ago; it can be bet on for 10.0 s.",
            ),
            (Reject::TripCooling, 60_000, 1_000, "That time is 1 min, 1.0 s have passed."),
            (Reject::GradeContradictory, 3, 2, "It has 3 selections, the grade has 2 results."),
            (Reject::UnknownSelection, 2, 9, "It has 2, counted from 0; you named 9."),
            (Reject::FeedGap, 7, 9, "The newest is version 7, this one follows 9."),
            (Reject::InvalidParameter, 0, 0, ""),
            (Reject::InvalidParameter, 5, 6, "The bound is 5, yours 6."),
            (Reject::AccountTimedOut, 0, 86_400_000, "It lasts for another 1 day."),
            (Reject::MarketSuspended, 0, 0, ""),
        ] {
            let said = sentence(Refusal::with(code, limit, actual));
            assert_eq!(said, format!("{} {numbers}", code.sentence()).trim_end());
        }
    }

    #[test]
    fn a_span_is_said_in_its_largest_two_units() {
        for (millis, said) in [
            (0, "0.0 s"),
            (1_234, "1.2 s"),
            (60_000, "1 min"),
            (90_500, "1 min 30 s"),
            (5_400_000, "1 h 30 min"),
            (86_400_000, "1 day"),
            (604_800_000, "7 days"),
            (90_061_000, "1 day 1 h"),
            (-90_000, "-1 min 30 s"),
        ] {
            assert_eq!(span(millis), said);
        }
    }
}
