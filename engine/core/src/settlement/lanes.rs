//! Which bets come first, and when a lane stops.
//!
//! A market that has a result passes these lanes. *Large* stakes come first and one by one, with nothing
//! else in their slice; they have a list of their own from the moment they are placed, for to seek them
//! among a million others would take as long as to settle those. Then the *canary*: a few bets, worked out
//! before anything is posted, and the house's books compared with that afterwards. Then everything else in
//! *bulk*, worked out and compared slice by slice in the same way. Bets of several legs come behind the
//! singles, since other sums make their payouts, with a canary and a bulk of their own; each counts as many
//! bets as it has legs. A bet that would be paid more than its odds and its stake say stops the market with
//! nothing of its slice posted; books that moved otherwise than worked out stop it behind the slice, sixteen
//! bets far if it was a canary. A person is called, and after his [`crate::Command::ResumeSettlement`] it
//! goes on where it stopped. What has been paid agrees with its market already, so nothing is paid twice.
//!
//! A market can also be set aside because its tier is paused, because what is left of it waits for a
//! result that is confirmed, or because the score that decided it is in dispute: then no money moves by
//! that score, to a bettor or back, until the dispute is over or a person says what the result is.

mod disputed;
mod several;

use super::Settlement;
use crate::bets::multiple::NO_LEG;
use crate::bets::{Bet, BetState};
use crate::codec::wire_enum;
use crate::event::{Event, SettlementStatus};
use crate::market::{Market, MarketResult};
use crate::reject::{Refusal, Reject};
use crate::state::{Step, Tables};
use crate::units::{AccountId, BetId, MarketId, MatchId, Money, Timestamp};
use crate::wallet::NO_BET;

/// Bets settled with one command; a multiple counts as many as it has legs. Counted in bets and not in
/// time, so that a replay slices alike.
pub(super) const BETS_PER_SLICE: usize = 64;
/// Bets settled with a command that others come behind: a bet, or a tick between bets. Each waits for all that is
/// done before it.
const BETS_OF_BRIEF_SLICE: usize = 8;
/// Bets and legs looked at for each that may be settled, while large stakes are sought.
const LOOKS_PER_BET: usize = 4;
/// Bets of the canary.
const CANARY_BETS: usize = 16;
/// The tier from which nothing is paused.
pub(crate) const NOTHING_PAUSED: u8 = crate::risk::TIERS as u8;

/// Where the settlement of a market stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Large stakes, one by one.
    Large,
    /// The first few of the other singles.
    Canary,
    /// All other singles.
    Bulk,
    /// The first few of the others with several legs.
    CanaryOfSeveral,
    /// All of those.
    BulkOfSeveral,
}
wire_enum!(Lane { 0 = Large, 1 = Canary, 2 = Bulk, 3 = CanaryOfSeveral, 4 = BulkOfSeveral });

/// Why a market's settlement is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub enum Aside {
    /// Its tier is paused.
    Paused,
    /// This bet would be paid more than its odds and its stake say, or its row contradicts itself.
    BadBet(BetId),
    /// The house's books did not move as worked out.
    BooksDiffer,
    /// Its large payouts wait until the result is confirmed.
    Unconfirmed,
    /// Its result is the score's, and the score of its match is in dispute.
    Disputed,
}
wire_enum!(Aside { 0 = Paused, 1 = BadBet(bet), 2 = BooksDiffer, 3 = Unconfirmed, 4 = Disputed });

impl Aside {
    /// Whether only a person lets it go on, market by market.
    pub const fn needs_person(self) -> bool {
        match self {
            Self::BadBet(_) | Self::BooksDiffer => true,
            Self::Paused | Self::Unconfirmed | Self::Disputed => false,
        }
    }
}

/// One bet of a slice, worked out and not posted yet.
#[derive(Clone, Copy, Debug)]
struct Planned {
    slot: u32,
    should_be: BetState,
}

/// A slice that is worked out: what to post, and what that makes of the house's books.
struct Plan {
    bets: [Planned; BETS_PER_SLICE],
    count: usize,
    /// What the house gains, worked out apart from the postings.
    house: i128,
    /// Where the market's list goes on after it.
    next: u32,
    looked_at: usize,
    /// Whether a payout among them waits until the result is confirmed.
    leaves_open: bool,
}

impl Plan {
    fn new(next: u32) -> Self {
        let blank = Planned { slot: NO_BET, should_be: BetState::Open };
        Self {
            bets: [blank; BETS_PER_SLICE],
            count: 0,
            house: 0,
            next,
            looked_at: 0,
            leaves_open: false,
        }
    }
}

impl Settlement {
    /// Has every bet of a market looked at (again), from the large stakes on.
    pub fn start(&mut self, id: MarketId, market: &mut Market) {
        market.settling = market.newest_large_bet;
        market.settling_leg = market.newest_leg;
        market.lane = Lane::Large;
        market.leaves_bets_open = false;
        let has_singles = market.settling != NO_BET || market.newest_bet != NO_BET;
        let has_bets = has_singles || market.settling_leg != NO_LEG;
        if has_bets && market.aside == Some(Aside::Unconfirmed) {
            self.aside.retain(|other| *other != id);
            self.queue_again(id, market);
        }
        if has_bets && !market.queued {
            market.queued = true;
            self.queue.push_back(id);
        }
        if market.aside.is_none() {
            self.await_retirement(id, market);
        }
    }

    fn await_retirement(&mut self, id: MarketId, market: &mut Market) {
        if market.result != MarketResult::Undecided && !market.awaits_retirement {
            market.awaits_retirement = true;
            self.decided.push_back(id);
        }
    }

    /// Sets the first market of the queue aside. Its bets stay as long as that lasts.
    fn set_aside(&mut self, id: MarketId, market: &mut Market, why: Aside) {
        assert!(self.queue.pop_front() == Some(id), "only the first market is worked on");
        market.aside = Some(why);
        self.aside.push_back(id);
    }

    /// Takes a market up again that is no longer among those set aside, behind all others.
    fn queue_again(&mut self, id: MarketId, market: &mut Market) {
        market.aside = None;
        self.queue.push_back(id);
        self.await_retirement(id, market);
    }
}

impl Step<'_> {
    /// Settles and retires a slice of what is queued.
    pub(crate) fn settle_slice(&mut self, is_brief: bool) {
        let mut left = if is_brief { BETS_OF_BRIEF_SLICE } else { BETS_PER_SLICE };
        while 0 < left
            && let Some(&market) = self.tables.settlement.queue.front()
        {
            if self.tables.is_paused(market) {
                self.set_aside(market, Aside::Paused);
                left -= 1;
                continue;
            }
            if self.tables.is_disputed(market) {
                self.set_aside(market, Aside::Disputed);
                left -= 1;
                continue;
            }
            left = match self.tables.markets.market(market).lane {
                Lane::Large => self.settle_a_large_one(market, left),
                Lane::Canary => self.settle_in_bulk(market, left, CANARY_BETS),
                Lane::Bulk => self.settle_in_bulk(market, left, BETS_PER_SLICE),
                Lane::CanaryOfSeveral => self.settle_several(market, left, CANARY_BETS),
                Lane::BulkOfSeveral => self.settle_several(market, left, BETS_PER_SLICE),
            };
        }
        self.retire_slice(left);
    }

    /// Seeks the next large stake of a market and settles it alone. Returns what is left of the slice.
    fn settle_a_large_one(&mut self, market: MarketId, left: usize) -> usize {
        for _ in 0..left * LOOKS_PER_BET {
            let slot = self.tables.markets.market(market).settling;
            if slot == NO_BET {
                break;
            }
            match self.work_out(slot, 1) {
                Ok(plan) if plan.count == 0 => {
                    let row = self.tables.markets.market_mut(market);
                    row.leaves_bets_open |= plan.leaves_open;
                    row.settling = plan.next;
                }
                Ok(plan) => {
                    self.post(market, &plan);
                    return 0;
                }
                Err(why) => {
                    self.set_aside(market, why);
                    return 0;
                }
            }
        }
        if self.tables.markets.market(market).settling != NO_BET {
            return 0;
        }
        self.settle_a_large_one_of_several(market, left)
    }

    /// Settles the next few singles of a market together. Returns what is left of the slice.
    fn settle_in_bulk(&mut self, market: MarketId, left: usize, most: usize) -> usize {
        let slot = self.tables.markets.market(market).settling;
        if slot == NO_BET {
            self.tables.markets.market_mut(market).lane = Lane::CanaryOfSeveral;
            return left;
        }
        let plan = match self.work_out(slot, left.min(most)) {
            Ok(plan) => plan,
            Err(why) => {
                self.set_aside(market, why);
                return 0;
            }
        };
        let looked_at = plan.looked_at;
        if self.post(market, &plan) {
            self.tables.markets.market_mut(market).lane = Lane::Bulk;
        }
        left - looked_at
    }

    /// Works out what becomes of the next bets of a market's list from `slot` on, without changing
    /// anything. Their accounts are on their way from memory meanwhile.
    fn work_out(&self, slot: u32, most: usize) -> Result<Plan, Aside> {
        let mut plan = Plan::new(slot);
        while plan.looked_at < most && plan.next != NO_BET {
            let slot = plan.next;
            let bet = self.tables.bets.bet(slot);
            core::hint::black_box(self.tables.wallet.get(bet.account).map(|row| row.held));
            if let Some(should_be) = self.should_become(bet, &mut plan.leaves_open)? {
                plan.house += house_keeps(bet, should_be) - house_keeps(bet, bet.state);
                if bet.is_funded {
                    // Alone in its slice, as a large stake: nothing else moves its grant meanwhile.
                    let (from, to) = (bet.state.ending(), should_be.ending());
                    let of = (bet.account, bet.stake.money());
                    plan.house += self.tables.house_gains_of_part(of, bet.id, from, to);
                }
                plan.bets[plan.count] = Planned { slot, should_be };
                plan.count += 1;
            }
            plan.next = bet.next_of_market;
            plan.looked_at += 1;
        }
        Ok(plan)
    }

    /// What a bet must become to agree with its market; `None` if it does, or has to wait.
    fn should_become(&self, bet: &Bet, leaves_open: &mut bool) -> Result<Option<BetState>, Aside> {
        let should_be = self.tables.state_by_result(bet);
        if should_be == bet.state {
            return Ok(None);
        }
        if let BetState::Won { paid } = should_be {
            let is_above = is_above_its_odds(bet, paid) || is_above_its_odds(bet, bet.payout);
            if is_above && (!bet.is_funded || self.tables.is_above_funded(bet, paid)) {
                return Err(Aside::BadBet(bet.id));
            }
            if bet.state == BetState::Open
                && self.waits_for_confirmation(bet.account, paid, bet.market)
            {
                *leaves_open = true;
                return Ok(None);
            }
        }
        Ok(Some(should_be))
    }

    /// Whether so much is paid on a market only after its result is confirmed.
    pub(crate) fn waits_for_confirmation(
        &self,
        account: AccountId,
        paid: Money,
        market: MarketId,
    ) -> bool {
        self.config.confirm_above < self.tables.in_book(account, paid)
            && !self.tables.is_confirmed(market)
    }

    /// Posts what was worked out, and compares. Returns whether the books agree.
    fn post(&mut self, market: MarketId, plan: &Plan) -> bool {
        let before = self.tables.wallet.houses();
        for Planned { slot, should_be } in &plan.bets[..plan.count] {
            self.settle_bet(*slot, *should_be);
        }
        self.tables.count_settled_bets(market, self.now, plan.count as u64);
        let row = self.tables.markets.market_mut(market);
        row.settling = plan.next;
        row.leaves_bets_open |= plan.leaves_open;
        let moved = self.tables.wallet.houses() - before;
        if moved != plan.house {
            self.set_aside(market, Aside::BooksDiffer);
        }
        moved == plan.house
    }

    /// Every bet of a market agrees with it, or waits for a confirmed result.
    fn finish(&mut self, market: MarketId) {
        let waits = self.tables.markets.market(market).leaves_bets_open;
        if waits && !self.tables.is_confirmed(market) {
            self.set_aside(market, Aside::Unconfirmed);
            return;
        }
        self.tables.settlement.queue.pop_front();
        let row = self.tables.markets.market_mut(market);
        (row.queued, row.leaves_bets_open) = (false, false);
        row.owed_since = Timestamp::MAX;
        self.say_settlement(market, SettlementStatus::Done);
        self.notice_late_bets(market);
    }

    fn set_aside(&mut self, market: MarketId, why: Aside) {
        let Tables { settlement, markets, .. } = &mut *self.tables;
        settlement.set_aside(market, markets.market_mut(market), why);
        self.say_settlement(market, SettlementStatus::Aside(why));
    }

    fn say_settlement(&mut self, market: MarketId, status: SettlementStatus) {
        let version = self.tables.markets.market(market).settlement_version;
        self.outbox.push(Event::Settlement { market, version, status });
    }

    /// The end of a map is confirmed: what waited for that is paid.
    pub(crate) fn confirm_payouts(&mut self, match_id: MatchId, map: u8) {
        for index in 0..self.tables.fixtures[match_id].markets.len() {
            let market = self.tables.fixtures[match_id].markets[index];
            let row = self.tables.markets.market(market);
            if row.kind.map().is_none_or(|on| on == map) {
                self.pay_if_confirmed(market);
            }
        }
    }

    /// Pays what waited for a confirmed result of a market, if it has one now: the feed's or a person's.
    pub(super) fn pay_if_confirmed(&mut self, market: MarketId) {
        let row = self.tables.markets.market(market);
        if row.leaves_bets_open && self.tables.is_confirmed(market) {
            let Tables { settlement, markets, .. } = &mut *self.tables;
            let row = markets.market_mut(market);
            // What is paid only now can be corrected for as long as anything else.
            row.decided_at = self.now;
            settlement.start(market, row);
            self.say_settlement(market, SettlementStatus::GoesOn);
        }
    }

    /// A person has looked at a market whose settlement stopped: it goes on where it stopped.
    pub(crate) fn resume_settlement(&mut self, market: MarketId) -> Result<(), Refusal> {
        self.operator()?;
        let row = self.tables.markets.get(market).ok_or(Reject::UnknownMarket)?;
        if !row.aside.is_some_and(Aside::needs_person) {
            return Err(Reject::SettlementNotStopped.into());
        }
        self.tables.settlement.aside.retain(|other| *other != market);
        self.go_on(market);
        Ok(())
    }

    /// Has a market settled that is no longer set aside. What is paid only now can be corrected for as
    /// long as anything else.
    fn go_on(&mut self, market: MarketId) {
        let Tables { settlement, markets, .. } = &mut *self.tables;
        let row = markets.market_mut(market);
        row.decided_at = self.now;
        settlement.queue_again(market, row);
        self.say_settlement(market, SettlementStatus::GoesOn);
    }

    /// The score of a match is in dispute no longer: what waited for that is settled.
    pub(crate) fn settle_what_was_disputed(&mut self, match_id: MatchId) {
        if self.tables.fixtures[match_id].is_disputed() {
            return;
        }
        for index in 0..self.tables.fixtures[match_id].markets.len() {
            let market = self.tables.fixtures[match_id].markets[index];
            self.go_on_undisputed(market);
        }
    }

    /// The same for one market of a match, by what a person or the rules say of it.
    pub(crate) fn settle_if_undisputed(&mut self, market: MarketId) {
        let match_id = self.tables.markets.market(market).match_id;
        if self.tables.fixtures[match_id].is_disputed() && !self.tables.is_disputed(market) {
            self.go_on_undisputed(market);
        }
    }

    fn go_on_undisputed(&mut self, market: MarketId) {
        if self.tables.markets.market(market).aside == Some(Aside::Disputed) {
            self.tables.settlement.aside.retain(|other| *other != market);
            self.go_on(market);
        }
        let Tables { settlement, markets, .. } = &mut *self.tables;
        let row = markets.market_mut(market);
        // Multiples with a leg on it may have been passed over where another leg was decided.
        if !row.retired && row.newest_leg != NO_LEG {
            settlement.start(market, row);
        }
    }

    /// Sets the settlement of matches of a tier and all less known ones aside, or takes it up again.
    pub(crate) fn pause_settlement(&mut self, from_tier: Option<u8>) -> Result<(), Refusal> {
        self.operator()?;
        let from = from_tier.unwrap_or(NOTHING_PAUSED);
        // The best known matches are never given up.
        if from == 0 || NOTHING_PAUSED < from {
            let most = i64::from(NOTHING_PAUSED) - 1;
            return Err(Refusal::with(Reject::InvalidParameter, most, i64::from(from)));
        }
        self.tables.settlement.paused_from = from;
        self.take_up_paused();
        Ok(())
    }

    /// Takes up what is no longer paused: the pause or the tier of a match has changed.
    pub(crate) fn take_up_paused(&mut self) {
        for _ in 0..self.tables.settlement.aside.len() {
            let Some(market) = self.tables.settlement.aside.pop_front() else { return };
            let was_paused = self.tables.markets.market(market).aside == Some(Aside::Paused);
            if was_paused && !self.tables.is_paused(market) {
                self.go_on(market);
            } else {
                self.tables.settlement.aside.push_back(market);
            }
        }
    }
}

impl Tables {
    fn is_paused(&self, market: MarketId) -> bool {
        let from = self.settlement.paused_from;
        from < NOTHING_PAUSED && {
            let match_id = self.markets.market(market).match_id;
            from <= self.fixtures[match_id].tier
        }
    }

    /// Whether a market's result is beyond doubt: a person's, the house rules', or the score's after the
    /// feed confirmed every map that it rests on.
    pub(crate) fn is_confirmed(&self, market: MarketId) -> bool {
        let row = self.markets.market(market);
        let series = &self.fixtures[row.match_id].series;
        row.graded.is_some()
            || row.by_rules.is_some()
            || row.result == MarketResult::NotPlayed
            || series.is_confirmed(row.kind.map())
    }
}

/// Whether a single would be paid more than stake times odds.
fn is_above_its_odds(bet: &Bet, paid: Money) -> bool {
    let most = i128::from(bet.stake.money().minor()) * i128::from(bet.odds.milli());
    most < i128::from(paid.minor()) * 1000
}

/// What the house keeps of a bet in a state.
fn house_keeps(bet: &Bet, state: BetState) -> i128 {
    let stake = i128::from(bet.stake.money().minor());
    match state {
        BetState::Won { paid } => stake - i128::from(paid.minor()),
        BetState::Lost => stake,
        // What was cashed out is no matter of settlement.
        BetState::Open
        | BetState::Void(_)
        | BetState::Waiting { .. }
        | BetState::Referred { .. }
        | BetState::Offered { .. }
        | BetState::Refused(_)
        | BetState::CashedOut { .. } => 0,
    }
}

#[cfg(test)]
mod tests;
