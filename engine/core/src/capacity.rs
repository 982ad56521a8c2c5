//! How large the tables may be, and how much room the events of one command need.

use crate::command::Capacity;
use crate::query::MULTIPLES_PER_ANSWER;
use crate::settlement::system::LEGS_MAX;
use crate::title::MAPS_MAX;

/// How many rows of a table are kept, once there are no more for anything else, for what protects players: a
/// sixteenth, and sixteen at least where that is no more than a quarter.
pub(crate) const fn kept_rows(rows: u32) -> u32 {
    let (sixteenth, few) = (rows / 16, if rows / 4 < 16 { rows / 4 } else { 16 });
    if sixteenth < few { few } else { sixteenth }
}

impl Capacity {
    /// The most markets at one time: one command can change the prices of all of them.
    pub const MARKETS_MAX: u32 = 65_536;
    /// The most matches at one time: one answer can describe all of them.
    pub const MATCHES_MAX: u32 = 65_536;

    /// Room for one of everything: where the sizes do not matter, or what those that do are set beside.
    pub const SMALLEST: Self = Self {
        accounts_max: 1,
        matches_max: 1,
        markets_max: 1,
        bets_max: 1,
        client_ids_max: 1,
        multiples_max: 1,
        legs_max: 1,
        payments_max: 1,
        bonuses_max: 1,
        play_limits_max: 1,
    };

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

    /// Every size with its name.
    pub fn sizes(&self) -> [(&'static str, u32); 10] {
        let Self {
            accounts_max,
            matches_max,
            markets_max,
            bets_max,
            client_ids_max,
            multiples_max,
            legs_max,
            payments_max,
            bonuses_max,
            play_limits_max,
        } = *self;
        [
            ("accounts_max", accounts_max),
            ("matches_max", matches_max),
            ("markets_max", markets_max),
            ("bets_max", bets_max),
            ("client_ids_max", client_ids_max),
            ("multiples_max", multiples_max),
            ("legs_max", legs_max),
            ("payments_max", payments_max),
            ("bonuses_max", bonuses_max),
            ("play_limits_max", play_limits_max),
        ]
    }

    /// Each size of these that is larger than the other's: its name, this one and the other one.
    pub fn beyond(&self, other: &Self) -> impl Iterator<Item = (&'static str, u32, u32)> {
        let pairs = self.sizes().into_iter().zip(other.sizes());
        pairs
            .filter(|(this, other)| other.1 < this.1)
            .map(|(this, other)| (this.0, this.1, other.1))
    }

    /// Of each size the larger one.
    #[must_use]
    pub fn or_larger(&self, other: &Self) -> Self {
        Self {
            accounts_max: self.accounts_max.max(other.accounts_max),
            matches_max: self.matches_max.max(other.matches_max),
            markets_max: self.markets_max.max(other.markets_max),
            bets_max: self.bets_max.max(other.bets_max),
            client_ids_max: self.client_ids_max.max(other.client_ids_max),
            multiples_max: self.multiples_max.max(other.multiples_max),
            legs_max: self.legs_max.max(other.legs_max),
            payments_max: self.payments_max.max(other.payments_max),
            bonuses_max: self.bonuses_max.max(other.bonuses_max),
            play_limits_max: self.play_limits_max.max(other.play_limits_max),
        }
    }

    /// Whether the engine can hold tables of these sizes.
    ///
    /// # Errors
    /// The name of the first field that is zero or too large.
    pub fn validate(&self) -> Result<(), &'static str> {
        for (name, value) in self.sizes() {
            let max = match name {
                "matches_max" => Self::MATCHES_MAX,
                "markets_max" => Self::MARKETS_MAX,
                _ => u32::MAX / 4,
            };
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
