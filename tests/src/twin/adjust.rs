//! Balances that are adjusted by hand, and what players owe, a second time.
//!
//! How much of a debt was given up depends on when a correction came, and the twin settles at once: it
//! learns those amounts from the postings, and checks that each leaves the player where the limit is.

use clutch_core::command::{Adjust, AdjustReason};
use clutch_core::event::{Event, LedgerAccount, PostingReason};
use clutch_core::wallet::Books;
use clutch_core::{Command, Record, Reject};

use super::Twin;
use super::cash::{Is, LARGEST};
use super::proposals::Credit;

impl Twin {
    /// The code for an account from which so much cannot be taken.
    pub(super) fn lacks(&self, account: u32, code: Reject) -> Reject {
        if self.available(account) < Some(0) { Reject::AccountInDebt } else { code }
    }

    pub(super) fn adjust(&mut self, adjust: &Adjust) -> Result<(), Reject> {
        let Adjust { account, amount, reason, reference } = *adjust;
        let id = account.0;
        self.accounts.get(id as usize).ok_or(Reject::UnknownAccount)?;
        match self.known_payment(id, amount, reference)? {
            Some(Is::Adjusted(known)) if known == reason => return Ok(()),
            Some(_) => return Err(Reject::ReferenceReused),
            None => {}
        }
        let size = i128::from(amount.minor());
        let available = self.available(id).unwrap_or_default();
        let adjusted = self.adjusted(self.accounts[id as usize].currency) - size;
        let fits = size != 0
            && size.abs() <= LARGEST
            && (available + size).abs() <= LARGEST
            && adjusted.abs() <= i128::from(i64::MAX / 8);
        if !fits {
            return Err(Reject::InvalidAmount);
        }
        let fitting = match reason {
            AdjustReason::Correction => true,
            AdjustReason::Goodwill => size > 0,
            AdjustReason::Fee | AdjustReason::Chargeback => size < 0,
            AdjustReason::WriteOff => size > 0 && available + size <= 0,
        };
        if !fitting {
            return Err(Reject::AdjustmentTerms);
        }
        let is_booked_anyway = reason == AdjustReason::Chargeback;
        let least = -self.most(id, self.config.debt_max.minor().into());
        if size < 0 && available + size < least && !is_booked_anyway {
            return Err(Reject::DebtAboveLimit);
        }
        self.room_for_payment()?;
        if !self.may_credit(id, Credit::Adjustment, size) {
            return self.propose(Command::Adjust(*adjust));
        }
        self.set(id, amount, reference, Is::Adjusted(reason));
        if reason == AdjustReason::WriteOff {
            // The money itself is among the payments.
            *self.given_up.entry(id).or_default() += size;
        }
        Ok(())
    }

    /// What the house gave by adjusting, less what it took.
    fn adjusted(&self, currency: u8) -> i128 {
        -self.sum_in(currency, |it| match it.is {
            Is::Adjusted(AdjustReason::Correction | AdjustReason::Goodwill | AdjustReason::Fee) => {
                it.amount
            }
            _ => 0,
        })
    }

    /// Takes in what a correction gave up or got back.
    pub(super) fn learn_debts(&mut self, records: &[Record]) {
        let mut pending = None;
        for record in records {
            match record.event {
                Event::Posting { from, to, amount, reason, .. } => {
                    let amount = i128::from(amount.minor());
                    let (account, moved) = match reason {
                        PostingReason::DebtWrittenOff => {
                            let LedgerAccount::PlayerAvailable(id) = to else {
                                panic!("a debt of nobody was written off")
                            };
                            pending = Some(id);
                            (id.0, amount)
                        }
                        PostingReason::DebtRecovered => {
                            let LedgerAccount::PlayerAvailable(id) = from else {
                                panic!("a debt was recovered from nobody")
                            };
                            (id.0, -amount)
                        }
                        _ => continue,
                    };
                    let sum = self.given_up.entry(account).or_default();
                    *sum += moved;
                    assert!(*sum >= 0, "account {account} gave back more than was given up");
                    self.accounts[account as usize].base += moved;
                }
                Event::Balance { account, available, .. } if pending == Some(account) => {
                    pending = None;
                    let least = -self.most(account.0, self.config.debt_max.minor().into());
                    assert!(
                        i128::from(available.minor()) <= least,
                        "more was given up than was owed"
                    );
                }
                _ => {}
            }
        }
    }

    /// Holds what was adjusted and given up to the engine's books.
    pub(super) fn compare_adjustments(&self, currency: u8, books: &Books) {
        let adjusted = self.adjusted(currency);
        assert_eq!(i128::from(books.adjustments.minor()), adjusted, "adjustments");
        let of = self.given_up.iter().filter(|(account, _)| self.is_of(**account, currency));
        let given_up: i128 = of.map(|(_, sum)| sum).sum();
        assert_eq!(i128::from(books.bad_debt.minor()), -given_up, "bad debt");
    }
}
