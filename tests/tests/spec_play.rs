//! What players set for themselves. Each test names the regulator's rule that it holds the engine to;
//! the rule's own file in `engine/core/src/play` names the same; `spec_compliance.rs` holds all of them to it.
//!
//! Every scenario begins at noon of Thursday, 1 January 2026, UTC.

use clutch_tests::check;

/// A table about one account with money and one market at even odds.
#[track_caller]
fn check_play(table: &str) {
    let scene = "
        account A1 balance 1000.00
        match   M bo1
        maps    M even
        market  W M map 1
        ";
    check(&format!("{scene}{table}"));
}

/// UKGC RTS 12A, 12B, 12D: stakes over a rolling day.
#[test]
fn stakes_stay_within_the_players_own_limit() {
    check_play(
        "
        bet     b0 A1 W a 500.00           -> Accepted 1000.00
        limit   A1 stake 24h 50.00         # counts from here on
        expect  max_stake A1 W a 50.00
        bet     b1 A1 W a 50.01            -> StakeLimitReached(50.00, 50.01)
        bet     b2 A1 W a 30.00            -> Accepted 60.00
        expect  limit A1 stake 24h 50.00 used 30.00
        expect  max_stake A1 W a 20.00
        bet     b3 A1 W a 20.01            -> StakeLimitReached(50.00, 50.01)
        bet     b4 A1 W a 20.00            -> Accepted 40.00
        bet     b5 A1 W a 0.10             -> StakeLimitReached(50.00, 50.10)
        wait    23h
        feed    M heartbeat
        bet     b6 A1 W a 0.10             -> StakeLimitReached
        wait    3h                         # a bucket of two hours may count a little longer
        feed    M heartbeat
        expect  limit A1 stake 24h 50.00 used 0.00
        bet     b7 A1 W a 50.00            -> Accepted 100.00
        ",
    );
}

/// UKGC RTS 12A, 12B, 12D: fixed windows begin anew with the day, the week on Monday, the month on its
/// first day.
#[test]
fn fixed_windows_begin_anew_by_the_calendar() {
    check_play(
        "
        config  resettle_window 7d feed_age_prematch 24000h
        waiting approve by 2
        feed    M heartbeat
        limit   A1 stake day 10.00
        limit   A1 stake week 20.00
        limit   A1 stake month 30.00
        bet     b1 A1 W a 10.00            -> Accepted
        bet     b2 A1 W a 1.00             -> StakeLimitReached(10.00, 11.00)
        wait    11h
        bet     b3 A1 W a 1.00             -> StakeLimitReached(10.00, 11.00)
        wait    1h                         # Friday
        bet     b4 A1 W a 10.00            -> Accepted
        bet     b5 A1 W a 1.00             -> StakeLimitReached(10.00, 11.00)
        wait    24h                        # Saturday; the week is used up
        bet     b6 A1 W a 1.00             -> StakeLimitReached(20.00, 21.00)
        wait    48h                        # Monday; 10.00 are left of the month
        bet     b7 A1 W a 10.00            -> Accepted
        wait    24h
        bet     b8 A1 W a 1.00             -> StakeLimitReached(30.00, 31.00)
        expect  limit A1 stake month 30.00 used 30.00
        wait    620h                       # the last four hours of January
        bet     b9 A1 W a 1.00             -> StakeLimitReached(30.00, 31.00)
        wait    4h                         # the first of February
        expect  limit A1 stake month 30.00 used 0.00
        bet     b10 A1 W a 1.00            -> Accepted
        ",
    );
}

/// UKGC RTS 12A, 12B, 12D: a bet that stands counts as lost; what comes back makes room again.
#[test]
fn losses_stay_within_the_players_own_limit() {
    check_play(
        "
        market  X M winner
        limit   A1 loss 7d 50.00
        bet     b1 A1 W a 30.00            -> Accepted 60.00
        bet     b2 A1 W b 20.00            -> Accepted 40.00
        bet     b3 A1 X a 1.00             -> LossLimitReached(50.00, 51.00)
        multi   m1 A1 1.00 1 X:a           -> LossLimitReached(50.00, 51.00)
        play    M 1 A13
        expect  bet b1 Won 60.00
        expect  bet b2 Lost
        expect  limit A1 loss 7d 50.00 used -10.00
        match   N bo1
        maps    N even
        market  V N map 1
        bet     b4 A1 V a 60.00            -> Accepted 120.00
        bet     b5 A1 V a 0.10             -> LossLimitReached(50.00, 50.10)
        ",
    );
}

/// UKGC RTS 12A, 12B, 12D: the limit with the least room decides, whatever its window.
#[test]
fn of_several_limits_the_one_with_the_least_room_decides() {
    check_play(
        "
        limit   A1 stake 7d 40.00
        limit   A1 stake 24h 100.00
        limit   A1 loss month 60.00
        bet     b1 A1 W a 61.00            -> StakeLimitReached(40.00, 61.00)
        limit   A1 stake 24h 20.00
        bet     b2 A1 W a 61.00            -> StakeLimitReached(20.00, 61.00)
        limit   A1 loss month 10.00
        expect  max_stake A1 W a 10.00
        bet     b3 A1 W a 20.00            -> LossLimitReached(10.00, 20.00)
        bet     b4 A1 W a 10.00            -> Accepted 20.00
        ",
    );
}

/// UKGC RTS 12A, 12B, 12D: less at once; more after 24 hours and a confirmation, and not before.
#[test]
fn a_limit_falls_at_once_and_rises_only_after_a_day_and_a_confirmation() {
    check_play(
        "
        config  feed_age_prematch 24000h
        limit   A1 stake 24h 50.00
        limit   A1 stake 24h 40.00
        expect  limit A1 stake 24h 40.00
        confirm A1 stake 24h               -> UnknownPlayLimit    # nothing waits
        limit   A1 stake 24h 80.00
        expect  limit A1 stake 24h 40.00
        confirm A1 stake 24h               -> PlayLimitCooling(86400000ms, 0ms)
        bet     b1 A1 W a 41.00            -> StakeLimitReached(40.00, 41.00)
        wait    23h
        limit   A1 stake 24h 70.00         # another wish: its own day begins
        wait    2h
        confirm A1 stake 24h               -> PlayLimitCooling(86400000ms, 7200000ms)
        wait    22h
        expect  limit A1 stake 24h 40.00   # time alone raises nothing
        confirm A1 stake 24h
        expect  limit A1 stake 24h 70.00
        limit   A1 stake 24h none
        expect  limit A1 stake 24h 70.00
        limit   A1 stake 24h 60.00         # less is meant: the wish to be rid of it is gone
        wait    24h
        confirm A1 stake 24h               -> UnknownPlayLimit
        limit   A1 stake 24h none
        wait    24h
        confirm A1 stake 24h
        expect  limit A1 stake 24h none
        bet     b2 A1 W a 500.00           -> Accepted 1000.00
        ",
    );
}

/// UKGC RTS 12A, 12B, 12D: a limit below what is used already stops everything more and takes nothing back.
#[test]
fn a_limit_below_what_is_used_stops_what_is_new_and_leaves_what_stands() {
    check_play(
        "
        config  in_play_delay 3s
        limit   A1 stake day 50.00
        feed    M start 1 ct
        bet     b1 A1 W a 40.00            -> Pending
        limit   A1 stake day 10.00
        bet     b2 A1 W a 1.00             -> StakeLimitReached(10.00, 41.00)
        expect  max_stake A1 W a 0.00
        wait    3s
        expect  bet b1 Accepted 80.00
        ",
    );
}

/// UKGC RTS 12A, 12B, 12D: a stake that comes back before its bet stood was never staked.
#[test]
fn a_stake_that_comes_back_makes_room_only_where_it_was_counted() {
    check_play(
        "
        config  in_play_delay 3s
        limit   A1 stake day 50.00
        limit   A1 loss day 50.00
        feed    M start 1 ct
        bet     b1 A1 W a 50.00            -> Pending
        cancel  b1
        expect  limit A1 stake day 50.00 used 0.00
        expect  limit A1 loss day 50.00 used 0.00
        wait    43198s                     # two seconds before midnight
        feed    M heartbeat
        bet     b2 A1 W a 50.00            -> Pending
        wait    2s
        cancel  b2                         # of yesterday: today's stakes do not fall below nothing
        expect  limit A1 stake day 50.00 used 0.00
        bet     b3 A1 W a 60.00            -> StakeLimitReached(50.00, 60.00)
        ",
    );
}

/// UKGC RTS 12A, 12B, 12D: what comes in.
#[test]
fn deposits_stay_within_the_players_own_limit() {
    check_play(
        "
        limit   A1 deposit day 100.00
        deposit A1 100.01                  -> DepositLimitReached(100.00, 100.01)
        deposit A1 60.00 ref 7
        deposit A1 60.00 ref 7             # the provider says it again: nothing more came in
        deposit A1 40.01                   -> DepositLimitReached(100.00, 100.01)
        limit   A1 net_deposit month 70.00
        deposit A1 40.00
        expect  limit A1 net_deposit month 70.00 used 40.00
        expect  account A1 available 1100.00
        wait    12h
        deposit A1 31.00                   -> NetDepositLimitReached(70.00, 71.00)
        deposit A1 30.00
        deposit A1 80.00                   -> DepositLimitReached(100.00, 110.00)
        ",
    );
}

/// UKGC LCCP 3.3.4: a break begins at once, ends by itself, and cannot be shortened.
#[test]
fn a_time_out_holds_at_once_and_ends_by_itself() {
    check_play(
        "
        config  in_play_delay 3s
        bet     b1 A1 W a 10.00            -> Accepted 20.00
        feed    M start 1 ct
        bet     b2 A1 W a 10.00            -> Pending
        rest    A1 time_out 0s             -> RestLength
        rest    A1 time_out 43d            -> RestLength(3628800000ms, 3715200000ms)
        rest    A1 time_out 24h
        bet     b3 A1 W a 10.00            -> AccountTimedOut(0ms, 86400000ms)
        expect  max_stake A1 W a 0.00
        deposit A1 10.00                   -> AccountTimedOut
        wait    3s
        expect  bet b2 AccountTimedOut     # what waited goes back
        expect  bet b1 Accepted 20.00      # what stood stands
        rest    A1 time_out 12h            -> RestNotOver
        return  A1                         -> RestNotOver
        rest    A1 time_out 42d
        wait    1007h
        bet     b4 A1 W a 10.00            -> AccountTimedOut
        wait    2h
        feed    M heartbeat
        resume  all
        return  A1                         -> NotResting
        deposit A1 10.00
        expect  account A1 available 1000.00 held 10.00
        ",
    );
}

/// UKGC LCCP 3.5.3, 3.5.4: six months at least, whoever began it, and no state of the account lifts it.
#[test]
fn an_exclusion_by_the_staff_is_the_players_own_and_nobody_lifts_it_early() {
    check_play(
        "
        state   A1 suspended
        state   A1 excluded
        bet     b1 A1 W a 1.00             -> AccountSuspended      # it still is
        state   A1 open
        bet     b2 A1 W a 1.00             -> AccountSelfExcluded
        deposit A1 5.00                    -> AccountSelfExcluded
        return  A1                         -> RestNotOver
        state   A1 excluded                # again: nothing is shortened
        rest    A1 exclusion 400d
        state   A1 excluded                # and a longer one stays
        wait    200d
        state   A1 open
        return  A1                         -> RestNotOver
        wait    200d
        bet     b3 A1 W a 1.00             -> AccountSelfExcluded   # until he asks to return
        return  A1
        bet     b4 A1 W a 1.00             -> AccountTimedOut
        state   A1 closed
        state   A1 excluded                -> AccountClosed
        ",
    );
}

/// UKGC LCCP 3.5.3, 3.5.4, 3.3.4: who rests is not asked back by a bonus.
#[test]
fn a_player_who_rests_is_granted_no_bonus() {
    check_play(
        "
        bonus   f A1 free_bet 4.00 for 7d ref 71
        rest    A1 time_out 7d
        bonus   g A1 free_bet 4.00 for 7d        -> AccountTimedOut
        bonus   f A1 free_bet 4.00 for 7d ref 71 # known already, and said again
        wait    7d
        bonus   h A1 money 4.00 wager 8.00 for 7d
        state   A1 excluded
        bonus   i A1 boost_25 4.00 for 7d        -> AccountSelfExcluded
        ",
    );
}

/// UKGC LCCP 3.5.3, 3.5.4: an exclusion outlives its term until the player asks to return, and then a
/// day more.
#[test]
fn a_self_exclusion_ends_only_by_the_players_wish_and_a_day_later() {
    check_play(
        "
        config  feed_age_prematch 240000h
        waiting approve by 2
        account A2
        rest    A1 time_out 7d
        rest    A1 exclusion 181d          -> RestLength(15724800000ms, 15638400000ms)
        rest    A1 exclusion 1828d         -> RestLength
        # Its end was reckoned a moment before, or by a clock that is behind: a minute is forgiven.
        rest    A1 exclusion 15724739999ms -> RestLength(15724800000ms, 15724739999ms)
        rest    A2 exclusion 15724740000ms
        return  A2                         -> RestNotOver(15724800000ms, 0ms)
        rest    A1 exclusion 182d
        bet     b1 A1 W a 10.00            -> AccountSelfExcluded
        deposit A1 10.00                   -> AccountSelfExcluded
        rest    A1 time_out 7d             -> RestNotOver
        return  A1                         -> RestNotOver(15724800000ms, 0ms)
        wait    182d
        bet     b2 A1 W a 10.00            -> AccountSelfExcluded
        return  A1
        bet     b3 A1 W a 10.00            -> AccountTimedOut(0ms, 86400000ms)
        wait    24h
        bet     b4 A1 W a 10.00            -> Accepted 20.00
        ",
    );
}

/// UKGC RTS 12A, 12B, 12D: what must fail fails for the first reason.
#[test]
fn a_limit_that_cannot_be_set_says_why() {
    check(
        "
        capacity accounts_max 2 play_limits_max 2
        account A1
        limit   nobody stake day -1.00     -> UnknownAccount
        limit   A1 stake day -0.01         -> InvalidAmount(10000000000000.00, -0.01)
        limit   A1 stake day none          -> UnknownPlayLimit
        confirm nobody stake day           -> UnknownAccount
        confirm A1 stake day               -> UnknownPlayLimit
        limit   A1 stake day 0.00
        limit   A1 loss day 5.00
        limit   A1 loss week 5.00          -> CapacityReached(2, 2)
        limit   A1 loss day 4.00
        rest    nobody time_out 1h         -> UnknownAccount
        return  nobody                     -> UnknownAccount
        return  A1                         -> NotResting
        ",
    );
}
