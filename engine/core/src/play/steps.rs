//! The commands by which a player limits himself or rests.

use super::{
    Limit, LimitBy, LimitKey, LimitView, LimitWish, Quantity, Rest, RestKind, self_exclusion,
    time_out,
};
use crate::command::Config;
use crate::event::Event;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{AccountId, Money, millis};

/// By how much the end of a rest may miss the shortest or longest one, for the clock and the way of whoever asked.
const CLOCKS_DIFFER_NS: u64 = 60_000_000_000;

impl Step<'_> {
    /// See [`crate::Command::SetPlayLimit`].
    pub(crate) fn set_play_limit(
        &mut self,
        account: AccountId,
        key: LimitKey,
        amount: Option<Money>,
    ) -> Result<(), Refusal> {
        let (seq, now) = (self.seq, self.now);
        self.tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let is_free = match key.by {
            LimitBy::Player => false,
            // What the staff sets it also lifts, at once.
            LimitBy::House => self.operator().map(|_| true)?,
            LimitBy::Counter => return Err(Reject::InvalidParameter.into()),
        };
        if !Quantity::ALL.contains(&key.quantity) {
            return Err(Reject::InvalidParameter.into());
        }
        if let Some(amount) = amount
            && (amount < Money::ZERO || Config::AMOUNT_MAX < amount)
        {
            let limit = Config::AMOUNT_MAX.minor();
            return Err(Refusal::with(Reject::InvalidAmount, limit, amount.minor()));
        }
        let play = self.tables.wallet.play_mut();
        let wait_ns = play.policy().policy.raise_wait_ns();
        match (play.find(account, key), amount) {
            (None, None) => return Err(Reject::UnknownPlayLimit.into()),
            (None, Some(amount)) => {
                if play.is_full() {
                    let max = play.limits_max as i64;
                    return Err(Refusal::with(Reject::CapacityReached, max, max));
                }
                play.insert(account, Limit::new(key, amount, seq, now));
            }
            (Some(slot), Some(amount)) if amount <= play.limits[slot as usize].amount => {
                // A lower limit is meant: an older wish to raise it is forgotten.
                let limit = &mut play.limits[slot as usize];
                (limit.amount, limit.wish) = (amount, None);
            }
            (Some(slot), Some(amount)) if is_free => play.limits[slot as usize].amount = amount,
            (Some(slot), None) if is_free => play.remove(account, slot),
            (Some(slot), amount) => {
                let wish = LimitWish { amount, confirm_from: now.plus(wait_ns) };
                play.limits[slot as usize].wish = Some(wish);
            }
        }
        self.tables.wallet.mark_play(account);
        self.announce_limit(account, key);
        Ok(())
    }

    /// See [`crate::Command::ConfirmPlayLimit`].
    pub(crate) fn confirm_play_limit(
        &mut self,
        account: AccountId,
        key: LimitKey,
    ) -> Result<(), Refusal> {
        let now = self.now;
        self.tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let play = self.tables.wallet.play_mut();
        let wait_ns = play.policy().policy.raise_wait_ns();
        let slot = play.find(account, key).ok_or(Reject::UnknownPlayLimit)?;
        let limit = &mut play.limits[slot as usize];
        let wish = limit.wish.ok_or(Reject::UnknownPlayLimit)?;
        if now < wish.confirm_from {
            // The wish waits as long as the policy of its time wanted; a newer one changes no promise.
            let left = wish.confirm_from.since(now);
            let waited = wait_ns.saturating_sub(left);
            let (wait, waited) = (millis(wait_ns), millis(waited));
            return Err(Refusal::with(Reject::PlayLimitCooling, wait, waited));
        }
        limit.wish = None;
        match wish.amount {
            Some(amount) => limit.amount = amount,
            None => play.remove(account, slot),
        }
        self.tables.wallet.mark_play(account);
        self.announce_limit(account, key);
        Ok(())
    }

    /// See [`crate::Command::Rest`].
    pub(crate) fn rest(&mut self, account: AccountId, rest: Rest) -> Result<(), Refusal> {
        self.tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let (shortest, longest) = match rest.kind {
            RestKind::TimeOut => (1, time_out::LONGEST_NS),
            RestKind::SelfExclusion => (self_exclusion::SHORTEST_NS, self_exclusion::LONGEST_NS),
        };
        // Its end was reckoned before it came here, and by another clock: who asks for six months gets them.
        let (first, last) = (self.now.plus(shortest), self.now.plus(longest));
        let until = match rest.until {
            until if until < first && first.since(until) <= CLOCKS_DIFFER_NS.min(shortest / 2) => {
                first
            }
            until if last < until && until.since(last) <= CLOCKS_DIFFER_NS => last,
            until => until,
        };
        let rest = Rest { until, ..rest };
        let length = until.since(self.now);
        if length < shortest || longest < length {
            let nearer = if length < shortest { shortest } else { longest };
            return Err(Refusal::with(Reject::RestLength, millis(nearer), millis(length)));
        }
        let play = self.tables.wallet.play_mut();
        if let Some(present) = play.rest_at(account, self.now) {
            let is_less = rest.kind == RestKind::TimeOut && present.kind == RestKind::SelfExclusion;
            if is_less || rest.until < present.until {
                let left = present.until.since(self.now);
                return Err(Refusal::with(Reject::RestNotOver, millis(left), millis(length)));
            }
        }
        play.players[account.0 as usize].rest = Some(rest);
        play.begin_rest(account, rest.kind);
        self.tables.wallet.mark_play(account);
        self.outbox.push(Event::Rest { account, rest: Some(rest) });
        Ok(())
    }

    /// The staff excludes a player, mostly because he asked for it on the phone. That is the same rest as he
    /// would take himself, of the shortest length, so that nobody can lift it early; a longer one stays.
    pub(crate) fn exclude(&mut self, account: AccountId) -> Result<(), Refusal> {
        let until = self.now.plus(self_exclusion::SHORTEST_NS);
        let rest = Rest { kind: RestKind::SelfExclusion, until };
        match self.tables.wallet.play().rest_at(account, self.now) {
            Some(present) if present.kind == rest.kind && until <= present.until => {
                self.outbox.push(Event::Rest { account, rest: Some(present) });
                Ok(())
            }
            Some(_) | None => self.rest(account, rest),
        }
    }

    /// See [`crate::Command::EndRest`].
    pub(crate) fn end_rest(&mut self, account: AccountId) -> Result<(), Refusal> {
        self.tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let now = self.now;
        let play = self.tables.wallet.play_mut();
        let present = play.rest_at(account, now).ok_or(Reject::NotResting)?;
        if now < present.until {
            let left = present.until.since(now);
            return Err(Refusal::with(Reject::RestNotOver, millis(left), 0));
        }
        // Only an exclusion outlives its end.
        let until = now.plus(self_exclusion::RETURN_NS);
        let rest = Some(Rest { kind: RestKind::TimeOut, until });
        play.players[account.0 as usize].rest = rest;
        self.outbox.push(Event::Rest { account, rest });
        Ok(())
    }

    fn announce_limit(&mut self, account: AccountId, key: LimitKey) {
        let play = self.tables.wallet.play();
        let limit = play.of(account).find(|limit| limit.key == key);
        let lifted = LimitView { key, amount: None, used: Money::ZERO, wish: None };
        let limit = limit.map_or(lifted, |limit| limit.view(self.now));
        self.outbox.push(Event::PlayLimit { account, limit });
    }
}
