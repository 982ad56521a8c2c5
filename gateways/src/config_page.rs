//! What `clutch config` prints: the default file, with every setting that it does not mention.
//!
//! The list comes from the engine's one table of settings, so none can be forgotten.

use std::fmt::Write as _;

use clutch_core::settings::Setting;

use crate::config::check::is_of_risk;
use crate::config::{Config, DEFAULT_TOML};
use crate::wire::setting;

/// The last line of `[risk]` in the default file: what it leaves out follows.
const LAST_LINE: &str = "tier_3 = \"100/100/100/100\"\n";

/// The default configuration file with every setting explained. Lines behind `#` say what holds
/// anyway.
pub fn page() -> String {
    let (before, after) = DEFAULT_TOML.split_once(LAST_LINE).unwrap_or((DEFAULT_TOML, ""));
    format!("{before}{LAST_LINE}{}{after}", others())
}

/// The settings that the default file does not mention, each with its default.
fn others() -> String {
    let config = Config::built_in().core_config();
    let mut text = String::from(
        "# Every other setting of the engine, with what holds if nothing is said. `clutch admin config set`\n\
         # changes all of them later, by the same names.\n",
    );
    for &setting in Setting::ALL.iter().filter(|setting| !is_mentioned(**setting)) {
        let value = setting::show(setting, setting.get(&config));
        // Writing to memory cannot fail.
        let (name, alone) = (setting.name(), setting.alone().explains());
        let alone = alone.map(|alone| format!(" {alone}")).unwrap_or_default();
        let _ = writeln!(text, "# {}{alone}\n# {name} = \"{value}\"", setting.explains());
    }
    text
}

/// Whether the default file sets it: under `[book]`, or by its name.
fn is_mentioned(setting: Setting) -> bool {
    let key = format!("{} = ", setting.name());
    !is_of_risk(setting) || DEFAULT_TOML.lines().any(|line| line.starts_with(&key))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_setting_is_explained_and_is_taken_where_it_stands() {
        let page = page();
        assert!(page.len() > DEFAULT_TOML.len() + 1_000, "the list has no place in the file");
        let taken = |text: &str| Config::parse(text).map(|config| config.core_config());
        let as_built = Config::built_in().core_config();
        assert_eq!(taken(&page), Ok(as_built));
        let mut with_all = page.clone();
        for setting in Setting::ALL.iter().filter(|setting| !is_mentioned(**setting)) {
            let line = format!("\n# {} = ", setting.name());
            assert!(page.contains(&line), "{} is not explained", setting.name());
            let without_hash = line.replace("# ", "");
            assert_eq!(taken(&page.replace(&line, &without_hash)), Ok(as_built), "{setting:?}");
            with_all = with_all.replace(&line, &without_hash);
        }
        assert_eq!(taken(&with_all), Ok(as_built));
        let lag = with_all.replace("\nfeed_lag_max = \"", "\nfeed_lag_max = \"1");
        assert_ne!(taken(&lag), Ok(as_built), "it is taken and not only read over");
    }

    #[test]
    fn what_stands_in_the_file_stands_there_once() {
        for &setting in Setting::ALL {
            let named = ["", "_ms", "_hours", "_percent"].iter().any(|unit| {
                let key = format!("\n{}{unit} = ", setting.name());
                DEFAULT_TOML.contains(&key)
            });
            // The band has a name of its own there.
            let in_book = named || setting == Setting::Band;
            assert!(is_of_risk(setting) || in_book, "{setting:?} stands nowhere");
        }
    }
}
