//! The end of a map, and the next one.

use super::{ONE_ROUND, after_half_time, after_one_round};
use crate::script::check;

#[test]
fn nothing_reopens_a_map_that_is_over() {
    let log = after_half_time(
        "
        go
        win TERRORIST 1:12              -> won 13 TERRORIST Foxes 1:12
        go
        win TERRORIST 1:13              -> won 14 TERRORIST Foxes 1:13
        over de_nuke 1:13               -> over de_nuke Foxes 13 Owls 1
        go
        pause
        unpause
        warmup de_nuke Owls/Foxes
        start de_nuke Foxes/Owls
        go
        win CT 1:0
        score 1:0
        win CT 2:0
        over de_nuke 2:0
        backup 11                       -> disagreement: a backup was restored after the map was over
        reloaded
        draw 11:0
        end
        ",
    );
    assert_eq!(log.counters().not_live, 2);
}

#[test]
fn another_map_in_the_same_log_is_the_next_of_the_series() {
    after_half_time(
        "
        go
        win TERRORIST 1:12              -> won 13 TERRORIST Foxes 1:12
        go
        win TERRORIST 1:13              -> won 14 TERRORIST Foxes 1:13
        pause                           -> paused
        over de_nuke 1:13               -> over de_nuke Foxes 13 Owls 1
        warmup de_mirage Owls/Foxes
        pause                           -> paused
        warmup_end
        start de_mirage Owls/Foxes
        go                              -> map_start de_mirage Owls/Foxes
        *win CT 1:0                     -> held FirstRoundUnconfirmed
        go                              -> won 1 CT Owls 1:0 at *; released
        ",
    );
}

#[test]
fn a_decided_map_without_its_last_line_is_over_at_the_next_start_or_the_end() {
    let thirteen_nil = format!(
        "{ONE_ROUND} play AAAAAAAAAAA
        go
        *win TERRORIST 0:13             -> won 13 TERRORIST Foxes 0:13
        "
    );
    for next in ["start de_nuke Foxes/Owls", "warmup de_mirage Foxes/Owls", "end"] {
        check(&format!("{thirteen_nil} {next} -> over de_nuke Foxes 13 Owls 0 at *\n end"));
    }
}

#[test]
fn a_map_ended_early_has_the_score_of_its_last_line() {
    after_one_round("over de_nuke 0:0\n over de_nuke 1:0 -> over de_nuke Foxes 1 Owls 0");
    check(
        "
        start de_nuke Foxes/Owls
        go                  -> map_start de_nuke Foxes/Owls
        over de_nuke 0:0
        *win CT 1:0         -> held FirstRoundUnconfirmed
        over de_nuke 1:0    -> won 1 CT Foxes 1:0 at *; released; over de_nuke Foxes 1 Owls 0
        ",
    );
}

#[test]
fn a_map_that_ends_during_a_restart_stays_over() {
    after_one_round(
        "
        start de_nuke Foxes/Owls        -> held RestartUnconfirmed
        over de_nuke 1:0                -> over de_nuke Foxes 1 Owls 0; released
        go
        win CT 1:0
        ",
    );
}

#[test]
fn a_final_score_that_does_not_stand_is_told_but_not_trusted() {
    after_one_round(
        "
        play AAAAAAAAAAA
        over de_nuke 0:13   -> disagreement: game over at 0:13, which is not the score that stands; held ScoreContradiction; over de_nuke Foxes 13 Owls 0
        ",
    );
}

#[test]
fn a_map_left_undecided_gets_no_result() {
    after_one_round(
        "
        start de_mirage Foxes/Owls      -> held RestartUnconfirmed
        go                              -> disagreement: de_nuke was left undecided after 1 rounds; map_start de_mirage Foxes/Owls; released
        ",
    );
}
