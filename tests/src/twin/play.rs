//! What players set for themselves a second time: every sum from all movements of their money, every
//! window from the calendar.

use clutch_core::event::LedgerAccount;
use clutch_core::play::{
    LimitBy, LimitKey, LimitView, LimitWish, Quantity, Rest, RestKind, Term, Window,
};
use clutch_core::units::{BetId, Money, Timestamp};
use clutch_core::{Event, Record, Refusal, Reject};

use super::Twin;
use super::bets::no;
use super::compliance::{Known, Wants};
use super::sessions::Session;

const HOUR: u64 = 3_600 * 1_000_000_000;
const DAY: u64 = 24 * HOUR;

/// What a player has set, and how his money moved.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    limits: Vec<Limit>,
    rest: Option<Rest>,
    moves: Vec<Move>,
    pub(super) known: Known,
    pub(super) session: Option<Session>,
    /// At which interval he wants to be reminded, in minutes; zero is never.
    pub(super) every: u8,
}

#[derive(Clone, Debug)]
struct Limit {
    key: LimitKey,
    amount: i128,
    wish: Option<(Option<i128>, u64)>,
    /// How many movements there were when it was set: the later ones count.
    since: usize,
}

/// Money that left a player's balance (above zero) or came to it.
#[derive(Clone, Copy, Debug)]
struct Move {
    seq: u64,
    at: u64,
    amount: i128,
    with: With,
    bet: Option<BetId>,
    /// Whether it is a deposit that may be a part of a larger one.
    is_part: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum With {
    Bets,
    House,
    Provider,
    /// A promise of this command that did not hold.
    Promise(u64),
    /// No money: so many seconds of play.
    Time,
}

fn minor(money: Money) -> i128 {
    money.minor().into()
}

/// When the present day, week or month began, or the present part of a rolling window.
fn began(window: Window, now: u64) -> u64 {
    let midnight = now / DAY * DAY;
    match window {
        Window::Hours24 => now - now % (2 * HOUR),
        Window::Days7 => now - now % (14 * HOUR),
        Window::Days30 => now - now % (60 * HOUR),
        Window::Day => midnight,
        Window::Week => {
            // Back to the last Monday; the first was the fifth day of 1970.
            let mut days = (0..7).map(|days| midnight - days * DAY);
            days.find(|day| day / DAY % 7 == 4).expect("one of seven days is a Monday")
        }
        Window::Month => {
            let (mut first, mut year, mut month) = (0, 1970, 0);
            loop {
                let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
                let february = if leap { 29 } else { 28 };
                let days = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month];
                if midnight < first + days * DAY {
                    return first;
                }
                first += days * DAY;
                (year, month) = if month == 11 { (year + 1, 0) } else { (year, month + 1) };
            }
        }
    }
}

/// From when on movements count now: for rolling windows also a part of one before.
fn counts_from(window: Window, now: u64) -> u64 {
    let whole = match window {
        Window::Hours24 => DAY,
        Window::Days7 => 7 * DAY,
        Window::Days30 => 30 * DAY,
        Window::Day | Window::Week | Window::Month => 0,
    };
    began(window, now).saturating_sub(whole)
}

impl Own {
    fn used(&self, limit: &Limit, now: u64) -> i128 {
        let moves = &self.moves[limit.since..];
        let from = counts_from(limit.key.window, now);
        let counted = moves.iter().filter(|it| it.at >= from);
        let amount = |it: &Move| match (limit.key.quantity, it.with) {
            (Quantity::Stake, With::Bets) if it.amount > 0 => it.amount,
            (Quantity::Stake, With::Bets) => {
                // A stake that comes back frees only what was staked in the same stretch of time.
                let placed = |other: &&Move| it.bet.is_some_and(|bet| bet.seq().0 == other.seq);
                let placing = moves.iter().find(placed);
                let recent =
                    placing.is_some_and(|it_was| it_was.at >= began(limit.key.window, it.at));
                if recent { it.amount } else { 0 }
            }
            (Quantity::Loss, With::Bets | With::House) => it.amount,
            (Quantity::Deposit, With::Provider) if it.amount < 0 => -it.amount,
            (Quantity::NetDeposit, With::Provider) => -it.amount,
            (Quantity::LinkedDeposit, With::Provider) if it.is_part => -it.amount,
            (Quantity::Time, With::Time) => it.amount,
            (Quantity::Deposit | Quantity::NetDeposit, With::Promise(began)) => {
                let promise = moves.iter().find(|other| other.seq == began);
                let recent =
                    promise.is_some_and(|was| was.at >= self::began(limit.key.window, it.at));
                if recent { -it.amount } else { 0 }
            }
            _ => 0,
        };
        counted.map(amount).sum()
    }

    fn index(&self, key: LimitKey) -> Option<usize> {
        self.limits.iter().position(|limit| limit.key == key)
    }

    /// The rest that was asked for, also when it is over.
    pub(super) fn rest(&self) -> Option<Rest> {
        self.rest
    }

    fn resting(&self, now: u64) -> Option<Rest> {
        let over = |rest: &Rest| rest.kind == RestKind::TimeOut && rest.until.nanos() <= now;
        self.rest.filter(|rest| !over(rest))
    }

    fn view(&self, limit: &Limit, now: u64) -> LimitView {
        let money = |amount: i128| Money::from_minor(amount as i64);
        LimitView {
            key: limit.key,
            amount: Some(money(limit.amount)),
            used: money(self.used(limit, now)),
            wish: limit.wish.map(|(amount, from)| LimitWish {
                amount: amount.map(money),
                confirm_from: Timestamp::from_nanos(from),
            }),
        }
    }

    /// Every limit as it stands, in order.
    pub(super) fn views(&self, now: u64) -> Vec<LimitView> {
        let asked = self.limits.iter().filter(|limit| limit.key.by != LimitBy::Counter);
        let mut views: Vec<_> = asked.map(|it| self.view(it, now)).collect();
        views.sort_by_key(|view| view.key);
        views
    }

    /// Every counter with its sum, in order.
    pub(super) fn counters(&self, now: u64) -> Vec<(LimitKey, Money)> {
        let counters = self.limits.iter().filter(|limit| limit.key.by == LimitBy::Counter);
        let sum = |it: &Limit| Money::from_minor(self.used(it, now) as i64);
        let mut counters: Vec<_> = counters.map(|it| (it.key, sum(it))).collect();
        counters.sort_by_key(|(key, _)| *key);
        counters
    }

    /// Whether he rests.
    pub(super) fn may_play(&self, now: u64) -> Result<(), Refusal> {
        match self.resting(now) {
            Some(rest) if rest.kind == RestKind::TimeOut => {
                let left = (rest.until.nanos() - now) / 1_000_000;
                Err(no(Reject::AccountTimedOut, 0, left.into()))
            }
            Some(_) => Err(Reject::AccountSelfExcluded.into()),
            None => Ok(()),
        }
    }

    /// The limits of each kind that he or the house set.
    fn check(
        &self,
        now: u64,
        by: LimitBy,
        asked: &[(Quantity, i128, Reject)],
    ) -> Result<(), Refusal> {
        for (quantity, added, code) in asked {
            let of_kind = self.views(now).into_iter();
            let of_kind = of_kind.filter(|it| it.key.quantity == *quantity && it.key.by == by);
            let room = |it: &LimitView| minor(it.amount.unwrap_or_default()) - minor(it.used);
            let mut views: Vec<_> = of_kind.collect();
            views.sort_by_key(room);
            if let Some(least) = views.first()
                && room(least) < *added
            {
                let code = if by == LimitBy::House { Reject::HouseLimitReached } else { *code };
                let amount = minor(least.amount.unwrap_or_default());
                return Err(no(code, amount, minor(least.used) + added));
            }
        }
        Ok(())
    }
}

impl Twin {
    /// Takes the movements of players' money from the engine's postings. That they are the right ones
    /// is held against every balance elsewhere.
    pub(super) fn learn_moves(&mut self, records: &[Record]) {
        for record in records {
            let Event::Posting { from, to, amount, bet, .. } = record.event else { continue };
            let (account, amount, with) = match (from, to) {
                (LedgerAccount::PlayerAvailable(id), LedgerAccount::PlayerHeld(_)) => {
                    (id, minor(amount), With::Bets)
                }
                (LedgerAccount::PlayerHeld(_), LedgerAccount::PlayerAvailable(id)) => {
                    (id, -minor(amount), With::Bets)
                }
                (LedgerAccount::PlayerAvailable(id), LedgerAccount::House) => {
                    (id, minor(amount), With::House)
                }
                (LedgerAccount::House, LedgerAccount::PlayerAvailable(id)) => {
                    (id, -minor(amount), With::House)
                }
                // Money counts as paid in once it is promised, and as taken out once it has left.
                (
                    LedgerAccount::Provider,
                    LedgerAccount::PlayerAvailable(id) | LedgerAccount::DepositInTransit(id),
                ) => (id, -minor(amount), With::Provider),
                (
                    LedgerAccount::WithdrawalInTransit(id),
                    LedgerAccount::Provider | LedgerAccount::TaxWithheld,
                ) => (id, minor(amount), With::Provider),
                _ => continue,
            };
            let (seq, at) = (record.seq.0, record.time.nanos());
            let is_part = with == With::Provider
                && amount < 0
                && self.licence.is_part(-self.weighed(account.0, amount));
            let is_start = amount > 0 && with == With::Bets || amount < 0 && with == With::Provider;
            if is_start {
                self.begin_counters(account.0);
            }
            let moved = Move { seq, at, amount, with, bet, is_part };
            let own = &mut self.accounts[account.0 as usize].own;
            let before = own.counters(at);
            own.moves.push(moved);
            let after = own.counters(at);
            for ((key, before), (_, after)) in before.into_iter().zip(after) {
                let times = |sum: i128, by: i128| self.weighed(account.0, sum.max(0)) / by;
                if let Some((counter, threshold)) = self.licence.watched(key)
                    && times(minor(before), threshold) < times(minor(after), threshold)
                {
                    self.accounts[account.0 as usize].own.known.open_case(counter);
                }
            }
            self.learn_in_session(record);
        }
    }

    /// A promised deposit did not come: it is as if it had never been promised, but only where it was
    /// counted in the same stretch of time.
    pub(super) fn forget_promise(&mut self, account: u32, amount: i128, began: u64) {
        let (seq, at) = (self.seq, self.now);
        let with = With::Promise(began);
        let moved = Move { seq, at, amount, with, bet: None, is_part: false };
        self.accounts[account as usize].own.moves.push(moved);
    }

    /// So many seconds were played.
    pub(super) fn note_played(&mut self, account: u32, seconds: u64) {
        let (seq, at, amount) = (self.seq, self.now, seconds.into());
        let moved = Move { seq, at, amount, with: With::Time, bet: None, is_part: false };
        self.accounts[account as usize].own.moves.push(moved);
    }

    /// Counters that the licence wants begin with the first stake or deposit, if they fit.
    pub(super) fn begin_counters(&mut self, account: u32) {
        for key in self.licence.kept() {
            let counters_max = self.counters_max();
            let all: usize = self.accounts.iter().map(|it| it.own.limits.len()).sum();
            let own = &mut self.accounts[account as usize].own;
            if own.index(key).is_none() && all < counters_max {
                let since = own.moves.len();
                own.limits.push(Limit { key, amount: 0, wish: None, since });
            }
        }
    }

    pub(super) fn room_for_counters(&self, account: u32) -> Result<(), Refusal> {
        let own = &self.accounts[account as usize].own;
        let all: usize = self.accounts.iter().map(|it| it.own.limits.len()).sum();
        let missing = self.licence.kept().into_iter().filter(|key| own.index(*key).is_none());
        let (max, missing) = (self.counters_max(), missing.count());
        if missing == 0 || all + missing <= max {
            return Ok(());
        }
        Err(no(Reject::CapacityReached, max as i128, all as i128))
    }

    /// The last rows are for limits alone.
    fn counters_max(&self) -> usize {
        super::cash::without_last(self.capacity.play_limits_max) as usize
    }

    fn is_known_enough(&self, account: u32, wants: Wants) -> Result<(), Refusal> {
        self.licence.lets(&self.accounts[account as usize].own.known, wants)
    }

    fn is_within_level(&self, account: u32, wants: Wants) -> Result<(), Refusal> {
        let own = &self.accounts[account as usize].own;
        let key =
            LimitKey { quantity: Quantity::Deposit, window: Window::Days30, by: LimitBy::Counter };
        let paid_in = own.counters(self.now).into_iter().find(|(known, _)| *known == key);
        let paid_in = paid_in.map_or(0, |(_, sum)| minor(sum));
        let most = |limit| self.most(account, limit);
        self.licence.lets_so_much(&own.known, wants, paid_in, most, self.now)
    }

    /// Whether a player's limits, and what is known of him, allow a bet of this stake; zero if it is
    /// counted already.
    pub(super) fn may_stake(&self, account: u32, stake: i128) -> Result<(), Refusal> {
        let asked = [
            (Quantity::Stake, stake, Reject::StakeLimitReached),
            (Quantity::Loss, stake, Reject::LossLimitReached),
        ];
        let own = &self.accounts[account as usize].own;
        own.may_play(self.now)?;
        self.is_known_enough(account, Wants::Bet(stake))?;
        if stake != 0 {
            own.check(self.now, LimitBy::Player, &asked)?;
        }
        self.is_within_level(account, Wants::Bet(stake))?;
        if stake == 0 {
            return Ok(());
        }
        own.check(self.now, LimitBy::House, &asked)?;
        self.has_time(account)?;
        self.room_for_counters(account)
    }

    /// The same for a deposit.
    pub(super) fn may_pay_in(&self, account: u32, amount: i128) -> Result<(), Reject> {
        let asked = [
            (Quantity::Deposit, amount, Reject::DepositLimitReached),
            (Quantity::NetDeposit, amount, Reject::NetDepositLimitReached),
        ];
        let own = &self.accounts[account as usize].own;
        let all = || {
            own.may_play(self.now)?;
            self.is_known_enough(account, Wants::PayIn(amount))?;
            own.check(self.now, LimitBy::Player, &asked)?;
            self.is_within_level(account, Wants::PayIn(amount))?;
            own.check(self.now, LimitBy::House, &asked)?;
            self.room_for_counters(account)
        };
        all().map_err(|refusal: Refusal| refusal.code)
    }

    /// Whether what is known of a player is enough to pay him.
    pub(super) fn may_take_out(&self, account: u32) -> Result<(), Reject> {
        let is_enough = self.is_known_enough(account, Wants::TakeOut);
        let all = is_enough.and_then(|()| self.is_within_level(account, Wants::TakeOut));
        all.map_err(|refusal| refusal.code)
    }

    pub(super) fn set_limit(
        &mut self,
        account: u32,
        key: LimitKey,
        amount: Option<Money>,
    ) -> Result<(), Reject> {
        let now = self.now;
        let wait = self.licence.policy.get(Term::RaiseWaitHours) as u64 * HOUR;
        let all: usize = self.accounts.iter().map(|it| it.own.limits.len()).sum();
        let own = &mut self.accounts.get_mut(account as usize).ok_or(Reject::UnknownAccount)?.own;
        if key.by == LimitBy::Counter || !Quantity::ALL.contains(&key.quantity) {
            return Err(Reject::InvalidParameter);
        }
        let of_house = key.by == LimitBy::House;
        let amount = amount.map(minor);
        if amount.is_some_and(|amount| !(0..=10_i128.pow(15)).contains(&amount)) {
            return Err(Reject::InvalidAmount);
        }
        match (own.index(key), amount) {
            (None, None) => return Err(Reject::UnknownPlayLimit),
            (None, Some(_)) if all == self.capacity.play_limits_max as usize => {
                return Err(Reject::CapacityReached);
            }
            (None, Some(amount)) => {
                let since = own.moves.len();
                own.limits.push(Limit { key, amount, wish: None, since });
            }
            (Some(index), Some(amount)) if amount <= own.limits[index].amount => {
                own.limits[index].amount = amount;
                own.limits[index].wish = None;
            }
            (Some(index), Some(amount)) if of_house => own.limits[index].amount = amount,
            (Some(index), None) if of_house => {
                own.limits.remove(index);
            }
            (Some(index), amount) => own.limits[index].wish = Some((amount, now + wait)),
        }
        Ok(())
    }

    pub(super) fn confirm_limit(&mut self, account: u32, key: LimitKey) -> Result<(), Reject> {
        let now = self.now;
        let own = &mut self.accounts.get_mut(account as usize).ok_or(Reject::UnknownAccount)?.own;
        let index = own.index(key).ok_or(Reject::UnknownPlayLimit)?;
        let (amount, from) = own.limits[index].wish.ok_or(Reject::UnknownPlayLimit)?;
        if now < from {
            return Err(Reject::PlayLimitCooling);
        }
        own.limits[index].wish = None;
        match amount {
            Some(amount) => own.limits[index].amount = amount,
            None => {
                own.limits.remove(index);
            }
        }
        Ok(())
    }

    pub(super) fn rest(&mut self, account: u32, rest: Rest) -> Result<(), Reject> {
        let now = self.now;
        let own = &mut self.accounts.get_mut(account as usize).ok_or(Reject::UnknownAccount)?.own;
        let allowed = match rest.kind {
            RestKind::TimeOut => 1..=42 * DAY,
            RestKind::SelfExclusion => 182 * DAY..=1_827 * DAY,
        };
        // A minute this way or that is the asker's clock.
        let asked = rest.until.nanos().saturating_sub(now);
        let length = asked.clamp(*allowed.start(), *allowed.end());
        let until = Timestamp::from_nanos(now + length);
        let rest = Rest { until, ..rest };
        let a_minute = 60_000_000_000;
        let too_short = asked < length && a_minute.min(allowed.start() / 2) < length - asked;
        if too_short || a_minute < asked.saturating_sub(length) {
            return Err(Reject::RestLength);
        }
        if let Some(present) = own.resting(now) {
            let weaker = present.kind == RestKind::SelfExclusion && rest.kind == RestKind::TimeOut;
            if weaker || rest.until < present.until {
                return Err(Reject::RestNotOver);
            }
        }
        own.rest = Some(rest);
        self.begin_rest(account, rest.kind);
        Ok(())
    }

    pub(super) fn end_rest(&mut self, account: u32) -> Result<(), Reject> {
        let now = self.now;
        let own = &mut self.accounts.get_mut(account as usize).ok_or(Reject::UnknownAccount)?.own;
        let present = own.resting(now).ok_or(Reject::NotResting)?;
        if now < present.until.nanos() {
            return Err(Reject::RestNotOver);
        }
        let until = Timestamp::from_nanos(now + DAY);
        own.rest = Some(Rest { kind: RestKind::TimeOut, until });
        Ok(())
    }

    /// Which limits an account has.
    pub fn limits_of(&self, account: u32) -> Vec<LimitKey> {
        let own = self.accounts.get(account as usize).map(|account| &account.own);
        let asked = |limit: &&Limit| limit.key.by != LimitBy::Counter;
        own.map_or(Vec::new(), |own| own.limits.iter().filter(asked).map(|it| it.key).collect())
    }

    /// Holds what the engine says of a player's limits to the twin's.
    pub(super) fn compare_limits(&self, account: u32, events: &[Event]) {
        let own = &self.accounts[account as usize].own;
        let said = events.iter().filter_map(|event| match event {
            Event::PlayLimit { limit, .. } => Some(*limit),
            _ => None,
        });
        assert_eq!(said.collect::<Vec<_>>(), own.views(self.now), "limits of account {account}");
        let rest = events.iter().find_map(|event| match event {
            Event::Rest { rest, .. } => *rest,
            _ => None,
        });
        assert_eq!(rest, own.resting(self.now), "the rest of account {account}");
    }
}
