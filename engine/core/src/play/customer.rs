//! What the staff tells of one account: how well its owner is known, what is stopped, what was looked at.

use super::counters::{CaseSet, CounterId};
use super::level::Level;
use super::review::Hold;
use super::{LimitBy, Play};
use crate::command::CustomerStep;
use crate::currency::Purse;
use crate::event::Event;
use crate::outbox::Outbox;
use crate::reject::{Refusal, Reject};
use crate::state::Step;
use crate::units::{AccountId, Money, Timestamp};

/// The most accounts in one answer to [`crate::Query::Cases`].
pub const CUSTOMERS_PER_ANSWER: usize = 256;

/// What is known of an account's owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CustomerView {
    /// How well.
    pub level: Level,
    /// When the account was opened, to the second.
    pub opened: Timestamp,
    /// What the staff stopped.
    pub hold: Hold,
    /// What nobody has looked at yet.
    pub cases: CaseSet,
}

impl Play {
    /// What is known of an account's owner.
    pub fn customer(&self, account: AccountId) -> CustomerView {
        let player = &self.players[account.0 as usize];
        let super::Player { level, hold, cases, .. } = *player;
        CustomerView { level, opened: player.opened(), hold, cases }
    }

    /// Says what is known of an account's owner, and every counter.
    pub fn say_customer(&self, account: AccountId, now: Timestamp, outbox: &mut Outbox) {
        outbox.push(Event::Customer { account, customer: self.customer(account) });
        for counter in self.of(account).filter(|limit| limit.key.by == LimitBy::Counter) {
            let (key, used) = (counter.key, counter.used(now));
            outbox.push(Event::Counter { account, key, used });
        }
    }

    /// Accounts with an open case or a hold, from one on.
    pub fn cases(&self, from: AccountId) -> impl Iterator<Item = AccountId> {
        let players = (0u32..).zip(&self.players).skip(from.0 as usize);
        let waits = |(_, player): &(u32, &super::Player)| {
            player.cases != CaseSet::NONE || player.hold != Hold::None
        };
        players.filter(waits).map(|(account, _)| AccountId(account))
    }

    /// The event of a case, with its sums at this time, both in the account's own money.
    pub fn case(
        &self,
        account: AccountId,
        id: CounterId,
        purse: Purse<'_>,
        now: Timestamp,
        reviewed_by: Option<u32>,
    ) -> Event {
        let threshold = id.counter().threshold(&self.policy.policy);
        let counted = self.of(account).find(|limit| limit.key == id.counter().key());
        Event::Case {
            account,
            counter: id,
            threshold: threshold.map_or(Money::ZERO, |threshold| purse.least(threshold)),
            counted: counted.map_or(Money::ZERO, |counter| counter.used(now)),
            reviewed_by,
        }
    }
}

impl Step<'_> {
    /// See [`crate::Command::Customer`].
    pub(crate) fn customer(
        &mut self,
        account: AccountId,
        step: CustomerStep,
    ) -> Result<(), Refusal> {
        let by = self.operator()?;
        self.tables.wallet.get(account).ok_or(Reject::UnknownAccount)?;
        let now = self.now;
        let play = self.tables.wallet.play_mut();
        let player = &mut play.players[account.0 as usize];
        match step {
            CustomerStep::Verified(level) => player.level = level,
            CustomerStep::Hold(hold) => player.hold = hold,
            CustomerStep::Reviewed(counter) => {
                if !player.cases.has(counter) {
                    return Err(Reject::NothingToReview.into());
                }
                player.cases = player.cases.less(counter);
                let wallet = &self.tables.wallet;
                self.outbox.push(wallet.case(account, counter, now, Some(by)));
            }
        }
        self.tables.wallet.mark_play(account);
        let customer = self.tables.wallet.play().customer(account);
        self.outbox.push(Event::Customer { account, customer });
        Ok(())
    }
}
