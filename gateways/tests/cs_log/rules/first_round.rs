//! When the first round of a map counts.

use clutch_gateways::feed::cs_log::{CsLog, FeedEvent, Options};

use super::after_one_round;
use crate::script::check;

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
        score 1:0
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
