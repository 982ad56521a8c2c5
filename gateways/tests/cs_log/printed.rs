//! The contract of `clutch feed cs-log`, word for word.

use clutch_gateways::feed::cs_log::{Options, print_file};

use super::script::log_of;

fn check(script: &str, expected: &[&str]) {
    let mut out = Vec::new();
    print_file(log_of(script).as_bytes(), Options::default(), &mut out).unwrap();
    let printed = String::from_utf8(out).unwrap();
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn every_kind_is_printed_with_exactly_its_fields() {
    check(
        "
        pause
        start de_nuke Foxes/Owls
        go
        win TERRORIST 0:1
        go
        win CT 1:1
        backup 01
        reloaded
        draw 0:1
        go
        win TERRORIST 0:2
        over de_nuke 0:2
        ",
        &[
            r#"{"kind":"map_start","map":"de_nuke"}"#,
            r#"{"kind":"round_won","round":1,"side":"TERRORIST","team":"Owls","reason":"SFUI_Notice_Bomb_Defused","ct":0,"t":1,"line":9,"time":"05/01/2026 - 20:00:00"}"#,
            r#"{"kind":"round_won","round":2,"side":"CT","team":"Foxes","reason":"SFUI_Notice_Bomb_Defused","ct":1,"t":1,"line":13,"time":"05/01/2026 - 20:00:00"}"#,
            r#"{"kind":"rewind","to_round":1,"line":16}"#,
            r#"{"kind":"round_won","round":2,"side":"TERRORIST","team":"Owls","reason":"SFUI_Notice_Bomb_Defused","ct":0,"t":2,"line":21,"time":"05/01/2026 - 20:00:00"}"#,
            r#"{"kind":"map_over","map":"de_nuke","score":{"Foxes":0,"Owls":2}}"#,
        ],
    );
}

#[test]
fn each_map_starts_once_and_teams_without_two_names_are_told_by_their_last_side() {
    check(
        "
        start de_nuke Mix/Mix
        go
        win CT 1:0
        go
        start de_nuke Mix/Mix
        go
        win CT 1:0
        go
        over de_nuke 1:0
        start de_mirage
        go
        win CT 1:0
        go
        start de_mirage
        ",
        &[
            r#"{"kind":"map_start","map":"de_nuke"}"#,
            r#"{"kind":"round_won","round":1,"side":"CT","team":"Mix","reason":"SFUI_Notice_Bomb_Defused","ct":1,"t":0,"line":8,"time":"05/01/2026 - 20:00:00"}"#,
            r#"{"kind":"rewind","to_round":0,"line":12}"#,
            r#"{"kind":"round_won","round":1,"side":"CT","team":"Mix","reason":"SFUI_Notice_Bomb_Defused","ct":1,"t":0,"line":19,"time":"05/01/2026 - 20:00:00"}"#,
            r#"{"kind":"map_over","map":"de_nuke","score":{"CT":1,"TERRORIST":0}}"#,
            r#"{"kind":"map_start","map":"de_mirage"}"#,
            r#"{"kind":"round_won","round":1,"side":"CT","team":null,"reason":"SFUI_Notice_Bomb_Defused","ct":1,"t":0,"line":26,"time":"05/01/2026 - 20:00:00"}"#,
            r#"{"kind":"rewind","to_round":0,"line":30}"#,
        ],
    );
}
