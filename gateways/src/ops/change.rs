//! What is other in a second world than in the first: settings, opinions on maps, and the coefficients
//! of MOBAs.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use clutch_core::command::{Config, SetMap, Strengths, Title};
use clutch_core::pricing::{MobaModel, MobaModels};
use clutch_core::settings::Setting;
use clutch_core::title::MAPS_MAX;
use clutch_core::units::{MatchId, Name, Probability};
use serde::Deserialize;

use crate::chance;
use crate::wire::setting;

/// Settings and opinions that are other than they were.
#[derive(Clone, Debug, Default)]
pub struct Change {
    settings: Vec<(Setting, i64)>,
    maps: Vec<OtherMap>,
    pub(super) models: MobaModels,
    /// Where other tables of MOBAs came from: title, file.
    tables: Vec<(Title, String)>,
}

/// Another opinion on a map, in place of every one that a trader gave.
#[derive(Clone, Debug)]
struct OtherMap {
    game: Name,
    map: u8,
    strengths: Strengths,
}

/// The form of the file.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    map: Vec<MapEntry>,
    #[serde(flatten)]
    settings: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MapEntry {
    #[serde(rename = "match")]
    game: String,
    map: u8,
    price: Option<f64>,
    t: Option<f64>,
    ct: Option<f64>,
}

impl MapEntry {
    fn read(self) -> Result<OtherMap, String> {
        let Self { game, map, price, t, ct } = self;
        let read = |name: &str, p: f64| {
            chance::probability(p).ok_or_else(|| {
                format!("[[map]] {map} of `{game}`: `{name}` must lie {}", chance::RANGE)
            })
        };
        let strengths = match (price, t, ct) {
            (Some(price), None, None) => Strengths::MapPrice { a: read("price", price)? },
            (None, Some(t), Some(ct)) => {
                Strengths::BySide { t: read("t", t)?, ct: read("ct", ct)? }
            }
            _ => {
                return Err(format!(
                    "[[map]] {map} of `{game}` needs either `price`, or `t` and `ct`: chances of the first team"
                ));
            }
        };
        if !(1..=MAPS_MAX).contains(&usize::from(map)) {
            return Err(format!("[[map]] {map} of `{game}`: maps are from 1 to {MAPS_MAX}"));
        }
        let game = Name::new(&game).map_err(|_| format!("[[map]]: `{game}` is no match's key"))?;
        Ok(OtherMap { game, map, strengths })
    }
}

impl Change {
    /// Reads a file of settings by name, as TOML or JSON: `stake_max = "50.00"`, `margin = "8%"`; and of
    /// opinions on maps: `[[map]]` with `match = "KEY"`, `map = 1`, and `price = 0.6`, or `t` and `ct`.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: File = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        } else {
            toml::from_str(text).map_err(|error| error.to_string())?
        };
        let mut settings = Vec::new();
        for (name, value) in read.settings {
            let unknown = || {
                let names: Vec<_> = Setting::ALL.iter().map(|it| it.name()).collect();
                format!("there is no setting `{name}`; there are {}", names.join(", "))
            };
            let setting = Setting::named(&name).ok_or_else(unknown)?;
            let number = setting::read(setting, &value)
                .map_err(|expected| format!("`{name}` must be {expected}"))?;
            settings.push((setting, number));
        }
        let maps = read.map.into_iter().map(MapEntry::read).collect::<Result<Vec<_>, _>>()?;
        if settings.is_empty() && maps.is_empty() {
            return Err("it changes no setting".to_owned());
        }
        Ok(Self { settings, maps, ..Self::default() })
    }

    /// Adds the coefficients of a MOBA from a file, in the form in which `clutch-perf fit` writes them, in
    /// place of the committed ones.
    ///
    /// # Errors
    /// What is wrong with the file, after its name.
    pub fn price_by(&mut self, title: Title, file: &Path) -> Result<(), String> {
        let in_file = |what: String| format!("{}: {what}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| in_file(error.to_string()))?;
        let model = MobaModel::parse(title, &text).map_err(|error| in_file(error.to_string()))?;
        // One table a run, for as long as it runs.
        let model: &'static MobaModel = Box::leak(Box::new(model));
        match title {
            Title::Lol => self.models.lol = model,
            Title::Dota2 => self.models.dota2 = model,
            Title::CounterStrike | Title::Valorant => {
                return Err(in_file(format!("{} has no coefficients", title.rules().name)));
            }
        }
        self.tables.push((title, file.display().to_string()));
        Ok(())
    }

    /// The opinion of this change in place of a trader's, and which of them it is.
    pub(super) fn opinion(
        &self,
        games: &HashMap<MatchId, Name>,
        set: SetMap,
    ) -> (SetMap, Option<usize>) {
        let is_it = |other: &OtherMap| {
            games.get(&set.match_id) == Some(&other.game) && other.map == set.map_no
        };
        match self.maps.iter().position(is_it) {
            Some(index) => (SetMap { strengths: self.maps[index].strengths, ..set }, Some(index)),
            None => (set, None),
        }
    }

    /// How an opinion on a map is named in complaints.
    pub(super) fn entry(&self, index: usize) -> String {
        let OtherMap { game, map, .. } = &self.maps[index];
        format!("[[map]] {map} of `{}`", game.as_str())
    }

    /// Opinions on maps that met none of these, each with what it lacks.
    pub(super) fn unmet(&self, games: &HashMap<MatchId, Name>, met: &[usize]) -> Vec<String> {
        let mut keys: Vec<&str> = games.values().map(Name::as_str).collect();
        keys.sort_unstable();
        let unmet = (0..self.maps.len()).filter(|index| !met.contains(index));
        let lacks = |index: usize| {
            let lack = if keys.contains(&self.maps[index].game.as_str()) {
                "no strengths were ever set for this map".to_owned()
            } else if keys.is_empty() {
                "there is no match".to_owned()
            } else {
                format!("no match has this key; there are {}", keys.join(", "))
            };
            format!("{}: {lack}", self.entry(index))
        };
        unmet.map(lacks).collect()
    }

    /// Reads a file as [`Change::parse`] does.
    ///
    /// # Errors
    /// What is wrong with it, after its name.
    pub fn read(file: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(file).map_err(|error| error.to_string());
        let change = text.and_then(|text| Self::parse(&text));
        change.map_err(|what| format!("{}: {what}", file.display()))
    }

    pub(super) fn apply(&self, mut config: Config) -> Result<Config, String> {
        for (setting, number) in &self.settings {
            config = setting
                .set(config, *number)
                .ok_or_else(|| format!("`{}` cannot have this value", setting.name()))?;
        }
        config.validate().map_err(|field| {
            let name = Setting::of_field(field).map_or(field, Setting::name);
            format!("with this change `{name}` makes no sense")
        })?;
        Ok(config)
    }

    /// What is changed, as people write it.
    pub fn shown(&self) -> Vec<(String, String)> {
        let shown =
            |(it, number): &(Setting, i64)| (it.name().to_owned(), setting::show(*it, *number));
        let map = |other: &OtherMap| {
            let name = format!("map {} of {}", other.map, other.game.as_str());
            let percent = |p: Probability| format!("{:.2}%", p.as_f64() * 100.0);
            (
                name,
                match other.strengths {
                    Strengths::MapPrice { a } => percent(a),
                    Strengths::BySide { t, ct } | Strengths::WithPistols { t, ct, .. } => {
                        format!("T {} CT {}", percent(t), percent(ct))
                    }
                },
            )
        };
        let table = |(title, file): &(Title, String)| {
            (format!("coefficients of {}", title.rules().name), file.clone())
        };
        let settings = self.settings.iter().map(shown);
        settings.chain(self.maps.iter().map(map)).chain(self.tables.iter().map(table)).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_change_is_read_from_toml_and_json_and_refused_with_its_reason() {
        let toml = Change::parse("stake_max = \"50.00\"\n").unwrap();
        let json = Change::parse("{\"stake_max\": \"50.00\"}").unwrap();
        assert_eq!(toml.shown(), [("stake_max".to_owned(), "50.00".to_owned())]);
        assert_eq!(json.shown(), toml.shown());
        for (text, why) in [
            ("", "changes no setting"),
            (
                "stake_maximum = \"1.00\"",
                "there is no setting `stake_maximum`; there are stake_min",
            ),
            ("stake_max = \"much\"", "`stake_max` must be an amount"),
            ("stake_max = 5", "invalid type"),
        ] {
            let error = Change::parse(text).unwrap_err();
            assert!(error.contains(why), "{text}: {error}");
        }
        let contradiction = Change::parse("stake_max = \"0.01\"").unwrap();
        let error = contradiction.apply(Config::default()).unwrap_err();
        assert!(error.contains("`stake_max` makes no sense"), "{error}");
        let margin = Config { margin_ppb: Config::MARGIN_PPB_MAX + 1, ..Config::default() };
        let error = Change::default().apply(margin).unwrap_err();
        assert!(error.contains("`margin` makes no sense"), "{error}");
    }
}
