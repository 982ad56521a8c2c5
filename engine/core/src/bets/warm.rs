//! Looking ahead: the memory that coming commands will need is asked for while earlier ones are applied.
//!
//! With a million accounts nearly every bet waits for memory twice: for its client id's place in the
//! index and for its account; with many markets for those and for its selection too. One
//! bet after the other these waits add up; asked for early they overlap with the work of other bets.
//! Asking changes nothing, so a replay that looks no bet ahead agrees.
//!
//! How memory is asked for is left to the caller, for the processor's instruction for it is out of
//! reach of safe code: `fetch` is called with the address of each line and need not do anything.

use core::ptr::from_ref;

use super::client_ids::Key;
use crate::Envelope;
use crate::command::Command;
use crate::payments;
use crate::state::{State, Tables};
use crate::units::{AccountId, ClientBetId, MarketId, SelectionIndex};

/// How many bets ahead the memory that is only written is asked for. A processor holds few writes back
/// while it waits for their lines; when it can hold no more, everything waits.
const WRITTEN_AHEAD: usize = 16;

impl State {
    /// Names the memory that a coming command will need, as far as the command alone tells; to be
    /// called some commands before [`State::apply`], or never.
    #[inline]
    pub fn warm(&self, coming: &Envelope, fetch: impl Fn(*const u8)) {
        let Some(tables) = &self.tables else { return };
        match &coming.command {
            Command::PlaceBet(place) => {
                tables.warm(place.account, place.client_id, &fetch);
                tables.warm_market(place.market, &fetch);
                tables.bets.written_after(WRITTEN_AHEAD).for_each(&fetch);
            }
            Command::PlaceMultiple(place) => {
                tables.warm(place.account, place.client_id, &fetch);
                fetch(tables.multiples.newest_of(place.account).cast());
                let legs = place.picks().len();
                tables.multiples.written_after(WRITTEN_AHEAD, legs).for_each(&fetch);
                place.picks().iter().for_each(|pick| tables.warm_market(pick.market, &fetch));
            }
            other => tables.warm_money(other, &fetch),
        }
    }

    /// Names the memory that is found through what [`State::warm`] has named; to be called half way
    /// between that and [`State::apply`], when the first has arrived and the second still can.
    #[inline]
    pub fn warm_further(&self, coming: &Envelope, fetch: impl Fn(*const u8)) {
        let Some(tables) = &self.tables else { return };
        match &coming.command {
            Command::PlaceBet(place) => {
                tables.warm_selection(place.market, place.selection, &fetch);
            }
            Command::PlaceMultiple(place) => {
                if let Some(newest) = tables.multiples.of_account(place.account).next() {
                    fetch(newest.link_to_newer().cast());
                }
                for pick in place.picks() {
                    tables.warm_selection(pick.market, pick.selection, &fetch);
                }
            }
            Command::OpenAccount { key, .. } => tables.wallet.warm_opening_further(key, &fetch),
            _ => {}
        }
    }
}

impl Tables {
    /// A journal begins with accounts and deposits by the million, and every start may read it.
    #[inline(never)]
    fn warm_money(&self, coming: &Command, fetch: &impl Fn(*const u8)) {
        match coming {
            Command::OpenAccount { key, .. } => {
                self.wallet.warm_opening(key, WRITTEN_AHEAD, fetch);
            }
            Command::Deposit { account, reference, .. } => {
                fetch(self.payments.looked_at_first(payments::key(*reference)));
                fetch(self.payments.written_after(WRITTEN_AHEAD));
                if let Some(account) = self.wallet.get(*account) {
                    fetch(from_ref(account).cast());
                }
            }
            _ => {}
        }
    }

    #[inline]
    fn warm(&self, account: AccountId, client_id: ClientBetId, fetch: &impl Fn(*const u8)) {
        let key = Key::new(account, client_id.0);
        fetch(self.client_ids.looked_at_first(key));
        fetch(self.client_ids.written_after(WRITTEN_AHEAD));
        if let Some(account) = self.wallet.get(account) {
            fetch(from_ref(account).cast());
        }
    }

    #[inline]
    fn warm_market(&self, market: MarketId, fetch: &impl Fn(*const u8)) {
        if let Some(market) = self.markets.place_of(market) {
            fetch(from_ref(market).cast());
            fetch(from_ref(&market.prices).cast());
        }
    }

    #[inline]
    fn warm_selection(
        &self,
        market: MarketId,
        selection: SelectionIndex,
        fetch: &impl Fn(*const u8),
    ) {
        let Some(market) = self.markets.place_of(market) else { return };
        if let Some(selection) = self.markets.selection(market, selection) {
            fetch(from_ref(selection).cast());
        }
        if let Some(fixture) = self.fixtures.place_of(market.match_id) {
            fetch(from_ref(&fixture.stops).cast());
            fetch(fixture.series.looked_at_first());
        }
    }
}
