//! Matches that were really played, through the engine's own rules: what the model said of them.
#![allow(clippy::unwrap_used)]

use clutch_core::command::Strengths;
use clutch_core::pricing::{MobaModel, MobaStanding};
use clutch_core::units::Probability;
use clutch_gateways::curve::{Score, draw, play};
use clutch_gateways::demo::timeline::{Log, Timeline};
use clutch_gateways::feed::ndjson;

fn price(p: f64) -> Strengths {
    Strengths::MapPrice { a: Probability::from_f64(p).unwrap() }
}

#[test]
fn the_final_of_2018_is_priced_by_its_model_at_every_moment() {
    let timeline = Timeline::built_in_dota2().unwrap();
    let curve = play(&timeline, price(0.5)).unwrap();
    let [map] = &curve.maps[..] else { panic!("one map") };
    assert_eq!((map.a_won, map.points.len()), (Some(false), 114));
    // Minute 19: LGD ahead by 7,975 experience, one Roshan to none at minute 25 and 3,939 behind.
    for (minute, lead_milli) in [(19, 7_975), (25, -3_939)] {
        let standing =
            MobaStanding { clock_s: 60 * minute, lead_milli, objectives: 0, a_is_first: true };
        let expected = MobaModel::DOTA2.win_a(&standing, 0.0);
        let point = map.points.iter().find(|point| point.minute == f64::from(minute)).unwrap();
        assert!((point.p_a - expected).abs() < 1e-8, "{minute}: {point:?}, not {expected}");
    }
    // The loser was ahead for most of the game: a model that is right on average is worse than a coin here.
    let score = map.score().unwrap();
    assert!(Score::COIN.brier < score.brier && score.brier < 0.35, "{score}");
}

#[test]
fn a_map_of_rounds_is_scored_by_map_and_by_round() {
    let timeline = Timeline::load(&[Log::BuiltIn], None).unwrap();
    let chance = |p| Probability::from_f64(p).unwrap();
    let curve = play(&timeline, Strengths::BySide { t: chance(0.5), ct: chance(0.75) }).unwrap();
    let map = &curve.maps[0];
    // The winners began as CT and lost two of twelve rounds there, then won three as T.
    assert_eq!((map.a_won, map.rounds.len()), (Some(true), 15));
    assert!(map.rounds[..12].iter().all(|(p, _)| (p - 0.75).abs() < 1e-8), "{:?}", map.rounds);
    assert!(map.rounds[12..].iter().all(|(p, _)| (p - 0.5).abs() < 1e-8), "{:?}", map.rounds);
    assert_eq!(map.rounds.iter().filter(|(_, won)| *won).count(), 13);
    let by_hand = (10.0 * 0.0625 + 2.0 * 0.5625 + 3.0 * 0.25) / 15.0;
    assert!((map.round_score().unwrap().brier - by_hand).abs() < 1e-7);
    assert!(map.score().unwrap().brier < 0.1);
}

#[test]
fn a_server_that_takes_a_round_back_takes_its_forecast_back() {
    let fact = |at_ms: u64, what: &str| format!("{{\"at_ms\":{at_ms},\"event\":{what}}}\n");
    let won =
        |round: u8, winner| format!(r#""round_won","map":1,"round":{round},"winner":"{winner}""#);
    let stream = [
        fact(0, r#""match","title":"valorant","teams":["A","B"],"best_of":1"#),
        fact(1_000, r#""map_start","map":1,"name":"Ascent","side_a":"attack""#),
        fact(60_000, &won(1, "a")),
        fact(120_000, &won(2, "a")),
        fact(130_000, r#""rewind","map":1,"to_round":1"#),
        fact(180_000, &won(2, "b")),
    ]
    .concat();
    let timeline = Timeline::of_facts(&ndjson::read(stream.as_bytes()).unwrap()).unwrap();
    let curve = play(&timeline, price(0.5)).unwrap();
    let map = &curve.maps[0];
    assert_eq!(map.a_won, None);
    assert_eq!(map.score(), None);
    assert_eq!(map.rounds.iter().map(|(_, won)| *won).collect::<Vec<_>>(), [true, false]);
    let last = map.points.last().unwrap();
    assert!((last.p_a - 0.5).abs() < 1e-6, "level again: {last:?}");
}

#[test]
fn a_picture_has_every_map_and_both_teams() {
    let curve = play(&Timeline::built_in_dota2().unwrap(), price(0.6)).unwrap();
    let dir = std::env::temp_dir().join(format!("clutch-curve-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join("ti8.svg");
    draw(&path, &curve).unwrap();
    let svg = std::fs::read_to_string(&path).unwrap();
    for words in ["PSG.LGD", "OG", "match 4080856812", "minutes", "50 %"] {
        assert!(svg.contains(words), "{words}");
    }
    assert!(draw(&dir.join("no/such/folder.svg"), &curve).is_err());
    std::fs::remove_dir_all(dir).unwrap();
}
