//! What `clutch config` prints: the default file, with every setting that it does not mention.
//!
//! The list comes from the engine's one table of settings, so none can be forgotten.

use std::fmt::Write as _;

use clutch_core::settings::Setting;

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

/// Whether the default file sets it: by its name, or by its name with a unit.
fn is_mentioned(setting: Setting) -> bool {
    let units = ["", "_ms", "_hours", "_percent"];
    units.iter().any(|unit| {
        let key = format!("{}{unit} = ", setting.name());
        DEFAULT_TOML.lines().any(|line| line.starts_with(&key))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_setting_is_explained_and_the_lines_behind_a_hash_change_nothing() {
        let page = page();
        assert!(page.len() > DEFAULT_TOML.len() + 1_000, "the list has no place in the file");
        let mut with_all = page.clone();
        for setting in Setting::ALL.iter().filter(|setting| !is_mentioned(**setting)) {
            let line = format!("\n# {} = ", setting.name());
            assert!(page.contains(&line), "{} is not explained", setting.name());
            with_all = with_all.replace(&line, &line.replace("# ", ""));
        }
        let read = |text: &str| toml::from_str::<Config>(text).unwrap().core_config();
        assert_eq!(read(&page), Config::built_in().core_config());
        assert_eq!(read(&with_all), Config::built_in().core_config());
    }
}
