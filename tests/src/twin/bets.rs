//! Bets and money: what is taken, what waits, and what everything is worth now.

use clutch_core::command::{AccountState, Channel, Mode, PlaceBet, PricePolicy};
use clutch_core::event::{BetStatus, MarketStatus, MatchPhase, VoidReason};
use clutch_core::market::MarketResult;
use clutch_core::risk::RuleId;
use clutch_core::units::{BetId, ClientBetId, Money, Odds, Timestamp};
use clutch_core::{Refusal, Reject};

use super::Twin;
use super::funded::{Funding, counts, own, pays, said, to_owner};
use super::grades::Outcome;

/// A bet that was written down.
#[derive(Clone, Debug)]
pub(super) struct Bet {
    pub client_id: u128,
    pub account: u32,
    pub market: usize,
    pub selection: u8,
    pub odds: u32,
    pub stake: i128,
    /// What it pays if it wins, as it counts in limits.
    pub payout: i128,
    pub funding: Option<Funding>,
    pub fate: Fate,
}

/// What became of a bet before any result.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    Waiting {
        due: u64,
        epoch: u32,
    },
    Referred {
        due: u64,
        epoch: u32,
        received: u64,
    },
    Offered {
        due: u64,
        epoch: u32,
    },
    Refused(Refusal),
    /// It stands; the score says the rest.
    Stands,
    /// Its owner ended it, for so much in all.
    CashedOut(i128),
    /// Two persons voided it.
    Voided,
    /// Its owner began to rest.
    Rested,
}

impl Bet {
    /// When it is decided, if it is not.
    fn due(&self) -> Option<u64> {
        match self.fate {
            Fate::Waiting { due, .. } | Fate::Referred { due, .. } | Fate::Offered { due, .. } => {
                Some(due)
            }
            Fate::Refused(_) | Fate::Stands | Fate::CashedOut(_) | Fate::Voided | Fate::Rested => {
                None
            }
        }
    }
}

/// A rule's code, its limit, and what the bet would have made of it.
pub(super) type Refused = (Reject, i128, i128);

/// What an id was answered with.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answered {
    Bet(u64),
    Multiple(u64),
    Refused(Refusal),
}

pub(super) fn no(code: Reject, limit: i128, actual: i128) -> Refusal {
    Refusal::with(code, limit as i64, actual as i64)
}

/// A bet that returns nothing is lost.
pub(super) fn paid(minor: i128) -> BetStatus {
    let payout = Money::from_minor(minor as i64);
    if minor == 0 { BetStatus::Lost } else { BetStatus::Won { payout } }
}

/// Whether a bet waits or stands, so that its money is held.
pub(super) fn is_open(status: BetStatus) -> bool {
    match status {
        BetStatus::Pending { .. }
        | BetStatus::Referred { .. }
        | BetStatus::Offered { .. }
        | BetStatus::Accepted { .. } => true,
        BetStatus::Refused(_)
        | BetStatus::Void(_)
        | BetStatus::CashedOut { .. }
        | BetStatus::Won { .. }
        | BetStatus::Lost => false,
    }
}

fn millis(nanos: u64) -> i128 {
    i128::from(nanos / 1_000_000)
}

impl Twin {
    pub(super) fn place(&mut self, place: &PlaceBet) -> BetStatus {
        let key = (place.account.0, place.client_id.0);
        if let Some(known) = self.known(key) {
            return known;
        }
        self.forget_old_ids();
        self.place_new(place, false)
    }

    /// Answers a bet under an id that is new, or offers it.
    pub(super) fn place_new(&mut self, place: &PlaceBet, as_offer: bool) -> BetStatus {
        let key = (place.account.0, place.client_id.0);
        let decided = self.decide(place, false);
        let rule = decided.as_ref().err().and_then(|refusal| RuleId::of_code(refusal.code));
        let may_wait = !as_offer && self.wishes_bonus.is_none();
        let is_referred = rule.is_some_and(|rule| self.config.rules_refer.has(rule)) && may_wait;
        let decided = if is_referred { self.decide(place, true) } else { decided };
        match decided {
            Ok((mut bet, shadows)) => {
                let (now, epoch) = (self.now, place.epoch);
                if is_referred {
                    let due = now + self.config.referral_life_ns;
                    bet.fate = Fate::Referred { due, epoch, received: now };
                } else if as_offer {
                    bet.fate = Fate::Offered { due: now + self.config.offer_life_ns, epoch };
                }
                self.note_pace(bet.account, bet.stake, &shadows);
                self.follow_bet(self.seq, &shadows);
                self.remember(key, Answered::Bet(self.seq));
                self.bets.insert(self.seq, bet.clone());
                self.where_it_stands(self.seq, &bet)
            }
            Err(refusal) => {
                self.note_refused_bet(refusal.code);
                self.note_refused(
                    place.account.0,
                    refusal.code,
                    place.stake.money().minor().into(),
                );
                self.remember(key, Answered::Refused(refusal));
                BetStatus::Refused(refusal)
            }
        }
    }

    /// What an id that was used before is answered.
    pub(super) fn known(&self, key: (u32, u128)) -> Option<BetStatus> {
        // A bet that has left was on decided markets.
        let gone = BetStatus::Refused(Reject::BetRetired.into());
        Some(match self.answers.get(&key)? {
            Answered::Refused(refusal) => BetStatus::Refused(*refusal),
            Answered::Bet(id) => {
                self.bets.get(id).map_or(gone, |bet| self.where_it_stands(*id, bet))
            }
            Answered::Multiple(id) => {
                self.multiples.get(id).map_or(gone, |bet| self.where_multiple_stands(*id, bet))
            }
        })
    }

    /// Binds an id to its answer, if the answer says something about the bet.
    pub(super) fn remember(&mut self, key: (u32, u128), answered: Answered) {
        let says_nothing = matches!(
            answered,
            Answered::Refused(Refusal {
                code: Reject::UnknownAccount
                    | Reject::ClientIdInvalid
                    | Reject::ClientIdOutsideWindow
                    | Reject::CapacityReached,
                ..
            })
        );
        // Refusals have room for a quarter of all ids. An account's own are fewer than 255, and where no more
        // than half of the places are free, fewer than a sixty-fourth of those.
        let is_refusal = |it: &Answered| matches!(it, Answered::Refused(_));
        let refusals = || self.answers.iter().filter(|(_, it)| is_refusal(it));
        let may_be_remembered = || {
            let places = self.capacity.refusals_max() as usize;
            let free = places - refusals().count();
            let own = refusals().filter(|((account, _), _)| *account == key.0).count();
            let has_share = free > places / 2 || 64 * own < free;
            has_share && own < 255 && (key.0 as usize) < self.accounts.len()
        };
        let has_room = self.ids.len() < self.capacity.client_ids_max as usize
            && (!is_refusal(&answered) || may_be_remembered());
        if !says_nothing && has_room {
            self.answers.insert(key, answered);
            self.ids.push_back(key);
        }
    }

    /// Each new id makes room by up to four that are out of their window; those of bets that are still there stay.
    pub(super) fn forget_old_ids(&mut self) {
        for _ in 0..4 {
            let Some(key) = self.ids.front() else { return };
            let made = ClientBetId(key.1).time().map_or(0, Timestamp::nanos);
            if self.now.saturating_sub(made) <= self.config.client_id_past_ns {
                return;
            }
            let is_there = match self.answers[key] {
                Answered::Bet(id) => self.bets.contains_key(&id),
                Answered::Multiple(id) => self.multiples.contains_key(&id),
                Answered::Refused(_) => false,
            };
            if is_there && self.ids.len() < self.capacity.client_ids_max as usize {
                self.ids.rotate_left(1);
                continue;
            }
            self.answers.remove(key);
            self.forgotten_to = self.forgotten_to.max(made);
            self.ids.pop_front();
        }
    }

    /// Every question in order of precedence.
    pub(super) fn decide(
        &self,
        place: &PlaceBet,
        to_trader: bool,
    ) -> Result<(Bet, Vec<RuleId>), Refusal> {
        self.check_id(place.client_id)?;
        self.switches_let_pass(Some(Channel::Web), place.market.0 as usize)?;
        for (used, max) in [
            (self.bets.len(), self.capacity.bets_max),
            (self.ids.len(), self.capacity.client_ids_max),
        ] {
            if used == max as usize {
                return Err(no(Reject::CapacityReached, i128::from(max), i128::from(max)));
            }
        }
        self.room_for_funded()?;
        let id = place.market.0 as usize;
        let stake = i128::from(place.stake.money().minor());
        let adds = self.staked_before + self.adds(place.account.0, stake);
        self.may_be_bet_on((place.account.0, adds), id, place.selection.0)?;
        let market = &self.markets[id];
        let odds = market.odds[usize::from(place.selection.0)].ok_or(Reject::SelectionInactive)?;
        self.check_price(id, odds, (place.odds, place.price_seq, place.epoch, place.policy))?;
        let now = i128::from(odds);
        let payout = stake * now / 1000;
        let on = (id, place.selection.0);
        let most = i128::from(i64::MAX);
        let counted = self.in_limits(place.account.0, stake, (payout, most));
        let shadows = self.check_limits(place.account.0, on, (stake, counted), to_trader)?;
        let funding = self.fund(place.account.0, stake, (payout, most))?;
        self.check_funds(place.account.0, own(funding, stake))?;
        let delay = self.wait_on(id);
        let fate = if delay > 0 {
            Fate::Waiting { due: self.now + delay, epoch: market.epoch }
        } else {
            Fate::Stands
        };
        let bet = Bet {
            client_id: place.client_id.0,
            account: place.account.0,
            market: id,
            selection: place.selection.0,
            odds,
            stake,
            payout: counts(funding, payout),
            funding,
            fate,
        };
        Ok((bet, shadows))
    }

    /// Whether another bet with a bonus fits, if this is one.
    pub(super) fn room_for_funded(&self) -> Result<(), Refusal> {
        let max = i128::from(self.capacity.bonuses_max * 2);
        if self.wishes_bonus.is_some() && self.funded_bets() as i128 == max {
            return Err(no(Reject::CapacityReached, max, max));
        }
        Ok(())
    }

    /// Whether an id may be used at all.
    pub(super) fn check_id(&self, client_id: ClientBetId) -> Result<(), Refusal> {
        let config = &self.config;
        let made = client_id.time().ok_or(Reject::ClientIdInvalid)?.nanos();
        // An id no younger than one forgotten may have been forgotten, too.
        let remembered = (self.now - self.forgotten_to).saturating_sub(1);
        for (distance, limit) in [
            (self.now.saturating_sub(made), config.client_id_past_ns.min(remembered)),
            (made.saturating_sub(self.now), config.client_id_future_ns),
        ] {
            if distance > limit {
                return Err(no(Reject::ClientIdOutsideWindow, millis(limit), millis(distance)));
            }
        }
        Ok(())
    }

    /// What was seen of a market against its board: odds, price sequence, epoch, and the policy.
    pub(super) fn check_price(
        &self,
        id: usize,
        odds: u32,
        (seen_odds, price_seq, epoch, policy): (Odds, u64, u32, PricePolicy),
    ) -> Result<(), Refusal> {
        let (market, config) = (&self.markets[id], &self.config);
        if epoch != market.epoch {
            return Err(no(Reject::MaterialChange, epoch.into(), market.epoch.into()));
        }
        let (seen, now) = (i128::from(seen_odds.milli()), i128::from(odds));
        let welcome = match policy {
            PricePolicy::Exact => now == seen,
            PricePolicy::Better => now >= seen,
            PricePolicy::Any => true,
            PricePolicy::Within { permille } => now * 1000 >= seen * (1000 - i128::from(permille)),
        };
        if !welcome {
            return Err(no(Reject::OddsChanged, seen, now));
        }
        // Of the last four changes, the one that replaced what was seen.
        let lately = &market.changes[market.changes.len().saturating_sub(4)..];
        let replaced = lately.iter().find(|(seq, _)| *seq > price_seq);
        let age = replaced.map_or(0, |(_, at)| self.now - at);
        if age > config.view_age_max_ns {
            return Err(no(Reject::StaleView, millis(config.view_age_max_ns), millis(age)));
        }
        let newest = market.changes.last().map_or(0, |(seq, _)| *seq);
        if newest < price_seq {
            return Err(no(
                Reject::UnknownView,
                newest.into(),
                price_seq.min(i64::MAX as u64).into(),
            ));
        }
        Ok(())
    }

    /// The account, the market.
    pub(super) fn may_be_bet_on(
        &self,
        (account, stake): (u32, i128),
        id: usize,
        selection: u8,
    ) -> Result<(), Refusal> {
        let market = self.markets.get(id);
        match self.accounts.get(account as usize).map(|account| account.state) {
            None => return Err(Reject::UnknownAccount.into()),
            Some(AccountState::Suspended) => return Err(Reject::AccountSuspended.into()),
            Some(AccountState::Closed) => return Err(Reject::AccountClosed.into()),
            Some(AccountState::SelfExcluded) => return Err(Reject::AccountSelfExcluded.into()),
            Some(AccountState::Open) => self.may_stake(account, stake)?,
        }
        let selections = market.ok_or(Reject::UnknownMarket)?.odds.len();
        if usize::from(selection) >= selections {
            return Err(no(Reject::UnknownSelection, selections as i128, selection.into()));
        }
        match self.status(id) {
            MarketStatus::Open => Ok(()),
            MarketStatus::Suspended(_) => Err(Reject::MarketSuspended.into()),
            MarketStatus::Decided { .. } | MarketStatus::Graded | MarketStatus::Void => {
                Err(Reject::MarketDecided.into())
            }
        }
    }

    /// Every limit on a bet with this stake and payout that has to do with one selection.
    pub(super) fn check_limits(
        &self,
        account: u32,
        on: (usize, u8),
        money: (i128, i128),
        to_trader: bool,
    ) -> Result<Vec<RuleId>, Refusal> {
        let checked = self.check_rules(account, on, money, to_trader);
        checked.map_err(|(code, limit, would_be)| no(code, limit, would_be))
    }

    pub(super) fn check_funds(&self, account: u32, stake: i128) -> Result<(), Refusal> {
        let available = self.available(account).unwrap_or_default();
        if available < stake {
            let code = self.lacks(account, Reject::InsufficientFunds);
            return Err(no(code, available, stake));
        }
        Ok(())
    }

    /// Bets whose delay is over stand if nothing moved.
    pub(super) fn decide_waiting(&mut self) {
        let due: Vec<u64> = self
            .bets
            .iter()
            .filter(|(_, bet)| bet.due().is_some_and(|due| due <= self.now))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            let bet = &self.bets[&id];
            let refusal = match bet.fate {
                Fate::Referred { .. } => Some(Reject::ReferralTimedOut.into()),
                Fate::Offered { .. } => Some(Reject::OfferExpired.into()),
                _ => self.still_good(id, bet).err(),
            };
            let fate = refusal.map_or(Fate::Stands, Fate::Refused);
            self.bets.entry(id).and_modify(|bet| bet.fate = fate);
        }
    }

    fn still_good(&self, id: u64, bet: &Bet) -> Result<(), Refusal> {
        let Fate::Waiting { epoch, .. } = bet.fate else { return Ok(()) };
        self.still_offered(id, bet.account, (bet.market, bet.selection), epoch)
    }

    /// What can still go wrong with a selection while a bet that saw this epoch waits.
    pub(super) fn still_offered(
        &self,
        id: u64,
        account: u32,
        (market, selection): (usize, u8),
        epoch: u32,
    ) -> Result<(), Refusal> {
        if self.result(market) != MarketResult::Undecided {
            return Err(Reject::MarketDecided.into());
        }
        self.switches_let_pass(None, market)?;
        self.may_be_bet_on((account, 0), market, selection)?;
        let now = self.markets[market].epoch + self.markets[market].moved_early;
        if epoch != now || self.is_undone(id, market).is_some() {
            return Err(no(Reject::MaterialChange, epoch.into(), now.into()));
        }
        Ok(())
    }

    pub(super) fn cancel(&mut self, account: u32, client_id: u128) -> Result<(), Reject> {
        let id = match self.answers.get(&(account, client_id)) {
            Some(Answered::Bet(id)) => id,
            Some(Answered::Multiple(id)) => return self.cancel_multiple(*id),
            Some(Answered::Refused(_)) | None => return Err(Reject::UnknownBet),
        };
        let bet = self.bets.get_mut(id).ok_or(Reject::BetNotWaiting)?;
        if bet.due().is_none() {
            return Err(Reject::BetNotWaiting);
        }
        bet.fate = Fate::Refused(Reject::BetCancelled.into());
        Ok(())
    }

    /// Where a bet stands by the score of this moment.
    pub(super) fn where_it_stands(&self, id: u64, bet: &Bet) -> BetStatus {
        let payout = Money::from_minor(said(bet.funding, bet.payout) as i64);
        match bet.fate {
            Fate::Waiting { due, .. } => BetStatus::Pending { due: Timestamp::from_nanos(due) },
            Fate::Referred { due, .. } => BetStatus::Referred { until: Timestamp::from_nanos(due) },
            Fate::Offered { due, .. } => BetStatus::Offered { until: Timestamp::from_nanos(due) },
            Fate::Refused(refusal) => BetStatus::Refused(refusal),
            Fate::CashedOut(paid) => BetStatus::CashedOut { paid: Money::from_minor(paid as i64) },
            Fate::Voided => BetStatus::Void(VoidReason::ByHand),
            Fate::Rested => BetStatus::Void(VoidReason::Rest),
            Fate::Stands if self.is_undone(id, bet.market).is_some() => {
                BetStatus::Void(self.is_undone(id, bet.market).expect("it is"))
            }
            Fate::Stands => match self.ended(bet.market, bet.selection, bet.odds) {
                Outcome::Open => BetStatus::Accepted { payout },
                Outcome::Void(reason) => BetStatus::Void(reason),
                Outcome::Returns(parts, whole) => {
                    paid(pays(bet.funding, bet.stake, bet.stake * parts / whole))
                }
            },
        }
    }

    /// Whether a match is being played.
    pub(super) fn is_in_play(&self, match_index: usize) -> bool {
        self.matches[match_index].series.phase() == MatchPhase::Live
    }

    /// Whether the rounds on which it was struck were taken back.
    pub(super) fn is_undone(&self, id: u64, market_id: usize) -> Option<VoidReason> {
        let id = BetId(id).seq().0;
        let market = &self.markets[market_id];
        let fixture = &self.matches[market.match_index];
        let found = fixture.undone.iter().find(|(from, to, why, on)| {
            let is_on_map =
                on.map.is_none() || market.kind.map().is_none() || market.kind.map() == on.map;
            let is_on = is_on_map && on.market.is_none_or(|only| only == market_id);
            let yields = on.map.is_some() || *why == VoidReason::Rewound;
            let is_fixed = yields && market.by_rules.is_some();
            *from < id && id < *to && is_on && !is_fixed
        });
        found.map(|(_, _, why, _)| *why)
    }

    /// What a bet has moved out of its owner's balance (or into it) for good, and what it holds.
    pub(super) fn effect(&self, id: u64, bet: &Bet) -> (i128, i128) {
        let stake = own(bet.funding, bet.stake);
        match self.where_it_stands(id, bet) {
            BetStatus::Pending { .. }
            | BetStatus::Referred { .. }
            | BetStatus::Offered { .. }
            | BetStatus::Accepted { .. } => (0, stake),
            BetStatus::Refused(_) | BetStatus::Void(_) | BetStatus::CashedOut { .. } => (0, 0),
            BetStatus::Won { payout } => (to_owner(bet.funding, bet.stake, payout) - stake, 0),
            BetStatus::Lost => (-stake, 0),
        }
    }

    pub(super) fn bets_of(&self, account: u32) -> impl Iterator<Item = (u64, &Bet)> {
        self.bets.iter().filter(move |(_, bet)| bet.account == account).map(|(id, bet)| (*id, bet))
    }

    /// The effects of all of an account's bets, with what each could cost.
    fn effects_of(&self, account: u32) -> Vec<(i128, i128, i128)> {
        // What could still be lost by a bet that is over is nothing.
        let at_risk = |status, loss| if is_open(status) { loss } else { 0 };
        let singles =
            self.bets.iter().filter(|(_, bet)| bet.account == account).map(|(id, bet)| {
                let (gain, held) = self.effect(*id, bet);
                let [stake, payout] = [bet.stake, bet.payout].map(|it| self.weighed(account, it));
                (gain, held, at_risk(self.where_it_stands(*id, bet), payout - stake))
            });
        let multiples =
            self.multiples.iter().filter(|(_, bet)| bet.account == account).map(|(id, bet)| {
                let (gain, held) = self.effect_of_multiple(*id, bet);
                let [stake, payout] = [bet.stake, bet.payout].map(|it| self.weighed(account, it));
                (gain, held, at_risk(self.where_multiple_stands(*id, bet), payout - stake))
            });
        singles.chain(multiples).collect()
    }

    /// What an account can stake.
    pub(super) fn available(&self, account: u32) -> Option<i128> {
        let base = self.accounts.get(account as usize)?.base
            + self.paid_in(account)
            + self.converted(account);
        Some(
            base + self.effects_of(account).iter().map(|(gain, held, _)| gain - held).sum::<i128>(),
        )
    }

    /// What its bets hold.
    pub(super) fn held(&self, account: u32) -> i128 {
        self.effects_of(account).iter().map(|(_, held, _)| held).sum()
    }

    /// What the house would lose to it if all its open and waiting bets won.
    pub(super) fn liability(&self, account: u32) -> i128 {
        let effects = self.effects_of(account);
        effects.iter().map(|(_, _, loss)| loss).sum()
    }

    /// What all bets in a currency have earned the house, less what bonuses cost.
    pub(super) fn house(&self, currency: u8) -> i128 {
        let singles = self.bets.iter().filter(|(_, bet)| self.is_of(bet.account, currency));
        let singles: i128 = singles.map(|(id, bet)| self.effect(*id, bet).0).sum();
        let multiples = self.multiples.iter().filter(|(_, bet)| self.is_of(bet.account, currency));
        let multiples: i128 = multiples.map(|(id, bet)| self.effect_of_multiple(*id, bet).0).sum();
        let retired = self.house_of_retired.get(&currency).copied().unwrap_or_default();
        let converted = (0..self.accounts.len() as u32).filter(|id| self.is_of(*id, currency));
        let converted: i128 = converted.map(|id| self.converted(id)).sum();
        retired - singles - multiples - self.granted(currency) - converted
    }

    /// A bet that leaves, or was cashed out, gained so much from the house.
    pub(super) fn house_gave(&mut self, account: u32, gain: i128) {
        let currency = self.accounts[account as usize].currency;
        *self.house_of_retired.entry(currency).or_default() -= gain;
    }

    /// Lets the bets of markets decided long ago leave, with their results final.
    pub(super) fn retire(&mut self) {
        // What is read-only settles nothing, and who is decided again meanwhile is before all others.
        if self.mode() == Mode::ReadOnly {
            return;
        }
        while let Some(&id) = self.decided.front() {
            let market = &mut self.markets[id as usize];
            if market.result == MarketResult::Undecided || market.is_aside {
                market.awaits_retirement = false;
                self.decided.pop_front();
                continue;
            }
            if self.now < market.decided_at + self.config.resettle_window_ns {
                return;
            }
            if self.is_disputed(id as usize) {
                // For as long once more.
                self.markets[id as usize].decided_at += self.config.resettle_window_ns;
                self.decided.rotate_left(1);
                self.retired_lately = true;
                continue;
            }
            let bets = self.bets.iter().filter(|(_, bet)| bet.market == id as usize);
            let leaving: Vec<(u64, u32, i128)> = bets
                .map(|(bet_id, bet)| (*bet_id, bet.account, self.effect(*bet_id, bet).0))
                .collect();
            for (bet, account, gain) in leaving {
                if self.counts_today(bet) {
                    let payout = self.weighed(account, self.bets[&bet].payout);
                    self.accounts[account as usize].terms.left_today += payout;
                }
                self.accounts[account as usize].base += gain;
                self.house_gave(account, gain);
                self.stop_following(bet);
                self.spend(bet);
                self.bets.remove(&bet);
                self.cash_outs.remove(&bet);
            }
            self.retire_legs(id as usize);
            self.markets[id as usize].retired = true;
            self.decided.pop_front();
            self.retired_lately = true;
        }
    }
}
