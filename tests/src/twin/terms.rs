//! Bets on terms, offers, and what is put to a trader.

use clutch_core::command::{
    AnswerOffer, PlaceBet, PlaceOnTerms, PricePolicy, ReferralWord, Slip, Terms,
};
use clutch_core::event::BetStatus;
use clutch_core::risk::{RuleId, RuleMode};
use clutch_core::units::{AccountId, BetId, ClientBetId, Money, Odds, Stake};
use clutch_core::{Refusal, Reject};

use super::Twin;
use super::bets::{Answered, Fate};
use super::multiples::{self, pays};

/// What is done with a bet as it was asked for, or otherwise.
enum Instead {
    AsAsked,
    Place(Slip),
    Offer(Slip),
}

impl Twin {
    pub(super) fn place_on_terms(&mut self, ask: &PlaceOnTerms) -> BetStatus {
        let (account, client_id) = ask.slip.key();
        if let Some(known) = self.known((account.0, client_id.0)) {
            return known;
        }
        self.forget_old_ids();
        if let Some(bonus) = ask.terms.bonus {
            return self.place_funded(&ask.slip, bonus);
        }
        match self.instead(&ask.slip, ask.terms) {
            Instead::AsAsked => self.place_slip(&ask.slip, false),
            Instead::Place(smaller) => self.place_slip(&smaller, false),
            Instead::Offer(offered) => self.place_slip(&offered, true),
        }
    }

    fn place_slip(&mut self, slip: &Slip, as_offer: bool) -> BetStatus {
        match slip {
            Slip::Single(place) => self.place_new(place, as_offer),
            Slip::Multiple(place) => self.place_new_multiple(place, as_offer),
        }
    }

    fn try_slip(&self, slip: &Slip) -> Result<(), Refusal> {
        match slip {
            Slip::Single(place) => self.decide(place, false).map(|_| ()),
            Slip::Multiple(place) => self.decide_multiple(place, false).map(|_| ()),
        }
    }

    fn instead(&self, slip: &Slip, terms: Terms) -> Instead {
        let Err(refusal) = self.try_slip(slip) else { return Instead::AsAsked };
        let mut code = refusal.code;
        let mut wish = *slip;
        let has_moved = code == Reject::OddsChanged && terms.offers;
        if has_moved {
            match &mut wish {
                Slip::Single(place) => place.policy = PricePolicy::Any,
                Slip::Multiple(place) => place.policy = PricePolicy::Any,
            }
            match self.try_slip(&wish) {
                Ok(()) => return Instead::Offer(wish),
                Err(refusal) => code = refusal.code,
            }
        }
        let of_size = [
            RuleId::StakeMax,
            RuleId::PayoutMax,
            RuleId::SelectionLiability,
            RuleId::MarketLiability,
            RuleId::AccountLiability,
            RuleId::GroupLiability,
            RuleId::StageStake,
            RuleId::AccountFactor,
            RuleId::DayPayout,
            RuleId::StakesPerHour,
            RuleId::MatchLiability,
            RuleId::TraderStake,
        ];
        let rule = RuleId::of_code(code).filter(|rule| of_size.contains(rule));
        if rule.is_none_or(|rule| self.config.rules_refer.has(rule)) {
            return Instead::AsAsked;
        }
        let Some(smaller) = self.largest(&wish) else { return Instead::AsAsked };
        if terms.partial && !has_moved {
            Instead::Place(smaller)
        } else if terms.offers {
            Instead::Offer(smaller)
        } else {
            Instead::AsAsked
        }
    }

    /// The same bet with the largest stake that is taken, if that is a smaller one.
    fn largest(&self, slip: &Slip) -> Option<Slip> {
        let with = |minor: i64| {
            let stake = Stake::new(Money::from_minor(minor))?;
            match slip {
                Slip::Single(place) => Some(Slip::Single(PlaceBet { stake, ..*place })),
                Slip::Multiple(place) => place.with_unit(stake).map(Slip::Multiple),
            }
        };
        let (lines, asked) = match slip {
            Slip::Single(place) => (1, place.stake),
            Slip::Multiple(place) => (i64::from(place.system().lines()), place.unit()),
        };
        let takes = |minor| with(minor).is_some_and(|slip| self.try_slip(&slip).is_ok());
        let account = match slip {
            Slip::Single(place) => place.account.0,
            Slip::Multiple(place) => place.account.0,
        };
        let own = |limit: i64| self.most(account, limit.into()) as i64;
        let stake_min = match self.config.mode(RuleId::StakeMin) {
            RuleMode::On | RuleMode::Refer => own(self.config.stake_min.minor() - 1) + 1,
            RuleMode::Off | RuleMode::Shadow => 1,
        };
        let smallest = ((stake_min + lines - 1) / lines).max(1);
        let mut good = takes(smallest).then_some(smallest)?;
        // What was asked for was not taken.
        let mut bad = asked.money().minor();
        while good + 1 < bad {
            let middle = good.midpoint(bad);
            if takes(middle) { good = middle } else { bad = middle }
        }
        with(good)
    }

    pub(super) fn answer_offer(&mut self, answer: &AnswerOffer) -> Result<(), Reject> {
        let key = (answer.account.0, answer.client_id.0);
        let id = match self.answers.get(&key) {
            Some(Answered::Bet(id) | Answered::Multiple(id)) if *id == answer.offer.0 => *id,
            _ => return Err(Reject::UnknownOffer),
        };
        if let Some(bet) = self.bets.get(&id) {
            let Fate::Offered { epoch, .. } = bet.fate else { return Err(Reject::UnknownOffer) };
            let on = (bet.market, bet.selection);
            let delay = self.wait_on(bet.market);
            let fate = match self.still_offered(id, bet.account, on, epoch) {
                _ if !answer.accept => Fate::Refused(Reject::OfferDeclined.into()),
                Err(refusal) => Fate::Refused(refusal),
                Ok(()) if delay > 0 => Fate::Waiting { due: self.now + delay, epoch },
                Ok(()) => Fate::Stands,
            };
            self.bets.entry(id).and_modify(|bet| bet.fate = fate);
            return Ok(());
        }
        let bet = self.multiples.get(&id).ok_or(Reject::UnknownOffer)?;
        if !matches!(bet.fate, multiples::Fate::Offered { .. }) {
            return Err(Reject::UnknownOffer);
        }
        let delay = self.longest_wait(bet.legs.iter().map(|leg| leg.market));
        let fate = match self.legs_still_good(id, bet) {
            _ if !answer.accept => multiples::Fate::Refused(Reject::OfferDeclined.into()),
            Err(refusal) => multiples::Fate::Refused(refusal),
            Ok(()) if delay > 0 => multiples::Fate::Waiting { due: self.now + delay },
            Ok(()) => multiples::Fate::Stands,
        };
        self.multiples.entry(id).and_modify(|bet| bet.fate = fate);
        Ok(())
    }

    pub(super) fn decide_referral(&mut self, id: u64, word: ReferralWord) -> Result<(), Reject> {
        if self.bets.contains_key(&id) {
            return self.decide_referred(id, word);
        }
        let mut bet = self.multiples.get(&id).ok_or(Reject::UnknownReferral)?.clone();
        let multiples::Fate::Referred { received, .. } = bet.fate else {
            return Err(Reject::UnknownReferral);
        };
        let unit = match word {
            ReferralWord::Refuse => {
                bet.fate = multiples::Fate::Refused(Reject::ReferralRefused.into());
                self.multiples.insert(id, bet);
                return Ok(());
            }
            ReferralWord::Accept => bet.unit,
            ReferralWord::AcceptPart { stake } | ReferralWord::Offer { stake, .. } => {
                stake.money().minor().into()
            }
        };
        if unit > bet.unit {
            return Err(Reject::ReferralStake);
        }
        if matches!(word, ReferralWord::Offer { odds: Some(_), .. }) {
            return Err(Reject::InvalidParameter);
        }
        self.legs_still_good(id, &bet).map_err(|refusal| refusal.code)?;
        let ends = received + self.longest_wait(bet.legs.iter().map(|leg| leg.market));
        let waits = self.now < ends;
        bet.fate = match word {
            ReferralWord::Offer { .. } => {
                multiples::Fate::Offered { due: self.now + self.config.offer_life_ns }
            }
            _ if waits => multiples::Fate::Waiting { due: ends },
            _ => multiples::Fate::Stands,
        };
        (bet.unit, bet.stake) = (unit, unit * bet.lines.len() as i128);
        let odds: Vec<_> = bet.legs.iter().map(|leg| (leg.odds.into(), 1000)).collect();
        bet.payout = pays(unit, &bet.lines, &odds).min(bet.payout);
        self.multiples.insert(id, bet);
        Ok(())
    }

    fn decide_referred(&mut self, id: u64, word: ReferralWord) -> Result<(), Reject> {
        let mut bet = self.bets[&id].clone();
        let Fate::Referred { epoch, received, .. } = bet.fate else {
            return Err(Reject::UnknownReferral);
        };
        let (stake, odds) = match word {
            ReferralWord::Refuse => {
                bet.fate = Fate::Refused(Reject::ReferralRefused.into());
                self.bets.insert(id, bet);
                return Ok(());
            }
            ReferralWord::Accept => (bet.stake, bet.odds),
            ReferralWord::AcceptPart { stake } => (stake.money().minor().into(), bet.odds),
            ReferralWord::Offer { stake, odds } => {
                (stake.money().minor().into(), odds.map_or(bet.odds, Odds::milli))
            }
        };
        if stake > bet.stake {
            return Err(Reject::ReferralStake);
        }
        let ends = received + self.wait_on(bet.market);
        if let ReferralWord::Offer { .. } = word {
            self.may_be_bet_on((bet.account, 0), bet.market, bet.selection)
                .map_err(|refusal| refusal.code)?;
            let market = &self.markets[bet.market];
            let on_board = market.odds[usize::from(bet.selection)];
            let on_board = on_board.ok_or(Reject::SelectionInactive)?;
            let at_board = market.epoch + market.moved_early;
            // What was asked for at another score is no measure any more.
            let asked = if epoch == at_board { bet.odds } else { 0 };
            if odds > on_board.max(asked) {
                return Err(Reject::ReferralOdds);
            }
            bet.fate = Fate::Offered { due: self.now + self.config.offer_life_ns, epoch: at_board };
        } else {
            let on = (bet.market, bet.selection);
            self.still_offered(id, bet.account, on, epoch).map_err(|refusal| refusal.code)?;
            bet.fate =
                if self.now < ends { Fate::Waiting { due: ends, epoch } } else { Fate::Stands };
        }
        (bet.stake, bet.odds) = (stake, odds);
        bet.payout = stake * i128::from(odds) / 1000;
        self.bets.insert(id, bet);
        Ok(())
    }

    /// A bet that was offered to its bettor, if there is one.
    pub fn offered(&self) -> Option<(AccountId, ClientBetId, BetId)> {
        let singles = self.bets.iter().filter(|(_, bet)| matches!(bet.fate, Fate::Offered { .. }));
        let multiples = self
            .multiples
            .iter()
            .filter(|(_, bet)| matches!(bet.fate, multiples::Fate::Offered { .. }));
        singles
            .map(|(id, bet)| (AccountId(bet.account), ClientBetId(bet.client_id), BetId(*id)))
            .chain(
                multiples.map(|(id, bet)| {
                    (AccountId(bet.account), ClientBetId(bet.client_id), BetId(*id))
                }),
            )
            .next()
    }

    /// A bet that waits for a trader, if there is one, with its stake (on each line) and odds.
    pub fn referred(&self) -> Option<(BetId, i64, Option<u32>)> {
        let singles = self.bets.iter().filter(|(_, bet)| matches!(bet.fate, Fate::Referred { .. }));
        let multiples = self
            .multiples
            .iter()
            .filter(|(_, bet)| matches!(bet.fate, multiples::Fate::Referred { .. }));
        singles
            .map(|(id, bet)| (BetId(*id), bet.stake as i64, Some(bet.odds)))
            .chain(multiples.map(|(id, bet)| (BetId(*id), bet.unit as i64, None)))
            .next()
    }
}
