//! Why a bet of several legs was taken or refused.
//!
//! Where every leg is asked before the bet is refused, a customer hears of all that was wrong with his slip.

use alloc::vec::Vec;

use super::place::{Reasons, Refused};
use crate::bets::client_ids::Key;
use crate::bets::place::Check;
use crate::command::{Actor, PlaceMultiple};
use crate::risk::RuleSet;
use crate::state::State;
use crate::units::{BonusId, Seq, Timestamp};

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
            asked.is_final = bonus.is_some();
            let excused = if asked.is_final { RuleSet::EMPTY } else { step.config.rules_refer };
            let _ = step.decide_heard(place, (excused, bonus), &mut Reasons::default(), asked);
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
