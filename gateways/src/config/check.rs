//! What no type can check: ranges, names, and sections that must agree with each other.

use clutch_core::settings::Setting;
use clutch_core::title::SOURCES_MAX;

use super::{CaptureSection, Config, FactsSection};
use crate::house_rules;
use crate::play_policy;
use crate::wire::setting;

/// How the file calls what the engine calls `field`.
fn written(field: &str) -> &str {
    match field {
        "margin_ppb" => "margin_percent",
        "band_milli" => "price_band",
        field => field,
    }
}

impl Config {
    /// What is allowed and unwise: bets that wait for less than it takes to notice a lost word.
    pub fn warning(&self) -> Option<String> {
        let core = self.core_config();
        let notice = core.feed_age_live_ns.saturating_add(core.feed_lag_max_ns);
        let waits = [
            ("in_play_delay", core.in_play_delay_ns),
            ("in_play_delay_moba", core.in_play_delay_moba_ns),
        ];
        let (name, wait) = waits.into_iter().find(|(_, wait)| *wait < notice)?;
        let seconds = |nanos: u64| nanos as f64 / 1e9;
        Some(format!(
            "[book] {name} is {} s, but a lost word of a feed may stay unnoticed for {} s (feed_age_live and feed_lag_max \
             together): until then a bet can stand at a price that is wrong",
            seconds(wait),
            seconds(notice)
        ))
    }

    /// What no type can check.
    pub(super) fn check(&self) -> Result<(), String> {
        // As whole numbers these would be zero, and pass.
        for (name, value) in
            [("margin_percent", self.book.margin_percent), ("price_band", self.book.price_band)]
        {
            if !value.is_finite() || value < 0.0 {
                return Err(format!("[book] {name} is out of range"));
            }
        }
        // The file speaks with one voice, and a book without a margin takes two.
        if self.core_config().margin_ppb == 0 {
            return Err(
                "[book] margin_percent must be above 0: a book without a margin sums to 1. Two \
                        operators can set it on a running server (`clutch admin config set`)"
                    .to_owned(),
            );
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
            match Setting::of_field(field).filter(|setting| is_of_risk(*setting)) {
                Some(setting) => format!("[risk] {} is out of range", setting.name()),
                None => format!("[book] {} is out of range", written(field)),
            }
        })?;
        self.capacity().validate().map_err(|field| format!("[engine] {field} is out of range"))?;
        for (section, mut keys) in [
            ("match", self.matches.iter().map(|it| it.key.as_str()).collect::<Vec<_>>()),
            ("account", self.accounts.iter().map(|it| it.key.as_str()).collect()),
            ("currency", self.currencies.iter().map(|it| it.code.as_str()).collect()),
        ] {
            keys.sort_unstable();
            if let Some(twice) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
                return Err(format!("[[{section}]] {} stands there twice", twice[0]));
            }
        }
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
}

/// Whether a setting stands in `[risk]`, by its own name. Those that nobody can do without stand in `[book]`, as keys
/// with their units.
pub(crate) fn is_of_risk(setting: Setting) -> bool {
    !matches!(
        setting,
        Setting::StakeMin
            | Setting::StakeMax
            | Setting::PayoutMax
            | Setting::LiabilitySelectionMax
            | Setting::LiabilityMarketMax
            | Setting::LiabilityAccountMax
            | Setting::InPlayDelay
            | Setting::InPlayDelayMoba
            | Setting::FeedAgeLive
            | Setting::FeedAgePrematch
            | Setting::ViewAgeMax
            | Setting::Margin
            | Setting::Band
            | Setting::ResettleWindow
            | Setting::Ladder
    )
}
