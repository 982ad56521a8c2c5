//! Sessions: reminders of how long somebody has played, and limits on his time. Each test names the rule
//! that it holds the engine to.
//!
//! Every scenario begins at noon of Thursday, 1 January 2026, UTC.

use clutch_tests::check;

/// A table about one account with money and one market at even odds.
#[track_caller]
fn check_session(table: &str) {
    let scene = "
        config  feed_age_prematch 24000h
        account A1 balance 1000.00
        match   M bo1
        maps    M even
        market  W M map 1
        ";
    check(&format!("{scene}{table}"));
}

/// UKGC RTS 13B: at the interval that the player chose, with what he staked and spent; he confirms it.
#[test]
fn a_player_is_reminded_and_confirms_it_before_he_bets_on() {
    check_session(
        "
        bet     b1 A1 W a 10.00            -> Accepted
        session A1 every 10
        expect  max_stake A1 W a 0.00
        bet     b2 A1 W a 10.00            -> NoSession
        session A1 open
        bet     b3 A1 W a 10.00            -> Accepted
        session A1 confirm                 -> NothingToConfirm
        wait    9m
        bet     b4 A1 W a 5.00             -> Accepted
        expect  session A1 15.00 15.00
        wait    1m
        expect  session A1 15.00 15.00 reminded
        bet     b5 A1 W a 5.00             -> RealityCheckDue(600000ms, 600000ms)
        multi   m1 A1 5.00 1 W:a           -> RealityCheckDue
        expect  max_stake A1 W a 0.00
        session A1 close                   -> RealityCheckDue(600000ms, 600000ms)
        withdraw A1 1.00 ref 1             # his money is his
        deposit A1 1.00
        wait    1m
        session A1 confirm
        bet     b6 A1 W a 5.00             -> Accepted
        wait    9m
        session A1 alive
        bet     b7 A1 W a 5.00             -> Accepted
        wait    1m                         # ten minutes after he confirmed
        bet     b8 A1 W a 5.00             -> RealityCheckDue
        ",
    );
}

/// UKGC RTS 13B: what he spent is what his bets cost him, less what came back.
#[test]
fn a_reminder_says_what_was_won_too() {
    check_session(
        "
        session A1 open
        bet     b1 A1 W a 10.00            -> Accepted 20.00
        bet     b2 A1 W b 10.00            -> Accepted 20.00
        play    M 1 A13
        expect  bet b1 Won 20.00
        expect  session A1 20.00 0.00
        ",
    );
}

/// UKGC RTS 13B: the shorter of the player's own interval and the policy's counts.
#[test]
fn a_policy_reminds_everybody() {
    check_session(
        "
        policy  p reality_check_minutes=5
        bet     b1 A1 W a 10.00            -> NoSession
        session A1 every 60
        session A1 open
        wait    5m
        bet     b2 A1 W a 10.00            -> RealityCheckDue(300000ms, 300000ms)
        session A1 every 2
        session A1 confirm
        wait    2m
        bet     b3 A1 W a 10.00            -> RealityCheckDue(120000ms, 120000ms)
        session A1 every 241               -> RealityInterval(14400000ms, 14460000ms)
        session A1 every 240
        session A1 every 0                 # the policy's stays
        session A1 confirm
        wait    5m
        bet     b4 A1 W a 10.00            -> RealityCheckDue(300000ms, 300000ms)
        ",
    );
}

/// UKGC RTS 13B, LCCP 3.4.3: time counts from one sign of life to the next.
#[test]
fn a_player_plays_as_long_as_he_lets_himself() {
    check_session(
        "
        limit   A1 time 24h 30m
        bet     b1 A1 W a 10.00            -> NoSession
        session A1 open
        wait    10m
        bet     b2 A1 W a 10.00            -> Accepted     # a bet is a sign of life
        expect  limit A1 time 24h 1800s used 600s
        wait    14m
        session A1 alive
        wait    5m
        session A1 close
        expect  limit A1 time 24h 1800s used 1740s
        wait    1h                         # nothing counts outside of a session
        session A1 open
        wait    59s
        bet     b3 A1 W a 10.00            -> Accepted
        wait    1s
        bet     b4 A1 W a 10.00            -> SessionTimeReached(1800000ms, 1800000ms)
        expect  max_stake A1 W a 0.00
        limit   A1 time 24h 2h             # more time waits like more money
        bet     b5 A1 W a 10.00            -> SessionTimeReached
        wait    24h
        confirm A1 time 24h
        session A1 open
        bet     b6 A1 W a 10.00            -> Accepted
        ",
    );
}

/// UKGC RTS 13B, LCCP 3.4.3: a session that nobody is heard in ends by itself, and its silence counts.
#[test]
fn a_silent_session_ends_by_itself() {
    check_session(
        "
        limit   A1 time 24h 60m
        session A1 open
        wait    14m
        expect  session A1 0.00 0.00
        wait    1m
        expect  session A1 none
        expect  limit A1 time 24h 3600s used 900s
        session A1 alive                   -> NoSession
        session A1 confirm                 -> NoSession
        session A1 close                   -> NoSession
        bet     b1 A1 W a 10.00            -> NoSession
        ",
    );
}

/// UKGC RTS 13B, LCCP 3.4.3: a policy limits everybody's time.
#[test]
fn a_policy_limits_the_hours_of_a_day() {
    check_session(
        "
        policy  p play_hours_24h=1 session_idle_minutes=120
        bet     b1 A1 W a 10.00            -> NoSession
        session A1 open
        wait    59m
        bet     b2 A1 W a 10.00            -> Accepted
        wait    1m
        bet     b3 A1 W a 10.00            -> SessionTimeReached(3600000ms, 3600000ms)
        expect  counter A1 time 24h 35.40
        ",
    );
}

#[test]
fn a_session_that_finds_no_room_does_not_open() {
    let accounts: String = (0..65)
        .map(|number| format!("account P{number}\n session P{number} open"))
        .map(|line| line + "\n")
        .collect();
    let (first, last) = accounts.rsplit_once(" open").expect("the last one opens");
    check(&format!("capacity accounts_max 70\n{first} open -> CapacityReached(64, 64)\n{last}"));
}

#[test]
fn a_session_of_nobody_is_refused() {
    check_session("session nobody open                -> UnknownAccount");
}
