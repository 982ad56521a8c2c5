//! Refusing what can wait without a record of it: the journal has little room, and what is left is for
//! what must not be refused.
//!
//! Nothing is changed and nothing is remembered, so a replay, which never sees the input, agrees. An id
//! that was answered before gets the same answer again and never another one.

use super::client_ids::Key;
use super::multiple::RefusedMultiple;
use super::place::forgotten;
use super::{Answer, RefusedBet};
use crate::Envelope;
use crate::command::{Command, PlaceBet, PlaceMultiple, Slip};
use crate::event::Event;
use crate::outbox::Outbox;
use crate::reject::Reject;
use crate::state::State;
use crate::units::{AccountId, ClientBetId};

impl State {
    /// Answers an input that can wait with `code`, in its place among the commands. False if it must
    /// not be refused: what settles, what feeds and operators say, what brings or returns money.
    pub fn turn_away(&self, envelope: &Envelope, code: Reject, outbox: &mut Outbox) -> bool {
        outbox.stamp(self.seq, self.now, envelope.trace);
        match &envelope.command {
            Command::PlaceBet(place) => self.turn_bet_away(place, code, outbox),
            Command::PlaceMultiple(place) => self.turn_multiple_away(place, code, outbox),
            Command::PlaceBatch(ask) => {
                ask.places().for_each(|place| self.turn_bet_away(&place, code, outbox));
            }
            Command::PlaceOnTerms(ask) => match &ask.slip {
                Slip::Single(place) => self.turn_bet_away(place, code, outbox),
                Slip::Multiple(place) => self.turn_multiple_away(place, code, outbox),
            },
            Command::OpenAccount { .. }
            | Command::CreateMatch(_)
            | Command::OpenMarket { .. }
            | Command::Session { .. } => {
                outbox.push(Event::Refused(code.into()));
            }
            Command::Genesis { .. }
            | Command::Configure { .. }
            | Command::SetMap(_)
            | Command::Feed(_)
            | Command::Suspend { .. }
            | Command::Resume { .. }
            | Command::Kill { .. }
            | Command::SetAccountState { .. }
            | Command::Deposit { .. }
            | Command::CancelBet { .. }
            | Command::Tick
            | Command::BriefTick
            | Command::Override { .. }
            | Command::Approve { .. }
            | Command::LiftOverride { .. }
            | Command::SetNextRound(_)
            | Command::SetAccountFactor { .. }
            | Command::LinkAccount { .. }
            | Command::SetTier { .. }
            | Command::SetDelay { .. }
            | Command::SetPlayLimit { .. }
            | Command::ConfirmPlayLimit { .. }
            | Command::Rest { .. }
            | Command::EndRest { .. }
            | Command::AdoptPlayPolicy { .. }
            | Command::Customer { .. }
            | Command::Grade { .. }
            | Command::RejectProposal { .. }
            | Command::HandOver { .. }
            | Command::AdoptHouseRules { .. }
            | Command::MatchIncident { .. }
            | Command::TakeBackIncident { .. }
            | Command::SetMode { .. }
            | Command::Payment { .. }
            | Command::Bonus { .. }
            | Command::ResetTrip { .. }
            | Command::Shed { .. }
            | Command::ResumeSettlement { .. }
            | Command::PauseSettlement { .. }
            | Command::VoidBet { .. }
            | Command::VoidBets(_)
            | Command::CashOut(_)
            | Command::AnswerOffer(_)
            | Command::DecideReferral { .. }
            | Command::Adjust(_)
            | Command::SetCurrency(_)
            | Command::Enlarge { .. } => return false,
        }
        true
    }

    fn turn_bet_away(&self, place: &PlaceBet, code: Reject, outbox: &mut Outbox) {
        let PlaceBet { account, client_id, market, selection, odds, stake, .. } = *place;
        let refused = RefusedBet { market, selection, odds, stake, refusal: code.into() };
        match self.answered(account, client_id, outbox) {
            Answered::Said => {}
            Answered::Gone => outbox.push(Event::Bet(forgotten(place))),
            Answered::Never => outbox.push(Event::Bet(refused.view(account, client_id))),
        }
    }

    fn turn_multiple_away(&self, place: &PlaceMultiple, code: Reject, outbox: &mut Outbox) {
        let (account, client_id) = (place.account, place.client_id);
        let code = match self.answered(account, client_id, outbox) {
            Answered::Said => return,
            Answered::Gone => Reject::BetRetired,
            Answered::Never => code,
        };
        let refused = RefusedMultiple::new(place, code.into(), None);
        outbox.push(Event::Multiple(refused.view(account, client_id)));
    }

    /// Says again what was answered to this id.
    fn answered(&self, account: AccountId, id: ClientBetId, outbox: &mut Outbox) -> Answered {
        let Some(tables) = &self.tables else { return Answered::Never };
        let answer: Option<Answer> = tables.client_ids.get(Key::new(account, id.0));
        match answer.map(|answer| tables.say_answer(answer, account, id, outbox)) {
            None => Answered::Never,
            Some(true) => Answered::Said,
            Some(false) => Answered::Gone,
        }
    }
}

/// Whether an id was answered before.
enum Answered {
    /// It was, and the answer was said again.
    Said,
    /// It was, and its bet has left the engine.
    Gone,
    /// It was not.
    Never,
}
