//! A trader's opinion on a map or on one round, as the staff sends it while a match goes on.

use clutch_core::Command;
use clutch_core::command::{SetMap, SetNextRound, Side, Strengths};
use clutch_core::units::{MatchId, Name, Probability};
use serde::Deserialize;

use super::decimal;
use crate::chance;
use crate::codes::Fault;

/// How strong the teams are on a map.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StrengthsJson {
    #[serde(rename = "match")]
    match_id: u32,
    map: u8,
    name: String,
    /// Where A begins a map that has not begun; afterwards its feed knows better.
    first_side: SideJson,
    strengths: WordJson,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum SideJson {
    First,
    Second,
}

/// `{"price":"55%"}`, or by side `{"by_side":{"first":"52%","second":"49%"}}`.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WordJson {
    Price(String),
    BySide(BySideJson),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BySideJson {
    first: String,
    second: String,
    pistol_first: Option<String>,
    pistol_second: Option<String>,
}

/// The chance of the next round alone.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NextRoundJson {
    #[serde(rename = "match")]
    match_id: u32,
    map: u8,
    round: u8,
    /// `null` lets the sides speak again.
    a: Option<String>,
}

impl StrengthsJson {
    pub(super) fn command(&self) -> Result<Command, Fault> {
        let name = Name::new(&self.name)
            .map_err(|error| Fault::bad_field("name", &format!("a map's name: {error}")))?;
        let strengths = match &self.strengths {
            WordJson::Price(a) => Strengths::MapPrice { a: neither_denied("price", a)? },
            WordJson::BySide(said) => said.strengths()?,
        };
        Ok(Command::SetMap(SetMap {
            match_id: MatchId(self.match_id),
            map_no: self.map,
            name,
            first_side_a: match self.first_side {
                SideJson::First => Side::T,
                SideJson::Second => Side::Ct,
            },
            strengths,
        }))
    }
}

impl BySideJson {
    fn strengths(&self) -> Result<Strengths, Fault> {
        let (t, ct) =
            (neither_denied("first", &self.first)?, neither_denied("second", &self.second)?);
        match (&self.pistol_first, &self.pistol_second) {
            (None, None) => Ok(Strengths::BySide { t, ct }),
            (Some(first), Some(second)) => Ok(Strengths::WithPistols {
                t,
                ct,
                pistol_t: neither_denied("pistol_first", first)?,
                pistol_ct: neither_denied("pistol_second", second)?,
            }),
            (None, Some(_)) => Err(Fault::missing("pistol_first")),
            (Some(_), None) => Err(Fault::missing("pistol_second")),
        }
    }
}

impl NextRoundJson {
    pub(super) fn command(&self) -> Result<Command, Fault> {
        let a = self.a.as_deref().map(|text| neither_denied("a", text)).transpose()?;
        let match_id = MatchId(self.match_id);
        let (map_no, round) = (self.map, self.round);
        Ok(Command::SetNextRound(SetNextRound { match_id, map_no, round, a }))
    }
}

/// Reads `48.5%` in parts per billion.
pub(super) fn percent(field: &str, text: &str) -> Result<u32, Fault> {
    let parts = text.strip_suffix('%').and_then(|text| decimal::parse_decimal(text, 7));
    let ppb = parts.and_then(|parts| u32::try_from(parts).ok());
    ppb.ok_or_else(|| Fault::bad_field(field, "a percentage, such as 48.5%"))
}

/// Reads a chance that neither team is denied.
fn neither_denied(field: &str, text: &str) -> Result<Probability, Fault> {
    let ppb = percent(field, text)?;
    Probability::from_ppb(ppb).filter(|p| chance::is_usable(p.as_f64())).ok_or_else(|| {
        Fault::bad_field(
            field,
            "a percentage from 0.0001% to 99.9999%, above 0% and below 100%, such as 48.5%",
        )
    })
}
