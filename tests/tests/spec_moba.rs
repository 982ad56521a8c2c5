//! Maps against the clock: LoL and Dota 2.

use clutch_tests::check;

#[test]
fn a_map_is_priced_by_its_lead_and_the_clock() {
    check(
        "
        match   M bo3 lol
        maps    M even
        market  W M map 1
        market  V M map 2
        market  S M winner
        market  X M total 1 21.5                    -> InvalidParameter    # there are no rounds
        market  Y M overtime 1                      -> InvalidParameter
        expect  odds W a 2.00
        feed    M start 1 t
        feed    M state 1 900 5 6 2 1 0             # 15 minutes, 5 % of all gold ahead
        expect  market W Open
        expect  odds W a 1.27
        expect  odds V a 2.00
        expect  odds S a 1.55
        feed    M state 1 960 -5 6 9 1 4
        expect  odds W a 4.75
        feed    M won 1 B
        expect  score M 0-0 maps 0-1 Break
        expect  market W Decided #1
        ",
    );
}

#[test]
fn a_dota_map_is_priced_in_experience() {
    check(
        "
        match   M bo1 dota2
        map     M 1 price 60
        market  W M map 1
        expect  odds W a 1.66
        feed    M start 1 ct
        feed    M state 1 900 4.5
        expect  market W Open
        expect  odds W a 1.22
        feed    M won 1 A
        expect  score M 0-0 maps 1-0 Over
        expect  market W Decided #0
        ",
    );
}

#[test]
fn what_cannot_follow_freezes_the_match() {
    for (event, answer) in [
        ("state 1 599 0 5 5 1 1", "FeedImpossible(600, 599)"), // the clock runs back
        ("state 1 700 0 4 5 1 1", "FeedImpossible(5, 4)"),     // kills fall
        ("state 1 700 0 5 5 1 0", "FeedImpossible(1, 0)"),     // towers rise again
        ("state 1 700 0 5 5 12 1", "FeedImpossible(11, 12)"),  // more towers than stand
        ("state 1 700 100.5 5 5 1 1", "FeedImpossible(100000, 100500)"), // more than all gold
        ("state 1 20000 0 5 5 1 1", "FeedImpossible(14400, 20000)"), // nobody plays so long
        ("state 2 700 0 5 5 1 1", "FeedImpossible(1, 2)"),     // another map
        ("round 1 1 A", "FeedImpossible"),                     // another kind of game
        ("rewind 1 0", "FeedImpossible"),
        ("over 1 13 5", "FeedImpossible"),
        ("restored 1 700 0 5 5 1 1", "FeedImpossible(600, 700)"), // a moment to come
        ("start 1 ct", "FeedImpossible"),                         // the map has begun
    ] {
        check(&format!(
            "
            match   M bo3 lol
            maps    M even
            market  W M map 1
            feed    M start 1 t
            feed    M state 1 600 1 5 5 1 1
            feed    M {event}                       -> {answer}
            expect  frozen M ImpossibleState
            "
        ));
    }
}

#[test]
fn a_map_that_is_over_says_no_more() {
    check(
        "
        match   M bo3 lol
        maps    M even
        feed    M start 1 t
        feed    M state 1 1800 1 5 5 1 1
        feed    M won 1 A
        feed    M won 1 A                           # said twice
        expect  score M 0-0 maps 1-0 Break
        feed    M won 1 B                           -> FeedImpossible
        feed    M state 1 1801 1 5 5 1 1            -> FeedImpossible
        ",
    );
}

/// The numbers of a MOBA move with every tick. A bet that waits is turned away by what matters: a
/// tower, an objective, the odds of a team (P against 1 − P) a tenth away from where they were.
#[test]
fn a_bet_waits_through_small_moves_and_is_turned_away_by_a_material_one() {
    for (later, epoch, answer) in [
        ("state 1 902 1.2 5 5 1 1 0 0", "same", "Accepted"),
        ("state 1 902 1.0 6 5 1 1 0 0", "same", "Accepted"), // a kill is in the gold
        ("state 1 902 1.0 5 5 2 1 0 0", "moved", "MaterialChange"), // a tower
        ("state 1 902 1.0 5 5 1 1 0 1", "moved", "MaterialChange"), // a dragon
        ("state 1 902 2.0 5 5 1 1 0 0", "moved", "MaterialChange"), // a fight
        ("state 1 902 0.0 5 5 1 1 0 0", "moved", "MaterialChange"),
        ("won 1 A", "moved", "MarketDecided"),
    ] {
        check(&format!(
            "
            config  in_play_delay 3s
            account A1 balance 10.00
            match   M bo1 lol
            maps    M even
            market  W M map 1
            feed    M start 1 t
            feed    M state 1 900 1.0 5 5 1 1 0 0
            expect  epoch W moved                   # the clock began
            bet     b1 A1 W a 4.00                  -> Pending
            feed    M state 1 901 1.1 5 5 1 1 0 0
            expect  epoch W same
            feed    M {later}
            expect  epoch W {epoch}
            wait    3s
            expect  bet b1 {answer}
            "
        ));
    }
}

/// Small moves add up: they are counted from the last material change and not from tick to tick.
#[test]
fn small_moves_add_up() {
    check(
        "
        match   M bo1 lol
        maps    M even
        market  W M map 1
        feed    M start 1 t
        feed    M state 1 900 1.0
        expect  epoch W moved
        feed    M state 1 901 1.2
        expect  epoch W same
        feed    M state 1 902 1.4
        expect  epoch W moved
        feed    M state 1 903 1.2
        expect  epoch W same
        feed    M state 1 904 1.5
        expect  epoch W same
        map     M 1 price 52                        # an opinion is material, and counts anew
        expect  epoch W moved
        feed    M state 1 905 1.7
        expect  epoch W same
        ",
    );
}

#[test]
fn a_restored_moment_takes_back_what_came_after_it() {
    check(
        "
        config  in_play_delay 0s
        account A1 balance 100.00
        match   M bo3 lol
        maps    M even
        market  W M map 1
        feed    M start 1 t
        feed    M state 1 600 0
        bet     b1 A1 W a 10.00 policy any at 1.01
        feed    M state 1 700 30
        bet     b2 A1 W b 10.00 policy any at 1.01
        feed    M restored 1 605 0
        expect  bet b1 Accepted
        expect  bet b2 Void Rewound
        feed    M state 1 610 1
        feed    M won 1 A
        expect  bet b1 Won
        feed    M restored 1 610 1                  # the end was none
        expect  market W Open
        expect  score M 0-0 maps 0-0 Live
        expect  bet b1 Accepted
        ",
    );
}

#[test]
fn strengths_by_side_are_no_opinion_on_a_moba() {
    check(
        "
        match   M bo1 lol
        map     M 1 t 55 ct 50                      -> InvalidParameter
        map     M 1 price 100                       -> InvalidParameter
        next    M 1 1 60                            -> InvalidParameter
        map     M 1 price 55
        ",
    );
}
