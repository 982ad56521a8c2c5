//! What a trader or a feed may say of a map, and what becomes of the prices.

use clutch_tests::check;

#[test]
fn a_price_in_mind_is_solved_for() {
    check(
        "
        match   M bo1
        map     M 1 price 80
        market  W M map 1
        market  R M round 1 1
        expect  odds W a 1.25
        expect  odds R a 1.73                       # the strength in each round that leads there
        map     M 1 t 45 ct 55                      # the gap between the sides
        map     M 1 price 51                        # which a new price keeps
        expect  odds W a 1.96
        expect  odds R a 1.81
        ",
    );
}

#[test]
fn a_price_holds_from_the_score_as_it_stands() {
    check(
        "
        match   M bo1
        map     M 1 price 50
        market  W M map 1
        play    M 1 A9 B3
        map     M 1 price 51                        # ahead 9-3 and hardly a favourite
        resume  market W
        expect  odds W a 1.96
        map     M 1 price 100                       -> InvalidParameter
        map     M 1 price 0                         -> InvalidParameter
        expect  odds W a 1.96
        ",
    );
}

#[test]
fn a_chance_for_the_next_round_alone_moves_every_price_of_the_map() {
    check(
        "
        match   M bo1
        maps    M even
        market  W M map 1
        market  R M round 1 25
        market  S M round 1 26
        market  T M race 1 13
        play    M 1 A12 B12
        expect  odds W a 2.00
        next    M 1 25 75
        # After round 25 A wins 21 or 11 of 32: 0.75 · 42/64 + 0.25 · 22/64.
        expect  odds W a 1.72
        expect  odds R a 1.33
        expect  odds S a 2.00
        expect  odds T a 1.33
        next    M 1 26 75                           -> InvalidParameter(25, 26)
        next    M 2 1 75                            -> InvalidParameter
        next    nothing 1 1 75                      -> UnknownMatch
        next    M 1 25 none
        expect  odds W a 2.00
        feed    M next 1 25 60                      # a feed may say so, too
        expect  odds R a 1.66
        feed    M round 1 25 B
        expect  odds S a 2.00                       # and the sides speak again
        feed    M next 1 25 60                      -> FeedImpossible(26, 25)
        expect  frozen M ImpossibleState
        ",
    );
}

#[test]
fn the_branch_check_foresees_a_round_with_a_chance_of_its_own() {
    check(
        "
        match   M bo1
        maps    M even
        market  W M map 1
        play    M 1 A5 B5
        next    M 1 11 90
        feed    M round 1 11 B
        expect  market W Open
        next    M 1 12 90
        feed    M round 1 12 A
        expect  market W Open
        expect  odds W a 2.00
        ",
    );
}

#[test]
fn certainty_about_the_next_round_takes_it_off_the_board() {
    check(
        "
        match   M bo1
        maps    M even
        market  R M round 1 1
        market  W M map 1
        next    M 1 1 100
        expect  odds R a none
        expect  odds R b none
        expect  odds W a 1.72
        ",
    );
}
