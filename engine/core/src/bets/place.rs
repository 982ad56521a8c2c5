//! Placing a bet: the full order of checks, then all writes at once.
//!
//! `Step::decide` only borrows, so a refused bet provably leaves no trace. `commit` cannot fail.

mod batch;
mod checks;
mod count;
mod due;
pub(super) mod explain;
mod forget;
mod rare;

pub use explain::Check;

pub(super) use checks::check_funds;

use crate::bets::cash_out::Target;
use crate::bets::client_ids::Key;
use crate::bets::delay::delay_ends;
use crate::bets::questions::{Listener, Nobody, Question, Seen};
use crate::bets::{Answer, Bet, BetState, RefusedBet};
use crate::command::{Channel, Config, PlaceBet};
use crate::event::{BetView, Event, LedgerAccount, PostingReason};
use crate::market::{Market, Selection, Sign};
use crate::reject::{Refusal, Reject};
use crate::risk::{self, RuleId, RuleMode, RuleSet, Wager};
use crate::state::{Step, Tables};
use crate::title::Fixture;
use crate::units::{
    AccountId, BetId, BonusId, MarketId, Money, Odds, SelectionIndex, Stake, Timestamp,
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

/// What is beside a placement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Beside {
    /// The bonus that is to have a part in it.
    pub bonus: Option<BonusId>,
    /// How many bets of its group come before it.
    pub before: usize,
    /// What these stake.
    pub staked: Money,
}

impl Beside {
    /// Nothing: as nearly every bet.
    pub const NOTHING: Self = Self { bonus: None, before: 0, staked: Money::ZERO };
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
        match self.decide_by(place, Beside::NOTHING, risk::check, &mut Nobody) {
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

    /// Every question that a bet on one selection is asked, in the precedence of the codes; the risk rules are
    /// asked by `check_risk`. The limits look at what will be counted: the payout with what a boost adds. A
    /// bonus is looked at last, before the player's money.
    #[inline(always)]
    fn decide_by(
        &self,
        place: &PlaceBet,
        beside: Beside,
        check_risk: impl Fn(&Wager<'_>) -> Result<RuleSet, Refusal>,
        heard: &mut impl Listener,
    ) -> Result<Acceptance, Refusal> {
        let (tables, stake) = (&*self.tables, place.stake.money());
        let of_bonus = beside.bonus.map(|bonus| (place.account, bonus));
        self.check_client_id(place.client_id, heard)?;
        heard.hear(Question::NotStopped, tables.check_switches(self.channel(), place.market))?;
        heard.hear(Question::Room, tables.check_room(beside.before))?;
        if of_bonus.is_some() {
            heard.hear(Question::Room, tables.fundings.check_room())?;
        }
        let adds = match of_bonus {
            Some(of) => tables.wallet.own_beside(of, stake),
            None => beside.staked + stake,
        };
        let PlaceBet { account, market, selection, .. } = *place;
        let offer = tables.check_offer(Request { account, market, selection, adds }, heard)?;
        let PlaceBet { odds, price_seq, epoch, policy, .. } = *place;
        let odds = self.check_price(Seen { odds, price_seq, epoch, policy }, &offer, heard)?;
        let gross = (odds.payout_floor(place.stake), Money::MAX);
        let counted = match of_bonus {
            Some(of) => tables.wallet.in_limits(of, stake, gross),
            None => gross.0,
        };
        let wager = tables.wager(&offer, self.config, self.now, place.stake, counted);
        let would_refuse = heard
            .hear(Question::Risk(&wager, tables.risk.asked()), check_risk(&wager))
            .map_err(|refusal| tables.in_own_money(&offer, refusal))?;
        let (mut funding, mut own, mut payout) = (None, stake, gross.0);
        if let Some(of) = of_bonus {
            let part = heard.hear(Question::Bonus, tables.wallet.fund(of, stake, gross))?;
            (own, payout) = (part.own_of(stake), part.pays(stake, payout));
            funding = Some(part);
        }
        check_funds(&offer, own, heard)?;
        let state = self.first_state(&offer);
        Ok(Acceptance { odds, payout, state, would_refuse, funding })
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
        check_funds(offer, stake.money(), &mut Nobody)?;
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
        let room = self.check_switches(channel, market).and_then(|()| self.check_room(0));
        let offer = room.and_then(|()| self.check_offer(request, &mut Nobody));
        let Ok(offer) = offer else { return Money::ZERO };
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
