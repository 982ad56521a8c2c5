//! `clutch price` for games against the clock: League of Legends and Dota 2.
//!
//! The lines are those of [`crate::price`] with maps in other words: for each map `A_side` ("first" is
//! blue or Radiant) and `p_A_before`, the chance of A before it; for the one being played a `standing`
//! of `clock_s`, `lead_milli` and `objectives`.

use clutch_core::command::{MobaState, Title};
use clutch_core::pricing::{MobaModel, MobaStanding, SeriesError, SeriesForecast};
use clutch_core::title::moba::TIME_S_MAX;
use clutch_core::title::{FeedRule, Impossible, Play};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

use crate::chance;
use crate::feed::facts::Side;
use crate::lines::{self, Refusal};
use crate::price::{Pair, SeriesBook, series_book};

/// The coefficients that lines are priced by.
#[derive(Clone, Copy, Debug)]
pub struct Models {
    /// League of Legends.
    pub lol: MobaModel,
    /// Dota 2.
    pub dota2: MobaModel,
}

impl Default for Models {
    /// The engine's own.
    fn default() -> Self {
        Self { lol: MobaModel::LOL, dota2: MobaModel::DOTA2 }
    }
}

#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    id: Value,
    rules: Option<String>,
    state: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    best_of: u8,
    maps_won: Pair<u8>,
    maps: Vec<Map>,
    standing: Option<Standing>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Map {
    #[serde(rename = "A_side")]
    side_a: Side,
    #[serde(rename = "p_A_before")]
    before: f64,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Standing {
    clock_s: u32,
    lead_milli: i32,
    objectives: Pair<u8>,
}

/// The answer to a line.
#[derive(Serialize)]
pub struct Answer {
    id: Value,
    rules: String,
    expect: Book,
}

#[derive(Serialize)]
struct Book {
    series: SeriesBook,
    maps: BTreeMap<u8, MapBook>,
}

#[derive(Serialize)]
struct MapBook {
    winner: Pair<f64>,
}

/// Prices a line; `None` for a line about another kind of game.
pub fn answer(bytes: &[u8], models: &Models) -> Option<Result<Answer, Refusal>> {
    let case: Case = lines::parse(bytes, "a case").ok()?;
    let (title, model) = match case.rules.as_deref() {
        Some("lol") => (Title::Lol, &models.lol),
        Some("dota2") => (Title::Dota2, &models.dota2),
        _ => return None,
    };
    let refuse = |what: String| Refusal::new("id", case.id.clone(), what);
    let state = case.state.ok_or_else(|| "the field \"state\" is missing".to_owned());
    let state = state.and_then(|state| lines::read(state, "state"));
    let book = state.and_then(|state| price(title, model, &state)).map_err(refuse);
    let (id, rules) = (case.id.clone(), case.rules.unwrap_or_default());
    Some(book.map(|expect| Answer { id, rules, expect }))
}

fn price(title: Title, model: &MobaModel, state: &State) -> Result<Book, String> {
    let best_of = usize::from(state.best_of);
    if !matches!(best_of, 1 | 2 | 3 | 5) {
        return Err(SeriesError::BestOf.to_string());
    }
    let current = state.maps_won.a.saturating_add(state.maps_won.b);
    if let Some(standing) = &state.standing {
        can_be(title, standing).map_err(|what| format!("standing: {what}"))?;
    }
    if state.maps.len() < best_of {
        return Err(format!("maps has {} of {best_of} entries", state.maps.len()));
    }
    let (mut chances, mut maps) = (Vec::new(), BTreeMap::new());
    for (number, map) in (0_u8..).zip(&state.maps[..best_of]) {
        let a_is_first = match map.side_a {
            Side::First => true,
            Side::Second => false,
        };
        let strength = Some(map.before).filter(|p| chance::is_usable(*p));
        let strength =
            strength.and_then(|p| model.strength_of(p, a_is_first)).ok_or_else(|| {
                let (map_no, p) = (number + 1, map.before);
                format!("map {map_no}: p_A_before is {p}; it must lie {}", chance::RANGE)
            })?;
        let standing = state.standing.filter(|_| number == current);
        let standing = standing.map_or(
            MobaStanding { a_is_first, ..MobaStanding::default() },
            |Standing { clock_s, lead_milli, objectives }| {
                let objectives = i32::from(objectives.a) - i32::from(objectives.b);
                MobaStanding { clock_s, lead_milli, objectives, a_is_first }
            },
        );
        let a = model.win_a(&standing, strength);
        chances.push(a);
        if current <= number {
            maps.insert(number + 1, MapBook { winner: Pair { a, b: 1.0 - a } });
        }
    }
    let Pair { a, b } = state.maps_won;
    let series =
        SeriesForecast::new(state.best_of, a, b, &chances).map_err(|error| error.to_string())?;
    Ok(Book { series: series_book(&series, state.best_of, current + 1), maps })
}

/// What the engine takes from no feed has no price here either.
fn can_be(title: Title, standing: &Standing) -> Result<(), String> {
    let Standing { clock_s, lead_milli, objectives } = standing;
    let (clock_s, lead_milli) = (*clock_s, *lead_milli);
    if u32::from(TIME_S_MAX) < clock_s {
        return Err(format!("clock_s is {clock_s}; no map lasts longer than {TIME_S_MAX} s"));
    }
    let Play::Moba(rules) = &title.rules().play else { return Ok(()) };
    let (time_s, objectives) = (clock_s as u16, [objectives.a, objectives.b]);
    let state = MobaState { time_s, lead_milli, objectives, ..MobaState::default() };
    rules.possible(&state).map_err(|Impossible { rule, expected, .. }| match rule {
        FeedRule::TooManyObjectives => {
            format!("objectives are {objectives:?}; there were at most {expected} by then")
        }
        _ => format!("lead_milli is {lead_milli}; nobody leads by more than {expected} by then"),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn case() -> Value {
        let map = json!({"A_side": "blue", "p_A_before": 0.6});
        json!({"id": 7, "rules": "lol", "state": {
            "best_of": 3, "maps_won": {"A": 1, "B": 0}, "maps": [map, map, map],
            "standing": {"clock_s": 840, "lead_milli": -4000, "objectives": {"A": 1, "B": 0}},
        }})
    }

    fn priced(case: &Value) -> Value {
        let mut output = Vec::new();
        crate::price::run(case.to_string().as_bytes(), &mut output).unwrap();
        serde_json::from_slice(&output).unwrap()
    }

    #[test]
    fn a_series_is_priced_from_its_maps() {
        let book = priced(&case());
        let (current, later) = (&book["expect"]["maps"]["2"], &book["expect"]["maps"]["3"]);
        let p = |value: &Value| value.as_f64().unwrap();
        assert!((p(&later["winner"]["A"]) - 0.6).abs() < 1e-9, "{book}");
        let strength = MobaModel::LOL.strength_of(0.6, true).unwrap();
        let standing =
            MobaStanding { clock_s: 840, lead_milli: -4_000, objectives: 1, a_is_first: true };
        let now = MobaModel::LOL.win_a(&standing, strength);
        assert!((p(&current["winner"]["A"]) - now).abs() < 1e-12, "{book}");
        let series = now + (1.0 - now) * 0.6;
        assert!((p(&book["expect"]["series"]["winner"]["A"]) - series).abs() < 1e-9, "{book}");
        assert_eq!(book["id"], 7);
    }

    #[test]
    fn another_table_gives_another_price() {
        let lol =
            MobaModel::parse(Title::Lol, "title lol\n0 0 0 0 1000000\n600 0 0 0 0\nend 0 600\n")
                .unwrap();
        let models = Models { lol, ..Models::default() };
        let answer = answer(case().to_string().as_bytes(), &models).unwrap().unwrap();
        assert_eq!(answer.expect.maps[&2].winner.a, 0.5);
    }

    #[test]
    fn a_state_that_cannot_be_priced_is_refused_under_its_id() {
        for (pointer, value, what) in [
            ("/state", Value::Null, "the field \"state\" is missing"),
            ("/state/best_of", json!(5), "maps has 3 of 5 entries"),
            ("/state/best_of", json!(4), "a series is best of 1, 2, 3 or 5"),
            ("/state/maps_won/A", json!(2), "the series is already decided"),
            ("/state/maps/1/p_A_before", json!("NaN"), "state: invalid type: string \"NaN\""),
            ("/state/maps/2/p_A_before", json!(1.0), "map 3: p_A_before is 1; it must lie"),
            ("/state/maps/0/A_side", json!("left"), "state: `left` is no side: write first"),
            ("/state/standing/gold", json!(1), "state: unknown field `gold`"),
            ("/state/standing/clock_s", json!(14_401), "standing: clock_s is 14401; no map lasts"),
            (
                "/state/standing/lead_milli",
                json!(50_001),
                "standing: lead_milli is 50001; nobody leads by more than 50000 by then",
            ),
            (
                "/state/standing/objectives/B",
                json!(2),
                "standing: objectives are [1, 2]; there were at most 2 by then",
            ),
            ("/state/standing/objectives/A", json!(256), "state: invalid value: integer `256`"),
            ("/state/standing/clock_s", json!(-1), "state: invalid value: integer `-1`"),
        ] {
            let mut case = case();
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            case.pointer_mut(parent).unwrap()[key] = value;
            let answer = priced(&case);
            let found = answer["error"]["what"].as_str().unwrap();
            assert!(found.starts_with(what), "{pointer}: {found}");
            assert_eq!(answer["id"], 7);
        }
    }
}
