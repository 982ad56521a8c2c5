//! Suspending and resuming: by whom, of what, and why.

use clutch_tests::check;

#[test]
fn a_suspension_has_a_scope_and_a_reason() {
    check(
        "
        account A1 balance 10.00
        match   M bo3
        match   K bo1
        maps    M even
        maps    K even
        market  W M map 1
        market  V M map 2
        market  X K map 1
        suspend market W
        expect  market W Suspended Trader
        expect  market V Open
        expect  frozen M none
        suspend match M ImpossibleState
        expect  market V Suspended ImpossibleState
        expect  market X Open
        expect  frozen M ImpossibleState
        suspend all PriceBand
        expect  market X Suspended PriceBand
        expect  frozen K none
        bet     b1 A1 X a 1.00                      -> MarketSuspended
        resume  all
        expect  market X Open
        expect  market V Suspended ImpossibleState
        resume  match M
        expect  market V Open
        expect  market W Suspended Trader
        resume  market W
        expect  market W Open
        ",
    );
}

#[test]
fn the_first_reason_of_the_list_is_the_one_named() {
    check(
        "
        match   M bo1
        market  W M map 1
        expect  market W Suspended Unpriced
        suspend market W PriceBand
        expect  market W Suspended PriceBand
        suspend market W BranchCheck
        expect  market W Suspended BranchCheck
        suspend match M ImpossibleState
        expect  market W Suspended ImpossibleState
        feed    M held
        expect  market W Suspended FeedHeld
        suspend all Trader
        expect  market W Suspended Trader
        resume  all
        resume  match M
        resume  market W
        expect  market W Suspended FeedHeld         # the feed lifts that itself
        feed    M released
        expect  market W Suspended Unpriced
        maps    M even
        expect  market W Open
        ",
    );
}

#[test]
fn a_person_suspends_only_for_what_a_person_can_lift() {
    check(
        "
        match   M bo1
        maps    M even
        market  W M map 1
        suspend market W FeedStale                  -> InvalidParameter
        suspend match M FeedHeld                    -> InvalidParameter
        suspend all Unpriced                        -> InvalidParameter
        suspend match nothing                       -> UnknownMatch
        suspend market nowhere                      -> UnknownMarket
        resume  match nothing                       -> UnknownMatch
        resume  market nowhere                      -> UnknownMarket
        expect  market W Open
        ",
    );
}

#[test]
fn resuming_a_match_does_not_make_its_feed_speak() {
    check(
        "
        config  feed_age_live 3s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        feed    M disputed
        wait    4s
        expect  market W Suspended FeedStale
        resume  match M
        expect  frozen M FeedStale
        expect  market W Suspended FeedStale
        feed    M heartbeat
        expect  frozen M none
        expect  market W Open
        ",
    );
}

#[test]
fn matches_and_markets_are_opened_once() {
    check(
        "
        match   M bo4                               -> InvalidParameter(5, 4)
        match   M bo3
        match   M bo5                               -> MatchExists
        market  W nothing winner                    -> UnknownMatch
        market  W M map 4                           -> InvalidParameter
        market  W M map 0                           -> InvalidParameter
        market  W M total 1 13.5
        market  L M total 1 12.5                    -> InvalidParameter    # no map is that short
        market  H M handicap 1 12.5
        market  I M handicap 1 13.5                 -> InvalidParameter    # no map is that uneven
        market  R M round 1 0                       -> InvalidParameter
        market  S M score
        market  T M score                           -> MarketExists
        match   K bo1
        market  U K score                           -> InvalidParameter    # that is the winner
        market  V K winner
        play    K 1 A13
        market  V K winner                          -> MarketExists
        market  X K map 1                           -> MarketDecided
        ",
    );
}

#[test]
fn a_market_opened_late_knows_what_has_happened() {
    check(
        "
        config  in_play_delay 0s
        account A1 balance 10.00
        match   M bo3
        maps    M even
        play    M 1 A5
        market  R M round 1 3
        expect  market R Decided #0
        bet     b1 A1 R a 1.00                      -> MarketDecided
        market  W M map 1
        expect  market W Open
        ",
    );
}

#[test]
fn a_market_on_each_coming_round_opens_by_itself() {
    check(
        "
        config  in_play_delay 0s
        capacity markets_max 3
        account A1 balance 10.00
        match   M bo1 round_markets
        maps    M even
        feed    M start 1 ct
        market  R1 M round 1 1                      -> MarketExists
        feed    M round 1 1 A
        market  R2 M round 1 2                      -> MarketExists
        feed    M rewind 1 0
        feed    M round 1 1 B
        feed    M round 1 2 B
        feed    M round 1 3 B                       # no room for the fourth, and nothing else suffers
        expect  score M 0-3
        ",
    );
}
