//! The rule book: one event, two books, opposite answers.
//!
//! Each scenario is played twice: under `void_when_in_doubt` and under `stand_when_possible`, the two
//! rule sets that come with the product. Even teams, so every market of two is at 2.00.

use clutch_tests::check;

/// Plays a scenario under both rule sets; `answers` are a thing, and how it stands under each. A line `void|stand:`
/// is of one of them alone.
#[track_caller]
fn by_both(scenario: &str, answers: &[(&str, &str, &str)]) {
    for (index, set) in ["void_when_in_doubt", "stand_when_possible"].into_iter().enumerate() {
        let [only, other] = if index == 0 { ["void:", "stand:"] } else { ["stand:", "void:"] };
        let scenario = scenario.replace(only, "").replace(other, "#");
        let mut table = format!("rules {set}\n account A balance 1000.00\n{scenario}\n");
        for (thing, voids, stands) in answers {
            table += &format!("expect {thing} {}\n", [voids, stands][index]);
        }
        check(&table);
    }
}

const BO3: &str = "
    match  M bo3
    maps   M even
    market W M winner
    market S M score
    market T M total_maps 2.5
    market F M map 1
    market N M map 2
    market O M total 1 21.5
    market H M handicap 1 -1.5
";

#[test]
fn a_walkover_voids_the_match_or_counts_as_a_map() {
    by_both(
        &format!(
            "{BO3}
            bet w A W a 10.00
            bet f A F a 10.00
            bet n A N a 10.00
            incident M walkover 1 A
            play M 2 A13"
        ),
        &[
            ("bet w", "Void HouseRules", "Won 20.00"),
            // Nobody played the map itself.
            ("bet f", "Void HouseRules", "Void HouseRules"),
            ("bet n", "Void HouseRules", "Won 20.00"),
            ("score M", "13-0 maps 2-0 Over", "13-0 maps 2-0 Over"),
        ],
    );
}

#[test]
fn a_walkover_between_maps_leaves_other_maps_alone() {
    by_both(
        &format!(
            "{BO3}
            bet w A W b 10.00
            bet f A F a 10.00
            play M 1 A13
            incident M walkover 2 B
            play M 3 B13"
        ),
        &[("bet w", "Void HouseRules", "Won 20.00"), ("bet f", "Won 20.00", "Won 20.00")],
    );
}

#[test]
fn an_advantage_counts_if_the_market_stated_it_or_always_or_never() {
    for (answer, stated, winner) in [
        ("void_map_and_match", " stated", "Void HouseRules"),
        ("void_unless_stated", "", "Void HouseRules"),
        ("void_unless_stated", " stated", "Won 20.00"),
        ("counts_as_won", "", "Won 20.00"),
        ("void_all_before_match", " stated", "Void HouseRules"),
    ] {
        check(&format!(
            "rules walkover {answer}
            account A balance 100.00
            {BO3}
            bet w A W a 10.00
            incident M walkover 1 A{stated}
            play M 2 A13
            expect bet w {winner}"
        ));
    }
}

#[test]
fn a_forfeit_awards_the_map_or_voids_it() {
    by_both(
        &format!(
            "{BO3}
            market P M round 1 1
            market Q M round 1 9
            market R M round 1 10
            market B M handicap 1 5.5
            bet f A F a 10.00
            bet p A P a 10.00
            bet q A Q a 10.00
            bet r A R a 10.00
            bet o A O a 10.00
            bet h A H a 10.00
            bet b A B a 10.00
            play M 1 A8
            incident M forfeit 1 B
            waiting approve_any by 2
            play M 2 A13"
        ),
        &[
            ("bet f", "Void HouseRules", "Won 20.00"),
            // Decided before, and yet on that map.
            ("bet p", "Void HouseRules", "Won 20.00"),
            // The round being played goes to the other side; later ones are not played.
            ("bet q", "Void HouseRules", "Won 20.00"),
            ("bet r", "Void HouseRules", "Void HouseRules"),
            // Neither the total nor a narrow handicap was certain; +5.5 was, at 8:0.
            ("bet o", "Void HouseRules", "Void HouseRules"),
            ("bet h", "Void HouseRules", "Void HouseRules"),
            ("bet b", "Void HouseRules", "Won"),
            ("market W", "Decided #0", "Decided #0"),
        ],
    );
}

#[test]
fn a_map_with_fewer_than_ten_players_is_void_or_stands() {
    by_both(
        &format!(
            "{BO3}
            bet f A F a 10.00
            bet n A N a 10.00
            incident M short 1
            play M 1 A13
            play M 2 A13"
        ),
        &[("bet f", "Void HouseRules", "Won 20.00"), ("bet n", "Won 20.00", "Won 20.00")],
    );
}

#[test]
fn another_format_voids_everything_or_all_but_the_winner() {
    by_both(
        &format!(
            "{BO3}
            market C M map 3
            bet w A W a 10.00
            bet s A S #0 10.00
            bet t A T a 10.00
            bet f A F a 10.00
            bet c A C a 10.00
            incident M format 1
            play M 1 A13"
        ),
        &[
            ("bet w", "Void HouseRules", "Won 20.00"),
            ("bet s", "Void HouseRules", "Void HouseRules"),
            ("bet t", "Void HouseRules", "Void HouseRules"),
            ("bet f", "Void HouseRules", "Won 20.00"),
            // A third map there is not.
            ("bet c", "Void HouseRules", "Void HouseRules"),
            ("score M", "13-0 maps 1-0 Over", "13-0 maps 1-0 Over"),
        ],
    );
}

#[test]
fn a_match_put_off_by_thirty_hours_is_void_after_24_or_stands_for_48() {
    by_both(
        "
        match  M bo1 starts 1h
        maps   M even
        market W M winner
        bet    w A W a 10.00
        incident M postponed to 31h
        wait   31h
        feed   M start 1 ct
        play   M 1 A13
        ",
        &[("bet w", "Void HouseRules", "Won 20.00")],
    );
}

#[test]
fn a_match_put_off_for_nobody_knows_how_long_is_void_when_the_time_is_over() {
    let scenario = "
        match  M bo1 starts 1h
        maps   M even
        market W M winner
        bet    w A W a 10.00
        incident M postponed
        ";
    by_both(&format!("{scenario} wait 24h"), &[("bet w", "Accepted 20.00", "Accepted 20.00")]);
    by_both(&format!("{scenario} wait 25h"), &[("bet w", "Void HouseRules", "Accepted 20.00")]);
    by_both(&format!("{scenario} wait 49h"), &[("bet w", "Void HouseRules", "Void HouseRules")]);
}

#[test]
fn bets_on_undone_rounds_are_void_or_stand() {
    by_both(
        "
        config in_play_delay 0s
        waiting approve by 2
        match  M bo1
        maps   M even
        market W M winner
        bet    before A W a 10.00
        play   M 1 A3
        bet    w A W a 10.00 policy any
        play   M 1 A2
        feed   M rewind 1 2
        play   M 1 A11
        ",
        &[("bet before", "Won 20.00", "Won 20.00"), ("bet w", "Void Rewound", "Won")],
    );
}

#[test]
fn a_replay_voids_what_was_open_or_keeps_what_was_bet_before_the_map() {
    by_both(
        &format!(
            "config in_play_delay 0s
            waiting approve by 2
            {BO3}
            market P M round 1 1
            bet f A F b 10.00
            bet p A P a 10.00
            feed M start 1 ct
            play M 1 A3
            bet late A F b 10.00 policy any
            incident M replayed 1
            stand: waiting approve by 2
            feed M rewind 1 0
            play M 1 B13"
        ),
        &[
            ("bet f", "Void HouseRules", "Won 20.00"),
            // Decided before the fault: it stands under both.
            ("bet p", "Won 20.00", "Won 20.00"),
            ("bet late", "Void HouseRules", "Void TakenLate"),
        ],
    );
    check(&format!(
        "rules replayed stand
        account A balance 100.00
        config in_play_delay 0s
        waiting approve by 2
        {BO3}
        play M 1 A3
        bet late A F b 10.00 policy any
        incident M replayed 1
        feed M rewind 1 0
        play M 1 B13
        expect bet late Won"
    ));
}

#[test]
fn overtime_decides_the_map_or_only_the_match() {
    by_both(
        "
        match  M bo1
        maps   M even
        market W M winner
        market F M map 1
        market O M total 1 23.5
        market H M handicap 1 -1.5
        market D M regulation 1
        bet    w A W a 10.00
        bet    f A F a 10.00
        bet    h A H a 10.00
        bet    d A D #1 10.00
        play   M 1 A12 B12 A4
        ",
        &[
            ("bet w", "Won 20.00", "Won 20.00"),
            ("bet f", "Void NotPlayed", "Won 20.00"),
            ("bet h", "Lost", "Won"),
            // The draw was on offer: the winner in regulation never counts overtime.
            ("bet d", "Won", "Won"),
        ],
    );
}

#[test]
fn a_total_beyond_regulation_is_no_question_where_overtime_does_not_count() {
    check(
        "rules overtime match_only
        match  M bo1
        maps   M even
        market X M total 1 24.5 -> InvalidParameter
        market O M total 1 23.5
        market D M regulation_total 1 23.5",
    );
}

#[test]
fn stand_ins_void_the_match_unless_there_are_officials_enough() {
    for (officials, voids, stands) in [
        (0, "Void HouseRules", "Void HouseRules"),
        (1, "Void HouseRules", "Won 20.00"),
        (3, "Won 20.00", "Won 20.00"),
    ] {
        by_both(
            &format!("{BO3} bet f A F a 10.00\n incident M stand_ins B {officials}\n play M 1 A13"),
            &[("bet f", voids, stands)],
        );
    }
}

#[test]
fn bets_after_the_true_start_are_void_or_stand() {
    by_both(
        &format!(
            "{BO3}
            bet before A F a 10.00
            bet last A F a 10.00
            bet late A F a 10.00
            incident M early after last
            void: waiting approve by 2
            play M 1 A13"
        ),
        &[
            ("bet before", "Won 20.00", "Won 20.00"),
            ("bet last", "Won 20.00", "Won 20.00"),
            ("bet late", "Void TakenLate", "Won 20.00"),
        ],
    );
}

#[test]
fn a_dead_heat_shares_the_stake_the_odds_or_the_profit() {
    for (answer, odds, paid) in [
        ("stake_share", "4.00", "20.00"),
        ("reduced_odds", "4.00", "20.00"),
        ("profit_share", "4.00", "25.00"),
    ] {
        check(&format!(
            "rules dead_heat {answer}
            account A balance 100.00
            match   O bo3
            maps    O even
            market  S O score
            bet     b A S #0 10.00 at {odds}
            grade   S results 1/2 1/2 lost lost
            expect  bet b Won {paid}"
        ));
    }
}

#[test]
fn fractions_are_dropped_from_each_line_or_once() {
    by_both(
        "
        match  M bo1
        maps   M even
        market W M winner
        match  N bo1
        maps   N even
        market V N winner
        match  O bo1
        maps   O even
        market U O winner
        multi  b A 0.33 1,2,3 W:a V:a U:a
        grade  W results half_won half_lost
        grade  V results half_won half_lost
        grade  U results half_won half_lost
        ",
        // Each leg returns 1.5: three lines of 0.495, three of 0.7425, one of 1.11375.
        &[("bet b", "Won 4.80", "Won 4.82")],
    );
}

#[test]
fn a_correction_comes_within_the_window_or_not_at_all() {
    by_both(
        "
        match  M bo1
        maps   M even
        market W M winner
        bet    w A W a 10.00
        play   M 1 A13
        expect bet w Won 20.00
        wait   30h
        feed   M rewind 1 12
        play   M 1 B1
        ",
        // Under both the bet was paid; the later word of the feed is heard for 24 or 72 hours.
        &[("bet w", "Won 20.00", "Accepted 20.00")],
    );
}

#[test]
fn a_map_that_is_not_needed_and_a_race_that_is_not_reached_are_void_under_both() {
    by_both(
        &format!(
            "{BO3}
            market C M map 3
            market R M race 1 15
            bet c A C a 10.00
            bet r A R a 10.00
            play M 1 A13
            play M 2 A13"
        ),
        &[
            ("bet c", "Void NotPlayed", "Void NotPlayed"),
            ("bet r", "Void NotPlayed", "Void NotPlayed"),
        ],
    );
}

#[test]
fn a_match_keeps_the_rules_that_were_in_force_when_it_was_created() {
    check(&format!(
        "rules stand_when_possible
        account A balance 100.00
        {BO3}
        rules void_when_in_doubt
        bet f A F a 10.00
        incident M short 1
        play M 1 A13
        expect bet f Won 20.00
        rules void_when_in_doubt -> HouseRulesUnchanged"
    ));
}

#[test]
fn an_incident_that_is_taken_back_moves_the_money_back_once() {
    check(&format!(
        "rules void_when_in_doubt
        account A balance 100.00
        {BO3}
        bet f A F a 10.00
        bet w A W a 10.00
        play M 1 A13
        expect bet f Won 20.00
        incident M short 1 -> IncidentImpossible(2, 1)
        incident M stand_ins A 0
        expect bet f Won 20.00
        expect bet w Void HouseRules
        incident M taken_back
        waiting approve by 1 -> SamePerson
        waiting approve by 2
        expect bet w Accepted 20.00
        expect account A available 100.00 held 10.00
        play M 2 A13
        expect bet w Won 20.00
        expect account A available 120.00 held 0.00
        incident M taken_back -> UnknownIncident"
    ));
}

/// Whatever an incident comes to counts, also what follows from it for the series, or when a match is void.
#[test]
fn what_follows_from_an_incident_counts_as_what_it_decides() {
    let setup = "
        config grade_alone_max 30.00 in_play_delay 0s
        account A balance 100.00
        rules stand_when_possible
        {BO3}"
        .replace("{BO3}", BO3);
    for what in [
        // The last map is given away, and with it the match: 40.00.
        "bet b A W b 20.00
        play M 1 B13
        play M 2 B3
        incident M forfeit 2 A
        expect bet b Accepted 40.00
        waiting approve by 2
        expect bet b Won 40.00
        # A score that was given is taken back by two as well.
        incident M taken_back
        expect bet b Won 40.00
        waiting approve by 2
        expect bet b Accepted 40.00",
        // Put off to a day on which it is void.
        "bet b A W b 20.00
        incident M postponed to 900h
        expect bet b Accepted 40.00
        waiting approve by 2
        tick
        expect bet b Void HouseRules",
        // In a format in which the match is decided, or has no such market.
        "bet b A S #0 10.00
        incident M format 1
        expect bet b Accepted 40.00
        waiting approve by 2
        expect bet b Void HouseRules",
    ] {
        check(&format!("{setup}{what}"));
    }
    // Taking it back moves money that the series decided, where no market of the map is open.
    check(
        "account A balance 100.00
        rules stand_when_possible
        match  M bo3
        maps   M even
        market W M winner
        bet b A W b 20.00
        play M 1 B13
        play M 2 B3
        incident M forfeit 2 A
        expect bet b Won 40.00
        incident M taken_back
        expect bet b Won 40.00
        waiting approve by 2
        expect bet b Accepted 40.00",
    );
    // Bets are void by two persons, however little they come to and also where they were settled.
    check(&format!(
        "config in_play_delay 0s
        account A balance 100.00
        rules void_when_in_doubt
        {BO3}
        bet a A F a 1.00
        bet b A F b 1.00
        play M 1 A13
        expect bet b Lost
        incident M early after a
        expect bet b Lost
        waiting approve by 1                       -> SamePerson(1, 1)
        waiting approve by 2
        expect bet a Won 2.00
        expect bet b Void TakenLate"
    ));
}

/// What an incident decides no score confirms: it pays as much as a grade by one person's word.
#[test]
fn an_incident_that_pays_much_takes_a_second_person() {
    for (alone_max, then) in [
        ("30.00", "expect market F Decided #0"),
        (
            "29.99",
            "expect market F Open
            expect bet a Accepted 30.00
            waiting approve by 1                   -> SamePerson(1, 1)
            waiting approve by 2
            expect bet a Won 30.00",
        ),
    ] {
        check(&format!(
            "config grade_alone_max {alone_max}
            rules stand_when_possible
            account A balance 100.00
            {BO3}
            bet a A F a 15.00
            play M 1 A3
            incident M forfeit 1 B
            {then}"
        ));
    }
}

#[test]
fn a_forfeit_taken_back_lets_the_map_go_on() {
    check(&format!(
        "account A balance 100.00
        {BO3}
        bet f A F b 10.00
        play M 1 A8
        incident M forfeit 1 B
        expect bet f Lost
        expect score M 8-0 maps 1-0 Break
        incident M taken_back
        waiting approve by 2
        expect score M 8-0 maps 0-0 Live
        expect bet f Accepted 20.00
        play M 1 B13
        expect bet f Won 20.00"
    ));
}

#[test]
fn what_cannot_have_happened_is_refused() {
    check(&format!(
        "{BO3}
        incident M walkover 2 A             -> IncidentImpossible(1, 2)
        incident M forfeit 1 A              -> IncidentImpossible(0, 1)
        incident M replayed 1               -> IncidentImpossible(0, 1)
        incident M short 2                  -> IncidentImpossible(1, 2)
        incident M format 3                 -> IncidentImpossible(3, 3)
        incident M format 4                 -> IncidentImpossible(3, 4)
        incident M stand_ins A 6            -> InvalidParameter(5, 6)
        incident M early after 999999       -> IncidentImpossible
        incident M taken_back               -> UnknownIncident
        incident M short 1 by nobody        -> OperatorOnly
        feed   M start 1 ct
        incident M postponed                -> IncidentImpossible(0, 1)
        incident M walkover 1 A             -> IncidentImpossible(0, 1)
        play   M 1 A13
        play   M 2 A13
        incident M format 1                 -> IncidentImpossible(3, 1)
        incident M walkover 3 A             -> IncidentImpossible(0, 3)"
    ));
}

#[test]
fn nothing_is_offered_on_a_map_that_was_given_away() {
    check(&format!(
        "{BO3}
        incident M walkover 1 A
        market X M total 1 22.5             -> MarketDecided"
    ));
}

// What happened beside the score is asked of the sources at once, and not when they would have been asked anyway.

/// In play a source may be silent for a shorter time than between maps, so one that was not may be too silent now.
#[test]
fn a_map_that_is_played_after_all_is_watched_as_one_at_once() {
    check(
        "
        config   feed_age_live 3s feed_age_prematch 60s feed_hand_over 3s
        match    M bo3
        maps     M even
        market   W M map 1
        feed     M start 1 ct source 0
        feed     M start 1 ct source 1
        incident M forfeit 1 B
        wait     10s
        feed     M heartbeat source 1
        expect   frozen M none                       # a break
        incident M taken_back
        waiting  approve_any by 2
        expect   frozen M FeedStale
        feed     M heartbeat source 1                # who follows the match since
        expect   market W Open
        feed     M round 1 1 B source 1
        expect   score M 0-1
        ",
    );
}

/// A map that is given away may be one of which a source has said otherwise.
#[test]
fn a_map_that_is_given_away_is_compared_with_what_sources_say_at_once() {
    check(
        "
        match    M bo3 lol
        maps     M even
        market   S M winner
        feed     M start 1 t source 0
        feed     M start 1 t source 1
        feed     M won 1 A source 1
        expect   frozen M FeedsApart                 # it knows more
        incident M forfeit 1 A
        expect   frozen M FeedsDisagree              # now it denies
        ",
    );
}
