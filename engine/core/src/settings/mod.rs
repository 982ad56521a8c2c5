//! Every setting of the [`Config`] by name, so that it can be shown and changed one by one.
//!
//! One list; a field that is missing from it does not compile. What a number means is its [`Unit`];
//! how it is written for people is the gateways' business.

mod alone;
mod validate;

pub use self::alone::Alone;
pub(crate) use self::alone::is_far_above;

use crate::command::Config;
use crate::pricing::LadderTable;
use crate::risk::{RuleSet, Stages};
use crate::switches::TripSet;
use crate::units::Money;

/// What the number of a setting counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Minor units of money.
    Money,
    /// Nanoseconds.
    Nanos,
    /// Parts per billion.
    Ppb,
    /// Thousandths.
    Milli,
    /// Things.
    Count,
    /// A [`RuleSet`] as bits.
    Rules,
    /// [`Stages`]: four percentages as the bytes of a number, the first lowest.
    Stages,
    /// The place in [`LadderTable::ALL`].
    Ladder,
    /// A [`TripSet`] as bits.
    Trips,
}

/// A field that can be read and written as a number.
trait Number: Copy {
    fn number(self) -> i64;
    fn from_number(number: i64) -> Option<Self>;
}

impl Number for Money {
    fn number(self) -> i64 {
        self.minor()
    }
    fn from_number(number: i64) -> Option<Self> {
        Some(Self::from_minor(number))
    }
}

impl Number for u64 {
    /// A time above 292 years is shown as 292 years.
    fn number(self) -> i64 {
        i64::try_from(self).unwrap_or(i64::MAX)
    }
    fn from_number(number: i64) -> Option<Self> {
        Self::try_from(number).ok()
    }
}

impl Number for u32 {
    fn number(self) -> i64 {
        i64::from(self)
    }
    fn from_number(number: i64) -> Option<Self> {
        Self::try_from(number).ok()
    }
}

impl Number for LadderTable {
    fn number(self) -> i64 {
        self as i64
    }
    fn from_number(number: i64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }
}

impl Number for RuleSet {
    fn number(self) -> i64 {
        i64::from(self.bits())
    }
    fn from_number(number: i64) -> Option<Self> {
        Self::from_bits(u32::try_from(number).ok()?)
    }
}

impl Number for TripSet {
    fn number(self) -> i64 {
        i64::from(self.bits())
    }
    fn from_number(number: i64) -> Option<Self> {
        Self::from_bits(u32::try_from(number).ok()?)
    }
}

impl Number for Stages {
    fn number(self) -> i64 {
        i64::from(u32::from_le_bytes(self.percents()))
    }
    fn from_number(number: i64) -> Option<Self> {
        Self::new(u32::try_from(number).ok()?.to_le_bytes())
    }
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $name:ident = $field:ident, $label:literal, $unit:ident;)*) => {
        /// One setting of the [`Config`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize))]
        pub enum Setting {
            $($(#[doc = $doc])+ $name,)*
        }

        impl Setting {
            /// Every setting, in the order of the configuration.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name: the field's without its unit.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// What it is, in a sentence for whoever sets it.
            pub fn explains(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_start(),)* }
            }

            /// What its number counts.
            pub const fn unit(self) -> Unit {
                match self { $(Self::$name => Unit::$unit,)* }
            }

            /// Says every setting that has another number in the second configuration than in the
            /// first, in order. Written out, as a new margin waits for it.
            pub(crate) fn differences(
                before: &Config,
                after: &Config,
                mut say: impl FnMut(Self, i64),
            ) {
                $(if before.$field.number() != after.$field.number() {
                    say(Self::$name, after.$field.number());
                })*
            }

            /// Its number in a configuration.
            pub fn get(self, config: &Config) -> i64 {
                let Config { $($field),* } = *config;
                match self { $(Self::$name => $field.number(),)* }
            }

            /// The configuration with this setting changed; `None` if the number is outside what
            /// the field can hold. Whether it makes sense is for [`Config::validate`] to say.
            pub fn set(self, config: Config, number: i64) -> Option<Config> {
                Some(match self {
                    $(Self::$name => Config { $field: Number::from_number(number)?, ..config },)*
                })
            }

            /// The setting whose field in [`Config`] has this name, as [`Config::validate`] names it.
            pub fn of_field(field: &str) -> Option<Self> {
                match field {
                    $(stringify!($field) => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

settings! {
    /// Smallest stake.
    StakeMin = stake_min, "stake_min", Money;
    /// Largest stake.
    StakeMax = stake_max, "stake_max", Money;
    /// Largest payout of one bet.
    PayoutMax = payout_max, "payout_max", Money;
    /// Largest cost of one selection.
    LiabilitySelectionMax = liability_selection_max, "liability_selection_max", Money;
    /// Largest cost of one market.
    LiabilityMarketMax = liability_market_max, "liability_market_max", Money;
    /// Largest sum that one account may win with its open bets.
    LiabilityAccountMax = liability_account_max, "liability_account_max", Money;
    /// How long a bet waits in play.
    InPlayDelay = in_play_delay_ns, "in_play_delay", Nanos;
    /// The same in a game without rounds.
    InPlayDelayMoba = in_play_delay_moba_ns, "in_play_delay_moba", Nanos;
    /// Oldest feed message on which a live match is priced.
    FeedAgeLive = feed_age_live_ns, "feed_age_live", Nanos;
    /// The same before the match.
    FeedAgePrematch = feed_age_prematch_ns, "feed_age_prematch", Nanos;
    /// How long a replaced price may still be acted on.
    ViewAgeMax = view_age_max_ns, "view_age_max", Nanos;
    /// What a book's probabilities sum to above one.
    Margin = margin_ppb, "margin", Ppb;
    /// Largest move of an odds ratio by one update.
    Band = band_milli, "band", Milli;
    /// How far a client bet id's time may lie in the past.
    ClientIdPast = client_id_past_ns, "client_id_past", Nanos;
    /// How far it may lie in the future.
    ClientIdFuture = client_id_future_ns, "client_id_future", Nanos;
    /// How long a settled bet can be settled again.
    ResettleWindow = resettle_window_ns, "resettle_window", Nanos;
    /// Steps of the ladder by which odds must grow to be sent.
    PriceStepsMin = price_steps_min, "price_steps_min", Count;
    /// How far an override may lie from the model before a second person must approve it.
    OverrideDistance = override_distance_milli, "override_distance", Milli;
    /// The longest life of an override.
    OverrideLifeMax = override_life_max_ns, "override_life_max", Nanos;
    /// Largest shading by liability.
    Shading = shading_ppb, "shading", Ppb;
    /// The distance from the mean result at which a selection is shaded in full.
    ShadingScale = shading_scale, "shading_scale", Money;
    /// How much payouts move before a market is shaded anew.
    ShadingStep = shading_step, "shading_step", Money;
    /// How much longer than at its best a feed may take to reach us.
    FeedLagMax = feed_lag_max_ns, "feed_lag_max", Nanos;
    /// How long a second source may take to confirm the first.
    FeedGrace = feed_grace_ns, "feed_grace", Nanos;
    /// After how long a silence of the source that is followed a match goes to another; 0s is never.
    FeedHandOver = feed_hand_over_ns, "feed_hand_over", Nanos;
    /// Updates in a row that must fit before a frozen match goes on by itself.
    AgreeingUpdates = agreeing_updates, "agreeing_updates", Count;
    /// Risk rules that are not asked.
    RulesOff = rules_off, "rules_off", Rules;
    /// Risk rules that are asked and counted, and refuse nothing.
    RulesShadow = rules_shadow, "rules_shadow", Rules;
    /// Largest sum that one match may cost.
    LiabilityMatchMax = liability_match_max, "liability_match_max", Money;
    /// Largest sum that linked accounts may win with their open bets.
    LiabilityGroupMax = liability_group_max, "liability_group_max", Money;
    /// Largest sum that one account's bets of one day may pay.
    PayoutDayMax = payout_day_max, "payout_day_max", Money;
    /// Most bets of one account within a second.
    BetsPerSecondMax = bets_per_second_max, "bets_per_second_max", Count;
    /// Within a minute.
    BetsPerMinuteMax = bets_per_minute_max, "bets_per_minute_max", Count;
    /// Within an hour.
    BetsPerHourMax = bets_per_hour_max, "bets_per_hour_max", Count;
    /// Largest sum of one account's stakes within an hour.
    StakesPerHourMax = stakes_per_hour_max, "stakes_per_hour_max", Money;
    /// Parts of the largest stake by time to the start, for the best known tier.
    Tier0 = tier_0, "tier_0", Stages;
    /// For the second tier.
    Tier1 = tier_1, "tier_1", Stages;
    /// For the third tier.
    Tier2 = tier_2, "tier_2", Stages;
    /// For the least known tier.
    Tier3 = tier_3, "tier_3", Stages;
    /// The odds that can stand on the board.
    Ladder = ladder, "ladder", Ladder;
    /// Trips that count nothing.
    TripsOff = trips_off, "trips_off", Trips;
    /// Trips that only say that they would have pulled.
    TripsShadow = trips_shadow, "trips_shadow", Trips;
    /// Trips that two people reset.
    TripsTwoPeople = trips_two_people, "trips_two_people", Trips;
    /// How far back trips look.
    TripWindow = trip_window_ns, "trip_window", Nanos;
    /// How long a trip that pulled cannot be reset.
    TripCoolDown = trip_cool_down_ns, "trip_cool_down", Nanos;
    /// Matches whose feeds may fall silent or behind within that window.
    TripFeedMax = trip_feed_max, "trip_feed_max", Count;
    /// Matches that may freeze over an error within it.
    TripErrorMax = trip_error_max, "trip_error_max", Count;
    /// What the house may lose by settlement within it.
    TripLossMax = trip_loss_max, "trip_loss_max", Money;
    /// Refused bets in percent of all commands within it.
    TripRejectPercent = trip_reject_percent, "trip_reject_percent", Count;
    /// Fewer refused bets than this never pull.
    TripRejectMin = trip_reject_min, "trip_reject_min", Count;
    /// What the house keeps of a bet's worth when it is cashed out.
    CashOutMargin = cash_out_margin_ppb, "cash_out_margin", Ppb;
    /// How long a quote can be taken.
    QuoteLife = quote_life_ns, "quote_life", Nanos;
    /// Stakes from here on are settled first, one by one.
    LargeStake = large_stake, "large_stake", Money;
    /// Payouts above this wait until the result is confirmed.
    ConfirmAbove = confirm_above, "confirm_above", Money;
    /// What a grade that the score does not confirm may pay by one person's word alone.
    GradeAloneMax = grade_alone_max, "grade_alone_max", Money;
    /// How long an offer in place of a bet can be taken.
    OfferLife = offer_life_ns, "offer_life", Nanos;
    /// How long a trader may look at a bet that is put to him.
    ReferralLife = referral_life_ns, "referral_life", Nanos;
    /// Risk rules that put a bet to a trader instead of refusing it.
    RulesRefer = rules_refer, "rules_refer", Rules;
    /// Largest stake that is taken without a trader's word.
    TraderStake = trader_stake, "trader_stake", Money;
    /// How far below zero a correction may take a player; the rest is written off.
    DebtMax = debt_max, "debt_max", Money;
    /// The largest sum by which one person may adjust balances alone on a day, or one account be credited.
    AdjustAloneMax = adjust_alone_max, "adjust_alone_max", Money;
    /// The largest sum of bonuses that one person may grant alone on a day.
    GrantsAloneMax = grants_alone_max, "grants_alone_max", Money;
    /// The largest sum of deposits that the staff may book to one account on a day, one person at a time.
    DepositsAloneMax = deposits_alone_max, "deposits_alone_max", Money;
    /// How many times a bonus may have to be wagered at most.
    WageringTimesMax = wagering_times_max, "wagering_times_max", Count;
    /// What a bet of several legs pays at most, however much its odds come to.
    PayoutCut = payout_cut, "payout_cut", Money;
    /// Whether a withdrawal ends bonus money that is not wagered yet: 1 or 0.
    WithdrawalEndsBonus = withdrawal_ends_bonus, "withdrawal_ends_bonus", Count;
}

impl Setting {
    /// The setting with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|setting| setting.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_is_changed_reads_back_and_touches_no_other() {
        let before = Config::default();
        for &setting in Setting::ALL {
            assert_eq!(Setting::named(setting.name()), Some(setting));
            let old = setting.get(&before);
            assert_eq!(setting.set(before, old), Some(before), "{setting:?}");
            let new = match setting.unit() {
                Unit::Rules | Unit::Trips => old ^ 1,
                Unit::Stages => old - 1,
                _ => old + 1,
            };
            let after = setting.set(before, new).expect("one more still fits");
            for &other in Setting::ALL {
                let expected = if other == setting { new } else { other.get(&before) };
                assert_eq!(other.get(&after), expected, "{setting:?} moved {other:?}");
            }
        }
        assert_eq!(Setting::named("stake_maximum"), None);
    }

    #[test]
    fn a_number_that_a_field_cannot_hold_is_refused() {
        let config = Config::default();
        assert_eq!(Setting::InPlayDelay.set(config, -1), None);
        assert_eq!(Setting::Margin.set(config, i64::from(u32::MAX) + 1), None);
        assert_eq!(Setting::Ladder.set(config, 99), None);
    }

    #[test]
    fn what_validation_names_is_a_setting() {
        let broken = Config { margin_ppb: u32::MAX, ..Config::default() };
        let field = broken.validate().expect_err("a margin of 400 % makes no sense");
        assert_eq!(Setting::of_field(field), Some(Setting::Margin));
    }
}
