//! Which configurations make sense.

use crate::command::Config;
use crate::risk;
use crate::units::Money;

impl Config {
    /// No single amount may be larger: sums over all bets then stay far from overflow.
    pub const AMOUNT_MAX: Money = Money::from_minor(1_000_000_000_000_000);
    /// A payout is never above this, so none waits to be confirmed.
    pub const NOTHING_WAITS: Money = Self::AMOUNT_MAX;
    /// A book may not sum to 2.
    pub const MARGIN_PPB_MAX: u32 = 999_999_999;
    /// Shading may never weigh a selection by more than a quarter.
    pub const SHADING_PPB_MAX: u32 = 250_000_000;

    /// Trips look back for a second at least.
    pub const TRIP_WINDOW_NS_MIN: u64 = 1_000_000_000;

    /// Whether the settings make sense.
    ///
    /// # Errors
    /// The name of the first field that does not.
    pub fn validate(&self) -> Result<(), &'static str> {
        for (name, amount) in [
            ("stake_min", self.stake_min),
            ("stake_max", self.stake_max),
            ("payout_max", self.payout_max),
            ("liability_selection_max", self.liability_selection_max),
            ("liability_market_max", self.liability_market_max),
            ("liability_account_max", self.liability_account_max),
            ("liability_match_max", self.liability_match_max),
            ("liability_group_max", self.liability_group_max),
            ("payout_day_max", self.payout_day_max),
            ("stakes_per_hour_max", self.stakes_per_hour_max),
            ("trader_stake", self.trader_stake),
            ("shading_scale", self.shading_scale),
            ("shading_step", self.shading_step),
            ("trip_loss_max", self.trip_loss_max),
            ("large_stake", self.large_stake),
            ("confirm_above", self.confirm_above),
            ("payout_cut", self.payout_cut),
        ] {
            if amount <= Money::ZERO || Self::AMOUNT_MAX < amount {
                return Err(name);
            }
        }
        for (name, amount) in [
            ("grade_alone_max", self.grade_alone_max),
            ("debt_max", self.debt_max),
            ("adjust_alone_max", self.adjust_alone_max),
            ("grants_alone_max", self.grants_alone_max),
            ("deposits_alone_max", self.deposits_alone_max),
        ] {
            if amount < Money::ZERO || Self::AMOUNT_MAX < amount {
                return Err(name);
            }
        }
        for (name, bets, max) in [
            ("bets_per_second_max", self.bets_per_second_max, risk::PACE_RING as u32),
            ("bets_per_minute_max", self.bets_per_minute_max, 250),
            ("bets_per_hour_max", self.bets_per_hour_max, 60_000),
        ] {
            if bets == 0 || max < bets {
                return Err(name);
            }
        }
        // Stakes within an hour are counted in 32 bits.
        if i64::from(u32::MAX) <= self.stakes_per_hour_max.minor() {
            return Err("stakes_per_hour_max");
        }
        if !self.rules_off.is_apart_from(Self::RULES_NEVER_OFF) {
            return Err("rules_off");
        }
        if !self.rules_shadow.is_apart_from(self.rules_off) {
            return Err("rules_shadow");
        }
        if !self.trips_shadow.is_apart_from(self.trips_off) {
            return Err("trips_shadow");
        }
        // An eighth of the window is the smallest step in which it is counted.
        if self.trip_window_ns < Self::TRIP_WINDOW_NS_MIN {
            return Err("trip_window_ns");
        }
        if 100 < self.trip_reject_percent {
            return Err("trip_reject_percent");
        }
        if self.stake_max < self.stake_min {
            return Err("stake_max");
        }
        // A market may not be forgotten while its bets still wait.
        let waits = [
            self.in_play_delay_ns,
            self.in_play_delay_moba_ns,
            self.offer_life_ns,
            self.referral_life_ns,
        ];
        if waits.into_iter().any(|wait| self.resettle_window_ns < wait) {
            return Err("resettle_window_ns");
        }
        if Self::MARGIN_PPB_MAX < self.margin_ppb {
            return Err("margin_ppb");
        }
        if 1_000_000_000 < self.cash_out_margin_ppb {
            return Err("cash_out_margin_ppb");
        }
        if self.band_milli <= 1_000 {
            return Err("band_milli");
        }
        if !(1..=1_000).contains(&self.wagering_times_max) {
            return Err("wagering_times_max");
        }
        if 1 < self.withdrawal_ends_bonus {
            return Err("withdrawal_ends_bonus");
        }
        if self.price_steps_min == 0 {
            return Err("price_steps_min");
        }
        if self.override_distance_milli < 1_000 {
            return Err("override_distance_milli");
        }
        if Self::SHADING_PPB_MAX < self.shading_ppb {
            return Err("shading_ppb");
        }
        Ok(())
    }
}
