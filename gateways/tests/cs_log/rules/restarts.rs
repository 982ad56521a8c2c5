//! Starting again while rounds stand.

use super::after_one_round;

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
