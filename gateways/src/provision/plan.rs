//! From a `[[match]]` of the configuration to the commands that create it.
//!
//! Owns the words and which of them a game has; asks the engine nothing. What is wrong is named by its
//! field, and by its map where it has one.

use chrono::DateTime;
use clutch_core::command::{CreateMatch, MarketKind, RoundFormat, SetMap, Side, Strengths, Title};
use clutch_core::units::{MatchId, Name, Probability, Timestamp};

use super::book::{book, chosen};
use crate::chance;
use crate::config::{MapSection, MatchSection};

/// A match as the configuration wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub create: CreateMatch,
    /// Its maps in order; their `match_id` is not known yet and is 0.
    pub maps: Vec<SetMap>,
    /// The markets it is opened with.
    pub markets: Vec<MarketKind>,
}

/// Reads a section that names every map, as one of the file does; fails with a sentence that names the field.
pub fn whole(section: &MatchSection) -> Result<Plan, String> {
    let plan = plan(section)?;
    let maps = usize::from(section.best_of);
    if plan.maps.len() != maps {
        return Err(format!("a best of {maps} needs {maps} [[match.maps]] entries"));
    }
    Ok(plan)
}

/// Reads a section of which the last maps may be missing: which are played is often not known before the day.
pub fn plan(section: &MatchSection) -> Result<Plan, String> {
    let (title, own_format) = game(&section.game)?;
    let rounds = match section.format.as_str() {
        "" => own_format,
        "mr12" => RoundFormat::Mr12,
        "mr15" => RoundFormat::Mr15,
        other => return Err(format!("format `{other}` is neither mr12 nor mr15")),
    };
    if !title.has_format(rounds) {
        return Err(format!("format `{}` is not played in {}", section.format, section.game));
    }
    let maps = usize::from(section.best_of);
    if !matches!(maps, 1 | 2 | 3 | 5) {
        return Err(format!("best_of {maps} is none of 1, 2, 3 and 5"));
    }
    if maps < section.maps.len() {
        let given = section.maps.len();
        return Err(format!("maps: a best of {maps} has no {given} of them"));
    }
    let (team_a, team_b) = (name("team_a", &section.team_a)?, name("team_b", &section.team_b)?);
    if team_a == team_b {
        return Err("both teams have one name, so a log could not tell them apart".to_owned());
    }
    let create = CreateMatch {
        key: name("key", &section.key)?,
        title,
        rounds,
        best_of: section.best_of,
        team_a,
        team_b,
        starts_at: planned_start(&section.starts_at)?,
        round_markets: rounds != RoundFormat::NoRounds,
    };
    let maps = (1..).zip(&section.maps).map(|(map_no, map)| {
        let in_map = |what: String| format!("map {}: {what}", map.name);
        Ok(SetMap {
            match_id: MatchId(0),
            map_no,
            name: name("name", &map.name).map_err(in_map)?,
            first_side_a: side(title, &map.first_side_a).map_err(in_map)?,
            strengths: strengths(rounds, map).map_err(in_map)?,
        })
    });
    let maps = maps.collect::<Result<_, String>>()?;
    let markets = chosen(book(rounds, section.best_of), &section.markets)?;
    Ok(Plan { create, maps, markets })
}

/// A game and the length of its maps.
fn game(text: &str) -> Result<(Title, RoundFormat), String> {
    Ok(match text {
        "cs2" => (Title::CounterStrike, RoundFormat::Mr12),
        "csgo" => (Title::CounterStrike, RoundFormat::Mr15),
        "valorant" => (Title::Valorant, RoundFormat::Mr12),
        "lol" => (Title::Lol, RoundFormat::NoRounds),
        "dota2" => (Title::Dota2, RoundFormat::NoRounds),
        other => {
            return Err(format!("game `{other}` is none of cs2, csgo, valorant, lol and dota2"));
        }
    })
}

fn name(field: &str, text: &str) -> Result<Name, String> {
    Name::new(text).map_err(|error| format!("{field}: {error}"))
}

/// A side by its name in the game, however it is capitalised; Valorant's may be written out.
fn side(title: Title, text: &str) -> Result<Side, String> {
    let lower = text.to_ascii_lowercase();
    let word = match lower.as_str() {
        "attack" => "ATK",
        "defence" | "defense" => "DEF",
        other => other,
    };
    let is = |side: &Side| title.side(*side).eq_ignore_ascii_case(word);
    [Side::T, Side::Ct].into_iter().find(is).ok_or_else(|| {
        let [first, second] = [Side::T, Side::Ct].map(|side| title.side(side));
        format!("first_side_a: side `{text}` is neither {first} nor {second}")
    })
}

fn strengths(rounds: RoundFormat, map: &MapSection) -> Result<Strengths, String> {
    let MapSection { p_a_t, p_a_ct, p_a_pistol_t, p_a_pistol_ct, p_a_map, .. } = *map;
    let by_side = [p_a_t, p_a_ct, p_a_pistol_t, p_a_pistol_ct];
    let has_sides = by_side.iter().any(Option::is_some);
    if let Some(a) = p_a_map {
        return if has_sides {
            Err("p_a_map stands beside chances by side; give one or the other".to_owned())
        } else {
            Ok(Strengths::MapPrice { a: chance("p_a_map", "the map", a)? })
        };
    }
    if rounds == RoundFormat::NoRounds {
        let why = if has_sides { "the game has no rounds to win by side; " } else { "" };
        return Err(format!("{why}p_a_map is missing: P(team A wins the map)"));
    }
    let (Some(t), Some(ct)) = (p_a_t, p_a_ct) else {
        return Err("p_a_t and p_a_ct are needed, or p_a_map alone".to_owned());
    };
    let (t, ct) = (chance("p_a_t", "a round", t)?, chance("p_a_ct", "a round", ct)?);
    match (p_a_pistol_t, p_a_pistol_ct) {
        (None, None) => Ok(Strengths::BySide { t, ct }),
        (Some(pistol_t), Some(pistol_ct)) => Ok(Strengths::WithPistols {
            t,
            ct,
            pistol_t: chance("p_a_pistol_t", "a round", pistol_t)?,
            pistol_ct: chance("p_a_pistol_ct", "a round", pistol_ct)?,
        }),
        (Some(_), None) | (None, Some(_)) => {
            Err("p_a_pistol_t and p_a_pistol_ct are given both or not at all".to_owned())
        }
    }
}

fn chance(field: &str, what: &str, p: f64) -> Result<Probability, String> {
    chance::probability(p).ok_or_else(|| {
        format!("{field}: {p} is no chance to win {what}; it must lie {}", chance::RANGE)
    })
}

/// Reads a planned start; an empty text plans none.
fn planned_start(text: &str) -> Result<Timestamp, String> {
    if text.is_empty() {
        return Ok(Timestamp::default());
    }
    let start = DateTime::parse_from_rfc3339(text)
        .map_err(|error| format!("starts_at `{text}`: {error}; write 2026-12-01T18:00:00Z"))?;
    let millis = u64::try_from(start.timestamp_millis())
        .map_err(|_| format!("starts_at `{text}` lies before 1970"))?;
    Ok(Timestamp::from_millis(millis))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A best of one with these lines in the match and in its map.
    fn planned(of_match: &str, of_map: &str) -> Result<Plan, String> {
        let text = format!(
            "key = \"final\"\nteam_a = \"A\"\nteam_b = \"B\"\n{of_match}\n[[maps]]\nname = \"m\"\n{of_map}\n"
        );
        whole(&toml::from_str(&text).unwrap())
    }

    #[test]
    fn an_order_may_leave_out_the_last_maps_and_names_none_too_many() {
        let section = |maps: &str| {
            let text = format!("key = \"k\"\nteam_a = \"A\"\nteam_b = \"B\"\nbest_of = 1\n{maps}");
            plan(&toml::from_str(&text).unwrap())
        };
        assert!(section("").unwrap().maps.is_empty());
        let map = "[[maps]]\nname = \"m\"\nfirst_side_a = \"T\"\np_a_map = 0.5\n";
        assert_eq!(section(map).unwrap().maps.len(), 1);
        assert_eq!(section(&map.repeat(2)).unwrap_err(), "maps: a best of 1 has no 2 of them");
    }

    #[test]
    fn every_game_has_its_own_words() {
        let p = |p: f64| Probability::from_f64(p).unwrap();
        let by_side = Strengths::BySide { t: p(0.48), ct: p(0.52) };
        let pistols = Strengths::WithPistols {
            t: p(0.48),
            ct: p(0.52),
            pistol_t: p(0.45),
            pistol_ct: p(0.5),
        };
        let price = Strengths::MapPrice { a: p(0.55) };
        let (cs_sides, map_price) = ("p_a_t = 0.48\np_a_ct = 0.52", "p_a_map = 0.55");
        let attack = "p_a_attack = 0.48\np_a_defence = 0.52";
        let more = "p_a_pistol_attack = 0.45\np_a_pistol_defence = 0.5";
        let valorant = &format!("{attack}\n{more}");
        for (game, side, chances, title, rounds, first_side_a, strengths) in [
            ("", "CT", cs_sides, Title::CounterStrike, RoundFormat::Mr12, Side::Ct, by_side),
            (
                "game = \"cs2\"",
                "t",
                map_price,
                Title::CounterStrike,
                RoundFormat::Mr12,
                Side::T,
                price,
            ),
            (
                "game = \"csgo\"",
                "T",
                cs_sides,
                Title::CounterStrike,
                RoundFormat::Mr15,
                Side::T,
                by_side,
            ),
            (
                "format = \"mr15\"",
                "T",
                cs_sides,
                Title::CounterStrike,
                RoundFormat::Mr15,
                Side::T,
                by_side,
            ),
            (
                "game = \"valorant\"",
                "defence",
                valorant,
                Title::Valorant,
                RoundFormat::Mr12,
                Side::Ct,
                pistols,
            ),
            (
                "game = \"lol\"",
                "Blue",
                map_price,
                Title::Lol,
                RoundFormat::NoRounds,
                Side::T,
                price,
            ),
            (
                "game = \"dota2\"",
                "dire",
                map_price,
                Title::Dota2,
                RoundFormat::NoRounds,
                Side::Ct,
                price,
            ),
        ] {
            let map = format!("first_side_a = \"{side}\"\n{chances}");
            let plan = planned(&format!("best_of = 1\n{game}"), &map).unwrap();
            assert_eq!((plan.create.title, plan.create.rounds), (title, rounds), "{game}");
            assert_eq!(plan.create.round_markets, rounds != RoundFormat::NoRounds, "{game}");
            let map = plan.maps[0];
            assert_eq!((map.map_no, map.first_side_a, map.strengths), (1, first_side_a, strengths));
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_its_field() {
        let cs = "first_side_a = \"T\"\n";
        for (of_match, of_map, said) in [
            ("game = \"chess\"", "p_a_map = 0.5", "game `chess` is none of cs2"),
            (
                "game = \"lol\"\nformat = \"mr12\"",
                "p_a_map = 0.5",
                "format `mr12` is not played in lol",
            ),
            ("game = \"valorant\"", "p_a_map = 0.5", "map m: first_side_a: side `T` is neither"),
            ("best_of = 4", "p_a_map = 0.5", "best_of 4 is none of 1, 2, 3 and 5"),
            ("best_of = 2", "p_a_map = 0.5", "a best of 2 needs 2 [[match.maps]]"),
            ("", "p_a_map = 1.0", "map m: p_a_map: 1 is no chance to win the map"),
            ("", "p_a_map = nan", "map m: p_a_map: NaN is no chance"),
            ("", "p_a_map = 0.5\np_a_t = 0.5", "map m: p_a_map stands beside chances by side"),
            ("", "p_a_t = 0.5", "map m: p_a_t and p_a_ct are needed, or p_a_map alone"),
            ("", "p_a_t = 0.5\np_a_ct = 0.0", "map m: p_a_ct: 0 is no chance to win a round"),
            (
                "",
                "p_a_t = 0.5\np_a_ct = 0.5\np_a_pistol_t = 0.5",
                "map m: p_a_pistol_t and p_a_pistol_ct",
            ),
            ("", "", "map m: p_a_t and p_a_ct are needed"),
            ("starts_at = \"soon\"", "p_a_map = 0.5", "starts_at `soon`"),
        ] {
            let best_of = if of_match.contains("best_of") { "" } else { "best_of = 1\n" };
            let error =
                planned(&format!("{best_of}{of_match}"), &format!("{cs}{of_map}")).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
        let lol = planned("game = \"lol\"\nbest_of = 1", "first_side_a = \"red\"\np_a_t = 0.5");
        assert!(lol.unwrap_err().starts_with("map m: the game has no rounds to win by side"));
    }
}
