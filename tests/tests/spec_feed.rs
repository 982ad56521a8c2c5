//! What a feed may say, and what its silence means.

use clutch_tests::check;

#[test]
fn a_message_is_applied_once() {
    check(
        "
        match   M bo1
        maps    M even
        feed    nothing heartbeat                   -> UnknownMatch
        feed    M start 1 ct version 5
        feed    M round 1 1 A version 6
        feed    M round 1 1 A version 6             -> FeedOutdated(6, 6)
        feed    M round 1 2 B version 4             -> FeedOutdated(6, 4)
        expect  score M 1-0
        feed    M round 1 2 B version 900           # gaps in a source's own count are its own affair
        feed    M heartbeat version 1
        expect  score M 1-1
        feed    M heartbeat source 8                -> InvalidParameter(7, 8)
        ",
    );
}

#[test]
fn a_missing_round_freezes_the_match_until_a_person_looks() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        match   K bo1
        maps    M even
        maps    K even
        market  W M map 1
        market  X K map 1
        play    M 1 A1
        feed    M round 1 3 A                       -> FeedImpossible(2, 3)
        expect  score M 1-0
        expect  frozen M ImpossibleState
        expect  market W Suspended ImpossibleState
        expect  market X Open
        bet     b1 A1 W a 1.00                      -> MarketSuspended
        feed    M round 1 2 A                       # what follows from the score still counts
        expect  score M 2-0
        expect  market W Suspended ImpossibleState  # but trust is a person's to give
        resume  match M
        expect  market W Open
        ",
    );
}

#[test]
fn what_cannot_follow_from_the_score_freezes_and_changes_nothing() {
    check(
        "
        match   M bo3
        maps    M even
        market  S M winner
        feed    M round 1 1 A                       -> FeedImpossible(0, 1)
        expect  frozen M ImpossibleState
        resume  match M
        feed    M start 2 ct                        -> FeedImpossible(1, 2)
        resume  match M
        feed    M start 1 ct
        feed    M start 1 t                         # corrected before the first round
        feed    M round 1 1 A
        feed    M start 1 t                         -> FeedImpossible(0, 1)
        resume  match M
        feed    M start 2 t                         -> FeedImpossible(1, 2)
        resume  match M
        feed    M round 2 2 A                       -> FeedImpossible(1, 2)
        resume  match M
        feed    M round 1 1 A                       -> FeedImpossible(2, 1)
        resume  match M
        play    M 1 A12
        feed    M round 1 14 A                      -> FeedImpossible(0, 14)
        expect  score M 13-0 maps 1-0 Break
        expect  market S Suspended ImpossibleState
        resume  match M
        expect  market S Open
        ",
    );
}

#[test]
fn after_the_end_nothing_can_follow_not_even_with_the_number_zero() {
    check(
        "
        match   M bo1
        feed    M start 0 ct                        -> FeedImpossible(1, 0)
        feed    M round 0 1 A                       -> FeedImpossible(0, 0)
        resume  match M
        play    M 1 A13
        feed    M start 2 ct                        -> FeedImpossible(0, 2)
        feed    M start 0 ct                        -> FeedImpossible(0, 0)
        feed    M rewind 0 0                        -> FeedImpossible(1, 0)
        feed    M round 1 0 A                       -> FeedImpossible(0, 0)
        feed    M round 1 14 A                      -> FeedImpossible(0, 14)
        expect  score M 13-0 maps 1-0 Over
        ",
    );
}

#[test]
fn the_end_of_a_map_must_agree_with_its_rounds() {
    check(
        "
        match   M bo3
        maps    M even
        market  S M winner
        play    M 1 A12 B3
        feed    M over 1 12 3                       -> FeedImpossible(13, 12)
        expect  frozen M ImpossibleState
        resume  match M
        play    M 1 A1
        feed    M over 1 13 4                       -> FeedImpossible(3, 4)
        expect  frozen M ImpossibleState
        expect  market S Suspended ImpossibleState
        resume  match M
        feed    M over 1 13 3
        expect  frozen M none
        feed    M over 2 0 0                        -> FeedImpossible(1, 2)
        ",
    );
}

#[test]
fn a_feed_that_hesitates_stops_betting_until_it_is_sure() {
    check(
        "
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        feed    M held
        expect  market W Suspended FeedHeld
        expect  epoch W moved
        feed    M heartbeat
        expect  market W Suspended FeedHeld
        feed    M released
        expect  market W Open
        feed    M held
        feed    M round 1 1 A                       # sure of the round is not sure of all
        expect  market W Suspended FeedHeld
        feed    M released
        expect  market W Open
        feed    M disputed
        expect  market W Suspended ImpossibleState
        feed    M released
        expect  market W Suspended ImpossibleState
        resume  match M
        expect  market W Open
        ",
    );
}

#[test]
fn three_seconds_of_silence_in_play_suspend_and_a_word_resumes() {
    check(
        "
        config  feed_age_live 3s feed_age_prematch 60s
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        wait    3s
        expect  market W Open
        wait    1ns
        expect  market W Suspended FeedStale
        expect  epoch W moved
        bet     b1 A1 W a 1.00                      -> MarketSuspended
        feed    M heartbeat
        expect  market W Open
        wait    3001ms
        expect  market W Suspended FeedStale        # and again, after a single word
        feed    M round 1 1 A
        expect  market W Open
        ",
    );
}

#[test]
fn a_map_that_goes_on_after_all_is_watched_as_one_in_play() {
    check(
        "
        config  feed_age_live 3s feed_age_prematch 60s
        match   M bo3
        maps    M even
        market  W M map 2
        feed    M start 1 t
        feed    M round 1 1 A
        incident M forfeit 1 B                      # a break begins: a minute of silence is nothing
        wait    10s
        expect  market W Open
        incident M taken_back
        wait    1ns
        expect  market W Suspended FeedStale
        ",
    );
}

#[test]
fn a_minute_of_silence_before_the_match_suspends() {
    check(
        "
        config  feed_age_live 3s feed_age_prematch 60s
        match   M bo3
        maps    M even
        market  S M winner
        wait    2h
        expect  market S Open                       # no feed has spoken of it yet
        feed    M heartbeat
        wait    60s
        expect  market S Open
        wait    1ns
        expect  market S Suspended FeedStale
        feed    M heartbeat
        expect  market S Open
        wait    50s
        feed    M start 1 ct                        # from now on three seconds are long
        wait    3001ms
        expect  market S Suspended FeedStale
        play    M 1 A13
        wait    50s
        expect  market S Open                       # the break is patient again
        play    M 2 A13
        wait    2h
        expect  frozen M none                       # and nobody waits after the end
        ",
    );
}

#[test]
fn an_outdated_message_does_not_prove_that_the_source_is_alive() {
    check(
        "
        config  feed_age_live 3s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct version 1
        wait    2s
        feed    M start 1 ct version 1              -> FeedOutdated
        wait    1001ms
        expect  market W Suspended FeedStale
        ",
    );
}

#[test]
fn a_shorter_limit_on_silence_holds_at_once() {
    check(
        "
        config  feed_age_live 60s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        wait    5s
        config  feed_age_live 3s
        expect  market W Suspended FeedStale
        ",
    );
}

#[test]
fn a_feed_that_speaks_again_opens_no_market_that_its_word_stops() {
    check(
        "
        config  feed_age_live 10s
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        wait    11s
        expect  market W Suspended FeedStale
        expect  epoch W moved
        feed    M held
        expect  market W Suspended FeedHeld
        expect  epoch W same                        # it was not open for a moment
        feed    M released
        expect  market W Open
        ",
    );
}

/// Whoever watches a round knows more than any price, so its market closes when it begins. A bet that
/// still waited is refused; a bet that stood stays.
#[test]
fn a_round_that_is_being_played_takes_no_bets() {
    check(
        "
        config  in_play_delay 3s
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        market  R M round 1 1
        market  S M round 1 2
        market  T M round 1 3
        feed    M start 1 ct
        bet     c1 A1 R a 1.00                  -> Pending
        wait    4s
        feed    M begins 1 1
        expect  bet c1 Accepted
        expect  market R Suspended RoundLive
        expect  market W Open
        bet     c2 A1 R a 1.00                  -> MarketSuspended
        feed    M begins 1 1                        # said twice
        feed    M round 1 1 A
        expect  bet c1 Won
        expect  market S Open
        bet     c3 A1 S a 1.00                  -> Pending
        feed    M begins 1 2
        wait    4s
        expect  bet c3 MarketSuspended
        feed    M rewind 1 1                        # the server plays round 2 again
        expect  market S Open
        feed    M begins 1 3                        -> FeedImpossible(2, 3)
        expect  market W Suspended ImpossibleState
        ",
    );
}

/// If nobody speaks of a match by its planned start, it may be played unseen.
#[test]
fn a_match_that_nobody_speaks_of_is_suspended_after_its_planned_start() {
    check(
        "
        config  feed_age_prematch 60s
        match   M bo1 starts 10m
        match   N bo1
        maps    M even
        maps    N even
        market  W M map 1
        market  X N map 1
        wait    11m
        expect  market W Open
        wait    1s
        expect  market W Suspended FeedStale
        expect  market X Open                       # nothing is planned, so nothing is late
        feed    M heartbeat
        expect  market W Open
        wait    61s
        expect  market W Suspended FeedStale
        ",
    );
}

/// What a source says after two rounds of the first map, and the rule that it breaks.
#[test]
fn each_impossible_word_freezes_under_its_own_name() {
    for title in ["", "valorant"] {
        for (event, rule, expected, actual) in [
            ("state 1 60 0", "OtherGame", 0, 1),
            ("won 1 A", "OtherGame", 0, 1),
            ("round 2 1 A", "MapOutOfTurn", 1, 2),
            ("start 2 ct", "MapOutOfTurn", 1, 2),
            ("start 1 t", "MapHasBegun", 0, 2),
            ("round 1 4 A", "RoundOutOfTurn", 3, 4),
            ("begins 1 2", "RoundOutOfTurn", 3, 2),
            ("rewind 1 3", "RewindForward", 2, 3),
            ("over 1 13 1", "ScoreDiffers", 1, 13),
            ("over 1 1 1", "MapGoesOn", 13, 1),
            ("disputed", "Disputed", 0, 0),
        ] {
            let answer = match event {
                "disputed" => String::new(),
                _ => format!("-> FeedImpossible({expected}, {actual})"),
            };
            check(&format!(
                "
                match   M bo3 {title}
                maps    M even
                market  W M map 1
                play    M 1 A1 B1
                expect  market W Open
                feed    M {event}                   {answer}
                expect  alert {rule} {expected} {actual}
                expect  score M 1-1
                expect  market W Suspended ImpossibleState
                "
            ));
        }
        check(&format!(
            "
            match   M bo3 {title}
            maps    M even
            play    M 1 A13
            feed    M round 1 14 A                  -> FeedImpossible(0, 14)
            expect  alert MapIsOver 0 14
            expect  frozen M ImpossibleState
            "
        ));
    }
}

#[test]
fn the_seventeenth_rewind_of_a_match_waits_for_a_person() {
    let rewinds = "feed M round 1 1 A\nfeed M rewind 1 0\n".repeat(16);
    check(&format!(
        "
        match   M bo1
        maps    M even
        market  W M map 1
        play    M 1
        {rewinds}
        expect  market W Open
        feed    M round 1 1 A
        feed    M rewind 1 0                        -> FeedImpossible(16, 17)
        expect  alert TooManyRewinds 16 17
        expect  score M 1-0
        feed    M round 1 2 A
        feed    M round 1 3 A
        expect  market W Suspended ImpossibleState
        resume  match M
        expect  market W Open
        "
    ));
}
