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
        ("state 1 700 0 5 5 21 1", "FeedImpossible(20, 21)"),  // more towers than ever rise
        ("state 1 700 50.5 5 5 1 1", "FeedImpossible(50000, 50500)"), // more than ever was led by
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

/// What one source says, and the rule that it breaks. Each line breaks no other rule of the table.
#[test]
fn each_impossible_state_freezes_under_its_own_name() {
    const LOL: &str = "lol state 1 600 1 5 5 1 1 1 0";
    const DOTA: &str = "dota2 state 1 600 1 5 5 1 1 1 0";
    for (before, event, rule, expected, actual) in [
        (LOL, "599 1 5 5 1 1 1 0", "TimeRunsBack", 600, 599),
        (LOL, "14401 1 5 5 1 1 1 0", "TimeTooLong", 14_400, 14_401),
        (LOL, "1201 1 5 5 1 1 1 0", "TimeJumps", 1_200, 1_201),
        (LOL, "601 1 5 4 1 1 1 0", "KillsFell", 5, 4),
        (LOL, "601 1 5 17 1 1 1 0", "KillsJump", 16, 17),
        (LOL, "601 1 5 5 0 1 1 0", "TowersFell", 1, 0),
        (LOL, "601 1 5 5 1 21 1 0", "TooManyTowers", 20, 21),
        (LOL, "601 1 5 5 6 1 1 0", "TowersJump", 5, 6),
        (LOL, "601 1 5 5 1 1 0 0", "ObjectivesFell", 1, 0),
        (LOL, "601 1 5 5 1 1 2 1", "TooManyObjectives", 2, 3), // the third rises at 15:00
        (LOL, "601 -60 5 5 1 1 1 0", "LeadTooLarge", 50_000, 60_000),
        (LOL, "601 11.2 5 5 1 1 1 0", "LeadJumps", 11_100, 11_200),
        (LOL, "601 -9.2 5 5 1 1 1 0", "LeadJumps", -9_100, -9_200),
        (DOTA, "601 1 5 5 1 12 1 0", "TooManyTowers", 11, 12),
        (DOTA, "601 1 5 5 1 1 2 1", "TooManyObjectives", 2, 3), // the third stands at 16:00
        (DOTA, "601 -60 5 5 1 1 1 0", "LeadTooLarge", 19_030, 60_000),
        (DOTA, "601 8.909 5 5 1 1 1 0", "LeadJumps", 8_908, 8_909),
    ] {
        let (title, first) = before.split_once(' ').expect("a title and a state");
        check(&format!(
            "
            match   M bo1 {title}
            maps    M even
            market  W M map 1
            feed    M start 1 t
            feed    M {first}
            expect  market W Open
            feed    M state 1 {event}               -> FeedImpossible({expected}, {actual})
            expect  alert {rule} {expected} {actual}
            expect  market W Suspended ImpossibleState
            "
        ));
    }
    // A bound is met: what is refused one step further is taken.
    for (title, first, event) in [
        ("lol", "600 1 5 5 1 1 1 0", "900 31 315 315 20 20 2 1"),
        ("dota2", "900 1 5 5 1 1 1 0", "960 17.68 75 75 11 11 2 1"),
    ] {
        check(&format!(
            "
            match   M bo1 {title}
            feed    M start 1 t
            feed    M state 1 {first}
            feed    M state 1 {event}
            "
        ));
    }
}

/// What of a MOBA is no number: maps, rounds, moments to come.
#[test]
fn each_impossible_word_on_a_moba_freezes_under_its_own_name() {
    for (event, rule, expected, actual) in [
        ("state 2 700 0", "MapOutOfTurn", 1, 2),
        ("start 2 t", "MapOutOfTurn", 1, 2),
        ("start 1 ct", "MapHasBegun", 0, 600),
        ("round 1 1 A", "OtherGame", 0, 1),
        ("over 1 13 5", "OtherGame", 0, 1),
        ("rewind 1 0", "OtherGame", 0, 0),
        ("restored 1 601 0", "RewindForward", 600, 601),
        ("restored 1 500 60", "LeadTooLarge", 50_000, 60_000),
    ] {
        check(&format!(
            "
            match   M bo3 lol
            maps    M even
            market  W M map 1
            feed    M start 1 t
            feed    M state 1 600 1
            expect  market W Open
            feed    M {event}                       -> FeedImpossible({expected}, {actual})
            expect  alert {rule} {expected} {actual}
            expect  market W Suspended ImpossibleState
            "
        ));
    }
    check(
        "
        match   M bo3 lol
        maps    M even
        feed    M start 1 t
        feed    M state 1 600 1
        feed    M won 1 A
        feed    M state 1 601 1                     -> FeedImpossible
        expect  alert MapIsOver 0 601
        ",
    );
}

/// Objectives that can have been by then, and cannot all have been since the last update.
#[test]
fn objectives_fall_one_after_the_other() {
    check(
        "
        match   M bo1 lol
        maps    M even
        feed    M start 1 t
        feed    M state 1 1500 1 5 5 1 1 1 1
        feed    M state 1 1501 1 5 5 1 1 3 2            -> FeedImpossible(4, 5)
        expect  alert ObjectivesJump 4 5
        expect  frozen M ImpossibleState
        feed    M state 1 1502 1 5 5 1 1 2 1
        ",
    );
}

#[test]
fn a_source_that_lost_some_of_the_map_is_followed_again_when_it_goes_on() {
    check(
        "
        config  agreeing_updates 2 band_milli 4000
        match   M bo1 lol
        maps    M even
        market  W M map 1
        feed    M start 1 t
        feed    M state 1 600 1
        expect  odds W a 1.78
        feed    M state 1 1300 7                    -> FeedImpossible(1200, 1300)
        feed    M state 1 1300 7                    -> FeedImpossible(1200, 1300)  # said twice, one word
        feed    M state 1 1301 7                  # it goes on from there
        expect  market W Suspended ImpossibleState
        feed    M state 1 1302 7
        expect  frozen M none
        expect  market W Suspended PriceBand        # what it is worth now, a trader looks at
        resume  market W
        expect  market W Open
        expect  odds W a 1.16
        ",
    );
}

#[test]
fn one_wrong_number_is_not_believed_and_two_right_ones_lift_the_freeze() {
    check(
        "
        config  agreeing_updates 2
        match   M bo1 lol
        maps    M even
        market  W M map 1
        feed    M start 1 t
        feed    M state 1 600 1
        expect  odds W a 1.78
        feed    M state 1 601 -40                   -> FeedImpossible(-9100, -40000)
        expect  market W Suspended ImpossibleState
        feed    M state 1 602 1
        expect  market W Suspended ImpossibleState
        feed    M state 1 603 1.1
        expect  market W Open
        expect  odds W a 1.76
        feed    M state 1 604 -40                   -> FeedImpossible
        resume  match M                             # a person looks
        expect  market W Open
        feed    M state 1 605 1.1
        expect  market W Open
        ",
    );
}

/// A state that can be, but moves a price too far for one update, waits for a trader under the name of
/// the band; the first word on a map, a restored moment and the end of a map explain themselves.
#[test]
fn one_update_moves_no_price_beyond_the_band() {
    check(
        "
        config  band_milli 4000
        match   M bo3 lol
        maps    M even
        market  W M map 1
        market  S M winner
        market  V M map 2
        feed    M start 1 t
        feed    M state 1 900 7                     # the first that is heard of the map
        expect  market W Open
        feed    M state 1 901 1
        expect  market W Suspended PriceBand        # six percent in a second: odds ratio by 4.8
        expect  market S Open                       # half of that
        expect  market V Open
        feed    M state 1 902 7
        expect  market W Suspended PriceBand        # back again is no excuse
        resume  market W
        expect  market W Open
        feed    M state 1 903 4
        feed    M state 1 904 1
        expect  market W Open
        feed    M restored 1 800 7
        expect  market W Open
        feed    M won 1 A
        expect  market S Open
        ",
    );
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
            config  in_play_delay_moba 3s
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
        config  in_play_delay_moba 0s
        account A1 balance 100.00
        match   M bo3 lol
        maps    M even
        market  W M map 1
        feed    M start 1 t
        feed    M state 1 600 0
        bet     b1 A1 W a 10.00 policy any at 1.01
        feed    M state 1 700 15
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

/// What a source brings along when it is handed the match is a moment that can be taken back as well.
#[test]
fn a_moment_that_came_with_another_source_can_be_restored_too() {
    check(
        "
        config   in_play_delay_moba 0s band_milli 1000000
        account  A1 balance 100.00
        match    M bo1 lol
        maps     M even
        market   W M map 1
        feed     M start 1 t source 0
        feed     M start 1 t source 1
        feed     M state 1 600 0 source 0
        feed     M state 1 690 8 source 1
        handover M 1
        bet      b1 A1 W b 10.00 policy any at 1.01
        feed     M restored 1 600 0 source 1
        expect   bet b1 Void Rewound
        ",
    );
}

/// A map that was given up, and then restored by its server, was not given up: bets of before stand.
#[test]
fn a_map_that_was_given_up_and_is_restored_voids_only_what_came_after() {
    check(
        "
        config   in_play_delay_moba 0s
        account  A1 balance 100.00
        match    M bo3 lol
        maps     M even
        market   S M winner
        feed     M start 1 t
        feed     M state 1 600 0
        bet      b1 A1 S a 10.00 policy any at 1.01
        incident M forfeit 1 A
        expect   score M 0-0 maps 0-1 Break
        bet      b2 A1 S b 10.00 policy any at 1.01
        feed     M restored 1 600 0
        expect   score M 0-0 maps 0-0 Live
        expect   bet b1 Accepted
        expect   bet b2 Void Rewound
        ",
    );
}

#[test]
fn a_map_that_was_given_away_before_it_began_has_no_moment_to_go_back_to() {
    check(
        "
        match    M bo3 lol
        maps     M even
        incident M walkover 1 A
        expect   score M 0-0 maps 1-0 Break
        feed     M restored 1 0 0                    -> FeedImpossible(0, 0)
        expect   score M 0-0 maps 1-0 Break
        ",
    );
}

/// A map that is played again goes by the rule on that, and not by the one on servers that were restored.
#[test]
fn a_moba_that_is_played_again_goes_by_the_rule_on_that() {
    check(
        "
        config   in_play_delay_moba 0s
        rules    replayed stand
        account  A1 balance 100.00
        match    M bo1 lol
        maps     M even
        market   W M map 1
        feed     M start 1 t
        feed     M state 1 600 0
        bet      b1 A1 W a 10.00 policy any at 1.01
        incident M replayed 1
        feed     M restored 1 0 0
        expect   bet b1 Accepted
        feed     M state 1 500 1
        bet      b2 A1 W a 10.00 policy any at 1.01
        feed     M restored 1 0 0                    # that is another matter
        expect   bet b2 Void Rewound
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

/// Nobody has won so soon, so that a source that says it is wrong, and nobody is paid by it.
#[test]
fn a_map_that_is_won_sooner_than_any_ever_was_is_not_won() {
    for (title, soonest) in [("lol", 360), ("dota2", 240)] {
        for said in [
            String::new(), // whoever says no state says no time
            "feed M state 1 0".to_owned(),
            "feed M state 1 20".to_owned(),
            format!("feed M state 1 {}", soonest - 1),
        ] {
            let second = said.rsplit(' ').next().filter(|word| !word.is_empty()).unwrap_or("0");
            check(&format!(
                "
                account A1 balance 10.00
                match   M bo1 {title}
                maps    M even
                market  W M map 1
                bet     b1 A1 W a 1.00
                feed    M start 1 t
                {said}
                feed    M won 1 A                   -> FeedImpossible({soonest}, {second})
                expect  alert WonTooSoon {soonest} {second}
                expect  market W Suspended ImpossibleState
                tick
                expect  bet b1 Accepted
                feed    M state 1 {soonest}
                feed    M won 1 A
                tick
                expect  bet b1 Won
                "
            ));
        }
    }
}
