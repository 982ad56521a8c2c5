//! The questions that a bet was asked, with their numbers in words.

use clutch_core::bets::place::Check;
use clutch_core::reject::Numbers;
use clutch_core::risk::RuleId;
use clutch_core::units::AccountId;
use clutch_core::{Reject, State};

use super::CheckLine;
use crate::names;
use crate::ops::words;
use crate::wire::decimal::{ShowMoney, ShowOdds, with_places};
use crate::wire::sentence::{is_of_the_book, span};

/// The currency of the book, beside that of a bettor.
pub(super) struct Book {
    places: u8,
    /// " EUR", where the bettor's money is another.
    named: String,
}

impl Book {
    pub fn beside(state: &State, account: AccountId) -> Self {
        let (theirs, ours) = (words::currency_code(state, account), words::book_currency(state));
        let named = if theirs == ours { String::new() } else { format!(" {ours}") };
        Self { places: words::places(state, None), named }
    }
}

/// A question with its numbers in words; that about the market says how it stood instead.
pub(super) fn check_line(check: &Check, market_status: Option<String>, book: &Book) -> CheckLine {
    let Check { name, leg, code, numbers, used, passed, in_shadow, to_trader } = *check;
    let leg = leg.map(|leg| leg + 1);
    if let (Reject::MarketSuspended | Reject::MarketDecided, Some(status)) = (code, market_status) {
        let numbers = Some(format!("it is {status}")).filter(|_| !passed);
        let (code, of_the_book) = (code.name(), false);
        return CheckLine {
            leg,
            question: name,
            passed,
            in_shadow,
            to_trader,
            code,
            numbers,
            of_the_book,
        };
    }
    let numbers = numbers.and_then(|(limit, found)| {
        let odds = |milli: i64| ShowOdds(milli.unsigned_abs());
        Some(match code.numbers() {
            Numbers::None => return None,
            // Limits of the house are in the book currency, what is the player's own in his.
            Numbers::Money if RuleId::of_code(code).is_some() => with_places(book.places, || {
                parts(limit, used, found, |amount| format!("{}{}", ShowMoney(amount), book.named))
            }),
            Numbers::Money => {
                format!("limit {}, with this bet {}", ShowMoney(limit), ShowMoney(found))
            }
            Numbers::Odds => format!("seen {}, on offer {}", odds(limit), odds(found)),
            // What counts its own changes says nothing to anybody else.
            Numbers::Epoch | Numbers::Switch if passed => return None,
            Numbers::Count if passed && code == Reject::UnknownView => return None,
            Numbers::Epoch => format!("it has {} times", found - limit),
            Numbers::Millis => format!("limit {}, found {}", span(limit), span(found)),
            Numbers::Switch => format!("it is {}", names::switch(limit, found)),
            Numbers::Count if used.is_some() => {
                parts(limit, used, found, |count| count.to_string())
            }
            Numbers::Count => format!("limit {limit}, found {found}"),
        })
    });
    let (of_the_book, code) = (is_of_the_book(code), code.name());
    CheckLine { leg, question: name, passed, in_shadow, to_trader, code, numbers, of_the_book }
}

/// A limit, what was used of it before, and what this bet takes of it.
fn parts(limit: i64, used: Option<i64>, found: i64, show: impl Fn(i64) -> String) -> String {
    let of_bet = show(found - used.unwrap_or(0));
    let used = used.map_or_else(String::new, |used| format!(", used {}", show(used)));
    format!("limit {}{used}, this bet {of_bet}", show(limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_the_house_are_said_in_its_own_money_and_a_balance_in_the_bettors() {
        let yen = Book { places: 2, named: " EUR".to_owned() };
        let euros = Book { places: 2, named: String::new() };
        for (code, book, used, said) in [
            (Reject::StakeAboveLimit, &yen, None, "limit 1000.00 EUR, this bet 558.00 EUR"),
            (Reject::StakeAboveLimit, &euros, None, "limit 1000.00, this bet 558.00"),
            (
                Reject::AccountLiability,
                &euros,
                Some(50_000),
                "limit 1000.00, used 500.00, this bet 58.00",
            ),
            (
                Reject::MarketLiability,
                &euros,
                Some(-10),
                "limit 1000.00, used -0.10, this bet 558.10",
            ),
            (Reject::BetsPerHour, &euros, Some(55_799), "limit 100000, used 55799, this bet 1"),
            (Reject::InsufficientFunds, &yen, None, "limit 100000, with this bet 55800"),
        ] {
            let check = Check {
                name: "a question",
                leg: None,
                code,
                numbers: Some((100_000, 55_800)),
                used,
                passed: false,
                in_shadow: false,
                to_trader: false,
            };
            let line = with_places(0, || check_line(&check, None, book));
            assert_eq!(line.numbers.as_deref(), Some(said));
            assert_eq!(line.of_the_book, code == Reject::MarketLiability, "{code:?}");
        }
    }
}
