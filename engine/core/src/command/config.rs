//! What the operator says of the engine itself: how large its tables are, and every setting.

use crate::codec::{wire_enum, wire_struct};
use crate::pricing::LadderTable;
use crate::risk::{RuleId, RuleSet, Stages};
use crate::switches::{TripId, TripSet};
use crate::units::Money;

/// Table sizes. Everything is allocated at start; a full table answers with a refusal, until the next start
/// with larger ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Capacity {
    /// Accounts.
    pub accounts_max: u32,
    /// Matches.
    pub matches_max: u32,
    /// Markets over all matches.
    pub markets_max: u32,
    /// Singles that are waiting, open, or settled within the re-settlement window.
    pub bets_max: u32,
    /// Client bet ids remembered.
    pub client_ids_max: u32,
    /// Bets of several legs that are waiting, open, or settled within the re-settlement window.
    pub multiples_max: u32,
    /// The legs of all of them together.
    pub legs_max: u32,
    /// Payment references remembered, for ever.
    pub payments_max: u32,
    /// Bonuses that are not used up.
    pub bonuses_max: u32,
    /// Limits that players have set for themselves.
    pub play_limits_max: u32,
}
wire_struct!(Capacity {
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
});

impl Default for Capacity {
    /// Room for a laptop: 100,000 accounts, 256 matches, 16,384 markets, 250,000 singles, 50,000 multiples.
    fn default() -> Self {
        Self {
            accounts_max: 100_000,
            matches_max: 256,
            markets_max: 16_384,
            bets_max: 250_000,
            client_ids_max: 500_000,
            multiples_max: 50_000,
            legs_max: 250_000,
            payments_max: 500_000,
            bonuses_max: 25_000,
            play_limits_max: 25_000,
        }
    }
}

/// The operator's settings. A replay uses those of its time, since each change is a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Config {
    /// Smallest stake.
    pub stake_min: Money,
    /// Largest stake.
    pub stake_max: Money,
    /// Largest payout of one bet, stake included.
    pub payout_max: Money,
    /// Largest sum that one selection may cost: its payouts less its own stakes.
    pub liability_selection_max: Money,
    /// Largest sum that one market may cost in its worst case: payouts less all its stakes.
    pub liability_market_max: Money,
    /// Largest sum that one account may win with its open bets.
    pub liability_account_max: Money,
    /// How long a bet waits while a map of rounds is played. Longer than a live feed may be silent and its words may
    /// take, or a bet can stand on what a lost word would have changed.
    pub in_play_delay_ns: u64,
    /// The same in a game without rounds.
    pub in_play_delay_moba_ns: u64,
    /// Oldest feed message on which a live match is still priced.
    pub feed_age_live_ns: u64,
    /// The same before the match has begun.
    pub feed_age_prematch_ns: u64,
    /// How long a bettor may still act on a price after it was replaced.
    pub view_age_max_ns: u64,
    /// What a book's booked probabilities sum to, in parts per billion above one.
    pub margin_ppb: u32,
    /// Largest factor by which one update may move a selection's odds ratio p/(1−p), in thousandths.
    pub band_milli: u32,
    /// How far a client bet id's own time may lie in the past.
    pub client_id_past_ns: u64,
    /// How far it may lie in the future.
    pub client_id_future_ns: u64,
    /// How long a settled bet is kept so that it can be settled again.
    pub resettle_window_ns: u64,
    /// Odds that grow by fewer steps of the ladder than this are not sent; 1 sends every change.
    /// Odds that shrink are always sent, so the margin never falls below its target.
    pub price_steps_min: u32,
    /// How far an override may lie from the model before a second person must approve it: the
    /// largest factor between their odds ratios p/(1−p), in thousandths.
    pub override_distance_milli: u32,
    /// The longest life of an override.
    pub override_life_max_ns: u64,
    /// Shading by liability: κ, the largest part by which a selection's probability is weighted up
    /// or down before the book is scaled again, in parts per billion; zero is off.
    pub shading_ppb: u32,
    /// The distance from the market's mean result at which a selection is shaded in full.
    pub shading_scale: Money,
    /// A market is shaded anew once its payouts moved by this much; every other change of its price
    /// shades it as well.
    pub shading_step: Money,
    /// How much longer than at its best a source may take from its own clock to ours, be it with a fact or
    /// with a heartbeat that says its time.
    pub feed_lag_max_ns: u64,
    /// How long a second source may take to confirm what the primary said.
    pub feed_grace_ns: u64,
    /// After how long a silence of the source that the score follows the match goes to another by itself,
    /// but never before the silence is noticed; zero is never.
    pub feed_hand_over_ns: u64,
    /// How many updates in a row must fit before a match that froze on something impossible goes on
    /// without a person; zero always waits for a person.
    pub agreeing_updates: u32,
    /// Risk rules that are not asked.
    pub rules_off: RuleSet,
    /// Risk rules that are asked and counted, and refuse nothing.
    pub rules_shadow: RuleSet,
    /// Largest sum that one match may cost over all its markets where a bet wins.
    pub liability_match_max: Money,
    /// Largest sum that a group of linked accounts may win with its open bets.
    pub liability_group_max: Money,
    /// Largest sum that all bets of one account on one day may pay, stakes included.
    pub payout_day_max: Money,
    /// Most bets of one account within a second; from 1 to 5.
    pub bets_per_second_max: u32,
    /// Most within a minute; from 1 to 250.
    pub bets_per_minute_max: u32,
    /// Most within an hour; from 1 to 60,000.
    pub bets_per_hour_max: u32,
    /// Largest sum of one account's stakes within an hour.
    pub stakes_per_hour_max: Money,
    /// Parts of the largest stake by time to the start, for matches of the best known tier.
    pub tier_0: Stages,
    /// The same for the second.
    pub tier_1: Stages,
    /// The same for the third.
    pub tier_2: Stages,
    /// The same for the least known.
    pub tier_3: Stages,
    /// The odds that can stand on the board.
    pub ladder: LadderTable,
    /// Trips that count nothing.
    pub trips_off: TripSet,
    /// Trips that only say that they would have pulled.
    pub trips_shadow: TripSet,
    /// Trips that two people must reset.
    pub trips_two_people: TripSet,
    /// How far back trips look.
    pub trip_window_ns: u64,
    /// How long a trip that pulled cannot be reset.
    pub trip_cool_down_ns: u64,
    /// How many matches' feeds may fall silent or behind within the window.
    pub trip_feed_max: u32,
    /// How many matches may freeze over an error within the window.
    pub trip_error_max: u32,
    /// What the house may lose on balance by settlement within the window.
    pub trip_loss_max: Money,
    /// How many bets may be refused within the window, in percent of all commands.
    pub trip_reject_percent: u32,
    /// Fewer refused bets than this never pull.
    pub trip_reject_min: u32,
    /// What the house keeps of a bet's worth when it is cashed out, in parts per billion.
    pub cash_out_margin_ppb: u32,
    /// How long a quote can be taken.
    pub quote_life_ns: u64,
    /// Stakes from here on are settled first, one by one.
    pub large_stake: Money,
    /// Payouts above this wait until the result is confirmed.
    pub confirm_above: Money,
    /// What grades and incidents that the score does not confirm may pay by one person's word alone, all of a
    /// day (UTC) together; zero: nothing.
    pub grade_alone_max: Money,
    /// How long an offer in place of a bet can be taken.
    pub offer_life_ns: u64,
    /// How long a trader may look at a bet that is put to him.
    pub referral_life_ns: u64,
    /// Risk rules that put a bet to a trader instead of refusing it.
    pub rules_refer: RuleSet,
    /// Largest stake that is taken without a trader's word.
    pub trader_stake: Money,
    /// How far below zero a correction may take a player; what goes beyond is written off. Zero: never
    /// below.
    pub debt_max: Money,
    /// The largest sum by which one person may adjust balances alone on one day, and by which one account
    /// may be adjusted and given bonuses by persons alone; zero: none.
    pub adjust_alone_max: Money,
    /// The largest sum of bonuses that one person may grant alone on one day.
    pub grants_alone_max: Money,
    /// The largest sum of deposits that persons of the staff may book alone to one account on one day.
    pub deposits_alone_max: Money,
    /// How many times a bonus may have to be wagered at most; from 1 to 1,000.
    pub wagering_times_max: u32,
    /// What a bet of several legs pays at most, stake included, however much its odds come to.
    pub payout_cut: Money,
    /// 1: whoever takes his own money out gives up bonus money that is not wagered yet; 0: he keeps it.
    pub withdrawal_ends_bonus: u32,
}
wire_struct!(Config {
    stake_min,
    stake_max,
    payout_max,
    liability_selection_max,
    liability_market_max,
    liability_account_max,
    in_play_delay_ns,
    in_play_delay_moba_ns,
    feed_age_live_ns,
    feed_age_prematch_ns,
    view_age_max_ns,
    margin_ppb,
    band_milli,
    client_id_past_ns,
    client_id_future_ns,
    resettle_window_ns,
    price_steps_min,
    override_distance_milli,
    override_life_max_ns,
    shading_ppb,
    shading_scale,
    shading_step,
    feed_lag_max_ns,
    feed_grace_ns,
    feed_hand_over_ns,
    agreeing_updates,
    rules_off,
    rules_shadow,
    liability_match_max,
    liability_group_max,
    payout_day_max,
    bets_per_second_max,
    bets_per_minute_max,
    bets_per_hour_max,
    stakes_per_hour_max,
    tier_0,
    tier_1,
    tier_2,
    tier_3,
    ladder,
    trips_off,
    trips_shadow,
    trips_two_people,
    trip_window_ns,
    trip_cool_down_ns,
    trip_feed_max,
    trip_error_max,
    trip_loss_max,
    trip_reject_percent,
    trip_reject_min,
    cash_out_margin_ppb,
    quote_life_ns,
    large_stake,
    confirm_above,
    grade_alone_max,
    offer_life_ns,
    referral_life_ns,
    rules_refer,
    trader_stake,
    debt_max,
    adjust_alone_max,
    grants_alone_max,
    deposits_alone_max,
    wagering_times_max,
    payout_cut,
    withdrawal_ends_bonus,
});

const SECOND_NS: u64 = 1_000_000_000;

impl Default for Config {
    fn default() -> Self {
        Self {
            stake_min: Money::from_minor(10),
            stake_max: Money::from_minor(100_000),
            payout_max: Money::from_minor(5_000_000),
            liability_selection_max: Money::from_minor(5_000_000),
            liability_market_max: Money::from_minor(5_000_000),
            liability_account_max: Money::from_minor(2_000_000),
            in_play_delay_ns: 5 * SECOND_NS,
            in_play_delay_moba_ns: 5 * SECOND_NS,
            feed_age_live_ns: 3 * SECOND_NS,
            // No first round of a map is over sooner, and before it nobody's bet waits.
            feed_age_prematch_ns: 20 * SECOND_NS,
            view_age_max_ns: 10 * SECOND_NS,
            margin_ppb: 60_000_000,
            band_milli: 4_000,
            client_id_past_ns: 7 * 24 * 3600 * SECOND_NS,
            client_id_future_ns: 5 * 60 * SECOND_NS,
            resettle_window_ns: 72 * 3600 * SECOND_NS,
            price_steps_min: 1,
            override_distance_milli: 1_500,
            override_life_max_ns: 24 * 3600 * SECOND_NS,
            // Off: how much a book may lean depends on the money behind it, and a scale that is too
            // small would let the prices sway with every bet. 0.10 is usual once the scale is set.
            shading_ppb: 0,
            shading_scale: Money::from_minor(1_000_000),
            shading_step: Money::from_minor(50_000),
            // With the silence allowed and half a second for the quickest way it is what a bet waits in play.
            feed_lag_max_ns: 1_500_000_000,
            feed_grace_ns: 5 * SECOND_NS,
            feed_hand_over_ns: 10 * SECOND_NS,
            agreeing_updates: 2,
            rules_off: Self::RULES_OFF,
            rules_shadow: RuleSet::EMPTY,
            liability_match_max: Money::from_minor(10_000_000),
            liability_group_max: Money::from_minor(4_000_000),
            payout_day_max: Money::from_minor(20_000_000),
            bets_per_second_max: 5,
            bets_per_minute_max: 60,
            bets_per_hour_max: 600,
            stakes_per_hour_max: Money::from_minor(1_000_000),
            tier_0: Stages::WHOLE,
            tier_1: Stages::WHOLE,
            tier_2: Stages::WHOLE,
            tier_3: Stages::WHOLE,
            ladder: LadderTable::Bookmaker,
            // What is usual differs from book to book, so at first they only say what they see.
            trips_off: TripSet::EMPTY,
            trips_shadow: TripSet::ALL,
            trips_two_people: TripSet::EMPTY.with(TripId::LossRate),
            trip_window_ns: 60 * SECOND_NS,
            trip_cool_down_ns: 120 * SECOND_NS,
            trip_feed_max: 10,
            trip_error_max: 5,
            trip_loss_max: Money::from_minor(2_000_000),
            trip_reject_percent: 80,
            trip_reject_min: 200,
            cash_out_margin_ppb: 50_000_000,
            quote_life_ns: 10 * SECOND_NS,
            large_stake: Money::from_minor(50_000),
            // Off: a feed need not confirm its maps for payouts to be made.
            confirm_above: Self::NOTHING_WAITS,
            grade_alone_max: Money::from_minor(100_000),
            offer_life_ns: 10 * SECOND_NS,
            referral_life_ns: 60 * SECOND_NS,
            rules_refer: RuleSet::of(&[RuleId::TraderStake]),
            trader_stake: Money::from_minor(50_000),
            // A player owes whatever was paid to him wrongly.
            debt_max: Self::AMOUNT_MAX,
            adjust_alone_max: Money::from_minor(10_000),
            grants_alone_max: Money::from_minor(1_000_000),
            deposits_alone_max: Money::from_minor(1_000_000),
            // UKGC, LCCP SR 5.1.1: no more than ten times since 19 January 2026.
            wagering_times_max: 10,
            // Nothing is cut: a bet that could pay more than `payout_max` is refused.
            payout_cut: Self::AMOUNT_MAX,
            withdrawal_ends_bonus: 0,
        }
    }
}

wire_enum!(LadderTable { 0 = Bookmaker, 1 = Exchange, 2 = Fine });
