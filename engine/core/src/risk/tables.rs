//! What rules remember beside the rows of accounts and markets.
//!
//! Owns groups, the pace of each account, which day it is, and the tallies. A refused bet leaves
//! nothing here but its tally.

use alloc::vec;
use alloc::vec::Vec;

use super::exposure::{Exposure, Exposures};
use super::followed::{ByRule, Ends, Follow, Rows, followed_max};
use super::group::Group;
use super::pace::Pace;
use super::report::Tally;
use super::{RuleId, RuleSet};
use crate::codec::DecodeError;
use crate::command::{Capacity, Config, Mode};
use crate::market::Sign;
use crate::memory::{RowOf, TableSize};
use crate::reject::{Refusal, Reject};
use crate::snapshot::{Loader, Saver, Table};
use crate::units::{AccountId, BetId, Money, Seq, Stake, Timestamp};
use crate::wallet::{Account, NO_GROUP};

const DAY_NS: u64 = 24 * 3_600 * 1_000_000_000;

/// The rules that need each account's pace.
const PACED: RuleSet = RuleSet::of(&[
    RuleId::BetsPerSecond,
    RuleId::BetsPerMinute,
    RuleId::BetsPerHour,
    RuleId::StakesPerHour,
]);

/// See the module's documentation.
#[derive(Debug)]
pub(crate) struct RiskTables {
    /// By account; one cache line each, not touched while the rules that need it are off.
    paces: Vec<Pace>,
    groups: Vec<Group>,
    /// What each match could cost; derived.
    pub(crate) exposures: Exposures,
    tallies: [Tally; RuleId::ALL.len()],
    /// Bets that rules in shadow would have refused, and how those ended that have left.
    pub(super) followed: Rows,
    pub(super) ends: ByRule,
    /// The rules that could find anything under the settings in force; derived.
    asked: RuleSet,
    /// The day that it is, counted from the Unix epoch in UTC.
    day: u32,
    /// The first command of that day.
    day_began: Seq,
}

impl RiskTables {
    pub fn with_capacity(capacity: &Capacity) -> Self {
        let (accounts_max, matches_max) = (capacity.accounts_max as usize, capacity.matches_max);
        Self {
            paces: vec![Pace::EMPTY; accounts_max],
            groups: vec![Group::EMPTY; accounts_max],
            exposures: Exposures::with_capacity(matches_max),
            tallies: [Tally::default(); RuleId::ALL.len()],
            followed: Rows::for_bets(followed_max(capacity), Follow::BLANK),
            ends: [Ends::default(); RuleId::ALL.len()],
            asked: RuleSet::EMPTY,
            day: 0,
            day_began: Seq::default(),
        }
    }

    /// What its tables take.
    pub fn sizes(capacity: &Capacity, sizes: &mut Vec<TableSize>) {
        let (accounts, matches) = (capacity.accounts_max as usize, capacity.matches_max as usize);
        sizes.push(TableSize::of::<Pace>("paces", RowOf::Account, accounts));
        sizes.push(TableSize::of::<Group>("groups", RowOf::Account, accounts));
        sizes.push(TableSize::of::<Exposure>("exposures", RowOf::Other, matches));
        let names = ["would-be refusals", "index of would-be refusals"];
        sizes.extend(Rows::sizes(names, followed_max(capacity)));
    }

    /// Learns from the settings and the mode which rules are to be asked.
    pub fn heed(&mut self, config: &Config, mode: Mode) {
        // Where the whole stake is open at every stage, no stage has anything to say.
        let is_idle = |rule| match rule {
            RuleId::StageStake => config.has_whole_stages(),
            RuleId::Reducing => mode != Mode::AcceptOnlyReducing,
            _ => false,
        };
        let asked =
            RuleId::ALL.iter().filter(|rule| !config.rules_off.has(**rule) && !is_idle(**rule));
        self.asked = asked.fold(RuleSet::EMPTY, |set, rule| set.with(*rule));
    }

    /// The rules that are not off, less those that the settings leave nothing to say.
    #[inline]
    pub fn asked(&self) -> RuleSet {
        self.asked
    }

    /// Notices that a new day has begun.
    #[inline]
    pub fn turn_day(&mut self, seq: Seq, now: Timestamp) {
        let day = (now.nanos() / DAY_NS) as u32;
        if day != self.day {
            (self.day, self.day_began) = (day, seq);
        }
    }

    /// The day that it is.
    #[inline]
    pub fn day(&self) -> u32 {
        self.day
    }

    /// The pace of an account.
    #[inline]
    pub fn pace(&self, account: AccountId) -> &Pace {
        &self.paces[account.0 as usize]
    }

    /// Puts back the pace that an account had before a decision.
    pub fn set_pace(&mut self, account: AccountId, pace: Pace) {
        self.paces[account.0 as usize] = pace;
    }

    /// How many groups there can be: as many as accounts.
    pub fn groups_max(&self) -> usize {
        self.groups.len()
    }

    /// Whether it is kept what each match could cost.
    #[inline]
    pub fn keeps_exposures(&self) -> bool {
        self.exposures.are_kept()
    }

    /// A group that exists.
    #[inline]
    pub fn group(&self, group: u32) -> &Group {
        &self.groups[group as usize]
    }

    /// How often a rule said no.
    pub fn tally(&self, rule: RuleId) -> &Tally {
        &self.tallies[rule as usize]
    }

    /// Notes a bet that was written down.
    #[inline]
    pub fn note(&mut self, config: &Config, account: AccountId, now: Timestamp, stake: Stake) {
        if !config.rules_off.has_all(PACED) {
            self.paces[account.0 as usize].note(now, stake);
        }
    }

    /// Notes a bet that was written down although rules in shadow would have refused it.
    #[cold]
    pub fn note_shadows(&mut self, stake: Stake, would_refuse: RuleSet) {
        for rule in would_refuse.iter() {
            self.tallies[rule as usize].note_shadow(stake);
        }
    }

    /// Notes a bet that was refused, if a rule refused it.
    pub fn note_refusal(&mut self, code: Reject, stake: Stake) {
        if let Some(rule) = RuleId::of_code(code) {
            self.tallies[rule as usize].note_refusal(stake);
        }
    }

    /// Counts a bet in what its account's bets of the day may pay, or takes it out again. Bets of
    /// earlier days no longer count.
    #[inline]
    pub fn count_of_day(&self, account: &mut Account, bet: BetId, payout: Money, sign: Sign) {
        if self.day_began <= bet.seq() {
            account.count_of_day(self.day, payout, sign);
        }
    }

    /// Counts what a bet could cost in its account's group, or takes it out again.
    #[inline]
    pub fn count_in_group(&mut self, group: u32, liability: Money, sign: Sign) {
        if group != NO_GROUP {
            self.groups[group as usize].count(liability, sign);
        }
    }

    /// Moves an account with its open bets from its group into another, or into none.
    ///
    /// # Errors
    /// [`Reject::InvalidAmount`] if what the new group could win would be too large to count.
    pub fn link(&mut self, account: &mut Account, group: Option<u32>) -> Result<(), Refusal> {
        let liability = account.liability;
        let joins = group.filter(|group| *group != account.group);
        if let Some(group) = joins {
            let sum = self.group(group).liability.checked_add(liability);
            if sum.is_none_or(|sum| Config::AMOUNT_MAX < sum) {
                let limit = Config::AMOUNT_MAX.minor();
                return Err(Refusal::with(Reject::InvalidAmount, limit, liability.minor()));
            }
        }
        if group == account.group() {
            return Ok(());
        }
        if let Some(old) = account.group() {
            self.groups[old as usize].leave(liability);
        }
        if let Some(new) = group {
            self.groups[new as usize].join(liability);
        }
        account.group = group.unwrap_or(NO_GROUP);
        Ok(())
    }

    /// Whether the groups' sums are those of their members.
    pub fn groups_agree<'a>(&self, accounts: impl Iterator<Item = &'a Account>) -> bool {
        let mut recomputed = vec![Group::EMPTY; self.groups.len()];
        for account in accounts.filter(|account| account.group != NO_GROUP) {
            match recomputed.get_mut(account.group as usize) {
                Some(group) => group.join(account.liability),
                None => return false,
            }
        }
        recomputed == self.groups
    }
}

impl Table for RiskTables {
    fn save(&self, out: &mut Saver<'_>) {
        let Self { paces, groups, exposures: _, tallies, followed, ends, asked: _, day, day_began } =
            self;
        // Most accounts of a large book are idle or alone.
        let lively = || (0u32..).zip(paces).filter(|(_, pace)| !pace.is_empty());
        out.count(lively().count());
        for (account, pace) in lively() {
            out.put(&account);
            out.put(pace);
        }
        let peopled = || (0u32..).zip(groups).filter(|(_, group)| !group.is_empty());
        out.count(peopled().count());
        for (number, group) in peopled() {
            out.put(&number);
            out.put(group);
        }
        tallies.iter().for_each(|tally| out.put(tally));
        followed.save(out);
        ends.iter().for_each(|ends| out.put(ends));
        out.put(day);
        out.put(day_began);
    }

    fn load(input: &mut Loader<'_>, capacity: &Capacity) -> Result<Self, DecodeError> {
        let mut tables = Self::with_capacity(capacity);
        for _ in 0..input.count(tables.paces.len())? {
            let (account, pace): (u32, Pace) = input.take()?;
            *tables.paces.get_mut(account as usize).ok_or(DecodeError::OutOfRange)? = pace;
        }
        for _ in 0..input.count(tables.groups.len())? {
            let (number, group): (u32, Group) = input.take()?;
            *tables.groups.get_mut(number as usize).ok_or(DecodeError::OutOfRange)? = group;
        }
        for tally in &mut tables.tallies {
            *tally = input.take()?;
        }
        tables.followed = Rows::load(input, followed_max(capacity), Follow::BLANK)?;
        for ends in &mut tables.ends {
            *ends = input.take()?;
        }
        tables.day = input.take()?;
        tables.day_began = input.take()?;
        Ok(tables)
    }
}
