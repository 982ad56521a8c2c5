//! A finished Dota 2 match, turned into a stream of facts.
#![allow(clippy::unwrap_used)]

use clutch_gateways::feed::cs_log::open_log;
use clutch_gateways::feed::facts::{Fact, State, Team, Title, What};
use clutch_gateways::feed::opendota;
use serde_json::{Value, json};

fn document() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/data/dota2_2018-08-26_ti8_final_lgd_v_og.opendota.json.gz"
    );
    serde_json::from_reader(open_log(path.as_ref()).unwrap()).unwrap()
}

fn read(document: &Value) -> Result<Vec<Fact>, String> {
    opendota::read(document.to_string().as_bytes())
}

fn states(facts: &[Fact]) -> Vec<State> {
    let state = |fact: &Fact| match fact.what {
        What::State(state) => Some(state),
        _ => None,
    };
    facts.iter().filter_map(state).collect()
}

#[test]
fn the_final_of_2018_is_told_as_it_was_played() {
    let facts = read(&document()).unwrap();
    let What::Match { title, teams, best_of } = &facts[0].what else { panic!("{:?}", facts[0]) };
    assert_eq!(
        (*title, teams.each_ref().map(String::as_str), *best_of),
        (Title::Dota2, ["PSG.LGD", "OG"], 1)
    );
    let states = states(&facts);
    let at = |clock_s: u16| *states.iter().rfind(|state| state.clock_s <= clock_s).unwrap();
    // By the document: one tower for each side after 804 s, Roshan to Dire at 1488 s.
    assert_eq!((at(800).towers, at(801).towers, at(804).towers), ([0, 0], [0, 1], [1, 1]));
    assert_eq!((at(1487).objectives, at(1488).objectives), ([0, 0], [0, 1]));
    // Minute 19 is LGD's highest lead, minute 25 the turn.
    assert_eq!((at(19 * 60).lead_milli, at(25 * 60).lead_milli), (7_975, -3_939));
    let last = states.last().unwrap();
    assert_eq!((last.kills, last.towers, last.objectives), ([33, 34], [3, 10], [0, 1]));
    let end = facts.last().unwrap();
    assert_eq!(end.what, What::MapWon { map: 1, winner: Team::B });
    assert_eq!(end.at_ms, (1_535_249_730 + 2_188) * 1_000);
}

#[test]
fn nothing_runs_backwards() {
    let facts = read(&document()).unwrap();
    assert!(facts.is_sorted_by_key(|fact| fact.at_ms));
    for pair in states(&facts).windows(2) {
        assert!(pair[0].clock_s < pair[1].clock_s);
        for team in 0..2 {
            assert!(pair[0].kills[team] <= pair[1].kills[team]);
            assert!(pair[0].towers[team] <= pair[1].towers[team]);
            assert!(pair[0].objectives[team] <= pair[1].objectives[team]);
        }
    }
}

#[test]
fn what_came_later_says_nothing_about_what_came_before() {
    let whole = read(&document()).unwrap();
    let mut cut = document();
    cut["radiant_xp_adv"].as_array_mut().unwrap().truncate(16);
    cut["objectives"].as_array_mut().unwrap().retain(|kill| kill["time"].as_i64() <= Some(900));
    for player in cut["players"].as_array_mut().unwrap() {
        player["kills_log"]
            .as_array_mut()
            .unwrap()
            .retain(|kill| kill["time"].as_i64() <= Some(900));
    }
    cut["radiant_win"] = json!(true);
    let cut = read(&cut).unwrap();
    let before = cut.len() - 1;
    assert!(20 < before, "{before}");
    assert_eq!(cut[..before], whole[..before]);
}

#[test]
fn what_a_document_lacks_is_named() {
    for (field, hint) in [
        ("radiant_xp_adv", "only a match that OpenDota has parsed"),
        ("radiant_win", "not in the replay parse alone"),
        ("start_time", "not in the replay parse alone"),
        ("duration", "not in the replay parse alone"),
    ] {
        let mut document = document();
        document.as_object_mut().unwrap().remove(field);
        let error = read(&document).unwrap_err();
        assert!(error.contains(&format!("lacks `{field}`")) && error.contains(hint), "{error}");
    }
    for text in ["", "{}", "[1]", "{\"players\":3}"] {
        let error = opendota::read(text.as_bytes()).unwrap_err();
        assert!(error.starts_with("this is no OpenDota match document: "), "{text}: {error}");
    }
}
