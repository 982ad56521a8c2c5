//! The engine's answer to a command, found among everything that it said.

use clutch_core::event::Event;
use clutch_core::units::{AccountId, ClientBetId};
use clutch_core::{Command, Record};

use crate::twin::Answer;

/// What the engine answered to the command itself.
///
/// # Panics
/// If it answered twice, or about another bet.
pub fn answer_of(command: &Command, records: &[Record]) -> Answer {
    let mut answer = None;
    for record in records.iter().filter(|record| record.trace != 0) {
        let said = match (record.event, command) {
            (Event::Refused(refusal), _) => Answer::Refused(refusal.code),
            (
                Event::Bet(view),
                Command::PlaceBet(_) | Command::PlaceMultiple(_) | Command::PlaceOnTerms(_),
            ) => {
                assert_own(command, (view.account, view.client_id));
                Answer::Bet(view.status)
            }
            (
                Event::Multiple(view),
                Command::PlaceBet(_) | Command::PlaceMultiple(_) | Command::PlaceOnTerms(_),
            ) => {
                assert_own(command, (view.account, view.client_id));
                Answer::Bet(view.status)
            }
            (Event::CashOut(view), Command::CashOut(ask)) => {
                let about = (view.account, view.client_id);
                assert_eq!(about, (ask.account, ask.client_id), "another bet is cashed out");
                Answer::CashOut(view.status, view.amount)
            }
            _ => continue,
        };
        assert_eq!(answer, None, "two answers to {command:?}");
        answer = Some(said);
    }
    answer.unwrap_or(Answer::Done)
}

/// The answer to a placement is about the bet that was asked for.
fn assert_own(command: &Command, answered: (AccountId, ClientBetId)) {
    let asked = match command {
        Command::PlaceBet(place) => (place.account, place.client_id),
        Command::PlaceMultiple(place) => (place.account, place.client_id),
        Command::PlaceOnTerms(ask) => ask.slip.key(),
        _ => return,
    };
    assert_eq!(answered, asked, "the answer to {command:?} is about another bet");
}
