//! Bets that a bonus has a part in, a second time: what is left of a grant is what was granted less the
//! parts of its bets that are not void, and what those that are won return to it, whatever happened in
//! between. When bonus money becomes the player's own depends on when its bets are settled, and the twin
//! settles at once: it learns that moment, and checks that enough was wagered.

use clutch_core::command::Slip;
use clutch_core::event::{BetStatus, BetView, Event, MultipleView};
use clutch_core::units::{AccountId, BetId, BonusId, Money, Odds};
use clutch_core::wallet::{BonusKind, BonusState, BonusView};
use clutch_core::{Record, Reject};

use super::Twin;
use super::cash::Bonus;

/// What a bonus does for one bet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Funding {
    pub bonus: BonusId,
    pub kind: BonusKind,
    pub part: i128,
    /// Whether its stake counts towards what must be wagered.
    pub counts: bool,
}

/// A bet of a bonus: what the bonus does for it, its stake, and where it stands.
struct Part {
    bet: u64,
    funding: Funding,
    stake: i128,
    status: BetStatus,
}

impl Part {
    /// What of its payout is the bonus's own.
    fn share(&self) -> i128 {
        match self.status {
            BetStatus::Won { payout } => self.funding.share(self.stake, payout.minor().into()),
            _ => 0,
        }
    }

    /// What it adds to what was wagered, if it ends like this.
    fn wagers(&self, is_settled: bool) -> i128 {
        if self.funding.counts && is_settled { self.stake } else { 0 }
    }
}

impl Funding {
    /// What the player stakes himself.
    pub fn own(&self, stake: i128) -> i128 {
        if matches!(self.kind, BonusKind::Boost { .. }) { stake } else { stake - self.part }
    }

    /// What of a payout goes to the bonus.
    pub fn share(&self, stake: i128, paid: i128) -> i128 {
        if self.kind == BonusKind::Money { paid * self.part / stake } else { 0 }
    }

    /// What he is paid where the whole stake returns `gross`.
    pub fn pays(&self, stake: i128, gross: i128) -> i128 {
        match self.kind {
            BonusKind::Boost { percent } => {
                let won = (gross - stake).max(0);
                gross + self.part.min(won * i128::from(percent) / 100)
            }
            BonusKind::Money => gross,
            _ if gross >= stake => gross - self.part,
            _ => gross * (stake - self.part) / stake,
        }
    }
}

/// The same for a bet that may have no bonus in it.
pub(super) fn own(funding: Option<Funding>, stake: i128) -> i128 {
    funding.map_or(stake, |funding| funding.own(stake))
}

/// What of a payout is the player's own money.
pub(super) fn to_owner(funding: Option<Funding>, stake: i128, paid: Money) -> i128 {
    let paid = i128::from(paid.minor());
    paid - funding.map_or(0, |funding| funding.share(stake, paid))
}

pub(super) fn pays(funding: Option<Funding>, stake: i128, gross: i128) -> i128 {
    funding.map_or(gross, |funding| funding.pays(stake, gross))
}

/// What a bet that returns `gross` counts in limits: a free part like money, and what a boost adds.
pub(super) fn counts(funding: Option<Funding>, gross: i128) -> i128 {
    match funding {
        Some(Funding { kind: BonusKind::Boost { .. }, part, .. }) => gross + part,
        Some(_) | None => gross,
    }
}

/// What it says to its owner, from what it counts in limits.
pub(super) fn said(funding: Option<Funding>, counts: i128) -> i128 {
    match funding {
        Some(Funding { kind: BonusKind::FreeBet, part, .. }) => counts - part,
        Some(_) | None => counts,
    }
}

impl Twin {
    /// Places a bet with a bonus in it: taken as it is or refused.
    pub(super) fn place_funded(&mut self, slip: &Slip, bonus: BonusId) -> BetStatus {
        self.wishes_bonus = Some(bonus);
        let status = match slip {
            Slip::Single(place) => self.place_new(place, false),
            Slip::Multiple(place) => self.place_new_multiple(place, false),
        };
        self.wishes_bonus = None;
        status
    }

    /// What the bet being placed would add to its owner's stakes.
    pub(super) fn adds(&self, account: u32, stake: i128) -> i128 {
        let part = self.wishes_bonus.and_then(|bonus| {
            let view = self.bonus_now(self.bonus_of(account, bonus)?);
            let left = i128::from(view.available.minor());
            match view.kind {
                BonusKind::FreeBet => Some(stake.min(left)),
                BonusKind::Money => Some(self.lacking(account, stake).min(left)),
                BonusKind::Boost { .. } => None,
            }
        });
        stake - part.unwrap_or(0)
    }

    /// What of a stake a player has not got himself.
    fn lacking(&self, account: u32, stake: i128) -> i128 {
        (stake - self.available(account).unwrap_or_default().max(0)).max(0)
    }

    /// What the bonus of the bet being placed does for it.
    pub(super) fn fund(
        &self,
        account: u32,
        stake: i128,
        (gross, most): (i128, i128),
    ) -> Result<Option<Funding>, Reject> {
        let Some(bonus) = self.wishes_bonus else { return Ok(None) };
        let row = self.bonus_of(account, bonus).filter(|row| self.is_kept(row));
        let view = self.bonus_now(row.ok_or(Reject::UnknownBonus)?);
        if view.state != BonusState::Active {
            return Err(Reject::UnknownBonus);
        }
        let left = i128::from(view.available.minor());
        let wished = match view.kind {
            BonusKind::Money => self.lacking(account, stake),
            BonusKind::FreeBet => stake,
            BonusKind::Boost { percent } => {
                ((gross - stake) * i128::from(percent) / 100).min(most - gross)
            }
        };
        if left == 0 {
            return Err(Reject::BonusUsedUp);
        }
        let is_money = view.kind == BonusKind::Money;
        let least = view.min_odds.map_or(0, |odds: Odds| stake * i128::from(odds.milli()) / 1000);
        let counts = is_money && least <= gross;
        let funding = Funding { bonus, kind: view.kind, part: wished.min(left), counts };
        if (funding.part == 0 && !is_money) || funding.pays(stake, gross) == 0 {
            return Err(Reject::BonusWorthless);
        }
        Ok(Some(funding))
    }

    /// What limits see of the bet being placed: what it will count if it is taken.
    pub(super) fn in_limits(&self, account: u32, stake: i128, (gross, most): (i128, i128)) -> i128 {
        let fits = gross <= i128::from(i64::MAX / 2);
        let funding =
            fits.then(|| self.fund(account, stake, (gross, most)).ok().flatten()).flatten();
        counts(funding, gross)
    }

    /// Bets with a bonus in them that are there.
    pub(super) fn funded_bets(&self) -> usize {
        let singles = self.bets.values().filter(|bet| bet.funding.is_some()).count();
        singles + self.multiples.values().filter(|bet| bet.funding.is_some()).count()
    }

    fn bonus_of(&self, account: u32, bonus: BonusId) -> Option<&Bonus> {
        self.bonuses.iter().find(|row| row.account == account && row.view.bonus == bonus)
    }

    /// Every bet of a bonus that is there.
    fn parts(&self, bonus: BonusId) -> Vec<Part> {
        let of = |funding: Option<Funding>| funding.filter(|funding| funding.bonus == bonus);
        let singles = self.bets.iter().filter_map(|(id, bet)| {
            let (funding, status) = (of(bet.funding)?, self.where_it_stands(*id, bet));
            Some(Part { bet: *id, funding, stake: bet.stake, status })
        });
        let multiples = self.multiples.iter().filter_map(|(id, bet)| {
            let (funding, status) = (of(bet.funding)?, self.where_multiple_stands(*id, bet));
            Some(Part { bet: *id, funding, stake: bet.stake, status })
        });
        singles.chain(multiples).collect()
    }

    /// What a bonus holds, what is left of it or was, what of it is the player's own money, and what was wagered.
    fn sums_of(&self, row: &Bonus) -> (i128, i128, i128, i128) {
        let granted = i128::from(row.view.available.minor());
        let (mut left, mut held, mut wagered) = (granted - row.spent, 0, row.wagered);
        for part in self.parts(row.view.bonus) {
            let is_back = gives_back(part.status);
            left += part.share() - if is_back { 0 } else { part.funding.part };
            held += if is_back || is_settled(part.status) { 0 } else { part.funding.part };
            wagered += part.wagers(is_settled(part.status));
        }
        let left = left.max(0);
        let most = row.view.most.map_or(i128::MAX, |most| most.minor().into());
        match row.view.state {
            BonusState::Active => (held, left, 0, wagered),
            BonusState::Converted => (held, 0, left.min(most), wagered),
            BonusState::Expired | BonusState::Forfeited => (held, 0, 0, wagered),
        }
    }

    /// A bonus as it stands.
    pub(super) fn bonus_now(&self, row: &Bonus) -> BonusView {
        let (held, available, _, wagered) = self.sums_of(row);
        let to_wager = match row.view.state {
            BonusState::Converted => 0,
            _ => (i128::from(row.view.wagering_left.minor()) - wagered).max(0),
        };
        let [available, held, wagering_left] =
            [available, held, to_wager].map(|minor| Money::from_minor(minor as i64));
        BonusView { available, held, wagering_left, ..row.view }
    }

    /// What bonuses became a player's own money.
    pub(super) fn converted(&self, account: u32) -> i128 {
        let is_own =
            |row: &&Bonus| row.account == account && row.view.state == BonusState::Converted;
        self.bonuses.iter().filter(is_own).map(|row| self.sums_of(row).2).sum()
    }

    /// Takes in which bonuses became their owners' money, from what the engine says of bets and bonuses.
    pub(super) fn learn_conversions(&mut self, records: &[Record]) {
        // A bonus is said before the bet that was the last one it needed.
        let mut lately = self.told_settled.clone();
        for record in records {
            if let Event::Bet(BetView { bet: Some(BetId(bet)), status, .. })
            | Event::Multiple(MultipleView { bet: Some(BetId(bet)), status, .. }) = record.event
            {
                if is_settled(status) {
                    lately.insert(bet);
                    self.told_settled.insert(bet);
                } else {
                    self.told_settled.remove(&bet);
                }
            }
        }
        for record in records {
            let Event::Bonus { account: AccountId(account), bonus } = record.event else {
                continue;
            };
            let at = self.bonuses.iter().position(|row| row.view.bonus == bonus.bonus);
            let at = at.expect("the engine has a bonus that was never granted");
            let row = &self.bonuses[at];
            if bonus.state != BonusState::Converted || row.view.state == BonusState::Converted {
                continue;
            }
            assert_eq!((row.account, row.view.state), (account, BonusState::Active), "{bonus:?}");
            let parts = self.parts(bonus.bonus);
            let wagered: i128 = parts.iter().map(|it| it.wagers(lately.contains(&it.bet))).sum();
            let needed = i128::from(row.view.wagering_left.minor());
            assert!(needed <= row.wagered + wagered, "{bonus:?} was converted too early");
            self.bonuses[at].view.state = BonusState::Converted;
        }
    }

    /// Whether anything is left of it, or a bet may still give something back.
    pub(super) fn is_kept(&self, row: &Bonus) -> bool {
        self.bonus_now(row).available != Money::ZERO || !self.parts(row.view.bonus).is_empty()
    }

    /// A bet leaves: what it used of a bonus is used for good, and what it returned stays.
    pub(super) fn spend(&mut self, bet: u64) {
        let Some(Funding { bonus, .. }) = self.funding_of(BetId(bet)) else { return };
        let part = self.parts(bonus).into_iter().find(|part| part.bet == bet);
        let part = part.expect("a bonus knows its bets");
        let row = self.bonuses.iter_mut().find(|row| row.view.bonus == bonus);
        let row = row.expect("a bet's bonus was granted");
        if !gives_back(part.status) {
            row.spent += part.funding.part - part.share();
        }
        row.wagered += part.wagers(is_settled(part.status));
    }

    /// A bonus that can be staked, if there is one, with its account.
    pub fn stakable(&self, index: usize) -> Option<(u32, BonusId)> {
        let kept = self.bonuses.iter().rev().filter(|row| {
            let view = self.bonus_now(row);
            view.state == BonusState::Active && view.available != Money::ZERO
        });
        kept.map(|row| (row.account, row.view.bonus)).nth(index)
    }

    /// What a player has of his own, if this bonus is money that stands in for more.
    pub fn own_beside(&self, account: u32, bonus: BonusId) -> Option<i64> {
        let row = self.bonus_of(account, bonus)?;
        let own = self.available(account).unwrap_or_default();
        (row.view.kind == BonusKind::Money).then_some(own as i64)
    }

    /// A bonus that some bet has a part of, if there is one, with its account.
    pub fn in_use(&self) -> Option<(u32, BonusId)> {
        let used = |row: &&Bonus| !self.parts(row.view.bonus).is_empty();
        self.bonuses.iter().rev().find(used).map(|row| (row.account, row.view.bonus))
    }

    /// A bet with a bonus in it, by its id.
    pub(super) fn funding_of(&self, bet: BetId) -> Option<Funding> {
        let single = self.bets.get(&bet.0).and_then(|bet| bet.funding);
        single.or_else(|| self.multiples.get(&bet.0).and_then(|bet| bet.funding))
    }
}

fn is_settled(status: BetStatus) -> bool {
    matches!(status, BetStatus::Won { .. } | BetStatus::Lost)
}

/// Whether a bet's part goes back to its bonus.
fn gives_back(status: BetStatus) -> bool {
    matches!(status, BetStatus::Void(_) | BetStatus::Refused(_))
}
