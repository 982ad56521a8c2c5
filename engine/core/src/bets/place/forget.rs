//! Client ids leave the memory of answers some time after they can no longer be used.

use crate::state::Step;
use crate::units::ClientBetId;

/// Expired client ids forgotten with each new one: more than one, so that the table drains.
const FORGET_PER_BET: usize = 4;

impl Step<'_> {
    /// Ids whose own time has left the window are refused anyway, so nothing is lost with them.
    #[inline]
    pub(in crate::bets) fn forget_expired_ids(&mut self) {
        if self.tables.ids_last_until < self.now {
            self.forget_ids();
        }
    }

    #[inline(never)]
    fn forget_ids(&mut self) {
        for _ in 0..FORGET_PER_BET {
            let Some(key) = self.tables.client_ids.oldest() else { return };
            let made = ClientBetId(key.id()).time().unwrap_or_default();
            let last = made.plus(self.config.client_id_past_ns);
            if self.now <= last {
                // It stays the oldest until it leaves.
                self.tables.ids_last_until = last;
                return;
            }
            self.tables.client_ids.forget_oldest();
            self.tables.ids_forgotten_to = self.tables.ids_forgotten_to.max(made);
        }
    }
}
