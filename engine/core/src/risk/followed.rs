//! How the bets ended that a rule in shadow would have refused: where players won, the rule would have saved money; where
//! they lost, it would have cost some.
//!
//! A bet knows nothing of it. Each would-be refusal has a row beside the bets, found by the bet's id; where it stands is
//! looked up when somebody asks, so a settlement that is taken back is right by itself. When the bet leaves the engine its
//! end is added to what stays.

use super::{RuleId, RuleSet};
use crate::bets::cash_out::Target;
use crate::bets::side::SideTable;
use crate::bets::{BetState, multiple::MultipleState};
use crate::codec::wire_struct;
use crate::command::Capacity;
use crate::state::Tables;
use crate::units::{AccountId, BetId, Money, Stake};

/// Most would-be refusals that are followed at one time. What does not fit is counted as such: of so many the share that
/// won says enough.
pub const FOLLOWED_MAX: u32 = 16_384;

/// So many of them are looked at with one question: some 60 ns each while they are open and some more once they are settled,
/// as their accounts are looked up, and no bet shall wait for longer than 50 µs.
const FOLLOWED_SLICE: u32 = 256;

/// A bet that rules in shadow would have refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Follow {
    /// The bet.
    pub target: Target,
    /// Those rules.
    pub rules: RuleSet,
    /// What its player put in himself, in his own money.
    pub own: Money,
}
wire_struct!(Follow { target, rules, own });

impl Follow {
    pub(super) const BLANK: Self =
        Self { target: Target::Single(0), rules: RuleSet::EMPTY, own: Money::ZERO };
}

/// How many bets are followed beside tables of this capacity.
pub(super) fn followed_max(capacity: &Capacity) -> u32 {
    capacity.bets_max.saturating_add(capacity.multiples_max).min(FOLLOWED_MAX)
}

/// How the bets ended that a rule in shadow would have refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Ends {
    /// Those that cost the house money: the rule would have been right.
    pub won: u64,
    /// Those on which the house earned: the rule would have been wrong.
    pub lost: u64,
    /// Those that came to nothing: void, or not taken in the end.
    pub even: u64,
    /// Those that are not decided yet.
    pub open: u64,
    /// Those of which nobody keeps how they end, as there was no room.
    pub not_followed: u64,
    /// What the house made on them, as it counts in limits; below zero if it lost.
    pub house: Money,
}
wire_struct!(Ends { won, lost, even, open, not_followed, house });

impl Ends {
    /// Adds those of another slice.
    pub fn add(&mut self, other: &Self) {
        let Self { won, lost, even, open, not_followed, house } = other;
        self.won += won;
        self.lost += lost;
        self.even += even;
        self.open += open;
        self.not_followed += not_followed;
        self.house = Money::from_minor(self.house.minor().saturating_add(house.minor()));
    }

    /// Counts a bet: what the house made on it, or `None` while it is open.
    fn count(&mut self, made: Option<Money>) {
        let Some(made) = made else {
            self.open += 1;
            return;
        };
        let ended = match made.cmp(&Money::ZERO) {
            core::cmp::Ordering::Less => &mut self.won,
            core::cmp::Ordering::Equal => &mut self.even,
            core::cmp::Ordering::Greater => &mut self.lost,
        };
        *ended += 1;
        let sum = self.house.minor().saturating_add(made.minor());
        self.house = Money::from_minor(sum);
    }
}

/// The ends by rule.
pub(crate) type ByRule = [Ends; RuleId::ALL.len()];

impl Tables {
    /// Follows a bet that rules in shadow would have refused.
    #[cold]
    #[inline(never)]
    pub(crate) fn follow(&mut self, bet: BetId, target: Target, own: Money, rules: RuleSet) {
        if self.risk.followed.is_full() {
            rules.iter().for_each(|rule| self.risk.ends[rule as usize].not_followed += 1);
        } else {
            self.risk.followed.set(bet, Follow { target, rules, own });
        }
    }

    /// A bet that is followed was taken with another stake.
    #[cold]
    pub(crate) fn follow_with(&mut self, bet: BetId, stake: Stake) {
        if let Some(follow) = self.risk.followed.get(bet).copied() {
            self.risk.followed.set(bet, Follow { own: stake.money(), ..follow });
        }
    }

    /// A bet leaves the engine: how it ended stays.
    #[inline]
    pub(crate) fn stop_following(&mut self, bet: BetId) {
        if !self.risk.followed.is_empty() {
            self.note_end(bet);
        }
    }

    #[cold]
    #[inline(never)]
    fn note_end(&mut self, bet: BetId) {
        let Some(follow) = self.risk.followed.get(bet).copied() else { return };
        let made = self.made_on(bet, &follow);
        assert!(made.is_some(), "a bet leaves with its money still held");
        follow.rules.iter().for_each(|rule| self.risk.ends[rule as usize].count(made));
        self.risk.followed.remove(bet);
    }

    /// How the bets ended, by rule.
    pub(crate) fn ends(&self) -> (ByRule, Option<u32>) {
        (self.with_followed(self.risk.ends, self.risk.followed.iter()), None)
    }

    /// The same of one slice, in the first with those that have left; and where the next begins.
    pub(crate) fn ends_from(&self, from: u32) -> (ByRule, Option<u32>) {
        let before = if from == 0 { self.risk.ends } else { ByRule::default() };
        let (rows, next) = (&self.risk.followed, from.saturating_add(FOLLOWED_SLICE));
        let slice = rows.iter().skip(from as usize).take(FOLLOWED_SLICE as usize);
        (self.with_followed(before, slice), Some(next).filter(|next| (*next as usize) < rows.len()))
    }

    fn with_followed<'a>(
        &self,
        mut ends: ByRule,
        rows: impl Iterator<Item = &'a (BetId, Follow)>,
    ) -> ByRule {
        for (bet, follow) in rows {
            let made = self.made_on(*bet, follow);
            follow.rules.iter().for_each(|rule| ends[rule as usize].count(made));
        }
        ends
    }

    /// What the house made on a bet, as it counts in limits; `None` while it is open.
    fn made_on(&self, bet: BetId, follow: &Follow) -> Option<Money> {
        let (account, stake, is_funded, standing) = match follow.target {
            Target::Single(slot) => {
                let row = self.bets.bet(slot);
                (row.account, row.stake.money(), row.is_funded, Standing::from(row.state))
            }
            Target::Multiple(slot) => {
                let row = self.multiples.multiple(slot);
                (row.account, row.stake.money(), row.is_funded, Standing::from(row.state))
            }
        };
        // Parts that were cashed out before are paid for; of what a grant had in a bet the player sees nothing.
        let returned = match standing {
            Standing::Open => return None,
            Standing::Ended(paid) => paid,
            Standing::Back if is_funded => follow.own,
            Standing::Paid(paid) if is_funded => paid - self.fundings.of(bet).share_of(stake, paid),
            Standing::Back => self.cash_outs.paid(bet) + stake,
            Standing::Paid(paid) => self.cash_outs.paid(bet) + paid,
        };
        Some(self.made_in_book(account, follow.own - returned))
    }

    fn made_in_book(&self, account: AccountId, made: Money) -> Money {
        self.wallet.currencies.in_book(self.wallet.currency(account), made)
    }

    /// Whether every bet that is followed is there.
    pub(crate) fn followed_fit(&self) -> bool {
        self.risk.followed.iter().all(|(id, follow)| match follow.target {
            Target::Single(slot) => self.bets.has_slot(slot) && self.bets.bet(slot).id == *id,
            Target::Multiple(slot) => {
                self.multiples.has_slot(slot) && self.multiples.multiple(slot).id == *id
            }
        })
    }
}

/// How far a bet has come, of either kind.
enum Standing {
    Open,
    /// What was left of its stake came back.
    Back,
    /// What was left of it was settled, and paid so much.
    Paid(Money),
    /// Its player ended it, and was paid so much for all of it.
    Ended(Money),
}

impl From<BetState> for Standing {
    fn from(state: BetState) -> Self {
        match state {
            BetState::Waiting { .. }
            | BetState::Referred { .. }
            | BetState::Offered { .. }
            | BetState::Open => Self::Open,
            BetState::Refused(_) | BetState::Void(_) => Self::Back,
            BetState::Won { paid } => Self::Paid(paid),
            BetState::Lost => Self::Paid(Money::ZERO),
            BetState::CashedOut { paid } => Self::Ended(paid),
        }
    }
}

impl From<MultipleState> for Standing {
    fn from(state: MultipleState) -> Self {
        match state {
            MultipleState::Waiting { .. }
            | MultipleState::Referred { .. }
            | MultipleState::Offered { .. }
            | MultipleState::Open => Self::Open,
            MultipleState::Refused(_) | MultipleState::Void(_) => Self::Back,
            MultipleState::Won { paid } => Self::Paid(paid),
            MultipleState::Lost => Self::Paid(Money::ZERO),
            MultipleState::CashedOut { paid } => Self::Ended(paid),
        }
    }
}

/// The rows of bets that are followed.
pub(super) type Rows = SideTable<Follow>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Config;

    #[test]
    fn what_does_not_fit_is_counted_as_not_followed() {
        let mut tables = Tables::empty(Capacity::SMALLEST, Config::default());
        let rules = RuleSet::of(&[RuleId::StakeMax]);
        let room = u64::from(followed_max(&Capacity::SMALLEST));
        for bet in 1..=room + 2 {
            tables.follow(BetId(bet), Target::Single(0), Money::ZERO, rules);
        }
        let ends = tables.risk.ends[RuleId::StakeMax as usize];
        assert_eq!((ends.not_followed, tables.risk.ends[0].not_followed), (2, 0));
        assert!(tables.risk.followed.is_full());
    }
}
