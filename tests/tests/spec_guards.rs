//! The price guards: what stands between the model and the board.

use clutch_tests::check;

#[test]
fn strengths_that_move_a_price_too_far_stop_it_until_a_trader_looks() {
    check(
        "
        config  band_milli 2000
        match   M bo1
        map     M 1 t 50 ct 50
        market  W M map 1
        map     M 1 t 52 ct 52
        expect  market W Open
        map     M 1 t 60 ct 60                      # the map now at 90 %: nine times the odds ratio
        expect  market W Suspended PriceBand
        map     M 1 t 52 ct 52                      # back again is no excuse
        expect  market W Suspended PriceBand
        resume  market W
        expect  market W Open
        ",
    );
}

#[test]
fn a_price_may_move_by_the_whole_band_and_not_by_a_billionth_more() {
    check(
        "
        config  band_milli 4000
        match   M bo1
        map     M 1 t 20 ct 20
        market  R M round 1 1
        map     M 1 t 50 ct 50                      # 1 : 4 became 1 : 1, four times the odds ratio
        expect  market R Open
        map     M 1 t 20 ct 20
        expect  market R Open
        map     M 1 t 50.0000001 ct 50.0000001
        expect  market R Suspended PriceBand
        ",
    );
}

#[test]
fn small_steps_while_nobody_could_bet_add_up() {
    check(
        "
        config  band_milli 2000
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M held
        map     M 1 t 52 ct 52
        map     M 1 t 54 ct 54
        map     M 1 t 56 ct 56
        expect  market W Suspended FeedHeld
        feed    M released                          # each step was small, all together are not
        expect  market W Suspended PriceBand
        resume  market W
        expect  market W Open
        ",
    );
}

#[test]
fn a_trader_who_resumes_answers_for_the_price() {
    check(
        "
        config  band_milli 2000
        match   M bo1
        maps    M even
        market  W M map 1
        suspend match M
        map     M 1 t 53 ct 53
        map     M 1 t 56 ct 56
        resume  match M
        expect  market W Open
        ",
    );
}

#[test]
fn rounds_played_meanwhile_explain_a_price() {
    check(
        "
        config  band_milli 1100
        match   M bo1
        maps    M even
        market  W M map 1
        play    M 1 A10 B9
        feed    M held
        feed    M round 1 20 A
        feed    M round 1 21 A
        feed    M released
        expect  market W Open
        ",
    );
}

#[test]
fn odds_that_would_grow_by_too_little_stay_and_shorter_ones_are_sent() {
    check(
        "
        config  margin_ppb 60000000 price_steps_min 5
        match   M bo1
        map     M 1 t 50 ct 50
        market  W M map 1
        expect  odds W a 1.88
        expect  odds W b 1.88
        map     M 1 t 50.1 ct 50.1
        expect  odds W a 1.87
        expect  odds W b 1.88                       # 1.90 is only two steps away
        map     M 1 t 51 ct 51
        expect  odds W a 1.74
        expect  odds W b 2.05
        ",
    );
}

#[test]
fn a_new_margin_reaches_every_market_in_slices() {
    check(
        "
        config  margin_ppb 60000000
        match   M bo3
        maps    M even
        market  W M winner
        market  V M map 1
        expect  odds W a 1.88
        config  margin_ppb 100000000
        expect  odds W a 1.81
        expect  odds V b 1.81
        expect  epoch W same                        # the match did not move
        config  price_steps_min 0                   -> InvalidParameter
        config  override_distance_milli 999         -> InvalidParameter
        config  shading_ppb 250000001               -> InvalidParameter
        config  shading_scale 0.00                  -> InvalidParameter
        config  shading_step 0.00                   -> InvalidParameter
        ",
    );
}
