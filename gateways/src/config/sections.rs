//! The sections of the file and their keys, with the defaults of those that may be left out.

use std::path::PathBuf;

use clutch_core::units::Money;
use serde::Deserialize;

use crate::wire::decimal::{ShowMoney, parse_money, places};

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
    /// The same in a game without rounds.
    pub in_play_delay_moba_ms: u64,
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
    #[serde(default)]
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

fn first_of_others() -> u8 {
    1
}

fn cs2() -> String {
    "cs2".to_owned()
}

/// An amount of money in the configuration: a decimal string with the places of the first currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount(pub Money);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_money(&text).map(Amount).ok_or_else(|| {
            let example = ShowMoney(1_250);
            serde::de::Error::custom(format!(
                "`{text}` is not an amount: write it as a decimal with at most {} places, \"{example}\"",
                places()
            ))
        })
    }
}
