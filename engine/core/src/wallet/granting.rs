//! Granting bonuses and ending them.

use super::Wallet;
use super::bonus::{Bonus, BonusKind, BonusState};
use crate::command::{AccountState, BonusStep, Config, Wagering};
use crate::event::{Event, LedgerAccount, PaymentStatus, PostingReason};
use crate::outbox::Outbox;
use crate::payments::Credit;
use crate::proposals::Wish;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{AccountId, BonusId, Money, Timestamp};

/// Most grants that end with one command, so that a campaign's last day cannot stall the next bet.
const ENDS_PER_COMMAND: usize = 256;

impl Step<'_> {
    /// See [`crate::Command::Bonus`].
    pub(crate) fn bonus(&mut self, account: AccountId, step: BonusStep) -> Result<(), Refusal> {
        match step {
            BonusStep::Grant { kind, amount, wagering, expires_at, reference } => {
                self.grant_bonus(account, kind, (amount, wagering), expires_at, reference)
            }
            BonusStep::Forfeit { bonus } => self.forfeit_bonus(account, bonus),
        }
    }

    fn grant_bonus(
        &mut self,
        account: AccountId,
        kind: BonusKind,
        (amount, wagering): (Money, Wagering),
        expires_at: Timestamp,
        reference: u128,
    ) -> Result<(), Refusal> {
        let row = self.tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let is_closed = row.state == AccountState::Closed;
        match self.tables.payment(account, amount, reference)?.map(|payment| payment.status) {
            Some(PaymentStatus::Bonus) => {
                self.say_payment(account, amount, reference, PaymentStatus::Bonus);
                return Ok(());
            }
            Some(
                PaymentStatus::Deposit(_)
                | PaymentStatus::Withdrawal { .. }
                | PaymentStatus::Adjusted { .. },
            ) => {
                let amount = amount.minor();
                return Err(Refusal::with(Reject::ReferenceReused, amount, amount));
            }
            None => {}
        }
        if is_closed {
            return Err(Reject::AccountClosed.into());
        }
        // A bonus asks a player to bet, which is what he wanted to be kept from.
        self.tables.wallet.check_rest(account)?;
        let Wagering { turnover, most, .. } = wagering;
        if most == Some(Money::ZERO) {
            return Err(Reject::BonusTerms.into());
        }
        for value in [amount, turnover, most.unwrap_or(Money::ZERO)] {
            if value < Money::ZERO || Config::AMOUNT_MAX < value || amount == Money::ZERO {
                let limit = Config::AMOUNT_MAX.minor();
                return Err(Refusal::with(Reject::InvalidAmount, limit, value.minor()));
            }
        }
        let is_right = match kind {
            BonusKind::Money => turnover != Money::ZERO,
            BonusKind::FreeBet | BonusKind::Boost { .. } => wagering == Wagering::NONE,
        };
        if expires_at <= self.now || !is_right || !kind.is_sensible() {
            return Err(Reject::BonusTerms.into());
        }
        let most = amount.minor().saturating_mul(i64::from(self.config.wagering_times_max));
        if most < turnover.minor() {
            return Err(Refusal::with(Reject::WageringAboveLimit, most, turnover.minor()));
        }
        self.tables.check_room_for_payment()?;
        if self.tables.wallet.bonuses.is_full() {
            let max = i64::from(self.tables.capacity.bonuses_max);
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        if !self.may_credit(account, Credit::Bonus, amount) {
            let step = BonusStep::Grant { kind, amount, wagering, expires_at, reference };
            return self.propose(Wish::Bonus { account, step });
        }
        let wallet = &mut self.tables.wallet;
        let id = BonusId(self.seq.0);
        wallet.bonuses.insert(Bonus::new((id, account), kind, (amount, wagering), expires_at));
        let (to, reason) = (LedgerAccount::PlayerBonus(account), PostingReason::BonusGranted);
        wallet.post_bonus(LedgerAccount::House, to, amount, reason, self.outbox);
        wallet.announce_bonus(account, id, self.outbox);
        self.note_payment(account, amount, reference, PaymentStatus::Bonus);
        Ok(())
    }

    fn forfeit_bonus(&mut self, account: AccountId, bonus: BonusId) -> Result<(), Refusal> {
        let wallet = &mut self.tables.wallet;
        wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let row = wallet.bonuses.get(account, bonus).ok_or(Reject::UnknownBonus)?;
        if row.state != BonusState::Active {
            return Err(Reject::UnknownBonus.into());
        }
        wallet.end_bonus(account, bonus, BonusState::Forfeited, self.outbox);
        Ok(())
    }

    /// Ends the bonuses whose time is over.
    pub(crate) fn expire_bonuses(&mut self) {
        let wallet = &mut self.tables.wallet;
        for _ in 0..ENDS_PER_COMMAND {
            let Some(due) = wallet.bonuses.pop_due(self.now) else { return };
            if let Some((account, bonus)) = due {
                wallet.end_bonus(account, bonus, BonusState::Expired, self.outbox);
            }
        }
    }
}

impl Wallet {
    /// The bonuses that are not used up.
    pub fn bonuses(&self) -> &super::Bonuses {
        &self.bonuses
    }

    /// Ends a bonus that is active; what is left of it goes back to the house.
    fn end_bonus(
        &mut self,
        account: AccountId,
        bonus: BonusId,
        how: BonusState,
        outbox: &mut Outbox,
    ) {
        let reason = match how {
            BonusState::Active | BonusState::Converted => return,
            BonusState::Expired => PostingReason::BonusExpired,
            BonusState::Forfeited => PostingReason::BonusForfeited,
        };
        let row = self.bonuses.get_mut(account, bonus).expect("the caller has found the bonus");
        if row.state != BonusState::Active {
            return;
        }
        // Whatever comes back to it from now on is the house's.
        let (rest, _) = row.end(how);
        if rest != Money::ZERO {
            let from = LedgerAccount::PlayerBonus(account);
            self.post_bonus(from, LedgerAccount::House, rest, reason, outbox);
            self.announce(account, outbox);
        }
        self.announce_bonus(account, bonus, outbox);
        self.bonuses.forget_if_done(account, bonus);
    }

    /// Ends what a player has not wagered yet, as he takes his own money out.
    #[cold]
    pub(crate) fn end_unwagered(&mut self, account: AccountId, outbox: &mut Outbox) {
        let is_left =
            |row: &&Bonus| row.state == BonusState::Active && row.kind == BonusKind::Money;
        loop {
            let next = self.bonuses.of(account).find(is_left).map(|row| row.id);
            let Some(bonus) = next else { return };
            self.end_bonus(account, bonus, BonusState::Forfeited, outbox);
        }
    }

    /// A posting of a bonus, whose row has been changed already.
    #[inline(never)]
    fn post_bonus(
        &mut self,
        from: LedgerAccount,
        to: LedgerAccount,
        amount: Money,
        reason: PostingReason,
        outbox: &mut Outbox,
    ) {
        self.post(from, to, amount, None, reason, outbox);
    }

    pub(super) fn announce_bonus(&self, account: AccountId, bonus: BonusId, outbox: &mut Outbox) {
        if let Some(bonus) = self.bonuses.get(account, bonus) {
            outbox.push(Event::Bonus { account, bonus: bonus.view() });
        }
    }
}
