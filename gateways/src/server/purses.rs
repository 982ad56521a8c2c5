//! Whose money has how many places: asked for when there are several currencies, and said to whoever reads or
//! writes a message about an account.

use clutch_core::units::AccountId;
use clutch_core::{Event, Query, Record};

use super::hub::{Hub, Pending};
use super::turn::{Connections, find};
use crate::codes::{Fault, GatewayCode};
use crate::token::Claims;
use crate::wire::decimal::with_places;

impl Hub {
    /// Asks for a page of accounts, from one on, for their currencies. One book asks for none.
    pub(super) fn ask_for_purses(&mut self, from: u32) {
        if self.book.purses().are_several() {
            let (from, accounts_max) = (AccountId(from), Query::ACCOUNTS_MAX);
            self.unasked.push_back(Query::Accounts { from, accounts_max });
        }
    }

    /// How many places money is shown with to an account.
    pub(super) fn places_shown(&self, account: AccountId) -> u8 {
        // Whoever is told of his money has been heard of: his account was opened, or its image asked for.
        self.book.purses().places_shown(account)
    }

    /// The same in an answer: that of the account whose bet it is about, or of whoever asked.
    pub(super) fn places_of_answer(
        &self,
        event: &Event,
        pending: &Pending,
        connections: &mut Connections,
    ) -> u8 {
        // A bettor who asks by HTTP proves who he is with each request, and no connection knows him.
        let bettor = match event {
            Event::Bet(view) => Some(view.account),
            Event::Multiple(view) => Some(view.account),
            _ => None,
        };
        let asker = pending.asker.and_then(|key| find(connections, key));
        let account = bettor.or_else(|| asker.and_then(|connection| connection.account));
        account.map_or_else(|| self.book.purses().book_places(), |it| self.places_shown(it))
    }

    /// Reads what a bettor says, in his money.
    pub(super) fn in_money_of<T>(&self, claims: Option<&Claims>, read: impl FnOnce() -> T) -> T {
        let account = claims.map(|claims| claims.account);
        let places = account.map_or(self.book.purses().book_places(), |it| self.places_shown(it));
        with_places(places, read)
    }

    /// How many places money of an account has, if it is known.
    ///
    /// # Errors
    /// [`GatewayCode::CurrencyUnknown`]: in a moment it will be.
    pub(super) fn places_known(&self, account: AccountId) -> Result<u8, Fault> {
        self.book.purses().places(account).ok_or_else(|| GatewayCode::CurrencyUnknown.into())
    }

    /// Shows an answer to the staff in the money of the account that it is about, if it is about one.
    pub(super) fn in_money_of_answer<T>(&self, records: &[Record], show: impl FnOnce() -> T) -> T {
        let account = records.iter().find_map(|record| match record.event {
            Event::Account { account, .. } | Event::Balance { account, .. } => Some(account),
            _ => None,
        });
        let places = account.map_or(self.book.purses().book_places(), |it| self.places_shown(it));
        with_places(places, show)
    }
}
