//! Bets that a bonus has a part in, a second time: what is left of a grant is what was granted less the
//! parts of its bets that are not void, whatever happened in between.

use clutch_core::Reject;
use clutch_core::command::Slip;
use clutch_core::event::BetStatus;
use clutch_core::units::{BetId, BonusId, Money};
use clutch_core::wallet::{BonusKind, BonusState, BonusView};

use super::Twin;
use super::cash::Bonus;

/// What a bonus does for one bet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Funding {
    pub bonus: BonusId,
    pub kind: BonusKind,
    pub part: i128,
}

impl Funding {
    /// What the player stakes himself.
    pub fn own(&self, stake: i128) -> i128 {
        if self.kind == BonusKind::FreeBet { stake - self.part } else { stake }
    }

    /// What he is paid where the whole stake returns `gross`.
    pub fn pays(&self, stake: i128, gross: i128) -> i128 {
        match self.kind {
            BonusKind::Boost { percent } => {
                let won = (gross - stake).max(0);
                gross + self.part.min(won * i128::from(percent) / 100)
            }
            _ if gross >= stake => gross - self.part,
            _ => gross * (stake - self.part) / stake,
        }
    }
}

/// The same for a bet that may have no bonus in it.
pub(super) fn own(funding: Option<Funding>, stake: i128) -> i128 {
    funding.map_or(stake, |funding| funding.own(stake))
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
        let left = self.wishes_bonus.and_then(|bonus| {
            let row = self.bonus_of(account, bonus)?;
            let view = self.bonus_now(row);
            (view.kind == BonusKind::FreeBet).then(|| view.available.minor().into())
        });
        left.map_or(stake, |left: i128| stake - stake.min(left))
    }

    /// What the bonus of the bet being placed does for it.
    pub(super) fn fund(
        &self,
        account: u32,
        stake: i128,
        gross: i128,
    ) -> Result<Option<Funding>, Reject> {
        let Some(bonus) = self.wishes_bonus else { return Ok(None) };
        let row = self.bonus_of(account, bonus).filter(|row| self.is_kept(row));
        let view = self.bonus_now(row.ok_or(Reject::UnknownBonus)?);
        if view.state != BonusState::Active {
            return Err(Reject::UnknownBonus);
        }
        let left = i128::from(view.available.minor());
        let wished = match view.kind {
            BonusKind::Money => return Err(Reject::BonusNotForBets),
            BonusKind::FreeBet => stake,
            BonusKind::Boost { percent } => (gross - stake) * i128::from(percent) / 100,
        };
        if left == 0 {
            return Err(Reject::BonusUsedUp);
        }
        let funding = Funding { bonus, kind: view.kind, part: wished.min(left) };
        if funding.part == 0 || funding.pays(stake, gross) == 0 {
            return Err(Reject::BonusWorthless);
        }
        Ok(Some(funding))
    }

    /// What limits see of the bet being placed: what it will count if it is taken.
    pub(super) fn in_limits(&self, account: u32, stake: i128, gross: i128) -> i128 {
        let fits = gross <= i128::from(i64::MAX / 2);
        let funding = fits.then(|| self.fund(account, stake, gross).ok().flatten()).flatten();
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

    /// Every bet of a bonus that is there: its part, and where it stands.
    fn parts(&self, bonus: BonusId) -> Vec<(i128, BetStatus)> {
        let of = |funding: Option<Funding>| funding.filter(|funding| funding.bonus == bonus);
        let singles = self
            .bets
            .iter()
            .filter_map(|(id, bet)| Some((of(bet.funding)?.part, self.where_it_stands(*id, bet))));
        let multiples = self.multiples.iter().filter_map(|(id, bet)| {
            Some((of(bet.funding)?.part, self.where_multiple_stands(*id, bet)))
        });
        singles.chain(multiples).collect()
    }

    /// A bonus as it stands.
    pub(super) fn bonus_now(&self, row: &Bonus) -> BonusView {
        let (mut used, mut held) = (row.spent, 0);
        for (part, status) in self.parts(row.view.bonus) {
            if !gives_back(status) {
                used += part;
            }
            if !matches!(status, BetStatus::Won { .. } | BetStatus::Lost) && !gives_back(status) {
                held += part;
            }
        }
        let left = (i128::from(row.view.available.minor()) - used).max(0);
        let money = |minor: i128| Money::from_minor(minor as i64);
        let is_active = row.view.state == BonusState::Active;
        let available = money(if is_active { left } else { 0 });
        BonusView { available, held: money(held), ..row.view }
    }

    /// Whether anything is left of it, or a bet may still give something back.
    pub(super) fn is_kept(&self, row: &Bonus) -> bool {
        self.bonus_now(row).available != Money::ZERO || !self.parts(row.view.bonus).is_empty()
    }

    /// A bet leaves: what it used of a bonus is used for good.
    pub(super) fn spend(&mut self, funding: Option<Funding>, status: BetStatus) {
        let Some(Funding { bonus, part, .. }) = funding else { return };
        let row = self.bonuses.iter_mut().find(|row| row.view.bonus == bonus);
        if !gives_back(status) {
            row.expect("a bet's bonus was granted").spent += part;
        }
    }

    /// A bonus that can be staked, if there is one, with its account.
    pub fn stakable(&self, index: usize) -> Option<(u32, BonusId)> {
        let kept = self.bonuses.iter().rev().filter(|row| {
            let view = self.bonus_now(row);
            view.state == BonusState::Active && view.available != Money::ZERO
        });
        kept.map(|row| (row.account, row.view.bonus)).nth(index)
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

/// Whether a bet's part goes back to its bonus.
fn gives_back(status: BetStatus) -> bool {
    matches!(status, BetStatus::Void(_) | BetStatus::Refused(_))
}
