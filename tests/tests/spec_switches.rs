//! Kill switches and modes: what they stop, which one is named, and what goes on.

use clutch_tests::check;

#[test]
fn each_kill_switch_stops_what_it_names_and_is_named_itself() {
    check(
        "
        account A1 balance 100.00
        match   M bo3
        match   K bo1
        maps    M even
        maps    K even
        market  W M map 1
        market  T M total 1 20.5
        market  X K map 1
        kill    class total on
        bet     b1 A1 T over 1.00                   -> BettingStopped(class total)
        bet     b2 A1 W a 1.00
        kill    class total off
        bet     b3 A1 T over 1.00
        kill    channel app on
        bet     c1 A1 W a 1.00 by app               -> BettingStopped(channel app)
        bet     c2 A1 W a 1.00 by web
        bet     c3 A1 W a 1.00 by retail
        kill    channel app off
        bet     c4 A1 W a 1.00 by app
        kill    match K on
        bet     d1 A1 X a 1.00                      -> BettingStopped(match 1)
        bet     d2 A1 W a 1.00
        kill    title on
        bet     e1 A1 W a 1.00                      -> BettingStopped(title counter_strike)
        kill    title off
        kill    match K off
        bet     e2 A1 X a 1.00
        kill    match nothing on                    -> UnknownMatch
        kill    cash-out on                         # neither stops a bet
        kill    withdrawals on
        bet     f1 A1 W a 1.00
        expect  account A1 available 92.00 held 8.00
        ",
    );
}

#[test]
fn of_several_switches_the_widest_is_named() {
    check(
        "
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  W M map 1
        mode    settle-only
        bet     a1 A1 W a 1.00 by app               -> BettingStopped(mode settle-only)
        kill    channel app on
        bet     a2 A1 W a 1.00 by app               -> BettingStopped(channel app)
        kill    class winner on
        bet     a3 A1 W a 1.00 by app               -> BettingStopped(class winner)
        kill    match M on
        bet     a4 A1 W a 1.00 by app               -> BettingStopped(match 0)
        kill    title on
        bet     a5 A1 W a 1.00 by app               -> BettingStopped(title counter_strike)
        kill    all on
        bet     a6 A1 W a 1.00 by app               -> BettingStopped
        state   A1 suspended
        bet     a7 A1 W a 1.00                      -> BettingStopped      # before the account
        bet     a8 A1 W #9 1.00                     -> BettingStopped      # and before the selection
        expect  account A1 available 100.00 held 0.00
        ",
    );
}

/// A quote asks what the bet will be asked, also by which way its bettor comes.
#[test]
fn a_channel_that_is_killed_quotes_nothing_and_cashes_nothing_out() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        match   N bo1
        maps    N even
        market  X N map 1
        bet     b1 A1 W a 10.00
        multi   m1 A1 10.00 2 W:a X:a
        quote   q1 b1
        expect  max_stake A1 W a 80.00
        expect  max_unit m1 80.00
        kill    channel web on
        expect  max_stake A1 W a 0.00
        expect  max_unit m1 0.00
        bet     b2 A1 W a 10.00                     -> BettingStopped(channel web)
        quote   q2 b1                               -> BettingStopped(channel web)
        cash_out q1                                 -> BettingStopped(channel web)
        kill    channel web off
        kill    channel app on
        expect  max_stake A1 W a 80.00
        cash_out q1
        ",
    );
}

#[test]
fn a_bet_that_waits_is_stopped_as_well_but_not_by_its_channel() {
    check(
        "
        config  in_play_delay 3s
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        play    M 1 A1
        bet     b1 A1 W a 10.00                     -> Pending
        kill    channel web on
        wait    3s
        expect  bet b1 Accepted
        kill    channel web off
        bet     b2 A1 W a 10.00                     -> Pending
        kill    class winner on
        wait    3s
        expect  bet b2 BettingStopped(class winner)
        kill    class winner off
        bet     b3 A1 W a 10.00                     -> Pending
        mode    settle-only
        wait    3s
        expect  bet b3 BettingStopped(mode settle-only)
        expect  account A1 available 90.00 held 10.00
        ",
    );
}

#[test]
fn a_bet_of_several_legs_is_stopped_by_a_switch_on_any_of_them() {
    check(
        "
        account A balance 100.00
        match   M1 bo1
        match   M2 bo1
        maps    M1 even
        maps    M2 even
        market  W1 M1 map 1
        market  W2 M2 map 1
        kill    match M2 on
        multi   d A 1.00 2 W1:a W2:a                -> BettingStopped(match 1)
        kill    match M2 off
        mode    settle-only
        multi   e A 1.00 2 W1:a W2:a                -> BettingStopped(mode settle-only)
        mode    normal
        multi   f A 1.00 2 W1:a W2:a                -> Accepted 4.00
        ",
    );
}

#[test]
fn in_settle_only_what_is_open_is_settled_and_money_comes_and_goes() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.00
        mode    settle-only
        bet     b2 A1 W a 10.00                     -> BettingStopped(mode settle-only)
        play    M 1 A13
        expect  bet b1 Won 20.00
        deposit A1 5.00
        expect  account A1 available 115.00 held 0.00
        ",
    );
}

#[test]
fn a_read_only_engine_follows_its_feeds_and_changes_nothing_else() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.00
        mode    read-only
        bet     b2 A1 W a 10.00                     -> BettingStopped(mode read-only)
        deposit A1 5.00                             -> ReadOnly(mode read-only)
        state   A1 suspended                        -> ReadOnly
        match   K bo1                               -> ReadOnly
        market  X M winner                          -> ReadOnly
        resume  all                                 -> ReadOnly
        cancel  b1                                  -> ReadOnly
        limit   A1 stake day 5.00                   # what protects stays
        rest    A1 time_out 1d
        suspend match M
        kill    match M on
        kill    match M off
        play    M 1 A13
        expect  bet b1 Accepted                     # settlement waits
        expect  account A1 available 90.00 held 10.00
        mode    settle-only
        expect  bet b1 Won 20.00
        expect  account A1 available 110.00 held 0.00
        ",
    );
}

/// The worst case of W is team B winning: 40.00 to pay, 20.00 staked by the bettor, so 20.00.
#[test]
fn in_accept_only_reducing_the_worst_case_of_the_market_must_fall() {
    check(
        "
        account A1 balance 100.00
        account A2 balance 100.00
        match   M bo1
        match   K bo1
        maps    M even
        maps    K even
        market  W M map 1
        market  X K map 1
        bet     b1 A1 W b 20.00
        mode    accept-only-reducing
        bet     b2 A2 W b 1.00                      -> BetNotReducing(20.00, 21.00)
        bet     b3 A2 X a 1.00                      -> BetNotReducing(0.00, 1.00)
        expect  max_stake A2 W a 39.99                  # beyond that team A is the worse case
        bet     b4 A2 W a 40.00                     -> BetNotReducing(20.00, 20.00)
        bet     b5 A2 W a 39.99
        bet     b6 A1 W b 19.00                     -> Accepted 38.00
        mode    normal
        bet     b7 A2 W b 1.00
        ",
    );
}

#[test]
fn a_mode_can_be_tried_as_a_rule_in_shadow() {
    check(
        "
        config  rules_shadow reducing
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00
        expect  rule reducing would_refuse 0
        mode    accept-only-reducing
        bet     b2 A1 W a 2.00
        expect  rule reducing refused 0 would_refuse 1 would_refuse_stakes 2.00
        ",
    );
}

/// Half of all commands since the first refusal are refused, and more than half may not be.
#[test]
fn too_many_refused_bets_stop_betting_until_a_person_resets_the_trip() {
    check(
        "
        config  trips_shadow none trip_reject_percent 50 trip_reject_min 3 trip_cool_down 10s
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        suspend market W
        bet     a1 A1 W a 1.00                      -> MarketSuspended
        bet     a2 A1 W a 1.00                      -> MarketSuspended
        bet     a3 A1 W a 200.00                    -> MarketSuspended      # and now it trips
        resume  market W
        bet     a4 A1 W a 1.00                      -> BettingStopped(trip reject_rate)
        expect  max_stake A1 W a 0.00
        reset   error_rate                          -> NotTripped
        reset   reject_rate                         -> TripCooling(10000ms, 0ms)
        wait    10s
        reset   reject_rate
        bet     a5 A1 W a 1.00
        reset   reject_rate                         -> NotTripped
        ",
    );
}

#[test]
fn what_a_bettor_is_the_reason_of_trips_nothing_and_neither_does_a_trickle() {
    check(
        "
        config  trips_shadow none trip_reject_percent 50 trip_reject_min 3 trip_window 8s
        account A1 balance 1.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     a1 A1 W a 2.00                      -> InsufficientFunds
        bet     a2 A1 W a 2.00                      -> InsufficientFunds
        bet     a3 A1 W a 2.00                      -> InsufficientFunds
        suspend market W
        bet     b1 A1 W a 1.00                      -> MarketSuspended
        bet     b2 A1 W a 1.00                      -> MarketSuspended
        wait    9s
        bet     b3 A1 W a 1.00                      -> MarketSuspended
        resume  market W
        bet     b4 A1 W a 1.00
        ",
    );
}

#[test]
fn a_loss_beyond_the_limit_stops_betting_and_two_people_reset_it() {
    check(
        "
        config  trips_shadow none trip_loss_max 15.00 trip_cool_down 0s
        account A1 balance 100.00
        match   M bo3
        match   K bo3
        maps    M even
        maps    K even
        market  W M map 1
        market  X K map 1
        bet     w1 A1 W a 10.00
        bet     w2 A1 W b 5.00
        bet     x1 A1 X a 20.00
        play    M 1 A13                             # the house loses 5.00 on balance
        bet     w3 A1 X a 1.00
        play    K 1 A13
        market  V K map 2
        bet     v1 A1 V a 1.00                      -> BettingStopped(trip loss_rate)
        reset   loss_rate by 1
        bet     v2 A1 V a 1.00                      -> BettingStopped(trip loss_rate)
        reset   loss_rate by 1                      -> SamePerson(1, 1)
        reset   loss_rate by 2
        bet     v3 A1 V a 1.00
        ",
    );
}

#[test]
fn feeds_that_fall_silent_and_matches_that_freeze_each_have_a_trip() {
    check(
        "
        config  trips_shadow none trip_feed_max 1 trip_error_max 1 feed_age_live 5s trip_cool_down 0s
        account A1 balance 100.00
        match   M bo1
        match   K bo1
        match   L bo1
        maps    M even
        maps    K even
        maps    L even
        market  W L map 1
        feed    M start 1 t
        feed    K start 1 t
        wait    4s
        bet     a1 A1 W a 1.00
        wait    2s
        bet     a2 A1 W a 1.00                      -> BettingStopped(trip feed_lag)
        reset   feed_lag
        bet     a3 A1 W a 1.00
        feed    M round 1 9 A                       -> FeedImpossible
        bet     a4 A1 W a 1.00
        feed    K round 1 9 A                       -> FeedImpossible
        bet     a5 A1 W a 1.00                      -> BettingStopped(trip error_rate)
        ",
    );
}

#[test]
fn what_a_person_suspends_is_no_error_and_a_trip_in_shadow_stops_nothing() {
    check(
        "
        config  trips_shadow error_rate trip_error_max 1
        account A1 balance 100.00
        match   M bo1
        match   K bo1
        match   L bo1
        maps    L even
        market  W L map 1
        suspend match M ImpossibleState
        suspend match K ImpossibleState
        reset   error_rate                          -> NotTripped
        resume  match M
        resume  match K
        feed    M start 1 t
        feed    K start 1 t
        feed    M round 1 9 A                       -> FeedImpossible
        feed    K round 1 9 A                       -> FeedImpossible
        bet     a1 A1 W a 1.00
        reset   error_rate                          # it had said that it would have tripped
        reset   error_rate                          -> NotTripped
        ",
    );
}
