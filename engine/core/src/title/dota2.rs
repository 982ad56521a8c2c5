//! Dota 2: one map is one game. The lead is A's experience less B's; objectives are Roshans.

use super::moba::MobaRules;
use super::{Play, TitleRules};

pub const TITLE: TitleRules = TitleRules {
    key: "dota2",
    name: "Dota 2",
    sides: ["Radiant", "Dire"],
    play: Play::Moba(MobaRules {
        towers_max: 11,
        // Ten players at the highest level have less than this.
        lead_milli_max: 700_000,
    }),
};
