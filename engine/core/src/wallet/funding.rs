//! Bets that a bonus has a part in: where their stake comes from, what they pay, where it goes back to.
//!
//! A *free bet* puts what is left of it into the stake; what it puts in is never paid out, only what it
//! wins. A *boost* leaves the stake to the player and adds to what the bet wins; the most that it can add
//! is held from the grant. A bet that is void gives the part back to its grant, or to the house if the
//! grant has ended. Everything else about such a bet is that of any other: limits count its whole stake.
//!
//! Invariants: a grant holds exactly the parts of the bets that wait or stand; what is available of an
//! active one, less what the house lent it, is what was granted less the parts of bets that are not void.

use super::Wallet;
use super::bonus::{Bonus, BonusKind, BonusState};
use crate::codec::wire_struct;
use crate::event::{LedgerAccount, PostingReason};
use crate::outbox::Outbox;
use crate::reject::{Refusal, Reject};
use crate::units::{AccountId, BetId, BonusId, Money};

/// Beyond this no bonus is added to a payout.
const HARDLY_FITS: Money = Money::from_minor(i64::MAX / 2);

/// What a bonus has to do with one bet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Funding {
    /// Which bonus.
    pub bonus: BonusId,
    /// What it is.
    pub kind: BonusKind,
    /// What the bet holds of it: of a free bet, its part of the stake; of a boost, the most that it adds.
    pub part: Money,
}
wire_struct!(Funding { bonus, kind, part });

impl Funding {
    /// What the player himself stakes of a stake.
    pub fn own_of(&self, stake: Money) -> Money {
        match self.kind {
            BonusKind::FreeBet | BonusKind::Money => stake - self.part,
            BonusKind::Boost { .. } => stake,
        }
    }

    /// What the player is paid where the whole stake would return `gross`.
    ///
    /// The player's own part returns like any other bet, and a free part what it wins: `gross` less the
    /// part, or, if not even the stake comes back, the own part's share of `gross`. A boost adds its per
    /// cent of what was won. Fractions of a minor unit stay with the house.
    pub fn pays(&self, stake: Money, gross: Money) -> Money {
        match self.kind {
            BonusKind::FreeBet | BonusKind::Money if stake <= gross => gross - self.part,
            BonusKind::FreeBet | BonusKind::Money => {
                let own = i128::from(self.own_of(stake).minor());
                share(gross, own, i128::from(stake.minor()))
            }
            BonusKind::Boost { percent } => gross + boost(percent, gross - stake).min(self.part),
        }
    }

    /// What the bet could pay as it counts in limits: a free part counts like money.
    pub(crate) fn payout_in_limits(&self, payout: Money) -> Money {
        match self.kind {
            BonusKind::FreeBet | BonusKind::Money => payout + self.part,
            BonusKind::Boost { .. } => payout,
        }
    }

    /// What the house gets of the part beside the stake when the bet is won or lost.
    pub(crate) fn beside_stake(&self) -> Money {
        match self.kind {
            BonusKind::FreeBet | BonusKind::Money => Money::ZERO,
            BonusKind::Boost { .. } => self.part,
        }
    }
}

/// `amount` × `parts` / `whole`, rounded down.
fn share(amount: Money, parts: i128, whole: i128) -> Money {
    let minor = i128::from(amount.minor()) * parts / whole;
    Money::from_minor(i64::try_from(minor).unwrap_or(i64::MAX))
}

/// What a boost adds to what was won; nothing to a loss.
fn boost(percent: u8, won: Money) -> Money {
    share(won.max(Money::ZERO), i128::from(percent), 100)
}

impl Bonus {
    /// What of a part goes to the house when a bet gives it back: what the house lent, or all of it once
    /// the grant has ended.
    fn goes_to_house(&self, part: Money) -> Money {
        match self.state {
            BonusState::Active => part.min(self.lent),
            BonusState::Expired | BonusState::Forfeited => part,
        }
    }
}

impl Wallet {
    /// What a bonus would do for a bet with this stake that returns `gross` if it wins.
    ///
    /// # Errors
    /// [`Reject::UnknownBonus`], [`Reject::BonusNotForBets`], [`Reject::BonusUsedUp`],
    /// [`Reject::BonusWorthless`].
    pub(crate) fn fund(
        &self,
        (account, bonus): (AccountId, BonusId),
        stake: Money,
        gross: Money,
    ) -> Result<Funding, Refusal> {
        let row = self.bonuses.get(account, bonus);
        let row = row.filter(|row| row.state == BonusState::Active).ok_or(Reject::UnknownBonus)?;
        let wished = match row.kind {
            BonusKind::Money => return Err(Reject::BonusNotForBets.into()),
            BonusKind::FreeBet => stake,
            BonusKind::Boost { percent } => boost(percent, gross - stake),
        };
        if row.available == Money::ZERO {
            return Err(Reject::BonusUsedUp.into());
        }
        let funding = Funding { bonus, kind: row.kind, part: wished.min(row.available) };
        if funding.part == Money::ZERO || funding.pays(stake, gross) == Money::ZERO {
            return Err(Reject::BonusWorthless.into());
        }
        Ok(funding)
    }

    /// What a bet that returns `gross` if it wins would count in limits with this bonus in it. Where the
    /// bonus cannot be used that is `gross`: the limits are asked before the bonus is.
    pub(crate) fn in_limits(&self, of: (AccountId, BonusId), stake: Money, gross: Money) -> Money {
        // No limit lets so much pass, and what a bonus adds to it may not fit.
        if HARDLY_FITS < gross {
            return gross;
        }
        let funding = self.fund(of, stake, gross);
        funding.map_or(gross, |it| it.payout_in_limits(it.pays(stake, gross)))
    }

    /// What a player would stake himself beside a bonus; the whole stake if there is no such bonus.
    pub(crate) fn own_beside(&self, (account, bonus): (AccountId, BonusId), stake: Money) -> Money {
        match self.bonuses.get(account, bonus) {
            Some(row) if row.kind == BonusKind::FreeBet => stake - stake.min(row.available),
            Some(_) | None => stake,
        }
    }

    /// Holds a stake, and the part of a bonus.
    #[cold]
    pub(crate) fn hold_with_bonus(
        &mut self,
        (account, stake): (AccountId, Money),
        funding: &Funding,
        bet: BetId,
        outbox: &mut Outbox,
    ) {
        let Funding { bonus, part, .. } = *funding;
        let (own, way) = (funding.own_of(stake), (available(account), held(account)));
        self.post_some(way, own, bet, PostingReason::Hold, outbox);
        let row = self.bonuses.get_mut(account, bonus).expect("decide() found the bonus");
        assert!(part <= row.available, "decide() let through a part that the bonus does not have");
        row.available -= part;
        row.held += part;
        row.bets += 1;
        let (from, to) = (LedgerAccount::PlayerBonus(account), bonus_held(account));
        self.post(from, to, part, Some(bet), PostingReason::Hold, outbox);
        self.announce_bonus(account, bonus, outbox);
    }

    /// Gives the held stake of a bet back, and the part of a bonus to its grant.
    #[cold]
    pub(crate) fn release_with_bonus(
        &mut self,
        (account, stake): (AccountId, Money),
        funding: &Funding,
        bet: BetId,
        outbox: &mut Outbox,
    ) {
        let Funding { bonus, part, .. } = *funding;
        let (own, way) = (funding.own_of(stake), (held(account), available(account)));
        self.post_some(way, own, bet, PostingReason::Release, outbox);
        let row = self.bonuses.get_mut(account, bonus).expect("a bet keeps its bonus");
        let to_house = row.goes_to_house(part);
        if row.state == BonusState::Active {
            row.lent -= to_house;
        }
        row.available += part - to_house;
        row.held -= part;
        assert!(Money::ZERO <= row.held, "more of a bonus was released than was held");
        let (from, grant) = (bonus_held(account), LedgerAccount::PlayerBonus(account));
        for (to, amount) in [(grant, part - to_house), (LedgerAccount::House, to_house)] {
            self.post_some((from, to), amount, bet, PostingReason::Release, outbox);
        }
        self.announce_bonus(account, bonus, outbox);
    }

    /// Takes such a release back: the stake is held again, and the part of the bonus, from the house if the
    /// grant has not got it any more.
    #[cold]
    pub(crate) fn hold_again_with_bonus(
        &mut self,
        (account, stake): (AccountId, Money),
        funding: &Funding,
        bet: BetId,
        outbox: &mut Outbox,
    ) {
        let Funding { bonus, part, .. } = *funding;
        let (own, way) = (funding.own_of(stake), (available(account), held(account)));
        self.post_some(way, own, bet, PostingReason::Reversal, outbox);
        let row = self.bonuses.get_mut(account, bonus).expect("a bet keeps its bonus");
        let from_grant = part.min(row.available);
        row.available -= from_grant;
        row.held += part;
        if row.state == BonusState::Active {
            row.lent += part - from_grant;
        }
        let (to, grant) = (bonus_held(account), LedgerAccount::PlayerBonus(account));
        for (from, amount) in [(grant, from_grant), (LedgerAccount::House, part - from_grant)] {
            self.post_some((from, to), amount, bet, PostingReason::Reversal, outbox);
        }
        self.announce_bonus(account, bonus, outbox);
    }

    /// The held stake and the held part go to the house, or come back from it.
    #[cold]
    pub(crate) fn take_with_bonus(
        &mut self,
        (account, stake): (AccountId, Money),
        funding: &Funding,
        (bet, is_back): (BetId, bool),
        outbox: &mut Outbox,
    ) {
        let Funding { bonus, part, .. } = *funding;
        let row = self.bonuses.get_mut(account, bonus).expect("a bet keeps its bonus");
        row.held += if is_back { part } else { -part };
        assert!(Money::ZERO <= row.held, "more of a bonus was taken than was held");
        let house = LedgerAccount::House;
        for (from, amount) in [(held(account), funding.own_of(stake)), (bonus_held(account), part)]
        {
            if is_back {
                self.post_some((house, from), amount, bet, PostingReason::Reversal, outbox);
            } else {
                self.post_some((from, house), amount, bet, PostingReason::StakeTaken, outbox);
            }
        }
        self.announce_bonus(account, bonus, outbox);
    }

    /// A bet leaves that had a part of a bonus.
    pub(crate) fn let_go(&mut self, account: AccountId, bonus: BonusId) {
        let row = self.bonuses.get_mut(account, bonus).expect("a bet keeps its bonus");
        assert!(0 < row.bets, "more bets left a bonus than took from it");
        row.bets -= 1;
        self.bonuses.forget_if_done(account, bonus);
    }

    /// What the house would get of a part if its bet gave it back now.
    pub(crate) fn part_for_house(&self, account: AccountId, funding: &Funding) -> Money {
        let row = self.bonuses.get(account, funding.bonus).expect("a bet keeps its bonus");
        row.goes_to_house(funding.part)
    }

    /// What the house would have to add if a release of such a part were taken back now.
    pub(crate) fn part_from_house(&self, account: AccountId, funding: &Funding) -> Money {
        let row = self.bonuses.get(account, funding.bonus).expect("a bet keeps its bonus");
        funding.part - funding.part.min(row.available)
    }

    /// Moves an amount of a bet, if there is any.
    fn post_some(
        &mut self,
        (from, to): (LedgerAccount, LedgerAccount),
        amount: Money,
        bet: BetId,
        reason: PostingReason,
        outbox: &mut Outbox,
    ) {
        if amount != Money::ZERO {
            self.post(from, to, amount, Some(bet), reason, outbox);
        }
    }
}

fn available(account: AccountId) -> LedgerAccount {
    LedgerAccount::PlayerAvailable(account)
}

fn held(account: AccountId) -> LedgerAccount {
    LedgerAccount::PlayerHeld(account)
}

fn bonus_held(account: AccountId) -> LedgerAccount {
    LedgerAccount::PlayerBonusHeld(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn funding(kind: BonusKind, part: i64) -> Funding {
        Funding { bonus: BonusId(1), kind, part: Money::from_minor(part) }
    }

    #[test]
    fn a_free_bet_pays_what_it_wins_and_the_own_part_like_any_other() {
        // A stake of 10.00 with so much of it free; what the whole would return; what is paid.
        for (free, gross, paid) in [
            (1_000, 1_850, 850), // all of it free, at 1.85
            (400, 1_850, 1_450), // 6.00 own at 1.85 is 11.10, and 4.00 free win 3.40
            (400, 1_425, 1_025), // half won: (1 + 1.85) / 2
            (1_000, 500, 0),     // half lost: a free stake comes back as nothing
            (400, 500, 300),     // half lost: half of the own 6.00
            (333, 500, 333),     // half of 6.67, rounded down
        ] {
            let pays = funding(BonusKind::FreeBet, free);
            let pays = pays.pays(Money::from_minor(1_000), Money::from_minor(gross));
            assert_eq!(pays.minor(), paid, "{free} free of 1000, {gross}");
        }
    }

    #[test]
    fn a_boost_adds_to_what_was_won_and_nothing_to_a_loss() {
        for (most, gross, paid) in
            [(999, 1_850, 2_062), (100, 1_850, 1_950), (999, 1_425, 1_531), (999, 500, 500)]
        {
            let pays = funding(BonusKind::Boost { percent: 25 }, most);
            let pays = pays.pays(Money::from_minor(1_000), Money::from_minor(gross));
            assert_eq!(pays.minor(), paid, "at most {most}, {gross}");
        }
    }
}
