//! Bets that a bonus has a part in: placing them, and moving their money.
//!
//! What a bonus does for a bet stands in a side table and one bit of the bet's row, so that any other bet
//! pays for it with one test. The rules are the wallet's, in [`crate::wallet::funding`]. Such a bet is
//! asked every question of any other with its whole stake, and its bonus last, before the player's money;
//! it is taken as it is or refused: not put to a trader, not taken in part, not cashed out.

use super::Bet;
use super::cash_out::Target;
use super::side::SideTable;
use crate::codec::{DecodeError, wire_struct};
use crate::command::Capacity;
use crate::event::{BonusBet, Event};
use crate::memory::TableSize;
use crate::outbox::Outbox;
use crate::reject::{Refusal, Reject};
use crate::snapshot::{Loader, Saver, Table};
use crate::state::{Step, Tables};
use crate::units::{AccountId, BetId, BonusId, ClientBetId, Money};
use crate::wallet::{BonusKind, Ending, Funding};

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// Which bet it is, and what a bonus does for it.
#[derive(Clone, Copy, Debug)]
struct Row {
    target: Target,
    funding: Funding,
}
wire_struct!(Row { target, funding });

/// Every bet that a bonus has a part in, as long as the bet is there.
#[derive(Debug)]
pub(crate) struct Fundings(SideTable<Row>);

/// As many bets as there can be grants, and a few more where one grant is split over several.
fn bets(capacity: &Capacity) -> u32 {
    capacity.bonuses_max.saturating_mul(2)
}

impl Fundings {
    const BLANK: Row = Row {
        target: Target::Single(0),
        funding: Funding {
            bonus: BonusId(0),
            kind: BonusKind::FreeBet,
            part: Money::ZERO,
            counts: false,
        },
    };

    pub fn with_capacity(capacity: &Capacity) -> Self {
        Self(SideTable::for_bets(bets(capacity), Self::BLANK))
    }

    /// What its tables take.
    pub fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let names = ["bets with a bonus", "index of bets with a bonus"];
        sizes.extend(SideTable::<Row>::sizes(names, bets(capacity)));
    }

    /// What a bonus does for a bet that has one.
    #[cold]
    pub fn of(&self, bet: BetId) -> &Funding {
        &self.0.get(bet).expect("a bet says that a bonus has a part in it").funding
    }

    /// Writes down what a bonus does for a bet.
    #[cold]
    pub fn set(&mut self, bet: BetId, target: Target, funding: Funding) {
        self.0.set(bet, Row { target, funding });
    }

    /// The refusal of a bet for which there is no room.
    pub fn check_room(&self) -> Result<(), Refusal> {
        let max = self.0.rows_max() as i64;
        let full = Refusal::with(Reject::CapacityReached, max, max);
        if self.0.is_full() { Err(full) } else { Ok(()) }
    }
}

impl Table for Fundings {
    fn save(&self, out: &mut Saver<'_>) {
        self.0.save(out);
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        SideTable::load(input, bets(capacity), Self::BLANK).map(Self)
    }
}

impl Tables {
    /// Whether every row leads to its bet, whose grant is there and holds its part.
    pub(crate) fn fundings_fit(&self) -> bool {
        let marked = self.bets.iter().filter(|bet| bet.is_funded).count()
            + self.multiples.iter().filter(|bet| bet.is_funded).count();
        let owner = |(id, row): &(BetId, Row)| {
            let (found, account, is_funded, holds) = match row.target {
                Target::Single(slot) if self.bets.has_slot(slot) => {
                    let bet = self.bets.bet(slot);
                    (bet.id, bet.account, bet.is_funded, bet.state.holds_money())
                }
                Target::Multiple(slot) if self.multiples.has_slot(slot) => {
                    let bet = self.multiples.multiple(slot);
                    (bet.id, bet.account, bet.is_funded, bet.is_open())
                }
                Target::Single(_) | Target::Multiple(_) => return None,
            };
            (found == *id && is_funded).then_some((account, holds))
        };
        let all = || self.fundings.0.iter();
        let is_there = |row: &(BetId, Row)| {
            owner(row).is_some_and(|(account, _)| {
                let grant = self.wallet.bonuses().get(account, row.1.funding.bonus);
                let Funding { kind, part, .. } = row.1.funding;
                let may_be_none = kind == BonusKind::Money && part == Money::ZERO;
                (may_be_none || Money::ZERO < part) && grant.is_some()
            })
        };
        if marked != all().count() || !all().all(is_there) {
            return false;
        }
        let mut sums = BTreeMap::new();
        for row in all() {
            let Some((account, holds)) = owner(row) else { return false };
            let Funding { bonus, part, .. } = row.1.funding;
            let (bets, held) = sums.entry((account, bonus)).or_insert((0, Money::ZERO));
            *bets += 1;
            *held += if holds { part } else { Money::ZERO };
        }
        self.wallet.bonuses().live().all(|grant| {
            let sum = sums.get(&(grant.account, grant.id)).copied().unwrap_or_default();
            sum == (grant.bets, grant.held)
        })
    }

    /// What a bet that a bonus has a part in could pay, as it counts in limits.
    #[cold]
    pub(super) fn funded_payout(&self, bet: BetId, payout: Money) -> Money {
        self.fundings.of(bet).payout_in_limits(payout)
    }

    /// What such a bet is paid where its whole stake returns `gross`.
    #[cold]
    pub(crate) fn funded_pays(&self, bet: BetId, stake: Money, gross: Money) -> Money {
        self.fundings.of(bet).pays(stake, gross)
    }

    /// Says what a bonus does for a bet.
    #[cold]
    pub(crate) fn say_funding(
        &self,
        (account, client_id): (AccountId, ClientBetId),
        bet: BetId,
        outbox: &mut Outbox,
    ) {
        let Funding { bonus, kind, part, counts } = *self.fundings.of(bet);
        let with = BonusBet { account, client_id, bet, bonus, kind, part, counts };
        outbox.push(Event::BonusBet(with));
    }

    /// A bet leaves that a bonus has a part in.
    #[cold]
    pub(crate) fn forget_funding(&mut self, account: AccountId, bet: BetId) {
        let row = self.fundings.0.remove(bet).expect("a bet says that a bonus has a part in it");
        self.wallet.let_go(account, row.funding.bonus);
    }

    /// Gives the held stake of a bet that never stood back to where it came from.
    #[cold]
    pub(super) fn release_funded(
        &mut self,
        (account, stake): (AccountId, Money),
        bet: BetId,
        outbox: &mut Outbox,
    ) {
        let funding = *self.fundings.of(bet);
        self.wallet.release_with_bonus((account, stake), &funding, bet, outbox);
    }

    /// Whether such a bet may be paid so much: no more than if its whole selection wins.
    #[cold]
    pub(crate) fn is_above_funded(&self, bet: &Bet, paid: Money) -> bool {
        let gross = bet.odds.payout_floor(bet.stake);
        self.funded_pays(bet.id, bet.stake.money(), gross) < paid
    }

    /// What the house gains by the part of a bonus where a bet goes from one end to another, beside what
    /// it keeps of the stake.
    #[cold]
    pub(crate) fn house_gains_of_part(
        &self,
        (account, stake): (AccountId, Money),
        bet: BetId,
        from: Ending,
        to: Ending,
    ) -> i128 {
        self.wallet.house_gains((account, stake), self.fundings.of(bet), from, to)
    }
}

impl Step<'_> {
    /// Moves the money of a bet that a bonus has a part in to where an end wants it, or back.
    #[cold]
    pub(crate) fn move_funded(
        &mut self,
        (account, stake): (AccountId, Money),
        bet: BetId,
        end: Ending,
        is_back: bool,
    ) {
        let funding = *self.tables.fundings.of(bet);
        let (wallet, of) = (&mut self.tables.wallet, (account, stake));
        match (end, is_back) {
            (Ending::Open, _) => {}
            (Ending::Void, false) => wallet.release_with_bonus(of, &funding, bet, self.outbox),
            (Ending::Void, true) => wallet.hold_again_with_bonus(of, &funding, bet, self.outbox),
            (Ending::Settled { paid }, _) => {
                wallet.settle_with_bonus(of, &funding, (bet, paid, is_back), self.outbox);
            }
        }
    }
}
