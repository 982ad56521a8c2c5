//! The settings of `clutch serve`: one TOML file whose default explains itself. An unknown key is an
//! error, not a silent default: a misspelt limit must not be ignored.

pub(crate) mod check;
mod sections;

use std::collections::BTreeMap;
use std::path::Path;

use clutch_core::command::{Capacity, Config as CoreConfig};
use clutch_core::pricing::LadderTable;
use clutch_core::settings::Setting;
use clutch_engine::{Durability, EngineConfig, Pin, Wait};
use serde::Deserialize;

use crate::wire::decimal::{USUAL_PLACES, with_places};
use crate::wire::setting;

pub use sections::{
    AccountSection, Amount, BookSection, CaptureSection, CsLogSection, CurrencySection,
    DurabilityKey, EngineSection, FactsSection, GatewaySection, LadderKey, MapSection,
    MatchSection, WaitKey,
};

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
            in_play_delay_moba_ns: nanos(book.in_play_delay_moba_ms),
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

    /// Table sizes.
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
    use clutch_core::units::Money;

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
            ("[book]\nmargin_percent = 150.0\n", "margin_percent is out of range"),
            ("[book]\nmargin_percent = -6.0\n", "margin_percent"),
            ("[book]\nmargin_percent = 0.0\n", "margin_percent must be above 0"),
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
            (
                "[[account]]\nkey = \"a\"\n[[account]]\nkey = \"a\"\n",
                "[[account]] a stands there twice",
            ),
            ("[risk]\nstake_max = \"9.00\"\n", "[risk] has no setting `stake_max`"),
            ("[risk]\nfeed_grace = \"-1s\"\n", "[risk] feed_grace"),
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
