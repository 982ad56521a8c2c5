//! How large the tables may be, and how much room the events of one command need.

use crate::command::Capacity;
use crate::query::MULTIPLES_PER_ANSWER;
use crate::settlement::system::LEGS_MAX;
use crate::title::MAPS_MAX;

impl Capacity {
    /// The most markets: one command can change the prices of all of them.
    pub const MARKETS_MAX: u32 = 65_536;
    /// The most matches: one answer can describe all of them.
    pub const MATCHES_MAX: u32 = 65_536;

    /// More events than one command or query can cause in tables of these sizes: what an
    /// [`crate::Outbox`] needs room for.
    pub fn events_max(&self) -> usize {
        let (matches, markets) = (self.matches_max as usize, self.markets_max as usize);
        // Feeds found silent by the timer, and more of them under a new limit.
        let silent = 2 * (matches + markets);
        // Everything suspended at once: every status. New margins go out in slices.
        let suspended = markets;
        let catalogue = EVENTS_PER_MATCH * matches;
        let account = (self.bets_max as usize).min(usize::from(u16::MAX))
            + MULTIPLES_PER_ANSWER * (LEGS_MAX + 1);
        (silent + suspended).max(catalogue).max(account) + EVENTS_OF_THE_REST
    }

    /// Whether the engine can hold tables of these sizes.
    ///
    /// # Errors
    /// The name of the first field that is zero or too large.
    pub fn validate(&self) -> Result<(), &'static str> {
        let largest = u32::MAX / 4;
        for (name, value, max) in [
            ("accounts_max", self.accounts_max, largest),
            ("matches_max", self.matches_max, Self::MATCHES_MAX),
            ("markets_max", self.markets_max, Self::MARKETS_MAX),
            ("bets_max", self.bets_max, largest),
            ("client_ids_max", self.client_ids_max, largest),
            ("multiples_max", self.multiples_max, largest),
            ("legs_max", self.legs_max, largest),
            ("payments_max", self.payments_max, largest),
            ("bonuses_max", self.bonuses_max, largest),
            ("play_limits_max", self.play_limits_max, largest),
        ] {
            if value == 0 || max < value {
                return Err(name);
            }
        }
        Ok(())
    }
}

/// What a match says of itself: that it exists, its names and those of its maps, its score, how a
/// map of a MOBA stands, and its kill switch.
const EVENTS_PER_MATCH: usize = 7 + MAPS_MAX;

/// What one command can say of a single match and of the bets it decides and settles on the way:
/// far below this.
const EVENTS_OF_THE_REST: usize = 16_384;
