//! Lost, repeated and impossible lines.

use clutch_gateways::feed::cs_log::{CsLog, Options};

use super::after_one_round;
use crate::script::check;

#[test]
fn lost_rounds_are_never_invented_and_hold_until_the_log_fits_again() {
    let log = after_one_round(
        "
        go
        win CT 3:0      -> disagreement: lines were lost: 1 rounds stand, the log is at 3; held ScoreContradiction
        score 3:0
        go
        win CT 4:0      -> disagreement: lines were lost: 1 rounds stand, the log is at 4
        *backup 01      -> held RestoreRequested
        reloaded
        draw 1:0        -> released
        go
        win CT 2:0      -> won 2 CT Foxes 2:0
        ",
    );
    assert_eq!((log.counters().rounds_won, log.counters().disagreements), (2, 2));
}

#[test]
fn a_match_met_in_its_second_round_is_a_gap() {
    check(
        "
        start de_nuke Foxes/Owls
        win CT 2:0      -> map_start de_nuke Foxes/Owls; disagreement: lines were lost: 0 rounds stand, the log is at 2; held ScoreContradiction
        ",
    );
}

#[test]
fn a_lost_win_line_shows_in_the_next_score() {
    after_one_round(
        "go\n score 2:0 -> disagreement: lines were lost: 1 rounds stand, the log is at 2; held ScoreContradiction",
    );
}

#[test]
fn a_new_start_ends_the_hold_of_lost_lines() {
    after_one_round(
        "
        win CT 3:0                      -> disagreement: lines were lost: 1 rounds stand, the log is at 3; held ScoreContradiction
        *start de_nuke Foxes/Owls       -> held RestartUnconfirmed
        go                              -> rewind 0 at *; released
        ",
    );
}

#[test]
fn a_win_below_what_stands_is_a_rewind_that_nobody_announced() {
    after_one_round(
        "
        play AAA
        win TERRORIST 2:1   -> rewind 2; won 3 TERRORIST Owls 2:1
        win CT 1:0          -> rewind 0; held FirstRoundUnconfirmed
        ",
    );
}

#[test]
fn a_win_whose_score_cannot_follow_is_not_counted() {
    after_one_round(
        "
        play A
        win CT 1:2          -> disagreement: score 1:2 after round 3 contradicts the rounds seen; held ScoreContradiction
        win CT 3:0          -> won 3 CT Foxes 3:0; released
        ",
    );
}

#[test]
fn a_round_after_the_deciding_one_is_not_counted() {
    after_one_round(
        "
        play AAAAAAAAAAAA
        go
        win TERRORIST 0:14  -> disagreement: score 0:14 after round 14 contradicts the rounds seen; held ScoreContradiction
        ",
    );
}

/// The server got no answer in time and sends a whole batch again, rounds long taken among it.
#[test]
fn a_batch_sent_again_takes_nothing_back() {
    let mut log = CsLog::new(Options::default());
    let mut out = Vec::new();
    let win = |ct: u32| {
        format!(
            "L 05/01/2026 - 20:0{ct}:00: Team \"CT\" triggered \"SFUI_Notice_CTs_Win\" (CT \"{ct}\") (T \"0\")"
        )
    };
    let mut lines =
        vec!["L 05/01/2026 - 20:00:00: World triggered \"Match_Start\" on \"de_nuke\"".to_owned()];
    lines.extend((1..=4).map(win));
    let again = lines.clone();
    for (line, text) in (1..).zip(lines.iter().chain(&again).chain(&[win(5)])) {
        log.line(line, text.as_bytes(), &mut out);
    }
    let counters = log.counters();
    assert_eq!((counters.rounds_won, counters.rewinds), (5, 0));
    // The last line of the batch is as old as the newest, and the same.
    assert_eq!((counters.sent_again, counters.not_live), (4, 1));
}

#[test]
fn a_line_sent_twice_counts_once() {
    let mut log = CsLog::new(Options::default());
    let mut out = Vec::new();
    let win = |ct| {
        format!(
            "L 05/01/2026 - 20:00:0{ct}: Team \"CT\" triggered \"SFUI_Notice_CTs_Win\" (CT \"{ct}\") (T \"0\")"
        )
    };
    let lines = [
        "L 05/01/2026 - 20:00:00: World triggered \"Match_Start\" on \"de_nuke\"".to_owned(),
        win(1),
        win(1),
        win(2),
        win(2),
        win(3),
    ];
    for (line, text) in (1..).zip(&lines) {
        log.line(line, text.as_bytes(), &mut out);
    }
    assert_eq!(
        (log.counters().rounds_won, log.counters().rewinds, log.counters().not_live),
        (3, 0, 2)
    );

    // The same words after another round start are another round, however coarse the clock.
    log.line(7, b"L 05/01/2026 - 20:00:03: World triggered \"Round_Start\"", &mut out);
    log.line(8, win(3).as_bytes(), &mut out);
    assert_eq!(
        (log.counters().rounds_won, log.counters().rewinds, log.counters().not_live),
        (4, 1, 2)
    );
}
