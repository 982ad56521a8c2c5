//! Past-posting: bets that were received after what decided their market had happened.
//!
//! A feed tells when something happened, by its own clock, and tells it later: a bettor in the hall knew
//! before. Each bet keeps when it was received, each market when what decided it happened, so what came
//! too late is found at any time until the market leaves. The engine finds and says it; to void it takes
//! two persons and [`crate::Command::VoidBets`], from the first of these bets to the last one.
//!
//! The lists of a market's bets run from the newest to the oldest, so only late bets are looked at, and one
//! more of each list.

use crate::bets::multiple::{Multiple, MultipleState, NO_LEG};
use crate::bets::{Bet, BetState};
use crate::command::{Config, Scope};
use crate::event::{Event, LateBets, VoidReason};
use crate::market::Market;
use crate::outbox::Outbox;
use crate::reject::Reject;
use crate::state::{Step, Tables};
use crate::units::{AccountId, BetId, MarketId, Money, Seq, Timestamp};
use crate::wallet::NO_BET;

/// Most bets that one question looks at, so that it does not keep others waiting for long.
pub const LATE_BETS_MAX: usize = 65_536;
/// Most bets looked at when a market is settled: enough to know that there are some.
const LOOKS_WHEN_SETTLED: usize = 256;

impl Step<'_> {
    /// Says that a market which was just settled has late bets, to whoever decides about them.
    pub(super) fn notice_late_bets(&mut self, market: MarketId) {
        let happened_at = self.tables.markets.market(market).happened_at;
        if happened_at == Timestamp::default() {
            return;
        }
        // What was only accepted afterwards is known to every bettor as the rule; what was sent
        // afterwards is news.
        let mut looks = LOOKS_WHEN_SETTLED;
        let late = self.tables.late_bets_on(market, happened_at, 0, &mut looks);
        if late.bets != 0 {
            self.outbox.push(Event::LateBets(late));
        }
    }
}

impl Tables {
    /// The answer to [`crate::Query::LateBets`].
    pub(crate) fn say_late_bets(
        &self,
        config: &Config,
        scope: Scope,
        margin_ns: Option<u64>,
        at: Option<Timestamp>,
        outbox: &mut Outbox,
    ) -> Result<(), Reject> {
        let mut looks = LATE_BETS_MAX;
        let margin_of = |row: &Market| {
            margin_ns.unwrap_or_else(|| {
                let fixture = &self.fixtures[row.match_id];
                config.in_play_delay(fixture, row)
            })
        };
        if let Scope::Market(market) = scope {
            let row = self.markets.get(market).ok_or(Reject::UnknownMarket)?;
            if row.retired {
                return Err(Reject::GradeTooLate);
            }
            let happened_at = happened(row, at).ok_or(Reject::DecidedByNoFeed)?;
            let late = self.late_bets_on(market, happened_at, margin_of(row), &mut looks);
            outbox.push(Event::LateBets(late));
            return Ok(());
        }
        if let Scope::Match(match_id) = scope {
            self.fixture(match_id).ok_or(Reject::UnknownMatch)?;
        }
        let is_meant = |row: &Market| match scope {
            Scope::Match(match_id) => row.match_id == match_id,
            Scope::All => true,
            Scope::Market(_) => false,
        };
        for (market, row) in self.markets.iter().filter(|(_, row)| is_meant(row) && !row.retired) {
            let Some(happened_at) = happened(row, at) else { continue };
            let late = self.late_bets_on(market, happened_at, margin_of(row), &mut looks);
            if late.bets != 0 || late.cashed_out != 0 || !late.is_whole {
                outbox.push(Event::LateBets(late));
            }
        }
        Ok(())
    }

    /// The late bets on a market; looks at no more bets than are left of `looks`.
    fn late_bets_on(
        &self,
        market: MarketId,
        happened_at: Timestamp,
        margin_ns: u64,
        looks: &mut usize,
    ) -> LateBets {
        let row = self.markets.market(market);
        let mut late = LateBets {
            market,
            match_id: row.match_id,
            happened_at,
            decided_at: row.decided_at,
            since: happened_at.less(margin_ns),
            from: Seq(0),
            to: Seq(0),
            bets: 0,
            of_several: 0,
            stakes: Money::ZERO,
            winners: 0,
            winners_lose: Money::ZERO,
            losers: 0,
            losers_get: Money::ZERO,
            open: 0,
            cashed_out: 0,
            is_whole: true,
        };
        for newest in [row.newest_large_bet, row.newest_bet] {
            let mut slot = newest;
            while slot != NO_BET {
                let bet = self.bets.bet(slot);
                if bet.received_at.earliest() <= late.since || !late.may_look(looks) {
                    break;
                }
                self.count_late_single(&mut late, bet, row);
                slot = bet.next_of_market;
            }
        }
        let (mut next, mut counted) = (row.newest_leg, None);
        while next != NO_LEG {
            let leg = self.multiples.leg(next);
            let multiple = self.multiples.multiple(leg.multiple);
            if multiple.received_at <= late.since || !late.may_look(looks) {
                break;
            }
            // A bet can have two legs on one market, which stand one after the other.
            if counted.replace(leg.multiple) != Some(leg.multiple) {
                self.count_late_multiple(&mut late, multiple, row);
            }
            next = leg.next_of_market;
        }
        late
    }

    fn count_late_single(&self, late: &mut LateBets, bet: &Bet, market: &Market) {
        if self.is_void_already(bet.id, late.market, market) {
            return;
        }
        let paid = match bet.state {
            BetState::Open => None,
            BetState::Won { paid } => Some(paid),
            BetState::Lost => Some(Money::ZERO),
            BetState::CashedOut { .. } => return late.cashed_out += 1,
            // These never stood, or are void already.
            BetState::Waiting { .. }
            | BetState::Referred { .. }
            | BetState::Offered { .. }
            | BetState::Refused(_)
            | BetState::Void(_) => return,
        };
        let stake = bet.stake.money();
        let own = self.own_part(bet.id, stake, bet.is_funded);
        self.count_late(late, (bet.id, bet.account, stake), paid.map(|paid| (paid, own)));
    }

    fn count_late_multiple(&self, late: &mut LateBets, multiple: &Multiple, market: &Market) {
        if self.is_void_already(multiple.id, late.market, market) {
            return;
        }
        let before = match multiple.state {
            MultipleState::Open => None,
            MultipleState::Won { paid } => Some(paid),
            MultipleState::Lost => Some(Money::ZERO),
            MultipleState::CashedOut { .. } => return late.cashed_out += 1,
            MultipleState::Waiting { .. }
            | MultipleState::Referred { .. }
            | MultipleState::Offered { .. }
            | MultipleState::Refused(_)
            | MultipleState::Void(_) => return,
        };
        let (id, stake) = (multiple.id, multiple.stake.money());
        let would = self.where_it_stands_without(multiple, late.market, VoidReason::TakenLate);
        let after = match would {
            MultipleState::Won { paid } => Some(paid),
            MultipleState::Lost => Some(Money::ZERO),
            MultipleState::Void(_) => Some(self.own_part(id, stake, multiple.is_funded)),
            MultipleState::Open
            | MultipleState::Waiting { .. }
            | MultipleState::Referred { .. }
            | MultipleState::Offered { .. }
            | MultipleState::Refused(_)
            | MultipleState::CashedOut { .. } => None,
        };
        late.of_several += 1;
        self.count_late(late, (id, multiple.account, stake), before.zip(after));
    }

    /// Counts one bet, and what its owner was paid and would be paid; `None` if that is not known.
    fn count_late(
        &self,
        late: &mut LateBets,
        (id, account, stake): (BetId, AccountId, Money),
        paid: Option<(Money, Money)>,
    ) {
        let in_book = |amount| self.in_book(account, amount);
        late.bets += 1;
        late.stakes += in_book(stake);
        late.from = if late.from == Seq(0) { id.seq() } else { late.from.min(id.seq()) };
        late.to = late.to.max(id.seq());
        match paid {
            None => late.open += 1,
            Some((before, after)) if after < before => {
                late.winners += 1;
                late.winners_lose += in_book(before - after);
            }
            Some((before, after)) if before < after => {
                late.losers += 1;
                late.losers_get += in_book(after - before);
            }
            // It is paid the same either way.
            Some(_) => {}
        }
    }

    /// Whether a stretch that voids it is known, even if it has not been brought into agreement yet.
    fn is_void_already(&self, bet: BetId, id: MarketId, market: &Market) -> bool {
        let fixture = self.fixture(market.match_id);
        fixture.is_some_and(|fixture| fixture.is_undone(bet, id, market).is_some())
    }

    /// What of a stake is the bettor's own money.
    fn own_part(&self, bet: BetId, stake: Money, is_funded: bool) -> Money {
        if is_funded { self.fundings.of(bet).own_of(stake) } else { stake }
    }
}

impl LateBets {
    /// Whether one more bet may be looked at; notes if not.
    fn may_look(&mut self, looks: &mut usize) -> bool {
        match looks.checked_sub(1) {
            Some(left) => *looks = left,
            None => self.is_whole = false,
        }
        self.is_whole
    }
}

/// When what decided a market happened: as a person says, or else as the feed did.
fn happened(market: &Market, at: Option<Timestamp>) -> Option<Timestamp> {
    at.or(Some(market.happened_at)).filter(|at| *at != Timestamp::default())
}
