//! What limits an account or a match beside everybody's limits, and the commands that say so.

use super::TIERS;
use crate::command::Title;
use crate::event::Event;
use crate::proposals::Wish;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{AccountId, MatchId};
use crate::wallet::Account;

impl Account {
    /// Its factors and its group.
    pub(crate) fn terms(&self, account: AccountId) -> Event {
        Event::AccountTerms { account, factors: self.factors, group: self.group() }
    }
}

impl Step<'_> {
    /// See [`crate::Command::SetAccountFactor`]. A factor was cut because of who bets, so any raise is for
    /// two persons; there is no small one, as what two of them left is not remembered for each account.
    pub(crate) fn set_account_factor(
        &mut self,
        account: AccountId,
        title: Title,
        has_begun: bool,
        percent: u8,
    ) -> Result<(), Refusal> {
        let row = self.tables.wallet.get_mut(account).ok_or(Reject::UnknownAccount)?;
        if 100 < percent {
            return Err(Refusal::with(Reject::InvalidParameter, 100, i64::from(percent)));
        }
        let factor = &mut row.factors[Account::factor_index(title, has_begun)];
        if *factor < percent && self.approved_by.is_none() {
            return self.propose(Wish::AccountFactor { account, title, has_begun, percent });
        }
        *factor = percent;
        self.announce_terms(account);
        Ok(())
    }

    /// See [`crate::Command::LinkAccount`]. Into a group one person puts an account; out of one it takes two,
    /// as its bets no longer count with those of the others.
    pub(crate) fn link_account(
        &mut self,
        account: AccountId,
        group: Option<u32>,
    ) -> Result<(), Refusal> {
        let row = self.tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let max = self.tables.risk.groups_max();
        if let Some(group) = group
            && max <= group as usize
        {
            let (max, group) = (max as i64 - 1, i64::from(group));
            return Err(Refusal::with(Reject::InvalidParameter, max, group));
        }
        let leaves = row.group().is_some() && row.group() != group;
        if leaves && !self.is_agreed() {
            return self.propose(Wish::Link { account, group });
        }
        let tables = &mut *self.tables;
        let row = tables.wallet.get_mut(account).ok_or(Reject::UnknownAccount)?;
        tables.risk.link(row, group)?;
        self.announce_terms(account);
        Ok(())
    }

    /// See [`crate::Command::SetTier`]. One person opens a quarter more of the largest stake than the tier that
    /// was agreed, and less. While the match has no market nobody can bet by it.
    pub(crate) fn set_tier(&mut self, match_id: MatchId, tier: u8) -> Result<(), Refusal> {
        let fixture = self.tables.fixture(match_id).ok_or(Reject::UnknownMatch)?;
        if TIERS <= usize::from(tier) {
            let max = TIERS as i64 - 1;
            return Err(Refusal::with(Reject::InvalidParameter, max, i64::from(tier)));
        }
        let stands = self.config.stages(fixture.agreed_tier);
        let asked = self.config.stages(tier);
        let (is_agreed, is_open) = (self.is_agreed(), !fixture.markets.is_empty());
        if is_open && !is_agreed && asked.go_far_above(stands) {
            return self.propose(Wish::Tier { match_id, tier });
        }
        let fixture = self.tables.fixture_mut(match_id)?;
        fixture.tier = tier;
        // What one person tightens is what the next one finds.
        if is_agreed || !is_open || !asked.go_above(stands) {
            fixture.agreed_tier = tier;
        }
        self.outbox.push(Event::Tier { match_id, tier });
        self.take_up_paused();
        Ok(())
    }

    fn announce_terms(&mut self, account: AccountId) {
        if let Some(row) = self.tables.wallet.get(account) {
            self.outbox.push(row.terms(account));
        }
    }
}
