//! Bets that came too late, found by looking at every one of them.

use clutch_core::event::{BetStatus, LateBets, VoidReason};
use clutch_core::units::{BetId, MarketId, MatchId, Money, Seq, Timestamp};

use super::Twin;
use super::funded::own;
use super::grades::Outcome;

/// A bet on the market: its id, its owner, its stake, whether it has several legs, where it stands, and
/// where it would stand if it were void there.
type Found = (u64, u32, i128, bool, BetStatus, BetStatus);

impl Twin {
    /// The late bets on a market, from so long before what decided it happened; `None` if nobody knows
    /// when that was.
    pub fn late_bets(&self, market: u32, margin_ns: u64) -> Option<LateBets> {
        let id = market as usize;
        let row = self.markets.get(id)?;
        if row.retired || row.happened_at == 0 {
            return None;
        }
        let since = row.happened_at.saturating_sub(margin_ns);
        let received = |bet: u64| self.times[BetId(bet).seq().0 as usize];
        let void = || BetStatus::Void(VoidReason::TakenLate);
        // A single keeps its time to 65,536 nanoseconds.
        let singles = self.bets.iter().filter(|(bet, single)| {
            single.market == id && received(**bet) / 65_536 * 65_536 > since
        });
        let singles = singles.map(|(bet, single)| {
            let is = self.where_it_stands(*bet, single);
            (*bet, single.account, single.stake, false, is, void(), single.funding)
        });
        let multiples = self.multiples.iter().filter(|(bet, multiple)| {
            multiple.legs.iter().any(|leg| leg.market == id) && received(**bet) > since
        });
        let multiples = multiples.map(|(bet, multiple)| {
            let is = self.where_multiple_stands(*bet, multiple);
            let without = |leg: &super::multiples::Leg| match leg.market == id {
                true => Outcome::Void(VoidReason::TakenLate),
                false => self.outcome(*bet, leg),
            };
            let would = self.where_legs_lead(multiple, multiple.legs.iter().map(without).collect());
            (*bet, multiple.account, multiple.stake, true, is, would, multiple.funding)
        });
        let all = singles.chain(multiples).filter(|(bet, ..)| self.is_undone(*bet, id).is_none());
        let all: Vec<_> = all.collect();
        let cashed_out =
            all.iter().filter(|it| matches!(it.4, BetStatus::CashedOut { .. })).count();
        let standing = all.into_iter().filter(|it| {
            matches!(it.4, BetStatus::Accepted { .. } | BetStatus::Won { .. } | BetStatus::Lost)
        });
        let standing: Vec<(Found, i128)> = standing
            .map(|(bet, account, stake, several, is, would, funding)| {
                ((bet, account, stake, several, is, would), own(funding, stake))
            })
            .collect();
        let paid = |status: BetStatus, own: i128| match status {
            BetStatus::Won { payout } => Some(i128::from(payout.minor())),
            BetStatus::Lost => Some(0),
            BetStatus::Void(_) => Some(own),
            _ => None,
        };
        // What its owner would gain, in the book currency; `None` if that is not known.
        let gains: Vec<Option<i128>> = standing
            .iter()
            .map(|((_, account, .., is, would), own)| {
                let (before, after) = (paid(*is, *own)?, paid(*would, *own)?);
                Some(self.weighed(*account, after - before))
            })
            .collect();
        let sum = |of: &dyn Fn(i128) -> bool| -> (u32, Money) {
            let of_those: Vec<i128> =
                gains.iter().flatten().copied().filter(|it| of(*it)).collect();
            let sum: i128 = of_those.iter().map(|gain| gain.abs()).sum();
            (of_those.len() as u32, Money::from_minor(sum as i64))
        };
        let (winners, winners_lose) = sum(&|gain| gain < 0);
        let (losers, losers_get) = sum(&|gain| gain > 0);
        let stakes: i128 = standing
            .iter()
            .map(|((_, account, stake, ..), _)| self.weighed(*account, *stake))
            .sum();
        let seqs = || standing.iter().map(|((bet, ..), _)| BetId(*bet).seq());
        Some(LateBets {
            market: MarketId(market),
            match_id: MatchId(row.match_index as u32),
            happened_at: Timestamp::from_nanos(row.happened_at),
            decided_at: Timestamp::from_nanos(row.decided_at),
            since: Timestamp::from_nanos(since),
            from: seqs().min().unwrap_or(Seq(0)),
            to: seqs().max().unwrap_or(Seq(0)),
            bets: standing.len() as u32,
            of_several: standing.iter().filter(|((.., several, _, _), _)| *several).count() as u32,
            stakes: Money::from_minor(stakes as i64),
            winners,
            winners_lose,
            losers,
            losers_get,
            open: gains.iter().filter(|gain| gain.is_none()).count() as u32,
            cashed_out: cashed_out as u32,
            is_whole: true,
        })
    }
}
