//! Bets of several legs: every line written out, every sum made anew.

use std::collections::BTreeSet;

use clutch_core::command::{Channel, PlaceMultiple};
use clutch_core::event::{BetStatus, VoidReason};
use clutch_core::risk::RuleId;
use clutch_core::units::{Money, Timestamp};
use clutch_core::{Refusal, Reject};

use clutch_core::wallet::BonusKind;

use super::Twin;
use super::bets::{Answered, is_open, no, paid};
use super::funded::{self, Funding, counts, own, said};
use super::grades::Outcome;

/// A multiple that was written down.
#[derive(Clone, Debug)]
pub(super) struct Multiple {
    pub client_id: u128,
    pub account: u32,
    pub unit: i128,
    pub stake: i128,
    /// What it pays if every leg wins, as it counts in limits.
    pub payout: i128,
    pub funding: Option<Funding>,
    /// Each line as the set of its legs' bits.
    pub lines: Vec<u32>,
    pub legs: Vec<Leg>,
    pub fate: Fate,
}

#[derive(Clone, Debug)]
pub(super) struct Leg {
    pub market: usize,
    pub selection: u8,
    pub odds: u32,
    epoch: u32,
    /// How it ended when its market was retired.
    last: Option<Outcome>,
}

/// What became of a bet before any result.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fate {
    Waiting {
        due: u64,
    },
    Referred {
        due: u64,
        received: u64,
    },
    Offered {
        due: u64,
    },
    Refused(Refusal),
    /// It stands; the results say the rest.
    Stands,
    /// Its owner ended it, for so much in all.
    CashedOut(i128),
    /// Two persons voided it.
    Voided,
    /// Its owner began to rest.
    Rested,
}

impl Multiple {
    /// When it is decided, if it is not.
    fn due(&self) -> Option<u64> {
        match self.fate {
            Fate::Waiting { due } | Fate::Referred { due, .. } | Fate::Offered { due } => Some(due),
            Fate::Refused(_) | Fate::Stands | Fate::CashedOut(_) | Fate::Voided | Fate::Rested => {
                None
            }
        }
    }
}

/// Every line of a bet: of the sizes whose bits are set, with all bankers in it.
pub(super) fn lines(legs: usize, folds: u32, bankers: u32) -> Vec<u32> {
    (1..1_u32 << legs)
        .filter(|line| folds >> line.count_ones() & 1 == 1 && line & bankers == bankers)
        .collect()
}

/// Unit × Σ over lines of the product of what each leg returns, exactly, then rounded down.
pub(super) fn pays(unit: i128, lines: &[u32], returns: &[(i128, i128)]) -> i128 {
    let whole: i128 = returns.iter().map(|(_, whole)| whole).product();
    let of_line = |line: &u32| -> i128 {
        let factor = |(leg, (parts, whole)): (usize, &(i128, i128))| {
            if line >> leg & 1 == 1 { *parts } else { *whole }
        };
        returns.iter().enumerate().map(factor).product()
    };
    lines.iter().map(of_line).sum::<i128>() * unit / whole
}

impl Twin {
    pub(super) fn place_multiple(&mut self, place: &PlaceMultiple) -> BetStatus {
        let key = (place.account.0, place.client_id.0);
        if let Some(known) = self.known(key) {
            return known;
        }
        self.forget_old_ids();
        self.place_new_multiple(place, false)
    }

    /// Answers a bet under an id that is new, or offers it.
    pub(super) fn place_new_multiple(
        &mut self,
        place: &PlaceMultiple,
        as_offer: bool,
    ) -> BetStatus {
        let key = (place.account.0, place.client_id.0);
        let decided = self.decide_multiple(place, false);
        let rule = decided.as_ref().err().and_then(|refusal| RuleId::of_code(refusal.code));
        let may_wait = !as_offer && self.wishes_bonus.is_none();
        let is_referred = rule.is_some_and(|rule| self.config.rules_refer.has(rule)) && may_wait;
        let decided = if is_referred { self.decide_multiple(place, true) } else { decided };
        match decided {
            Ok((mut multiple, shadows)) => {
                let now = self.now;
                if is_referred {
                    let due = now + self.config.referral_life_ns;
                    multiple.fate = Fate::Referred { due, received: now };
                } else if as_offer {
                    multiple.fate = Fate::Offered { due: now + self.config.offer_life_ns };
                }
                self.note_pace(multiple.account, multiple.stake, &shadows);
                self.follow_bet(self.seq, &shadows);
                self.remember(key, Answered::Multiple(self.seq));
                self.multiples.insert(self.seq, multiple.clone());
                self.where_multiple_stands(self.seq, &multiple)
            }
            Err(refusal) => {
                self.note_refused_bet(refusal.code);
                self.note_refused(
                    place.account.0,
                    refusal.code,
                    place.stake().money().minor().into(),
                );
                self.remember(key, Answered::Refused(refusal));
                BetStatus::Refused(refusal)
            }
        }
    }

    pub(super) fn decide_multiple(
        &self,
        place: &PlaceMultiple,
        to_trader: bool,
    ) -> Result<(Multiple, Vec<RuleId>), Refusal> {
        let capacity = &self.capacity;
        let picks = place.picks();
        self.check_id(place.client_id)?;
        for pick in picks {
            self.switches_let_pass(Some(Channel::Web), pick.market.0 as usize)?;
        }
        let legs: usize = self.multiples.values().map(|multiple| multiple.legs.len()).sum();
        let full = self.multiples.len() == capacity.multiples_max as usize
            || legs + picks.len() > capacity.legs_max as usize;
        for (full, max) in [
            (full, capacity.multiples_max),
            (self.ids.len() == capacity.client_ids_max as usize, capacity.client_ids_max),
        ] {
            if full {
                return Err(no(Reject::CapacityReached, i128::from(max), i128::from(max)));
            }
        }
        let stake = i128::from(place.stake().money().minor());
        let offered = |pick: &clutch_core::command::Pick| {
            let market = pick.market.0 as usize;
            let adds = self.adds(place.account.0, stake);
            self.may_be_bet_on((place.account.0, adds), market, pick.selection.0)?;
            let odds = self.markets[market].odds[usize::from(pick.selection.0)];
            odds.ok_or_else(|| Refusal::from(Reject::SelectionInactive))
        };
        let offers: Vec<_> = picks.iter().map(offered).collect();
        // What stops the account or all betting comes before anything about a leg.
        let refusals = || offers.iter().filter_map(|offer| offer.err());
        let of_a_leg = |refusal: &Refusal| (200..400).contains(&refusal.code.code());
        if let Some(refusal) = refusals().find(|refusal| !of_a_leg(refusal)).or(refusals().next()) {
            return Err(refusal);
        }
        let match_of = |leg: usize| self.markets[picks[leg].market.0 as usize].match_index;
        let folds = place.system().folds();
        for leg in 0..picks.len() {
            let same = |other: usize| {
                picks[other].market == picks[leg].market
                    && picks[other].selection == picks[leg].selection
            };
            if (0..leg).any(same) {
                return Err(Reject::SelectionRepeated.into());
            }
            let related = (0..leg).any(|other| match_of(other) == match_of(leg));
            if related && folds.bits() != 0b10 {
                return Err(Reject::LegsRelated.into());
            }
        }
        self.room_for_funded()?;
        let mut legs = Vec::new();
        for (pick, offer) in picks.iter().zip(&offers) {
            let odds = offer.unwrap_or_default();
            let seen = (pick.odds, pick.price_seq, pick.epoch, place.policy);
            self.check_price(pick.market.0 as usize, odds, seen)?;
            legs.push(Leg {
                market: pick.market.0 as usize,
                selection: pick.selection.0,
                odds,
                epoch: pick.epoch,
                last: None,
            });
        }
        let lines = lines(legs.len(), folds.bits(), place.system().bankers().0);
        let unit = i128::from(place.unit().money().minor());
        let stake = unit * lines.len() as i128;
        let odds: Vec<(i128, i128)> = legs.iter().map(|leg| (leg.odds.into(), 1000)).collect();
        let cut = self.most(place.account.0, self.config.payout_cut.minor().into());
        let most = if legs.len() == 1 { i128::from(i64::MAX) } else { cut.max(stake) };
        let payout = pays(unit, &lines, &odds).min(most);
        let mut shadows = BTreeSet::new();
        let counted = self.in_limits(place.account.0, stake, (payout, most));
        for leg in &legs {
            let on = (leg.market, leg.selection);
            shadows.extend(self.check_limits(place.account.0, on, (stake, counted), to_trader)?);
        }
        let funding = self.fund(place.account.0, stake, (payout, most))?;
        self.check_funds(place.account.0, own(funding, stake))?;
        let payout = counts(funding, payout);
        let delay = self.longest_wait(legs.iter().map(|leg| leg.market));
        let fate = if delay > 0 { Fate::Waiting { due: self.now + delay } } else { Fate::Stands };
        let (client_id, account) = (place.client_id.0, place.account.0);
        let bet = Multiple { client_id, account, unit, stake, payout, funding, lines, legs, fate };
        Ok((bet, shadows.into_iter().collect()))
    }

    /// What a multiple pays at most, beside what a boost adds.
    pub(super) fn struck_for(&self, id: u64) -> Option<i128> {
        let bet = self.multiples.get(&id)?;
        match bet.funding {
            Some(Funding { kind: BonusKind::Boost { .. }, part, .. }) => Some(bet.payout - part),
            Some(_) | None => Some(bet.payout),
        }
    }

    /// Multiples whose delay is over stand if nothing moved on any leg.
    pub(super) fn decide_waiting_multiples(&mut self) {
        let due: Vec<u64> = self
            .multiples
            .iter()
            .filter(|(_, bet)| bet.due().is_some_and(|due| due <= self.now))
            .map(|(id, _)| *id)
            .collect();
        for id in due {
            let bet = &self.multiples[&id];
            let still_good = match bet.fate {
                Fate::Referred { .. } => Err(Reject::ReferralTimedOut.into()),
                Fate::Offered { .. } => Err(Reject::OfferExpired.into()),
                _ => self.legs_still_good(id, bet),
            };
            let fate = still_good.err().map_or(Fate::Stands, Fate::Refused);
            self.multiples.entry(id).and_modify(|bet| bet.fate = fate);
        }
    }

    /// What can still go wrong on any leg.
    pub(super) fn legs_still_good(&self, id: u64, bet: &Multiple) -> Result<(), Refusal> {
        bet.legs.iter().try_for_each(|leg| {
            self.still_offered(id, bet.account, (leg.market, leg.selection), leg.epoch)
        })
    }

    pub(super) fn cancel_multiple(&mut self, id: u64) -> Result<(), Reject> {
        let bet = self.multiples.get_mut(&id).ok_or(Reject::BetNotWaiting)?;
        if bet.due().is_none() {
            return Err(Reject::BetNotWaiting);
        }
        bet.fate = Fate::Refused(Reject::BetCancelled.into());
        Ok(())
    }

    pub(super) fn outcome(&self, id: u64, leg: &Leg) -> Outcome {
        if let Some(last) = leg.last {
            return last;
        }
        if let Some(why) = self.is_undone(id, leg.market) {
            return Outcome::Void(why);
        }
        self.ended(leg.market, leg.selection, leg.odds)
    }

    /// Where a multiple stands by the results of this moment.
    pub(super) fn where_multiple_stands(&self, id: u64, bet: &Multiple) -> BetStatus {
        match bet.fate {
            Fate::Waiting { due } => {
                return BetStatus::Pending { due: Timestamp::from_nanos(due) };
            }
            Fate::Referred { due, .. } => {
                return BetStatus::Referred { until: Timestamp::from_nanos(due) };
            }
            Fate::Offered { due } => {
                return BetStatus::Offered { until: Timestamp::from_nanos(due) };
            }
            Fate::Refused(refusal) => return BetStatus::Refused(refusal),
            Fate::CashedOut(paid) => {
                return BetStatus::CashedOut { paid: Money::from_minor(paid as i64) };
            }
            Fate::Voided => return BetStatus::Void(VoidReason::ByHand),
            Fate::Rested => return BetStatus::Void(VoidReason::Rest),
            Fate::Stands => {}
        }
        self.where_legs_lead(bet, bet.legs.iter().map(|leg| self.outcome(id, leg)).collect())
    }

    /// Where a multiple stands whose legs ended like this.
    pub(super) fn where_legs_lead(&self, bet: &Multiple, outcomes: Vec<Outcome>) -> BetStatus {
        let can_win = |line: &u32| {
            outcomes.iter().enumerate().all(|(leg, outcome)| {
                line >> leg & 1 == 0 || !matches!(outcome, Outcome::Returns(0, _))
            })
        };
        if !bet.lines.iter().any(can_win) {
            return BetStatus::Lost;
        }
        if outcomes.contains(&Outcome::Open) {
            let payout = Money::from_minor(said(bet.funding, bet.payout) as i64);
            return BetStatus::Accepted { payout };
        }
        if let Outcome::Void(first) = outcomes[0]
            && outcomes.iter().all(|outcome| matches!(outcome, Outcome::Void(_)))
        {
            return BetStatus::Void(first);
        }
        let returns: Vec<(i128, i128)> = outcomes
            .iter()
            .map(|outcome| match outcome {
                Outcome::Returns(parts, whole) => (*parts, *whole),
                Outcome::Open | Outcome::Void(_) => (1, 1),
            })
            .collect();
        let gross = pays(bet.unit, &bet.lines, &returns);
        paid(funded::pays(bet.funding, bet.stake, gross).min(said(bet.funding, bet.payout)))
    }

    /// What a multiple has moved out of its owner's balance (or into it) for good, and what it holds.
    pub(super) fn effect_of_multiple(&self, id: u64, bet: &Multiple) -> (i128, i128) {
        let stake = own(bet.funding, bet.stake);
        match self.where_multiple_stands(id, bet) {
            BetStatus::Pending { .. }
            | BetStatus::Referred { .. }
            | BetStatus::Offered { .. }
            | BetStatus::Accepted { .. } => (0, stake),
            BetStatus::Refused(_) | BetStatus::Void(_) | BetStatus::CashedOut { .. } => (0, 0),
            BetStatus::Won { payout } => {
                (funded::to_owner(bet.funding, bet.stake, payout) - stake, 0)
            }
            BetStatus::Lost => (-stake, 0),
        }
    }

    /// Possible losses of open multiples with a leg on this selection, whatever their other legs do.
    pub(super) fn liability_of_multiples(&self, market: usize, selection: u8) -> i128 {
        self.multiples
            .iter()
            .filter(|(id, bet)| is_open(self.where_multiple_stands(**id, bet)))
            .map(|(_, bet)| {
                let on_it = |leg: &&Leg| leg.market == market && leg.selection == selection;
                let loss =
                    self.weighed(bet.account, bet.payout) - self.weighed(bet.account, bet.stake);
                loss * bet.legs.iter().filter(on_it).count() as i128
            })
            .sum()
    }

    /// What was staked on multiples with this selection in them.
    pub(super) fn stakes_of_multiples(&self, market: usize, selection: u8) -> i128 {
        let open = self
            .multiples
            .iter()
            .filter(|(id, bet)| is_open(self.where_multiple_stands(**id, bet)));
        open.map(|(_, bet)| {
            let on_it = |leg: &&Leg| leg.market == market && leg.selection == selection;
            self.weighed(bet.account, bet.stake) * bet.legs.iter().filter(on_it).count() as i128
        })
        .sum()
    }

    /// Fixes the legs on a market that retires; bets without other legs leave.
    pub(super) fn retire_legs(&mut self, market: usize) {
        let ids: Vec<u64> = self.multiples.keys().copied().collect();
        for id in ids {
            let mut bet = self.multiples[&id].clone();
            for leg in bet.legs.iter_mut().filter(|leg| leg.market == market) {
                leg.last = Some(self.outcome(id, leg));
            }
            if bet.legs.iter().all(|leg| leg.last.is_some()) {
                if self.multiple_counts_today(id, &bet) {
                    let payout = self.weighed(bet.account, bet.payout);
                    self.accounts[bet.account as usize].terms.left_today += payout;
                }
                let gain = self.effect_of_multiple(id, &bet).0;
                self.accounts[bet.account as usize].base += gain;
                self.house_gave(bet.account, gain);
                self.multiples.insert(id, bet);
                self.stop_following(id);
                self.spend(id);
                self.multiples.remove(&id);
                self.cash_outs.remove(&id);
            } else {
                self.multiples.insert(id, bet);
            }
        }
    }
}
