//! Accounts are opened, suspended, closed: what each may do.

use crate::command::AccountState;
use crate::event::Event;
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
        if state == AccountState::SelfExcluded {
            self.exclude(account)?;
        } else {
            row.state = state;
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
