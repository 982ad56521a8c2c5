//! What a bettor saw, and what he gets.

use clutch_tests::check;

#[test]
fn exact_takes_only_the_odds_seen() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        expect  odds W a 2.00
        bet     b1 A1 W a 1.00 at 1.99              -> OddsChanged(1.99, 2.00)
        bet     b2 A1 W a 1.00 at 2.02              -> OddsChanged(2.02, 2.00)
        bet     b3 A1 W a 1.00 at 2.00              -> Accepted 2.00
        ",
    );
}

#[test]
fn better_takes_longer_odds_and_gets_them() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00 at 2.01 policy better  -> OddsChanged(2.01, 2.00)
        bet     b2 A1 W a 1.00 at 2.00 policy better  -> Accepted 2.00
        bet     b3 A1 W a 1.00 at 1.50 policy better  -> Accepted 2.00
        ",
    );
}

#[test]
fn any_takes_what_is_on_the_board() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00 at 50.00 policy any    -> Accepted 2.00
        bet     b2 A1 W a 1.00 at 1.01 policy any     -> Accepted 2.00
        ",
    );
}

#[test]
fn within_takes_shorter_odds_down_to_the_tolerance_and_longer_ones_always() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00 at 2.106 policy within 50    -> OddsChanged(2.106, 2.00)
        bet     b2 A1 W a 1.00 at 2.105 policy within 50    -> Accepted 2.00
        bet     b3 A1 W a 1.00 at 1.10 policy within 0      -> Accepted 2.00
        bet     b4 A1 W a 1.00 at 2.001 policy within 0     -> OddsChanged(2.001, 2.00)
        bet     b5 A1 W a 1.00 at 900.00 policy within 1000 -> Accepted 2.00
        bet     b6 A1 W a 1.00 at 900.00 policy within 65535 -> Accepted 2.00
        ",
    );
}

#[test]
fn a_payout_is_rounded_down_to_the_cent() {
    check(
        "
        config  margin_ppb 80000000
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        expect  odds W a 1.85
        bet     b1 A1 W a 3.33                      -> Accepted 6.16
        play    M 1 A13
        expect  bet b1 Won 6.16
        expect  account A1 available 102.83
        expect  house -2.83
        ",
    );
}

#[test]
fn an_epoch_that_moved_is_a_material_change_whatever_the_policy() {
    check(
        "
        config  in_play_delay 0s
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        play    M 1 A1
        look    before W
        feed    M round 1 2 B
        bet     b1 A1 W a 1.00 seen before policy any     -> MaterialChange
        bet     b2 A1 W a 1.00 policy any                 -> Accepted
        ",
    );
}

#[test]
fn what_moves_an_epoch_and_what_does_not() {
    check(
        "
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  W M map 1
        market  V M map 2
        market  S M winner
        expect  epoch W same
        config  margin_ppb 50000000                 # the price moves, the match does not
        deposit A1 1.00
        feed    M heartbeat
        feed    M released
        expect  epoch W same
        suspend market W
        expect  epoch W moved
        resume  market W
        expect  epoch W same                        # going up again changes nothing that was seen
        map     M 1 t 55 ct 55
        expect  epoch W moved
        expect  epoch S moved
        expect  epoch V same
        play    M 1 A1
        expect  epoch W moved
        expect  epoch S moved
        expect  epoch V same
        feed    M rewind 1 0
        expect  epoch W moved
        expect  epoch S moved
        feed    M rewind 1 0
        expect  epoch W same                        # nothing was undone
        feed    M held
        expect  epoch W moved
        expect  epoch V moved
        ",
    );
}

#[test]
fn a_replaced_price_can_be_acted_on_for_a_while() {
    check(
        "
        config  view_age_max 10s
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        look    old W
        config  margin_ppb 80000000
        wait    10s
        bet     b1 A1 W a 1.00 seen old policy any        -> Accepted 1.85
        wait    1ms
        bet     b2 A1 W a 1.00 seen old policy any        -> StaleView(10000ms, 10001ms)
        wait    9h
        bet     b3 A1 W a 1.00                            -> Accepted 1.85   # current, however old
        ",
    );
}

/// Whoever sees old odds learns the new ones, and only those who take what is on the board learn that what they
/// saw is too old. Legs of a bet are asked in the same order.
#[test]
fn the_policy_is_asked_before_the_age_of_what_was_seen() {
    check(
        "
        config  view_age_max 10s
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        match   N bo1
        maps    N even
        market  V N map 1
        look    old W
        config  margin_ppb 80000000
        wait    11s
        bet     b1 A1 W a 1.00 seen old policy exact      -> OddsChanged(2.00, 1.85)
        bet     b2 A1 W a 1.00 seen old policy any        -> StaleView(10000ms, 11000ms)
        multi   m1 A1 1.00 2 W:a~old V:a policy exact     -> OddsChanged(2.00, 1.85) leg 1
        multi   m2 A1 1.00 2 W:a~old V:a policy any       -> StaleView(10000ms, 11000ms) leg 1
        bet     b3 A1 W a 1.00                            -> Accepted 1.85
        ",
    );
}

#[test]
fn a_view_older_than_all_that_is_remembered_is_as_old_as_the_oldest_change() {
    check(
        "
        config  view_age_max 10s
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        look    old W
        wait    1m
        config  margin_ppb 10000000
        config  margin_ppb 20000000
        config  margin_ppb 30000000
        config  margin_ppb 40000000
        config  margin_ppb 50000000
        bet     b1 A1 W a 1.00 seen old policy any        -> Accepted
        wait    11s
        bet     b2 A1 W a 1.00 seen old policy any        -> StaleView(10000ms, 11000ms)
        ",
    );
}

#[test]
fn a_map_without_strengths_has_no_price_and_the_others_do() {
    check(
        "
        account A1 balance 100.00
        match   M bo3
        market  W M map 1
        market  V M map 2
        market  S M winner
        expect  market W Suspended Unpriced
        bet     b1 A1 W a 1.00                      -> MarketSuspended
        map     M 1
        expect  market W Open
        expect  odds W a 2.00
        expect  market V Suspended Unpriced
        expect  market S Suspended Unpriced
        expect  odds S a none
        map     M 2
        map     M 3
        expect  market V Open
        expect  market S Open
        expect  odds S a 2.00
        ",
    );
}

#[test]
fn a_result_that_can_no_longer_happen_is_off_the_board() {
    check(
        "
        config  in_play_delay 0s
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  S M score
        expect  odds S #0 4.00
        expect  odds S #3 4.00
        play    M 1 A13
        expect  odds S #0 2.00
        expect  odds S #1 4.00
        expect  odds S #2 4.00
        expect  odds S #3 none
        bet     b1 A1 S #3 1.00                     -> SelectionInactive
        bet     b2 A1 S #9 1.00                     -> UnknownSelection(4, 9)
        ",
    );
}

#[test]
fn a_trader_may_change_strengths_while_the_map_is_played() {
    check(
        "
        config  in_play_delay 0s
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        play    M 1 A1 B1
        expect  odds W a 2.00
        look    before W
        map     M 1 t 60 ct 40
        expect  market W Open
        expect  epoch W moved
        bet     b1 A1 W a 1.00 seen before policy any     -> MaterialChange
        feed    M round 1 3 A                       # and the next round is priced from the new ones
        expect  market W Open
        map     M 2 t 50 ct 50                      -> InvalidParameter(1, 2)
        map     M 1 t 100 ct 50                     -> InvalidParameter
        map     nothing 1                           -> UnknownMatch
        expect  market W Open
        ",
    );
}

#[test]
fn a_fat_finger_stops_the_market_until_a_person_looks() {
    check(
        "
        config  band_milli 2000
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        market  R M round 1 1
        map     M 1 t 51 ct 51                      # a nudge
        expect  market W Open
        map     M 1 t 90 ct 90                      # 0.51 → 0.90 moves the ratio ninefold
        expect  market W Suspended PriceBand
        expect  market R Suspended PriceBand
        bet     b1 A1 W a 1.00                      -> MarketSuspended
        map     M 1 t 90 ct 90                      # saying it twice is no answer
        expect  market W Suspended PriceBand
        resume  match M
        expect  market W Suspended PriceBand        # each market waits for its own person
        resume  market W
        expect  market W Open
        expect  market R Suspended PriceBand
        ",
    );
}

#[test]
fn odds_stand_on_the_ladder_that_the_operator_chose() {
    check(
        "
        config  margin_ppb 60000000
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        expect  odds W a 1.88                       # 1/0.53 is 1.8867
        config  ladder fine margin_ppb 60000000
        expect  odds W a 1.886
        config  ladder exchange margin_ppb 60000000
        expect  odds W a 1.88
        ",
    );
}
