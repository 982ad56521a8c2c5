//! The settings of `clutch serve`: one TOML file whose default explains itself. An unknown key is an
//! error, not a silent default: a misspelt limit must not be ignored.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clutch_core::command::{Capacity, Config as CoreConfig};
use clutch_core::pricing::LadderTable;
use clutch_core::settings::Setting;
use clutch_core::title::SOURCES_MAX;
use clutch_core::units::Money;
use clutch_engine::{Durability, EngineConfig, Pin, Wait};
use serde::Deserialize;

use crate::house_rules;
use crate::play_policy;
use crate::wire::decimal::{USUAL_PLACES, parse_money, with_places};
use crate::wire::setting;

/// The default file, with every key and what it means.
pub const DEFAULT_TOML: &str = include_str!("../clutch.toml");

/// All settings.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Journal, threads and table sizes.
    pub engine: EngineSection,
    /// Limits, delays and margin of a new journal.
    pub book: BookSection,
    /// Risk rules of a new journal: settings by the names that `clutch admin config` knows.
    pub risk: BTreeMap<String, String>,
    /// The network.
    pub gateway: GatewaySection,
    /// The game-server log feed.
    pub cs_log: CsLogSection,
    /// What feeds pushed, kept as it came.
    pub capture: CaptureSection,
    /// Sources that push facts in our own words.
    #[serde(default, rename = "ndjson")]
    pub facts: Vec<FactsSection>,
    /// Matches to create at start unless the journal has them.
    #[serde(default, rename = "match")]
    pub matches: Vec<MatchSection>,
    /// The currencies that accounts may have; the first is the book's.
    #[serde(default, rename = "currency")]
    pub currencies: Vec<CurrencySection>,
    /// Accounts to open at start unless the journal has them.
    #[serde(default, rename = "account")]
    pub accounts: Vec<AccountSection>,
}

/// `[engine]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineSection {
    /// Where the journal lives.
    pub data_dir: PathBuf,
    /// When events are released.
    pub durability: DurabilityKey,
    /// What the idle core thread does.
    pub wait: WaitKey,
    /// The core to pin to; −1 leaves the choice to the engine.
    pub core: i32,
    /// Requests that can wait for the core.
    pub input_ring: usize,
    /// Size of a journal segment in MiB.
    pub segment_mib: u64,
    /// Size of the journal's ring in MiB.
    pub ring_mib: usize,
    /// Also keeps a journal on a network or overlay file system.
    pub unsafe_storage: bool,
    /// Commands between two snapshots; 0 takes none.
    pub snapshot_every: u64,
    /// Table size.
    pub accounts_max: u32,
    /// Table size.
    pub matches_max: u32,
    /// Table size.
    pub markets_max: u32,
    /// Table size.
    pub bets_max: u32,
    /// Table size.
    pub client_ids_max: u32,
    /// Table size.
    pub multiples_max: u32,
    /// Table size.
    pub legs_max: u32,
    /// Table size.
    pub payments_max: u32,
    /// Table size.
    pub bonuses_max: u32,
    /// Table size.
    pub play_limits_max: u32,
}

/// `durability`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DurabilityKey {
    /// After `fdatasync`.
    Disk,
    /// After the append.
    Process,
}

/// `wait`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WaitKey {
    /// Sleep.
    Park,
    /// Yield.
    Yield,
    /// Spin.
    Spin,
}

/// `[book]`. Amounts are decimal strings, such as `"12.50"`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BookSection {
    /// Smallest stake.
    pub stake_min: Amount,
    /// Largest stake.
    pub stake_max: Amount,
    /// Largest payout of one bet.
    pub payout_max: Amount,
    /// Liability limit.
    pub liability_selection_max: Amount,
    /// Liability limit.
    pub liability_market_max: Amount,
    /// Liability limit.
    pub liability_account_max: Amount,
    /// Delay of bets in play.
    pub in_play_delay_ms: u64,
    /// Oldest feed message of a live match.
    pub feed_age_live_ms: u64,
    /// Oldest feed message before a match.
    pub feed_age_prematch_ms: u64,
    /// How long a replaced price may still be acted on.
    pub view_age_max_ms: u64,
    /// Margin in percent.
    pub margin_percent: f64,
    /// Largest move of an odds ratio by new parameters.
    pub price_band: f64,
    /// How long settled bets can be settled again.
    pub resettle_window_hours: u64,
    /// The house rules: a name or a file; empty for the default of the release.
    pub house_rules: String,
    /// What is asked of players: a name or a file; empty for nothing.
    pub play_policy: String,
    /// Which odds can stand on the board.
    pub ladder: LadderKey,
}

/// `ladder`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LadderKey {
    /// The usual bookmaker's.
    Bookmaker,
    /// The usual exchange's.
    Exchange,
    /// Nearly every thousandth.
    Fine,
}

/// `[gateway]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewaySection {
    /// Address and port.
    pub listen: String,
    /// Origins of pages that may connect besides our own.
    pub origins: Vec<String>,
    /// Signs tokens; at least 32 bytes. Empty: made at the first start and kept in the data directory.
    pub token_secret: String,
    /// Most connections at a time.
    pub connections_max: usize,
    /// Messages per second and connection.
    pub messages_per_s: u32,
}

/// `[cs_log]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CsLogSection {
    /// What a game server sends as its key; empty: the feed is closed.
    pub key: String,
    /// The key of the match it is about; empty: the first one configured.
    #[serde(rename = "match")]
    pub match_key: String,
}

/// `[capture]`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptureSection {
    /// Size of a file in MiB; 0 captures nothing.
    pub file_mib: u64,
    /// Size of all files of one source about one match in MiB.
    pub source_mib: u64,
}

/// `[[ndjson]]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactsSection {
    /// What the provider sends as its key.
    pub key: String,
    /// Its number among the sources of a match, from 1; the game-server log is 0.
    #[serde(default = "first_of_others")]
    pub source: u8,
    /// The key of the match it is about; empty: all of them.
    #[serde(default, rename = "match")]
    pub match_key: String,
}

/// `[[match]]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchSection {
    /// The operator's key.
    pub key: String,
    /// Team A, as the game server names it.
    pub team_a: String,
    /// Team B.
    pub team_b: String,
    /// What is played: `cs2`, `csgo`, `valorant`, `lol` or `dota2`.
    #[serde(default = "cs2")]
    pub game: String,
    /// Maps at most: 1, 2, 3 or 5.
    pub best_of: u8,
    /// `mr12` or `mr15`; empty: as the game is played.
    #[serde(default)]
    pub format: String,
    /// Planned start, as in RFC 3339; empty: none is planned.
    #[serde(default)]
    pub starts_at: String,
    /// The types of markets to open, by name; none named is all that the game has.
    #[serde(default)]
    pub markets: Vec<String>,
    /// Maps, in order.
    pub maps: Vec<MapSection>,
}

/// `[[match.maps]]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapSection {
    /// The map's name.
    pub name: String,
    /// The side on which team A begins, by its name in the game: `CT`, `attack`, `blue`, `radiant`.
    pub first_side_a: String,
    /// P(team A wins a round as T, or attacking).
    #[serde(default, alias = "p_a_attack")]
    pub p_a_t: Option<f64>,
    /// P(team A wins a round as CT, or defending).
    #[serde(default, alias = "p_a_defence")]
    pub p_a_ct: Option<f64>,
    /// The same for the first round of a half.
    #[serde(default, alias = "p_a_pistol_attack")]
    pub p_a_pistol_t: Option<f64>,
    /// The same for the first round of a half.
    #[serde(default, alias = "p_a_pistol_defence")]
    pub p_a_pistol_ct: Option<f64>,
    /// P(team A wins the map), instead of chances by side.
    #[serde(default)]
    pub p_a_map: Option<f64>,
}

/// `[[account]]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountSection {
    /// The operator's key.
    pub key: String,
    /// Its currency by its letters; left out, the first one.
    #[serde(default)]
    pub currency: Option<String>,
    /// Credited once, when the account is opened; in its currency.
    #[serde(default)]
    pub deposit: Option<String>,
}

/// `[[currency]]`
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrencySection {
    /// Its three letters.
    pub code: String,
    /// How many places its amounts have.
    pub places: u8,
    /// What one of it counts in limits, in the first currency.
    #[serde(default = "one")]
    pub factor: String,
}

fn one() -> String {
    "1".to_owned()
}

/// Whether a setting stands in `[risk]`; the plain limits stand in `[book]`.
fn is_of_risk(setting: Setting) -> bool {
    Setting::RulesOff <= setting
}

fn first_of_others() -> u8 {
    1
}

fn cs2() -> String {
    "cs2".to_owned()
}

/// An amount of money in the configuration: a decimal string with at most two places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount(pub Money);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_money(&text).map(Amount).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "`{text}` is not an amount: write it as a decimal with at most two places, \"12.50\""
            ))
        })
    }
}

impl Config {
    /// The settings of the default file.
    pub fn built_in() -> Self {
        toml::from_str(DEFAULT_TOML).expect("a test reads the default file")
    }

    /// Reads a file. It need not hold every key: the rest is as in the default file.
    ///
    /// # Errors
    /// A message with the file, the line and what was wrong.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| {
            format!("cannot read the configuration {}: {error}", path.display())
        })?;
        Self::parse(&text).map_err(|error| format!("{}: {error}", path.display()))
    }

    /// Reads a text over the defaults.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(text: &str) -> Result<Self, String> {
        let given: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut whole: toml::Table =
            toml::from_str(DEFAULT_TOML).map_err(|error| error.to_string())?;
        for (section, value) in given {
            match (whole.get_mut(&section), value) {
                (Some(toml::Value::Table(defaults)), toml::Value::Table(given)) => {
                    defaults.extend(given);
                }
                (_, value) => {
                    whole.insert(section, value);
                }
            }
        }
        // The amounts of the file are in the first currency.
        let first = |table: &toml::Table| {
            table.get("currency")?.get(0)?.get("places")?.as_integer()?.try_into().ok()
        };
        let places = first(&whole).unwrap_or(USUAL_PLACES).min(9);
        let config = with_places(places, || whole.try_into::<Self>());
        let config = config.map_err(|error: toml::de::Error| {
            format!("{}\nrun `clutch config` to see every key", error.to_string().trim())
        })?;
        config.check()?;
        Ok(config)
    }

    /// What no type can check.
    fn check(&self) -> Result<(), String> {
        // As whole numbers these would be zero, and pass.
        for (name, value) in
            [("margin_percent", self.book.margin_percent), ("price_band", self.book.price_band)]
        {
            if !value.is_finite() || value < 0.0 {
                return Err(format!("[book] {name} is out of range"));
            }
        }
        if !self.book.house_rules.is_empty() {
            house_rules::find(&self.book.house_rules)
                .map_err(|what| format!("[book] house_rules: {what}"))?;
        }
        if !self.book.play_policy.is_empty() {
            play_policy::find(&self.book.play_policy)
                .map_err(|what| format!("[book] play_policy: {what}"))?;
        }
        if self.gateway.connections_max == 0 || self.gateway.messages_per_s == 0 {
            let names = "connections_max and messages_per_s";
            return Err(format!("[gateway] {names} must be at least 1"));
        }
        for (name, text) in &self.risk {
            let known = Setting::named(name).filter(|setting| is_of_risk(*setting));
            let setting = known.ok_or_else(|| format!("[risk] has no setting `{name}`"))?;
            setting::read(setting, text)
                .map_err(|expected| format!("[risk] {name} = \"{text}\" must be {expected}"))?;
        }
        self.core_config().validate().map_err(|field| {
            let is_of_risk = Setting::of_field(field).is_some_and(is_of_risk);
            format!("[{}] {field} is out of range", if is_of_risk { "risk" } else { "book" })
        })?;
        self.capacity().validate().map_err(|field| format!("[engine] {field} is out of range"))?;
        self.check_sources()?;
        let CaptureSection { file_mib, source_mib } = self.capture;
        if source_mib < file_mib || 1 << 20 < source_mib {
            return Err(format!(
                "[capture] source_mib {source_mib} must hold a file of {file_mib} MiB"
            ));
        }
        let secret = self.gateway.token_secret.len();
        if secret != 0 && secret < 32 {
            return Err(format!("[gateway] token_secret has {secret} bytes; it needs at least 32"));
        }
        Ok(())
    }

    /// Every source of facts has a key and a number of its own, and speaks of a match that is there.
    fn check_sources(&self) -> Result<(), String> {
        let most = SOURCES_MAX as u8 - 1;
        for (index, FactsSection { key, source, match_key }) in self.facts.iter().enumerate() {
            let wrong = |what: String| Err(format!("[[ndjson]] number {}: {what}", index + 1));
            if key.is_empty() {
                return wrong("key is empty; without one nobody can push".to_owned());
            }
            if !(1..=most).contains(source) {
                return wrong(format!("source {source} is none of 1 to {most}; 0 is [cs_log]"));
            }
            if !match_key.is_empty() && !self.matches.iter().any(|it| it.key == *match_key) {
                return wrong(format!("match: no [[match]] has the key `{match_key}`"));
            }
            let meets = |other: &FactsSection| {
                other.match_key == *match_key || other.match_key.is_empty() || match_key.is_empty()
            };
            for other in self.facts[..index].iter().filter(|other| meets(other)) {
                if other.source == *source {
                    return wrong(format!(
                        "source {source} is another [[ndjson]] of the same match"
                    ));
                }
                if other.key == *key {
                    return wrong(
                        "its key is that of another [[ndjson]] of the same match".to_owned(),
                    );
                }
            }
        }
        Ok(())
    }

    /// The first configuration of a new journal.
    pub fn core_config(&self) -> CoreConfig {
        let book = &self.book;
        let nanos = |millis: u64| millis.saturating_mul(1_000_000);
        let config = CoreConfig {
            stake_min: book.stake_min.0,
            stake_max: book.stake_max.0,
            payout_max: book.payout_max.0,
            liability_selection_max: book.liability_selection_max.0,
            liability_market_max: book.liability_market_max.0,
            liability_account_max: book.liability_account_max.0,
            in_play_delay_ns: nanos(book.in_play_delay_ms),
            feed_age_live_ns: nanos(book.feed_age_live_ms),
            feed_age_prematch_ns: nanos(book.feed_age_prematch_ms),
            view_age_max_ns: nanos(book.view_age_max_ms),
            // A float above the range saturates, and the range is checked.
            margin_ppb: (book.margin_percent * 1e7).round() as u32,
            band_milli: (book.price_band * 1e3).round() as u32,
            resettle_window_ns: nanos(book.resettle_window_hours.saturating_mul(3_600_000)),
            ladder: match book.ladder {
                LadderKey::Bookmaker => LadderTable::Bookmaker,
                LadderKey::Exchange => LadderTable::Exchange,
                LadderKey::Fine => LadderTable::Fine,
            },
            ..CoreConfig::default()
        };
        // What cannot be read has been refused before.
        self.risk.iter().fold(config, |config, (name, text)| {
            let setting = Setting::named(name);
            let value = setting.and_then(|setting| setting::read(setting, text).ok());
            let changed = setting.zip(value).and_then(|(it, value)| it.set(config, value));
            changed.unwrap_or(config)
        })
    }

    /// Table sizes of a new journal.
    pub fn capacity(&self) -> Capacity {
        let engine = &self.engine;
        Capacity {
            accounts_max: engine.accounts_max,
            matches_max: engine.matches_max,
            markets_max: engine.markets_max,
            bets_max: engine.bets_max,
            client_ids_max: engine.client_ids_max,
            multiples_max: engine.multiples_max,
            legs_max: engine.legs_max,
            payments_max: engine.payments_max,
            bonuses_max: engine.bonuses_max,
            play_limits_max: engine.play_limits_max,
        }
    }

    /// How to start the engine.
    pub fn engine_config(&self) -> EngineConfig {
        let section = &self.engine;
        let mut config = EngineConfig::new(&section.data_dir);
        config.capacity = self.capacity();
        config.core_config = self.core_config();
        config.input_ring = section.input_ring;
        config.journal.segment_bytes = section.segment_mib.saturating_mul(1 << 20);
        config.journal.ring_bytes = section.ring_mib.saturating_mul(1 << 20);
        config.journal.unsafe_storage = section.unsafe_storage;
        config.journal.durability = match section.durability {
            DurabilityKey::Disk => Durability::Disk,
            DurabilityKey::Process => Durability::Process,
        };
        config.snapshot_every = Some(section.snapshot_every).filter(|every| *every != 0);
        config.wait = match section.wait {
            WaitKey::Park => Wait::Park,
            WaitKey::Yield => Wait::Yield,
            WaitKey::Spin => Wait::Spin,
        };
        config.pin = usize::try_from(section.core).map_or(Pin::Auto, Pin::Core);
        config
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_default_file_says_what_the_engine_defaults_to() {
        let config = Config::built_in();
        assert_eq!(config.core_config(), CoreConfig::default());
        assert_eq!(config.capacity(), Capacity::default());
        assert_eq!(Config::parse("").unwrap(), config);
    }

    #[test]
    fn a_file_may_hold_only_what_differs() {
        let config = Config::parse("[book]\nstake_max = \"50\"\n").unwrap();
        assert_eq!(config.book.stake_max.0, Money::from_minor(5_000));
        assert_eq!(config.book.stake_min, Config::built_in().book.stake_min);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, named) in [
            ("[book]\nstake_maximum = \"50\"\n", "stake_maximum"),
            ("[boook]\n", "boook"),
            ("[book]\nstake_max = 50\n", "string"),
            ("[book]\nstake_max = \"5,0\"\n", "5,0"),
            ("[book]\nstake_max = \"0.01\"\n", "stake_max"),
            ("[book]\nmargin_percent = 150.0\n", "margin_ppb"),
            ("[book]\nmargin_percent = -6.0\n", "margin_percent"),
            ("[book]\nmargin_percent = nan\n", "margin_percent"),
            ("[book]\nprice_band = inf\n", "price_band"),
            ("[gateway]\nconnections_max = 0\n", "connections_max"),
            ("[gateway]\nmessages_per_s = 0\n", "messages_per_s"),
            ("[book]\nladder = \"rope\"\n", "rope"),
            ("[engine]\nwait = \"sleep\"\n", "sleep"),
            ("[engine]\nbets_max = 0\n", "bets_max"),
            ("[gateway]\ntoken_secret = \"short\"\n", "token_secret"),
            ("[engine\n", "line 1"),
            ("[capture]\nfile_mib = 64\nsource_mib = 8\n", "source_mib 8"),
            ("[[ndjson]]\nkey = \"\"\n", "[[ndjson]] number 1: key is empty"),
            ("[[ndjson]]\nkey = \"k\"\nsource = 0\n", "source 0 is none of 1 to 7"),
            ("[[ndjson]]\nkey = \"k\"\nsource = 8\n", "source 8 is none of 1 to 7"),
            ("[[ndjson]]\nkey = \"k\"\nmatch = \"m\"\n", "no [[match]] has the key `m`"),
            ("[[ndjson]]\nkey = \"k\"\n[[ndjson]]\nkey = \"l\"\n", "number 2: source 1 is another"),
            (
                "[[ndjson]]\nkey = \"k\"\n[[ndjson]]\nkey = \"k\"\nsource = 2\n",
                "number 2: its key is that of another",
            ),
        ] {
            let error = Config::parse(text).unwrap_err();
            assert!(error.contains(named), "{text:?} gave {error:?}");
        }
    }

    #[test]
    fn amounts_are_decimals_with_at_most_two_places() {
        let stake_max = |text: &str| Config::parse(&format!("[book]\nstake_max = \"{text}\"\n"));
        for (text, minor) in [("12", 1200), ("12.5", 1250), ("12.50", 1250), ("0.11", 11)] {
            assert_eq!(stake_max(text).unwrap().book.stake_max.0, Money::from_minor(minor));
        }
        for text in ["", ".5", "12.", "1.234", "-1", "1e3", "99999999999999999999"] {
            assert!(stake_max(text).unwrap_err().contains("is not an amount"), "{text:?}");
        }
    }
}
