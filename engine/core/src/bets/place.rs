//! Placing a bet: the full order of checks, then all writes at once.
//!
//! `Step::decide` only borrows, so a refused bet provably leaves no trace. `commit` cannot fail.

mod batch;
mod count;
mod due;
pub(super) mod explain;
mod forget;
mod funded;
mod rare;

pub use explain::Check;

use crate::bets::cash_out::Target;
use crate::bets::client_ids::Key;
use crate::bets::delay::delay_ends;
use crate::bets::{Answer, Bet, BetState, RefusedBet};
use crate::command::{Channel, Config, PlaceBet, PricePolicy};
use crate::event::{BetView, Event, LedgerAccount, MarketStatus, PostingReason};
use crate::market::{Market, Selection, Sign};
use crate::reject::{Refusal, Reject};
use crate::risk::{self, RuleId, RuleMode, RuleSet, Wager};
use crate::state::{Step, Tables};
use crate::title::Fixture;
use crate::units::{
    AccountId, BetId, ClientBetId, MarketId, Money, Odds, SelectionIndex, Stake, Timestamp, millis,
};
use crate::wallet::{Account, Funding};

/// A bet that may stand: everything `commit` needs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acceptance {
    odds: Odds,
    payout: Money,
    state: BetState,
    /// Rules in shadow that would have refused it.
    would_refuse: RuleSet,
    /// The bonus that has a part in it.
    funding: Option<Funding>,
}

/// What both a placement and a quote of the largest stake ask about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub account: AccountId,
    pub market: MarketId,
    pub selection: SelectionIndex,
    /// What it adds to the account's stakes; zero for a bet that is counted already.
    pub adds: Money,
}

/// What a bettor saw of a price, and which other ones are welcome.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub odds: Odds,
    pub price_seq: u64,
    pub epoch: u32,
    pub policy: PricePolicy,
}

impl Seen {
    #[inline(always)]
    fn of(place: &PlaceBet) -> Self {
        let PlaceBet { odds, price_seq, epoch, policy, .. } = *place;
        Self { odds, price_seq, epoch, policy }
    }
}

/// What is on offer for a request: the rows, looked up once for every check that follows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer<'a> {
    pub account_id: AccountId,
    pub account: &'a Account,
    pub fixture: &'a Fixture,
    pub market: &'a Market,
    pub selection: &'a Selection,
    pub selection_index: SelectionIndex,
    pub odds: Odds,
}

impl Step<'_> {
    /// Answers a placement in the view of its bet: taken, waiting or refused.
    #[inline(never)]
    pub(crate) fn place_bet(&mut self, place: &PlaceBet) {
        let key = Key::new(place.account, place.client_id.0);
        if self.say_single_again(place, key) {
            return;
        }
        self.forget_expired_ids();
        match self.decide_by(place, risk::check) {
            Ok(acceptance) => self.commit(place, acceptance, key),
            Err(refusal) => self.refuse(place, refusal, key),
        }
    }

    /// Says again what an id was answered that was used before; false if it is new.
    #[inline(always)]
    pub(super) fn say_single_again(&mut self, place: &PlaceBet, key: Key) -> bool {
        let Some(answer) = self.tables.client_ids.get(key) else { return false };
        let (account, client_id) = (place.account, place.client_id);
        if !self.tables.say_answer(answer, account, client_id, self.outbox) {
            self.outbox.push(Event::Bet(forgotten(place)));
        }
        true
    }

    /// The checks of a placement; the risk rules are asked by `check_risk`. Their order is the
    /// precedence of the codes.
    #[inline(always)]
    fn decide_by(
        &self,
        place: &PlaceBet,
        check_risk: impl Fn(&Wager<'_>) -> Result<RuleSet, Refusal>,
    ) -> Result<Acceptance, Refusal> {
        let tables = &*self.tables;
        self.check_client_id(place.client_id)?;
        tables.check_switches(self.channel(), place.market)?;
        tables.check_room()?;
        let request = Request {
            account: place.account,
            market: place.market,
            selection: place.selection,
            adds: place.stake.money(),
        };
        let offer = tables.check_offer(request)?;
        let odds = self.check_price(Seen::of(place), &offer)?;
        let payout = odds.payout_floor(place.stake);
        let wager = tables.wager(&offer, self.config, self.now, place.stake, payout);
        let would_refuse =
            check_risk(&wager).map_err(|refusal| tables.in_own_money(&offer, refusal))?;
        check_funds(&offer, place.stake.money())?;
        let state = self.first_state(&offer);
        Ok(Acceptance { odds, payout, state, would_refuse, funding: None })
    }

    #[inline(always)]
    pub(super) fn check_client_id(&self, client_id: ClientBetId) -> Result<(), Refusal> {
        let made = client_id.time().ok_or(Reject::ClientIdInvalid)?;
        // What was forgotten stays refused when the window is widened later.
        let remembered = self.now.since(self.tables.ids_forgotten_to).saturating_sub(1);
        let limits = [
            (self.now.since(made), self.config.client_id_past_ns.min(remembered)),
            (made.since(self.now), self.config.client_id_future_ns),
        ];
        for (distance, limit) in limits {
            if limit < distance {
                return Err(Refusal::with(
                    Reject::ClientIdOutsideWindow,
                    millis(limit),
                    millis(distance),
                ));
            }
        }
        Ok(())
    }

    /// The odds at which the bet is struck: those on offer, if the policy welcomes them.
    #[inline(always)]
    pub(super) fn check_price(&self, seen: Seen, offer: &Offer<'_>) -> Result<Odds, Refusal> {
        let Offer { market, odds: current, .. } = *offer;
        let Seen { odds, price_seq, epoch, policy } = seen;
        if epoch != market.epoch {
            let (seen, now) = (i64::from(epoch), i64::from(market.epoch));
            return Err(Refusal::with(Reject::MaterialChange, seen, now));
        }
        let (seen, now) = (odds.milli(), current.milli());
        let welcome = match policy {
            PricePolicy::Exact => now == seen,
            PricePolicy::Better => seen <= now,
            PricePolicy::Any => true,
            PricePolicy::Within { permille } => {
                let least = u64::from(seen) * (1000 - u64::from(permille.min(1000)));
                least <= u64::from(now) * 1000
            }
        };
        if !welcome {
            return Err(Refusal::with(Reject::OddsChanged, i64::from(seen), i64::from(now)));
        }
        let age = market.prices.outdated_for(price_seq, self.now);
        if self.config.view_age_max_ns < age {
            let limit = millis(self.config.view_age_max_ns);
            return Err(Refusal::with(Reject::StaleView, limit, millis(age)));
        }
        let newest = market.prices.price_seq();
        if newest < price_seq {
            let (newest, named) = (as_number(newest), as_number(price_seq));
            return Err(Refusal::with(Reject::UnknownView, newest, named));
        }
        Ok(current)
    }

    /// In play the bet waits; otherwise it stands at once.
    #[inline(always)]
    fn first_state(&self, offer: &Offer<'_>) -> BetState {
        match self.due(offer) {
            Some(due) => BetState::Waiting { due, epoch: offer.market.epoch },
            None => BetState::Open,
        }
    }

    /// When the in-play delay of a bet on this offer ends; `None` if there is none.
    #[inline(always)]
    pub(super) fn due(&self, offer: &Offer<'_>) -> Option<Timestamp> {
        delay_ends(self.config, offer.fixture, offer.market, self.now)
    }

    #[inline(always)]
    fn commit(&mut self, place: &PlaceBet, acceptance: Acceptance, key: Key) {
        let tables = &mut *self.tables;
        let id = BetId(self.seq.0);
        let Acceptance { odds, payout, state, would_refuse, funding } = acceptance;
        let is_funded = funding.is_some();
        let bet = Bet { is_funded, ..Bet::new((id, self.now), place, odds, payout, state) };
        let view = bet.view();
        let stake = place.stake.money();
        // What it counts in the sums that limits look at.
        let currency = tables.wallet.currency(place.account);
        let (weighed, payout, liability) = match &funding {
            None => tables.weigh(currency, &bet),
            Some(funding) => {
                let payout = funding.payout_in_limits(payout);
                tables.weigh_payout(currency, place.stake, payout)
            }
        };
        // Each row is looked up once: for the sums that limits look at and for the list of its bets.
        let keeps_exposures = tables.risk.keeps_exposures();
        if keeps_exposures {
            let weighed = weighed.money();
            tables.count_with_exposure(place.market, place.selection, weighed, payout, Sign::In);
        }
        let account = tables.wallet.get_mut(place.account).expect("decide() knew the account");
        account.count(liability, Sign::In);
        tables.risk.count_in_group(account.group, liability, Sign::In);
        tables.risk.count_of_day(account, id, payout, Sign::In);
        let (market, selection) = tables.markets.rows_mut(place.market, place.selection);
        if !keeps_exposures {
            market.count(selection, weighed.money(), payout, Sign::In);
        }
        if market.must_lean(self.config) {
            tables.requotes.lean(place.market, market);
            tables.due = tables.due.min(tables.requotes.next_due());
        }
        // What moves a grant is settled alone.
        let is_large = self.config.large_stake <= weighed.money() || is_funded;
        let list = if is_large { &mut market.newest_large_bet } else { &mut market.newest_bet };
        let slot = tables.bets.insert(bet, list, account);
        tables.client_ids.insert_bet(key, slot);
        if let BetState::Waiting { due, .. } = state {
            tables.waiting.push(due, id, slot);
            tables.due = tables.due.min(due);
        }
        match funding {
            None => tables.wallet.post(
                LedgerAccount::PlayerAvailable(place.account),
                LedgerAccount::PlayerHeld(place.account),
                stake,
                Some(id),
                PostingReason::Hold,
                self.outbox,
            ),
            Some(funding) => {
                tables.fundings.set(id, Target::Single(slot), funding);
                tables.wallet.hold_with_bonus((place.account, stake), &funding, id, self.outbox);
            }
        }
        tables.risk.note(self.config, place.account, self.now, weighed);
        if !would_refuse.is_empty() {
            let own = funding.map_or(stake, |funding| funding.own_of(stake));
            tables.risk.note_shadows(weighed, would_refuse);
            tables.follow(id, Target::Single(slot), own, would_refuse);
        }
        self.outbox.push(Event::Bet(view));
        if is_funded {
            tables.say_funding((place.account, place.client_id), id, self.outbox);
        }
        tables.wallet.announce(place.account, self.outbox);
    }

    #[inline(never)]
    fn refuse(&mut self, place: &PlaceBet, refusal: Refusal, key: Key) {
        match self.refer(place, refusal) {
            Ok(acceptance) => self.commit_to_wait(place, acceptance, key),
            Err(refusal) => self.refuse_as_it_is(place, refusal, key),
        }
    }

    /// Refuses a bet that nobody else is asked about.
    pub(super) fn refuse_as_it_is(&mut self, place: &PlaceBet, refusal: Refusal, key: Key) {
        let refused = RefusedBet {
            market: place.market,
            selection: place.selection,
            odds: place.odds,
            stake: place.stake,
            refusal,
        };
        if is_remembered(refusal.code) && self.tables.has_room_for_refusal(place.account) {
            self.tables.client_ids.insert(key, Answer::Refused(refused));
        }
        let weighed = self.tables.stake_of_refused(place.account, place.stake);
        self.tables.risk.note_refusal(refusal.code, weighed);
        self.note_refused_bet(refusal.code);
        self.outbox.push(Event::Bet(refused.view(place.account, place.client_id)));
    }
}

impl Tables {
    /// The risk rules, then the funds. Answers which rules in shadow would have refused.
    #[inline(always)]
    fn check_money(
        &self,
        offer: &Offer<'_>,
        config: &Config,
        now: Timestamp,
        stake: Stake,
        payout: Money,
    ) -> Result<RuleSet, Refusal> {
        let would_refuse = risk::check(&self.wager(offer, config, now, stake, payout))
            .map_err(|refusal| self.in_own_money(offer, refusal))?;
        check_funds(offer, stake.money())?;
        Ok(would_refuse)
    }

    /// What the risk rules look at: amounts as they count in limits.
    #[inline(always)]
    pub(super) fn wager<'a>(
        &'a self,
        offer: &Offer<'a>,
        config: &'a Config,
        now: Timestamp,
        stake: Stake,
        payout: Money,
    ) -> Wager<'a> {
        let Offer { account_id, account, fixture, market, selection, selection_index, .. } = *offer;
        let (tables, markets) = (&self.risk, &self.markets);
        let currencies = &self.wallet.currencies;
        let stake = currencies.stake_in_book(account.currency, stake);
        let payout = currencies.in_book(account.currency, payout);
        Wager {
            config,
            now,
            stake,
            payout,
            account_id,
            account,
            fixture,
            market,
            selection,
            selection_index,
            markets,
            tables,
        }
    }

    /// Whether another refusal of an account can be remembered; none is of one that does not exist.
    pub(super) fn has_room_for_refusal(&self, account: AccountId) -> bool {
        self.wallet.get(account).is_some() && self.client_ids.has_room_for_refusal(account)
    }

    #[inline]
    fn check_room(&self) -> Result<(), Refusal> {
        let max = if self.bets.is_full() || self.waiting.is_full() {
            self.capacity.bets_max
        } else if self.client_ids.is_full() {
            self.capacity.client_ids_max
        } else {
            return Ok(());
        };
        Err(Refusal::with(Reject::CapacityReached, i64::from(max), i64::from(max)))
    }

    /// The account, the market and the selection.
    #[inline(always)]
    pub(super) fn check_offer(&self, request: Request) -> Result<Offer<'_>, Refusal> {
        let market = self.markets.get(request.market);
        let fixture = market.map(|market| &self.fixtures[market.match_id]);
        let account = self.wallet.may_bet(request.account, request.adds)?;
        let (Some(market), Some(fixture)) = (market, fixture) else {
            return Err(Reject::UnknownMarket.into());
        };
        let selection = self.markets.selection(market, request.selection).ok_or_else(|| {
            let count = i64::from(market.selections());
            Refusal::with(Reject::UnknownSelection, count, i64::from(request.selection.0))
        })?;
        match market.status_under(fixture.stops.and(self.stops)) {
            MarketStatus::Open => {}
            MarketStatus::Suspended(_) => return Err(Reject::MarketSuspended.into()),
            MarketStatus::Decided { .. } | MarketStatus::Graded | MarketStatus::Void => {
                return Err(Reject::MarketDecided.into());
            }
        }
        let odds = selection.odds.ok_or(Reject::SelectionInactive)?;
        let account_id = request.account;
        let selection_index = request.selection;
        Ok(Offer { account_id, account, fixture, market, selection, selection_index, odds })
    }

    /// The largest stake that `Step::decide` would take now at the odds on offer.
    pub(crate) fn max_stake(
        &self,
        config: &Config,
        now: Timestamp,
        (account, channel): (AccountId, Option<Channel>),
        market: MarketId,
        selection: SelectionIndex,
    ) -> Money {
        let request = Request { account, market, selection, adds: Money::ZERO };
        let room = self.check_switches(channel, market).and_then(|()| self.check_room());
        let (Ok(()), Ok(offer)) = (room, self.check_offer(request)) else { return Money::ZERO };
        let ceiling = self.ceiling(account);
        let floor = self.floor(config, account);
        risk::largest_stake(floor, ceiling, offer.odds, |stake, payout| {
            self.check_money(&offer, config, now, stake, payout).is_ok()
        })
    }

    /// A refusal by a limit, with its numbers in the money of whoever is refused.
    #[cold]
    fn in_own_money(&self, offer: &Offer<'_>, refusal: Refusal) -> Refusal {
        self.wallet.currencies.refusal_in(offer.account.currency, refusal)
    }

    /// The smallest stake of this account that the rules may take: where the smallest one refuses nothing,
    /// a single minor unit.
    pub(super) fn floor(&self, config: &Config, account: AccountId) -> Money {
        match config.mode(RuleId::StakeMin) {
            RuleMode::On | RuleMode::Refer => {
                let currency = self.wallet.currency(account);
                self.wallet.currencies.least(currency, config.stake_min)
            }
            RuleMode::Off | RuleMode::Shadow => Money::from_minor(1),
        }
    }

    /// What no stake of this account can be above, whatever the risk rules say: what it has, and what the
    /// player may stake. The largest stake of the settings is for its rule to say, which may be off.
    pub(super) fn ceiling(&self, account: AccountId) -> Money {
        let available = self.wallet.available(account);
        available.min(self.wallet.room_for_stake(account))
    }
}

#[inline(always)]
fn check_funds(offer: &Offer<'_>, stake: Money) -> Result<(), Refusal> {
    if offer.account.available < stake {
        return Err(offer.account.lacks(stake, Reject::InsufficientFunds));
    }
    Ok(())
}

/// Whether a refusal binds its client id. Those that say nothing about the bet itself do not: the
/// same id may be tried again.
pub(super) fn is_remembered(code: Reject) -> bool {
    !matches!(
        code,
        Reject::UnknownAccount
            | Reject::ClientIdInvalid
            | Reject::ClientIdOutsideWindow
            | Reject::CapacityReached
    )
}

/// The answer to a repeated id whose bet was settled so long ago that it has left the engine.
pub(super) fn forgotten(place: &PlaceBet) -> BetView {
    let refused = RefusedBet {
        market: place.market,
        selection: place.selection,
        odds: place.odds,
        stake: place.stake,
        refusal: Reject::BetRetired.into(),
    };
    refused.view(place.account, place.client_id)
}

/// A sequence as a refusal's numbers say it; a client may name any.
const fn as_number(seq: u64) -> i64 {
    if seq < i64::MAX as u64 { seq as i64 } else { i64::MAX }
}
