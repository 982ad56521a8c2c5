//! The rule book: bets that were received after what decided their market had happened.

use clutch_tests::check;

/// A match that is being played, with a market on its first round. The feed says when things happened.
const BOARD: &str = "
    config  in_play_delay 3s
    account A balance 100.00
    account B balance 100.00
    match   M bo1
    maps    M even
    market  R M round 1 1
    match   N bo1
    maps    N even
    market  V N winner
    feed    M start 1 ct
";

#[track_caller]
fn on_board(table: &str) {
    check(&format!("{BOARD}{table}"));
}

/// A round is won; the feed tells it five seconds later. Whoever bet meanwhile could know.
const FIVE_SECONDS_LATE: &str = "
    bet     early A R a 10.00               -> Pending
    wait    10s
    bet     knew B R a 20.00                -> Pending
    bet     guessed B R b 5.00              -> Pending
    wait    4s
    expect  bet knew Accepted 40.00
    feed    M round 1 1 A late 5s
    expect  bet early Won 20.00
    expect  bet knew Won 40.00
    expect  bet guessed Lost
";

#[track_caller]
fn five_seconds_late(table: &str) {
    on_board(&format!("{FIVE_SECONDS_LATE}{table}"));
}

#[test]
fn bets_after_the_deciding_event_are_found_with_what_a_void_would_move() {
    five_seconds_late(
        "
        expect  late R margin 0s bets 2 stakes 25.00 winners 1 lose 20.00 losers 1 get 5.00 open 0 whole true
        # It was said by itself as well, as soon as the market was settled.
        expect  told_late R bets 2 stakes 25.00
        # Nothing was changed by looking.
        expect  bet knew Won 40.00
        expect  account B available 115.00 held 0.00
        ",
    );
}

#[test]
fn without_a_margin_it_is_how_long_bets_wait_on_that_market() {
    five_seconds_late(
        "
        expect  late R bets 2 stakes 25.00                    # received up to 3s before it happened
        delay   match M 10s
        expect  late R bets 3 stakes 35.00                    # and up to 10s before it
        ",
    );
}

#[test]
fn a_sweep_voids_just_those_bets_once_a_second_person_approves() {
    five_seconds_late(
        "
        sweep   R margin 0s by 1
        expect  bet knew Won 40.00
        waiting approve by 1                -> SamePerson
        waiting approve by 2
        expect  bet early Won 20.00
        expect  bet knew Void TakenLate
        expect  bet guessed Void TakenLate
        expect  account A available 110.00
        expect  account B available 100.00 held 0.00
        expect  house -10.00
        # Swept once, nothing is left to sweep.
        expect  late R margin 0s bets 0
        ",
    );
}

/// In play a bet is accepted when its delay is over. Unless somebody says otherwise, a bet is late that was
/// *accepted* after the deciding event, so one sent less than the delay before it.
#[test]
fn by_itself_a_sweep_begins_with_what_was_accepted_after_the_event() {
    on_board(
        "
        bet     before A R a 10.00          -> Pending
        wait    2s
        bet     during A R a 10.00          -> Pending
        wait    6s
        feed    M round 1 1 A late 4s
        # It happened four seconds after the first bet and two after the other one.
        expect  late R bets 1 stakes 10.00
        expect  late R margin 0s bets 0
        expect  late R margin 4s bets 1
        expect  late R margin 5s bets 2
        # Nobody could know, so nobody is called.
        expect  told_late nothing
        ",
    );
}

#[test]
fn a_feed_in_time_leaves_no_late_bet() {
    on_board(
        "
        bet     a A R a 10.00               -> Pending
        wait    4s
        feed    M round 1 1 A
        expect  late R margin 0s bets 0 cashed_out 0
        expect  told_late nothing
        ",
    );
}

/// At the very moment it is not late: the bettor has the benefit.
#[test]
fn a_bet_at_the_moment_of_the_event_is_not_late() {
    on_board(
        "
        bet     same A R a 10.00            -> Pending
        wait    5s
        feed    M round 1 1 A late 5s
        expect  late R margin 0s bets 0
        expect  late R margin 1s bets 1
        ",
    );
}

#[test]
fn a_result_that_no_feed_gave_needs_a_person_to_say_when_it_happened() {
    on_board(
        "
        bet     a A V a 10.00
        wait    10s
        bet     b A V a 10.00
        wait    1s
        sweep   V                           -> DecidedByNoFeed
        grade   V results won lost
        sweep   V                           -> DecidedByNoFeed
        expect  late V margin 0s at 5s bets 1 winners 1 lose 10.00
        sweep   V margin 0s at 5s
        waiting approve by 2
        expect  bet a Won 20.00
        expect  bet b Void TakenLate
        ",
    );
}

/// Who corrects a result does not change when it happened; who takes it back does.
#[test]
fn a_corrected_result_keeps_the_time_and_an_undone_one_forgets_it() {
    five_seconds_late(
        "
        grade   R results lost won version 1
        waiting approve by 2
        expect  late R margin 0s bets 2 winners 1 lose 5.00 losers 1 get 20.00
        grade   R automatic version 2
        waiting approve by 2
        feed    M rewind 1 0
        sweep   R                           -> DecidedByNoFeed
        ",
    );
}

/// A treble loses its late leg and is paid without it; a lost one may be open again.
#[test]
fn a_bet_of_several_legs_is_paid_without_its_late_leg() {
    on_board(
        "
        wait    10s
        multi   d A 10.00 2 R:a V:a         -> Pending
        multi   lost B 10.00 2 R:b V:a      -> Pending
        wait    4s
        feed    M round 1 1 A late 5s
        expect  bet d Accepted 40.00
        expect  bet lost Lost
        expect  late R margin 0s bets 2 several 2 stakes 20.00 winners 0 losers 0 open 2
        play    N 1 A13
        expect  bet d Won 40.00
        expect  late R margin 0s bets 2 several 2 winners 1 lose 20.00 losers 1 get 20.00 open 0
        sweep   R margin 0s
        waiting approve by 2
        expect  bet d Won 20.00
        expect  bet lost Won 20.00
        ",
    );
}

/// Two singles of one slip may be on one market: it is one bet all the same.
#[test]
fn a_slip_with_two_selections_of_the_market_is_one_late_bet() {
    on_board(
        "
        wait    10s
        multi   s A 10.00 1 R:a R:b         -> Pending
        multi   t B 10.00 2 R:a V:a         -> Pending
        wait    4s
        feed    M round 1 1 A late 5s
        expect  late R margin 0s bets 2 several 2 stakes 30.00
        ",
    );
}

#[test]
fn what_was_cashed_out_or_voided_before_is_not_swept() {
    five_seconds_late(
        "
        void    knew
        waiting approve by 2
        expect  late R margin 0s bets 1 losers 1 get 5.00 winners 0
        ",
    );
    on_board(
        "
        wait    10s
        bet     c A R a 10.00               -> Pending
        wait    3500ms
        quote   q c
        cash_out q
        wait    3500ms
        expect  bet c CashedOut
        feed    M round 1 1 A late 10s
        expect  late R margin 0s bets 0 cashed_out 1
        ",
    );
}

/// So many that only their existence is told when the market is settled; the answer to a question is whole.
#[test]
fn a_crowd_is_told_as_one_that_is_not_counted_to_its_end() {
    let crowd: String = (0..60).map(|of| format!("account C{of} balance 1.00\n")).collect();
    let bets: String = (0..300)
        .map(|bet| format!("bet k{bet} C{} R a 0.10 -> Pending\nskip 1ms\n", bet % 60))
        .collect();
    on_board(&format!(
        "
        {crowd}
        wait    10s
        {bets}
        wait    4s
        feed    M round 1 1 A late 6s
        expect  told_late R bets 256 whole false
        expect  late R margin 0s bets 300 whole true
        sweep   R margin 0s
        waiting approve by 2
        expect  bet k0 Void TakenLate
        expect  bet k299 Void TakenLate
        expect  account C7 available 1.00 held 0.00
        "
    ));
}

/// Stakes that are paid first stand in a list of their own, and what a stretch has voided is not counted
/// again before its market gets round to giving the stakes back.
#[test]
fn late_bets_of_large_stakes_are_found_and_those_that_are_void_already_are_not() {
    for (pause, state) in [("3", "Accepted 40.00"), ("none", "Void TakenLate")] {
        check(&format!(
            "
            config  large_stake 15.00
            {BOARD}
            tier    M 3
            wait    10s
            bet     small A R a 10.00           -> Pending
            bet     large A R a 20.00           -> Pending
            bet     other A R b 5.00            -> Pending
            wait    4s
            settlement pause {pause}
            feed    M round 1 1 A late 5s
            expect  late R margin 0s bets 3 stakes 35.00 whole true
            void    from large to large market R
            waiting approve by 2
            expect  bet large {state}
            expect  late R margin 0s bets 2 stakes 15.00
            "
        ));
    }
}
