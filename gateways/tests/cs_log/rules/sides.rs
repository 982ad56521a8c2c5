//! Who plays which side, under which format.

use clutch_gateways::feed::cs_log::{Options, RoundFormat};

use super::{after_half_time, after_one_round};
use crate::script::{check, check_with};

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
