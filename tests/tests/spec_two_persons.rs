//! The rule book: what takes two persons, how a wish waits, and how it ends.

use clutch_tests::check;

const BOARD: &str = "
    account A balance 100.00
    match   M bo1
    maps    M even
    market  W M winner
    match   N bo1
    maps    N even
    market  V N winner
";

#[track_caller]
fn on_board(table: &str) {
    check(&format!("{BOARD}{table}"));
}

#[test]
fn one_bet_is_voided_by_two_persons_and_stays_void() {
    on_board(
        "
        bet    b A W a 10.00
        bet    c A W a 10.00
        void   b by 1
        expect bet b Accepted 20.00
        waiting approve by 1                  -> SamePerson(1, 1)
        waiting approve by nobody             -> OperatorOnly
        waiting approve by 2
        expect bet b Void ByHand
        expect account A available 90.00 held 10.00
        waiting approve by 3                  -> NothingToApprove
        play   M 1 A13
        expect bet b Void ByHand
        expect bet c Won 20.00
        expect account A available 110.00 held 0.00
        void   b                              -> BetNotStanding
        ",
    );
}

#[test]
fn a_bet_that_was_paid_is_voided_by_the_difference() {
    on_board(
        "
        bet    b A W a 10.00
        multi  d A 10.00 2 W:a V:a
        play   M 1 A13
        play   N 1 A13
        expect account A available 140.00 held 0.00
        void   b
        waiting approve by 2
        void   d
        waiting approve by 2
        expect bet b Void ByHand
        expect bet d Void ByHand
        expect account A available 100.00 held 0.00
        expect house 0.00
        ",
    );
}

#[test]
fn a_bet_that_never_stood_is_not_voided() {
    on_board(
        "
        bet    b A W a 200.00                 -> InsufficientFunds
        void   b                              -> BetNotStanding
        bet    c A W a 10.00
        void   c by nobody                    -> OperatorOnly
        ",
    );
}

#[test]
fn every_bet_of_a_stretch_is_voided_by_two_persons() {
    on_board(
        "
        bet    before A W a 10.00
        bet    first A W a 10.00
        bet    other A V a 10.00
        multi  many A 10.00 2 W:a V:a
        play   M 1 A13
        expect bet first Won 20.00
        void   from first market W
        expect bet first Won 20.00
        waiting approve by 2
        expect bet before Won 20.00
        expect bet first Void TakenLate
        expect bet other Accepted 20.00
        expect legs many void-TakenLate open
        play   N 1 A13
        expect bet many Won 20.00
        void   from first market W by nobody  -> OperatorOnly
        void   from 999999 market W           -> InvalidParameter
        ",
    );
}

/// Both ends are void themselves, and nothing beside them; one record alone is a stretch as well.
#[test]
fn a_stretch_is_void_from_its_first_record_to_its_last() {
    on_board(
        "
        bet    a A W a 10.00
        bet    b A W a 10.00
        bet    c A W b 10.00
        bet    d A W a 10.00
        bet    other A V a 10.00
        void   from c to b market W           -> InvalidParameter
        void   from b to c market W
        waiting approve by 2
        expect bet a Accepted 20.00
        expect bet b Void TakenLate
        expect bet c Void TakenLate
        expect bet d Accepted 20.00
        void   from d to d match M
        waiting approve by 2
        expect bet a Accepted 20.00
        expect bet d Void TakenLate
        expect bet other Accepted 20.00
        expect account A available 80.00 held 20.00
        ",
    );
}

#[test]
fn a_wish_can_be_dropped_and_is_dropped_after_a_day() {
    on_board(
        "
        bet    b A W a 10.00
        void   b
        waiting drop by 1
        waiting approve by 2                  -> NothingToApprove
        waiting drop                          -> NothingToApprove
        void   b
        wait   25h
        waiting approve by 2                  -> NothingToApprove
        expect bet b Accepted 20.00
        ",
    );
}

#[test]
fn a_newer_wish_about_the_same_takes_the_place_of_the_older() {
    on_board(
        "
        bet    b A W a 10.00
        play   M 1 A13
        grade  W results lost won by 1
        grade  W void by 3
        waiting approve by 1
        expect bet b Void Declared
        waiting approve by 2                  -> NothingToApprove
        ",
    );
}

#[test]
fn an_incident_that_takes_back_what_was_decided_waits_for_a_second_person() {
    check(
        "
        rules   void_when_in_doubt
        account A balance 100.00
        match   M bo3
        maps    M even
        market  R M round 1 1
        bet     r A R a 10.00
        play    M 1 A1
        expect  bet r Won 20.00
        incident M short 1
        expect  bet r Won 20.00
        waiting approve by 2
        expect  bet r Void HouseRules
        expect  account A available 100.00 held 0.00
        ",
    );
}

#[test]
fn a_limit_is_raised_by_a_quarter_by_one_person_and_further_by_two() {
    check(
        "
        config  stake_max 10.00
        account A balance 500.00
        match   M bo1
        maps    M even
        market  W M winner
        config  stake_max 12.50
        bet     b A W a 12.50
        config  stake_max 2000.00
        bet     c A W a 200.00                -> StakeAboveLimit(12.50, 200.00)
        waiting approve by 1                  -> SamePerson
        waiting approve by 2
        bet     d A W a 200.00
        ",
    );
}

/// Steps that each go no further than a quarter go no further together: what one person may do is measured
/// from what two persons last left.
#[test]
fn small_steps_of_one_person_add_up_to_no_more_than_one() {
    check(
        "
        config  stake_max 10.00
        account A balance 5000.00
        match   M bo1
        maps    M even
        market  W M winner
        config  stake_max 12.00
        config  stake_max 11.00
        config  stake_max 12.50
        wait    72h                           # nor over days
        config  stake_max 12.51
        bet     b A W a 12.51                 -> StakeAboveLimit(12.50, 12.51)
        waiting approve by 1                  -> SamePerson
        waiting approve by 2
        bet     c A W a 12.51
        config  stake_max 15.63               # a quarter above what two persons left, rounded down
        config  stake_max 15.64
        bet     d A W a 15.64                 -> StakeAboveLimit(15.63, 15.64)
        waiting drop
        config  stake_max 1.00
        config  stake_max 15.63               # they left as much, whatever one cut since
        ",
    );
}

/// The second person signs what he is shown: what the first had moved alone before does not become the
/// measure for more.
#[test]
fn a_second_persons_word_is_about_what_was_wished_alone() {
    check(
        "
        config  stake_max 10.00 payout_max 100.00
        account A balance 10.00
        config  payout_max 125.00
        config  stake_max 200.00
        waiting approve by 2
        config  payout_max 125.01
        waiting approve by 1                  -> SamePerson
        ",
    );
}

#[test]
fn a_limit_that_moved_meanwhile_is_looked_at_again() {
    check(
        "
        config  stake_max 10.00
        account A balance 500.00
        config  stake_max 2000.00
        config  stake_max 12.00
        waiting approve by 2                  -> ConfigurationMoved
        waiting drop
        ",
    );
}

/// What guards the prices is not for one person to take away: what he may override alone, the margin of
/// the whole book, and the band.
#[test]
fn what_guards_the_prices_is_widened_by_two_persons() {
    for (before, far, near) in [
        (
            "override_distance_milli 1500",
            "override_distance_milli 1501",
            "override_distance_milli 1000",
        ),
        ("margin_ppb 60000000", "margin_ppb 999000000", "margin_ppb 250000000"),
        ("margin_ppb 250000000", "margin_ppb 40000000", "margin_ppb 60000000"),
        // A book without a margin is a step of its own, however small the margin was.
        ("margin_ppb 10000000", "margin_ppb 0", "margin_ppb 5000000"),
        ("band_milli 4000", "band_milli 5001", "band_milli 5000"),
        ("in_play_delay 3s", "in_play_delay 2s", "in_play_delay 5s"),
        ("view_age_max 10s", "view_age_max 11s", "view_age_max 1s"),
        ("confirm_above 50.00", "confirm_above 50.01", "confirm_above 10.00"),
        ("grade_alone_max 50.00", "grade_alone_max 50.01", "grade_alone_max 0.00"),
        // A higher one lets players owe more, a lower one gives up what they owe.
        ("debt_max 50.00", "debt_max 50.01", "debt_max 50.00"),
        ("debt_max 50.00", "debt_max 49.99", "stake_max 10.00"),
        ("agreeing_updates 8", "agreeing_updates 5", "agreeing_updates 6"),
        // With zero only a person ends a freeze.
        ("agreeing_updates 0", "agreeing_updates 99", "agreeing_updates 0"),
        ("agreeing_updates 8", "agreeing_updates 1", "agreeing_updates 0"),
        ("resettle_window 4h", "resettle_window 179m", "resettle_window 3h"),
        ("adjust_alone_max 50.00", "adjust_alone_max 50.01", "adjust_alone_max 0.00"),
        ("grants_alone_max 50.00", "grants_alone_max 50.01", "grants_alone_max 0.00"),
        ("deposits_alone_max 50.00", "deposits_alone_max 50.01", "deposits_alone_max 0.00"),
        (
            "cash_out_margin_ppb 50000000",
            "cash_out_margin_ppb 37499999",
            "cash_out_margin_ppb 37500000",
        ),
        ("stakes_per_hour_max 50.00", "stakes_per_hour_max 62.51", "stakes_per_hour_max 62.50"),
        // A small count has no quarter.
        ("bets_per_second_max 3", "bets_per_second_max 4", "bets_per_second_max 2"),
        ("bets_per_second_max 4", "bets_per_minute_max 250", "bets_per_second_max 5"),
        ("tier_2 10/20/50/80", "tier_2 10/26/50/80", "tier_2 12/25/62/100"),
        ("tier_3 0/0/1/100", "tier_3 1/0/1/100", "tier_3 0/0/0/99"),
        // What stops betting by itself is made blunter by two.
        ("trip_reject_percent 20", "trip_reject_percent 21", "trip_reject_percent 5"),
        ("trip_reject_min 100", "trip_reject_min 101", "trip_reject_min 10"),
        ("trip_feed_max 3", "trip_feed_max 4", "trip_feed_max 1"),
        ("trip_error_max 3", "trip_error_max 4", "trip_error_max 1"),
        ("trip_loss_max 50.00", "trip_loss_max 50.01", "trip_loss_max 1.00"),
        ("trip_cool_down 60s", "trip_cool_down 59s", "trip_cool_down 10m"),
        ("trip_window 60s", "trip_window 59s", "trip_window 60s"),
        ("trip_window 60s", "trip_window 61s", "stake_max 10.00"),
        // A rule may be tried in shadow before it refuses; once it does, it takes two to stop it.
        ("rules_off none", "rules_off bets_per_hour", "rules_off none"),
        ("rules_off none", "rules_shadow payout_max", "stake_max 10.00"),
        ("rules_off none", "rules_refer stake_max", "rules_refer none"),
        (
            "rules_off bets_per_hour",
            "rules_off none rules_shadow bets_per_minute",
            "rules_off none rules_shadow bets_per_hour",
        ),
        ("trips_shadow none", "trips_off loss_rate", "trip_loss_max 1.00"),
        ("trips_shadow none", "trips_shadow loss_rate", "trips_two_people loss_rate,feed_lag"),
        (
            "trips_two_people loss_rate",
            "trips_two_people none",
            "trips_two_people loss_rate,feed_lag",
        ),
    ] {
        check(&format!(
            "
            config  {before}
            account A1 balance 10.00
            config  {far}
            waiting approve by 1              -> SamePerson
            waiting approve by 2
            "
        ));
        check(&format!(
            "
            config  {before}
            account A1 balance 10.00
            config  {near}
            waiting approve by 2              -> NothingToApprove
            "
        ));
    }
}

#[test]
fn a_margin_that_takes_two_persons_is_not_in_the_odds_before() {
    check(
        "
        config  margin_ppb 60000000
        match   M bo1
        maps    M even
        market  W M winner
        config  margin_ppb 900000000
        expect  odds W a 1.88
        waiting approve by 2
        expect  odds W a 1.05
        ",
    );
}

/// What one person credits is summed over the day: parts of a large credit are a large credit.
#[test]
fn what_one_person_credits_alone_is_summed_over_his_day_and_the_accounts() {
    check(
        "
        config  adjust_alone_max 100.00 grants_alone_max 300.00 deposits_alone_max 1000.00
        account A
        account B
        account C
        account D
        adjust  A 60.00 goodwill by 1
        adjust  B 40.00 goodwill by 1
        adjust  B 0.01 goodwill ref 7 by 1       # 100.01 of his
        expect  payment 7 unknown
        waiting approve by 2
        expect  payment 7 goodwill
        adjust  B 60.01 goodwill ref 8 by 3      # 100.01 of the account, whoever gave the rest
        expect  payment 8 unknown
        waiting drop
        adjust  A -40.00 fee by 3                # taking counts like giving
        adjust  A -0.01 fee ref 9 by 3
        expect  payment 9 unknown
        waiting drop
        wait    24h
        adjust  A 100.00 goodwill ref 10 by 1    # a new day
        expect  payment 10 goodwill
        ",
    );
    check(
        "
        config  adjust_alone_max 100.00 grants_alone_max 150.00
        account A
        account B
        bonus   f A free_bet 100.00 for 1d
        bonus   g A free_bet 0.01 for 1d ref 7
        expect  payment 7 unknown
        waiting approve by 1                     -> SamePerson
        waiting approve by 2
        expect  payment 7 bonus
        bonus   h B free_bet 50.00 for 1d
        bonus   i B free_bet 0.01 for 1d ref 8   # 150.01 of the person's
        expect  payment 8 unknown
        adjust  B 50.00 goodwill ref 9
        expect  payment 9 goodwill
        ",
    );
}

#[test]
fn a_large_deposit_that_the_staff_books_waits_for_a_second_person() {
    check(
        "
        config  deposits_alone_max 1000.00
        account A
        account B
        deposit A 1000.01 ref 7
        expect  account A available 0.00
        expect  payment 7 unknown
        waiting approve by 1                     -> SamePerson
        waiting approve by 2
        expect  account A available 1000.01
        deposit A 1000.01 ref 7                  # booked already
        expect  account A available 1000.01
        deposit A 600.00
        deposit A 400.00
        deposit A 0.01                           # in parts it is as large
        expect  account A available 2000.01
        waiting drop
        deposit B 1000.00
        authorise B 5000.00 ref 8                # promised: nothing can be staked yet
        deposit B 5000.00 ref 8
        expect  account B available 1000.00
        waiting approve by 2
        expect  account B available 6000.00
        ",
    );
}

/// What one person moves by strengths counts from what was agreed, and never from where it stands.
#[test]
fn steps_by_strengths_go_no_further_alone_than_an_override() {
    check(
        "
        config  override_distance_milli 1500
        match   M bo1
        map     M 1 price 50 by 1                   # nothing is sold yet
        map     M 1 price 60 by 1
        map     M 1 price 50 by 1
        market  W M map 1
        map     M 1 price 55 by 1                   # 55:45 is a factor of 1.22
        expect  odds W a 1.81
        waiting approve by 2                        -> NothingToApprove
        map     M 1 price 59 by 1                   # of 1.44 from what was agreed
        expect  odds W a 1.69
        map     M 1 price 63 by 1                   # of 1.7, though a small step
        expect  odds W a 1.69
        waiting approve by 1                        -> SamePerson(1, 1)
        waiting approve by 2
        resume  market W
        expect  odds W a 1.58
        map     M 1 price 67 by 1                   # counts from there now
        expect  odds W a 1.49
        map     M 1 price 50 by 1
        expect  odds W a 1.49
        waiting drop by 1
        map     M 1 price 63 by 1                   # and back is no way at all
        expect  odds W a 1.58
        ",
    );
}

#[test]
fn a_score_moves_what_was_agreed_and_no_steps_begin_anew_with_it() {
    check(
        "
        config  override_distance_milli 1500
        match   M bo1
        maps    M even
        market  W M map 1
        map     M 1 t 51 ct 51 by 1
        map     M 1 t 52 ct 52 by 1
        expect  odds W a 1.70
        play    M 1 A3 B3
        map     M 1 t 53 ct 53 by 1
        expect  odds W a 1.73
        waiting drop by 1
        play    M 1 B5
        map     M 1 t 51 ct 51 by 1                 # nearer to what was agreed
        waiting drop by 1                           -> NothingToApprove
        map     M 1 t 48 ct 48 by 1
        waiting drop by 1                           -> NothingToApprove
        map     M 1 t 46 ct 46 by 1
        waiting drop by 1
        ",
    );
}

/// What has been approved is what somebody looked at, and not the same price at another score.
#[test]
fn a_price_that_waits_for_a_second_person_is_the_strengths_that_it_was() {
    check(
        "
        match   M bo1
        maps    M even
        market  W M map 1
        market  R M round 1 5
        map     M 1 price 80 by 1
        play    M 1 A4
        expect  odds W a 1.23
        waiting approve by 2
        resume  market W
        resume  market R
        expect  odds R a 1.73
        expect  odds W a 1.05
        ",
    );
}

#[test]
fn small_steps_on_each_map_are_a_long_way_for_the_series() {
    check(
        "
        config  override_distance_milli 1500
        match   M bo3
        maps    M even
        market  S M winner
        map     M 1 price 57 by 1
        map     M 2 price 57 by 1
        expect  odds S a 1.75
        map     M 3 price 57 by 1                   # 60.4 % of the series by now
        expect  odds S a 1.75
        waiting approve by 2
        expect  odds S a 1.65
        ",
    );
}

#[test]
fn what_one_side_gains_the_other_may_not_lose_far() {
    check(
        "
        match   M bo1
        maps    M even
        market  W M map 1
        market  R M round 1 1
        map     M 1 t 30 ct 70 by 1                 # the map stays even, its rounds do not
        expect  odds R a 2.00
        waiting approve by 2
        resume  market R
        expect  odds R a 1.42
        expect  odds W a 2.00
        ",
    );
}

/// The half is over, and its rounds come again with a rewind.
#[test]
fn a_side_that_prices_hardly_anything_now_may_not_move_far_either() {
    check(
        "
        match   M bo1
        maps    M even
        market  W M map 1
        play    M 1 A6 B6
        map     M 1 t 50 ct 42 by 1
        waiting drop                                -> NothingToApprove
        map     M 1 t 50 ct 35 by 1
        waiting approve by 2
        ",
    );
}

#[test]
fn a_chance_of_the_next_round_that_goes_far_takes_two_persons() {
    check(
        "
        config  override_distance_milli 1500
        match   M bo1
        maps    M even
        market  W M map 1
        market  R M round 1 1
        next    M 1 1 59 by 1
        expect  odds R a 1.69
        next    M 1 1 65 by 1
        expect  odds R a 1.69
        waiting approve by 2
        resume  market R
        expect  odds R a 1.53
        next    M 1 1 none by 1                     # away from what was agreed as far
        expect  odds R a 1.53
        waiting approve by 2
        resume  market R
        expect  odds R a 2.00
        next    M 1 1 75 by 1
        play    M 1 A1
        waiting approve by 2                        -> InvalidParameter(2, 1)
        ",
    );
}

/// What a feed says of a round is no person's step, so steps count from it.
#[test]
fn a_feed_says_of_the_next_round_what_it_knows() {
    check(
        "
        config  override_distance_milli 1500
        match   M bo1
        maps    M even
        market  R M round 1 1
        feed    M start 1 ct
        feed    M next 1 1 80
        resume  market R
        expect  odds R a 1.25
        next    M 1 1 84 by 1
        expect  odds R a 1.19
        next    M 1 1 50 by 1
        expect  odds R a 1.19
        waiting approve by 2
        resume  market R
        expect  odds R a 2.00
        ",
    );
}

#[test]
fn a_price_before_a_map_against_the_clock_moves_no_further_alone() {
    check(
        "
        config  override_distance_milli 1500
        match   M bo1 lol
        map     M 1 price 50
        market  W M map 1
        map     M 1 price 58 by 1
        expect  odds W a 1.72
        map     M 1 price 62 by 1
        expect  odds W a 1.72
        waiting approve by 2
        expect  odds W a 1.61
        ",
    );
}

#[test]
fn a_tier_that_lets_bettors_stake_far_more_takes_two_persons() {
    check(
        "
        config  stake_max 100.00 tier_1 75/75/75/75 tier_2 60/60/60/60 tier_3 48/48/48/48
        account A balance 1000.00
        match   M bo1
        maps    M even
        tier    M 3
        tier    M 0                                 # nothing is sold yet
        tier    M 3
        market  W M map 1
        tier    M 2                                 # a quarter more
        expect  max_stake A W a 60.00
        tier    M 1                                 # which is no new 60.00 to go on from
        expect  max_stake A W a 60.00
        waiting approve by 1                        -> SamePerson(1, 1)
        waiting approve by 2
        expect  max_stake A W a 75.00
        tier    M 0                                 # a third more
        expect  max_stake A W a 75.00
        waiting approve by 2
        expect  max_stake A W a 100.00
        tier    M 3                                 # less takes nobody else
        expect  max_stake A W a 48.00
        tier    M 0
        expect  max_stake A W a 48.00
        tier    M 1                                 # takes the place of that wish
        waiting approve by 2
        expect  max_stake A W a 75.00
        waiting approve by 2                        -> NothingToApprove
        ",
    );
}

#[test]
fn into_a_group_takes_one_person_and_out_of_it_two() {
    check(
        "
        config  liability_group_max 10.00
        account A balance 100.00
        account B balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        group   A 7
        group   B 7
        bet     b A W a 10.00                       -> Accepted
        expect  max_stake B W a 0.00
        group   B none
        expect  max_stake B W a 0.00
        group   B 8                                 # another group is out of this one, too
        expect  max_stake B W a 0.00
        group   B 7
        waiting approve by 1                        -> SamePerson(1, 1)
        waiting approve by 2
        expect  max_stake B W a 10.00
        group   B none
        waiting approve by 2
        group   B 7
        expect  max_stake B W a 0.00
        ",
    );
}
