//! Money that a payment provider has captured.

use crate::bets::client_ids::Key;
use crate::command::{AccountState, Config};
use crate::event::{LedgerAccount, PostingReason};
use crate::play::Asked;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{AccountId, Money};

/// A payment as it was credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    pub account: AccountId,
    pub amount: Money,
}

crate::codec::wire_struct!(Payment { account, amount });

impl Payment {
    /// Fills the table's unused memory; never read.
    pub(crate) const BLANK: Self = Self { account: AccountId(0), amount: Money::ZERO };
}

/// All deposits together stay below this, so that no sum over all accounts can overflow.
const DEPOSITS_MAX: Money = Money::from_minor(i64::MAX / 8);

/// References belong to the provider, not to an account, so all of them are kept under one.
const ANY_ACCOUNT: AccountId = AccountId(0);

impl Step<'_> {
    /// Credits a payment once. The same reference for the same account and amount again only says
    /// the balance again.
    pub(crate) fn deposit(
        &mut self,
        account: AccountId,
        amount: Money,
        reference: u128,
    ) -> Result<(), Refusal> {
        let tables = &mut *self.tables;
        let row = tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let payment = Payment { account, amount };
        let key = Key::new(ANY_ACCOUNT, reference);
        if let Some(credited) = tables.payments.get(key) {
            if credited != payment {
                let numbers = (credited.amount.minor(), amount.minor());
                return Err(Refusal::with(Reject::ReferenceReused, numbers.0, numbers.1));
            }
            tables.wallet.announce(account, self.outbox);
            return Ok(());
        }
        if row.state == AccountState::Closed {
            return Err(Reject::AccountClosed.into());
        }
        let above = |max: Money, sum: Option<Money>| sum.is_none_or(|sum| max < sum);
        let too_much = above(Config::AMOUNT_MAX, row.available.checked_add(amount))
            || above(DEPOSITS_MAX, amount.checked_add(-tables.wallet.payments()));
        if amount <= Money::ZERO || too_much {
            let limit = Config::AMOUNT_MAX.minor();
            return Err(Refusal::with(Reject::InvalidAmount, limit, amount.minor()));
        }
        if tables.payments.is_full() {
            let max = i64::from(tables.capacity.client_ids_max);
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        if row.limits_himself {
            tables.wallet.check_play(account, Asked::Deposit(amount))?;
        }
        tables.payments.insert(key, payment);
        tables.wallet.post(
            LedgerAccount::Payments,
            LedgerAccount::PlayerAvailable(account),
            amount,
            None,
            PostingReason::Deposit,
            self.outbox,
        );
        tables.wallet.announce(account, self.outbox);
        Ok(())
    }
}
