//! Accounts are opened, suspended, closed: what each may do.

use crate::command::AccountState;
use crate::event::Event;
use crate::play::RestKind;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{AccountId, Currency, Name};

impl Step<'_> {
    pub(crate) fn open_account(&mut self, key: Name, currency: Currency) -> Result<(), Refusal> {
        let account = self.tables.wallet.open(key, currency)?;
        self.announce_account(account);
        Ok(())
    }

    pub(crate) fn set_account_state(
        &mut self,
        account: AccountId,
        state: AccountState,
    ) -> Result<(), Refusal> {
        let row = self.tables.wallet.get_mut(account).ok_or(Reject::UnknownAccount)?;
        if row.state == AccountState::Closed && state != AccountState::Closed {
            return Err(Reject::AccountClosed.into());
        }
        let begins_to_rest =
            state == AccountState::SelfExcluded && row.state != AccountState::SelfExcluded;
        row.state = state;
        if begins_to_rest {
            self.tables.wallet.play_mut().begin_rest(account, RestKind::SelfExclusion);
        }
        self.announce_account(account);
        Ok(())
    }

    pub(crate) fn announce_account(&mut self, account: AccountId) {
        let wallet = &self.tables.wallet;
        if let (Some(row), Some(key)) = (wallet.get(account), wallet.key(account)) {
            let (state, currency) = (row.state, row.currency);
            self.outbox.push(Event::Account { account, key, state, currency });
            wallet.announce(account, self.outbox);
        }
    }
}
