//! What each market of a game in rounds is settled on. Every table plays a map and says what every
//! selection is worth at its end, or before.

use clutch_tests::check;

#[test]
fn a_map_handicap_and_the_total_of_maps_are_settled_with_the_match() {
    check(
        "
        match   M bo3
        maps    M even
        market  H M map_handicap -1.5
        market  I M map_handicap 1.5
        market  T M total_maps 2.5
        market  X M map_handicap 2.5                -> InvalidParameter    # nobody wins by three
        market  Y M total_maps 1.5                  -> InvalidParameter    # two are always played
        market  Z M total_maps 3.5                  -> InvalidParameter
        expect  odds H a 4.00
        expect  odds T over 2.00
        play    M 1 A13
        expect  market H Open
        play    M 2 B13
        expect  market T Open
        expect  odds T over none                    # certain, but not settled before the end
        play    M 3 A13
        expect  market H Decided #1                 # 2-1 is a difference of one
        expect  market I Decided #0
        expect  market T Decided #0
        ",
    );
}

#[test]
fn a_correct_score_names_the_score_or_the_winner_after_overtime() {
    check(
        "
        match   M bo5
        maps    M even
        market  S M rounds_score 1
        market  T M rounds_score 2
        market  U M rounds_score 3
        market  V M rounds_score 4
        play    M 1 A12 B7 A1
        expect  market S Decided #7                 # 13-7
        play    M 2 A11 B13
        expect  market T Decided #23                # 11-13
        play    M 3 A12 B12 A3 B3
        expect  market U Open
        play    M 3 B4
        expect  market U Decided #25                # B in overtime
        play    M 4 A12 B12 A4
        expect  market V Decided #24                # A in overtime
        ",
    );
}

#[test]
fn a_correct_score_of_the_longer_format_has_thirty_scores_in_regulation() {
    check(
        "
        match   M bo1 mr15
        maps    M even
        market  S M rounds_score 1
        play    M 1 A15 B15
        expect  odds S #0 none
        play    M 1 B4
        expect  market S Decided #31
        ",
    );
}

#[test]
fn a_race_is_won_by_the_round_that_gets_there_and_void_if_none_does() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  R M race 1 5
        market  S M race 1 13
        market  T M race 1 15
        market  X M race 1 0                        -> InvalidParameter
        market  Y M race 1 16                       -> InvalidParameter    # it could not be foreseen
        expect  odds R a 2.00
        bet     b1 A1 R a 10.00
        bet     b2 A1 T b 10.00
        play    M 1 B4 A4
        expect  market R Open
        play    M 1 A1
        expect  market R Decided #0
        expect  bet b1 Won 20.00
        play    M 1 B3 A8
        expect  score M 13-7
        expect  market S Decided #0
        expect  market T Void
        expect  bet b2 Void NotPlayed
        ",
    );
}

#[test]
fn a_race_beyond_regulation_goes_on_in_the_first_overtime() {
    check(
        "
        match   M bo1
        maps    M even
        market  T M race 1 15
        play    M 1 A12 B12 B2
        expect  odds T b 1.14                       # 7 : 1 with A three behind and three in a row needed
        play    M 1 A2
        expect  market T Open
        play    M 1 B1
        expect  market T Decided #1
        ",
    );
}

#[test]
fn pistol_rounds_are_the_first_of_each_half() {
    check(
        "
        match   M bo3
        map     M 1 t 50 ct 50 pistols 40 80 starts ct
        map     M 2
        map     M 3
        market  P M pistol 1 1
        market  Q M pistol 1 2
        market  R M pistol 2 2
        market  X M pistol 1 3                      -> InvalidParameter
        expect  odds P a 1.25                       # CT first
        expect  odds Q a 2.50
        feed    M start 1 ct
        feed    M begins 1 1
        expect  market P Suspended RoundLive
        expect  market Q Open
        play    M 1 A12
        expect  market P Decided #0
        expect  market Q Open
        play    M 1 B1
        expect  market Q Decided #1
        play    M 1 A1
        play    M 2 B13
        expect  market R Decided #1                 # round 13 of 0-13 was the last one
        ",
    );
}

#[test]
fn a_pistol_round_that_is_not_played_is_void() {
    check(
        "
        match   M bo3
        maps    M even
        market  R M pistol 3 1
        play    M 1 A13
        play    M 2 A13
        expect  market R Void
        ",
    );
}

#[test]
fn overtime_is_known_as_soon_as_regulation_is_level() {
    check(
        "
        match   M bo3
        maps    M even
        market  O M overtime 1
        market  P M overtime 2
        market  W M regulation 1
        market  V M regulation 2
        market  U M regulation 3
        play    M 1 A12 B11
        expect  odds O a 2.00
        expect  odds W #1 2.00                      # the draw
        expect  odds W #2 none                      # B can no longer win in regulation
        play    M 1 B1
        expect  market O Decided #0
        expect  market W Decided #1
        play    M 1 A4
        play    M 2 B13
        expect  market P Decided #1
        expect  market V Decided #2
        play    M 3 A13
        expect  market U Decided #0
        ",
    );
}

#[test]
fn odd_or_even_counts_overtime() {
    check(
        "
        match   M bo3
        maps    M even
        market  O M odd 1
        market  P M odd 2
        play    M 1 A12 B12
        expect  market O Open
        play    M 1 A4 B0
        expect  market O Decided #1                 # 28 rounds
        play    M 2 A12 B8 A1
        expect  market P Decided #0                 # 21 rounds
        ",
    );
}

#[test]
fn markets_in_regulation_do_not_count_overtime() {
    check(
        "
        match   M bo1
        maps    M even
        market  T M regulation_total 1 23.5
        market  H M regulation_handicap 1 -1.5
        market  I M regulation_handicap 1 1.5
        market  J M handicap 1 -1.5
        market  X M regulation_total 1 24.5         -> InvalidParameter    # regulation ends at 24
        play    M 1 A12 B11
        expect  market T Open
        play    M 1 B1
        expect  market T Decided #0
        expect  market H Decided #1                 # level, so B with half a round
        expect  market I Decided #0
        expect  market J Open
        play    M 1 A4
        expect  market J Decided #0                 # by four rounds, overtime included
        expect  market H Decided #1
        ",
    );
}

#[test]
fn the_rounds_of_a_team_count_overtime_and_are_over_once_passed() {
    check(
        "
        match   M bo1
        maps    M even
        market  A M team_rounds 1 A 12.5
        market  B M team_rounds 1 B 9.5
        market  C M team_rounds 1 B 15.5
        play    M 1 B9 A12
        expect  market B Open
        play    M 1 B1
        expect  market B Decided #0
        play    M 1 B2 A1
        expect  market A Decided #0
        play    M 1 A3
        expect  market C Decided #1
        ",
    );
}

#[test]
fn the_rounds_of_the_match_are_those_of_all_its_maps() {
    check(
        "
        match   M bo3
        market  T M series_rounds 47.5
        expect  market T Suspended Unpriced
        maps    M even
        expect  market T Open
        market  U M series_rounds 46.5
        market  X M series_rounds 25.5              -> InvalidParameter    # two maps take 26
        market  Y M series_rounds 72.5              -> InvalidParameter
        play    M 1 B10 A13
        play    M 2 A12 B11
        expect  market T Open                       # 46 rounds so far
        expect  odds U over none                    # the next round is certain
        play    M 2 A1
        expect  market U Decided #0
        expect  market T Decided #1                 # 47 in all
        ",
    );
}

#[test]
fn a_rewind_takes_every_result_back() {
    check(
        "
        match   M bo1
        maps    M even
        market  R M race 1 3
        market  O M overtime 1
        market  S M rounds_score 1
        play    M 1 A12 B12
        expect  market O Decided #0
        expect  market R Decided #0
        play    M 1 A4
        expect  market S Decided #24
        feed    M rewind 1 23
        expect  market S Open
        expect  market O Open
        expect  market R Decided #0
        feed    M rewind 1 2
        expect  market R Open
        ",
    );
}

#[test]
fn valorant_is_won_by_two_rounds_after_regulation() {
    check(
        "
        match   M bo1 valorant
        maps    M even
        market  W M map 1
        market  T M total 1 25.5
        market  S M rounds_score 1
        play    M 1 A12 B12
        expect  odds W a 2.00
        play    M 1 A1
        expect  odds W a 1.33                       # three to one
        expect  score M 13-12 maps 0-0 Live
        play    M 1 B1
        expect  market T Decided #0
        play    M 1 B2
        expect  score M 13-15 maps 0-1 Over
        expect  market W Decided #1
        expect  market S Decided #25
        ",
    );
}

#[test]
fn valorant_has_one_format() {
    check(
        "
        match   M bo1 valorant mr15                 -> InvalidParameter
        match   N bo1 lol mr12                      -> InvalidParameter
        match   O bo4                               -> InvalidParameter(5, 4)
        ",
    );
}

#[test]
fn a_best_of_two_can_be_drawn() {
    check(
        "
        account A1 balance 100.00
        match   M bo2
        maps    M even
        market  W M winner
        market  S M score
        market  H M map_handicap -0.5
        market  I M map_handicap 0.5
        market  X M total_maps 1.5                  -> InvalidParameter    # always two
        expect  odds W #0 4.00
        expect  odds W #1 2.00
        expect  odds W #2 4.00
        bet     b1 A1 W #1 10.00
        play    M 1 A13
        expect  odds W #2 none
        expect  market S Open
        play    M 2 B13
        expect  score M 0-13 maps 1-1 Over
        expect  market W Decided #1
        expect  market S Decided #1
        expect  market H Decided #1
        expect  market I Decided #0
        expect  bet b1 Won 20.00
        ",
    );
}

#[test]
fn both_maps_of_a_best_of_two_are_played_whoever_won_the_first() {
    check(
        "
        match   M bo2
        maps    M even
        market  W M winner
        market  V M map 2
        play    M 1 A13
        play    M 2 A13
        expect  score M 13-0 maps 2-0 Over
        expect  market W Decided #0
        expect  market V Decided #0
        ",
    );
}
