//! A market as the staff names it: its kind and its specifiers, in the words in which it is shown.

use clutch_core::Command;
use clutch_core::command::{Line, MarketKind, Team};
use clutch_core::market::MARKET_TYPES;
use clutch_core::units::MatchId;
use serde::Deserialize;

use super::settlement::TeamJson;
use crate::codes::Fault;

/// `{"match":0,"kind":"total_rounds","map":1,"line":"21.5"}`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenMarketJson {
    #[serde(rename = "match")]
    match_id: u32,
    kind: String,
    map: Option<u8>,
    round: Option<u8>,
    rounds: Option<u8>,
    half: Option<u8>,
    team: Option<TeamJson>,
    line: Option<String>,
}

/// What a market is on beside its type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Specifiers {
    /// Which map, from 1.
    pub map: Option<u8>,
    /// Which round, from 1.
    pub round: Option<u8>,
    /// How many rounds are raced for.
    pub rounds: Option<u8>,
    /// Which half, 1 or 2.
    pub half: Option<u8>,
    /// Which team.
    pub team: Option<Team>,
    /// The line.
    pub line: Option<Line>,
}

impl Specifiers {
    /// What this one is on.
    pub fn of(kind: MarketKind) -> Self {
        let mut found = Self { map: kind.map(), ..Self::default() };
        match kind {
            MarketKind::TotalRounds { line, .. }
            | MarketKind::RoundHandicap { line, .. }
            | MarketKind::MapHandicap { line }
            | MarketKind::TotalMaps { line }
            | MarketKind::RegulationTotal { line, .. }
            | MarketKind::RegulationHandicap { line, .. }
            | MarketKind::SeriesRounds { line } => found.line = Some(line),
            MarketKind::TeamRounds { line, team, .. } => {
                (found.line, found.team) = (Some(line), Some(team));
            }
            MarketKind::RoundWinner { round, .. } => found.round = Some(round),
            MarketKind::RaceToRounds { rounds, .. } => found.rounds = Some(rounds),
            MarketKind::PistolRound { half, .. } => found.half = Some(half),
            MarketKind::MatchWinner
            | MarketKind::CorrectMapScore
            | MarketKind::MapWinner { .. }
            | MarketKind::CorrectRoundScore { .. }
            | MarketKind::Overtime { .. }
            | MarketKind::OddRounds { .. }
            | MarketKind::RegulationWinner { .. } => {}
        }
        found
    }

    /// The market of this type; fails with the specifier that it needs, or has no room for.
    fn kind(&self, key: &str) -> Result<MarketKind, Fault> {
        let map = || self.map.ok_or_else(|| Fault::missing("map"));
        let line = || self.line.ok_or_else(|| Fault::missing("line"));
        let kind = match key {
            "match_winner" => MarketKind::MatchWinner,
            "correct_map_score" => MarketKind::CorrectMapScore,
            "map_winner" => MarketKind::MapWinner { map: map()? },
            "total_rounds" => MarketKind::TotalRounds { map: map()?, line: line()? },
            "round_handicap" => MarketKind::RoundHandicap { map: map()?, line: line()? },
            "round_winner" => {
                let round = self.round.ok_or_else(|| Fault::missing("round"))?;
                MarketKind::RoundWinner { map: map()?, round }
            }
            "map_handicap" => MarketKind::MapHandicap { line: line()? },
            "total_maps" => MarketKind::TotalMaps { line: line()? },
            "correct_round_score" => MarketKind::CorrectRoundScore { map: map()? },
            "race_to_rounds" => {
                let rounds = self.rounds.ok_or_else(|| Fault::missing("rounds"))?;
                MarketKind::RaceToRounds { map: map()?, rounds }
            }
            "pistol_round" => {
                let half = self.half.ok_or_else(|| Fault::missing("half"))?;
                MarketKind::PistolRound { map: map()?, half }
            }
            "overtime" => MarketKind::Overtime { map: map()? },
            "odd_rounds" => MarketKind::OddRounds { map: map()? },
            "regulation_winner" => MarketKind::RegulationWinner { map: map()? },
            "regulation_total" => MarketKind::RegulationTotal { map: map()?, line: line()? },
            "regulation_handicap" => MarketKind::RegulationHandicap { map: map()?, line: line()? },
            "team_rounds" => {
                let team = self.team.ok_or_else(|| Fault::missing("team"))?;
                MarketKind::TeamRounds { map: map()?, team, line: line()? }
            }
            "series_rounds" => MarketKind::SeriesRounds { line: line()? },
            _ => {
                let keys: Vec<_> = MARKET_TYPES.iter().map(|market_type| market_type.key).collect();
                return Err(Fault::bad_field("kind", &format!("one of {}", keys.join(", "))));
            }
        };
        let has = Self::of(kind);
        let left_over = [
            ("map", self.map.is_some() && has.map.is_none()),
            ("round", self.round.is_some() && has.round.is_none()),
            ("rounds", self.rounds.is_some() && has.rounds.is_none()),
            ("half", self.half.is_some() && has.half.is_none()),
            ("team", self.team.is_some() && has.team.is_none()),
            ("line", self.line.is_some() && has.line.is_none()),
        ];
        match left_over.iter().find(|(_, is_left_over)| *is_left_over) {
            Some((field, _)) => {
                Err(Fault::bad_field(field, &format!("left out: a market of kind {key} has none")))
            }
            None => Ok(kind),
        }
    }
}

impl OpenMarketJson {
    pub(super) fn command(&self) -> Result<Command, Fault> {
        let line = self.line.as_deref().map(|text| {
            read_line(text).ok_or_else(|| {
                Fault::bad_field("line", "a line at a half, such as \"21.5\" or \"-3.5\"")
            })
        });
        let specifiers = Specifiers {
            map: self.map,
            round: self.round,
            rounds: self.rounds,
            half: self.half,
            team: self.team.map(Team::from),
            line: line.transpose()?,
        };
        let kind = specifiers.kind(&self.kind)?;
        Ok(Command::OpenMarket { match_id: MatchId(self.match_id), kind })
    }
}

/// `21.5` or `-3.5`.
fn read_line(text: &str) -> Option<Line> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text),
    };
    let whole =
        digits.strip_suffix(".5").filter(|whole| whole.bytes().all(|it| it.is_ascii_digit()))?;
    let halves = whole.parse::<i16>().ok()?.checked_mul(2)?.checked_add(1)?;
    Line::from_halves(sign * halves)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::provision::book;
    use clutch_core::command::RoundFormat;

    fn parsed(fields: &str) -> Result<Command, Fault> {
        let said: OpenMarketJson =
            serde_json::from_str(&format!("{{\"match\":3,{fields}}}")).unwrap();
        said.command()
    }

    #[test]
    fn every_market_is_opened_in_the_words_in_which_it_is_shown() {
        let round = MarketKind::RoundWinner { map: 2, round: 7 };
        for kind in book(RoundFormat::Mr12, 5).into_iter().chain([round]) {
            let Specifiers { map, round, rounds, half, team, line } = Specifiers::of(kind);
            let mut fields = format!("\"kind\":\"{}\"", kind.market_type().key);
            for (name, number) in
                [("map", map), ("round", round), ("rounds", rounds), ("half", half)]
            {
                fields.extend(number.map(|number| format!(",\"{name}\":{number}")));
            }
            fields.extend(team.map(|team| format!(",\"team\":\"{team:?}\"")));
            fields.extend(line.map(|line| format!(",\"line\":\"{line}\"")));
            let match_id = MatchId(3);
            assert_eq!(
                parsed(&fields).unwrap(),
                Command::OpenMarket { match_id, kind },
                "{fields}"
            );
        }
    }

    #[test]
    fn what_is_missing_or_too_much_is_named() {
        for (fields, said) in [
            (r#""kind":"corners""#, "match_winner, correct_map_score"),
            (r#""kind":"map_winner""#, "\"map\""),
            (r#""kind":"total_rounds","map":1"#, "\"line\""),
            (r#""kind":"total_rounds","map":1,"line":"21""#, "at a half"),
            (r#""kind":"total_rounds","map":1,"line":"+1.5""#, "at a half"),
            (r#""kind":"total_rounds","map":1,"line":"99999.5""#, "at a half"),
            (r#""kind":"match_winner","map":1"#, "a market of kind match_winner has none"),
            (r#""kind":"pistol_round","map":1,"half":1,"round":1"#, "\"round\""),
        ] {
            let fault = parsed(fields).unwrap_err();
            assert!(fault.text.contains(said), "{fields}: {}", fault.text);
        }
    }
}
