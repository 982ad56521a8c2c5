//! `clutch price`: the engine's own forecasts as a filter for other tools, one match state a line
//! in, one book a line out.
//!
//! Owns the JSON shape of both sides and the set of lines that are printed. Does not know how
//! anything is priced; no margin is put on. A line that cannot be priced is answered with an error
//! of its own, and the run goes on.

use clutch_core::command::Side;
use clutch_core::pricing::{
    BySide, MapForecast, MapModel, NextRound as RoundChance, RoundRules, SeriesForecast,
};
use serde::de::DeserializeOwned;
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{self, BufRead, Write};

use crate::chance;
use crate::lines::{self, Refusal};
pub use crate::lines::{LINE_BYTES_MAX, Summary};
use crate::price_moba::{self, Models};
use crate::price_more::More;

/// Prices every line of `input`. Empty lines are skipped; only reading and writing themselves can
/// fail.
pub fn run(input: impl BufRead, output: impl Write) -> io::Result<Summary> {
    run_with(input, output, &Models::default())
}

/// The same with other coefficients for games against the clock.
pub fn run_with(input: impl BufRead, output: impl Write, models: &Models) -> io::Result<Summary> {
    lines::run(input, output, |bytes| match price_moba::answer(bytes, models) {
        Some(book) => book.map(AnyAnswer::Moba),
        None => answer(bytes).map(AnyAnswer::Rounds),
    })
}

#[derive(Serialize)]
#[serde(untagged)]
enum AnyAnswer {
    Rounds(Answer),
    Moba(price_moba::Answer),
}

/// One line of input. The state is read in a second step, so that a bad one is answered under its
/// own id.
#[derive(Deserialize)]
struct Case {
    #[serde(default)]
    id: Value,
    rules: Option<String>,
    state: Option<Value>,
}

/// A state, with maps in the words of its title.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct State<M> {
    best_of: u8,
    maps_won: Pair<u8>,
    current_map_no: Option<u8>,
    round_score: Pair<u16>,
    maps: Vec<M>,
    rounds_per_half: Option<u8>,
    next_round: Option<f64>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
pub(crate) struct Pair<T> {
    #[serde(rename = "A")]
    pub a: T,
    #[serde(rename = "B")]
    pub b: T,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cs2Map {
    #[serde(rename = "A_first_half_side")]
    first_side: Cs2Side,
    #[serde(rename = "p_A_round_T")]
    round_t: f64,
    #[serde(rename = "p_A_round_CT")]
    round_ct: f64,
    #[serde(rename = "p_A_pistol_T")]
    pistol_t: Option<f64>,
    #[serde(rename = "p_A_pistol_CT")]
    pistol_ct: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct ValorantMap {
    #[serde(rename = "A_first_half_side")]
    first_side: ValorantSide,
    #[serde(rename = "p_A_round_ATK")]
    round_atk: f64,
    #[serde(rename = "p_A_round_DEF")]
    round_def: f64,
    #[serde(rename = "p_A_pistol_ATK")]
    pistol_atk: Option<f64>,
    #[serde(rename = "p_A_pistol_DEF")]
    pistol_def: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Cs2Side(Side);

impl TryFrom<String> for Cs2Side {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        side(&text, &["T"], &["CT"]).map(Self)
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct ValorantSide(Side);

impl TryFrom<String> for ValorantSide {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        side(&text, &["ATK", "attack"], &["DEF", "defence", "defense"]).map(Self)
    }
}

/// The side that is called so, in whatever capitals.
fn side(text: &str, first: &[&str], second: &[&str]) -> Result<Side, String> {
    let is = |name: &&str| name.eq_ignore_ascii_case(text);
    if first.iter().any(is) {
        Ok(Side::T)
    } else if second.iter().any(is) {
        Ok(Side::Ct)
    } else {
        Err(format!("side `{text}` is neither {} nor {}", first[0], second[0]))
    }
}

/// One map in the engine's words.
struct MapParameters {
    first_side: Side,
    round: BySide,
    pistol: [Option<f64>; 2],
}

impl From<Cs2Map> for MapParameters {
    fn from(map: Cs2Map) -> Self {
        Self {
            first_side: map.first_side.0,
            round: BySide { t: map.round_t, ct: map.round_ct },
            pistol: [map.pistol_t, map.pistol_ct],
        }
    }
}

impl From<ValorantMap> for MapParameters {
    fn from(map: ValorantMap) -> Self {
        Self {
            first_side: map.first_side.0,
            round: BySide { t: map.round_atk, ct: map.round_def },
            pistol: [map.pistol_atk, map.pistol_def],
        }
    }
}

/// What differs in the words of the two titles.
#[derive(Clone, Copy)]
struct Words {
    rules: &'static str,
    /// T and CT.
    sides: [&'static str; 2],
}

const CS2: Words = Words { rules: "cs2", sides: ["T", "CT"] };
const VALORANT: Words = Words { rules: "valorant", sides: ["ATK", "DEF"] };

#[derive(Serialize)]
struct Answer {
    id: Value,
    rules: &'static str,
    expect: Book,
    more: More,
}

#[derive(Serialize)]
struct Book {
    series: SeriesBook,
    maps: Table<MapBook>,
}

#[derive(Serialize)]
pub(crate) struct SeriesBook {
    winner: Pair<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    draw: Option<f64>,
    correct_map_score: Table<f64>,
    total_maps_over: Table<f64>,
    #[serde(rename = "map_handicap_A")]
    map_handicap_a: Table<f64>,
    reach_map: Table<f64>,
}

#[derive(Serialize)]
struct MapBook {
    winner: Pair<f64>,
    total_rounds_over: Table<f64>,
    #[serde(rename = "round_handicap_A")]
    round_handicap_a: Table<f64>,
    overtime_yes: f64,
    correct_round_score: Table<f64>,
    race_to: Table<Option<Pair<f64>>>,
    next_round: NextRound,
    pistol: Table<Pair<f64>>,
}

#[derive(Serialize)]
struct NextRound {
    round_no: u16,
    #[serde(rename = "A_side")]
    a_side: &'static str,
    #[serde(rename = "A")]
    a: f64,
    #[serde(rename = "B")]
    b: f64,
}

/// A JSON object whose keys keep their order.
pub(crate) struct Table<T>(Vec<(String, T)>);

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<T> FromIterator<(String, T)> for Table<T> {
    fn from_iter<I: IntoIterator<Item = (String, T)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

fn answer(bytes: &[u8]) -> Result<Answer, Refusal> {
    let case: Case = lines::parse(bytes, "a case")?;
    let refuse = |what: String| Refusal::new("id", case.id.clone(), what);
    let rules = case.rules.as_deref();
    let rules = rules.ok_or_else(|| refuse("the field \"rules\" is missing".into()))?;
    let state = case.state.clone();
    let state = state.ok_or_else(|| refuse("the field \"state\" is missing".into()))?;
    let (words, priced) = match rules {
        "cs2" => (CS2, read::<Cs2Map>(state).and_then(|state| price(CS2, &state))),
        "valorant" => {
            (VALORANT, read::<ValorantMap>(state).and_then(|state| price(VALORANT, &state)))
        }
        other => {
            let known = "known: \"cs2\", \"valorant\", \"lol\", \"dota2\"";
            return Err(refuse(format!("rules {other:?} are not priced here; {known}")));
        }
    };
    let (expect, more) = priced.map_err(refuse)?;
    Ok(Answer { id: case.id, rules: words.rules, expect, more })
}

fn read<M: DeserializeOwned>(state: Value) -> Result<State<M>, String> {
    lines::read(state, "state")
}

fn round_rules(words: Words, rounds_per_half: Option<u8>) -> Result<RoundRules, String> {
    let usual = if words.rules == VALORANT.rules { RoundRules::VALORANT } else { RoundRules::MR12 };
    let Some(half) = rounds_per_half else { return Ok(usual) };
    RoundRules::new(half, usual.overtime_half() as u8, usual.overtime_sides())
        .ok_or_else(|| format!("rounds_per_half {half} is not within 1 and 15"))
}

fn price<M>(words: Words, state: &State<M>) -> Result<(Book, More), String>
where
    M: Copy + Into<MapParameters>,
{
    let rules = round_rules(words, state.rounds_per_half)?;
    if !matches!(state.best_of, 1 | 2 | 3 | 5) {
        return Err(format!("best_of {} is not 1, 2, 3 or 5", state.best_of));
    }
    let played = state.maps_won.a.saturating_add(state.maps_won.b);
    if state.best_of / 2 < state.maps_won.a.max(state.maps_won.b) || state.best_of <= played {
        return Err("the series is already decided".into());
    }
    if state.current_map_no.is_some_and(|map_no| map_no != played + 1) {
        return Err(format!("current_map_no must be {}, one more than the maps won", played + 1));
    }
    let best_of = usize::from(state.best_of);
    if state.maps.len() < best_of {
        return Err(format!("maps has {} of {best_of} entries", state.maps.len()));
    }
    // Finished maps are not read again; their chances are never asked for.
    let mut chances = vec![0.0; usize::from(played)];
    let (mut maps, mut forecasts) = (Vec::new(), Vec::new());
    for (index, parameters) in state.maps.iter().enumerate().take(best_of).skip(usize::from(played))
    {
        let is_current = index == usize::from(played);
        let (a, b) = if is_current { (state.round_score.a, state.round_score.b) } else { (0, 0) };
        let next = state.next_round.filter(|_| is_current).map(|chance| RoundChance {
            round_no: a.saturating_add(b).saturating_add(1),
            a: chance,
        });
        let forecast = model((*parameters).into(), words, next)
            .and_then(|model| {
                MapForecast::new(rules, &model, a, b).map_err(|error| error.to_string())
            })
            .map_err(|what| format!("map {}: {what}", index + 1))?;
        chances.push(forecast.winner_a());
        maps.push(((index + 1).to_string(), map_book(words, rules, &forecast)));
        forecasts.push(forecast);
    }
    let series = SeriesForecast::new(state.best_of, state.maps_won.a, state.maps_won.b, &chances)
        .map_err(|error| error.to_string())?;
    let more = More::new(rules, state.best_of, [state.maps_won.a, state.maps_won.b], &forecasts);
    Ok((Book { series: series_book(&series, state.best_of, played + 1), maps: Table(maps) }, more))
}

fn model(map: MapParameters, words: Words, next: Option<RoundChance>) -> Result<MapModel, String> {
    let pistol = match map.pistol {
        [Some(t), Some(ct)] => Some(BySide { t, ct }),
        [None, None] => None,
        [Some(_), None] | [None, Some(_)] => {
            let [t, ct] = words.sides;
            return Err(format!("p_A_pistol_{t} and p_A_pistol_{ct} come together or not at all"));
        }
    };
    let model = MapModel::new(map.first_side, map.round, pistol);
    let model = match next {
        None => model,
        Some(next) if !chance::is_usable(next.a) => {
            return Err(format!("next_round is {}; it must lie {}", next.a, chance::RANGE));
        }
        Some(next) => model.and_then(|model| model.with_next_round(next)),
    };
    model.map_err(|error| error.to_string())
}

pub(crate) fn series_book(series: &SeriesForecast, best_of: u8, current_map_no: u8) -> SeriesBook {
    let needed = best_of / 2 + 1;
    let scores = (0..needed).flat_map(|loser| [(needed, loser), (loser, needed)]);
    let level = (best_of / 2, best_of / 2);
    let scores = scores.chain(best_of.is_multiple_of(2).then_some(level));
    let handicaps = (-i32::from(needed)..i32::from(needed)).map(|maps| 2 * maps + 1);
    SeriesBook {
        winner: Pair { a: series.winner_a(), b: series.winner_b() },
        draw: best_of.is_multiple_of(2).then(|| series.draw()),
        correct_map_score: scores
            .filter_map(|(a, b)| Some((format!("{a}-{b}"), series.correct_map_score(a, b)?)))
            .collect(),
        total_maps_over: (needed..best_of)
            .map(|maps| 2 * i32::from(maps) + 1)
            .map(|line| (unsigned(line), series.total_maps_over(line)))
            .collect(),
        map_handicap_a: handicaps.map(|line| (signed(line), series.map_handicap_a(line))).collect(),
        reach_map: (current_map_no..=best_of)
            .map(|map_no| (map_no.to_string(), series.reach_map(map_no)))
            .collect(),
    }
}

fn map_book(words: Words, rules: RoundRules, map: &MapForecast) -> MapBook {
    let regulation_half_units = 2 * i32::from(rules.regulation_rounds());
    let totals = TOTAL_LINES.map(|offset| regulation_half_units + offset);
    let target = rules.win_target();
    let scores = (0..target - 1).flat_map(|loser| [(target, loser), (loser, target)]);
    let next_round_no = map.next_round_no();
    MapBook {
        winner: two_way(map.winner_a()),
        total_rounds_over: totals
            .map(|line| (unsigned(line), map.total_over(line)))
            .into_iter()
            .collect(),
        round_handicap_a: (-19..18)
            .step_by(2)
            .map(|line| (signed(line), map.handicap_a(line)))
            .collect(),
        overtime_yes: map.overtime_yes(),
        correct_round_score: scores
            .filter_map(|(a, b)| Some((format!("{a}-{b}"), map.correct_score(a, b)?)))
            .chain([
                ("A_in_OT".into(), map.a_in_overtime()),
                ("B_in_OT".into(), map.b_in_overtime()),
            ])
            .collect(),
        race_to: RACES
            .map(|rounds| (rounds.to_string(), map.race_to(rounds).map(two_way)))
            .into_iter()
            .collect(),
        next_round: NextRound {
            round_no: next_round_no,
            a_side: words.sides[map.side_of_a(next_round_no) as usize],
            a: map.next_round_a(),
            b: 1.0 - map.next_round_a(),
        },
        pistol: [1, target]
            .into_iter()
            .filter_map(|round_no| Some((round_no.to_string(), two_way(map.pistol(round_no)?))))
            .collect(),
    }
}

/// The lines of total rounds, in half rounds from the end of regulation: 16.5 to 30.5 when that is
/// 24.
pub(crate) const TOTAL_LINES: [i32; 12] = [-15, -11, -9, -7, -5, -3, -1, 1, 3, 5, 9, 13];
pub(crate) const RACES: [u16; 4] = [3, 5, 7, 10];

pub(crate) fn two_way(a: f64) -> Pair<f64> {
    Pair { a, b: 1.0 - a }
}

pub(crate) fn unsigned(line_half_units: i32) -> String {
    format!("{:.1}", f64::from(line_half_units) / 2.0)
}

pub(crate) fn signed(line_half_units: i32) -> String {
    format!("{:+.1}", f64::from(line_half_units) / 2.0)
}
