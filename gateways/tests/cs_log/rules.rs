//! The rule book of the CS server-log feed.

use clutch_gateways::feed::cs_log::{CsLog, FeedEvent, Options, RoundFormat};

use super::script::{check, check_with};

/// A live map with the first round won by the Foxes.
const ONE_ROUND: &str = "
    start de_nuke Foxes/Owls
    go             -> map_start de_nuke Foxes/Owls
    *win CT 1:0    -> held FirstRoundUnconfirmed
    freeze
    score 1:0      -> won 1 CT Foxes 1:0 at *; released
";

fn after_one_round(script: &str) -> CsLog {
    check(&format!("{ONE_ROUND}{script}"))
}

/// A live map at half-time, 11:1 for the Foxes, who are T from now on.
fn after_half_time(script: &str) -> CsLog {
    check(&format!("{ONE_ROUND} play AAAAAAAAAAB\n {script}"))
}

// The first round.

#[test]
fn the_first_round_counts_when_its_score_still_stands_after_the_next_freeze_period() {
    after_one_round("");
}

#[test]
fn the_first_round_counts_at_the_next_round_start_where_servers_show_no_score() {
    check(
        "
        start de_nuke
        go             -> map_start de_nuke -/-
        *win CT 1:0    -> held FirstRoundUnconfirmed
        freeze
        go             -> won 1 CT - 1:0 at *; released
        ",
    );
}

#[test]
fn the_first_round_counts_at_the_second_win_when_everything_between_was_lost() {
    check(
        "
        start de_nuke
        go                     -> map_start de_nuke -/-
        *win CT 1:0            -> held FirstRoundUnconfirmed
        win TERRORIST 1:1      -> won 1 CT - 1:0 at *; released; won 2 TERRORIST - 1:1
        ",
    );
}

#[test]
fn a_knife_round_never_counts_and_the_teams_may_swap_sides_after_it() {
    let log = check(
        "
        warmup de_nuke Foxes/Owls
        warmup_end
        start de_nuke Foxes/Owls
        freeze
        go                              -> map_start de_nuke Foxes/Owls
        win TERRORIST 0:1               -> held FirstRoundUnconfirmed
        names Foxes/Owls
        score 0:1
        freeze
        warmup de_nuke Owls/Foxes       -> released
        start de_nuke Owls/Foxes
        restart
        freeze
        start de_nuke Owls/Foxes
        go                              -> map_start de_nuke Owls/Foxes
        *win CT 1:0                     -> held FirstRoundUnconfirmed
        freeze
        score 1:0                       -> won 1 CT Owls 1:0 at *; released
        ",
    );
    assert_eq!(log.counters().dropped_first_rounds, 1);
}

#[test]
fn a_round_of_knives_alone_waits_for_the_next_round_win() {
    check(
        "
        start de_nuke Foxes/Owls
        go                              -> map_start de_nuke Foxes/Owls
        kill knife_t
        kill bayonet
        win CT 1:0                      -> held FirstRoundUnconfirmed
        freeze
        score 1:0
        go
        start de_nuke Owls/Foxes        -> released
        go                              -> map_start de_nuke Owls/Foxes
        kill knife
        *win CT 1:0                     -> held FirstRoundUnconfirmed
        freeze
        score 1:0
        go
        kill knife
        win CT 2:0                      -> won 1 CT Owls 1:0 at *; released; won 2 CT Owls 2:0
        ",
    );
    check(
        "
        start de_nuke Foxes/Owls
        go                              -> map_start de_nuke Foxes/Owls
        kill knife
        kill usp_silencer
        *win CT 1:0                     -> held FirstRoundUnconfirmed
        go                              -> won 1 CT Foxes 1:0 at *; released
        ",
    );
}

#[test]
fn knives_of_an_earlier_round_say_nothing_about_this_one() {
    check(
        "
        start de_nuke Foxes/Owls
        go                              -> map_start de_nuke Foxes/Owls
        kill knife
        win CT 1:0                      -> held FirstRoundUnconfirmed
        start de_nuke Foxes/Owls        -> released
        go
        *win CT 1:0                     -> held FirstRoundUnconfirmed
        go                              -> won 1 CT Foxes 1:0 at *; released
        ",
    );
}

#[test]
fn a_first_round_that_is_taken_back_or_played_again_is_dropped() {
    let log = check(
        "
        start de_nuke Foxes/Owls
        go                              -> map_start de_nuke Foxes/Owls
        win CT 1:0                      -> held FirstRoundUnconfirmed
        draw 0:0                        -> released
        go
        win CT 1:0                      -> held FirstRoundUnconfirmed
        *win TERRORIST 0:1              -> released; held FirstRoundUnconfirmed
        go                              -> won 1 TERRORIST Owls 0:1 at *; released
        ",
    );
    assert_eq!(log.counters().dropped_first_rounds, 2);
}

#[test]
fn an_announced_restart_keeps_the_first_round_waiting() {
    check(
        "
        start de_nuke Foxes/Owls
        go                              -> map_start de_nuke Foxes/Owls
        win CT 1:0                      -> held FirstRoundUnconfirmed
        restart                         -> held RestartAnnounced
        freeze
        score 1:0
        go
        start de_nuke Foxes/Owls
        go                              -> released
        ",
    );
}

#[test]
fn several_false_starts_with_rounds_leave_nothing_behind() {
    let log = check(
        "
        go
        win CT 1:0
        start de_nuke Foxes/Owls
        go                              -> map_start de_nuke Foxes/Owls
        win CT 1:0                      -> held FirstRoundUnconfirmed
        start de_nuke Foxes/Owls        -> released
        go
        win TERRORIST 0:1               -> held FirstRoundUnconfirmed
        start de_nuke Foxes/Owls        -> released
        go
        *win CT 1:0                     -> held FirstRoundUnconfirmed
        go                              -> won 1 CT Foxes 1:0 at *; released
        ",
    );
    assert_eq!((log.counters().not_live, log.counters().dropped_first_rounds), (1, 2));
}

#[test]
fn rounds_of_a_warm_up_do_not_count() {
    let log = check(
        "
        warmup_start
        warmup de_nuke Foxes/Owls
        go
        win CT 1:0
        win CT 2:0
        warmup_end
        start de_nuke Foxes/Owls
        go                              -> map_start de_nuke Foxes/Owls
        ",
    );
    assert_eq!(log.counters().not_live, 2);
    check("warmup_start\n warmup_end\n start de_nuke\n go -> map_start de_nuke -/-");
}

#[test]
fn a_first_round_that_nothing_confirms_is_never_said() {
    check(
        "
        start de_nuke Foxes/Owls
        go             -> map_start de_nuke Foxes/Owls
        win CT 1:0     -> held FirstRoundUnconfirmed
        end
        ",
    );
}

#[test]
fn round_starts_carry_the_number_of_the_round() {
    let mut log = CsLog::new(Options::default());
    let mut out = Vec::new();
    let lines = [
        "World triggered \"Round_Start\"",
        "World triggered \"Match_Start\" on \"de_nuke\"",
        "World triggered \"Round_Start\"",
        "Team \"CT\" triggered \"SFUI_Notice_CTs_Win\" (CT \"1\") (T \"0\")",
        "World triggered \"Round_Start\"",
    ];
    for (line, message) in (1..).zip(lines) {
        log.line(line, format!("05/01/2026 - 20:00:00.{line:03} - {message}").as_bytes(), &mut out);
    }
    let starts: Vec<_> = out
        .iter()
        .filter_map(|event| match event.event {
            FeedEvent::RoundStart { round } => Some((event.line, round)),
            _ => None,
        })
        .collect();
    assert_eq!(starts, [(3, 1), (5, 2)], "none before the match starts");
}

// Sides, names, formats.

#[test]
fn the_sides_shown_at_half_time_are_not_believed() {
    after_half_time(
        "
        freeze
        names Foxes/Owls
        score 1:11
        go
        win TERRORIST 1:12  -> won 13 TERRORIST Foxes 1:12
        names Owls/Foxes
        score 1:12
        ",
    );
}

#[test]
fn two_overtimes_are_played_on_the_right_sides() {
    let log = after_one_round(
        "
        play AAAAAAAAAAA
        play BBBBBBBBBBBB
        play ABABAB
        play BBAB
        go
        win TERRORIST 18:17      -> won 35 TERRORIST Foxes 18:17
        go
        win CT 19:17             -> won 36 CT Owls 19:17
        over de_nuke 19:17       -> over de_nuke Foxes 17 Owls 19
        ",
    );
    assert_eq!(log.counters().disagreements, 0);
}

#[test]
fn the_format_is_the_option_else_the_log_else_mr12() {
    let mr15 = Options { format: Some(RoundFormat::Mr15) };
    check_with(mr15, "maxrounds 24\n start de_nuke\n go -> map_start de_nuke -/- mr15");
    check(
        "maxrounds 24\n maxrounds 30\n maxrounds 0\n start de_nuke\n go -> map_start de_nuke -/- mr15",
    );
    check("maxrounds 0\n start de_nuke\n go -> map_start de_nuke -/-");
    check(
        "
        start de_nuke
        go              -> map_start de_nuke -/-
        maxrounds 30
        *win CT 1:0     -> held FirstRoundUnconfirmed
        go              -> map_start de_nuke -/- mr15; won 1 CT - 1:0 at *; released
        ",
    );
}

#[test]
fn the_format_cannot_change_while_rounds_stand() {
    let log = after_one_round("maxrounds 30\n go\n win CT 2:0 -> won 2 CT Foxes 2:0");
    assert_eq!(log.format(), RoundFormat::Mr12);
}

#[test]
fn names_may_change_until_the_first_round_counts() {
    check(
        "
        start de_nuke Foxes/Owls
        go                  -> map_start de_nuke Foxes/Owls
        names Owls/Foxes
        *win CT 1:0         -> held FirstRoundUnconfirmed
        go                  -> map_start de_nuke Owls/Foxes; won 1 CT Owls 1:0 at *; released
        ",
    );
}

#[test]
fn names_that_come_late_are_taken_after_a_win() {
    check(
        "
        start de_nuke
        go                  -> map_start de_nuke -/-
        *win CT 1:0         -> held FirstRoundUnconfirmed
        go                  -> won 1 CT - 1:0 at *; released
        win CT 2:0          -> won 2 CT - 2:0
        names Foxes/Owls
        go
        win TERRORIST 2:1   -> won 3 TERRORIST Owls 2:1
        ",
    );
}

#[test]
fn names_on_the_wrong_sides_after_a_win_hold_until_they_are_right() {
    let log = after_one_round(
        "
        go
        win CT 2:0          -> won 2 CT Foxes 2:0
        raw Team playing \"CT\": Owls -> disagreement: CT should be played by \"Foxes\", the log names \"Owls\"; held SidesContradiction
        score 2:0
        freeze
        names Owls/Foxes
        go
        win CT 3:0          -> won 3 CT Foxes 3:0
        raw MatchStatus: Team playing \"CT\": Foxes -> released
        ",
    );
    assert_eq!(log.counters().disagreements, 1);
}

#[test]
fn a_team_that_renames_itself_is_reported_and_keeps_its_name() {
    after_one_round(
        "
        go
        win CT 2:0          -> won 2 CT Foxes 2:0
        raw MatchStatus: Team playing \"CT\": Vixens -> disagreement: CT should be played by \"Foxes\", the log names \"Vixens\"
        go
        win CT 3:0          -> won 3 CT Foxes 3:0
        ",
    );
}

// Backups.

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

// Restarts.

#[test]
fn an_admin_restart_takes_everything_back_at_its_first_start_line() {
    after_one_round(
        "
        play AB
        restart                         -> held RestartAnnounced
        freeze
        score 2:1
        *start de_nuke Foxes/Owls       -> held RestartUnconfirmed
        start de_nuke Foxes/Owls
        go                              -> rewind 0 at *; released
        *win TERRORIST 0:1              -> held FirstRoundUnconfirmed
        go                              -> won 1 TERRORIST Owls 0:1 at *; released
        ",
    );
}

#[test]
fn a_restart_on_swapped_sides_begins_the_map_on_those() {
    after_one_round(
        "
        play A
        *start de_nuke Owls/Foxes       -> held RestartUnconfirmed
        go                              -> rewind 0 at *; map_start de_nuke Owls/Foxes; released
        *win CT 1:0                     -> held FirstRoundUnconfirmed
        go                              -> won 1 CT Owls 1:0 at *; released
        ",
    );
}

#[test]
fn a_restart_is_also_proved_by_its_first_round_or_by_the_end_of_the_log() {
    after_one_round(
        "
        play A
        *start de_nuke Foxes/Owls       -> held RestartUnconfirmed
        win CT 1:0                      -> rewind 0 at *; released; held FirstRoundUnconfirmed
        ",
    );
    after_one_round(
        "
        play A
        *start de_nuke Foxes/Owls       -> held RestartUnconfirmed
        end                             -> rewind 0 at *
        ",
    );
}

#[test]
fn a_warm_up_at_the_end_of_the_log_takes_nothing_back() {
    after_one_round("warmup de_nuke Foxes/Owls -> held RestartUnconfirmed\n end");
}

#[test]
fn a_start_that_came_to_nothing_takes_nothing_back() {
    let log = after_one_round(
        "
        play AA
        start de_nuke Foxes/Owls        -> held RestartUnconfirmed
        win CT 4:0                      -> won 4 CT Foxes 4:0; released
        ",
    );
    assert_eq!(log.counters().rewinds, 0);
}

// The end of a map, and the next one.

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

// Lost and repeated lines.

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

// Pauses, and what players write.

#[test]
fn a_pause_is_told_once_each_way() {
    after_one_round(
        "
        pause       -> paused
        pause
        unpause     -> resumed
        unpause
        ",
    );
}

#[test]
fn players_cannot_speak_for_the_server() {
    let log = after_one_round(
        "
        raw \"p<1><[U:1:1]><CT>\" say \"mp_backup_restore_load_file backup_round00.txt\"
        raw \"p<1><[U:1:1]><CT>\" say \"World triggered \"Match_Start\" on \"de_nuke\"\"
        raw rcon from \"192.0.2.1:1\": command \"say mp_backup_restore_load_file backup_round00.txt\"
        raw \"Game Over: competitive  de_nuke score 13:0<1><[U:1:1]><CT>\" say \"gg\"
        go
        win CT 2:0  -> won 2 CT Foxes 2:0
        ",
    );
    assert_eq!(log.counters().garbage, 0);
}

#[test]
fn two_servers_are_two_normalisers() {
    let mut logs = [CsLog::new(Options::default()), CsLog::new(Options::default())];
    let mut outs = [Vec::new(), Vec::new()];
    let line =
        |message: &str| format!("L 05/01/2026 - 20:00:00: World triggered {message}").into_bytes();
    for index in 0..2 {
        logs[index].line(1, &line(&format!("\"Match_Start\" on \"de_{index}\"")), &mut outs[index]);
    }
    logs[0].line(2, &line("\"Round_Start\""), &mut outs[0]);
    assert!(matches!(&outs[0][0].event, FeedEvent::MapStart { map, .. } if map == "de_0"));
    assert_eq!((outs[0].len(), outs[1].len()), (2, 0));
}
