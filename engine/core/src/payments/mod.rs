//! Money on its way between players and payment providers, in two phases, each reference once.
//!
//! A deposit is authorised, then captured or failed; a provider that knows one phase only captures at
//! once. A withdrawal is requested, then paid or returned. Every step is a posting, so what is in transit
//! is a ledger account and not a memory of what was promised.
//!
//! Owns the references and where each payment stands; never forgets one, because a forgotten reference
//! could be credited twice. Knows no provider and no card.
//!
//! Invariants: the same step under the same reference again changes nothing and says where the payment
//! stands; the same reference with another account, amount or direction is refused; a payment ends once.

mod adjust;
mod alone;
mod steps;

pub(crate) use self::alone::{Credit, CreditsAlone};
use crate::bets::client_ids::Key;
use crate::capacity::kept_rows;
use crate::codec::wire_struct;
use crate::event::{Event, PaymentStatus, PaymentView};
use crate::reject::{Refusal, Reject};
use crate::state::{Step, Tables};
use crate::units::{AccountId, Money, Seq};

/// A payment as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    pub account: AccountId,
    pub amount: Money,
    pub status: PaymentStatus,
    /// The command that began it.
    pub began: Seq,
}

wire_struct!(Payment { account, amount, status, began });

impl Payment {
    /// Fills the table's unused memory; never read.
    pub(crate) const BLANK: Self = Self {
        account: AccountId(0),
        amount: Money::ZERO,
        status: PaymentStatus::Bonus,
        began: Seq(0),
    };
}

/// References belong to the provider, not to an account, so all of them are kept under one.
const ANY_ACCOUNT: AccountId = AccountId(0);

/// Where a reference stands in the table.
pub(crate) fn key(reference: u128) -> Key {
    Key::new(ANY_ACCOUNT, reference)
}

impl Tables {
    /// The payment under a reference, if it is about the same account and amount.
    ///
    /// # Errors
    /// [`Reject::ReferenceReused`] if it is about another.
    pub(crate) fn payment(
        &self,
        account: AccountId,
        amount: Money,
        reference: u128,
    ) -> Result<Option<Payment>, Refusal> {
        match self.payments.get(key(reference)) {
            // How much another player paid is not for this one, and in another currency it would be another amount.
            Some(known) if known.account != account => Err(steps::reused(amount)),
            Some(known) if known.amount != amount => {
                let numbers = (known.amount.minor(), amount.minor());
                Err(Refusal::with(Reject::ReferenceReused, numbers.0, numbers.1))
            }
            known => Ok(known),
        }
    }

    /// Whether one more reference fits.
    pub(crate) fn check_room_for_payment(&self) -> Result<(), Refusal> {
        // References are remembered for ever. The last places are for players who take their money home.
        self.check_room_beside(kept_rows(self.capacity.payments_max))
    }

    /// The same for a withdrawal, which may have the last place.
    pub(crate) fn check_room_for_withdrawal(&self) -> Result<(), Refusal> {
        self.check_room_beside(0)
    }

    /// Whether there is room beside so many places that are kept.
    fn check_room_beside(&self, kept: u32) -> Result<(), Refusal> {
        let room = self.payments.room();
        if (kept as usize) < room {
            return Ok(());
        }
        let all = i64::from(self.capacity.payments_max);
        let known = all - room as i64;
        Err(Refusal::with(Reject::CapacityReached, all - i64::from(kept), known))
    }
}

impl Step<'_> {
    /// Writes down where a payment stands now, and says it.
    pub(crate) fn note_payment(
        &mut self,
        account: AccountId,
        amount: Money,
        reference: u128,
        status: PaymentStatus,
    ) {
        let key = key(reference);
        match self.tables.payments.get(key) {
            Some(known) => self.tables.payments.replace(key, Payment { status, ..known }),
            None => {
                let began = self.seq;
                self.tables.payments.insert(key, Payment { account, amount, status, began });
            }
        }
        self.say_payment(account, amount, reference, status);
    }

    /// Says where a payment stands.
    pub(crate) fn say_payment(
        &mut self,
        account: AccountId,
        amount: Money,
        reference: u128,
        status: PaymentStatus,
    ) {
        let view = PaymentView { account, reference, amount, status };
        self.outbox.push(Event::Payment(view));
        self.tables.wallet.announce(account, self.outbox);
    }
}
