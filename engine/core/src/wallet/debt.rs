//! What happens to a balance that a correction takes below zero.
//!
//! A settlement that is made again may take back a payout that was staked or taken out meanwhile. Up to
//! `debt_max` the player owes it: his balance stays below zero, and until a deposit or a win makes it good
//! he can neither stake nor take out. What goes beyond is written off against a ledger account of its own,
//! and remembered with the bet: if that bet pays after all, the house first gets back what it gave up. So it
//! does from a withdrawal that comes back and was asked for before: had that money stayed, the correction would
//! have taken it, and no more would have been given up. What a player pays in later is his own.
//!
//! Invariant: what is remembered of a bet is above zero, and is recovered from nothing but these two.

use alloc::vec::Vec;

use super::{Account, Wallet};
use crate::codec::{DecodeError, wire_struct};
use crate::command::Capacity;
use crate::event::{LedgerAccount, PostingReason};
use crate::outbox::Outbox;
use crate::reject::{Refusal, Reject};
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{AccountId, BetId, Money, Seq};

/// Most bets of which something is remembered as written off. When that is full, more stays a debt.
pub const WRITTEN_OFF_MAX: usize = 4_096;

/// What was written off over a bet.
#[derive(Clone, Copy, Debug)]
struct Row {
    bet: BetId,
    account: AccountId,
    sum: Money,
    /// The first correction that gave any of it up.
    since: Seq,
}
wire_struct!(Row { bet, account, sum, since });

/// What was written off, by bet, in order of their ids.
#[derive(Debug, Default)]
pub(crate) struct WrittenOff(Vec<Row>);

impl WrittenOff {
    pub fn new() -> Self {
        Self(Vec::with_capacity(WRITTEN_OFF_MAX))
    }

    fn place(&self, bet: BetId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&bet, |row| row.bet)
    }

    /// What was given up over a bet.
    fn of(&self, bet: BetId) -> Money {
        self.place(bet).map_or(Money::ZERO, |place| self.0[place].sum)
    }

    fn has_room_for(&self, bet: BetId) -> bool {
        self.place(bet).is_ok() || self.0.len() < WRITTEN_OFF_MAX
    }

    /// Gives up so much more over a bet.
    fn add(&mut self, bet: BetId, account: AccountId, sum: Money, since: Seq) {
        match self.place(bet) {
            Ok(place) => self.0[place].sum += sum,
            Err(place) => {
                assert!(self.0.len() < WRITTEN_OFF_MAX, "the caller checks that there is room");
                self.0.insert(place, Row { bet, account, sum, since });
            }
        }
    }

    /// Gets so much of it back.
    fn recover(&mut self, bet: BetId, sum: Money) {
        let place = self.place(bet).expect("something was written off over the bet");
        let left = self.0[place].sum - sum;
        assert!(left >= Money::ZERO, "more was recovered than was written off");
        if left == Money::ZERO {
            self.0.remove(place);
        } else {
            self.0[place].sum = left;
        }
    }

    /// The first bet of an account over which something was given up after a command, with how much.
    fn after(&self, account: AccountId, began: Seq) -> Option<(BetId, Money)> {
        let mut rows = self.0.iter();
        let found = rows.find(|row| row.account == account && began < row.since);
        found.map(|row| (row.bet, row.sum))
    }
}

impl Table for WrittenOff {
    fn save(&self, out: &mut Saver<'_>) {
        let Self(rows) = self;
        out.list(rows.iter());
    }

    fn load(input: &mut Loader<'_>, _: &Capacity) -> Result<Self, DecodeError> {
        let rows: Vec<Row> = input.list(WRITTEN_OFF_MAX)?;
        let in_order = rows.windows(2).all(|pair| pair[0].bet < pair[1].bet);
        let above_zero = rows.iter().all(|row| Money::ZERO < row.sum);
        if in_order && above_zero { Ok(Self(rows)) } else { Err(DecodeError::OutOfRange) }
    }
}

impl Account {
    /// Why so much cannot be taken from what is available: it is not enough, or the player owes money.
    #[cold]
    pub(crate) fn lacks(&self, amount: Money, code: Reject) -> Refusal {
        let code = if self.available < Money::ZERO { Reject::AccountInDebt } else { code };
        Refusal::with(code, self.available.minor(), amount.minor())
    }
}

impl Wallet {
    /// What an account that exists can stake.
    pub(crate) fn available(&self, account: AccountId) -> Money {
        self.get(account).expect("the account exists").available
    }

    /// Whether anything is remembered as written off.
    #[inline]
    pub(crate) fn has_written_off(&self) -> bool {
        !self.written_off.0.is_empty()
    }

    /// Forgets what was written off over a bet that leaves.
    pub(crate) fn forget_written_off(&mut self, bet: BetId) {
        let known = self.written_off.of(bet);
        if Money::ZERO < known {
            self.written_off.recover(bet, known);
        }
    }

    /// After a correction that moved what is available from `before`: writes off what the player would
    /// owe beyond `debt_max`, or recovers of what the bet gave him as much as was written off over it.
    #[cold]
    #[inline(never)]
    pub(crate) fn keep_debt(
        &mut self,
        account: AccountId,
        before: Money,
        debt_max: Money,
        bet: Option<BetId>,
        outbox: &mut Outbox,
    ) {
        let available = self.available(account);
        let debt_max = self.currencies.most(self.currency(account), debt_max);
        let own = LedgerAccount::PlayerAvailable(account);
        if available < before {
            // What was owed already is not this correction's to forgive.
            let least = before.min(-debt_max);
            let beyond = least - available;
            if beyond <= Money::ZERO || !bet.is_none_or(|bet| self.written_off.has_room_for(bet)) {
                return;
            }
            if let Some(bet) = bet {
                let (seq, _) = self.at;
                self.written_off.add(bet, account, beyond, seq);
            }
            let why = PostingReason::DebtWrittenOff;
            self.post(LedgerAccount::BadDebt, own, beyond, bet, why, outbox);
            assert!(least <= self.available(account), "a debt is above its limit");
            return;
        }
        let Some(bet) = bet else { return };
        let recovered = self.written_off.of(bet).min(available - before);
        if Money::ZERO < recovered {
            self.recover_debt(account, bet, recovered, outbox);
        }
    }

    /// A withdrawal that a command began has come back: recovers of it what was written off since then.
    pub(crate) fn recover_from_return(
        &mut self,
        account: AccountId,
        began: Seq,
        amount: Money,
        outbox: &mut Outbox,
    ) {
        let mut left = amount;
        while Money::ZERO < left
            && let Some((bet, known)) = self.written_off.after(account, began)
        {
            let recovered = known.min(left);
            left -= recovered;
            self.recover_debt(account, bet, recovered, outbox);
        }
    }

    fn recover_debt(&mut self, account: AccountId, bet: BetId, sum: Money, outbox: &mut Outbox) {
        self.written_off.recover(bet, sum);
        let own = LedgerAccount::PlayerAvailable(account);
        let why = PostingReason::DebtRecovered;
        self.post(own, LedgerAccount::BadDebt, sum, Some(bet), why, outbox);
    }
}
