//! Why a bet of several legs was taken or refused.
//!
//! The phases are those of `Step::decide_multiple`: the bet, every leg's offer, whether the legs go
//! together, every leg's price, the money. Within a phase every leg is asked, so that a customer hears
//! of all that was wrong with his slip; after a phase in which one failed nothing more is asked.

use alloc::vec::Vec;

use super::place::{Offers, Reasons, Refused, find_related};
use super::{is_of_a_leg, is_of_one_leg};
use crate::bets::client_ids::Key;
use crate::bets::place::explain::{
    Asked, Check, OF_BONUS, OF_OFFER, OF_ROOM, Stopped, ask_about_funds,
};
use crate::bets::place::{Request, Seen};
use crate::command::{Actor, Pick, PlaceMultiple};
use crate::reject::Reject;
use crate::risk::RuleSet;
use crate::settlement::system::LEGS_MAX;
use crate::state::{State, Step};
use crate::units::{BonusId, MarketId, Money, Odds, Seq, Timestamp};

impl State {
    /// The questions that a placement of several legs at this place of the journal is asked; otherwise
    /// as [`State::explain`].
    pub fn explain_multiple(
        self,
        seq: Seq,
        now: Timestamp,
        actor: Actor,
        (place, bonus): (&PlaceMultiple, Option<BonusId>),
    ) -> Vec<Check> {
        let key = Key::new(place.account, place.client_id.0);
        self.explained(seq, now, actor, key, |step, asked| {
            let _ = step.ask_multiple(place, bonus, asked);
            let decided = step
                .decide_multiple(place, (RuleSet::EMPTY, bonus), &mut Reasons::default())
                .or_else(|refused| match bonus {
                    Some(_) => Err(refused),
                    None => step.refer_multiple(place, refused),
                });
            decided.err().map(|Refused { refusal, leg }| (refusal, leg))
        })
    }
}

impl Step<'_> {
    fn ask_multiple(
        &self,
        place: &PlaceMultiple,
        bonus: Option<BonusId>,
        asked: &mut Asked,
    ) -> Result<(), Stopped> {
        asked.is_final = bonus.is_some();
        self.ask_about_id(place.client_id, asked)?;
        let markets: Vec<MarketId> = place.picks().iter().map(|pick| pick.market).collect();
        self.ask_about_switches(&markets, asked)?;
        let room = self.tables.check_room_for_multiple(place.picks().len());
        asked.put_all(&OF_ROOM, room)?;
        let stake = place.stake().money();
        let own = bonus.map(|bonus| self.tables.wallet.own_beside((place.account, bonus), stake));
        let offers = self.ask_about_offers(place, own.unwrap_or(stake), asked)?;
        if bonus.is_some() {
            asked.put_all(&OF_ROOM, self.tables.fundings.check_room())?;
        }
        ask_about_each_other(place, &offers, asked)?;
        let odds = self.ask_about_prices(place, &offers, asked)?;
        self.ask_about_money(place, bonus, &offers, &odds, asked)
    }

    fn ask_about_offers(
        &self,
        place: &PlaceMultiple,
        adds: Money,
        asked: &mut Asked,
    ) -> Result<Offers<'_>, Stopped> {
        let (mut offers, mut is_good) = ([None; LEGS_MAX], true);
        for (leg, pick) in place.picks().iter().enumerate() {
            let (account, market, selection) = (place.account, pick.market, pick.selection);
            let answer = self.tables.check_offer(Request { account, market, selection, adds });
            let first = asked.checks.len();
            asked.leg = Some(leg as u8);
            let told = asked.put_all(&OF_OFFER, answer);
            asked.leg = None;
            // What is about the account is asked once, and a refusal over it ends it all.
            for check in asked.checks[first..].iter_mut().filter(|it| !is_of_a_leg(it.code)) {
                check.leg = None;
            }
            let refusal = asked.checks.last().filter(|last| !last.passed).map(|last| last.code);
            let mut seen = 0;
            asked.checks.retain(|check| {
                seen += 1;
                seen <= first || leg == 0 || !check.passed || is_of_a_leg(check.code)
            });
            match (told, refusal) {
                (Ok(offer), _) => offers[leg] = Some(offer),
                (Err(stopped), Some(code)) if !is_of_a_leg(code) => return Err(stopped),
                (Err(_), _) => is_good = false,
            }
        }
        if is_good { Ok(offers) } else { Err(Stopped) }
    }

    fn ask_about_prices(
        &self,
        place: &PlaceMultiple,
        offers: &Offers<'_>,
        asked: &mut Asked,
    ) -> Result<[Odds; LEGS_MAX], Stopped> {
        let (mut odds, mut is_good) = ([Odds::MIN; LEGS_MAX], true);
        for (leg, offer) in offers.iter().flatten().enumerate() {
            odds[leg] = offer.odds;
            asked.leg = Some(leg as u8);
            is_good &= self.ask_about_price(seen(place, leg), offer, asked).is_ok();
        }
        asked.leg = None;
        if is_good { Ok(odds) } else { Err(Stopped) }
    }

    fn ask_about_money(
        &self,
        place: &PlaceMultiple,
        bonus: Option<BonusId>,
        offers: &Offers<'_>,
        odds: &[Odds; LEGS_MAX],
        asked: &mut Asked,
    ) -> Result<(), Stopped> {
        let stake = place.stake();
        let payout = self.tables.struck_for(self.config, place, odds);
        let most = self.tables.pays_at_most(self.config, place);
        let in_limits = |bonus| {
            let of = (place.account, bonus);
            self.tables.wallet.in_limits(of, stake.money(), (payout, most))
        };
        let counted = bonus.map_or(payout, in_limits);
        for (leg, offer) in offers.iter().flatten().enumerate() {
            let first = asked.checks.len();
            asked.leg = Some(leg as u8);
            let told = self.ask_about_risk(offer, stake, counted, asked);
            asked.leg = None;
            // What is not of one leg is the same for all of them, unless it says something else here.
            let (before, here) = asked.checks.split_at_mut(first);
            let is_told = |check: &Check| {
                before.iter().any(|it| (it.code, it.numbers) == (check.code, check.numbers))
            };
            let mut keep = Vec::with_capacity(here.len());
            for check in here {
                if !is_of_one_leg(check.code) {
                    check.leg = None;
                }
                keep.push(check.leg.is_some() || !check.passed || !is_told(check));
            }
            let mut keep = keep.into_iter();
            let mut seen = 0;
            asked.checks.retain(|_| {
                seen += 1;
                seen <= first || keep.next().unwrap_or(true)
            });
            told?;
        }
        let Some(offer) = &offers[0] else { return Err(Stopped) };
        let stake = stake.money();
        let own = match bonus {
            Some(bonus) => {
                let funded = self.tables.wallet.fund((place.account, bonus), stake, (payout, most));
                asked.put_all(&OF_BONUS, funded.map(|funding| funding.own_of(stake)))?
            }
            None => stake,
        };
        ask_about_funds(offer, own, asked)
    }
}

/// What the bettor saw of a leg.
fn seen(place: &PlaceMultiple, leg: usize) -> Seen {
    let Pick { odds, price_seq, epoch, .. } = place.picks()[leg];
    Seen { odds, price_seq, epoch, policy: place.policy }
}

/// Whether the legs may be in one bet.
fn ask_about_each_other(
    place: &PlaceMultiple,
    offers: &Offers<'_>,
    asked: &mut Asked,
) -> Result<(), Stopped> {
    let mut reasons = Reasons::default();
    find_related(place, offers, &mut reasons);
    let questions: [(&str, &[Reject]); 2] = [
        ("the selection is in the bet once", &[Reject::SelectionRepeated]),
        ("its match is in the bet once", &[Reject::LegsRelated]),
    ];
    let mut is_good = true;
    for (leg, why) in reasons.of.iter().enumerate().take(place.picks().len()) {
        asked.leg = Some(leg as u8);
        is_good &= asked.put_all(&questions, why.map_or(Ok(()), Err)).is_ok();
    }
    asked.leg = None;
    if is_good { Ok(()) } else { Err(Stopped) }
}
