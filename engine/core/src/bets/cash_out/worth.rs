//! What a bet is worth at this moment, and why it cannot be said.

use super::{Refused, Target};
use crate::bets::Answer;
use crate::bets::BetState;
use crate::bets::client_ids::Key;
use crate::bets::delay::delay_ends;
use crate::bets::multiple::{LegOutcome, MultipleState};
use crate::command::{AccountState, Channel, Config};
use crate::event::{CashOutStatus, CashOutView, MarketStatus};
use crate::hash::StateHasher;
use crate::reject::{Refusal, Reject};
use crate::settlement::multiplier::{LegResult, Multiplier};
use crate::settlement::system::{Bankers, FoldSizes, LEGS_MAX, System};
use crate::settlement::worth::{LegWorth, worth};
use crate::state::Tables;
use crate::units::{
    AccountId, BetId, ClientBetId, MarketId, Money, Odds, Probability, QuoteId, SelectionIndex,
    Stake, Timestamp,
};

/// What a part of a bet is worth, and what that hangs on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worth {
    pub target: Target,
    /// How much of each line's stake is closed.
    pub unit: Stake,
    /// The same over all lines.
    pub stake: Stake,
    /// What is paid for it.
    pub amount: Money,
    /// What every leg looks like: another mark is another bet to whoever saw the quote.
    pub mark: u64,
    /// When the longest in-play delay of an open leg ends; `None` if none waits.
    pub due: Option<Timestamp>,
}

/// A bet that was taken, as one system of legs.
struct Standing {
    id: BetId,
    account: AccountId,
    unit: Stake,
    system: System,
    legs: [Leg; LEGS_MAX],
}

/// One leg with how it has ended.
#[derive(Clone, Copy)]
struct Leg {
    market: MarketId,
    selection: SelectionIndex,
    odds: Odds,
    /// What it returns, if it is decided.
    returns: Option<Multiplier>,
}

impl Leg {
    const BLANK: Self =
        Self { market: MarketId(0), selection: SelectionIndex(0), odds: Odds::MIN, returns: None };
}

impl QuoteId {
    /// The id of a quote made at this time with this mark.
    pub(super) fn of(made: Timestamp, mark: u64) -> Self {
        Self(u128::from(made.nanos()) << 64 | u128::from(mark))
    }

    /// When it was made.
    pub(super) fn made(self) -> Timestamp {
        Timestamp::from_nanos((self.0 >> 64) as u64)
    }

    /// What the bet's legs looked like then.
    pub(super) fn mark(self) -> u64 {
        self.0 as u64
    }
}

impl Tables {
    /// The answer to [`crate::Query::CashOut`].
    pub(crate) fn quote_cash_out(
        &self,
        config: &Config,
        now: Timestamp,
        channel: Channel,
        (account, client_id): (AccountId, ClientBetId),
        part: Option<Stake>,
    ) -> CashOutView {
        let quoted = self.bet_to_cash_out(account, client_id).and_then(|(target, id)| {
            if self.cash_outs.rows.get(id).is_some_and(super::Row::is_waiting) {
                return Err(Reject::CashOutWaiting.into());
            }
            let worth = self.worth_of(config, now, Some(channel), target, part)?;
            if worth.amount == Money::ZERO {
                return Err(Reject::CashOutWorthless.into());
            }
            Ok(worth)
        });
        match quoted {
            Ok(worth) => CashOutView {
                account,
                client_id,
                quote: QuoteId::of(now, worth.mark),
                stake: worth.stake.money(),
                amount: worth.amount,
                leg_at_fault: None,
                status: CashOutStatus::Quoted { expires_at: now.plus(config.quote_life_ns) },
            },
            Err(refused) => refused.view(account, client_id, QuoteId(0)),
        }
    }

    /// The bet that a bettor means.
    pub(super) fn bet_to_cash_out(
        &self,
        account: AccountId,
        client_id: ClientBetId,
    ) -> Result<(Target, BetId), Refused> {
        let (target, id, is_there) = match self.client_ids.get(Key::new(account, client_id.0)) {
            Some(Answer::Bet { slot }) => {
                let bet = self.bets.bet(slot);
                (Target::Single(slot), bet.id, bet.answers_to(account, client_id))
            }
            Some(Answer::Multiple { slot }) => {
                let bet = self.multiples.multiple(slot);
                (Target::Multiple(slot), bet.id, bet.answers_to(account, client_id))
            }
            Some(Answer::Refused(_) | Answer::RefusedMultiple(_)) | None => {
                return Err(Reject::UnknownBet.into());
            }
        };
        if is_there { Ok((target, id)) } else { Err(Reject::BetRetired.into()) }
    }

    /// What a part of a bet is worth now to whoever comes by this channel; `None` is all that is left of it.
    /// A wish that waits has come already and has no channel.
    pub(super) fn worth_of(
        &self,
        config: &Config,
        now: Timestamp,
        channel: Option<Channel>,
        target: Target,
        part: Option<Stake>,
    ) -> Result<Worth, Refused> {
        self.switches.check_cash_out()?;
        // Of no market: what stops everything, or everybody who comes this way.
        self.check_switches(channel, MarketId(u32::MAX))?;
        let standing = self.standing(target)?;
        let Standing { id, account, unit: left, system, legs } = standing;
        // To end a bet is no gambling: whoever excluded himself or rests may, if the policy lets him.
        self.wallet.check_cash_out(account)?;
        match self.wallet.get(account).map(|account| account.state) {
            Some(AccountState::Open | AccountState::SelfExcluded) => {}
            Some(AccountState::Suspended) => return Err(Reject::AccountSuspended.into()),
            Some(AccountState::Closed) => return Err(Reject::AccountClosed.into()),
            None => return Err(Reject::UnknownAccount.into()),
        }
        let unit = part.unwrap_or(left);
        if left < unit {
            let (left, asked) = (left.money().minor(), unit.money().minor());
            return Err(Refusal::with(Reject::CashOutPart, left, asked).into());
        }
        let mut worths = [LegWorth::NOTHING; LEGS_MAX];
        let mut mark = StateHasher::default();
        mark.word(id.0);
        mark.signed(left.money().minor());
        mark.signed(unit.money().minor());
        let mut due = None;
        for (index, (leg, worth)) in legs.iter().zip(&mut worths).enumerate().take(system.legs()) {
            if let Some(multiplier) = leg.returns {
                if self.is_decided_in_dispute(leg.market) {
                    let refusal = Reject::MarketSuspended.into();
                    return Err(Refused { refusal, leg: Some(index as u8) });
                }
                let share = u64::from(multiplier.share());
                mark.word(u64::from(multiplier.thousandths()) << 32 | share);
                *worth = LegWorth::decided(multiplier);
                continue;
            }
            let (fair, epoch, delay_ends) = self
                .priced(config, now, leg)
                .map_err(|refusal| Refused { refusal, leg: Some(index as u8) })?;
            mark.word(u64::from(epoch));
            due = due.max(delay_ends);
            *worth = LegWorth::open(leg.odds, fair);
        }
        let lines = i64::from(system.lines());
        let stake = Stake::new(Money::from_minor(unit.money().minor() * lines));
        let stake = stake.expect("a part of a bet's stake is a stake");
        let amount = worth(unit, &system, &worths[..system.legs()], config.cash_out_margin_ppb);
        let amount = amount.ok_or(Reject::CashOutWorthless)?;
        Ok(Worth { target, unit, stake, amount, mark: mark.finish(), due })
    }

    /// A bet that was taken and is not decided.
    fn standing(&self, target: Target) -> Result<Standing, Refusal> {
        let mut legs = [Leg::BLANK; LEGS_MAX];
        match target {
            Target::Single(slot) => {
                let bet = self.bets.bet(slot);
                if !bet.state.follows_results() {
                    return Err(Reject::BetNotOpen.into());
                }
                if bet.is_funded {
                    return Err(Reject::BetWithBonus.into());
                }
                // Where a bet stands may lag behind its market's result, so that is asked.
                if self.state_by_result(bet) != BetState::Open {
                    return Err(Reject::MarketDecided.into());
                }
                let (market, selection, odds) = (bet.market, bet.selection, bet.odds);
                legs[0] = Leg { market, selection, odds, returns: None };
                let system = System::new(1, FoldSizes::SINGLES, Bankers::NONE);
                let system = system.expect("one leg is a system");
                Ok(Standing { id: bet.id, account: bet.account, unit: bet.stake, system, legs })
            }
            Target::Multiple(slot) => {
                let bet = self.multiples.multiple(slot);
                if !bet.state.follows_results() {
                    return Err(Reject::BetNotOpen.into());
                }
                if bet.is_funded {
                    return Err(Reject::BetWithBonus.into());
                }
                // What it is worth is not the sum over its lines any more.
                let (pays, comes_to) = (bet.payout, self.payout_of(bet, bet.unit));
                if pays < comes_to {
                    let (pays, comes_to) = (pays.minor(), comes_to.minor());
                    return Err(Refusal::with(Reject::PayoutIsCut, pays, comes_to));
                }
                if self.where_it_stands(bet) != MultipleState::Open {
                    return Err(Reject::MarketDecided.into());
                }
                for (leg, row) in legs.iter_mut().zip(self.multiples.legs_of(bet)) {
                    let (market, selection, odds) = (row.market, row.selection, row.odds);
                    let result = match self.outcome(bet, row) {
                        LegOutcome::Open => None,
                        LegOutcome::Decided(result) => Some(result),
                        LegOutcome::Void(_) => Some(LegResult::Void),
                    };
                    let returns = result
                        .map(|result| Multiplier::of(result, odds, self.dead_heat_of(result, row)));
                    *leg = Leg { market, selection, odds, returns };
                }
                let (account, unit, system) = (bet.account, bet.unit, bet.system());
                Ok(Standing { id: bet.id, account, unit, system, legs })
            }
        }
    }

    /// The fair probability of an open leg, its market's epoch, and when a delay on it ends.
    fn priced(
        &self,
        config: &Config,
        now: Timestamp,
        leg: &Leg,
    ) -> Result<(Probability, u32, Option<Timestamp>), Refusal> {
        let market = self.markets.market(leg.market);
        let fixture = &self.fixtures[market.match_id];
        self.check_switches(None, leg.market)?;
        match market.status_under(fixture.stops.and(self.stops)) {
            MarketStatus::Open => {}
            MarketStatus::Suspended(_) => return Err(Reject::MarketSuspended.into()),
            MarketStatus::Decided { .. } | MarketStatus::Graded | MarketStatus::Void => {
                return Err(Reject::MarketDecided.into());
            }
        }
        let selection = self.markets.selection(market, leg.selection);
        let selection = selection.ok_or(Reject::UnknownSelection)?;
        if selection.odds.is_none() {
            return Err(Reject::SelectionInactive.into());
        }
        Ok((selection.fair, market.epoch, delay_ends(config, fixture, market, now)))
    }
}
