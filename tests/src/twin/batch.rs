//! Groups of bets: taken one after another, and all taken back if one is refused.

use clutch_core::command::{BATCH_MAX, PlaceBatch, PlaceBet};
use clutch_core::event::BetStatus;
use clutch_core::units::{BetId, Seq};
use clutch_core::{Refusal, Reject};

use super::Twin;
use super::bets::Answered;

impl Twin {
    pub(super) fn place_batch(&mut self, ask: &PlaceBatch) -> [Option<BetStatus>; BATCH_MAX] {
        let mut said = [None; BATCH_MAX];
        let key = |place: &PlaceBet| (place.account.0, place.client_id.0);
        let broken = Refusal::from(Reject::BatchRefused);
        if ask.places().any(|place| self.known(key(&place)).is_some()) {
            let known: Vec<_> = ask.places().map(|place| self.known(key(&place))).collect();
            for (said, known) in said.iter_mut().zip(&known) {
                *said = Some(known.unwrap_or(BetStatus::Refused(broken)));
            }
            for (place, _) in ask.places().zip(&known).filter(|(_, known)| known.is_none()) {
                self.forget_old_ids();
                if self.check_id(place.client_id).is_ok() {
                    self.remember(key(&place), Answered::Refused(broken));
                }
            }
            return said;
        }
        ask.places().for_each(|_| self.forget_old_ids());
        let (bets, tallies) = (self.bets.clone(), self.tallies.clone());
        let followed = self.followed.clone();
        let account = self.accounts.get(ask.account.0 as usize).cloned();
        let (answers, ids) = (self.answers.clone(), self.ids.clone());
        for (index, place) in ask.places().enumerate() {
            match self.decide(&place, false) {
                Ok((bet, shadows)) => {
                    self.staked_before += bet.stake;
                    let id = BetId::of_batch(Seq(self.seq), index).0;
                    self.note_pace(bet.account, bet.stake, &shadows);
                    self.follow_bet(id, &shadows);
                    self.remember(key(&place), Answered::Bet(id));
                    said[index] = Some(self.where_it_stands(id, &bet));
                    self.bets.insert(id, bet);
                }
                Err(refusal) => {
                    self.staked_before = 0;
                    (self.bets, self.tallies) = (bets, tallies);
                    self.followed = followed;
                    (self.answers, self.ids) = (answers, ids);
                    if let Some(account) = account {
                        self.accounts[ask.account.0 as usize] = account;
                    }
                    return self.refuse_batch(ask, index, refusal);
                }
            }
        }
        self.staked_before = 0;
        said
    }

    fn refuse_batch(
        &mut self,
        ask: &PlaceBatch,
        at: usize,
        refusal: Refusal,
    ) -> [Option<BetStatus>; BATCH_MAX] {
        let mut said = [None; BATCH_MAX];
        for (index, place) in ask.places().enumerate() {
            let key = (place.account.0, place.client_id.0);
            let why = if index == at { refusal } else { Reject::BatchRefused.into() };
            said[index] = Some(BetStatus::Refused(why));
            if Self::binds(refusal.code) {
                self.remember(key, Answered::Refused(why));
            }
            if index == at {
                self.note_refused_bet(refusal.code);
                let stake = place.stake.money().minor().into();
                self.note_refused(place.account.0, refusal.code, stake);
            }
        }
        said
    }

    /// Whether a refusal with this code says something about the bet.
    fn binds(code: Reject) -> bool {
        use Reject::{CapacityReached, ClientIdInvalid, ClientIdOutsideWindow, UnknownAccount};
        ![UnknownAccount, ClientIdInvalid, ClientIdOutsideWindow, CapacityReached].contains(&code)
    }
}
