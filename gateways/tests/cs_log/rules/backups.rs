//! Rounds taken back, and brought back.

use super::{after_half_time, after_one_round};

#[test]
fn a_round_restored_over_half_time_is_taken_back_at_the_command_and_played_again() {
    let log = after_half_time(
        "
        freeze
        names Foxes/Owls
        score 1:11
        *backup 11          -> held RestoreRequested
        reloaded            -> rewind 11 at *
        raw Team playing \"CT\": Foxes
        raw Team playing \"TERRORIST\": Owls
        draw 11:0           -> released
        names Foxes/Owls
        score 11:0
        freeze
        names Foxes/Owls
        score 11:0
        pause               -> paused
        unpause             -> resumed
        go
        win CT 12:0         -> won 12 CT Foxes 12:0
        score 12:0
        freeze
        score 0:12
        go
        win TERRORIST 0:13  -> won 13 TERRORIST Foxes 0:13
        names Owls/Foxes
        over de_nuke 0:13   -> over de_nuke Foxes 13 Owls 0
        ",
    );
    assert_eq!((log.counters().rewinds, log.counters().disagreements), (1, 0));
}

#[test]
fn a_backup_in_the_second_half_shows_the_sides_of_the_second_half() {
    after_half_time(
        "
        go
        win TERRORIST 1:12  -> won 13 TERRORIST Foxes 1:12
        score 1:12
        freeze
        score 1:12
        *backup 12          -> held RestoreRequested
        reloaded            -> rewind 12 at *
        draw 1:11           -> released
        go
        win CT 2:11         -> won 13 CT Owls 2:11
        ",
    );
}

#[test]
fn a_backup_of_the_start_takes_everything_back() {
    after_one_round(
        "
        go
        win CT 2:0          -> won 2 CT Foxes 2:0
        *backup 00          -> held RestoreRequested
        reloaded            -> rewind 0 at *
        draw 0:0            -> released
        go
        *win TERRORIST 0:1  -> held FirstRoundUnconfirmed
        go                  -> won 1 TERRORIST Owls 0:1 at *; released
        ",
    );
}

#[test]
fn a_backup_restored_without_a_logged_command_shows_in_the_lines_after_it() {
    after_one_round(
        "
        play AA
        reloaded            -> held RestoreRequested
        draw 2:0            -> rewind 2; released
        go
        win CT 3:0          -> won 3 CT Foxes 3:0
        score 2:0           -> rewind 2
        ",
    );
}

#[test]
fn a_backup_of_what_stands_changes_nothing() {
    let log = after_one_round(
        "
        play AA
        backup 03           -> held RestoreRequested
        reloaded
        draw 3:0            -> released
        draw 3:0
        go
        win CT 4:0          -> won 4 CT Foxes 4:0
        ",
    );
    assert_eq!(log.counters().rewinds, 0);
}

#[test]
fn a_restore_that_fails_is_released_by_the_next_round_that_follows() {
    after_one_round(
        "
        *backup 00          -> held RestoreRequested
        go
        win CT 2:0          -> won 2 CT Foxes 2:0; released
        win CT 1:0          -> rewind 0; held FirstRoundUnconfirmed
        ",
    );
}

#[test]
fn the_wrong_backup_and_then_the_right_one_brings_known_rounds_back() {
    after_one_round(
        "
        go
        win CT 2:0          -> won 2 CT Foxes 2:0
        go
        win TERRORIST 2:1   -> won 3 TERRORIST Owls 2:1
        *backup 01          -> held RestoreRequested
        reloaded            -> rewind 1 at *
        draw 1:0            -> released
        backup 03           -> held RestoreRequested
        reloaded
        draw 2:1            -> won 2 CT Foxes 2:0 at line 14; won 3 TERRORIST Owls 2:1 at line 18; released
        ",
    );
}

#[test]
fn only_a_backup_brings_rounds_back() {
    let gap =
        "disagreement: lines were lost: 2 rounds stand, the log is at 3; held ScoreContradiction";
    after_one_round(&format!("play AA\n score 2:0 -> rewind 2\n score 3:0 -> {gap}"));
    after_one_round(&format!(
        "
        play AA
        *backup 02          -> held RestoreRequested
        reloaded            -> rewind 2 at *
        draw 2:0            -> released
        score 3:0           -> {gap}
        "
    ));
}

#[test]
fn a_backup_asked_for_before_a_new_start_is_forgotten() {
    after_one_round(
        "
        play A
        backup 01                       -> held RestoreRequested
        *start de_nuke Foxes/Owls       -> held RestartUnconfirmed
        go                              -> rewind 0 at *; released
        score 2:0                       -> disagreement: lines were lost: 0 rounds stand, the log is at 2; held ScoreContradiction
        ",
    );
}

#[test]
fn the_score_shown_wins_over_the_number_in_the_name_of_the_backup() {
    after_one_round(
        "play AA\n *backup 01 -> held RestoreRequested\n draw 2:0 -> rewind 2; released",
    );
}

#[test]
fn a_backup_of_rounds_that_were_never_seen_holds() {
    after_one_round(
        "
        backup 05           -> held RestoreRequested
        reloaded
        draw 4:1            -> disagreement: lines were lost: 1 rounds stand, the log is at 5; held ScoreContradiction
        ",
    );
}

#[test]
fn a_backup_with_another_history_holds() {
    after_one_round(
        "
        play AA
        *backup 02          -> held RestoreRequested
        reloaded            -> rewind 2 at *
        draw 1:1            -> disagreement: score 1:1 after round 2 contradicts the rounds seen; held ScoreContradiction
        ",
    );
}

#[test]
fn a_crashed_server_that_restores_its_backup_takes_back_only_what_the_backup_lacks() {
    after_one_round(
        "
        play AAA
        warmup de_dust2 CT/T            -> held RestartUnconfirmed
        warmup de_nuke Foxes/Owls
        warmup_start
        *backup 03                      -> held RestoreRequested
        reloaded                        -> rewind 3 at *
        draw 3:0                        -> released
        go
        win CT 4:0                      -> won 4 CT Foxes 4:0
        ",
    );
}
