//! Placing a bet of several legs: the checks of a single for every leg, then all writes at once.
//!
//! The checks come in the order of a single's: every leg's offer before any leg's price, the money last.
//! The first leg that fails decides the answer; what is wrong with the others is said with them.

mod due;
mod rare;

use super::{Leg, LegOutcome, Multiple, MultipleState, NO_LEG, RefusedMultiple};
use super::{is_of_a_leg, is_of_one_leg};
use crate::bets::Answer;
use crate::bets::cash_out::Target;
use crate::bets::client_ids::Key;
use crate::bets::place::{Offer, Request, check_funds, is_remembered};
use crate::bets::questions::{Listener, Nobody, Question, Seen};
use crate::command::{Channel, Config, Pick, PlaceMultiple};
use crate::event::{Event, LedgerAccount, LegStanding, LegView, PostingReason};
use crate::market::Sign;
use crate::reject::{Refusal, Reject};
use crate::risk::{self, RuleSet};
use crate::settlement::multiplier::Multiplier;
use crate::settlement::payout::gross;
use crate::settlement::system::{LEGS_MAX, System};
use crate::state::{Step, Tables};
use crate::units::{BetId, BonusId, MatchId, Money, Odds, Stake, Timestamp};
use crate::wallet::Funding;

/// A bet that may stand: everything `commit` needs.
pub(super) struct Acceptance {
    odds: [Odds; LEGS_MAX],
    payout: Money,
    state: MultipleState,
    /// Rules in shadow that would have refused it.
    would_refuse: RuleSet,
    /// The bonus that has a part in it.
    funding: Option<Funding>,
}

/// Why a bet is refused, and the leg that it is about if it is about one.
pub(super) struct Refused {
    pub refusal: Refusal,
    pub leg: Option<u8>,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, leg: None }
    }
}

/// What is wrong with each leg.
#[derive(Default)]
pub(super) struct Reasons {
    pub of: [Option<Refusal>; LEGS_MAX],
    /// Whether anything is: a bet that stands asks no leg.
    any: bool,
}

impl Reasons {
    fn put(&mut self, leg: usize, refusal: Refusal) {
        self.of[leg] = Some(refusal);
        self.any = true;
    }

    /// The first leg with a reason decides; without any there is no refusal.
    fn first(&self) -> Result<(), Refused> {
        if !self.any {
            return Ok(());
        }
        let mut legs = (0..).zip(&self.of);
        let first =
            legs.find_map(|(leg, why)| why.map(|refusal| Refused { refusal, leg: Some(leg) }));
        first.map_or(Ok(()), Err)
    }
}

/// The rows that every leg is about.
pub(super) type Offers<'a> = [Option<Offer<'a>>; LEGS_MAX];

impl Step<'_> {
    /// Answers a placement in the view of its bet: taken, waiting or refused.
    pub(crate) fn place_multiple(&mut self, place: &PlaceMultiple) {
        let key = Key::new(place.account, place.client_id.0);
        if self.say_multiple_again(place, key) {
            return;
        }
        self.forget_expired_ids();
        self.place_new_multiple(place, key);
    }

    /// Says again what an id was answered that was used before; false if it is new.
    pub(in crate::bets) fn say_multiple_again(&mut self, place: &PlaceMultiple, key: Key) -> bool {
        let Some(answer) = self.tables.client_ids.get(key) else { return false };
        let (account, client_id) = (place.account, place.client_id);
        if !self.tables.say_answer(answer, account, client_id, self.outbox) {
            let gone = RefusedMultiple::new(place, Reject::BetRetired.into(), None);
            self.outbox.push(Event::Multiple(gone.view(account, client_id)));
        }
        true
    }

    /// Answers a placement under an id that is new.
    pub(in crate::bets) fn place_new_multiple(&mut self, place: &PlaceMultiple, key: Key) {
        let mut reasons = Reasons::default();
        let decided = self
            .decide_multiple(place, (RuleSet::EMPTY, None), &mut reasons)
            .or_else(|refused| self.refer_multiple(place, refused));
        match decided {
            Ok(acceptance) => self.commit_multiple(place, &acceptance, key),
            Err(refused) => self.refuse_multiple(place, &refused, &reasons, key),
        }
    }

    /// The checks of a placement; the risk rules in `excused` refuse nothing, and a bonus may have a part in
    /// it.
    pub(super) fn decide_multiple(
        &self,
        place: &PlaceMultiple,
        rules: (RuleSet, Option<BonusId>),
        reasons: &mut Reasons,
    ) -> Result<Acceptance, Refused> {
        self.decide_heard(place, rules, reasons, &mut Nobody)
    }

    /// Every question that a bet of several legs is asked, in order.
    #[inline(always)]
    pub(super) fn decide_heard(
        &self,
        place: &PlaceMultiple,
        (excused, bonus): (RuleSet, Option<BonusId>),
        reasons: &mut Reasons,
        heard: &mut impl Listener,
    ) -> Result<Acceptance, Refused> {
        self.check_client_id(place.client_id, heard)?;
        let stake = place.stake();
        let of_bonus = bonus.map(|bonus| (place.account, bonus));
        let own_beside = |of| self.tables.wallet.own_beside(of, stake.money());
        let by = (self.channel(), of_bonus.map_or(stake.money(), own_beside));
        let mut offers = [None; LEGS_MAX];
        self.tables.check_offers(place, by, (&mut offers, reasons), heard)?;
        if bonus.is_some() {
            heard.hear(Question::Room, self.tables.fundings.check_room())?;
        }
        let odds = self.check_prices(place, &offers, reasons, heard)?;
        let gross = self.tables.struck_for(self.config, place, &odds);
        let most = self.tables.pays_at_most(self.config, place);
        let counted = |of| self.tables.wallet.in_limits(of, stake.money(), (gross, most));
        let wish = (stake, of_bonus.map_or(gross, counted));
        let at = (&*self.config, self.now);
        let would_refuse = self.tables.check_rules_of_legs(at, wish, excused, &offers, heard)?;
        let fund = |of| self.tables.wallet.fund(of, stake.money(), (gross, most));
        let funding = of_bonus.map(|of| heard.hear(Question::Bonus, fund(of))).transpose()?;
        let own = funding.map_or(stake.money(), |funding| funding.own_of(stake.money()));
        check_funds_of_legs(own, &offers, heard)?;
        let payout = funding.map_or(gross, |funding| funding.pays(stake.money(), gross));
        let due = self.longest_delay(&offers);
        let state = due.map_or(MultipleState::Open, |due| MultipleState::Waiting { due });
        Ok(Acceptance { odds, payout, state, would_refuse, funding })
    }

    /// The odds of every leg at which the bet is struck.
    #[inline(always)]
    fn check_prices(
        &self,
        place: &PlaceMultiple,
        offers: &Offers<'_>,
        reasons: &mut Reasons,
        heard: &mut impl Listener,
    ) -> Result<[Odds; LEGS_MAX], Refused> {
        let mut odds = [Odds::MIN; LEGS_MAX];
        for (leg, offer) in offers.iter().flatten().enumerate() {
            let Pick { odds: seen, price_seq, epoch, .. } = place.picks()[leg];
            let seen = Seen { odds: seen, price_seq, epoch, policy: place.policy };
            heard.turn_to(Some(leg as u8));
            match self.check_price(seen, offer, heard) {
                Ok(struck) => odds[leg] = struck,
                Err(refusal) => reasons.put(leg, refusal),
            }
        }
        heard.turn_to(None);
        reasons.first().map(|()| odds)
    }

    /// When the longest in-play delay of any leg ends; `None` if none waits.
    fn longest_delay(&self, offers: &Offers<'_>) -> Option<Timestamp> {
        offers.iter().flatten().filter_map(|offer| self.due(offer)).max()
    }

    fn commit_multiple(&mut self, place: &PlaceMultiple, acceptance: &Acceptance, key: Key) {
        let tables = &mut *self.tables;
        let id = BetId(self.seq.0);
        let Acceptance { odds, payout, state, would_refuse, funding } = acceptance;
        let is_funded = funding.is_some();
        let multiple =
            Multiple { is_funded, ..Multiple::new((id, self.now), place, *payout, *state) };
        let (account, stake) = (place.account, multiple.stake);
        let slot = tables.multiples.insert(multiple);
        if let Some(funding) = funding {
            tables.fundings.set(id, Target::Multiple(slot), *funding);
        }
        let (weighed, _, liability) = tables.weigh_multiple(tables.multiples.multiple(slot));
        let keeps_exposures = tables.risk.keeps_exposures();
        // From the last leg to the first, as each goes to the front of its bet's list.
        for (pick, odds) in place.picks().iter().zip(odds).rev() {
            let leg = Leg {
                multiple: slot,
                market: pick.market,
                selection: pick.selection,
                odds: *odds,
                epoch: pick.epoch,
                next_of_market: NO_LEG,
                next_of_bet: NO_LEG,
                outcome: LegOutcome::Open,
            };
            let (market, selection) = tables.markets.rows_mut(pick.market, pick.selection);
            tables.multiples.add_leg(leg, market);
            if !keeps_exposures {
                market.count(selection, Money::ZERO, liability, Sign::In);
                selection.count_leg(weighed.money(), Sign::In);
            }
        }
        if keeps_exposures {
            tables.count_legs(slot, weighed.money(), liability, Sign::In);
        }
        tables.count_multiple_for_account(slot, Sign::In);
        tables.count_multiple_of_day(slot, Sign::In);
        tables.risk.note(self.config, account, self.now, weighed);
        if !would_refuse.is_empty() {
            let own = funding.map_or(stake.money(), |funding| funding.own_of(stake.money()));
            tables.risk.note_shadows(weighed, *would_refuse);
            tables.follow(id, Target::Multiple(slot), own, *would_refuse);
        }
        tables.client_ids.insert(key, Answer::Multiple { slot });
        if let Some(due) = state.due() {
            tables.waiting_multiples.push(due, id, slot);
        }
        if let MultipleState::Referred { .. } = state {
            tables.desk.put(id, Target::Multiple(slot), self.now);
        }
        match funding {
            None => tables.wallet.post(
                LedgerAccount::PlayerAvailable(account),
                LedgerAccount::PlayerHeld(account),
                stake.money(),
                Some(id),
                PostingReason::Hold,
                self.outbox,
            ),
            Some(funding) => {
                tables.wallet.hold_with_bonus((account, stake.money()), funding, id, self.outbox);
            }
        }
        // What was just on offer has no result.
        tables
            .say_multiple_with(tables.multiples.multiple(slot), self.outbox, |_| LegOutcome::Open);
        tables.wallet.announce(account, self.outbox);
    }

    pub(super) fn refuse_multiple(
        &mut self,
        place: &PlaceMultiple,
        refused: &Refused,
        reasons: &Reasons,
        key: Key,
    ) {
        let Refused { refusal, leg } = *refused;
        let weighed = self.tables.stake_of_refused(place.account, place.stake());
        self.tables.risk.note_refusal(refusal.code, weighed);
        self.note_refused_bet(refusal.code);
        let answer = RefusedMultiple::new(place, refusal, leg);
        if is_remembered(refusal.code) && self.tables.has_room_for_refusal(place.account) {
            self.tables.client_ids.insert(key, Answer::RefusedMultiple(answer));
        }
        for (index, (pick, why)) in place.picks().iter().zip(&reasons.of).enumerate() {
            if let Some(why) = why {
                self.outbox.push(Event::Leg(LegView {
                    account: place.account,
                    client_id: place.client_id,
                    index: index as u8,
                    market: pick.market,
                    selection: pick.selection,
                    odds: pick.odds,
                    standing: LegStanding::Refused(*why),
                }));
            }
        }
        self.outbox.push(Event::Multiple(answer.view(place.account, place.client_id)));
    }
}

impl Tables {
    /// The switches, room for the bet, the offer of every leg, and whether they may be combined. It `adds` so much
    /// to the account's stakes.
    #[inline(always)]
    fn check_offers<'a>(
        &'a self,
        place: &PlaceMultiple,
        (channel, adds): (Option<Channel>, Money),
        (offers, reasons): (&mut Offers<'a>, &mut Reasons),
        heard: &mut impl Listener,
    ) -> Result<(), Refused> {
        let mut picks = place.picks().iter();
        let stopped = picks.try_for_each(|pick| self.check_switches(channel, pick.market));
        heard.hear(Question::NotStopped, stopped)?;
        heard.hear(Question::Room, self.check_room_for_multiple(place.picks().len()))?;
        for (leg, pick) in place.picks().iter().enumerate() {
            let (account, market, selection) = (place.account, pick.market, pick.selection);
            heard.turn_to(Some(leg as u8));
            match self.check_offer(Request { account, market, selection, adds }, heard) {
                Ok(offer) => offers[leg] = Some(offer),
                // What is wrong with the account or the engine is wrong with no leg.
                Err(refusal) if !is_of_a_leg(refusal.code) => return Err(refusal.into()),
                Err(refusal) => reasons.put(leg, refusal),
            }
        }
        heard.turn_to(None);
        reasons.first()?;
        find_related(place, offers, reasons);
        for (leg, why) in reasons.of.iter().enumerate().take(place.picks().len()) {
            heard.turn_to(Some(leg as u8));
            // What is wrong with the legs is among the reasons, of which the first one decides.
            let _ = heard.hear(Question::Apart, why.map_or(Ok(()), Err));
        }
        heard.turn_to(None);
        reasons.first()
    }

    fn check_room_for_multiple(&self, legs: usize) -> Result<(), Refusal> {
        let max = if !self.multiples.has_room(legs) || self.waiting_multiples.is_full() {
            self.capacity.multiples_max
        } else if self.client_ids.is_full() {
            self.capacity.client_ids_max
        } else {
            return Ok(());
        };
        Err(Refusal::with(Reject::CapacityReached, i64::from(max), i64::from(max)))
    }

    /// The largest unit stake that `Step::decide_multiple` would take now at the odds on offer.
    pub(crate) fn max_unit(
        &self,
        config: &Config,
        now: Timestamp,
        channel: Option<Channel>,
        place: &PlaceMultiple,
    ) -> Money {
        let (mut offers, mut reasons) = ([None; LEGS_MAX], Reasons::default());
        let by = (channel, Money::ZERO);
        let rows = (&mut offers, &mut reasons);
        if self.check_offers(place, by, rows, &mut Nobody).is_err() {
            return Money::ZERO;
        }
        let mut odds = [Odds::MIN; LEGS_MAX];
        for (odds, offer) in odds.iter_mut().zip(offers.iter().flatten()) {
            *odds = offer.odds;
        }
        let lines = i64::from(place.system().lines());
        let ceiling = self.ceiling(place.account).minor() / lines;
        // The smallest unit whose whole stake is not below the minimum.
        let floor = (self.floor(config, place.account).minor() + lines - 1) / lines;
        risk::largest(floor, ceiling, |unit| {
            let unit = Stake::new(Money::from_minor(unit));
            unit.and_then(|unit| place.with_unit(unit)).is_some_and(|place| {
                let wish = (place.stake(), self.struck_for(config, &place, &odds));
                let (at, own) = ((config, now), place.stake().money());
                self.check_rules_of_legs(at, wish, RuleSet::EMPTY, &offers, &mut Nobody).is_ok()
                    && check_funds_of_legs(own, &offers, &mut Nobody).is_ok()
            })
        })
    }

    /// What a bet is struck for at these odds: what they come to, and no more than it may pay.
    fn struck_for(&self, config: &Config, place: &PlaceMultiple, odds: &[Odds; LEGS_MAX]) -> Money {
        payout(place.unit(), &place.system(), odds).min(self.pays_at_most(config, place))
    }

    /// What a bet of several legs pays at most, a boost included: `payout_cut`, and no less than its stake, or it would
    /// not be a bet. One leg is refused when it would pay too much, as a single.
    fn pays_at_most(&self, config: &Config, place: &PlaceMultiple) -> Money {
        if place.picks().len() == 1 {
            return Money::MAX;
        }
        let currency = self.wallet.currency(place.account);
        let cut = self.wallet.currencies.most(currency, config.payout_cut);
        cut.max(place.stake().money())
    }

    /// What the odds of a bet of several legs come to with another stake on each line.
    pub(in crate::bets) fn payout_of(&self, multiple: &Multiple, unit: Stake) -> Money {
        let mut odds = [Odds::MIN; LEGS_MAX];
        for (odds, leg) in odds.iter_mut().zip(self.multiples.legs_of(multiple)) {
            *odds = leg.odds;
        }
        payout(unit, &multiple.system(), &odds)
    }

    /// The risk rules for every leg of a bet with this stake and payout. Answers which rules in shadow
    /// would have refused.
    fn check_rules_of_legs(
        &self,
        (config, now): (&Config, Timestamp),
        (stake, payout): (Stake, Money),
        excused: RuleSet,
        offers: &Offers<'_>,
        heard: &mut impl Listener,
    ) -> Result<RuleSet, Refused> {
        let mut would_refuse = RuleSet::EMPTY;
        let mut asked = self.risk.asked();
        for (leg, offer) in offers.iter().flatten().enumerate() {
            let wager = self.wager(offer, config, now, stake, payout);
            let checked = if excused.is_empty() {
                risk::check_asked(&wager, asked)
            } else {
                risk::check_without(&wager, asked, excused)
            };
            heard.turn_to(Some(leg as u8));
            let checked = heard.hear(Question::Risk(&wager, asked), checked);
            let shadows = checked.map_err(|refusal| Refused {
                refusal: self.wallet.currencies.refusal_in(offer.account.currency, refusal),
                leg: is_of_one_leg(refusal.code).then_some(leg as u8),
            })?;
            // What is only about the account and the bet was answered with the first leg.
            asked = asked.less(risk::OF_THE_BET);
            would_refuse = would_refuse.and(shadows);
        }
        heard.turn_to(None);
        Ok(would_refuse)
    }
}

/// Whether the player has what he himself stakes.
fn check_funds_of_legs(
    own: Money,
    offers: &Offers<'_>,
    heard: &mut impl Listener,
) -> Result<(), Refusal> {
    offers[0].map_or(Ok(()), |offer| check_funds(&offer, own, heard))
}

/// Legs that no line may hold together: the same selection twice, and two of one match, whose results
/// depend on each other. Singles over them are welcome.
fn find_related(place: &PlaceMultiple, offers: &Offers<'_>, reasons: &mut Reasons) {
    let matches = || offers.iter().flatten().map(|offer| offer.market.match_id);
    // Mostly every leg is of another match, which a few bits of the matches' numbers already tell.
    let (mut seen, mut may_share) = ([0_u64; 4], false);
    for MatchId(id) in matches() {
        let (word, bit) = (&mut seen[(id >> 6 & 3) as usize], 1 << (id & 63));
        may_share |= *word & bit != 0;
        *word |= bit;
    }
    if !may_share {
        return;
    }
    let picks = place.picks();
    let is_combined = 1 < place.system().folds().largest();
    for (leg, (pick, of_match)) in picks.iter().zip(matches()).enumerate() {
        let is_same =
            |other: &Pick| (other.market, other.selection) == (pick.market, pick.selection);
        if picks[..leg].iter().any(is_same) {
            reasons.put(leg, Reject::SelectionRepeated.into());
        } else if is_combined && matches().take(leg).any(|other| other == of_match) {
            reasons.put(leg, Reject::LegsRelated.into());
        }
    }
}

/// What the bet pays if every leg wins; the largest amount of all if it is beyond that.
fn payout(unit: Stake, system: &System, odds: &[Odds; LEGS_MAX]) -> Money {
    let mut multipliers = [Multiplier::ONE; LEGS_MAX];
    for (multiplier, odds) in multipliers.iter_mut().zip(odds) {
        *multiplier = Multiplier::of_odds(*odds);
    }
    let floor = gross(unit, system, &multipliers[..system.legs()]).floor();
    Money::from_minor(floor.to_u64().and_then(|minor| minor.try_into().ok()).unwrap_or(i64::MAX))
}
