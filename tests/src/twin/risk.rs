//! The risk rules a second time: every sum from all bets, every window from all times.

use std::collections::BTreeMap;

use clutch_core::Reject;
use clutch_core::command::{Command, Config, MarketKind, Mode, Team, Title};
use clutch_core::event::{BetStatus, MatchPhase};
use clutch_core::market::MarketResult;
use clutch_core::risk::{RuleId, RuleMode, TIERS};
use clutch_core::units::{AccountId, BetId, MatchId, Money};

use super::Twin;
use super::multiples::Multiple;

const DAY: u64 = 24 * 3_600 * 1_000_000_000;
const HOUR: u64 = 3_600 * 1_000_000_000;

/// What a rule finds.
pub(super) struct Found {
    rule: RuleId,
    limit: i128,
    would_be: i128,
    is_within: bool,
}

/// How often each rule said no, or would have, with the stakes.
pub(super) type Tallies = BTreeMap<RuleId, [(u64, i128); 2]>;

/// What an account has beside its money.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    pub group: Option<u32>,
    /// By title and whether the match has begun; 100 where nothing was said.
    pub factors: BTreeMap<(u8, bool), i128>,
    /// Bets that were written down while pace counted: milliseconds and stake.
    pub paced: Vec<(u64, i128)>,
    /// Payouts of today's bets that have left the engine.
    pub left_today: i128,
}

/// Whether a bet is in no sum that limits look at: it never stood, or its stake has left it.
pub(super) fn never_counts(status: BetStatus) -> bool {
    matches!(status, BetStatus::Refused(_) | BetStatus::Void(_) | BetStatus::CashedOut { .. })
}

fn minor(money: Money) -> i128 {
    money.minor().into()
}

impl Twin {
    /// Notices that a day has begun.
    pub(super) fn turn_day(&mut self) {
        if self.now / DAY != self.day {
            (self.day, self.day_began) = (self.now / DAY, self.seq);
            self.accounts.iter_mut().for_each(|account| account.terms.left_today = 0);
        }
    }

    /// Whether a bet that leaves still counts for its day.
    pub(super) fn counts_today(&self, id: u64) -> bool {
        self.day_began <= BetId(id).seq().0
            && !never_counts(self.where_it_stands(id, &self.bets[&id]))
    }

    /// The same for a bet of several legs.
    pub(super) fn multiple_counts_today(&self, id: u64, bet: &Multiple) -> bool {
        self.day_began <= BetId(id).seq().0 && !never_counts(self.where_multiple_stands(id, bet))
    }

    fn payouts_today(&self, account: u32) -> i128 {
        let today = self.bets_of(account).filter(|(id, _)| self.counts_today(*id));
        let multiples = self
            .multiples
            .iter()
            .filter(|(id, bet)| bet.account == account && self.multiple_counts_today(**id, bet));
        let left = self.accounts[account as usize].terms.left_today;
        let payouts = today.map(|(_, bet)| bet.payout).chain(multiples.map(|(_, bet)| bet.payout));
        left + payouts.map(|payout| self.weighed(account, payout)).sum::<i128>()
    }

    /// Asks every rule. Answers which in shadow would have refused.
    pub(super) fn check_rules(
        &self,
        account: u32,
        on: (usize, u8),
        money: (i128, i128),
        to_trader: bool,
    ) -> Result<Vec<RuleId>, super::bets::Refused> {
        let mut shadows = Vec::new();
        for found in self.ask_rules(account, on, money) {
            if found.is_within {
                continue;
            }
            match self.config.mode(found.rule) {
                RuleMode::Off => {}
                RuleMode::Shadow => shadows.push(found.rule),
                RuleMode::Refer if to_trader => {}
                RuleMode::On | RuleMode::Refer => {
                    let code = found.rule.rule().code;
                    let (limit, would_be) = self.told(account, code, (found.limit, found.would_be));
                    return Err((code, limit, would_be));
                }
            }
        }
        Ok(shadows)
    }

    /// What all singles on a selection that count could be paid, and all multiples win.
    pub(super) fn payouts_on(&self, market: usize, selection: u8) -> i128 {
        let on_it = self.bets.iter().filter(|(id, bet)| {
            let is_on_it = (bet.market, bet.selection) == (market, selection);
            is_on_it && !never_counts(self.where_it_stands(**id, bet))
        });
        let of_singles: i128 = on_it.map(|(_, bet)| self.counted(bet).1).sum();
        of_singles + self.liability_of_multiples(market, selection)
    }

    fn ask_rules(
        &self,
        account: u32,
        (market, selection): (usize, u8),
        (stake, payout): (i128, i128),
    ) -> Vec<Found> {
        let config = &self.config;
        let (stake, payout) = (self.weighed(account, stake), self.weighed(account, payout));
        let won = payout - stake;
        let of_multiples = self.liability_of_multiples(market, selection);
        let (mut of_selection, mut of_market) = (won + of_multiples, won + of_multiples);
        for (id, bet) in &self.bets {
            let counts = !never_counts(self.where_it_stands(*id, bet));
            if !counts || bet.market != market {
                continue;
            }
            let (stake, payout) = self.counted(bet);
            of_market -= stake;
            if bet.selection == selection {
                of_selection += payout - stake;
                of_market += payout;
            }
        }
        let terms = &self.accounts[account as usize].terms;
        let of_group = |group| {
            let members = (0..self.accounts.len() as u32)
                .filter(move |id| self.accounts[*id as usize].terms.group == Some(group));
            members.map(|id| self.liability(id)).sum::<i128>() + won
        };
        let everybodys = minor(config.stake_max);
        let of_stage = everybodys * self.stage_percent(config, market) / 100;
        let base = match config.mode(RuleId::StageStake) {
            RuleMode::On | RuleMode::Refer => of_stage,
            RuleMode::Shadow | RuleMode::Off => everybodys,
        };
        let of_account = base * self.factor(account, market) / 100;
        let mut found = vec![Found {
            rule: RuleId::StakeMin,
            limit: minor(config.stake_min),
            would_be: stake,
            is_within: stake >= minor(config.stake_min),
        }];
        let mut at_most = |rule, limit, would_be| {
            found.push(Found { rule, limit, would_be, is_within: would_be <= limit });
        };
        at_most(RuleId::StakeMax, everybodys, stake);
        at_most(RuleId::PayoutMax, minor(config.payout_max), payout);
        let limit = minor(config.liability_selection_max);
        at_most(RuleId::SelectionLiability, limit, of_selection);
        at_most(RuleId::MarketLiability, minor(config.liability_market_max), of_market);
        let would_be = self.liability(account) + won;
        at_most(RuleId::AccountLiability, minor(config.liability_account_max), would_be);
        let would_be = terms.group.map_or(0, of_group);
        at_most(RuleId::GroupLiability, minor(config.liability_group_max), would_be);
        // The whole of something is no limit of its own.
        let part_of_stage = if self.stage_percent(config, market) == 100 { 0 } else { stake };
        let part_of_account = if self.factor(account, market) == 100 { 0 } else { stake };
        at_most(RuleId::StageStake, of_stage, part_of_stage);
        at_most(RuleId::AccountFactor, of_account, part_of_account);
        let would_be = self.payouts_today(account) + payout;
        at_most(RuleId::DayPayout, minor(config.payout_day_max), would_be);
        for (rule, limit, window, buckets) in [
            (RuleId::BetsPerSecond, config.bets_per_second_max, 1_000, 1),
            (RuleId::BetsPerMinute, config.bets_per_minute_max, 60_000, 5),
            (RuleId::BetsPerHour, config.bets_per_hour_max, 3_600_000, 5),
        ] {
            let begin = self.window_begin(window, if limit <= 5 { 0 } else { buckets });
            let bets = terms.paced.iter().filter(|(at, _)| begin <= *at as i128).count() as i128;
            // Beyond five the exact count does not matter to a limit of five.
            let bets = if limit <= 5 { bets.min(5) } else { bets };
            at_most(rule, limit.into(), bets + 1);
        }
        let begin = self.window_begin(3_600_000, 4);
        let lately = terms.paced.iter().filter(|(at, _)| begin <= *at as i128);
        let stakes: i128 = lately.map(|(_, stake)| stake).sum();
        at_most(RuleId::StakesPerHour, minor(config.stakes_per_hour_max), stakes + stake);
        let would_be = self.match_cost(market, selection, won);
        at_most(RuleId::MatchLiability, minor(config.liability_match_max), would_be);
        if self.mode() == Mode::AcceptOnlyReducing {
            let before = self.worst_case(market, None);
            let would_be = self.worst_case(market, Some((selection, stake, payout)));
            let is_within = would_be < before;
            found.push(Found { rule: RuleId::Reducing, limit: before, would_be, is_within });
        }
        let limit = minor(config.trader_stake);
        let is_within = stake <= limit;
        found.push(Found { rule: RuleId::TraderStake, limit, would_be: stake, is_within });
        found
    }

    /// What the match of a market costs where a selection wins, with `won` more on it.
    fn match_cost(&self, market: usize, selection: u8, won: i128) -> i128 {
        let index = self.markets[market].match_index;
        let of_match = |id: &usize| self.markets[*id].match_index == index;
        let markets: Vec<usize> = (0..self.markets.len()).filter(of_match).collect();
        // What one market costs if this selection wins it.
        let cost = |id: usize, winner: u8| {
            let standing = self.bets.iter().filter(|(bet_id, bet)| {
                let status = self.where_it_stands(**bet_id, bet);
                bet.market == id && !never_counts(status)
            });
            let singles: i128 = standing
                .map(|(_, bet)| {
                    let (stake, payout) = self.counted(bet);
                    if bet.selection == winner { payout - stake } else { -stake }
                })
                .sum();
            let bet_on = if (id, winner) == (market, selection) { won } else { 0 };
            singles + self.liability_of_multiples(id, winner) + bet_on
        };
        let series = &self.matches[index].series;
        let best_of = series.maps.len() as i32;
        let needed = best_of / 2 + 1;
        let reached = [Team::A, Team::B].map(|team| series.maps_won(team) as i32);
        let scores =
            (0..=best_of).flat_map(|a| (0..=best_of).map(move |b| [a, b])).filter(|[a, b]| {
                let is_end = if best_of % 2 == 0 {
                    a + b == best_of
                } else {
                    (*a).max(*b) == needed && (*a).min(*b) < needed
                };
                is_end && reached[0] <= *a && reached[1] <= *b
            });
        let winner_at = |id: usize, [a, b]: [i32; 2]| match self.markets[id].kind {
            MarketKind::MatchWinner if best_of % 2 == 0 => Some((1 - (a - b).signum()) as u8),
            MarketKind::MatchWinner => Some(u8::from(a < b)),
            MarketKind::CorrectMapScore if best_of % 2 == 0 => Some(b as u8),
            MarketKind::CorrectMapScore if a == needed => Some(b as u8),
            MarketKind::CorrectMapScore => Some((best_of - a) as u8),
            MarketKind::MapHandicap { line } => {
                Some(u8::from(2 * (a - b) + i32::from(line.halves()) < 0))
            }
            MarketKind::TotalMaps { line } => {
                Some(u8::from(2 * (a + b) < i32::from(line.halves())))
            }
            // All others are on rounds or on one map.
            _ => None,
        };
        let follows = winner_at(market, [0; 2]).is_some();
        let at_score = |score| {
            let is_open = |id: &&usize| self.result(**id) == MarketResult::Undecided;
            let open = markets.iter().filter(is_open);
            let winners = open.filter_map(|id| Some((*id, winner_at(*id, score)?)));
            winners.map(|(id, winner)| cost(id, winner)).sum::<i128>()
        };
        let wins_here = |score: &[i32; 2]| !follows || winner_at(market, *score) == Some(selection);
        let by_score = scores.filter(wins_here).map(at_score).max();
        let others = markets.iter().filter(|id| {
            winner_at(**id, [0; 2]).is_none() && self.result(**id) == MarketResult::Undecided
        });
        let worst = |id: &usize| {
            let selections = 0..self.markets[*id].odds.len() as u8;
            // Of the bet's own market only the case that it wins can have grown.
            let counted = selections.filter(|one| *id != market || *one == selection);
            counted.map(|winner| cost(*id, winner)).max().unwrap_or(0).max(0)
        };
        let others: i128 = others.map(worst).sum();
        match by_score {
            None if follows => 0,
            Some(by_score) if follows => by_score + others,
            by_score => by_score.unwrap_or(0).max(0) + others,
        }
    }

    /// The first millisecond that counts in a window that ends now. With buckets the oldest one
    /// counts whole.
    fn window_begin(&self, window_ms: u64, buckets: u64) -> i128 {
        let now = self.now / 1_000_000;
        match buckets {
            0 => i128::from(now) - i128::from(window_ms) + 1,
            _ => {
                let length = window_ms / buckets;
                i128::from(now / length * length) - i128::from(window_ms)
            }
        }
    }

    fn stage_percent(&self, config: &Config, market: usize) -> i128 {
        let fixture = &self.matches[self.markets[market].match_index];
        let left = fixture.starts_at.saturating_sub(self.now);
        let stage = match fixture.series.phase() {
            MatchPhase::Scheduled if fixture.starts_at == 0 || left >= 24 * HOUR => 0,
            MatchPhase::Scheduled if left >= HOUR => 1,
            MatchPhase::Scheduled => 2,
            MatchPhase::Live | MatchPhase::Break | MatchPhase::Over => 3,
        };
        let tiers: [_; TIERS] = [config.tier_0, config.tier_1, config.tier_2, config.tier_3];
        tiers[usize::from(fixture.tier)].percents()[stage].into()
    }

    fn factor(&self, account: u32, market: usize) -> i128 {
        let fixture = &self.matches[self.markets[market].match_index];
        let has_begun = fixture.series.phase() != MatchPhase::Scheduled;
        let factors = &self.accounts[account as usize].terms.factors;
        *factors.get(&(fixture.title as u8, has_begun)).unwrap_or(&100)
    }

    /// A bet's stake and payout as they count in limits.
    pub(super) fn counted(&self, bet: &super::bets::Bet) -> (i128, i128) {
        (self.weighed(bet.account, bet.stake), self.weighed(bet.account, bet.payout))
    }

    /// Notes a bet that was written down.
    pub(super) fn note_pace(&mut self, account: u32, stake: i128, shadows: &[RuleId]) {
        let stake = self.weighed(account, stake);
        let paced = [
            RuleId::BetsPerSecond,
            RuleId::BetsPerMinute,
            RuleId::BetsPerHour,
            RuleId::StakesPerHour,
        ];
        if paced.iter().any(|rule| self.config.mode(*rule) != RuleMode::Off) {
            let at = self.now / 1_000_000;
            self.accounts[account as usize].terms.paced.push((at, stake));
        }
        for rule in shadows {
            let tally = &mut self.tallies.entry(*rule).or_default()[1];
            *tally = (tally.0 + 1, tally.1 + stake);
        }
    }

    /// Notes a bet that a rule refused.
    pub(super) fn note_refused(&mut self, account: u32, code: Reject, stake: i128) {
        let is_known = (account as usize) < self.accounts.len();
        let stake = if is_known { self.weighed(account, stake) } else { stake };
        if let Some(rule) = RuleId::of_code(code) {
            let tally = &mut self.tallies.entry(rule).or_default()[0];
            *tally = (tally.0 + 1, tally.1 + stake);
        }
    }

    pub(super) fn set_factor(
        &mut self,
        account: u32,
        title: Title,
        has_begun: bool,
        percent: u8,
    ) -> Result<(), Reject> {
        let row = self.accounts.get_mut(account as usize).ok_or(Reject::UnknownAccount)?;
        if percent > 100 {
            return Err(Reject::InvalidParameter);
        }
        let key = (title as u8, has_begun);
        let was = row.terms.factors.get(&key).copied().unwrap_or(100);
        if was < i128::from(percent) && !self.approved {
            let account = AccountId(account);
            return self.propose(Command::SetAccountFactor { account, title, has_begun, percent });
        }
        row.terms.factors.insert(key, percent.into());
        Ok(())
    }

    pub(super) fn link(&mut self, number: u32, group: Option<u32>) -> Result<(), Reject> {
        let accounts_max = self.capacity.accounts_max;
        let account = self.accounts.get_mut(number as usize).ok_or(Reject::UnknownAccount)?;
        if group.is_some_and(|group| group >= accounts_max) {
            return Err(Reject::InvalidParameter);
        }
        let leaves = account.terms.group.is_some() && account.terms.group != group;
        if leaves && !self.approved {
            let account = AccountId(number);
            return self.propose(Command::LinkAccount { account, group });
        }
        account.terms.group = group;
        Ok(())
    }

    pub(super) fn set_tier(&mut self, match_id: u32, tier: u8) -> Result<(), Reject> {
        let index = match_id as usize;
        let fixture = self.matches.get(index).ok_or(Reject::UnknownMatch)?;
        if tier > 3 {
            return Err(Reject::InvalidParameter);
        }
        let config = &self.config;
        let tiers = [config.tier_0, config.tier_1, config.tier_2, config.tier_3];
        let parts = |tier: u8| tiers[usize::from(tier)].percents().map(u32::from);
        let pairs = || parts(fixture.agreed_tier).into_iter().zip(parts(tier));
        let free = self.approved || self.markets.iter().all(|market| market.match_index != index);
        if !free && pairs().any(|(was, is)| is > was + was / 4) {
            return self.propose(Command::SetTier { match_id: MatchId(match_id), tier });
        }
        let moves = free || pairs().all(|(was, is)| is <= was);
        let fixture = &mut self.matches[index];
        fixture.tier = tier;
        if moves {
            fixture.agreed_tier = tier;
        }
        Ok(())
    }
}
