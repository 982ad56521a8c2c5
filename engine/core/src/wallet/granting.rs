//! Granting bonuses, ending them, and moving their money for bets.

use super::Wallet;
use super::bonus::{Bonus, BonusKind, BonusState};
use crate::command::{AccountState, BonusStep, Config};
use crate::event::{Event, LedgerAccount, PaymentStatus, PostingReason};
use crate::outbox::Outbox;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{AccountId, BetId, BonusId, Money, Timestamp};

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
        (amount, wagering): (Money, Money),
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
                | PaymentStatus::Adjustment(_)
                | PaymentStatus::Tax,
            ) => {
                let amount = amount.minor();
                return Err(Refusal::with(Reject::ReferenceReused, amount, amount));
            }
            None => {}
        }
        if is_closed {
            return Err(Reject::AccountClosed.into());
        }
        for value in [amount, wagering] {
            if value < Money::ZERO || Config::AMOUNT_MAX < value || amount == Money::ZERO {
                let limit = Config::AMOUNT_MAX.minor();
                return Err(Refusal::with(Reject::InvalidAmount, limit, value.minor()));
            }
        }
        let is_wagered = wagering != Money::ZERO;
        if expires_at <= self.now || is_wagered != (kind == BonusKind::Money) {
            return Err(Reject::BonusTerms.into());
        }
        self.tables.check_room_for_payment()?;
        let wallet = &mut self.tables.wallet;
        if wallet.bonuses.is_full() {
            let max = i64::from(self.tables.capacity.bonuses_max);
            return Err(Refusal::with(Reject::CapacityReached, max, max));
        }
        let id = BonusId(self.seq.0);
        wallet.bonuses.insert(Bonus::new((id, account), kind, (amount, wagering), expires_at));
        wallet.post_bonus(
            (LedgerAccount::House, LedgerAccount::PlayerBonus(account)),
            amount,
            None,
            PostingReason::BonusGranted,
            self.outbox,
        );
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

/// What bets do with bonuses. A bet that took a part of its stake from one attaches to it, and detaches
/// when it leaves the engine.
impl Wallet {
    /// The bonuses that are not used up.
    pub fn bonuses(&self) -> &super::Bonuses {
        &self.bonuses
    }

    /// Holds a part of a bonus for a bet's stake. The caller has checked that the bonus is active at
    /// this time and has as much.
    pub fn hold_bonus(
        &mut self,
        account: AccountId,
        bonus: BonusId,
        amount: Money,
        bet: BetId,
        outbox: &mut Outbox,
    ) {
        let row = self.bonuses.get_mut(account, bonus).expect("the caller has found the bonus");
        assert!(row.state == BonusState::Active && amount <= row.available, "it has not as much");
        row.available -= amount;
        row.held += amount;
        row.bets += 1;
        let between =
            (LedgerAccount::PlayerBonus(account), LedgerAccount::PlayerBonusHeld(account));
        self.post_bonus(between, amount, Some(bet), PostingReason::Hold, outbox);
        self.announce_bonus(account, bonus, outbox);
    }

    /// Gives a held part back: its bet was refused after waiting, cancelled, or is void. A bonus that
    /// has ended meanwhile goes on to where its rest went.
    pub fn release_bonus(
        &mut self,
        account: AccountId,
        bonus: BonusId,
        amount: Money,
        bet: BetId,
        outbox: &mut Outbox,
    ) {
        let row = self.bonuses.get_mut(account, bonus).expect("a bet's bonus stays");
        assert!(amount <= row.held, "more of a bonus would be released than was held");
        row.held -= amount;
        row.available += amount;
        let state = row.state;
        let between =
            (LedgerAccount::PlayerBonusHeld(account), LedgerAccount::PlayerBonus(account));
        self.post_bonus(between, amount, Some(bet), PostingReason::Release, outbox);
        self.give_up_rest(account, bonus, state, outbox);
        self.announce_bonus(account, bonus, outbox);
    }

    /// Moves a held part to the house, its bet being settled; or back again, the settlement being
    /// taken back.
    pub fn settle_bonus(
        &mut self,
        account: AccountId,
        bonus: BonusId,
        amount: Money,
        bet: BetId,
        is_taken: bool,
        outbox: &mut Outbox,
    ) {
        let row = self.bonuses.get_mut(account, bonus).expect("a bet's bonus stays");
        let (held, house) = (LedgerAccount::PlayerBonusHeld(account), LedgerAccount::House);
        if is_taken {
            assert!(amount <= row.held, "more of a bonus would be taken than was held");
            row.held -= amount;
            self.post_bonus((held, house), amount, Some(bet), PostingReason::StakeTaken, outbox);
        } else {
            row.held += amount;
            self.post_bonus((house, held), amount, Some(bet), PostingReason::Reversal, outbox);
        }
        self.announce_bonus(account, bonus, outbox);
    }

    /// Pays what a bet won with bonus money into the bonus, or takes it back. What a bonus that has
    /// ended wins goes where its rest went.
    pub fn pay_bonus(
        &mut self,
        account: AccountId,
        bonus: BonusId,
        amount: Money,
        bet: BetId,
        outbox: &mut Outbox,
    ) {
        let row = self.bonuses.get_mut(account, bonus).expect("a bet's bonus stays");
        row.available += amount;
        let state = row.state;
        let between = (LedgerAccount::House, LedgerAccount::PlayerBonus(account));
        self.post_bonus(between, amount, Some(bet), PostingReason::Payout, outbox);
        self.give_up_rest(account, bonus, state, outbox);
        self.announce_bonus(account, bonus, outbox);
    }

    /// Counts a settled stake towards what must be wagered. When enough was, what is left of the bonus
    /// is the player's own.
    pub fn wager_bonus(
        &mut self,
        account: AccountId,
        bonus: BonusId,
        staked: Money,
        outbox: &mut Outbox,
    ) {
        let row = self.bonuses.get_mut(account, bonus).expect("a bet's bonus stays");
        if row.state != BonusState::Active || row.wagering_left == Money::ZERO {
            return;
        }
        row.wagering_left -= staked.min(row.wagering_left);
        if row.wagering_left == Money::ZERO {
            self.end_bonus(account, bonus, BonusState::Converted, outbox);
        } else {
            self.announce_bonus(account, bonus, outbox);
        }
    }

    /// Says that a bet which took from a bonus has left the engine.
    pub fn detach_bonus(&mut self, account: AccountId, bonus: BonusId) {
        let row = self.bonuses.get_mut(account, bonus).expect("a bet's bonus stays");
        row.bets -= 1;
        self.bonuses.forget_if_done(account, bonus);
    }

    fn end_bonus(
        &mut self,
        account: AccountId,
        bonus: BonusId,
        how: BonusState,
        outbox: &mut Outbox,
    ) {
        let row = self.bonuses.get_mut(account, bonus).expect("the caller has found the bonus");
        if row.state != BonusState::Active {
            return;
        }
        row.state = how;
        self.give_up_rest(account, bonus, how, outbox);
        self.announce_bonus(account, bonus, outbox);
        self.bonuses.forget_if_done(account, bonus);
    }

    /// Moves what is available of a bonus that has ended to where it belongs now.
    fn give_up_rest(
        &mut self,
        account: AccountId,
        bonus: BonusId,
        state: BonusState,
        outbox: &mut Outbox,
    ) {
        let (to, reason) = match state {
            BonusState::Active => return,
            BonusState::Expired => (LedgerAccount::House, PostingReason::BonusExpired),
            BonusState::Forfeited => (LedgerAccount::House, PostingReason::BonusForfeited),
            BonusState::Converted => {
                (LedgerAccount::PlayerAvailable(account), PostingReason::BonusConverted)
            }
        };
        let row = self.bonuses.get_mut(account, bonus).expect("the caller has found the bonus");
        let rest = core::mem::replace(&mut row.available, Money::ZERO);
        if rest != Money::ZERO {
            let from = LedgerAccount::PlayerBonus(account);
            self.post_bonus((from, to), rest, None, reason, outbox);
            self.announce(account, outbox);
        }
    }

    /// A posting of a bonus, whose row has been changed already.
    #[inline(never)]
    fn post_bonus(
        &mut self,
        (from, to): (LedgerAccount, LedgerAccount),
        amount: Money,
        bet: Option<BetId>,
        reason: PostingReason,
        outbox: &mut Outbox,
    ) {
        self.post(from, to, amount, bet, reason, outbox);
    }

    fn announce_bonus(&self, account: AccountId, bonus: BonusId, outbox: &mut Outbox) {
        if let Some(bonus) = self.bonuses.get(account, bonus) {
            outbox.push(Event::Bonus { account, bonus: bonus.view() });
        }
    }

    /// Whether a bonus can be staked at this time.
    pub fn is_usable(&self, account: AccountId, bonus: BonusId, now: Timestamp) -> bool {
        let row = self.bonuses.get(account, bonus);
        row.is_some_and(|row| row.state == BonusState::Active && now < row.expires_at)
    }
}
