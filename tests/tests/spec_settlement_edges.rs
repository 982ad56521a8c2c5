//! The rule book: the edges of settlement, where one minor unit, one moment or one record decides.

use clutch_tests::check;

const TWO: &str = "
    config  stake_min 0.01
    account A balance 1000.00
    match   M bo3
    maps    M even
    market  S M score
    market  W M winner
    match   N bo1
    maps    N even
    market  V N winner
";

#[track_caller]
fn on_two(rules: &str, table: &str) {
    check(&format!("rules {rules}\n{TWO}{table}"));
}

/// Three tie for one place at 4.00: each formula pays something else, alone and in a double.
#[test]
fn three_formulas_pay_three_sums_for_three_who_tie() {
    for (formula, single, double) in [
        ("stake_share", "133.33", "266.66"),
        ("reduced_odds", "133.30", "266.60"),
        ("profit_share", "200.00", "400.00"),
    ] {
        on_two(
            &format!("dead_heat {formula}"),
            &format!(
                "
                bet     s A S a 100.00              -> Accepted 400.00
                multi   d A 100.00 2 S:a V:a
                grade   S results 1/3 1/3 1/3 lost
                graded  S approve by 2
                play    N 1 A13
                expect  bet s Won {single}
                expect  bet d Won {double}
                "
            ),
        );
    }
}

#[test]
fn one_leg_under_rounding_by_line_rounds_all_lines() {
    check(
        "
        account A balance 100.00
        match   M bo1
        maps    M even
        market  W M winner
        rules   rounding per_line
        match   N bo1
        maps    N even
        market  V N winner
        override w W odds a 1.85 for 60s
        override v V odds a 1.85 for 60s
        multi   both A 1.07 1 W:a V:a
        play    M 1 A13
        play    N 1 A13
        # 1.9795 twice: 3.95 as one sum, 1.97 and 1.97 line by line.
        expect  bet both Won 3.94
        ",
    );
}

#[test]
fn half_of_the_smallest_stake_is_lost() {
    on_two(
        "stand_when_possible",
        "
        config  stake_min 0.01
        bet     b A V a 0.01
        grade   V results half_lost half_won
        expect  bet b Lost
        expect  account A available 999.99 held 0.00
        ",
    );
}

#[test]
fn a_bet_that_is_void_makes_room_for_another() {
    check(
        "
        config  liability_selection_max 10.00
        account A balance 100.00
        match   M bo1
        maps    M even
        market  W M winner
        bet     b A W a 10.00
        bet     c A W a 1.00                    -> SelectionLiability
        void    b
        waiting approve by 2
        bet     c A W a 10.00
        ",
    );
}

/// Within the window a rewind takes a result back; after it the result stays.
#[test]
fn a_result_is_corrected_within_its_window_only() {
    for (window, waits, stands) in [
        ("within_24h", "23h", "Accepted 20.00"),
        ("within_24h", "24h", "Accepted 20.00"),
        ("within_24h", "25h", "Won 20.00"),
        ("within_72h", "25h", "Accepted 20.00"),
    ] {
        check(&format!(
            "
            rules   corrected {window}
            account A balance 100.00
            match   M bo1
            maps    M even
            market  R M round 1 1
            bet     r A R a 10.00
            play    M 1 A1
            expect  bet r Won 20.00
            skip    {waits}
            feed    M rewind 1 0
            expect  bet r {stands}
            "
        ));
    }
}

#[test]
fn a_persons_grade_stands_before_the_house_rules() {
    check(
        "
        rules   void_when_in_doubt
        account A balance 100.00
        match   M bo1
        maps    M even
        market  P M map 1
        bet     p A P a 10.00
        grade   P results won lost
        incident M short 1
        waiting approve_any by 2
        expect  bet p Won 20.00
        ",
    );
}

/// A payout of just the threshold is paid on a scouted result; one above it waits, until the feed or a
/// person confirms it.
#[test]
fn only_a_payout_above_the_threshold_waits_for_a_confirmed_result() {
    check(
        "
        config  confirm_above 20.00
        account A balance 100.00
        match   M bo1
        maps    M even
        market  P M map 1
        bet     same A P a 10.00
        bet     more A P a 10.01
        feed    M start 1 ct
        feed    M round 1 1 A
        play    M 1 A12
        expect  bet same Won 20.00
        expect  bet more Accepted 20.02
        grade   P results won lost version 1
        waiting approve by 2
        expect  bet more Won 20.02
        ",
    );
}

#[test]
fn a_pause_is_no_stop_that_a_person_could_lift() {
    check(
        "
        account A balance 100.00
        match   M bo1
        maps    M even
        market  W M winner
        tier    M 3
        bet     b A W a 10.00
        settlement pause 3
        play    M 1 A13
        expect  bet b Accepted 20.00
        settlement goes_on W                    -> SettlementNotStopped
        settlement pause none
        expect  bet b Won 20.00
        ",
    );
}

#[test]
fn a_stretch_on_one_market_leaves_the_others_of_its_match() {
    on_two(
        "stand_when_possible",
        "
        bet     w A W a 10.00
        bet     s A S a 10.00
        void    from w to 999999 market W       -> InvalidParameter
        void    from w market W
        waiting approve by 2
        expect  bet w Void TakenLate
        expect  bet s Accepted 40.00
        ",
    );
}

#[test]
fn a_lost_bet_is_voided_as_well() {
    on_two(
        "stand_when_possible",
        "
        bet     b A V b 10.00
        multi   m A 10.00 2 V:b W:a
        play    N 1 A13
        expect  bet b Lost
        void    b
        waiting approve by 2
        expect  bet b Void ByHand
        expect  account A available 990.00 held 0.00
        ",
    );
}

/// Voids by hand have a room of their own, and a rewind is followed when it is full.
#[test]
fn voids_by_hand_leave_room_for_a_rewind() {
    let stretches = "void from b to b market R\nwaiting approve by 2\n".repeat(48);
    check(&format!(
        "
        account A balance 100.00
        match   M bo1
        maps    M even
        market  R M round 1 1
        market  W M winner
        bet     b A R a 10.00
        bet     w A W a 10.00
        {stretches}
        void    from b to b market R            -> CapacityReached(48, 48)
        play    M 1 A1
        bet     late A W a 10.00                -> Pending
        wait    4s
        expect  bet late Accepted
        feed    M rewind 1 0
        expect  bet late Void Rewound
        expect  bet w Accepted 20.00
        "
    ));
}
