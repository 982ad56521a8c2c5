//! Bets that a bonus has a part in: where their stake comes from, what they pay, where it goes back to.
//!
//! A *free bet* puts what is left of it into the stake; what it puts in is never paid out, only what it
//! wins. A *boost* leaves the stake to the player and adds to what the bet wins; the most that it can add
//! is held from the grant. *Bonus money* stands in for what the player has not got himself: his own money
//! goes into the stake first. What the bet returns is divided as its stake was, and its whole stake counts
//! towards what must be wagered once it is won or lost, if its odds are long enough; when that is reached
//! the grant becomes the player's own money, up to its limit. A bet that is void gives the part back to its
//! grant, or to the house if the grant has ended. Everything else about such a bet is that of any other:
//! limits count its whole stake.
//!
//! Invariants: a grant holds exactly the parts of the bets that wait or stand; its balance is what was
//! granted less the parts of bets that are not void, plus what bets that are won returned to it.

use super::Wallet;
use super::bonus::{Bonus, BonusKind, BonusState};
use crate::codec::wire_struct;
use crate::command::Wagering;
use crate::event::{LedgerAccount, PostingReason};
use crate::outbox::Outbox;
use crate::reject::{Refusal, Reject};
use crate::units::{AccountId, BetId, BonusId, Money, Odds, Stake};

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
    /// What the bet holds of it: of a free bet or bonus money, its part of the stake, which may be none of
    /// bonus money; of a boost, the most that it adds.
    pub part: Money,
    /// Whether its stake counts towards what must be wagered.
    pub counts: bool,
}
wire_struct!(Funding { bonus, kind, part, counts });

impl Funding {
    /// What the player himself stakes of a stake.
    pub fn own_of(&self, stake: Money) -> Money {
        match self.kind {
            BonusKind::FreeBet | BonusKind::Money => stake - self.part,
            BonusKind::Boost { .. } => stake,
        }
    }

    /// What the bet pays where the whole stake would return `gross`; of bonus money, both parts together.
    ///
    /// The player's own part returns like any other bet, and a free part what it wins: `gross` less the
    /// part, or, if not even the stake comes back, the own part's share of `gross`. A boost adds its per
    /// cent of what was won. Fractions of a minor unit stay with the house.
    pub fn pays(&self, stake: Money, gross: Money) -> Money {
        match self.kind {
            BonusKind::Money => gross,
            BonusKind::FreeBet if stake <= gross => gross - self.part,
            BonusKind::FreeBet => {
                let own = i128::from(self.own_of(stake).minor());
                share(gross, own, i128::from(stake.minor()))
            }
            BonusKind::Boost { percent } => gross + boost(percent, gross - stake).min(self.part),
        }
    }

    /// What the bet could pay as it counts in limits: a free part counts like money.
    pub(crate) fn payout_in_limits(&self, payout: Money) -> Money {
        match self.kind {
            BonusKind::FreeBet => payout + self.part,
            BonusKind::Money | BonusKind::Boost { .. } => payout,
        }
    }

    /// What of a payout goes to the grant: the part that it has in the stake. A fraction of a minor unit is
    /// the player's own.
    pub(crate) fn share_of(&self, stake: Money, paid: Money) -> Money {
        match self.kind {
            BonusKind::Money => {
                share(paid, i128::from(self.part.minor()), i128::from(stake.minor()))
            }
            BonusKind::FreeBet | BonusKind::Boost { .. } => Money::ZERO,
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

/// Where a bet's stake and what it pays go, as far as a grant is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nowhere yet: the part is held.
    Open,
    /// It is won or lost and pays so much: the part is the house's.
    Settled {
        /// Stake included.
        paid: Money,
    },
    /// The part went back.
    Void,
}

/// What a bet's end, or what takes it back, does to its grant and to whoever else is concerned.
#[derive(Clone, Copy, Debug, Default)]
struct Effect {
    /// What of the payout is the grant's, in either direction.
    share: Money,
    /// By how much what the grant is worth moves: the part of a void bet, or its share of a payout.
    moved: Money,
    /// What becomes the player's own, and what of it is above the limit, if the grant is converted.
    converted: Option<(Money, Money)>,
}

impl Bonus {
    /// A bet of it comes to an end.
    fn settle(&mut self, funding: &Funding, stake: Money, end: Ending) -> Effect {
        match end {
            Ending::Open => Effect::default(),
            Ending::Void => Effect { moved: self.shift(funding.part), ..Effect::default() },
            Ending::Settled { paid } => {
                let share = funding.share_of(stake, paid);
                let moved = self.shift(share);
                if funding.counts {
                    self.turnover += stake;
                }
                let converted = self.is_fulfilled().then(|| {
                    let (before, own) = self.end(BonusState::Converted);
                    (own, before - own)
                });
                Effect { share, moved, converted }
            }
        }
    }

    /// The end of a bet of it is taken back. What was converted stays the player's own.
    fn unsettle(&mut self, funding: &Funding, stake: Money, end: Ending) -> Effect {
        match end {
            Ending::Open => Effect::default(),
            Ending::Void => Effect { moved: self.shift(-funding.part), ..Effect::default() },
            Ending::Settled { paid } => {
                let share = funding.share_of(stake, paid);
                if funding.counts {
                    self.turnover -= stake;
                }
                Effect { share, moved: self.shift(-share), converted: None }
            }
        }
    }
}

impl Wallet {
    /// What a bonus would do for a bet with this stake that returns `gross` if it wins and may pay `most`.
    ///
    /// # Errors
    /// [`Reject::UnknownBonus`], [`Reject::BonusNotForBets`], [`Reject::BonusUsedUp`],
    /// [`Reject::BonusWorthless`].
    pub(crate) fn fund(
        &self,
        (account, bonus): (AccountId, BonusId),
        stake: Money,
        (gross, most): (Money, Money),
    ) -> Result<Funding, Refusal> {
        let row = self.bonuses.get(account, bonus);
        let row = row.filter(|row| row.state == BonusState::Active).ok_or(Reject::UnknownBonus)?;
        let wished = match row.kind {
            BonusKind::Money => self.lacking(account, stake),
            BonusKind::FreeBet => stake,
            BonusKind::Boost { percent } => boost(percent, gross - stake).min(most - gross),
        };
        let left = row.available();
        if left == Money::ZERO {
            return Err(Reject::BonusUsedUp.into());
        }
        let counts = row.kind == BonusKind::Money && is_long_enough(&row.wagering, stake, gross);
        let funding = Funding { bonus, kind: row.kind, part: wished.min(left), counts };
        // Bonus money may have no part in a bet that counts towards what must be wagered.
        let adds_nothing = funding.part == Money::ZERO && row.kind != BonusKind::Money;
        if adds_nothing || funding.pays(stake, gross) == Money::ZERO {
            return Err(Reject::BonusWorthless.into());
        }
        Ok(funding)
    }

    /// What a bet that returns `gross` if it wins would count in limits with this bonus in it. Where the
    /// bonus cannot be used that is `gross`: the limits are asked before the bonus is.
    pub(crate) fn in_limits(
        &self,
        of: (AccountId, BonusId),
        stake: Money,
        (gross, most): (Money, Money),
    ) -> Money {
        // No limit lets so much pass, and what a bonus adds to it may not fit.
        if HARDLY_FITS < gross {
            return gross;
        }
        let funding = self.fund(of, stake, (gross, most));
        funding.map_or(gross, |it| it.payout_in_limits(it.pays(stake, gross)))
    }

    /// What of a stake the player has not got himself.
    fn lacking(&self, account: AccountId, stake: Money) -> Money {
        let own = self.get(account).map_or(Money::ZERO, |row| row.available.max(Money::ZERO));
        stake - stake.min(own)
    }

    /// What a player would stake himself beside a bonus; the whole stake if there is no such bonus.
    pub(crate) fn own_beside(&self, (account, bonus): (AccountId, BonusId), stake: Money) -> Money {
        match self.bonuses.get(account, bonus) {
            Some(row) => match row.kind {
                BonusKind::FreeBet => stake - stake.min(row.available()),
                BonusKind::Money => stake - self.lacking(account, stake).min(row.available()),
                BonusKind::Boost { .. } => stake,
            },
            None => stake,
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
        assert!(
            part <= row.available(),
            "decide() let through a part that the bonus does not have"
        );
        row.shift(-part);
        row.held += part;
        row.bets += 1;
        let way = (LedgerAccount::PlayerBonus(account), bonus_held(account));
        self.post_some(way, part, bet, PostingReason::Hold, outbox);
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
        let back = row.settle(funding, stake, Ending::Void).moved;
        row.held -= part;
        assert!(Money::ZERO <= row.held, "more of a bonus was released than was held");
        let (from, grant) = (bonus_held(account), row.ledger());
        for (to, amount) in [(grant, back), (LedgerAccount::House, part - back)] {
            self.post_some((from, to), amount, bet, PostingReason::Release, outbox);
        }
        self.announce_bonus(account, bonus, outbox);
    }

    /// Takes such a release back: the stake is held again, and the part of the bonus. What of it another bet
    /// has used meanwhile the house puts in: both bets stand and are paid, and whichever of them gives its
    /// part back gives the house what it put in. What nobody has used yet cannot be used any more.
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
        let from_grant = -row.unsettle(funding, stake, Ending::Void).moved;
        row.held += part;
        let (to, grant, from_house) = (bonus_held(account), row.ledger(), part - from_grant);
        let why = match row.state {
            BonusState::Active => PostingReason::BonusUsedAgain,
            // It went to the house when it came back.
            BonusState::Expired | BonusState::Forfeited | BonusState::Converted => {
                PostingReason::Reversal
            }
        };
        self.post_some((grant, to), from_grant, bet, PostingReason::Reversal, outbox);
        self.post_some((LedgerAccount::House, to), from_house, bet, why, outbox);
        self.announce_bonus(account, bonus, outbox);
    }

    /// The held stake and the held part go to the house, which pays what the bet won; or all of it comes
    /// back.
    #[cold]
    pub(crate) fn settle_with_bonus(
        &mut self,
        (account, stake): (AccountId, Money),
        funding: &Funding,
        (bet, paid, is_back): (BetId, Money, bool),
        outbox: &mut Outbox,
    ) {
        let Funding { bonus, part, .. } = *funding;
        let row = self.bonuses.get_mut(account, bonus).expect("a bet keeps its bonus");
        let grant = row.ledger();
        row.held += if is_back { part } else { -part };
        let end = Ending::Settled { paid };
        let Effect { share, moved, converted } = if is_back {
            row.unsettle(funding, stake, end)
        } else {
            row.settle(funding, stake, end)
        };
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
        let own = paid - share;
        for (owner, amount) in
            [(available(account), own), (grant, if is_back { -moved } else { moved })]
        {
            if is_back {
                self.post_some((owner, house), amount, bet, PostingReason::Reversal, outbox);
            } else {
                self.post_some((house, owner), amount, bet, PostingReason::Payout, outbox);
            }
        }
        if let Some((own, above)) = converted {
            for (to, amount) in [(available(account), own), (house, above)] {
                let why = PostingReason::BonusConverted;
                self.post_some((LedgerAccount::PlayerBonus(account), to), amount, bet, why, outbox);
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

    /// What the house would gain by a grant if a bet went from one end to another now, beside what it gains
    /// by a bet that no bonus has a part in.
    pub(crate) fn house_gains(
        &self,
        (account, stake): (AccountId, Money),
        funding: &Funding,
        from: Ending,
        to: Ending,
    ) -> i128 {
        let row = self.bonuses.get(account, funding.bonus).expect("a bet keeps its bonus");
        let mut row = row.clone();
        let back = row.unsettle(funding, stake, from);
        let forth = row.settle(funding, stake, to);
        // What an end gives the grant and the grant does not get is the house's, and the other way round.
        let gain = |end: Ending, effect: Effect| match end {
            Ending::Open => Money::ZERO,
            Ending::Void => funding.part - effect.moved,
            Ending::Settled { .. } => funding.beside_stake() + effect.share - effect.moved,
        };
        let above = forth.converted.map_or(Money::ZERO, |(_, above)| above);
        let minor = |amount: Money| i128::from(amount.minor());
        let back = Effect { moved: -back.moved, ..back };
        minor(gain(to, forth) + above) - minor(gain(from, back))
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

/// Whether a bet's odds are long enough to count: what it pays for its stake, to the minor unit.
fn is_long_enough(wagering: &Wagering, stake: Money, gross: Money) -> bool {
    let least = |odds: Odds| Stake::new(stake).map_or(Money::ZERO, |it| odds.payout_floor(it));
    wagering.min_odds.is_none_or(|odds| least(odds) <= gross)
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
        Funding { bonus: BonusId(1), kind, part: Money::from_minor(part), counts: false }
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
