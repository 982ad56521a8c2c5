//! Payments and bonuses a second time: every sum from all payments that were ever begun.

use clutch_core::command::{
    AccountState, AdjustReason, BonusStep, KillScope, PaymentStep, Wagering,
};
use clutch_core::event::Event;
use clutch_core::units::{AccountId, BonusId, Money};
use clutch_core::wallet::{BonusKind, BonusState, BonusView, Books};
use clutch_core::{Command, Reject};

use super::Twin;
use super::proposals::Credit;

/// A payment under its reference.
#[derive(Debug)]
pub(super) struct Payment {
    pub(super) account: u32,
    pub(super) amount: i128,
    pub(super) is: Is,
    /// Where the command that began it stands in the journal.
    pub(super) began: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Is {
    Promised,
    CameIn,
    Failed,
    AskedFor { tax: i128 },
    Left { tax: i128 },
    CameBack { tax: i128 },
    Bonus,
    Adjusted(AdjustReason),
}

/// A bonus as it was granted, and what is left.
#[derive(Debug)]
pub(super) struct Bonus {
    /// As it was granted, but for whether it has ended.
    pub(super) view: BonusView,
    pub(super) account: u32,
    /// What bets that have left used of it, less what they returned.
    pub(super) spent: i128,
    /// What bets that have left added to what was wagered.
    pub(super) wagered: i128,
}

pub(super) const LARGEST: i128 = 10_i128.pow(15);

/// A table without its last rows: of sixteen one, but sixteen at least unless that is more than a quarter.
pub(super) fn without_last(rows: u32) -> u32 {
    rows - (rows / 16).max((rows / 4).min(16))
}

impl Twin {
    pub(super) fn known_payment(
        &self,
        account: u32,
        amount: Money,
        reference: u128,
    ) -> Result<Option<Is>, Reject> {
        let Some(known) = self.payments.get(&reference) else { return Ok(None) };
        if known.account == account && known.amount == i128::from(amount.minor()) {
            return Ok(Some(known.is));
        }
        Err(Reject::ReferenceReused)
    }

    pub(super) fn set(&mut self, account: u32, amount: Money, reference: u128, is: Is) {
        let (amount, began) = (amount.minor().into(), self.seq);
        let fresh = Payment { account, amount, is, began };
        self.payments.entry(reference).or_insert(fresh).is = is;
    }

    /// The same of one currency.
    pub(super) fn sum_in(&self, currency: u8, part: impl Fn(&Payment) -> i128) -> i128 {
        self.sum_of(|it| if self.is_of(it.account, currency) { part(it) } else { 0 })
    }

    pub(super) fn sum_of(&self, part: impl Fn(&Payment) -> i128) -> i128 {
        self.payments.values().map(part).sum()
    }

    /// What providers brought in and did not take out.
    fn brought(&self, currency: u8) -> i128 {
        self.sum_in(currency, |it| match it.is {
            Is::Promised | Is::CameIn => it.amount,
            Is::Left { tax } => tax - it.amount,
            Is::Adjusted(AdjustReason::Chargeback) => it.amount,
            Is::Failed
            | Is::AskedFor { .. }
            | Is::CameBack { .. }
            | Is::Bonus
            | Is::Adjusted(_) => 0,
        })
    }

    /// What payments left of an account's own money.
    pub(super) fn paid_in(&self, account: u32) -> i128 {
        self.sum_of(|it| match it.is {
            _ if it.account != account => 0,
            Is::CameIn | Is::Adjusted(_) => it.amount,
            Is::AskedFor { .. } | Is::Left { .. } => -it.amount,
            Is::Promised | Is::Failed | Is::CameBack { .. } | Is::Bonus => 0,
        })
    }

    fn may_begin_deposit(&self, account: u32, amount: Money) -> Result<(), Reject> {
        if self.accounts[account as usize].state == AccountState::Closed {
            return Err(Reject::AccountClosed);
        }
        let minor = i128::from(amount.minor());
        let available = self.available(account).unwrap_or_default();
        let brought = self.brought(self.accounts[account as usize].currency);
        let too_much = available + minor > LARGEST || brought + minor > i128::from(i64::MAX / 8);
        if minor <= 0 || too_much {
            return Err(Reject::InvalidAmount);
        }
        self.room_for_payment()?;
        self.may_pay_in(account, minor)
    }

    pub(super) fn room_for_payment(&self) -> Result<(), Reject> {
        let max = without_last(self.capacity.payments_max);
        if self.payments.len() < max as usize { Ok(()) } else { Err(Reject::CapacityReached) }
    }

    pub(super) fn deposit(
        &mut self,
        id: u32,
        amount: Money,
        reference: u128,
    ) -> Result<(), Reject> {
        self.accounts.get(id as usize).ok_or(Reject::UnknownAccount)?;
        match self.known_payment(id, amount, reference)? {
            Some(Is::CameIn) => return Ok(()),
            Some(Is::Promised) => {}
            Some(Is::Failed) => return Err(Reject::PaymentClosed),
            Some(_) => return Err(Reject::ReferenceReused),
            None => self.may_begin_deposit(id, amount)?,
        }
        if !self.may_credit(id, Credit::Deposit, amount.minor().into()) {
            return self.propose(Command::Deposit { account: AccountId(id), amount, reference });
        }
        self.set(id, amount, reference, Is::CameIn);
        Ok(())
    }

    pub(super) fn payment_step(
        &mut self,
        id: u32,
        amount: Money,
        reference: u128,
        step: PaymentStep,
    ) -> Result<(), Reject> {
        self.accounts.get(id as usize).ok_or(Reject::UnknownAccount)?;
        let known = self.known_payment(id, amount, reference)?;
        let is = match (step, known) {
            (PaymentStep::Authorise, None) => {
                self.may_begin_deposit(id, amount)?;
                Is::Promised
            }
            (PaymentStep::Authorise, Some(is @ (Is::Promised | Is::CameIn))) => is,
            (PaymentStep::Authorise, Some(Is::Failed)) => return Err(Reject::PaymentClosed),
            (PaymentStep::Fail, Some(Is::Promised | Is::Failed)) => Is::Failed,
            (PaymentStep::Fail, Some(Is::CameIn)) => return Err(Reject::PaymentClosed),
            (PaymentStep::Withdraw { tax }, None) => self.may_withdraw(id, amount, tax)?,
            (
                PaymentStep::Withdraw { tax },
                Some(
                    is @ (Is::AskedFor { tax: was }
                    | Is::Left { tax: was }
                    | Is::CameBack { tax: was }),
                ),
            ) if was == i128::from(tax.minor()) => is,
            (PaymentStep::Paid, Some(Is::AskedFor { tax } | Is::Left { tax })) => Is::Left { tax },
            (PaymentStep::Paid, Some(Is::CameBack { .. })) => return Err(Reject::PaymentClosed),
            (PaymentStep::Returned, Some(Is::AskedFor { tax } | Is::CameBack { tax })) => {
                Is::CameBack { tax }
            }
            (PaymentStep::Returned, Some(Is::Left { .. })) => return Err(Reject::PaymentClosed),
            (PaymentStep::Fail | PaymentStep::Paid | PaymentStep::Returned, None) => {
                return Err(Reject::UnknownPayment);
            }
            (_, Some(_)) => return Err(Reject::ReferenceReused),
        };
        if step == PaymentStep::Fail && known == Some(Is::Promised) {
            let began = self.payments[&reference].began;
            self.forget_promise(id, amount.minor().into(), began);
        }
        if known.is_none()
            && matches!(step, PaymentStep::Withdraw { .. })
            && self.config.withdrawal_ends_bonus == 1
        {
            self.end_unwagered(id);
        }
        self.set(id, amount, reference, is);
        Ok(())
    }

    fn may_withdraw(&self, id: u32, amount: Money, tax: Money) -> Result<Is, Reject> {
        let (amount, tax) = (i128::from(amount.minor()), i128::from(tax.minor()));
        if self.is_off(KillScope::Withdrawals) {
            return Err(Reject::WithdrawalsStopped);
        }
        if !(1..=LARGEST).contains(&amount) {
            return Err(Reject::InvalidAmount);
        }
        if !(0..=amount).contains(&tax) {
            return Err(Reject::TaxOutOfRange);
        }
        if self.payments.len() == self.capacity.payments_max as usize {
            return Err(Reject::CapacityReached);
        }
        self.may_take_out(id)?;
        if self.available(id).unwrap_or_default() < amount {
            return Err(self.lacks(id, Reject::BalanceTooLow));
        }
        Ok(Is::AskedFor { tax })
    }

    pub(super) fn bonus(&mut self, id: u32, step: BonusStep) -> Result<(), Reject> {
        let account = self.accounts.get(id as usize).ok_or(Reject::UnknownAccount)?;
        let is_closed = account.state == AccountState::Closed;
        let (kind, amount, wagering, expires_at, reference) = match step {
            BonusStep::Grant { kind, amount, wagering, expires_at, reference } => {
                (kind, amount, wagering, expires_at, reference)
            }
            BonusStep::Forfeit { bonus } => {
                let of = |it: &Bonus| it.account == id && it.view.bonus == bonus;
                let at = self.bonuses.iter().position(of).ok_or(Reject::UnknownBonus)?;
                let found = &self.bonuses[at];
                if found.view.state != BonusState::Active || !self.is_kept(found) {
                    return Err(Reject::UnknownBonus);
                }
                self.bonuses[at].view.state = BonusState::Forfeited;
                return Ok(());
            }
        };
        match self.known_payment(id, amount, reference)? {
            Some(Is::Bonus) => return Ok(()),
            Some(_) => return Err(Reject::ReferenceReused),
            None => {}
        }
        if is_closed {
            return Err(Reject::AccountClosed);
        }
        self.accounts[id as usize].own.may_play(self.now).map_err(|refusal| refusal.code)?;
        let range = 0..=LARGEST as i64;
        let Wagering { turnover, min_odds, most } = wagering;
        if most == Some(Money::ZERO) {
            return Err(Reject::BonusTerms);
        }
        let amounts = [amount, turnover, most.unwrap_or_default()];
        if amount == Money::ZERO || amounts.iter().any(|it| !range.contains(&it.minor())) {
            return Err(Reject::InvalidAmount);
        }
        let is_wild = match kind {
            BonusKind::Money => turnover == Money::ZERO,
            BonusKind::FreeBet => wagering != Wagering::NONE,
            BonusKind::Boost { percent } => {
                wagering != Wagering::NONE || percent == 0 || percent > 100
            }
        };
        if expires_at.nanos() <= self.now || is_wild {
            return Err(Reject::BonusTerms);
        }
        let times = i128::from(self.config.wagering_times_max);
        if i128::from(turnover.minor()) > times * i128::from(amount.minor()) {
            return Err(Reject::WageringAboveLimit);
        }
        self.room_for_payment()?;
        // One that was used up leaves at once; its time stays noted until it comes.
        let noted = self.bonuses.iter().filter(|it| it.view.expires_at.nanos() > self.now).count();
        let kept = self.bonuses.iter().filter(|it| self.is_kept(it)).count();
        let grants = self.capacity.bonuses_max as usize;
        if kept == grants || noted == 2 * grants {
            return Err(Reject::CapacityReached);
        }
        if !self.may_credit(id, Credit::Bonus, amount.minor().into()) {
            return self.propose(Command::Bonus { account: AccountId(id), step });
        }
        let bonus = BonusId(self.seq);
        let (available, held, state) = (amount, Money::ZERO, BonusState::Active);
        let view = BonusView {
            bonus,
            kind,
            available,
            held,
            wagering_left: turnover,
            min_odds,
            most,
            expires_at,
            state,
        };
        self.bonuses.push(Bonus { view, account: id, spent: 0, wagered: 0 });
        self.set(id, amount, reference, Is::Bonus);
        Ok(())
    }

    /// Takes back what a player has not wagered yet.
    fn end_unwagered(&mut self, account: u32) {
        for at in 0..self.bonuses.len() {
            let row = &self.bonuses[at];
            let is_money = row.account == account && row.view.kind == BonusKind::Money;
            if is_money && row.view.state == BonusState::Active && self.is_kept(row) {
                self.bonuses[at].view.state = BonusState::Forfeited;
            }
        }
    }

    /// Some bonus that was granted, or none that ever was.
    pub fn a_bonus(&self, index: usize) -> BonusId {
        let newest_first = self.bonuses.iter().rev();
        newest_first.map(|it| it.view.bonus).nth(index).unwrap_or_default()
    }

    pub(super) fn expire_bonuses(&mut self) {
        let now = self.now;
        let due = self.bonuses.iter_mut().filter(|it| it.view.expires_at.nanos() <= now);
        for it in due.filter(|it| it.view.state == BonusState::Active) {
            it.view.state = BonusState::Expired;
        }
    }

    /// What players have of bonuses: what they cost the house and did not give back.
    pub(super) fn granted(&self, currency: u8) -> i128 {
        let granted = self.bonuses.iter().filter(|it| self.is_of(it.account, currency));
        let now = granted.map(|it| self.bonus_now(it));
        now.map(|view| i128::from(view.available.minor() + view.held.minor())).sum()
    }

    /// Holds what the engine says of an account's bonuses to the twin's.
    pub(super) fn compare_bonuses(&self, account: u32, events: &[Event]) {
        let said = events.iter().filter_map(|event| match event {
            Event::Bonus { account: AccountId(id), bonus } if *id == account => Some(*bonus),
            _ => None,
        });
        let own = self.bonuses.iter().rev().filter(|it| it.account == account);
        let left = own.filter(|it| self.is_kept(it)).map(|it| self.bonus_now(it));
        let is_owed = |it: &BonusView| {
            let is_done = it.wagering_left == Money::ZERO && it.kind == BonusKind::Money;
            it.state == BonusState::Active && is_done
        };
        let owed = left.clone().find(is_owed);
        assert!(owed.is_none(), "was wagered and is no money yet: {owed:?}");
        assert_eq!(said.collect::<Vec<_>>(), left.collect::<Vec<_>>(), "bonuses of {account}");
    }

    /// Holds the ledger accounts that are no player's to the twin's.
    pub(super) fn compare_books(&self, currency: u8, books: &Books) {
        assert_eq!(i128::from(books.provider.minor()), -self.brought(currency), "the providers");
        let in_transit = self.sum_in(currency, |it| match it.is {
            Is::Promised | Is::AskedFor { .. } => it.amount,
            Is::CameIn
            | Is::Failed
            | Is::Left { .. }
            | Is::CameBack { .. }
            | Is::Bonus
            | Is::Adjusted(_) => 0,
        });
        assert_eq!(i128::from(books.in_transit.minor()), in_transit, "money in transit");
        let tax = self.sum_in(currency, |it| if let Is::Left { tax } = it.is { tax } else { 0 });
        assert_eq!(i128::from(books.tax_withheld.minor()), tax, "tax withheld");
        self.compare_adjustments(currency, books);
    }
}
