//! Client ids leave the memory of answers some time after they can no longer be used, and after their bets have left.

use crate::bets::Answer;
use crate::bets::client_ids::Key;
use crate::state::{Step, Tables};
use crate::units::ClientBetId;

/// Expired client ids forgotten with each new one: more than one, so that the table drains.
const FORGET_PER_BET: usize = 4;

impl Step<'_> {
    /// Ids whose own time has left the window are refused anyway, so nothing is lost with them. Those of bets that are
    /// still there stay while there is room: by them a bettor asks for his bet, cashes it out and takes it back.
    #[inline]
    pub(in crate::bets) fn forget_expired_ids(&mut self) {
        if self.tables.ids_last_until < self.now {
            self.forget_ids();
        }
    }

    #[inline(never)]
    fn forget_ids(&mut self) {
        for _ in 0..FORGET_PER_BET {
            let Some((key, answer)) = self.tables.client_ids.oldest() else { return };
            let made = ClientBetId(key.id()).time().unwrap_or_default();
            let last = made.plus(self.config.client_id_past_ns);
            if self.now <= last {
                // It stays the oldest until it leaves.
                self.tables.ids_last_until = last;
                return;
            }
            let was_full = self.tables.client_ids.is_full();
            self.tables.client_ids.forget_oldest();
            if !was_full && self.tables.has_bet_of(key, answer) {
                // Behind the others, and looked at again in its turn.
                self.tables.client_ids.insert(key, answer);
                continue;
            }
            self.tables.ids_forgotten_to = self.tables.ids_forgotten_to.max(made);
        }
    }
}

impl Tables {
    /// Whether the bet that this answer leads to is still there.
    fn has_bet_of(&self, key: Key, answer: Answer) -> bool {
        let (account, client_id) = (key.account(), ClientBetId(key.id()));
        match answer {
            Answer::Bet { slot } => self.bets.bet(slot).answers_to(account, client_id),
            Answer::Multiple { slot } => {
                self.multiples.multiple(slot).answers_to(account, client_id)
            }
            Answer::Refused(_) | Answer::RefusedMultiple(_) => false,
        }
    }
}
