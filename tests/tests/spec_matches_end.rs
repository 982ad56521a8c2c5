//! The rule book: a match that is done with leaves the engine and makes room, and nobody who remembers it bets on
//! another one by mistake.

use clutch_tests::check;

#[test]
fn a_match_leaves_three_days_after_its_end_and_makes_room() {
    check(
        "
        capacity matches_max 1 markets_max 2
        config  resettle_window 72h
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        market  O M overtime 1
        market  T M total 1 21.5                    -> CapacityReached(2, 2)
        match   N bo1                               -> CapacityReached(1, 1)
        bet     b1 A1 W a 10.00
        look    old W
        play    M 1 A13
        expect  bet b1 Won 20.00
        wait    71h
        expect  match M there
        expect  bet b1 Won 20.00
        feed    M rewind 1 0                        # still: everything can be settled again
        expect  bet b1 Accepted 20.00
        play    M 1 A13
        wait    71h
        expect  match M there
        wait    1h
        expect  match M gone
        expect  bet b1 UnknownBet
        expect  account A1 available 110.00 held 0.00

        # The key and the slots are free again.
        match   M bo1                               # another match of the same key
        maps    M even
        market  V M map 1
        market  P M overtime 1
        match   N bo1                               -> CapacityReached(1, 1)
        bet     b2 A1 V b 5.00                      -> Accepted 10.00
        bet     b3 A1 W a 5.00 seen old             -> UnknownMarket
        suspend market W                                   -> UnknownMarket
        grade   W won lost                             -> UnknownMarket
        expect  account A1 available 105.00 held 5.00
        ",
    );
}

#[test]
fn a_match_that_nobody_bet_on_leaves_as_well() {
    check(
        "
        config  resettle_window 72h
        match   M bo1
        maps    M even
        play    M 1 A13
        wait    71h
        expect  match M there
        wait    1h
        expect  match M gone
        feed    M rewind 1 0                        -> UnknownMatch
        ",
    );
}

#[test]
fn a_bet_of_several_legs_keeps_the_matches_of_all_of_them() {
    check(
        "
        config  resettle_window 72h
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        match   N bo1
        maps    N even
        market  V N map 1
        multi   m1 A1 10.00 2 W:a V:a                -> Accepted
        play    M 1 A13
        wait    100h
        expect  match M there                       # its rules are those of one leg
        expect  market W gone                       # and yet it is nobody's offer
        play    N 1 A13
        expect  bet m1 Won 40.00
        wait    71h
        expect  match M there
        expect  match N there
        wait    1h
        expect  match M gone
        expect  match N gone
        expect  account A1 available 130.00 held 0.00
        ",
    );
}

#[test]
fn a_match_that_was_put_off_for_too_long_leaves() {
    check(
        "
        config  resettle_window 72h
        account A1 balance 100.00
        match   M bo1 starts 1h
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 10.00
        incident M postponed
        wait    25h
        expect  market W Void
        expect  account A1 available 100.00 held 0.00
        wait    71h
        expect  match M there
        wait    25h
        expect  match M gone
        ",
    );
}

#[test]
fn a_match_whose_source_fell_silent_leaves_once_a_person_has_decided_its_markets() {
    check(
        "
        config  resettle_window 72h
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  W M map 1
        market  V M map 2
        bet     b1 A1 W a 10.00
        play    M 1 A13
        wait    200h
        expect  match M there                       # nobody knows what became of map 2
        expect  market V Suspended FeedStale
        grade   V void
        wait    143h
        expect  match M there
        wait    1h
        expect  match M gone
        ",
    );
}

#[test]
fn nothing_of_a_match_that_is_gone_is_left_to_the_next_one_in_its_place() {
    check(
        "
        capacity matches_max 1 markets_max 1
        config  resettle_window 72h
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        delay   match M 8s
        tier    M 2
        kill    match M on
        play    M 1 A13
        wait    72h
        expect  match M gone
        match   N bo1
        maps    N even
        market  V N map 1
        bet     b1 A1 V a 10.00                     -> Accepted 20.00
        kill    match M on                                -> UnknownMatch
        delay   match M 8s                                -> UnknownMatch
        bet     b2 A1 V a 10.00                     -> Accepted 20.00
        play    N 1 A1
        bet     b3 A1 V a 10.00 policy any          -> Pending
        wait    3s
        expect  bet b3 Accepted
        ",
    );
}
