//! The steps of deposits and withdrawals.

use super::Payment;
use super::alone::Credit;
use crate::command::{AccountState, Config, PaymentStep};
use crate::event::{DepositStatus, LedgerAccount, PaymentStatus, PostingReason, WithdrawalStatus};
use crate::play::{Asked, Movement};
use crate::proposals::Wish;
use crate::reject::{Refusal, Reject};
use crate::state::{Step, Tables};
use crate::units::{AccountId, Money, Seq};

/// All deposits of a currency together stay below this, so that no sum over all accounts can overflow.
pub(super) const DEPOSITS_MAX: Money = Money::from_minor(i64::MAX / 8);

impl Step<'_> {
    /// See [`crate::Command::Deposit`].
    pub(crate) fn deposit(
        &mut self,
        account: AccountId,
        amount: Money,
        reference: u128,
    ) -> Result<(), Refusal> {
        let row = self.tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let is_closed = row.state == AccountState::Closed;
        let known = self.tables.payment(account, amount, reference)?;
        let captured = PaymentStatus::Deposit(DepositStatus::Captured);
        let from = match deposit_of(known, amount)? {
            Some((DepositStatus::Captured, _)) => {
                self.say_payment(account, amount, reference, captured);
                return Ok(());
            }
            // The money has left the player's card by now: it is credited whatever became of his
            // account or his limits since it was authorised.
            Some((DepositStatus::Authorised, _)) => LedgerAccount::DepositInTransit(account),
            Some((DepositStatus::Failed, _)) => return Err(Reject::PaymentClosed.into()),
            None => {
                if is_closed {
                    return Err(Reject::AccountClosed.into());
                }
                self.tables.check_deposit(account, amount)?;
                LedgerAccount::Provider
            }
        };
        if !self.may_credit(account, Credit::Deposit, amount) {
            return self.propose(Wish::Deposit { account, amount, reference });
        }
        let to = LedgerAccount::PlayerAvailable(account);
        self.tables.wallet.post(from, to, amount, None, PostingReason::Deposit, self.outbox);
        self.note_payment(account, amount, reference, captured);
        Ok(())
    }

    /// See [`crate::Command::Payment`].
    pub(crate) fn payment_step(
        &mut self,
        account: AccountId,
        amount: Money,
        reference: u128,
        step: PaymentStep,
    ) -> Result<(), Refusal> {
        self.tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let known = self.tables.payment(account, amount, reference)?;
        let status = match step {
            PaymentStep::Authorise => self.authorise(account, amount, known)?,
            PaymentStep::Fail => self.fail(account, amount, known)?,
            PaymentStep::Withdraw { tax } => {
                self.request_withdrawal(account, amount, tax, known)?
            }
            PaymentStep::Paid => self.paid(account, amount, known)?,
            PaymentStep::Returned => self.returned(account, amount, known)?,
        };
        self.note_payment(account, amount, reference, status);
        Ok(())
    }

    fn authorise(
        &mut self,
        account: AccountId,
        amount: Money,
        known: Option<Payment>,
    ) -> Result<PaymentStatus, Refusal> {
        match deposit_of(known, amount)? {
            // A provider may repeat its first word after its second.
            Some((status @ (DepositStatus::Authorised | DepositStatus::Captured), _)) => {
                return Ok(PaymentStatus::Deposit(status));
            }
            Some((DepositStatus::Failed, _)) => return Err(Reject::PaymentClosed.into()),
            None => {}
        }
        if self.tables.wallet.get(account).is_some_and(|row| row.state == AccountState::Closed) {
            return Err(Reject::AccountClosed.into());
        }
        self.tables.check_deposit(account, amount)?;
        let to = LedgerAccount::DepositInTransit(account);
        let reason = PostingReason::DepositAuthorised;
        self.tables.wallet.post(LedgerAccount::Provider, to, amount, None, reason, self.outbox);
        Ok(PaymentStatus::Deposit(DepositStatus::Authorised))
    }

    fn fail(
        &mut self,
        account: AccountId,
        amount: Money,
        known: Option<Payment>,
    ) -> Result<PaymentStatus, Refusal> {
        let failed = PaymentStatus::Deposit(DepositStatus::Failed);
        let (status, began) = deposit_of(known, amount)?.ok_or(Reject::UnknownPayment)?;
        match status {
            DepositStatus::Failed => return Ok(failed),
            DepositStatus::Authorised => {}
            DepositStatus::Captured => return Err(Reject::PaymentClosed.into()),
        }
        let from = LedgerAccount::DepositInTransit(account);
        let reason = PostingReason::DepositFailed;
        self.tables.wallet.post(from, LedgerAccount::Provider, amount, None, reason, self.outbox);
        // It was counted when it was authorised.
        self.tables.wallet.note_play(account, Movement::Undeposited(began), amount);
        Ok(failed)
    }

    fn request_withdrawal(
        &mut self,
        account: AccountId,
        amount: Money,
        tax: Money,
        known: Option<Payment>,
    ) -> Result<PaymentStatus, Refusal> {
        if let Some((known, status)) = withdrawal_of(known, amount)? {
            let same = PaymentStatus::Withdrawal { tax, status };
            return if known == tax { Ok(same) } else { Err(reused(amount)) };
        }
        self.tables.switches.check_withdrawal()?;
        if amount <= Money::ZERO || Config::AMOUNT_MAX < amount {
            return Err(out_of_range(amount));
        }
        if tax < Money::ZERO || amount < tax {
            return Err(Refusal::with(Reject::TaxOutOfRange, amount.minor(), tax.minor()));
        }
        self.tables.check_room_for_withdrawal()?;
        // Whatever the account's state: a player's own money is his, also when he may not bet.
        let row = self.tables.wallet.get(account).expect("the caller knew the account");
        if row.is_watched {
            self.tables.wallet.check_play(account, Asked::Withdraw)?;
        }
        if row.available < amount {
            return Err(row.lacks(amount, Reject::BalanceTooLow));
        }
        let from = LedgerAccount::PlayerAvailable(account);
        let to = LedgerAccount::WithdrawalInTransit(account);
        let reason = PostingReason::WithdrawalRequested;
        self.tables.wallet.post(from, to, amount, None, reason, self.outbox);
        if self.config.withdrawal_ends_bonus != 0 {
            self.tables.wallet.end_unwagered(account, self.outbox);
        }
        Ok(PaymentStatus::Withdrawal { tax, status: WithdrawalStatus::Requested })
    }

    fn paid(
        &mut self,
        account: AccountId,
        amount: Money,
        known: Option<Payment>,
    ) -> Result<PaymentStatus, Refusal> {
        let (tax, done, is_new) = end_of_withdrawal(known, amount, WithdrawalStatus::Paid)?;
        if !is_new {
            return Ok(done);
        }
        let from = LedgerAccount::WithdrawalInTransit(account);
        let parts = [
            (LedgerAccount::TaxWithheld, tax, PostingReason::Tax),
            (LedgerAccount::Provider, amount - tax, PostingReason::WithdrawalPaid),
        ];
        for (to, part, reason) in parts {
            if part != Money::ZERO {
                self.tables.wallet.post(from, to, part, None, reason, self.outbox);
            }
        }
        Ok(done)
    }

    fn returned(
        &mut self,
        account: AccountId,
        amount: Money,
        known: Option<Payment>,
    ) -> Result<PaymentStatus, Refusal> {
        let (_, done, is_new) = end_of_withdrawal(known, amount, WithdrawalStatus::Returned)?;
        if !is_new {
            return Ok(done);
        }
        let from = LedgerAccount::WithdrawalInTransit(account);
        let to = LedgerAccount::PlayerAvailable(account);
        let reason = PostingReason::WithdrawalReturned;
        self.tables.wallet.post(from, to, amount, None, reason, self.outbox);
        if let Some(Payment { began, .. }) = known {
            self.tables.wallet.recover_from_return(account, began, amount, self.outbox);
        }
        Ok(done)
    }
}

impl Tables {
    /// What a deposit must pass when it begins.
    fn check_deposit(&self, account: AccountId, amount: Money) -> Result<(), Refusal> {
        let row = self.wallet.get(account).expect("the caller knew the account");
        if amount <= Money::ZERO {
            return Err(out_of_range(amount));
        }
        // A balance has a largest sum as well, and so has all that providers brought in.
        let brought = -self.wallet.books(row.currency).provider;
        let room = (Config::AMOUNT_MAX - row.available).min(DEPOSITS_MAX - brought);
        if room < amount {
            return Err(above_room(room, amount));
        }
        self.check_room_for_payment()?;
        if row.is_watched {
            self.wallet.check_play(account, Asked::Deposit(amount))?;
        }
        Ok(())
    }
}

pub(super) fn out_of_range(amount: Money) -> Refusal {
    Refusal::with(Reject::InvalidAmount, Config::AMOUNT_MAX.minor(), amount.minor())
}

/// More than there is room for above what is there already.
pub(super) fn above_room(room: Money, amount: Money) -> Refusal {
    let most = room.max(Money::ZERO).min(Config::AMOUNT_MAX);
    Refusal::with(Reject::InvalidAmount, most.minor(), amount.minor())
}

/// A reference that is known for a payment of another kind.
pub(super) fn reused(amount: Money) -> Refusal {
    Refusal::with(Reject::ReferenceReused, amount.minor(), amount.minor())
}

/// How far a known deposit came, and the command that began it.
fn deposit_of(
    known: Option<Payment>,
    amount: Money,
) -> Result<Option<(DepositStatus, Seq)>, Refusal> {
    match known.map(|payment| (payment.status, payment.began)) {
        None => Ok(None),
        Some((PaymentStatus::Deposit(status), began)) => Ok(Some((status, began))),
        Some((
            PaymentStatus::Withdrawal { .. }
            | PaymentStatus::Bonus
            | PaymentStatus::Adjusted { .. },
            _,
        )) => Err(reused(amount)),
    }
}

/// The tax of a known withdrawal, how it stands once it has ended like this, and whether it ends only
/// now. One that has ended otherwise is closed.
fn end_of_withdrawal(
    known: Option<Payment>,
    amount: Money,
    end: WithdrawalStatus,
) -> Result<(Money, PaymentStatus, bool), Refusal> {
    let (tax, now_is) = withdrawal_of(known, amount)?.ok_or(Reject::UnknownPayment)?;
    let is_new = now_is == WithdrawalStatus::Requested;
    if !is_new && now_is != end {
        return Err(Reject::PaymentClosed.into());
    }
    Ok((tax, PaymentStatus::Withdrawal { tax, status: end }, is_new))
}

/// How far a known withdrawal came, and its tax.
fn withdrawal_of(
    known: Option<Payment>,
    amount: Money,
) -> Result<Option<(Money, WithdrawalStatus)>, Refusal> {
    match known.map(|payment| payment.status) {
        None => Ok(None),
        Some(PaymentStatus::Withdrawal { tax, status }) => Ok(Some((tax, status))),
        Some(PaymentStatus::Deposit(_) | PaymentStatus::Bonus | PaymentStatus::Adjusted { .. }) => {
            Err(reused(amount))
        }
    }
}
