//! What a licence asks about players, a second time.

use clutch_core::command::CustomerStep;
use clutch_core::event::BetStatus;
use clutch_core::play::{
    CaseSet, CounterId, CustomerView, Hold, Level, LimitBy, LimitKey, PlayPolicy, Quantity,
    RestKind, Term, Window,
};
use clutch_core::units::{Name, Timestamp};
use clutch_core::{Command, Event, Refusal, Reject};

use super::Twin;
use super::bets::{Fate, no};
use super::multiples;

/// The policy that was adopted last.
#[derive(Debug, Default)]
pub(super) struct Licence {
    name: Option<Name>,
    pub(super) policy: PlayPolicy,
}

/// What is known of a player.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    level: Level,
    hold: Hold,
    cases: CaseSet,
    /// To the second.
    pub(super) opened: u64,
}

/// A sum that is watched: what, over which time, and the two terms about it.
const WATCHED: [(CounterId, Quantity, Window, Term, Term); 6] = {
    use CounterId as C;
    use Term as T;
    [
        (C::Turnover24h, Quantity::Stake, Window::Hours24, T::Turnover24h, T::Turnover24hThen),
        (C::Turnover30d, Quantity::Stake, Window::Days30, T::Turnover30d, T::Turnover30dThen),
        (C::Deposits24h, Quantity::Deposit, Window::Hours24, T::Deposits24h, T::Deposits24hThen),
        (
            C::LinkedDeposits7d,
            Quantity::LinkedDeposit,
            Window::Days7,
            T::LinkedDeposits7d,
            T::LinkedDeposits7dThen,
        ),
        (
            C::NetDeposits30d,
            Quantity::NetDeposit,
            Window::Days30,
            T::NetDeposits30d,
            T::NetDeposits30dThen,
        ),
        (C::Losses30d, Quantity::Loss, Window::Days30, T::Losses30d, T::Losses30dThen),
    ]
};

/// The terms of a level: may, deposits_max, stake_max, hours.
fn terms_of(level: Level) -> Option<[Option<Term>; 4]> {
    use Term as T;
    Some(match level {
        Level::Unverified => [
            Some(T::UnverifiedMay),
            Some(T::UnverifiedDepositsMax),
            Some(T::UnverifiedStakeMax),
            Some(T::UnverifiedHours),
        ],
        Level::AgeVerified => {
            [Some(T::AgeMay), Some(T::AgeDepositsMax), Some(T::AgeStakeMax), Some(T::AgeHours)]
        }
        Level::Identified => {
            [Some(T::IdentityMay), Some(T::IdentityDepositsMax), Some(T::IdentityStakeMax), None]
        }
        Level::Enhanced => return None,
    })
}

/// What somebody wants to do with money: the bit that a level needs for it.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Wants {
    PayIn(i128),
    Bet(i128),
    TakeOut,
}

impl Licence {
    fn number(&self, term: Term) -> i128 {
        self.policy.get(term).into()
    }

    /// Sums that are kept under this policy.
    pub(super) fn kept(&self) -> Vec<LimitKey> {
        let by = LimitBy::Counter;
        let mut kept: Vec<_> = WATCHED
            .iter()
            .filter(|(.., threshold, _)| self.number(*threshold) != 0)
            .map(|(_, quantity, window, ..)| LimitKey { quantity: *quantity, window: *window, by })
            .collect();
        let caps = [Term::UnverifiedDepositsMax, Term::AgeDepositsMax, Term::IdentityDepositsMax];
        if caps.iter().any(|cap| self.number(*cap) != 0) {
            kept.push(LimitKey { quantity: Quantity::Deposit, window: Window::Days30, by });
        }
        if self.number(Term::PlayHours24h) != 0 {
            kept.push(LimitKey { quantity: Quantity::Time, window: Window::Hours24, by });
        }
        kept
    }

    /// Whether a deposit that counts so much may be a part of a larger one.
    pub(super) fn is_part(&self, amount: i128) -> bool {
        amount < self.number(Term::LinkedDeposits7d)
    }

    /// The counter under a key, and its threshold.
    pub(super) fn watched(&self, key: LimitKey) -> Option<(CounterId, i128)> {
        let found = WATCHED.iter().find(|(_, quantity, window, ..)| {
            (key.quantity, key.window, key.by) == (*quantity, *window, LimitBy::Counter)
        })?;
        Some((found.0, self.number(found.3))).filter(|(_, threshold)| *threshold != 0)
    }

    /// Whether what is known of a player is enough for what he wants, however much of it.
    pub(super) fn lets(&self, known: &Known, wants: Wants) -> Result<(), Refusal> {
        let needed = match wants {
            Wants::PayIn(_) => 1,
            Wants::Bet(_) => 2,
            Wants::TakeOut => 4,
        };
        let may = |level: Level| match terms_of(level) {
            Some([Some(may), ..]) => self.number(may) & needed != 0,
            _ => true,
        };
        if !may(known.level) {
            let enough = Level::ALL.iter().find(|level| may(**level)).expect("the last is enough");
            return Err(no(Reject::NotVerified, *enough as i128, known.level as i128));
        }
        Ok(())
    }

    /// Whether it is enough for so much, and nobody looks into the account. `paid_in` is what he paid in
    /// within 30 days, as far as it was counted; `most` is how much of his money a sum of the licence is.
    pub(super) fn lets_so_much(
        &self,
        known: &Known,
        wants: Wants,
        paid_in: i128,
        most: impl Fn(i128) -> i128,
        now: u64,
    ) -> Result<(), Refusal> {
        if let Some([_, deposits, stake, hours]) = terms_of(known.level)
            && wants != Wants::TakeOut
        {
            let number = |term: Option<Term>| term.map_or(0, |term| self.number(term));
            let (limit, passed) = (number(hours) * 3_600_000, (now - known.opened) / 1_000_000);
            let beyond = u128::from(now - known.opened) > limit as u128 * 1_000_000;
            if limit != 0 && beyond {
                return Err(no(Reject::VerificationOverdue, limit, passed.into()));
            }
            let (sum, max, code) = match wants {
                Wants::PayIn(amount) => {
                    (paid_in + amount, number(deposits), Reject::UnverifiedDeposits)
                }
                Wants::Bet(amount) => (amount, number(stake), Reject::UnverifiedStake),
                Wants::TakeOut => (0, 0, Reject::NotVerified),
            };
            if max != 0 && sum > most(max) && wants != Wants::Bet(0) {
                return Err(no(code, most(max), sum));
            }
        }
        let by_case = WATCHED.iter().filter(|(id, ..)| known.cases.has(*id));
        let worst = by_case.map(|(.., then)| self.number(*then)).max().unwrap_or_default();
        match worst.max(known.hold as i128) {
            2 => Err(Reject::AccountUnderReview.into()),
            1 if wants == Wants::TakeOut => Err(Reject::FundsHeld.into()),
            _ => Ok(()),
        }
    }
}

impl Known {
    pub(super) fn open_case(&mut self, counter: CounterId) {
        self.cases = self.cases.with(counter);
    }
}

impl Twin {
    pub(super) fn adopt_policy(&mut self, name: Name, policy: &PlayPolicy) -> Result<(), Reject> {
        if policy.validate().is_err() {
            return Err(Reject::InvalidParameter);
        }
        if (self.licence.name, self.licence.policy) == (Some(name), *policy) {
            return Err(Reject::PlayPolicyUnchanged);
        }
        if self.licence.policy.is_loosened(policy) && !self.approved {
            return self.propose(Command::AdoptPlayPolicy { name, policy: *policy });
        }
        self.licence = Licence { name: Some(name), policy: *policy };
        Ok(())
    }

    pub(super) fn customer(&mut self, account: u32, step: CustomerStep) -> Result<(), Reject> {
        let account = self.accounts.get_mut(account as usize).ok_or(Reject::UnknownAccount)?;
        let known = &mut account.own.known;
        match step {
            CustomerStep::Verified(level) => known.level = level,
            CustomerStep::Hold(hold) => known.hold = hold,
            CustomerStep::Reviewed(counter) if known.cases.has(counter) => {
                known.cases = known.cases.less(counter);
            }
            CustomerStep::Reviewed(_) => return Err(Reject::NothingToReview),
        }
        Ok(())
    }

    /// Whether a player who rests may cash out.
    pub(super) fn may_cash_out(&self, account: u32) -> Result<(), Refusal> {
        use clutch_core::command::AccountState;
        if self.licence.number(Term::RestCashOut) != 0 {
            return Ok(());
        }
        let account = &self.accounts[account as usize];
        if account.state == AccountState::SelfExcluded {
            return Err(Reject::AccountSelfExcluded.into());
        }
        account.own.may_play(self.now)
    }

    /// A player begins to rest: what becomes of his open bets.
    pub(super) fn begin_rest(&mut self, account: u32, kind: RestKind) {
        let term = match kind {
            RestKind::TimeOut => Term::TimeOutOpenBets,
            RestKind::SelfExclusion => Term::ExclusionOpenBets,
        };
        if self.licence.number(term) == 0 {
            return;
        }
        let stands = |status| matches!(status, BetStatus::Accepted { .. });
        let singles = self.bets.iter().filter(|(_, bet)| bet.account == account);
        let singles = singles.filter(|(id, bet)| stands(self.where_it_stands(**id, bet)));
        let singles: Vec<u64> = singles.map(|(id, _)| *id).collect();
        let more = self.multiples.iter().filter(|(_, bet)| bet.account == account);
        let more = more.filter(|(id, bet)| stands(self.where_multiple_stands(**id, bet)));
        let more: Vec<u64> = more.map(|(id, _)| *id).collect();
        for id in singles {
            self.bets.get_mut(&id).expect("it stood").fate = Fate::Rested;
        }
        for id in more {
            self.multiples.get_mut(&id).expect("it stood").fate = multiples::Fate::Rested;
        }
    }

    /// Holds what the engine knows of a player to the twin's.
    pub(super) fn compare_customer(&self, account: u32, events: &[Event]) {
        let own = &self.accounts[account as usize].own;
        let Known { level, hold, cases, opened } = own.known;
        let opened = Timestamp::from_nanos(opened);
        let twin = CustomerView { level, opened, hold, cases };
        let said = events.iter().find_map(|event| match event {
            Event::Customer { customer, .. } => Some(*customer),
            _ => None,
        });
        assert_eq!(said, Some(twin), "what is known of account {account}");
        let counters = events.iter().filter_map(|event| match event {
            Event::Counter { key, used, .. } => Some((*key, *used)),
            _ => None,
        });
        let twin = own.counters(self.now);
        assert_eq!(counters.collect::<Vec<_>>(), twin, "counters of account {account}");
    }
}
