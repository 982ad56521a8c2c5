//! The rule book: how a market ended by a person's word, and what becomes of money already paid.
//!
//! Every table begins with even matches whose winner's market is at 2.00.

use clutch_tests::check;

const BOARD: &str = "
    account A balance 100.00
    match   M bo1
    maps    M even
    market  W M winner
    match   N bo1
    maps    N even
    market  V N winner
    match   O bo3
    maps    O even
    market  S O score
";

#[track_caller]
fn on_board(table: &str) {
    check(&format!("{BOARD}{table}"));
}

#[test]
fn a_market_without_a_result_is_graded_by_one_person() {
    on_board(
        "
        bet    b A W a 10.00
        bet    c A W b 10.00
        grade  W results won lost
        expect market W Decided #0
        expect bet b Won 20.00
        expect bet c Lost
        expect account A available 100.00 held 0.00
        bet    d A W a 1.00 -> MarketDecided
        ",
    );
}

#[test]
fn half_results_pay_half_and_give_half_back() {
    on_board(
        "
        bet    b A W a 10.00
        bet    c A W b 10.01
        multi  d A 10.00 2 W:a V:a
        grade  W results half_won half_lost
        expect market W Graded
        # Half at 2.00 and half back; half lost, and half a cent stays with the house.
        expect bet b Won 15.00
        expect bet c Won 5.00
        expect legs d HalfWon open
        grade  V results won lost
        expect bet d Won 30.00
        ",
    );
}

#[test]
fn a_dead_heat_pays_the_share_of_the_stake_at_full_odds() {
    check(
        "
        account A balance 100.00
        match   O bo3
        maps    O even
        market  S O score
        bet     b A S #0 10.00 -> Accepted 40.00
        bet     c A S #1 10.00 -> Accepted 40.00
        grade   S results 1/2 1/2 lost lost
        expect  bet b Won 20.00
        expect  bet c Won 20.00
        ",
    );
}

#[test]
fn a_void_market_and_a_void_selection_give_the_stake_back() {
    on_board(
        "
        bet    b A W a 10.00
        bet    c A S #1 10.00
        multi  d A 10.00 2 W:a S:#0
        grade  W void
        expect market W Void
        expect bet b Void Declared
        grade  S results won void lost lost
        expect bet c Void Declared
        expect legs d void-Declared won
        expect bet d Won 40.00
        ",
    );
}

/// Up to `grade_alone_max` one person pays out a match that has not begun; beyond it his word alone pays
/// nobody. What counts is what could be paid on the selections that do not lose.
#[test]
fn a_grade_that_nothing_confirms_and_that_pays_much_takes_a_second_person() {
    check(&format!(
        "config grade_alone_max 40.00
        {BOARD}
        bet    b A W a 20.00
        bet    c A W b 20.01
        # 40.02 against the limit: nothing moves.
        grade  W results lost won by 1
        expect market W Open
        expect bet c Accepted 40.02
        graded W approve by 1                  -> SamePerson(1, 1)
        graded W drop
        # 40.00: within.
        grade  W results won lost by 1
        expect market W Decided #0
        expect bet b Won 40.00
        # A selection that is void or wins in part counts as if it won: 10.00 and 50.00 of payouts.
        bet    d A V a 5.00
        bet    e A V b 25.00
        grade  V void by 1
        expect bet d Accepted 10.00
        grade  V results half_won half_lost by 1
        expect bet d Accepted 10.00
        graded V approve by 2
        expect bet d Won 7.50
        "
    ));
}

/// What one person's word alone could pay counts over the day (UTC), so that nothing passes in parts; what two
/// persons stand behind does not, and each person has limits of his own.
#[test]
fn grades_that_nothing_confirms_count_together_over_a_day() {
    check(&format!(
        "config grade_alone_max 40.00
        {BOARD}
        market X N map 1
        market Y O winner
        bet    b A W a 10.00
        bet    c A V a 10.01
        bet    d A X a 10.00
        bet    e A Y a 12.00
        grade  W results won lost by 1
        expect bet b Won 20.00
        # 20.02 more would be 40.02.
        grade  V results won lost by 1
        expect bet c Accepted 20.02
        graded V approve by 2
        expect bet c Won 20.02
        # The approved one counts for neither: 20.00 more are within for both.
        grade  X results won lost by 1
        expect bet d Won 20.00
        grade  Y results won lost by 1
        expect bet e Accepted 24.00
        graded Y drop
        grade  Y results won lost by 2
        expect bet e Won 24.00
        # On the next day (UTC) he may again, and what a house rule decides by his word counts with it.
        skip   24h
        account B balance 100.00
        match   P bo1
        maps    P even
        market  Z P winner
        match   Q bo3
        maps    Q even
        market  F Q map 1
        bet    f B F a 15.00
        bet    g B Z a 5.01
        play   Q 1 A3
        incident Q forfeit 1 B by 1
        expect bet f Won 30.00
        grade  Z results won lost by 1
        expect bet g Accepted 10.02
        "
    ));
}

/// All that a multiple pays counts on each of its legs, a bet that gave its stake back counts no more, and
/// once the score has spoken the grade that waited is about another market.
#[test]
fn a_grade_that_pays_much_is_measured_by_all_that_stands_and_ends_with_the_score() {
    check(&format!(
        "config grade_alone_max 39.99
        {BOARD}
        multi  d A 10.00 2 W:a V:a
        grade  V results won lost by 1
        expect market V Open
        expect legs d open open
        play   N 1 A13
        graded V approve by 2                  -> GradeOutdated(1, 0)
        graded V drop
        expect legs d open won
        bet    b A S #0 5.00
        void   b
        waiting approve by 2
        bet    c A S #1 2.00
        # 8.00 could be paid on it, and nothing any more on the bet that is void.
        grade  S void by 1
        expect bet c Void Declared
        grade  W results lost won by 1
        expect bet d Lost
        "
    ));
}

#[test]
fn results_that_do_not_fit_the_market_are_refused() {
    on_board(
        "
        grade  W results lost lost won         -> GradeContradictory(2, 3)
        grade  S results won lost              -> GradeContradictory(4, 2)
        grade  S results half_won half_lost    -> GradeContradictory(4, 2)
        grade  W results won lost by nobody    -> OperatorOnly
        grade  W results won lost version 1    -> GradeOutdated(0, 1)
        grade  W automatic                     -> GradeUnchanged
        grade  W results won lost
        grade  W results won lost              -> GradeUnchanged
        ",
    );
}

#[test]
fn a_result_that_was_paid_changes_only_with_a_second_person() {
    on_board(
        "
        bet    b A W a 10.00
        bet    c A W b 10.00
        play   M 1 A13
        expect bet b Won 20.00
        graded W approve by 2                  -> NothingToApprove
        grade  W results lost won by 1
        # Nothing moves before the second person's word.
        expect bet b Won 20.00
        graded W approve by 1                  -> SamePerson(1, 1)
        graded W approve by nobody             -> OperatorOnly
        graded W approve by 2
        expect bet b Lost
        expect bet c Won 20.00
        expect account A available 100.00 held 0.00
        graded W approve by 3                  -> NothingToApprove
        ",
    );
}

#[test]
fn a_roll_back_gives_the_market_back_to_the_score() {
    on_board(
        "
        bet    b A W a 10.00
        grade  W results lost won
        expect bet b Lost
        grade  W automatic
        graded W approve by 2
        expect bet b Accepted 20.00
        expect account A available 90.00 held 10.00
        expect market W Open
        bet    c A W a 1.00
        play   M 1 A13
        expect bet b Won 20.00
        ",
    );
}

#[test]
fn a_grade_stands_whatever_the_score_says_later() {
    on_board(
        "
        bet    b A W a 10.00
        grade  W results lost won
        play   M 1 A13
        expect bet b Lost
        feed   M rewind 1 0
        expect bet b Lost
        ",
    );
}

#[test]
fn a_proposal_about_an_older_settlement_is_refused() {
    on_board(
        "
        bet    b A W a 10.00
        play   M 1 A13
        grade  W results lost won
        # The score takes the result back before the second person looks.
        feed   M rewind 1 0
        graded W approve by 2                  -> GradeOutdated(2, 1)
        graded W drop by 2
        expect bet b Accepted 20.00
        ",
    );
}

#[test]
fn a_market_whose_bets_have_left_is_not_graded() {
    check(&format!(
        "config resettle_window 1h
        {BOARD}
        play   M 1 A13
        grade  W void
        wait   2h
        grade  W void                          -> GradeTooLate
        graded W approve by 2                  -> GradeTooLate
        "
    ));
}

// A word in place of the score stands whatever the score says; whoever gave it is told when that says otherwise.

#[test]
fn the_score_that_denies_a_grade_is_told_and_moves_no_money() {
    check(
        "
        account A1 balance 10.00
        match   M bo3
        maps    M even
        market  W M map 1
        bet     b1 A1 W a 1.00 policy any
        play    M 1 A12
        grade   W results lost won by 7
        expect  bet b1 Lost
        expect  contradicted W none
        play    M 1 A1                              # and A has won the map
        expect  told_contradiction W version 1 by 7 stands #1 score #0
        expect  contradicted W version 1 by 7 stands #1 score #0
        expect  bet b1 Lost
        expect  account A1 available 9.00
        feed    M over 1 13 0                       # told once, and not with everything that is said later
        expect  told_contradiction nothing
        feed    M rewind 1 12
        expect  told_contradiction W version 1 by 7 stands #1 score none
        expect  contradicted W none
        play    M 1 A1
        expect  contradicted W version 1 by 7 stands #1 score #0
        grade   W automatic by 8                    # a second look, by two
        graded  W approve by 9
        expect  contradicted W none
        expect  bet b1 Won 2.00
        ",
    );
}

#[test]
fn whoever_grades_against_the_score_knows_what_it_says() {
    check(
        "
        account A1 balance 10.00
        match   M bo3
        maps    M even
        market  W M map 1
        market  T M total 1 21.5
        bet     b1 A1 W a 1.00 policy any
        play    M 1 A13
        grade   W results lost won by 7
        graded  W approve by 8
        expect  contradicted W none                 # two persons said so after the score
        grade   T void by 7
        graded  T approve by 8
        feed    M over 1 13 0
        expect  contradicted W none
        feed    M rewind 1 12
        play    M 1 A1
        expect  contradicted W none                 # the same again is no news
        feed    M rewind 1 5
        play    M 1 B13
        expect  contradicted W none                 # now it agrees
        expect  contradicted T none                 # under, as before
        feed    M rewind 1 5
        play    M 1 B10 A8
        expect  contradicted W none
        expect  contradicted T none                 # what is void says nothing of who won
        expect  bet b1 Lost
        ",
    );
}

#[test]
fn the_score_that_denies_the_house_rules_is_told() {
    check(
        "
        rules    stand_when_possible
        account  A1 balance 10.00
        match    M bo3
        maps     M even
        market   F M map 1
        market   O M total 1 21.5
        bet      b1 A1 F a 1.00 policy any
        play     M 1 A8
        incident M forfeit 1 B
        waiting  approve_any by 2
        expect   contradicted F none
        feed     M rewind 1 7                        # the map is restored after all
        expect   contradicted F none
        play     M 1 B13
        expect   contradicted F version 1 rules 0 stands #0 score #1
        expect   contradicted O none                 # void by the rules
        expect   bet b1 Won 2.00
        ",
    );
}
