//! Pauses, other servers, and what players write.

use clutch_gateways::feed::cs_log::{CsLog, FeedEvent, Options};

use super::after_one_round;

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
