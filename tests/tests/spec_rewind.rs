//! The server restores an earlier round.

use clutch_tests::check;

#[test]
fn a_settled_market_is_settled_again_on_the_new_result() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  R M round 1 2
        bet     b1 A1 R a 10.00                     -> Accepted 20.00
        bet     b2 A1 R b 10.00                     -> Accepted 20.00
        play    M 1 A2
        expect  bet b1 Won 20.00
        expect  bet b2 Lost
        feed    M rewind 1 1
        expect  score M 1-0
        expect  market R Open
        expect  bet b1 Accepted 20.00
        expect  bet b2 Accepted 20.00
        expect  account A1 available 80.00 held 20.00 liability 20.00 open_bets 2
        expect  house 0.00
        feed    M round 1 2 B
        expect  bet b1 Lost
        expect  bet b2 Won 20.00
        feed    M rewind 1 0
        feed    M round 1 1 B
        feed    M round 1 2 A
        expect  bet b1 Won 20.00
        expect  bet b2 Lost
        expect  account A1 available 100.00 held 0.00 liability 0.00 open_bets 0
        expect  house 0.00
        ",
    );
}

#[test]
fn a_paid_win_taken_back_may_leave_a_debt() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  R M round 1 1
        market  Q M round 1 2
        bet     b1 A1 R a 10.00                     -> Accepted 20.00
        feed    M start 1 ct
        feed    M round 1 1 A
        expect  account A1 available 20.00 held 0.00
        bet     b2 A1 Q a 20.00                     -> Pending
        wait    3s
        feed    M rewind 1 0
        expect  bet b2 Void Rewound                 # struck on a round that no longer stands
        feed    M round 1 1 B
        expect  bet b1 Lost
        expect  account A1 available 0.00 held 0.00
        expect  house 10.00
        ",
    );
    check(
        "
        rules   rewound stand
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  R M round 1 1
        market  Q M round 1 2
        bet     b1 A1 R a 10.00                     -> Accepted 20.00
        feed    M start 1 ct
        feed    M round 1 1 A
        bet     b2 A1 Q a 20.00                     -> Pending
        wait    3s
        feed    M rewind 1 0
        feed    M round 1 1 B
        expect  account A1 available -20.00 held 20.00
        bet     b3 A1 Q a 1.00                      -> AccountInDebt(-20.00, 1.00)
        feed    M round 1 2 A
        expect  bet b2 Won 40.00
        expect  account A1 available 20.00 held 0.00
        ",
    );
}

#[test]
fn bets_struck_in_the_undone_interval_are_void_and_the_others_stand() {
    check(
        "
        config  in_play_delay 0s
        rules   rewound void
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  W M map 1
        market  V M map 2
        bet     b1 A1 W a 10.00 policy any
        play    M 1 A3
        bet     b2 A1 W a 10.00 policy any          # before the first undone round
        feed    M round 1 4 A
        bet     b3 A1 W b 10.00 policy any          # on 4-0
        bet     b4 A1 V a 10.00 policy any          # also on another map
        feed    M round 1 5 A
        bet     b5 A1 W b 10.00 policy any          # on 5-0
        feed    M rewind 1 3
        bet     b6 A1 W b 10.00 policy any          # after the rewind
        expect  bet b1 Accepted
        expect  bet b2 Accepted
        expect  bet b3 Void Rewound
        expect  bet b4 Void Rewound
        expect  bet b5 Void Rewound
        expect  bet b6 Accepted
        expect  account A1 available 70.00 held 30.00 open_bets 3
        play    M 1 B13
        expect  bet b1 Lost
        expect  bet b2 Lost
        expect  bet b3 Void Rewound                 # for ever, also if it would have won
        expect  bet b6 Won
        ",
    );
}

#[test]
fn bets_struck_in_the_undone_interval_may_stand_instead() {
    check(
        "
        config  in_play_delay 0s
        rules   rewound stand
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  W M map 1
        play    M 1 A1
        feed    M round 1 2 A
        bet     b1 A1 W b 10.00 policy any
        feed    M rewind 1 1
        expect  bet b1 Accepted
        play    M 1 B13
        expect  bet b1 Won
        ",
    );
}

#[test]
fn a_rewind_over_the_end_of_a_map_opens_everything_again() {
    check(
        "
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  S M winner
        market  W M map 2
        market  V M map 3
        market  Z M round 2 20
        bet     b1 A1 S a 10.00
        bet     b2 A1 W a 10.00
        bet     b3 A1 V a 10.00
        bet     b4 A1 Z b 10.00
        play    M 1 A13
        play    M 2 A13
        expect  score M 13-0 maps 2-0 Over
        expect  bet b1 Won
        expect  bet b2 Won
        expect  bet b3 Void NotPlayed
        expect  bet b4 Void NotPlayed
        feed    M rewind 2 12
        expect  score M 12-0 maps 1-0 Live
        expect  market S Open
        expect  market W Open
        expect  market V Open
        expect  market Z Open
        expect  bet b1 Accepted
        expect  bet b3 Accepted
        expect  bet b4 Accepted
        expect  account A1 available 60.00 held 40.00 liability 40.00 open_bets 4
        play    M 2 B16
        play    M 3 B13
        expect  score M 0-13 maps 1-2 Over
        expect  bet b1 Lost
        expect  bet b2 Lost
        expect  bet b3 Lost
        expect  bet b4 Won 20.00
        expect  account A1 available 80.00 held 0.00 liability 0.00 open_bets 0
        expect  house 20.00
        ",
    );
}

#[test]
fn a_bet_struck_in_the_break_is_void_if_the_map_was_not_over_after_all() {
    check(
        "
        account A1 balance 100.00
        match   M bo3
        maps    M even
        market  S M winner
        play    M 1 A13
        bet     b1 A1 S b 10.00                     -> Accepted
        feed    M rewind 1 12
        expect  bet b1 Void Rewound
        expect  account A1 available 100.00 held 0.00
        ",
    );
}

#[test]
fn a_decided_total_is_undecided_by_a_rewind_below_its_line() {
    check(
        "
        account A1 balance 100.00
        match   M bo1
        maps    M even
        market  T M total 1 21.5
        bet     b1 A1 T over 10.00 policy any at 1.01
        play    M 1 A11 B11
        expect  bet b1 Won
        feed    M rewind 1 21
        expect  bet b1 Accepted
        expect  market T Open
        feed    M rewind 1 12
        play    M 1 A2
        expect  score M 13-1
        expect  bet b1 Lost
        ",
    );
}

#[test]
fn a_rewind_cannot_go_forward_or_to_another_map() {
    check(
        "
        match   M bo3
        maps    M even
        market  W M map 1
        play    M 1 A3
        feed    M rewind 1 4                        -> FeedImpossible(3, 4)
        expect  frozen M ImpossibleState
        expect  score M 3-0
        resume  match M
        feed    M rewind 2 1                        -> FeedImpossible(1, 2)
        resume  match M
        feed    M rewind 1 3                        # nothing to undo, nothing wrong
        expect  market W Open
        expect  score M 3-0
        ",
    );
}

#[test]
fn rewinds_in_quick_succession_call_a_person() {
    let mut table = "
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        "
    .to_owned();
    for _ in 0..16 {
        table += "feed M round 1 1 A \n feed M rewind 1 0 \n";
    }
    table += "
        expect  market W Open
        feed    M round 1 1 A
        feed    M rewind 1 0                        -> FeedImpossible(16, 17)
        expect  market W Suspended ImpossibleState
        expect  score M 1-0
        ";
    check(&table);
}
