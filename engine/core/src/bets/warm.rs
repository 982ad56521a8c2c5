//! Looking ahead: the memory that coming bets will need is asked for all at once.
//!
//! With a million accounts nearly every bet waits for memory three times: for its client id's place in
//! the index, for its account, and for the account's newest bet; with many markets for those too. One
//! bet after the other these waits add up; asked for together they overlap. Reading early changes
//! nothing, so a replay that looks no bet ahead agrees.

use core::hint::black_box;

use super::client_ids::Key;
use crate::Envelope;
use crate::command::{Command, PlaceBet};
use crate::state::{State, Tables};
use crate::wallet::NO_BET;

impl State {
    /// Asks for the memory that these commands will need. To be called with a few commands (8 to 16)
    /// just before [`State::apply`] is called with each; it is never necessary.
    #[inline]
    pub fn warm<'a>(&self, coming: impl Iterator<Item = &'a Envelope> + Clone) {
        let Some(tables) = &self.tables else { return };
        let bets = coming.filter_map(|envelope| match &envelope.command {
            Command::PlaceBet(place) => Some(place),
            _ => None,
        });
        // The second round needs what the first brings, so it comes when all of that is on its way.
        bets.clone().for_each(|place| tables.warm_id_account_and_market(place));
        bets.for_each(|place| tables.warm_newest_bet_and_selection(place));
    }
}

impl Tables {
    #[inline]
    fn warm_id_account_and_market(&self, place: &PlaceBet) {
        self.client_ids.warm(Key::new(place.account, place.client_id.0));
        if let Some(account) = self.wallet.get(place.account) {
            black_box(account.bets_open);
        }
        if let Some(market) = self.markets.get(place.market) {
            black_box(market.epoch);
        }
    }

    #[inline]
    fn warm_newest_bet_and_selection(&self, place: &PlaceBet) {
        if let Some(account) = self.wallet.get(place.account)
            && account.newest_bet != NO_BET
        {
            black_box(self.bets.bet(account.newest_bet).next_of_market);
        }
        if let Some(market) = self.markets.get(place.market)
            && let Some(selection) = self.markets.selection(market, place.selection)
        {
            black_box(selection.odds);
        }
    }
}
