//! Placing a group of bets of which all are taken or none.
//!
//! Each bet is asked every question of a single, as if those before it in the group were taken already:
//! their stakes, liabilities and pace count. For that they are counted in the sums for the time of the
//! decision and taken out again, whatever the answer is; what is written down is written afterwards, when
//! nothing can fail. The first bet that is refused says why; the others are refused with it.
//!
//! No bet of a group is put to a trader or offered otherwise: the group is taken as it is.

use super::{Acceptance, Beside, is_remembered};
use crate::bets::client_ids::Key;
use crate::bets::questions::Nobody;
use crate::bets::{Answer, Bet, RefusedBet};
use crate::command::{BATCH_MAX, PlaceBatch, PlaceBet};
use crate::event::Event;
use crate::market::Sign;
use crate::reject::{Refusal, Reject};
use crate::state::{Step, Tables};
use crate::units::{BetId, Money, Seq};

impl Step<'_> {
    /// Answers each bet of a group in its own view, in the bettor's order.
    #[cold]
    pub(crate) fn place_batch(&mut self, ask: &PlaceBatch) {
        let key = |place: &PlaceBet| Key::new(place.account, place.client_id.0);
        if ask.places().any(|place| self.tables.client_ids.get(key(&place)).is_some()) {
            self.say_batch_again(ask);
            return;
        }
        ask.places().for_each(|_| self.forget_expired_ids());
        let mut accepted = [None; BATCH_MAX];
        match self.decide_batch(ask, &mut accepted) {
            Ok(()) => {
                let seq = self.seq;
                for (index, (place, accepted)) in ask.places().zip(accepted).enumerate() {
                    let acceptance = accepted.expect("every bet of the group was decided");
                    // A bet's id is made of the command's place in the journal.
                    self.seq = Seq(BetId::of_batch(seq, index).0);
                    self.commit(&place, acceptance, key(&place));
                }
                self.seq = seq;
            }
            Err((at, refusal)) => {
                let binds = is_remembered(refusal.code);
                for (index, place) in ask.places().enumerate() {
                    let is_it = index == at;
                    let refusal = if is_it { refusal } else { Reject::BatchRefused.into() };
                    if binds && self.tables.has_room_for_refusal(place.account) {
                        let refused = refused(&place, refusal);
                        self.tables.client_ids.insert(key(&place), Answer::Refused(refused));
                    }
                    if is_it {
                        let weighed = self.tables.stake_of_refused(place.account, place.stake);
                        self.tables.risk.note_refusal(refusal.code, weighed);
                        self.note_refused_bet(refusal.code);
                    }
                    self.say_refused(&place, refusal);
                }
            }
        }
    }

    /// Answers a group of which an id was used before. Ids that are new are refused with the group, and from
    /// then on that is their answer.
    fn say_batch_again(&mut self, ask: &PlaceBatch) {
        let mut is_new = [false; BATCH_MAX];
        for (is_new, place) in is_new.iter_mut().zip(ask.places()) {
            *is_new = !self.say_single_again(&place, Key::new(place.account, place.client_id.0));
            if *is_new {
                self.say_refused(&place, Reject::BatchRefused.into());
            }
        }
        // Only now, as room for them is made by forgetting ids that may be of this group.
        for (_, place) in is_new.iter().zip(ask.places()).filter(|(is_new, _)| **is_new) {
            self.forget_expired_ids();
            let may_be_remembered = self.check_client_id(place.client_id, &mut Nobody).is_ok();
            if may_be_remembered && self.tables.has_room_for_refusal(place.account) {
                let answer = Answer::Refused(refused(&place, Reject::BatchRefused.into()));
                self.tables.client_ids.insert(Key::new(place.account, place.client_id.0), answer);
            }
        }
    }

    fn say_refused(&mut self, place: &PlaceBet, refusal: Refusal) {
        let view = refused(place, refusal).view(place.account, place.client_id);
        self.outbox.push(Event::Bet(view));
    }

    /// Whether all would be taken together; else which is the first that would not, and why. Leaves
    /// nothing behind.
    fn decide_batch(
        &mut self,
        ask: &PlaceBatch,
        accepted: &mut [Option<Acceptance>; BATCH_MAX],
    ) -> Result<(), (usize, Refusal)> {
        let before = self.tables.wallet.get(ask.account).cloned();
        let pace = before.as_ref().map(|_| *self.tables.risk.pace(ask.account));
        let (mut verdict, mut staked) = (Ok(()), Money::ZERO);
        for (index, place) in ask.places().enumerate() {
            match self.decide_beside(&place, Beside { bonus: None, before: index, staked }) {
                Ok(acceptance) => {
                    self.try_on(&place, acceptance);
                    staked += place.stake.money();
                    accepted[index] = Some(acceptance);
                }
                Err(refusal) => {
                    verdict = Err((index, refusal));
                    break;
                }
            }
        }
        for (place, acceptance) in ask.places().zip(&*accepted) {
            let Some(acceptance) = acceptance else { break };
            let bet = Bet::new(
                (BetId(self.seq.0), self.now),
                &place,
                acceptance.odds,
                acceptance.payout,
                acceptance.state,
            );
            self.tables.count_for_others(&bet, Sign::Out);
        }
        if let (Some(before), Some(pace)) = (before, pace) {
            *self.tables.wallet.get_mut(ask.account).expect("it was there before") = before;
            self.tables.risk.set_pace(ask.account, pace);
        }
        verdict
    }

    /// Counts a bet as if it were taken, for those that are decided behind it.
    fn try_on(&mut self, place: &PlaceBet, acceptance: Acceptance) {
        let Acceptance { odds, payout, state, .. } = acceptance;
        let bet = Bet::new((BetId(self.seq.0), self.now), place, odds, payout, state);
        self.tables.count_for_others(&bet, Sign::In);
        let currency = self.tables.wallet.currency(place.account);
        let (weighed, payout, liability) = self.tables.weigh(currency, &bet);
        let account = self.tables.wallet.get_mut(place.account).expect("it was decided on");
        account.count(liability, Sign::In);
        account.available -= place.stake.money();
        self.tables.risk.count_of_day(account, bet.id, payout, Sign::In);
        self.tables.risk.note(self.config, place.account, self.now, weighed);
    }
}

impl Tables {
    /// Counts a bet in what is not its account's own: its market, its match, its account's group.
    fn count_for_others(&mut self, bet: &Bet, sign: Sign) {
        let currency = self.wallet.currency(bet.account);
        let (weighed, payout, liability) = self.weigh(currency, bet);
        let stake = weighed.money();
        if self.risk.keeps_exposures() {
            self.count_with_exposure(bet.market, bet.selection, stake, payout, sign);
        } else {
            let (market, selection) = self.markets.rows_mut(bet.market, bet.selection);
            market.count(selection, stake, payout, sign);
        }
        let account = self.wallet.get(bet.account).expect("a bet's account exists");
        self.risk.count_in_group(account.group, liability, sign);
    }
}

fn refused(place: &PlaceBet, refusal: Refusal) -> RefusedBet {
    let PlaceBet { market, selection, odds, stake, .. } = *place;
    RefusedBet { market, selection, odds, stake, refusal }
}
