//! Adjustments: a balance is corrected by hand, with a reason and under a reference, by two persons once one
//! has adjusted much on a day.
//!
//! Nothing that was posted is edited: an adjustment is a posting of its own, against a ledger account that
//! says what it was. Its reference is one of the payments', so the same adjustment never happens twice.

use super::alone::Credit;
use super::steps::{DEPOSITS_MAX, above_room, out_of_range, reused};
use crate::command::{Adjust, AdjustReason, Config};
use crate::event::{LedgerAccount, PaymentStatus, PostingReason};
use crate::proposals::Wish;
use crate::reject::{Refusal, Reject};
use crate::state::{Step, Tables};
use crate::units::{AccountId, Money};

impl AdjustReason {
    /// What stands against the player's balance.
    const fn against(self) -> LedgerAccount {
        match self {
            Self::Correction | Self::Goodwill | Self::Fee => LedgerAccount::Adjustments,
            Self::Chargeback => LedgerAccount::Provider,
            Self::WriteOff => LedgerAccount::BadDebt,
        }
    }
}

impl Step<'_> {
    /// See [`crate::Command::Adjust`].
    pub(crate) fn adjust(&mut self, adjust: &Adjust) -> Result<(), Refusal> {
        let Adjust { account, amount, reason, reference } = *adjust;
        self.operator()?;
        self.tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let status = PaymentStatus::Adjusted { reason };
        match self.tables.payment(account, amount, reference)?.map(|payment| payment.status) {
            Some(known) if known == status => {
                self.say_payment(account, amount, reference, status);
                return Ok(());
            }
            Some(_) => return Err(reused(amount)),
            None => {}
        }
        self.tables.check_adjustment(self.config, adjust)?;
        if !self.may_credit(account, Credit::Adjustment, amount) {
            return self.propose(Wish::Adjust(*adjust));
        }
        self.post_adjustment(account, amount, reason);
        self.note_payment(account, amount, reference, status);
        Ok(())
    }

    fn post_adjustment(&mut self, account: AccountId, amount: Money, reason: AdjustReason) {
        let (own, other) = (LedgerAccount::PlayerAvailable(account), reason.against());
        let why = PostingReason::Adjusted(reason);
        let wallet = &mut self.tables.wallet;
        let before = wallet.available(account);
        if amount < Money::ZERO {
            wallet.post(own, other, -amount, None, why, self.outbox);
        } else {
            wallet.post(other, own, amount, None, why, self.outbox);
        }
        // The provider has the money already, so it is booked whatever the balance.
        if reason == AdjustReason::Chargeback {
            wallet.keep_debt(account, before, self.config.debt_max, None, self.outbox);
        }
    }
}

impl Tables {
    fn check_adjustment(&self, config: &Config, adjust: &Adjust) -> Result<(), Refusal> {
        let Adjust { account, amount, reason, .. } = *adjust;
        let row = self.wallet.get(account).expect("the caller knew the account");
        let is_in =
            |max: Money, sum: Option<Money>| sum.is_some_and(|sum| -max <= sum && sum <= max);
        let adjusted = self.wallet.books(row.currency).adjustments;
        let can_be_counted = is_in(Config::AMOUNT_MAX, Some(amount))
            && is_in(Config::AMOUNT_MAX, row.available.checked_add(amount))
            && is_in(DEPOSITS_MAX, adjusted.checked_add(amount));
        if amount == Money::ZERO || !can_be_counted {
            let room = (Config::AMOUNT_MAX - row.available).min(DEPOSITS_MAX - adjusted);
            let is_above = Money::ZERO < amount && room < amount;
            return Err(if is_above { above_room(room, amount) } else { out_of_range(amount) });
        }
        let would_be = row.available + amount;
        let pays_no_debt = reason == AdjustReason::WriteOff && Money::ZERO < would_be;
        if !reason.allows(amount) || pays_no_debt {
            return Err(Reject::AdjustmentTerms.into());
        }
        // In the account's own money, as its balance is.
        let debt_max = self.wallet.currencies.most(row.currency, config.debt_max);
        let may_owe = reason == AdjustReason::Chargeback || Money::ZERO < amount;
        if !may_owe && would_be < -debt_max {
            let (limit, debt) = (debt_max.minor(), -would_be.minor());
            return Err(Refusal::with(Reject::DebtAboveLimit, limit, debt));
        }
        self.check_room_for_payment()
    }
}
