//! Saying where a bet of several legs stands, now or again.

use super::{Leg, LegOutcome, Multiple};
use crate::bets::Answer;
use crate::event::{Event, LegStanding, LegView};
use crate::outbox::Outbox;
use crate::state::Tables;
use crate::units::{AccountId, ClientBetId};

impl Tables {
    /// Says where a multiple stands: its legs, then the bet itself.
    pub(crate) fn announce_multiple(&self, slot: u32, outbox: &mut Outbox) {
        self.say_multiple(self.multiples.multiple(slot), outbox);
    }

    /// See [`Tables::announce_multiple`].
    pub(crate) fn say_multiple(&self, multiple: &Multiple, outbox: &mut Outbox) {
        self.say_multiple_with(multiple, outbox, |leg| self.outcome(multiple, leg));
    }

    /// The same, where it is known how each leg stands.
    pub(super) fn say_multiple_with(
        &self,
        multiple: &Multiple,
        outbox: &mut Outbox,
        outcome: impl Fn(&Leg) -> LegOutcome,
    ) {
        for (index, leg) in self.multiples.legs_of(multiple).enumerate() {
            outbox.push(Event::Leg(LegView {
                account: multiple.account,
                client_id: multiple.client_id,
                index: index as u8,
                market: leg.market,
                selection: leg.selection,
                odds: leg.odds,
                standing: match outcome(leg) {
                    LegOutcome::Open => LegStanding::Open,
                    LegOutcome::Decided(result) => LegStanding::Decided(result),
                    LegOutcome::Void(reason) => LegStanding::Void(reason),
                },
            }));
        }
        outbox.push(Event::Multiple(multiple.view()));
        if multiple.is_funded {
            self.say_funding((multiple.account, multiple.client_id), multiple.id, outbox);
        }
    }

    /// Says again what was answered, as it stands now; false if the bet has been retired.
    pub(crate) fn say_answer(
        &self,
        answer: Answer,
        account: AccountId,
        client_id: ClientBetId,
        outbox: &mut Outbox,
    ) -> bool {
        match answer {
            Answer::Refused(refused) => outbox.push(Event::Bet(refused.view(account, client_id))),
            Answer::RefusedMultiple(refused) => {
                outbox.push(Event::Multiple(refused.view(account, client_id)));
            }
            Answer::Bet { slot } => {
                let bet = self.bets.bet(slot);
                if !bet.answers_to(account, client_id) {
                    return false;
                }
                outbox.push(Event::Bet(bet.view()));
                if bet.is_funded {
                    self.say_funding((account, client_id), bet.id, outbox);
                }
            }
            Answer::Multiple { slot } => {
                if !self.multiples.multiple(slot).answers_to(account, client_id) {
                    return false;
                }
                self.announce_multiple(slot, outbox);
            }
        }
        true
    }
}
