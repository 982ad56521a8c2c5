//! In play the bet waits.

use clutch_tests::check;

#[test]
fn before_the_match_and_between_maps_a_bet_stands_at_once() {
    check(
        "
        account A1 balance 10.00
        match   M bo3
        maps    M even
        market  S M winner
        bet     b1 A1 S a 1.00                      -> Accepted
        play    M 1 A13
        expect  score M 13-0 maps 1-0 Break
        bet     b2 A1 S a 1.00                      -> Accepted
        feed    M start 2 ct
        bet     b3 A1 S a 1.00                      -> Pending
        ",
    );
}

#[test]
fn a_bet_stands_after_its_delay_if_nothing_moved() {
    check(
        "
        config  in_play_delay 3s
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        bet     b1 A1 W a 4.00                      -> Pending
        expect  account A1 available 6.00 held 4.00 liability 4.00 open_bets 1
        wait    2999ms
        expect  bet b1 Pending
        again   b1                                  -> Pending
        wait    1ms
        expect  bet b1 Accepted 8.00
        expect  account A1 available 6.00 held 4.00 liability 4.00 open_bets 1
        feed    M round 1 1 B                       # too late to change it
        expect  bet b1 Accepted 8.00
        ",
    );
}

#[test]
fn how_long_a_bet_waits_is_said_for_its_market_its_match_or_its_kind_of_game() {
    for (said, waits) in [
        ("", "3s"),
        ("delay match M 6s", "6s"),
        ("delay market W 7s", "7s"),
        ("delay match M 6s\ndelay market W 4s", "4s"), // the market goes before the match
        ("delay match M 6s\ndelay match M usual", "3s"),
        ("delay market S 9s", "3s"), // another market
        ("delay all 9s -> InvalidParameter", "3s"),
        ("delay match M 2s -> DelayTooShort(3000ms, 2000ms)", "3s"), // shorter than the setting, which takes two
        ("delay match M 4s\nconfig in_play_delay 5s", "5s"),
        ("delay match M 2h -> InvalidParameter", "3s"), // the market may be forgotten by then
    ] {
        check(&format!(
            "
            config  in_play_delay 3s in_play_delay_moba 4s resettle_window 1h
            account A1 balance 10.00
            match   M bo3
            maps    M even
            market  W M map 1
            market  S M winner
            {said}
            feed    M start 1 ct
            bet     b1 A1 W a 1.00                      -> Pending
            wait    {waits}
            expect  bet b1 Accepted 2.00
            bet     b2 A1 W a 1.00                      -> Pending
            wait    1999ms
            expect  bet b2 Pending
            "
        ));
    }
    check(
        "
        config  in_play_delay 3s in_play_delay_moba 4s
        account A1 balance 10.00
        match   M bo1 lol
        maps    M even
        market  W M map 1
        feed    M start 1 t
        bet     b1 A1 W a 1.00                          -> Pending
        wait    3999ms
        expect  bet b1 Pending
        wait    1ms
        expect  bet b1 Accepted 2.00
        ",
    );
}

#[test]
fn a_bet_of_several_legs_waits_as_long_as_the_slowest_of_them() {
    check(
        "
        config  in_play_delay 3s
        account A1 balance 10.00
        match   M bo1
        match   N bo1
        maps    M even
        maps    N even
        market  V M map 1
        market  W N map 1
        delay   match N 6s
        feed    M start 1 ct
        feed    N start 1 ct
        multi   b1 A1 1.00 2 V:a W:a                      -> Pending
        wait    5999ms
        expect  bet b1 Pending
        wait    1ms
        expect  bet b1 Accepted 4.00
        ",
    );
}

#[test]
fn a_round_won_while_it_waits_refuses_it_and_gives_the_stake_back() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        bet     b1 A1 W a 4.00                      -> Pending
        wait    1s
        feed    M round 1 1 B
        expect  bet b1 Pending
        wait    2s
        expect  bet b1 MaterialChange(2, 3)
        again   b1                                  -> MaterialChange(2, 3)
        expect  account A1 available 10.00 held 0.00 liability 0.00 open_bets 0
        ",
    );
}

#[test]
fn a_suspension_while_it_waits_refuses_it_even_if_it_is_lifted_in_time() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        bet     b1 A1 W a 1.00                      -> Pending
        bet     b2 A1 W a 1.00                      -> Pending
        suspend market W
        wait    1s
        resume  market W
        bet     b3 A1 W a 1.00                      -> Pending
        wait    2s
        expect  bet b1 MaterialChange
        expect  bet b2 MaterialChange
        suspend match M
        wait    1s
        expect  bet b3 MarketSuspended
        expect  account A1 available 10.00 held 0.00
        ",
    );
}

#[test]
fn a_decision_while_it_waits_refuses_it() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        market  R M round 1 1
        feed    M start 1 ct
        bet     b1 A1 R a 1.00                      -> Pending
        feed    M round 1 1 A
        wait    3s
        expect  bet b1 MarketDecided                # not paid, although it would have won
        expect  account A1 available 10.00 held 0.00
        expect  house 0.00
        ",
    );
}

#[test]
fn an_account_or_a_kill_switch_can_refuse_it_until_the_end() {
    check(
        "
        account A1 balance 10.00
        account A2 balance 10.00
        account A3 balance 10.00
        match   M bo1
        match   K bo1
        maps    M even
        maps    K even
        market  W M map 1
        market  X K map 1
        feed    M start 1 ct
        feed    K start 1 ct
        bet     b1 A1 W a 1.00                      -> Pending
        bet     b2 A2 W a 1.00                      -> Pending
        bet     b3 A3 X a 1.00                      -> Pending
        state   A1 excluded
        kill    match K on
        wait    3s
        expect  bet b1 AccountSelfExcluded
        expect  bet b2 Accepted
        expect  bet b3 BettingStopped
        bet     b4 A2 W a 1.00                      -> Pending
        kill    all on
        wait    3s
        expect  bet b4 BettingStopped
        expect  account A1 available 10.00 held 0.00
        ",
    );
}

#[test]
fn a_waiting_bet_can_be_taken_back_and_no_other() {
    check(
        "
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        bet     b0 A1 W a 1.00                      -> Accepted
        cancel  b0                                  -> BetNotWaiting
        feed    M start 1 ct
        bet     b1 A1 W a 4.00                      -> Pending
        cancel  b1
        expect  bet b1 BetCancelled
        again   b1                                  -> BetCancelled
        cancel  b1                                  -> BetNotWaiting
        expect  account A1 available 9.00 held 1.00
        wait    3s
        expect  bet b1 BetCancelled
        bet     b2 A1 W a 99.00                     -> InsufficientFunds
        cancel  b2                                  -> UnknownBet        # it never existed
        bet     b3 A1 W a 1.00                      -> Pending
        wait    3s
        cancel  b3                                  -> BetNotWaiting
        ",
    );
}

#[test]
fn a_crowd_that_comes_due_at_once_is_decided_in_slices_and_all_of_it() {
    let mut table = "
        account A1 balance 1000.00
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        "
    .to_owned();
    for bet in 0..600 {
        table += &format!("bet b{bet} A1 W a 1.00 -> Pending\n");
    }
    table += "skip 3s\n tick\n";
    for bet in 0..600 {
        table += &format!("expect bet b{bet} Accepted\n");
    }
    table += "expect account A1 available 400.00 held 600.00 open_bets 600";
    check(&table);
}

#[test]
fn a_late_tick_changes_nothing_for_a_bet_that_came_due_after_its_feed_went_silent() {
    check(
        "
        config  in_play_delay 3s feed_age_live 3s
        account A1 balance 10.00
        match   M bo1
        maps    M even
        market  W M map 1
        feed    M start 1 ct
        skip    1s
        bet     b1 A1 W a 1.00                      -> Pending
        skip    5s
        tick
        expect  bet b1 MarketSuspended
        expect  market W Suspended FeedStale
        ",
    );
}

#[test]
fn a_bet_on_another_map_that_waits_through_a_rewind_does_not_outlive_it() {
    check(
        "
        account A1 balance 10.00
        match   M bo3
        maps    M even
        market  V M map 2
        play    M 1 A1
        feed    M round 1 2 A
        bet     b1 A1 V a 1.00                      -> Pending
        feed    M rewind 1 1
        wait    3s
        expect  bet b1 MaterialChange
        expect  account A1 available 10.00 held 0.00
        ",
    );
}
